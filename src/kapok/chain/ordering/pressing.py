"""A leg is pressed for, or put under supervision: its matter counts it (`work.urge`), and whoever has the work is told."""

from __future__ import annotations

from collections.abc import Sequence

from kapok.chain.ordering import events, moves
from kapok.chain.ordering.models import Leg
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.refusals import NotSupervised
from kapok.ground.work import api as work

NONE = {"supervised_at": None, "supervised_by": "", "supervised_why": ""}


def press(leg: Leg, why: str, act: Act, *, supervise: bool) -> None:
    """Urge a locked leg; supervision is a fact of the leg, and stands since it was first put. Raises what `work.urge` does."""
    work.urge(matter=leg.subject, note=why, supervise=supervise, actor=act.actor, at=act.at)
    if supervise and leg.supervised_at is None:
        moves.keep(leg, supervised_at=act.at, supervised_by=act.actor, supervised_why=why)


def lift(order: str, legs: Sequence[Leg], why: str, act: Act) -> None:
    """End the supervision of those of the locked legs that are under it. Raises `NotSupervised`."""
    supervised = [leg for leg in legs if leg.supervised_at is not None]
    if not supervised:
        raise NotSupervised(order=order)
    for leg in supervised:
        moves.keep(leg, **NONE)
        moves.say(leg, events.SupervisionLifted, act, note=why)
