"""Walking the chain from an address inwards: one question to the database for what is left at each step.

The points are those that cover the address or one above it, the nearest level first; of a sort of point that covers it
nowhere, those within `settings.INVENTORY_REACH_METRES` of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from kapok.ground.places.refusals import RetiredAddress, UnknownAddress
from kapok.kernel.text import Text
from kapok.network.inventory import rules
from kapok.network.inventory.kinds import HOPS, Kind
from kapok.network.inventory.rules import Claim, Need, Spare

METRES_A_DEGREE = 111_320

SPARES = """
WITH RECURSIVE needs AS (
    SELECT * FROM json_to_recordset(%(needs)s::json) AS n(kind text, count int, reach text, host text, point text)
), up AS (
    SELECT id, parent_id, exchange_area_id, longitude, latitude, 0 AS depth FROM places_address WHERE code = %(address)s
    UNION ALL
    SELECT a.id, a.parent_id, a.exchange_area_id, a.longitude, a.latitude, up.depth + 1
    FROM places_address a JOIN up ON a.id = up.parent_id
), area AS MATERIALIZED (
    SELECT exchange_area_id AS id FROM up WHERE exchange_area_id IS NOT NULL ORDER BY depth LIMIT 1
), spot AS MATERIALIZED (
    SELECT longitude, latitude FROM up WHERE longitude IS NOT NULL ORDER BY depth LIMIT 1
), covering AS MATERIALIZED (
    SELECT c.element_id AS id, min(up.depth) AS rank FROM up JOIN inventory_coverage c ON c.address_id = up.id GROUP BY 1
), covers AS MATERIALIZED (
    SELECT e.id, e.code, e.kind, e.parent_id, e.down_mbps, covering.rank
    FROM covering JOIN inventory_element e ON e.id = covering.id
), near AS MATERIALIZED (
    SELECT e.id, e.code, e.kind, e.parent_id, e.down_mbps, d.metres FROM spot
    JOIN inventory_element e ON e.latitude BETWEEN spot.latitude - %(degrees)s AND spot.latitude + %(degrees)s
        AND e.longitude BETWEEN spot.longitude - %(degrees)s / cos(radians(spot.latitude))
            AND spot.longitude + %(degrees)s / cos(radians(spot.latitude))
    CROSS JOIN LATERAL (SELECT %(scale)s * sqrt((e.latitude - spot.latitude) ^ 2
        + ((e.longitude - spot.longitude) * cos(radians(spot.latitude))) ^ 2) AS metres) d
    WHERE e.kind IN (SELECT point FROM needs) AND e.kind NOT IN (SELECT kind FROM covers) AND d.metres <= %(reach)s
), points AS MATERIALIZED (
    SELECT id, code, kind, parent_id, down_mbps, rank FROM covers WHERE kind IN (SELECT point FROM needs)
    UNION ALL
    SELECT id, code, kind, parent_id, down_mbps, 1000 + metres::int FROM near
), path AS (
    SELECT id AS point, id, kind, parent_id, 0 AS depth FROM points
    UNION ALL
    SELECT path.point, e.id, e.kind, e.parent_id, path.depth + 1
    FROM path JOIN inventory_element e ON e.id = path.parent_id WHERE path.depth < 12
), homes AS (
    SELECT points.id AS point, points.code, points.kind AS point_kind, points.down_mbps, points.rank,
        needs.kind, needs.count, above.id AS home
    FROM needs JOIN points ON points.kind = needs.point
    LEFT JOIN LATERAL (
        SELECT path.id FROM path WHERE path.point = points.id AND path.kind = needs.host ORDER BY path.depth LIMIT 1
    ) above ON true
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, 0, needs.kind, needs.count, e.id
    FROM needs JOIN area ON needs.reach = 'area' JOIN inventory_element e ON e.kind = needs.host AND e.exchange_area_id = area.id
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, (p.exchange_area_id IS NULL)::int, needs.kind, needs.count, p.id
    FROM needs JOIN inventory_pool p ON needs.reach = 'pool' AND p.kind = needs.kind
        AND (p.exchange_area_id IS NULL OR p.exchange_area_id = (SELECT id FROM area))
)
SELECT homes.point, homes.code, homes.point_kind, homes.down_mbps, homes.rank, homes.kind, homes.home,
    CASE WHEN homes.home IS NULL THEN 0 ELSE (
        SELECT count(*) FROM (
            SELECT 1 FROM inventory_resource r WHERE r.home = homes.home AND r.kind = homes.kind AND r.state = 'free'
                AND r.free_from <= %(at)s LIMIT homes.count
        ) AS seen
    ) END AS free,
    NULL::text AS role
FROM homes
UNION ALL
SELECT area.id, NULL, NULL, NULL, 0, 'area', a.id, (a.retired_at IS NOT NULL)::int, NULL
FROM places_address a LEFT JOIN area ON true WHERE a.code = %(address)s
UNION ALL
SELECT r.id, NULL, NULL, NULL, 0, r.kind, r.home, 1, r.role FROM inventory_resource r
WHERE r.holder <> '' AND r.holder = %(holder)s AND r.state IN ('reserved', 'assigned', 'in_service')
UNION ALL
SELECT s.id, s.code, NULL, NULL, 0, 'shortage', NULL, 0, NULL FROM inventory_shortage s
WHERE s.holder <> '' AND s.holder = %(holder)s AND s.resolved_at IS NULL
"""
IN_ONE_LINE = " ".join(SPARES.split())
"""Of what is longer than 4096 characters the driver would look for the values anew each time."""


@dataclass(frozen=True)
class Point:
    """Where a line to the address could begin."""

    id: UUID
    code: str
    kind: str
    down_mbps: int | None


class Place(NamedTuple):
    """Where something is lacking; neither of both: in the whole network."""

    element: UUID | None
    area: UUID | None


@dataclass(frozen=True)
class Walk:
    """What is left at each step to an address (`code`), what the holder has already, and whether it waits."""

    code: str
    address: UUID | None
    exchange_area: UUID | None
    spares: tuple[Spare, ...]
    points: Mapping[UUID, Point]
    held: Mapping[tuple[str, str], int]
    waits: str
    """The code of the shortage for which the holder waits, if it waits."""

    def spares_for(self, needs: Iterable[Need]) -> tuple[Spare, ...]:
        """What of it these needs may take, by themselves: of numbers those of the exchange, or of the whole network."""
        anywhere = self.exchange_area is None or rules.roams(needs)
        return tuple(each for each in self.spares if each.kind != Kind.NUMBER or (each.rank > 0) is anywhere)

    def place_of(self, lack: rules.Lack, needs: Iterable[Need]) -> Place:
        """Where a lack of one of the needs counts: at the element on the path, at the exchange area, or in the whole network.

        What is taken from a pool is lacking where the nearest one gives it out.
        """
        if rules.hangs_on_a_point(lack):
            return Place(lack.home, None)
        if lack.kind == Kind.NUMBER:
            anywhere = rules.roams(needs)
        else:
            anywhere = any(each.rank > 0 for each in self.spares if (each.kind, each.home) == (lack.kind, lack.home))
        return Place(None, None if anywhere else self.exchange_area)


def walk(address: str, needs: Sequence[Need], *, at: datetime, holder: str = "", besides: Sequence[Claim] = ()) -> Walk:
    """What is left for the needs at an address, one of `""` standing for none, when others have been claimed `besides`.

    Raises `UnknownAddress`, `RetiredAddress`.
    """
    wanted = rules.counted(needs)
    more = {kind: sum(claim.count for claim in besides if claim.kind == kind) for kind in wanted}
    found = _look(address, {kind: count + more[kind] for kind, count in wanted.items()}, at=at, holder=holder)
    spares = found.spares_for(needs)
    return replace(found, spares=tuple(rules.left(spares, besides)) if besides else spares)


def survey(address: str, wanted: Iterable[Iterable[Need]], *, at: datetime) -> Walk:
    """What is left for any one of these sets of needs, in one walk; `Walk.spares_for` says what one of them may take.

    Raises `UnknownAddress`, `RetiredAddress`.
    """
    most: dict[str, int] = {}
    for needs in wanted:
        for kind, count in rules.counted(needs).items():
            most[kind] = max(count, most.get(kind, 0))
    return _look(address, most, at=at)


def _look(address: str, wanted: Mapping[str, int], *, at: datetime, holder: str = "") -> Walk:
    hops = {kind: HOPS[Kind(kind)] for kind in wanted}
    needs = [
        {"kind": kind, "count": count, "reach": hops[kind].reach, "host": hops[kind].host, "point": hops[kind].point}
        for kind, count in wanted.items()
    ]
    reach = settings.INVENTORY_REACH_METRES
    values: dict[str, Any] = {
        "address": address, "at": at, "holder": holder, "needs": json.dumps(needs),
        "reach": reach, "degrees": reach / METRES_A_DEGREE, "scale": METRES_A_DEGREE,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(IN_ONE_LINE, values)
        return _read(address, cursor.fetchall())


def _read(address: str, rows: Sequence[tuple]) -> Walk:  # type: ignore[type-arg]  # as the database gives them
    spares, points = [], {}
    held: dict[tuple[str, str], int] = {}
    spot = area = None
    waits = ""
    for point, code, point_kind, down_mbps, rank, kind, home, free, role in rows:
        if kind == "area":
            spot, area = home, point
            _refuse_retired(address, free)
        elif kind == "shortage":
            waits = code
        elif role is not None:
            held[kind, role] = held.get((kind, role), 0) + 1
        else:
            spares.append(Spare(point, rank, kind, home, free, down_mbps))
            if point is not None:
                points[point] = Point(point, code, point_kind, down_mbps)
    if address and spot is None:
        raise UnknownAddress(code=address)
    return Walk(address, spot, area, tuple(spares), points, held, waits)


def _refuse_retired(code: str, retired: int) -> None:
    if retired:
        raise RetiredAddress(address=Text(zh=code, en=code))
