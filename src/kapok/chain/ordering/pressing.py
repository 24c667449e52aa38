"""A leg is pressed for, or put under supervision: it shows so, and whoever has the work is told."""

from __future__ import annotations

from collections.abc import Sequence

from kapok.chain.ordering import events, moves
from kapok.chain.ordering.models import Leg
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.refusals import NotSupervised
from kapok.ground.work import api as work
from kapok.kernel.text import Text

URGED, SUPERVISED = Text(zh="催单", en="urged"), Text(zh="督办", en="under supervision")
NONE = {"supervised_at": None, "supervised_by": "", "supervised_why": ""}


def press(leg: Leg, why: str, act: Act, *, supervise: bool) -> None:
    """Press for a locked leg; what is under supervision already stays so since it was. Raises what `work.urge` does."""
    work.urge(matter=leg.subject, note=why, supervise=supervise, actor=act.actor, at=act.at)
    if supervise and leg.supervised_at is None:
        moves.keep(leg, supervised_at=act.at, supervised_by=act.actor, supervised_why=why)
    elif not supervise:
        moves.keep(leg, urged=leg.urged + 1, urged_at=act.at, urged_by=act.actor, urged_why=why)
    moves.say(leg, events.Expedited, act, how=SUPERVISED if supervise else URGED, note=why)


def lift(order: str, legs: Sequence[Leg], why: str, act: Act) -> None:
    """End the supervision of those of the locked legs that are under it. Raises `NotSupervised`."""
    supervised = [leg for leg in legs if leg.supervised_at is not None]
    if not supervised:
        raise NotSupervised(order=order)
    for leg in supervised:
        moves.keep(leg, **NONE)
        moves.say(leg, events.SupervisionLifted, act, note=why)
