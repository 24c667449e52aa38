"""The first contact is offered like any work, with its time and its clock, and passes when it is accepted; what is settled."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from kapok.ground.commitments import api as commitments
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal.models import Entry
from kapok.ground.people import api as people
from kapok.ground.people.models import OrgUnit
from kapok.ground.posts import api as posts
from kapok.ground.work import api as work
from kapok.ground.work import queries, urging
from kapok.ground.work.baton import api as baton
from kapok.ground.work.baton import figures
from kapok.ground.work.baton import queries as hand_offs
from kapok.ground.work.models import Handoff, Item, Matter, Turn
from kapok.ground.work.rules import Reason, Side
from kapok.kernel.promises import find
from tests.ground.conftest import AT
from tests.ground.work_office import by, fault, item, later, matter, set_up_work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _office(db: None) -> None:
    set_up_work()
    pledges = find("guangzhou-pledges").read_text(encoding="utf-8")
    commitments.adopt_pack(document=pledges, actor="staff/tester", at=AT - timedelta(days=1))


def kinds(subject: str) -> list[str]:
    return list(Entry.objects.filter(subject=subject).order_by("recorded_at", "id").values_list("kind", flat=True))


def answers(subject: str) -> tuple[str, str, str]:
    """Who answers for the matter and for its clocks, and who acts for them."""
    row = matter(subject)
    (owner,) = set(Commitment.objects.filter(subject=subject).values_list("owner", flat=True))
    return row.first_contact.username, owner.removeprefix("staff/"), row.acting.username if row.acting else ""


def where(identifier: UUID) -> tuple[str, str, str, str | None]:
    """State, unit, who answers, who holds."""
    row = item(identifier)
    return row.state, row.unit.code, row.accountable.username, row.holder.username if row.holder else None


def handed_over(subject: str, minutes: float = 1, to: str = "desk") -> UUID:
    return work.hand_over_first_contact(matter=subject, to=to, note="转调度跟进", **by("agent", minutes))


AGENT, DESK = ("agent", "agent", ""), ("desk", "desk", "")


# ---- offered, accepted ----


def test_the_first_contact_passes_only_when_the_receiver_accepts() -> None:
    subject = fault()
    asked = handed_over(subject)
    assert (answers(subject), where(asked)) == (AGENT, ("offered", "dispatch", "desk", None))
    with pytest.raises(work.HandoverRunning, match="desk"):
        handed_over(subject, 2, to="tech")
    with pytest.raises(baton.NotYours):
        baton.accept(item=asked, **by("tech", 3))
    with pytest.raises(baton.MeantForAnother):
        baton.accept(item=asked, **by("desk2", 3))
    assert answers(subject) == AGENT
    baton.accept(item=asked, **by("desk", 4))
    assert (answers(subject), matter(subject).unit.code, item(asked).state) == (DESK, "dispatch", "delivered")
    assert "work.first_contact_passed" in kinds(subject)
    assert kinds(f"work/{asked}") == ["handoff.offered", "handoff.accepted", "handoff.delivered"]
    assert not Turn.objects.filter(item=asked, until=None).exists()


def test_it_may_come_back_to_who_had_it_before() -> None:
    subject = fault()
    baton.accept(item=handed_over(subject), **by("desk", 2))
    back = work.hand_over_first_contact(matter=subject, to="agent", note="还是您跟", **by("desk", 3))
    baton.accept(item=back, **by("agent", 4))
    assert answers(subject) == AGENT


def test_what_is_refused_or_withdrawn_leaves_the_first_contact_where_it_is() -> None:
    subject = fault()
    refused = handed_over(subject)
    baton.refuse(item=refused, reason=Reason.WRONG_AREA, defect="不是我的片区", **by("desk", 2))
    assert refused in {each.item for each in queries.my_work("agent", later(2)).refused}
    with pytest.raises(work.HandoverRunning):
        handed_over(subject, 2, to="tech")
    baton.concede(item=refused, **by("agent", 3))
    assert (answers(subject), where(refused)) == (AGENT, ("withdrawn", "hotline", "agent", None))
    assert "work.first_contact_kept" in kinds(subject)
    withdrawn = handed_over(subject, 4)
    baton.withdraw(item=withdrawn, **by("agent", 5))
    assert (answers(subject), where(withdrawn)[0], kinds(subject).count("work.first_contact_kept")) == (
        AGENT, "withdrawn", 2,
    )  # fmt: skip
    with pytest.raises(baton.NotOffered):
        baton.accept(item=withdrawn, **by("desk", 6))
    assert "work.first_contact_passed" not in kinds(subject)
    assert not Turn.objects.filter(item__in=[refused, withdrawn], until=None).exists()


@pytest.mark.parametrize(("side", "after"), [(Side.RECEIVER, AGENT), (Side.OFFERER, DESK)])
def test_a_refusal_is_judged_like_any_other(side: Side, after: tuple[str, str, str]) -> None:
    subject = fault()
    asked = handed_over(subject)
    baton.refuse(item=asked, reason=Reason.WRONG_AREA, defect="不是我的片区", **by("desk", 2))
    baton.dispute(item=asked, note="是您的片区", **by("agent", 3))
    baton.judge(item=asked, found_for=side, note="按片区图", **by("judge", 4))
    assert answers(subject) == AGENT
    if side is Side.OFFERER:
        with pytest.raises(baton.MustBeTaken):
            baton.refuse(item=asked, reason=Reason.WRONG_AREA, defect="不接", **by("desk", 5))
        baton.accept(item=asked, **by("desk", 6))
    assert (answers(subject), item(asked).ended_at is not None) == (after, True)


def test_what_is_imposed_on_who_is_gone_meanwhile_is_whose_of_their_unit_accepts_it() -> None:
    subject = fault()
    asked = handed_over(subject, to="tech3")
    baton.refuse(item=asked, reason=Reason.WRONG_AREA, defect="不是我的片区", **by("tech3", 2))
    baton.dispute(item=asked, note="是您的片区", **by("agent", 3))
    people.deactivate(username="tech3", **by("admin", 4))
    baton.judge(item=asked, found_for=Side.OFFERER, note="按片区图", **by("judge", 5))
    baton.accept(item=asked, **by("tech2", 6))
    assert (answers(subject), item(asked).state) == (("tech2", "tech2", ""), "delivered")


# ---- in time, or late ----


def test_it_may_wait_as_long_as_the_post_says_and_then_counts_against_the_receiver_until_it_is_taken_back() -> None:
    posts.change_accept_time(post="dispatching", accept_ttl=timedelta(minutes=20), **by("lead", 0))
    subject = fault()
    asked = handed_over(subject)
    row = Handoff.objects.select_related("to_answers").get(item=asked)
    assert (row.accept_by_at, row.to_answers.username) == (later(21), "desk")
    clock = Commitment.objects.get(subject=f"work/{asked}", promise="handoff-accept")
    assert (clock.due_at, clock.owner, clock.state) == (later(21), "staff/desk", "open")
    assert hand_offs.unanswered(later(20)) == []
    scheduler.fire(at=later(22))
    clock.refresh_from_db()
    assert (clock.state, [each.offer.item for each in hand_offs.unanswered(later(22))]) == ("overdue", [asked])
    baton.withdraw(item=asked, **by("agent", 23))
    desk = OrgUnit.objects.get(code="dispatch").id
    assert figures.figures(later(24), since=later(0), until=later(24)).receivers[desk].late == 1
    assert (answers(subject), hand_offs.unanswered(later(24))) == (AGENT, [])


def test_the_deputy_takes_it_when_the_time_has_passed_or_the_receiver_is_away_and_acts_for_them() -> None:
    late, away = fault(), fault()
    asked = handed_over(late)
    with pytest.raises(baton.StillThere):
        baton.take_over(item=asked, note="代接", **by("desk2", 30))
    baton.take_over(item=asked, note="代接", **by("desk2", 32))
    assert answers(late) == ("desk", "desk", "desk2")
    posts.declare_absent(username="desk", until=later(600), **by("desk", 40))
    other = handed_over(away, 41)
    assert other in {each.item for each in queries.my_work("desk2", later(41)).to_take_over}
    baton.take_over(item=other, note="A角不在", **by("desk2", 42))
    assert (answers(away), item(other).state) == (("desk", "desk", "desk2"), "delivered")


def test_nobody_waits_for_it_and_the_repair_goes_on() -> None:
    subject = fault(flow=True)
    asked = handed_over(subject, 0)
    row = Commitment.objects.get(subject=subject, promise="repair")
    assert {share.party.part.value for share in hand_offs.attribution(row.id, later(10))} == {"waiting"}
    assert {share.party.unit for share in hand_offs.attribution(row.id, later(10))} == {"hotline"}
    work.urge(matter=subject, note="快一点", **by("agent", 11))
    told = Entry.objects.get(subject=subject, kind="work.urged").data
    assert (told["units"], urging.tally(matter(subject).id).urged) == (["hotline"], 1)
    assert item(asked).state == "offered"


# ---- by rule ----


def test_the_rules_offer_it_in_the_name_of_who_has_it_but_not_to_them_nor_to_who_is_away() -> None:
    subject, said = fault(), {"actor": "customer/C1", "at": later(1)}
    assert work.offer_first_contact(matter=subject, to="agent", **said) is None
    posts.declare_absent(username="tech3", until=later(600), **by("tech3", 1))
    assert work.offer_first_contact(matter=subject, to="tech3", **said) is None
    assert not Item.objects.filter(matter__subject=subject).exists()
    asked = work.offer_first_contact(matter=subject, to="desk", **said)
    row = Handoff.objects.select_related("from_staff", "from_unit").get(item=asked)
    assert (row.from_staff.username, row.from_unit.code, answers(subject)) == ("agent", "hotline", AGENT)


def test_a_part_of_the_same_thing_has_the_same_first_contact() -> None:
    first, second, closed = fault(), fault(), fault()
    work.happen(matter=closed, kind="fault.confirmed", **by("agent", 1))
    work.close_matter(matter=closed, **by("agent", 1))
    baton.accept(item=handed_over(first), **by("desk", 2))
    open_one = handed_over(second, 2, to="tech")
    for each in (second, closed):
        work.pass_first_contact(matter=each, like=first, actor="system/ordering", at=later(3))
    assert (answers(second), item(open_one).state, answers(closed)) == (DESK, "withdrawn", AGENT)
    before = Entry.objects.count()
    work.pass_first_contact(matter=second, like=first, actor="system/ordering", at=later(4))
    assert Entry.objects.count() == before


# ---- settled ----


def listed(username: str, minutes: float) -> tuple[list[str], list[str]]:
    """What somebody is first contact of, open and settled."""
    open_ones = queries.my_work(username, later(minutes)).matters
    return [each.subject for each in open_ones], [
        each.subject for each in queries.settled(username, later(minutes), limit=9)
    ]


def test_what_the_customer_settled_leaves_ones_work_and_what_is_reopened_comes_back() -> None:
    confirmed, cancelled, left = (fault(minutes=minutes / 10) for minutes in range(3))
    assert listed("agent", 1) == ([confirmed, cancelled, left], [])
    work.happen(matter=confirmed, kind="fault.confirmed", **by("agent", 2))
    work.happen(matter=cancelled, kind="fault.cancelled", **by("agent", 3))
    assert (listed("agent", 4), matter(cancelled).settled_at) == (([left], [cancelled, confirmed]), later(3))
    work.close_matter(matter=confirmed, **by("agent", 5))
    assert (listed("agent", 6)[1], matter(confirmed).settled_at) == ([cancelled, confirmed], later(2))
    work.reopen_matter(matter=confirmed, note="又断了", **by("agent", 7))
    assert (listed("agent", 8), matter(confirmed).settled_at) == (([confirmed, left], [cancelled]), None)
    assert (listed("desk", 8), queries.settled("nobody", later(8), limit=9)) == (([], []), ())


def test_what_is_closed_without_the_customers_word_is_settled_and_nobody_is_asked_for_it_any_more() -> None:
    subject = fault()
    for hour in (0, 25, 50):
        work.note_not_reached(matter=subject, note="无人接听", **by("agent", hour * 60))
    asked = handed_over(subject, 3001)
    work.close_matter(matter=subject, **by("agent", 3002))
    assert (matter(subject).settled_at, item(asked).state) == (later(3002), "withdrawn")
    assert Matter.objects.filter(state="closed", settled_at=None).count() == 0
    with pytest.raises(baton.NotOffered):
        baton.accept(item=asked, **by("desk", 3003))
