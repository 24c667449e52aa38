"""Seals: digests over the journal, each going on from the one before, by which a later change of any entry is found out.

The digest of a seal is the SHA-256 of the digest before it and of the SHA-256 of each entry it covers, in reading order. Who can
write to the database could make all seals anew; so the last digest of each day is to be kept elsewhere, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Q, Sum
from django.utils import timezone

from kapok.ground.journal import spoilt
from kapok.ground.journal.models import Entry, Seal
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

BATCH: Final = 10_000
MARK: Final = 8
# Any fixed number will do, as long as nothing else in this database locks on it.
LOCK: Final = 0x6B7365616C

# What is sealed of an entry: every column, moments in microseconds, so that neither zone nor date style of a session matters.
CANONICAL: Final = """
sha256(convert_to(jsonb_build_array(id, kind, subject, (extract(epoch FROM at) * 1000000)::bigint,
    (extract(epoch FROM recorded_at) * 1000000)::bigint, actor, correlation, data, transaction, position)::text, 'UTF8'))
"""
HASHED: Final = " ".join(("WITH covered AS MATERIALIZED (SELECT transaction, position,", CANONICAL, "AS hash "))
NEXT: Final = "FROM journal_read(%s, %s, %s))"
RANGE: Final = """
FROM journal_entry WHERE (transaction, position) > (%s, %s) AND (transaction, position) <= (%s, %s))
"""
SUM_UP: Final = """
SELECT count(*), max(transaction), (SELECT position FROM covered ORDER BY transaction DESC, position DESC LIMIT 1),
    sha256(%s::bytea || coalesce(string_agg(hash, ''::bytea ORDER BY transaction, position), ''::bytea)),
    coalesce(string_agg(substr(hash, 1, 8), ''::bytea ORDER BY transaction, position), ''::bytea)
FROM covered
"""
UNSEALED: Final = "SELECT count(*), min(recorded_at) FROM journal_entry WHERE (transaction, position) > (%s, %s)"
OVERDUE: Final = """
SELECT recorded_at, id FROM journal_entry WHERE recorded_at < statement_timestamp() - %s ORDER BY recorded_at, id LIMIT 1
"""
HASHES: Final = "SELECT hash FROM covered ORDER BY transaction, position"


@dataclass(frozen=True)
class _Sum:
    entries: int
    transaction: int | None
    position: int | None
    digest: bytes
    marks: bytes


class Breach(StrEnum):
    """What verification can find."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    SEAL_CHANGED = "seal_changed"
    SEAL_MISSING = "seal_missing"
    OTHER_DIGEST = "other_digest"
    NO_SUCH_DAY = "no_such_day"
    NOTHING_SEALED = "nothing_sealed"
    WORDS_ALTERED = "words_altered"
    WORDS_GONE = "words_gone"


BREACHES: Mapping[Breach, Text] = {
    Breach.CHANGED: Text(zh="有条目被改动", en="an entry was changed"),
    Breach.REMOVED: Text(zh="有条目被删除", en="an entry was removed"),
    Breach.INSERTED: Text(zh="有条目被插入", en="an entry was inserted"),
    Breach.SEAL_CHANGED: Text(zh="封印被改动", en="the seal itself was changed"),
    Breach.SEAL_MISSING: Text(zh="缺少封印", en="a seal is missing"),
    Breach.OTHER_DIGEST: Text(zh="当日摘要与另存的不同", en="the day's digest is not the one that was kept"),
    Breach.NO_SUCH_DAY: Text(zh="该日没有封印", en="there is no seal of that day"),
    Breach.NOTHING_SEALED: Text(
        zh="一个封印也没有，而日志早已应当封印",
        en="there is no seal at all, though entries should long have been sealed",
    ),
    Breach.WORDS_ALTERED: Text(zh="人员填写的文字被改动", en="the words that a person typed were changed"),
    Breach.WORDS_GONE: Text(
        zh="人员填写的文字缺失，且没有删除记录",
        en="the words that a person typed are gone, and no erasure was recorded",
    ),
}
OF_WORDS: Final = frozenset({Breach.WORDS_ALTERED, Breach.WORDS_GONE})
"""The seals agree; what is kept apart from the entries does not."""


@dataclass(frozen=True)
class Finding:
    """The first breach: in which seal, and as far as it can be said, the place within it (from 1) and the entry.

    Of an entry that was removed the place is where it stood and `entry` the one that follows there now. Of words that are not what
    they were `entry` is theirs; `number` is 0 where no seal covers it yet.
    """

    breach: Breach
    day: date
    number: int
    place: int | None = None
    entry: UUID | None = None


@dataclass(frozen=True)
class Verified:
    """What was looked at, and the first breach if there is one."""

    seals: int
    entries: int
    finding: Finding | None


@dataclass(frozen=True)
class Tail:
    """The entries after the last seal: nothing shows yet whether somebody changes them."""

    entries: int
    since: datetime | None
    """When the first of them was written."""


@dataclass(frozen=True)
class Day:
    """The last digest of a day's seals, to be kept elsewhere."""

    day: date
    digest: str
    seals: int
    entries: int


def seal(*, at: datetime, limit: int = BATCH) -> int:
    """Seal the next entries, `limit` at most, in commit-safe order; how many. 0 too when another process is sealing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        last = Seal.objects.order_by("-day", "-number").first()
        found = _sum(HASHED + NEXT + SUM_UP, [*_through(last), limit, _digest(last)])
        if found.transaction is None or found.position is None:
            return 0
        today = timezone.localdate(at)
        day = max(today, last.day) if last else today  # a clock that was put back does not break the chain
        Seal.objects.create(
            id=uuid7(at),
            day=day,
            number=last.number + 1 if last and last.day == day else 1,
            through_transaction=found.transaction,
            through_position=found.position,
            entries=found.entries,
            digest=found.digest,
            marks=found.marks,
            sealed_at=at,
        )
    return found.entries


def seal_due(*, at: datetime) -> int:
    """Seal when `SEAL_EVERY` has passed since the last seal, or when that one was full; how many entries."""
    last = Seal.objects.order_by("-day", "-number").only("sealed_at", "entries").first()
    if last and last.entries < BATCH and timedelta(0) <= at - last.sealed_at < settings.SEAL_EVERY:
        return 0
    return seal(at=at)


def verify(*, since: date | None = None, expected: Mapping[date, str] | None = None) -> Verified:
    """Compute every seal again, from that day on, until the first that does not agree; then compare the words that are kept apart.

    `expected` are last digests of days (hexadecimal) that were kept elsewhere.
    """
    first = before = Seal.objects.filter(day__lt=since).order_by("day", "number").last() if since else None
    entries = count = 0
    for each in _seals(since):
        if (finding := _missing_before(each, before)) or (finding := _breach(each, before)):
            return Verified(count, entries, finding)
        before, count, entries = each, count + 1, entries + each.entries
    finding = _unexpected(expected or {}) or _nothing_sealed() or _from_the_future(before) or _words(_through(first))
    return Verified(count, entries, finding)


def tail() -> Tail:
    """What no seal covers yet, entries of transactions that are still open left out."""
    last = Seal.objects.order_by("-day", "-number").first()
    with connection.cursor() as cursor:
        cursor.execute(UNSEALED, _through(last))
        entries, since = cursor.fetchone()
    return Tail(entries, since)


def _nothing_sealed() -> Finding | None:
    """Entries older than what a seal may wait, and no seal: none was ever written, or somebody took them all away."""
    if Seal.objects.exists():
        return None
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE, [settings.SEAL_EVERY])
        found = cursor.fetchone()
    return Finding(Breach.NOTHING_SEALED, timezone.localdate(found[0]), 1, None, found[1]) if found else None


def _from_the_future(last: Seal | None) -> Finding | None:
    """An entry with the number of a transaction that has not been: no seal would reach it for long."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM journal_entry WHERE transaction > journal_transaction() ORDER BY transaction LIMIT 1"
        )
        found = cursor.fetchone()
    if found is None:
        return None
    return Finding(
        Breach.INSERTED, last.day if last else timezone.localdate(), last.number if last else 0, None, found[0]
    )


def _words(after: tuple[int, int]) -> Finding | None:
    """The first entry whose words are not those of which it holds the digest."""
    found = spoilt.first(after)
    if found is None:
        return None
    breach = Breach.WORDS_GONE if found.gone else Breach.WORDS_ALTERED
    covering = Seal.objects.filter(
        Q(through_transaction__gt=found.transaction)
        | Q(through_transaction=found.transaction, through_position__gte=found.position)
    )
    each = covering.order_by("through_transaction", "through_position").first()
    return Finding(breach, each.day if each else timezone.localdate(), each.number if each else 0, None, found.entry)


def days(*, since: date | None = None) -> Iterator[Day]:
    """The last digest of each day, from the first on."""
    kept = Seal.objects.filter(day__gte=since) if since else Seal.objects.all()
    for row in kept.values("day").annotate(seals=Max("number"), sum=Sum("entries")).order_by("day"):
        last = Seal.objects.get(day=row["day"], number=row["seals"])
        yield Day(row["day"], bytes(last.digest).hex(), row["seals"], row["sum"])


def _seals(since: date | None) -> Iterator[Seal]:
    kept = Seal.objects.filter(day__gte=since) if since else Seal.objects.all()
    return kept.order_by("day", "number").iterator(chunk_size=50)


def _sum(statement: str, values: list[int | bytes]) -> _Sum:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        entries, last, position, digest, marks = cursor.fetchone()
    return _Sum(entries, last, position, bytes(digest), bytes(marks))


def _through(seal: Seal | None) -> tuple[int, int]:
    return (seal.through_transaction, seal.through_position) if seal else (-1, 0)


def _digest(seal: Seal | None) -> bytes:
    return bytes(seal.digest) if seal else b""


def _missing_before(each: Seal, before: Seal | None) -> Finding | None:
    """A gap in the numbers of a day; a day that is missing as a whole shows in the digest of the next."""
    due = before.number + 1 if before and before.day == each.day else 1
    return Finding(Breach.SEAL_MISSING, each.day, due) if each.number != due else None


def _breach(each: Seal, before: Seal | None) -> Finding | None:
    found = _sum(HASHED + RANGE + SUM_UP, [*_through(before), *_through(each), _digest(before)])
    if (found.entries, found.digest) == (each.entries, bytes(each.digest)):
        return None
    place = _first_difference(found.marks, bytes(each.marks))
    if found.entries > each.entries:
        breach = Breach.INSERTED if _holds_without_the_new(each, before) else Breach.SEAL_MISSING
        return Finding(breach, each.day, each.number, *_named(each, before, place))
    if found.entries < each.entries:
        return Finding(Breach.REMOVED, each.day, each.number, *_named(each, before, place))
    if place is None:
        return Finding(Breach.SEAL_CHANGED, each.day, each.number)
    return Finding(Breach.CHANGED, each.day, each.number, *_named(each, before, place))


def _first_difference(now: bytes, then: bytes) -> int | None:
    """The place, from 0, of the first mark that is not what it was."""
    if now == then:
        return None
    places = range(0, max(len(now), len(then)), MARK)
    return next(start for start in places if now[start : start + MARK] != then[start : start + MARK]) // MARK


def _holds_without_the_new(each: Seal, before: Seal | None) -> bool:
    """Whether the seal agrees when only the entries that it marks are counted; else the seal before it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(HASHED + RANGE + HASHES, [*_through(before), *_through(each)])
        hashes = iter([bytes(row[0]) for row in cursor.fetchall()])
    marks = bytes(each.marks)
    sealed = sha256(_digest(before))
    for start in range(0, len(marks), MARK):
        match = next((found for found in hashes if found[:MARK] == marks[start : start + MARK]), b"")
        sealed.update(match)
    return sealed.digest() == bytes(each.digest)


def _named(each: Seal, before: Seal | None, place: int | None) -> tuple[int | None, UUID | None]:
    if place is None:
        return None, None
    first, last = _through(before), _through(each)
    covered = Entry.objects.filter(
        Q(transaction__gt=first[0]) | Q(transaction=first[0], position__gt=first[1]),
        Q(transaction__lt=last[0]) | Q(transaction=last[0], position__lte=last[1]),
    )
    entry = covered.order_by("transaction", "position").values_list("id", flat=True)[place : place + 1].first()
    return place + 1, entry


def _unexpected(expected: Mapping[date, str]) -> Finding | None:
    for day, digest in sorted(expected.items()):
        last = Seal.objects.filter(day=day).order_by("number").last()
        if last is None:
            return Finding(Breach.NO_SUCH_DAY, day, 1)
        if bytes(last.digest).hex() != digest.lower():
            return Finding(Breach.OTHER_DIGEST, day, last.number)
    return None
