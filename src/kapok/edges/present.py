"""The present moment for what people do: one clock for all of a process, which follows no jump of the machine's clock at once."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Lock

from django.conf import settings

from kapok.kernel.steady import SteadyClock

ONE_READS = Lock()


def wall() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def boot() -> timedelta:
    """The time since the machine started, suspensions included."""
    return timedelta(microseconds=time.clock_gettime_ns(time.CLOCK_BOOTTIME) / 1000)


@cache
def _clock() -> SteadyClock:
    return SteadyClock(wall, boot, tolerance=settings.CLOCK_TOLERANCE, settle=settings.CLOCK_SETTLE)


def present() -> datetime:
    """The moment at which a request is made: what it does is dated by it."""
    with ONE_READS:
        return _clock().now()
