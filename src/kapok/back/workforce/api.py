"""Field work: appointments with customers, and who is sent.

Promises that no window is given out beyond the time of the people who can be sent, however many ask at once. Refuses by name
what is past, what lies in nobody's patch, and what nobody can do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kapok.back.workforce import booking
from kapok.back.workforce.booking import Wish
from kapok.back.workforce.refusals import (
    AppointmentOver,
    BadMinutes,
    BadWindow,
    BookedAlready,
    NobodyHasSkill,
    NoPatch,
    UnknownAppointment,
    UnknownReason,
    WindowFull,
    WindowPast,
)

__all__ = [
    "AppointmentOver", "BadMinutes", "BadWindow", "BookedAlready", "NoPatch", "NobodyHasSkill", "UnknownAppointment",
    "UnknownReason", "WindowFull", "WindowPast", "Wish", "book", "book_together", "cancel_appointment", "rebook",
]  # fmt: skip


@transaction.atomic
def book(
    *,
    holder: str,
    address: str,
    skill: str,
    minutes: int,
    starts_at: datetime,
    ends_at: datetime,
    actor: str,
    at: datetime,
) -> UUID:
    """Keep a window for a visit; the appointment's identifier. Raises what `book_together` does."""
    (made,) = booking.book([Wish(holder, address, skill, minutes, starts_at, ends_at)], actor=actor, at=at)
    return made


@transaction.atomic
def book_together(*, visits: Sequence[Wish], actor: str, at: datetime) -> list[UUID]:
    """Keep the windows of several visits, all or none; the identifiers in their order.

    Raises `UnknownAddress`, `NoPatch`, `UnknownSkill`, `NobodyHasSkill`, `BadMinutes`, `BadWindow`, `WindowPast`,
    `BookedAlready`, `WindowFull`.
    """
    return booking.book(visits, actor=actor, at=at)


@transaction.atomic
def rebook(*, appointment: UUID, starts_at: datetime, ends_at: datetime, reason: str, actor: str, at: datetime) -> None:
    """Move an appointment to another window, for a reason of the list.

    Raises `UnknownAppointment`, `AppointmentOver`, `UnknownReason`, and what `book_together` does of the new window.
    """
    booking.rebook(booking.called(appointment), starts_at, ends_at, reason, actor=actor, at=at)


@transaction.atomic
def cancel_appointment(*, appointment: UUID, actor: str, at: datetime) -> None:
    """Give the window back. Raises `UnknownAppointment`, `AppointmentOver`."""
    booking.cancel(booking.called(appointment), actor=actor, at=at)
