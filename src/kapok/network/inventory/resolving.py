"""For which of those who wait there is plant now: one statement, however many wait.

Who waits for what hangs on no point looks at the elements and pools of its exchange area (who waits in the whole network at those
that the area of the address has got since), and what these do not give it looks for in the pools that serve the whole network,
where all areas stand in one queue. Who waits for what hangs on a point looks where the lack was, and at
every other point from which the address can be served (`walking` says which): there all of the path must be left. Each counts at
every place from which it could take, so that no more are ready than there is plant for, the longest waiting first. Of a lack that
a person said, against the records, only what has become free after that counts. A point from which the line would be too slow is
none.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from kapok.network.inventory import kinds, walking

RESOLVE = """
WITH RECURSIVE hops AS (
    SELECT * FROM unnest(%(kinds)s::text[], %(hosts)s::text[], %(sorts)s::text[]) AS h(kind, host, point)
), waits AS MATERIALIZED (
    SELECT s.id, s.code, s.kind, s.element_id, s.exchange_area_id, s.address_id, s.needs, s.opened_at, s.since, h.host, h.point,
        (SELECT sum((n ->> 'count')::int) FROM jsonb_array_elements(s.needs) n WHERE n ->> 'kind' = s.kind) AS count,
        way.most, COALESCE((SELECT max((n ->> 'mbps')::int) FROM jsonb_array_elements(s.needs) n
            WHERE way.chain ? (n ->> 'kind')), 0) AS mbps
    FROM inventory_shortage s JOIN hops h USING (kind) LEFT JOIN LATERAL (
        SELECT w -> 'chain' AS chain, (w ->> 'most')::int AS most
        FROM jsonb_array_elements(%(ways)s::jsonb) WITH ORDINALITY AS ways(w, place)
        WHERE w ->> 'point' = h.point AND (SELECT jsonb_agg(n -> 'kind') FROM jsonb_array_elements(s.needs) n) @> (w -> 'chain')
        ORDER BY place LIMIT 1
    ) way ON true WHERE s.resolved_at IS NULL
), up AS (
    SELECT a.id AS root, a.id AS address_id, a.parent_id, a.exchange_area_id, a.longitude, a.latitude, 0 AS depth
    FROM places_address a WHERE a.id IN (SELECT address_id FROM waits WHERE point IS NOT NULL OR exchange_area_id IS NULL)
    UNION ALL
    SELECT up.root, a.id, a.parent_id, a.exchange_area_id, a.longitude, a.latitude, up.depth + 1
    FROM places_address a JOIN up ON a.id = up.parent_id
), own AS (
    SELECT DISTINCT ON (root) root, exchange_area_id FROM up WHERE exchange_area_id IS NOT NULL ORDER BY root, depth
), at_area AS MATERIALIZED (
    SELECT w.id, w.kind, w.host, w.since, w.count, w.opened_at, near.area, sum(w.count) OVER (PARTITION BY w.kind) AS most,
        sum(w.count) OVER (PARTITION BY w.kind, near.area ORDER BY w.opened_at, w.id) AS wanted
    FROM waits w LEFT JOIN own ON own.root = w.address_id CROSS JOIN LATERAL (
        SELECT COALESCE(w.exchange_area_id, CASE WHEN w.kind <> 'number' THEN own.exchange_area_id END) AS area
    ) near WHERE w.point IS NULL AND w.code <> %(slow)s
), pools AS (
    SELECT q.*, h.id AS home FROM (
        SELECT DISTINCT a.kind, a.host, a.since, a.most, each.area
        FROM at_area a CROSS JOIN LATERAL (VALUES (a.area), (NULL::uuid)) each(area)
    ) q JOIN LATERAL (
        SELECT e.id FROM inventory_element e WHERE e.kind = q.host AND e.exchange_area_id = q.area
        UNION ALL
        SELECT p.id FROM inventory_pool p WHERE p.kind = q.kind AND p.exchange_area_id IS NOT DISTINCT FROM q.area
    ) h ON true
), pooled AS MATERIALIZED (
    SELECT kind, area, since, sum((SELECT count(*) FROM (
        SELECT 1 FROM inventory_resource r
        WHERE r.home = h.home AND r.kind = h.kind AND r.state = 'free' AND r.free_from <= %(at)s
            AND (h.since IS NULL OR r.changed_at > h.since) LIMIT h.most
    ) seen)) AS free FROM pools h GROUP BY 1, 2, 3
), beyond AS MATERIALIZED (
    SELECT a.id, a.kind, a.area, a.since, a.opened_at, LEAST(a.count, GREATEST(a.wanted - COALESCE(s.free, 0), 0)) AS count
    FROM at_area a LEFT JOIN pooled s ON s.kind = a.kind AND s.area = a.area AND s.since IS NOT DISTINCT FROM a.since
), at_network AS (
    SELECT id, kind, since, sum(count) OVER (PARTITION BY kind ORDER BY opened_at, id) AS wanted
    FROM beyond WHERE count > 0 AND (kind <> 'number' OR area IS NULL)
), spots AS (
    SELECT DISTINCT ON (root) root, longitude, latitude FROM up WHERE longitude IS NOT NULL ORDER BY root, depth
), covers AS MATERIALIZED (
    SELECT DISTINCT up.root, e.id, e.kind, e.parent_id, e.down_mbps
    FROM up JOIN inventory_coverage c USING (address_id) JOIN inventory_element e ON e.id = c.element_id
), points AS MATERIALIZED (
    SELECT root, id, kind, parent_id, down_mbps FROM covers
    UNION ALL
    SELECT spots.root, e.id, e.kind, e.parent_id, e.down_mbps FROM spots JOIN inventory_element e
        ON e.latitude BETWEEN spots.latitude - %(degrees)s AND spots.latitude + %(degrees)s
        AND sqrt((e.latitude - spots.latitude) ^ 2 + ((e.longitude - spots.longitude) * cos(radians(spots.latitude))) ^ 2)
            <= %(degrees)s
    WHERE NOT EXISTS (SELECT FROM covers c WHERE c.root = spots.root AND c.kind = e.kind)
), path AS (
    SELECT DISTINCT id AS point, id, kind, parent_id, 0 AS depth FROM points
    UNION ALL
    SELECT path.point, e.id, e.kind, e.parent_id, path.depth + 1
    FROM path JOIN inventory_element e ON e.id = path.parent_id WHERE path.depth < 12
), feeds AS MATERIALIZED (
    SELECT DISTINCT ON (point, kind) point, kind, id FROM path ORDER BY point, kind, depth
), steps AS MATERIALIZED (
    SELECT w.id, w.opened_at, points.id AS point, n.kind, n.count, CASE WHEN n.kind = w.kind THEN w.since END AS since,
        feeds.id AS home
    FROM waits w CROSS JOIN LATERAL (
        SELECT each ->> 'kind' AS kind, sum((each ->> 'count')::int) AS count FROM jsonb_array_elements(w.needs) each GROUP BY 1
    ) n JOIN hops h ON h.kind = n.kind AND h.point = w.point
    JOIN points ON points.root = w.address_id AND points.kind = w.point
        AND (w.mbps = 0 OR COALESCE(points.down_mbps, w.most) >= w.mbps)
    LEFT JOIN feeds ON feeds.point = points.id AND feeds.kind = h.host
    WHERE w.code <> 'NO_DP' OR w.since IS NOT NULL
), turns AS MATERIALIZED (
    SELECT id, kind, home, since, sum(count) OVER (PARTITION BY kind, home ORDER BY opened_at, id) AS wanted FROM (
        SELECT id, opened_at, kind, home, since, count FROM steps WHERE home IS NOT NULL
        UNION
        SELECT id, opened_at, kind, element_id, since, count FROM waits WHERE element_id IS NOT NULL AND code <> %(slow)s
    ) each
), spare AS (
    SELECT kind, home, since, (SELECT count(*) FROM (
        SELECT 1 FROM inventory_resource r
        WHERE r.home = h.home AND r.kind = h.kind AND r.state = 'free' AND r.free_from <= %(at)s
            AND (h.since IS NULL OR r.changed_at > h.since) LIMIT h.most
    ) seen) AS free FROM (SELECT kind, home, since, max(wanted) AS most FROM turns GROUP BY 1, 2, 3) h
), had AS MATERIALIZED (
    SELECT t.id, t.kind, t.home FROM turns t
    JOIN spare s ON s.kind = t.kind AND s.home = t.home AND s.since IS NOT DISTINCT FROM t.since WHERE t.wanted <= s.free
), ready AS (
    SELECT id FROM beyond WHERE count = 0
    UNION
    SELECT w.id FROM at_network w JOIN pooled s ON s.kind = w.kind AND s.area IS NULL AND s.since IS NOT DISTINCT FROM w.since
    WHERE w.wanted <= s.free
    UNION
    SELECT w.id FROM waits w JOIN had ON had.id = w.id AND had.kind = w.kind AND had.home = w.element_id
    UNION
    SELECT steps.id FROM steps LEFT JOIN had USING (id, kind, home) GROUP BY steps.id, steps.point
    HAVING bool_and(had.id IS NOT NULL)
    UNION
    SELECT w.id FROM waits w JOIN LATERAL (
        SELECT h.point FROM jsonb_array_elements(w.needs) n JOIN hops h ON h.kind = n ->> 'kind' AND h.point IS NOT NULL
    ) n ON true JOIN points ON points.root = w.address_id AND points.kind = n.point
    WHERE w.code = 'NO_DP' AND w.since IS NULL
), locked AS (
    SELECT s.id FROM inventory_shortage s JOIN ready USING (id) WHERE s.resolved_at IS NULL
    ORDER BY s.id FOR UPDATE OF s SKIP LOCKED
)
UPDATE inventory_shortage s SET resolved_at = %(at)s FROM locked WHERE s.id = locked.id
RETURNING s.holder, s.code, s.element_id, s.exchange_area_id, s.opened_at, s.id
"""
IN_ONE_LINE = " ".join(RESOLVE.split())

Settled = tuple[str, str, UUID | None, UUID | None, datetime, UUID]
"""Who waited, the code, the element or the exchange area of the lack, since when, the identifier."""


def resolve(at: datetime) -> list[Settled]:
    """Let those wait no longer for whom there is plant, the longest waiting first."""
    hops = kinds.HOPS
    ways = [{"point": way.point, "chain": way.chain, "most": way.max_down_mbps} for way in kinds.WAYS]
    values: dict[str, Any] = {
        "at": at, "degrees": settings.INVENTORY_REACH_METRES / walking.METRES_A_DEGREE,
        "kinds": [kind.value for kind in hops], "hosts": [hop.host and hop.host.value for hop in hops.values()],
        "sorts": [hop.point and hop.point.value for hop in hops.values()], "ways": json.dumps(ways), "slow": kinds.TOO_SLOW,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(IN_ONE_LINE, values)
        return sorted(cursor.fetchall(), key=lambda row: row[4:])
