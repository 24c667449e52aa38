"""Fires what is due: the warnings, breaches and fulfilments that come with time alone.

Any number of schedulers may run at once. Each firing is one change of its row and one journal entry in one transaction, so whatever
is killed wherever, nothing is lost and nothing is said twice.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import (
    DataError,
    IntegrityError,
    InternalError,
    NotSupportedError,
    ProgrammingError,
    connection,
    transaction,
)

from kapok.ground.commitments import registry, stuck
from kapok.ground.commitments.firing import FIRE, FIRE_ONE, FIRST, NEXT, Deed
from kapok.ground.commitments.models import Commitment, PackVersion
from kapok.ground.journal.rules import cause
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

ACTOR = "system/scheduler"
CHANNEL = "kapok_scheduler"
NAP = timedelta(seconds=1)
"""The longest that a scheduler sleeps without looking."""
BATCH = 500
ALL_POINTS = 2
"""A limit that one clock does not fill: it says everything that lies behind it."""
STUCK_TOGETHER = 20
"""So many clocks that fail one after the other are no fault of theirs."""
POISON = (DataError, IntegrityError, InternalError, NotSupportedError, ProgrammingError)
"""What the database says of a row that it cannot take; that it is away or short of something is another matter."""


@dataclass(frozen=True)
class Fired:
    """What has been fired: how many clocks were looked at, how often each thing was said, and the promised moments in order."""

    clocks: int = 0
    deeds: Counter[Deed] = field(default_factory=Counter)
    moments: tuple[datetime, ...] = ()
    stuck: bool = False
    """Whether the one clock that was looked at could not fire, and has been set aside."""


@dataclass
class Streak:
    """Clocks that could not fire, one after the other and none between them that could: so many are not to blame themselves."""

    failed: int = 0

    def add(self, fired: Fired) -> None:
        """Count one more, or begin anew after one that has fired."""
        self.failed = self.failed + 1 if fired.stuck else 0 if fired.moments else self.failed

    @property
    def is_common(self) -> bool:
        """Whether something fails that all of them have in common."""
        return self.failed >= STUCK_TOGETHER


def fire(*, at: datetime, limit: int = BATCH, streak: Streak | None = None) -> Fired:
    """Fire the first `limit` clocks that are due by `at` and that no other scheduler has in hand, in the order of time.

    A clock that has several points behind it says them all, each at its own moment, before any later one of another clock. One
    that makes firing fail is found by firing ever fewer of the first, and set aside until it is tried again (`retry_stuck`); while
    the `streak` shows that all fail, no attempt is counted against it.
    """
    streak = streak or Streak()
    while True:
        try:
            fired = _named(at, limit)
        except POISON:
            if limit > 1:
                limit //= 2
                continue
            fired = _fire_first(at, streak)
        streak.add(fired)
        return fired


def retry_stuck(*, at: datetime, limit: int = 20, streak: Streak | None = None) -> Fired:
    """Try again those set aside whose time has come, each by itself; what was fired.

    One that somebody else has in hand stays set aside until it can be looked at.
    """
    streak, fired = streak or Streak(), Fired()
    for key in stuck.due(at, limit):
        with transaction.atomic():
            row = stuck.locked(key, at)
            done = _attempt(row.commitment_id, row.fire_at, at, ALL_POINTS, streak) if row else Fired()
            if row and not done.stuck and (done.clocks or stuck.is_past(row)):
                stuck.settle(row, at)
        streak.add(done)
        fired = Fired(fired.clocks + done.clocks, fired.deeds + done.deeds, fired.moments + done.moments)
    return fired


def _fire_first(at: datetime, streak: Streak) -> Fired:
    """Fire the next point of the first clock, or set it aside. It is held meanwhile, so that no other clock is taken for it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(FIRST, {"at": at, "limit": 1})
            first = cursor.fetchone()
        return _attempt(first[0], first[1], at, 1, streak) if first else Fired()


def _attempt(clock: UUID, moment: datetime, at: datetime, limit: int, streak: Streak) -> Fired:
    try:
        return _named(at, limit, clock)
    except POISON as error:
        stuck.set_aside(clock, moment, cause(error), at=at, counts=not streak.is_common)
        return Fired(1, stuck=True)


def _named(at: datetime, limit: int, only: UUID | None = None) -> Fired:
    """What was fired, each promise by its name; where one is not known yet it is learnt, and all of it done again."""
    while True:
        with transaction.atomic():
            fired, nameless = _fire(at, limit, only)
            if not nameless:
                return fired
            transaction.set_rollback(True)
        NAMES.learn(nameless)


def _fire(at: datetime, limit: int, only: UUID | None = None) -> tuple[Fired, list[UUID]]:
    """What was fired, and the packs whose promises could not be named: then it must not be kept."""
    with connection.cursor() as cursor:
        cursor.execute(FIRE_ONE if only else FIRE, {"at": at, "limit": limit, "only": only, **NAMES.columns})
        clocks, nameless, warned, breached, fulfilled, moments = cursor.fetchone() or (0, None, 0, 0, 0, [])
    deeds = Counter({Deed.WARNED: warned, Deed.BREACHED: breached, Deed.FULFILLED: fulfilled})
    return Fired(clocks, +deeds, tuple(moments)), nameless or []


class Names:
    """What the promises of the packs are called; a pack never changes, so each is read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[UUID, str], str] = {}
        self.columns = self._columns()

    def learn(self, packs: Iterable[UUID]) -> None:
        """Read these packs. Whatever cannot be read any more is called by its code: clocks must go on."""
        for key in packs:
            used = Commitment.objects.filter(pack_id=key, next_fire_at__isnull=False).values_list("promise", flat=True)
            titles = dict.fromkeys(used.distinct(), None) | self._titles(PackVersion.objects.get(id=key))
            code = PackVersion.objects.values_list("code", flat=True).get(id=key)
            for promise, title in titles.items():
                zh, en = (title.zh, title.en) if title else (promise, promise)
                self._known[key, promise] = json.dumps({"pack": code, "title": {"zh": zh, "en": en}})
        self.columns = self._columns()

    @staticmethod
    def _titles(row: PackVersion) -> dict[str, Text]:
        try:
            return {code: rows[-1].title for code, rows in registry.pack_of(row).by_code.items()}
        except KapokError:
            return {}

    def _columns(self) -> dict[str, list[Any]]:
        keys = list(self._known)
        return {
            "packs": [pack for pack, _ in keys],
            "promises": [promise for _, promise in keys],
            "named": list(self._known.values()),
        }


NAMES = Names()


def next_moment() -> datetime | None:
    """When the next clock has to fire, or one set aside has to be tried again; it may have passed. None while there is none."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        (moment,) = cursor.fetchone() or (None,)
    return moment


def wake_if_soon(moment: datetime | None, at: datetime) -> None:
    """Wake the sleeping schedulers, once the transaction commits, for a clock that fires within two naps from `at`.

    Those that fire later are seen by themselves in good time.
    """
    if moment is not None and moment - at < 2 * NAP:
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
