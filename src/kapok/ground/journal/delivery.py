"""How subscribers read the journal: in commit-safe order, with effects exactly once.

An entry is shown to a subscriber only when every transaction older than its own has ended, so that none is skipped because it
was committed late. A handler's changes and the subscriber's place are one transaction: both happen or neither does. What a
handler does outside this database happens at least once. Entries of the caller's own open transaction are never shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from kapok.ground.journal.models import Cursor, Entry, Letter
from kapok.ground.journal.queries import Line, line
from kapok.ground.journal.rules import OPEN_LETTERS, LetterState, Start, cause, letter_sources, wait_before_next
from kapok.kernel.errors import KapokError
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

# A window of the journal, of which the handler gets what it wants; the last row always comes, to know how far one has read.
READ: Final = """
WITH seen AS MATERIALIZED (SELECT * FROM journal_read(%s, %s, %s)), told AS (
    SELECT *, count(*) OVER () AS passed, row_number() OVER (ORDER BY transaction, position) AS place,
        (%s OR kind = ANY(%s) OR kind ^@ ANY(%s)) AS wanted FROM seen
)
SELECT * FROM told WHERE wanted OR place = passed ORDER BY transaction, position
"""
# How many entries are looked at for each that a choosy subscriber is given.
SPAN: Final = 20
LAST_POSITION: Final = 2**63 - 1
ERROR_LENGTH: Final = 300


class NotNow(Exception):
    """Raised by a handler that can serve nobody at present (its peer is away): the subscriber stays where it is."""


class Never(KapokError):
    """Raised by a handler whose peer will not take the entry as things stand: it is given up at once, and its letter says why.

    The words are kept, so they name nobody.
    """

    wording = Text(
        zh="对方拒收；请排除原因后再次投递。", en="The other side refuses it; remove the cause, then deliver it again."
    )


@dataclass(frozen=True)
class Failure:
    """Why a handler could not take an entry, and whether it is of no use to try again."""

    error: str
    final: bool = False


@dataclass(frozen=True)
class Subscription:
    """Who wants to hear of what. `kinds` are whole kinds, or prefixes that end with a dot (`fault.`); none means all.

    The handler must reach the outside last and may be called again for the same entry; what it changes here is undone then.
    """

    name: str
    handler: Callable[[Line], None]
    kinds: frozenset[str] = frozenset()
    start: Start = Start.BEGINNING

    @property
    def exact(self) -> list[str]:
        """The whole kinds."""
        return [kind for kind in self.kinds if not kind.endswith(".")]

    @property
    def prefixes(self) -> list[str]:
        """The beginnings of kinds."""
        return [kind for kind in self.kinds if kind.endswith(".")]


def deliver(subscription: Subscription, *, at: datetime, limit: int = 100) -> int:
    """Hand the next entries, `limit` at most, to the handler and move the subscriber on; how many entries it has passed.

    0 means that nothing is there, or that another process is serving this subscriber. An entry whose handler fails is kept as a
    letter, and those of its subject that follow are parked behind it. Raises `NotNow` if the handler did; then what was
    handled before it in this call is kept.
    """
    place = Cursor.objects.filter(subscriber=subscription.name).first() or _begin(subscription, at)
    if not _read(subscription, place, 1):
        return 0
    absent: NotNow | None = None
    with transaction.atomic():
        if not _alone(subscription):
            return 0
        entries = _read(subscription, Cursor.objects.get(subscriber=subscription.name), limit)
        passed, absent = _hand_over(subscription, entries, limit, at)
        if passed:
            last = entries[passed - 1]
            Cursor.objects.filter(subscriber=subscription.name).update(
                transaction=last.transaction, position=last.position, moved_at=at
            )
    if absent:
        raise absent
    return _place_of(entries[passed - 1]) if passed else 0


def retry_due(subscription: Subscription, *, at: datetime, limit: int = 100) -> int:
    """Try again what is due, and after each success what was parked behind it; how many attempts were made.

    `limit` is the number of subjects, and of the letters of each. Raises `NotNow` if the handler did; then what was tried before
    it in this call is kept.
    """
    tryable = Letter.objects.filter(
        subscriber=subscription.name, state__in=[LetterState.WAITING, LetterState.PARKED], next_try_at__lte=at
    )
    if not tryable.exists():
        return 0
    tried, absent = 0, None
    with transaction.atomic():
        if not _alone(subscription):
            return 0
        heads = (
            Letter.objects.filter(subscriber=subscription.name, state__in=OPEN_LETTERS)
            .order_by("subject", "transaction", "position")
            .distinct("subject")
            .values("pk")
        )
        subjects = list(tryable.filter(pk__in=heads).order_by("next_try_at").values_list("subject", flat=True)[:limit])
        for subject in subjects:
            more, absent = _retry_subject(subscription, subject, at, limit)
            tried += more
            if absent:
                break
    if absent:
        raise absent
    return tried


def attempt(subscription: Subscription, entry: Entry) -> Failure | None:
    """Call the handler in a savepoint: None, or what went wrong, with its changes undone. Raises `NotNow`."""
    try:
        with transaction.atomic():
            subscription.handler(line(entry))
            # What the database checks only at the end of a transaction would otherwise fall on all entries of the batch.
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    except NotNow:
        raise
    except Never as refused:
        return Failure(f"{refused.text.zh} {refused.text.en}"[:ERROR_LENGTH], final=True)
    except Exception as failure:
        if connection.connection is None or connection.connection.closed:
            raise  # the database went away: nothing of this batch has happened
        return Failure(cause(failure))
    return None


def _alone(subscription: Subscription) -> bool:
    """Whether nobody else serves this subscriber until the transaction ends.

    A row lock would number the transaction, and every reader of the journal would wait behind it for as long as a handler talks
    to the outside; an advisory lock does not.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 9))", [subscription.name])
        return bool(cursor.fetchone()[0])


def _begin(subscription: Subscription, at: datetime) -> Cursor:
    place = {"transaction": -1, "position": 0}
    if subscription.start is Start.END:
        with connection.cursor() as cursor:
            cursor.execute("SELECT journal_horizon() - 1")
            place = {"transaction": cursor.fetchone()[0], "position": LAST_POSITION}
    return Cursor.objects.get_or_create(subscriber=subscription.name, defaults={**place, "moved_at": at})[0]


def _read(subscription: Subscription, place: Cursor, limit: int) -> list[Entry]:
    """What follows `place`, as far as it may be seen: what the subscription wants, and the last of all."""
    span = limit * SPAN if subscription.kinds and limit > 1 else limit
    return list(
        Entry.objects.raw(
            READ,
            [
                place.transaction,
                place.position,
                span,
                not subscription.kinds,
                subscription.exact,
                subscription.prefixes,
            ],
        )
    )


def _place_of(entry: Entry) -> int:
    place: int = entry.place  # type: ignore[attr-defined]  # a column of READ
    return place


def _hand_over(subscription: Subscription, entries: list[Entry], limit: int, at: datetime) -> tuple[int, NotNow | None]:
    """How many of `entries` are done with, and whether the handler asked to stop there."""
    held = _held_up(subscription, entries)
    handled = 0
    for number, entry in enumerate(entries):
        if not entry.wanted:  # type: ignore[attr-defined]  # a column of READ
            continue
        if handled == limit:
            return number, None
        handled += 1
        if entry.subject in held:
            _keep(subscription, entry, at)
            continue
        try:
            failure = attempt(subscription, entry)
        except NotNow as absent:
            return number, absent
        if failure is not None:
            _keep(subscription, entry, at, failure)
            held.add(entry.subject)
    return len(entries), None


def _held_up(subscription: Subscription, entries: Iterable[Entry]) -> set[str]:
    """The subjects of `entries` of which an earlier entry still stands in the way."""
    subjects = {entry.subject for entry in entries}
    waiting = Letter.objects.filter(subscriber=subscription.name, subject__in=subjects, state__in=OPEN_LETTERS)
    return set(waiting.values_list("subject", flat=True))


def _keep(subscription: Subscription, entry: Entry, at: datetime, failure: Failure | None = None) -> None:
    """Write a letter: failed once, or parked behind another."""
    Letter.objects.create(
        id=uuid7(at),
        subscriber=subscription.name,
        entry=entry,
        subject=entry.subject,
        transaction=entry.transaction,
        position=entry.position,
        written_at=at,
        **(_failed(failure, 1, at) if failure else {"state": LetterState.PARKED, "next_try_at": at}),
    )


def _failed(failure: Failure, attempts: int, at: datetime) -> dict[str, object]:
    """The state of a letter after so many failed attempts."""
    dead = failure.final or attempts >= settings.DELIVERY_ATTEMPTS
    return {
        "error": failure.error,
        "state": LetterState.DEAD if dead else LetterState.WAITING,
        "attempts": attempts,
        "next_try_at": at + wait_before_next(attempts, settings.DELIVERY_RETRY_AFTER),
    }


def _retry_subject(subscription: Subscription, subject: str, at: datetime, limit: int) -> tuple[int, NotNow | None]:
    """Try the letters of a subject in order until one fails; how many were tried, and whether the handler asked to stop there."""
    tried = 0
    letters = Letter.objects.filter(subscriber=subscription.name, subject=subject, state__in=OPEN_LETTERS)
    waiting = letters.order_by("transaction", "position").select_related("entry").select_for_update(of=("self",))
    for letter in waiting[:limit]:
        if letter.state == LetterState.DEAD or letter.next_try_at > at:
            break
        try:
            failure = attempt(subscription, letter.entry)
        except NotNow as absent:
            return tried, absent
        tried += 1
        if failure is not None:
            Letter.objects.filter(pk=letter.pk).update(**_failed(failure, letter.attempts + 1, at))
            break
        Letter.objects.filter(pk=letter.pk, state__in=letter_sources(LetterState.DONE)).update(
            state=LetterState.DONE, attempts=F("attempts") + 1, settled_at=at
        )
    return tried, None
