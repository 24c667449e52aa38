"""What the plant carries: what stands above a service up to the core, and how many services lie under a part of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from kapok.network.inventory import kinds
from kapok.network.inventory.rules import ServiceState

LIVING = (ServiceState.ACTIVE.value, ServiceState.SUSPENDED.value)
"""The states in which a service may be missed."""
BY_RADIO = sorted(kinds.BY_RADIO)
"""What happens to plant does not touch these services."""

UP = """
WITH RECURSIVE asked AS (
    SELECT id, COALESCE(parent_id, id) AS root FROM inventory_service WHERE id = ANY(%(services)s) AND kind <> ALL(%(radio)s)
), kin AS (
    SELECT asked.id AS asked, s.id FROM asked JOIN inventory_service s ON s.id = asked.root
    UNION
    SELECT asked.id, s.id FROM asked JOIN inventory_service s ON s.parent_id = asked.root
), up AS (
    SELECT kin.asked, e.id, e.parent_id FROM kin
    JOIN inventory_resource r ON r.service_id = kin.id AND r.state IN ('assigned', 'in_service')
    JOIN inventory_element e ON e.id = r.element_id
    UNION
    SELECT up.asked, e.id, e.parent_id FROM up JOIN inventory_element e ON e.id = up.parent_id
)
SELECT asked, id FROM up
"""
HOMES = """
WITH RECURSIVE up AS (
    SELECT s.id AS asked, a.parent_id, a.exchange_area_id FROM inventory_service s
    JOIN places_address a ON a.id IN (s.address_id, s.far_address_id) WHERE s.id = ANY(%(services)s) AND s.kind <> ALL(%(radio)s)
    UNION ALL
    SELECT up.asked, a.parent_id, a.exchange_area_id FROM up JOIN places_address a ON a.id = up.parent_id
    WHERE up.exchange_area_id IS NULL
)
SELECT asked, exchange_area_id FROM up WHERE exchange_area_id IS NOT NULL
"""
CARRIED = """
WITH RECURSIVE down AS (
    SELECT id FROM inventory_element WHERE id = ANY(%(elements)s)
    UNION
    SELECT e.id FROM down JOIN inventory_element e ON e.parent_id = down.id
), spots AS (
    SELECT id FROM places_address WHERE exchange_area_id = ANY(%(areas)s)
    UNION
    SELECT a.id FROM spots JOIN places_address a ON a.parent_id = spots.id WHERE a.exchange_area_id IS NULL
), roots AS (
    SELECT DISTINCT COALESCE(s.parent_id, s.id) AS id FROM down
    JOIN inventory_resource r ON r.element_id = down.id AND r.state IN ('assigned', 'in_service')
    JOIN inventory_service s ON s.id = r.service_id
), carried AS (
    SELECT id FROM roots
    UNION
    SELECT s.id FROM roots JOIN inventory_service s ON s.parent_id = roots.id
    UNION
    SELECT s.id FROM spots JOIN inventory_service s ON s.address_id = spots.id
    UNION
    SELECT s.id FROM spots JOIN inventory_service s ON s.far_address_id = spots.id
)
SELECT count(*) FROM carried JOIN inventory_service s USING (id) WHERE s.state = ANY(%(living)s) AND s.kind <> ALL(%(radio)s)
"""


@dataclass(frozen=True)
class Above:
    """What a service hangs on: elements up to the core, and the exchange areas of its ends."""

    elements: frozenset[UUID] = frozenset()
    areas: frozenset[UUID] = frozenset()


def above(services: Collection[UUID]) -> dict[UUID, Above]:
    """What each of these services hangs on, in two queries. A part of a bundle hangs on the lines of the whole.

    What is carried by radio hangs on nothing.
    """
    asked: dict[str, Any] = {"services": list(services), "radio": BY_RADIO}
    with connection.cursor() as cursor:
        cursor.execute(HOMES, asked)
        areas = _gathered(cursor.fetchall())
        cursor.execute(UP, asked)
        elements = _gathered(cursor.fetchall())
    return {each: Above(elements.get(each, frozenset()), areas.get(each, frozenset())) for each in services}


def _gathered(rows: Iterable[tuple[UUID, UUID]]) -> dict[UUID, frozenset[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for service, each in rows:
        found.setdefault(service, set()).add(each)
    return {service: frozenset(each) for service, each in found.items()}


def count_under(elements: Collection[UUID], areas: Collection[UUID]) -> int:
    """How many living services lie under these elements, or at addresses of these exchange areas. One query."""
    asked: dict[str, Any] = {
        "elements": list(elements),
        "areas": list(areas),
        "living": list(LIVING),
        "radio": BY_RADIO,
    }
    with connection.cursor() as cursor:
        cursor.execute(CARRIED, asked)
        (count,) = cursor.fetchone() or (0,)
    return int(count)
