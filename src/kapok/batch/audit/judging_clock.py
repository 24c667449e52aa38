"""The clock of one promise over columns: what `kernel.promises.deadlines.Clock` says of one moment, for millions.

Hours and days are reckoned by the column forms of `kernel.hours`. Months, and calendar days that may start on the next working
day, are asked of the scalar clock, once for each distinct opening; agreed dates once for each distinct date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import numpy.typing as npt

from kapok.batch.audit.columns import Words
from kapok.batch.audit.commitments import NEVER
from kapok.batch.audit.grouping import distinct_values
from kapok.batch.audit.periods import local_days
from kapok.kernel.hours import Hours, add_days_many, due_many, elapsed_many
from kapok.kernel.hours.instants import EPOCH_ORDINAL, MICROSECOND, micros, moment
from kapok.kernel.promises.allowance import Allowance, Unit
from kapok.kernel.promises.cycles import in_force
from kapok.kernel.promises.deadlines import DAYS, Clock, policy
from kapok.kernel.promises.pack import Pack, Promise
from kapok.kernel.promises.terms import Agreed

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class ColumnClock:
    """The clock of `promise`; `facts` holds one value for every case of the bucket."""

    def __init__(self, promise: Promise, pack: Pack, facts: Mapping[str, Words]) -> None:
        self.scalar = Clock(promise, pack)
        self._promise, self._pack, self._facts = promise, pack, facts

    def made(self, opened: Integers) -> Flags:
        """Whether promise, instrument and pack are in force on the local days of these moments."""
        days = self.days(opened)
        return _by_distinct(days, lambda day: in_force(self._promise, self._pack, _date(day))).astype(np.bool_)

    def due(self, opened: Integers, case: Integers) -> Integers:
        """When clocks opened at these moments, in these cases, fall due; `NEVER` where it hangs on a date that is not known."""
        agreed, allowance = self._promise.agreed, self._promise.allowance
        if agreed is None:
            return np.full(len(opened), NEVER) if allowance is None else self.after(opened, allowance)
        on = self._agreed(agreed, case)
        if allowance is None:
            return on
        if agreed.means == "is_the_promise":
            return np.where(on == NEVER, NEVER, self.after(np.maximum(on, 0), allowance))
        allowed = self.after(opened, allowance)
        return np.where(on == NEVER, allowed, on if agreed.means == "replaces" else np.minimum(allowed, on))

    def target(self, opened: Integers) -> Integers | None:
        """The moments that the operator aims at, if the promise names a target."""
        return None if self._promise.target is None else self.after(opened, self._promise.target)

    def after(self, start: Integers, allowance: Allowance) -> Integers:
        """The moments at which `allowance` has run since `start`."""
        days, number = self._promise.days, int(allowance.number)
        if allowance.fixed is not None and not allowance.by_the_date:
            length = allowance.fixed // MICROSECOND
            return due_many(start, length, self.scalar.hours) if allowance.working else start + length
        if allowance.unit is Unit.WORKING_DAY:
            return add_days_many(start, number, self.scalar.hours, policy(days))
        if allowance.unit in DAYS and days.cutoff is None and days.closed_start == "stays":
            return add_days_many(start, number * DAYS[allowance.unit], self.scalar.dates, policy(days))
        return _by_distinct(start, lambda at: micros(self.scalar.after(moment(at), allowance)))

    def held(self, begins: Integers, ends: Integers) -> Integers:
        """What pauses take off the clock, by the promise's measure."""
        return ends - begins if self._promise.pause_measure == "wall" else self.ran(begins, ends)

    def moved(self, due: Integers, begins: Integers, held: Integers) -> Integers:
        """Due moments after pauses. A pause that begins at or after the due moment, or holds no running time, leaves it."""
        moves = (begins < due) & (held > 0)
        due = due.copy()
        due[moves] = due_many(due[moves], held[moves], self.scalar.running)
        return due

    def ran(self, start: Integers, end: Integers) -> Integers:
        """Running time between moments."""
        return running_time(start, end, self.scalar.running)

    def days(self, instants: Integers) -> Integers:
        """The local dates of these moments, as days since 1970-01-01."""
        return local_days(instants, self.scalar.hours.zone)

    def _agreed(self, agreed: Agreed, case: Integers) -> Integers:
        """The agreed moment of each case; each distinct word is read once."""
        if agreed.fact not in self._facts:
            return np.full(len(case), NEVER)
        words = self._facts[agreed.fact]
        found = [self.scalar.agreed(agreed, {agreed.fact: word}) for word in words.words.to_pylist()]
        moments = np.array([NEVER if at is None else micros(at) for at in [*found, None]], np.int64)
        on: Integers = moments[words.codes[case]]  # the code of an unknown word, -1, takes the last
        return on


def running_time(start: Integers, end: Integers, hours: Hours) -> Integers:
    """Working time between moments, in microseconds."""
    return np.maximum(end - start, 0) if hours.calendar.is_always else elapsed_many(start, end, hours)


def _date(day: int) -> date:
    return date.fromordinal(EPOCH_ORDINAL + day)


def _by_distinct(values: Integers, function: Callable[[int], int | bool]) -> Integers:
    """A function of each value, called once for each distinct one."""
    distinct = distinct_values(values)
    results = np.array([function(value) for value in distinct.tolist()], np.int64)
    return results[np.searchsorted(distinct, values)]
