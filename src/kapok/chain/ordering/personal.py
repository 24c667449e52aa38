"""The orders of a person, with the visits they took and what the network knows of their lines: shown to them, and forgotten.

Only an order knows whose the work, the visits and the lines below it are; so it asks the layers below on behalf of the customer.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from kapok.back.workforce import personal as visits
from kapok.chain.ordering.models import Leg, Line, Order, Step
from kapok.chain.ordering.rules import Action
from kapok.ground.customers.kept import Held, held, overwrite
from kapok.ground.journal import api as journal
from kapok.ground.work import personal as work
from kapok.network.activation import personal as lines
from kapok.network.inventory.models import Service

KEPT = frozenset({"to_customer", "to_account"})
"""What a line of an order says that names a row and no person."""
IN_ORDER = ("leg__completed_at", "leg__id")
OF_TRANSFER = ("service_id", "service__number", "leg__completed_at", "leg__order__customer_id")


def export(customer: UUID) -> Held:
    """Orders, legs, lines and steps, the work and the visits for them, and the lines in the network."""
    orders = list(Order.objects.filter(customer=customer).order_by("placed_at", "id"))
    legs = list(Leg.objects.filter(order__in=orders).order_by("order", "number"))
    own = held(
        orders, legs,
        Line.objects.filter(leg__in=legs).order_by("leg", "number"),
        Step.objects.filter(leg__in=legs).order_by("opened_at", "id"),
        subjects=[order.subject for order in orders],
    )  # fmt: skip
    subjects = [leg.subject for leg in legs]
    return own + work.held_of(subjects) + visits.held_of(subjects) + lines.held_of(_tenures(customer))


def erase(customer: UUID) -> None:
    """Overwrite notes and reasons, also of the work and of the visits; pictures go, and so do logins and sessions."""
    orders = Order.objects.filter(customer=customer)
    legs = list(Leg.objects.filter(order__in=orders))
    overwrite(orders, "note")
    overwrite(Leg.objects.filter(order__in=orders), "reason", "supervised_why")
    wished = list(Line.objects.filter(leg__in=legs))
    for line in wished:
        said = line.characteristics.items()
        line.characteristics = {name: value for name, value in said if name in KEPT or not isinstance(value, str)}
    Line.objects.bulk_update(wished, ["characteristics"])
    subjects = [leg.subject for leg in legs]
    work.erase(subjects, titles=False)
    visits.erase(subjects)
    lines.erase(_tenures(customer))
    journal.forget([order.subject for order in orders])


def _tenures(customer: UUID) -> list[lines.Tenure]:
    """When which service was theirs: each transfer ended the time of whoever ordered it, and began another's."""
    transfers = Line.objects.filter(leg__action=Action.TRANSFER, leg__completed_at__isnull=False, service__isnull=False)
    given = transfers.filter(leg__order__customer=customer).values("service")
    services = Service.objects.filter(Q(customer=customer) | Q(id__in=given)).order_by("number")
    since: dict[UUID | None, datetime | None] = {}
    found = []
    ended = transfers.filter(service__in=services).order_by(*IN_ORDER).values_list(*OF_TRANSFER)
    for service, number, until, giver in ended:
        if giver == customer:
            found.append(lines.Tenure(number, since.get(service), until))
        since[service] = until
    own = [each for each in services if each.customer_id == customer]
    return [*found, *(lines.Tenure(each.number, since.get(each.id)) for each in own)]
