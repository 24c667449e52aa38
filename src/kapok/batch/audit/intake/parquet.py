"""Parquet: the wanted columns only, dictionaries kept where the file has them. A damaged row group costs its own rows only."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kapok.batch.audit.intake.canonical import described
from kapok.batch.audit.intake.errors import EmptyLog, NotALog
from kapok.batch.audit.intake.reading import RawRows, Refusals
from kapok.batch.audit.map import FileFormat
from kapok.batch.audit.refused import Reason

BATCH = 1 << 19
AHEAD = 2  # so many portions are unpacked at a time
MOST_AHEAD = 4 * BATCH  # rows of a portion; a larger one is read in pieces
Item = TypeVar("Item")
Result = TypeVar("Result")

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
        """All rows, half a million at a time; threads unpack the row groups that come next."""
        self._read = 0
        with self._opened(wanted) as file, ThreadPoolExecutor(AHEAD) as threads:
            for groups, unpacked in _ahead(threads, lambda groups: self._unpacked(groups, wanted), self._portions()):
                if unpacked is None:
                    yield from self._portion(file, groups, wanted, refusals)
                else:
                    yield from map(self._next_rows, unpacked)

    def _opened(self, wanted: Sequence[str]) -> pq.ParquetFile:
        dictionaries = self._dictionaries(wanted)
        return pq.ParquetFile(self.path, metadata=self._metadata, memory_map=True, read_dictionary=dictionaries)

    def _unpacked(self, groups: list[int], wanted: Sequence[str]) -> list[pa.RecordBatch] | None:
        """The rows of some row groups; None where they are damaged, or too many to be held beside others."""
        if self._rows_in(groups) > MOST_AHEAD:
            return None
        try:
            with self._opened(wanted) as file:
                return list(file.iter_batches(BATCH, row_groups=groups, columns=list(wanted)))
        except (pa.ArrowException, OSError):
            return None

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
        end = self._read + self._rows_in(groups)
        try:
            for batch in file.iter_batches(BATCH, row_groups=groups, columns=list(wanted)):
                yield self._next_rows(batch)
        except (pa.ArrowException, OSError):
            if len(groups) > 1:
                for group in groups:
                    yield from self._portion(file, [group], wanted, refusals)
            else:
                refusals.add(Reason.DAMAGED_INPUT, range(self._read + 1, end + 1))
                self._read = end

    def _next_rows(self, batch: pa.RecordBatch) -> RawRows:
        """The rows of the batch that comes next in the file."""
        table, first = pa.Table.from_batches([batch]), self._read + 1
        self._read += batch.num_rows
        return RawRows(table, np.arange(first, self._read + 1), lambda index: described(table, index))

    def _rows_in(self, groups: Iterable[int]) -> int:
        return sum(self._metadata.row_group(group).num_rows for group in groups)

    def _dictionaries(self, wanted: Sequence[str]) -> list[str]:
        """Columns stored as dictionaries. Asking for one where the file has plain pages costs more than encoding it after."""
        group = self._metadata.row_group(0)
        chunks = (group.column(index) for index in range(group.num_columns))
        return [chunk.path_in_schema for chunk in chunks if chunk.path_in_schema in wanted and _has_dictionary(chunk)]


def _has_dictionary(chunk: pq.ColumnChunkMetaData) -> bool:
    return chunk.physical_type == "BYTE_ARRAY" and not _DICTIONARIES.isdisjoint(chunk.encodings)


def _ahead(
    threads: Executor, function: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[tuple[Item, Result]]:
    """Each item and the result of `function`, in order, while threads work on the next ones."""
    begun: deque[tuple[Item, Future[Result]]] = deque()
    for item in items:
        begun.append((item, threads.submit(function, item)))
        if len(begun) > AHEAD:
            first, result = begun.popleft()
            yield first, result.result()
    for item, result in begun:
        yield item, result.result()
