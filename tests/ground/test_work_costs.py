"""What the verbs on the way of every order cost the database: how many statements each sends, savepoint and release among them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Entry
from kapok.ground.work.baton import api as baton
from kapok.kernel.promises import find
from tests.ground.conftest import AT
from tests.ground.work_office import by, fault, later, live, set_up_work, stage

pytestmark = pytest.mark.django_db
YESTERDAY = {"actor": "staff/tester", "at": AT - timedelta(days=1)}


@pytest.fixture(autouse=True)
def _office(db: None) -> None:
    """With all that a process reads but once read already."""
    set_up_work()
    commitments.adopt_pack(document=find("guangzhou-pledges").read_text(encoding="utf-8"), **YESTERDAY)
    item = stage(fault(flow=True), "accept")
    baton.accept(item=item, **by("agent"))
    baton.deliver(item=item, **by("agent"))


def statements(verb: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as sent:
        verb()
    return len(sent)


def record(subject: str, kind: str, minutes: float) -> None:
    with transaction.atomic():
        journal.record(journal.happening(kind, subject=subject, actor="staff/agent", at=later(minutes)))


def test_the_verbs_of_a_matter_and_its_stages() -> None:
    assert statements(lambda: fault(minutes=1, flow=True)) == 11
    subject = Entry.objects.filter(kind="fault.reported").latest("id").subject
    item = stage(subject, "accept")
    assert statements(lambda: baton.accept(item=item, **by("agent", 2))) == 16
    assert statements(lambda: baton.deliver(item=item, **by("agent", 3))) == 23
    assert live(subject) == {"drop", "inform"}


def test_judging_an_entry() -> None:
    subject = fault()
    assert statements(lambda: record(subject, "fault.diagnosed", 1)) == 8  # one clock ends, the next begins
    assert Commitment.objects.filter(subject=subject).count() > 2
    assert (
        statements(lambda: record(subject, "customer.wrote", 2)) == 5
    )  # no pack hears it: nothing is read of its clocks
    assert statements(lambda: record(subject, "handoff.delivered", 3)) == 5
    assert statements(lambda: record("fault/new", "fault.reported", 4)) == 6  # what is new has no clocks to read


def test_what_is_recorded_together_is_judged_at_the_cost_of_one() -> None:
    def report(number: int) -> None:
        with transaction.atomic():
            journal.record_together(
                journal.happening(kind, subject=f"fault/{number}-{each}", actor="staff/agent", at=later(minute))
                for each in range(number)
                for minute, kind in enumerate(("fault.reported", "fault.diagnosed", "fault.dispatched"))
            )

    assert statements(lambda: report(1)) == statements(lambda: report(7)) == 6
    for number in (1, 7):
        told = Commitment.objects.filter(subject__startswith=f"fault/{number}-")
        assert told.values("subject").distinct().count() == number
        assert told.get(subject=f"fault/{number}-0", promise="repair-accept").state == "kept"
