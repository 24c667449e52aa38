"""Giving a leg up (10C): what was taken and done is taken back in reverse, until nothing is left of it.

Every function here runs within the `transaction.atomic` of a verb that has locked the legs.
"""

from __future__ import annotations

from collections.abc import Sequence

from kapok.chain.ordering import events, moves, rows, rules, visits
from kapok.chain.ordering.models import Leg, Step
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.refusals import PastNoReturn
from kapok.chain.ordering.rules import DEEDS, Action, Deviation, State, StepState
from kapok.ground.work import api as work
from kapok.kernel.errors import KapokError
from kapok.network.inventory import api as inventory

CANCELLED = "order.cancelled"


def chosen(legs: Sequence[Leg], number: int | None) -> list[Leg]:
    """The legs that are meant: all that are open, or one with those that hang on it: a move's old line goes with the new."""
    if number is None:
        return rows.open_legs(legs)
    wanted = {leg.id for leg in legs if leg.number == number}
    wanted |= {leg.after_id for leg in legs if leg.id in wanted and leg.after_id}
    return [leg for leg in legs if leg.id in wanted or leg.after_id in wanted]


def cancel(legs: Sequence[Leg], *, cause: str, reason: str, act: Act) -> list[Leg]:
    """Give up those of the legs that can be; which. An old line stays as long as its new one does.

    Raises why not where none can be: `CancelRunning`, `PastNoReturn`, `NotAllowedNow`.
    """
    refused: KapokError | None = None
    staying: set[object] = set()
    given_up: list[Leg] = []
    for leg in legs:
        try:
            if leg.after_id in staying:
                raise PastNoReturn(remedy=rules.REMEDIES[Action.MOVE])
            may(leg)
        except KapokError as why:
            refused = refused or why
            staying.add(leg.id)
            continue
        _begin(leg, cause=cause, reason=reason, act=act)
        given_up.append(leg)
    if not given_up:
        raise refused or PastNoReturn(remedy=rules.NO_REMEDY)
    return given_up


def may(leg: Leg) -> None:
    """Refuse to cancel what cannot be. Raises `CancelRunning`, `PastNoReturn`, `NotAllowedNow`."""
    rules.may_compensate(leg.compensation, Deviation.CANCEL)
    rules.may_cancel(State(leg.state), committed=leg.committed_at is not None, action=Action(leg.action))


def _begin(leg: Leg, *, cause: str, reason: str, act: Act) -> None:
    """Cancel, or look at it until what is being done has ended: that may pass the point of no return."""
    steps = rows.steps_locked(leg)
    now = {"exception": Deviation.CANCEL.value, "compensation": Deviation.CANCEL.value, "returned_to": ""}
    now |= {"cause": cause, "reason": reason}
    if any(step.state == StepState.RUNNING and DEEDS[step.name].commits for step in steps):
        back_to = leg.held_from if leg.state == State.HELD else leg.state
        moves.move(leg, State.ASSESSING, held_from=back_to, **now)
    else:
        moves.move(leg, State.CANCELLING, held_from="", until=None, **now)
        _give_up(leg, steps, act)
    moves.deviated(leg, Deviation.CANCEL, moves.typed(reason), act)


def _give_up(leg: Leg, steps: Sequence[Step], act: Act, *, tell: bool = True) -> None:
    """Take all back, and say so on the matter, unless it is from there that we know."""
    moves.take_back(leg, steps, act)
    _let_go(leg, act)
    visits.cancel(leg.subject, actor=act.actor, at=act.at)
    if tell:
        work.tell(matter=leg.subject, kind=CANCELLED, note=leg.reason, actor=act.actor, at=act.at)
    moves.cancelled_when_undone(leg, act)


def _let_go(leg: Leg, act: Act) -> None:
    """What was reserved when the order was taken goes back at once, unless a step does that."""
    if leg.needs and not Step.objects.filter(leg=leg, name="release_held", state__in=list(rules.STEP_OPEN)).exists():
        inventory.release(holder=leg.subject, actor=act.actor, at=act.at)


def go_on(leg: Leg, act: Act) -> None:
    """What a cancellation comes to once a step has ended: it is over, it can begin, or it came too late."""
    if leg.state == State.ASSESSING and not _committing(leg):
        if leg.committed_at is None:
            moves.move(leg, State.CANCELLING, held_from="", until=None)
            _give_up(leg, rows.steps_locked(leg), act)
        else:
            back = State(leg.held_from or State.IN_PROGRESS)
            moves.move(leg, back, held_from="", exception="", compensation="", reason="", cause="")
            moves.wake(leg, act.at)
            visits.take_up(leg.subject, actor=act.actor, at=act.at)  # where it was held before
            moves.say(leg, events.CancelKeptFrom, act)
    moves.cancelled_when_undone(leg, act)


def _committing(leg: Leg) -> bool:
    running = Step.objects.filter(leg=leg, state=StepState.RUNNING).values_list("name", flat=True)
    return any(DEEDS[name].commits for name in running)


def cancelled_elsewhere(leg: Leg, reason: str, act: Act) -> list[Leg]:
    """Whoever answers for the matter has said that it is cancelled: what can be taken back is, and so is what hangs on it; which.

    Of a leg that is past the point of no return nothing comes of it.
    """
    if State(leg.state) not in rules.sources(State.CANCELLING) or leg.committed_at is not None:
        return []
    known = leg.compensation == Deviation.CANCEL
    now = {"exception": Deviation.CANCEL.value, "compensation": Deviation.CANCEL.value, "returned_to": ""}
    moves.move(leg, State.CANCELLING, held_from="", until=None, cause=rules.CUSTOMER, reason=reason, **now)
    _give_up(leg, rows.steps_locked(leg), act, tell=False)
    if not known:
        moves.deviated(leg, Deviation.CANCEL, moves.typed(reason or "—"), act)
    given_up = [leg, *_with_it(leg, reason, act)]
    moves.refresh(leg.order, act)
    return given_up


def _with_it(leg: Leg, reason: str, act: Act) -> list[Leg]:
    """Give up what hangs on a leg: the old line of a move goes with the new one."""
    hanging = [each for each in chosen(rows.legs_locked(leg.order), leg.number) if each.id != leg.id]
    for each in hanging:
        try:
            may(each)
        except KapokError:
            continue
        _begin(each, cause=rules.CUSTOMER, reason=reason or leg.reason, act=act)
    return [each for each in hanging if each.compensation == Deviation.CANCEL]
