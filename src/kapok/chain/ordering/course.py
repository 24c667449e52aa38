"""The course of a leg: it begins when it is paid, is completed, is confirmed; what hangs on it begins after it.

Every function here runs within the `transaction.atomic` of a verb that has locked the leg.
"""

from __future__ import annotations

from kapok.chain.ordering import moves, rows, rules
from kapok.chain.ordering.models import Leg
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.rules import FINISH, State
from kapok.ground.work import api as work

BEGINS = ("order.accepted", "order.paid")
"""What is told of a leg that begins: contracts and laws count from the acceptance, pledges from the payment."""


def paid(leg: Leg, act: Act) -> None:
    """The leg begins, or waits for the one before it; one that is held begins, too, and stays held."""
    if State(leg.state) in {State.CANCELLING, State.FAILED, *rules.OVER}:
        return
    if leg.after is not None and leg.after.completed_at is None:
        _stand(leg, State.ACKNOWLEDGED)
        return
    begin(leg, act)


def begin(leg: Leg, act: Act) -> None:
    """The promises count, the first stages are offered."""
    _stand(leg, State.IN_PROGRESS)
    moves.keep(leg, begun_at=act.at)
    for kind in BEGINS:
        work.tell(matter=leg.subject, kind=kind, actor=act.actor, at=act.at)
    work.begin(matter=leg.subject, actor=act.actor, at=act.at)


def _stand(leg: Leg, state: State) -> None:
    if leg.state == State.HELD:
        moves.keep(leg, held_from=state.value)
    elif leg.state != state:
        moves.move(leg, state)


def completed(leg: Leg, act: Act) -> None:
    """What was asked for is there: the inventory is told, and what waited for it begins."""
    if State.COMPLETED not in rules.MOVES[State(leg.state)]:
        return
    moves.over(leg, State.COMPLETED, act, completed_at=act.at, committed_at=leg.committed_at or act.at, cause="")
    moves.new_step(leg, FINISH, act)
    for subject in Leg.objects.filter(after=leg, state=State.ACKNOWLEDGED).values_list("subject", flat=True):
        begin(rows.leg_locked(subject), act)
    moves.refresh(leg.order, act)
