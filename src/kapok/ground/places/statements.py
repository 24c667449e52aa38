"""The SQL by which it is read on whose ground addresses are."""

from __future__ import annotations

HOMED = """
WITH RECURSIVE up AS (
    SELECT id, parent_id, exchange_area_id, 0 AS depth FROM places_address WHERE id = %(address)s
    UNION ALL
    SELECT a.id, a.parent_id, a.exchange_area_id, up.depth + 1 FROM places_address a JOIN up ON a.id = up.parent_id
), homed AS (
    SELECT exchange_area_id AS id, depth FROM up WHERE exchange_area_id IS NOT NULL ORDER BY depth LIMIT 1
)
SELECT id FROM homed
"""

CLAIMS = """
WITH RECURSIVE asked AS MATERIALIZED (
    SELECT code FROM unnest((SELECT %(codes)s::text[])) AS named(code)
), up AS (
    SELECT asked.code AS asked, a.id, a.parent_id, a.exchange_area_id, 0 AS depth
    FROM asked JOIN places_address a ON a.code = asked.code
    UNION ALL
    SELECT up.asked, a.id, a.parent_id, a.exchange_area_id, up.depth + 1 FROM places_address a JOIN up ON a.id = up.parent_id
), homed AS (
    SELECT DISTINCT ON (asked) asked, exchange_area_id AS id, depth FROM up WHERE exchange_area_id IS NOT NULL
    ORDER BY asked, depth
), claims AS (
    SELECT up.asked, p.segment, p.unit_id, p.valid_from, p.valid_to, 2 * up.depth AS distance
    FROM up JOIN places_patcharea p ON p.address_id = up.id
    UNION ALL
    SELECT homed.asked, p.segment, p.unit_id, p.valid_from, p.valid_to, 2 * homed.depth + 1
    FROM homed JOIN places_patcharea p ON p.exchange_area_id = homed.id
), patches AS (
    SELECT DISTINCT ON (asked, segment) asked, segment, unit_id FROM claims
    WHERE valid_from <= %(at)s AND (valid_to IS NULL OR valid_to > %(at)s) ORDER BY asked, segment, distance
)
"""
"""The way up from each address, its exchange area, and of its patches the nearest of each segment.

How many codes there are stays unknown to the plan, so that it is made once.
"""
NEAREST = f"""{CLAIMS}
SELECT asked, segment, unit_id FROM patches
UNION ALL
SELECT up.asked, '', home.unit_id
FROM up LEFT JOIN homed ON homed.asked = up.asked LEFT JOIN places_exchangearea home ON home.id = homed.id WHERE up.depth = 0
"""  # noqa: S608  # a constant only
"""Of each address the unit of the nearest patch by segment; without a segment that of its exchange area, if it has one."""

KINDS = """
WITH RECURSIVE up AS (
    SELECT code AS asked, parent_id, exchange_area_id FROM places_address WHERE code = ANY(%(codes)s)
    UNION ALL
    SELECT up.asked, a.parent_id, a.exchange_area_id FROM places_address a JOIN up ON a.id = up.parent_id
    WHERE up.exchange_area_id IS NULL
)
SELECT up.asked, home.area FROM up JOIN places_exchangearea home ON home.id = up.exchange_area_id WHERE home.area <> ''
"""
