"""Plant that somebody found lacking (10W): which shortages a leg can have, and its wait for one of them.

Every function here runs within the `transaction.atomic` of a verb that has locked the leg.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from kapok.chain.ordering import ends, moves
from kapok.chain.ordering.models import Leg
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.rules import Deviation
from kapok.ground.catalog.offering.document import End
from kapok.kernel.text import Text
from kapok.network.inventory import api as inventory
from kapok.network.inventory import rules
from kapok.network.inventory.kinds import SHORTAGES

BECAUSE = Text(zh="{what}：{words}", en="{what}: {words}")


def of(leg: Leg, *, far: bool = False) -> Mapping[str, Text]:
    """The shortages that the leg can have by what it takes at its address, in the order of the walk; none of nothing."""
    return {code: SHORTAGES[code] for code in rules.lacking(ends.needs_at(leg, far=far))}


def of_each(holders: Collection[str]) -> Mapping[tuple[str, str], Mapping[str, Text]]:
    """The same of several legs, by their subjects and the end where somebody is."""
    legs = Leg.objects.filter(subject__in=holders).select_related("far_address")
    return {(leg.subject, end): of(leg, far=end == End.B) for leg in legs for end in ("", *End)}


def wait(leg: Leg, code: str, words: str, expected_at: datetime | None, act: Act, *, far: bool = False) -> None:
    """Let a leg wait for what is lacking, at its far end if that is said.

    With a code it counts as demand, and the leg goes on by itself when there is plant.
    Raises `NotAllowedNow`, and what `inventory.api.say_lacking` does.
    """
    reason, until = moves.typed(words), expected_at
    if code:
        place = leg.far_address if far and leg.far_address else leg.address
        address, needs = place.code if place else "", ends.needs_at(leg, far=far)
        found = inventory.say_lacking(
            holder=leg.subject, address=address, needs=needs, code=code, actor=act.actor, at=act.at
        )
        reason, until = BECAUSE.format(what=ends.lacking(leg, found), words=words), expected_at or found.expected_at
    moves.hold(leg, Deviation.WAIT, reason=reason, until=until, act=act)
