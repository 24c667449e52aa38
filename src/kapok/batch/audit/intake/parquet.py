"""Parquet: the wanted columns only, dictionaries kept where the file has them. A damaged row group costs its own rows only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kapok.batch.audit.intake.canonical import described
from kapok.batch.audit.intake.errors import EmptyLog, NotALog
from kapok.batch.audit.intake.reading import RawRows, Refusals
from kapok.batch.audit.map import FileFormat
from kapok.batch.audit.refused import Reason

BATCH = 1 << 19
_DICTIONARIES = {"RLE_DICTIONARY", "PLAIN_DICTIONARY"}


class ParquetReader:
    """A Parquet file. Raises `NotALog` for a broken one and `EmptyLog` for one without rows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.form = FileFormat(kind="parquet")
        try:
            with pq.ParquetFile(path, memory_map=True) as file:
                self._metadata = file.metadata
                self._columns = tuple(file.schema_arrow.names)
        except (pa.ArrowException, OSError) as error:
            raise NotALog(path=path.name, what=f"broken Parquet: {str(error).splitlines()[0]}") from None
        self.rows_estimate: int | None = self._metadata.num_rows
        if not self.rows_estimate:
            raise EmptyLog(path=path.name)
        self._read = 0

    def columns(self, wanted: Collection[str] = ()) -> tuple[str, ...]:
        """The top-level columns."""
        return self._columns

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return self._read / (self.rows_estimate or 1)

    def batches(self, wanted: Sequence[str], refusals: Refusals) -> Iterator[RawRows]:
        """All rows, half a million at a time."""
        self._read = 0
        with pq.ParquetFile(self.path, memory_map=True, read_dictionary=self._dictionaries(wanted)) as file:
            for groups in self._portions():
                yield from self._portion(file, groups, wanted, refusals)

    def _portions(self) -> Iterator[list[int]]:
        """Row groups that make one batch together; a group larger than a batch is alone."""
        portion: list[int] = []
        rows = 0
        for group in range(self._metadata.num_row_groups):
            size = self._metadata.row_group(group).num_rows
            if portion and rows + size > BATCH:
                yield portion
                portion, rows = [], 0
            portion.append(group)
            rows += size
        yield portion

    def _portion(
        self, file: pq.ParquetFile, groups: list[int], wanted: Sequence[str], refusals: Refusals
    ) -> Iterator[RawRows]:
        """The rows of some row groups; of those that are damaged, as many as can be read."""
        end = self._read + sum(self._metadata.row_group(group).num_rows for group in groups)
        try:
            for batch in file.iter_batches(BATCH, row_groups=groups, columns=list(wanted)):
                rows = np.arange(self._read + 1, self._read + 1 + batch.num_rows)
                self._read += batch.num_rows
                yield _rows(pa.Table.from_batches([batch]), rows)
        except (pa.ArrowException, OSError):
            if len(groups) > 1:
                for group in groups:
                    yield from self._portion(file, [group], wanted, refusals)
            else:
                refusals.add(Reason.DAMAGED_INPUT, range(self._read + 1, end + 1))
                self._read = end

    def _dictionaries(self, wanted: Sequence[str]) -> list[str]:
        """Columns stored as dictionaries. Asking for one where the file has plain pages costs more than encoding it after."""
        group = self._metadata.row_group(0)
        chunks = (group.column(index) for index in range(group.num_columns))
        return [chunk.path_in_schema for chunk in chunks if chunk.path_in_schema in wanted and _has_dictionary(chunk)]


def _has_dictionary(chunk: pq.ColumnChunkMetaData) -> bool:
    return chunk.physical_type == "BYTE_ARRAY" and not _DICTIONARIES.isdisjoint(chunk.encodings)


def _rows(table: pa.Table, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> RawRows:
    return RawRows(table, rows, lambda index: described(table, index))
