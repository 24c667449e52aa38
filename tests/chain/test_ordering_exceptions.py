"""Leaving the course: returned, waiting for plant, put off, cancelled, amended; failed steps, retried and settled by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.utils.timezone import localtime

from kapok.chain.ordering import api, engine, performing, queries, reactions
from kapok.chain.ordering import queries as shop_queries
from kapok.chain.ordering.models import Leg, Line, Step
from kapok.config.subscriptions import SUBSCRIPTIONS
from kapok.front.channels import offering
from kapok.ground.catalog.offering import queries as catalog
from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import line as as_line
from kapok.ground.work import api as work
from kapok.ground.work.models import Handoff, Item
from kapok.kernel.errors import KapokError
from kapok.kernel.ids import uuid7
from kapok.network.activation import api as activation
from kapok.network.activation.models import Call, SimulatedUnit
from kapok.network.inventory import api as inventory
from kapok.network.inventory import browsing
from kapok.network.inventory.models import Resource
from tests.chain import shop
from tests.chain.shop import by, do, held, later, leg, line, live, placed, run, stands, steps, told
from tests.network import plant

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]
REASON = "客户家中无法走线"


def fault(name: str, element: str = "olt", calls: int | None = None) -> None:
    activation.switch_on_fault(element=element, fault=name, calls=calls, actor="staff/noc", at=plant.AT)


def pledge(number: str, which: int = 1) -> Commitment:
    """The pledge to install within 15 days."""
    return Commitment.objects.get(subject=leg(number, which).subject, promise="install")


def at_the_visit(**more: object) -> str:
    number = placed(**more)  # type: ignore[arg-type]
    run(1)
    do(number, "appoint", 2)
    return number


# ---- 10R ----


def test_a_return_goes_back_a_stage_and_takes_back_what_came_after() -> None:
    number = at_the_visit()
    before = held(leg(number).subject)
    api.return_leg(order=number, leg=1, reason=REASON, **by("technician", 10))
    assert stands(number) == ("inProgress", "10R", "10R")
    assert live(number) == {"assign"}
    assert pledge(number).state == "open"
    with pytest.raises(api.ReturnRunning):
        api.return_leg(order=number, leg=1, reason=REASON, **by("technician", 11))
    run(12)
    assert set(before.values()) == {"assigned"}
    assert stands(number) == ("inProgress", "", "")
    assert [each for each in steps(number) if each[1] == "undone"] == [("assign", "undone"), ("activate", "undone")]
    assert [name for name, state in steps(number) if state == "done"] == [
        "reserve", "assign", "deactivate", "release_held", "activate",
    ]  # fmt: skip
    assert list(Call.objects.order_by("asked_at", "id").values_list("verb", "ok")) == [
        ("activate", True), ("terminate", True), ("activate", True),
    ]  # fmt: skip
    assert SimulatedUnit.objects.count() == 1
    assert Leg.objects.get(order__number=number).compensation == ""
    do(number, "appoint", 13)
    do(number, "visit", 14)
    run(15)
    assert stands(number)[0] == "completed"
    assert {each["code"] for each in told("ordering.deviated")} == {"10R"}


def test_siblings_are_withdrawn_by_themselves() -> None:
    number = placed()
    fault("timeout")
    run(1)
    assert live(number) == {"configure", "appoint"}
    siblings = {shop.item(number, stage).id for stage in ("configure", "appoint")}
    api.cancel(order=number, reason="客户改变主意", **by("agent", 2))
    assert set(Item.objects.filter(id__in=siblings).values_list("state", flat=True)) == {"withdrawn"}
    activation.switch_off_fault(element="olt", actor="staff/noc", at=later(3))
    run(4)
    assert stands(number)[0] == "cancelled"
    assert SimulatedUnit.objects.count() == 0


def test_a_test_that_measures_too_little_light_returns_the_leg_by_itself_and_only_once() -> None:
    number = at_the_visit()
    do(number, "visit", 3)
    fault("weak_light")
    run(4)
    assert live(number) == {"visit"}
    assert stands(number) == ("inProgress", "10R", "10R")
    note = Handoff.objects.filter(item=shop.item(number, "visit"), state="offered").get()
    assert note.to_unit.code == "tianhe-east-field"
    do(number, "visit", 5)
    assert stands(number) == ("inProgress", "", "")
    run(6)
    assert stands(number) == ("inProgress", "10R", "10R")
    activation.switch_off_fault(element="olt", actor="staff/noc", at=later(7))
    do(number, "visit", 8)
    run(9)
    assert stands(number)[0] == "completed"


def test_a_test_that_measured_nothing_at_the_line_goes_to_people_and_no_visit_is_repeated() -> None:
    number = at_the_visit()
    SimulatedUnit.objects.all().delete()
    do(number, "visit", 3)
    run(4)
    assert (stands(number), live(number)) == (("inProgress", "", ""), {"test"})
    assert Step.objects.filter(name="test").values_list("state", "code").get() == ("fallen_out", "not_found")
    assert run(60) == 0


def test_nothing_is_returned_from_where_there_is_no_way_back() -> None:
    number = placed()
    with pytest.raises(api.NowhereBack):
        api.return_leg(order=number, leg=1, reason=REASON, **by("agent", 1))
    assert stands(number) == ("inProgress", "", "")


# ---- 10W ----


def test_without_plant_the_order_is_taken_and_waits_while_the_clock_runs_and_goes_on_by_itself() -> None:
    number = placed(line(address="n9"))
    assert stands(number) == ("held", "10W", "")
    assert shop.order(number).state == "held"
    assert pledge(number).state == "open"
    run(1)
    assert live(number) == {"accept"}
    said = told("ordering.deviated", leg(number).subject)[0]
    assert (said["code"], said["clocks"]["en"]) == (
        "10W",
        "our plant is lacking: the customer's and the law's clocks run",
    )
    inventory.cover(element="SPL1", addresses=["n9"], **by("manager", 60))
    assert [each.kinds for each in SUBSCRIPTIONS if each.handler is reactions.hear] == [reactions.HEARS]
    assert {"inventory.shortage_resolved", "inventory.shortage_dated", "work.first_contact_passed"} == reactions.HEARS
    entry = Entry.objects.get(kind="inventory.shortage_resolved", subject=leg(number).subject)
    reactions.hear(as_line(entry))
    reactions.hear(as_line(entry))
    assert stands(number) == ("inProgress", "", "")
    run(61)
    assert live(number) == {"appoint"}
    assert len(told("ordering.back_on_course", leg(number).subject)) == 1


def test_the_journal_says_that_it_was_placed_before_it_says_what_is_lacking() -> None:
    number = placed(line(address="n9"))
    told_of = Entry.objects.filter(subject__in=[shop.order(number).subject, leg(number).subject]).order_by("position")
    kinds = [entry.kind for entry in told_of]
    assert kinds.index("order.requested") < kinds.index("ordering.placed") < kinds.index("inventory.shortage_opened")
    assert kinds.index("inventory.shortage_opened") < kinds.index("ordering.deviated")
    (opened,) = told_of.filter(kind="inventory.shortage_opened")
    assert opened.recorded_at == told_of.get(kind="ordering.placed").recorded_at
    assert (opened.data["code"], opened.data["place"]) == ("NO_DP", "TYX")


def test_unpaid_it_waits_for_both_and_a_person_may_say_that_there_is_plant() -> None:
    number = placed(line(address="n9"), pay=False)
    with pytest.raises(api.NotWaiting):
        api.end_wait(order=placed(), leg=1, **by("dispatcher", 1))
    assert api.end_wait(order=number, leg=1, **by("dispatcher", 1)) is False
    assert stands(number) == ("held", "10W", "")
    api.pay(order=number, **by("agent", 2))
    assert (stands(number), live(number)) == (("held", "10W", ""), {"accept"})
    assert pledge(number).opened_at == later(2)
    inventory.cover(element="SPL1", addresses=["n9"], **by("manager", 3))
    assert api.end_wait(order=number, leg=1, **by("dispatcher", 4)) is True
    assert stands(number) == ("inProgress", "", "")
    api.wait_for_plant(order=number, leg=1, reason="管道未通", **by("dispatcher", 5))
    assert stands(number) == ("held", "10W", "")
    assert live(number) == {"accept"}
    api.end_wait(order=number, leg=1, **by("dispatcher", 7))
    run(8)
    assert live(number) == {"appoint"}


def heard(number: str) -> list[Entry]:
    """The leg is told what the journal has for it; what it was told."""
    entries = list(Entry.objects.filter(kind__in=reactions.HEARS, subject=leg(number).subject).order_by("at", "id"))
    for entry in entries:
        reactions.hear(as_line(entry))
    return entries


def demand() -> list[tuple[str, str, int]]:
    return [(each.place, each.code, each.waiting) for each in browsing.demand()]


def full() -> None:
    Resource.objects.filter(kind="splitter_port", state="free").update(state="blocked", note="full")


def test_a_second_splitter_beside_the_full_one_ends_the_wait_by_itself() -> None:
    full()
    number = placed()
    assert (stands(number), demand()) == (("held", "10W", ""), [("SPL1", "NO_PORT", 1)])
    inventory.add_element(code="SPL2", kind="splitter", parent="OLT1/1", covers=["r101"], **by("manager", 60))
    inventory.add_resources(kind="splitter_port", element="SPL2", count=2, **by("manager", 61))
    assert len(heard(number)) == 1
    assert (stands(number), demand()) == (("inProgress", "", ""), [])
    ports = Resource.objects.filter(holder=leg(number).subject, kind="splitter_port")
    assert list(ports.values_list("code", flat=True)) == ["SPL2:P001"]


def test_an_order_for_a_card_waits_for_numbers_of_the_whole_network_and_goes_on_with_them() -> None:
    number = placed(line("sim-voice"))
    assert (stands(number), demand()) == (("held", "10W", ""), [("*", "NO_NUM", 1)])
    expected = later(60 * 24)
    assert inventory.confirm_build(place="*", code="NO_NUM", expected_at=expected, **by("manager", 5)) == 1
    (card,) = (each for each in offering.choices("", "public", "r101", later(6)) if each.code == "sim-voice")
    assert (card.why_not and card.why_not.en, card.expected_at) == ("no number is left", expected)
    inventory.add_pool(
        code="MOBILE", kind="number", name=plant.named("移动号段"), values="13300000001", **by("manager", 60)
    )
    assert [each.kind for each in heard(number)] == ["inventory.shortage_dated", "inventory.shortage_resolved"]
    assert (stands(number), demand()) == (("inProgress", "", ""), [])
    assert Resource.objects.get(kind="number", holder=leg(number).subject).value == "13300000001"


def test_the_day_that_a_planner_gives_is_told_to_whoever_waits_already_and_the_clock_runs_on() -> None:
    full()
    number, other = placed(), placed(line(address="n9"))
    promised = pledge(number).due_at
    assert (leg(number).until, leg(other).until) == (None, None)
    for day in (20, 9):
        inventory.confirm_build(
            place="SPL1", code="NO_PORT", expected_at=later(day * 24 * 60), **by("manager", 60 * (30 - day))
        )
        heard(number)
        assert (stands(number), leg(number).until) == (("held", "10W", ""), later(day * 24 * 60))
    assert [each["expected"] for each in told("inventory.shortage_dated", leg(number).subject)] == [
        f"{localtime(later(day * 24 * 60)):%Y-%m-%d}" for day in (20, 9)
    ]
    assert heard(other) == []
    assert leg(other).until is None
    assert (pledge(number).state, pledge(number).due_at, pledge(number).pauses) == ("open", promised, [])


def test_a_day_for_what_a_leg_waits_for_no_more_is_not_its_day() -> None:
    full()
    number = placed()
    inventory.confirm_build(place="SPL1", code="NO_PORT", expected_at=later(24 * 60), **by("manager", 1))
    inventory.add_resources(kind="splitter_port", element="SPL1", count=1, **by("manager", 2))
    assert api.end_wait(order=number, leg=1, **by("dispatcher", 3)) is True
    api.wait_for_plant(order=number, leg=1, reason="管道未通", **by("dispatcher", 4))
    reactions.hear(as_line(Entry.objects.get(kind="inventory.shortage_dated", subject=leg(number).subject)))
    assert (stands(number), leg(number).until) == (("held", "10W", ""), None)


def test_what_a_person_found_lacking_is_demand_and_goes_on_when_there_is_plant() -> None:
    number = at_the_visit()
    assert list(shop_queries.order(number).legs[0].lacks) == ["NO_DP", "NO_PORT", "NO_PON", "NO_VLAN", "NO_ONU"]
    with pytest.raises(inventory.NotLacking):
        api.wait_for_plant(order=number, leg=1, reason="分光器满", code="NO_NUM", **by("dispatcher", 5))
    assert (stands(number), demand()) == (("inProgress", "", ""), [])
    api.wait_for_plant(order=number, leg=1, reason="分光器满", code="NO_PORT", **by("dispatcher", 5))
    assert (stands(number), demand()) == (("held", "10W", ""), [("SPL1", "NO_PORT", 1)])
    assert leg(number).reason == "端口已满：分光器满 / no port is left: 分光器满"
    assert told("inventory.shortage_opened", leg(number).subject)[0]["code"] == "NO_PORT"
    assert inventory.resolve_shortages(**by("manager", 6)) == 0
    assert heard(number) == []
    inventory.add_resources(kind="splitter_port", element="SPL1", count=1, **by("manager", 60))
    assert len(heard(number)) == 1
    assert (stands(number), demand(), live(number)) == (("inProgress", "", ""), [], {"visit"})


def test_without_a_code_it_waits_until_somebody_says_that_there_is_plant() -> None:
    number = at_the_visit()
    api.wait_for_plant(order=number, leg=1, reason="管道未通", **by("dispatcher", 5))
    assert (stands(number), demand(), leg(number).reason) == (("held", "10W", ""), [], "管道未通")


def test_a_wait_that_ends_otherwise_is_no_demand_any_more() -> None:
    number, other = at_the_visit(), at_the_visit()
    for each in (number, other):
        api.wait_for_plant(order=each, leg=1, reason="分光器满", code="NO_PORT", **by("dispatcher", 5))
    assert demand() == [("SPL1", "NO_PORT", 2)]
    assert api.end_wait(order=number, leg=1, **by("dispatcher", 6)) is True
    assert demand() == [("SPL1", "NO_PORT", 1)]
    api.cancel(order=other, reason="客户不等了", **by("agent", 7))
    run(8)
    assert (stands(other)[0], demand()) == ("cancelled", [])
    assert [each["code"] for each in told("inventory.shortage_given_up")] == ["NO_PORT"]


# ---- 10P ----


def test_put_off_at_the_customers_wish_all_clocks_stand_still_with_the_evidence() -> None:
    number = at_the_visit()
    said = {"reason": "客户装修", "evidence": "来电录音 17"}
    assert api.defer(order=number, leg=1, until=later(9000), **said, **by("supervisor", 10)) is None
    assert stands(number) == ("held", "10P", "")
    assert pledge(number).state == "paused"
    [deferred] = told("customer.deferred", leg(number).subject)
    assert (deferred["facts"]["requested_by"], deferred["facts"]["approved_by"], deferred["evidence"]) == (
        "customer",
        "staff/supervisor",
        "来电录音 17",
    )
    with pytest.raises(api.NotAllowedNow):
        api.defer(order=number, leg=1, until=later(9000), **said, **by("technician", 11))
    api.undefer(order=number, leg=1, reason="装修完毕", **by("agent", 100))
    assert stands(number) == ("inProgress", "", "")
    assert pledge(number).state == "open"
    with pytest.raises(api.NotDeferred):
        api.undefer(order=number, leg=1, reason="装修完毕", **by("agent", 101))


def asked_off(number: str, minutes: float, **more: str) -> UUID:
    """Put off by somebody without authority over the clocks: the pause waits for an approval."""
    said = {"reason": "客户装修", "evidence": "来电录音 17"} | more
    request = api.defer(order=number, leg=1, until=later(9000), **said, **by("technician", minutes))
    assert request is not None
    return request


def test_put_off_by_who_may_not_approve_the_clock_runs_on_until_somebody_does() -> None:
    number = at_the_visit()
    asked = asked_off(number, 10)
    assert stands(number) == ("held", "10P", "")
    assert (pledge(number).state, pledge(number).pauses) == ("open", [])
    commitments.approve_request(request=asked, **by("supervisor", 200))
    assert (pledge(number).state, pledge(number).pauses) == ("paused", [[later(10).isoformat(), None]])
    api.undefer(order=number, leg=1, reason="装修完毕", **by("agent", 300))
    assert pledge(number).pauses == [[later(10).isoformat(), later(300).isoformat()]]


def test_what_was_refused_the_clock_ran_on_though_the_order_waits() -> None:
    number = at_the_visit()
    commitments.refuse_request(request=asked_off(number, 10), word="录音里没有", **by("supervisor", 200))
    assert (stands(number), pledge(number).state, pledge(number).pauses) == (("held", "10P", ""), "open", [])
    api.undefer(order=number, leg=1, reason="装修完毕", **by("agent", 300))
    assert (stands(number), pledge(number).pauses) == (("inProgress", "", ""), [])


def test_the_customer_is_ready_before_the_pause_was_approved() -> None:
    number = at_the_visit()
    asked = asked_off(number, 10)
    api.undefer(order=number, leg=1, reason="提前完工", **by("agent", 100))
    assert (stands(number), pledge(number).pauses) == (("inProgress", "", ""), [])
    commitments.approve_request(request=asked, **by("supervisor", 200))
    assert (pledge(number).state, pledge(number).pauses) == (
        "open",
        [[later(10).isoformat(), later(100).isoformat()]],
    )


def test_ones_own_wish_is_for_somebody_else_to_approve() -> None:
    number = at_the_visit()
    said = {"reason": "内部安排", "evidence": "邮件 3", "requested_by": "supervisor"}
    asked = api.defer(order=number, leg=1, until=later(9000), **said, **by("supervisor", 10))
    assert asked is not None
    assert pledge(number).state == "open"
    with pytest.raises(commitments.OwnApproval):
        commitments.approve_request(request=asked, **by("supervisor", 11))


def test_nothing_is_put_off_into_the_past_or_without_evidence() -> None:
    number = placed()
    said = {"order": number, "leg": 1, "reason": "客户装修"}
    with pytest.raises(api.BadMoment):
        api.defer(**said, evidence="录音", until=later(-5), **by("agent", 1))
    with pytest.raises(work.NoteMissing):
        api.defer(**said, evidence="", until=later(50), **by("agent", 1))
    assert stands(number) == ("inProgress", "", "")


# ---- 10C ----


def test_cancelled_before_the_point_of_no_return_everything_is_taken_back_in_reverse() -> None:
    number = at_the_visit()
    service = Line.objects.get(leg=leg(number)).service
    assert api.cancel(order=number, reason="客户改变主意", **by("agent", 10)) == [1]
    assert stands(number) == ("pendingCancellation", "10C", "10C")
    assert live(number) == set()
    assert pledge(number).state == "void"
    with pytest.raises(api.CancelRunning):
        api.cancel(order=number, reason="再撤一次", **by("agent", 11))
    with pytest.raises(api.CancelRunning):
        api.return_leg(order=number, leg=1, reason=REASON, **by("agent", 11))
    run(12)
    assert stands(number) == ("cancelled", "", "")
    assert held(leg(number).subject) == {}
    assert SimulatedUnit.objects.count() == 0
    assert [name for name, state in steps(number) if state == "done"] == ["deactivate", "release_held"]
    assert service is not None
    assert shop.service(service.number).state == "terminated"
    assert shop.order(number).closed_at == later(12)


def test_after_the_point_of_no_return_a_cancellation_is_refused_with_the_remedy() -> None:
    number = at_the_visit()
    do(number, "visit", 3)
    with pytest.raises(api.PastNoReturn, match="disconnection"):
        api.cancel(order=number, reason="客户改变主意", **by("agent", 4))
    assert stands(number) == ("inProgress", "", "")
    run(5)
    with pytest.raises(api.NotAllowedNow):
        api.cancel(order=number, reason="客户改变主意", **by("agent", 6))


def test_an_unpaid_order_gives_its_reservation_back_at_once() -> None:
    number = placed(pay=False)
    assert stands(number) == ("pending", "", "")
    assert live(number) == set()
    assert not Commitment.objects.filter(subject=leg(number).subject, promise="install").exists()
    api.cancel(order=number, reason="未缴费", **by("agent", 10))
    assert stands(number) == ("cancelled", "", "")
    assert held(leg(number).subject) == {}


def test_what_we_cannot_even_begin_is_rejected() -> None:
    number = placed(line(address="n9"), pay=False)
    api.cancel(order=number, cause="operator", reason="无法覆盖", **by("agent", 10))
    assert stands(number)[0] == "rejected"
    assert shop.order(number).state == "rejected"


def test_a_cancellation_while_something_irreversible_is_done_is_looked_at_first() -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    number = placed(line(action="suspend", address="", service=service), whose=whose, minutes=100)
    do(number, "accept", 101)
    lease = engine.claim(later(102))
    assert lease is not None
    api.cancel(order=number, reason="不停了", **by("agent", 103))
    assert stands(number) == ("assessingCancellation", "10C", "10C")
    engine.work_off(lease, later(104))
    assert stands(number)[0] == "completed"
    assert shop.service(service).state == "suspended"


# ---- 10Q ----


def test_an_amendment_is_a_new_version_and_what_was_activated_is_told() -> None:
    number = at_the_visit()
    due = pledge(number).due_at
    api.amend(order=number, line=1, offer="fibre-300", **by("agent", 10))
    row = leg(number)
    assert (row.version, stands(number)) == (2, ("inProgress", "", ""))
    assert pledge(number).due_at == due
    run(11)
    assert steps(number)[-1] == ("adjust", "done")
    assert SimulatedUnit.objects.get().settings["down_mbps"] == 300
    with pytest.raises(api.NothingAmended):
        api.amend(order=number, line=1, offer="fibre-300", **by("agent", 12))
    assert leg(number).version == 2
    do(number, "visit", 13)
    run(14)
    assert shop.service(Line.objects.get(leg=row).service.number).state == "active"  # type: ignore[union-attr]


def test_a_payphone_is_called_by_its_name_where_it_cannot_become_something_else() -> None:
    number = placed(line("payphone"), channel="transient")
    with pytest.raises(api.BadLine, match="choose one of payphone, or cancel it and order anew") as refused:
        api.amend(order=number, line=1, offer="voice", **by("agent", 1))
    assert "须为同一产品（公用电话）的商品" in refused.value.text.zh
    assert leg(number).version == 1


def test_an_amendment_while_the_network_is_being_told_is_told_after_it() -> None:
    number = placed()
    while (lease := engine.claim(later(1))) and Step.objects.get(id=lease.step).name != "activate":
        engine.work_off(lease, later(1))
    assert lease is not None
    asked = performing.perform(Step.objects.select_related("leg__order").get(id=lease.step), later(1.1))
    api.amend(order=number, line=1, offer="fibre-300", **by("agent", 1.2))
    run(1.3)
    assert (steps(number)[-1], SimulatedUnit.objects.get().settings["down_mbps"]) == (("adjust", "waiting"), 100)
    engine.settle(lease, asked, later(1.4))
    run(1.5)
    assert (("adjust", "done") in steps(number), SimulatedUnit.objects.get().settings["down_mbps"]) == (True, 300)


def test_what_was_agreed_to_is_not_amended() -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    number = placed(line(action="suspend", address="", service=service), whose=whose, minutes=100)
    before = Line.objects.get(leg=leg(number)).characteristics
    with pytest.raises(api.BadLine, match="suspension"):
        api.amend(order=number, line=1, characteristics={"suspension": "violation"}, **by("agent", 101))
    assert (leg(number).version, Line.objects.get(leg=leg(number)).characteristics) == (1, before)


def test_what_has_been_taken_back_is_not_told_an_amendment() -> None:
    number = at_the_visit()
    api.return_leg(order=number, leg=1, reason=REASON, **by("technician", 10))
    api.amend(order=number, line=1, offer="fibre-300", **by("agent", 11))
    run(12)
    assert "adjust" not in {name for name, _ in steps(number)}
    assert "fallen_out" not in {state for _, state in steps(number)}


@pytest.mark.parametrize(
    ("offer", "words"),
    [
        ("voice", "fixed broadband"),
        ("trial-fibre-1000", "a trial is not exchanged"),
        ("sme-blue", "order anew"),
        ("gold", "gold"),
    ],
)
def test_an_amendment_to_what_does_not_fit_is_refused(offer: str, words: str) -> None:
    number = placed(channel="key_account") if offer == "trial-fibre-1000" else at_the_visit()
    with pytest.raises(KapokError, match=words):
        api.amend(order=number, line=1, offer=offer, **by("agent", 10))
    assert (leg(number).version, Line.objects.get(leg=leg(number)).offer.code) == (1, "fibre-100")


def test_an_amendment_is_quoted_anew_and_a_part_of_a_bundle_is_not_swapped() -> None:
    number = placed()
    assert shop.order(number).quote["monthly"] == 8800
    wanted = placed(line("fibre-300"))
    api.amend(order=number, line=1, offer="fibre-300", **by("agent", 10))
    assert shop.order(number).quote == shop.order(wanted).quote
    bundle = placed(line("sme-blue"), whose=shop.customer("陈公司", "business"), channel="business")
    part = Line.objects.get(leg__order__number=bundle, offer__code="fibre-300").number
    with pytest.raises(api.BadLine, match="order anew"):
        api.amend(order=bundle, line=part, offer="fibre-100", **by("agent", 11))


def test_what_costs_nothing_once_any_more_begins_and_does_not_lapse() -> None:
    monthly = [each for each in sold("fibre-300") if each["kind"] != "one_off"]
    shop.new_version("fibre-300", prices=monthly)
    number, still = placed(pay=False), placed(pay=False)
    assert (stands(number)[0], shop.order(number).quote["one_off"] > 0) == ("pending", True)
    api.amend(order=number, line=1, offer="fibre-300", **by("agent", 10))
    assert (stands(number)[0], shop.order(number).paid_at, shop.order(number).quote["one_off"]) == (
        "inProgress",
        later(10),
        0,
    )
    assert live(number) == {"accept"}
    assert [each["order"] for each in told("ordering.paid")] == [number]
    assert told("ordering.difference_due") == []
    api.amend(
        order=still, line=1, promised_date=(later(0) + timedelta(days=30)).date(), evidence="录音 3", **by("agent", 10)
    )
    assert (stands(still)[0], shop.order(still).paid_at) == ("pending", None)
    with pytest.raises(api.AlreadyPaid):
        api.pay(order=number, **by("agent", 11))


def test_what_an_amendment_after_the_payment_costs_more_once_goes_to_the_bill_and_is_shown() -> None:
    shop.new_version("fibre-300", dearer=5000)
    number = placed()
    before = shop.order(number).quote["one_off"]
    api.amend(order=number, line=1, offer="fibre-300", **by("agent", 10))
    quote = shop.order(number).quote
    assert (quote["one_off"] - before, quote["due"]) == (5000, 5000)
    (said,) = told("ordering.difference_due", f"order/{number}")
    assert (said["minor"], said["currency"], said["order"]) == (5000, "CNY", number)
    assert queries.order(number).due.minor == 5000
    api.amend(order=number, line=1, offer="fibre-100", **by("agent", 11))
    assert (shop.order(number).quote["one_off"], queries.order(number).due.minor) == (before, 0)
    assert [each["minor"] for each in told("ordering.difference_due", f"order/{number}")] == [5000, -5000]
    unpaid = placed(pay=False)
    api.amend(order=unpaid, line=1, offer="fibre-300", **by("agent", 10))
    assert (queries.order(unpaid).due.minor, shop.order(unpaid).quote["one_off"]) == (0, before + 5000)


def sold(code: str) -> list[dict[str, Any]]:
    return list(catalog.offer(code).offer.document()["prices"])


def test_an_amendment_writes_no_login_into_the_journal() -> None:
    number = at_the_visit()
    api.amend(order=number, line=1, characteristics={"login": "chenjing88"}, **by("agent", 10))
    assert told("ordering.amended")[0]["after"] == {"characteristics": {"login": "••••ng88"}}
    assert Line.objects.get(leg=leg(number)).characteristics == {"login": "chenjing88"}


# ---- steps that fail ----


def test_a_step_that_fails_is_tried_again_with_back_off_and_goes_on() -> None:
    number = placed()
    fault("timeout", calls=2)
    run(1)
    step = Step.objects.get(leg=leg(number), name="activate")
    assert (step.state, step.attempts, step.code) == ("failed", 1, "timeout")
    assert step.next_try_at is not None
    assert (
        later(1) + settings.ORDERING_RETRY_FIRST <= step.next_try_at <= later(1) + settings.ORDERING_RETRY_FIRST * 1.25
    )
    assert run(1) == 0
    run(2)
    run(4)
    assert Step.objects.get(id=step.id).state == "done"
    assert live(number) == {"appoint"}


def test_a_step_that_cannot_be_done_falls_out_to_people_with_the_reason_and_resumes_from_there() -> None:
    number = placed()
    fault("refuses")
    run(1)
    step = Step.objects.get(leg=leg(number), name="activate")
    assert (step.state, step.code, step.attempts) == ("fallen_out", "refused", 1)
    found = shop.item(number, "configure")
    assert found.state == "offered"
    note = Handoff.objects.get(item=found, state="offered").note
    assert "网元拒绝执行" in note
    assert "The element refused" in note
    assert "网元拒绝执行" in told("ordering.step_fell_out")[0]["why"]["zh"]
    activation.switch_off_fault(element="olt", actor="staff/noc", at=later(2))
    api.retry_step(step=step.id, **by("noc", 3))
    with pytest.raises(api.NotSettleable):
        api.retry_step(step=step.id, **by("noc", 3))
    run(4)
    assert Step.objects.get(id=step.id).state == "done"
    assert steps(number)[:3] == [("reserve", "done"), ("assign", "done"), ("activate", "done")]


def test_a_person_settles_a_step_by_hand_from_either_side() -> None:
    number = placed()
    fault("refuses")
    run(1)
    step = Step.objects.get(leg=leg(number), name="activate")
    api.settle_step(step=step.id, note="手工录入数据", **by("noc", 3))
    assert (Step.objects.get(id=step.id).state, Step.objects.get(id=step.id).by) == ("done", "staff/noc")
    assert "configure" not in live(number)
    other = placed(minutes=10)
    run(11)
    do(other, "configure", 12)
    assert Step.objects.get(leg=leg(other), name="activate").by == "staff/manager"


def test_attempts_end(settings: object) -> None:
    settings.ORDERING_ATTEMPTS = 2  # type: ignore[attr-defined]
    number = placed()
    fault("timeout")
    for minutes in (1, 10, 60, 100):
        run(minutes)
    step = Step.objects.get(leg=leg(number), name="activate")
    assert (step.state, step.attempts, step.code) == ("fallen_out", 2, "timeout")


def test_an_undoing_that_fails_leaves_the_leg_failed_until_it_is_settled() -> None:
    number = at_the_visit()
    fault("refuses")
    api.cancel(order=number, reason="客户改变主意", **by("agent", 10))
    run(11)
    assert stands(number) == ("failed", "10C", "10C")
    assert shop.order(number).state == "failed"
    activation.switch_off_fault(element="olt", actor="staff/noc", at=later(12))
    api.retry_step(step=Step.objects.get(name="deactivate").id, **by("noc", 13))
    run(14)
    assert stands(number) == ("cancelled", "", "")


def test_whoever_answers_for_the_matter_cancels_it_and_the_order_follows() -> None:
    number = at_the_visit()
    work.happen(matter=leg(number).subject, kind="order.cancelled", **by("agent", 5))
    assert stands(number)[0] == "pendingCancellation"
    run(6)
    assert stands(number)[0] == "cancelled"
    assert held(leg(number).subject) == {}


def test_pressing_for_an_order_is_journalled_once_on_its_matter_and_on_the_work() -> None:
    number = at_the_visit()
    api.expedite(order=number, note="客户催问", supervise=True, **by("agent", 10))
    (said,) = told("work.supervised", leg(number).subject)
    assert (said["note"], said["number"]) == ("客户催问", 1)
    assert Entry.objects.filter(kind="work.supervised").count() == 2
    assert told("ordering.expedited") == []
    with pytest.raises(work.NotWaiting):
        api.expedite(order=number, note="路过问问", **by("viewer", 11))


def test_a_bill_that_a_person_settled_is_told_to_billing_all_the_same() -> None:
    number = placed()
    row = Step(id=uuid7(later(1)), leg=leg(number), name="bill", state="fallen_out", opened_at=later(1))
    row.save(force_insert=True)
    api.settle_step(step=row.id, note="已在计费系统手工登记", **by("noc", 3))
    (said,) = told("ordering.billing_due", leg(number).subject)
    assert (said["order"], [each["offer"] for each in said["lines"]]) == (number, ["fibre-100"])


def test_what_was_promised_is_put_off_at_the_customers_word_alone() -> None:
    day = date(2026, 3, 20)
    number = placed(promised_date=day)
    for evidence in ("", "  "):
        with pytest.raises(api.LaterWithoutWord):
            api.amend(order=number, line=1, promised_date=day + timedelta(days=1), evidence=evidence, **by("agent", 1))
    row = leg(number)
    assert (row.promised_date, row.version, told("ordering.amended")) == (day, 1, [])
    api.amend(order=number, line=1, promised_date=day - timedelta(days=1), **by("agent", 2))
    later_day = day + timedelta(days=3)
    api.amend(order=number, line=1, promised_date=later_day, evidence="来电录音 17", **by("agent", 3))
    row = leg(number)
    assert (row.promised_date, row.version) == (later_day, 3)
    assert [each["evidence"] for each in told("ordering.amended")] == ["", "来电录音 17"]
