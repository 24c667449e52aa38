"""Reading what somebody typed into a calendar: times, windows, days, zones. Each refusal names the field and the remedy."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from kapok.kernel.hours.errors import (
    BadDate,
    BadTime,
    EmptyWindow,
    OverlappingWindows,
    UnknownField,
    UnknownZone,
    WrongShape,
)
from kapok.kernel.text import Text

MIDNIGHT = 86_400
"""The end of a day, in seconds after its local midnight."""

Window = tuple[int, int]
"""Seconds after local midnight, `[from, to)`; `to` is above 86,400 where the window runs into the next day."""

Windows = tuple[Window, ...]

YearDay = tuple[int, int]
"""Month and day of a date that recurs every year."""

_TIME = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_LEAP_YEAR = 2000
_A_LIST = Text(zh="列表", en="a list")
_A_MAPPING = Text(zh="映射", en="a mapping")
_A_PAIR = Text(zh='一对时刻，如 ["08:30", "12:00"]', en='a pair of times such as ["08:30", "12:00"]')


def parse_time(value: object, field: str) -> int:
    """Seconds after midnight of "HH:MM" or "HH:MM:SS", up to "24:00"; raises `BadTime`."""
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise BadTime(field=field, value=value)
    hour, minute, second = (int(part or 0) for part in match.groups())
    seconds = hour * 3600 + minute * 60 + second
    if seconds > MIDNIGHT:
        raise BadTime(field=field, value=value)
    return seconds


def write_time(seconds: int) -> str:
    """The time of day as "HH:MM", or "HH:MM:SS" where the seconds matter; the inverse of `parse_time`."""
    hour, rest = divmod(seconds, 3600)
    minute, second = divmod(rest, 60)
    return f"{hour:02}:{minute:02}:{second:02}" if second else f"{hour:02}:{minute:02}"


def parse_windows(value: object, field: str) -> Windows:
    """The windows of one day, in order. Raises a `CalendarError` for a bad, empty or overlapping one."""
    windows = sorted(_window(pair, f"{field}[{n}]") for n, pair in enumerate(sequence(value, field)))
    for earlier, later in pairwise(windows):
        if later[0] < earlier[1]:
            raise OverlappingWindows(field=field, earlier=_span(earlier), later=_span(later))
    return tuple(windows)


def write_windows(windows: Windows) -> list[list[str]]:
    """The windows of one day as they are typed; the inverse of `parse_windows`."""
    return [[write_time(opens), write_closing(closes)] for opens, closes in windows]


def write_closing(seconds: int) -> str:
    """The end of a window as it is typed: a time of the next day where it is past midnight."""
    return write_time(seconds if seconds <= MIDNIGHT else seconds - MIDNIGHT)


def parse_zone(value: object) -> ZoneInfo:
    """The IANA zone of that name; raises `UnknownZone` with the nearest name there is."""
    try:
        return ZoneInfo(value) if isinstance(value, str) and value else _unknown_zone(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        _unknown_zone(value)


def parse_day(value: object, field: str) -> date | YearDay:
    """A date from "YYYY-MM-DD", or month and day of every year from "MM-DD"; raises `BadDate`."""
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    typed = value.strip() if isinstance(value, str) else ""
    try:
        if len(typed) == len("MM-DD"):
            every_year = date.fromisoformat(f"{_LEAP_YEAR}-{typed}")
            return every_year.month, every_year.day
        return date.fromisoformat(typed)
    except ValueError:
        raise BadDate(field=field, value=value) from None


def exists(year: int, day: YearDay) -> bool:
    """Whether `year` has that day: 29 February only comes in leap years."""
    return day != (2, 29) or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))


def sequence(value: object, field: str) -> Sequence[Any]:
    """`value` as a list, empty when it was left out; raises `WrongShape`."""
    if value is None:
        return ()
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise WrongShape(field=field, value=value, wanted=_A_LIST)
    return value


def mapping(value: object, field: str, known: Iterable[str] | None = None) -> Mapping[Any, Any]:
    """`value` as a mapping, empty when it was left out; raises `WrongShape`, or `UnknownField` for a key not `known`."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise WrongShape(field=field, value=value, wanted=_A_MAPPING)
    names = tuple(value if known is None else known)
    for key in value:
        if key not in names:
            raise UnknownField(field=f"{field}.{key}", known=", ".join(names))
    return value


def _window(value: object, field: str) -> Window:
    pair = sequence(value, field)
    if len(pair) != 2:
        raise WrongShape(field=field, value=value, wanted=_A_PAIR)
    opens, closes = (parse_time(part, field) for part in pair)
    if opens == MIDNIGHT:
        raise BadTime(field=field, value=pair[0])
    if opens == closes:
        raise EmptyWindow(field=field, value=pair[0])
    return opens, closes if opens < closes else closes + MIDNIGHT


def _span(window: Window) -> str:
    return f"{write_time(window[0])}-{write_closing(window[1])}"


def _unknown_zone(value: object) -> NoReturn:
    near = difflib.get_close_matches(str(value), sorted(zoneinfo.available_timezones()), n=1)
    raise UnknownZone(field="zone", value=value, example=(near or ["Asia/Shanghai"])[0]) from None
