"""The first rows of a log, column by column: what values there are, how often, and which of them mean that there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kapok.batch.audit.intake import words
from kapok.batch.audit.intake.errors import EmptyLog, UnreadableColumn
from kapok.batch.audit.intake.reading import Reader, Refusals
from kapok.batch.audit.intake.source import found, reader_of
from kapok.batch.audit.map import FileFormat
from kapok.batch.audit.refused import RefusedRows

ROWS = 100_000
MARKS = ("?", "-", "--", "NULL", "null", "None", "none", "NaN", "nan", "N/A", "n/a", "#N/A", "NA", r"\N", "无", "空")

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Column:
    """A column of the sample: its values as they came, and as words without the missing ones."""

    name: str
    values: pa.Array
    words: pa.DictionaryArray

    @property
    def codes(self) -> Codes:
        """A code for each row; -1 where there is no value."""
        codes: Codes = pc.fill_null(self.words.indices, -1).to_numpy(zero_copy_only=False)
        return codes

    @property
    def known(self) -> int:
        """How many rows have a value."""
        return int(len(self.words) - self.words.null_count)

    @property
    def top(self) -> list[tuple[str, int]]:
        """The values and how often each occurs, the most frequent first."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.words.dictionary))
        order = np.argsort(-counts, kind="stable")
        return [(self.words.dictionary[int(code)].as_py(), int(counts[code])) for code in order if counts[code]]

    @property
    def distinct(self) -> int:
        """How many different values there are."""
        return len(np.unique(self.codes[self.codes >= 0]))


@dataclass(frozen=True)
class Sample:
    """The first rows of a log."""

    path: Path
    form: FileFormat
    rows: int
    whole: bool
    columns: dict[str, Column]
    missing: tuple[str, ...]

    def variety(self, column: Column, within: Column) -> float:
        """How many different values of `column` there are for each value of `within`, per row: 1 when it changes with every row."""
        both = (within.codes >= 0) & (column.codes >= 0)
        pairs = within.codes[both].astype(np.int64) << 32 | column.codes[both]
        return len(np.unique(pairs)) / max(1, self.rows)


def sample(paths: Sequence[Path]) -> Sample:
    """The first rows of the first of some logs. Raises what `open_logs` raises for a file that is none."""
    path = found(paths)[0]
    reader = reader_of(path)
    table, whole = _first_rows(reader)
    if not len(table):
        raise EmptyLog(path=path.name)
    missing = _missing(table)
    columns = {name: _column(table, name, missing) for name in table.column_names}
    named = {name: column for name, column in columns.items() if column is not None}
    return Sample(path, reader.form, len(table), whole, named, missing)


def _first_rows(reader: Reader) -> tuple[pa.Table, bool]:
    tables, rows, whole = [], 0, True
    for raw in reader.batches(reader.columns(), Refusals(RefusedRows(), 0)):
        tables.append(raw.table)
        rows += len(raw.table)
        if rows >= ROWS:
            whole = False
            break
    return (pa.concat_tables(tables, promote_options="permissive") if tables else pa.table({})).slice(0, ROWS), whole


def _column(table: pa.Table, name: str, missing: tuple[str, ...]) -> Column | None:
    """The column, or nothing when it holds lists or structures."""
    try:
        return Column(name, words.flat(table.column(name)), words.encoded(table.column(name), name, missing))
    except UnreadableColumn:
        return None


def _missing(table: pa.Table) -> tuple[str, ...]:
    """The marks that occur as a whole value somewhere among texts."""
    marks = pa.array(MARKS)
    textual = [column for column in table.columns if pa.types.is_string(column.type)]
    occurring = {word for column in textual for word in pc.unique(column.filter(pc.is_in(column, marks))).to_pylist()}
    return tuple(mark for mark in MARKS if mark in occurring)
