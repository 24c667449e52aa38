"""The rows that the verbs act on: looked up, and locked where two people could contradict each other.

A lock holds until the `transaction.atomic` of the verb ends. Whoever puts a person, a role or a unit into a unit holds that
unit, and so does whoever ends it; whoever moves a unit holds them all.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from kapok.ground.people import rules
from kapok.ground.people.models import Grant, OrgUnit, Staff
from kapok.ground.people.refusals import EndedUnit, LastAdministrator, UnknownRole, UnknownStaff, UnknownUnit
from kapok.ground.people.roles import ADMINISTRATOR, ROLES, Role


def staff_called(username: str, *, lock: bool = False) -> Staff:
    """The person with this staff number, in whatever case. Raises `UnknownStaff`."""
    rows = Staff.objects.select_for_update(no_key=True) if lock else Staff.objects.all()
    try:
        return rows.get(username=username.lower())
    except Staff.DoesNotExist:
        raise UnknownStaff(username=username) from None


def role_called(code: str) -> Role:
    """The role with this code. Raises `UnknownRole`."""
    try:
        return ROLES[code]
    except KeyError:
        raise UnknownRole(role=code, roles=", ".join(ROLES)) from None


def unit_called(code: str, *, lock: bool = False) -> OrgUnit:
    """The unit with this code, ended or not. Raises `UnknownUnit`."""
    rows = OrgUnit.objects.select_for_update(no_key=True) if lock else OrgUnit.objects.all()
    try:
        return rows.get(code=code)
    except OrgUnit.DoesNotExist:
        raise UnknownUnit(unit=code) from None


def living_unit(code: str) -> OrgUnit:
    """The unit with this code, which nobody else can end meanwhile. Raises `UnknownUnit`, `EndedUnit`."""
    unit = unit_called(code, lock=True)
    if unit.valid_to is not None:
        raise EndedUnit(unit_name=unit.name, ended_on=unit.valid_to)
    return unit


def parents() -> dict[UUID, UUID | None]:
    """Of every unit the one above it; no unit can be moved, ended or filled meanwhile."""
    return dict(OrgUnit.objects.select_for_update(no_key=True).order_by("id").values_list("id", "parent_id"))


def keep_an_administrator(staff: Staff, *, lost: Callable[[Grant], bool]) -> None:
    """Refuse a change after which nobody could grant roles at the top. Raises `LastAdministrator`.

    All such grants and their holders are locked first, in one order: of two administrators who demote each other at the same
    moment the second waits, sees the first one's change and is refused.
    """
    held = list(
        Grant.objects.filter(role=ADMINISTRATOR, revoked_at=None, unit__parent=None, staff__state=rules.State.ACTIVE)
        .select_related("staff")
        .select_for_update(no_key=True, of=("self", "staff"))
        .order_by("id")
    )
    if held and all(lost(grant) for grant in held):
        raise LastAdministrator(username=staff.username)
