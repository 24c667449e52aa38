"""Reading the inventory: what can be had at an address, what a service runs on, who holds what."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Min, Q, QuerySet

from kapok.kernel.text import Text
from kapok.network.inventory import kinds, rules, walking
from kapok.network.inventory.kinds import Kind, Technology
from kapok.network.inventory.models import Resource, Service, Shortage
from kapok.network.inventory.refusals import UnknownService
from kapok.network.inventory.rules import Choice, Need
from kapok.network.inventory.views import (
    NOWHERE,
    ElementView,
    Qualification,
    Reservation,
    ResourceView,
    ServiceView,
    ShortageView,
    Shortfall,
    in_walk_order,
)

__all__ = [
    "ElementView",
    "Held",
    "Qualification",
    "Reservation",
    "ResourceView",
    "ServiceView",
    "ShortageView",
    "Shortfall",
    "carrying",
    "held_by",
    "qualify",
    "qualify_for",
    "search",
    "service",
    "services_of",
    "still_served",
]

TOO_SLOW = Text(
    zh="{technology}最高{most} Mbit/s，不足{wanted} Mbit/s", en="{technology} gives {most} Mbit/s at most, not {wanted}"
)
SERVED = Text(zh="业务{number}（{state}）", en="service {number} ({state})")


def qualify(address: str, service: str, at: datetime, *, down_mbps: int = 0) -> Qualification:
    """What of a service can be had at an address now, by the best technology that is there; reserves nothing.

    `down_mbps` is what it has to carry. `reasons` say why the better ways are not to be had, also where another one is.
    Raises `UnknownAddress`, `RetiredAddress`.
    """
    ways = kinds.ways(service)
    walk = walking.walk(address, _once(way.chain for way in ways), at=at)
    reasons, lacks = [], []
    for way in ways:
        spares = walk.lines_from(way.point) if way.point else walk.spares
        choice = rules.choose([Need(kind.value) for kind in way.chain], spares)
        most = _speed(way, choice, walk)
        if choice.lack:
            reasons.append(Shortfall(choice.lack.code, kinds.SHORTAGES[choice.lack.code]))
            lacks.append(choice.lack)
        elif most < down_mbps:
            reasons.append(_too_slow(way.name, most, down_mbps))
        else:
            point = walk.points[choice.point].code if choice.point else ""
            return Qualification(True, way.code, way.name, most, point, tuple(reasons), None)
    if not ways:
        return Qualification(True, "", NOWHERE, 0, "", (), None)
    return Qualification(False, "", NOWHERE, 0, "", tuple(reasons), _expected(lacks, walk, at))


def qualify_for(address: str, needs: Sequence[Need], at: datetime) -> Qualification:
    """Whether all of these can be had at an address now, by the walk that would reserve them; reserves nothing.

    What it says of an offer's resources is what an order for the offer would find. Raises `UnknownAddress`, `RetiredAddress`.
    """
    walk, way = walking.walk(address, needs, at=at), kinds.way_of(need.kind for need in needs)
    choice = rules.choose(needs, walk.spares)
    if choice.lack:
        short = Shortfall(choice.lack.code, kinds.SHORTAGES[choice.lack.code])
        return Qualification(False, "", NOWHERE, 0, "", (short,), _expected([choice.lack], walk, at))
    if way is None:
        return Qualification(True, "", NOWHERE, 0, "", (), None)
    point = walk.points[choice.point].code if choice.point else ""
    return Qualification(True, way.code, way.name, _speed(way, choice, walk), point, (), None)


def carrying(found: Qualification, down_mbps: int) -> Qualification:
    """The same, where it has to carry so much: what cannot is not to be had."""
    if not found.technology or found.max_down_mbps >= down_mbps:
        return found
    slow = _too_slow(found.technology_name, found.max_down_mbps, down_mbps)
    return Qualification(False, "", NOWHERE, 0, "", (slow,), None)


def _too_slow(technology: Text, most: int, wanted: int) -> Shortfall:
    return Shortfall(kinds.TOO_SLOW, TOO_SLOW.format(technology=technology, most=most, wanted=wanted))


def _once(chains: Iterable[Sequence[Kind]]) -> list[Need]:
    return [Need(kind) for kind in dict.fromkeys(kind.value for chain in chains for kind in chain)]


def _speed(way: Technology, choice: Choice, walk: walking.Walk) -> int:
    cap = walk.points[choice.point].down_mbps if choice.point else None
    return min(way.max_down_mbps, cap) if cap is not None else way.max_down_mbps


def _expected(lacks: Sequence[rules.Lack], walk: walking.Walk, at: datetime) -> datetime | None:
    """The first day that was given for one of these to be built."""
    wanted = Q(pk__in=[])
    for lack in lacks:
        place = (
            Q(element=lack.home) if rules.hangs_on_a_point(lack) else Q(element=None, exchange_area=walk.exchange_area)
        )
        wanted |= Q(code=lack.code) & place
    found = Shortage.objects.filter(wanted, resolved_at=None, expected_at__gt=at).aggregate(first=Min("expected_at"))
    first: datetime | None = found["first"]
    return first


def resource_rows() -> QuerySet[Resource]:
    """Resources with what a view shows of them."""
    return Resource.objects.select_related("element", "pool", "service").order_by("kind", "code")


def as_resource(row: Resource) -> ResourceView:
    """A row as a reader sees it."""
    home = row.element.code if row.element else row.pool.code if row.pool else ""
    return ResourceView(
        kind=row.kind, code=row.code, value=row.value, element=home, state=row.state, role=row.role, holder=row.holder,
        service=row.service.number if row.service else "", reserved_until=row.reserved_until, free_from=row.free_from,
        note=row.note, pooled=row.pool_id is not None,
    )  # fmt: skip


def held_by(holder: str) -> list[ResourceView]:
    """All that a holder has, from what is reserved to what is to be released, in the order of the walk."""
    rows = resource_rows().filter(holder=holder).exclude(holder="")
    return in_walk_order(map(as_resource, rows))


@dataclass(frozen=True)
class Held:
    """One thing that a holder has, and where it is: the site of its element, or its pool."""

    resource: ResourceView
    where: Text | None


def held_of(holders: Collection[str]) -> dict[str, list[Held]]:
    """All that each of these has, in the order of the walk. One query."""
    rows = resource_rows().select_related("element__site").filter(holder__in=holders).exclude(holder="")
    where = {row.code: _where(row) for row in rows}
    held: dict[str, list[Held]] = {}
    for each in in_walk_order(map(as_resource, rows)):
        held.setdefault(each.holder, []).append(Held(each, where[each.code]))
    return held


def _where(row: Resource) -> Text | None:
    home = row.pool or (row.element.site if row.element else None)
    return Text(zh=home.name_zh, en=home.name_en) if home else None


def service(number: str) -> ServiceView:
    """The service with this number and what it runs on, or is to run on. Raises `UnknownService`."""
    row = _services().filter(number=number).first()
    if row is None:
        raise UnknownService(number=number[:20])
    rows = resource_rows().filter(Q(service=row) | Q(holder=row.holder, service=None))
    resources = in_walk_order(map(as_resource, rows))
    return _as_service(row, tuple(resources))


def services_of(customer: str) -> list[ServiceView]:
    """The services of a customer by number, those that are disconnected last; without what they run on."""
    rows = _services().filter(customer__number=customer).order_by("number")
    return sorted(map(_as_service, rows), key=lambda each: each.state == rules.ServiceState.TERMINATED)


SERVICE_NUMBER = re.compile(r"S\d{1,11}")
"""The beginning of a service's number."""
TELLING = 5
"""From so many digits on they may begin a telephone number."""
MINE = "(%(units)s::uuid[] IS NULL OR c.unit_id = ANY(%(units)s::uuid[]))"
# Each along its index of beginnings, so that it ends when there are enough.
CALLED = f"""
SELECT s.id FROM inventory_service s JOIN customers_customer c ON c.id = s.customer_id
WHERE s.number LIKE %(starts)s AND {MINE} ORDER BY s.number USING ~<~ LIMIT %(limit)s
"""  # noqa: S608 - made of constants
REACHED_UNDER = f"""
SELECT s.id FROM inventory_resource r JOIN inventory_service s ON s.id = r.service_id
JOIN customers_customer c ON c.id = s.customer_id
WHERE r.value LIKE %(starts)s AND {MINE} ORDER BY r.value USING ~<~ LIMIT %(limit)s
"""  # noqa: S608 - made of constants


def search(
    number: str, *, digits: Sequence[str] = (), units: Collection[UUID] | None, limit: int = 20
) -> list[ServiceView]:
    """The services of the customers of these units (None: all) whose number begins so.

    What does not look like a service's number is looked for by `digits`, with one of which a telephone number that runs on the
    service begins; fewer than five find none.
    """
    said, asked = number.strip().upper(), {"units": None if units is None else list(units), "limit": limit}
    if SERVICE_NUMBER.fullmatch(said):
        questions = [(CALLED, said)]
    else:
        questions = [(REACHED_UNDER, each) for each in digits if len(each) >= TELLING and each.isdecimal()]
    found: set[UUID] = set()
    with connection.cursor() as cursor:
        for question, starts in questions:
            cursor.execute(question, {"starts": f"{starts}%", **asked})
            found |= {row[0] for row in cursor.fetchall()}
    rows = _services().filter(id__in=found) if found else Service.objects.none()
    return [_as_service(row) for row in rows.order_by("number")[:limit]]


def still_served(customer: UUID) -> list[Text]:
    """The services that bind a customer: whoever has one cannot be forgotten."""
    living = Service.objects.filter(customer=customer).exclude(state=rules.ServiceState.TERMINATED).order_by("number")
    return [
        SERVED.format(number=row.number, state=rules.SERVICE_STATES[rules.ServiceState(row.state)]) for row in living
    ]


def billed_on(account: UUID) -> list[Text]:
    """The services that are billed on an account."""
    living = Service.objects.filter(account=account).exclude(state=rules.ServiceState.TERMINATED).order_by("number")
    return [
        SERVED.format(number=row.number, state=rules.SERVICE_STATES[rules.ServiceState(row.state)]) for row in living
    ]


def _services() -> QuerySet[Service]:
    return Service.objects.select_related("customer", "account", "address", "far_address", "parent")


def _as_service(row: Service, resources: tuple[ResourceView, ...] = ()) -> ServiceView:
    return ServiceView(
        number=row.number, customer=row.customer.number, account=row.account.number if row.account else "",
        offer=row.offer, offer_version=row.offer_version, spec=row.spec, kind=row.kind,
        address=row.address.code if row.address else "", address_full=row.address.full if row.address else NOWHERE,
        far_address=row.far_address.code if row.far_address else "",
        far_address_full=row.far_address.full if row.far_address else NOWHERE,
        state=row.state, suspension_code=row.suspension_code, suspension_reason=row.suspension_reason,
        characteristics=row.characteristics,
        parent=row.parent.number if row.parent else "", holder=row.holder, designed_at=row.designed_at,
        changed_at=row.changed_at, resources=resources,
    )  # fmt: skip
