"""The clock face of a commitment: its allowance as a ring, what has run of it, the warning points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, pi, sin

from kapok.ground.commitments.queries import Detail
from kapok.kernel.hours import elapsed
from kapok.kernel.promises import Clock, Direction

CENTRE, INSIDE, OUTSIDE = 100, 70, 90


@dataclass(frozen=True)
class Tick:
    """A short line across the ring."""

    kind: str
    """`warn` or `target`."""
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True)
class Face:
    """The ring: `ran` and `rest` in percent of it, and the ticks."""

    ran: str
    rest: str
    percent: int
    ticks: Sequence[Tick]


def face(detail: Detail, at: datetime) -> Face | None:
    """The clock face as of a moment; None where there is no allowance to show: no due moment, or not one to finish by."""
    row = detail.row
    if row.direction is not Direction.WITHIN or row.opened_at is None or row.due_at is None:
        return None
    whole = _share(detail, row.due_at, 1, at)
    if not whole:
        return None
    ran = min(_share(detail, min(row.closed_at or row.paused_since or at, row.due_at), whole, at), 1)
    points = [("warn", point) for point in row.warn_at] + ([("target", row.target_at)] if row.target_at else [])
    ticks = [_tick(kind, share) for kind, point in points if 0 < (share := _share(detail, point, whole, at)) < 1]
    return Face(f"{ran * 100:.2f}", f"{100 - ran * 100:.2f}", round(ran * 100), ticks)


def _share(detail: Detail, moment: datetime, whole: float, at: datetime) -> float:
    """What has run at a moment of a whole, in seconds of a whole of 1; what stands still does so until `at`."""
    opened = detail.row.opened_at
    if opened is None or moment <= opened:
        return 0
    clock = Clock(detail.words, detail.made_by)
    over = [(begins, max(ends or at, begins)) for begins, ends in detail.row.pauses]  # the due moment allows for these
    return elapsed(opened, moment, clock.running, over).total_seconds() / whole


def _tick(kind: str, share: float) -> Tick:
    angle = share * 2 * pi
    across, up = sin(angle), -cos(angle)
    ends = (CENTRE + INSIDE * across, CENTRE + INSIDE * up, CENTRE + OUTSIDE * across, CENTRE + OUTSIDE * up)
    return Tick(kind, *(f"{end:.2f}" for end in ends))
