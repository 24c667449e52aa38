"""What the commitments of one promise in one bucket come to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kapok.batch.audit.awards import NOT_IN_MONEY, Owed
from kapok.batch.audit.commitments import BROKEN, KEPT, NEVER, OUTCOMES, OVERDUE, Commitments
from kapok.batch.audit.grouping import Groups
from kapok.batch.audit.partial import PromisePart, Sums
from kapok.batch.audit.periods import local_days
from kapok.batch.audit.plan import Plan
from kapok.kernel.hours import Hours
from kapok.kernel.promises.allowance import Unit
from kapok.kernel.promises.pack import Promise

Integers = npt.NDArray[np.int64]


def counted(promise: Promise, made: Commitments, costs: Owed, plan: Plan) -> PromisePart:
    """The figures of these commitments. A closed one belongs to the period in which it closed."""
    closed = np.flatnonzero(made.closed != NEVER)
    states = np.bincount(made.outcome, minlength=len(OUTCOMES)).tolist()
    return PromisePart(
        states=Sums({(outcome.value,): (count,) for outcome, count in zip(OUTCOMES, states, strict=True) if count}),
        weeks=_weeks(made, plan),
        decided=_decided(promise, made, plan),
        anomalies=Sums({(odd.value,): (len(cases),) for odd, cases in made.anomalies.items() if len(cases)}),
        within_target=int(np.count_nonzero(made.within_target)),
        owed_minor=int(costs.minor[costs.minor != NOT_IN_MONEY].sum()),
        elapsed_us=(made.elapsed[closed],),
        working_days=(_working_days(made, closed, plan.pack.calendar(promise.calendar)),) if counts_working_days(promise) else (),
        months=(plan.periods.months(made.closed[closed]).astype(np.int32),),
    )


def counts_working_days(promise: Promise) -> bool:
    """True if a rule on the population has its limit in working days."""
    limits = [limit for rule in promise.population for limit in (rule.at_most, rule.within) if limit is not None]
    return any(limit.unit is Unit.WORKING_DAY for limit in limits)


def _working_days(made: Commitments, closed: Integers, hours: Hours) -> npt.NDArray[np.int32]:
    """Working days after the day of opening, up to and with the day of closing."""
    opened = np.where(made.opened == NEVER, made.closed, made.opened)[closed]
    first, last = local_days(opened, hours.zone), local_days(made.closed[closed], hours.zone)
    if not len(closed):
        return np.empty(0, np.int32)
    days = hours.workdays.covering(int(first.min()), int(last.max())).numbers
    count = np.searchsorted(days, last, side="right") - np.searchsorted(days, first, side="right")
    return count.astype(np.int32)


def _weeks(made: Commitments, plan: Plan) -> Sums:
    week = plan.periods.weeks(np.where(made.opened == NEVER, made.closed, made.opened))
    groups = Groups.of(np.zeros(len(made), np.int64), week, int(week.max(initial=0)) + 1)
    closed = made.closed != NEVER
    columns = (groups.counts(), groups.counts(made.breached), groups.counts(closed), groups.sums(np.where(closed, made.elapsed, 0)))
    keys = ((plan.periods.week_name(week),) for week in groups.right.tolist())
    return Sums(zip(keys, zip(*(column.tolist() for column in columns), strict=True), strict=True))


def _decided(promise: Promise, made: Commitments, plan: Plan) -> Sums:
    """Kept and decided commitments by the month in which they closed; where they did not, in which they fell due."""
    rows = np.flatnonzero(np.isin(made.outcome, (KEPT, BROKEN, OVERDUE)))
    settled = np.where(made.closed == NEVER, made.due, made.closed)[rows]
    month = plan.periods.months(settled)
    groups = Groups.of(np.zeros(len(rows), np.int64), month, int(month.max(initial=0)) + 1)
    kept, done = made.outcome[rows] == KEPT, made.closed[rows] != NEVER
    nothing = np.zeros(len(rows), np.bool_)
    agreed = (groups.counts(kept & done), groups.counts(done)) if promise.agreed else (groups.counts(nothing),) * 2
    columns = (groups.counts(kept), groups.counts(), *agreed)
    keys = ((plan.periods.month_name(month),) for month in groups.right.tolist())
    return Sums(zip(keys, zip(*(column.tolist() for column in columns), strict=True), strict=True))
