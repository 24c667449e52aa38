"""Which announced group faults a service, an address or a customer lies under; set by set, never row by row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import Q

from kapok.front.channels.models import Announcement, Covered
from kapok.ground.customers.models import Customer
from kapok.ground.places import queries as places
from kapok.ground.places.models import Address, ExchangeArea
from kapok.ground.places.refusals import UnknownExchangeArea
from kapok.network.inventory import reaching
from kapok.network.inventory.models import Element, Service
from kapok.network.inventory.reaching import Above
from kapok.network.inventory.refusals import UnknownElement


def areas_called(codes: Collection[str]) -> list[ExchangeArea]:
    """The exchange areas with these codes, in their order. Raises `UnknownExchangeArea`."""
    found = {row.code: row for row in ExchangeArea.objects.filter(code__in=_askable(codes))}
    for code in codes:
        if code not in found:
            raise UnknownExchangeArea(code=code[:40])
    return [found[code] for code in codes]


def elements_called(codes: Collection[str]) -> list[Element]:
    """The elements with these codes, in their order. Raises `UnknownElement`."""
    found = {row.code: row for row in Element.objects.filter(code__in=_askable(codes))}
    for code in codes:
        if code not in found:
            raise UnknownElement(code=code[:80])
    return [found[code] for code in codes]


def _askable(codes: Iterable[str]) -> list[str]:
    """What may be asked of the database, which refuses some signs."""
    return [code for code in codes if code.isprintable()]


def over_services(services: Collection[UUID]) -> Mapping[UUID, UUID]:
    """The open announcement that each of these services lies under, the first that began; those under none are left out."""
    covered = _open()
    if not covered or not services:
        return {}
    hangs = reaching.above(services)
    found = ((each, _first(covered, hangs[each])) for each in services)
    return {each: announcement for each, announcement in found if announcement is not None}


def over_address(code: str) -> UUID | None:
    """The open announcement of the exchange area of an address."""
    covered = _open()
    address = Address.objects.filter(code=code).values_list("id", flat=True).first() if covered else None
    area = places.exchange_area_of(address) if address else None
    return _first(covered, Above(areas=frozenset({area.id}))) if area else None


def over_report(service: Service | None, address: str, customer: Customer | None) -> UUID | None:
    """The open announcement that what was reported belongs to.

    A service that was named decides alone, then an address that was named. Where neither was, all that the customer has must
    lie under one; where they have nothing, their own address.
    """
    if service is not None:
        return over_services([service.id]).get(service.id)
    if address:
        return over_address(address)
    if customer is None:
        return None
    living = living_services(customer)
    if not living:
        return over_address(customer.address.code) if customer.address else None
    under = over_services(living)
    return under[living[0]] if len(under) == len(living) else None


def living_services(customer: Customer) -> list[UUID]:
    """What the customer has that may fail; what goes by radio lies under no announcement."""
    found = Service.objects.filter(customer=customer, state__in=reaching.LIVING)
    return list(found.order_by("number").values_list("id", flat=True))


def _open() -> list[Covered]:
    """What the open announcements cover, the first that began first."""
    rows = Covered.objects.filter(announcement__ended_at=None).select_related("announcement")
    return list(rows.order_by("announcement__since", "announcement"))


def _first(covered: Collection[Covered], hangs: Above) -> UUID | None:
    return next((row.announcement_id for row in covered if _covers(row, hangs)), None)


def _covers(row: Covered, hangs: Above) -> bool:
    if row.element_id is not None:
        return row.element_id in hangs.elements
    return row.exchange_area_id in hangs.areas


def open_announcement(identifier: UUID | None) -> Announcement | None:
    """The announcement, as long as it is open."""
    return Announcement.objects.filter(Q(id=identifier), ended_at=None).first() if identifier else None
