"""Plant that somebody found lacking (10W): which shortages a leg can have, and its wait for one of them.

Every function here runs within the `transaction.atomic` of a verb that has locked the leg.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from kapok.chain.ordering import moves
from kapok.chain.ordering.models import Leg
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.rules import Deviation
from kapok.kernel.text import Text
from kapok.network.inventory import api as inventory
from kapok.network.inventory import rules
from kapok.network.inventory.kinds import SHORTAGES
from kapok.network.inventory.rules import Need

BECAUSE = Text(zh="{what}：{words}", en="{what}: {words}")


def of(leg: Leg) -> Mapping[str, Text]:
    """The shortages that the leg can have by what it takes of the plant, in the order of the walk; none where it takes nothing."""
    return {code: SHORTAGES[code] for code in rules.lacking(Need(**need) for need in leg.needs)}


def of_each(holders: Collection[str]) -> Mapping[str, Mapping[str, Text]]:
    """The same of several legs, by their subjects."""
    return {leg.subject: of(leg) for leg in Leg.objects.filter(subject__in=holders).only("subject", "needs")}


def wait(leg: Leg, code: str, words: str, expected_at: datetime | None, act: Act) -> None:
    """Let a leg wait for what is lacking; with a code it counts as demand, and the leg goes on by itself when there is plant.

    Raises `NotAllowedNow`, and what `inventory.api.say_lacking` does.
    """
    reason, until = moves.typed(words), expected_at
    if code:
        address, needs = leg.address.code if leg.address else "", [Need(**need) for need in leg.needs]
        found = inventory.say_lacking(
            holder=leg.subject, address=address, needs=needs, code=code, actor=act.actor, at=act.at
        )
        reason, until = BECAUSE.format(what=found.text, words=words), expected_at or found.expected_at
    moves.hold(leg, Deviation.WAIT, reason=reason, until=until, act=act)
