"""Whether the network has of a service what the inventory says: the audit of one service's records against its elements.

After a call that stopped halfway the two differ until the step is done, settled, or taken back (`restore`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kapok.chain.ordering import ends
from kapok.chain.ordering.performing import owned_since, secret_of
from kapok.kernel.text import Text
from kapok.network.activation import queries as activation
from kapok.network.activation.adapters.simulated import STATES as ELEMENT_STATES
from kapok.network.activation.rules import MASK, PARAM_NAMES
from kapok.network.activation.targets import ADAPTERS
from kapok.network.inventory import queries as inventory
from kapok.network.inventory.rules import ServiceState

STATE: Final = "state"
STATE_NAME = Text(zh="状态", en="state")
LIVE: Final = {ServiceState.ACTIVE: "active", ServiceState.SUSPENDED: "suspended", ServiceState.TERMINATED: ""}
"""What an element says of a service that is recorded so; in the other states it is on its way, and nothing can be compared."""
STATES: Final[Mapping[str, Text]] = {"": Text(zh="无", en="nothing"), **ELEMENT_STATES}
COMPARED: Final = ("down_mbps", "up_mbps", "profile", "onu", "vlan", "port", "far_port", "number", "ip", "ipv6_prefix")
ANOTHER = Text(zh="与台账不同", en="another one")
"""What is said of a secret that is not the recorded one: neither is shown."""
VALUES: Final = {"onu": "onu", "vlan": "vlan", "number": "number", "ip": "ipv4", "ipv6_prefix": "ipv6_prefix"}
"""By which kind of resource the record says it."""


@dataclass(frozen=True)
class Difference:
    """One thing that an element has otherwise than it is recorded."""

    element: Text
    name: str
    title: Text
    recorded: Text
    found: Text


def differences(number: str) -> list[Difference] | None:
    """What the elements of a service have otherwise than it is recorded: nothing where both agree, None where it is on its way.

    Raises `UnknownService`.
    """
    service = inventory.service(number)
    state = LIVE.get(ServiceState(service.state))
    if state is None:
        return None
    known = recorded(service) | {STATE: state}
    standing = activation.standing(number, service.kind)
    secret = secret_of(number, owned_since(service.characteristics))
    return [each for adapter, found in standing.items() for each in _of(adapter, found, known, secret)]


def recorded(service: inventory.ServiceView) -> dict[str, Any]:
    """What the record says of a service that elements are told, by the names of their params."""
    running = ends.by_end((each for each in service.resources if each.service), ends.far_roles_of(service))
    known = dict(service.characteristics) | ends.ports(running)
    return known | {name: running[kind].value for name, kind in VALUES.items() if kind in running}


def _of(
    adapter: str, found: activation.StandingView | None, recorded: Mapping[str, Any], secret: str
) -> Iterator[Difference]:
    title, state = ADAPTERS[adapter].title, found.state if found else ""
    if state != recorded[STATE]:
        yield Difference(title, STATE, STATE_NAME, STATES[recorded[STATE]], STATES.get(state, _as_it_is(state)))
    for name in COMPARED if found and recorded[STATE] else ():
        has, said = found.settings.get(name), recorded.get(name)  # type: ignore[union-attr]
        if has not in {None, ""} and said not in {None, ""} and str(has) != str(said):
            yield Difference(title, name, PARAM_NAMES.get(name, _as_it_is(name)), _as_it_is(said), _as_it_is(has))

    if found and recorded[STATE] and found.secret not in {"", secret}:
        yield Difference(title, "secret", PARAM_NAMES["secret"], _as_it_is(MASK), ANOTHER)


def _as_it_is(value: object) -> Text:
    return Text(zh=str(value), en=str(value))
