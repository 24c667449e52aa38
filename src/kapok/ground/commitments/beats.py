"""Signs of life of the schedulers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from kapok.ground.commitments.models import SchedulerBeat

SILENT_AFTER = timedelta(seconds=30)
"""Six times the usual time between two signs of life."""
FORGOTTEN_AFTER = timedelta(hours=1)
"""A scheduler that has been silent for so long has ended: each process has a name of its own, and none comes back."""


@dataclass(frozen=True)
class Beating:
    """The schedulers at one moment: how many live, when one was last seen, and how they fare."""

    alive: int
    seen_at: datetime | None
    late_p99: timedelta | None
    """How late the slowest hundredth of the latest firings came, of the slowest scheduler alive."""


def beat(*, name: str, started_at: datetime, at: datetime, fired: int, late_p99: timedelta | None, jumps: int) -> None:
    """Say that the scheduler `name` lives; it replaces what the same one said before. Those that have ended are forgotten."""
    said = SchedulerBeat(name=name, started_at=started_at, seen_at=at, fired=fired, late_p99=late_p99, jumps=jumps)
    columns = ["started_at", "seen_at", "fired", "late_p99", "jumps"]
    SchedulerBeat.objects.bulk_create([said], update_conflicts=True, unique_fields=["name"], update_fields=columns)
    SchedulerBeat.objects.filter(seen_at__lt=at - FORGOTTEN_AFTER).exclude(name=name).delete()


def last_seen(machine: str | None = None) -> datetime | None:
    """When a scheduler of `machine` (any, without a name) was last seen; None if never."""
    own = Q(name=machine) | Q(name__startswith=f"{machine}#")
    rows = SchedulerBeat.objects.all() if machine is None else SchedulerBeat.objects.filter(own)
    return rows.order_by("-seen_at").values_list("seen_at", flat=True).first()


def beating(at: datetime) -> Beating:
    """How the schedulers are at `at`."""
    rows = list(SchedulerBeat.objects.order_by("-seen_at"))
    alive = [row for row in rows if row.seen_at > at - SILENT_AFTER]
    late = [row.late_p99 for row in alive if row.late_p99 is not None]
    return Beating(len(alive), rows[0].seen_at if rows else None, max(late, default=None))
