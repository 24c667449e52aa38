"""Reading posts as boards show them: a month of absences, a week of shifts, who can do what. Each in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet
from django.utils import timezone

from kapok.ground.people.models import Staff
from kapok.ground.people.roles import ROLES, Role
from kapok.ground.people.rules import State
from kapok.ground.posts import queries, rules
from kapok.ground.posts.models import Absence, PostHolder, PostRole, RosterEntry, Shift, Skill
from kapok.ground.posts.rows import common
from kapok.kernel.text import Text

DAY = timedelta(days=1)


def days_between(first: date, last: date) -> DateTimeTZRange:
    """From the beginning of one day to the beginning of another, by the installation's clock."""
    zone = timezone.get_default_timezone()
    return DateTimeTZRange(datetime.combine(first, time(), zone), datetime.combine(last, time(), zone))


@dataclass(frozen=True)
class Asked:
    """One absence as the screens show it; reason and note are empty for whom they do not concern."""

    id: UUID
    staff_id: UUID
    username: str
    name: str
    unit_id: UUID
    unit_name: Text
    kind: Text
    state: rules.AbsenceState
    since: datetime
    until: datetime
    reason: str
    note: str

    @property
    def state_name(self) -> Text:
        """Whether it is asked for or granted."""
        return rules.ABSENCE_STATES[self.state]


def absences(rows: Iterable[Absence]) -> list[Asked]:
    """Absences that were read with their `staff__unit`."""
    return [
        Asked(
            id=row.id,
            staff_id=row.staff_id,
            username=row.staff.username,
            name=row.staff.name,
            unit_id=row.staff.unit_id,
            unit_name=row.staff.unit.name,
            kind=rules.ABSENCE_KINDS[rules.AbsenceKind(row.kind)],
            state=rules.AbsenceState(row.state),
            since=row.period.lower,
            until=row.period.upper,
            reason=row.reason,
            note=row.note,
        )
        for row in rows
    ]


def for_eyes(shown: Iterable[Asked], viewer: UUID, *, manages: Collection[UUID], at: datetime) -> list[Asked]:
    """The absences as this viewer may read them.

    Why somebody is away, and the note for who stands in, read the person and whoever manages the roster of the unit; the note
    also the other of a post. Colleagues read neither.
    """
    partners = _partners(viewer, at)

    def shown_to_viewer(each: Asked) -> Asked:
        if each.staff_id == viewer or each.unit_id in manages:
            return each
        return replace(each, reason="", note=each.note if each.staff_id in partners else "")

    return [shown_to_viewer(each) for each in shown]


def _partners(staff: UUID, at: datetime) -> frozenset[UUID]:
    """Who holds the other place of a post of this person."""
    held = PostHolder.objects.filter(period__contains=at)
    return frozenset(
        held.filter(post__in=held.filter(staff=staff).values("post"))
        .exclude(staff=staff)
        .values_list("staff", flat=True)
    )


def absence_rows(units: Iterable[UUID], period: DateTimeTZRange) -> QuerySet[Absence]:
    """What people of these units asked for or were granted in that time, in its order; without what was withdrawn."""
    rows = Absence.objects.select_related("staff__unit").filter(staff__unit__in=units, period__overlap=period)
    return rows.exclude(state=rules.AbsenceState.WITHDRAWN).order_by("period", "id")


def own_absences(staff: UUID, at: datetime) -> list[Asked]:
    """What a person has asked for or been granted that is not over."""
    rows = Absence.objects.select_related("staff__unit").filter(staff=staff, period__overlap=DateTimeTZRange(at, None))
    return absences(rows.exclude(state=rules.AbsenceState.WITHDRAWN).order_by("period", "id"))


@dataclass(frozen=True)
class MonthRow:
    """A person in a month: of each day whether away, and how surely (`granted`, `requested`, or nothing)."""

    username: str
    name: str
    posts: tuple[str, ...]
    days: tuple[tuple[date, str], ...]


def absent_people(units: Iterable[UUID], first: date, last: date) -> QuerySet[Staff]:
    """The people of these units with an absence in [first, last), in the order of their units."""
    away = absence_rows(units, days_between(first, last)).order_by().values("staff")
    return Staff.objects.filter(id__in=away).order_by("unit__code", "username")


def month(people: Iterable[Staff], first: date, last: date) -> list[MonthRow]:
    """One page of `absent_people`, day by day from `first` to before `last`."""
    page = list(people)
    period = days_between(first, last)
    rows = Absence.objects.filter(staff__in=page, period__overlap=period)
    away: dict[UUID, list[Absence]] = {}
    for row in rows.exclude(state=rules.AbsenceState.WITHDRAWN):
        away.setdefault(row.staff_id, []).append(row)
    held: dict[UUID, list[str]] = {}
    for holding in PostHolder.objects.select_related("post").filter(staff__in=page, period__overlap=period):
        held.setdefault(holding.staff_id, []).append(f"{holding.post.code} {holding.place}")
    days = [first + index * DAY for index in range((last - first).days)]
    return [
        MonthRow(
            username=staff.username,
            name=staff.name,
            posts=tuple(sorted(set(held.get(staff.id, ())))),
            days=tuple((day, _state(away.get(staff.id, ()), day)) for day in days),
        )
        for staff in page
    ]


def _state(rows: Iterable[Absence], day: date) -> str:
    """The stronger of the states of a day; nothing where the person is there all day."""
    span = days_between(day, day + DAY)
    states = {row.state for row in rows if row.period.lower < span.upper and span.lower < row.period.upper}
    return next(
        (state.value for state in (rules.AbsenceState.GRANTED, rules.AbsenceState.REQUESTED) if state in states), ""
    )


@dataclass(frozen=True)
class OnShift:
    """A shift of a day; void where the person is away in any part of it."""

    shift: Shift
    void: bool


@dataclass(frozen=True)
class Cell:
    """A person on a day: the shifts, whether they are away, and where not all day, between which hours."""

    day: date
    shifts: tuple[OnShift, ...]
    away: bool
    hours: str


@dataclass(frozen=True)
class WeekRow:
    """A person in a week."""

    username: str
    name: str
    skills: tuple[Text, ...]
    cells: tuple[Cell, ...]


def crew(units: Iterable[UUID]) -> QuerySet[Staff]:
    """The active people of these units, in the order of the units."""
    return (
        Staff.objects.select_related("unit")
        .filter(unit__in=units, state=State.ACTIVE)
        .order_by("unit__code", "username")
    )


def week(people: Iterable[Staff], monday: date, at: datetime) -> list[WeekRow]:
    """One page of `crew`, from Monday to Sunday, with what each can do at that moment."""
    page = list(people)
    days = [monday + index * DAY for index in range(7)]
    period = days_between(monday, monday + 7 * DAY)
    planned: dict[tuple[UUID, date], list[RosterEntry]] = {}
    for entry in RosterEntry.objects.select_related("shift").filter(staff__in=page, day__in=days).order_by("period"):
        planned.setdefault((entry.staff_id, entry.day), []).append(entry)
    away: dict[UUID, list[Absence]] = {}
    for row in Absence.objects.filter(staff__in=page, state=rules.AbsenceState.GRANTED, period__overlap=period):
        away.setdefault(row.staff_id, []).append(row)
    able, titles = queries.skills_of({staff.id for staff in page}, at), skill_titles()
    return [
        WeekRow(
            username=staff.username,
            name=staff.name,
            skills=tuple(titles[code] for code in sorted(able.get(staff.id, {}))),
            cells=tuple(_cell(day, planned.get((staff.id, day), ()), away.get(staff.id, ())) for day in days),
        )
        for staff in page
    ]


def _cell(day: date, planned: Iterable[RosterEntry], away: Iterable[Absence]) -> Cell:
    span, zone = days_between(day, day + DAY), timezone.get_default_timezone()
    parts = [part for each in away if (part := common(each.period, span))]
    return Cell(
        day,
        tuple(OnShift(entry.shift, any(common(entry.period, each.period) for each in away)) for entry in planned),
        away=bool(parts),
        hours=" · ".join(
            f"{part.lower.astimezone(zone):%H:%M}–{part.upper.astimezone(zone):%H:%M}" for part in parts if part != span
        ),
    )


@dataclass(frozen=True)
class Able:
    """A person and the levels of each skill, in the order of the skills; None where they lack it."""

    username: str
    name: str
    unit_name: Text
    levels: tuple[tuple[str, int | None], ...]


def abilities(people: Iterable[Staff], at: datetime) -> list[Able]:
    """One page of `crew` against every skill."""
    page = list(people)
    held, codes = queries.skills_of({staff.id for staff in page}, at), list(skill_titles())
    return [
        Able(
            staff.username,
            staff.name,
            staff.unit.name,
            tuple((code, held.get(staff.id, {}).get(code)) for code in codes),
        )
        for staff in page
    ]


def skill_titles() -> dict[str, Text]:
    """Every skill by its code."""
    return {skill.code: skill.title for skill in Skill.objects.order_by("code")}


def shifts() -> list[Shift]:
    """Every shift, the earliest first."""
    return list(Shift.objects.order_by("starts", "code"))


def carried(post: UUID) -> list[Role]:
    """The roles that come with a post."""
    codes = (
        PostRole.objects.filter(post=post, revoked_at=None).order_by("granted_at", "id").values_list("role", flat=True)
    )
    return [ROLES[code] for code in codes if code in ROLES]
