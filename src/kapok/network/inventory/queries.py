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
from kapok.network.inventory.kinds import Technology
from kapok.network.inventory.models import Resource, Service, Shortage
from kapok.network.inventory.refusals import UnknownService
from kapok.network.inventory.rules import Choice, Need, State
from kapok.network.inventory.views import (
    NOWHERE,
    ElementView,
    Qualification,
    Reservation,
    ResourceView,
    ServiceView,
    ShortageView,
    Shortfall,
    Way,
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
    "built_by",
    "held_by",
    "qualify",
    "search",
    "service",
    "services_of",
    "speed_of",
    "speeds_of",
    "still_served",
]

TOO_SLOW = Text(
    zh="{technology}最高{most} Mbit/s，不足{wanted} Mbit/s", en="{technology} gives {most} Mbit/s at most, not {wanted}"
)
SERVED = Text(zh="业务{number}（{state}）", en="service {number} ({state})")


def qualify(address: str, wanted: Sequence[Sequence[Need]], at: datetime) -> list[Qualification]:
    """Whether all of each of these sets of needs can be had at an address now, by the walk that would reserve it; reserves nothing.

    What it says of an offer's resources is what an order for the offer would find. Two queries, however many there are.
    Raises `UnknownAddress`, `RetiredAddress`.
    """
    walk = walking.survey(address, wanted, at=at)
    choices = [rules.choose(needs, walk.spares_for(needs)) for needs in wanted]
    lacks = [
        (choice.lack.code, walk.place_of(choice.lack, needs)) if choice.lack else None
        for choice, needs in zip(choices, wanted, strict=True)
    ]
    expected = _expected({lack for lack in lacks if lack}, at)
    return [
        _short(choice.lack, needs, expected.get(lack)) if choice.lack and lack else _carried(choice, needs, walk)
        for choice, needs, lack in zip(choices, wanted, lacks, strict=True)
    ]


def _short(lack: rules.Lack, needs: Sequence[Need], expected_at: datetime | None) -> Qualification:
    text, ways = kinds.SHORTAGES[lack.code], kinds.ways_of(need.kind for need in needs)
    way = next((each for each in ways if lack.kind in each.chain), None)
    if lack.code == kinds.TOO_SLOW and way:
        text = TOO_SLOW.format(technology=way.name, most=lack.most, wanted=rules.speed_wanted(needs, way))
    return Qualification(False, "", NOWHERE, 0, "", (Shortfall(lack.code, text),), expected_at)


def _carried(choice: Choice, needs: Sequence[Need], walk: walking.Walk) -> Qualification:
    ways = tuple(_way(way, choice, walk) for way in kinds.ways_of(need.kind for need in needs))
    if not ways:
        return Qualification(True, "", NOWHERE, 0, "", (), None)
    best = ways[0]
    return Qualification(True, best.technology, best.name, best.max_down_mbps, best.point, (), None, ways)


def _way(way: Technology, choice: Choice, walk: walking.Walk) -> Way:
    """A way as it was walked: its line begins where its first step is taken."""
    begins = next(claim.home for claim in choice.claims if claim.kind == way.chain[0])
    point = walk.points.get(begins)
    return Way(way.code, way.name, _speed(way, point), point.code if point else "")


def _speed(way: Technology, point: walking.Point | None) -> int:
    return way.most(point.down_mbps if point else None)


Taken = tuple[str, str | None, int | None]
"""The kind of something that is taken, that of its element, and how fast a line of that is where it is known."""


def speeds_of(services: Iterable[str]) -> dict[str, int]:
    """How fast the line is at most (Mbit/s) on which each of these services runs; none of what is no line of ours. One query."""
    running = Resource.objects.filter(service__number__in=list(services), state__in=[State.ASSIGNED, State.IN_SERVICE])
    taken: dict[str, list[Taken]] = {}
    for number, kind, element, most in running.values_list(
        "service__number", "kind", "element__kind", "element__down_mbps"
    ):
        taken.setdefault(str(number), []).append((kind, element, most))
    found = {number: _most(each) for number, each in taken.items()}
    return {number: most for number, most in found.items() if most is not None}


def speed_of(holder: str) -> int | None:
    """How fast the line is at most (Mbit/s) that a holder has; None where it has none."""
    held = Resource.objects.filter(holder=holder).exclude(holder="")
    return _most(list(held.values_list("kind", "element__kind", "element__down_mbps")))


def _most(taken: Sequence[Taken]) -> int | None:
    """How fast it is; of what has two ends the slower one counts."""
    way = kinds.way_of(kind for kind, *_ in taken)
    if way is None:
        return None
    points = [way.most(most) for _, element, most in taken if element is not None and element == way.point]
    return min(points, default=way.max_down_mbps)


Lacking = tuple[str, walking.Place]
"""The code of a shortage, and where."""


def _expected(lacks: Collection[Lacking], at: datetime) -> dict[Lacking, datetime]:
    """The first day that was given for each of these to be built, where one was. One query, none where nothing is lacking."""
    if not lacks:
        return {}
    wanted = Q()
    for code, place in lacks:
        wanted |= Q(code=code, element=place.element, exchange_area=place.area)
    rows = Shortage.objects.filter(wanted, resolved_at=None, expected_at__gt=at)
    first = rows.values_list("code", "element", "exchange_area").annotate(first=Min("expected_at"))
    return {(code, walking.Place(element, area)): day for code, element, area, day in first}


def built_by(holder: str) -> datetime | None:
    """The day that was given for what the holder waits for; None where none was, or it waits for nothing."""
    return Shortage.objects.filter(holder=holder, resolved_at=None).values_list("expected_at", flat=True).first()


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
