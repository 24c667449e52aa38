"""Signs of life of the schedulers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kapok.ground.commitments.models import SchedulerBeat

SILENT_AFTER = timedelta(seconds=30)
"""Six times the usual time between two signs of life."""


@dataclass(frozen=True)
class Beating:
    """The schedulers at one moment: how many live, when one was last seen, and how they fare."""

    alive: int
    seen_at: datetime | None
    late_p99: timedelta | None
    """How late the slowest hundredth of the latest firings came, of the slowest scheduler alive."""


def beat(*, name: str, started_at: datetime, at: datetime, fired: int, late_p99: timedelta | None, jumps: int) -> None:
    """Say that the scheduler `name` lives; it replaces what the same one said before."""
    said = SchedulerBeat(name=name, started_at=started_at, seen_at=at, fired=fired, late_p99=late_p99, jumps=jumps)
    columns = ["started_at", "seen_at", "fired", "late_p99", "jumps"]
    SchedulerBeat.objects.bulk_create([said], update_conflicts=True, unique_fields=["name"], update_fields=columns)


def last_seen(name: str | None = None) -> datetime | None:
    """When the scheduler `name` (any, without a name) was last seen; None if never."""
    rows = SchedulerBeat.objects.all() if name is None else SchedulerBeat.objects.filter(name=name)
    return rows.order_by("-seen_at").values_list("seen_at", flat=True).first()


def beating(at: datetime) -> Beating:
    """How the schedulers are at `at`."""
    rows = list(SchedulerBeat.objects.order_by("-seen_at"))
    alive = [row for row in rows if row.seen_at > at - SILENT_AFTER]
    late = [row.late_p99 for row in alive if row.late_p99 is not None]
    return Beating(len(alive), rows[0].seen_at if rows else None, max(late, default=None))
