"""Who may change what: whoever keeps the inventory of the unit that runs the exchange area, or of all units."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from kapok.edges.console.screen import ScreenRequest
from kapok.ground.customers import queries as customers
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission


def keeps(request: ScreenRequest) -> Callable[[UUID | None], bool]:
    """Says of a unit whether the person keeps what it runs; what no unit runs is for those who keep it all. For lists."""
    units = people.units_where(request.user.id, Permission.INVENTORY_MANAGE)
    everything = people.everywhere(units)
    return lambda unit: everything or unit in units


def may_change(request: ScreenRequest, unit: UUID | None) -> bool:
    """Whether the person keeps what one unit runs."""
    return keeps(request)(unit)


def may_see(request: ScreenRequest, customer: str) -> bool:
    """Whether the person may see the customer with this number: their unit is among those whose customers they read."""
    return customers.customer(customer).unit_id in people.units_where(request.user.id, Permission.CUSTOMERS_READ)
