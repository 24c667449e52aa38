"""What ordering does on journal entries: within the transaction that records them, and as a subscriber afterwards.

Whatever is passed on in the work has locked the matter before, so the leg may be locked here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from kapok.chain.ordering import (
    answering,
    cancelling,
    concluding,
    course,
    deviating,
    events,
    fetching,
    moves,
    rows,
    rules,
    trials,
)
from kapok.chain.ordering.models import Leg, Step
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.rules import DEEDS, Deviation, State, StepState
from kapok.ground.catalog import queries as catalog
from kapok.ground.catalog.template import Line as FlowLine
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import Line
from kapok.ground.work.models import Matter
from kapok.kernel.text import Text

PREFIX = "order/"
WORK = "work/"
OFFERED, DELIVERED, WITHDRAWN = "handoff.offered", "handoff.delivered", "handoff.withdrawn"
SENT_BACK = "work.sent_back"
COMPLETED, CONFIRMED, CANCELLED = "order.completed", "order.confirmed", "order.cancelled"
FETCHED = "visit.done"
MILESTONES = rules.COMMITS | {COMPLETED, CONFIRMED, CANCELLED, FETCHED}
RESOLVED, DATED = "inventory.shortage_resolved", "inventory.shortage_dated"
PASSED = "work.first_contact_passed"
HEARS = frozenset({RESOLVED, DATED, PASSED})
"""What ordering subscribes to."""


def witness(entries: Sequence[Entry]) -> None:
    """What is passed on in the work of a leg moves its steps and the leg itself, in the same transaction."""
    for entry in entries:
        if entry.subject.startswith(WORK):
            _of_item(entry)
        elif entry.kind in MILESTONES and entry.subject.startswith(PREFIX):
            _of_leg(entry)


def hear(line: Line) -> None:
    """There is plant for a leg that waits for it (10W): it is taken at once, and the leg goes on; or a day is given for it.

    Or somebody else answers for a leg: for all of its order, too.
    """
    with transaction.atomic():
        if line.kind == PASSED:
            answering.passed(line.subject, Act(moves.SYSTEM, line.at))
            return
        found = rows.locked([line.subject])
        if not found or found[0].state != State.HELD or found[0].exception != Deviation.WAIT:
            return
        act = Act(moves.SYSTEM, line.at)
        if line.kind == DATED:
            deviating.plant_dated(found[0])
            return
        deviating.plant_came(found[0], act)
        moves.refresh(found[0].order, act)


# ---- a stage ----


def _of_item(entry: Entry) -> None:
    if entry.kind == SENT_BACK:
        _stage_sent_back(entry)
        return
    facts = entry.data.get("facts") or {}
    stage = facts.get("stage", "")
    if not stage or not facts.get("flow"):
        return
    steps = _steps_of(facts["flow"], int(facts["flow_version"]))
    if steps is None:
        return
    runs = steps.get(stage, "")
    item, act = UUID(entry.subject.removeprefix(WORK)), Act(entry.actor, entry.at)
    if entry.kind == OFFERED and runs:
        if entry.correlation is not None:
            moves.step_of_stage(entry.correlation, item, runs, act)
    elif entry.kind == DELIVERED:
        _stage_done(entry, item, stage, act, runs=bool(runs))
    elif entry.kind == WITHDRAWN and runs:
        _stage_withdrawn(item, act)


@lru_cache(maxsize=500)
def _steps_of(flow: str, number: int) -> Mapping[str, str] | None:
    """The stages of a flow that the system does, by the step it does them with; None where no order follows it.

    A published version never changes.
    """
    found = catalog.flow(flow, number)
    if found.line is not FlowLine.FULFILMENT:
        return None
    return {code: stage.runs for code, stage in found.stages.items() if stage.runs in DEEDS}


def _legs_of(correlation: UUID | None) -> QuerySet[Leg]:
    """The leg whose matter it is; none of another line's."""
    if correlation is None:
        return Leg.objects.none()
    matters = Matter.objects.filter(id=correlation, subject__startswith=PREFIX)
    return Leg.objects.filter(subject__in=matters.values("subject"))


def _stage_done(entry: Entry, item: UUID, stage: str, act: Act, *, runs: bool) -> None:
    """A person has done by hand what the system was to do; or the stage to which the leg was returned is done again."""
    leg = _legs_of(entry.correlation).first()
    if leg is None:
        return
    step = (
        Step.objects.filter(item=item).exclude(state__in=[StepState.DONE, StepState.UNDONE]).first() if runs else None
    )
    if step is None and leg.returned_to != stage:
        return
    leg = rows.leg_locked(leg.subject)
    if step is not None:
        moves.settle(step, StepState.DONE, act.at, by=act.actor)
        concluding.by_hand(step, leg, act)
        title = DEEDS[step.name].title
        moves.say(leg, events.StepSettled, act, step=str(step.id), title=title, note=str(entry.data.get("note") or "—"))
    deviating.done_again(leg, stage, act)
    moves.refresh(leg.order, act)


def _stage_withdrawn(item: UUID, act: Act) -> None:
    """Nobody has to do the stage any more: what the system did of it is taken back."""
    step = Step.objects.select_related("leg").filter(item=item, state__in=sorted(rules.STEP_OPEN)).first()
    if step is not None:
        leg = rows.leg_locked(step.leg.subject)
        steps = [each for each in rows.steps_locked(leg) if each.id == step.id]
        moves.take_back(leg, steps, act)


def _stage_sent_back(entry: Entry) -> None:
    """A stage went back to an earlier one, from a phone, a page of work or by the system: the leg is returned (10R)."""
    leg = _legs_of(entry.correlation).first()
    if leg is None:
        return
    leg, act = rows.leg_locked(leg.subject), Act(entry.actor, entry.at)
    deviating.returned(leg, to=entry.data["to"], reason=Text(**entry.data["why"]), act=act)
    moves.refresh(leg.order, act)


# ---- the leg itself ----


def _of_leg(entry: Entry) -> None:
    found = rows.locked([entry.subject])
    if not found:
        return
    leg, act = found[0], Act(entry.actor, entry.at)
    if entry.kind == CANCELLED:
        note = str(entry.data.get("note") or "")
        trials.kept(cancelling.cancelled_elsewhere(leg, note, act), note or "—", act)
        return
    if entry.kind in rules.COMMITS and leg.committed_at is None:
        moves.keep(leg, committed_at=entry.at)
    if entry.kind == FETCHED:
        fetching.fetched(leg, act)
    elif entry.kind == COMPLETED:
        course.completed(leg, act)
    elif entry.kind == CONFIRMED and leg.action in rules.ASKED:
        moves.keep(leg, confirmed_at=entry.at)
