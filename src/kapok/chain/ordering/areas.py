"""Of what kind of area (town, country) an order's addresses are: promises and offers differ by it.

Where nobody has said of an exchange area, the setting `ORDERING_AREA` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from kapok.chain.ordering.drafting import LineDraft
from kapok.ground.customers import queries as customers
from kapok.ground.customers.models import Customer
from kapok.ground.places import queries as places
from kapok.network.inventory.models import Service

AREA = "area"


def of_lines(lines: Iterable[LineDraft]) -> dict[str, str]:
    """The kinds of area of the lines' addresses, by the code of the address, those of the first line first.

    A line that names no address is about a service at one; both ends of a move are there.
    """
    drafts = list(lines)
    numbers = [draft.service for draft in drafts if draft.service]
    rows = Service.objects.filter(number__in=numbers, address__isnull=False) if numbers else Service.objects.none()
    at = dict(rows.values_list("number", "address__code"))
    codes = [code for draft in drafts for code in (draft.address, at.get(draft.service, "")) if code]
    known = places.areas_of(codes) if codes else {}
    return {code: known.get(code) or settings.ORDERING_AREA for code in codes}


def facts_of(customer: Customer, areas: Mapping[str, str]) -> dict[str, Any]:
    """What offers and flows ask about an order: of its customer, and the kind of area of its first line."""
    return {AREA: next(iter(areas.values()), settings.ORDERING_AREA)} | customers.facts_of(customer)


def at(address: str) -> dict[str, str]:
    """The kinds of area of one address, as `facts_of` takes them."""
    return {address: places.area_of(address) or settings.ORDERING_AREA} if address else {}
