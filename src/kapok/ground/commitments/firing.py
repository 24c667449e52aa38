"""The one statement that fires: it claims what is due, says what each clock has to say, and leaves each as it then stands.

Deciding is in SQL because a firing in Python costs several times as much; `tests/ground/firing_oracle.py` says the same in
Python, and the two are compared on random clocks.
"""

from __future__ import annotations

from enum import StrEnum

from kapok.ground.journal.recording import recorded


class Deed(StrEnum):
    """What is said when a clock fires."""

    WARNED = "commitments.warned"
    BREACHED = "commitments.breached"
    FULFILLED = "commitments.fulfilled"


TOLD = """
SELECT CASE WHEN number > 0 THEN 'commitments.warned' WHEN direction = 'within' THEN 'commitments.breached'
        ELSE 'commitments.fulfilled' END AS kind,
    subject, moment AS at, 'system/scheduler' AS actor, id AS place,
    jsonb_build_object('commitment', id, 'promise', promise, 'tier', tier, 'due_at', due_at, 'unit', unit, 'owner', owner)
        || known.named || CASE WHEN number > 0 THEN jsonb_build_object('number', number) ELSE '{}' END AS data
FROM points JOIN known USING (pack_id, promise)
WHERE said
"""

AT_WORK = """next_fire_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM commitments_stuckclock AS stuck
        WHERE stuck.commitment_id = commitments_commitment.id AND stuck.fire_at = commitments_commitment.next_fire_at
            AND stuck.state IN ('waiting', 'dead')
    )"""
"""The clocks that run and are not set aside at the moment for which they have to fire."""

DUE = f"{AT_WORK} AND next_fire_at <= %(at)s ORDER BY next_fire_at, id LIMIT %(limit)s"
ONE = "id = %(only)s AND next_fire_at <= %(at)s LIMIT %(limit)s"


CLAIMED = """
WITH claimed AS MATERIALIZED (
    SELECT id, subject, pack_id, promise, tier, direction, unit, owner, due_at, warn_at, warned, next_fire_at
    FROM commitments_commitment
    WHERE {wanted}
    FOR NO KEY UPDATE SKIP LOCKED
),
"""
SAID = f"""
known AS MATERIALIZED (
    SELECT * FROM unnest(%(packs)s::uuid[], %(promises)s::text[], %(named)s::jsonb[]) AS known (pack_id, promise, named)
),
horizon AS MATERIALIZED (
    SELECT CASE WHEN full_batch THEN last.next_fire_at ELSE %(at)s END AS moment,
        CASE WHEN full_batch THEN last.id ELSE 'ffffffff-ffff-ffff-ffff-ffffffffffff' END AS id
    FROM (SELECT next_fire_at, id FROM claimed ORDER BY next_fire_at DESC, id DESC LIMIT 1) AS last,
        (SELECT count(*) = %(limit)s AS full_batch FROM claimed) AS counted
),
points AS MATERIALIZED (
    SELECT claimed.*, point.moment, point.number, (point.moment, claimed.id) <= (horizon.moment, horizon.id) AS said
    FROM horizon, claimed, LATERAL (
        SELECT moment, number FROM unnest(warn_at) WITH ORDINALITY AS warning (moment, number)
        WHERE number > warned AND moment < due_at
        UNION ALL SELECT due_at, 0 WHERE due_at IS NOT NULL
    ) AS point
),
left_over AS (
    SELECT claimed.id, min(moment) FILTER (WHERE NOT said) AS next, max(moment) FILTER (WHERE said) AS through,
        coalesce(bool_or(said AND number = 0), false) AS over, coalesce(max(number) FILTER (WHERE said), 0) AS warned
    FROM claimed LEFT JOIN points ON points.id = claimed.id
    GROUP BY claimed.id
),
settled AS (
    UPDATE commitments_commitment AS clock
    SET next_fire_at = left_over.next,
        fired_through = greatest(left_over.through, clock.fired_through),
        warned = greatest(left_over.warned, clock.warned),
        state = CASE WHEN NOT over THEN clock.state WHEN direction = 'within' THEN 'overdue' ELSE 'kept' END,
        breached_at = CASE WHEN over AND direction = 'within' THEN clock.due_at ELSE clock.breached_at END
    FROM left_over
    WHERE clock.id = left_over.id
),
written AS (
    {recorded(TOLD)}
    RETURNING kind, at
)
SELECT (SELECT count(*) FROM claimed),
    (SELECT array_agg(DISTINCT pack_id) FROM claimed LEFT JOIN known USING (pack_id, promise) WHERE named IS NULL),
    count(*) FILTER (WHERE kind = 'commitments.warned'),
    count(*) FILTER (WHERE kind = 'commitments.breached'),
    count(*) FILTER (WHERE kind = 'commitments.fulfilled'),
    coalesce(array_agg(at ORDER BY at), ARRAY[]::timestamptz[])
FROM written
"""  # noqa: S608 - made of constants
FIRE, FIRE_ONE = (CLAIMED.format(wanted=wanted) + SAID for wanted in (DUE, ONE))
FIRST = f"SELECT id, next_fire_at FROM commitments_commitment WHERE {DUE} FOR NO KEY UPDATE SKIP LOCKED"  # noqa: S608 - as above
NEXT = f"""
SELECT least(
    (SELECT next_fire_at FROM commitments_commitment WHERE {AT_WORK} ORDER BY next_fire_at LIMIT 1),
    (SELECT min(next_try_at) FROM commitments_stuckclock WHERE state = 'waiting')
)
"""  # noqa: S608 - as above
