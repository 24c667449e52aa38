"""Adding plant: what is checked, what its codes are; whole blocks by one statement."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import IntegerField, Max
from django.db.models.functions import Cast, Substr

from kapok.ground.customers import dialling
from kapok.ground.places.models import Address
from kapok.ground.places.refusals import RetiredAddress, UnknownAddress
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text
from kapok.network.inventory import rows, rules
from kapok.network.inventory.kinds import ELEMENT_KINDS, HOPS, POINTS, TESTED, ElementKind, Kind
from kapok.network.inventory.models import Coverage, Element, Pool, Resource, Site
from kapok.network.inventory.refusals import BadRange, CodeTaken, FeedsItself, NotAPoint, WrongHome
from kapok.network.inventory.rules import State

MOST = 1_000_000
"""So many resources come in one call at most."""

ADD = """
INSERT INTO inventory_resource (id, kind, code, value, element_id, pool_id, state, holder, role, free_from, changed_at, note)
SELECT u.id, u.kind, u.code, u.value, u.element, u.pool, u.state, '', '', %(at)s, %(at)s, ''
FROM unnest(%(ids)s::uuid[], %(kinds)s::text[], %(codes)s::text[], %(values)s::text[], %(elements)s::uuid[], %(pools)s::uuid[],
    %(states)s::text[]) AS u(id, kind, code, value, element, pool, state)
ON CONFLICT (code) DO NOTHING
"""

TAKE_IN = """
UPDATE inventory_resource r SET pool_id = u.pool
FROM unnest(%(codes)s::text[], %(pools)s::uuid[]) AS u(code, pool)
WHERE r.code = u.code AND r.pool_id IN (SELECT id FROM inventory_pool WHERE code = ANY(%(aside)s)) AND r.pool_id <> u.pool
RETURNING r.code
"""
ASIDE = {Kind.IPV4: "netbox-ipv4", Kind.IPV6_PREFIX: "netbox-ipv6"}
"""The pools of addresses that an export said somebody has, before there was a pool that has them (`in_use`)."""

AT_ONCE = 50_000
"""So many codes are asked for at once; the server takes 65,535 values in one statement."""


def slices(values: Collection[Any]) -> Iterator[list[Any]]:
    """The values, no more at once than one question takes."""
    all_of_them = list(values)
    return (all_of_them[first : first + AT_ONCE] for first in range(0, len(all_of_them), AT_ONCE))


@dataclass(frozen=True, slots=True)
class New:
    """A resource that is about to be written, upon an element or in a pool."""

    kind: str
    code: str
    value: str
    element: UUID | None
    pool: UUID | None
    state: str


POOL = Text(zh="资源池", en="pool")
OWN_POOL = Text(zh="同类资源池", en="pool of its own kind")
RANGE = re.compile(r"(\d{1,20})-(\d{1,20})")


def add_ports(element: Element, kind: Kind, count: int, state: State, at: datetime) -> int:
    """Number ports on from those that an element has. Raises `WrongHome`, `BadCount`."""
    check_home(kind, element.kind, element.code)
    Element.objects.select_for_update(no_key=True).get(id=element.id)  # within the verb's transaction.atomic
    first = next_ports([element.id], kind).get(element.id, 1)
    return _all_new(counted_ports(element.id, element.code, kind, first=first, count=count, state=state), at)


def next_ports(elements: Sequence[UUID], kind: Kind) -> dict[UUID, int]:
    """The number that the next port of each element bears; those that have none are left out."""
    counted = Resource.objects.filter(kind=kind, value__regex=r"^[A-Z]\d{3,6}$").values_list("element").order_by()
    last = counted.annotate(last=Max(Cast(Substr("value", 2), IntegerField())))
    return {element: number + 1 for some in slices(elements) for element, number in last.filter(element__in=some)}


def add_named_ports(element: Element, kind: Kind, names: Sequence[str], state: State, at: datetime) -> int:
    """Ports by the names they bear. Raises `WrongHome`, `BadPlantCode`, `PortTooLong`, `CodeTaken`."""
    check_home(kind, element.kind, element.code)
    return _all_new(named_ports(element.id, element.code, kind, names, state), at)


def add_values(pool: Pool, values: str, state: State, at: datetime) -> int:
    """Values of a pool: a range, a prefix, or a list. Raises `BadRange`, `BadPlantCode`, `CodeTaken`."""
    new = pool_values(pool.id, pool.code, Kind(pool.kind), values, state)
    taken_in = take_in(new)
    return len(taken_in) + _all_new([each for each in new if each.code not in taken_in], at)


def take_in(new: Iterable[New]) -> set[str]:
    """Give a pool those of its values that were kept aside, blocked as they are; their codes."""
    wanted = [each for each in new if each.pool and each.kind in ASIDE]
    if not wanted:
        return set()
    columns: dict[str, Any] = {"codes": [each.code for each in wanted], "pools": [each.pool for each in wanted]}
    with connection.cursor() as cursor:
        cursor.execute(TAKE_IN, {**columns, "aside": list(ASIDE.values())})
        return {code for (code,) in cursor.fetchall()}


def write(new: Sequence[New], at: datetime) -> int:
    """Write resources, passing over codes that are there; how many are new."""
    columns: dict[str, Any] = {
        "ids": [uuid7(at) for _ in new], "kinds": [each.kind for each in new], "codes": [each.code for each in new],
        "values": [each.value for each in new], "elements": [each.element for each in new],
        "pools": [each.pool for each in new], "states": [each.state for each in new],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ADD, columns | {"at": at})
        return int(cursor.rowcount)


def _all_new(new: Sequence[New], at: datetime) -> int:
    if not new:
        return 0
    codes = [each.code for each in new]
    there = Resource.objects.values_list("code", flat=True)
    known = next((code for some in slices(codes) for code in there.filter(code__in=some)[:1]), None)
    if known is not None or write(new, at) < len(new):
        raise CodeTaken(code=known or codes[0])
    return len(new)


def named_ports(element: UUID, code: str, kind: Kind, names: Iterable[str], state: State) -> list[New]:
    """Ports of an element by the names they bear. Raises `BadPlantCode`, `PortTooLong`."""
    tidy = [rows.tidy_port(code, name) for name in names]
    return [New(kind, f"{code}:{name}", name, element, None, state) for name in tidy]


def counted_ports(element: UUID, code: str, kind: Kind, *, first: int, count: int, state: State) -> list[New]:
    """So many ports of an element, numbered from `first`. Raises `BadCount`."""
    codes = rules.numbered(code, kind, first, rows.tidy_count(count, MOST))
    return [New(kind, each, each.removeprefix(f"{code}:"), element, None, state) for each in codes]


def pool_values(pool: UUID, code: str, kind: Kind, values: str, state: State) -> list[New]:
    """The values of a pool from a range, a prefix or a list. Raises `BadRange`, `BadPlantCode`."""
    prefix = f"{code}:" if kind is Kind.VLAN else ""
    return [New(kind, f"{prefix}{value}", value, None, pool, state) for value in dict.fromkeys(_values(kind, values))]


def one_value(pool: Pool, kind: Kind, value: str) -> New:
    """One value of a pool as it would be written. Raises `WrongHome`, `BadRange`, `BadPlantCode`."""
    check_pool(kind, pool.kind, pool.code)
    prefix = f"{pool.code}:" if kind is Kind.VLAN else ""
    tidy = _value(kind, value)
    return New(kind, f"{prefix}{tidy}", tidy, None, pool.id, State.FREE)


def _values(kind: Kind, values: str) -> Iterable[str]:
    text = values.strip()
    if kind in {Kind.IPV4, Kind.IPV6_PREFIX} and "/" in text and "," not in text:
        return _addresses(kind, text)
    if kind in {Kind.NUMBER, Kind.VLAN, Kind.SIM} and (found := RANGE.fullmatch(text)):
        return _numbers(kind, *(dialling.digits_of(end) if kind is Kind.NUMBER else end for end in found.groups()))
    listed = [each for each in re.split(r"[\s,;，；、]+", text) if each]
    if not listed or len(listed) > MOST:
        raise _bad(values, f"1 – {MOST}")
    return [_value(kind, each) for each in listed]


def _numbers(kind: Kind, first: str, last: str) -> list[str]:
    low, high = int(first), int(last)
    if len(first) != len(last) or not 0 <= high - low < MOST or (kind is Kind.VLAN and not 1 <= low <= high <= 4094):
        raise _bad(f"{first}-{last}", "1 ≤ VLAN ≤ 4094" if kind is Kind.VLAN else f"0 ≤ b − a < {MOST}")
    return [str(number).zfill(len(first)) for number in range(low, high + 1)]


def _addresses(kind: Kind, text: str) -> list[str]:
    """The addresses of an IPv4 prefix (without network and broadcast), or the /56 prefixes of an IPv6 one."""
    try:
        if kind is Kind.IPV4:
            network = ipaddress.IPv4Network(text)
            if network.prefixlen < 12:
                raise _bad(text, "/12 – /32")
            return [str(host) for host in network.hosts()]
        wide = ipaddress.IPv6Network(text)
        if not 36 <= wide.prefixlen <= 56:
            raise _bad(text, "/36 – /56")
        return [str(subnet) for subnet in wide.subnets(new_prefix=56)]
    except ValueError as error:
        raise _bad(text, str(error)) from None


def _value(kind: Kind, value: str) -> str:
    try:
        match kind:
            case Kind.IPV4:
                return str(ipaddress.IPv4Address(value))
            case Kind.IPV6_PREFIX:
                return str(ipaddress.IPv6Network(value))
            case Kind.VLAN if not (value.isdigit() and 1 <= int(value) <= 4094):
                raise _bad(value, "1 ≤ VLAN ≤ 4094")
            case Kind.NUMBER:
                return rows.tidy_code(dialling.digits_of(value) or value)
    except ValueError as error:
        raise _bad(value, str(error)) from None
    return rows.tidy_code(value)


def _bad(values: str, why: str) -> BadRange:
    return BadRange(values=values[:80], reason=why)


def check_home(kind: Kind, host: str, home: str) -> None:
    """Refuse an element of another sort than the kind hangs on. Raises `WrongHome`."""
    wanted = HOPS[kind].host
    if wanted is None or wanted != host:
        host_name = ELEMENT_KINDS[wanted] if wanted else POOL
        raise WrongHome(kind_name=HOPS[kind].name, host_name=host_name, home=home)


def check_pool(kind: Kind, of: str, pool: str) -> None:
    """Refuse a kind that is not the pool's, or that hangs on an element. Raises `WrongHome`."""
    wanted = HOPS[kind].host
    if wanted is not None or kind != of:
        raise WrongHome(kind_name=HOPS[kind].name, host_name=ELEMENT_KINDS[wanted] if wanted else OWN_POOL, home=pool)


def is_tested(kind: Kind, *, said: bool | None) -> bool:
    """Whether what comes back to a pool of this kind is tested, unless it was said."""
    return kind in TESTED if said is None else said


def refuse_known(model: type[Site] | type[Element] | type[Pool], code: str) -> str:
    """A new code, tidied. Raises `BadPlantCode`, `CodeTaken`."""
    tidy = rows.tidy_code(code)
    if model.objects.filter(code=tidy).exists():
        raise CodeTaken(code=tidy)
    return tidy


def refuse_ring(code: str, parent: Element | None) -> None:
    """Refuse a parent that is fed by the element. Raises `FeedsItself`."""
    above, seen = parent, 0
    while above is not None and seen < 20:
        if above.code == code:
            raise FeedsItself(element=code, parent=parent.code if parent else "")
        above, seen = above.parent, seen + 1


def cover(element: Element, addresses: Sequence[str], at: datetime) -> int:
    """Let an element serve addresses and all below; how many are new. Raises `NotAPoint`, `UnknownAddress`, `RetiredAddress`."""
    kind = ElementKind(element.kind)
    if kind not in POINTS:
        raise NotAPoint(element=element.code, kind_name=ELEMENT_KINDS[kind])
    found = {spot.code: spot for spot in Address.objects.filter(code__in=addresses)}
    for code in addresses:
        if code not in found:
            raise UnknownAddress(code=code[:40])
        if found[code].retired_at is not None:
            raise RetiredAddress(address=found[code].full)
    known = set(Coverage.objects.filter(element=element).values_list("address_id", flat=True))
    new = [spot for spot in found.values() if spot.id not in known]
    Coverage.objects.bulk_create(
        [Coverage(id=uuid7(at), element=element, address=spot) for spot in new], batch_size=5_000, ignore_conflicts=True
    )
    return len(new)


def area_of(own: UUID | None, site: Site | None, parent: Element | None) -> UUID | None:
    """The exchange area of something new: its own, else its site's, else that of what feeds it."""
    for area in (own, site.exchange_area_id if site else None, parent.exchange_area_id if parent else None):
        if area is not None:
            return area
    return None
