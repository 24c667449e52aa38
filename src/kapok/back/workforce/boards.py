"""Reading field work for those who dispatch and those who drive: the board of a day, the day of a technician, one work order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from kapok.back.workforce import crews, fleet, matters, rules
from kapok.back.workforce.capacity import Span
from kapok.back.workforce.models import CANCELLED, LIVE, Helper, Hold, Stock, WorkOrder
from kapok.back.workforce.orders import OF_ORDER
from kapok.back.workforce.rules import Deed, Due, Kind, Rest, State
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.work.models import Handoff
from kapok.ground.work.queries import Clock, clocks
from kapok.ground.work.rules import HandoffState
from kapok.ground.work.urging import Pressing, pressing
from kapok.kernel.text import Text
from kapok.network.inventory.views import between

LATE, SOON = "late", "soon"
SOON_BEFORE, SOON_TO_ACCEPT = timedelta(hours=2), timedelta(minutes=10)


@dataclass(frozen=True)
class Job:
    """One work order as board and phone show it."""

    item: UUID
    matter: str
    end: str
    """At which end of its matter, where somebody comes to both."""
    about: Text
    title: Text
    kind: Kind
    state: State
    unit: str
    unit_id: UUID
    technician: str
    technician_name: str
    address: Text | None
    starts_at: datetime | None
    ends_at: datetime | None
    minutes: int | None
    skill: str
    due: Due
    due_at: datetime | None
    """By when that which is due next; of what is agreed with the customer the end of the window."""
    alarm: str
    """`late`, `soon`, or nothing: of that which is due next."""
    pressing: Pressing | None
    """How its matter was urged, if it was."""
    helpers: tuple[str, ...]
    lending: tuple[str, ...]
    """The numbers of the helpers, who have time for it."""
    lost: tuple[tuple[str, str], ...]
    """Who was to help and has no time in the window, number and name: somebody else is to, or nobody."""
    explanation: Text
    asks: bool
    """Whether a hold waits for approval."""
    rest: Rest | None
    """That its matter is put off or waits for plant: it is not carried on."""
    held_from: State | None
    """Where it goes on, while it is held."""

    @property
    def state_name(self) -> Text:
        """Where it stands, in words."""
        return rules.STATES[self.state]

    @property
    def kind_name(self) -> Text:
        """What is asked of the field, in words."""
        return rules.KINDS[self.kind]

    @property
    def due_name(self) -> Text:
        """What is due next, in words."""
        return rules.DUES[self.due]

    @property
    def alarm_name(self) -> Text:
        """What is late, or will be soon; where nothing is, what is due."""
        return {LATE: rules.LATES, SOON: rules.SOONS}.get(self.alarm, rules.DUES)[self.due]

    @property
    def urged(self) -> int:
        """How often its matter was urged."""
        return self.pressing.number if self.pressing else 0

    @property
    def rest_name(self) -> Text | None:
        """That it is put off or waits for plant, and until when; None where it goes on."""
        return matters.told(self.rest) if self.rest else None

    @property
    def helping(self) -> list[tuple[str, str]]:
        """Number and name of whoever helps, or was to."""
        return [*zip(self.lending, self.helpers, strict=True), *self.lost]

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """What its technician may do now."""
        return rules.possible(self.kind, self.state)


def order_of_day(jobs: Iterable[Job]) -> list[Job]:
    """The jobs in the order in which they are driven: by window, what was urged most first of equals, then by due time.

    The seam for route planning: it gets the jobs of one technician and one day, and gives them back in another order.
    """
    far = datetime.max.replace(tzinfo=timezone.get_default_timezone())
    return sorted(jobs, key=lambda job: (job.starts_at or far, -job.urged, job.due_at or far, str(job.item)))


@dataclass(frozen=True)
class _Known:
    """What is known of work orders beside their rows, each table asked once."""

    accept_by: Mapping[UUID, datetime]
    clocks: Mapping[str, Clock]
    helpers: Mapping[UUID, Sequence[Helper]]
    asks: Collection[UUID]
    urged: Mapping[str, Pressing]
    resting: Mapping[str, Rest]

    def due(self, row: WorkOrder, state: State, ends_at: datetime | None) -> tuple[Due, datetime | None]:
        """What is due next of a work order, and by when."""
        clock = self.clocks.get(row.item.subject)
        finish_by = clock.due_at if clock else None
        accept_by = self.accept_by.get(row.item_id)
        return rules.due_next(Kind(row.kind), state, accept_by=accept_by, ends_at=ends_at, finish_by=finish_by)


def jobs(rows: QuerySet[WorkOrder], at: datetime) -> list[Job]:
    """These work orders, in at most six queries more however many there are."""
    found = list(rows.select_related(*OF_ORDER))
    known = _known(found)
    return [_job(row, known, at) for row in found]


def _known(found: Sequence[WorkOrder]) -> _Known:
    open_ = [row.item_id for row in found if State(row.state) in rules.OPEN]
    offered = Handoff.objects.filter(item__in=open_, state=HandoffState.OFFERED)
    lending: dict[UUID, list[Helper]] = {}
    for each in Helper.objects.filter(order__in=found).order_by("added_at").select_related("staff"):
        lending.setdefault(each.order_id, []).append(each)
    asked = Hold.objects.filter(order__in=found, until=None, approval="waiting").values_list("order", flat=True)
    return _Known(
        accept_by=dict(offered.values_list("item", "accept_by_at")), clocks=clocks([row.item.subject for row in found]),
        helpers=lending, asks=set(asked), urged=pressing({row.item.matter.subject for row in found}),
        resting=matters.resting({row.item.matter.subject for row in found if State(row.state) in rules.LIVE}),
    )  # fmt: skip


def _job(row: WorkOrder, known: _Known, at: datetime) -> Job:
    window = row.appointment if row.appointment and row.appointment.state != CANCELLED else None
    starts_at, ends_at = (window.starts_at, window.ends_at) if window else (None, None)
    state = State(row.state)
    due, due_at = known.due(row, state, ends_at)
    helpers = known.helpers.get(row.id, ())
    lending = [each.staff for each in helpers if not each.lost]
    return Job(
        item=row.item_id, matter=row.item.matter.subject, end=row.item.end, about=Text.kept(row.item.matter.title),
        title=row.item.title,
        kind=Kind(row.kind), state=state, unit=row.unit.code, unit_id=row.unit_id,
        technician=row.technician.username if row.technician else "",
        technician_name=row.technician.name if row.technician else "", address=_where(row),
        starts_at=starts_at, ends_at=ends_at, minutes=row.minutes,
        skill=row.skill, due=due, due_at=due_at, alarm=alarm(state, due, due_at, starts_at, at),
        pressing=known.urged.get(row.item.matter.subject), helpers=tuple(each.name for each in lending),
        lending=tuple(each.username for each in lending),
        lost=tuple((each.staff.username, each.staff.name) for each in helpers if each.lost),
        explanation=row.explanation, asks=row.id in known.asks,
        rest=known.resting.get(row.item.matter.subject) if state in rules.LIVE else None,
        held_from=State(row.held_from) if row.held_from else None,
    )  # fmt: skip


def _where(row: WorkOrder) -> Text | None:
    """Where it is: the address, both of what runs between two."""
    if row.address is None:
        return None
    return between(row.address.full, row.far_address.full) if row.far_address else row.address.full


def alarm(state: State, due: Due, due_at: datetime | None, starts_at: datetime | None, at: datetime) -> str:
    """Whether what is due next is late, or will be soon; who is waited for is soon late once the window has begun."""
    if state not in rules.LIVE or due_at is None:
        return ""
    if due_at < at:
        return LATE
    if due is Due.ARRIVE:
        return SOON if starts_at is not None and starts_at < at else ""
    return SOON if due_at - at < (SOON_TO_ACCEPT if due is Due.ACCEPT else SOON_BEFORE) else ""


@dataclass(frozen=True)
class Row:
    """A technician on the board: when they work that day, what they have."""

    username: str
    name: str
    spans: tuple[Span, ...]
    jobs: tuple[Job, ...]
    plate: str
    """Of the van that they drive; empty for none."""
    lent: tuple[Job, ...]
    """The visits of others with which they lend a hand."""


@dataclass(frozen=True)
class Board:
    """A unit and a day: the technicians, and what nobody has been sent to."""

    unit: str
    unit_name: Text
    day: date
    rows: tuple[Row, ...]
    open: tuple[Job, ...]
    lacking: tuple[Job, ...]
    """Of whatever day the visits whose helper has no time in their window."""


def board(unit: str, day: date, at: datetime) -> Board | None:
    """The board of a unit's technicians on a day, as it is at a moment; None where there is no such unit."""
    home = OrgUnit.objects.filter(code=unit, valid_to=None).first()
    if home is None:
        return None
    since, until = _day(day)
    people = crews.members(crews.around(home.id), "", since, until)
    around = {each.unit_id for each in people} | {home.id}
    live = WorkOrder.objects.filter(state__in=LIVE)
    of_day = Q(appointment__starts_at__lt=until, appointment__ends_at__gt=since) | Q(appointment=None)
    helped = Helper.objects.filter(order=OuterRef("pk"))
    lent = Q(Exists(helped.filter(staff__in=people, lost=False)), appointment__isnull=False)
    done = WorkOrder.objects.filter(replied_at__gte=since, replied_at__lt=until)
    mine = jobs((live.filter(of_day) | done).filter(technician__in=people) | live.filter(of_day & lent), at)
    waiting = live.filter(unit__in=around).filter(Q(technician=None) | Exists(helped.filter(lost=True)))
    listed = order_of_day(jobs(waiting.order_by("opened_at"), at))
    shifts = {each.staff.id: each.spans for each in crews.at_work(people, since, until)}
    driven = fleet.plates(each.id for each in people)
    rows = tuple(
        Row(
            each.username, each.name, tuple(_within(shifts[each.id], since, until)),
            tuple(order_of_day(job for job in mine if job.technician == each.username)), driven.get(each.id, ""),
            tuple(order_of_day(job for job in mine if each.username in job.lending)),
        )
        for each in sorted(people, key=lambda each: each.username)
    )  # fmt: skip
    lacking = tuple(job for job in listed if job.lost)
    return Board(home.code, home.name, day, rows, tuple(job for job in listed if not job.technician), lacking)


def _within(spans: Iterable[Span], since: datetime, until: datetime) -> Iterable[Span]:
    return (
        Span(max(each.since, since), min(each.until, until))
        for each in spans
        if each.since < until and each.until > since
    )


def _day(day: date) -> tuple[datetime, datetime]:
    """A day from midnight to midnight by our clock."""
    begins = datetime.combine(day, datetime.min.time(), timezone.get_default_timezone())
    return begins, datetime.combine(day + timedelta(days=1), datetime.min.time(), timezone.get_default_timezone())


def my_day(username: str, day: date, at: datetime) -> list[Job]:
    """What a technician has to do that day, what was done, and with what they lend a hand.

    A visit of another day is theirs to do then; an offer is answered, and an agreed window handed in, today.
    """
    since, until = _day(day)
    helping = Helper.objects.filter(staff__username=username, lost=False, order__state__in=LIVE).values("order")
    mine = WorkOrder.objects.filter(Q(technician__username=username) | Q(id__in=helping))
    live = Q(state__in=[each.value for each in rules.LIVE])
    today = Q(appointment=None) | Q(appointment__starts_at__lt=until)
    today |= Q(kind=Kind.APPOINTMENT) | Q(state__in=[each.value for each in rules.OPEN])
    return order_of_day(jobs(mine.filter((live & today) | Q(replied_at__gte=since, replied_at__lt=until)), at))


def open_to(username: str, at: datetime) -> list[Job]:
    """What nobody has been sent to in the unit of this technician: they may take it."""
    free = WorkOrder.objects.filter(
        state=State.CREATED, unit__in=Staff.objects.filter(username=username).values("unit")
    )
    return order_of_day(jobs(free, at))


def colleagues(units: Collection[UUID], username: str, at: datetime) -> dict[str, list[tuple[str, str]]]:
    """To whom a technician may pass work on: of each of these units, by code, the others who do field work."""
    around: dict[str, list[tuple[str, str]]] = {}
    for each in crews.members(units, "", at, at):
        if each.username != username:
            around.setdefault(each.unit.code, []).append((each.username, each.name))
    return {unit: sorted(people) for unit, people in around.items()}


def job(item: UUID, at: datetime) -> Job | None:
    """One work order by its item."""
    return next(iter(jobs(WorkOrder.objects.filter(item=item), at)), None)


def field_units(units: Collection[UUID] | None) -> list[OrgUnit]:
    """The units whose people do field work, of these or of all; by code."""
    every = OrgUnit.objects.filter(valid_to=None)
    asked = every if units is None else every.filter(id__in=units)
    at_home = {each.unit_id for each in crews.members(list(asked.values_list("id", flat=True)), "", _never(), _never())}
    return list(OrgUnit.objects.filter(id__in=at_home).order_by("code"))


def _never() -> datetime:
    return datetime.min.replace(year=2000, tzinfo=timezone.get_default_timezone())


def dispatches_everywhere(units: Collection[UUID]) -> bool:
    """Whether the dispatch desk is among these units: whoever may dispatch there does so for every unit."""
    return OrgUnit.objects.filter(id__in=units, code=settings.WORKFORCE_DISPATCH_UNIT).exists()


def van_of(username: str) -> list[tuple[str, Text, int, Text]]:
    """What lies in the van of a technician: code, name, how much, of what; empty where they drive none."""
    rows = Stock.objects.filter(vehicle__driver__username=username, count__gt=0).select_related("material")
    return [
        (row.material.code, row.material.title, row.count, row.material.counted)
        for row in rows.order_by("material__code")
    ]
