"""What the steps do: what is asked of the network, outside of any transaction, and what the inventory is told, within one."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.conf import settings

from kapok.chain.ordering import events, moves, placing, rules
from kapok.chain.ordering.models import Leg, Line, Step
from kapok.chain.ordering.moves import SYSTEM, Act
from kapok.chain.ordering.rules import ACTIONS, Action, State
from kapok.ground.catalog.offering.document import parse
from kapok.kernel.text import Text
from kapok.network.activation import api as activation
from kapok.network.inventory import api as inventory
from kapok.network.inventory.models import Service
from kapok.network.inventory.queries import held_by
from kapok.network.inventory.queries import service as service_of
from kapok.network.inventory.rules import ServiceState, masked
from kapok.network.inventory.views import ResourceView, ShortageView

NOTHING = Text(zh="", en="")
RENEWS = frozenset({Action.INSTALL.value, Action.CHANGE.value})
"""Orders for what an offer states; the others leave a service what it is."""
OWNED_SINCE = "owned_since"
"""What a service says of the transfer by which its owner got it."""
PORTS = ("splitter_port", "circuit_port", "line_port", "dsl_port", "pon_port")
"""Where the service is connected, the nearest to the customer first."""


@dataclass(frozen=True)
class Result:
    """What came of asking: whether it is done; else why not, and whether it may be asked again."""

    ok: bool
    code: str = ""
    text: Text = NOTHING
    retry: bool = False
    measured: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


DONE = Result(ok=True)


# ---- outside: the network ----


def perform(step: Step, at: datetime) -> Result:
    """Ask the network for what the step does; done at once where it asks nothing. Idempotent by the step's identifier."""
    ask = ASKS.get(step.name)
    if ask is None:
        return DONE
    measured: dict[str, Any] = {}
    for line in _lines(step.leg):
        if line.service is None:
            continue
        said = ask(step, line)
        if said is None:
            continue
        verb, params = said
        known = {"service": line.service.number, "kind": line.service.kind, "params": params}
        outcome = verb(key=f"{step.id}-{line.number}", **known, actor=SYSTEM, at=at)
        measured |= outcome.measured
        if not outcome.ok:
            return Result(False, outcome.code, outcome.text, outcome.retry, measured)
    return Result(ok=True, measured=measured)


Verb = Callable[..., activation.Outcome]
Asked = tuple[Verb, dict[str, Any]]


def _activate(step: Step, line: Line) -> Asked | None:
    """A new service is activated; one that works already is told what is new, and works on."""
    verb = activation.activate if step.leg.action == Action.INSTALL else activation.modify
    return verb, _params(line, {**_running(line), **_taken(line)})


def _deactivate(step: Step, line: Line) -> Asked | None:
    """What was activated ends; a service that worked before is told again what it ran on."""
    if step.leg.action == Action.INSTALL:
        return activation.terminate, _params(line, _taken(line))
    return activation.modify, _params(line, _running(line), wished=False)


def _test(_step: Step, line: Line) -> Asked | None:
    return activation.test, _params(line, {**_running(line), **_taken(line)})


def _suspend(step: Step, line: Line) -> Asked | None:
    return activation.suspend, _params(line, _running(line)) | {"reason": _reason(line, step.leg)}


def _resume(_step: Step, line: Line) -> Asked | None:
    return activation.resume, _params(line, _running(line))


def _modify(_step: Step, line: Line) -> Asked | None:
    return activation.modify, _params(line, {**_running(line), **_taken(line)})


def _terminate(step: Step, line: Line) -> Asked | None:
    """The service ends; the old line of a move has been left already."""
    return None if step.leg.after_id else (activation.terminate, _params(line, _running(line)))


def _restore(step: Step, line: Line) -> Asked | None:
    """What was not finished is taken back: the elements are told again what the inventory says of the service."""
    if step.undoes is None or step.leg.after_id or line.service is None:
        return None
    known = _params(line, _running(line), wished=False)
    if step.undoes.name == "modify":
        return activation.modify, known
    if line.service.state == ServiceState.SUSPENDED:
        return activation.suspend, known | {"reason": _reason(line, step.leg)}
    return activation.resume if step.undoes.name == "suspend" else activation.activate, known


ASKS: Mapping[str, Callable[[Step, Line], Asked | None]] = {
    "activate": _activate,
    "deactivate": _deactivate,
    "restore": _restore,
    "test": _test,
    "suspend": _suspend,
    "resume": _resume,
    "modify": _modify,
    "adjust": _modify,
    "release": _terminate,
}


def _lines(leg: Leg) -> list[Line]:
    return list(Line.objects.filter(leg=leg).select_related("offer", "service", "leg").order_by("number"))


def _running(line: Line) -> dict[str, ResourceView]:
    """What the service runs on, by kind."""
    known = service_of(line.service.number).resources if line.service else ()
    return {each.kind: each for each in known if each.service}


def _taken(line: Line) -> dict[str, ResourceView]:
    """What the leg has taken for the line, by kind."""
    return {each.kind: each for each in _held(line)}


def _held(line: Line) -> list[ResourceView]:
    """What the leg has taken for the line; what it took for no line of its own is its first service's."""
    served = Line.objects.filter(leg=line.leg, service__isnull=False).order_by("number")
    first = served.values_list("number", flat=True).first()
    own = {line.number, 0} if line.number == first else {line.number}
    return [each for each in held_by(line.leg.subject) if rules.line_of(each.role) in own]


def _params(line: Line, resources: Mapping[str, ResourceView], *, wished: bool = True) -> dict[str, Any]:
    """What an element needs to know of a service: what is wished, what it has, and what its offer states.

    Where the order is for the offer itself that goes before what the service has; whoever only moves keeps what they have.
    """
    service = line.service
    stated, has = parse(line.offer.document).characteristics, service.characteristics if service else {}
    renewed = wished and line.leg.action in RENEWS
    known = (has | stated if renewed else stated | has) | (line.characteristics if wished else {})
    number = service.number if service else ""
    values = {kind: each.value for kind, each in resources.items()}
    port = next((resources[kind].code for kind in PORTS if kind in resources), "")
    told = {
        "login": known.get("login") or f"{number.lower()}@kapok", "secret": secret_of(number, _secret_since(line)), "port": port,
        "down_mbps": known.get("down_mbps"), "up_mbps": known.get("up_mbps"), "profile": known.get("profile"),
        "onu": values.get("onu"), "vlan": values.get("vlan"), "number": values.get("number"), "ip": values.get("ipv4"),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in {None, ""}}


def _secret_since(line: Line) -> str:
    """The transfer since which the service has its secret: whoever had it before must not log in any more; none at first."""
    if line.leg.action == Action.TRANSFER:
        return line.leg.subject
    return str(line.service.characteristics.get(OWNED_SINCE, "")) if line.service else ""


def secret_of(service: str, since: str = "") -> str:
    """The secret of a service's login: the same whoever asks, and nobody can guess it without the key of this installation."""
    words = "/".join(("ordering", service, since) if since else ("ordering", service))
    return hmac.new(settings.SECRET_KEY.encode(), words.encode(), hashlib.sha256).hexdigest()[:24]


def _reason(line: Line, leg: Leg) -> str:
    return str(line.characteristics.get("reason") or ACTIONS[Action(leg.action)].zh)[:200]


# ---- within: the inventory ----


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
    elif step.name == "assign":
        if _reserve(leg, act) is None and leg.needs:
            inventory.keep(holder=leg.subject, actor=act.actor, at=act.at)
        if leg.action == Action.INSTALL:
            _design(leg, act)


def _design(leg: Leg, act: Act) -> None:
    first = ""
    for line in _lines(leg):
        offer = parse(line.offer.document)
        if line.service is None and offer.service:
            number = inventory.design_service(
                customer=leg.order.customer.number, account=leg.order.account.number if leg.order.account else "",
                offer=line.offer.code, offer_version=line.offer.number, kind=offer.service, spec=offer.spec,
                address=leg.address.code if leg.address else "",
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


def _bill(leg: Leg, act: Act) -> None:
    """Tell billing, and nobody else, from when it counts what."""
    said = [
        {
            "offer": line.offer.code, "version": line.offer.number, "quantity": line.quantity,
            "service": line.service.number if line.service else "",
        }
        for line in _lines(leg)
    ]  # fmt: skip
    moves.say(
        leg, events.BillingDue, act, order=leg.order.number, lines=said, action=leg.action,
        account=leg.order.account.number if leg.order.account else "", action_name=ACTIONS[Action(leg.action)],
    )  # fmt: skip


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
    held, holder = _held(line), line.leg.subject
    if any(each.state == "reserved" for each in held):
        inventory.keep(holder=holder, actor=act.actor, at=act.at)
    if held:
        roles = sorted({each.role for each in held})
        inventory.put_in_service(holder=holder, service=service, roles=roles, actor=act.actor, at=act.at)


def _moved(leg: Leg, act: Act) -> None:
    for line, number in _served(leg):
        _take_up(line, number, act)
        address = leg.address.code if leg.address else ""
        inventory.change_service(service=number, address=address, actor=act.actor, at=act.at)


def _changed(leg: Leg, act: Act) -> None:
    for line in _lines(leg):
        if line.service is not None:
            known = parse(line.offer.document).characteristics | line.characteristics
            inventory.change_service(
                service=line.service.number, characteristics=known, offer=line.offer.code,
                offer_version=line.offer.number, actor=act.actor, at=act.at,
            )  # fmt: skip


def _suspended(leg: Leg, act: Act) -> None:
    for line in _lines(leg):
        if line.service is not None:
            said = {"service": line.service.number, "reason": _reason(line, leg)}
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
    evidence = f"order {leg.order.number}"
    for number in _services(leg):
        inventory.move_service(service=number, to="pending_terminate", actor=act.actor, at=act.at)
        inventory.request_release(service=number, actor=act.actor, at=act.at)
        inventory.release(service=number, evidence=evidence, actor=act.actor, at=act.at)
        inventory.move_service(service=number, to="terminated", actor=act.actor, at=act.at)


def _leave(line: Line, service: str, new: Leg, act: Act) -> None:
    """Free what the service no longer runs on, of the kinds that the new leg has taken for it."""
    kinds = sorted({need["kind"] for need in new.needs if rules.line_of(need["role"]) in {line.number, 0}})
    if not kinds:
        return
    inventory.request_release(service=service, keep_holder=new.subject, kinds=kinds, actor=act.actor, at=act.at)
    inventory.release(service=service, evidence=f"order {new.order.number}", actor=act.actor, at=act.at)


def _renewed(leg: Leg, act: Act) -> None:
    """The service runs on the new number, card or terminal; the old one is given back."""
    for line, number in _served(leg):
        old = _running(line).get(rules.NUMBER)
        _take_up(line, number, act)
        _leave(line, number, leg, act)
        new = _taken(line).get(rules.NUMBER)
        if leg.action == Action.RENUMBER and new and old and old.code != new.code:
            until = act.at + rules.INTERCEPTION
            moves.say(leg, events.NumberIntercepted, act, old=masked(old.value), new=masked(new.value), until=until)


def _transferred(leg: Leg, act: Act) -> None:
    """The service is the new customer's, and so is its secret from now on."""
    for line in _lines(leg):
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
    "bill": _bill,
    "finish": _finish,
    "suspend": _suspended,
    "resume": _resumed,
    "modify": _finish,
    "release": _ceased,
}


def _served(leg: Leg) -> list[tuple[Line, str]]:
    """The lines that are about a service, each with its number."""
    return [(line, line.service.number) for line in _lines(leg) if line.service is not None]


def _services(leg: Leg) -> list[str]:
    return list(dict.fromkeys(number for _, number in _served(leg)))
