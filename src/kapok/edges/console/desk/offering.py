"""What the page of an order offers: what is on sale to the customer, at which price, and whether it can be had at an address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from kapok.ground.catalog.offering import queries as offers
from kapok.ground.catalog.offering import rules as offering
from kapok.ground.catalog.offering.document import Kind, Offer
from kapok.ground.catalog.offering.queries import OfferVersionView
from kapok.ground.customers import queries as customers
from kapok.kernel.money import Money
from kapok.kernel.text import Text, joined
from kapok.network.inventory import queries as inventory
from kapok.network.inventory.queries import Qualification

SPEED = "down_mbps"


@dataclass(frozen=True)
class Choice:
    """An offer that the customer may order, with its price and whether it can be had at the address."""

    version: OfferVersionView
    one_off: Money
    monthly: Money
    why_not: Text | None
    expected_at: datetime | None

    @property
    def code(self) -> str:
        """Its code."""
        return self.version.code


def facts_of(customer: str) -> dict[str, str]:
    """What offers ask about a customer."""
    return {"area": settings.ORDERING_AREA} | customers.facts(customer)


def choices(customer: str, channel: str, address: str, at: datetime) -> list[Choice]:
    """The offers for the customer at an address, in the order of the catalogue. Raises `UnknownAddress`, `RetiredAddress`."""
    asked = Asked(address, at)
    return [asked.choice(version) for version in installable(customer, channel, at).values()]


def installable(customer: str, channel: str, at: datetime) -> dict[str, OfferVersionView]:
    """What the customer may order anew, by code, in the order of the catalogue."""
    sold = offers.on_sale(facts_of(customer), channel, at)
    return {version.code: version for version in sold if _installs(version.offer)}


def _installs(offer: Offer) -> bool:
    return "install" in offer.actions and offer.kind is not Kind.OPTION


class Asked:
    """An address, asked what can be had there; each kind of service and speed once."""

    def __init__(self, address: str, at: datetime) -> None:
        self.address, self.at = address, at
        self._known: dict[tuple[str, int], Qualification] = {}

    def choice(self, version: OfferVersionView) -> Choice:
        """The offer with its price, and what of it cannot be had."""
        quote = offering.price(version.offer)
        lacking = [each for each in self._qualified(version.offer) if not each.available]
        why_not = joined(reason.text for each in lacking for reason in each.reasons) if lacking else None
        expected = [each.expected_at for each in lacking if each.expected_at]
        return Choice(version, quote.one_off, quote.monthly, why_not, max(expected, default=None))

    def _qualified(self, offer: Offer) -> Iterator[Qualification]:
        for part in (offer, *(each.offer for each in offers.parts(offer))):
            if part.service:
                speed = part.characteristics.get(SPEED, 0)
                yield self._qualify(part.service, speed if isinstance(speed, int) else 0)

    def _qualify(self, service: str, speed: int) -> Qualification:
        if (service, speed) not in self._known:
            self._known[service, speed] = inventory.qualify(self.address, service, self.at, down_mbps=speed)
        return self._known[service, speed]
