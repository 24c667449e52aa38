"""The clock over whole columns: int64 microseconds since the Unix epoch in UTC, in and out.

Each result equals that of the scalar function to the microsecond. A single value beside a column stands for a column of it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from kapok.kernel.hours.errors import NegativeAllowance, NotMicroseconds
from kapok.kernel.hours.hours import Hours
from kapok.kernel.hours.instants import moment
from kapok.kernel.hours.timeline import Timeline
from kapok.kernel.hours.windows import Windows
from kapok.kernel.hours.zones import Instants

_BLOCK = 1 << 15  # values at a time, so that everything in between stays in the processor's cache


def due_many(starts: npt.ArrayLike, allowances: npt.ArrayLike, hours: Hours) -> Instants:
    """`due` for each start and allowance, both in microseconds. Raises as `due`, and `NotMicroseconds`."""
    columns = micros_of(starts, "starts"), micros_of(allowances, "allowances")
    return _by_block(lambda start, allowance: _due(start, allowance, hours.timeline), *columns)


def elapsed_many(starts: npt.ArrayLike, ends: npt.ArrayLike, hours: Hours) -> Instants:
    """`elapsed` for each start and end, in microseconds. Raises `NotMicroseconds` or `OutsideHorizon`."""
    columns = micros_of(starts, "starts"), micros_of(ends, "ends")
    return _by_block(
        lambda start, end: (_worked(end, hours.timeline) - _worked(start, hours.timeline)).clip(min=0), *columns
    )


def worked_many(instants: npt.ArrayLike, hours: Hours) -> Instants:
    """Working microseconds from 1 January 2020 UTC to each instant, below zero before it.

    Their differences are elapsed working time, so sums over adjoining intervals add up to the whole exactly. Raises
    `NotMicroseconds` or `OutsideHorizon`.
    """
    return _by_block(lambda column: _worked(column, hours.timeline), micros_of(instants, "instants"))


def micros_of(values: npt.ArrayLike, field: str) -> Instants:
    """`values` as one column of int64; raises `NotMicroseconds` for anything that would have to be rounded or guessed."""
    column = np.atleast_1d(values)
    if column.ndim > 1 or (column.size and column.dtype.kind != "i"):
        raise NotMicroseconds(field=field, value=f"{column.ndim} x {column.dtype}")
    return column.astype(np.int64, copy=False)


def covering(timeline: Timeline, column: Instants) -> Windows:
    """The windows, complete from the least to the greatest of `column`. Raises `OutsideHorizon`."""
    return timeline.covering(moment(int(column.min())), moment(int(column.max())))


def _due(start: Instants, allowance: Instants, timeline: Timeline) -> Instants:
    if (least := int(allowance.min())) < 0:
        raise NegativeAllowance(field="allowances", value=timedelta(microseconds=least))
    windows = covering(timeline, start)
    columns = windows.columns
    at = columns.by_opening.count(start) - 1
    closes = columns.closes[at]
    worked = np.minimum(start, closes) - columns.bases[at] + allowance
    at += start > closes
    while (reached := np.maximum(columns.by_sum.count(worked - 1) - 1, at)).max() == columns.opens.size:
        windows = timeline.later(windows)
        columns = windows.columns
    due_at: Instants = columns.bases[reached] + worked
    return due_at


def _worked(column: Instants, timeline: Timeline) -> Instants:
    windows = covering(timeline, column).columns
    at = windows.by_opening.count(column) - 1
    worked: Instants = np.minimum(column, windows.closes[at]) - windows.bases[at]
    return worked


def _by_block(function: Callable[..., Instants], *columns: Instants) -> Instants:
    columns = tuple(np.broadcast_arrays(*columns))
    out = np.empty(columns[0].shape, np.int64)
    for start in range(0, out.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        out[block] = function(*(column[block] for column in columns))
    return out
