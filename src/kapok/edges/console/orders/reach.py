"""How far somebody's word on orders goes: those of their units, those of which their units have work in hand, all at the centre.

Exceptions belong to the response centre: whoever settles them at the dispatch desk does so for the orders of every unit.
"""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from kapok.back.workforce import boards
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
    within = units(request)
    if within is None or found.unit_id in within or _has_work(found, within) or _asks_the_network(request, found):
        return found
    raise Http404


def units(request: ScreenRequest) -> frozenset[UUID] | None:
    """The units whose orders the reader may see by their own right; None for all."""
    if people.everywhere(request.units) or boards.dispatches_everywhere(_settling(request)):
        return None
    return request.units


def _settling(request: ScreenRequest) -> frozenset[UUID]:
    return people.units_where(request.user.id, Permission.ORDERS_MANAGE)


def _asks_the_network(request: ScreenRequest, order: OrderView) -> bool:
    """Whether the system could not do a step of it, and the reader watches what the network is told."""
    stuck = any(step.stuck for leg in order.legs for step in leg.steps)
    return stuck and bool(people.units_where(request.user.id, Permission.ACTIVATION_READ))


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
    """What the reader may do with an order: the permissions that they have at its unit, and whether they settle its exceptions.

    These are settled at its unit, at a unit that has a stage of it in hand, and for every unit at the dispatch desk.
    The network has no units: whoever repeats activations does so for every order.
    """
    wanted = (Permission.ORDERS_PLACE, Permission.WORK_JUDGE)
    held = {each.value for each in wanted if order.unit_id in people.units_where(request.user.id, each)}
    settling = _settling(request)
    if order.unit_id in settling or boards.dispatches_everywhere(settling) or _in_hand(order, settling):
        held.add(Permission.ORDERS_MANAGE.value)
    if people.units_where(request.user.id, Permission.ACTIVATION_RUN):
        held.add(Permission.ACTIVATION_RUN.value)
    return frozenset(held)


def _in_hand(order: OrderView, units: frozenset[UUID]) -> bool:
    running = [stage.item for leg in order.legs for stage in leg.stages if stage.item and stage.status == "running"]
    return bool(units and running) and Item.objects.filter(id__in=running, unit__in=units).exists()


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
