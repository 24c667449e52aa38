"""Words that are not what the journal holds the digest of, and words that are gone though nobody has recorded an erasure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.db import connection

from kapok.ground.journal.apart import digest
from kapok.ground.journal.events import WordsForgotten

BATCH: Final = 1_000
# The digest is made here as `apart.digest` makes it; where the two write a value differently, the latter has the last word.
SPOILT: Final = """
WITH held AS (
    SELECT entry.id, entry.subject, entry.transaction, entry.position, field.key AS name, field.value ->> 'apart' AS digest
    FROM journal_entry AS entry CROSS JOIN LATERAL jsonb_each(entry.data) AS field
    WHERE (entry.transaction, entry.position) > (%(transaction)s, %(position)s)
        AND field.value = jsonb_build_object('apart', field.value -> 'apart')
), forgotten AS (
    SELECT subject, max((told.transaction, told.position)::journal_place) AS last
    FROM journal_entry AS told CROSS JOIN LATERAL jsonb_array_elements_text(told.data -> 'subjects') AS subject
    WHERE told.kind = %(kind)s GROUP BY subject
)
SELECT held.id, held.name, held.digest, kept.salt, kept.words -> held.name
FROM held LEFT JOIN journal_apart AS kept ON kept.entry = held.id
WHERE CASE WHEN kept.entry IS NULL
    THEN NOT EXISTS (
        SELECT FROM journal_entry AS told
        WHERE told.kind = %(kind)s AND (told.transaction, told.position) > (held.transaction, held.position)
            AND told.data -> 'subjects' ? held.subject
    )
    ELSE held.digest IS DISTINCT FROM encode(sha256(
        kept.salt || convert_to(jsonb_build_array(held.name, kept.words -> held.name)::text, 'UTF8')), 'hex')
END
ORDER BY held.transaction, held.position, held.name
"""
