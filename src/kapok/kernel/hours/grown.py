"""A table about a calendar that is worked out as far as anybody has asked, and no further.

It grows in both directions, between `FIRST_YEAR` and `LAST_YEAR`. What has been worked out is never changed, only replaced
by something longer, so that readers in other threads need no lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Generic, TypeVar

from kapok.kernel.hours.calendar import Calendar
from kapok.kernel.hours.errors import OutsideHorizon
from kapok.kernel.hours.instants import EPOCH_ORDINAL

FIRST_YEAR = 1700
LAST_YEAR = 2500

ORIGIN_DAY = date(2020, 1, 1).toordinal() - EPOCH_ORDINAL
"""A day that every table covers, from which worked time is counted. Any fixed day would do."""

_FIRST_DAY = date(FIRST_YEAR, 1, 1).toordinal() - EPOCH_ORDINAL
_LAST_DAY = date(LAST_YEAR, 1, 1).toordinal() - EPOCH_ORDINAL
_AROUND = 3  # days that always lie about the origin, so that every window that reaches over it is known
_AHEAD = 400  # days worked out beyond what was asked: a year, and whatever a long allowance needs

Table = TypeVar("Table")


class Grown(Generic[Table]):
    """`table`, made by `work_out(calendar, first_day, last_day)` over the days since the epoch `[first_day, last_day)`."""

    def __init__(self, calendar: Calendar, work_out: Callable[[Calendar, int, int], Table], table: Table) -> None:
        self.table = table
        self._calendar = calendar
        self._work_out = work_out
        self._span = (ORIGIN_DAY - _AROUND, ORIGIN_DAY + _AROUND)
        self._growing = threading.Lock()

    def grow(self, first_day: int, last_day: int) -> Table:
        """The table over at least these days; raises `OutsideHorizon` when they lie beyond the years it reckons with."""
        if not _FIRST_DAY <= first_day <= last_day < _LAST_DAY:
            raise OutsideHorizon(first=FIRST_YEAR, last=LAST_YEAR)
        with self._growing:
            first, last = self._span
            first = max(min(first, first_day - _AHEAD), _FIRST_DAY - _AHEAD)
            last = min(max(last, last_day + _AHEAD), _LAST_DAY + _AHEAD)
            if (first, last) != self._span:
                self.table = self._work_out(self._calendar, first, last)
                self._span = first, last
            return self.table

    def grow_later(self) -> Table:
        """The table over about twice as many days after the origin; raises `OutsideHorizon` when there are no more."""
        last = self._span[1]
        wanted = min(2 * last - ORIGIN_DAY, _LAST_DAY - 1)
        return self.grow(ORIGIN_DAY, wanted if wanted > last else _LAST_DAY)

    def grow_earlier(self) -> Table:
        """The table over about twice as many days before the origin; raises `OutsideHorizon` when there are no more."""
        first = self._span[0]
        wanted = max(2 * first - ORIGIN_DAY, _FIRST_DAY)
        return self.grow(wanted if wanted < first else _FIRST_DAY - 1, ORIGIN_DAY)
