"""How days are counted: what is day zero, where a day ends, what comes too late for today."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from kapok.kernel.hours.errors import BadPolicy, BadTime
from kapok.kernel.hours.instants import SECOND
from kapok.kernel.hours.typed import parse_time

WALL = "wall"
CLOSING = "closing"


class ClosedStart(StrEnum):
    """What a start on a day that is no working day counts from."""

    DAY_ZERO = "day_zero"
    """From that day: reported on Saturday, the first working day after is Monday."""

    ROLL = "roll"
    """From the next working day (the last one, when counting back): reported on Saturday, Monday is day zero."""


class Landing(StrEnum):
    """What becomes of a wall time that lies outside of the hours of the day it lands on."""

    SNAP = "snap"
    """It moves to the next opening (the last closing, when counting back)."""

    KEEP = "keep"
    """It stays."""


def _time(field: str, value: str | None) -> int | None:
    if value is None or (field == "ends_at" and value in {WALL, CLOSING}):
        return None
    try:
        return parse_time(value, field) * SECOND
    except BadTime:
        known = '"HH:MM"' + (', "wall", "closing"' if field == "ends_at" else "")
        raise BadPolicy(field=field, value=value, known=known) from None


@dataclass(frozen=True, kw_only=True)
class DayPolicy:
    """The rules by which `add_days` counts. Times of day are wall time, "HH:MM" up to "24:00"; raises `BadPolicy`."""

    closed_start: ClosedStart = ClosedStart.DAY_ZERO
    landing: Landing = Landing.SNAP
    ends_at: str = WALL
    """Where the last day ends: "wall" keeps the time of the start, "closing" is when that day closes, or a time of day."""

    cut_off: str | None = None
    """A start on a working day later than this counts as the next working day; at this very time it is still today's."""

    treated_as: str | None = None
    """The time of day given to a start that was moved to another day by `cut_off` or by `ClosedStart.ROLL`."""

    counts_start_day: bool = False
    """Whether the start's own day, if a working day, is day one instead of day zero."""

    def __post_init__(self) -> None:
        for field in ("cut_off", "treated_as", "ends_at"):
            _time(field, getattr(self, field))

    @cached_property
    def end_of_day(self) -> int | None:
        """`ends_at` in microseconds after midnight; None for "wall" and "closing"."""
        return _time("ends_at", self.ends_at)

    @cached_property
    def latest(self) -> int | None:
        """`cut_off` in microseconds after midnight."""
        return _time("cut_off", self.cut_off)

    @cached_property
    def moved_to(self) -> int | None:
        """`treated_as` in microseconds after midnight."""
        return _time("treated_as", self.treated_as)


KEEP = DayPolicy(landing=Landing.KEEP)
"""Day zero is the start's day, the wall time is kept even where it is closed."""

SNAP = DayPolicy()
"""Day zero is the start's day, the wall time is kept and then moved into the hours."""

ROLL = DayPolicy(closed_start=ClosedStart.ROLL, landing=Landing.KEEP)
"""A start on a closed day counts from the next working day, the wall time is kept."""
