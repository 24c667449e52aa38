"""Many connections at once: of many who reach for one thing exactly one gets it. A transaction that dies leaves nothing."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal.models import Entry
from kapok.ground.posts import api as posts
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Delivery, Handoff, Item, Matter, Turn
from kapok.ground.work.rules import Reason, Side
from tests import processes
from tests.ground.test_work_pauses import HANDS
from tests.ground.work_office import (
    WITH_FLOW,
    by,
    do,
    fault,
    held,
    item,
    later,
    live,
    matter,
    offered,
    set_up_work,
    stage,
)
from tests.races import PATIENCE_SECONDS, outcomes

pytestmark = pytest.mark.usefixtures("_office")


@pytest.fixture
def _office(transactional_db: None) -> None:
    set_up_work()


def tries(verb: Callable[..., Any], count: int, **said: Any) -> list[str]:
    return outcomes(*[lambda: verb(**said)] * count)


def settled() -> None:
    """What must hold whatever happened."""
    for row in Item.objects.filter(ended_at=None).exclude(state="delivered"):
        assert row.accountable_id
        assert Turn.objects.filter(item=row, until=None).count() == 1
        assert Handoff.objects.filter(item=row, state__in=["offered", "refused", "disputed"]).count() <= 1


def test_thirty_two_reach_for_one_hand_off_and_one_gets_it() -> None:
    one = offered(fault())
    people = ["tech", "tech2", "tech3"] * 11
    outcome = outcomes(*[lambda who=who: baton.accept(item=one, **by(who, 1)) for who in people[:32]])
    assert outcome == ["NotOffered"] * 31 + ["done"]
    assert Entry.objects.filter(subject=f"work/{one}", kind="handoff.accepted").count() == 1
    assert Turn.objects.filter(item=one).count() == 2
    settled()


@pytest.mark.parametrize("attempt", range(5))
def test_one_accepts_another_refuses_a_third_withdraws_and_the_deputy_takes_over(attempt: int) -> None:
    one = offered(fault())
    refusal = {"reason": Reason.DUPLICATE, "defect": "重复"}
    outcome = outcomes(
        lambda: baton.accept(item=one, **by("tech", 31)),
        lambda: baton.refuse(item=one, **refusal, **by("tech3", 31)),
        lambda: baton.withdraw(item=one, **by("agent", 31)),
        lambda: baton.take_over(item=one, note="A角未接", **by("tech2", 31)),
    )
    assert outcome.count("done") == 1
    settled()


def test_a_refusal_is_judged_once() -> None:
    one = offered(fault())
    baton.refuse(item=one, reason=Reason.DUPLICATE, defect="重复", **by("tech", 1))
    outcome = outcomes(
        *[lambda: baton.judge(item=one, found_for=Side.OFFERER, note="不重复", **by("judge", 2))] * 4,
        *[lambda: baton.judge(item=one, found_for=Side.RECEIVER, note="重复", **by("judge", 2))] * 4,
        lambda: baton.concede(item=one, **by("agent", 2)),
    )
    assert outcome.count("done") == 1
    assert Entry.objects.filter(subject=f"work/{one}", kind="handoff.judged").count() == 1
    settled()


def test_work_is_delivered_once_and_the_next_stage_begins_once() -> None:
    subject = fault(flow=True)
    accept = stage(subject, "accept")
    baton.accept(item=accept, **by("agent", 1))
    assert tries(baton.deliver, 8, item=accept, **by("agent", 2)) == ["NotHeld"] * 7 + ["done"]
    assert Delivery.objects.count() == 1
    assert live(subject) == {"drop", "inform"}
    settled()


RETURN = {"reason": Reason.DATA_MISSING, "defect": "缺地址"}


@pytest.mark.parametrize("attempt", range(2))
@pytest.mark.parametrize("how", ["transfer", "return", "judge", "accept"])
def test_no_offer_outlives_its_cancelled_work(how: str, attempt: int) -> None:
    subject = fault()
    items = [offered(subject) for _ in range(6)]
    for one in items if how == "judge" else []:
        baton.refuse(item=one, reason=Reason.DUPLICATE, defect="重复", **by("tech", 1))
    for one in items if how in {"transfer", "return"} else []:
        baton.accept(item=one, **by("tech", 1))
    verb: Callable[[UUID], object] = {
        "transfer": lambda one: baton.transfer(item=one, unit="exchange", warm=True, note="转局内", **by("tech", 2)),
        "return": lambda one: baton.return_to_offerer(item=one, **RETURN, **by("tech", 2)),
        "judge": lambda one: baton.judge(item=one, found_for=Side.OFFERER, note="不重复", **by("judge", 2)),
        "accept": lambda one: baton.accept(item=one, **by("tech", 2)),
    }[how]
    outcomes(
        *[lambda one=one: verb(one) for one in reversed(items)],
        lambda: work.happen(matter=subject, kind="fault.cancelled", **by("agent", 2)),
    )
    assert {item(each).state for each in items} == {"withdrawn"}
    assert not Handoff.objects.filter(state__in=["offered", "refused", "disputed"]).exists()
    assert not Turn.objects.filter(until=None).exists()


@pytest.mark.parametrize("attempt", range(3))
def test_two_branches_that_end_together_open_the_join_once(attempt: int) -> None:
    subject = fault(flow=True)
    do(subject, "accept", "agent", 1)
    drop, inform = stage(subject, "drop"), stage(subject, "inform")
    baton.accept(item=drop, **by("tech", 5))
    baton.accept(item=inform, **by("agent", 5))
    outcome = outcomes(
        lambda: baton.deliver(item=drop, evidence=["照片"], **by("tech", 6)),
        lambda: baton.deliver(item=inform, **by("agent", 6)),
    )
    assert outcome == ["done", "done"]
    assert Item.objects.filter(stage="test").count() == 1
    settled()


@pytest.mark.parametrize("attempt", range(3))
def test_the_deputy_takes_over_while_the_holder_delivers(attempt: int) -> None:
    one = held(fault())
    posts.declare_absent(username="tech", until=later(600), **by("tech", 1))
    outcome = outcomes(
        lambda: baton.take_over(item=one, note="代办", **by("tech2", 2)),
        lambda: baton.deliver(item=one, **by("tech", 2)),
    )
    assert outcome.count("done") == 1
    settled()


def test_a_matter_is_closed_once_and_no_work_slips_in() -> None:
    subject = fault()
    work.happen(matter=subject, kind="fault.confirmed", **by("agent", 1))
    outcome = outcomes(
        *[lambda: work.close_matter(matter=subject, **by("agent", 2))] * 3,
        *[lambda: offered(subject, minutes=2)] * 3,
    )
    closed = matter(subject).state == "closed"
    assert closed != Item.objects.filter(matter__subject=subject).exists()
    assert outcome.count("done") == (1 if closed else 3)
    settled()


def test_the_first_contact_is_accepted_once() -> None:
    subject = fault()
    asked = work.hand_over_first_contact(matter=subject, to="desk", note="转调度", **by("agent", 1))
    outcome = outcomes(
        *[lambda: baton.accept(item=asked, **by("desk", 2))] * 3,
        lambda: baton.withdraw(item=asked, **by("agent", 2)),
        lambda: baton.refuse(item=asked, reason=Reason.WRONG_AREA, defect="不是我的", **by("desk", 2)),
    )
    assert outcome.count("done") == 1
    settled()


def test_thirty_two_matters_taken_at_once_have_thirty_two_numbers() -> None:
    assert outcomes(*[lambda: fault(flow=True)] * 32) == ["done"] * 32
    assert Matter.objects.values("subject").distinct().count() == 32
    assert Item.objects.filter(stage="accept").count() == 32
    settled()


def test_a_process_that_dies_in_the_middle_of_a_verb_leaves_nothing_behind(tmp_path: Path) -> None:
    subject = fault(facts=WITH_FLOW)
    accept = stage(subject, "accept")
    baton.accept(item=accept, **by("agent", 1))
    before = (Item.objects.count(), Entry.objects.count(), Turn.objects.count())
    with processes.python(tmp_path) as begin:
        killed = begin("-m", "tests.ground.killed_delivery", str(accept), later(2).isoformat())
        assert killed.wait(timeout=PATIENCE_SECONDS) == -signal.SIGKILL
    assert (Item.objects.count(), Entry.objects.count(), Turn.objects.count()) == before
    assert item(accept).state == "held"
    baton.deliver(item=accept, **by("agent", 3))
    assert live(subject) == {"drop", "inform"}


@pytest.mark.parametrize("attempt", range(5))
def test_what_is_offered_while_the_pause_is_approved_is_paused_once(attempt: int) -> None:
    commitments.adopt_pack(document=HANDS, **by("lead", -60))
    subject = fault(flow=True)
    do(subject, "accept", "agent", 5)
    drop, inform = stage(subject, "drop"), stage(subject, "inform")
    baton.accept(item=inform, **by("agent2", 7))
    said = {"reason": "等备件", "requested_by": "customer", "evidence": "照片 3"}
    hands = [f"work/{each}" for each in (drop, inform)]
    asked = commitments.ask_pause(subject=subject, also=hands, **said, **by("agent", 10))
    outcome = outcomes(
        lambda: commitments.approve_request(request=asked, **by("lead", 40)),
        lambda: offered(subject, "exchange", minutes=20),
        lambda: offered(subject, "field", minutes=30),
        lambda: baton.accept(item=drop, **by("tech", 25)),
        lambda: baton.deliver(item=inform, **by("agent2", 26)),
    )
    assert outcome == ["done"] * 5, outcome
    later_ones = Item.objects.filter(matter__subject=subject, opened_at__gte=later(20))
    assert later_ones.count() == 2
    for each in later_ones:
        told = Entry.objects.filter(subject=each.subject, kind="clock.paused")
        assert [entry.at for entry in told] == [each.opened_at]
        clock = Commitment.objects.get(subject=each.subject, promise="accepted")
        assert (clock.state, clock.pauses) == ("paused", [[each.opened_at.isoformat(), None]])
    taken = Commitment.objects.filter(subject=f"work/{drop}", promise="accepted").latest("number")
    assert taken.pauses == [[later(10).isoformat(), later(25).isoformat()]]
