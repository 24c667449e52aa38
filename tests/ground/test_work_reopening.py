"""Reopening: what was thought to be done is offered again, from the stage that the flow means or the reopener says."""

from __future__ import annotations

import pytest

from kapok.ground.catalog.rules import begins_again
from kapok.ground.catalog.template import parse
from kapok.ground.journal.models import Entry
from kapok.ground.work import api as work
from kapok.ground.work import rules
from kapok.ground.work.models import Handoff, Turn
from kapok.ground.work.reopening import may_begin_again
from tests.ground.work_office import FLOW, by, do, fault, later, live, matter, set_up_work, stage

pytestmark = pytest.mark.django_db
CONFIRM = {
    "kind": "stage", "code": "confirm", "title": {"zh": "确认", "en": "Confirm"}, "unit": "hotline", "budget": "1 hour",
    "event": "fault.confirmed",
}  # fmt: skip
TO_CONFIRM = [{"from": "test", "to": "confirm"}, {"from": "confirm", "to": "end"}]


@pytest.fixture(autouse=True)
def _office(db: None) -> None:
    set_up_work()


def finished() -> str:
    """A fault whose flow is at its end, confirmed and closed."""
    subject = fault(flow=True)
    do(subject, "accept", "agent", 1)
    do(subject, "drop", "tech", 10, "photo")
    do(subject, "inform", "agent", 12)
    do(subject, "test", "engineer", 20)
    work.happen(matter=subject, kind="fault.confirmed", **by("agent", 31))
    work.close_matter(matter=subject, **by("agent", 32))
    return subject


def test_a_finished_flow_that_is_reopened_begins_again_where_its_last_way_back_leads() -> None:
    subject = finished()
    work.happen(matter=subject, kind="fault.reopened", **by("agent", 60))
    assert (live(subject), matter(subject).state) == ({"accept"}, "open")
    again = stage(subject, "accept")
    row = Handoff.objects.get(item=again)
    assert (row.way, row.to_unit.code, row.offered_at) == ("next", "hotline", later(60))
    assert Turn.objects.filter(item=again, until=None, since=later(60)).count() == 1
    with pytest.raises(work.StillInHand):
        work.close_matter(matter=subject, **by("agent", 61))
    do(subject, "accept", "agent", 62)
    assert live(subject) == {"drop", "inform"}


def test_whoever_reopens_a_matter_says_where_it_begins_again() -> None:
    subject = finished()
    assert [code for code, _ in may_begin_again(subject)] == ["accept", "drop", "inform", "test"]
    with pytest.raises(work.NoWayBack):
        work.reopen_matter(matter=subject, again_from="roof", note="又断了", **by("agent", 60))
    with pytest.raises(work.NoteMissing):
        work.reopen_matter(matter=subject, note="", **by("agent", 60))
    with pytest.raises(work.NotOwner):
        work.reopen_matter(matter=subject, note="又断了", **by("tech", 60))
    assert (live(subject), matter(subject).state) == (set(), "closed")
    work.reopen_matter(matter=subject, again_from="drop", note="又断了", **by("agent", 60))
    assert (live(subject), matter(subject).state) == ({"drop"}, "open")
    assert Entry.objects.get(subject=subject, kind="fault.reopened").data["note"] != ""
    do(subject, "drop", "tech", 70, "photo")
    assert live(subject) == {"test"}


def test_without_a_way_back_a_flow_begins_again_with_the_last_work_before_the_customers_word() -> None:
    edges = [each for each in FLOW["edges"] if "returns" not in each and each["to"] != "end"]
    flow = parse({**FLOW, "nodes": [*FLOW["nodes"], CONFIRM], "edges": [*edges, *TO_CONFIRM]})
    done = {"accept", "drop", "inform", "test", "confirm"}
    assert begins_again(flow, done, confirming=rules.CONFIRMS)[0] == "test"
    assert begins_again(flow, {"confirm"}, confirming=rules.CONFIRMS) == ("confirm",)
    assert begins_again(flow, set(), confirming=rules.CONFIRMS) == ()


def test_what_cannot_be_reopened_is_not() -> None:
    order = work.open_matter(kind="order.accepted", title="新装", **by("agent"))
    with pytest.raises(work.UnknownKind):
        work.reopen_matter(matter=order, note="再来", **by("agent", 1))


def test_a_matter_without_a_flow_is_reopened_and_its_owner_gives_the_work() -> None:
    subject = fault()
    work.happen(matter=subject, kind="fault.confirmed", **by("agent", 1))
    work.close_matter(matter=subject, **by("agent", 2))
    work.reopen_matter(matter=subject, note="又断了", **by("agent", 3))
    assert (live(subject), matter(subject).state) == (set(), "open")
    assert may_begin_again(subject) == []
