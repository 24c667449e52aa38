"""Reading people, units and permissions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from axes.models import AccessAttempt
from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, QuerySet

from kapok.ground.people import history, rules
from kapok.ground.people.models import Grant, OrgUnit, Staff
from kapok.ground.people.roles import ROLES, Role, roles_with
from kapok.kernel.text import Text

BELOW = """
WITH RECURSIVE below AS (
    SELECT unit_id AS id FROM people_grant WHERE staff_id = %s AND revoked_at IS NULL AND role = ANY(%s)
    UNION
    SELECT child.id FROM people_orgunit child JOIN below ON child.parent_id = below.id
)
SELECT id FROM below
"""


def units_where(staff: UUID, permission: str) -> frozenset[UUID]:
    """The units for which this person has `permission`: those of the grants and everything below them."""
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [staff, list(roles_with(permission))])
        return frozenset(row[0] for row in cursor.fetchall())


ABOVE = """
WITH RECURSIVE above AS (
    SELECT id, parent_id FROM people_orgunit WHERE code = %s
    UNION
    SELECT unit.id, unit.parent_id FROM people_orgunit unit JOIN above ON above.parent_id = unit.id
)
SELECT DISTINCT staff.username, staff.name FROM people_grant held JOIN people_staff staff ON staff.id = held.staff_id
WHERE held.unit_id IN (SELECT id FROM above) AND held.revoked_at IS NULL AND held.role = ANY(%s) AND staff.state = %s
ORDER BY staff.username
"""


def holders(permission: str, unit: str) -> list[tuple[str, str]]:
    """Number and name of everybody active who has `permission` for the unit with this code."""
    with connection.cursor() as cursor:
        cursor.execute(ABOVE, [unit, list(roles_with(permission)), rules.State.ACTIVE])
        return list(cursor.fetchall())


def everywhere(units: Collection[UUID]) -> bool:
    """Whether these units are the whole operator: the top unit is among them, and so all below it.

    What binds every unit (a flow in force, a shift, a table of addresses) is for whoever has the permission there.
    """
    tops = set(OrgUnit.objects.filter(parent=None, valid_to=None).values_list("id", flat=True))
    return bool(tops) and tops <= set(units)


def top() -> str:
    """The code of the top unit; empty where there is none yet."""
    return (
        OrgUnit.objects.filter(parent=None).order_by("valid_from", "code").values_list("code", flat=True).first() or ""
    )


def permissions(staff: UUID) -> frozenset[str]:
    """Everything this person may do for at least one unit."""
    held = Grant.objects.filter(staff_id=staff, revoked_at=None).values_list("role", flat=True).distinct()
    return frozenset(permission.value for role in held if role in ROLES for permission in ROLES[role].permissions)


@dataclass(frozen=True)
class Held:
    """One role that a person holds."""

    role: Role
    unit: str
    unit_id: UUID
    unit_name: Text
    granted_at: datetime
    through: str
    """What brings the role (`post/…`); empty where it was granted to the person."""


@dataclass(frozen=True)
class Person:
    """One person as the people screens show them; phone and e-mail are masked."""

    id: UUID
    username: str
    name: str
    unit: str
    unit_id: UUID
    unit_name: Text
    phone: str
    email: str
    active: bool
    must_change_password: bool
    opened_at: datetime
    last_sign_in: datetime | None
    grants: tuple[Held, ...]

    @property
    def subject(self) -> str:
        """How the journal calls this person."""
        return f"staff/{self.username}"

    @property
    def units(self) -> frozenset[UUID]:
        """The unit this person belongs to, and every unit for which they hold a role."""
        return frozenset({self.unit_id, *(grant.unit_id for grant in self.grants)})


def staff_rows(search: str = "", *, units: Iterable[UUID] | None = None) -> QuerySet[Staff]:
    """The people of `units` whose number or name contains every word of `search`, in order of their number."""
    rows = Staff.objects.select_related("unit").order_by("username")
    if units is not None:
        rows = rows.filter(unit__in=units)
    for word in search.split():
        rows = rows.filter(Q(username__icontains=word) | Q(name__icontains=word))
    return rows


def people(rows: Iterable[Staff]) -> list[Person]:
    """One page of `staff_rows` with the roles they hold, in two queries whatever its length."""
    page = list(rows)
    held: dict[UUID, list[Held]] = {staff.id: [] for staff in page}
    grants = Grant.objects.filter(staff__in=page, revoked_at=None).select_related("unit").order_by("granted_at", "id")
    for grant in grants:
        if grant.role in ROLES:
            held[grant.staff_id].append(
                Held(
                    ROLES[grant.role],
                    grant.unit.code,
                    grant.unit_id,
                    grant.unit.name,
                    grant.granted_at,
                    grant.through,
                )
            )
    return [_person(staff, held[staff.id]) for staff in page]


def person(username: str) -> Person | None:
    """The person with this staff number, or None."""
    found = people(Staff.objects.select_related("unit").filter(username=username.lower()))
    return found[0] if found else None


def names(usernames: Iterable[str]) -> dict[str, str]:
    """The names of these people by their staff numbers, in one query; of whom there is none nothing is said."""
    return dict(Staff.objects.filter(username__in=set(usernames)).values_list("username", "name"))


def numbers_of(name: str) -> list[str]:
    """The staff numbers of those who are called so, or whose number it is, whatever the case of its letters."""
    found = Staff.objects.filter(Q(username=name.lower()) | Q(name__iexact=name))
    return sorted(found.values_list("username", flat=True))


def locked_until(username: str, *, at: datetime, address: str | None = None) -> datetime | None:
    """Until when this account is locked (from `address`, or from any address), or None where it is open."""
    attempts = AccessAttempt.objects.filter(username=username.lower())
    if address is not None:
        attempts = attempts.filter(ip_address=address)
    by_address: dict[str | None, list[rules.Failures]] = {}
    for attempt in attempts:
        by_address.setdefault(attempt.ip_address, []).append(
            rules.Failures(attempt.failures_since_start, attempt.attempt_time)
        )
    until = (
        rules.locked_until(each, limit=settings.AXES_FAILURE_LIMIT, cool_off=settings.AXES_COOLOFF_TIME, at=at)
        for each in by_address.values()
    )
    return max((moment for moment in until if moment is not None), default=None)


@dataclass(frozen=True)
class Unit:
    """One unit in the tree, `depth` steps below the topmost that is shown; `above` are the codes from the top down."""

    id: UUID
    code: str
    kind: rules.UnitKind
    name: Text
    depth: int
    above: tuple[str, ...]
    people: int | None
    """How many active people belong to it now; None of a day that is not today."""
    valid_from: date
    valid_to: date | None

    @property
    def subject(self) -> str:
        """How the journal calls this unit."""
        return f"unit/{self.code}"

    @property
    def kind_name(self) -> Text:
        """What kind of unit this is."""
        return rules.UNIT_KINDS[self.kind]


def unit_tree(units: Iterable[UUID] | None = None, *, ended: bool = False, on: date | None = None) -> list[Unit]:
    """The tree, every unit right after the one above it; of `units` only where given, with those that have `ended` if wanted.

    `on` is the day as of which it is wanted: the units that there were then, called and placed as they were. Two queries.
    """
    wanted = None if units is None else frozenset(units)
    below: dict[UUID | None, list[OrgUnit]] = {}
    for unit in history.units_on(on) if on else OrgUnit.objects.filter(**_living(ended=ended)).order_by("code"):
        below.setdefault(unit.parent_id, []).append(unit)
    headcount = {} if on else _headcount()
    ordered: list[Unit] = []

    def walk(parent: UUID | None, depth: int, above: tuple[str, ...]) -> None:
        for unit in below.get(parent, []):
            seen = wanted is None or unit.id in wanted
            if seen:
                ordered.append(_unit(unit, depth, above, None if on else headcount.get(unit.id, 0)))
            walk(unit.id, depth + 1 if seen else depth, (*above, unit.code))

    walk(None, 0, ())
    return ordered


def _living(*, ended: bool) -> dict[str, None]:
    return {} if ended else {"valid_to": None}


def _headcount() -> dict[UUID, int]:
    return dict(Staff.objects.filter(state=rules.State.ACTIVE).values_list("unit").annotate(people=Count("id")))


def left_in(unit: UUID) -> list[Text]:
    """What keeps a unit from ending, each kind with its names: active people, units below that live, roles held here."""
    people = Staff.objects.filter(unit=unit, state=rules.State.ACTIVE).order_by("username")
    units = OrgUnit.objects.filter(parent=unit, valid_to=None).order_by("code")
    grants = Grant.objects.filter(unit=unit, revoked_at=None).select_related("staff").order_by("granted_at", "id")
    kinds = (
        (Text(zh="在岗人员", en="Active people"), [_called(each.name, each.username) for each in people]),
        (Text(zh="下级单位", en="Units below"), [each.name for each in units]),
        (Text(zh="在此授予的角色", en="Roles held here"), [_holding(each) for each in grants]),
    )
    return [rules.named(heading, names) for heading, names in kinds if names]


def _called(name: str, username: str) -> Text:
    return Text(zh=f"{name}（{username}）", en=f"{name} ({username})")


def _holding(grant: Grant) -> Text:
    role = ROLES[grant.role].title if grant.role in ROLES else Text(zh=grant.role, en=grant.role)
    return Text(zh=f"{grant.staff.username}（{role.zh}）", en=f"{grant.staff.username} ({role.en})")


def _unit(unit: OrgUnit, depth: int, above: tuple[str, ...], people: int | None) -> Unit:
    return Unit(
        id=unit.id,
        code=unit.code,
        kind=rules.UnitKind(unit.kind),
        name=unit.name,
        depth=depth,
        above=above,
        people=people,
        valid_from=unit.valid_from,
        valid_to=unit.valid_to,
    )


def _person(staff: Staff, grants: list[Held]) -> Person:
    return Person(
        id=staff.id,
        username=staff.username,
        name=staff.name,
        unit=staff.unit.code,
        unit_id=staff.unit_id,
        unit_name=staff.unit.name,
        phone=rules.masked_phone(staff.phone),
        email=rules.masked_email(staff.email),
        active=staff.is_active,
        must_change_password=staff.must_change_password,
        opened_at=staff.opened_at,
        last_sign_in=staff.last_login,
        grants=tuple(grants),
    )
