"""The baton: who has it, who answers for it, and what each verb refuses."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Entry
from kapok.ground.people import api as people
from kapok.ground.people.models import Staff
from kapok.ground.posts import api as posts
from kapok.ground.work import api as work
from kapok.ground.work import queries, urging
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Delivery, Handoff, Item, Matter, Turn
from kapok.ground.work.rules import ItemState, Reason, Side
from kapok.kernel.errors import KapokError
from tests.ground.conftest import AT
from tests.ground.work_office import by, do, fault, held, item, later, left, live, matter, offered, set_up_work, stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _office(db: None) -> None:
    set_up_work()


def kinds(subject: str) -> list[str]:
    return list(Entry.objects.filter(subject=subject).order_by("recorded_at", "id").values_list("kind", flat=True))


def of(identifier: UUID) -> list[str]:
    return kinds(f"work/{identifier}")


def person(username: str) -> Staff:
    return Staff.objects.get(username=username)


def where(identifier: UUID) -> tuple[str, str, str, str | None]:
    """State, unit, who answers, who holds."""
    row = item(identifier)
    return row.state, row.unit.code, row.accountable.username, row.holder.username if row.holder else None


# ---- matters ----


def test_whoever_is_asked_first_answers_for_the_matter() -> None:
    subject = fault()
    row = matter(subject)
    assert subject.startswith("fault/F2026-")
    assert (row.first_contact.username, row.unit.code, row.line, row.state) == ("agent", "hotline", "assurance", "open")
    entry = Entry.objects.get(subject=subject)
    assert (entry.kind, entry.correlation) == ("fault.reported", row.id)
    assert (entry.data["unit"], entry.data["owner"]) == ("hotline", "staff/agent")
    assert entry.data["facts"] == {"service": "wireless"}


def test_matters_are_numbered_one_after_the_other() -> None:
    first, second = fault(), fault()
    assert int(second.rpartition("-")[2]) == int(first.rpartition("-")[2]) + 1


def test_a_complaint_about_the_network_goes_to_assurance() -> None:
    about = {"kind": "complaint.received", "title": "投诉", **by("agent")}
    lines = [matter(work.open_matter(facts={"complaint_kind": kind}, **about)).line for kind in ("network", "billing")]
    assert lines == ["assurance", "supervision"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"kind": "staff.hired"}, "NotAMatter"),
        ({"kind": "fault.imagined"}, "UnknownKind"),
        ({"title": " x "}, "TitleMissing"),
        ({"title": "x" * 201}, "TitleMissing"),
        ({"facts": {"service": "telegraph"}}, "InvalidFact"),
        ({"facts": {"a b": "c"}}, "InvalidFact"),
        ({"first_contact": "nobody"}, "NotAPerson"),
        ({"unit": "nowhere"}, "UnknownUnit"),
        ({"note": "x" * 1001}, "NoteMissing"),
        ({"actor": "system/robot"}, "NotAPerson"),
        ({"actor": "customer/agent"}, "NotAPerson"),
    ],
)
def test_a_matter_that_cannot_be_is_not_opened(change: dict[str, object], refusal: str) -> None:
    whole = {"kind": "fault.reported", "title": "没有拨号音", **by("agent")} | change
    with pytest.raises(KapokError) as refused:
        work.open_matter(**whole)  # type: ignore[arg-type]  # what a form could send
    assert type(refused.value).__name__ == refusal
    assert not Matter.objects.exists()
    assert not Entry.objects.filter(kind__startswith="fault.").exists()


def test_who_has_left_opens_no_matter() -> None:
    left("agent", "tech3")
    with pytest.raises(work.NotAPerson):
        fault(minutes=2)
    assert not Matter.objects.exists()


def test_a_matter_has_its_name_alone() -> None:
    fault(subject="fault/F1")
    with pytest.raises(work.MatterTaken):
        fault(subject="fault/F1")
    assert Matter.objects.count() == 1


def test_a_matter_is_closed_on_two_words() -> None:
    subject = fault()
    with pytest.raises(work.NotConfirmed):
        work.close_matter(matter=subject, **by("agent", 5))
    work.happen(matter=subject, kind="fault.confirmed", **by("agent", 6))
    with pytest.raises(work.NotOwner):
        work.close_matter(matter=subject, **by("agent2", 7))
    work.close_matter(matter=subject, **by("agent", 8))
    row = matter(subject)
    assert (row.state, row.closed_at) == ("closed", later(8))
    assert kinds(subject)[-1] == "work.matter_closed"
    with pytest.raises(work.MatterClosed):
        work.close_matter(matter=subject, **by("agent", 9))
    with pytest.raises(work.MatterClosed):
        offered(subject)


def test_a_matter_with_work_in_hand_is_not_closed() -> None:
    subject = fault()
    offered(subject)
    work.happen(matter=subject, kind="fault.confirmed", **by("agent", 6))
    with pytest.raises(work.StillInHand) as refused:
        work.close_matter(matter=subject, **by("agent", 7))
    assert refused.value.data == {"count": 1}
    assert matter(subject).state == "open"


def test_out_of_reach_takes_three_attempts_on_two_days_at_different_hours() -> None:
    subject = fault()
    for hours in (1, 2, 3):
        work.note_not_reached(matter=subject, note="无人接听", **by("agent", hours * 60))
    with pytest.raises(work.NotConfirmed):
        work.close_matter(matter=subject, **by("agent", 200))
    work.note_not_reached(matter=subject, note="无人接听", **by("agent", 25 * 60))
    work.close_matter(matter=subject, **by("agent", 26 * 60))
    assert matter(subject).state == "closed"


def test_what_was_confirmed_and_reopened_is_not_confirmed() -> None:
    subject = fault()
    work.happen(matter=subject, kind="fault.confirmed", **by("agent", 1))
    work.close_matter(matter=subject, **by("agent", 2))
    work.happen(matter=subject, kind="fault.reopened", **by("agent", 3))
    row = matter(subject)
    assert (row.state, row.closed_at, row.first_contact.username) == ("open", None, "agent")
    with pytest.raises(work.NotConfirmed):
        work.close_matter(matter=subject, **by("agent", 4))


def test_a_cancelled_matter_withdraws_the_work_in_hand() -> None:
    subject = fault()
    waiting, in_hand, refused = offered(subject), held(subject), offered(subject)
    baton.refuse(item=refused, reason=Reason.DUPLICATE, defect="重复", **by("tech", 1))
    work.happen(matter=subject, kind="fault.cancelled", **by("agent", 5))
    assert {item(each).state for each in (waiting, in_hand, refused)} == {"withdrawn"}
    assert {of(each)[-1] for each in (waiting, in_hand, refused)} == {"handoff.withdrawn"}
    assert not Turn.objects.filter(until=None).exists()
    assert not Handoff.objects.filter(state__in=["offered", "refused"]).exists()
    work.close_matter(matter=subject, **by("agent", 6))


def test_a_cancelled_matter_does_not_start_its_flow_again() -> None:
    subject = fault(flow=True)
    asked, delivered = held(subject, confirm=True), held(subject, confirm=True)
    baton.deliver(item=delivered, **by("tech", 1))
    work.happen(matter=subject, kind="fault.cancelled", **by("agent", 2))
    assert {item(each).state for each in (asked, delivered)} == {"withdrawn"}
    with pytest.raises(baton.NotDelivered):
        baton.confirm(item=delivered, **by("agent2", 3))
    last = held(subject, minutes=4)
    baton.deliver(item=last, **by("tech", 5))
    assert live(subject) == set()
    work.close_matter(matter=subject, **by("agent", 6))


def test_a_cancelled_matter_that_is_reopened_goes_on_where_it_was() -> None:
    subject = fault(flow=True)
    do(subject, "accept", "agent", 1)
    work.happen(matter=subject, kind="fault.cancelled", **by("agent", 5))
    assert (live(subject), matter(subject).cancelled_at) == (set(), later(5))
    work.happen(matter=subject, kind="fault.reopened", **by("agent", 6))
    assert (live(subject), matter(subject).cancelled_at) == ({"drop", "inform"}, None)


def test_the_customers_pause_reaches_the_work_in_hand() -> None:
    subject = fault()
    work_in_hand = held(subject)
    deferred = journal.happening("customer.deferred", subject=subject, facts={"reason": "客户出差"}, **by("agent", 5))
    journal.record(deferred)  # as a pause of the matter's clocks does
    assert of(work_in_hand)[-1] == "customer.deferred"
    work.happen(matter=subject, kind="fault.diagnosed", facts={"fault_kind": "cable"}, **by("agent", 6))
    assert of(work_in_hand)[-1] == "customer.deferred"
    assert matter(subject).facts == {"service": "wireless", "fault_kind": "cable"}


def test_what_was_known_first_stays_until_it_is_corrected() -> None:
    subject = fault()
    work.happen(matter=subject, kind="fault.diagnosed", facts={"service": "mobile"}, **by("agent", 6))
    assert matter(subject).facts == {"service": "wireless"}
    work.happen(matter=subject, kind="matter.changed", facts={"service": "mobile"}, **by("agent", 7))
    assert matter(subject).facts == {"service": "mobile"}


@pytest.mark.parametrize("kind", ["handoff.accepted", "clock.paused", "fault.imagined"])
def test_what_others_record_is_not_recorded_here(kind: str) -> None:
    subject = fault()
    with pytest.raises(work.UnknownKind):
        work.happen(matter=subject, kind=kind, **by("agent", 1))
    assert kinds(subject) == ["fault.reported"]


@pytest.mark.parametrize(
    "kind", ["customer.deferred", "customer.refused_access", "visit.missed_by_customer", "hindrance.began"]
)
def test_nobody_stops_a_clock_in_passing(kind: str) -> None:
    subject = fault()
    one = held(subject)
    for who in ("agent", "tech"):
        with pytest.raises(work.PausesClocks):
            work.happen(matter=subject, kind=kind, **by(who, 2))
    assert (kinds(subject)[-1], of(one)[-1]) == ("fault.reported", "handoff.accepted")


def test_who_has_the_work_says_what_they_did_and_no_more() -> None:
    subject = fault()
    held(subject)
    for kind in ("visit.started", "customer.informed", "fault.restored"):
        work.happen(matter=subject, kind=kind, **by("tech2", 2))
    for kind in ("fault.confirmed", "fault.cancelled", "fault.reopened", "customer.returned", "matter.changed"):
        with pytest.raises(work.NotOwner):
            work.happen(matter=subject, kind=kind, **by("tech", 3))
    assert kinds(subject)[-1] == "fault.restored"


def test_who_never_took_the_work_says_nothing() -> None:
    subject = fault()
    one = offered(subject)
    baton.withdraw(item=one, **by("agent", 1))
    for who in ("tech", "engineer"):
        with pytest.raises(work.NotOwner):
            work.happen(matter=subject, kind="fault.restored", **by(who, 2))
        assert queries.tellable(who, subject, later(2)) == []
    assert queries.taken_by(subject) == set()
    with pytest.raises(work.NotAPerson):
        work.happen(matter=subject, kind="fault.restored", actor="system/robot", at=later(2))


def test_urging_reaches_everybody_who_has_the_work() -> None:
    subject = fault()
    one = held(subject)
    work.urge(matter=subject, note="客户再次来电", **by("agent2", 3))
    assert (kinds(subject)[-1], of(one)[-1]) == ("work.urged", "work.urged")
    work.take_urge(matter=subject, note="网上催办", actor="customer/C000001", at=later(4))
    told = Entry.objects.filter(kind="work.urged", subject=subject).order_by("position")
    assert [each.data["told"] for each in told] == [["staff/tech"]] * 2
    assert urging.pressing([subject, "fault/none"]) == {
        subject: urging.Pressing(2, "customer/C000001", later(4), "网上催办")
    }


def test_urges_transfers_and_returns_of_a_matter_are_counted() -> None:
    subject = fault()
    assert urging.tally(matter(subject).id) == urging.Tally(0, 0, 0)
    work.urge(matter=subject, note="无人受理", **by("agent", 1))
    one = held(subject)
    work.urge(matter=subject, note="客户再次来电", **by("agent2", 3))
    with pytest.raises(work.NotWaiting):
        work.urge(matter=subject, note="快一点", **by("desk", 4))
    field = item(one).unit_id
    baton.transfer(item=one, unit="exchange", warm=True, note="端口故障", **by("tech", 5))
    assert urging.tally(matter(subject).id) == urging.Tally(2, 0, 0)
    baton.accept(item=one, **by("engineer", 6))
    assert urging.tally(matter(subject).id) == urging.Tally(2, 1, 0)
    assert urging.by_unit(AT, later(60)) == {matter(subject).unit_id: 1, field: 1}
    assert urging.by_unit(AT, later(3)) == {matter(subject).unit_id: 1}


# ---- the first contact ----


def test_assigning_work_does_not_move_the_first_contact() -> None:
    subject = fault()
    held(subject)
    assert matter(subject).first_contact.username == "agent"


def test_nobody_hands_over_what_is_not_theirs() -> None:
    subject = fault()
    with pytest.raises(work.NotOwner):
        work.hand_over_first_contact(matter=subject, to="desk", note="转调度", **by("tech", 1))
    with pytest.raises(work.SameHands):
        work.hand_over_first_contact(matter=subject, to="agent", note="给自己", **by("agent", 1))


def test_the_deputy_acts_while_the_owner_is_away_and_the_owner_still_answers() -> None:
    subject = fault()
    with pytest.raises(work.StillThere):
        work.take_over_matter(matter=subject, note="代办", **by("agent2", 1))
    posts.declare_absent(username="agent", until=later(600), **by("agent", 2))
    with pytest.raises(work.NotDeputy):
        work.take_over_matter(matter=subject, note="代办", **by("tech", 3))
    work.take_over_matter(matter=subject, note="代办", **by("agent2", 3))
    row = matter(subject)
    assert (row.first_contact.username, row.acting and row.acting.username) == ("agent", "agent2")
    with pytest.raises(work.SameHands):
        work.take_over_matter(matter=subject, note="代办", **by("agent2", 4))
    work.hand_back_matter(matter=subject, note="已回岗", **by("agent", 5))
    assert matter(subject).acting is None
    with pytest.raises(work.NotActing):
        work.hand_back_matter(matter=subject, note="已回岗", **by("agent", 6))
    work.take_over_matter(matter=subject, note="代办", **by("agent2", 7))
    work.happen(matter=subject, kind="fault.confirmed", **by("agent2", 8))
    work.close_matter(matter=subject, **by("agent2", 9))
    assert kinds(subject).count("work.taken_over") == 2


def test_the_deputy_closes_without_a_take_over_while_the_owner_is_away() -> None:
    subject = fault()
    with pytest.raises(work.NotOwner):
        work.happen(matter=subject, kind="fault.confirmed", **by("agent2", 1))
    posts.declare_absent(username="agent", until=later(600), **by("agent", 1))
    work.happen(matter=subject, kind="fault.confirmed", **by("agent2", 2))
    work.close_matter(matter=subject, **by("agent2", 3))
    assert matter(subject).state == "closed"


# ---- offers ----


def test_the_clock_of_the_receiver_starts_at_the_offer() -> None:
    subject = fault()
    one = offered(subject, note="分线盒")
    assert where(one) == ("offered", "field", "tech", None)
    entry = Entry.objects.get(subject=f"work/{one}", kind="handoff.offered")
    limit = {"urgent": "no", "accept_by": later(30).isoformat()}
    assert entry.data["facts"] == {"service": "wireless", **limit}
    handoff = Handoff.objects.get(item=one)
    assert (handoff.accept_by_at, handoff.way) == (AT + timedelta(minutes=30), "first")


def test_an_urgent_offer_waits_for_ten_minutes() -> None:
    one = offered(fault(urgent=True))
    assert Handoff.objects.get(item=one).accept_by_at == AT + timedelta(minutes=10)


def test_what_is_offered_keeps_its_time_when_that_of_the_post_changes() -> None:
    one = offered(fault())
    posts.change_accept_time(post="repair", accept_ttl=timedelta(minutes=90), **by("lead", 1))
    other = offered(fault(), minutes=1)
    posts.change_accept_time(post="repair", accept_ttl=timedelta(minutes=5), **by("lead", 2))
    last = offered(fault(), minutes=2)
    limits = [Handoff.objects.get(item=item).accept_by_at for item in (one, other, last)]
    assert limits == [later(30), later(91), later(7)]


def test_who_accepts_holds_it_and_a_answers_for_it() -> None:
    one = held(fault(), who="tech3")
    assert where(one) == ("held", "field", "tech", "tech3")
    assert of(one) == ["handoff.offered", "handoff.accepted"]
    turns = [(turn.part, turn.acted_by and turn.acted_by.username) for turn in Turn.objects.order_by("number")]
    assert turns == [("waiting", None), ("held", "tech3")]


def test_an_offer_is_taken_once_and_by_the_unit_it_was_made_to() -> None:
    one = offered(fault())
    with pytest.raises(baton.NotYours):
        baton.accept(item=one, **by("agent", 1))
    baton.accept(item=one, **by("tech", 2))
    with pytest.raises(baton.NotOffered):
        baton.accept(item=one, **by("tech2", 3))
    assert where(one)[3] == "tech"


def test_an_offer_to_one_person_is_theirs() -> None:
    one = offered(fault(), to="tech2")
    with pytest.raises(baton.MeantForAnother):
        baton.accept(item=one, **by("tech", 1))
    baton.accept(item=one, **by("tech2", 1))
    assert where(one) == ("held", "field", "tech", "tech2")


def test_an_offer_by_name_is_refused_by_that_person_alone() -> None:
    one = offered(fault(), to="tech2")
    with pytest.raises(baton.MeantForAnother):
        baton.refuse(item=one, reason=Reason.DUPLICATE, defect="重复", **by("tech", 1))
    baton.refuse(item=one, reason=Reason.DUPLICATE, defect="重复", **by("tech2", 1))
    assert where(one)[0] == "refused"


def test_an_offer_by_name_is_made_to_people_of_the_unit_and_falls_to_it_when_they_leave() -> None:
    subject = fault()
    with pytest.raises(baton.NotOfUnit):
        offered(subject, "field", to="engineer")
    one = offered(subject, to="tech3")
    people.deactivate(username="tech3", **by("lead", 1))
    baton.accept(item=one, **by("tech2", 2))
    with pytest.raises(baton.NotOfUnit):
        baton.transfer(item=one, unit="exchange", to="desk", note="转局内", **by("tech2", 3))


def test_what_is_returned_to_somebody_who_has_moved_goes_to_their_unit() -> None:
    one = held(fault())
    left("agent", "desk")
    baton.return_to_offerer(item=one, reason=Reason.DATA_MISSING, defect="缺地址", **by("tech", 2))
    assert Handoff.objects.get(way="return").to_staff is None
    baton.accept(item=one, **by("agent2", 3))


def test_only_the_owner_gives_out_work_and_notes_that_nobody_was_reached() -> None:
    subject = fault()
    held(subject)
    for who in ("tech", "agent2", "desk"):
        with pytest.raises(baton.NotOwner):
            offered(subject, who=who)
        with pytest.raises(work.NotOwner):
            work.note_not_reached(matter=subject, note="无人接听", **by(who, 1))
    posts.declare_absent(username="agent", until=later(600), **by("agent", 1))
    work.note_not_reached(matter=subject, note="无人接听", **by("agent2", 2))
    assert where(offered(subject, who="agent2", minutes=2))[0] == "offered"


def test_who_waits_for_nothing_does_not_urge() -> None:
    subject = fault()
    one = held(subject)
    with pytest.raises(work.NotWaiting):
        work.urge(matter=subject, note="快一点", **by("desk", 2))
    baton.transfer(item=one, unit="exchange", warm=True, note="转局内", **by("tech", 3))
    assert [queries.may_urge(who, subject, later(4)) for who in ("agent", "agent2", "desk")] == [True, True, False]
    assert kinds(subject).count("work.urged") == 0


def test_a_unit_without_a_post_is_answered_for_by_the_head_above_and_noted() -> None:
    subject = fault()
    one = offered(subject, "exchange")
    assert where(one)[:3] == ("offered", "exchange", "lead")
    assert kinds(subject)[-1] == "work.defect_noted"


def test_nothing_happens_before_what_happened_last() -> None:
    one = offered(fault(), minutes=10)
    with pytest.raises(baton.TooEarly):
        baton.accept(item=one, **by("tech", 9))
    assert where(one)[0] == "offered"


def test_what_nobody_knows_is_refused() -> None:
    with pytest.raises(baton.UnknownItem):
        baton.accept(item=uuid4(), **by("tech"))
    with pytest.raises(baton.UnknownItem):
        baton.deliver(item=uuid4(), **by("tech"))
    with pytest.raises(baton.UnknownMatter):
        offered("fault/none")


def test_a_withdrawn_offer_is_back_with_who_made_it() -> None:
    one = offered(fault())
    with pytest.raises(baton.NotOfferer):
        baton.withdraw(item=one, **by("tech", 1))
    baton.withdraw(item=one, **by("agent", 2))
    assert where(one) == ("held", "hotline", "agent", "agent")
    assert of(one)[-1] == "handoff.withdrawn"
    baton.transfer(item=one, unit="dispatch", note="改派调度", **by("agent", 3))
    assert [each.way for each in Handoff.objects.order_by("number")] == ["first", "again"]


def test_work_that_nobody_needs_is_dropped_but_no_stage_is() -> None:
    subject = fault(flow=True)
    one = held(subject)
    with pytest.raises(baton.NotHolder):
        baton.drop(item=one, note="不再需要", **by("tech2", 1))
    baton.drop(item=one, note="不再需要", **by("tech", 1))
    assert where(one)[0] == "withdrawn"
    with pytest.raises(baton.StageNeeded):
        baton.drop(item=stage(subject, "accept"), note="不再需要", **by("agent", 1))


# ---- refusals ----


def refused_item(minutes: float = 5) -> UUID:
    one = offered(fault())
    baton.refuse(item=one, reason=Reason.WRONG_AREA, defect="属越秀片区", **by("tech", minutes))
    return one


def test_a_refusal_needs_a_reason_and_waits_for_the_offerer() -> None:
    one = offered(fault())
    with pytest.raises(baton.NoteMissing):
        baton.refuse(item=one, reason=Reason.WRONG_AREA, defect=" ", **by("tech", 1))
    with pytest.raises(baton.NotYours):
        baton.refuse(item=one, reason=Reason.WRONG_AREA, defect="属越秀片区", **by("desk", 1))
    baton.refuse(item=one, reason=Reason.WRONG_AREA, defect="属越秀片区", **by("tech", 1))
    assert where(one) == ("refused", "hotline", "agent", None)
    entry = Entry.objects.get(subject=f"work/{one}", kind="handoff.refused")
    assert entry.data["unit"] == "response"
    with pytest.raises(baton.NotOffered):
        baton.accept(item=one, **by("tech", 2))


def test_a_conceded_refusal_goes_back_to_the_offerer() -> None:
    one = refused_item()
    with pytest.raises(baton.NotOfferer):
        baton.concede(item=one, **by("tech", 6))
    baton.concede(item=one, **by("agent", 6))
    assert where(one) == ("held", "hotline", "agent", "agent")
    handoff = Handoff.objects.get()
    assert (handoff.state, handoff.found_for) == ("upheld", "receiver")
    assert of(one)[-1] == "handoff.judged"


def test_a_dispute_is_judged_for_the_receiver() -> None:
    one = refused_item()
    baton.dispute(item=one, note="地址属天河", **by("agent", 6))
    assert where(one) == ("disputed", "hotline", "agent", None)
    with pytest.raises(baton.NotRefused):
        baton.dispute(item=one, note="再争一次", **by("agent", 7))
    baton.judge(item=one, found_for=Side.RECEIVER, note="地址确属越秀", **by("judge", 8))
    assert where(one) == ("held", "hotline", "agent", "agent")
    assert of(one) == ["handoff.offered", "handoff.refused", "handoff.disputed", "handoff.judged"]


def test_a_dispute_judged_for_the_offerer_must_be_taken() -> None:
    one = refused_item()
    baton.judge(item=one, found_for=Side.OFFERER, note="属天河片区", **by("judge", 8))
    assert where(one) == ("offered", "field", "tech", None)
    with pytest.raises(baton.MustBeTaken):
        baton.refuse(item=one, reason=Reason.WRONG_AREA, defect="仍不接", **by("tech", 9))
    baton.accept(item=one, **by("tech", 9))
    assert where(one)[0] == "held"
    assert [(each.way, each.state) for each in Handoff.objects.order_by("number")] == [
        ("first", "overruled"),
        ("imposed", "accepted"),
    ]


def test_nobody_judges_without_the_right_nor_their_own_case() -> None:
    one = refused_item()
    with pytest.raises(baton.NotJudge):
        baton.judge(item=one, found_for=Side.RECEIVER, note="判定", **by("agent2", 6))
    people.grant_role(username="agent2", role="dispatcher", unit="city", **by("judge"))
    with pytest.raises(baton.OwnCause):
        baton.judge(item=one, found_for=Side.RECEIVER, note="判定", **by("agent2", 6))
    assert where(one)[0] == "refused"


def test_nobody_judges_what_they_answer_for_or_have_disputed() -> None:
    of_lead = offered(fault(), "exchange")  # which has no post: the head above answers for it
    people.grant_role(username="lead", role="supervisor", unit="city", **by("judge"))
    people.grant_role(username="agent", role="dispatcher", unit="city", **by("judge"))
    baton.refuse(item=of_lead, reason=Reason.DUPLICATE, defect="重复", **by("engineer", 6))
    for who in ("lead", "agent"):
        with pytest.raises(baton.OwnCause):
            baton.judge(item=of_lead, found_for=Side.OFFERER, note="判定", **by(who, 7))
    baton.dispute(item=of_lead, note="不重复", **by("judge", 7))
    assert Handoff.objects.get(item=of_lead).disputed_by == person("judge")
    with pytest.raises(baton.OwnCause):
        baton.judge(item=of_lead, found_for=Side.OFFERER, note="判定", **by("judge", 8))
    assert [queries.my_work(who, later(9)).to_judge for who in ("lead", "agent", "judge")] == [(), (), ()]


def test_a_judge_judges_for_both_sides_or_where_disputes_are_judged() -> None:
    one = refused_item()
    assert not queries.may_judge("desk", one, later(6))
    with pytest.raises(baton.NotJudge):
        baton.judge(item=one, found_for=Side.OFFERER, note="判定", **by("desk", 6))
    people.grant_role(username="desk", role="dispatcher", unit="response", **by("judge"))
    assert queries.may_judge("desk", one, later(6))
    baton.judge(item=one, found_for=Side.OFFERER, note="判定", **by("desk", 6))


# ---- delivery ----


def test_delivered_is_done_and_may_be_confirmed() -> None:
    one = held(fault(), who="tech3")
    with pytest.raises(baton.NotHolder):
        baton.deliver(item=one, **by("tech", 5))
    baton.deliver(item=one, note="已修复", facts={"fault_kind": "access_line"}, **by("tech3", 5))
    assert where(one)[0] == "delivered"
    assert Matter.objects.get().facts["fault_kind"] == "access_line"
    with pytest.raises(baton.NotHeld):
        baton.deliver(item=one, **by("tech3", 6))
    with pytest.raises(baton.NotYours):
        baton.confirm(item=one, **by("tech3", 6))
    with pytest.raises(baton.InvalidRating):
        baton.confirm(item=one, rating=6, **by("agent", 6))
    with pytest.raises(baton.NotDelivered):
        baton.reject(item=one, defect="仍有杂音", **by("agent", 6))
    baton.confirm(item=one, rating=5, **by("agent", 7))
    assert (where(one)[0], Delivery.objects.get().rating) == ("confirmed", 5)
    with pytest.raises(baton.NotDelivered):
        baton.confirm(item=one, **by("agent", 8))


def test_a_delivery_that_needs_confirming_is_the_askers_turn_and_may_be_rejected() -> None:
    one = held(fault(), who="tech3", confirm=True)
    baton.deliver(item=one, **by("tech3", 5))
    assert where(one) == ("delivered", "hotline", "agent", None)
    baton.reject(item=one, defect="仍有杂音", **by("agent", 9))
    assert where(one) == ("offered", "field", "tech", None)
    baton.accept(item=one, **by("tech3", 10))
    baton.deliver(item=one, **by("tech3", 20))
    baton.confirm(item=one, **by("agent", 21))
    assert where(one)[0] == "confirmed"
    assert [each.accepted for each in Delivery.objects.order_by("number")] == [False, True]
    assert of(one).count("handoff.offered") == 2


def test_nobody_confirms_their_own_delivery() -> None:
    one = offered(fault(), "hotline", confirm=True)
    baton.accept(item=one, **by("agent", 1))
    baton.deliver(item=one, **by("agent", 2))
    with pytest.raises(baton.OwnDelivery):
        baton.confirm(item=one, rating=5, **by("agent", 3))
    assert queries.my_work("agent", later(3)).to_confirm == ()
    assert [each.id for each in queries.my_work("agent2", later(3)).to_confirm] == [one]
    baton.confirm(item=one, rating=3, **by("agent2", 3))


# ---- transfers ----


def test_a_transfer_is_the_receivers_only_when_they_accept() -> None:
    one = held(fault())
    with pytest.raises(baton.SameHands):
        baton.transfer(item=one, unit="field", note="给自己", **by("tech", 1))
    with pytest.raises(baton.NotHolder):
        baton.transfer(item=one, unit="exchange", note="转局内", **by("tech2", 1))
    baton.transfer(item=one, unit="exchange", warm=True, note="转局内", **by("tech", 1))
    assert where(one) == ("offered", "exchange", "lead", None)
    baton.accept(item=one, **by("engineer", 2))
    assert where(one) == ("held", "exchange", "lead", "engineer")


def test_too_many_and_too_cold_transfers_are_noted() -> None:
    subject = fault()
    one = held(subject)
    for step, (unit, giver, taker) in enumerate(
        [("exchange", "tech", "engineer"), ("field", "engineer", "tech"), ("exchange", "tech", "engineer")]
    ):
        baton.transfer(item=one, unit=unit, note="转派", **by(giver, 2 * step + 1))
        baton.accept(item=one, **by(taker, 2 * step + 2))
    noted = Entry.objects.filter(subject=subject, kind="work.defect_noted").order_by("recorded_at", "id")
    codes = [each.data["code"] for each in noted if each.data["code"] != "no_post"]
    assert codes == ["cold_transfer", "cold_transfer", "passed_on"]


def test_a_return_goes_to_who_offered_it_and_only_once() -> None:
    one = held(fault())
    baton.return_to_offerer(item=one, reason=Reason.DATA_MISSING, defect="缺地址", **by("tech", 1))
    assert where(one)[:2] == ("offered", "hotline")
    assert Handoff.objects.get(way="return").reason == "data_missing"
    baton.accept(item=one, **by("agent", 2))
    baton.transfer(item=one, unit="field", warm=True, note="已补地址", **by("agent", 3))
    baton.accept(item=one, **by("tech", 4))
    with pytest.raises(baton.AlreadyReturned):
        baton.return_to_offerer(item=one, reason=Reason.DATA_MISSING, defect="仍缺", **by("tech", 5))
    assert where(one)[0] == "held"


def test_nobody_returns_to_themselves() -> None:
    one = offered(fault(), "hotline")
    baton.accept(item=one, **by("agent", 1))
    with pytest.raises(baton.NobodyToReturnTo):
        baton.return_to_offerer(item=one, reason=Reason.DUPLICATE, defect="重复", **by("agent", 2))


# ---- the deputy ----


def test_the_deputy_takes_what_was_left_unanswered() -> None:
    one = offered(fault())
    with pytest.raises(baton.StillThere):
        baton.take_over(item=one, note="A角未接", **by("tech2", 29))
    with pytest.raises(baton.NotDeputy):
        baton.take_over(item=one, note="A角未接", **by("tech3", 31))
    with pytest.raises(baton.SameHands):
        baton.take_over(item=one, note="A角未接", **by("tech", 31))
    baton.take_over(item=one, note="A角未接", **by("tech2", 31))
    assert where(one) == ("held", "field", "tech", "tech2")
    assert of(one)[-1] == "work.taken_over"


def test_the_deputy_takes_what_an_absent_colleague_holds() -> None:
    one = held(fault())
    with pytest.raises(baton.StillThere):
        baton.take_over(item=one, note="代办", **by("tech2", 1))
    posts.declare_absent(username="tech", until=later(600), **by("tech", 2))
    baton.take_over(item=one, note="代办", **by("tech2", 3))
    assert where(one) == ("held", "field", "tech", "tech2")
    assert [turn.acted_by and turn.acted_by.username for turn in Turn.objects.order_by("number")] == [
        None,
        "tech",
        "tech2",
    ]


def test_what_a_colleague_holds_is_taken_over_only_while_the_colleague_is_away() -> None:
    one = held(fault(), who="tech3")
    posts.declare_absent(username="tech", until=later(600), **by("tech", 1))
    with pytest.raises(baton.StillThere):  # A is away, but tech3 is there
        baton.take_over(item=one, note="代办", **by("tech2", 2))
    posts.declare_absent(username="tech3", until=later(600), **by("tech3", 3))
    with pytest.raises(baton.NotDeputy):
        baton.take_over(item=one, note="代办", **by("lead", 4))
    baton.take_over(item=one, note="代办", **by("tech2", 4))
    assert where(one) == ("held", "field", "tech", "tech2")


def test_what_somebody_held_who_has_left_is_taken_over() -> None:
    first, second = held(fault(), who="tech3"), held(fault(), who="tech3")
    with pytest.raises(baton.StillThere):
        baton.take_over(item=first, note="代办", **by("tech", 1))
    people.deactivate(username="tech3", **by("lead", 1))
    baton.take_over(item=first, note="人员离职", **by("tech", 2))
    baton.take_over(item=second, note="人员离职", **by("lead", 2))
    assert [where(each)[3] for each in (first, second)] == ["tech", "lead"]


def test_nobody_who_has_left_answers_for_a_new_offer() -> None:
    subject = fault()
    with pytest.raises(posts.HoldsPosts):  # a post is never left to nobody
        people.deactivate(username="tech", **by("lead", 1))
    left("tech", "tech3")
    assert where(offered(subject, minutes=4))[2] == "tech3"


def test_a_matter_whose_first_contact_has_left_is_taken_over_and_handed_on_by_a_head() -> None:
    first, second = fault(), fault()
    with pytest.raises(work.NotDeputy):
        work.take_over_matter(matter=first, note="代办", **by("lead", 1))
    left("agent", "desk")
    with pytest.raises(work.NotOwner):
        work.hand_over_first_contact(matter=first, to="desk", note="原负责人离职", **by("tech", 2))
    asked = work.hand_over_first_contact(matter=first, to="desk", note="原负责人离职", **by("lead", 2))
    baton.accept(item=asked, **by("desk", 3))
    work.take_over_matter(matter=second, note="原负责人离职", **by("lead", 3))
    assert (matter(first).first_contact.username, matter(second).acting) == ("desk", person("lead"))


# ---- the flow ----


def test_a_matter_follows_its_flow_branches_and_joins() -> None:
    subject = fault(flow=True)
    assert live(subject) == {"accept"}
    facts = Entry.objects.get(kind="handoff.offered").data["facts"]
    limit = {"urgent": "no", "accept_by": later(30).isoformat()}
    assert facts == {"service": "fixed_voice", "flow": "repair", "flow_version": "1", "stage": "accept", **limit}
    do(subject, "accept", "agent", 1)
    assert live(subject) == {"drop", "inform"}
    with pytest.raises(baton.EvidenceMissing):
        do(subject, "drop", "tech", 10)
    baton.deliver(item=stage(subject, "drop"), evidence=["照片 1"], **by("tech", 12))
    assert live(subject) == {"inform"}
    do(subject, "inform", "agent2", 15)
    assert live(subject) == {"test"}
    assert Item.objects.get(stage="test").asked_by.code == "hotline"
    do(subject, "test", "engineer", 20)
    assert live(subject) == set()
    assert {each.state for each in Item.objects.all()} == {ItemState.DELIVERED}


def test_a_failed_test_sends_the_matter_back() -> None:
    subject = fault(flow=True)
    do(subject, "accept", "agent", 1)
    do(subject, "inform", "agent", 5)
    item_of_drop = stage(subject, "drop")
    baton.accept(item=item_of_drop, **by("tech", 6))
    baton.deliver(item=item_of_drop, evidence=["照片"], **by("tech", 7))
    test = stage(subject, "test")
    baton.accept(item=test, **by("engineer", 8))
    with pytest.raises(baton.NoWayBack):
        baton.send_back(item=test, to="drop", note="不通", **by("engineer", 9))
    assert where(test)[0] == "held"
    baton.send_back(item=test, to="accept", note="不通", **by("engineer", 9))
    assert where(test)[0] == "withdrawn"
    assert live(subject) == {"accept"}
    do(subject, "accept", "agent", 10)
    assert live(subject) == {"drop", "inform"}


def test_work_outside_of_a_flow_has_no_way_back() -> None:
    one = held(fault())
    with pytest.raises(baton.NoWayBack):
        baton.send_back(item=one, to="drop", note="不通", **by("tech", 9))


# ---- what the database holds ----


def test_the_database_keeps_one_open_hand_off_and_one_running_turn() -> None:
    one = offered(fault())
    first, turn = Handoff.objects.get(), Turn.objects.get()
    for row in (first, turn):
        row.id, row.number = uuid4(), 2
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.filter(id=one).update(accountable=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.filter(id=one).update(state="held")


def test_an_item_without_a_running_turn_is_not_committed() -> None:
    one = offered(fault())
    ended = f"UPDATE work_turn SET until = since WHERE item_id = '{one}'"
    with pytest.raises(IntegrityError, match="no running turn"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"{ended}; UPDATE work_item SET function = 'x' WHERE id = '{one}'; SET CONSTRAINTS ALL IMMEDIATE"
        )


def test_an_open_offer_of_work_that_has_ended_is_not_committed() -> None:
    one = held(fault())
    again = f"UPDATE work_handoff SET state = 'offered', answered_at = NULL WHERE item_id = '{one}'"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE work_handoff DISABLE TRIGGER work_handoff_stands")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    with pytest.raises(IntegrityError, match="open hand-off"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"{again}; UPDATE work_item SET function = 'x' WHERE id = '{one}'; SET CONSTRAINTS ALL IMMEDIATE"
        )


@pytest.mark.parametrize(
    ("table", "change"),
    [
        (Turn, {"until": AT + timedelta(days=9)}),
        (Turn, {"since": AT - timedelta(days=9)}),
        (Turn, {"until": None}),
        (Turn, {"acted_by": None}),
        (Handoff, {"answered_at": AT + timedelta(days=9)}),
        (Handoff, {"state": "withdrawn"}),
        (Handoff, {"defect": "x"}),
        (Handoff, {"accept_by_at": AT + timedelta(days=9)}),
    ],
)
def test_a_turn_that_ended_and_an_answer_stand_whoever_asks_the_database(
    table: type[Turn | Handoff], change: dict[str, object]
) -> None:
    one = held(fault())
    first = table.objects.get(item=one, number=1)
    with pytest.raises(IntegrityError, match="stands"), transaction.atomic():
        table.objects.filter(id=first.id).update(**change)
    assert table.objects.get(id=first.id).__dict__ | {"_state": 0} == first.__dict__ | {"_state": 0}


def test_of_what_runs_only_the_end_is_open_and_nothing_is_removed() -> None:
    one = offered(fault())
    for table, change in (
        (Turn, {"since": AT - timedelta(days=9)}),
        (Handoff, {"accept_by_at": AT + timedelta(days=9)}),
        (Handoff, {"offered_at": AT - timedelta(days=9)}),
        (Handoff, {"way": "imposed"}),
    ):
        with pytest.raises(IntegrityError, match="stands"), transaction.atomic():
            table.objects.filter(item=one).update(**change)
    for table in ("work_turn", "work_handoff"):
        with (
            pytest.raises(IntegrityError, match="keeps everything"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM {table}")
    assert (Turn.objects.filter(item=one).count(), Handoff.objects.filter(item=one).count()) == (1, 1)


def test_a_refusal_that_was_given_keeps_its_reason_until_it_is_judged() -> None:
    one = offered(fault())
    baton.refuse(item=one, reason=Reason.WRONG_AREA, defect="不在片区", **by("tech", 3))
    for change in ({"reason": "duplicate"}, {"defect": "x"}, {"answered_at": AT}, {"note": "x"}):
        with pytest.raises(IntegrityError, match="stands"), transaction.atomic():
            Handoff.objects.filter(item=one).update(**change)
    baton.dispute(item=one, note="地址库为准", **by("agent", 5))
    with pytest.raises(IntegrityError, match="stands"), transaction.atomic():
        Handoff.objects.filter(item=one).update(disputed_at=AT)


# ---- what everybody sees ----


def test_my_work_shows_what_i_hold_what_i_am_offered_and_what_i_answer_for() -> None:
    subject = fault()
    mine, waiting, by_name = held(subject), offered(subject), offered(subject, to="tech2")
    contested, delivered = offered(subject), held(subject, confirm=True)
    baton.refuse(item=contested, reason=Reason.DUPLICATE, defect="重复", **by("tech", 1))
    baton.deliver(item=delivered, **by("tech", 2))
    of_tech, of_agent, of_judge = (queries.my_work(who, later(3)) for who in ("tech", "agent", "judge"))
    assert ([each.id for each in of_tech.held], [each.item for each in of_tech.offers]) == ([mine], [waiting])
    assert [each.item for each in queries.my_work("tech2", later(3)).offers] == [waiting, by_name]
    assert [each.item for each in of_agent.refused] == [contested]
    assert [each.id for each in of_agent.to_confirm] == [delivered]
    assert [each.subject for each in of_agent.matters] == [subject]
    assert [each.item for each in of_judge.to_judge] == [contested]
    assert of_tech.matters == of_tech.to_judge == of_agent.held == ()
    assert queries.my_work("nobody", later(3)).held == ()


def test_the_deputy_sees_what_was_left_unanswered_and_whom_they_stand_in_for() -> None:
    subject = fault()
    one = offered(subject)
    assert queries.my_work("tech2", later(29)).to_take_over == ()
    assert [each.item for each in queries.my_work("tech2", later(31)).to_take_over] == [one]
    assert queries.my_work("agent2", later(31)).matters == ()
    posts.declare_absent(username="agent", until=later(600), **by("agent", 32))
    assert [each.subject for each in queries.my_work("agent2", later(33)).matters] == [subject]


def test_what_somebody_left_behind_lies_with_who_may_take_it_over() -> None:
    away, gone = held(fault(), who="tech3"), held(fault(), who="tech")
    assert queries.my_work("tech2", later(1)).left_behind == ()
    posts.declare_absent(username="tech3", until=later(600), **by("tech3", 1))
    left("tech", "desk")
    seen = {
        who: {each.id for each in queries.my_work(who, later(2)).left_behind}
        for who in ("tech2", "lead", "desk", "desk2")
    }
    assert seen == {"tech2": {away, gone}, "lead": {gone}, "desk": {away, gone}, "desk2": set()}


def test_my_work_takes_the_same_number_of_queries_for_long_lists() -> None:
    subject = fault()
    for _ in range(2):
        held(subject)
        offered(subject)
    with CaptureQueriesContext(connection) as few:
        queries.my_work("tech", later(3))
    for _ in range(6):
        held(subject)
        offered(subject)
    with CaptureQueriesContext(connection) as many:
        found = queries.my_work("tech", later(3))
    assert (len(found.held), len(found.offers)) == (8, 8)
    assert len(many) == len(few)
