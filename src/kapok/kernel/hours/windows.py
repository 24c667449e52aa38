"""A calendar worked out into instants: every working window of some years, with sums, ready for binary search.

Let W(t) be the working time from `ORIGIN` to t (below zero before it). Within window i, W(t) = t - bases[i], where
`bases[i]` is the opening less all working time before it. So the whole clock is two searches and two additions: from an
instant to W through `opens`, and from W back to an instant through `sums`, the value of W at each closing.

The first entry is a window of no length before all others, so that every instant has a window that opened before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from kapok.kernel.hours.calendar import Calendar
from kapok.kernel.hours.grown import FIRST_YEAR, LAST_YEAR, ORIGIN_DAY
from kapok.kernel.hours.instants import DAY, EARLIEST, EPOCH, EPOCH_ORDINAL, LATEST, SECOND, micros
from kapok.kernel.hours.lookup import Lookup
from kapok.kernel.hours.zones import Instants, Offsets

ORIGIN = ORIGIN_DAY * DAY
"""The instant, in microseconds since the Unix epoch, at which worked time is zero: 1 January 2020 UTC."""

_MARGIN = 2  # days: a shift over midnight and the widest offset from UTC both fit twice
_WEEKDAY_OF_EPOCH = 3  # 1 January 1970 was a Thursday


@dataclass(frozen=True, slots=True)
class Pieces:
    """Working time in UTC, in order of opening; a window is in pieces where a change of offset cuts or repeats it."""

    days: Instants
    opens: Instants
    closes: Instants


@dataclass(frozen=True, slots=True)
class Columns:
    """The same windows in microseconds, with the means to search for many values at once."""

    opens: Instants
    closes: Instants
    bases: Instants
    sums: Instants
    by_opening: Lookup
    by_sum: Lookup


@dataclass(frozen=True, slots=True)
class Windows:
    """All windows that matter between `first` and `last`, as lists for one question and as columns for many."""

    first: datetime
    last: datetime
    opens: list[datetime]
    closes: list[datetime]
    bases: list[datetime]
    sums: list[timedelta]
    columns: Columns


def nothing() -> Windows:
    """No windows, known for no time at all: what a timeline holds before it is first asked."""
    return _summed(np.empty(0, np.int64), np.empty(0, np.int64), LATEST, EARLIEST)


def round_the_clock() -> Windows:
    """One window without a seam, for a calendar that never closes."""
    return _summed(np.array([micros(EARLIEST)]), np.array([micros(LATEST)]), EARLIEST, LATEST)


def of_dated_days(calendar: Calendar) -> Windows:
    """All the windows there will ever be, for a calendar in which nothing recurs."""
    return _summed(*_merged(compile_pieces(calendar, *dated_span(calendar))), EARLIEST, LATEST)


def dated_span(calendar: Calendar) -> tuple[int, int]:
    """The days since the epoch `[first, last)` that hold all dated windows of `calendar` within the horizon."""
    known = [day for day, windows in calendar.dated.items() if windows and FIRST_YEAR <= day.year < LAST_YEAR]
    days = [day.toordinal() - EPOCH_ORDINAL for day in known]
    return (min(days) - 1, max(days) + 2) if days else (ORIGIN_DAY, ORIGIN_DAY)


def compile_windows(calendar: Calendar, first_day: int, last_day: int) -> Windows:
    """The windows of `calendar` over the days since the epoch `[first_day, last_day)`, complete but for two at each end."""
    first, last = (EPOCH + timedelta(days=day) for day in (first_day + _MARGIN, last_day - _MARGIN))
    return _summed(*_merged(compile_pieces(calendar, first_day, last_day)), first, last)


def compile_pieces(calendar: Calendar, first_day: int, last_day: int) -> Pieces:
    """What of `calendar` falls on the local days `[first_day, last_day)`, in UTC."""
    days, opens, closes = _on_the_wall(calendar, first_day, last_day)
    offsets = Offsets.between(calendar.zone, first_day, last_day)
    ends = np.append(offsets.starts[1:], np.iinfo(np.int64).max // 2)
    parts = []
    for start, end, shift in zip(offsets.starts.tolist(), ends.tolist(), offsets.shifts.tolist(), strict=True):
        near = slice(*np.searchsorted(opens, [start + shift - DAY, end + shift]))
        begins, finishes = np.maximum(opens[near] - shift, start), np.minimum(closes[near] - shift, end)
        kept = finishes > begins
        parts.append((days[near][kept], begins[kept], finishes[kept]))
    return Pieces(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _merged(pieces: Pieces) -> tuple[Instants, Instants]:
    """Openings and closings, with what touches or overlaps made one: round the clock has no seams."""
    closes = np.maximum.accumulate(pieces.closes)
    opens_anew = np.append(True, pieces.opens[1:] > closes[:-1])[: closes.size]
    return pieces.opens[opens_anew], closes[np.roll(opens_anew, -1)]


def _on_the_wall(calendar: Calendar, first_day: int, last_day: int) -> tuple[Instants, Instants, Instants]:
    """Day, opening and closing of each window in wall time, in order of opening."""
    exceptions = calendar.exceptions(_date(first_day), _date(last_day - 1))
    dated = {day.toordinal() - EPOCH_ORDINAL: windows for day, windows in exceptions.items()}
    regular = np.setdiff1d(np.arange(first_day, last_day), np.array(list(dated), np.int64))
    weekdays = (regular + _WEEKDAY_OF_EPOCH) % 7
    rules = [(regular[weekdays == weekday], windows) for weekday, windows in enumerate(calendar.week)]
    rules += [(np.array([day]), windows) for day, windows in dated.items()]
    rows = [_rows(days, opens, closes) for days, windows in rules for opens, closes in windows]
    table = np.concatenate([np.empty((3, 0), np.int64), *rows], axis=1)
    days, opens, closes = table[:, np.argsort(table[1], kind="stable")]
    return days, opens, closes


def _rows(days: Instants, opens: int, closes: int) -> Instants:
    """The same window on each of `days`: day, opening and closing."""
    return np.stack([days, days * DAY + opens * SECOND, days * DAY + closes * SECOND])


def _date(day: int) -> date:
    return date.fromordinal(day + EPOCH_ORDINAL)


def _summed(opens: Instants, closes: Instants, first: datetime, last: datetime) -> Windows:
    opens, closes = (np.insert(column, 0, micros(EARLIEST)) for column in (opens, closes))
    sums = np.cumsum(closes - opens)
    bases = closes - sums
    at_origin = np.searchsorted(opens, ORIGIN, side="right") - 1
    before_origin = min(ORIGIN, closes[at_origin]) - bases[at_origin]
    bases, sums = bases + before_origin, sums - before_origin
    return Windows(
        first=first,
        last=last,
        opens=_moments(opens),
        closes=_moments(closes),
        bases=_moments(bases),
        sums=[timedelta(microseconds=worked) for worked in sums.tolist()],
        columns=Columns(opens, closes, bases, sums, Lookup(opens), Lookup(np.insert(sums, 0, micros(EARLIEST)))),
    )


def _moments(instants: Instants) -> list[datetime]:
    return [EPOCH + timedelta(microseconds=instant) for instant in instants.tolist()]
