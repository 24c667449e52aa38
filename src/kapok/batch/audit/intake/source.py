"""Opening logs: which files there are, who reads each, and one stream of events out of them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from kapok.batch.audit.intake.canonical import normalise, require, schema
from kapok.batch.audit.intake.delimited import DelimitedReader
from kapok.batch.audit.intake.errors import ClosedLog, EmptyLog, IntakeError, MissingColumn, NoSuchLog, NotALog
from kapok.batch.audit.intake.jsonlines import JsonLinesReader
from kapok.batch.audit.intake.parquet import ParquetReader
from kapok.batch.audit.intake.reading import RawRows, Reader, Refusals
from kapok.batch.audit.intake.sniffing import kind_of
from kapok.batch.audit.intake.xes import XesReader
from kapok.batch.audit.map import AuditMap, FileFormat
from kapok.batch.audit.refused import Reason, RefusedRows


@dataclass(frozen=True)
class Progress:
    """How far the reading has come: rows so far in all, the file in hand, and how much of that file is read (0 to 1)."""

    file: str
    rows: int
    share: float | None


def quiet(progress: Progress) -> None:
    """Tell nobody."""


class EventSource:
    """The events of some logs, in the columns of `events`.

    `rows_read` (good and refused) and `rows_refused` are whole when `batches` has ended.
    """

    def __init__(
        self,
        readers: dict[int, Reader],
        audit_map: AuditMap,
        refused: RefusedRows,
        progress: Callable[[Progress], None],
    ) -> None:
        self.schema: pa.Schema = schema(audit_map)
        self.files = tuple(refused.files)
        self.rows_read = 0
        self.rows_refused = 0
        self._readers = readers
        self._map = audit_map
        self._refused = refused
        self._progress = progress

    @property
    def rows_estimate(self) -> int | None:
        """About how many rows there are; None when a file does not tell."""
        known = [reader.rows_estimate for reader in self._readers.values()]
        return sum(rows for rows in known if rows is not None) if None not in known else None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The events that can be judged. The dictionaries of the word columns may differ from batch to batch."""
        for source, reader in self._readers.items():
            refusals = Refusals(self._refused, source)
            good = 0
            for raw in reader.batches(self._map.wanted, refusals):
                batch = self._batch(raw, refusals)
                good += batch.num_rows
                self._progress(Progress(reader.path.name, self.rows_read + good + refusals.total, reader.share))
                if batch.num_rows:
                    yield batch
            self.rows_read += good + refusals.total
            self.rows_refused += refusals.total

    def _batch(self, raw: RawRows, refusals: Refusals) -> pa.RecordBatch:
        batch, bad = normalise(raw.table, self._map, 0, refusals.source, rows=raw.rows)
        for reason, (index, rows) in bad.by_reason().items():
            refusals.add(reason, rows, raw.raw(index))
        return batch


def open_logs(
    paths: Sequence[Path],
    audit_map: AuditMap,
    refused: RefusedRows,
    progress: Callable[[Progress], None] = quiet,
) -> EventSource:
    """The logs at `paths` (files, folders of Parquet, patterns), read by `audit_map`.

    A file that is empty, foreign, closed to us or without a column of the map is refused among others, which are read; when
    none can be read, the first one's error is raised. Raises `NoSuchLog`, `UnknownEncoding`, and `EmptyLog`, `NotALog`,
    `ClosedLog` or `MissingColumn`.
    """
    files = found(paths)
    refused.files = names([str(file) for file in files])
    readers: dict[int, Reader] = {}
    unreadable: dict[int, IntakeError] = {}
    for source, file in enumerate(files):
        try:
            readers[source] = _fitting(file, audit_map)
        except (EmptyLog, NotALog, ClosedLog, MissingColumn) as error:
            unreadable[source] = error
    if not readers:
        raise next(iter(unreadable.values()))
    for source, why in unreadable.items():
        refused.add(Reason.UNREADABLE_FILE, source=source, rows=[0], raw=[why.text.en])
    return EventSource(readers, audit_map, refused, progress)


def _fitting(file: Path, audit_map: AuditMap) -> Reader:
    """Who reads `file`, when it has the columns of the map."""
    try:
        reader = reader_of(file, audit_map.file)
        require(audit_map, reader.columns(audit_map.wanted), file.name)
    except OSError as error:
        raise ClosedLog(path=str(file), why=error.strerror or str(error)) from None
    return reader


def names(files: Sequence[str]) -> tuple[str, ...]:
    """What the files are called in figures and reports: by their last part alone, where that tells them apart."""
    short = tuple(file.replace("\\", "/").rstrip("/").rpartition("/")[2] for file in files)
    return short if len(set(short)) == len(files) else tuple(files)


def found(paths: Sequence[Path]) -> list[Path]:
    """The files that `paths` name: themselves, the Parquet files of a folder, or what a pattern matches; in order of name."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            matches = _files(path.rglob("*.parquet")) or _files(path.iterdir())
        elif path.exists():
            matches = [path]
        else:
            matches = _files(_matches(path))
        if not matches:
            raise NoSuchLog(path=str(path))
        files += matches
    return files


def _files(paths: Iterable[Path]) -> list[Path]:
    return sorted(path for path in paths if path.is_file())


def _matches(pattern: Path) -> Iterator[Path]:
    inside = str(pattern.relative_to(pattern.anchor))
    return Path(pattern.anchor or ".").glob(inside) if "*" in inside or "?" in inside else iter(())


def reader_of(path: Path, form: FileFormat = FileFormat()) -> Reader:  # noqa: B008 - frozen
    """Who reads the file at `path`. Raises `EmptyLog`, `NotALog` or `UnknownEncoding`."""
    if path.is_file() and path.stat().st_size == 0:
        raise EmptyLog(path=path.name)
    kind = form.kind or kind_of(path)
    if kind == "parquet":
        return ParquetReader(path)
    if kind == "xes":
        return XesReader(path)
    return JsonLinesReader(path, form) if kind == "jsonl" else DelimitedReader(path, form)
