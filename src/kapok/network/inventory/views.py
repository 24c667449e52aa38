"""What a reader sees of the inventory: frozen views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.crypto import salted_hmac

from kapok.kernel.text import Text, joined
from kapok.network.inventory.kinds import ELEMENT_KINDS, HOPS, SHORTAGES, ElementKind, Kind
from kapok.network.inventory.rules import (
    CAME_BACK,
    ORDER,
    SERVICE_STATES,
    STATES,
    SUSPENSIONS,
    TO_BE_TESTED,
    ServiceState,
    State,
    Suspension,
    masked,
)

NOWHERE = Text(zh="", en="")


def between(address: Text, far: Text) -> Text:
    """An address, or both of what runs between two."""
    return joined([address, far], zh=" — ", en=" — ") if far.zh else address


SALT = "kapok.network.inventory.number"


def subject_of(kind: str, code: str) -> str:
    """How the journal, which is never rewritten, calls a resource: by its code, but a telephone number by a digest of it."""
    if kind != Kind.NUMBER:
        return f"resource/{code}"
    return f"resource/number-{salted_hmac(SALT, code, algorithm='sha256').hexdigest()[:24]}"


def told_as(kind: str, code: str) -> str:
    """What the journal says of a resource: its code, and of a telephone number the end."""
    return str(masked(code)) if kind == Kind.NUMBER else code


@dataclass(frozen=True)
class ResourceView:
    """One thing that is allocated; `element` is the code of its element, or of its pool."""

    kind: str
    code: str
    value: str
    element: str
    state: str
    role: str = ""
    holder: str = ""
    service: str = ""
    reserved_until: datetime | None = None
    free_from: datetime | None = None
    note: str = ""
    pooled: bool = False

    @property
    def kind_name(self) -> Text:
        """What it is."""
        return HOPS[Kind(self.kind)].name

    @property
    def state_name(self) -> Text:
        """Where it stands."""
        return STATES[State(self.state)]

    @property
    def to_be_tested(self) -> bool:
        """Whether it is a device that came back from a customer, or ought to, and nobody has tested it."""
        return self.state == State.BLOCKED and self.note in {TO_BE_TESTED.both, CAME_BACK.both}

    @property
    def subject(self) -> str:
        """How the journal calls it."""
        return subject_of(self.kind, self.code)

    @property
    def told(self) -> str:
        """What the journal says of it."""
        return told_as(self.kind, self.code)


def in_walk_order(views: Iterable[ResourceView]) -> list[ResourceView]:
    """Resources from the customer inwards, then those of pools."""
    return sorted(views, key=lambda each: (ORDER[each.kind], each.role, each.code))


EVERYWHERE = "*"
"""How the whole network is called as a place; no element and no exchange area has such a code."""
THE_NETWORK = Text(zh="全网", en="the whole network")


@dataclass(frozen=True)
class ShortageView:
    """Somebody who waits for plant. `element` and `exchange_area` are codes, one of them or both empty: in the whole network."""

    code: str
    kind: str
    element: str
    exchange_area: str
    holder: str
    opened_at: datetime
    expected_at: datetime | None
    address: str = ""
    """The code of the address to which it is lacking."""

    @property
    def text(self) -> Text:
        """What is lacking, in words."""
        return SHORTAGES[self.code]

    @property
    def place(self) -> str:
        """Where it is lacking."""
        return self.element or self.exchange_area or EVERYWHERE


@dataclass(frozen=True)
class Reservation:
    """What is kept for a holder now, or what was lacking; then nothing is kept that was not before."""

    resources: tuple[ResourceView, ...]
    shortage: ShortageView | None


@dataclass(frozen=True)
class Shortfall:
    """Why a service cannot be had at an address, or not in one way."""

    code: str
    text: Text


@dataclass(frozen=True)
class Way:
    """One technology by which something comes to an address: how fast at most (Mbit/s), from which point."""

    technology: str
    name: Text
    max_down_mbps: int
    point: str


@dataclass(frozen=True)
class Qualification:
    """What can be had at an address: how, how fast at most (Mbit/s), from which point; if not, why not and when.

    Parts may come by ways of their own: all of them stand in `ways`, what is said besides is of the first, the best of them.
    """

    available: bool
    technology: str
    technology_name: Text
    max_down_mbps: int
    point: str
    reasons: tuple[Shortfall, ...]
    expected_at: datetime | None
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True)
class ServiceView:
    """One service of a customer with what it runs on."""

    number: str
    customer: str
    account: str
    offer: str
    offer_version: int
    spec: str
    kind: str
    address: str
    address_full: Text
    state: str
    suspension_code: str
    suspension_reason: str
    characteristics: Mapping[str, Any]
    parent: str
    holder: str
    designed_at: datetime
    changed_at: datetime
    resources: tuple[ResourceView, ...] = ()
    far_address: str = ""
    """Its far end, of what runs from one address to another; empty where it has one end."""
    far_address_full: Text = NOWHERE

    @property
    def where(self) -> Text:
        """Its address, or both of what runs between two."""
        return between(self.address_full, self.far_address_full)

    @property
    def state_name(self) -> Text:
        """Where it stands."""
        return SERVICE_STATES[ServiceState(self.state)]

    @property
    def suspension_name(self) -> Text | None:
        """Why it is suspended, in the words of the list; None where no code says."""
        return SUSPENSIONS[Suspension(self.suspension_code)] if self.suspension_code else None

    @property
    def subject(self) -> str:
        """How the journal calls it."""
        return f"service/{self.number}"


@dataclass(frozen=True)
class ElementView:
    """One element of the plant; `parent` and `site` are codes."""

    code: str
    kind: str
    site: str
    parent: str
    exchange_area: str
    serial: str
    longitude: float | None
    latitude: float | None
    down_mbps: int | None

    @property
    def kind_name(self) -> Text:
        """What it is."""
        return ELEMENT_KINDS[ElementKind(self.kind)]

    @property
    def subject(self) -> str:
        """How the journal calls it."""
        return f"element/{self.code}"
