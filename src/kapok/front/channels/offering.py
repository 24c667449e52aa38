"""What can be ordered: the offers on sale to a customer, each with its price and whether it can be had at an address.

The front desk and the customers' own pages show the same, so that a price and a promise are said in one way. A page signs what it
showed; what is otherwise when its form comes back is told (`kapok.front.channels.basket`, `altering` for services that one has).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from kapok.chain.ordering.ends import AT_END
from kapok.chain.ordering.previewing import Preview
from kapok.chain.ordering.rules import Action
from kapok.chain.ordering.speed import SPEED, of_line
from kapok.ground.catalog.offering import queries as offers
from kapok.ground.catalog.offering import rules as offering
from kapok.ground.catalog.offering.document import ENDS, End, Kind, Offer
from kapok.ground.catalog.offering.queries import OfferVersionView
from kapok.ground.customers import queries as customers
from kapok.ground.places import queries as places
from kapok.ground.places.rules import Segment
from kapok.kernel.errors import KapokError
from kapok.kernel.money import Money
from kapok.kernel.text import Text, joined
from kapok.network.inventory import kinds
from kapok.network.inventory import queries as inventory
from kapok.network.inventory.queries import Qualification
from kapok.network.inventory.rules import Need, together

BY = Text(zh="{part}：{way}", en="{part}: {way}")
NOT_BY_ITSELF = Text(zh="该商品不能单独新装，请改选套餐", en="it cannot be installed by itself; choose a plan")


@dataclass(frozen=True)
class Choice:
    """An offer that the customer may order, with its price and whether it can be had at the address."""

    version: OfferVersionView
    one_off: Money
    monthly: Money
    why_not: Text | None
    expected_at: datetime | None
    technology: Text | None = None
    """How it would be brought there, each part by its own way; None where it cannot be, or needs no plant."""
    down_mbps: int = 0
    """How fast the line could be at most (Mbit/s), 0 where the offer states no speed."""

    @property
    def code(self) -> str:
        """Its code."""
        return self.version.code

    @property
    def two_ended(self) -> bool:
        """Whether it runs to a far end, which is chosen besides the address."""
        return two_ended(self.version.offer)


def area_at(address: str) -> str:
    """The kind of area of an address: what is promised and sold differs by it."""
    return areas_at([address])[address]


def areas_at(addresses: Iterable[str]) -> dict[str, str]:
    """The kind of area of each address, by its code."""
    codes = set(addresses)
    known = places.areas_of(codes)
    return {code: known.get(code) or settings.ORDERING_AREA for code in codes}


def facts_of(customer: str, area: str) -> dict[str, str]:
    """What offers ask about a customer who wants something there; somebody who is none yet is taken for a household."""
    known = customers.facts(customer) if customer else {"segment": Segment.PUBLIC.value}
    return {"area": area} | known


def choices(customer: str, channel: str, address: str, at: datetime) -> list[Choice]:
    """The offers for the customer at an address, in the order of the catalogue. Raises `UnknownAddress`, `RetiredAddress`."""
    return Asked(address, at).choices(installable(customer, channel, area_at(address), at).values())


@dataclass(frozen=True)
class Qualified:
    """Offers of a service, and what an order for any one of them would find at an address."""

    titles: tuple[Text, ...]
    found: Qualification
    two_ended: bool = False
    """Whether they run to a far end."""
    far: Qualification | None = None
    """What it would find there; None where none was named, or they have none."""


def qualify(service: str, address: str, at: datetime, *, far_address: str = "", down_mbps: int = 0) -> list[Qualified]:
    """What of a service can be had at an address, by the offers on sale there that provide it, to whomever they are sold.

    What runs between two addresses is asked at the far one, too, where one is named. Those that give less than `down_mbps` are
    left out. Raises `UnknownAddress`, `RetiredAddress`.
    """
    area, asked = area_at(address), Asked(address, at)
    sold = [version for version in offered(at).get(service, ()) if area in (version.offer.areas or [area])]
    asked.look(sold)
    fast = [version for version in sold if asked.wanted(version).down_mbps >= down_mbps]
    far, two = Asked(far_address, at), [version for version in fast if two_ended(version.offer)]
    if far_address:
        far.look(two, End.B)
    found: dict[tuple[Qualification, bool, Qualification | None], list[Text]] = {}
    for version in fast:
        there = far.qualified(version, End.B) if far_address and version in two else None
        found.setdefault((asked.qualified(version), version in two, there), []).append(version.title)
    return [Qualified(tuple(titles), *each) for each, titles in found.items()]


def offered(at: datetime) -> dict[str, list[OfferVersionView]]:
    """The offers on sale that can be ordered anew, by each service that they, or their parts, provide."""
    sold = [version for version in offers.sold(at) if _installs(version.offer)]
    found: dict[str, list[OfferVersionView]] = {}
    for version, parts in zip(sold, offers.parts_of([version.offer for version in sold]), strict=True):
        for service in offering.provided(version.offer, (part.offer for part in parts)):
            found.setdefault(service, []).append(version)
    return found


def installable(customer: str, channel: str, area: str, at: datetime) -> dict[str, OfferVersionView]:
    """What the customer may order anew, by code, in the order of the catalogue."""
    sold = offers.on_sale(facts_of(customer, area), channel, at)
    return {version.code: version for version in sold if _installs(version.offer)}


def why_not(
    offer: str, customer: str, channel: str, area: str, at: datetime, *, otherwise: Text = NOT_BY_ITSELF
) -> Text:
    """Why an offer is not among those to choose from: unknown, a draft, retired, not for them; or what is said otherwise."""
    try:
        found = offers.why_not(offer, facts_of(customer, area), channel, at)
    except KapokError as unknown:
        return unknown.text
    return found or otherwise


def _installs(offer: Offer) -> bool:
    return "install" in offer.actions and offer.kind is not Kind.OPTION


def two_ended(offer: Offer) -> bool:
    """Whether an offer, or a part of it, runs between two addresses."""
    return any(part.far_roles for part in (offer, *(each.offer for each in offers.parts(offer))))


class Wanted(NamedTuple):
    """What an offer with its parts takes of the plant, and how fast the line has to be (Mbit/s; 0: no speed is stated)."""

    needs: frozenset[Need]
    down_mbps: int


def _wanted(sold: Sequence[Offer], end: End) -> Wanted:
    needs = [
        Need(need.kind, count=need.count, mbps=_speed(part))
        for part in sold
        for need in part.resources
        if need.end is end
    ]
    return Wanted(frozenset(together(needs)), max(map(_speed, sold)))


def _speed(offer: Offer) -> int:
    return of_line(Action.INSTALL, offer, None, {})


def _ways(sold: Sequence[Offer], end: End) -> dict[Text, Text]:
    """By which ways each of these comes to that end, by its title; none of what needs no plant."""
    taken = {part.title: kinds.ways_of(need.kind for need in part.resources if need.end is end) for part in sold}
    return {title: joined((way.name for way in ways), zh="、", en=", ") for title, ways in taken.items() if ways}


class Asked:
    """An address, asked what can be had there: one walk for all offers that are looked at together."""

    def __init__(self, address: str, at: datetime) -> None:
        self.address, self.at = address, at
        self._wanted: dict[tuple[UUID, End], Wanted] = {}
        self._ways: dict[tuple[UUID, End], dict[Text, Text]] = {}
        self._known: dict[Wanted, Qualification] = {}

    def choices(self, versions: Collection[OfferVersionView]) -> list[Choice]:
        """Each offer with its price, and what of it cannot be had."""
        self.look(versions)
        return [self.choice(version) for version in versions]

    def choice(self, version: OfferVersionView, end: End = End.A) -> Choice:
        """The offer with its price, and what of it cannot be had where this is that end of it."""
        quote, found = offering.price(version.offer), self.qualified(version, end)
        return Choice(
            version, quote.one_off, quote.monthly,
            None if found.available else joined(dict.fromkeys(reason.text for reason in found.reasons)), found.expected_at,
            self._brought(version, end, found) if found.technology else None,
            found.max_down_mbps if SPEED in version.offer.characteristics else 0,
        )  # fmt: skip

    def _brought(self, version: OfferVersionView, end: End, found: Qualification) -> Text:
        """How it is brought: by one way, or each part by its own."""
        parts = self._ways[version.id, end]
        if len(found.ways) < 2 or len(parts) < 2:
            return joined((way.name for way in found.ways), zh="、", en=", ")
        return joined((BY.format(part=part, way=way) for part, way in parts.items()), zh="；", en="; ")

    def with_far(self, choice: Choice) -> Choice:
        """A choice for another address with this one as its far end: what is lacking at either is said, and at which."""
        found = self.qualified(choice.version, End.B)
        here = joined(dict.fromkeys(reason.text for reason in found.reasons)) if not found.available else None
        lacks = [
            AT_END.format(end=ENDS[end], lacking=why) for end, why in ((End.A, choice.why_not), (End.B, here)) if why
        ]
        expected = [each for each in (choice.expected_at, found.expected_at) if each]
        return replace(
            choice, why_not=joined(lacks, zh="；", en="; ") if lacks else None, expected_at=max(expected, default=None)
        )

    def qualified(self, version: OfferVersionView, end: End = End.A) -> Qualification:
        """What an order for the offer, with its parts, would find where this is that end of it."""
        return self._known[self.wanted(version, end)]

    def wanted(self, version: OfferVersionView, end: End = End.A) -> Wanted:
        """What the offer takes at that end of it, with its parts."""
        self.look([version], end)
        return self._wanted[version.id, end]

    def look(self, versions: Iterable[OfferVersionView], end: End = End.A) -> None:
        """Walk once for all that these offers take and that has not been looked at."""
        new = [version for version in versions if (version.id, end) not in self._wanted]
        for version, parts in zip(new, offers.parts_of([version.offer for version in new]), strict=True):
            sold = (version.offer, *(part.offer for part in parts))
            self._wanted[version.id, end] = _wanted(sold, end)
            self._ways[version.id, end] = _ways(sold, end)
        wanted = dict.fromkeys(self._wanted[version.id, end] for version in new)
        unknown = [each for each in wanted if each not in self._known]
        if unknown:
            found = inventory.qualify(self.address, [list(each.needs) for each in unknown], self.at)
            self._known |= zip(unknown, found, strict=True)


def promised(made: Preview | None) -> list[list[str]]:
    """The promises as they are compared: whose, which, the day on which they fall due."""
    found = made.promises if made else []
    return [[each.pack, each.promise, f"{timezone.localdate(each.due_at)}"] for each in found]
