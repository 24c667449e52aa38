"""Entries of one matter from many connections at once: the ledger is what all of them together make."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Entry
from tests.ground.packs import DESK, DESK_LATER
from tests.races import outcomes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("committed_office")]

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOLD = [
    ("fault.reported", AT, {"service": "fixed_voice"}),
    ("fault.diagnosed", AT + HOUR / 4, {}),
    ("customer.deferred", AT + 2 * HOUR, {}),
    ("customer.returned", AT + 6 * HOUR, {}),
    ("fault.restored", AT + 27 * HOUR, {}),
    ("fault.reported", AT + 3 * HOUR, {}),
    ("fault.reported", AT + 4 * HOUR, {}),
    ("fault.dispatched", AT + HOUR / 3, {}),
]


def happen(kind: str, at: datetime, facts: dict[str, Any], subject: str) -> None:
    with transaction.atomic():
        journal.record(journal.happening(kind, subject=subject, actor="staff/lin", at=at, facts=facts))


def columns(subject: str) -> list[tuple[Any, ...]]:
    rows = Commitment.objects.filter(subject=subject).exclude(state="void").order_by("promise", "opened_at")
    return [(r.promise, r.state, r.opened_at, r.due_at, r.closed_at, r.elapsed, r.pauses, r.urges) for r in rows]


@pytest.mark.parametrize("attempt", range(4))
def test_entries_recorded_at_once_judge_as_if_they_had_come_in_order(attempt: int) -> None:
    commitments.adopt_pack(document=DESK, actor="staff/lin", at=AT - HOUR)
    for kind, at, facts in TOLD:
        happen(kind, at, facts, "fault/in-order")
    outcomes(*[lambda each=each: happen(*each, "fault/at-once") for each in TOLD])
    assert columns("fault/at-once") == columns("fault/in-order")
    assert len(columns("fault/in-order")) == 5  # two calls after the diagnosis ask for another one


def test_a_pause_is_asked_for_by_two_and_stops_the_clock_once() -> None:
    commitments.adopt_pack(document=DESK, actor="staff/lin", at=AT - HOUR)
    happen("fault.reported", AT, {"service": "fixed_voice"}, "fault/F1")

    def pause() -> None:
        try:
            commitments.pause(
                subject="fault/F1", kind="customer.deferred", reason="away", requested_by="customer",
                evidence="call 4", actor="staff/lin", at=AT + HOUR,
            )  # fmt: skip
        except commitments.NothingStops:
            return

    outcomes(*[pause] * 6)
    assert Entry.objects.filter(kind="customer.deferred").count() == 1
    assert len(Commitment.objects.get(promise="pledge-repair").pauses) == 1


def test_a_pack_is_adopted_once() -> None:
    commitments.adopt_pack(document=DESK, actor="staff/lin", at=AT - HOUR)
    outcome = outcomes(*[lambda: commitments.adopt_pack(document=DESK_LATER, actor="staff/lin", at=AT)] * 4)
    assert outcome == ["AlreadyAdopted"] * 3 + ["done"]
