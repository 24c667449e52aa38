"""The engine: steps that are due are claimed with a lease, done outside of any transaction, and settled in one with the baton.

Whoever dies leaves a lease that runs out; the next one asks again under the same key, so nothing is done twice and nothing is
left undone. Who comes too late with an answer finds the lease in other hands, and says nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction

from kapok.chain.ordering import cancelling, concluding, deviating, ends, events, moves, performing, rows, rules
from kapok.chain.ordering.models import Leg, Step
from kapok.chain.ordering.moves import SYSTEM, Act
from kapok.chain.ordering.performing import Result
from kapok.chain.ordering.rules import DEEDS, State, StepState
from kapok.ground.work import queries as work
from kapok.ground.work.baton import api as baton
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.network.activation.readings import spoken

log = logging.getLogger(__name__)

CLAIM: Final = """
UPDATE ordering_step SET state = 'running', lease = %(lease)s, leased_until = %(until)s, attempts = attempts + 1, next_try_at = NULL
WHERE id = (SELECT id FROM ordering_step WHERE {due} ORDER BY {order}, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
ABANDONED: Final = CLAIM.format(due="state = 'running' AND leased_until <= %(at)s", order="leased_until")
DUE: Final = CLAIM.format(due="state IN ('waiting', 'failed') AND next_try_at <= %(at)s", order="next_try_at")

UNFORESEEN = Text(zh="系统内部错误（{what}）", en="an error of the system ({what})")
MEASURED: Final = frozenset({"weak_light", "wrong_speed", "rejected"})
"""What a test may find at the line itself: whoever built it can mend it. What else goes wrong is nothing a visit would change."""
NOT_MEASURED: Final = "not_measured"
RECORDED = Text(
    zh="演示环境，没有服务器可测，只核对了记录",
    en="a demonstration without a server to ask: the record alone was compared",
)
TESTED = Text(zh="系统测试通过", en="tested by the system")


@dataclass(frozen=True)
class Lease:
    """A step that is in our hands until the lease runs out."""

    step: UUID
    token: UUID


def advance(*, at: datetime, limit: int = 20) -> int:
    """Do the steps that are due, `limit` at most; how many were taken in hand. Any number of engines may run at once."""
    done = 0
    while done < limit and (lease := claim(at)) is not None:
        work_off(lease, at)
        done += 1
    return done


def claim(at: datetime) -> Lease | None:
    """Take one step in hand: first one that somebody has abandoned, then the one that is due longest. None where none is."""
    token = uuid4()
    values: dict[str, Any] = {"lease": token, "until": at + settings.ORDERING_LEASE, "at": at}
    with connection.cursor() as cursor:
        for statement in (ABANDONED, DUE):
            cursor.execute(statement, values)
            if found := cursor.fetchone():
                return Lease(found[0], token)
    return None


def work_off(lease: Lease, at: datetime) -> None:
    """Do one step and settle what came of it."""
    step = Step.objects.select_related("leg__order").get(id=lease.step)
    result = performing.DONE if step.dropped else _asked(step, at)
    try:
        settle(lease, result, at)
    except KapokError as refused:
        settle(lease, Result(False, type(refused).__name__[:40], refused.text), at)
    except Exception as failure:
        log.exception("Step %s of %s could not be settled", step.name, step.leg.subject)
        settle(lease, _unforeseen(failure), at)


def _asked(step: Step, at: datetime) -> Result:
    """What the network says; what is refused or fails is an answer, too."""
    try:
        return performing.perform(step, at)
    except KapokError as refused:
        return Result(False, type(refused).__name__[:40], refused.text)
    except Exception as failure:
        log.exception("Step %s of %s failed", step.name, step.leg.subject)
        return _unforeseen(failure)


def _unforeseen(failure: Exception) -> Result:
    return Result(False, type(failure).__name__[:40], UNFORESEEN.format(what=type(failure).__name__), retry=True)


@transaction.atomic
def settle(lease: Lease, result: Result, at: datetime) -> None:
    """Write down what came of a step, hand the stage in, let the leg and its order follow; nothing where the lease has passed."""
    found = Step.objects.select_related("leg").get(id=lease.step)
    leg, act = rows.leg_locked(found.leg.subject), Act(SYSTEM, at)
    held = Step.objects.select_for_update(no_key=True, of=("self",)).select_related("item")
    step = held.filter(id=lease.step, lease=lease.token).first()
    if step is None:
        return
    if step.dropped:
        moves.ended(leg, step, act)
        moves.wake(leg, at)
    elif result.ok:
        _succeeded(step, leg, result, act)
    else:
        _failed(step, leg, result, act)
    cancelling.go_on(rows.leg_locked(leg.subject), act)  # as it stands now: the work may have moved it
    moves.refresh(leg.order, act)


def _succeeded(step: Step, leg: Leg, result: Result, act: Act) -> None:
    lacking = concluding.conclude(step, leg, act)
    if lacking is not None:
        what = ends.lacking(leg, lacking)
        moves.settle(step, StepState.WAITING, act.at, code=lacking.code, error_zh=what.zh, error_en=what.en)
        deviating.wait(leg, what, lacking.expected_at, act)
        return
    measured = dict(result.measured)
    moves.settle(step, StepState.DONE, act.at, code="", error_zh="", error_en="", measured=measured)
    if DEEDS[step.name].commits and leg.committed_at is None:
        moves.keep(leg, committed_at=act.at)
    if step.name == "activate":
        moves.wake(leg, act.at)  # what was amended meanwhile is told after it
    if step.undoes_id is not None:
        moves.say(leg, events.StepUndone, act, step=str(step.undoes_id), title=DEEDS[step.name].title)
        moves.wake(leg, act.at)
    if step.item is not None:
        wanted = len(work.evidence_of(step.item.id))
        baton.carry_out(item=step.item.id, evidence=[_record(measured)] * wanted, actor=act.actor, at=act.at)


def _record(measured: dict[str, object]) -> str:
    """What was measured, as evidence."""
    found = spoken(measured)
    if NOT_MEASURED in measured.values():
        return Text(zh=f"{RECORDED.zh}：{found.zh}", en=f"{RECORDED.en}: {found.en}").both[:500]
    return (Text(zh=f"{TESTED.zh}：{found.zh}", en=f"{TESTED.en}: {found.en}") if measured else TESTED).both[:500]


def _failed(step: Step, leg: Leg, result: Result, act: Act) -> None:
    why: dict[str, Any] = {"code": result.code[:40], "measured": dict(result.measured)}
    why |= {"error_zh": result.text.zh[:500], "error_en": result.text.en[:500]}
    if result.retry and step.attempts < settings.ORDERING_ATTEMPTS:
        again = rules.next_try(
            act.at, step.attempts, key=str(step.id), first=settings.ORDERING_RETRY_FIRST,
            longest=settings.ORDERING_RETRY_LONGEST,
        )  # fmt: skip
        moves.settle(step, StepState.FAILED, act.at, **why, next_try_at=again)
    elif (
        not result.retry and step.name == "test" and result.code in MEASURED and deviating.can_give_back(step.item, leg)
    ):
        moves.settle(step, StepState.UNDONE, act.at, **why)
        deviating.give_back(step.item, to="", reason=result.text, act=act)
    else:
        _fall_out(step, leg, result, act, why)


def _fall_out(step: Step, leg: Leg, result: Result, act: Act, why: Mapping[str, Any]) -> None:
    """People do it: the stage stays offered to them, with the reason."""
    moves.settle(step, StepState.FALLEN_OUT, act.at, **why)
    said = {"step": str(step.id), "title": DEEDS[step.name].title, "attempts": step.attempts}
    moves.say(leg, events.StepFellOut, act, **said, code=result.code, why=result.text)
    if step.item is not None:
        baton.leave_to_people(item=step.item.id, why=result.text, actor=act.actor, at=act.at)
    if leg.state == State.CANCELLING and step.undoes_id is not None:
        moves.move(leg, State.FAILED)
