"""Small logs for the tests of the intake: written to a folder, read back as plain rows."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kapok.batch.audit.intake import open_logs
from kapok.batch.audit.map import AuditMap
from kapok.batch.audit.refused import RefusedRows

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = {"case": "ticket", "time": "when", "activity": "what"}
HEADER = "ticket,when,what"
GOOD = (
    "T1,2026-01-05T08:05:00+08:00,reported",
    "T1,2026-01-05T09:05:00+08:00,restored",
    "T2,2026-01-06T10:00:00Z,reported",
)


def a_map(time: Any = "when", **rest: Any) -> AuditMap:
    """A map of the three columns above; `time` and anything else can be told apart."""
    columns = COLUMNS | {"time": time} | rest.pop("columns", {})
    return AuditMap.model_validate({"columns": columns, "events": [{"kind": "fault.reported", "first": True}]} | rest)


def write(path: Path, lines: Iterable[str], *, encoding: str = "utf-8", end: str = "\n") -> Path:
    """A text file of these lines, gzipped when its name says so."""
    data = "".join(line + end for line in lines).encode(encoding)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def micros(text: str) -> int:
    """The canonical time of an ISO text with an offset."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


class Read:
    """What came out of some logs: the events as rows, the refused rows as written to the file."""

    def __init__(self, paths: Sequence[Path] | Path, audit_map: AuditMap, folder: Path) -> None:
        paths = [paths] if isinstance(paths, Path) else paths
        report = folder / "refused.csv"
        with RefusedRows(report) as refused:
            source = open_logs(paths, audit_map, refused)
            self.batches = list(source.batches())
        assert all(batch.schema == source.schema for batch in self.batches)
        self.events = [row for batch in self.batches for row in batch.to_pylist()]
        self.rows_read, self.rows_refused = source.rows_read, source.rows_refused
        self.counts = refused.counts()
        with report.open(encoding="utf-8-sig", newline="") as file:
            self.refused = list(csv.DictReader(file))
        assert len(self.events) + self.rows_refused == self.rows_read

    def column(self, name: str) -> list[Any]:
        """One column of the events."""
        return [event[name] for event in self.events]

    @property
    def reasons(self) -> list[tuple[int, str]]:
        """The refused rows in order: place and reason."""
        return sorted((int(row["row"]), row["reason"]) for row in self.refused)
