"""Recording what a query yields, wholly in the database: for many entries at once, e.g. what a scheduler fires."""

from __future__ import annotations

RECORDED = """
INSERT INTO journal_entry (id, kind, subject, at, actor, data)
SELECT (lpad(to_hex(floor(extract(epoch FROM told.at) * 1000)::bigint), 12, '0') || '7'
        || lpad(to_hex(least(row_number() OVER (ORDER BY told.at, told.place), 4095)), 3, '0') || '8'
        || right(replace(gen_random_uuid()::text, '-', ''), 15))::uuid,
    told.kind, told.subject, told.at, told.actor, told.data
FROM ({query}) AS told
ORDER BY told.at, told.place
"""


def recorded(query: str) -> str:
    """SQL that records the rows of `query`: (kind, subject, at, actor, data, place), in the order of `at` and then of `place`.

    Identifiers are of version 7, as `kernel.ids` makes them, and sort as the rows were written (the first 4,095 of one
    millisecond). The witnesses do not see the entries: it is for what is said about matters, not for what happens to them.
    """
    return RECORDED.format(query=query)
