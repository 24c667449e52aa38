"""The clock over whole columns: int64 microseconds since the Unix epoch in UTC, in and out.

Each result equals that of the scalar function to the microsecond. Columns of one length, or one value beside a column, are
matched as numpy does it.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import numpy.typing as npt

from kapok.kernel.hours.errors import NegativeAllowance, NotMicroseconds
from kapok.kernel.hours.hours import Hours
from kapok.kernel.hours.instants import moment
from kapok.kernel.hours.timeline import Timeline
from kapok.kernel.hours.windows import Windows
from kapok.kernel.hours.zones import Instants


def due_many(starts: npt.ArrayLike, allowances: npt.ArrayLike, hours: Hours) -> Instants:
    """`due` for each start and allowance, both in microseconds. Raises as `due`, and `NotMicroseconds`."""
    starts, allowances = np.broadcast_arrays(micros_of(starts, "starts"), micros_of(allowances, "allowances"))
    if not starts.size:
        return np.empty(starts.shape, np.int64)
    if (least := allowances.min()) < 0:
        raise NegativeAllowance(field="allowances", value=f"{least} µs")
    opens, closes, bases, sums = covering(hours.timeline, starts).columns
    at = np.searchsorted(opens, starts, side="right") - 1
    closed = starts > closes[at]
    worked = np.minimum(starts, closes[at]) - bases[at] + allowances
    _, _, bases, sums = hours.timeline.reaching(timedelta(microseconds=int(worked.max()))).columns
    due_at: Instants = bases[np.maximum(np.searchsorted(sums, worked, side="left"), at + closed)] + worked
    return due_at


def elapsed_many(starts: npt.ArrayLike, ends: npt.ArrayLike, hours: Hours) -> Instants:
    """`elapsed` for each start and end, in microseconds. Raises `NotMicroseconds` or `OutsideHorizon`."""
    passed = worked_many(ends, hours) - worked_many(starts, hours)
    return passed.clip(min=0)


def worked_many(instants: npt.ArrayLike, hours: Hours) -> Instants:
    """Working microseconds from 1 January 2020 UTC to each instant, below zero before it.

    Their differences are elapsed working time, so sums over adjoining intervals add up to the whole exactly. Raises
    `NotMicroseconds` or `OutsideHorizon`.
    """
    column = micros_of(instants, "instants")
    if not column.size:
        return column
    opens, closes, bases, _ = covering(hours.timeline, column).columns
    at = np.searchsorted(opens, column, side="right") - 1
    worked: Instants = np.minimum(column, closes[at]) - bases[at]
    return worked


def micros_of(values: npt.ArrayLike, field: str) -> Instants:
    """`values` as int64; raises `NotMicroseconds` for anything that would have to be rounded or guessed."""
    column = np.asarray(values)
    if column.dtype.kind != "i" and column.size:
        raise NotMicroseconds(field=field, value=column.dtype)
    return column.astype(np.int64, copy=False)


def covering(timeline: Timeline, column: Instants) -> Windows:
    """The windows, complete from the least to the greatest of `column`."""
    return timeline.covering(moment(int(column.min())), moment(int(column.max())))
