"""A calendar: the working windows of each weekday, and of the days that differ.

A window belongs to the day on which it starts: `["22:00", "06:00"]` on Monday ends on Tuesday. So a holiday closes the
windows that start on it, and leaves a shift that began the evening before to its end. The more exact rule of a day wins:
special date, holiday date, special day of every year, holiday of every year, week.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from kapok.kernel.hours.errors import WrongShape
from kapok.kernel.hours.typed import (
    MIDNIGHT,
    Windows,
    YearDay,
    exists,
    mapping,
    parse_day,
    parse_windows,
    parse_zone,
    sequence,
    write_windows,
)
from kapok.kernel.text import Text

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIELDS = ("zone", "week", "always", "holidays", "special")

_ALL_DAY: Windows = ((0, MIDNIGHT),)
_A_FLAG = Text(zh="true 或 false", en="true or false")
_NOTHING = Text(
    zh="空（always 已表示全天候），请删去其一", en="left out beside 'always', which is the whole week; keep one of them"
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The rules, read and checked; says nothing yet about instants."""

    zone: ZoneInfo
    week: tuple[Windows, ...]
    dated: Mapping[date, Windows]
    yearly: Mapping[YearDay, Windows]

    @classmethod
    def parse(cls, spec: Mapping[str, Any]) -> Calendar:
        """Read `spec`; raises a `CalendarError` that names the field and the remedy."""
        typed = mapping(spec, "calendar", FIELDS)
        rules: dict[date | YearDay, Windows] = {}
        for n, day in enumerate(sequence(typed.get("holidays"), "holidays")):
            rules[parse_day(day, f"holidays[{n}]")] = ()
        for day, windows in mapping(typed.get("special"), "special").items():
            rules[parse_day(day, f"special.{day}")] = parse_windows(windows, f"special.{day}")
        return cls(
            zone=parse_zone(typed.get("zone", "UTC")),
            week=_week(typed),
            dated={day: windows for day, windows in rules.items() if isinstance(day, date)},
            yearly={day: windows for day, windows in rules.items() if not isinstance(day, date)},
        )

    @property
    def is_always(self) -> bool:
        """Whether this calendar never closes."""
        return not self.dated and not self.yearly and all(_is_all_day(windows) for windows in self.week)

    @property
    def is_finite(self) -> bool:
        """Whether nothing recurs, so that all working time lies on dated days."""
        return not any(self.week) and not any(self.yearly.values())

    def exceptions(self, first: date, last: date) -> dict[date, Windows]:
        """The days from `first` to `last`, both included, that differ from the week."""
        recurring = {
            date(year, *day): windows
            for year in range(first.year, last.year + 1)
            for day, windows in self.yearly.items()
            if exists(year, day)
        }
        return {day: windows for day, windows in {**recurring, **self.dated}.items() if first <= day <= last}

    def spec(self) -> dict[str, Any]:
        """The canonical form: parsing it gives this calendar again, and calendars typed differently but alike share it."""
        rules = {day.isoformat(): windows for day, windows in self.dated.items()}
        rules.update((f"{month:02}-{day:02}", windows) for (month, day), windows in self.yearly.items())
        return {
            "zone": self.zone.key,
            "week": {name: write_windows(day) for name, day in zip(DAYS, self.week, strict=True) if day},
            "holidays": sorted(day for day, windows in rules.items() if not windows),
            "special": {day: write_windows(windows) for day, windows in sorted(rules.items()) if windows},
        }


def _week(typed: Mapping[str, Any]) -> tuple[Windows, ...]:
    always = typed.get("always", False)
    if not isinstance(always, bool):
        raise WrongShape(field="always", value=always, wanted=_A_FLAG)
    if not always:
        week = mapping(typed.get("week"), "week", DAYS)
        return tuple(parse_windows(week.get(day), f"week.{day}") for day in DAYS)
    if typed.get("week"):
        raise WrongShape(field="week", value=typed["week"], wanted=_NOTHING)
    return (_ALL_DAY,) * len(DAYS)


def _is_all_day(windows: Windows) -> bool:
    seams = [later[0] == earlier[1] for earlier, later in pairwise(windows)]
    return bool(windows) and windows[0][0] == 0 and windows[-1][1] == MIDNIGHT and all(seams)
