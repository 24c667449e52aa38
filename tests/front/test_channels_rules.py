"""The routing rules R1 to R8, and what counts as an answer: every branch, with the reasons in their order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from kapok.front.channels import rules
from kapok.front.channels.duties import Duty, duty_of, nearest
from kapok.front.channels.rules import (
    Agent,
    Asked,
    Caller,
    Channel,
    Course,
    Decision,
    How,
    Kind,
    Knock,
    Queues,
    Territory,
    Via,
    acknowledged,
    longest_idle,
    look_again,
    route,
    too_often,
)
from kapok.ground.catalog.template import Line
from kapok.ground.posts.queries import Acting, Person
from kapok.kernel.text import Text

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOME = Caller(customer="C00000001", segment="public", via=Via.CONTACT)
SHOP = Caller(customer="C00000002", segment="business", via=Via.SAID)
BANK = Caller(customer="C00000003", segment="key_account", tier="SL1", manager="keyaccount", via=Via.SERVICE)


def named(name: str) -> Text:
    return Text(zh=name, en=name)


def agent(username: str, idle: float | None = 10, *skills: str) -> Agent:
    return Agent(username, None if idle is None else AT - timedelta(minutes=idle), frozenset(skills))


QUEUES = Queues(
    "hotline",
    "business-desk",
    "key-accounts",
    "supervision",
    overflow="general",
    agents=[agent("lin", 5), agent("wu", 9)],
)
PATCH = Territory("patch-1", named("patch-1"), known=True, a="he", b="ong", centre="east", centre_name=named("east"),
                  duty=[agent("duty")], bureau="tianhe", bureau_name=named("tianhe"))  # fmt: skip
BARE = replace(PATCH, known=False, unit="east", unit_name=named("east"), a="", b="")


def routed(kind: Kind = Kind.FAULT, caller: Caller = HOME, territory: Territory | None = None, **said: Any) -> Decision:
    queues = said.pop("queues", QUEUES)
    return route(Asked(kind, **said), caller, queues, territory)


def fired(decision: Decision) -> list[str]:
    return [reason.rule.value for reason in decision.reasons]


def test_a_stranger_is_not_recognised_and_waits_in_the_mass_queue_for_the_longest_idle() -> None:
    decision = routed(caller=Caller())
    assert (decision.course, decision.unit, decision.owner) == (Course.OPEN, "hotline", "wu")
    assert fired(decision) == ["R1", "R7", "R8"]
    assert decision.reasons[0].text == Text(zh="未识别客户", en="the customer is not recognised")


@pytest.mark.parametrize(
    ("caller", "said"),
    [
        (HOME, "a contact of theirs: C00000001 (Residential)"), (SHOP, "whoever took it: C00000002 (Business)"),
        (BANK, "a service of theirs: C00000003 (Key accounts VIP SL1)"),
    ],
)  # fmt: skip
def test_r1_says_by_what_somebody_was_recognised(caller: Caller, said: str) -> None:
    assert routed(caller=caller).reasons[0].text.en.endswith(said)


def test_r2_a_key_account_never_waits_in_the_mass_queue() -> None:
    decision = routed(Kind.FAULT, BANK)
    assert (decision.unit, decision.owner, decision.three_hours) == ("key-accounts", "keyaccount", True)
    assert fired(decision) == ["R1", "R7", "R2", "R2"]
    tiered = routed(Kind.REQUEST, replace(HOME, tier="SL3"))
    assert (tiered.unit, tiered.owner, tiered.three_hours) == ("key-accounts", "", True)
    for kind in (Kind.REQUEST, Kind.FAULT):
        assert routed(kind, replace(BANK, manager="")).unit == "key-accounts"
    assert routed(Kind.COMPLAINT, BANK, complaint_kind="network").unit == "key-accounts"


def test_r2_from_so_many_stars_on_a_customer_goes_before_the_mass_queue() -> None:
    queues = replace(QUEUES, stars_first=5)
    star = replace(HOME, star=5, manager="ye")
    decision = routed(caller=star, territory=PATCH, queues=queues)
    assert (decision.unit, decision.owner, decision.three_hours) == ("business-desk", "ye", False)
    assert fired(decision) == ["R1", "R7", "R2", "R2"]
    assert routed(Kind.REQUEST, star, queues=queues).three_hours is False
    assert routed(caller=replace(star, manager=""), territory=PATCH, queues=queues).owner == "he"
    assert routed(caller=replace(star, star=4), territory=PATCH, queues=queues).unit == "patch-1"
    assert routed(caller=star, territory=PATCH).unit == "patch-1"  # stars decide nothing there
    bill = routed(Kind.COMPLAINT, star, complaint_kind="billing", queues=queues)
    assert bill.unit == "supervision"


@pytest.mark.parametrize("said", [{"pressed": "9"}, {"dialled": "10009"}])
@pytest.mark.parametrize("kind", [Kind.FAULT, Kind.COMPLAINT])
def test_r5_what_else_comes_by_the_business_line_goes_to_its_queue_without_the_three_hours_of_firms(
    kind: Kind, said: dict[str, str]
) -> None:
    asked = said | ({"complaint_kind": "network"} if kind is Kind.COMPLAINT else {})
    decision = routed(kind, replace(HOME, manager="ye"), PATCH, **asked)
    assert (decision.unit, decision.owner, decision.three_hours) == ("business-desk", "ye", False)
    assert fired(decision) == ["R1", "R7", "R5", "R5"]
    assert (routed(kind, Caller(), PATCH, **asked).owner, routed(kind, Caller(), **asked).unit) == (
        "he",
        "business-desk",
    )
    assert routed(kind, SHOP, PATCH, **dict.fromkeys(said, ""), complaint_kind="network").unit == "patch-1"


def test_r1_says_who_is_not_to_be_disturbed() -> None:
    quiet = routed(caller=replace(HOME, quiet=True)).reasons[0].text
    assert quiet.zh.endswith("C00000001（公众客户），免打扰：已撤回电话营销同意")
    assert "disturbed" not in routed(caller=HOME).reasons[0].text.en


def test_r1_says_the_star_level() -> None:
    said = routed(caller=replace(HOME, star=3)).reasons[0].text
    assert said.en.endswith("theirs: C00000001 (Residential ★★★)")
    assert said.zh.endswith("C00000001（公众客户 ★★★）")
    assert routed(caller=BANK).reasons[0].text.zh.endswith("C00000003（大客户 VIP-SL1）")


def test_r3_what_is_open_is_urged_and_no_second_opened() -> None:
    decision = routed(open_matter="fault/F2026-000001", incident="incident/I1", caller=BANK)
    assert (decision.course, decision.matter, fired(decision)) == (Course.URGE, "fault/F2026-000001", ["R1", "R3"])


def test_r4_a_fault_under_an_incident_is_attached_and_nobody_is_sent() -> None:
    decision = routed(incident="incident/I2026-000007")
    assert (decision.course, decision.matter, decision.owner) == (Course.ATTACH, "incident/I2026-000007", "")
    assert fired(decision) == ["R1", "R4"]
    assert routed(Kind.COMPLAINT, incident="incident/I2026-000007").course is Course.OPEN


@pytest.mark.parametrize("said", [{"pressed": "9"}, {"dialled": "10009"}])
def test_r5_the_business_line_opens_the_three_hours_for_the_account_manager(said: dict[str, str]) -> None:
    decision = routed(Kind.REQUEST, replace(HOME, manager="ye"), PATCH, **said)
    assert (decision.unit, decision.owner, decision.three_hours) == ("business-desk", "ye", True)
    assert fired(decision) == ["R1", "R7", "R5", "R5"]


def test_r5_without_a_manager_the_patch_answers_or_the_queue() -> None:
    assert (routed(Kind.REQUEST, SHOP, PATCH).owner, fired(routed(Kind.REQUEST, SHOP, PATCH))[-1]) == ("he", "R6")
    assert routed(Kind.REQUEST, SHOP, replace(PATCH, a="")).owner == "ong"
    nobody = routed(Kind.REQUEST, SHOP, replace(PATCH, a="", b=""))
    assert (nobody.unit, nobody.owner, nobody.three_hours) == ("business-desk", "", True)


@pytest.mark.parametrize("said", [{}, {"pressed": "9"}, {"dialled": "10009"}])
def test_the_three_hours_count_for_the_faults_of_firms_wherever_they_go(said: dict[str, str]) -> None:
    fault = routed(Kind.FAULT, SHOP, PATCH, **said)
    assert (fault.three_hours, fault.owner, fault.unit) == (True, "he", "business-desk" if said else "patch-1")
    assert routed(Kind.FAULT, HOME, PATCH, **said).three_hours is False
    assert routed(Kind.COMPLAINT, SHOP, PATCH, complaint_kind="network", **said).three_hours is False


def test_r6_goes_to_a_then_b_then_the_duty_pool_then_the_bureau() -> None:
    a, b = routed(territory=PATCH), routed(territory=replace(PATCH, a=""))
    assert (a.unit, a.owner, b.owner, fired(a)) == ("patch-1", "he", "ong", ["R1", "R7", "R6"])
    pool = routed(territory=replace(PATCH, a="", b=""))
    assert (pool.unit, pool.owner, pool.defect) == ("east", "duty", False)
    bureau = routed(territory=replace(PATCH, a="", b="", duty=()))
    assert (bureau.unit, bureau.owner) == ("tianhe", "")
    branch = routed(territory=replace(PATCH, a="", b="", duty=(), bureau=""))
    assert branch.unit == "patch-1"


def test_r6_an_address_without_a_patch_is_a_defect_and_has_an_owner_all_the_same() -> None:
    decision = routed(territory=BARE)
    assert (decision.defect, decision.unit, decision.owner) == (True, "east", "duty")
    assert fired(decision) == ["R1", "R7", "R6", "R6"]
    assert routed(territory=replace(BARE, a="he")).owner == "duty"


@pytest.mark.parametrize(
    ("kind", "complaint", "line"),
    [
        (Kind.REQUEST, "", Line.FULFILMENT), (Kind.FAULT, "", Line.ASSURANCE), (Kind.COMPLAINT, "network", Line.ASSURANCE),
        (Kind.COMPLAINT, "billing", Line.SUPERVISION), (Kind.COMPLAINT, "attitude", Line.SUPERVISION),
        (Kind.COMPLAINT, "other", Line.SUPERVISION), (Kind.COMPLAINT, "service", Line.SUPERVISION),
    ],
)  # fmt: skip
def test_r7_the_kind_gives_the_line(kind: Kind, complaint: str, line: Line) -> None:
    assert routed(kind, complaint_kind=complaint).line is line


@pytest.mark.parametrize("caller", [HOME, SHOP, BANK, Caller()])
@pytest.mark.parametrize("complaint", ["billing", "attitude", "other"])
def test_r7_complaints_about_bills_and_people_are_the_supervisions_and_nobodys_who_serves(
    caller: Caller, complaint: str
) -> None:
    decision = routed(Kind.COMPLAINT, caller, PATCH, complaint_kind=complaint, pressed="9")
    assert (decision.unit, decision.owner, decision.waits) == ("supervision", "", False)
    assert fired(decision) == ["R1", "R7", "R7"]


def post(code: str, function: str, there: bool = True) -> Acting:
    who = Person(uuid4(), f"{code}-a", code, active=True, there=there)
    return Acting(
        uuid4(), code, function, named(code), "patch-1", uuid4(), named("patch-1"), None, who, None, None, False
    )


@pytest.mark.parametrize(
    ("kind", "channel", "segment", "service", "duty"),
    [
        (Kind.FAULT, Channel.HOTLINE, "public", "fixed_voice", Duty.LINES),
        (Kind.FAULT, Channel.BUSINESS, "business", "", Duty.LINES),
        (Kind.REQUEST, Channel.PUBLIC, "public", "", Duty.COMMUNITY),
        (Kind.REQUEST, Channel.BUSINESS, "business", "", Duty.BUSINESS),
        (Kind.COMPLAINT, Channel.HOTLINE, "key_account", "", Duty.BUSINESS),
        (Kind.FAULT, Channel.TRANSIENT, "public", "", Duty.PAYPHONES),
        (Kind.REQUEST, Channel.TRANSIENT, "public", "", Duty.PAYPHONES),
        (Kind.FAULT, Channel.HOTLINE, "public", "payphone", Duty.PAYPHONES),
    ],
)
def test_r6_the_kind_of_case_and_the_channel_choose_the_post(
    kind: Kind, channel: Channel, segment: str, service: str, duty: Duty
) -> None:
    assert duty_of(kind, channel, segment, service) is duty


def test_r6_the_post_of_that_duty_answers_else_another_of_the_patch() -> None:
    lines, shops, phones = post("b", "line-maintainer"), post("a", "business-manager"), post("0", "payphone-manager")
    all_three = [phones, shops, lines]
    assert [nearest(all_three, duty) for duty in (Duty.LINES, Duty.BUSINESS, Duty.PAYPHONES, Duty.COMMUNITY)] == [
        lines, shops, phones, shops,
    ]  # fmt: skip
    assert nearest([phones, shops, post("b", "line-maintainer", there=False)], Duty.LINES) == shops
    assert nearest([shops], Duty.PAYPHONES) == shops
    assert nearest([phones], Duty.LINES) is None


def test_r7_a_complaint_about_the_network_goes_to_the_patch() -> None:
    assert routed(Kind.COMPLAINT, territory=PATCH, complaint_kind="network").owner == "he"


def test_r8_skill_then_overflow_then_call_back() -> None:
    able = replace(QUEUES, agents=[agent("lin", 5, "english"), agent("wu", 9)])
    assert routed(skill="english", queues=able).owner == "lin"
    waits = routed(skill="japanese")
    assert (waits.owner, waits.unit, waits.call_back, waits.waits) == ("", "hotline", False, True)
    assert not routed(queues=able).waits
    over = routed(skill="japanese", waited=timedelta(minutes=1))
    assert (over.owner, over.unit) == ("wu", "general")
    assert routed(skill="japanese", waited=timedelta(minutes=1), queues=replace(QUEUES, overflow="")).unit == "hotline"
    late = routed(skill="japanese", waited=timedelta(minutes=5))
    assert (late.owner, late.call_back, late.waits) == ("", True, True)
    empty = routed(skill="japanese", waited=timedelta(minutes=2), queues=replace(QUEUES, agents=()))
    assert (empty.owner, empty.call_back) == ("", False)


def test_r8_what_waits_is_looked_at_by_the_same_rule() -> None:
    asked = Asked(Kind.FAULT, skill="japanese", waited=timedelta(minutes=1))
    assert look_again(asked, QUEUES).owner == "wu"
    assert look_again(replace(asked, skill=""), QUEUES).unit == "hotline"
    assert look_again(replace(asked, waited=timedelta(minutes=5)), QUEUES).call_back
    assert fired(look_again(asked, QUEUES)) == ["R8"]


def test_the_longest_idle_is_chosen_ties_by_name_and_nobody_who_is_busy() -> None:
    assert longest_idle([agent("b", 5), agent("a", 5), agent("c", None)], "") == agent("a", 5)
    assert longest_idle([agent("c", None)], "") is None


def test_an_answer_is_heard_in_a_call_of_twenty_seconds_or_in_a_reply() -> None:
    assert acknowledged(How.CALL, timedelta(seconds=20), "")
    assert not acknowledged(How.CALL, timedelta(seconds=19), "yes")
    assert acknowledged(How.MESSAGE, timedelta(0), "ok")
    assert not acknowledged(How.MESSAGE, timedelta(minutes=3), "  ")


def test_the_door_counts_by_order_and_by_address() -> None:
    assert [too_often(Knock.ASKED, n, 0) for n in (4, 5)] == [False, True]
    assert [too_often(Knock.ASKED, 0, n) for n in (19, 20)] == [False, True]
    assert [too_often(Knock.TRIED, n, 0) for n in (9, 10)] == [False, True]


def test_every_list_is_named_in_both_languages() -> None:
    for table in (rules.MEDIA, rules.KINDS, rules.SUBSTANCES, rules.HOWS, rules.DIRECTIONS, rules.LINES):
        assert all(text.zh and text.en for text in table.values())
    assert set(rules.USED) == set(rules.Channel)
