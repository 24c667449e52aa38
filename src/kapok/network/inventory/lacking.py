"""Who waits for plant: opened where the walk stopped, given a date, resolved in the order of waiting when there is plant."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from kapok.ground.journal import api as journal
from kapok.ground.places.models import ExchangeArea
from kapok.kernel.ids import uuid7
from kapok.network.inventory import kinds, rules, walking
from kapok.network.inventory.events import BuildConfirmed, ShortageOpened, ShortageResolved
from kapok.network.inventory.models import Element, Shortage
from kapok.network.inventory.refusals import NothingWaits
from kapok.network.inventory.views import ShortageView

OPEN = """
INSERT INTO inventory_shortage
    (id, code, kind, element_id, exchange_area_id, address_id, holder, needs, opened_at, expected_at)
SELECT %(id)s, %(code)s::text, %(kind)s, %(element)s, %(area)s, %(address)s, %(holder)s, %(needs)s::jsonb, %(at)s, (
    SELECT min(expected_at) FROM inventory_shortage WHERE resolved_at IS NULL AND code = %(code)s::text AND expected_at > %(at)s
        AND element_id IS NOT DISTINCT FROM %(element)s AND exchange_area_id IS NOT DISTINCT FROM %(area)s)
ON CONFLICT (holder) WHERE resolved_at IS NULL DO UPDATE SET
    code = excluded.code, kind = excluded.kind, element_id = excluded.element_id,
    exchange_area_id = excluded.exchange_area_id, address_id = excluded.address_id, needs = excluded.needs,
    expected_at = excluded.expected_at
RETURNING opened_at, expected_at
"""

RESOLVE = """
WITH RECURSIVE hops AS (
    SELECT * FROM unnest(%(kinds)s::text[], %(hosts)s::text[], %(sorts)s::text[]) AS h(kind, host, point)
), waiting AS (
    SELECT s.id, s.code, s.kind, s.element_id, s.exchange_area_id, s.address_id, s.holder, s.opened_at,
        sum((SELECT sum((n ->> 'count')::int) FROM jsonb_array_elements(s.needs) n WHERE n ->> 'kind' = s.kind)) OVER (
            PARTITION BY s.code, s.kind, s.element_id, s.exchange_area_id ORDER BY s.opened_at, s.id
        ) AS wanted
    FROM inventory_shortage s WHERE s.resolved_at IS NULL AND s.code <> 'NO_DP'
), places AS (
    SELECT DISTINCT kind, element_id, exchange_area_id, max(wanted) OVER (PARTITION BY kind, element_id, exchange_area_id) AS most
    FROM waiting
), homes AS (
    SELECT kind, element_id, exchange_area_id, most, element_id AS home FROM places WHERE element_id IS NOT NULL
    UNION
    SELECT w.kind, w.element_id, w.exchange_area_id, w.most, e.id FROM places w
    JOIN hops h ON h.kind = w.kind AND h.point IS NULL
    JOIN inventory_element e ON e.kind = h.host AND e.exchange_area_id = w.exchange_area_id WHERE w.element_id IS NULL
    UNION
    SELECT w.kind, w.element_id, w.exchange_area_id, w.most, p.id FROM places w
    JOIN inventory_pool p ON p.kind = w.kind AND (p.exchange_area_id IS NOT DISTINCT FROM w.exchange_area_id
        OR p.exchange_area_id IS NULL AND p.kind <> 'number')
    WHERE w.element_id IS NULL
), spare AS (
    SELECT kind, element_id, exchange_area_id, sum((SELECT count(*) FROM (
        SELECT 1 FROM inventory_resource r
        WHERE r.home = homes.home AND r.kind = homes.kind AND r.state = 'free' AND r.free_from <= %(at)s LIMIT homes.most
    ) seen)) AS free FROM homes GROUP BY 1, 2, 3
), pointless AS (
    SELECT s.id, s.address_id, hops.point FROM inventory_shortage s, jsonb_array_elements(s.needs) n
    JOIN hops ON hops.kind = n ->> 'kind' AND hops.point IS NOT NULL
    WHERE s.resolved_at IS NULL AND s.code = 'NO_DP'
), up AS (
    SELECT DISTINCT p.id, a.id AS address_id, a.parent_id, a.longitude, a.latitude, 0 AS depth
    FROM pointless p JOIN places_address a ON a.id = p.address_id
    UNION ALL
    SELECT up.id, a.id, a.parent_id, a.longitude, a.latitude, up.depth + 1 FROM places_address a JOIN up ON a.id = up.parent_id
), spots AS (
    SELECT DISTINCT ON (id) id, longitude, latitude FROM up WHERE longitude IS NOT NULL ORDER BY id, depth
), points AS (
    SELECT up.id, e.kind FROM up JOIN inventory_coverage c USING (address_id) JOIN inventory_element e ON e.id = c.element_id
    UNION ALL
    SELECT spots.id, e.kind FROM spots JOIN inventory_element e
    ON e.latitude BETWEEN spots.latitude - %(degrees)s AND spots.latitude + %(degrees)s
        AND sqrt((e.latitude - spots.latitude) ^ 2 + ((e.longitude - spots.longitude) * cos(radians(spots.latitude))) ^ 2)
            <= %(degrees)s
), ready AS (
    SELECT w.id FROM waiting w JOIN spare s ON s.kind = w.kind AND s.element_id IS NOT DISTINCT FROM w.element_id
        AND s.exchange_area_id IS NOT DISTINCT FROM w.exchange_area_id
    WHERE w.wanted <= s.free
    UNION ALL
    SELECT DISTINCT pointless.id FROM pointless JOIN points ON points.id = pointless.id AND points.kind = pointless.point
), locked AS (
    SELECT s.id FROM inventory_shortage s JOIN ready USING (id) WHERE s.resolved_at IS NULL
    ORDER BY s.id FOR UPDATE OF s SKIP LOCKED
)
UPDATE inventory_shortage s SET resolved_at = %(at)s FROM locked WHERE s.id = locked.id
RETURNING s.holder, s.code, s.element_id, s.exchange_area_id
"""


def open_shortage(
    lack: rules.Lack, walk: walking.Walk, holder: str, needs: Sequence[rules.Need], *, actor: str, at: datetime
) -> ShortageView:
    """Store where the walk stopped, at the element or else at the exchange area; who waits already keeps his place."""
    element = Element.objects.get(id=lack.home) if lack.home and rules.hangs_on_a_point(lack) else None
    anywhere = element is not None or (lack.kind == kinds.Kind.NUMBER and rules.roams(needs))
    area = ExchangeArea.objects.get(id=walk.exchange_area) if walk.exchange_area and not anywhere else None
    values: dict[str, Any] = {
        "id": uuid7(at), "code": lack.code, "kind": lack.kind, "element": element and element.id, "area": area and area.id,
        "address": walk.address, "holder": holder, "needs": json.dumps([asdict(need) for need in needs]), "at": at,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(OPEN, values)
        opened_at, expected_at = cursor.fetchone()
    view = ShortageView(
        lack.code, lack.kind, element.code if element else "", area.code if area else "", holder, opened_at, expected_at
    )
    if walk.waits != lack.code:
        journal.record(
            ShortageOpened(
                subject=holder, actor=actor, at=at, code=lack.code, code_name=view.text, place=view.place,
                address=str(walk.address or ""), expected_at=expected_at,
            )
        )  # fmt: skip
    return view


def settle(holder: str, *, at: datetime) -> None:
    """The holder has got what it waited for."""
    Shortage.objects.filter(holder=holder, resolved_at=None).update(resolved_at=at)


def resolve(*, actor: str, at: datetime) -> int:
    """Tell those who waited longest that there is plant, as many as there is plant for."""
    hops = kinds.HOPS
    values: dict[str, Any] = {
        "at": at, "degrees": settings.INVENTORY_REACH_METRES / walking.METRES_A_DEGREE,
        "kinds": [kind.value for kind in hops], "hosts": [hop.host and hop.host.value for hop in hops.values()],
        "sorts": [hop.point and hop.point.value for hop in hops.values()],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(RESOLVE, values)
        settled = cursor.fetchall()
    places = _places(settled)
    journal.record_many(
        ShortageResolved(
            subject=holder, actor=actor, at=at, code=code, code_name=kinds.SHORTAGES[code],
            place=places.get(element or area, ""),
        )
        for holder, code, element, area in settled
    )  # fmt: skip
    return len(settled)


def confirm(place: str, code: str, expected_at: datetime, *, actor: str, at: datetime) -> int:
    """Give all who wait at a place for the same thing the day by which it is to be built; see `api.confirm_build`."""
    there = Q(element__code=place) | Q(element=None, exchange_area__code=place)
    waiting = Shortage.objects.filter(there, code=code, resolved_at=None).update(expected_at=expected_at)
    if not waiting:
        raise NothingWaits(place=place, code=code)
    element = Element.objects.filter(code=place).exists()
    journal.record(
        BuildConfirmed(
            subject=f"{'element' if element else 'exchange-area'}/{place}", actor=actor, at=at, code=code, place=place,
            expected=f"{timezone.localtime(expected_at):%Y-%m-%d}", waiting=waiting,
        )
    )  # fmt: skip
    return waiting


def _places(settled: Sequence[tuple[str, str, UUID | None, UUID | None]]) -> dict[UUID | None, str]:
    elements = Element.objects.filter(id__in=[row[2] for row in settled if row[2]]).values_list("id", "code")
    areas = ExchangeArea.objects.filter(id__in=[row[3] for row in settled if row[3]]).values_list("id", "code")
    return {**dict(elements), **dict(areas)}
