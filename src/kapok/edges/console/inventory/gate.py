"""Who may change what: whoever keeps the inventory of the unit that runs the exchange area, or of all units."""

from __future__ import annotations

from uuid import UUID

from kapok.edges.console.screen import ScreenRequest
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission


def may_change(request: ScreenRequest, unit: UUID | None) -> bool:
    """Whether the person keeps what the unit runs; what no unit runs is for those who keep it all."""
    units = people.units_where(request.user.id, Permission.INVENTORY_MANAGE)
    return people.everywhere(units) or (unit is not None and unit in units)
