"""Two who approve, refuse or ask at once, each on a connection of their own: one answer counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.models import Commitment, PauseRequest
from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Entry
from tests.ground.packs import DESK
from tests.races import outcomes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("committed_office")]

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def reported() -> None:
    commitments.adopt_pack(document=DESK, actor="staff/lin", at=AT - HOUR)
    with transaction.atomic():
        told = journal.happening(
            "fault.reported", subject="fault/F1", actor="staff/chen", at=AT, facts={"service": "fixed_voice"},
            unit="bureau", owner="staff/chen",
        )  # fmt: skip
        journal.record(told)


def ask() -> UUID:
    return commitments.ask_pause(
        subject="fault/F1", kind="customer.deferred", reason="away", requested_by="customer", evidence="call 1",
        actor="staff/chen", at=AT + HOUR,
    )  # fmt: skip


def pledge() -> Commitment:
    return Commitment.objects.get(promise="pledge-repair")


def test_many_ask_for_the_same_and_one_request_stands() -> None:
    reported()
    assert outcomes(*[ask] * 6) == ["AlreadyAsked"] * 5 + ["done"]
    assert PauseRequest.objects.count() == 1


def test_two_approve_at_once_and_the_clock_stops_once() -> None:
    reported()
    asked = ask()
    outcome = outcomes(
        *[lambda: commitments.approve_request(request=asked, actor="staff/lin", at=AT + 2 * HOUR)] * 6
    )  # fmt: skip
    assert outcome == ["RequestAnswered"] * 5 + ["done"]
    assert Entry.objects.filter(kind="customer.deferred").count() == 1
    assert Entry.objects.filter(kind="commitments.pause_answered").count() == 1
    assert pledge().pauses == [[(AT + HOUR).isoformat(), None]]


def test_one_approves_while_another_refuses_and_it_lapses() -> None:
    for attempt in range(4):
        reported() if attempt == 0 else None
        before = Entry.objects.filter(kind="customer.deferred").count()
        asked = ask()
        outcome = outcomes(
            lambda asked=asked: commitments.approve_request(request=asked, actor="staff/lin", at=AT + 2 * HOUR),
            lambda asked=asked: commitments.refuse_request(
                request=asked, word="no", actor="staff/lin", at=AT + 2 * HOUR
            ),
            lambda: commitments.lapse_requests(at=AT + 60 * HOUR),
        )
        state = PauseRequest.objects.get(id=asked).state
        stopped = Entry.objects.filter(kind="customer.deferred").count() - before
        assert stopped == (state == "approved"), outcome
        assert Entry.objects.filter(kind="commitments.pause_answered", data__request=str(asked)).count() == 1
        if state == "approved":
            return


def test_who_asked_withdraws_while_another_approves_and_exactly_one_wins() -> None:
    reported()
    for attempt in range(6):
        before = Entry.objects.filter(kind="customer.deferred").count()
        asked = ask()
        outcome = outcomes(
            lambda asked=asked: commitments.approve_request(request=asked, actor="staff/lin", at=AT + 2 * HOUR),
            *[lambda asked=asked: commitments.withdraw_request(request=asked, actor="staff/chen", at=AT + 2 * HOUR)]
            * 2,
        )
        assert outcome == ["RequestAnswered", "RequestAnswered", "done"], attempt
        state = PauseRequest.objects.get(id=asked).state
        assert state in {"approved", "withdrawn"}
        assert Entry.objects.filter(kind="customer.deferred").count() - before == (state == "approved")
        assert Entry.objects.filter(kind="commitments.pause_answered", data__request=str(asked)).count() == 1
        if state == "approved":
            return
