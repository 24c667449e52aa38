"""What the commitments of one promise in one bucket come to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kapok.batch.audit.awards import NOT_IN_MONEY
from kapok.batch.audit.commitments import BROKEN, KEPT, NEVER, OUTCOMES, OVERDUE
from kapok.batch.audit.grouping import Groups
from kapok.batch.audit.partial import PromisePart, Sums
from kapok.batch.audit.periods import local_days
from kapok.batch.audit.plan import Plan
from kapok.batch.audit.result import Result
from kapok.kernel.hours import Hours
from kapok.kernel.promises.allowance import Unit
from kapok.kernel.promises.pack import Promise

Integers = npt.NDArray[np.int64]


def counted(result: Result, plan: Plan) -> PromisePart:
    """The figures of these commitments. A closed one belongs to the period in which it closed."""
    promise, made = result.promise, result.made
    closed = np.flatnonzero(made.closed != NEVER)
    states = np.bincount(made.outcome, minlength=len(OUTCOMES)).tolist()
    hours = plan.pack.calendar(promise.calendar)
    return PromisePart(
        states=Sums({(outcome.value,): (count,) for outcome, count in zip(OUTCOMES, states, strict=True) if count}),
        weeks=_weeks(result, plan),
        decided=_decided(result, plan),
        anomalies=Sums({(odd.value,): (len(cases),) for odd, cases in made.anomalies.items() if len(cases)}),
        within_target=int(np.count_nonzero(made.within_target)),
        owed_minor=int(result.owed_minor.sum()),
        unpriced=int(np.count_nonzero(result.costs.minor == NOT_IN_MONEY)),
        elapsed_us=(made.elapsed[closed],),
        working_days=(_working_days(result, closed, hours),) if counts_working_days(promise) else (),
        months=(plan.periods.months(made.closed[closed]).astype(np.int32),),
    )


def counts_working_days(promise: Promise) -> bool:
    """True if a rule on the population has its limit in working days."""
    limits = [limit for rule in promise.population for limit in (rule.at_most, rule.within) if limit is not None]
    return any(limit.unit is Unit.WORKING_DAY for limit in limits)


def _working_days(result: Result, closed: Integers, hours: Hours) -> npt.NDArray[np.int32]:
    """Working days after the day of opening, up to and with the day of closing."""
    first, last = (local_days(at[closed], hours.zone) for at in (result.began, result.made.closed))
    if not len(closed):
        return np.empty(0, np.int32)
    days = hours.workdays.covering(int(first.min()), int(last.max())).numbers
    count = np.searchsorted(days, last, side="right") - np.searchsorted(days, first, side="right")
    return count.astype(np.int32)


def _weeks(result: Result, plan: Plan) -> Sums:
    made = result.made
    week = plan.periods.weeks(result.began)
    groups = Groups.single(week)
    closed = made.closed != NEVER
    columns = (
        groups.counts(),
        groups.counts(made.breached),
        groups.counts(closed),
        groups.sums(np.where(closed, made.elapsed, 0)),
    )
    keys = zip(plan.periods.week_names(groups.right), strict=True)
    return Sums(zip(keys, zip(*(column.tolist() for column in columns), strict=True), strict=True))


def _decided(result: Result, plan: Plan) -> Sums:
    """Kept and decided commitments by the month in which they closed; where they did not, in which they fell due."""
    made = result.made
    rows = np.flatnonzero(np.isin(made.outcome, (KEPT, BROKEN, OVERDUE)))
    settled = np.where(made.closed == NEVER, made.due, made.closed)[rows]
    month = plan.periods.months(settled)
    groups = Groups.single(month)
    kept, done = made.outcome[rows] == KEPT, made.closed[rows] != NEVER
    nothing = np.zeros(len(rows), np.bool_)
    agreed = (
        (groups.counts(kept & done), groups.counts(done)) if result.promise.agreed else (groups.counts(nothing),) * 2
    )
    columns = (groups.counts(kept), groups.counts(), *agreed)
    keys = zip(plan.periods.month_names(groups.right), strict=True)
    return Sums(zip(keys, zip(*(column.tolist() for column in columns), strict=True), strict=True))
