"""Looking around in the inventory: areas, elements with their panels, pools with their fill, shortages by rank, audits.

What is counted is counted for what a page shows, never for the whole network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from kapok.ground.places.models import ExchangeArea
from kapok.kernel.text import Text
from kapok.network.inventory.kinds import ELEMENT_KINDS, HOPS, SHORTAGES, ElementKind, Kind, build_for
from kapok.network.inventory.models import (
    Coverage,
    Element,
    Pool,
    Resource,
    Service,
    Shortage,
    Site,
)
from kapok.network.inventory.queries import as_resource, resource_rows
from kapok.network.inventory.refusals import UnknownElement, UnknownPool, UnknownResource
from kapok.network.inventory.rows import waiting_at
from kapok.network.inventory.rules import State
from kapok.network.inventory.views import EVERYWHERE, THE_NETWORK, ElementView, ResourceView

PANEL = 1_000
"""So many ports are drawn of one element; more are in the list."""


@dataclass(frozen=True)
class Fill:
    """How many resources stand in which state."""

    states: Mapping[State, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of them but what is scrapped."""
        return sum(self.states.values()) - self.states.get(State.RETIRED, 0)

    @property
    def free(self) -> int:
        """Those that can be given out, or will be once they have rested."""
        return self.states.get(State.FREE, 0)

    @property
    def percent(self) -> int:
        """How full it is."""
        return round((self.total - self.free) * 100 / self.total) if self.total else 0


@dataclass(frozen=True)
class AreaView:
    """An exchange area with what stands in it."""

    code: str
    name: Text
    elements: int
    waiting: int


def area_rows(code: str = "") -> QuerySet[ExchangeArea]:
    """The exchange areas, or the one of that code; to be paged."""
    return ExchangeArea.objects.filter(Q(code=code) if code else Q()).order_by("code")


def areas(page: Iterable[ExchangeArea]) -> list[AreaView]:
    """A page of exchange areas, with how many elements stand there and how many customers wait for plant."""
    shown = list(page)
    standing = dict(Element.objects.filter(exchange_area__in=shown).values_list("exchange_area").annotate(Count("id")))
    lacking = Shortage.objects.filter(resolved_at=None)
    waiting: Counter[UUID] = Counter()
    for area, own in (("exchange_area", {}), ("element__exchange_area", {"exchange_area": None})):
        there = lacking.filter(**own, **{f"{area}__in": shown}).values_list(area)
        waiting.update(dict(there.annotate(Count("id"))))
    return [AreaView(area.code, area.name, standing.get(area.id, 0), waiting[area.id]) for area in shown]


@dataclass(frozen=True)
class SiteView:
    """A site with how many elements stand in it."""

    code: str
    name: Text
    elements: int


def sites(area: str) -> list[SiteView]:
    """The sites of an exchange area."""
    rows = Site.objects.filter(exchange_area__code=area).order_by("code")
    standing = dict(Element.objects.filter(site__in=rows).values_list("site").annotate(Count("id")))
    return [SiteView(row.code, row.name, standing.get(row.id, 0)) for row in rows]


def element_rows(*, area: str = "", site: str = "", kind: str = "", parent: str = "") -> QuerySet[Element]:
    """Elements by where they stand and what they are; to be paged."""
    wanted = Q()
    for name, value in (("exchange_area__code", area), ("site__code", site), ("kind", kind), ("parent__code", parent)):
        wanted &= Q(**{name: value}) if value else Q()
    return Element.objects.filter(wanted).select_related("site", "parent", "exchange_area").order_by("kind", "code")


@dataclass(frozen=True)
class Standing:
    """An element of a list with how full it is."""

    element: ElementView
    fill: Fill


def standing(page: Iterable[Element]) -> list[Standing]:
    """A page of elements with their fill."""
    shown = list(page)
    fills = _fills("element", [row.id for row in shown])
    return [Standing(as_element(row), fills.get(row.id, Fill())) for row in shown]


def _fills(home: str, ids: Sequence[UUID]) -> dict[UUID, Fill]:
    counted: dict[UUID, dict[State, int]] = {}
    rows = Resource.objects.filter(**{f"{home}__in": ids}).values_list(home, "state").annotate(Count("id"))
    for each, state, count in rows.order_by():
        counted.setdefault(each, {})[State(state)] = count
    return {each: Fill(states) for each, states in counted.items()}


def as_element(row: Element) -> ElementView:
    """A row as a reader sees it."""
    return ElementView(
        code=row.code, kind=row.kind, site=row.site.code if row.site else "", parent=row.parent.code if row.parent else "",
        exchange_area=row.exchange_area.code if row.exchange_area else "", serial=row.serial, longitude=row.longitude,
        latitude=row.latitude, down_mbps=row.down_mbps,
    )  # fmt: skip


@dataclass(frozen=True)
class Panel:
    """One element with what feeds it (from the core outwards), its ports, what it covers and who waits for it."""

    element: ElementView
    above: tuple[ElementView, ...]
    fill: Fill
    ports: tuple[ResourceView, ...]
    covers: tuple[tuple[str, Text], ...]
    covered: int
    waiting: int


def panel(code: str) -> Panel:
    """An element and its panel. Raises `UnknownElement`."""
    row = element_rows().filter(code=code).first()
    if row is None:
        raise UnknownElement(code=code[:80])
    covering = Coverage.objects.filter(element=row).select_related("address").order_by("address__full_zh")
    return Panel(
        element=as_element(row), above=tuple(reversed(above(row))), fill=_fills("element", [row.id]).get(row.id, Fill()),
        ports=tuple(map(as_resource, resource_rows().filter(element=row)[:PANEL])),
        covers=tuple((each.address.code, each.address.full) for each in covering[:20]), covered=covering.count(),
        waiting=Shortage.objects.filter(element=row, resolved_at=None).count(),
    )  # fmt: skip


def above(row: Element) -> list[ElementView]:
    """What feeds an element, step by step to the core; the tree is a dozen steps high at most."""
    found: list[ElementView] = []
    at = row.parent_id
    while at is not None and len(found) < 12:
        upper = element_rows().get(id=at)
        found.append(as_element(upper))
        at = upper.parent_id
    return found


def resource(code: str) -> ResourceView:
    """The resource with this code. Raises `UnknownResource`."""
    row = resource_rows().filter(code=code).first()
    if row is None:
        raise UnknownResource(code=code[:120])
    return as_resource(row)


def unit_of(code: str) -> UUID | None:
    """The unit that runs the exchange area of an element or resource; None where none does."""
    by_element = Element.objects.filter(code=code).values_list("exchange_area__unit", flat=True).first()
    found = (
        Resource.objects.filter(code=code)
        .values_list("element__exchange_area__unit", "pool__exchange_area__unit")
        .first()
    )
    return by_element or (found and (found[0] or found[1])) or None


@dataclass(frozen=True)
class PoolView:
    """A pool with how full it is."""

    code: str
    kind: str
    name: Text
    exchange_area: str
    quarantine_days: int
    tested: bool
    fill: Fill

    @property
    def kind_name(self) -> Text:
        """What it gives out."""
        return HOPS[Kind(self.kind)].name


def all_pools() -> QuerySet[Pool]:
    """All pools; to be paged."""
    return Pool.objects.select_related("exchange_area").order_by("kind", "code")


def pools(page: Iterable[Pool]) -> list[PoolView]:
    """A page of pools with their fill."""
    rows = list(page)
    fills = _fills("pool", [row.id for row in rows])
    return [_pool(row, fills.get(row.id, Fill())) for row in rows]


def pool(code: str) -> PoolView:
    """One pool. Raises `UnknownPool`."""
    found = pools(all_pools().filter(code=code))
    if not found:
        raise UnknownPool(code=code[:80])
    return found[0]


def _pool(row: Pool, fill: Fill) -> PoolView:
    area = row.exchange_area.code if row.exchange_area else ""
    return PoolView(row.code, row.kind, row.name, area, row.quarantine_days, row.tested, fill)


def pool_rows(code: str, state: str = "") -> QuerySet[Resource]:
    """The values of a pool, of one state if that is given; to be paged."""
    return resource_rows().filter(Q(pool__code=code) & (Q(state=state) if state else Q())).order_by("code")


@dataclass(frozen=True)
class Hit:
    """What a search found; `what` is `service`, `element` or `resource`."""

    what: str
    code: str
    name: Text
    detail: str


def search(text: str, limit: int = 20) -> list[Hit]:
    """Services, elements and resources whose number, code, value or serial begins with the text."""
    asked = text.strip()
    if len(asked) < 2:
        return []
    hits = [
        Hit("service", row.number, Text(zh="业务", en="Service"), row.offer)
        for row in Service.objects.filter(number__startswith=asked.upper()).order_by("number")[:limit]
    ]
    hits += [
        Hit("element", row.code, ELEMENT_KINDS[ElementKind(row.kind)], row.serial) for row in _elements(asked, limit)
    ]
    codes = [
        *Resource.objects.filter(value__startswith=asked).values_list("id", flat=True)[:limit],
        *Resource.objects.filter(code__startswith=asked).values_list("id", flat=True)[:limit],
        *Resource.objects.filter(holder=asked).exclude(holder="").values_list("id", flat=True)[:limit],
    ]
    for row in resource_rows().filter(id__in=codes)[:limit]:
        view = as_resource(row)
        hits.append(Hit("resource", view.code, view.kind_name, f"{view.holder} {view.service}".strip()))
    return hits[:limit]


def _elements(asked: str, limit: int) -> list[Element]:
    """Elements by the beginning of their code or by their serial, each along its own index."""
    named = Element.objects.filter(code__startswith=asked).order_by("code")[:limit]
    labelled = Element.objects.filter(serial=asked).exclude(serial="").order_by("code")[:limit]
    return list({row.id: row for row in (*named, *labelled)}.values())[:limit]


@dataclass(frozen=True)
class Demand:
    """What is to be built: where, what, how many wait for it, since when, and by when it was promised."""

    code: str
    place: str
    unit: UUID | None
    """The unit that runs the exchange area; None where none does, as of what the whole network gives out."""
    place_name: Text
    is_element: bool
    waiting: int
    since: datetime
    expected_at: datetime | None
    text: Text
    build: Text


def demand_rows(place: str = "", code: str = "") -> QuerySet[Any, Any]:
    """What to build, of one place and code if given, where most wait first, of these where one has waited longest; to be paged."""
    rows = Shortage.objects.filter(resolved_at=None) if not place else waiting_at(place, code)
    grouped = rows.values(
        "code", "kind", "element__code", "exchange_area__code", "exchange_area__name_zh", "exchange_area__name_en",
        unit=Coalesce("element__exchange_area__unit", "exchange_area__unit"),
    )  # fmt: skip
    counted = grouped.annotate(waiting=Count("id"), since=Min("opened_at"), expected=Max("expected_at"))
    return counted.order_by("-waiting", "since", "code", "element__code", "exchange_area__code")


def demand(rows: Iterable[Mapping[str, Any]] | None = None) -> list[Demand]:
    """A page of `demand_rows` as it is shown, or all of them."""
    return [
        Demand(
            code=row["code"], place=row["element__code"] or row["exchange_area__code"] or EVERYWHERE, unit=row["unit"],
            place_name=_place_name(row), is_element=bool(row["element__code"]),
            waiting=row["waiting"], since=row["since"], expected_at=row["expected"], text=SHORTAGES[row["code"]],
            build=build_for(row["code"], row["kind"]),
        )
        for row in (demand_rows() if rows is None else rows)
    ]  # fmt: skip


def _place_name(row: Mapping[str, Any]) -> Text:
    """The element's code, else what the exchange area is called, else the whole network."""
    if row["element__code"]:
        return Text(zh=row["element__code"], en=row["element__code"])
    zh, en = row["exchange_area__name_zh"], row["exchange_area__name_en"]
    return Text(zh=zh, en=en or zh) if zh else THE_NETWORK


@dataclass(frozen=True)
class Waiting:
    """One who waits."""

    holder: str
    code: str
    address: str
    address_full: Text
    opened_at: datetime


def waiting_rows(place: str, code: str, *, holders: QuerySet[Any] | None = None) -> QuerySet[Shortage]:
    """Who waits at a place for the same thing, the longest first; of these `holders` (a query of one column) only; to be paged."""
    rows = waiting_at(place, code).select_related("address").order_by("opened_at", "id")
    return rows if holders is None else rows.filter(holder__in=holders)


def waiting(rows: Iterable[Shortage]) -> list[Waiting]:
    """A page of `waiting_rows` as it is shown."""
    return [
        Waiting(
            row.holder, row.code, row.address.code if row.address else "",
            row.address.full if row.address else Text(zh="", en=""), row.opened_at,
        )
        for row in rows
    ]  # fmt: skip
