"""Helpers: colleagues who lend a hand with a visit, and whose time in its window is taken as long as it is to come.

Within the `transaction.atomic` of a verb.
"""

from __future__ import annotations

from datetime import datetime

from kapok.back.workforce import booking, crews, dispatching, events, rules
from kapok.back.workforce.models import BOOKED, Helper, WorkOrder
from kapok.back.workforce.refusals import HelperBusy, HelpsAlready, HelpsNot, NotATechnician, NotNow
from kapok.back.workforce.rules import State
from kapok.ground.journal import api as journal
from kapok.ground.people.models import Staff
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

ADD = Text(zh="加派", en="Add a helper")


def add(row: WorkOrder, helper: str, *, actor: str, at: datetime) -> None:
    """A colleague lends a hand. Raises `NotNow`, `NotATechnician`, `HelpsAlready`, `HelperBusy`."""
    if State(row.state) not in rules.LIVE:
        raise NotNow(state_name=rules.STATES[State(row.state)], deed_name=ADD)
    found = dispatching.technician_of(row, helper, at)
    if found is None:
        raise NotATechnician(username=helper[:50], unit_name=row.unit.name)
    booking.lock([found.id])
    if found.id == row.technician_id or Helper.objects.filter(order=row, staff=found, lost=False).exists():
        raise HelpsAlready(username=found.username)
    _must_have_time(row, found, at)
    Helper.objects.filter(order=row, staff=found).delete()
    Helper.objects.create(id=uuid7(at), order=row, staff=found, added_at=at)
    journal.record(
        events.HelperAdded(
            subject=row.item.subject, actor=actor, at=at, correlation=row.item.matter_id, helper=found.username
        )
    )


def release(row: WorkOrder, helper: str, *, actor: str, at: datetime) -> None:
    """A colleague helps no more, or is no longer waited for. Raises `HelpsNot`."""
    gone, _ = Helper.objects.filter(order=row, staff__username=helper.lower()).delete()
    if not gone:
        raise HelpsNot(username=helper[:50])
    journal.record(
        events.HelperReleased(
            subject=row.item.subject, actor=actor, at=at, correlation=row.item.matter_id, helper=helper.lower()
        )
    )


def _must_have_time(row: WorkOrder, helper: Staff, at: datetime) -> None:
    """Raises `HelperBusy` where a window is agreed that is still to come, and they have no room in it."""
    window = row.appointment
    if window is None or window.state != BOOKED or window.ends_at <= at:
        return
    visit = crews.visit_of(window)
    (them,) = crews.at_work([helper], visit.since, visit.until, without=window.id)
    if not them.can(visit):
        raise HelperBusy(username=helper.username, window=booking.spoken(window.starts_at, window.ends_at))
