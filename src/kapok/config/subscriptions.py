"""Who listens to the journal, and the loop that serves them all."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event

from django.db import InterfaceError, OperationalError, connections

from kapok.ground.journal.api import NotNow, Subscription, deliver, retry_due

SUBSCRIPTIONS: tuple[Subscription, ...] = ()
"""Every subscriber, by a name that never changes: under it the database keeps how far it has read."""

IDLE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30.0

log = logging.getLogger(__name__)


class Duty:
    """One thing to do again and again; after a failure it rests, each time twice as long."""

    def __init__(self, name: str, work: Callable[[datetime], int]) -> None:
        self.name = name
        self._work = work
        self._failures = 0
        self._rests_until = datetime.min.replace(tzinfo=UTC)

    def do(self, at: datetime) -> bool:
        """Whether there was work. What fails is logged, and does not keep the other duties from being done."""
        if at < self._rests_until:
            return False
        try:
            busy = bool(self._work(at))
        except Exception as failure:
            self._rest(at, failure)
            return False
        self._failures = 0
        return busy

    def _rest(self, at: datetime, failure: Exception) -> None:
        self._failures += 1
        pause = min(IDLE_SECONDS * 2**self._failures, LONGEST_PAUSE_SECONDS)
        self._rests_until = datetime.fromtimestamp(at.timestamp() + pause, UTC)
        if isinstance(failure, OperationalError | InterfaceError):
            connections.close_all()
        if isinstance(failure, NotNow | OperationalError | InterfaceError):
            log.warning("%s rests for %.1f s: %s", self.name, pause, type(failure).__name__)
        else:
            log.error("%s failed and rests for %.1f s", self.name, pause, exc_info=failure)


def attend(stop: Event) -> None:
    """Serve every subscriber, until `stop` is set. Several may run at once; an outage of the database is waited for."""
    duties = _duties()
    try:
        while not stop.is_set():
            if not sum(duty.do(datetime.now(UTC)) for duty in duties):  # all have their turn
                stop.wait(IDLE_SECONDS)
    finally:
        connections.close_all()


def _duties() -> list[Duty]:
    return [Duty(subscription.name, _serve(subscription)) for subscription in SUBSCRIPTIONS]


def _serve(subscription: Subscription) -> Callable[[datetime], int]:
    return lambda at: retry_due(subscription, at=at) + deliver(subscription, at=at)
