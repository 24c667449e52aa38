"""How fast a line has to be: what is ordered anew takes one that is, or waits for it; a service is not changed to what its line
does not carry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kapok.chain.ordering import moves
from kapok.chain.ordering.drafting import Asked, Planned
from kapok.chain.ordering.models import Leg, Line
from kapok.chain.ordering.refusals import TooSlow
from kapok.chain.ordering.rules import Action, line_of
from kapok.ground.catalog.offering.document import Offer, parse
from kapok.network.inventory import queries as inventory
from kapok.network.inventory.kinds import WAYS
from kapok.network.inventory.models import Service

SPEED = "down_mbps"
ON_THE_WAY = frozenset(kind.value for way in WAYS for kind in way.chain)
"""What a line is made of, of which some are fast and some are slow."""


def of_line(action: Action, offer: Offer, service: Service | None, wished: Mapping[str, Any]) -> int:
    """How fast a line has to be (Mbit/s down): as it is wished, of what moves as the service is, else as its offer states.

    0 where nothing says.
    """
    has = service.characteristics if service and action is Action.MOVE else {}
    said = (each.get(SPEED) for each in (wished, has, offer.characteristics))
    return next((each for each in said if isinstance(each, int)), 0)


def of_role(plan: Planned, kind: str, role: str) -> int:
    """How fast that has to be which a leg takes as this kind in this role."""
    if kind not in ON_THE_WAY:
        return 0
    return max((_of(each) for each in plan.lines if line_of(role) in {each.number, 0}), default=0)


def must_carry(lines: Sequence[Asked]) -> None:
    """Refuse to change a service to what its line does not carry; where we do not know the line nothing is said.

    One query, none where no speed changes. Raises `TooSlow`.
    """
    changed = {
        line.service.number: line for line in lines if line.action is Action.CHANGE and line.service and _of(line)
    }
    for number, most in (inventory.speeds_of(changed) if changed else {}).items():
        line = changed[number]
        _must_reach(line.number, number, line.offer, most, _of(line))


def must_still_carry(leg: Leg, line: Line) -> None:
    """The same for a line of an order on its way that was amended. Raises `TooSlow`."""
    if leg.action == Action.CHANGE and line.service:
        offer, number = parse(line.offer.document), line.service.number
        wanted = of_line(Action.CHANGE, offer, line.service, line.characteristics)
        _must_reach(line.number, number, offer, inventory.speeds_of([number]).get(number, wanted), wanted)


def keep(leg: Leg, line: Line) -> int | None:
    """What the leg takes for the line is to be as fast as the line is now: how fast, None where that is as before."""
    wanted = of_line(Action(leg.action), parse(line.offer.document), line.service, line.characteristics)
    needs = [_at(need, wanted) if line_of(need["role"]) == line.number else need for need in leg.needs]
    if needs == leg.needs:
        return None
    moves.keep(leg, needs=needs)
    return wanted


def _at(need: Mapping[str, Any], wanted: int) -> dict[str, Any]:
    known = {name: value for name, value in need.items() if name != "mbps"}
    return known | ({"mbps": wanted} if wanted and need["kind"] in ON_THE_WAY else {})


def _of(line: Asked) -> int:
    return of_line(line.action, line.offer, line.service, line.draft.characteristics)


def _must_reach(line: int, service: str, offer: Offer, most: int, wanted: int) -> None:
    if most < wanted:
        raise TooSlow(line=line, service=service, most=most, wanted=wanted, offer_name=offer.title)
