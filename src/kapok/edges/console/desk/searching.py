"""The one search box: customers by anything, orders, services, telephone numbers, addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.urls import reverse

from kapok.chain.ordering import queries as orders
from kapok.edges.console.customers.reach import codes
from kapok.edges.console.palette import Hit
from kapok.edges.console.screen import ScreenRequest
from kapok.front.channels import queries as channels
from kapok.front.channels.rules import VIAS
from kapok.ground.customers import queries as customers
from kapok.ground.customers.dialling import phone_begun
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.ground.places import queries as places
from kapok.kernel.text import Text
from kapok.network.inventory import queries as inventory

CUSTOMERS, CALLER, ORDERS, SERVICES, ADDRESSES = (
    Text(zh="客户", en="Customers"), Text(zh="来电识别", en="Caller"), Text(zh="订单", en="Orders"),
    Text(zh="业务", en="Services"), Text(zh="地址", en="Addresses"),
)  # fmt: skip
PER_SOURCE = 8
SHORTEST = 2


def found(request: ScreenRequest, typed: str) -> list[Hit]:
    """The hits for what was typed, group by group; of a kind that the reader may not see, none."""
    if len(typed) < SHORTEST:
        return []
    return [hit for source in SOURCES for hit in islice(source(request, typed), PER_SOURCE)]


def _customers(request: ScreenRequest, typed: str) -> Iterator[Hit]:
    for one in _candidates(request, typed):
        yield Hit(CUSTOMERS, f"{one.name} {one.number}", _desk(one.number), "user", one.detail)


@dataclass(frozen=True)
class Candidate:
    """A customer to choose: number, name as far as the reader may see it, grade and place."""

    number: str
    name: str
    detail: str


def customers_found(request: ScreenRequest, typed: str) -> list[Candidate]:
    """The customers of one's units that answer to what was typed, to choose one of them."""
    if len(typed) < SHORTEST:
        return []
    return list(_candidates(request, typed))


def _candidates(request: ScreenRequest, typed: str) -> Iterator[Candidate]:
    for one in customers.search(typed, units=codes(request.units), limit=PER_SOURCE):
        place = one.address_full.in_(request.language) if one.address_full else ""
        grade = " ".join(filter(None, (one.segment_name.in_(request.language), one.tier)))
        yield Candidate(one.number, one.name, f"{grade} · {place}".strip(" ·"))


def _callers(request: ScreenRequest, typed: str) -> Iterator[Hit]:
    """Whom a whole telephone number belongs to, by the services of the network and by contacts."""
    told = any(len(begun) >= inventory.TELLING for begun in phone_begun(typed))
    known = channels.recognise(typed) if told else None
    if known is not None and _mine(request, known.customer):
        yield Hit(CALLER, known.customer, _desk(known.customer), "bell", VIAS[known.via].in_(request.language))


def _orders(request: ScreenRequest, typed: str) -> Iterator[Hit]:
    units = people.units_where(request.user.id, Permission.ORDERS_READ)
    for row in orders.search(typed, units=_within(units), limit=PER_SOURCE) if units else ():
        state = f"{row.what.in_(request.language)} · {row.state_name.in_(request.language)}"
        yield Hit(ORDERS, row.number, reverse("console:order", args=[row.number]), "file-text", state)


def _services(request: ScreenRequest, typed: str) -> Iterator[Hit]:
    """Services by their number, or by a telephone number that runs on them."""
    for row in inventory.search(typed, digits=phone_begun(typed), units=_within(request.units), limit=PER_SOURCE):
        address = f"{_desk(row.customer)}#{row.number}"
        yield Hit(SERVICES, f"{row.number} {row.offer}", address, "server", row.state_name.in_(request.language))


def _addresses(request: ScreenRequest, typed: str) -> Iterator[Hit]:
    if not people.units_where(request.user.id, Permission.PLACES_READ):
        return
    for place in places.search(typed, limit=PER_SOURCE):
        name, full = (text.in_(request.language) for text in (place.name, place.full))
        yield Hit(ADDRESSES, name, reverse("console:place", args=[place.code]), "map", full)


Source = Callable[[ScreenRequest, str], Iterable[Hit]]
SOURCES: tuple[Source, ...] = (_callers, _customers, _orders, _services, _addresses)


def _within(units: frozenset[UUID]) -> frozenset[UUID] | None:
    return None if people.everywhere(units) else units


def _desk(customer: str) -> str:
    return reverse("console:desk-customer", args=[customer])


def _mine(request: ScreenRequest, customer: str) -> bool:
    return customers.customer(customer).unit_id in request.units
