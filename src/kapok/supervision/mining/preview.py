"""The first rows of uploaded logs: what their columns hold, and what a map would make of them.

Reads columns, so it is imported only where they are looked at.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kapok.batch.audit import events
from kapok.batch.audit.intake import normalise, words
from kapok.batch.audit.intake.errors import EmptyLog, UnreadableColumn
from kapok.batch.audit.intake.reading import Reader, Refusals
from kapok.batch.audit.intake.source import found, reader_of
from kapok.batch.audit.map import AuditMap, EventRule, FileFormat
from kapok.batch.audit.refused import Reason, RefusedRows
from kapok.kernel.text import Text

ROWS = 20_000
SHOWN_ROWS = 20
SHOWN_VALUES = 100
LONGEST_CELL = 80
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Column:
    """A column and its most frequent values with their counts; none where it holds lists."""

    name: str
    top: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Preview:
    """The first rows of the first log. `whole`: there are no more."""

    file: str
    columns: tuple[Column, ...]
    shown: tuple[tuple[str, ...], ...]
    table: pa.Table
    whole: bool
    refused: Counter[str]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    def values(self, name: str | None) -> tuple[tuple[str, int], ...]:
        """The most frequent values of a column and how often each occurs; nothing where there is no such column."""
        return next((column.top for column in self.columns if column.name == name), ())


@dataclass(frozen=True)
class Trial:
    """What a map makes of the first rows. `matched` says for each event rule how many rows it names."""

    rows: int
    whole: bool
    events: int
    cases: int
    refused: tuple[tuple[Text, int], ...]
    matched: tuple[int, ...]
    written: str
    read: datetime | None
    first_at: datetime | None
    last_at: datetime | None

    @property
    def period(self) -> tuple[str, str]:
        """The first and the last day."""
        return f"{self.first_at:%Y-%m-%d}", f"{self.last_at:%Y-%m-%d}"

    @property
    def read_text(self) -> str:
        """The first time with its offset."""
        return self.read.isoformat(sep=" ", timespec="seconds") if self.read else ""

    @property
    def refused_total(self) -> int:
        """How many rows would be refused."""
        return sum(count for _, count in self.refused)


def preview(paths: list[Path], form: FileFormat) -> Preview:
    """The first rows of the first of some logs, read as `form` says. Raises what the intake raises for a file that is none."""
    return _preview(found(paths)[0], form)


@lru_cache(maxsize=16)  # an uploaded file does not change
def _preview(path: Path, form: FileFormat) -> Preview:
    reader = reader_of(path, form)
    refused = RefusedRows()
    table, whole = _first_rows(reader, refused)
    if not table.num_columns or not (len(table) or refused.total):
        raise EmptyLog(path=path.name)
    columns = tuple(_column(table, name) for name in table.column_names)
    shown = tuple(tuple(_cell(value) for value in row.values()) for row in table.slice(0, SHOWN_ROWS).to_pylist())
    return Preview(path.name, columns, shown, table, whole, Counter(refused.counts()))


def try_map(first: Preview, audit_map: AuditMap, zone_of_pack: str) -> Trial:
    """What `audit_map` makes of the first rows, its moments in the map's zone or else the pack's.

    Raises `MissingColumn` and `UnreadableColumn`.
    """
    batch, bad = normalise(first.table, audit_map, 0, 0)
    refused = Counter({Reason(code): count for code, count in first.refused.items()}) + bad.counts()
    at = batch.column(events.AT).cast(pa.int64()).to_numpy()
    zone = ZoneInfo(audit_map.columns.time.zone or zone_of_pack)
    return Trial(
        rows=len(first.table) + first.refused.total(),
        whole=first.whole,
        events=batch.num_rows,
        cases=len(np.unique(_codes(batch.column(events.CASE)))),
        refused=tuple((reason.text, count) for reason, count in refused.most_common()),
        matched=tuple(_matched(rule, batch) for rule in audit_map.events),
        written=_written(first, audit_map),
        read=_moment(first, audit_map, zone),
        first_at=_at(at.min(), zone) if len(at) else None,
        last_at=_at(at.max(), zone) if len(at) else None,
    )


def _first_rows(reader: Reader, refused: RefusedRows) -> tuple[pa.Table, bool]:
    tables, rows = [], 0
    for raw in reader.batches(reader.columns(), Refusals(refused, 0)):
        tables.append(raw.table)
        rows += len(raw.table)
        if rows >= ROWS:
            break
    table = pa.concat_tables(tables, promote_options="permissive") if tables else pa.table({})
    return table.slice(0, ROWS), rows < ROWS


def _column(table: pa.Table, name: str) -> Column:
    try:
        encoded = words.encoded(table.column(name), name, ("",))
    except UnreadableColumn:
        return Column(name, ())
    codes = _codes(encoded)
    counts = np.bincount(codes[codes >= 0], minlength=len(encoded.dictionary))
    order = np.argsort(-counts, kind="stable")[:SHOWN_VALUES]
    top = tuple((encoded.dictionary[int(code)].as_py(), int(counts[code])) for code in order if counts[code])
    return Column(name, top)


def _codes(encoded: pa.DictionaryArray) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    codes: np.ndarray[tuple[int], np.dtype[np.int64]]
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def _matched(rule: EventRule, batch: pa.RecordBatch) -> int:
    """How many rows a rule names; with `first` or `last`, one for each case that has any."""
    wanted = {events.ACTIVITY: rule.activity, events.LIFECYCLE: rule.lifecycle, events.UNIT: rule.unit}
    wanted |= {events.ATTRIBUTE_PREFIX + name: values for name, values in rule.attributes.items()}
    meets = np.ones(batch.num_rows, np.bool_)
    for name, values in wanted.items():
        if values:
            column = batch.column(name)
            chosen = pc.is_in(column.dictionary_decode(), pa.array(values, pa.string()))
            meets &= chosen.to_numpy(zero_copy_only=False)
    if rule.first or rule.last:
        return len(np.unique(_codes(batch.column(events.CASE))[meets]))
    return int(meets.sum())


def _written(first: Preview, audit_map: AuditMap) -> str:
    """The time of the first row as it stands in the file."""
    if not len(first.table):
        return ""
    row = first.table.slice(0, 1).to_pylist()[0]
    return " ".join(_cell(row[name]) for name in audit_map.columns.time.column)


def _moment(first: Preview, audit_map: AuditMap, zone: ZoneInfo) -> datetime | None:
    """The time of the first row as it is read; None when it is refused."""
    batch, _ = normalise(first.table.slice(0, 1), audit_map, 0, 0)
    return _at(batch.column(events.AT).cast(pa.int64())[0].as_py(), zone) if batch.num_rows else None


def _at(micros: int, zone: ZoneInfo) -> datetime:
    return (EPOCH + timedelta(microseconds=int(micros))).astimezone(zone)
