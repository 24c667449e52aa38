"""Where a line is to be: at an address, or between two of them.

What runs from one address to another (its offer takes something at its far end) is installed between the two that it names; a
move takes one of its ends elsewhere, the other one stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kapok.chain.ordering import rules
from kapok.chain.ordering.refusals import AddressTooWide, BadLine
from kapok.chain.ordering.rules import Action
from kapok.ground.catalog.offering.document import End
from kapok.ground.journal.reading import read
from kapok.ground.places.models import Address
from kapok.ground.places.queries import exchange_area_of
from kapok.ground.places.refusals import RetiredAddress, UnknownAddress
from kapok.ground.places.rules import LEVELS, SERVED, Level
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.network.inventory.models import Service

NEAR, FAR = "address", "far_address"
"""The fields of a line that say where its ends are."""
GIVE = Text(zh="填写标准地址", en="give a standard address")
GIVE_FAR = Text(
    zh="该商品连接两个地址，请填写 B 端的标准地址",
    en="this offer runs between two addresses: give the standard address of its far end",
)
ONE_END = Text(zh="该商品只有一个地址，请留空", en="leave it out: this offer has one end")
STAYS = Text(zh="此类订单不改变地址，请留空", en="leave it out: such an order leaves the address as it is")
ONE_BY_ONE = Text(
    zh="一次只移一端：留空另一端，完成后再移",
    en="one end moves at a time: leave one of them out, and move it afterwards",
)
ANOTHER = Text(zh="两端须为不同地址", en="the two ends have to be at different addresses")


@dataclass(frozen=True)
class Site:
    """Where a line is worked on: an address, which is one of its two ends or all it has; and its far end where both are new."""

    address: Address | None
    far: Address | None = None
    end: End = End.A


def found(codes: Collection[str]) -> dict[str, Address]:
    """The addresses with these codes, retired or not; one query."""
    wanted = sorted({code for code in codes if code})
    return {row.code: row for row in read(Address, "this.code = ANY(%s)", wanted)} if wanted else {}


def must_live(code: str, known: Mapping[str, Address]) -> Address:
    """The living address with this code. Raises `UnknownAddress`, `RetiredAddress`."""
    if code not in known:
        raise UnknownAddress(code=code[:40])
    if known[code].retired_at is not None:
        raise RetiredAddress(address=known[code].full)
    return known[code]


def must_be_served(full: Text, level: int) -> None:
    """Refuse where nobody can be served: a road, or what is above it. Raises `AddressTooWide`."""
    if level < SERVED:
        raise AddressTooWide(address=full, level_name=LEVELS[Level(level)])


def far_end(line: int, code: str, known: Mapping[str, Address], near: Address | None) -> Address:
    """The address of a far end that can be served, and is not the other one. Raises `BadLine`, which names the field."""
    try:
        row = must_live(code, known)
        must_be_served(row.full, row.level)
    except KapokError as wrong:
        raise bad(line, FAR, code, Text(zh=wrong.text.zh.rstrip("。"), en=wrong.text.en.rstrip("."))) from wrong
    if near is not None and near.id == row.id:
        raise bad(line, FAR, code, ANOTHER)
    return row


def site(
    line: int,
    action: Action,
    said: tuple[str, str],
    service: Service | None,
    known: Mapping[str, Address],
    *,
    two: bool,
) -> Site:
    """Where a line is worked on that said this of its ends; `two` says that it has two. Raises `BadLine`, `AddressTooWide`."""
    near, far = said
    if far and action not in rules.ALLOCATES:
        raise bad(line, FAR, far, STAYS)
    if far and not two:
        raise bad(line, FAR, far, ONE_END)
    if action is Action.MOVE and service and far:
        if near:
            raise bad(line, FAR, far, ONE_BY_ONE)
        return Site(far_end(line, far, known, service.address), end=End.B)
    if action in rules.ALLOCATES and not near:
        raise bad(line, NEAR, "", GIVE)
    address = known.get(near) or (service.address if service else None)
    if action in rules.ALLOCATES and address:
        must_be_served(address.full, address.level)
    if action is Action.MOVE and service and address and address.id == service.far_address_id:
        raise bad(line, NEAR, near, ANOTHER)
    if action is Action.CEASE and two and service:
        return Site(address, service.far_address)
    if action is not Action.INSTALL or not two:
        return Site(address)
    if not far:
        raise bad(line, FAR, "", GIVE_FAR)
    return Site(address, far_end(line, far, known, address))


def left_behind(service: Service, end: End) -> Site:
    """Where a service is that moves one of its ends; what has both at one address leaves that."""
    return Site(service.far_address if end is End.B and service.far_address else service.address, end=end)


def same_area(before: Address | None, after: Address | None) -> bool:
    """Whether a move from the one to the other stays within its exchange area."""
    if before is None or after is None:
        return False
    here, there = exchange_area_of(before.id), exchange_area_of(after.id)
    return here is not None and there is not None and here.id == there.id


def bad(line: int, field: str, value: object, remedy: Text) -> BadLine:
    """A field of a line is not what it can be."""
    return BadLine(line=line, field=field, value=str(value)[:40], remedy=remedy)
