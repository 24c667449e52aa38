"""What the verbs do to the rows: a leg moves, its order follows, its steps are dropped, undone and woken, the journal is told.

Every function here runs within the `transaction.atomic` of a verb that has locked the legs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from kapok.chain.ordering import events, rules, visits
from kapok.chain.ordering.models import Leg, Order, Step
from kapok.chain.ordering.rules import DEEDS, DEVIATIONS, OVER, STATES, STEP_OPEN, Deviation, State, StepState
from kapok.ground.journal import api as journal
from kapok.ground.work.models import Matter
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text
from kapok.network.inventory import api as inventory

SYSTEM = "system/ordering"
WAITS = (StepState.WAITING, StepState.FAILED)
GIVES_BACK = "release_held"
RUNS_ON = (State.IN_PROGRESS, State.ASSESSING, State.COMPLETED)
"""In these states of its leg a step forward may be done."""


@dataclass(frozen=True)
class Act:
    """Who does it, and when."""

    actor: str
    at: datetime


def move(leg: Leg, to: State, **fields: Any) -> None:
    """Move a leg on, once. Raises `NotAllowedNow`."""
    rules.must_move(State(leg.state), to)
    keep(leg, state=to.value, **fields)


def keep(leg: Leg, **fields: Any) -> None:
    """Write down what is known of a leg now; it is locked."""
    for name, value in fields.items():
        setattr(leg, name, value)
    leg.save(update_fields=list(fields))


def say(leg: Leg, event: type[journal.Event], act: Act, **said: Any) -> None:
    """Record an event of a leg; it stands in the time line of its matter."""
    journal.record(event(subject=leg.subject, actor=act.actor, at=act.at, correlation=matter_of(leg), **said))


def matter_of(leg: Leg) -> Any:
    """The identifier of the leg's matter."""
    return Matter.objects.values_list("id", flat=True).get(subject=leg.subject)


def first_contact(leg: Leg) -> dict[str, str]:
    """Who answers to the customer for a leg, and the unit; where they have left, nobody, and the head of the unit is told."""
    order = leg.order
    who = order.first_contact
    return {"owner": who.subject if who.is_active else SYSTEM, "unit": order.unit.code}


def typed(words: str) -> Text:
    """What a person typed, as a text of both languages."""
    return Text(zh=words, en=words)


def deviated(leg: Leg, deviation: Deviation, reason: Text, act: Act, until: datetime | None = None) -> None:
    """Tell that a leg leaves its course, and what becomes of the clocks."""
    course = DEVIATIONS[deviation]
    said = {"code": deviation.value, "title": course.title, "reason": reason, "clocks": course.clocks, "until": until}
    say(leg, events.Deviated, act, **said)


def back_on_course(leg: Leg, deviation: Deviation, act: Act) -> None:
    """Tell that a leg goes on."""
    say(leg, events.BackOnCourse, act, code=deviation.value, title=DEVIATIONS[deviation].title)


def hold(leg: Leg, deviation: Deviation, *, reason: Text, until: datetime | None, act: Act) -> None:
    """Let a leg wait. Raises `NotAllowedNow`."""
    said = {"exception": deviation.value, "reason": reason.both, "until": until}
    move(leg, State.HELD, held_from=leg.state, **said)
    rest(leg)
    visits.put_off(leg.subject, deviation, actor=act.actor, at=act.at)
    deviated(leg, deviation, reason, act, until)


def lift(leg: Leg, act: Act) -> None:
    """Let a held leg go on where it was; of what is not paid is reminded anew. Raises `NotAllowedNow`."""
    deviation = Deviation(leg.exception)
    exception = Deviation.RETURN.value if leg.compensation == Deviation.RETURN else ""
    move(leg, State(leg.held_from or State.IN_PROGRESS), held_from="", exception=exception, reason="", until=None)
    wake(leg, act.at)
    visits.take_up(leg.subject, actor=act.actor, at=act.at)
    back_on_course(leg, deviation, act)
    Order.objects.filter(id=leg.order_id, paid_at=None, reminded_at__isnull=False).update(reminded_at=None)


def over(leg: Leg, to: State, act: Act, **fields: Any) -> None:
    """Nothing is left to do on the leg, and it waits for no plant."""
    inventory.wait_no_longer(holder=leg.subject, actor=act.actor, at=act.at)
    move(leg, to, exception="", compensation="", returned_to="", held_from="", jeopardy_at=None, **fields)
    say(leg, events.LegOver, act, state=to.value, state_name=STATES[to])


# ---- the order follows its legs ----


def refresh(order: Order, act: Act) -> None:
    """Let the order stand where its legs stand; the last thing that a verb does.

    The order is locked before its legs are read: of two legs that move at once the second sees where the first one stands.
    """
    Order.objects.select_for_update(no_key=True).only("id").get(id=order.id)
    stand(order, Leg.objects.filter(order=order).values_list("state", "exception"), act)


def stand(order: Order, legs: Iterable[tuple[str, str]], act: Act) -> None:
    """Write down where an order stands whose legs have these states and exceptions; it is locked, or nobody else sees it yet."""
    rows = list(legs)
    state = rules.overall([State(each) for each, _ in rows])
    exception = rules.gravest(code for each, code in rows if State(each) not in OVER)
    closed_at = None if any(State(each) not in OVER for each, _ in rows) else act.at
    Order.objects.filter(id=order.id).update(state=state.value, exception=exception, closed_at=closed_at)


# ---- what the system does ----


def new_step(leg: Leg, name: str, act: Act, *, due: bool = True) -> Step:
    """A step that stands beside the flow; due at once, or waiting for something else than time."""
    step = Step(id=uuid7(act.at), leg=leg, name=name, state=StepState.WAITING, opened_at=act.at)
    step.next_try_at = act.at if due else None
    Step.objects.bulk_create([step], ignore_conflicts=True)
    return step


TAKING_BACK = Q(undoes__isnull=False, state__in=[state.value for state in STEP_OPEN])
"""The steps that still have to take something back."""
STEP_OF_STAGE = """
INSERT INTO ordering_step (id, leg_id, item_id, name, state, attempts, next_try_at, dropped, code, error_zh, error_en, measured, by,
    opened_at)
SELECT %(id)s, leg.id, %(item)s, %(name)s, 'waiting', 0, CASE WHEN leg.state = ANY(%(runs_on)s) AND NOT EXISTS (
        SELECT FROM ordering_step undo WHERE undo.leg_id = leg.id AND undo.undoes_id IS NOT NULL AND undo.state = ANY(%(open)s)
    ) THEN %(at)s::timestamptz END, false, '', '', '', '{}', '', %(at)s
FROM work_matter matter JOIN ordering_leg leg ON leg.subject = matter.subject WHERE matter.id = %(matter)s
ON CONFLICT DO NOTHING
"""


def step_of_stage(matter: UUID, item: UUID, name: str, act: Act) -> None:
    """The step of a stage that was offered, due if `may_run`; none where no leg has the matter, or the stage has its step."""
    given: dict[str, Any] = {"id": uuid7(act.at), "item": item, "name": name, "at": act.at, "matter": matter}
    with connection.cursor() as cursor:
        cursor.execute(STEP_OF_STAGE, given | {"runs_on": [state.value for state in RUNS_ON], "open": list(STEP_OPEN)})


def may_run(leg: Leg) -> bool:
    """Whether steps forward may be done now: the leg is neither held nor cancelled, and nothing is being taken back."""
    return State(leg.state) in RUNS_ON and not Step.objects.filter(TAKING_BACK, leg=leg).exists()


def rest(leg: Leg) -> None:
    """Steps forward wait until they are woken."""
    Step.objects.filter(leg=leg, state__in=WAITS, undoes=None).update(next_try_at=None)


def wake(leg: Leg, at: datetime) -> None:
    """Let what waits go on: what is to be taken back first, one after the other; where nothing is, the steps forward."""
    waiting = Step.objects.filter(leg=leg, state__in=WAITS, next_try_at=None)
    back = waiting.filter(undoes__isnull=False).exclude(after__state__in=list(STEP_OPEN))
    if back.update(next_try_at=at) or not may_run(leg):
        return
    forward = waiting.filter(undoes=None)
    if Step.objects.filter(leg=leg, name="activate", state__in=STEP_OPEN).exists():
        forward = forward.exclude(name="adjust")  # what is new is told after it
    forward.update(next_try_at=at)


def settle(step: Step, to: StepState, at: datetime, **fields: Any) -> bool:
    """Move a step from where it was found; False where it has moved meanwhile."""
    ends = {"done_at": at} if to in {StepState.DONE, StepState.UNDONE} else {}
    free: dict[str, Any] = {"lease": None, "leased_until": None} if to is not StepState.RUNNING else {}
    now = {"state": to.value, "next_try_at": None} | free | ends | fields
    if to not in rules.STEP_MOVES[StepState(step.state)]:
        return False
    moved = Step.objects.filter(id=step.id, state=step.state, lease=step.lease).update(**now)
    for name, value in now.items() if moved else ():
        setattr(step, name, value)
    return bool(moved)


def take_back(leg: Leg, steps: Sequence[Step], act: Act) -> int:
    """Nobody wants these steps any more: those that have had no effect end, the others are undone, the last first; how many.

    One that runs is dropped, and undone when its end is known.
    """
    last: Step | None = None
    count = 0
    for step in reversed(steps):
        undo = _dropped(leg, step, act, after=last)
        last = undo or last
        count += undo is not None or step.dropped
    rest(leg)
    wake(leg, act.at)
    return count


def _dropped(leg: Leg, step: Step, act: Act, after: Step | None) -> Step | None:
    """The step that takes this one back, if it takes one."""
    state = StepState(step.state)
    if step.undoes_id is not None or state is StepState.UNDONE or step.dropped:
        return None
    if state is StepState.RUNNING:
        Step.objects.filter(id=step.id).update(dropped=True)
        step.dropped = True
        return None
    return ended(leg, step, act, after=after)


def ended(leg: Leg, step: Step, act: Act, after: Step | None = None) -> Step | None:
    """A step is given up: what it did or may have done is to be taken back by the step that comes of it."""
    acted = bool(step.attempts) or step.state == StepState.DONE
    undo = DEEDS[step.name].undo
    settle(step, StepState.UNDONE, act.at)
    if not undo or not acted or (undo == GIVES_BACK and _is_open(leg, undo)):
        return None
    row = Step(
        id=uuid7(act.at), leg=leg, name=undo, undoes=step, after=after, state=StepState.WAITING, opened_at=act.at
    )
    row.save(force_insert=True)
    return row


def _is_open(leg: Leg, name: str) -> bool:
    """Whether such a step is to be done already: what gives back gives back all that the leg has."""
    return Step.objects.filter(leg=leg, name=name, state__in=list(STEP_OPEN)).exists()


def open_undoing(leg: Leg) -> bool:
    """Whether something is still to be taken back, or a dropped step has not said how it ended."""
    steps = Step.objects.filter(leg=leg)
    return steps.filter(TAKING_BACK).exists() or steps.filter(dropped=True, state=StepState.RUNNING).exists()


def cancelled_when_undone(leg: Leg, act: Act) -> None:
    """A leg that is being cancelled is over when everything has been taken back."""
    if leg.state == State.CANCELLING and not open_undoing(leg):
        over(leg, rules.cancelled_as(leg.cause, begun=leg.begun_at is not None), act)
