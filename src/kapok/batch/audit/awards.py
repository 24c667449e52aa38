"""What breaches cost: each distinct key of `kernel.promises.award_key` is reckoned once.

Before that, breaches that must have equal keys are put together in columns, so that a hundred thousand of them ask for a few
hundred keys: where a rule counts dates, the local days of due moment, opening and end decide; where it counts more finely, the
moments themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kapok.batch.audit.columns import Bucket
from kapok.batch.audit.commitments import NEVER, OUTCOMES, Commitments
from kapok.batch.audit.grouping import Groups, distinct_values
from kapok.batch.audit.judging import combinations
from kapok.batch.audit.periods import local_days
from kapok.batch.audit.plan import Plan
from kapok.kernel.hours.instants import moment
from kapok.kernel.promises.accrual import award_key, finely, needed
from kapok.kernel.promises.deadlines import Clock
from kapok.kernel.promises.facts import Facts
from kapok.kernel.promises.judgement import Judgement
from kapok.kernel.promises.ladders import TIMES
from kapok.kernel.promises.pack import Promise
from kapok.kernel.promises.reckoning import Award, reckon
from kapok.kernel.text import Text

Integers = npt.NDArray[np.int64]

NOT_IN_MONEY = -1  # in place of an amount
NO_RULE = Text(zh="规则未规定赔偿。", en="No compensation is laid down.")
NOTHING_OWED = Text(zh="无须赔偿。", en="Nothing is owed.")


@dataclass(frozen=True)
class Owed:
    """What is owed for some breaches: minor units (`NOT_IN_MONEY` where it is no sum of money), and which of `words` says why."""

    minor: Integers
    reckoning: Integers
    words: tuple[Text, ...]


def owed(promise: Promise, bucket: Bucket, made: Commitments, breaches: Integers, plan: Plan) -> Owed:
    """What is owed for the commitments `breaches` (their indices), all of them broken or overdue."""
    if not promise.compensation:
        return Owed(np.full(len(breaches), NOT_IN_MONEY), np.zeros(len(breaches), np.int64), (NO_RULE,))
    clock = Clock(promise, plan.pack)
    combination, facts = combinations(bucket, sorted(_looked_at(promise) & set(bucket.facts)))
    numbers = made.breach_numbers()[breaches]
    combination = combination[made.case[breaches]]
    for place, row in enumerate(breaches.tolist() if made.facts else ()):
        if row in made.facts:
            combination[place] = len(facts)
            facts.append(dict(made.facts[row]))
    moments = _moments(promise, clock, made, breaches, plan.judged_at)
    alike = _numbered([combination, np.minimum(numbers, 2), *moments])
    one_of_each = np.zeros(int(alike.max(initial=-1)) + 1, np.int64)
    one_of_each[alike[::-1]] = np.arange(len(alike))[::-1]
    awards = [
        _award(_judgement(promise, clock, made, int(breaches[n]), int(numbers[n])), facts[combination[n]], plan)
        for n in one_of_each.tolist()
    ]
    minor = np.array([_minor(award) for award in awards], np.int64)
    return Owed(minor[alike], alike, tuple(NOTHING_OWED if award is None else award.text for award in awards))


def _looked_at(promise: Promise) -> set[str]:
    """The facts that any compensation of a promise takes in."""
    found: set[str] = set()
    for compensation in promise.compensation:
        ladder = compensation.ladder
        found |= {
            *compensation.when,
            *compensation.unless,
            *(compensation.extends_validity or {}),
            *needed(compensation),
        }
        found |= {ladder.measure} if ladder is not None else set()
    return found


def _moments(promise: Promise, clock: Clock, made: Commitments, breaches: Integers, until: int) -> list[Integers]:
    """What of its moments decides what a breach is owed."""
    opened, due, closed = made.opened[breaches], made.due[breaches], made.closed[breaches]
    opened = np.where(opened == NEVER, due, opened)
    ended = np.where(closed == NEVER, until, closed)
    if _by_moments(promise):
        return [due, opened, ended, _with_pauses(made, breaches, np.ones(len(made.pauses.begins), np.bool_))]
    zone = clock.hours.zone
    until_when = np.where(made.pauses.ends == NEVER, until, made.pauses.ends)
    over_midnight = local_days(made.pauses.begins, zone) != local_days(until_when, zone)
    return [*(local_days(at, zone) for at in (due - 1, opened, ended)), _with_pauses(made, breaches, over_midnight)]


def _by_moments(promise: Promise) -> bool:
    """True if a rule counts more finely than days."""
    ladders = {rule.ladder.measure for rule in promise.compensation if rule.ladder is not None}
    return any(map(finely, promise.compensation)) or bool(ladders & TIMES)


def _with_pauses(made: Commitments, breaches: Integers, matters: npt.NDArray[np.bool_]) -> Integers:
    """A number of its own for each breach with a pause that a rule might look at; 0 for the others."""
    looked_at = np.zeros(len(made), np.bool_)
    looked_at[made.pauses.commitment[matters]] = True
    return np.where(looked_at[breaches], breaches + 1, 0)


def _numbered(keys: Iterable[Integers]) -> Integers:
    """One number for each distinct row of the keys."""
    numbers: Integers | None = None
    for key in keys:
        distinct = distinct_values(key)
        codes = np.searchsorted(distinct, key)
        numbers = codes if numbers is None else Groups.of(numbers, codes, len(distinct)).of_row
    return np.empty(0, np.int64) if numbers is None else numbers


def _judgement(promise: Promise, clock: Clock, made: Commitments, row: int, number: int) -> Judgement:
    opened, due, closed = (int(column[row]) for column in (made.opened, made.due, made.closed))
    return Judgement(
        promise=promise,
        opened_at=None if opened == NEVER else moment(opened),
        due_at=None if due == NEVER else moment(due),
        closed_at=None if closed == NEVER else moment(closed),
        state=OUTCOMES[made.outcome[row]],
        pauses=tuple((moment(begins), None if ends == NEVER else moment(ends)) for begins, ends in made.pauses.of(row)),
        breach_number=number,
        calendar_version=clock.hours.version,
        zone=clock.hours.zone.key,
    )


def _award(judgement: Judgement, facts: Facts, plan: Plan) -> Award | None:
    key = award_key(judgement, facts, plan.pack, moment(plan.judged_at))
    if key is None:
        return None
    if key not in plan.awards:
        plan.awards[key] = reckon(key, plan.pack)
    return plan.awards[key]


def _minor(award: Award | None) -> int:
    if award is None:
        return 0
    return NOT_IN_MONEY if award.money is None else award.money.minor
