"""Identifiers that sort by time and are made in Python, so that any PostgreSQL from 15 on will do."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime, timedelta
from threading import Lock
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
COUNTER_BITS = 74
STEP_BITS = 32


class _Counter:
    """74 bits that start at random in the lower half of their range and only grow, by a random step each time.

    This is the monotonic random method of RFC 9562 (section 6.2, method 2), with one addition: the counter is not drawn anew
    when the millisecond changes. The moments are our callers' and need not come in order; so two identifiers of one moment
    sort as they were made even where others were made in between.
    """

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Draw a new start; a forked child must, or it would repeat its parent's identifiers."""
        self._lock = Lock()  # the parent's may have been held by one of its threads
        self._last = secrets.randbits(COUNTER_BITS - 1)

    def next(self) -> int:
        """The next value. The range lasts for 2^41 steps of 2^31 on average; after that it begins again."""
        with self._lock:
            self._last = (self._last + 1 + secrets.randbits(STEP_BITS)) % (1 << COUNTER_BITS)
            return self._last


_counter = _Counter()
os.register_at_fork(after_in_child=_counter.restart)


def first_at(at: datetime) -> UUID:
    """What no identifier of the aware moment `at` or later lies below: it begins a range of those that `uuid7` makes."""
    return UUID(int=((at - EPOCH) // MILLISECOND) << 80)


def uuid7(at: datetime) -> UUID:
    """A version 7 identifier (RFC 9562, section 5.7) for the aware moment `at`, to the millisecond, from 1970 on.

    Identifiers sort by their moment, and those that one process makes for one millisecond in the order in which they were
    made, whichever threads made them. Raises `TypeError` for a moment without a zone, `ValueError` for one before 1970.
    """
    milliseconds = (at - EPOCH) // MILLISECOND
    counter = _counter.next()
    high = (milliseconds << 16) | (0x7 << 12) | (counter >> 62)
    low = (0b10 << 62) | (counter & ((1 << 62) - 1))
    return UUID(int=(high << 64) | low)
