"""The time of each row, in whole microseconds since the Unix epoch UTC, and the rows whose time cannot be known.

Whole columns at a time. A time without a zone is taken in the zone that the map gives: at its first pass in a repeated hour; in a
skipped hour it never was, and the row is refused.
"""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kapok.batch.audit.intake import timestamps, words
from kapok.batch.audit.intake.timestamps import EARLIEST, LATEST, Instants, Mask, read, valid
from kapok.batch.audit.map import TimeColumn
from kapok.batch.audit.refused import Reason
from kapok.kernel.hours.instants import DAY
from kapok.kernel.hours.zones import Offsets

Faults = npt.NDArray[np.int8]

REASONS = tuple(Reason)


def code(reason: Reason) -> int:
    """The small number that stands for `reason` in a column of faults; 0 is no fault."""
    return REASONS.index(reason) + 1


def moments(table: pa.Table, column: TimeColumn, missing: tuple[str, ...]) -> tuple[Instants, Faults]:
    """The instant of each row, and the fault code of each (0: none; the instant of a faulty row means nothing)."""
    written = _written(table, column)
    absent = _absent(written, missing)
    if absent.any():
        written = pc.if_else(pa.array(~absent), written, pa.scalar(None, written.type))
    wall = read(written, column.format)
    faults = np.zeros(len(written), np.int8)
    at = wall.at
    if not wall.utc.all():
        at = at.copy()
        local = wall.read & ~wall.utc & _in_range(at)
        at[local], faults[local] = _localised(at[local], table, local, column)
    if len(at) and not EARLIEST <= at.min() <= at.max() < LATEST:
        faults[~_in_range(at)] = code(Reason.TIME_OUT_OF_RANGE)
    faults[~wall.read] = code(Reason.UNPARSABLE_TIME)
    faults[absent] = code(Reason.MISSING_TIME)
    return at, faults


def _written(table: pa.Table, column: TimeColumn) -> pa.Array:
    first = words.flat(table.column(column.column[0]))
    if len(column.column) == 1 and (timestamps.is_time(first.type) or timestamps.is_number(first.type)):
        return first
    return pc.binary_join_element_wise(*(words.texts(table.column(name), name) for name in column.column), " ")


def _absent(written: pa.Array, missing: tuple[str, ...]) -> Mask:
    if not pa.types.is_string(written.type):
        return ~valid(written)
    absent: Mask = words.blank(written, missing).to_numpy(zero_copy_only=False)
    return absent


def _in_range(at: Instants) -> Mask:
    return (at >= EARLIEST) & (at < LATEST)


def _localised(at: Instants, table: pa.Table, rows: Mask, column: TimeColumn) -> tuple[Instants, Faults]:
    """Wall times `at` (those of `rows`) in their zones."""
    if column.zone_column is None:
        return _in_zone(at, column.zone)
    named = words.encoded(table.column(column.zone_column).filter(pa.array(rows)), column.zone_column, ())
    codes = pc.fill_null(named.indices, -1).to_numpy(zero_copy_only=False)
    faults = np.zeros(len(at), np.int8)
    for index in np.unique(codes):
        here = codes == index
        name = column.zone if index < 0 else named.dictionary[int(index)].as_py()
        at[here], faults[here] = _in_zone(at[here], name)
    return at, faults


def _in_zone(at: Instants, name: str | None) -> tuple[Instants, Faults]:
    if name is None:
        return at, np.full(len(at), code(Reason.TIME_WITHOUT_ZONE), np.int8)
    zone = _zone(name)
    if zone is None:
        return at, np.full(len(at), code(Reason.UNKNOWN_ZONE), np.int8)
    if not len(at):
        return at, np.zeros(0, np.int8)
    utc, skipped = _to_utc(at, zone)
    return utc, np.where(skipped, code(Reason.NONEXISTENT_TIME), 0).astype(np.int8)


def _to_utc(wall: Instants, zone: ZoneInfo) -> tuple[Instants, Mask]:
    low, high = int(wall.min()), int(wall.max())
    offsets = Offsets.between(zone, low // DAY, high // DAY + 1)
    first, last = np.searchsorted(offsets.starts, [low - DAY, high + DAY], side="right") - 1
    if first == last:  # no change of offset near: one shift for all
        return wall - offsets.shifts[first], np.zeros(len(wall), np.bool_)
    utc = offsets.to_utc(wall, np.zeros(len(wall), np.bool_))
    return utc, offsets.to_wall(utc) != wall


@lru_cache(maxsize=1_000)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name.strip())
    except (OSError, ValueError, KeyError):
        return None
