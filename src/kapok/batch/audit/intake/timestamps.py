"""Times as they are written: typed columns, ISO texts, texts of any format, numbers since the epoch; no zone is applied yet.

A typed column is a view, a column of ISO texts one cast; any other format is DuckDB's `strptime`, which refuses the thirtieth of
February where the C library makes it the second of March.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kapok.batch.audit.intake import words
from kapok.batch.audit.map import EPOCH_UNITS
from kapok.kernel.hours.grown import FIRST_YEAR, LAST_YEAR

Instants = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Ten years to spare, for the due times that are reckoned from these.
FIRST, LAST = FIRST_YEAR + 10, LAST_YEAR - 10
EARLIEST, LATEST = (int(np.datetime64(f"{year}", "us").astype(np.int64)) for year in (FIRST, LAST))

_OFFSET = r"^(?P<wall>.*\d)\s*(?:(?P<utc>Z|UTC|GMT)|(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})?)$"
_WALL = r"^\d{4}-\d{1,2}-\d{1,2}( \d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?$"
_HAS_CLOCK = r"\d:\d{2}"
_ZONELESS = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$"
_ZONED = _ZONELESS[:-1] + r"(Z|[+-]\d{2}:?\d{2})$"


@dataclass(frozen=True)
class Wall:
    """Times as they were read: microseconds, whether they could be read, and whether they already are UTC."""

    at: Instants
    read: Mask
    utc: Mask


def read(written: pa.Array, form: str | None) -> Wall:
    """Times as they are written, typed or as text by `form` (see `TimeColumn.format`), before any zone is applied."""
    if is_time(written.type):
        return _typed(written)
    if form in EPOCH_UNITS:
        return _epoch(written, lambda values: np.full(len(values), EPOCH_UNITS[form], np.float64))
    if form is None and is_number(written.type):
        return _epoch(written, _unit_by_size)
    texts = words.texts(written, "time")
    return _iso(texts) if form is None else _formatted(texts, form)


def is_time(kind: pa.DataType) -> bool:
    """Whether a column of this type holds moments or days."""
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def is_number(kind: pa.DataType) -> bool:
    """Whether a column of this type holds numbers."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


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
        at = whole if factor == 1 else np.where(np.abs(whole) > LATEST // factor, LATEST, whole * factor)
    return Wall(at, valid(written), np.full(len(at), zoned))


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
    return Wall(at, valid(written), np.full(len(at), True))


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
    """ISO 8601: in one cast when all rows are of one kind, else the regular rows in a cast each and the odd ones apart."""
    zoned, zoneless = pa.timestamp("us", "UTC"), pa.timestamp("us")
    left = valid(texts)
    first = texts[int(left.argmax())].as_py() if left.any() else ""
    try:
        return _typed(pc.cast(texts, zoned if re.match(_ZONED, first) else zoneless))
    except pa.ArrowInvalid:
        wall = Wall(np.zeros(len(texts), np.int64), np.zeros(len(texts), np.bool_), np.zeros(len(texts), np.bool_))
    for regular, kind in ((_ZONED, zoned), (_ZONELESS, zoneless)):
        left &= ~_settled(wall, texts, left & _flags(pc.match_substring_regex(texts, regular)), kind)
    if left.any():
        odd = _mixed(texts.filter(pa.array(left)))
        wall.at[left], wall.read[left], wall.utc[left] = odd.at, odd.read, odd.utc
    return wall


def _settled(wall: Wall, texts: pa.Array, rows: Mask, kind: pa.DataType) -> Mask:
    """Cast these rows into `wall`, and say which that were: all, or none where one of them is no date."""
    try:
        read = _typed(pc.cast(texts.filter(pa.array(rows)), kind))
    except pa.ArrowInvalid:
        return np.zeros(len(rows), np.bool_)
    wall.at[rows], wall.read[rows], wall.utc[rows] = read.at, read.read, read.utc
    return rows


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
    utc = _flags(zoned)
    return Wall(read.at - np.where(utc, _offsets(parts), 0), read.read, utc)


def _offsets(parts: pa.Array) -> Instants:
    """Microseconds that the written offset is ahead of UTC."""
    hours, minutes = (_whole(pc.struct_field(parts, name)) for name in ("hours", "minutes"))
    behind = _flags(pc.equal(pc.struct_field(parts, "sign"), "-"))
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


def _flags(column: pa.Array) -> Mask:
    """A column of booleans; false where it is null."""
    return _filled(column.cast(pa.int8())).astype(np.bool_)


def _filled(column: pa.Array) -> npt.NDArray[np.int64]:
    column = pc.fill_null(column, 0) if column.null_count else column
    values: npt.NDArray[np.int64] = column.to_numpy(zero_copy_only=False)
    return values


def valid(column: pa.Array) -> Mask:
    """Where a column is not null."""
    if not column.null_count:
        return np.full(len(column), True)
    known: Mask = pc.is_valid(column).to_numpy(zero_copy_only=False)
    return known
