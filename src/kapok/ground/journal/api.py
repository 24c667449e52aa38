"""The journal: what happened, written once, in the transaction of what it tells about.

Promises that an entry exists exactly when the change it describes exists, and that it never changes afterwards. Refuses to
record outside a transaction. What a subscriber could not take is mended here, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import Model
from django.utils.module_loading import import_string

from kapok.ground.journal.apart import forget, forgetting, stored
from kapok.ground.journal.delivery import Never, NotNow, Subscription, deliver, retry_due
from kapok.ground.journal.events import LetterRetried, LetterSetAside, WordsForgotten
from kapok.ground.journal.matters import happening
from kapok.ground.journal.models import Entry, Letter
from kapok.ground.journal.refusals import LetterSettled, NoReason, OutsideTransaction, TooFarAhead, UnknownLetter
from kapok.ground.journal.rules import LETTER_STATES, Event, LetterState, Start, letter_sources, payload
from kapok.ground.journal.writing import write
from kapok.kernel.ids import uuid7

__all__ = [
    "Event",
    "LetterSettled",
    "Never",
    "NoReason",
    "NotNow",
    "OutsideTransaction",
    "Start",
    "Subscription",
    "TooFarAhead",
    "UnknownLetter",
    "WordsForgotten",
    "deliver",
    "forget",
    "forgetting",
    "happening",
    "record",
    "record_many",
    "record_together",
    "retry_due",
    "retry_letter",
    "set_aside_letter",
]

RECORD_MANY = """
INSERT INTO journal_entry (id, kind, subject, at, actor, correlation, data)
SELECT id, kind, subject, at, actor, correlation, data FROM jsonb_to_recordset(%s::jsonb) AS told(
    id uuid, kind text, subject text, at timestamptz, actor text, correlation uuid, data jsonb)
WHERE %s <= statement_timestamp() + make_interval(secs => %s)
"""
"""All of them, or none where the latest is dated too far ahead."""

Witness = Callable[[Sequence[Entry]], None]
REASON_LENGTH = 300
GIVEN = ("id", "kind", "subject", "at", "actor", "correlation", "data")
"""The fields of an entry that its event gives, in their order; the database fills the others."""


def record(event: Event) -> UUID:
    """Write the event down, let the witnesses see it, and say under which identifier.

    Raises `OutsideTransaction`, `TooFarAhead`.
    """
    (entry,) = record_together([event])
    return entry


def record_together(
    events: Iterable[Event], rows: Sequence[Sequence[Model]] = (), new: Collection[str] = ()
) -> list[UUID]:
    """Write down what one verb has to tell, in this order, and let the witnesses see all of it at once.

    The new `rows`, a sequence for each table, are written by the same statement; of the `new` subjects, which nobody else knows
    yet, nothing was told before. The identifiers of the entries, in the same order. Raises `OutsideTransaction`, `TooFarAhead`.
    """
    entries = _written(events, rows)
    for entry in entries:
        entry.begins = entry.subject in new
    for witness in _witnesses() if entries else ():
        witness(entries)
    return [entry.id for entry in entries]


def record_many(events: Iterable[Event]) -> None:
    """Write many events down at once, e.g. what a scheduler fires. Raises `OutsideTransaction`, `TooFarAhead`.

    The witnesses do not see them: it is for what is said about matters, not for what happens to them.
    """
    _written(events)


def _written(events: Iterable[Event], rows: Sequence[Sequence[Model]] = ()) -> list[Entry]:
    entries = [_entry(event) for event in events]
    if not entries:
        write(*rows)
        return []
    if not connection.in_atomic_block:
        raise OutsideTransaction(kind=entries[0].kind)
    told = json.dumps([_row(*each) for each in zip(entries, stored(entries), strict=True)], ensure_ascii=False)
    latest = max(entries, key=lambda entry: entry.at)
    count = write(*rows, last=RECORD_MANY, values=[told, latest.at, settings.JOURNAL_AHEAD.total_seconds()])
    if count < len(entries):
        raise TooFarAhead(kind=latest.kind, at=latest.at, days=settings.JOURNAL_AHEAD.days)
    return entries


def _row(entry: Entry, data: Mapping[str, object]) -> dict[str, object]:
    return {
        "id": str(entry.id), "kind": entry.kind, "subject": entry.subject, "at": entry.at.isoformat(), "actor": entry.actor,
        "correlation": entry.correlation and str(entry.correlation), "data": data,
    }  # fmt: skip


@transaction.atomic
def retry_letter(*, letter: UUID, actor: str, at: datetime) -> None:
    """Let the subscriber be given the entry once more, now. Raises `UnknownLetter`, `LetterSettled`."""
    found = _letter(letter)
    moved = Letter.objects.filter(
        pk=letter, state__in=letter_sources(LetterState.WAITING) - {LetterState.PARKED}
    ).update(state=LetterState.WAITING, next_try_at=at)
    if not moved:
        raise _settled(letter)
    record(
        LetterRetried(
            subject=f"letter/{letter}",
            actor=actor,
            at=at,
            correlation=found.entry.correlation,
            subscriber=found.subscriber,
            about=found.subject,
            entry_kind=found.entry.kind,
            entry=str(found.entry_id),
        )
    )


@transaction.atomic
def set_aside_letter(*, letter: UUID, reason: str, actor: str, at: datetime) -> None:
    """Give up delivering the entry, so that those parked behind it go on.

    Raises `UnknownLetter`, `NoReason`, `LetterSettled`.
    """
    found, reason = _letter(letter), reason.strip()
    if not 1 <= len(reason) <= REASON_LENGTH:
        raise NoReason
    moved = Letter.objects.filter(pk=letter, state__in=letter_sources(LetterState.SET_ASIDE)).update(
        state=LetterState.SET_ASIDE, reason=reason, settled_at=at
    )
    if not moved:
        raise _settled(letter)
    record(
        LetterSetAside(
            subject=f"letter/{letter}",
            actor=actor,
            at=at,
            correlation=found.entry.correlation,
            subscriber=found.subscriber,
            about=found.subject,
            entry_kind=found.entry.kind,
            entry=str(found.entry_id),
            reason=reason,
        )
    )


def _letter(letter: UUID) -> Letter:
    found = Letter.objects.select_related("entry").filter(pk=letter).first()
    if found is None:
        raise UnknownLetter(letter=letter)
    return found


def _settled(letter: UUID) -> LetterSettled:
    state = Letter.objects.values_list("state", flat=True).get(pk=letter)
    return LetterSettled(state_name=LETTER_STATES[LetterState(state)])


def _entry(event: Event) -> Entry:
    values = [uuid7(event.at), event.kind, event.subject, event.at, event.actor, event.correlation, payload(event)]
    return Entry.from_db(DEFAULT_DB_ALIAS, GIVEN, values)


def _witnesses() -> tuple[Witness, ...]:
    """What the composition root has named (`JOURNAL_WITNESSES`): the journal itself knows nobody above it."""
    return tuple(import_string(name) for name in settings.JOURNAL_WITNESSES)
