"""What the system could not do and a person settles: it tries again, or somebody did it by hand."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kapok.chain.ordering import cancelling, concluding, events, moves, rows, rules
from kapok.chain.ordering.models import Step
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.refusals import NotSettleable
from kapok.chain.ordering.rules import DEEDS, State, StepState
from kapok.ground.work import queries as work_queries
from kapok.ground.work.baton import api as baton
from kapok.ground.work.rules import tidy_note

STUCK = frozenset({StepState.FALLEN_OUT, StepState.FAILED})


@transaction.atomic
def retry_step(*, step: UUID, actor: str, at: datetime) -> None:
    """Let the system try again what it could not do; it counts its attempts anew. Raises `UnknownStep`, `NotSettleable`."""
    found, act = rows.step_called(step), Act(actor, at)
    leg = rows.leg_locked(found.leg.subject)
    row = _stuck(step)
    moves.settle(row, StepState.WAITING, at, attempts=0)
    if leg.state == State.FAILED:
        moves.move(leg, State.CANCELLING)
    moves.say(leg, events.StepRetried, act, step=str(step), title=DEEDS[row.name].title)
    moves.wake(leg, at)
    moves.refresh(leg.order, act)


@transaction.atomic
def settle_step(*, step: UUID, note: str, actor: str, at: datetime) -> None:
    """A person did by hand what the system could not: the stage is handed in, the flow goes on.

    Raises `UnknownStep`, `NotSettleable`, `NoteMissing`.
    """
    found, act, why = rows.step_called(step), Act(actor, at), tidy_note(note)
    leg = rows.leg_locked(found.leg.subject)
    row = _stuck(step)
    moves.settle(row, StepState.DONE, at, by=actor)
    concluding.by_hand(row, leg, act)
    moves.say(leg, events.StepSettled, act, step=str(step), title=DEEDS[row.name].title, note=why)
    if leg.state == State.FAILED:
        moves.move(leg, State.CANCELLING)
    if row.item_id is not None:
        wanted = len(work_queries.evidence_of(row.item_id))
        baton.carry_out(item=row.item_id, evidence=[why] * wanted, note=why, actor=actor, at=at)
    leg = rows.leg_locked(leg.subject)  # as it stands now: the work may have moved it
    moves.wake(leg, at)
    cancelling.go_on(leg, act)
    moves.refresh(leg.order, act)


def _stuck(identifier: UUID) -> Step:
    """A step that waits for a person, locked. Raises `NotSettleable`."""
    step = rows.step_locked(identifier)
    if step.state not in STUCK:
        raise NotSettleable(title=DEEDS[step.name].title, state_name=rules.STEP_STATES[StepState(step.state)])
    return step
