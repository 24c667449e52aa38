"""The live judgement: all entries of a matter in, its commitment rows brought up to date.

It runs within the `transaction.atomic` of the verb that records an entry. The matter is locked first; whoever comes second sees
the entries of whoever came first, so the rows are what the kernel makes of all entries together, in whatever order and however
late they arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import connection

from kapok.ground.commitments import registry, rules
from kapok.ground.commitments.models import Commitment
from kapok.ground.commitments.reconciling import Change, keep_promised, reconcile
from kapok.ground.journal import queries as journal
from kapok.ground.journal.matters import Happening, happening
from kapok.ground.journal.models import Entry
from kapok.kernel import promises
from kapok.kernel.promises import EVENTS, Judgement
from kapok.kernel.promises.vocabulary import MATTER_CHANGED

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))"
# Whoever judges shares the packs; whoever adopts one has them alone.
SHARE_PACKS = "SELECT pg_advisory_xact_lock_shared(hashtextextended('packs', 8))"
KEEP_PACKS = "SELECT pg_advisory_xact_lock(hashtextextended('packs', 8))"


@dataclass
class Matter:
    """A matter under lock: its entries as the journal holds them and as the kernel takes them, and its commitments."""

    subject: str
    entries: list[Entry]
    known: list[promises.Entry] = field(init=False)
    facts: dict[str, Any] = field(init=False)
    rows: list[Commitment] = field(init=False)

    def __post_init__(self) -> None:
        self.known, self.facts = as_known(self.entries)
        rows = Commitment.objects.filter(subject=self.subject).order_by("opened_at", "number")
        self.rows = list(rows.select_for_update(no_key=True))  # a scheduler passes them over until they are judged

    @property
    def until(self) -> datetime:
        """The latest moment that is known: of an entry, or for which a clock of the matter has fired."""
        fired = (row.fired_through for row in self.rows if row.fired_through is not None)
        return max(chain((entry.at for entry in self.entries), fired))

    def answering(self, judgement: Judgement) -> tuple[str, str]:
        """The unit and the person who answer for a new commitment: named by the entry that opened it, else who answers for the
        matter's other commitments, else who acted.
        """
        entry = self._opening(judgement)
        if entry.data.get("owner"):
            return entry.data.get("unit", ""), entry.data["owner"]
        known = next((row for row in reversed(self.rows) if row.state in rules.RUNNING), None)
        return (known.unit, known.owner) if known else (entry.data.get("unit", ""), entry.actor)

    def _opening(self, judgement: Judgement) -> Entry:
        first = judgement.used[0][0] if judgement.used else self.known[0]
        return next(entry for entry, known in zip(self.entries, self.known, strict=True) if known is first)


def as_known(entries: Sequence[Entry]) -> tuple[list[promises.Entry], dict[str, Any]]:
    """Journal entries as the kernel takes them, in the same order, and what is known of their matter."""
    told = [promises.Entry(entry.kind, entry.at, entry.data.get("facts", {})) for entry in entries]
    facts = promises.known_facts(told)
    return promises.by_matter(told, facts), facts


def lock(subject: str) -> None:
    """Let nobody else judge this matter until the transaction ends; whoever comes second waits."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [subject])


def keep_packs() -> None:
    """Let nobody judge by the packs until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP_PACKS)


def locked(subject: str) -> Matter:
    """The matter, alone until the transaction ends, by packs that stay as they are."""
    with connection.cursor() as cursor:
        cursor.execute(SHARE_PACKS)
    lock(subject)
    return Matter(subject, journal.happenings(subject))


def judge(subject: str, entry: Entry) -> None:
    """Bring the commitments of a matter up to date after `entry`."""
    matter = locked(subject)
    _judge(matter, None if _changes_facts(matter, entry) else entry.kind, entry)


def judge_again(subjects: Iterable[str]) -> None:
    """Bring the commitments of matters up to date after the packs have changed."""
    for subject in subjects:
        matter = locked(subject)
        _judge(matter, None, matter.entries[-1])


def _judge(matter: Matter, kind: str | None, entry: Entry) -> None:
    versions = registry.hearing([entry.kind] if kind else {each.kind for each in matter.entries}, matter.facts)
    new: list[tuple[Change, Commitment]] = []
    for version in versions:
        codes = dict.fromkeys(promise.code for promise in rules.touched(version.pack, matter.known, kind))
        for code in codes:
            new.extend(_settle(matter, version, code, entry))
    keep_promised(new)


def _settle(matter: Matter, version: rules.Version, code: str, entry: Entry) -> Iterator[tuple[Change, Commitment]]:
    """Several rows of a pack may share a code, each for its own dates: together they are one promise."""
    promises_of_code = version.pack.by_code[code]
    made = [
        judgement
        for promise in promises_of_code
        for judgement in rules.judged(version, promise, matter.known, matter.facts, matter.until)
    ]
    rows = [row for row in matter.rows if row.pack_id == version.key and row.promise == code]
    change = Change(matter.subject, version, promises_of_code[-1], entry)
    return ((change, row) for row in reconcile(change, rows, made, matter.answering))


def _changes_facts(matter: Matter, entry: Entry) -> bool:
    """Whether other promises than those that hear its kind may be judged otherwise because of this entry."""
    if entry.kind == MATTER_CHANGED:
        return True
    others = [each for each in matter.entries if each.id != entry.id]
    return bool(others) and as_known(others)[1] != matter.facts


def told(matter: Matter, kind: str, *, actor: str, at: datetime, facts: Mapping[str, Any]) -> Happening:
    """An entry about a matter that goes with its others: under the same correlation."""
    correlation = matter.entries[-1].correlation if matter.entries else None
    return happening(kind, subject=matter.subject, actor=actor, at=at, correlation=correlation, facts=facts)


def is_heard(kind: str) -> bool:
    """Whether an entry of this kind can matter to a promise at all."""
    return kind in EVENTS
