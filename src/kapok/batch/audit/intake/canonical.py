"""From the columns of a file to the columns of `events`: the step that every engine shares.

`normalise` opens no file and keeps no state, so that it runs here, in a worker process and on a cluster alike.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kapok.batch.audit import events
from kapok.batch.audit.intake import words
from kapok.batch.audit.intake.errors import MissingColumn
from kapok.batch.audit.intake.moments import REASONS, Faults, code, moments
from kapok.batch.audit.map import AuditMap
from kapok.batch.audit.refused import Reason

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RefusedColumns:
    """The rows of a batch that are not judged: their index in the batch, their place in the input, and why."""

    index: Places
    rows: Places
    faults: Faults

    def by_reason(self) -> dict[Reason, tuple[Places, Places]]:
        """For each reason that occurs: the indices in the batch and the places in the input."""
        return {
            REASONS[fault - 1]: (self.index[self.faults == fault], self.rows[self.faults == fault])
            for fault in np.unique(self.faults).tolist()
        }

    def counts(self) -> Counter[Reason]:
        """How many rows were refused for each reason."""
        return Counter({reason: len(rows) for reason, (_, rows) in self.by_reason().items()})

    def __len__(self) -> int:
        return len(self.rows)


def normalise(
    raw: pa.RecordBatch | pa.Table, audit_map: AuditMap, first_row: int, source: int, *, rows: Places | None = None
) -> tuple[pa.RecordBatch, RefusedColumns]:
    """The events of `raw` that can be judged, and the rows that cannot.

    `raw` holds at least the columns of `audit_map.wanted`, of any type. Its rows stand in the input from `first_row` on, or
    at `rows` where the reader left some out. Raises `MissingColumn` and `UnreadableColumn`.
    """
    table = raw if isinstance(raw, pa.Table) else pa.Table.from_batches([raw])
    require(audit_map, table.column_names, "-")
    places = np.arange(first_row, first_row + len(table), dtype=np.int64) if rows is None else rows
    at, faults = moments(table, audit_map.columns.time, audit_map.missing)
    case = words.encoded(table.column(audit_map.columns.case), audit_map.columns.case, audit_map.missing)
    if case.null_count:
        faults[case.is_null().to_numpy(zero_copy_only=False)] = code(Reason.MISSING_CASE)
    identity = [case, pa.array(at), pa.array(places), pa.array(np.full(len(table), source, np.int32))]
    batch = _batch(table, audit_map, identity)
    bad = np.flatnonzero(faults)
    if len(bad):
        batch = batch.filter(pa.array(faults == 0))
    return batch, RefusedColumns(bad, places[bad], faults[bad])


def schema(audit_map: AuditMap) -> pa.Schema:
    """The schema of the events that this map makes."""
    return events.schema(tuple(audit_map.fact_columns), audit_map.attributes)


def require(audit_map: AuditMap, columns: list[str] | tuple[str, ...], path: str) -> None:
    """Raise `MissingColumn` for the first column that the map names and the file does not have."""
    for name in audit_map.wanted:
        if name not in columns:
            raise MissingColumn(path=path, column=name, columns=columns)


def described(table: pa.Table, index: Places) -> list[str]:
    """Rows as lines of comma-separated values, for those who want to see what was refused."""
    rows = table.take(pa.array(index))
    columns = [words.texts(rows.column(name), name).to_pylist() for name in rows.column_names]
    return [_line(row) for row in zip(*columns, strict=True)]


def _line(row: tuple[str | None, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(row)
    return line.getvalue()


def _batch(table: pa.Table, audit_map: AuditMap, identity: list[pa.Array]) -> pa.RecordBatch:
    """The canonical columns; `identity` is case, time, row and source."""
    *before, source = identity
    named = audit_map.columns
    words_of = (named.activity, named.lifecycle, named.unit, named.person)
    extra = (*audit_map.fact_columns.values(), *audit_map.attributes)
    columns = [
        *before,
        *(_words(table, name, audit_map) for name in words_of),
        source,
        *(_words(table, name, audit_map) for name in extra),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema(audit_map))


def _words(table: pa.Table, name: str | None, audit_map: AuditMap) -> pa.Array:
    if name is None:
        return pa.nulls(len(table), events.WORD)
    return words.encoded(table.column(name), name, audit_map.missing)
