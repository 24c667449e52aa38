"""Counting working days by a policy. Days and months of the ordinary calendar are in `wall`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kapok.kernel.hours.clock import extended
from kapok.kernel.hours.hours import Hours
from kapok.kernel.hours.instants import DAY, as_utc, moment
from kapok.kernel.hours.pauses import Measure, Pause, merged
from kapok.kernel.hours.policy import CLOSING, SNAP, ClosedStart, DayPolicy, Landing
from kapok.kernel.hours.zones import utc_of, wall_of


def add_days(
    start: datetime,
    n: int,
    hours: Hours,
    policy: DayPolicy = SNAP,
    *,
    pauses: Sequence[Pause] = (),
    measure: Measure = Measure.WORKING,
) -> datetime:
    """The moment, in UTC, that ends the n-th working day after `start` (before it, for n below zero), by `policy`.

    Pauses are added when the days have been counted: each one that begins before the moment otherwise due moves it on, in
    working time. Raises `NaiveMoment`, `NoWorkingTime`, `OutsideHorizon`, `ReversedPause` or `StillPaused`.
    """
    start = as_utc(start, "start")
    wall, second_pass = wall_of(start, hours.zone)
    day, time = _day_zero(*divmod(wall, DAY), n, hours, policy)
    ended = _end(_last_day(day, n, hours, policy), time, hours, policy, n=n, second_pass=second_pass)
    return extended(ended, merged(pauses, start), hours.timeline, measure)


def _day_zero(day: int, time: int, n: int, hours: Hours, policy: DayPolicy) -> tuple[int, int]:
    """The day from which days are counted and the time of the start on it, once a late or closed start has been moved."""
    if hours.workdays.includes(day):
        moves = n >= 0 and policy.latest is not None and time > policy.latest
    else:
        moves = policy.closed_start is ClosedStart.ROLL
    if not moves:
        return day, time
    return hours.workdays.step(day, 1 if n >= 0 else -1), time if policy.moved_to is None else policy.moved_to


def _last_day(day: int, n: int, hours: Hours, policy: DayPolicy) -> int:
    if policy.counts_start_day and n and hours.workdays.includes(day):
        n -= 1 if n > 0 else -1
    return hours.workdays.step(day, n) if n else day


def _end(day: int, time: int, hours: Hours, policy: DayPolicy, *, n: int, second_pass: bool) -> datetime:
    """Where `day` ends for a clock that started at `time`."""
    if policy.ends_at == CLOSING:
        working = hours.workdays.includes(day)
        return moment(hours.workdays.closing(day if working else hours.workdays.step(day, 1 if n >= 0 else -1)))
    if policy.end_of_day is not None:
        return utc_of(day * DAY + policy.end_of_day, hours.zone)
    ended = utc_of(day * DAY + time, hours.zone, second_pass=second_pass)
    if policy.landing is Landing.KEEP:
        return ended
    return hours.timeline.open_from(ended) if n >= 0 else hours.timeline.open_until(ended)
