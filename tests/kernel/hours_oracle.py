"""A clock that is slow and plainly right: it looks at the wall at every single minute.

It shares no code with the clock under test, and reads the typed form of a calendar only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def windows_of(spec: Mapping[str, Any], day: date) -> list[tuple[int, int]]:
    """The windows that start on `day`, in minutes after midnight; the second above 1440 over midnight."""
    exact, yearly = day.isoformat(), day.strftime("%m-%d")
    for key in (exact, yearly):
        if key in spec.get("special", {}):
            return [_minutes(*window) for window in spec["special"][key]]
        if key in spec.get("holidays", []):
            return []
    return [_minutes(*window) for window in spec["week"].get(DAYS[day.weekday()], [])]


class Walk:
    """What is open at each minute of `[first, last)`: the day whose window it is, or None."""

    def __init__(self, spec: Mapping[str, Any], first: datetime, last: datetime) -> None:
        self.first = first
        self._zone = ZoneInfo(spec["zone"])
        near = [(first + timedelta(days=n)).date() for n in range(-2, (last - first).days + 3)]
        self._windows = {day: windows_of(spec, day) for day in near}
        self.days = [self._open_on(first + n * MINUTE) for n in range((last - first) // MINUTE)]

    def _open_on(self, moment: datetime) -> date | None:
        wall = moment.astimezone(self._zone)
        minute = wall.hour * 60 + wall.minute
        for day, shown in ((wall.date(), minute), (wall.date() - timedelta(days=1), minute + 1440)):
            if any(opens <= shown < closes for opens, closes in self._windows[day]):
                return day
        return None

    def is_open(self, moment: datetime) -> bool:
        return self.days[(moment - self.first) // MINUTE] is not None

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        return sum((MINUTE for n in range(self._n(start), self._n(end)) if self.days[n]), timedelta())

    def due(self, start: datetime, allowance: timedelta) -> datetime:
        moment = start
        while allowance:
            allowance -= MINUTE * self.is_open(moment)
            moment += MINUTE
        if moment == start:
            while not self.is_open(moment) and not self.is_open(moment - MINUTE):
                moment += MINUTE
        return moment

    def due_back(self, end: datetime, allowance: timedelta) -> datetime:
        moment = end
        while allowance:
            moment -= MINUTE
            allowance -= MINUTE * self.is_open(moment)
        if moment == end:
            while not self.is_open(moment) and not self.is_open(moment - MINUTE):
                moment -= MINUTE
        return moment

    def working_days(self) -> list[date]:
        return sorted({day for day in self.days if day})

    def _n(self, moment: datetime) -> int:
        return (moment - self.first) // MINUTE


def _minutes(opens: str, closes: str) -> tuple[int, int]:
    begin, end = (int(time[:2]) * 60 + int(time[3:5]) for time in (opens, closes))
    return begin, end if end > begin else end + 1440


def utc_days(day: date, n: int) -> datetime:
    """Midnight UTC of `n` days after `day`."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=n)
