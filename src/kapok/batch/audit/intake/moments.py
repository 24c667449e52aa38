"""The time of each row, in whole microseconds since the Unix epoch UTC, and the rows whose time cannot be known.

Whole columns at a time: a typed column is a view, an ISO text is one cast, any other format is DuckDB's `strptime`, which
refuses the thirtieth of February where the C library makes it the second of March. A time without a zone is taken in the
zone that the map gives: at its first pass in a repeated hour; in a skipped hour it never was, and the row is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kapok.batch.audit.intake import words
from kapok.batch.audit.map import EPOCH_UNITS, TimeColumn
from kapok.batch.audit.refused import Reason
from kapok.kernel.hours.grown import FIRST_YEAR, LAST_YEAR
from kapok.kernel.hours.instants import DAY
from kapok.kernel.hours.zones import Offsets

Instants = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Faults = npt.NDArray[np.int8]

REASONS = tuple(Reason)
# Ten years to spare, for the due times that are reckoned from these.
FIRST, LAST = FIRST_YEAR + 10, LAST_YEAR - 10
EARLIEST, LATEST = (int(np.datetime64(f"{year}", "us").astype(np.int64)) for year in (FIRST, LAST))

_OFFSET = r"^(?P<wall>.*\d)\s*(?:(?P<utc>Z|UTC|GMT)|(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})?)$"
_WALL = r"^\d{4}-\d{1,2}-\d{1,2}( \d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?$"
_HAS_CLOCK = r"\d:\d{2}"


def code(reason: Reason) -> int:
    """The small number that stands for `reason` in a column of faults; 0 is no fault."""
    return REASONS.index(reason) + 1


@dataclass(frozen=True)
class Wall:
    """Times as they were read: microseconds, whether they could be read, and whether they already are UTC."""

    at: Instants
    read: Mask
    utc: Mask


def moments(table: pa.Table, column: TimeColumn, missing: tuple[str, ...]) -> tuple[Instants, Faults]:
    """The instant of each row, and the fault code of each (0: none; the instant of a faulty row means nothing)."""
    written = _written(table, column)
    absent = _absent(written, missing)
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
    parts = [words.flat(table.column(name)) for name in column.column]
    if len(parts) == 1:
        return parts[0].dictionary_decode() if pa.types.is_dictionary(parts[0].type) else parts[0]
    named = [words.texts(part, name) for part, name in zip(parts, column.column, strict=True)]
    return pc.binary_join_element_wise(*named, " ")


def _absent(written: pa.Array, missing: tuple[str, ...]) -> Mask:
    textual = pa.types.is_string(written.type) or pa.types.is_large_string(written.type)
    absent: Mask = (words.blank(written.cast(pa.string()), missing) if textual else pc.is_null(written)).to_numpy(
        zero_copy_only=False
    )
    return absent


def _in_range(at: Instants) -> Mask:
    return (at >= EARLIEST) & (at < LATEST)


# How each kind of column is read.


def read(written: pa.Array, form: str | None) -> Wall:
    """Times as they are written, typed or as text by `form` (see `TimeColumn.format`), before any zone is applied."""
    kind = written.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _typed(written)
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if form in EPOCH_UNITS:
        return _epoch(written, lambda values: np.full(len(values), EPOCH_UNITS[form], np.float64))
    if numeric and form is None:
        return _epoch(written, _unit_by_size)
    texts = words.texts(written, "time")
    return _iso(texts) if form is None else _formatted(texts, form)


def _typed(written: pa.Array) -> Wall:
    """A column of timestamps or dates; nanoseconds are cut to microseconds, downward also before 1970."""
    zoned = pa.types.is_timestamp(written.type) and written.type.tz is not None
    if pa.types.is_date(written.type):
        written = written.cast(pa.timestamp("s"))
    unit = written.type.unit
    whole = _filled(written.view(pa.int64()))
    if unit == "ns":
        at = whole // 1_000
    else:
        factor = {"s": 1_000_000, "ms": 1_000, "us": 1}[unit]
        far = np.abs(whole) > LATEST // factor
        at = whole if factor == 1 else np.where(far, LATEST, whole * factor)
    return Wall(at, _valid(written), np.full(len(at), zoned))


def _epoch(written: pa.Array, units: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]) -> Wall:
    """Numbers since the Unix epoch; whole numbers stay exact."""
    if pa.types.is_string(written.type) or pa.types.is_large_string(written.type):
        written = _numbers(written)
    rough = _filled(written.cast(pa.float64(), safe=False)).astype(np.float64)
    factor = units(rough)
    near = np.abs(rough) * factor < LATEST
    if pa.types.is_integer(written.type):
        exact = _filled(written.cast(pa.int64(), safe=False))
        safe = np.where(near, exact, 0)
        at = np.where(factor >= 1, safe * np.maximum(factor, 1).astype(np.int64), safe // 1_000)
    else:
        at = np.floor(np.where(near, rough, 0) * factor + 0.5).astype(np.int64)
    at = np.where(near, at, LATEST)
    return Wall(at, _valid(written), np.full(len(at), True))


def _numbers(texts: pa.Array) -> pa.Array:
    column = pa.table({"written": pc.utf8_trim_whitespace(texts.cast(pa.string()))})
    whole = pc.all(pc.match_substring_regex(column.column(0), r"^[+-]?\d{1,18}$")).as_py()
    return _query(column, "try_cast(written as bigint)" if whole else "try_cast(written as double)")


def _unit_by_size(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Seconds up to the year 5138, then milliseconds, microseconds, nanoseconds: as large as a time of our days is in each."""
    size = np.abs(values)
    return np.select([size < 1e11, size < 1e14, size < 1e17], [1e6, 1e3, 1.0], 1e-3)


def _formatted(texts: pa.Array, form: str) -> Wall:
    if "%z" in form:
        texts = pc.replace_substring_regex(texts, r"(?:Z|UTC|GMT)\s*$", "+00:00")
    parsed = _query(pa.table({"written": texts}), "try_strptime(written, $form)", form=form)
    return _typed(parsed)


def _iso(texts: pa.Array) -> Wall:
    """ISO 8601: the whole column in one cast when it is all of one kind, else sorted out."""
    for kind in (pa.timestamp("us", "UTC"), pa.timestamp("us")):
        try:
            return _typed(pc.cast(texts, kind))
        except pa.ArrowInvalid:
            continue
    return _mixed(texts)


def _mixed(texts: pa.Array) -> Wall:
    """Year-first times of any kind side by side: with offset or without, with slashes, single digits, long fractions."""
    tidy = pc.replace_substring_regex(pc.utf8_trim_whitespace(texts), r"日", "")
    parts = pc.extract_regex(tidy, _OFFSET)
    zoned = pc.and_(pc.is_valid(parts), pc.match_substring_regex(tidy, _HAS_CLOCK))
    wall = pc.if_else(zoned, pc.struct_field(parts, "wall"), tidy)
    wall = pc.replace_substring_regex(wall, r"[年月/]", "-")
    wall = pc.replace_substring_regex(pc.replace_substring(wall, ",", "."), r"(\d)T(\d)", r"\1 \2")
    wall = pc.replace_substring_regex(wall, r"\s+", " ")
    wall = pc.if_else(pc.match_substring_regex(wall, _WALL), wall, pa.scalar(None, pa.string()))
    read = _typed(_query(pa.table({"written": wall}), "try_cast(written as timestamp)"))
    utc = _filled(zoned.cast(pa.int8())).astype(np.bool_)
    return Wall(read.at - np.where(utc, _offsets(parts), 0), read.read, utc)


def _offsets(parts: pa.Array) -> Instants:
    """Microseconds that the written offset is ahead of UTC."""
    hours, minutes = (_whole(pc.struct_field(parts, name)) for name in ("hours", "minutes"))
    behind = _filled(pc.equal(pc.struct_field(parts, "sign"), "-").cast(pa.int8())).astype(np.bool_)
    ahead = (hours * 60 + minutes) * 60_000_000
    return np.where(behind, -ahead, ahead)


def _whole(digits: pa.Array) -> Instants:
    return _filled(pc.if_else(pc.equal(digits, ""), "0", digits).cast(pa.int64()))


def _query(column: pa.Table, expression: str, **given: str) -> pa.Array:
    """One DuckDB expression over the column `written`, in the order of its rows."""
    with duckdb.connect() as connection:
        connection.register("texts", column)
        found = connection.execute(f"select {expression} from texts", given or None)  # noqa: S608 - expressions are ours
        return words.flat(found.to_arrow_table().column(0))


def _filled(column: pa.Array) -> npt.NDArray[np.int64]:
    values: npt.NDArray[np.int64] = pc.fill_null(column, 0).to_numpy(zero_copy_only=False)
    return values


def _valid(column: pa.Array) -> Mask:
    valid: Mask = (
        pc.is_valid(column).to_numpy(zero_copy_only=False) if column.null_count else np.full(len(column), True)
    )
    return valid


# From the wall to UTC.


def _localised(at: Instants, table: pa.Table, rows: Mask, column: TimeColumn) -> tuple[Instants, Faults]:
    """Wall times `at` (those of `rows`) in their zones."""
    if column.zone_column is None:
        return _in_zone(at, column.zone)
    named = words.encoded(table.column(column.zone_column).filter(pa.array(rows)), column.zone_column, ())
    codes = _filled(pc.fill_null(named.indices, -1))
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
