"""Appointments: windows checked, somebody's time kept, moved, given back. Within the `transaction.atomic` of a verb.

Whoever keeps time locks the technicians who might be sent, by identifier, and only then reads what they have left: of two who
reach for the last visit of a window one gets it. The same lock is taken where leave is granted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from kapok.back.workforce import capacity, crews, events, helping, orders, rules
from kapok.back.workforce.capacity import Visit
from kapok.back.workforce.crews import Technician, Where
from kapok.back.workforce.models import BOOKED, CANCELLED, Appointment, Helper, WorkOrder
from kapok.back.workforce.refusals import (
    AppointmentOver,
    BadMinutes,
    BadWindow,
    BookedAlready,
    PlaceUnknown,
    UnderWay,
    UnknownAppointment,
    UnknownReason,
    WindowFull,
    WindowNotOffered,
    WindowPast,
)
from kapok.back.workforce.rules import Errand, State
from kapok.ground.catalog.offering.document import End
from kapok.ground.journal import api as journal
from kapok.ground.people.models import Staff
from kapok.ground.work import rows as work_rows
from kapok.ground.work.models import Matter
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

LONGEST = timedelta(hours=24)
MOST_MINUTES = 12 * 60
FAR = timedelta(days=366)
"""Farther from now than this nothing is said of a window: calendars end somewhere."""


@dataclass(frozen=True)
class Wish:
    """A visit that is asked for: what for, where, the skill and the minutes it takes, the window."""

    holder: str
    address: str
    skill: str
    minutes: int
    starts_at: datetime
    ends_at: datetime
    end: str = ""
    """At which end, where somebody comes to both (`a`, `b`)."""

    @property
    def place(self) -> tuple[str, str]:
        """What for, and at which end."""
        return self.holder, self.end

    @property
    def visit(self) -> Visit:
        """What it takes of somebody's time."""
        return Visit(self.starts_at, self.ends_at, timedelta(minutes=self.minutes))


def check(wish: Wish, at: datetime) -> None:
    """Raises `BadMinutes`, `BadWindow`, `WindowPast`, `WindowNotOffered`."""
    if not 1 <= wish.minutes <= MOST_MINUTES:
        raise BadMinutes(minutes=wish.minutes, most=MOST_MINUTES)
    if not timedelta(0) < wish.ends_at - wish.starts_at <= LONGEST:
        raise BadWindow
    if abs(wish.starts_at - at) > FAR:
        raise WindowNotOffered(days=capacity.OPEN_DAYS)
    if wish.starts_at <= at:
        raise WindowPast(**parts(wish.starts_at, wish.ends_at))
    if not _is_offered(wish, at):
        raise WindowNotOffered(days=capacity.OPEN_DAYS)


def _is_offered(wish: Wish, at: datetime) -> bool:
    """Whether the window stands on the grid of a day that is open for appointments, and holds the visit."""
    grid = crews.grid()
    day, today = (timezone.localdate(moment, grid.zone) for moment in (wish.starts_at, at))
    if not 0 <= (day - today).days < capacity.OPEN_DAYS:
        return False
    return capacity.Span(wish.starts_at, wish.ends_at) in capacity.windows(grid, day, 1, wish.minutes)


def book(wishes: Sequence[Wish], *, by_customer: bool = True, actor: str, at: datetime) -> list[UUID]:
    """Keep the time of all, or of none; helpers who have no time then are let go, or refused unless `by_customer`.

    Raises what `check`, `crews.where` and `crews.crew` do, `BookedAlready`, `WindowFull`, `HelperBusy`.
    """
    for wish in wishes:
        check(wish, at)
    found = {wish.address: crews.where(wish.address, at) for wish in wishes}
    holders = [wish.holder for wish in wishes]
    list(Matter.objects.filter(subject__in=holders).order_by("id").select_for_update(no_key=True).values_list("id"))
    helpers = helping.of(holders)
    lock_all(((found[wish.address], wish) for wish in wishes), helpers)
    places = {wish.place for wish in wishes}
    for taken in Appointment.objects.filter(holder__in=holders, state=BOOKED):
        if (taken.holder, taken.end) in places:
            raise BookedAlready(**parts(taken.starts_at, taken.ends_at))
    rows = [_keep(wish, found[wish.address], _of(helpers, *wish.place), actor, at) for wish in wishes]
    for row in rows:
        _bring(_of(helpers, row.holder, row.end), row, by_customer=by_customer, actor=actor, at=at)
    return [row.id for row in rows]


def _of(helpers: Sequence[Helper], holder: str, end: str) -> list[Helper]:
    return [each for each in helpers if (each.order.item.matter.subject, each.order.item.end) == (holder, end)]


def _bring(helpers: Sequence[Helper], row: Appointment, *, by_customer: bool, actor: str, at: datetime) -> None:
    """Helpers come along to the window; a customer is not kept from it by who does not, whoever serves us is."""
    window = spoken(row.starts_at, row.ends_at)
    if by_customer:
        helping.let_go(helpers, row, window, actor=actor, at=at)
    else:
        helping.must_come_along(helpers, row, window)


def lock_all(wanted: Iterable[tuple[Where, Wish]], helpers: Iterable[Helper]) -> None:
    """Nobody else keeps time of these people and helpers until the verb's `transaction.atomic` ends."""
    people = {
        each.id
        for place, wish in wanted
        for each in crews.members(place.units, wish.skill, wish.starts_at, wish.ends_at)
    }
    lock(people | {each.staff_id for each in helpers})


def lock(people: Iterable[UUID]) -> None:
    """Hold these people, by identifier, until the verb's `transaction.atomic` ends."""
    list(Staff.objects.filter(id__in=list(people)).order_by("id").select_for_update(no_key=True).values_list("id"))


def _keep(wish: Wish, place: Where, helpers: Sequence[Helper], actor: str, at: datetime) -> Appointment:
    chosen = roomiest(crews.crew(place, wish.skill, wish.starts_at, wish.ends_at), wish, helpers)
    row = Appointment.objects.create(
        id=uuid7(at), holder=wish.holder, end=wish.end, address=place.address, unit=place.unit, skill=wish.skill,
        minutes=wish.minutes,
        starts_at=wish.starts_at, ends_at=wish.ends_at, kept_for=chosen.staff, made_at=at,
    )  # fmt: skip
    journal.record(
        events.AppointmentBooked(
            subject=row.subject, actor=actor, at=at, correlation=matter_of(wish.holder), holder=wish.holder,
            address=wish.address, skill=wish.skill, minutes=wish.minutes, starts_at=wish.starts_at, ends_at=wish.ends_at,
            window=spoken(wish.starts_at, wish.ends_at),
        )
    )  # fmt: skip
    work_rows.come_near(wish.holder, place.unit.id, far=wish.end == End.B)
    orders.appointed(row, at)
    return row


def roomiest(crew: Sequence[Technician], wish: Wish, helpers: Sequence[Helper]) -> Technician:
    """Who has most room left in the window, the first by identifier of equals; helpers only where nobody else has.

    Raises `WindowFull`.
    """
    able = [each for each in crew if each.can(wish.visit)]
    if not able:
        raise WindowFull(**parts(wish.starts_at, wish.ends_at))
    helps = {each.staff_id for each in helpers}
    return max(able, key=lambda each: (each.staff.id not in helps, each.free(wish.visit)))


def rebook(
    row: Appointment,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    *,
    by_customer: bool,
    actor: str,
    at: datetime,
) -> None:
    """Move an appointment to another window; with the same technician where that is possible, and as `book` with the helpers."""
    if reason not in rules.REBOOKS:
        raise UnknownReason(reason=reason[:40], reasons=", ".join(rules.REBOOKS))
    wish = Wish(row.holder, row.address.code, row.skill, row.minutes, starts_at, ends_at, row.end)
    check(wish, at)
    place, helpers = crews.where(wish.address, at), _of(helping.of([row.holder]), row.holder, row.end)
    lock_all([(place, wish)], helpers)
    crew = crews.crew(place, wish.skill, starts_at, ends_at, without=row.id)
    same = next((each for each in crew if each.staff.id == row.kept_for_id and each.can(wish.visit)), None)
    chosen = same or roomiest(crew, wish, helpers)
    before = spoken(row.starts_at, row.ends_at)
    row.starts_at, row.ends_at, row.kept_for, row.moved = starts_at, ends_at, chosen.staff, row.moved + 1
    row.unit = place.unit
    row.save(update_fields=["starts_at", "ends_at", "kept_for", "moved", "unit"])
    work_rows.come_near(row.holder, place.unit.id, far=row.end == End.B)
    orders.appointed(row, at)
    journal.record(
        events.AppointmentMoved(
            subject=row.subject, actor=actor, at=at, correlation=matter_of(row.holder), holder=row.holder, before=before,
            starts_at=starts_at, ends_at=ends_at, window=spoken(starts_at, ends_at), reason=reason,
            reason_name=rules.REBOOKS[reason],
        )
    )  # fmt: skip
    _bring(helpers, row, by_customer=by_customer, actor=actor, at=at)


def agree(
    row: WorkOrder,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    errand: Errand | None,
    *,
    actor: str,
    at: datetime,
) -> UUID:
    """The window of the visit that a work order is about: booked, or where there is one moved, for a reason.

    Raises `PlaceUnknown`, and what `rebook` and `book` do.
    """
    holder, end = row.item.matter.subject, row.item.end
    booked = Appointment.objects.filter(holder=holder, end=end, state=BOOKED).values_list("id", flat=True).first()
    if booked is not None:
        rebook(called(booked), starts_at, ends_at, reason, by_customer=False, actor=actor, at=at)
        return booked
    known = errand or orders.errand_for(row)
    if known is None:
        raise PlaceUnknown
    wish = Wish(holder, known.address, known.skill, known.minutes, starts_at, ends_at, end)
    return book([wish], by_customer=False, actor=actor, at=at)[0]


def must_wait_for_us(row: Appointment) -> None:
    """Nobody is on the way to the customer, nor sets off before the verb's `transaction.atomic` ends. Raises `UnderWay`."""
    mine = WorkOrder.objects.filter(appointment=row).order_by("id").select_for_update(no_key=True)
    if {State(state) for state in mine.values_list("state", flat=True)} & rules.UNDER_WAY:
        raise UnderWay


def cancel(row: Appointment, *, actor: str, at: datetime) -> None:
    """Give the time back."""
    Appointment.objects.filter(id=row.id, state=BOOKED).update(state=CANCELLED)
    orders.unappointed(row, at)
    journal.record(
        events.AppointmentCancelled(
            subject=row.subject, actor=actor, at=at, correlation=matter_of(row.holder), holder=row.holder,
            window=spoken(row.starts_at, row.ends_at),
        )
    )  # fmt: skip


def give_up(holder: str, *, actor: str, at: datetime, end: str | None = None, passed: bool = False) -> None:
    """Give back the windows that are booked for a matter, or for one end of it; of `passed` only those that have ended."""
    rows = Appointment.objects.filter(holder=holder, state=BOOKED)
    rows = rows if end is None else rows.filter(end=end)
    for booked in list((rows.filter(ends_at__lte=at) if passed else rows).order_by("end").values_list("id", flat=True)):
        cancel(called(booked), actor=actor, at=at)


def called(appointment: UUID) -> Appointment:
    """The appointment that is booked, its matter before it, locked until the verb's `transaction.atomic` ends.

    Raises `UnknownAppointment`, `AppointmentOver`.
    """
    holder = Appointment.objects.filter(id=appointment).values_list("holder", flat=True).first()
    Matter.objects.select_for_update(no_key=True).filter(subject=holder).first()
    rows = Appointment.objects.select_related("address", "unit").select_for_update(no_key=True, of=("self",))
    row = rows.filter(id=appointment).first()
    if row is None:
        raise UnknownAppointment
    if row.state != BOOKED:
        raise AppointmentOver
    return row


def matter_of(holder: str) -> UUID | None:
    """The matter to which the holder's entries belong, if there is one."""
    return Matter.objects.filter(subject=holder).values_list("id", flat=True).first()


def parts(starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    """A window as refusals say it."""
    begins, ends = (timezone.localtime(moment) for moment in (starts_at, ends_at))
    return {"day": f"{begins:%Y-%m-%d}", "begins": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}"}


def spoken(starts_at: datetime, ends_at: datetime) -> Text:
    """A window in words."""
    words = "{day} {begins}–{ends}".format(**parts(starts_at, ends_at))
    return Text(zh=words, en=words)
