"""Who listens to the journal, and the loop that serves them all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from threading import Event, Thread

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections

from kapok.back.workforce import reactions as workforce
from kapok.chain.ordering import reactions as ordering
from kapok.front.channels import queueing
from kapok.front.channels.announcing import reactions as announcing
from kapok.ground.journal import seals
from kapok.ground.journal.api import NotNow, Subscription, deliver, retry_due
from kapok.ground.notices.reactions import tell
from kapok.ground.notices.rules import KINDS
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.network.inventory.upkeep import Upkeep

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription("notices", tell, frozenset(KINDS)),
    Subscription("ordering", ordering.hear, ordering.HEARS),
    Subscription("workforce", workforce.hear, workforce.HEARS),
    Subscription("channels", announcing.hear, announcing.HEARS),
)
"""Every subscriber, by a name that never changes: under it the database keeps how far it has read."""

IDLE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30.0


class RelayNotInstalled(KapokError):
    """The relay is asked for, but its library is not there."""

    wording = Text(
        zh="设置了 KAPOK_NATS_URL，但没有安装 nats-py；请执行 pip install 'kapok-telecom[relay]'，或取消该设置。",
        en="KAPOK_NATS_URL is set, but nats-py is not installed; run pip install 'kapok-telecom[relay]', or unset it.",
    )


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
    """Serve every subscriber and seal the journal, each in a thread of its own, until `stop` is set.

    None waits for another, however slow that is. Several processes may attend at once; an outage of the database is waited for.
    """
    do_all(_duties(), stop)


def do_all(duties: Sequence[Duty], stop: Event) -> None:
    """Do each of the duties again and again, each in a thread of its own, until `stop` is set.

    One that cannot even rest ends all, and its error is raised.
    """
    errors: list[BaseException] = []
    threads = [Thread(target=_attend, args=(duty, stop, errors), name=duty.name) for duty in duties]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def _attend(duty: Duty, stop: Event, errors: list[BaseException]) -> None:
    try:
        try:
            _repeat(duty, stop)
        finally:
            connections.close_all()
    except BaseException as error:  # raised again by `do_all`, once the others have stopped
        errors.append(error)
        stop.set()


def _repeat(duty: Duty, stop: Event) -> None:
    while not stop.is_set():
        if not duty.do(datetime.now(UTC)):
            stop.wait(IDLE_SECONDS)


def _duties() -> list[Duty]:
    duties = [Duty(subscription.name, _serve(subscription)) for subscription in SUBSCRIPTIONS]
    duties.append(Duty("journal-seals", lambda at: seals.seal_due(at=at)))
    duties.append(Duty("inventory", Upkeep()))
    duties.append(Duty("channels-queues", queueing.Upkeep()))
    if settings.NATS_URL:
        duties.append(Duty("relay", _relay()))
    return duties


def _serve(subscription: Subscription) -> Callable[[datetime], int]:
    return lambda at: retry_due(subscription, at=at) + deliver(subscription, at=at)


def _relay() -> Callable[[datetime], int]:
    """Relay to NATS; what it needs is loaded at the first attempt, since it is an optional part."""

    @cache
    def loaded() -> Callable[[datetime], int]:
        if not find_spec("nats"):
            raise RelayNotInstalled
        jetstream = import_module("kapok.edges.relay.jetstream")
        return _serve(jetstream.Relay(settings.NATS_URL, replicas=settings.NATS_REPLICAS).subscription)

    def serve(at: datetime) -> int:
        return loaded()(at)

    return serve
