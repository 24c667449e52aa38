"""Who burned the time: the parts add up exactly, and each is charged to whom it belongs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from kapok.ground.catalog import api as catalog
from kapok.ground.commitments import api as commitments
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.explaining import judgement_of
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal.models import Entry
from kapok.ground.posts import api as posts
from kapok.ground.work import api as work
from kapok.ground.work.attribution import Clock, Party, Share, Span, attribute
from kapok.ground.work.baton import api as baton
from kapok.ground.work.baton import queries
from kapok.ground.work.models import Handoff, Tenure
from kapok.ground.work.refusals import InvalidFact
from kapok.ground.work.rules import Part, Reason, Side
from kapok.kernel.hours import Hours, Measure, elapsed
from kapok.kernel.promises import find
from tests.ground.conftest import AT
from tests.ground.work_office import FLOW, by, fault, held, later, offered, set_up_work, stage

ALWAYS = Hours.always("Asia/Shanghai")
OFFICE = Hours.parse(
    {"zone": "Asia/Shanghai", "week": {day: [["08:30", "12:00"], ["14:00", "18:00"]] for day in ("mon", "tue", "wed")}}
)
OWNER = Party("hotline", "agent", "", Part.BETWEEN)
FIELD = Party("field", "tech", "tech3", Part.HELD)
EXCHANGE = Party("exchange", "lead", "engineer", Part.HELD)
OWNERS = [Span(datetime.min.replace(tzinfo=UTC), None, OWNER)]
MINUTE = timedelta(minutes=1)


def span(since: float, until: float | None, party: Party) -> Span:
    return Span(later(since), None if until is None else later(until), party)


def parted(*shares: tuple[Party, float]) -> tuple[Share, ...]:
    return tuple(Share(party, minutes * MINUTE) for party, minutes in shares)


def test_time_is_charged_to_whose_turn_it_was_and_else_to_the_first_contact() -> None:
    clock = Clock(AT, later(100), ALWAYS)
    found = attribute(clock, [span(10, 40, FIELD), span(40, 55, EXCHANGE)], OWNERS)
    assert found == parted((OWNER, 55), (FIELD, 30), (EXCHANGE, 15))


def test_where_nobodys_turn_ran_it_is_charged_to_who_answered_then() -> None:
    acted = replace(OWNER, acted_by="agent2")
    owners = [*(replace(each, until=later(20)) for each in OWNERS), span(20, 60, acted), span(60, None, EXCHANGE)]
    found = attribute(Clock(AT, later(100), ALWAYS), [span(10, 30, FIELD), span(90, None, FIELD)], owners)
    assert found == parted((EXCHANGE, 30), (FIELD, 30), (acted, 30), (OWNER, 10))


def test_branches_side_by_side_part_the_time_and_the_odd_microsecond_goes_to_the_first() -> None:
    clock = Clock(AT, AT + timedelta(microseconds=7), ALWAYS)
    found = attribute(clock, [span(-5, None, FIELD), span(-5, None, EXCHANGE)], OWNERS)
    assert {share.party: share.time // timedelta(microseconds=1) for share in found} == {EXCHANGE: 4, FIELD: 3}


def test_pauses_and_closed_hours_are_nobodys_time() -> None:
    opened = datetime.fromisoformat("2026-03-02T11:30:00+08:00")
    clock = Clock(opened, opened + timedelta(hours=4), OFFICE, [(opened + 10 * MINUTE, opened + 20 * MINUTE)])
    found = attribute(clock, [Span(opened, None, FIELD)], OWNERS)
    assert found == parted((FIELD, 20 + 90))


def test_a_pause_measured_by_the_wall_takes_its_closed_hours_off_what_runs_next_and_else_off_what_ran_before() -> None:
    opened = datetime.fromisoformat("2026-03-02T10:00:00+08:00")
    pause = (opened + 60 * MINUTE, opened + 240 * MINUTE)  # 11:00 to 14:00, of which one hour is open
    spans = [Span(opened, opened + 360 * MINUTE, FIELD), Span(opened + 360 * MINUTE, None, EXCHANGE)]
    until_five = Clock(opened, opened + 420 * MINUTE, OFFICE, [pause], Measure.WALL)
    assert attribute(until_five, spans, OWNERS) == parted((EXCHANGE, 60), (FIELD, 60))
    assert attribute(until_five, spans, OWNERS, since=pause[1]) == parted((EXCHANGE, 60))
    until_three = Clock(opened, opened + 300 * MINUTE, OFFICE, [pause], Measure.WALL)
    assert attribute(until_three, spans, OWNERS) == ()
    until_half_past = Clock(opened, opened + 330 * MINUTE, OFFICE, [pause], Measure.WALL)
    assert attribute(until_half_past, spans, OWNERS) == parted((FIELD, 30))
    assert attribute(until_half_past, spans, OWNERS, until=opened + 30 * MINUTE) == parted((FIELD, 30))


def test_nothing_is_charged_outside_of_the_clocks_life() -> None:
    clock = Clock(AT, later(90), ALWAYS)
    before_and_after = {"since": later(-60), "until": later(600)}
    assert attribute(clock, [span(0, 30, FIELD)], OWNERS, **before_and_after) == parted((OWNER, 60), (FIELD, 30))
    assert attribute(clock, [span(0, 30, FIELD)], OWNERS, since=later(20), until=later(40)) == parted(
        (FIELD, 10), (OWNER, 10)
    )
    assert attribute(clock, [], OWNERS, since=later(90)) == ()
    assert attribute(clock, [], OWNERS, since=later(50), until=later(40)) == ()
    assert attribute(Clock(AT, AT, ALWAYS), [], OWNERS) == ()


moments = st.integers(-500, 3000).map(lambda n: AT + timedelta(seconds=n * 17, microseconds=n))
parties = st.sampled_from([FIELD, EXCHANGE, Party("", "", "", Part.DISPUTE), Party("field", "tech", "", Part.WAITING)])
stretches = st.tuples(moments, moments).map(lambda pair: (min(pair), max(pair)))
turns = st.lists(st.builds(lambda pair, party: Span(pair[0], pair[1], party), stretches, parties), max_size=8)


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    """Clocks whose pauses lie within their life and do not overlap, as the kernel makes them."""
    opened, end = draw(stretches)
    moments_within = st.integers(0, (end - opened) // timedelta(microseconds=1)).map(
        lambda n: opened + timedelta(microseconds=n)
    )
    edges = sorted(draw(st.lists(moments_within, max_size=6)))
    pauses = tuple(zip(edges[::2], edges[1::2], strict=False))
    return Clock(opened, end, draw(st.sampled_from([ALWAYS, OFFICE])), pauses, draw(st.sampled_from(Measure)))


def total(shares: Iterable[Share]) -> timedelta:
    return sum((share.time for share in shares), timedelta())


@st.composite
def in_charge(draw: st.DrawFn) -> list[Span]:
    """Who answered for the matter, one after the other."""
    edges = sorted(draw(st.lists(moments, max_size=3)))
    ever = datetime.min.replace(tzinfo=UTC)
    parties = [replace(OWNER, answers=f"agent{number}") for number in range(len(edges) + 1)]
    return [Span(*stretch, party) for stretch, party in zip(pairwise([ever, *edges, None]), parties, strict=True)]


@given(turns, clocks(), in_charge())
def test_the_parts_add_up_exactly(spans: list[Span], clock: Clock, owners: list[Span]) -> None:
    """To what the kernel says that such a clock has run: its running time less each pause by its measure."""
    shares = attribute(clock, spans, owners)
    held = [
        ends - begins if clock.measure is Measure.WALL else elapsed(begins, ends, clock.running)
        for begins, ends in clock.pauses
        if ends is not None
    ]
    ran = elapsed(clock.opened, clock.end, clock.running) - sum(held, timedelta())
    assert total(shares) == max(ran, timedelta())
    assert all(share.time > timedelta() for share in shares)
    assert len({share.party for share in shares}) == len(shares)


@given(turns, clocks(), in_charge(), st.lists(moments, max_size=6))
def test_the_shares_of_a_clocks_stretches_add_up_to_those_of_its_life_wherever_it_is_cut(
    spans: list[Span], clock: Clock, owners: list[Span], cuts: list[datetime]
) -> None:
    added: Counter[Party] = Counter()
    for since, until in pairwise([None, *sorted(cuts), None]):
        for share in attribute(clock, spans, owners, since=since, until=until):
            added[share.party] += share.time // timedelta(microseconds=1)
    whole = attribute(clock, spans, owners)
    assert added == {share.party: share.time // timedelta(microseconds=1) for share in whole}


# ---- with the database ----


@pytest.fixture
def _office(db: None) -> None:
    set_up_work()
    commitments.adopt_pack(
        document=find("guangzhou-pledges").read_text(encoding="utf-8"), actor="staff/tester", at=AT - timedelta(days=1)
    )


def shares_of(subject: str, minutes: float, promise: str = "repair") -> dict[tuple[str, str, str, str], int]:
    """Minutes by (unit, who answers, who acted, part) for the commitment of that promise."""
    row = Commitment.objects.select_related("pack").get(subject=subject, promise=promise)
    found = queries.attribution(row.id, later(minutes))
    judged = judgement_of(row, at=later(minutes))
    assert judged is not None
    assert sum((share.time for share in found), timedelta()) == judged.elapsed
    return {
        (share.party.unit, share.party.answers, share.party.acted_by, share.party.part): share.time // MINUTE
        for share in found
    }


@pytest.mark.usefixtures("_office")
def test_helpdesk_1895_one_group_does_not_eat_the_time_of_the_next() -> None:
    subject = fault()
    one = offered(subject, minutes=10)
    baton.accept(item=one, **by("tech3", 30))
    baton.deliver(item=one, **by("tech3", 90))
    work.happen(matter=subject, kind="fault.restored", **by("agent", 100))
    assert shares_of(subject, 500) == {
        ("hotline", "agent", "", "between"): 20,
        ("field", "tech", "", "waiting"): 20,
        ("field", "tech", "tech3", "held"): 60,
    }


@pytest.mark.usefixtures("_office")
def test_the_loser_of_a_refusal_is_charged_for_the_waiting_and_nobody_for_the_dispute() -> None:
    for side, unit, answers in ((Side.RECEIVER, "hotline", "agent"), (Side.OFFERER, "field", "tech")):
        subject = fault()
        one = offered(subject)
        baton.refuse(item=one, reason=Reason.WRONG_AREA, defect="属越秀片区", **by("tech", 20))
        assert shares_of(subject, 30) == {("", "", "", "dispute"): 30}
        baton.dispute(item=one, note="属天河", **by("agent", 30))
        baton.judge(item=one, found_for=side, note="裁定", **by("judge", 60))
        found = shares_of(subject, 60)
        assert found == {("", "", "", "dispute"): 40, (unit, answers, "", "waiting"): 20}


@pytest.mark.usefixtures("_office")
def test_the_deputy_is_credited_and_a_still_answers() -> None:
    subject = fault()
    one = offered(subject)
    baton.take_over(item=one, note="A角未接", **by("tech2", 40))
    found = shares_of(subject, 100)
    assert found == {("field", "tech", "tech2", "held"): 60, ("field", "tech", "", "waiting"): 40}


@pytest.mark.usefixtures("_office")
def test_securityskills_2796_an_unanswered_offer_counts_against_the_receiver() -> None:
    subject = fault()
    one = offered(subject)
    clock = Commitment.objects.get(subject=f"work/{one}", promise="handoff-accept")
    assert (clock.unit, clock.owner, clock.due_at) == ("field", "staff/tech", later(30))
    assert queries.unanswered(later(30)) == []
    (late,) = queries.unanswered(later(45))
    assert (late.offer.item, late.overdue_by) == (one, 15 * MINUTE)
    assert [step.person.username for step in late.ladder][:3] == ["tech", "tech2", "lead"]
    assert shares_of(subject, 45) == {("field", "tech", "", "waiting"): 45}


@pytest.mark.usefixtures("_office")
def test_an_offer_has_one_time_limit_whoever_set_it() -> None:
    nodes = [{**node, "accept_within": "2 hours"} if node["code"] == "accept" else node for node in FLOW["nodes"]]
    catalog.draft_flow(document={**FLOW, "nodes": nodes}, **by("lead"))
    catalog.publish_flow(code="repair", revision=1, **by("lead"))
    item = stage(fault(flow=True, minutes=5), "accept")
    clock = Commitment.objects.get(subject=f"work/{item}", promise="handoff-accept")
    assert clock.due_at == Handoff.objects.get(item=item).accept_by_at == later(125)
    while scheduler.fire(at=later(60)).clocks:
        pass
    assert (queries.unanswered(later(60)), Commitment.objects.get(id=clock.id).state) == ([], "open")
    baton.give_again(item=item, unit="hotline", to="agent2", **by("lead", 100))
    assert set(Handoff.objects.filter(item=item).values_list("accept_by_at", flat=True)) == {later(125)}
    while scheduler.fire(at=later(126)).clocks:
        pass
    assert len(queries.unanswered(later(126))) == 1
    assert Commitment.objects.get(id=clock.id).breached_at == later(125)


@pytest.mark.usefixtures("_office")
def test_what_becomes_urgent_is_urgent_for_what_is_offered_from_then_on() -> None:
    subject = fault()
    one = held(subject)
    changed = {"matter": subject, "kind": "matter.changed", "note": "老人独居"}
    with pytest.raises(InvalidFact):
        work.happen(**changed, facts={"urgent": "very"}, **by("agent", 5))
    work.happen(**changed, facts={"urgent": "yes"}, **by("agent", 5))
    baton.transfer(item=one, unit="exchange", warm=True, note="转局内", **by("tech", 10))
    offers = (
        Commitment.objects.filter(subject=f"work/{one}").order_by("opened_at").values_list("promise", "state", "due_at")
    )
    assert list(offers) == [("handoff-accept", "kept", later(30)), ("handoff-accept-urgent", "open", later(20))]
    assert not Entry.objects.filter(subject=f"work/{one}", kind="commitments.corrected").exists()
    work.happen(**changed, facts={"urgent": "no"}, **by("agent", 11))
    other = offered(subject, minutes=12)
    assert list(Commitment.objects.filter(subject=f"work/{other}").values_list("promise", flat=True)) == [
        "handoff-accept"
    ]


@pytest.mark.usefixtures("_office")
def test_a_transfer_begins_a_new_time_limit() -> None:
    item = held(fault())
    baton.transfer(item=item, unit="exchange", warm=True, note="转局内", **by("tech", 50))
    due = Commitment.objects.filter(subject=f"work/{item}", promise="handoff-accept").order_by("number")
    assert list(due.values_list("due_at", flat=True)) == [later(30), later(80)]


@pytest.mark.usefixtures("_office")
def test_an_urgent_offer_has_ten_minutes_and_a_withdrawn_one_no_clock() -> None:
    one = offered(fault(urgent=True))
    (clock,) = Commitment.objects.filter(subject=f"work/{one}")
    assert (clock.promise, clock.due_at) == ("handoff-accept-urgent", later(10))
    baton.withdraw(item=one, **by("agent", 5))
    assert Commitment.objects.get(id=clock.id).state == "void"


@pytest.mark.usefixtures("_office")
def test_repairdesk_707_a_transfer_keeps_who_answers_for_the_clock() -> None:
    subject = fault()
    one = held(subject)
    assert not Commitment.objects.filter(subject=subject).exclude(owner="staff/agent").exists()
    baton.transfer(item=one, unit="exchange", warm=True, note="转局内", **by("tech", 10))
    baton.accept(item=one, **by("engineer", 20))
    found = shares_of(subject, 50)
    assert found == {
        ("exchange", "lead", "engineer", "held"): 30,
        ("exchange", "lead", "", "waiting"): 10,
        ("field", "tech", "tech", "held"): 10,
    }


@pytest.mark.usefixtures("_office")
def test_the_first_contacts_clocks_pass_with_the_first_contact() -> None:
    subject = fault()
    asked = work.hand_over_first_contact(matter=subject, to="desk", note="转调度跟进", **by("agent", 1))
    baton.accept(item=asked, **by("desk", 2))
    assert set(Commitment.objects.filter(subject=subject).values_list("unit", "owner")) == {("dispatch", "staff/desk")}


@pytest.mark.usefixtures("_office")
def test_the_time_before_a_handover_stays_with_who_had_the_matter_then() -> None:
    subject = fault()
    asked = work.hand_over_first_contact(matter=subject, to="engineer", note="转局内跟进", **by("agent", 590))
    baton.accept(item=asked, **by("engineer", 600))
    assert shares_of(subject, 610) == {
        ("hotline", "agent", "", "between"): 600,
        ("exchange", "engineer", "", "between"): 10,
    }
    row = Commitment.objects.get(subject=subject, promise="repair")
    assert queries.attribution(row.id, later(610), until=later(540)) == parted((OWNER, 540))


@pytest.mark.usefixtures("_office")
def test_the_deputy_of_the_first_contact_is_credited_for_what_they_did_alone() -> None:
    subject = fault()
    posts.declare_absent(username="agent", until=later(5000), **by("agent", 590))
    work.take_over_matter(matter=subject, note="代办", **by("agent2", 600))
    work.hand_back_matter(matter=subject, note="已回岗", **by("agent", 630))
    agent = ("hotline", "agent")
    assert shares_of(subject, 640) == {(*agent, "", "between"): 610, (*agent, "agent2", "between"): 30}
    with pytest.raises(DatabaseError, match="work_tenure keeps everything"), transaction.atomic():
        Tenure.objects.update(until=later(1))


@pytest.mark.usefixtures("_office")
def test_the_time_line_of_an_item_and_of_its_matter() -> None:
    subject = fault()
    one = offered(subject)
    baton.accept(item=one, **by("tech", 40))
    contested = offered(subject)
    baton.refuse(item=contested, reason=Reason.DUPLICATE, defect="重复", **by("tech", 10))
    baton.judge(item=contested, found_for=Side.OFFERER, note="不重复", **by("judge", 20))
    legs = queries.baton(f"work/{one}")
    assert [(leg.part, leg.unit, leg.acted_by, leg.until) for leg in legs] == [
        ("waiting", "field", "", later(40)),
        ("held", "field", "tech", None),
    ]
    assert len(queries.baton(subject)) == 5


@pytest.mark.usefixtures("_office")
def test_any_part_of_a_commitments_life_is_charged_and_the_parts_add_up() -> None:
    subject = fault()
    one = offered(subject, minutes=10)
    baton.accept(item=one, **by("tech3", 30))
    baton.deliver(item=one, **by("tech3", 90))
    work.happen(matter=subject, kind="fault.restored", **by("agent", 100))
    row = Commitment.objects.get(subject=subject, promise="repair")
    held = Party("field", "tech", "tech3", Part.HELD)
    between = Party("hotline", "agent", "", Part.BETWEEN)
    part = queries.attribution(row.id, later(500), since=later(80), until=later(95))
    assert part == parted((held, 10), (between, 5))
    assert queries.attribution(row.id, later(500), since=later(100)) == ()
    whole = Counter({share.party: share.time for share in queries.attribution(row.id, later(500))})
    for cut in (later(0), later(29), later(30), later(99)):
        first = queries.attribution(row.id, later(500), until=cut)
        second = queries.attribution(row.id, later(500), since=cut)
        sides = [Counter({share.party: share.time for share in side}) for side in (first, second)]
        parties = {*sides[0], *sides[1]}
        assert {party: sum((side[party] for side in sides if party in side), timedelta()) for party in parties} == whole


@pytest.mark.usefixtures("_office")
def test_a_clock_that_fell_away_is_charged_up_to_then() -> None:
    subject = fault()
    work.happen(matter=subject, kind="fault.cancelled", **by("agent", 40))
    assert shares_of(subject, 500) == {("hotline", "agent", "", "between"): 40}


def test_what_is_not_there_has_no_shares(db: None) -> None:
    assert queries.attribution(uuid4(), AT) == ()
