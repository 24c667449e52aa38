"""The offsets of a time zone as arrays, so that whole columns change between wall time and UTC at once.

`zoneinfo` answers for one datetime at a time and keeps its table of transitions to itself. Here they are found once per
zone and year, by asking for the offset every other day and halving the interval where it differs. Two changes of one zone
have never been nearer to each other than a week.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from kapok.kernel.hours.instants import EPOCH, EPOCH_ORDINAL, MICROSECOND, SECOND

Instants = npt.NDArray[np.int64]

_STRIDE = 2 * 86_400


@dataclass(frozen=True, slots=True)
class Offsets:
    """What a zone adds to UTC: `shifts[i]` microseconds from instant `starts[i]` until the next start."""

    starts: Instants
    shifts: Instants

    @classmethod
    def between(cls, zone: ZoneInfo, first_day: int, last_day: int) -> Offsets:
        """The offsets of `zone` over the days since the epoch `[first_day, last_day)`, with a day to spare."""
        years = range(_year(first_day - 1), _year(last_day + 1) + 1)
        changes = [change for year in years for change in _changes(zone, year)]
        opening = _shift(zone, _seconds(years.start))
        starts, shifts = [np.iinfo(np.int64).min // 2], [opening]
        for second, shift in changes:
            starts.append(second * SECOND)
            shifts.append(shift)
        return cls(np.array(starts, np.int64), np.array(shifts, np.int64))

    def to_wall(self, instants: Instants) -> Instants:
        """Wall time, in microseconds since 1970-01-01 00:00 on the wall, of UTC `instants`."""
        return instants + self.shifts[self._segment(instants)]

    def is_second_pass(self, instants: Instants) -> npt.NDArray[np.bool_]:
        """Whether each instant lies in the second pass of a repeated hour (PEP 495: fold = 1)."""
        at = self._segment(instants)
        turned_back = self.shifts[np.maximum(at - 1, 0)] - self.shifts[at]
        return instants < self.starts[at] + turned_back

    def to_utc(self, wall: Instants, second_pass: npt.NDArray[np.bool_]) -> Instants:
        """The UTC instants at which the wall shows `wall`.

        A repeated time is taken at its first pass, or at its second where `second_pass`; a time that a change to summer
        time skips is moved on by as much as the clock is (PEP 495 with fold 0).
        """
        before, after = self.shifts[:-1], self.shifts[1:]
        first = np.searchsorted(self.starts[1:] + np.maximum(before, after), wall, side="right")
        second = np.searchsorted(self.starts[1:] + after, wall, side="right")
        return wall - self.shifts[np.where(second_pass, second, first)]

    def _segment(self, instants: Instants) -> Instants:
        return np.searchsorted(self.starts, instants, side="right") - 1


def wall_of(moment: datetime, zone: ZoneInfo) -> tuple[int, bool]:
    """What the wall of `zone` shows at `moment`, and whether in the second pass of a repeated hour."""
    local = moment.astimezone(zone)
    return (local.replace(tzinfo=UTC) - EPOCH) // MICROSECOND, bool(local.fold)


def utc_of(wall: int, zone: ZoneInfo, *, second_pass: bool = False) -> datetime:
    """The moment at which the wall of `zone` shows `wall`; for one value what `Offsets.to_utc` does for a column."""
    shown = (EPOCH + timedelta(microseconds=wall)).replace(tzinfo=zone)
    first, second = shown.utcoffset() or timedelta(), shown.replace(fold=1).utcoffset() or timedelta()
    # In a repeated hour the second pass has the smaller offset; in a skipped one fold 0 has, and moves the time on.
    return shown.replace(tzinfo=UTC) - (min(first, second) if second_pass else first)


def _year(day: int) -> int:
    return datetime.fromordinal(day + EPOCH_ORDINAL).year


def _seconds(year: int) -> int:
    return (datetime(year, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(seconds=1)


def _shift(zone: ZoneInfo, second: int) -> int:
    """The offset of `zone` in microseconds at `second` since the epoch."""
    offset = (EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
    return (offset or timedelta()) // MICROSECOND


@cache
def _changes(zone: ZoneInfo, year: int) -> tuple[tuple[int, int], ...]:
    """The changes of offset within `year`: the first second of the new offset, and that offset."""
    end = _seconds(year + 1)
    found = []
    left, shift = _seconds(year), _shift(zone, _seconds(year))
    while left < end:
        right = min(left + _STRIDE, end)
        reached = _shift(zone, right)
        if reached != shift:
            found.append((_first_second(zone, left, right, shift), reached))
        left, shift = right, reached
    return tuple(found)


def _first_second(zone: ZoneInfo, left: int, right: int, shift: int) -> int:
    """The second in `(left, right]` from which the offset is no longer `shift`."""
    while right - left > 1:
        middle = (left + right) // 2
        if _shift(zone, middle) == shift:
            left = middle
        else:
            right = middle
    return right
