"""The clock: when something is due, and how much of its time has gone.

All reckoning is exact to the microsecond, in UTC, through the windows of `hours`. Moments may be given in any zone and come
back in UTC. The forms for whole columns are in `columns`; the counting of days is in `days`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from kapok.kernel.hours.errors import NegativeAllowance, OutsideHorizon, StillPaused
from kapok.kernel.hours.grown import FIRST_YEAR, LAST_YEAR
from kapok.kernel.hours.hours import Hours
from kapok.kernel.hours.instants import EARLIEST, LATEST, as_utc
from kapok.kernel.hours.pauses import Interval, Measure, Pause, merged
from kapok.kernel.hours.timeline import Timeline

ZERO = timedelta()


def due(
    start: datetime,
    allowance: timedelta,
    hours: Hours,
    pauses: Sequence[Pause] = (),
    measure: Measure = Measure.WORKING,
) -> datetime:
    """The first moment, in UTC, by which `allowance` of working time has passed since `start`, pauses left out.

    Outside of working time the clock starts at the next opening; so does an allowance of zero. What ends exactly at closing
    is due at closing, not at the next opening. A pause that begins before the moment otherwise due moves it on: by its
    working time, or by all of its length as working time (`Measure.WALL`), so that no due time falls outside of the hours.

    Raises `NaiveMoment`, `NegativeAllowance`, `NoWorkingTime`, `OutsideHorizon`, `ReversedPause`, and `StillPaused` when a
    pause without an end begins before the moment otherwise due.
    """
    if pauses:
        return _due_around(merged(pauses, as_utc(start, "start")), start, allowance, hours, measure)
    if start.tzinfo is not UTC:
        start = as_utc(start, "start")
    windows = hours.timeline.table
    if allowance < ZERO or start < windows.first:
        return _due_anywhere(start, allowance, hours.timeline)
    at = bisect_right(windows.opens, start) - 1
    try:
        if start > windows.closes[at]:
            at += 1
            start = windows.opens[at]
        worked = start - windows.bases[at] + allowance
        return windows.bases[bisect_left(windows.sums, worked, at)] + worked
    except (IndexError, OverflowError):
        return _due_anywhere(start, allowance, hours.timeline)


def due_back(end: datetime, allowance: timedelta, hours: Hours) -> datetime:
    """The last moment, in UTC, from which `allowance` of working time is left until `end`: `due` backwards.

    Outside of working time it counts from the last closing; what begins exactly at opening stays at opening. Raises as `due`.
    """
    end = as_utc(end, "end")
    _check(allowance)
    timeline = hours.timeline
    if not allowance:
        return timeline.open_until(end)
    return timeline.leave(timeline.worked(end) - allowance)


def elapsed(
    start: datetime,
    end: datetime,
    hours: Hours,
    pauses: Sequence[Pause] = (),
    measure: Measure = Measure.WORKING,
) -> timedelta:
    """Working time from `start` to `end`, pauses left out; zero when `end` is not after `start`.

    Raises `NaiveMoment`, `OutsideHorizon` or `ReversedPause`.
    """
    if start.tzinfo is not UTC or end.tzinfo is not UTC:
        start, end = as_utc(start, "start"), as_utc(end, "end")
    if end <= start:
        return ZERO
    windows = hours.timeline.table
    if start < windows.first or windows.last < end:
        windows = hours.timeline.covering(start, end)
    first = bisect_right(windows.opens, start) - 1
    last = bisect_right(windows.opens, end, first) - 1
    begun, closing = windows.closes[first], windows.closes[last]
    passed = (end if end < closing else closing) - windows.bases[last]
    passed -= (start if start < begun else begun) - windows.bases[first]
    return max(passed - _held(pauses, start, end, hours.timeline, measure), ZERO) if pauses else passed


def taken(pause: Interval, timeline: Timeline, measure: Measure) -> timedelta:
    """What one pause takes off the clock."""
    begins, ends = pause
    return ends - begins if measure is Measure.WALL else timeline.worked(ends) - timeline.worked(begins)


def extended(due_at: datetime, pauses: Sequence[Interval], timeline: Timeline, measure: Measure) -> datetime:
    """`due_at` moved on, in working time, by each of the merged `pauses` that begins before it. Raises `StillPaused`."""
    for pause in pauses:
        if due_at <= pause[0]:
            break
        if pause[1] == LATEST:
            raise StillPaused(since=pause[0])
        if more := taken(pause, timeline, measure):
            due_at = timeline.reach(timeline.worked(due_at) + more)
    return due_at


def _due_anywhere(start: datetime, allowance: timedelta, timeline: Timeline) -> datetime:
    """What `due` says where its quick way ends: at the edge of what is worked out, and at a refusal."""
    _check(allowance)
    opening = timeline.open_from(start)
    return timeline.reach(timeline.worked(opening) + allowance) if allowance else opening


def _held(pauses: Sequence[Pause], start: datetime, end: datetime, timeline: Timeline, measure: Measure) -> timedelta:
    return sum((taken(pause, timeline, measure) for pause in merged(pauses, start, end)), ZERO)


def _due_around(
    pauses: Sequence[Interval], start: datetime, allowance: timedelta, hours: Hours, measure: Measure
) -> datetime:
    due_at = due(start, allowance, hours)
    if allowance:
        return extended(due_at, pauses, hours.timeline, measure)
    for begins, ends in pauses:
        if begins <= due_at < ends:
            if ends == LATEST:
                raise StillPaused(since=begins)
            due_at = hours.timeline.open_from(ends)
    return due_at


def _check(allowance: timedelta) -> None:
    if allowance < ZERO:
        raise NegativeAllowance(field="allowance", value=allowance)
    if allowance > LATEST - EARLIEST:
        raise OutsideHorizon(first=FIRST_YEAR, last=LAST_YEAR)
