"""What an engine is asked to do, and what it says it has read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kapok.batch.audit.map import AuditMap
from kapok.batch.audit.plan import Plan, repeating
from kapok.kernel.hours.instants import as_utc, micros
from kapok.kernel.promises.pack import Pack


@dataclass(frozen=True)
class Span:
    """When a log begins and ends, in microseconds since the Unix epoch."""

    first_at: int
    last_at: int


@dataclass(frozen=True)
class Read:
    """What was read: the rows, refused ones among them, and from when to when its events reach."""

    rows: int
    span: Span


@dataclass(frozen=True)
class Request:
    """Judge the logs at `paths` by `pack` as `map` says.

    Running commitments are judged as of `at`, or of the log's last event. `draft` is a folder for what does not fit into memory;
    `master` is the address of the cluster, if there is one.
    """

    paths: tuple[Path, ...]
    pack: Pack
    map: AuditMap
    at: datetime | None
    draft: Path
    master: str | None

    def plan(self, span: Span, sources: Sequence[str] = ()) -> Plan:
        """The plan for events of this span out of these inputs (their addresses, by `source`)."""
        judged_at = span.last_at if self.at is None else micros(as_utc(self.at, "at"))
        return Plan(self.pack, self.map, judged_at, span.first_at, span.last_at, repeating(self.map, sources))
