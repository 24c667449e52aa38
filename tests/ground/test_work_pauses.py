"""A pause over a whole matter holds the clocks of what is offered while it stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.models import Commitment
from kapok.ground.commitments.rules import RESUMES, Paused, standing
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import lines
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.baton import queries as baton_queries
from kapok.ground.work.models import Item
from tests.ground.conftest import AT
from tests.ground.packs import DESK
from tests.ground.work_office import by, do, fault, held, later, offered, set_up_work, stage

pytestmark = pytest.mark.django_db

HANDS = (
    DESK[: DESK.index("promises:")].replace("code: desk", "code: hands")
    + """
promises:
  - code: accepted
    title: {zh: 接单, en: Accepted}
    tier: stage
    instrument: stages
    evidence: {level: own}
    opens: handoff.offered
    closes: handoff.accepted
    voids: handoff.withdrawn
    pauses: [clock.paused, customer.deferred]
    resumes: [clock.resumed, customer.returned]
    allowance: 30 minutes
  - code: done
    title: {zh: 办结, en: Done}
    tier: stage
    instrument: stages
    evidence: {level: own}
    opens: handoff.accepted
    closes: handoff.delivered
    pauses: clock.paused
    resumes: clock.resumed
    allowance: 2 hours
  - code: promised
    title: {zh: 承诺, en: Promised}
    tier: pledge
    instrument: pledge
    evidence: {level: own}
    opens: [handoff.offered, fault.reported]
    closes: [handoff.delivered, fault.restored]
    pauses: clock.paused
    resumes: clock.resumed
    allowance: 8 hours
"""
)


@pytest.fixture(autouse=True)
def _office(db: None) -> None:
    set_up_work()
    commitments.adopt_pack(document=HANDS, actor="staff/tester", at=AT - timedelta(days=1))


def items(matter: str) -> list[str]:
    return [item.subject for item in Item.objects.filter(matter__subject=matter).order_by("id")]


def pause(matter: str, minutes: float, *, also: list[str] | None = None, **more: Any) -> None:
    said = {"reason": "等备件", "requested_by": "customer", "evidence": "照片 3"}
    commitments.pause(
        subject=matter, also=items(matter) if also is None else also, **said, **more, **by("lead", minutes)
    )


def resume(matter: str, minutes: float, **more: Any) -> None:
    commitments.resume(subject=matter, also=items(matter), reason="备件到", **more, **by("agent", minutes))


def clock(item: UUID, promise: str) -> Commitment:
    return Commitment.objects.filter(subject=f"work/{item}", promise=promise).latest("number")


def stands(item: UUID, promise: str = "accepted") -> tuple[str, list[list[str | None]]]:
    row = clock(item, promise)
    return row.state, row.pauses


def iso(minutes: float) -> str:
    return later(minutes).isoformat()


def test_what_is_offered_while_the_matter_is_paused_begins_paused_and_goes_on_with_it() -> None:
    subject = fault()
    first = offered(subject)
    pause(subject, 10)
    second = offered(subject, "exchange", minutes=20)
    assert stands(first) == ("paused", [[iso(10), None]])
    assert stands(second) == ("paused", [[iso(20), None]])
    assert stands(second, "promised") == ("paused", [[iso(20), None]])
    entry = Entry.objects.get(subject=f"work/{second}", kind="clock.paused")
    facts = entry.data["facts"]
    assert (entry.at, lines([entry])[0].data["reason"], facts["approved_by"]) == (later(20), "等备件", "staff/lead")
    assert "also" not in facts
    resume(subject, 80)
    assert stands(second) == ("open", [[iso(20), iso(80)]])
    assert clock(second, "accepted").due_at == later(20 + 30 + 60)


def test_all_that_is_offered_while_the_matter_is_paused_begins_paused() -> None:
    subject = fault()
    first = offered(subject)
    pause(subject, 10)
    for minutes in (20, 30, 40):
        assert stands(offered(subject, "exchange", minutes=minutes)) == ("paused", [[iso(minutes), None]])
    assert stands(first) == ("paused", [[iso(10), None]])


def test_only_the_tiers_that_the_pause_stops_begin_paused() -> None:
    subject = fault()
    offered(subject)
    pause(subject, 10, stops=("stage",))
    second = offered(subject, minutes=20)
    assert stands(second) == ("paused", [[iso(20), None]])
    assert stands(second, "promised") == ("open", [])


def test_a_pause_of_some_of_the_work_holds_nothing_that_is_offered_later() -> None:
    subject = fault()
    first = offered(subject)
    offered(subject, "exchange")
    pause(subject, 10, also=[f"work/{first}"])
    third = offered(subject, minutes=20)
    assert stands(first) == ("paused", [[iso(10), None]])
    assert stands(third) == ("open", [])
    assert not Entry.objects.filter(subject=f"work/{third}", kind="clock.paused").exists()


def test_a_pause_of_the_work_alone_is_none_of_the_matter() -> None:
    subject = fault()
    first = offered(subject)
    pause(f"work/{first}", 10, also=[])
    assert stands(offered(subject, minutes=20)) == ("open", [])


def test_what_is_offered_after_the_pause_ended_runs() -> None:
    subject = fault()
    offered(subject)
    pause(subject, 10)
    resume(subject, 15)
    assert stands(offered(subject, minutes=20)) == ("open", [])


def test_what_the_customer_defers_holds_all_that_is_offered_until_they_return() -> None:
    subject = fault()
    one = offered(subject)
    pause(subject, 10, kind="customer.deferred", also=[f"work/{one}"])
    assert stands(one) == ("paused", [[iso(10), None]])
    second = offered(subject, minutes=20)
    assert stands(second) == ("paused", [[iso(20), None]])
    assert stands(second, "promised") == ("open", [])


def test_the_clock_that_begins_with_the_acceptance_is_held_too() -> None:
    subject = fault()
    held(subject)
    pause(subject, 10)
    second = offered(subject, minutes=20)
    baton.accept(item=second, **by("tech", 30))
    assert stands(second) == ("kept", [[iso(20), iso(30)]])
    assert stands(second, "done") == ("paused", [[iso(30), None]])


def test_work_that_is_transferred_meanwhile_is_offered_paused() -> None:
    subject = fault()
    one = held(subject)
    pause(subject, 10)
    baton.transfer(item=one, unit="exchange", warm=True, note="转局内", **by("tech", 20))
    assert stands(one) == ("paused", [[iso(20), None]])


def test_the_next_stages_of_a_flow_begin_paused() -> None:
    subject = fault(flow=True)
    pause(subject, 1)
    do(subject, "accept", "agent", 5)
    for code in ("drop", "inform"):
        assert stands(stage(subject, code)) == ("paused", [[iso(6), None]])


def ask(matter: str, minutes: float, **more: Any) -> UUID:
    said = {"also": items(matter), "reason": "等备件", "requested_by": "customer", "evidence": "照片 3"}
    return commitments.ask_pause(subject=matter, **said | more, **by("agent", minutes))


def approve(request: UUID, minutes: float) -> None:
    commitments.approve_request(request=request, **by("lead", minutes))


@pytest.mark.parametrize("kind", ["clock.paused", "customer.deferred"])
def test_what_is_offered_between_asking_and_approval_was_paused_from_its_offer_on(kind: str) -> None:
    subject = fault()
    first = offered(subject)
    asked = ask(subject, 10, kind=kind)
    second = offered(subject, "exchange", minutes=20)
    baton.accept(item=second, **by("engineer", 25))
    third = offered(subject, minutes=30)
    assert stands(second, "done") == ("open", [])
    approve(asked, 40)
    assert stands(first) == ("paused", [[iso(10), None]])
    assert stands(second) == ("kept", [[iso(20), iso(25)]])
    assert stands(third) == ("paused", [[iso(30), None]])
    if kind == "clock.paused":  # the other is none that holds what is done
        assert stands(second, "done") == ("paused", [[iso(25), None]])
        assert stands(third, "promised") == ("paused", [[iso(30), None]])
        assert _ran(third, "promised", 100) == 0
    resumed = {"kind": kind, "subject": subject, "also": items(subject), "reason": "备件到"}
    commitments.resume(**resumed, **by("agent", 60))
    assert stands(third) == ("open", [[iso(30), iso(60)]])
    assert _ran(third, "accepted", 70) == 10
    told = Entry.objects.filter(subject=f"work/{third}", kind=kind)
    assert [(each.at, each.data["facts"]["approved_by"]) for each in told] == [(later(30), "staff/lead")]


def _ran(item: UUID, promise: str, minutes: float) -> int:
    """The minutes that somebody is charged with of what ran by then."""
    shares = baton_queries.attribution(clock(item, promise).id, later(minutes))
    return sum(share.time // timedelta(minutes=1) for share in shares)


def test_what_is_offered_between_asking_and_refusal_ran() -> None:
    subject = fault()
    offered(subject)
    asked = ask(subject, 10)
    second = offered(subject, minutes=20)
    commitments.refuse_request(request=asked, word="无凭据", **by("lead", 40))
    assert stands(second) == ("open", [])
    assert not Entry.objects.filter(kind="clock.paused").exists()


def test_what_is_handed_on_between_asking_and_approval_is_paused_from_then_on_too() -> None:
    subject = fault()
    one = held(subject)
    asked = ask(subject, 10)
    baton.transfer(item=one, unit="exchange", warm=True, note="转局内", **by("tech", 20))
    approve(asked, 40)
    assert stands(one) == ("paused", [[iso(20), None]])


def test_what_was_asked_of_some_of_the_work_holds_nothing_that_was_offered_meanwhile() -> None:
    subject = fault()
    first = offered(subject)
    offered(subject, "exchange")
    asked = ask(subject, 10, also=[f"work/{first}"])
    third = offered(subject, minutes=20)
    approve(asked, 40)
    assert stands(first) == ("paused", [[iso(10), None]])
    assert stands(third) == ("open", [])


def test_what_ended_before_it_was_approved_holds_what_was_offered_until_then() -> None:
    subject = fault()
    first = offered(subject)
    asked = ask(subject, 10, kind="customer.deferred")
    second = offered(subject, minutes=20)
    with pytest.raises(commitments.NothingPaused):
        commitments.resume(subject=subject, reason="x", **by("agent", 25))
    commitments.resume(subject=subject, kind="customer.deferred", reason="客户在家", **by("agent", 30))
    third = offered(subject, minutes=35)
    approve(asked, 40)
    assert stands(first) == ("open", [[iso(10), iso(30)]])
    assert stands(second) == ("open", [[iso(20), iso(30)]])
    assert stands(third) == ("open", [])


def test_what_was_done_between_asking_and_approval_stood_still_too() -> None:
    subject = fault()
    offered(subject)
    second = offered(subject, "exchange")
    asked = ask(subject, 10, kind="customer.deferred")
    baton.accept(item=second, **by("engineer", 35))
    assert stands(second) == ("broken", [])
    baton.deliver(item=second, note="已测", **by("engineer", 38))
    approve(asked, 40)
    assert stands(second) == ("kept", [[iso(10), iso(35)]])


@pytest.mark.parametrize("kind", RESUMES)
def test_whatever_a_pause_was_the_stage_runs_again_when_a_person_ends_it(kind: str) -> None:
    subject = fault(flow=True)
    item = stage(subject, "accept")
    if kind == "hindrance.began":
        with pytest.raises(commitments.NothingStops):  # no stage lists it
            pause(subject, 5, kind=kind)
        assert stands(item, "accept") == ("open", [])
        return
    pause(subject, 5, kind=kind)
    assert stands(item, "accept") == ("paused", [[iso(5), None]])
    resume(subject, 15, kind=kind)
    assert stands(item, "accept") == ("open", [[iso(5), iso(15)]])
    assert clock(item, "accept").due_at == later(30 + 10)


@pytest.mark.parametrize("kind", [kind for kind in RESUMES if kind != "hindrance.began"])
def test_the_stage_runs_again_where_the_matter_alone_is_named(kind: str) -> None:
    subject = fault(flow=True)
    item = stage(subject, "accept")
    pause(subject, 5, kind=kind)
    resume(f"work/{item}", 15, kind=kind)
    assert stands(item, "accept") == ("open", [[iso(5), iso(15)]])


def test_a_new_appointment_ends_the_pause_of_a_missed_visit_and_opens_nothing_on_the_work() -> None:
    subject = fault(flow=True)
    item = stage(subject, "accept")
    pause(subject, 5, kind="visit.missed_by_customer")
    work.happen(matter=subject, kind="visit.appointed", **by("agent", 15))
    assert stands(item, "accept") == ("open", [[iso(5), iso(15)]])
    work.happen(matter=subject, kind="visit.appointed", **by("agent", 20))
    told = Entry.objects.filter(subject=f"work/{item}", kind__startswith="customer.").values_list("kind", "at")
    assert list(told) == [("customer.returned", later(15))]
    assert not Entry.objects.filter(subject=f"work/{item}", kind="visit.appointed").exists()


def test_a_new_appointment_ends_no_other_pause() -> None:
    subject = fault(flow=True)
    item = stage(subject, "accept")
    pause(subject, 5, kind="customer.deferred")
    work.happen(matter=subject, kind="visit.appointed", **by("agent", 15))
    assert stands(item, "accept") == ("paused", [[iso(5), None]])


def test_a_pause_is_not_resumed_by_what_none_of_its_clocks_hears() -> None:
    subject = fault()
    item = held(subject)
    pause(subject, 5)
    for kind in ("hindrance.began", "customer.deferred"):
        with pytest.raises(commitments.NothingPaused):
            resume(subject, 10, kind=kind)
    assert stands(item, "done") == ("paused", [[iso(5), None]])
    assert not Entry.objects.filter(kind__in=["hindrance.ended", "customer.returned"]).exists()
    resume(subject, 15)
    assert stands(item, "done") == ("open", [[iso(5), iso(15)]])


def test_a_pause_stands_until_what_ends_it() -> None:
    def told(*kinds: str) -> list[str]:
        return [each.kind for each in standing(Paused(kind, "fault/F1", AT, {}) for kind in kinds)]

    assert told("clock.paused", "customer.deferred", "clock.resumed") == ["customer.deferred"]
    assert told("visit.missed_by_customer", "clock.resumed", "visit.started") == []
    assert told("fault.reported", "hindrance.began", "customer.returned") == ["hindrance.began"]


def test_what_is_over_at_one_end_stands_at_the_other() -> None:
    both = [Paused("customer.deferred", "order/1", AT, {"at_end": end}) for end in ("a", "b")]
    over = {end: Paused("customer.returned", "order/1", AT, {"at_end": end} if end else {}) for end in ("a", "")}
    assert [each.end for each in standing([*both, over["a"]])] == ["b"]
    assert standing([*both, over[""]]) == []
    whole = Paused("customer.deferred", "order/1", AT, {})
    assert standing([whole, over["a"]]) == [whole]
