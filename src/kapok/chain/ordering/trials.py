"""Trials that are over: found in one look, each ended by an order of the system. Nobody is asked and nobody is charged."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from kapok.chain.ordering import drafting, placing
from kapok.chain.ordering.drafting import Asked, LineDraft
from kapok.chain.ordering.models import OVER, Line, Order
from kapok.chain.ordering.moves import SYSTEM, Act
from kapok.chain.ordering.placing import Placing
from kapok.chain.ordering.rules import FITTING, Action
from kapok.ground.catalog.offering import rows as offers
from kapok.ground.catalog.offering.rules import trial_ends
from kapok.ground.customers import queries as customers
from kapok.ground.people.models import Staff
from kapok.ground.people.rules import State as Employed
from kapok.kernel.errors import KapokError
from kapok.network.inventory.models import Service

RUNNING: Final = """
SELECT line.id, version.id, step.done_at
FROM catalog_offerversion version
    JOIN ordering_line line ON line.offer_id = version.id
    JOIN ordering_leg leg ON leg.id = line.leg_id AND leg.action = 'install'
    JOIN ordering_step step ON step.leg_id = leg.id AND step.name = 'finish' AND step.state = 'done'
    JOIN inventory_service service ON service.id = line.service_id AND service.state = ANY(%(fitting)s)
        AND service.offer = version.code AND service.offer_version = version.number
WHERE version.kind = 'trial' AND step.done_at <= %(at)s
    AND NOT EXISTS (
        SELECT FROM ordering_line other JOIN ordering_leg busy ON busy.id = other.leg_id
        WHERE other.service_id = service.id AND busy.state <> ALL(%(over)s)
    )
ORDER BY step.done_at, line.id
"""
"""The lines that installed what is in use under a trial, since when, and of which nobody has an order."""
NOTE = "试用到期，自动结束 / the trial is over and ends by itself"
CEASE = Action.CEASE
log = logging.getLogger(__name__)


def end(*, at: datetime) -> int:
    """Order the end of every trial that is over, and say of how many.

    A trial counts from the moment its service was put in service. What is refused is logged and tried at the next look; it does not
    keep the others. Several may look at once: each trial is ended by one of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(RUNNING, {"fitting": sorted(FITTING[CEASE]), "over": OVER, "at": at})
        running = cursor.fetchall()
    return sum(_ended(line, at) for line, offer, began in running if _is_over(offer, began, at))


def _is_over(offer: UUID, began: datetime, at: datetime) -> bool:
    ends = trial_ends(offers.stated(offer), began)
    return ends is not None and ends <= at


def _ended(line: UUID, at: datetime) -> bool:
    try:
        return _end(line, at)
    except KapokError as refused:
        log.warning("the trial of line %s is over and could not be ended: %s", line, refused)
        return False


@transaction.atomic
def _end(line: UUID, at: datetime) -> bool:
    """Place the order; False where somebody else has the service in hand by now."""
    began = Line.objects.select_related("offer", "leg__order__first_contact__unit").get(id=line)
    service = _locked(began)
    if service is None:
        return False
    whose, order = service.customer, began.leg.order
    facts = {"area": settings.ORDERING_AREA} | customers.facts_of(whose)
    draft = LineDraft(offer=service.offer, action=CEASE.value, service=service.number)
    asked = [Asked(1, draft, CEASE, began.offer, offers.stated(began.offer_id), service.address, service)]
    placing.place(
        Placing(
            customer=whose, account=service.account or order.account, channel=order.channel, first_contact=_whom(order),
            facts=facts, lines=asked, legs=drafting.planned(asked, facts), paid=True, promised_date=None, note=NOTE,
            act=Act(SYSTEM, at),
        )
    )  # fmt: skip
    return True


def _locked(began: Line) -> Service | None:
    """The service, nobody else's for now, if nobody has ordered anything of it since the look."""
    if began.service_id is None:
        return None
    rows = Service.objects.select_related("customer", "account", "address").filter(
        id=began.service_id, state__in=FITTING[CEASE], offer=began.offer.code, offer_version=began.offer.number
    )  # fmt: skip
    service = rows.select_for_update(no_key=True, of=("self",)).first()
    busy = Line.objects.filter(service_id=began.service_id).exclude(leg__state__in=OVER)
    return None if busy.exists() else service


def _whom(order: Order) -> Staff:
    """Who answers for the end: who took the order, or, where they have left, somebody of their unit."""
    here = (
        Staff.objects.select_related("unit").filter(unit=order.unit, state=Employed.ACTIVE).order_by("username").first()
    )
    return order.first_contact if order.first_contact.is_active or here is None else here
