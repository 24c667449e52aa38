"""Logs that do not fit into memory: cut into buckets of whole cases on disk, and judged bucket by bucket.

A case falls into the bucket that its name's hash says, so its events meet again wherever in the log they stood. Words are
written as plain text, for each bucket then has a dictionary of its own, and no dictionary of all cases is ever held.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kapok.batch.audit import events

BUCKETS = 64
_COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")


class Spill:
    """Buckets of whole cases in a folder of their own, which goes away with the `with` block."""

    def __init__(self, below: Path) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix=".buckets-", dir=below)
        self._streams: dict[int, tuple[pa.NativeFile, pa.ipc.RecordBatchStreamWriter]] = {}

    def add(self, table: pa.Table) -> None:
        """Write the events of `table`, whose schema is `events.schema`, to the buckets of their cases."""
        table = table.unify_dictionaries().combine_chunks()
        case = table[events.CASE].chunk(0)
        bucket = bucket_of(case.dictionary)[case.indices.to_numpy()]
        order = np.argsort(bucket, kind="stable")
        ends = np.cumsum(np.bincount(bucket, minlength=BUCKETS))
        for number, rows in enumerate(np.split(order, ends[:-1])):
            if len(rows):
                self._write(number, as_text(table.take(pa.array(rows))))

    def tables(self) -> Iterator[pa.Table]:
        """The events of each bucket, one after the other; nothing is added after."""
        numbers = sorted(self._streams)
        self._close()
        for number in numbers:
            with pa.OSFile(str(self._path(number))) as file, pa.ipc.open_stream(file) as stream:
                yield as_dictionaries(stream.read_all())

    def __len__(self) -> int:
        return len(self._streams)

    def __enter__(self) -> Spill:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self._folder.cleanup()

    def _write(self, number: int, table: pa.Table) -> None:
        if number not in self._streams:
            file = pa.OSFile(str(self._path(number)), "wb")
            self._streams[number] = file, pa.ipc.new_stream(file, table.schema, options=_COMPRESSED)
        self._streams[number][1].write_table(table)

    def _close(self) -> None:
        while self._streams:
            _, (file, writer) = self._streams.popitem()
            writer.close()
            file.close()

    def _path(self, number: int) -> Path:
        return Path(self._folder.name) / f"{number:03}.arrow"


def bucket_of(words: pa.Array) -> npt.NDArray[np.int8]:
    """The bucket of each case name: the same in every part of a log."""
    with duckdb.connect() as connection:
        connection.register("cases", pa.table({"word": words}))
        found = connection.execute("select (hash(word) % $buckets)::tinyint from cases", {"buckets": BUCKETS})
        numbers: npt.NDArray[np.int8] = found.to_arrow_table().column(0).to_numpy()
    return numbers


def as_text(table: pa.Table) -> pa.Table:
    """The table with its dictionaries written out."""
    fields = [pa.field(f.name, pa.string()) if pa.types.is_dictionary(f.type) else f for f in table.schema]
    return table.cast(pa.schema(fields))


def as_dictionaries(table: pa.Table) -> pa.Table:
    """The table with its texts as dictionaries."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            table = table.set_column(place, field.name, table[field.name].dictionary_encode())
    return table
