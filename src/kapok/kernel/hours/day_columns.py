"""Counting working days over whole columns: int64 microseconds since the Unix epoch in UTC, in and out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kapok.kernel.hours.columns import covering, micros_of
from kapok.kernel.hours.hours import Hours
from kapok.kernel.hours.instants import DAY
from kapok.kernel.hours.policy import CLOSING, SNAP, ClosedStart, DayPolicy, Landing
from kapok.kernel.hours.timeline import Timeline
from kapok.kernel.hours.workdays import Workdays
from kapok.kernel.hours.zones import Instants, Offsets

Flags = npt.NDArray[np.bool_]


def add_days_many(starts: npt.ArrayLike, n: int, hours: Hours, policy: DayPolicy = SNAP) -> Instants:
    """`add_days` for each start, in microseconds, without pauses. Raises as `add_days`, and `NotMicroseconds`."""
    column = micros_of(starts, "starts")
    if not column.size:
        return column
    offsets = _offsets(hours, column // DAY)
    days, times = np.divmod(offsets.to_wall(column), DAY)
    days, times = _day_zero(days, times, n, hours.workdays, policy)
    days = _last_days(days, n, hours.workdays, policy)
    return _ends(days, times, offsets.is_second_pass(column), hours, policy, n=n)


def _day_zero(
    days: Instants, times: Instants, n: int, workdays: Workdays, policy: DayPolicy
) -> tuple[Instants, Instants]:
    """The day from which each start counts and its time on it, once the late and the closed ones have been moved."""
    working = _includes(days, workdays)
    moves = ~working if policy.closed_start is ClosedStart.ROLL else np.zeros(days.shape, np.bool_)
    if policy.latest is not None and n >= 0:
        moves |= working & (times > policy.latest)
    days = _step(days, np.where(moves, 1 if n >= 0 else -1, 0), workdays)
    return days, times if policy.moved_to is None else np.where(moves, policy.moved_to, times)


def _last_days(days: Instants, n: int, workdays: Workdays, policy: DayPolicy) -> Instants:
    steps = np.full(days.shape, n)
    if policy.counts_start_day and n:
        steps -= _includes(days, workdays) * (1 if n > 0 else -1)
    return _step(days, steps, workdays)


def _ends(days: Instants, times: Instants, second_pass: Flags, hours: Hours, policy: DayPolicy, *, n: int) -> Instants:
    """Where each of `days` ends for a clock that started at `times`."""
    if policy.ends_at == CLOSING:
        return _closings(days, n, hours.workdays)
    offsets = _offsets(hours, days)
    if policy.end_of_day is not None:
        return offsets.to_utc(days * DAY + policy.end_of_day, np.zeros(days.shape, np.bool_))
    ended = offsets.to_utc(days * DAY + times, second_pass)
    if policy.landing is Landing.KEEP:
        return ended
    return _open_from(ended, hours.timeline) if n >= 0 else _open_until(ended, hours.timeline)


def _includes(days: Instants, workdays: Workdays) -> Flags:
    table = workdays.covering(int(days.min()), int(days.max()))
    at = table.by_number.count(days) - 1
    includes: Flags = np.insert(table.numbers, 0, table.first - 1)[at] == days
    return includes


def _step(days: Instants, n: Instants, workdays: Workdays) -> Instants:
    """The n-th working day after each of `days`, or before it for n below zero; the day itself for zero."""
    moves = n != 0
    if not moves.any():
        return days
    before, n = days[moves], n[moves]
    table = workdays.covering(int(before.min()), int(before.max()))
    while True:
        at = table.by_number.count(before - (n < 0)) - 1 + n - (n > 0)
        if at.min() < 0:
            table = workdays.beyond(table, int(n.min()))
        elif at.max() >= table.numbers.size:
            table = workdays.beyond(table, int(n.max()))
        else:
            break
    stepped = days.copy()
    stepped[moves] = table.numbers[at]
    return stepped


def _closings(days: Instants, n: int, workdays: Workdays) -> Instants:
    steps = np.where(_includes(days, workdays), 0, 1 if n >= 0 else -1)
    days = _step(days, steps, workdays)
    table = workdays.table
    return table.closings[table.by_number.count(days) - 2]


def _open_from(column: Instants, timeline: Timeline) -> Instants:
    """Each instant, or the next opening where it is closed."""
    windows = covering(timeline, column)
    while windows.columns.closes[-1] < column.max():
        windows = timeline.later(windows)
    at = windows.columns.by_opening.count(column) - 1
    closed = column > windows.columns.closes[at]
    return np.where(closed, windows.columns.opens[at + closed], column)


def _open_until(column: Instants, timeline: Timeline) -> Instants:
    """Each instant, or the last closing where it is closed."""
    windows = covering(timeline, column)
    while windows.columns.opens[:2][-1] > column.min():
        windows = timeline.earlier(windows)
    closes = windows.columns.closes[windows.columns.by_opening.count(column) - 1]
    return np.minimum(column, closes)


def _offsets(hours: Hours, days: Instants) -> Offsets:
    return Offsets.between(hours.zone, int(days.min()) - 1, int(days.max()) + 2)
