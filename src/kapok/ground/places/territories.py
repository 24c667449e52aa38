"""Whose ground addresses are on, for whoever asks of many at once: of what kind each is, and which unit does the work there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from kapok.ground.places.statements import CLAIMS

TERRITORIES = f"""{CLAIMS}
SELECT asked.code, coalesce(home.area, ''), coalesce((
    SELECT unit_id FROM patches WHERE patches.asked = asked.code
    ORDER BY segment <> %(segment)s, segment <> 'public', segment LIMIT 1
), home.unit_id)
FROM asked LEFT JOIN homed ON homed.asked = asked.code
LEFT JOIN places_exchangearea home ON home.id = homed.id
"""  # noqa: S608  # a constant only


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
