"""A clock that is not led astray when the machine's clock jumps. Pure: who makes it gives it the two clocks to read.

The wall clock may be set by anybody; the time since the machine started cannot, and it counts while a virtual machine is suspended
(Linux `CLOCK_BOOTTIME`). As long as the two advance alike, the wall clock is believed, and a slow correction is followed. When
it jumps against the other, this clock goes on as if nothing had happened, and follows only what has persisted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Jump:
    """The wall clock has moved `by` against the time since the start, seen `at` (by the steady clock)."""

    at: datetime
    by: timedelta


@dataclass
class _Doubt:
    """Where the wall clock has gone: the moment at which, by it, the machine started; and since when."""

    origin: datetime
    since: timedelta


class SteadyClock:
    """The wall clock, without its jumps.

    `wall` is the aware moment, `boot` the time since the machine started. A difference of up to `tolerance` between them is no
    jump; one that has lasted for `settle` is followed. `floor` is a moment that is known to have passed: a wall clock that stands
    before it at the start has jumped back.
    """

    def __init__(
        self,
        wall: Callable[[], datetime],
        boot: Callable[[], timedelta],
        *,
        tolerance: timedelta,
        settle: timedelta,
        floor: datetime | None = None,
    ) -> None:
        self._wall, self._boot = wall, boot
        self._tolerance, self._settle = tolerance, settle
        start, running = wall(), boot()
        self._origin = (start if floor is None else max(start, floor)) - running
        self._doubt: _Doubt | None = None
        self.jumps: list[Jump] = []
        """Every jump that was seen, in order; a jump back again is one too unless it ends where the clock had been believed."""

    def now(self) -> datetime:
        """The present moment."""
        wall, running = self._wall(), self._boot()
        origin = wall - running
        if self._near(origin, self._origin) or self._has_settled(origin, running):
            self._origin, self._doubt = origin, None
        return self._origin + running

    @property
    def is_in_doubt(self) -> bool:
        """Whether the wall clock says something else at present."""
        return self._doubt is not None

    def _has_settled(self, origin: datetime, running: timedelta) -> bool:
        doubt = self._doubt
        if doubt is None or not self._near(origin, doubt.origin):
            self.jumps.append(Jump(at=self._origin + running, by=origin - (doubt.origin if doubt else self._origin)))
            self._doubt = doubt = _Doubt(origin, running)
        doubt.origin = origin
        return running - doubt.since >= self._settle

    def _near(self, one: datetime, other: datetime) -> bool:
        return abs(one - other) <= self._tolerance
