"""The sites of a customer: where it is itself, and where the customers of its hierarchy are."""

from __future__ import annotations

from dataclasses import dataclass

from kapok.edges.console.screen import ScreenRequest
from kapok.ground.customers import queries as customers
from kapok.ground.customers.models import Customer
from kapok.ground.customers.queries import CustomerView
from kapok.kernel.text import Text

MOST_SITES = 30


@dataclass(frozen=True)
class Site:
    """Where a customer of the hierarchy is."""

    customer: str
    name: str
    address: str
    address_full: Text


def sites(request: ScreenRequest, one: CustomerView) -> list[Site]:
    """The sites of an organisation's hierarchy that one's own units answer for, from the top down; none of a person."""
    members = [] if one.is_person else customers.hierarchy(one.number)
    if not members:
        return []
    found = Customer.objects.select_related("address").filter(
        number__in=[each.number for each in members], unit__in=request.units, address__isnull=False
    )
    places = {row.number: row.address for row in found}
    return [
        Site(each.number, each.name, place.code, place.full)
        for each in members
        if (place := places.get(each.number)) is not None
    ][:MOST_SITES]
