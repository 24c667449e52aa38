"""Adding plant: what is checked, what its codes are; whole blocks by one statement."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Max

from kapok.ground.places.models import Address
from kapok.ground.places.refusals import RetiredAddress, UnknownAddress
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text
from kapok.network.inventory import rows, rules
from kapok.network.inventory.kinds import ELEMENT_KINDS, HOPS, POINTS, ElementKind, Kind
from kapok.network.inventory.models import Coverage, Element, Pool, Resource, Site
from kapok.network.inventory.refusals import BadRange, CodeTaken, FeedsItself, NotAPoint, WrongHome
from kapok.network.inventory.rules import State

MOST = 1_000_000
"""So many resources come in one call at most."""

ADD = """
INSERT INTO inventory_resource (id, kind, code, value, element_id, pool_id, state, holder, role, free_from, changed_at, note)
SELECT u.id, %(kind)s, u.code, u.value, %(element)s, %(pool)s, %(state)s, '', '', %(at)s, %(at)s, ''
FROM unnest(%(ids)s::uuid[], %(codes)s::text[], %(values)s::text[]) AS u(id, code, value)
ON CONFLICT (code) DO NOTHING
"""

RANGE = re.compile(r"(\d{1,20})-(\d{1,20})")


def add_ports(element: Element, kind: Kind, count: int, state: State, at: datetime) -> int:
    """Number ports on from those that an element has. Raises `WrongHome`, `BadCount`."""
    _check_home(kind, element)
    rows.tidy_count(count, MOST)
    Element.objects.select_for_update(no_key=True).get(id=element.id)  # within the verb's transaction.atomic
    known = Resource.objects.filter(element=element, kind=kind).aggregate(last=Max("code"))["last"]
    first = int(re.sub(r".*\D", "", known) or 0) + 1 if known else 1
    codes = rules.numbered(element.code, kind, first, count)
    return write(
        kind, [(code, code.removeprefix(f"{element.code}:")) for code in codes], at, element=element, state=state
    )


def add_named_ports(element: Element, kind: Kind, names: Sequence[str], state: State, at: datetime) -> int:
    """Ports by the names they bear. Raises `WrongHome`, `BadPlantCode`, `CodeTaken`."""
    _check_home(kind, element)
    pairs = [(rows.tidy_code(f"{element.code}:{name.strip()}"), name.strip()) for name in names]
    return _all_new(kind, pairs, at, element=element, state=state)


def add_values(pool: Pool, values: str, state: State, at: datetime) -> int:
    """Values of a pool: a range `2038880000-2038880999`, a prefix `203.0.113.0/24`, or a list. Raises `BadRange`, `CodeTaken`."""
    kind = Kind(pool.kind)
    found = list(dict.fromkeys(_values(kind, values)))
    prefix = f"{pool.code}:" if kind is Kind.VLAN else ""
    return _all_new(kind, [(f"{prefix}{value}", value) for value in found], at, pool=pool, state=state)


def write(
    kind: Kind,
    pairs: Sequence[tuple[str, str]],
    at: datetime,
    *,
    element: Element | None = None,
    pool: Pool | None = None,
    state: State = State.FREE,
) -> int:
    """Write resources by code and value, passing over codes that are there; how many are new."""
    given = {
        "kind": kind.value, "element": element and element.id, "pool": pool and pool.id, "state": state.value, "at": at,
        "ids": [uuid7(at) for _ in pairs], "codes": [code for code, _ in pairs], "values": [value for _, value in pairs],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ADD, given)
        return cursor.rowcount


def _all_new(
    kind: Kind,
    pairs: Sequence[tuple[str, str]],
    at: datetime,
    *,
    state: State,
    element: Element | None = None,
    pool: Pool | None = None,
) -> int:
    added = write(kind, pairs, at, element=element, pool=pool, state=state)
    if added < len(pairs):
        known = (
            Resource.objects.filter(code__in=[code for code, _ in pairs]).exclude(changed_at=at, state=state).first()
        )
        raise CodeTaken(code=known.code if known else pairs[0][0])
    return added


def _values(kind: Kind, values: str) -> Iterable[str]:
    text = values.strip()
    if kind in {Kind.IPV4, Kind.IPV6_PREFIX} and "/" in text and "," not in text:
        return _addresses(kind, text)
    if kind in {Kind.NUMBER, Kind.VLAN, Kind.SIM} and (found := RANGE.fullmatch(text)):
        return _numbers(kind, *found.groups())
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
    except ValueError as error:
        raise _bad(value, str(error)) from None
    return rows.tidy_code(value)


def _bad(values: str, why: str) -> BadRange:
    return BadRange(values=values[:80], reason=why)


def _check_home(kind: Kind, element: Element) -> None:
    host = HOPS[kind].host
    if host is None or host != element.kind:
        host_name = ELEMENT_KINDS[host] if host else Text(zh="资源池", en="pool")
        raise WrongHome(kind_name=HOPS[kind].name, host_name=host_name, home=element.code)


def check_pool(pool: Pool, kind: Kind) -> None:
    """Refuse a kind that is not the pool's. Raises `WrongHome`."""
    if kind != pool.kind:
        host = HOPS[kind].host
        host_name = ELEMENT_KINDS[host] if host else Text(zh="自己的资源池", en="pool of its own")
        raise WrongHome(kind_name=HOPS[kind].name, host_name=host_name, home=pool.code)


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
        [Coverage(id=uuid7(at), element=element, address=spot) for spot in new], ignore_conflicts=True
    )
    return len(new)


def area_of(element_area: UUID | None, site: Site | None, parent: Element | None) -> UUID | None:
    """The exchange area of something new: its own, else its site's, else that of what feeds it."""
    return element_area or (site and site.exchange_area_id) or (parent and parent.exchange_area_id)
