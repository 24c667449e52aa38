"""Fires what is due: the warnings, breaches and fulfilments that come with time alone.

Any number of schedulers may run at once. Each firing is one change of its row and one journal entry in one transaction, so whatever
is killed wherever, nothing is lost and nothing is said twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from kapok.ground.commitments import events, registry
from kapok.ground.commitments.firing import Deed, Firing, Left, Running
from kapok.ground.commitments.firing import fire as fired
from kapok.ground.commitments.models import PackVersion
from kapok.ground.journal import api as journal
from kapok.kernel.errors import KapokError
from kapok.kernel.promises import Pack
from kapok.kernel.text import Text

ACTOR = "system/scheduler"
CHANNEL = "kapok_scheduler"
NAP = timedelta(seconds=1)
"""The longest that a scheduler sleeps without looking."""
BATCH = 500

CLAIM = """
SELECT id, subject, pack_id, promise, tier, direction, unit, owner, opened_at, zone, due_at, warn_at, next_fire_at
FROM commitments_commitment
WHERE next_fire_at IS NOT NULL AND next_fire_at <= %s
ORDER BY next_fire_at, id
LIMIT %s
FOR NO KEY UPDATE SKIP LOCKED
"""
SETTLE = """
UPDATE commitments_commitment AS clock
SET state = fired.state, next_fire_at = fired.next, fired_through = fired.through,
    breached_at = coalesce(fired.breached, clock.breached_at)
FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
    AS fired (id, state, next, through, breached)
WHERE clock.id = fired.id
"""
NEXT = "SELECT min(next_fire_at) FROM commitments_commitment WHERE next_fire_at IS NOT NULL"

EVENTS: Mapping[Deed, type[events.AboutCommitment]] = {
    Deed.WARNED: events.Warned,
    Deed.BREACHED: events.Breached,
    Deed.FULFILLED: events.Fulfilled,
}


LAST = UUID(int=2**128 - 1)


@dataclass(frozen=True)
class Fired:
    """What has been fired: how many clocks were looked at, how often each thing was said, and the promised moments in order."""

    clocks: int = 0
    deeds: Counter[Deed] = field(default_factory=Counter)
    moments: tuple[datetime, ...] = ()


@transaction.atomic
def fire(*, at: datetime, limit: int = BATCH) -> Fired:
    """Fire the first `limit` clocks that are due by `at` and that no other scheduler has in hand, in the order of time.

    A clock that has several points behind it says them all, each at its own moment, before any later one of another clock.
    """
    clocks = _claim(at, limit)
    if not clocks:
        return Fired()
    horizon = (clocks[-1].next_fire_at, clocks[-1].id) if len(clocks) == limit else (at, LAST)
    outcomes = [fired(clock, horizon) for clock in clocks]
    told = sorted(firing for firings, _ in outcomes for firing in firings)
    _settle([left for _, left in outcomes])
    journal.record_many(_event(firing) for firing in told)
    return Fired(len(clocks), Counter(firing.deed for firing in told), tuple(firing.moment for firing in told))


def next_moment() -> datetime | None:
    """When the next clock has to fire; it may have passed. None while no clock runs."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        (moment,) = cursor.fetchone() or (None,)
    return moment


@transaction.atomic
def tell_caught_up(
    *, deeds: Counter[Deed], first: datetime, last: datetime, silent_since: datetime, at: datetime
) -> None:
    """Say in the journal that nothing had fired since `silent_since` and that by `at` it has been made good."""
    journal.record(
        events.SchedulerCaughtUp(
            subject=ACTOR,
            actor=ACTOR,
            at=at,
            silent_since=silent_since,
            first=first,
            last=last,
            warned=deeds[Deed.WARNED],
            breached=deeds[Deed.BREACHED],
            fulfilled=deeds[Deed.FULFILLED],
        )
    )


def wake_if_soon(moment: datetime | None, at: datetime) -> None:
    """Wake the sleeping schedulers, once the transaction commits, for a clock that fires within two naps from `at`.

    Those that fire later are seen by themselves in good time.
    """
    if moment is not None and moment - at < 2 * NAP:
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")


def _claim(at: datetime, limit: int) -> list[Running]:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [at, limit])
        return [Running(*row) for row in cursor.fetchall()]


def _settle(left: Sequence[Left]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, [list(column) for column in zip(*left, strict=True)])


def _event(firing: Firing) -> journal.Event:
    clock = firing.clock
    code, title = _named(clock)
    more: dict[str, Any] = {"number": firing.number} if firing.deed is Deed.WARNED else {}
    return EVENTS[firing.deed](
        subject=clock.subject,
        actor=ACTOR,
        at=firing.moment,
        commitment=clock.id,
        pack=code,
        promise=clock.promise,
        tier=clock.tier,
        title=title,
        due_at=clock.due_at,
        unit=clock.unit,
        owner=clock.owner,
        **more,
    )


def _named(clock: Running) -> tuple[str, Text]:
    """The code of the pack and the title of the promise; its code where the pack can no longer be read: clocks must go on."""
    try:
        pack = _pack(clock.pack)
        candidates = pack.by_code[clock.promise]
    except (KapokError, LookupError):
        return str(clock.pack), Text(zh=clock.promise, en=clock.promise)
    if len(candidates) == 1 or clock.opened_at is None:
        return pack.code, candidates[-1].title
    made = clock.opened_at.astimezone(ZoneInfo(clock.zone)).date()
    return pack.code, next((each for each in candidates if each.effective.holds(made)), candidates[-1]).title


@lru_cache(maxsize=1024)
def _pack(key: UUID) -> Pack:
    return registry.pack_of(PackVersion.objects.get(id=key))
