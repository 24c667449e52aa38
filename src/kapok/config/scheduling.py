"""The scheduler as a loop of the keeper: fire until nothing is due, sleep until the next moment, and outlive the database."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction

from kapok.edges.present import boot, wall
from kapok.ground.commitments import asking, beats, catching_up, scheduler
from kapok.kernel.steady import SteadyClock

log = logging.getLogger("kapok.keeper")

BEAT_EVERY = timedelta(seconds=5)
SILENCE = timedelta(minutes=1)
"""A scheduler that has been away for so long says what it makes good."""
SLICE = 0.2
"""Seconds after which a sleeper looks whether it has been told to stop."""
IN_OTHER_HANDS = timedelta(milliseconds=20)
"""What is due and cannot be had is being fired by another scheduler: look again after this."""
RETRY_FIRST, RETRY_LONGEST = 0.1, 5.0
REMEMBERED = 10_000
LOST = (psycopg.OperationalError, psycopg.InterfaceError, DatabaseError, InterfaceError)


def machine() -> str:
    """What the schedulers of this machine are called, each with the number of its process behind it."""
    return f"scheduler@{socket.gethostname()}"


def name() -> str:
    """What the scheduler of this process is called."""
    return f"{machine()}#{os.getpid()}"


def scheduler_loop(stop: Event) -> None:
    """Run a scheduler until `stop` is set. While the database is away it tries again, ever more slowly."""
    running: Scheduler | None = None
    patience = RETRY_FIRST
    while not stop.is_set():
        began = time.monotonic()
        try:
            with _bell() as bell:
                running = running or Scheduler()
                running.begin()
                running.run(bell, stop)
        except LOST as lost:
            if (
                time.monotonic() - began > RETRY_LONGEST
            ):  # it had been well: what fails at once again is asked less often
                patience = RETRY_FIRST
            log.warning("The scheduler has lost the database (%s); it tries again.", type(lost).__name__)
            stop.wait(patience)
            patience = min(2 * patience, RETRY_LONGEST)
        finally:
            connection.close()


class Scheduler:
    """What one scheduler knows between two looks at the database."""

    def __init__(self) -> None:
        self.name = name()
        self._clock = SteadyClock(
            wall,
            boot,
            tolerance=settings.CLOCK_TOLERANCE,
            settle=settings.CLOCK_SETTLE,
            floor=beats.last_seen(machine()),  # a moment that has passed
        )
        self._started_at = self._clock.now()
        self._beaten_at = datetime.min.replace(tzinfo=UTC)
        self._silent_since: datetime | None = None
        self._fired = self._told_jumps = 0
        self._streak = scheduler.Streak()
        self._late: deque[timedelta] = deque(maxlen=REMEMBERED)

    def begin(self) -> None:
        """Take up the work where it was left."""
        seen = beats.last_seen()
        self._silent_since = seen if seen is not None and self._now() - seen > SILENCE else None

    def run(self, bell: psycopg.Connection[Any], stop: Event) -> None:
        """Fire and sleep by turns."""
        while not stop.is_set():
            moment, now = scheduler.next_moment(), self._now()
            if moment is None or moment > now:
                self._rest(now)
                _sleep(bell, stop, scheduler.NAP if moment is None else min(scheduler.NAP, moment - now))
            elif not self._fire_all(stop):
                _sleep(bell, stop, IN_OTHER_HANDS)

    def _now(self) -> datetime:
        now = self._clock.now()
        for jump in self._clock.jumps[self._told_jumps :]:
            log.warning("The machine's clock has jumped by %s at %s; it is not followed yet.", jump.by, jump.at)
            self._told_jumps += 1
        return now

    def _fire_all(self, stop: Event) -> bool:
        """Fire until nothing is due; whether anything was."""
        any_clock = scheduler.retry_stuck(at=self._now(), streak=self._streak).clocks > 0
        while not stop.is_set() and (fired := scheduler.fire(at=self._now(), streak=self._streak)).clocks:
            any_clock = True
            if self._is_stuck(fired, stop):
                continue
            self._fired += len(fired.moments)
            if self._silent_since is not None:
                continue
            done = self._now()
            self._late.extend(done - moment for moment in fired.moments)
            if done - self._beaten_at >= BEAT_EVERY:
                self._beat(done)
        return any_clock

    def _is_stuck(self, fired: scheduler.Fired, stop: Event) -> bool:
        """Whether a clock was set aside. Many of them one after the other are no fault of the clocks: then it goes slowly."""
        if fired.stuck:
            log.warning("A clock could not fire and is set aside; it is tried again, see “Undelivered entries”.")
        if fired.stuck and self._streak.is_common:
            stop.wait(RETRY_LONGEST)
        return fired.stuck

    def _rest(self, now: datetime) -> None:
        """Nothing is due: say what has been made good, and that one lives.

        Before it has caught up a scheduler gives no sign of life, so that one which is killed meanwhile leaves the rest to be told.
        """
        if self._silent_since is not None:
            # Whoever is killed in between has neither told it nor been seen: the next one tells it.
            with transaction.atomic():
                catching_up.tell(silent_since=self._silent_since, at=now)
                self._beat(now)
        self._silent_since = None
        if now - self._beaten_at >= BEAT_EVERY:
            asking.lapse_requests(at=now)
            self._beat(now)

    def _beat(self, now: datetime) -> None:
        late = sorted(self._late)
        beats.beat(
            name=self.name,
            started_at=self._started_at,
            at=now,
            fired=self._fired,
            late_p99=late[len(late) * 99 // 100] if late else None,
            jumps=self._told_jumps,
        )
        self._beaten_at = now


@contextmanager
def _bell() -> Iterator[psycopg.Connection[Any]]:
    """A connection that hears when a clock was opened that fires soon."""
    described = connection.get_connection_params()
    described.pop("pool", None)
    with psycopg.connect(**described, autocommit=True) as line:
        line.execute(f"LISTEN {scheduler.CHANNEL}")
        yield line


def _sleep(bell: psycopg.Connection[Any], stop: Event, span: timedelta) -> None:
    """Sleep for `span`, to the millisecond; less when the bell rings or the end is asked for."""
    ends = time.monotonic() + span.total_seconds()
    while not stop.is_set() and (left := ends - time.monotonic()) > 0:
        for _ in bell.notifies(timeout=min(left, SLICE), stop_after=1):
            return
