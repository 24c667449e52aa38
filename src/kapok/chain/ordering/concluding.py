"""What the inventory is told once a step has been performed, within the transaction that ends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from kapok.chain.ordering import billing, ends, events, fetching, moves, placing, rules
from kapok.chain.ordering.models import Leg, Line, Step
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.performing import OWNED_SINCE, code_of, held, lines_of, reason_of, running, taken
from kapok.chain.ordering.rules import Action, State
from kapok.ground.catalog.offering.document import End, parse
from kapok.ground.work import queries as work_queries
from kapok.ground.work.models import Item
from kapok.ground.work.rules import CONFIRMS, LIVE
from kapok.network.inventory import api as inventory
from kapok.network.inventory.models import Service
from kapok.network.inventory.queries import service as service_of
from kapok.network.inventory.rules import ServiceState, masked
from kapok.network.inventory.views import ShortageView


def conclude(step: Step, leg: Leg, act: Act) -> ShortageView | None:
    """Tell the inventory what the step has brought about; what is lacking, if something is."""
    told = TELLS.get(step.name)
    return told(leg, act) if told else None


def _reserve(leg: Leg, act: Act) -> ShortageView | None:
    return placing.reserve(leg, act).shortage if leg.needs else None


def _assign(leg: Leg, act: Act) -> ShortageView | None:
    """Keep what is reserved without an end, and draw up the services to be."""
    lacking = _reserve(leg, act)
    if lacking is not None:
        return lacking
    if leg.needs:
        inventory.keep(holder=leg.subject, actor=act.actor, at=act.at)
    if leg.action == Action.INSTALL:
        _design(leg, act)
    return None


def by_hand(step: Step, leg: Leg, act: Act) -> None:
    """A person has settled the step: what the inventory can be told of it is, so that the steps after it find a service.

    Raises what the inventory refuses where something is to be given back.
    """
    if step.name == moves.GIVES_BACK:
        _release_held(leg, act)
    elif step.name == "bill":
        billing.tell(leg, act)
    elif step.name == "assign":
        if _reserve(leg, act) is None and leg.needs:
            inventory.keep(holder=leg.subject, actor=act.actor, at=act.at)
        if leg.action == Action.INSTALL:
            _design(leg, act)


def _design(leg: Leg, act: Act) -> None:
    first = ""
    for line in lines_of(leg):
        offer = parse(line.offer.document)
        if line.service is None and offer.service:
            number = inventory.design_service(
                customer=leg.order.customer.number, account=leg.order.account.number if leg.order.account else "",
                offer=line.offer.code, offer_version=line.offer.number, kind=offer.service, spec=offer.spec,
                address=leg.address.code if leg.address else "",
                far_address=leg.far_address.code if leg.far_address and offer.far_roles else "",
                characteristics=offer.characteristics | line.characteristics, parent=first, holder=leg.subject,
                actor=act.actor, at=act.at,
            )  # fmt: skip
            Line.objects.filter(id=line.id).update(service=Service.objects.get(number=number))
            first = first or number
        elif line.service is not None:
            first = first or line.service.number


def _release_held(leg: Leg, act: Act) -> None:
    """Give back what the leg took; the services that were to be are given up with the leg."""
    inventory.release(holder=leg.subject, actor=act.actor, at=act.at)
    if leg.action == Action.INSTALL and leg.state == State.CANCELLING:
        for number in _services(leg):
            inventory.move_service(service=number, to="terminated", actor=act.actor, at=act.at)


def _finish(leg: Leg, act: Act) -> None:
    """Let the inventory say what is: whatever the flow left to people is told here. Asked again it changes nothing."""
    ENDS[Action(leg.action)](leg, act)


def _installed(leg: Leg, act: Act) -> None:
    for line, number in _served(leg):
        _take_up(line, number, act)
        inventory.move_service(service=number, to="active", actor=act.actor, at=act.at)
    _changed(leg, act)


def _take_up(line: Line, service: str, act: Act) -> None:
    """The service runs on what the leg has for it, if it has anything: people may have connected it in their own way."""
    own, holder = held(line), line.leg.subject
    if any(each.state == "reserved" for each in own):
        inventory.keep(holder=holder, actor=act.actor, at=act.at)
    if own:
        roles = sorted({each.role for each in own})
        inventory.put_in_service(holder=holder, service=service, roles=roles, actor=act.actor, at=act.at)


def _moved(leg: Leg, act: Act) -> None:
    for line, number in _served(leg):
        _take_up(line, number, act)
        inventory.change_service(service=number, **_ends_now(leg, line), actor=act.actor, at=act.at)


def _ends_now(leg: Leg, line: Line) -> dict[str, Any]:
    """Where a service is that moved; what had both ends at one address keeps the far one there."""
    there, service = leg.address.code if leg.address else "", line.service
    if leg.end == End.B:
        return {"far_address": there}
    two = service and service.address and not service.far_address_id and parse(line.offer.document).far_roles
    kept = service.address.code if two and service and service.address else there
    return {"address": there} | ({"far_address": kept} if kept != there else {})


def _changed(leg: Leg, act: Act) -> None:
    for line in lines_of(leg):
        if line.service is not None:
            known = parse(line.offer.document).characteristics | line.characteristics
            inventory.change_service(
                service=line.service.number, characteristics=known, offer=line.offer.code,
                offer_version=line.offer.number, actor=act.actor, at=act.at,
            )  # fmt: skip


def _suspended(leg: Leg, act: Act) -> None:
    for line in lines_of(leg):
        if line.service is not None:
            said = {"service": line.service.number, "reason": reason_of(line, leg), "code": code_of(line)}
            inventory.move_service(to="suspended", **said, actor=act.actor, at=act.at)


def _resumed(leg: Leg, act: Act) -> None:
    for number in _services(leg):
        inventory.move_service(service=number, to="active", actor=act.actor, at=act.at)


def _ceased(leg: Leg, act: Act) -> None:
    """What the service ran on is free; of a move only what was left behind, and the service lives on."""
    if leg.after is not None:
        for line, number in _served(leg):
            _leave(line, number, leg.after, act)
        return
    evidence, living = f"order {leg.order.number}", _living(leg)
    if living:
        fetching.say(leg, act)
    for number in living:
        inventory.move_service(service=number, to="pending_terminate", actor=act.actor, at=act.at)
        inventory.request_release(service=number, actor=act.actor, at=act.at)
        inventory.release(service=number, evidence=evidence, actor=act.actor, at=act.at)
        inventory.move_service(service=number, to="terminated", actor=act.actor, at=act.at)


def _leave(line: Line, service: str, new: Leg, act: Act, *, rests_until: datetime | None = None) -> None:
    """Free what the service no longer runs on, of the kinds that the new leg has taken for it; to rest at least so long."""
    kinds = sorted({need["kind"] for need in new.needs if rules.line_of(need["role"]) in {line.number, 0}})
    if not kinds:
        return
    codes = _of_the_end(line, service, new)
    if codes == []:
        return
    said: dict[str, Any] = {"service": service, "keep_holder": new.subject, "kinds": kinds, "codes": codes or ()}
    if inventory.request_release(**said, actor=act.actor, at=act.at):
        evidence = f"order {new.order.number}"
        inventory.release(service=service, evidence=evidence, rests_until=rests_until, actor=act.actor, at=act.at)


def _of_the_end(line: Line, service: str, new: Leg) -> list[str] | None:
    """Of what has two ends the codes of what the service has at the one that moved: the other one stays; None of what has one."""
    far_roles = parse(line.offer.document).far_roles
    if not far_roles or new.action != Action.MOVE:
        return None
    far = new.end == End.B
    return [each.code for each in service_of(service).resources if ends.is_far(each.role, far_roles) is far]


def _renewed(leg: Leg, act: Act) -> None:
    """The service runs on the new number, card or terminal; the old one is given back.

    Callers of an old number are told the new one for a while: at least so long nobody else gets it.
    """
    until = act.at + settings.ORDERING_INTERCEPTION if leg.action == Action.RENUMBER else None
    for line, number in _served(leg):
        old = running(line).get(rules.NUMBER)
        _take_up(line, number, act)
        _leave(line, number, leg, act, rests_until=until)
        new = taken(line).get(rules.NUMBER)
        if until and new and old and old.code != new.code:
            moves.say(leg, events.NumberIntercepted, act, old=masked(old.value), new=masked(new.value), until=until)


def _transferred(leg: Leg, act: Act) -> None:
    """The service is the new customer's, and so is its secret from now on."""
    for line in lines_of(leg):
        if line.service is not None:
            said = {"customer": line.characteristics["to_customer"], "account": line.characteristics.get("to_account")}
            since = {OWNED_SINCE: leg.subject}
            inventory.change_service(
                service=line.service.number, **said, characteristics=since, actor=act.actor, at=act.at
            )


ENDS: Mapping[Action, Callable[[Leg, Act], None]] = {
    Action.INSTALL: _installed,
    Action.MOVE: _moved,
    Action.CHANGE: _changed,
    Action.SUSPEND: _suspended,
    Action.RESUME: _resumed,
    Action.CEASE: _ceased,
    Action.TRANSFER: _transferred,
    Action.RENUMBER: _renewed,
    Action.REPLACE: _renewed,
}

TELLS: Mapping[str, Callable[[Leg, Act], ShortageView | None]] = {
    "reserve": _reserve,
    "assign": _assign,
    "release_held": _release_held,
    "bill": billing.tell,
    "finish": _finish,
    "suspend": _suspended,
    "resume": _resumed,
    "modify": _finish,
    "release": _ceased,
}


def _served(leg: Leg) -> list[tuple[Line, str]]:
    """The lines that are about a service, each with its number."""
    return [(line, line.service.number) for line in lines_of(leg) if line.service is not None]


def _living(leg: Leg) -> list[str]:
    """The services that have not ended yet."""
    found = (line.service for line in lines_of(leg) if line.service is not None)
    return list(dict.fromkeys(each.number for each in found if each.state != ServiceState.TERMINATED))


def _services(leg: Leg) -> list[str]:
    return list(dict.fromkeys(number for _, number in _served(leg)))


def asks_the_customer(subject: str) -> UUID | None:
    """The stage in hand whose delivery says that the customer has confirmed."""
    live = Item.objects.filter(matter__subject=subject, state__in=[state.value for state in LIVE])
    for item in live.select_related("matter__flow__template").order_by("opened_at"):
        if CONFIRMS & set(work_queries.tells(item)):
            return item.id
    return None
