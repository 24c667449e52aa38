"""The lines of an order on one page: what each comes to, what all come to, what of it was signed and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing

from kapok.chain.ordering import siting
from kapok.chain.ordering.api import LineDraft
from kapok.chain.ordering.ends import AT_END
from kapok.chain.ordering.previewing import Preview, preview
from kapok.chain.ordering.siting import must_be_served
from kapok.front.channels import offering
from kapok.front.channels.offering import Asked, Choice, areas_at, installable, promised
from kapok.front.channels.queries import placed_by
from kapok.front.channels.visiting import Site, Windows, sites, windows
from kapok.ground.catalog.offering.document import ENDS, End
from kapok.ground.places import queries as places
from kapok.ground.places.queries import AddressView
from kapok.ground.places.refusals import UnknownAddress
from kapok.kernel.errors import KapokError
from kapok.kernel.money import Money
from kapok.kernel.text import Text

SALT = "kapok.channels.basket"
MOST_LINES = 20
OTHERWISE = Text(zh="页面内容与所选不一致", en="the page does not show what was chosen")
CHOOSE_FAR = Text(
    zh="该商品连接两个地址，请选择 B 端（远端）地址", en="it runs between two addresses: choose that of the far end"
)
PROMISED_OTHERWISE = Text(zh="对客户的承诺已有变化", en="what we promise is otherwise now")
BETWEEN, TO = "~", "|"


@dataclass(frozen=True)
class Wish:
    """One line as it is wished for: an offer at an address, or from it to a far end."""

    address: str
    offer: str
    far_address: str = ""

    @property
    def value(self) -> str:
        """It as the form sends it."""
        return f"{self.address}{BETWEEN}{self.offer}{TO if self.far_address else ''}{self.far_address}"

    @property
    def draft(self) -> LineDraft:
        """It as it is ordered."""
        return LineDraft(offer=self.offer, address=self.address, far_address=self.far_address)


def wishes(values: Iterable[str]) -> list[Wish]:
    """The lines that a form holds already; what cannot be read is none."""
    parts = (value.partition(TO) for value in values)
    read = ((*line.rpartition(BETWEEN)[::2], far) for line, _sign, far in parts)
    found = (Wish(address[:60], offer[:60], far[:60]) for address, offer, far in read if address and offer)
    return list(found)[: MOST_LINES + 1]


@dataclass(frozen=True)
class LineShown:
    """A line with what can be had there and what it costs. `choice` is missing where it cannot be ordered, `refused` says why."""

    number: int
    wish: Wish
    current: bool
    place: Text | None
    choice: Choice | None
    refused: Text | None
    far: Text | None = None
    """Its far end, where that is chosen."""

    @property
    def two_ended(self) -> bool:
        """Whether it takes a far end."""
        return self.choice is not None and self.choice.two_ended


@dataclass(frozen=True)
class Spot:
    """An address of a line, and what can be had there."""

    place: AddressView | None
    asked: Asked


@dataclass(frozen=True)
class Terms:
    """What an order would come to: its lines, price, visits, promises; and `seen`, which says so again when the form is sent."""

    lines: Sequence[LineShown]
    preview: Preview | None
    refused: Text | None
    windows: Windows
    sites: Sequence[Site]
    """Where several places are visited: the windows of each, in place of `windows`."""
    seen: str

    @property
    def refused_together(self) -> Text | None:
        """Why the lines cannot be ordered together; what is wrong with one of them is said beside it."""
        return None if any(line.refused for line in self.lines) else self.refused

    @property
    def current(self) -> LineShown | None:
        """The line that is being chosen."""
        return next((line for line in self.lines if line.current), None)


def terms(customer: str, channel: str, lines: Sequence[Wish], at: datetime, *, current: bool = False) -> Terms:
    """What these lines would come to together; `current` says that the last one is still being chosen."""
    shown = list(_shown(customer, channel, lines, at, current=current))
    made, refused = None, next((line.refused for line in shown if line.refused), None)
    if lines and not refused:
        try:
            made = preview(customer=customer, channel=channel, lines=[line.wish.draft for line in shown], at=at)
        except KapokError as why:
            refused = why.text
    showed = {"lines": [_state(line) for line in shown], "promises": promised(made)}
    seen = signing.dumps(showed, salt=SALT, compress=True)
    visits = made.visits if made else []
    named = {line.wish.address: line.place for line in shown if line.place}
    named |= {line.wish.far_address: line.far for line in shown if line.far}
    each = sites(visits, named, at)
    return Terms(shown, made, refused, Windows() if each else windows(visits, at), each, seen)


def _shown(customer: str, channel: str, lines: Sequence[Wish], at: datetime, *, current: bool) -> Iterator[LineShown]:
    """Each line; each address is asked once."""
    areas = areas_at(wish.address for wish in lines)
    sold_in = {area: installable(customer, channel, area, at) for area in set(areas.values())}
    codes = dict.fromkeys(code for wish in lines for code in (wish.address, wish.far_address) if code)
    spots = {code: Spot(places.address(code, at=at), Asked(code, at)) for code in codes}
    for number, wish in enumerate(lines, 1):
        here, far = spots[wish.address], spots.get(wish.far_address)
        last = current and number == len(lines)
        try:
            full = _served(wish.address, here)
            sold = sold_in[areas[wish.address]]
            choice = here.asked.choice(sold[wish.offer]) if wish.offer in sold else None
        except KapokError as why:
            yield LineShown(number, wish, last, here.place.full if here.place else None, None, why.text)
            continue
        if choice is None:
            why_not = offering.why_not(wish.offer, customer, channel, areas[wish.address], at)
            yield LineShown(number, wish, last, full, None, why_not)
        elif last and not choice.two_ended:  # the far end was chosen for another offer
            yield LineShown(number, replace(wish, far_address=""), last, full, choice, None)
        else:
            said = _with_far(choice, wish, far)
            yield LineShown(number, wish, last, full, *said, far.place.full if far and far.place else None)


def _served(code: str, spot: Spot) -> Text:
    """The address in words. Raises `UnknownAddress`, `AddressTooWide`."""
    if spot.place is None:
        raise UnknownAddress(code=code)
    must_be_served(spot.place.full, spot.place.level)
    return spot.place.full


def _with_far(choice: Choice, wish: Wish, far: Spot | None) -> tuple[Choice, Text | None]:
    """A choice with what its far end has, and why that cannot be it."""
    if not choice.two_ended:
        return choice, siting.ONE_END if far else None
    if far is None:
        return choice, CHOOSE_FAR
    try:
        _served(wish.far_address, far)
        return far.asked.with_far(choice), siting.ANOTHER if wish.far_address == wish.address else None
    except KapokError as why:
        return choice, AT_END.format(end=ENDS[End.B], lacking=why.text)


# ---- what was seen ----


def _state(line: LineShown) -> dict[str, Any]:
    known: dict[str, Any] = {"address": line.wish.address, "offer": line.wish.offer, "far": line.wish.far_address}
    if line.choice is None:
        return known
    return known | {
        "version": line.choice.version.number, "once": line.choice.one_off.minor, "month": line.choice.monthly.minor,
        "can": line.choice.why_not is None,
    }  # fmt: skip


def seen(token: str) -> Mapping[str, Any] | None:
    """What the page showed, `lines` and `promises`; None where that cannot be read."""
    try:
        read = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return read if isinstance(read, dict) else None


def stale(*, key: UUID, token: str, customer: str, channel: str, lines: Sequence[Wish], at: datetime) -> list[Text]:
    """What has changed since the page of an order was shown. A form that placed its order already, under `key`, is never stale."""
    return [] if placed_by(key) else changed(token, terms(customer, channel, lines, at))


def changed(token: str, now: Terms) -> list[Text]:
    """What is otherwise now than the page showed; nothing where all is the same."""
    lost = [_numbered(line, now.lines, line.refused) for line in now.lines if line.refused]
    if lost:
        return lost
    before = seen(token)
    if before is None or [(each["address"], each["offer"], each.get("far", "")) for each in before["lines"]] != [
        (line.wish.address, line.wish.offer, line.wish.far_address) for line in now.lines
    ]:
        return [OTHERWISE]
    told = [
        _numbered(line, now.lines, text)
        for line, was in zip(now.lines, before["lines"], strict=True)
        if line.choice
        for text in _differences(was, line.choice, _state(line))
    ]
    moved = now.preview is not None and before["promises"] != promised(now.preview)
    return [*told, PROMISED_OTHERWISE] if moved else told


def _numbered(line: LineShown, lines: Sequence[LineShown], text: Text) -> Text:
    if len(lines) == 1:
        return text
    return Text(zh=f"第 {line.number} 行：{text.zh}", en=f"line {line.number}: {text.en}")


def _differences(before: Mapping[str, Any], now: Choice, state: Mapping[str, Any]) -> Iterator[Text]:
    if "version" not in before:
        yield OTHERWISE
        return
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
            said = Text(zh=f"{zh}由 {{was}}变为 {{price}}", en=f"{en} is {{price}} now, it was {{was}}")
            yield said.format(was=was.text, price=price.text)
    if before["can"] != state["can"]:
        yield _turned(now.why_not)


def _turned(why: Text | None) -> Text:
    if why is None:
        return Text(zh="该地址现已可以办理", en="it is available there now")
    return Text(zh=f"该地址现已不能办理：{why.zh}", en=f"it is not available there any more: {why.en}")
