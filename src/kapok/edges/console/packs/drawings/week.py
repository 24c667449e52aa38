"""The week of a calendar: on which hours of each day it is open, and the days that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from kapok.kernel.hours import Hours
from kapok.kernel.hours.calendar import DAYS
from kapok.kernel.promises import Pack
from kapok.kernel.text import Text

WEEKDAYS = {
    "mon": Text(zh="周一", en="Mon"),
    "tue": Text(zh="周二", en="Tue"),
    "wed": Text(zh="周三", en="Wed"),
    "thu": Text(zh="周四", en="Thu"),
    "fri": Text(zh="周五", en="Fri"),
    "sat": Text(zh="周六", en="Sat"),
    "sun": Text(zh="周日", en="Sun"),
}
DAY = 24 * 60


@dataclass(frozen=True)
class Bar:
    """A stretch of the width, in percent."""

    x: str
    width: str


@dataclass(frozen=True)
class Day:
    """One day of the week: its windows in words and as bars. What runs past midnight is drawn on the day it begins and the next."""

    name: Text
    words: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Week:
    """A calendar as it is drawn."""

    code: str
    zone: str
    version: str
    days: Sequence[Day]
    holidays: Sequence[tuple[str, Sequence[str]]]
    """By year; those of every year under no year."""
    special: Sequence[tuple[str, str]]
    """Days with windows of their own."""


def weeks(pack: Pack) -> list[Week]:
    """The calendars of a pack."""
    return [week(name, pack.calendar(name)) for name in pack.calendars]


def week(code: str, hours: Hours) -> Week:
    """One calendar."""
    spec = hours.spec
    windows = [spec["week"].get(day, []) for day in DAYS]
    days = [
        Day(WEEKDAYS[name], _words(windows[place]), list(_bars(windows[place], windows[place - 1])))
        for place, name in enumerate(DAYS)
    ]
    special = [(day, _words(each)) for day, each in spec["special"].items()]
    return Week(code, hours.zone.key, hours.version, days, _by_year(spec["holidays"]), special)


def _bars(today: Sequence[Sequence[str]], yesterday: Sequence[Sequence[str]]) -> Iterator[Bar]:
    for opens, closes in map(_minutes, today):
        yield _bar(opens, min(closes, DAY))
    for _, closes in map(_minutes, yesterday):
        if closes > DAY:
            yield _bar(0, closes - DAY)


def _bar(opens: int, closes: int) -> Bar:
    return Bar(f"{opens * 100 / DAY:.2f}%", f"{(closes - opens) * 100 / DAY:.2f}%")


def _minutes(window: Sequence[str]) -> tuple[int, int]:
    opens, closes = (int(words[:2]) * 60 + int(words[3:5]) for words in window)
    return opens, closes if closes > opens else closes + DAY


def _words(windows: Sequence[Sequence[str]]) -> str:
    return ", ".join(f"{opens[:5]}–{closes[:5]}" for opens, closes in windows)


def _by_year(days: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Holidays as month and day under their year."""
    dated = sorted((day[:-6] if len(day) > 5 else "", day[-5:]) for day in days)
    return [(year, [day for _, day in group]) for year, group in groupby(dated, key=lambda each: each[0])]
