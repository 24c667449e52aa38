"""The two ends of what runs from one address to another: what is taken at which, and in which words it is told.

A leg's address is its A end, but for a move of the far end: then it is where that goes (`Leg.end`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from kapok.chain.ordering import rules
from kapok.chain.ordering.models import Leg
from kapok.ground.catalog.offering import rows as offers
from kapok.ground.catalog.offering.document import ENDS, End
from kapok.kernel.text import Text
from kapok.network.inventory.queries import ServiceView
from kapok.network.inventory.rules import Need
from kapok.network.inventory.views import ResourceView, ShortageView

PORTS = ("splitter_port", "circuit_port", "line_port", "dsl_port", "pon_port")
"""Where the service is connected, the nearest to the customer first."""
FAR = "far_"
AT_END = Text(zh="{end}：{lacking}", en="{end}: {lacking}")


def is_far(role: str, far_roles: Collection[str]) -> bool:
    """Whether something that a leg took in this role is at the far end."""
    return role in {rules.role_of(rules.line_of(role), each) for each in far_roles}


def by_end(resources: Iterable[ResourceView], far_roles: Collection[str]) -> dict[str, ResourceView]:
    """Resources by kind; those of the far end by `far_` and their kind."""
    return {f"{FAR}{each.kind}" if is_far(each.role, far_roles) else each.kind: each for each in resources}


def ports(resources: Mapping[str, ResourceView]) -> dict[str, str]:
    """The port at which a service is connected, and that of its far end; of `by_end`, empty where there is none."""
    return {
        name: next((resources[end + kind].code for kind in PORTS if end + kind in resources), "")
        for name, end in (("port", ""), ("far_port", FAR))
    }


def far_roles_of(service: ServiceView) -> frozenset[str]:
    """The roles of what a service takes at its far end, by its own version of its offer; none of one that is unknown."""
    version = (service.offer, service.offer_version)
    found = offers.read_versions([version]).get(version)
    return found[1].far_roles if found else frozenset()


def needs_at(leg: Leg, *, far: bool) -> list[Need]:
    """What a leg takes at its far end, or at its address."""
    return [
        need
        for need in (Need(**each) for each in leg.needs)
        if bool(need.address) is (far and leg.far_address is not None)
    ]


def lacking(leg: Leg, shortage: ShortageView) -> Text:
    """What is lacking for a leg, in words; of what has two ends, at which."""
    if leg.far_address is None and leg.end == End.A:
        return shortage.text
    far = leg.end == End.B or (leg.far_address is not None and shortage.address == leg.far_address.code)
    return AT_END.format(end=ENDS[End.B if far else End.A], lacking=shortage.text)
