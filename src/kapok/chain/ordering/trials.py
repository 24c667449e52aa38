"""Trials that are over: found in one look, each ended by an order of the system. Nobody is asked and nobody is charged."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from kapok.chain.ordering import areas, drafting, events, placing, singly
from kapok.chain.ordering.drafting import Asked, LineDraft
from kapok.chain.ordering.models import OVER, Extension, Leg, Line, Order, Step
from kapok.chain.ordering.moves import SYSTEM, Act
from kapok.chain.ordering.placing import Placing
from kapok.chain.ordering.refusals import InOtherHands, NotATrial
from kapok.chain.ordering.rules import FITTING, Action
from kapok.chain.ordering.siting import Site
from kapok.ground.catalog.offering import rows as offers
from kapok.ground.catalog.offering.rules import trial_ends
from kapok.ground.journal import api as journal
from kapok.ground.people.models import Staff
from kapok.ground.people.rules import State as Employed
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item
from kapok.ground.work.queries import evidence_of
from kapok.ground.work.rules import LIVE
from kapok.kernel.ids import uuid7
from kapok.network.inventory.models import Service

ON_TRIAL: Final = """
SELECT line.id, service.number, version.id, step.done_at,
    (SELECT max(until) FROM ordering_extension WHERE service_id = service.id)
FROM catalog_offerversion version
    JOIN ordering_line line ON line.offer_id = version.id
    JOIN ordering_leg leg ON leg.id = line.leg_id AND leg.action = 'install'
    JOIN ordering_step step ON step.leg_id = leg.id AND step.name = 'finish' AND step.state = 'done'
    JOIN inventory_service service ON service.id = line.service_id AND service.state = ANY(%(fitting)s)
        AND service.offer = version.code AND service.offer_version = version.number
WHERE version.kind = 'trial' AND {which}
ORDER BY step.done_at, line.id
"""
"""The lines that installed what is in use under a trial, since when, and until when that has been extended."""
OF_NOBODY: Final = ON_TRIAL.format(
    which="""step.done_at <= %(at)s AND NOT EXISTS (
        SELECT FROM ordering_line other JOIN ordering_leg busy ON busy.id = other.leg_id
        WHERE other.service_id = service.id AND busy.state <> ALL(%(over)s)
    )"""
)
OF_SERVICES: Final = ON_TRIAL.format(which="service.number = ANY(%(numbers)s)")
NOTE = "试用到期，自动结束 / the trial is over and ends by itself"
CEASE = Action.CEASE


def end(*, at: datetime) -> int:
    """Order the end of every trial that is over, and say of how many.

    A trial counts from the moment its service was put in service. Several may look at once: each trial is ended by one of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(OF_NOBODY, {"fitting": sorted(FITTING[CEASE]), "over": OVER, "at": at})
        running = cursor.fetchall()
    ends = [(line, _until(*trial)) for line, _, *trial in running]
    over = [line for line, until in ends if until is not None and until <= at]
    return singly.done(over, _end, at, refused="the trial of line %s is over and could not be ended: %s")


def _until(offer: UUID, began: datetime, extended_to: datetime | None) -> datetime | None:
    ends = trial_ends(offers.stated(offer), began)
    return max(ends, extended_to or ends) if ends else None


@transaction.atomic
def _end(line: UUID, at: datetime) -> bool:
    """Place the order; False where by now somebody has the service in hand, or has extended the trial."""
    began = Line.objects.select_related("offer", "leg__order__first_contact__unit").get(id=line)
    service = _locked(began)
    until = running_until(service.number) if service else None
    if service is None or until is None or until > at:
        return False
    whose, taken = service.customer, began.leg.order
    located = areas.of_addresses([service.address.code] if service.address else [], whose, at)
    facts = areas.facts_of(whose, located)
    among = drafting.flows_in_force()
    draft = LineDraft(offer=service.offer, action=CEASE.value, service=service.number)
    asked = [Asked(1, draft, CEASE, began.offer, offers.stated(began.offer_id), Site(service.address), service)]
    order = placing.place(
        Placing(
            customer=whose, account=service.account or taken.account, channel=taken.channel, first_contact=_whom(taken),
            facts=facts, lines=asked, legs=drafting.planned(asked, facts, among), flows=among, located=located, paid=True,
            promised_date=None, note=NOTE, act=Act(SYSTEM, at),
        )
    )  # fmt: skip
    _let_it_be_done(order, at)
    return True


def _let_it_be_done(order: Order, at: datetime) -> None:
    """Nobody has to agree to what ends by itself: what people do before the system disconnects is done."""
    of_it = Item.objects.filter(matter__subject__startswith=f"{order.subject}-", contact=False)
    items = of_it.filter(state__in=sorted(LIVE))
    while not Step.objects.filter(leg__order=order).exists() and (item := items.first()):
        wanted = len(evidence_of(item.id))
        baton.carry_out(item=item.id, evidence=[NOTE] * wanted, note=NOTE, actor=SYSTEM, at=at)


def extend(service: str, reason: str, act: Act) -> datetime:
    """Let the trial of a service go on for `ORDERING_TRIAL_EXTENDED_FOR` from its end, or from now if that has passed; until when.

    Runs within the `transaction.atomic` of a verb. Raises `NotATrial`, and `InOtherHands` while somebody has an order of the
    service: it is not extended, its end is given up.
    """
    Service.objects.select_for_update(no_key=True).filter(number=service).first()
    busy = (
        Line.objects.filter(service__number=service).exclude(leg__state__in=OVER).select_related("leg__order").first()
    )
    if busy is not None:
        raise InOtherHands(line=busy.number, service=service, order=busy.leg.order.number)
    return _extended(service, reason, act)


def _extended(service: str, reason: str, act: Act) -> datetime:
    row = Service.objects.select_for_update(no_key=True).filter(number=service).first()
    running = running_until(service)
    if row is None or running is None:
        raise NotATrial(service=service[:40])
    until = max(running, act.at) + settings.ORDERING_TRIAL_EXTENDED_FOR
    said: dict[str, Any] = {"until": until, "reason": reason}
    Extension.objects.create(id=uuid7(act.at), service=row, by=act.actor, decided_at=act.at, **said)
    subject = f"service/{row.number}"
    journal.record(events.TrialExtended(subject=subject, actor=act.actor, at=act.at, **said))
    return until


def kept(legs: Iterable[Leg], reason: str, act: Act) -> None:
    """Somebody gave up the end of a trial: that is a decision that it goes on, and it is not ended anew before that has passed."""
    ends = [leg.id for leg in legs if leg.action == CEASE and leg.order.note == NOTE]
    for service in Line.objects.filter(leg__in=ends, service__isnull=False).values_list("service__number", flat=True):
        _extended(service, reason, act)


def running_until(number: str) -> datetime | None:
    """When the trial under which a service is in use ends by itself, extensions included; None where it is in use under none."""
    return ending([number]).get(number)


def ending(numbers: Collection[str]) -> dict[str, datetime]:
    """Of these services those whose trial ends by itself, each with the moment, extensions included. One query."""
    with connection.cursor() as cursor:
        cursor.execute(OF_SERVICES, {"fitting": sorted(FITTING[CEASE]), "numbers": list(numbers)})
        found = {number: _until(*trial) for _, number, *trial in cursor.fetchall()}
    return {number: until for number, until in found.items() if until is not None}


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
