"""The four moves on a calendar's windows: from an instant to worked time, back again, and to the next or last open moment.

They work everywhere that the calendar does; `clock` has the same moves written out in one place where speed matters.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta

from kapok.kernel.hours.calendar import Calendar
from kapok.kernel.hours.errors import HoursError, NoWorkingTime, OutsideHorizon
from kapok.kernel.hours.grown import FIRST_YEAR, LAST_YEAR, Grown
from kapok.kernel.hours.instants import DAY, EARLIEST, LATEST, micros
from kapok.kernel.hours.windows import Windows, compile_windows, nothing, of_dated_days, round_the_clock
from kapok.kernel.text import Text

_AT_ALL = Text(zh="", en="at all")
_BEFORE = Text(zh="在 {moment} 之前再", en="before {moment}")
_AFTER = Text(zh="在 {moment} 之后再", en="after {moment}")


class Timeline(Grown[Windows]):
    """The windows of one calendar. All moments are UTC."""

    def __init__(self, calendar: Calendar) -> None:
        super().__init__(calendar, compile_windows, _known_at_once(calendar))

    def covering(self, first: datetime, last: datetime) -> Windows:
        """The windows, complete from `first` to `last`. Raises `OutsideHorizon`."""
        windows = self.table
        if windows.first <= first and last <= windows.last:
            return windows
        return self.grow(micros(first) // DAY, micros(last) // DAY)

    def worked(self, moment: datetime) -> timedelta:
        """Working time from the origin to `moment`."""
        windows = self.covering(moment, moment)
        at = bisect_right(windows.opens, moment) - 1
        return min(moment, windows.closes[at]) - windows.bases[at]

    def reach(self, worked: timedelta) -> datetime:
        """The first moment by which so much has been worked. Raises `NoWorkingTime` or `OutsideHorizon`."""
        windows = self.table
        while windows.sums[-1] < worked:
            windows = self.later(windows)
        return windows.bases[bisect_left(windows.sums, worked)] + worked

    def leave(self, worked: timedelta) -> datetime:
        """The last moment by which no more has been worked. Raises `NoWorkingTime` or `OutsideHorizon`."""
        windows = self.table
        while worked < windows.sums[0]:
            windows = self.earlier(windows)
        return windows.bases[bisect_right(windows.sums, worked)] + worked

    def open_from(self, moment: datetime) -> datetime:
        """`moment` when it lies within a window or at its closing, else the next opening. Raises as `reach` does."""
        windows = self.covering(moment, moment)
        while True:
            at = bisect_right(windows.opens, moment)
            if moment <= windows.closes[at - 1]:
                return moment
            if at < len(windows.opens):
                return windows.opens[at]
            windows = self.later(windows)

    def open_until(self, moment: datetime) -> datetime:
        """`moment` when it lies within a window or at its opening, else the last closing. Raises as `leave` does."""
        windows = self.covering(moment, moment)
        while True:
            at = bisect_left(windows.closes, moment)
            if at < len(windows.opens) and windows.opens[at] <= moment:
                return moment
            if at > 1:
                return windows.closes[at - 1]
            windows = self.earlier(windows)

    def later(self, windows: Windows) -> Windows:
        """More than `windows` hold, at the end. Raises `NoWorkingTime` or `OutsideHorizon`."""
        if windows.last < LATEST:
            return self.grow_later()
        raise self._exhausted(_AFTER.format(moment=windows.closes[-1]))

    def earlier(self, windows: Windows) -> Windows:
        """More than `windows` hold, at the beginning. Raises `NoWorkingTime` or `OutsideHorizon`."""
        if windows.first > EARLIEST:
            return self.grow_earlier()
        raise self._exhausted(_BEFORE.format(moment=windows.opens[:2][-1]))

    def _exhausted(self, where: Text) -> HoursError:
        if self._calendar.is_always:
            return OutsideHorizon(first=FIRST_YEAR, last=LAST_YEAR)
        return NoWorkingTime(where=where if self.table.sums[1:] else _AT_ALL)


def _known_at_once(calendar: Calendar) -> Windows:
    if calendar.is_always:
        return round_the_clock()
    return of_dated_days(calendar) if calendar.is_finite else nothing()
