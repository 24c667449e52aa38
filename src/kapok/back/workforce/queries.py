"""Reading field work: which windows are free, and what is appointed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from kapok.back.workforce import crews, orders, rules
from kapok.back.workforce.capacity import OPEN_DAYS, Span, Visit
from kapok.back.workforce.capacity import windows as spans_of
from kapok.back.workforce.crews import Technician
from kapok.back.workforce.models import BOOKED, CANCELLED, Appointment, WorkOrder
from kapok.back.workforce.orders import OF_ORDER
from kapok.back.workforce.rules import Errand, Kind, Place
from kapok.ground.catalog.offering.document import End
from kapok.ground.work.models import Matter
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Window:
    """A window in which so many more visits of that kind can be kept."""

    starts_at: datetime
    ends_at: datetime
    free: int

    @property
    def value(self) -> str:
        """It as a form sends it."""
        return f"{self.starts_at.isoformat()}/{self.ends_at.isoformat()}"


def windows(*, address: str, skill: str, minutes: int, after: datetime, days: int = OPEN_DAYS) -> list[Window]:
    """The windows with room that begin after a moment, of so many days, from what the people who can be sent have left.

    A visit longer than a window takes several in a row. Raises `UnknownAddress`, `NoPatch`, `UnknownSkill`, `NobodyHasSkill`.
    """
    crew = crews.crew(crews.where(address, after), skill, after, after + timedelta(days=days))
    return _room(crew, minutes, after, days)


def _room(crew: Sequence[Technician], minutes: int, after: datetime, days: int) -> list[Window]:
    grid = crews.grid()
    asked = spans_of(grid, timezone.localdate(after, grid.zone), days, minutes)
    counted = ((span, _free(crew, span, minutes)) for span in asked if span.since > after)
    return [Window(span.since, span.until, free) for span, free in counted if free]


def errand(item: UUID) -> Errand | None:
    """Where the visit of a work order is and what it takes, as far as anybody knows."""
    row = WorkOrder.objects.select_related(*OF_ORDER).filter(item=item).first()
    return orders.errand_for(row) if row else None


def windows_of(username: str, at: datetime) -> dict[UUID, list[Window] | None]:
    """Of each work order that a technician has, or was sent to, the windows with room; None where nobody knows where the visit is.

    Asked once for all; none where nobody can be sent there: then the appointment is refused with the reason.
    """
    mine = WorkOrder.objects.filter(technician__username=username, state__in=[each.value for each in rules.LIVE])
    errands = orders.errands_for(list(mine.select_related(*OF_ORDER)))
    offered = _offered({each for each in errands.values() if each}, at)
    return {item: offered[known] if known else None for item, known in errands.items()}


def _offered(wanted: Collection[Errand], at: datetime) -> dict[Errand, list[Window]]:
    places = crews.wheres({each.address for each in wanted}, at)
    asked = {each: (places[each.address], each.skill) for each in wanted if each.address in places}
    able = crews.crews_of(set(asked.values()), at, at + timedelta(days=OPEN_DAYS))
    none: list[Technician] = []
    crew = {each: able[asked[each]] if each in asked else none for each in wanted}
    return {each: _room(crew[each], each.minutes, at, OPEN_DAYS) for each in wanted}


def _free(crew: Sequence[Technician], span: Span, minutes: int) -> int:
    wanted = Visit(span.since, span.until, timedelta(minutes=minutes))
    return sum(each.free(wanted) for each in crew)


@dataclass(frozen=True)
class AppointmentView:
    """An appointment as others see it."""

    id: UUID
    holder: str
    address: str
    address_full: Text
    skill: str
    minutes: int
    starts_at: datetime
    ends_at: datetime
    unit: str
    unit_name: Text
    kept_for: str
    kept_for_name: str
    state: str
    moved: int
    end: str = ""

    @property
    def booked(self) -> bool:
        """Whether it is still to come: neither kept nor cancelled."""
        return self.state == BOOKED


@dataclass(frozen=True)
class Agreed:
    """How it stands with the visit of a matter."""

    booked: AppointmentView | None = None
    """The window that is agreed and has not ended, or for which somebody is under way."""
    passed: AppointmentView | None = None
    """The window that was agreed and has ended, without anybody under way: another one is to be agreed."""
    given_up: bool = False
    """The window that was booked last no longer holds."""
    under_way: bool = False
    """Somebody is on the way, or there already."""
    visited: bool = False
    """The visit has been handed in, and has not been sent back since."""

    @property
    def standing(self) -> AppointmentView | None:
        """The appointment that moves when another window is agreed, whether its own has passed or not."""
        return self.booked or self.passed


def places(holders: Collection[str]) -> list[Place]:
    """Where somebody comes for each of these matters: to one place, or to both ends. One query."""
    two = set(Matter.objects.filter(subject__in=list(holders), two_ended=True).values_list("subject", flat=True))
    return [(holder, end) for holder in holders for end in ((End.A.value, End.B.value) if holder in two else ("",))]


def agreed(holders: Collection[str], at: datetime) -> dict[Place, Agreed]:
    """How it stands with each visit of these matters at a moment, in four queries."""
    rows = Appointment.objects.filter(holder__in=list(holders)).select_related("address", "unit", "kept_for")
    last = {(row.holder, row.end): row for row in rows.order_by("made_at", "id")}
    booked = {place: appointment_view(row) for place, row in last.items() if row.state == BOOKED}
    leaving = [each.value for each in rules.UNDER_WAY]
    going = WorkOrder.objects.filter(appointment__in=[each.id for each in booked.values()], state__in=leaving)
    on_the_way, done = set(going.values_list("appointment", flat=True)), visited(holders)
    given_up = {place for place, row in last.items() if row.state == CANCELLED}
    return {
        place: _stands(booked.get(place), on_the_way, at, given_up=place in given_up, visited=place in done)
        for place in places(holders)
    }


def _stands(
    found: AppointmentView | None, on_the_way: Collection[UUID], at: datetime, *, given_up: bool, visited: bool
) -> Agreed:
    under_way = found is not None and found.id in on_the_way
    passed = found is not None and found.ends_at <= at and not under_way
    return Agreed(None if passed else found, found if passed else None, given_up, under_way, visited)


def visited(holders: Collection[str]) -> set[Place]:
    """Those visits of these matters that have been handed in, and have not been sent back since."""
    done = [each.value for each in rules.DONE]
    handed_in = WorkOrder.objects.filter(item__undone_at=None, kind=Kind.VISIT, state__in=done)
    mine = handed_in.filter(item__matter__subject__in=list(holders))
    return set(mine.values_list("item__matter__subject", "item__end"))


def is_ahead(holder: str) -> bool:
    """Whether a visit of a matter that takes some has not been handed in."""
    return bool(set(places([holder])) - visited([holder]))


def work_orders(items: Collection[UUID]) -> dict[UUID, UUID]:
    """Which of these work items have a work order, each with the unit whose people do it."""
    return dict(WorkOrder.objects.filter(item__in=items).values_list("item", "unit"))


def given_out(holder: str) -> bool:
    """Whether the field has work of a matter in hand."""
    return WorkOrder.objects.filter(item__matter__subject=holder, item__ended_at=None).exists()


def appointment_view(row: Appointment) -> AppointmentView:
    """One appointment with address, unit and technician read along."""
    return AppointmentView(
        id=row.id, holder=row.holder, address=row.address.code, address_full=row.address.full, skill=row.skill,
        minutes=row.minutes, starts_at=row.starts_at, ends_at=row.ends_at, unit=row.unit.code, unit_name=row.unit.name,
        kept_for=row.kept_for.username, kept_for_name=row.kept_for.name, state=row.state, moved=row.moved, end=row.end,
    )  # fmt: skip
