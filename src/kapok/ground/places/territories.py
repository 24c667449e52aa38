"""Whose ground addresses are on, for whoever asks of many at once: of what kind each is, and which unit does the work there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

TERRITORIES = """
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
SELECT asked.code, coalesce(home.area, ''), coalesce((
    SELECT unit_id FROM patches WHERE patches.asked = asked.code
    ORDER BY segment <> %(segment)s, segment <> 'public', segment LIMIT 1
), home.unit_id)
FROM asked LEFT JOIN homed ON homed.asked = asked.code
LEFT JOIN places_exchangearea home ON home.id = homed.id
"""
"""How many codes there are stays unknown to the plan, so that it is made once."""


@dataclass(frozen=True)
class Territory:
    """Of what kind of area an address is (empty where nobody has said), and the unit whose ground it is."""

    area: str
    unit: UUID | None
    """The patch of the segment, else another one's, else the service centre of the exchange area; None where nobody's is known."""


def territories_of(codes: Iterable[str], segment: str, *, at: datetime) -> dict[str, Territory]:
    """The ground of several addresses, by code, for customers of a segment; in one query."""
    with connection.cursor() as cursor:
        cursor.execute(TERRITORIES, {"codes": sorted(set(codes)), "segment": segment, "at": at})
        return {code: Territory(area, unit) for code, area, unit in cursor.fetchall()}
