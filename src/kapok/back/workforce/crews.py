"""Who can be sent where: the unit that answers for an address, its technicians, and the time that each has left.

A technician is somebody of the unit who does field work, masters the skill alone, and is on shift. Few queries, however many
days are asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from kapok.back.workforce.capacity import Grid, Span, Visit, fits, free, minus, possible
from kapok.back.workforce.models import BOOKED, LIVE, Appointment, Helper
from kapok.back.workforce.refusals import NobodyHasSkill, NoPatch
from kapok.ground.people.models import Grant, OrgUnit, Staff
from kapok.ground.people.roles import ADMINISTRATOR, Permission, roles_with
from kapok.ground.people.rules import State
from kapok.ground.places import queries as places
from kapok.ground.places.models import Address
from kapok.ground.places.queries import Responsible
from kapok.ground.places.refusals import UnknownAddress
from kapok.ground.places.rules import Rung, Segment
from kapok.ground.posts import queries as posts
from kapok.ground.posts.models import Absence, RosterEntry, StaffSkill
from kapok.ground.posts.refusals import UnknownSkill
from kapok.ground.posts.rules import AbsenceState
from kapok.kernel.text import Text

ALONE = 2
"""The level of a skill from which somebody is sent alone."""
DOES = roles_with(Permission.FIELD_WORK)
"""The roles of those who do field work."""

ON_LEAVE, OFF_SHIFT, FULL = (
    Text(zh="休假", en="on leave"), Text(zh="不当班", en="off shift"), Text(zh="已无余量", en="full"),
)  # fmt: skip

AROUND = """
WITH RECURSIVE up AS (
    SELECT id AS asked, id, parent_id, kind, 0 AS height FROM people_orgunit WHERE id = ANY(%(units)s)
    UNION ALL
    SELECT up.asked, above.id, above.parent_id, above.kind, up.height + 1
    FROM people_orgunit above JOIN up ON above.id = up.parent_id WHERE up.kind <> 'service_centre'
), home AS (
    SELECT DISTINCT ON (asked) asked, id FROM up ORDER BY asked, kind <> 'service_centre', height
), below AS (
    SELECT asked, id FROM home
    UNION ALL
    SELECT below.asked, child.id FROM people_orgunit child JOIN below ON child.parent_id = below.id
    WHERE child.valid_to IS NULL AND (child.kind <> 'patch' OR child.id = below.asked)
)
SELECT asked, array_agg(id) FROM below GROUP BY asked
"""
"""The service centre of a patch and all below it but the other patches; the patch alone where no service centre is above it."""


@dataclass(frozen=True)
class Where:
    """An address, the unit that answers for it, and the units whose people go there."""

    address: Address
    unit: OrgUnit
    units: frozenset[UUID]


@dataclass
class Technician:
    """Somebody who can be sent, with the time in which they work and the visits for which it is kept."""

    staff: Staff
    spans: list[Span] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    def free(self, wanted: Visit) -> int:
        """How many such visits this technician can still keep."""
        return free(self.spans, self.visits, wanted)

    def can(self, wanted: Visit) -> bool:
        """Whether this technician can keep one more."""
        return fits(self.spans, [*possible(self.spans, self.visits), wanted])


def grid() -> Grid:
    """The windows of this installation."""
    return Grid(
        settings.WORKFORCE_OPENS, settings.WORKFORCE_CLOSES, settings.WORKFORCE_WINDOW_HOURS,
        timezone.get_default_timezone(),
    )  # fmt: skip


def where(code: str, at: datetime) -> Where:
    """The address and who goes there. Raises `UnknownAddress`, `NoPatch`."""
    found = wheres([code], at).get(code)
    if found is not None:
        return found
    address = Address.objects.filter(code=code).first()
    if address is None:
        raise UnknownAddress(code=code[:40])
    raise NoPatch(address=address.full)


def wheres(codes: Iterable[str], at: datetime) -> dict[str, Where]:
    """The same of several addresses, by code, in five queries; what is unknown or in nobody's patch is left out."""
    nearest = {code: _nearest(patches) for code, patches in places.patches_of_each(codes, at=at).items()}
    known = {code: found.unit_id for code, found in nearest.items() if found}
    units, sent = OrgUnit.objects.in_bulk(set(known.values())), _arounds(known.values())
    return {
        each.code: Where(each, units[known[each.code]], sent[known[each.code]])
        for each in Address.objects.filter(code__in=known)
    }


def _nearest(patches: Iterable[Responsible]) -> Responsible | None:
    """The patch, of the public segment before others, else the service centre."""
    found = min(patches, key=lambda each: (each.defect, each.segment is not Segment.PUBLIC), default=None)
    return found if found and found.rung in {Rung.PATCH, Rung.SERVICE_CENTRE} else None


def around(unit: UUID) -> frozenset[UUID]:
    """The units whose people work for this patch, team or service centre."""
    return _arounds([unit]).get(unit, frozenset())


def _arounds(units: Iterable[UUID]) -> dict[UUID, frozenset[UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(AROUND, {"units": list(set(units))})
        return {unit: frozenset(found) for unit, found in cursor.fetchall()}


def members(units: Collection[UUID], skill: str, since: datetime, until: datetime) -> list[Staff]:
    """The active people of these units who do field work and, where a skill is named, master it alone at some time of these.

    Whoever may do everything, because they look after the system, is sent nowhere unless they master something.
    """
    held = Grant.objects.filter(staff=OuterRef("pk"), revoked_at=None)
    does, sent = held.filter(role__in=DOES), held.filter(role__in=DOES - {ADMINISTRATOR})
    mastered = StaffSkill.objects.filter(
        staff=OuterRef("pk"), level__gte=ALONE, period__overlap=DateTimeTZRange(since, until)
    )
    people = Staff.objects.filter(Exists(does), unit__in=units, state=State.ACTIVE).select_related("unit")
    if skill:
        people = people.filter(Exists(mastered.filter(skill__code=skill)))
    else:
        people = people.filter(Q(Exists(sent)) | Q(Exists(mastered)))
    return list(people.order_by("id"))


def skill_name(code: str) -> Text:
    """What the skill is called. Raises `UnknownSkill`."""
    titles = posts.skill_titles()
    if code not in titles:
        raise UnknownSkill(skill=code)
    return titles[code]


def crew(
    place: Where, skill: str, since: datetime, until: datetime, *, without: UUID | None = None
) -> list[Technician]:
    """Who can be sent there between two moments, by identifier; the appointment `without` takes nobody's time.

    Raises `UnknownSkill`, `NobodyHasSkill`.
    """
    title = skill_name(skill)
    people = members(place.units, skill, since, until)
    if not people:
        raise NobodyHasSkill(unit_name=place.unit.name, skill_name=title)
    return at_work(people, since, until, without=without)


def crews_of(
    wanted: Collection[tuple[Where, str]], since: datetime, until: datetime
) -> dict[tuple[Where, str], list[Technician]]:
    """The same of several places, each with a skill, in as many queries as of one; nobody where nobody has the skill."""
    people = members({unit for place, _ in wanted for unit in place.units}, "", since, until)
    masters: dict[str, set[UUID]] = {}
    held = StaffSkill.objects.filter(
        staff__in=people, level__gte=ALONE, period__overlap=DateTimeTZRange(since, until)
    ).values_list("skill__code", "staff")
    for skill, staff in held:
        masters.setdefault(skill, set()).add(staff)
    them = at_work(people, since, until)
    return {
        (place, skill): [
            each for each in them if each.staff.id in masters.get(skill, ()) and each.staff.unit_id in place.units
        ]
        for place, skill in wanted
    }


def at_work(
    people: Sequence[Staff], since: datetime, until: datetime, *, without: UUID | None = None
) -> list[Technician]:
    """These people with the time in which they are on shift and there, and the visits that take of it."""
    early, late = since - timedelta(days=1), until + timedelta(days=1)
    ids, period = [each.id for each in people], DateTimeTZRange(early, late)
    shifts = RosterEntry.objects.filter(staff__in=ids, period__overlap=period).order_by("period")
    on_shift = _spans(shifts.values_list("staff", "period"))
    absences = Absence.objects.filter(staff__in=ids, state=AbsenceState.GRANTED, period__overlap=period)
    away = _spans(absences.values_list("staff", "period"))
    kept = Appointment.objects.filter(kept_for__in=ids, state=BOOKED, starts_at__lt=late, ends_at__gt=early)
    booked: dict[UUID, list[Visit]] = {}
    for each in kept.exclude(id=without) if without else kept:
        booked.setdefault(each.kept_for_id, []).append(visit_of(each))
    for staff, window in lent(ids, early, late):
        if window.id != without:
            booked.setdefault(staff, []).append(visit_of(window))
    return [
        Technician(each, minus(on_shift.get(each.id, []), away.get(each.id, [])), booked.get(each.id, []))
        for each in people
    ]


def hindrance(staff: Staff, wanted: Visit, *, without: UUID | None = None) -> Text | None:
    """Why this person cannot keep one more visit, that of the appointment `without` left out; None where they can."""
    (found,) = at_work([staff], wanted.since, wanted.until, without=without)
    if found.can(wanted):
        return None
    period = DateTimeTZRange(wanted.since, wanted.until)
    if Absence.objects.filter(staff=staff, state=AbsenceState.GRANTED, period__overlap=period).exists():
        return ON_LEAVE
    there = any(span.since < wanted.until and span.until > wanted.since for span in found.spans)
    return FULL if there else OFF_SHIFT


def lent(people: Collection[UUID], since: datetime, until: datetime) -> list[tuple[UUID, Appointment]]:
    """The windows between two moments in which these people lend a hand, as long as they are to come."""
    helping = Helper.objects.filter(
        staff__in=people, lost=False, order__state__in=LIVE, order__appointment__state=BOOKED,
        order__appointment__starts_at__lt=until, order__appointment__ends_at__gt=since,
    )  # fmt: skip
    found = helping.select_related("order__appointment")
    return [(each.staff_id, each.order.appointment) for each in found if each.order.appointment]


def visit_of(row: Appointment) -> Visit:
    """What an appointment takes of somebody's time."""
    return Visit(row.starts_at, row.ends_at, timedelta(minutes=row.minutes))


def _spans(rows: Iterable[tuple[UUID, DateTimeTZRange]]) -> dict[UUID, list[Span]]:
    found: dict[UUID, list[Span]] = {}
    for staff, period in rows:
        found.setdefault(staff, []).append(Span(period.lower, period.upper))
    return found
