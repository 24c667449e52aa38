"""What the page of an order shows and what it signs: qualification, offers, terms; and what has changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils import timezone

from kapok.back.workforce import queries as field
from kapok.chain.ordering.api import LineDraft
from kapok.chain.ordering.previewing import Preview, preview
from kapok.ground.catalog.offering import queries as offers
from kapok.ground.catalog.offering import rules as offering
from kapok.ground.catalog.offering.document import Kind, Offer
from kapok.ground.catalog.offering.queries import OfferVersionView
from kapok.ground.customers import queries as customers
from kapok.ground.places import queries as places
from kapok.kernel.errors import KapokError
from kapok.kernel.money import Money
from kapok.kernel.text import Text, joined
from kapok.network.inventory import queries as inventory
from kapok.network.inventory.queries import Qualification

SALT = "kapok.desk.order"
SPEED = "down_mbps"
GONE = Text(zh="该商品已停售", en="the offer is no longer on sale")
MOST_WINDOWS = 24


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


@dataclass(frozen=True)
class Slot:
    """A window that is free, with its value in the form."""

    starts_at: datetime
    ends_at: datetime
    free: int

    @property
    def value(self) -> str:
        """It as the form sends it."""
        return f"{self.starts_at.isoformat()}/{self.ends_at.isoformat()}"


@dataclass(frozen=True)
class Terms:
    """What an order would come to: price, visit, promises; and `seen`, which says so again when the form is sent."""

    choice: Choice
    preview: Preview | None
    refused: Text | None
    windows: Sequence[tuple[str, Sequence[Slot]]]
    no_windows: Text | None
    seen: str


def facts_of(customer: str, address: str) -> dict[str, str]:
    """What offers ask about a customer who wants something at an address."""
    return {"area": places.area_of(address) or settings.ORDERING_AREA} | customers.facts(customer)


def choices(customer: str, channel: str, address: str, at: datetime) -> list[Choice]:
    """The offers for the customer at an address, in the order of the catalogue. Raises `UnknownAddress`, `RetiredAddress`."""
    asked = Asked(address, at)
    return [
        asked.choice(version)
        for version in offers.on_sale(facts_of(customer, address), channel, at)
        if _installs(version.offer)
    ]


def line(customer: str, channel: str, address: str, offer: str, at: datetime) -> Choice | None:
    """One of the offers; None where it cannot be ordered any more. Raises `UnknownAddress`, `RetiredAddress`."""
    found = (version for version in offers.on_sale(facts_of(customer, address), channel, at) if version.code == offer)
    version = next(found, None)
    return Asked(address, at).choice(version) if version else None


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


def terms(customer: str, channel: str, address: str, choice: Choice, at: datetime) -> Terms:
    """Price, visit, promises and windows of the offer at the address."""
    lines, made, refused = [LineDraft(offer=choice.code, address=address)], None, None
    try:
        made = preview(customer=customer, channel=channel, lines=lines, at=at)
    except KapokError as why:
        refused = why.text
    windows, none = _windows(made, at)
    return Terms(choice, made, refused, windows, none, signing.dumps(_state(address, choice), salt=SALT))


def _windows(made: Preview | None, at: datetime) -> tuple[list[tuple[str, list[Slot]]], Text | None]:
    """The free windows by day, or why there are none."""
    if made is None or made.visit is None:
        return [], None
    address, skill, minutes = made.visit
    try:
        found = field.windows(address=address, skill=skill, minutes=minutes, after=at)[:MOST_WINDOWS]
    except KapokError as why:
        return [], why.text
    days: dict[str, list[Slot]] = {}
    for window in found:
        slot = Slot(window.starts_at, window.ends_at, window.free)
        days.setdefault(f"{timezone.localdate(window.starts_at):%m-%d}", []).append(slot)
    full = None if found else Text(zh="两周内已约满", en="nothing is free within two weeks")
    return list(days.items()), full


# ---- what was seen ----


def _state(address: str, choice: Choice) -> dict[str, Any]:
    return {
        "address": address, "offer": choice.code, "version": choice.version.number,
        "once": choice.one_off.minor, "month": choice.monthly.minor, "can": choice.why_not is None,
    }  # fmt: skip


def seen(token: str) -> Mapping[str, Any] | None:
    """What the page showed; None where that cannot be read."""
    try:
        read = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return read if isinstance(read, dict) else None


def changed(token: str, address: str, offer: str, now: Choice | None) -> list[Text]:
    """What is otherwise now than the page showed; nothing where all is the same."""
    if now is None:
        return [GONE]
    before = seen(token)
    if before is None or before.get("address") != address or before.get("offer") != offer:
        return [Text(zh="页面内容与所选不一致", en="the page does not show what was chosen")]
    return [text for text in _differences(before, now) if text]


def _differences(before: Mapping[str, Any], now: Choice) -> Iterator[Text | None]:
    state = _state(str(before["address"]), now)
    if before["version"] != state["version"]:
        yield Text(
            zh=f"商品已更新为第 {state['version']} 版（原第 {before['version']} 版）",
            en=f"the offer is version {state['version']} now, no longer {before['version']}",
        )
    for name, zh, en, price in (
        ("once", "一次性费用", "the one-off price", now.one_off),
        ("month", "月费", "the monthly price", now.monthly),
    ):
        if before[name] != state[name]:
            was = Money(int(before[name]), price.currency)
            yield Text(zh=f"{zh}由 {was} 变为 {price}", en=f"{en} is {price} now, it was {was}")
    if before["can"] != state["can"]:
        why = now.why_not
        yield (
            Text(zh=f"该地址现已不能办理：{why.zh}", en=f"it cannot be had there any more: {why.en}")
            if why
            else Text(zh="该地址现已可以办理", en="it can be had there now")
        )
