"""Appointments of legs: the one place from which ordering reaches those who keep them (`back.workforce`).

Nothing is asked of them where a leg needs no visit, or no window was chosen: then the field team agrees one with the customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from kapok.back.workforce import api as workforce
from kapok.back.workforce import queries as field


@dataclass(frozen=True)
class Wanted:
    """A visit that a leg takes: for whom, where, what it takes, and the window that the customer chose."""

    holder: str
    address: str
    skill: str
    minutes: int
    starts_at: datetime
    ends_at: datetime


def book(wanted: Sequence[Wanted], *, actor: str, at: datetime) -> None:
    """Book the visits, all or none. Raises what `workforce.book_together` does."""
    if wanted:
        workforce.book_together(visits=[workforce.Wish(**asdict(each)) for each in wanted], actor=actor, at=at)


def cancel(holder: str, *, actor: str, at: datetime) -> None:
    """Give up the appointment of a leg, if it has one that is not over."""
    found = field.appointment_of(holder)
    if found is not None and found.booked:
        workforce.cancel_appointment(appointment=found.id, actor=actor, at=at)
