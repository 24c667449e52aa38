"""Words that are not what the journal holds the digest of, and words that are gone though no erasure was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection

from kapok.ground.journal.apart import digest
from kapok.ground.journal.events import WordsForgotten

BATCH: Final = 1_000
# The digest is made here as `apart.digest` makes it; should the two ever write a value differently, the latter has the last word.
# An erasure is recorded after it was done: it accounts for what was written before, in the order of writing.
SPOILT: Final = """
WITH held AS (
    SELECT entry.id, entry.subject, entry.transaction, entry.position, field.key AS name, field.value ->> 'apart' AS digest
    FROM journal_entry AS entry CROSS JOIN LATERAL jsonb_each(entry.data) AS field
    WHERE (entry.transaction, entry.position) > (%(transaction)s, %(position)s)
        AND field.value = jsonb_build_object('apart', field.value -> 'apart')
), erased AS MATERIALIZED (
    SELECT named AS subject, max(told.position) AS position
    FROM journal_entry AS told CROSS JOIN LATERAL jsonb_array_elements_text(told.data -> 'subjects') AS named
    WHERE told.kind = %(kind)s GROUP BY named
)
SELECT held.id, held.transaction, held.position, held.name, held.digest, kept.salt, kept.words -> held.name
FROM held LEFT JOIN journal_apart AS kept ON kept.entry = held.id LEFT JOIN erased ON erased.subject = held.subject
WHERE CASE WHEN kept.entry IS NULL THEN erased.position IS NULL OR erased.position < held.position
    ELSE held.digest <> encode(sha256(
        kept.salt || convert_to(jsonb_build_array(held.name, kept.words -> held.name)::text, 'UTF8')), 'hex')
END
ORDER BY held.transaction, held.position, held.name
"""


class Spoilt(NamedTuple):
    """An entry whose words are gone, or are others, and its place in the reading order."""

    entry: UUID
    transaction: int
    position: int
    gone: bool


def first(after: tuple[int, int]) -> Spoilt | None:
    """The first of the entries after that place in the reading order, sealed or not, whose words do not agree with it."""
    with connection.cursor() as cursor:
        cursor.execute(SPOILT, {"transaction": after[0], "position": after[1], "kind": WordsForgotten.kind})
        while rows := cursor.fetchmany(BATCH):
            for found in _spoilt(rows):
                return found
    return None


def _spoilt(rows: list[tuple[UUID, int, int, str, str, bytes | None, str | None]]) -> Iterator[Spoilt]:
    for entry, transaction, position, name, held, salt, said in rows:
        if salt is None or digest(bytes(salt), name, json.loads(said or "null")) != held:
            yield Spoilt(entry, transaction, position, salt is None)
