"""What the steps ask of the network, outside of any transaction. What the inventory is told afterwards: `concluding`."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.conf import settings

from kapok.chain.ordering import dimming, ends, rules
from kapok.chain.ordering.models import Leg, Line, Step
from kapok.chain.ordering.moves import SYSTEM
from kapok.chain.ordering.rules import ACTIONS, Action
from kapok.ground.catalog.offering.document import parse
from kapok.kernel.text import Text
from kapok.network.activation import api as activation
from kapok.network.inventory.queries import held_by
from kapok.network.inventory.queries import service as service_of
from kapok.network.inventory.rules import SUSPENSIONS, ServiceState, Suspension, suspended_for
from kapok.network.inventory.views import ResourceView

NOTHING = Text(zh="", en="")
RENEWS = frozenset({Action.INSTALL.value, Action.CHANGE.value})
"""Orders for what an offer states; the others leave a service what it is."""
SUSPENSION = "suspension"
"""What a suspension says of its reason: a code of the list; words of it are its `reason`."""
OWNED_SINCE = "owned_since"
"""What a service says of the transfer by which its owner got it."""


@dataclass(frozen=True)
class Result:
    """What came of asking: whether it is done; else why not, and whether it may be asked again."""

    ok: bool
    code: str = ""
    text: Text = NOTHING
    retry: bool = False
    measured: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


DONE = Result(ok=True)


def perform(step: Step, at: datetime) -> Result:
    """Ask the network for what the step does; done at once where it asks nothing. Idempotent by the step's identifier."""
    ask = ASKS.get(step.name)
    if ask is None:
        return DONE
    measured: dict[str, Any] = {}
    for line in lines_of(step.leg):
        if line.service is None:
            continue
        said = ask(step, line)
        if said is None:
            continue
        verb, params = said
        known = {"service": line.service.number, "kind": line.service.kind, "params": params}
        outcome = verb(key=f"{step.id}-{line.number}", **known, actor=SYSTEM, at=at)
        if outcome.code == dimming.WEAK_LIGHT:
            outcome = dimming.located(outcome, line.service.number, runs_on(line))
        measured |= outcome.measured
        if not outcome.ok:
            return Result(False, outcome.code, outcome.text, outcome.retry, measured)
    return Result(ok=True, measured=measured)


Verb = Callable[..., activation.Outcome]
Asked = tuple[Verb, dict[str, Any]]


def _activate(step: Step, line: Line) -> Asked | None:
    """A new service is activated; one that works already is told what is new, and works on."""
    verb = activation.activate if step.leg.action == Action.INSTALL else activation.modify
    return verb, setting(line, runs_on(line))


def _deactivate(step: Step, line: Line) -> Asked | None:
    """What was activated ends; a service that worked before is told again what it ran on."""
    if step.leg.action == Action.INSTALL:
        return activation.terminate, setting(line, taken(line))
    return activation.modify, setting(line, running(line), wished=False)


def _test(_step: Step, line: Line) -> Asked | None:
    return activation.test, setting(line, runs_on(line))


def _suspend(step: Step, line: Line) -> Asked | None:
    why = suspended_for(code_of(line), reason_of(line, step.leg))[:200]
    return activation.suspend, setting(line, running(line)) | {"reason": why}


def _resume(_step: Step, line: Line) -> Asked | None:
    return activation.resume, setting(line, running(line))


def _modify(_step: Step, line: Line) -> Asked | None:
    return activation.modify, setting(line, runs_on(line))


def _terminate(step: Step, line: Line) -> Asked | None:
    """The service ends; the old line of a move has been left already."""
    return None if step.leg.after_id else (activation.terminate, setting(line, running(line)))


def _restore(step: Step, line: Line) -> Asked | None:
    """What was not finished is taken back: the elements are told again what the inventory says of the service."""
    if step.undoes is None or step.leg.after_id or line.service is None:
        return None
    known, service = setting(line, running(line), wished=False), line.service
    if step.undoes.name == "modify":
        return activation.modify, known
    if service.state == ServiceState.SUSPENDED:
        suspends = _suspend_anew if step.undoes.name == "release" else activation.suspend
        return suspends, known | {"reason": suspended_for(service.suspension_code, service.suspension_reason)[:200]}
    return activation.resume if step.undoes.name == "suspend" else activation.activate, known


def _suspend_anew(*, key: str, params: dict[str, Any], **said: Any) -> activation.Outcome:
    """What has been disconnected halfway is there again before it is suspended."""
    told = activation.activate(key=f"{key}-first", params=params, **said)
    return activation.suspend(key=key, params=params, **said) if told.ok else told


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


def lines_of(leg: Leg) -> list[Line]:
    """The lines of a leg, in order."""
    return list(Line.objects.filter(leg=leg).select_related("offer", "service", "leg").order_by("number"))


def running(line: Line) -> dict[str, ResourceView]:
    """What the service runs on, by kind and end (`ends.by_end`)."""
    known = service_of(line.service.number).resources if line.service else ()
    return ends.by_end((each for each in known if each.service), parse(line.offer.document).far_roles)


def taken(line: Line) -> dict[str, ResourceView]:
    """What the leg has taken for the line, by kind and end."""
    return ends.by_end(held(line), parse(line.offer.document).far_roles)


def runs_on(line: Line) -> dict[str, ResourceView]:
    """What the service is to run on, by kind and end: what the leg has taken goes before what it has."""
    return {**running(line), **taken(line)}


def held(line: Line) -> list[ResourceView]:
    """What the leg has taken for the line; what it took for no line of its own is its first service's."""
    served = Line.objects.filter(leg=line.leg, service__isnull=False).order_by("number")
    first = served.values_list("number", flat=True).first()
    own = {line.number, 0} if line.number == first else {line.number}
    return [each for each in held_by(line.leg.subject) if rules.line_of(each.role) in own]


def known_of(line: Line, *, wished: bool = True) -> dict[str, Any]:
    """The characteristics of a line: what is wished, what the service has, and what its offer states.

    Where the order is for the offer itself that goes before what the service has; whoever only moves keeps what they have.
    """
    stated, has = parse(line.offer.document).characteristics, line.service.characteristics if line.service else {}
    renewed = wished and line.leg.action in RENEWS
    return (has | stated if renewed else stated | has) | (line.characteristics if wished else {})


def setting(line: Line, resources: Mapping[str, ResourceView], *, wished: bool = True) -> dict[str, Any]:
    """What an element needs to know of a service."""
    service, known = line.service, known_of(line, wished=wished)
    number = service.number if service else ""
    values = {kind: each.value for kind, each in resources.items()}
    told = {
        "login": login_of(number, known), **ends.ports(resources),
        "secret": secret_of(number, _secret_since(line, wished=wished)),
        "down_mbps": known.get("down_mbps"), "up_mbps": known.get("up_mbps"), "profile": known.get("profile"),
        "onu": values.get("onu"), "vlan": values.get("vlan"), "number": values.get("number"), "ip": values.get("ipv4"),
        "ipv6_prefix": values.get("ipv6_prefix"),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in {None, ""}}


def _secret_since(line: Line, *, wished: bool) -> str:
    """The transfer since which the service has its secret: whoever had it before must not log in any more; none at first.

    A transfer that is under way counts as far as it is wished: what is taken back leaves the secret that is recorded.
    """
    if wished and line.leg.action == Action.TRANSFER:
        return line.leg.subject
    return owned_since(line.service.characteristics) if line.service else ""


def owned_since(characteristics: Mapping[str, Any]) -> str:
    """The transfer by which its owner got a service, as it is recorded; none at first."""
    return str(characteristics.get(OWNED_SINCE, ""))


def login_of(service: str, known: Mapping[str, Any]) -> str:
    """By what a service logs in: as it was wished, else by its own number."""
    return str(known.get("login") or f"{service.lower()}@kapok")


def secret_of(service: str, since: str = "") -> str:
    """The secret of a service's login: the same whoever asks, and nobody can guess it without the key of this installation."""
    words = "/".join(("ordering", service, since) if since else ("ordering", service))
    return hmac.new(settings.LINE_KEY.encode(), words.encode(), hashlib.sha256).hexdigest()[:24]


def reason_of(line: Line, leg: Leg) -> str:
    """Why a service is suspended, as it was ordered; else in the words of the list, or what is done."""
    code = code_of(line)
    name = SUSPENSIONS[Suspension(code)].both if code else ACTIONS[Action(leg.action)].zh
    return str(line.characteristics.get("reason") or name)[:200]


def code_of(line: Line) -> str:
    """For which reason of the list a suspension was ordered; none where only words say why."""
    return str(line.characteristics.get(SUSPENSION, ""))
