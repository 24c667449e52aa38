"""Pauses: the intervals in which a clock is held, and how they are measured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from kapok.kernel.hours.errors import ReversedPause
from kapok.kernel.hours.instants import LATEST, as_utc

Pause = tuple[datetime, datetime | None]
"""From when, and until when; None while it lasts."""

Interval = tuple[datetime, datetime]


class Measure(StrEnum):
    """What a pause takes off the clock: its working time only, or all of it as the wall shows."""

    WORKING = "working"
    WALL = "wall"


def merged(pauses: Sequence[Pause], start: datetime, end: datetime = LATEST) -> list[Interval]:
    """What of the pauses lies from `start` to `end`: in UTC, in order, overlapping and touching ones made one.

    A pause without an end lasts until `end`. Raises `NaiveMoment` or `ReversedPause`.
    """
    joined: list[Interval] = []
    for pause in sorted(map(_interval, pauses)):
        begins, ends = max(pause[0], start), min(pause[1], end)
        if joined and begins <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(ends, joined[-1][1])
        elif begins < ends:
            joined.append((begins, ends))
    return joined


def _interval(pause: Pause) -> Interval:
    begins = as_utc(pause[0], "pauses")
    ends = LATEST if pause[1] is None else as_utc(pause[1], "pauses")
    if ends < begins:
        raise ReversedPause(start=begins, end=ends)
    return begins, ends
