"""What a person typed, kept apart from the entry that tells of it, so that it can be forgotten.

An entry is written once and sealed; free words may name somebody who has a right to be forgotten. So an entry holds in their
place only a salted digest, by which a later change shows. The salt lies with the words and goes with them: the digest alone
tells nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from secrets import token_bytes
from typing import Any
from uuid import UUID

from django.db import connection

from kapok.ground.journal.models import Apart, Entry
from kapok.ground.journal.rules import ALTERED, APART, FORGOTTEN, KINDS, is_apart

SALT = 16
GONE: ContextVar[set[str] | None] = ContextVar("journal_gone", default=None)
WRITE = """
INSERT INTO journal_apart (entry, subject, salt, words)
SELECT entry, subject, decode(salt, 'hex'), words
FROM jsonb_to_recordset(%s::jsonb) AS told(entry uuid, subject text, salt text, words jsonb)
"""


def stored(entries: Sequence[Entry]) -> Iterator[Mapping[str, Any]]:
    """The data of each entry as it is written, after the words of all of them have been written apart."""
    kept = {entry.id: (token_bytes(SALT), words) for entry in entries if (words := _words(entry))}
    if kept:
        rows = [
            {"entry": str(entry.id), "subject": entry.subject, "salt": kept[entry.id][0].hex(), "words": kept[entry.id][1]}
            for entry in entries
            if entry.id in kept
        ]  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(WRITE, [json.dumps(rows, ensure_ascii=False)])
    for entry in entries:
        salt, words = kept.get(entry.id, (b"", {}))
        yield entry.data | {name: {APART: digest(salt, name, said)} for name, said in words.items()}


def _words(entry: Entry) -> dict[str, Any]:
    return {name: entry.data[name] for name in KINDS[entry.kind].typed if entry.data.get(name)}


def digest(salt: bytes, name: str, said: Any) -> str:
    """What an entry holds in place of the words of a field."""
    return sha256(salt + json.dumps([name, said], ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def together(entries: Iterable[Entry]) -> dict[UUID, dict[str, Any]]:
    """The data of entries with the words in their places; where they are gone or another, it says so."""
    rows = list(entries)
    wanted = [entry.id for entry in rows if any(map(is_apart, entry.data.values()))]
    found = {row.entry: row for row in Apart.objects.filter(entry__in=wanted)} if wanted else {}
    return {entry.id: _put(entry.data, found.get(entry.id)) for entry in rows}


def _put(data: Mapping[str, Any], row: Apart | None) -> dict[str, Any]:
    return {name: _said(name, value, row) if is_apart(value) else value for name, value in data.items()}


def _said(name: str, value: Mapping[str, Any], row: Apart | None) -> Any:
    if row is None:
        return FORGOTTEN
    said = row.words.get(name)
    return said if digest(bytes(row.salt), name, said) == value[APART] else ALTERED


@contextmanager
def forgetting() -> Iterator[set[str]]:
    """Learn about which subjects words are removed within it: who begins it records them (`WordsForgotten`)."""
    gone: set[str] = set()
    token = GONE.set(gone)
    try:
        yield gone
    finally:
        GONE.reset(token)


def forget(subjects: Collection[str]) -> int:
    """Remove the words that were typed about these subjects; of how many entries. The entries stay, and their seals hold.

    Called within `forgetting`, by which the erasure is recorded: words that are missing otherwise are reported as taken away.
    """
    rows = Apart.objects.filter(subject__in=list(subjects))
    if (gone := GONE.get()) is not None:
        gone.update(rows.values_list("subject", flat=True).distinct())
    removed, _ = rows.delete()
    return removed
