"""Who may ask for a clock to be stopped, and who may approve it: somebody else, with authority over its units."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from kapok.ground.commitments.models import Commitment
from kapok.ground.commitments.refusals import (
    MayNotApprove,
    NobodyApproves,
    OwnApproval,
    UnknownApprover,
    UnknownRequester,
)
from kapok.ground.people import queries as people
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.people.roles import Permission
from kapok.ground.people.rules import State
from kapok.kernel.text import Text, joined

REQUESTERS: Mapping[str, Text] = {
    "customer": Text(zh="客户", en="the customer"),
    "authority": Text(zh="主管机关", en="an authority"),
    "partner": Text(zh="第三方", en="a third party"),
}
"""Who may ask besides a member of staff; no names of customers stand in the journal."""

WHOLE = Text(zh="全公司", en="the whole operator")


def approver(actor: str, *, asked: str, clocks: Iterable[Commitment]) -> Staff:
    """The person who approves, by doing it, what `asked` wishes of these clocks.

    Raises `UnknownApprover`, `OwnApproval`, `MayNotApprove`.
    """
    person = working(actor, UnknownApprover)
    return with_authority(person, not_of={asked}, units={clock.unit for clock in clocks})


def with_authority(person: Staff, *, not_of: Collection[str], units: set[str]) -> Staff:
    """The person, if they may answer what these have asked for clocks of these units. Raises `OwnApproval`, `MayNotApprove`."""
    if person.subject in not_of:
        raise OwnApproval(username=person.username)
    lacking = _beyond(person, units)
    if lacking:
        raise MayNotApprove(username=person.username, units=joined(lacking))
    return person


def refuse_without_approver(units: set[str], *, not_of: Collection[str]) -> None:
    """Refuse what nobody could ever approve. Raises `NobodyApproves`."""
    if not approvers(units, not_of=not_of):
        named = OrgUnit.objects.filter(code__in=units).order_by("code")
        raise NobodyApproves(units=joined([unit.name for unit in named] or [WHOLE]))


def approvers(units: Iterable[str], *, not_of: Collection[str]) -> list[tuple[str, str]]:
    """Number and name of everybody who may answer for all of these units what these have asked; empty where there is nobody."""
    held = [people.holders(Permission.LEDGER_APPROVE, unit) for unit in authorities(set(units))]
    rest = held[1:]
    found = [each for each in (held[0] if held else ()) if all(each in others for others in rest)]
    return [(number, name) for number, name in found if f"staff/{number}" not in not_of]


def authorities(codes: set[str]) -> list[str]:
    """The units over which whoever answers needs authority; the top unit's for what no known unit answers for."""
    known = set(OrgUnit.objects.filter(code__in=codes).values_list("code", flat=True))
    return sorted(known | ({people.top()} if codes - known else set()))


def requester(requested_by: str) -> str:
    """How the journal calls who asked: one of `REQUESTERS`, or `staff/…`. Raises `UnknownRequester`."""
    return requested_by if requested_by in REQUESTERS else working(requested_by, UnknownRequester).subject


def working(name: str, refusal: type[UnknownApprover | UnknownRequester]) -> Staff:
    """The active member of staff of that number. Raises `refusal`."""
    number = name.removeprefix("staff/").strip().lower()
    person = Staff.objects.filter(username=number, state=State.ACTIVE).first()
    if person is None:
        raise refusal(name=name[:60], others=joined(REQUESTERS.values()))
    return person


def _beyond(person: Staff, codes: set[str]) -> list[Text]:
    """The units of the clocks over which the person has no authority; what no known unit answers for is the top unit's."""
    units = {unit.code: unit for unit in OrgUnit.objects.filter(code__in=codes)}
    held = people.units_where(person.id, Permission.LEDGER_APPROVE)
    lacking = [unit.name for unit in units.values() if unit.id not in held]
    if codes - units.keys() and not OrgUnit.objects.filter(parent=None, id__in=held).exists():
        lacking.append(WHOLE)
    return lacking
