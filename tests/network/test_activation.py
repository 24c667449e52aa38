"""The verbs of activation: once for each key, resumed after a death between the phases, undone where it fails for good."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from kapok.config import environment
from kapok.ground.journal.models import Entry
from kapok.network.activation import api as activation
from kapok.network.activation import calls, queries
from kapok.network.activation.adapters.base import DONE
from kapok.network.activation.adapters.radius import Radius
from kapok.network.activation.adapters.simulated import Olt
from kapok.network.activation.models import Accounting, Call, CallStep, SimulatedUnit, SipLine, Subscriber
from tests.network.activation_lines import AT, LINE, SERVICE, VOICE, WHO, tell
from tests.processes import Process, python


@pytest.fixture(autouse=True)
def _quick(settings: Settings) -> None:
    settings.SIMULATED_SLOW_SECONDS = 0


def fault(name: str, calls: int | None = None, element: str = "olt") -> None:
    activation.switch_on_fault(element=element, fault=name, calls=calls, **WHO)


def steps(key: str) -> list[tuple[str, str, int]]:
    return list(CallStep.objects.filter(call__key=key).order_by("place").values_list("adapter", "state", "attempts"))


def told(kind: str) -> list[dict[str, Any]]:
    return list(Entry.objects.filter(kind=kind).order_by("at", "id").values_list("data", flat=True))


@pytest.mark.django_db
def test_a_line_is_activated_on_all_its_elements_in_order() -> None:
    outcome = tell("activate", "k1", LINE)
    assert (outcome.ok, outcome.code, outcome.retry) == (True, "done", False)
    assert steps("k1") == [("olt", "done", 1), ("radius", "done", 1)]
    row = Subscriber.objects.get()
    assert (row.service, row.login, row.secret, row.state, row.down_mbps, row.up_mbps, row.profile) == (
        SERVICE, "line1@kapok", "s3cret-one", "active", 300, 60, "home-300",
    )  # fmt: skip
    unit = SimulatedUnit.objects.get()
    assert (unit.element, unit.unit, unit.state, unit.settings["vlan"]) == ("olt", "HWTC0001", "active", 1203)


@pytest.mark.django_db
def test_asked_twice_under_one_key_it_is_done_once_and_the_first_answer_is_given_back() -> None:
    first = tell("activate", "k1", LINE)
    again = tell("activate", "k1", LINE | {"down_mbps": 999})
    assert again == first
    assert Subscriber.objects.get().down_mbps == 300
    assert [entry["attempt"] for entry in told("activation.asked")] == [1]


@pytest.mark.django_db
def test_a_call_is_journalled_with_request_and_answer_and_without_the_secret() -> None:
    tell("activate", "k1", LINE)
    (asked,), (answered,) = told("activation.asked"), told("activation.answered")
    assert asked["request"] == {**LINE, "secret": "••••", "login": "••••ine1@kapok"}
    assert (answered["ok"], answered["code"]) == (True, "done")
    assert [(step["adapter"], step["state"]) for step in answered["steps"]] == [("olt", "done"), ("radius", "done")]
    call = Call.objects.get()
    assert (call.request["secret"], call.kept_apart) == ("••••", {})
    everything = str(list(Entry.objects.values_list("data", flat=True))) + str(list(CallStep.objects.values()))
    assert "s3cret-one" not in everything
    assert "line1@kapok" not in everything
    assert Entry.objects.filter(subject=f"service/{SERVICE}").count() == 2


@pytest.mark.django_db
def test_a_key_belongs_to_one_service_and_one_verb() -> None:
    tell("activate", "k1", LINE)
    with pytest.raises(activation.KeyUsed) as refused:
        tell("terminate", "k1")
    assert "k1" in refused.value.text.zh
    with pytest.raises(activation.KeyUsed):
        tell("activate", "k1", LINE, service="S00000002")
    assert Subscriber.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "service"), [("", "S1"), ("k" * 201, "S1"), ("k", ""), ("k", "S" * 61), ("k\x00", "S1")]
)
def test_a_bad_key_is_refused_before_anything_is_written(key: str, service: str) -> None:
    with pytest.raises(activation.BadKey):
        tell("activate", key, LINE, service=service)
    assert not Call.objects.exists()


@pytest.mark.django_db
def test_suspended_resumed_modified_and_taken_down() -> None:
    tell("activate", "k1", LINE)
    assert tell("suspend", "k2", {"reason": "欠费停机 overdue"}).ok
    assert (Subscriber.objects.get().state, Subscriber.objects.get().reason) == ("suspended", "欠费停机 overdue")
    assert SimulatedUnit.objects.get().state == "suspended"
    assert tell("resume", "k3").ok
    assert (Subscriber.objects.get().state, Subscriber.objects.get().reason) == ("active", "")
    assert tell("modify", "k4", {"down_mbps": 1000, "up_mbps": 100, "profile": "home-1000"}).ok
    assert (Subscriber.objects.get().down_mbps, Subscriber.objects.get().login) == (1000, "line1@kapok")
    assert tell("terminate", "k5").ok
    assert steps("k5") == [("radius", "done", 1), ("olt", "done", 1)]
    assert not Subscriber.objects.exists()
    assert not SimulatedUnit.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["suspend", "resume", "modify", "test"])
def test_what_an_element_does_not_know_it_says_so(verb: str) -> None:
    outcome = tell(verb, "k1")
    assert (outcome.ok, outcome.code, outcome.retry) == (False, "not_found", False)
    assert "OLT" in outcome.text.zh


@pytest.mark.django_db
def test_taking_down_what_is_not_there_is_done() -> None:
    assert tell("terminate", "k1").ok


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        ({"login": ""}, "缺少参数“宽带账号”", "The login is missing"),
        ({"login": "a' OR 1=1 --"}, "宽带账号", "lower-case letters"),
        ({"login": "x" * 5_000_000}, "宽带账号", "lower-case letters"),
        ({"secret": "`rm -rf`x"}, "密码", "no quotes"),
        ({"secret": '"%{exec:id}"'}, "密码", "no quotes"),
        ({"down_mbps": 0}, "缺少参数“下行速率”", "speed down is missing"),
        ({"down_mbps": "fast"}, "下行速率", "whole number"),
        ({"vlan": 5000}, "VLAN", "4094"),
        ({"ip": "10.0.0.256"}, "IP地址", "an IP address"),
    ],
)
def test_a_bad_request_names_the_field_and_nothing_is_told(change: dict[str, Any], zh: str, en: str) -> None:
    outcome = tell("activate", "k1", LINE | change)
    assert (outcome.ok, outcome.code, outcome.retry) == (False, "bad_request", False)
    assert zh in outcome.text.zh
    assert en in outcome.text.en
    assert not Subscriber.objects.exists()
    assert not SimulatedUnit.objects.exists()
    assert tell("activate", "k1", LINE).ok


@pytest.mark.django_db
def test_an_unknown_kind_of_service_says_where_to_configure_it() -> None:
    outcome = tell("activate", "k1", LINE, kind="carrier_pigeon")
    assert (outcome.ok, outcome.code) == (False, "no_target")
    assert "KAPOK_ACTIVATION_TARGETS" in outcome.text.zh


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["activate", "suspend", "resume", "modify", "test", "terminate"])
def test_a_kind_that_needs_no_element_is_done_at_once(verb: str, settings: Settings) -> None:
    settings.ACTIVATION_TARGETS = {"data": ()}
    outcome = tell(verb, "k1", {"ip": "203.0.113.1"}, kind="data")
    assert (outcome.ok, outcome.code, outcome.retry) == (True, "no_element", False)
    assert (steps("k1"), Call.objects.get().ok) == ([], True)


def test_targets_are_named_for_each_kind_and_may_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPOK_TARGETS_OF_TEST", "mobile=sip; data= ; fibre = olt, radius")
    told = environment.targets("KAPOK_TARGETS_OF_TEST", "")
    assert told == {"mobile": ("sip",), "data": (), "fibre": ("olt", "radius")}
    for wrong in ("data", "=sip", "data=,", "data=sip,"):
        monkeypatch.setenv("KAPOK_TARGETS_OF_TEST", wrong)
        with pytest.raises(ImproperlyConfigured, match="NAME=VALUE,VALUE"):
            environment.targets("KAPOK_TARGETS_OF_TEST", "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "code"), [("timeout", "timeout"), ("wrong_answer", "wrong_answer"), ("half_done", "half_done")]
)
def test_a_fault_that_passes_is_tried_again_and_what_was_done_is_not_repeated(name: str, code: str) -> None:
    tell("activate", "k0", LINE)
    fault(name, calls=1)
    outcome = tell("terminate", "k1")  # RADIUS first, then the OLT, which fails
    assert (outcome.ok, outcome.code, outcome.retry) == (False, code, True)
    assert steps("k1") == [("radius", "done", 1), ("olt", "failed", 1)]
    assert tell("terminate", "k1").ok
    assert steps("k1") == [("radius", "done", 1), ("olt", "done", 2)]
    assert not SimulatedUnit.objects.exists()
    assert Call.objects.get(key="k1").attempts == 2


@pytest.mark.django_db
def test_a_change_that_stopped_halfway_opens_no_suspended_line() -> None:
    tell("activate", "k0", LINE)
    tell("suspend", "k1")
    fault("half_done", calls=1)
    assert tell("modify", "k2", {"down_mbps": 500}).code == "half_done"
    assert tell("modify", "k2", {"down_mbps": 500}).ok
    assert (SimulatedUnit.objects.get().state, SimulatedUnit.objects.get().settings["down_mbps"]) == ("suspended", 500)


@pytest.mark.django_db
def test_an_element_that_answered_nonsense_had_done_it_all_the_same() -> None:
    fault("wrong_answer", calls=1)
    assert tell("activate", "k1", LINE).code == "wrong_answer"
    assert SimulatedUnit.objects.get().state == "active"
    assert tell("activate", "k1", LINE).ok


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["timeout", "wrong_answer", "half_done", "refused"])
def test_a_test_suffers_from_faults_too_and_still_measures_the_others(code: str) -> None:
    tell("activate", "k0", LINE)
    fault("refuses" if code == "refused" else code, calls=1)
    outcome = tell("test", "t1")
    assert (outcome.ok, outcome.code, outcome.measured["down_mbps"]) == (False, code, 300)


@pytest.mark.django_db
def test_half_done_work_is_gone_on_with() -> None:
    fault("half_done", calls=1)
    assert tell("activate", "k1", LINE).code == "half_done"
    assert SimulatedUnit.objects.get().state == "half"
    assert not Subscriber.objects.exists()
    assert tell("activate", "k1", LINE).ok
    assert SimulatedUnit.objects.get().state == "active"
    assert Subscriber.objects.get().state == "active"


@pytest.mark.django_db
def test_an_activation_that_fails_for_good_leaves_nothing_behind() -> None:
    tell("activate", "k0", LINE, service="S00000009")
    outcome = tell("activate", "k1", LINE | {"onu": "HWTC0002"})  # the login is the other line's
    assert (outcome.ok, outcome.code, outcome.retry) == (False, "in_use", False)
    assert "已回退" in outcome.text.zh
    assert steps("k1") == [("olt", "undone", 1), ("radius", "undone", 1)]
    assert list(SimulatedUnit.objects.values_list("service", flat=True)) == ["S00000009"]
    assert tell("activate", "k1", LINE | {"onu": "HWTC0002", "login": "line2@kapok"}).ok
    assert steps("k1") == [("olt", "done", 2), ("radius", "done", 2)]


@pytest.mark.django_db
def test_a_line_that_works_is_not_taken_down_by_a_second_activation_that_fails() -> None:
    tell("activate", "k0", LINE)
    fault("refuses")
    outcome = tell("activate", "k1", LINE)
    assert (outcome.ok, outcome.code) == (False, "refused")
    assert (SimulatedUnit.objects.get().state, Subscriber.objects.get().state) == ("active", "active")


@pytest.mark.django_db
def test_what_an_adapter_raises_is_an_element_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Radius, "activate", lambda *_: 1 / 0)
    outcome = tell("activate", "k1", LINE)
    assert (outcome.ok, outcome.code, outcome.retry) == (False, "unreachable", True)
    assert SimulatedUnit.objects.get().state == "active"
    monkeypatch.undo()
    assert tell("activate", "k1", LINE).ok
    assert steps("k1") == [("olt", "done", 1), ("radius", "done", 2)]


@pytest.mark.django_db
def test_a_voice_line_keeps_only_what_its_digest_needs() -> None:
    assert tell("activate", "k1", VOICE, kind="mobile").ok
    line = SipLine.objects.get()
    assert (line.number, line.realm, line.ha1) == ("02038001234", "voice.kapok", "e091f84773ddb7220831cd9db2664418")
    assert tell("suspend", "k2", kind="mobile").ok
    assert SipLine.objects.get().state == "suspended"
    assert tell("modify", "k3", {"number": "02038009999"}, kind="mobile").code == "bad_request"
    assert tell("modify", "k4", {"number": "02038009999", "secret": "voice-two-3"}, kind="mobile").ok
    assert (SipLine.objects.get().number, SipLine.objects.get().state) == ("02038009999", "suspended")


@pytest.mark.django_db
def test_a_test_measures_every_element_and_the_weak_light_shows() -> None:
    tell("activate", "k0", LINE)
    outcome = tell("test", "t1")
    assert outcome.ok
    assert -24.1 <= outcome.measured["rx_dbm"] <= -17
    assert (outcome.measured["authentication"], outcome.measured["down_mbps"]) == ("not_measured", 300)
    fault("weak_light", calls=1)
    outcome = tell("test", "t2")
    assert (outcome.ok, outcome.code, outcome.measured["rx_dbm"]) == (False, "weak_light", -28.5)
    assert outcome.measured["down_mbps"] == 300
    assert tell("test", "t2").ok, "measured anew once the fibre was cleaned"


@pytest.mark.django_db
def test_what_the_elements_have_is_compared_with_what_was_ordered() -> None:
    tell("activate", "k0", LINE)
    assert tell("test", "t1", LINE).ok
    for number, (name, value, words) in enumerate(
        [
            ("profile", "home-1000", "速率模板与订购不符：订购home-1000，网元上是home-300"),
            ("up_mbps", 100, "订购100，网元上是60"),
        ]
    ):
        outcome = tell("test", f"t2-{number}", LINE | {name: value})
        assert (outcome.ok, outcome.code, outcome.retry) == (False, "not_as_ordered", False)
        assert words in outcome.text.zh
    Subscriber.objects.update(down_mbps=100)
    outcome = tell("test", "t3", LINE)
    assert (outcome.code, "RADIUS" in outcome.text.zh, "订购300" in outcome.text.zh) == ("not_as_ordered", True, True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "params", "what"), [("dial_up", LINE, "authentication"), ("mobile", VOICE, "registration")]
)
def test_without_a_server_to_ask_a_person_decides_and_a_demonstration_says_so(
    kind: str, params: dict[str, Any], what: str, settings: Settings
) -> None:
    tell("activate", "k0", params, kind=kind)
    outcome = tell("test", "t1", kind=kind)
    assert (outcome.ok, "演示环境只核对了记录" in outcome.text.zh) == (True, True)
    settings.ACTIVATION_TRUSTS_RECORD = False
    outcome = tell("test", "t2", kind=kind)
    assert (outcome.ok, outcome.code, outcome.retry) == (False, "not_measured", False)
    assert outcome.measured[what] == "not_measured"
    assert "请人工测试后决定是否交付" in outcome.text.zh
    tell("suspend", "k1", kind=kind)
    settings.ACTIVATION_TRUSTS_RECORD = True
    assert tell("test", "t3", kind=kind).code == "not_active"


@pytest.mark.django_db
def test_the_light_of_others_is_known_and_a_whole_pon_may_be_weak() -> None:
    for number in (1, 2):
        tell("activate", f"k{number}", LINE | {"onu": f"HWTC{number}", "login": f"l{number}"}, service=f"S{number}")
    found = queries.light_of(["S1", "S2", "S3"])
    assert {service: onu for service, (onu, _) in found.items()} == {"S1": "HWTC1", "S2": "HWTC2"}
    assert all(-24.1 <= dbm <= -17 for _, dbm in found.values())
    fault("weak_light")
    assert queries.light_of(["S1", "S2"]) == found
    fault("weak_pon")
    assert {dbm for _, dbm in queries.light_of(["S1", "S2"]).values()} == {-28.5}
    assert tell("test", "t1", service="S1").measured["rx_dbm"] == -28.5


@pytest.mark.django_db
def test_a_person_tries_again_what_failed_with_the_secret_it_was_asked_with() -> None:
    fault("refuses")
    tell("activate", "k1", LINE)
    call = Call.objects.get()
    assert call.kept_apart == {"secret": "s3cret-one", "login": "line1@kapok"}
    activation.switch_off_fault(element="olt", **WHO)
    assert activation.try_again(call=call.id, actor="staff/noc", at=AT).ok
    assert Subscriber.objects.get().secret == "s3cret-one"
    call.refresh_from_db()
    assert (call.kept_apart, call.actor, call.attempts) == ({}, "staff/noc", 2)
    with pytest.raises(activation.CallSettled):
        activation.try_again(call=call.id, **WHO)


@pytest.mark.django_db
def test_what_was_overtaken_is_not_tried_again() -> None:
    fault("refuses", calls=1)
    tell("activate", "k1", LINE)
    assert tell("terminate", "k2").ok
    call = Call.objects.get(key="k1")
    assert queries.call(call.id).overtaken
    with pytest.raises(activation.CallOvertaken, match="was told to terminate since"):
        activation.try_again(call=call.id, **WHO)
    assert not SimulatedUnit.objects.exists()
    assert not Subscriber.objects.exists()
    call.refresh_from_db()
    assert (call.ok, call.attempts, len(told("activation.asked"))) == (False, 1, 2)


def kept_of(key: str) -> dict[str, Any]:
    return dict(Call.objects.get(key=key).kept_apart)


@pytest.mark.django_db
def test_what_was_overtaken_keeps_no_secret() -> None:
    fault("refuses")
    tell("activate", "k1", LINE)
    tell("activate", "other", LINE | {"onu": "HWTC0002", "login": "line2@kapok"}, service="S00000002")
    tell("test", "t1", LINE)
    assert kept_of("k1") == {"secret": "s3cret-one", "login": "line1@kapok"}, "a test overtakes nothing"
    tell("activate", "k2", LINE | {"secret": "s3cret-two"})
    assert [kept_of(key) for key in ("k1", "t1")] == [{}, {}]
    assert kept_of("k2")["secret"] == "s3cret-two"
    assert kept_of("other")["secret"] == "s3cret-one"
    tell("activate", "k1", LINE)
    assert kept_of("k1") == {}, "asked by its step it is told, and still kept for nobody"
    assert kept_of("k2")["secret"] == "s3cret-two"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("verb", "then", "state"), [("suspend", "resume", "active"), ("resume", "suspend", "suspended")]
)
def test_an_old_suspension_closes_no_paying_line_and_an_old_resumption_opens_none(
    verb: str, then: str, state: str
) -> None:
    tell("activate", "k0", LINE)
    fault("refuses", calls=1)
    tell(verb, "k1")
    assert tell(then, "k2").ok
    with pytest.raises(activation.CallOvertaken):
        activation.try_again(call=Call.objects.get(key="k1").id, **WHO)
    assert (SimulatedUnit.objects.get().state, Subscriber.objects.get().state) == (state, state)


@pytest.mark.django_db
def test_a_test_and_a_call_for_another_service_overtake_nothing() -> None:
    fault("refuses", calls=1)
    tell("activate", "k1", LINE)
    tell("test", "t1")
    tell("activate", "k2", LINE | {"onu": "HWTC0002", "login": "line2@kapok"}, service="S00000002")
    call = Call.objects.get(key="k1")
    assert not queries.call(call.id).overtaken
    assert activation.try_again(call=call.id, **WHO).ok


@pytest.mark.django_db
def test_what_an_adapter_raises_is_logged_without_what_it_says(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise ValueError(f"Failing row contains ({LINE['secret']})")

    monkeypatch.setattr(Radius, "activate", refuse)
    assert tell("activate", "k1", LINE).code == "unreachable"
    assert "the adapter radius failed to activate: ValueError" in caplog.text
    assert "calls.py" in caplog.text, "where it arose is known"
    assert str(LINE["secret"]) not in caplog.text


@pytest.mark.django_db
def test_who_had_a_login_before_shows_no_sessions_to_who_has_it_now() -> None:
    tell("activate", "k1", LINE | {"login": "line2@kapok"})
    tell("activate", "k2", LINE | {"onu": "HWTC0002"}, service="S00000002")
    for session, service in (("former", SERVICE), ("own", "S00000002"), ("nameless", "")):
        Accounting.objects.create(session=session, status="Start", login="line1@kapok", service=service)
    assert {each.session for each in queries.sessions("S00000002")} == {"own", "nameless"}


@pytest.mark.django_db
def test_asked_otherwise_under_its_key_every_element_is_told_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    tell("activate", "k0", LINE)
    monkeypatch.setattr(Radius, "modify", lambda *_: 1 / 0)
    assert tell("modify", "k1", {"down_mbps": 300}).code == "unreachable"
    assert steps("k1") == [("olt", "done", 1), ("radius", "failed", 1)]
    monkeypatch.undo()
    assert tell("modify", "k1", {"down_mbps": 1000}).ok
    assert steps("k1") == [("olt", "done", 2), ("radius", "done", 2)]
    assert (SimulatedUnit.objects.get().settings["down_mbps"], Subscriber.objects.get().down_mbps) == (1000, 1000)


@pytest.mark.django_db
def test_asked_again_after_it_was_overtaken_every_element_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    tell("activate", "k0", LINE)
    monkeypatch.setattr(Radius, "modify", lambda *_: 1 / 0)
    assert tell("modify", "k1", LINE | {"vlan": 1300}).code == "unreachable"
    monkeypatch.undo()
    assert tell("modify", "k2", {"vlan": 1400}).ok
    assert tell("modify", "k1", LINE | {"vlan": 1300, "secret": "s3cret-two"}).ok
    assert steps("k1") == [("olt", "done", 2), ("radius", "done", 2)]
    assert (SimulatedUnit.objects.get().settings["vlan"], Subscriber.objects.get().secret) == (1300, "s3cret-two")
    assert kept_of("k1") == {}


@pytest.mark.django_db
def test_an_activation_asked_otherwise_that_fails_for_good_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Radius, "activate", lambda *_: 1 / 0)
    assert tell("activate", "k1", LINE).code == "unreachable"
    monkeypatch.undo()
    fault("refuses", calls=1)
    assert tell("activate", "k1", LINE | {"down_mbps": 1000}).code == "refused"
    assert not SimulatedUnit.objects.exists()
    assert not Subscriber.objects.exists()
    assert {state for _, state, _ in steps("k1")} == {"undone"}


@pytest.mark.django_db
def test_faults_are_switched_on_at_simulated_elements_only() -> None:
    for element, name, count, refusal in (
        ("radius", "timeout", None, activation.NotSimulated),
        ("olt", "explodes", None, activation.UnknownFault),
        ("olt", "timeout", 0, activation.WrongCount),
        ("olt", "timeout", 1001, activation.WrongCount),
    ):
        with pytest.raises(refusal):
            activation.switch_on_fault(element=element, fault=name, calls=count, **WHO)
    with pytest.raises(activation.NoFault):
        activation.switch_off_fault(element="olt", **WHO)
    assert not Entry.objects.exists()
    fault("timeout", 3)
    fault("refuses")
    activation.switch_off_fault(element="olt", **WHO)
    assert [entry["fault"] for entry in told("activation.fault_switched_on")] == ["timeout", "refuses"]
    assert [entry["fault"] for entry in told("activation.fault_switched_off")] == ["refuses"]


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_nobody_speaks_to_elements() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        tell("activate", "k1", LINE)
    assert not Subscriber.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_who_ask_under_one_key_at_once_do_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    original = Olt.activate

    def counted(self: Olt, request: activation.Request) -> activation.Outcome:
        done.append(request.service)
        time.sleep(0.2)
        assert not connection.in_atomic_block
        return original(self, request)

    monkeypatch.setattr(Olt, "activate", counted)
    start = Barrier(8)

    def run(_: int) -> activation.Outcome:
        try:
            start.wait(timeout=60)
            return tell("activate", "k1", LINE)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(run, range(8)))
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert outcomes[0].ok
    assert len(done) == 1
    assert Call.objects.get().attempts == 1


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "WAIT_SECONDS", 0.1)
    held = Barrier(2)

    def hold() -> None:
        with calls._alone_with(SERVICE):
            held.wait(timeout=60)
            held.wait(timeout=60)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(hold)
        held.wait(timeout=60)
        outcome = tell("activate", "k1", LINE)
        held.wait(timeout=60)
        busy.result()
    assert (outcome.ok, outcome.code, outcome.retry) == (False, "in_progress", True)
    assert not Call.objects.exists()
    assert tell("activate", "k1", LINE).ok


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Callable[[str], Process]]:
    """`process("slow")` asks in a process of its own."""
    with python(tmp_path) as begin:
        yield lambda moment: begin("-m", "tests.network.killed_call", moment)


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_ask_under_one_key_do_it_once(process: Callable[[str], Process]) -> None:
    both = [process("slow") for _ in range(2)]
    assert [each.wait(timeout=120) for each in both] == [0, 0]
    assert steps("k1") == [("olt", "done", 1), ("radius", "done", 1)]
    assert Call.objects.get().attempts == 1
    assert [entry["attempt"] for entry in told("activation.asked")] == [1]


@pytest.mark.django_db
def test_where_undoing_fails_too_the_answer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    tell("activate", "k0", LINE, service="S00000009")
    monkeypatch.setattr(Olt, "terminate", lambda *_: 1 / 0)
    outcome = tell("activate", "k1", LINE | {"onu": "HWTC0002"})
    assert (outcome.ok, outcome.code) == (False, "in_use")
    assert "未能回退，请人工检查" in outcome.text.zh
    assert steps("k1") == [("olt", "done", 1), ("radius", "undone", 1)]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["slow", "timeout"])
def test_a_switch_that_is_slow_or_silent(name: str, settings: Settings) -> None:
    settings.SIMULATED_SLOW_SECONDS = 0.2
    fault(name, 1, element="switch")
    outcome = tell("activate", "k1", {"port": "3-1-7", "number": "02038001234"}, kind="fixed_voice")
    assert (outcome.ok, outcome.code) == ((True, "done") if name == "slow" else (False, "timeout"))
    assert Call.objects.get().milliseconds >= 200
    assert SimulatedUnit.objects.filter(element="switch", state="active").exists() == (name == "slow")


PORT = {"port": "3-1-7", "number": "02038001234"}


def on_the_switch(service: str = SERVICE) -> tuple[str, str]:
    row = SimulatedUnit.objects.get(element="switch", service=service)
    return row.unit, row.settings["number"]


@pytest.mark.django_db
def test_a_switch_keeps_the_number_and_gives_it_up() -> None:
    voice: dict[str, Any] = {"kind": "fixed_voice"}
    assert tell("activate", "k1", PORT, **voice).ok
    assert on_the_switch() == ("3-1-7", "02038001234")
    assert tell("test", "t1", PORT, **voice).ok
    assert tell("modify", "k2", {"number": "02038009999"}, **voice).ok
    assert on_the_switch() == ("3-1-7", "02038009999")
    assert tell("test", "t2", PORT | {"number": "02038009999"}, **voice).ok
    other = PORT | {"port": "3-1-8"}
    assert tell("activate", "k3", other, service="S00000002", **voice).ok, "the old number is free"
    assert tell("terminate", "k4", **voice).ok
    assert tell("modify", "k5", {"number": "02038009999"}, service="S00000002", **voice).ok
    assert on_the_switch("S00000002") == ("3-1-8", "02038009999")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["fixed_voice", "mobile"])
def test_a_number_that_was_not_ordered_fails_the_test_which_names_both(kind: str) -> None:
    tell("activate", "k1", PORT | VOICE, kind=kind)
    outcome = tell("test", "t1", {"number": "02038009999"}, kind=kind)
    assert (outcome.ok, outcome.code, outcome.retry) == (False, "not_as_ordered", False)
    assert "订购••••9999，网元上是••••1234" in outcome.text.zh
    assert "The number is not the one ordered: ••••9999 was ordered, the element has ••••1234" in outcome.text.en
    ends_alike = tell("test", "t2", {"number": "02039001234"}, kind=kind).text
    assert "the element has another one that ends alike" in ends_alike.en
    assert "02038001234" not in str(list(Entry.objects.values_list("data", flat=True)))


@pytest.mark.django_db
def test_a_switch_that_was_never_told_the_number_fails_the_test() -> None:
    tell("activate", "k1", {"port": "3-1-7"}, kind="fixed_voice")
    assert "••••1234 was ordered, the element has –" in tell("test", "t1", PORT, kind="fixed_voice").text.en


@pytest.mark.django_db
def test_two_services_never_share_a_number_at_the_switch() -> None:
    tell("activate", "k1", PORT, kind="fixed_voice")
    outcome = tell("activate", "k2", PORT | {"port": "3-1-8"}, kind="fixed_voice", service="S00000002")
    assert (outcome.ok, outcome.code) == (False, "in_use")
    assert "number belongs to another service" in outcome.text.en
    assert SimulatedUnit.objects.get().service == SERVICE


@pytest.mark.django_db
def test_the_prefix_is_kept_compared_and_replaced() -> None:
    own = {"ipv6_prefix": "2001:db8:0:100::/56", "ip": "100.64.0.9"}
    tell("activate", "k1", LINE | own)
    outcome = tell("test", "t1", LINE | own)
    assert (outcome.ok, outcome.measured["ipv6_prefix"], outcome.measured["ip"]) == (True, *own.values())
    wrong = tell("test", "t2", LINE | own | {"ipv6_prefix": "2001:db8:0:200::/56"})
    assert (wrong.ok, wrong.code) == (False, "not_as_ordered")
    assert "2001:db8:0:200::/56 was ordered, the element has 2001:db8:0:100::/56" in wrong.text.en
    tell("suspend", "k2")
    tell("resume", "k3")
    assert Subscriber.objects.get().ipv6_prefix == "2001:db8:0:100::/56"
    tell("modify", "k4", {"ipv6_prefix": "2001:db8:0:200::/56"})
    assert Subscriber.objects.get().ipv6_prefix == "2001:db8:0:200::/56"
    refused = tell("modify", "k5", {"ipv6_prefix": "2001:db8::1"})
    assert (refused.code, "an IPv6 prefix such as" in refused.text.en) == ("bad_request", True)


@pytest.mark.django_db
def test_two_services_never_share_a_unit() -> None:
    assert tell("activate", "k1", {"port": "3-1-7"}, kind="fixed_voice").ok
    outcome = tell("activate", "k2", {"port": "3-1-7"}, kind="fixed_voice", service="S00000002")
    assert (outcome.ok, outcome.code) == (False, "in_use")
    assert tell("test", "t1", kind="fixed_voice").ok
    tell("suspend", "k3", kind="fixed_voice")
    assert "已停机" in tell("test", "t2", kind="fixed_voice").text.zh


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("moment", "after"),
    [
        ("written", []),
        ("told", [("olt", "asked", 1)]),
        ("between", [("olt", "done", 1)]),
        ("second_told", [("olt", "done", 1), ("radius", "asked", 1)]),
        ("before_answer", [("olt", "done", 1), ("radius", "done", 1)]),
    ],
)
def test_killed_between_the_phases_a_call_is_asked_again_safely(
    moment: str, after: list[tuple[str, str, int]], process: Callable[[str], Process]
) -> None:
    assert process(moment).wait(timeout=120) == -signal.SIGKILL
    assert steps("k1") == after
    assert Call.objects.get().state == "asked"
    outcome = tell("activate", "k1", LINE)
    assert outcome.ok, outcome
    assert [(name, state) for name, state, _ in steps("k1")] == [("olt", "done"), ("radius", "done")]
    done_before = {name for name, state, _ in after if state == "done"}
    assert all(attempts == 1 for name, _, attempts in steps("k1") if name in done_before)
    assert (SimulatedUnit.objects.count(), Subscriber.objects.count()) == (1, 1)
    assert Entry.objects.filter(kind="activation.answered").count() == 1


@pytest.mark.django_db
def test_an_answer_that_comes_after_the_call_was_asked_anew_does_not_count() -> None:
    fault("refuses")
    tell("activate", "k1", LINE)
    late = Call.objects.get()
    Call.objects.update(state="asked", ok=None, answered_at=None, attempts=5)
    late.state = "asked"
    assert calls._settle(late, DONE, 1, **WHO).code == "in_progress"
    assert Call.objects.get().state == "asked"
