"""How far somebody's word on orders goes: those of their units, and those of which their units have work in hand."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from kapok.back.workforce import queries as field
from kapok.chain.ordering import queries
from kapok.chain.ordering.models import Step
from kapok.chain.ordering.queries import OrderView
from kapok.chain.ordering.refusals import UnknownOrder
from kapok.edges.console.field.reach import covers
from kapok.edges.console.screen import ScreenRequest
from kapok.ground.customers import queries as customers
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.ground.work.models import Item


def seen(request: ScreenRequest, number: str) -> OrderView:
    """The order, if the reader may see it. Raises `Http404`."""
    try:
        found = queries.order(number)
    except UnknownOrder:
        raise Http404 from None
    if found.unit_id in request.units or _has_work(found, request.units):
        return found
    raise Http404


def _has_work(order: OrderView, units: frozenset[UUID]) -> bool:
    subjects = [leg.subject for leg in order.legs]
    return Item.objects.filter(matter__subject__in=subjects, unit__in=units).exists()


def order_of_step(step: UUID) -> str:
    """The number of the order that a step belongs to. Raises `Http404`."""
    found = Step.objects.filter(id=step).values_list("leg__order__number", flat=True).first()
    if found is None:
        raise Http404
    return found


def allowed(request: ScreenRequest, order: OrderView) -> frozenset[str]:
    """What the reader may do with an order: the permissions that they have at its unit."""
    wanted = (Permission.ORDERS_PLACE, Permission.ORDERS_MANAGE, Permission.WORK_JUDGE)
    return frozenset(each.value for each in wanted if order.unit_id in people.units_where(request.user.id, each))


def may_serve(request: ScreenRequest, order: OrderView) -> bool:
    """Whether the reader serves the customer of an order at the front desk."""
    units = people.units_where(request.user.id, Permission.DESK_SERVE)
    return bool(units) and customers.customer(order.customer).unit_id in units


def may_look(request: ScreenRequest) -> bool:
    """Whether the reader may look around in the inventory."""
    return bool(people.units_where(request.user.id, Permission.INVENTORY_READ))


def field_work(request: ScreenRequest, order: OrderView) -> frozenset[UUID]:
    """The stages of an order, by their work, that have a work order which the reader may see."""
    mine = people.units_where(request.user.id, Permission.DISPATCH_READ)
    if not mine:
        return frozenset()
    items = [stage.item for leg in order.legs for stage in leg.stages if stage.item]
    return frozenset(item for item, unit in field.work_orders(items).items() if covers(mine, unit))
