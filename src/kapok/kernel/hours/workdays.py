"""The working days of a calendar: local dates on which a window starts, with the instant at which each closes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np

from kapok.kernel.hours.calendar import Calendar
from kapok.kernel.hours.errors import NoWorkingTime
from kapok.kernel.hours.grown import Grown
from kapok.kernel.hours.instants import EARLIEST, micros
from kapok.kernel.hours.lookup import Lookup
from kapok.kernel.hours.windows import Pieces, compile_pieces, dated_span
from kapok.kernel.hours.zones import Instants
from kapok.kernel.text import Text

_EVER = 10**9  # days
_ENOUGH = Text(zh="找不到 {n} 个工作日，", en="for {n} working days")


@dataclass(frozen=True, slots=True)
class Days:
    """The working days among the days `first` to `last`, counted from 1970-01-01, and the instant at which each closes."""

    first: int
    last: int
    days: list[int]
    numbers: Instants
    closings: Instants
    by_number: Lookup


class Workdays(Grown[Days]):
    """The working days of one calendar. A day is a number: days since 1970-01-01 on the wall."""

    def __init__(self, calendar: Calendar) -> None:
        super().__init__(calendar, _compile_days, _known_at_once(calendar))

    def covering(self, first: int, last: int) -> Days:
        """The working days, complete for the days `first` to `last`. Raises `OutsideHorizon`."""
        table = self.table
        return table if table.first <= first and last <= table.last else self.grow(first, last)

    def includes(self, day: int) -> bool:
        """Whether `day` is a working day. Raises `OutsideHorizon`."""
        days = self.covering(day, day).days
        at = bisect_left(days, day)
        return at < len(days) and days[at] == day

    def step(self, day: int, n: int) -> int:
        """The n-th working day after `day`, or before it for n below zero. Raises `NoWorkingTime` or `OutsideHorizon`."""
        table = self.covering(day, day)
        while True:
            at = bisect_right(table.days, day) + n - 1 if n > 0 else bisect_left(table.days, day) + n
            if 0 <= at < len(table.days):
                return table.days[at]
            table = self.beyond(table, n)

    def beyond(self, table: Days, n: int) -> Days:
        """More working days than `table` has, in the direction of `n`. Raises `NoWorkingTime` or `OutsideHorizon`."""
        if table.last == _EVER:
            raise NoWorkingTime(where=_ENOUGH.format(n=abs(n)))
        return self.grow_later() if n > 0 else self.grow_earlier()

    def closing(self, day: int) -> int:
        """The instant, in microseconds, at which the working day `day` closes."""
        table = self.table
        return int(table.closings[bisect_left(table.days, day)])


def _known_at_once(calendar: Calendar) -> Days:
    if calendar.is_finite:
        return _listed(compile_pieces(calendar, *dated_span(calendar)), -_EVER, _EVER)
    return _listed(Pieces(*[np.empty(0, np.int64)] * 3), _EVER, -_EVER)


def _compile_days(calendar: Calendar, first_day: int, last_day: int) -> Days:
    return _listed(compile_pieces(calendar, first_day, last_day), first_day, last_day - 1)


def _listed(pieces: Pieces, first: int, last: int) -> Days:
    numbers, at = np.unique(pieces.days, return_inverse=True)
    closings = np.full(numbers.size, micros(EARLIEST))
    np.maximum.at(closings, at, pieces.closes)
    return Days(first, last, numbers.tolist(), numbers, closings, Lookup(np.insert(numbers, 0, -_EVER)))
