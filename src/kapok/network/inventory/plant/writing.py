"""Writing what a file drafts: each sort of thing by one statement for thousands, with every refused row and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db.models import Model

from kapok.ground.places.models import Address, ExchangeArea
from kapok.ground.places.refusals import RetiredAddress, UnknownAddress, UnknownExchangeArea
from kapok.ground.places.rows import checked_point
from kapok.ground.places.rules import tidy_text
from kapok.kernel.errors import KapokError
from kapok.kernel.ids import uuid7
from kapok.network.inventory import rows
from kapok.network.inventory.kinds import ELEMENT_KINDS, HOPS, POINTS, ElementKind, Kind
from kapok.network.inventory.models import Coverage, Element, Pool, Resource, Site
from kapok.network.inventory.plant import adding, feeding, in_use
from kapok.network.inventory.plant.drafts import (
    CoverDraft,
    Drafts,
    ElementDraft,
    Loaded,
    PoolDraft,
    ResourceDraft,
    SiteDraft,
    Spot,
)
from kapok.network.inventory.refusals import (
    CodeTaken,
    FeedsItself,
    NotAPoint,
    UnknownElement,
    UnknownPool,
    UnknownSite,
)

BATCH = 2_000
"""Rows of one statement: the server takes 65,535 values, and a resource has fifteen."""
Draft = TypeVar("Draft", SiteDraft, ElementDraft, PoolDraft, ResourceDraft, CoverDraft)
Row = TypeVar("Row", bound=Model)


class Writer:
    """One file on its way into the tables. `lenient`: what is there already is left as it is, else it is refused."""

    def __init__(self, drafts: Drafts, loaded: Loaded, at: datetime, *, lenient: bool) -> None:
        self.drafts, self.loaded, self.at, self.lenient = drafts, loaded, at, lenient
        self.areas: dict[str, UUID] = dict(ExchangeArea.objects.values_list("code", "id"))
        self.sites: dict[str, Site] = {site.code: site for site in Site.objects.all()}
        named = {code for each in drafts.elements for code in (each.code, each.parent)}
        named |= {code for feed in drafts.feeds for code in (feed.element, feed.parent)}
        named |= {each.home for each in drafts.resources} | {each.element for each in drafts.covers}
        self.elements: dict[str, Element] = {
            each.code: each for some in adding.slices(named) for each in Element.objects.filter(code__in=some)
        }
        self.pools: dict[str, Pool] = {each.code: each for each in Pool.objects.all()}
        self.ports: dict[tuple[UUID, str], int] = {}

    def write(self) -> None:
        """Write all that can be written, what others hang on first."""
        self.loaded.sites = self._make(self.drafts.sites, self._site, self.sites, Site)
        self._write_elements()
        feeding.feed(self.drafts.feeds, self.elements, self.loaded)
        self.loaded.pools = self._make(self.drafts.pools, self._pool, self.pools, Pool)
        self._write_resources()
        in_use.block(self.drafts.in_use, self.pools, self.loaded, self.at)
        self._write_coverage()

    def _make(
        self, drafts: Sequence[Draft], build: Callable[[Draft], Row], known: dict[str, Row], model: type[Row]
    ) -> int:
        made = []
        for draft in drafts:
            code = str(getattr(draft, "code", ""))
            if code in known:
                self._known(draft, code)
                continue
            if row := self._tried(draft, build):
                known[code] = row
                made.append(row)
        model._default_manager.bulk_create(made, batch_size=BATCH)
        return len(made)

    def _known(self, draft: Draft, code: str) -> None:
        if self.lenient:
            self.loaded.known += 1
        else:
            self.loaded.refuse(draft.spot, CodeTaken(code=code))

    def _tried(self, draft: Draft, build: Callable[[Draft], Row]) -> Row | None:
        try:
            return build(draft)
        except KapokError as refused:
            self.loaded.refuse(draft.spot, refused)
            return None

    def _area(self, code: str) -> UUID | None:
        if code and code not in self.areas:
            raise UnknownExchangeArea(code=code[:40])
        return self.areas.get(code)

    def _site(self, draft: SiteDraft) -> Site:
        name, point = tidy_text(draft.name), checked_point(draft.longitude, draft.latitude)
        return Site(
            id=uuid7(self.at), code=rows.tidy_code(draft.code), name_zh=name.zh, name_en=name.en,
            exchange_area_id=self._area(draft.exchange_area), longitude=point[0], latitude=point[1],
        )  # fmt: skip

    def _pool(self, draft: PoolDraft) -> Pool:
        kind, name = rows.known_kind(draft.kind), tidy_text(draft.name)
        adding.check_pool(kind, kind, draft.code)
        return Pool(
            id=uuid7(self.at), code=rows.tidy_code(draft.code), kind=kind, name_zh=name.zh, name_en=name.en,
            exchange_area_id=self._area(draft.exchange_area), quarantine_days=draft.quarantine_days,
            tested=adding.is_tested(kind, said=draft.tested),
        )  # fmt: skip

    def _element(self, draft: ElementDraft) -> Element:
        site = self.sites.get(draft.site)
        if draft.site and site is None:
            raise UnknownSite(code=draft.site[:80])
        area = adding.area_of(self._area(draft.exchange_area), site, None)
        point = checked_point(draft.longitude, draft.latitude)
        return Element(
            id=uuid7(self.at), code=rows.tidy_code(draft.code), kind=rows.known_element_kind(draft.kind), site=site,
            exchange_area_id=area, longitude=point[0], latitude=point[1], down_mbps=draft.down_mbps, serial=draft.serial[:80],
        )  # fmt: skip

    def _write_elements(self) -> None:
        """Elements may stand in the file before what feeds them; who hangs on nothing that is known is refused with all below."""
        before = set(self.elements)
        built: dict[str, tuple[ElementDraft, Element]] = {}
        for draft in self.drafts.elements:
            if draft.code in before or draft.code in built:
                self._known(draft, draft.code)
            elif row := self._tried(draft, self._element):
                built[draft.code] = (draft, row)
        while lost := [code for code, (draft, _) in built.items() if draft.parent and not self._feeds(draft, built)]:
            for code in lost:
                draft, _ = built.pop(code)
                self.loaded.refuse(draft.spot, UnknownElement(code=draft.parent[:80]))
        for code in [code for code in built if self._in_ring(code, built)]:
            draft, _ = built.pop(code)
            self.loaded.refuse(draft.spot, FeedsItself(element=code, parent=draft.parent))
        self._hang(built)
        Element.objects.bulk_create([row for _, row in built.values()], batch_size=BATCH)
        self.loaded.elements = len(built)

    def _feeds(self, draft: ElementDraft, built: dict[str, tuple[ElementDraft, Element]]) -> bool:
        return draft.parent in self.elements or draft.parent in built

    @staticmethod
    def _in_ring(code: str, built: dict[str, tuple[ElementDraft, Element]]) -> bool:
        above, seen = built[code][0].parent, {code}
        while above in built and above not in seen:
            seen.add(above)
            above = built[above][0].parent
        return above in seen

    def _hang(self, built: dict[str, tuple[ElementDraft, Element]]) -> None:
        """Let each element know what feeds it, and have its exchange area from there where it names none."""
        self.elements |= {code: row for code, (_, row) in built.items()}
        for draft, row in built.values():
            row.parent = self.elements.get(draft.parent)
        for _, row in built.values():
            above = row.parent
            while row.exchange_area_id is None and above is not None:
                row.exchange_area_id = above.exchange_area_id
                above = above.parent if above.code in built else None

    def _write_resources(self) -> None:
        drafted = ((draft, new) for draft in self.drafts.resources for new in self._resources(draft))
        refused: set[Spot] = set()
        while batch := list(islice(drafted, adding.AT_ONCE)):
            taken_in = adding.take_in(new for _, new in batch)
            batch = [(draft, new) for draft, new in batch if new.code not in taken_in]
            self.loaded.resources += len(taken_in)
            taken = self._taken(new.code for _, new in batch)
            for draft, new in batch:
                if new.code in taken and draft.spot not in refused:
                    refused.add(draft.spot)
                    self._known(draft, new.code)
            self.loaded.resources += adding.write(self._kept(batch, taken, refused), self.at)

    def _kept(
        self, batch: Sequence[tuple[ResourceDraft, adding.New]], taken: set[str], refused: set[Spot]
    ) -> list[adding.New]:
        """Of a refused row nothing is written; of a lenient one what is new."""
        return [new for draft, new in batch if new.code not in taken and (self.lenient or draft.spot not in refused)]

    @staticmethod
    def _taken(codes: Iterable[str]) -> set[str]:
        """Codes that are there already, or twice in the file."""
        asked: set[str] = set()
        twice: set[str] = set()
        for code in codes:
            (twice if code in asked else asked).add(code)
        return twice | set(Resource.objects.filter(code__in=asked).values_list("code", flat=True))

    def _resources(self, draft: ResourceDraft) -> Iterator[adding.New]:
        try:
            yield from self._drafted(draft)
        except KapokError as refused:
            self.loaded.refuse(draft.spot, refused)

    def _drafted(self, draft: ResourceDraft) -> list[adding.New]:
        kind, state = rows.known_kind(draft.kind), rows.known_mark(draft.state)
        if HOPS[kind].host is None:
            if draft.home not in self.pools:
                raise UnknownPool(code=draft.home[:80])
            pool = self.pools[draft.home]
            adding.check_pool(kind, pool.kind, pool.code)
            return adding.pool_values(pool.id, pool.code, kind, draft.values, state)
        if draft.home not in self.elements:
            raise UnknownElement(code=draft.home[:80])
        element = self.elements[draft.home]
        adding.check_home(kind, element.kind, element.code)
        if draft.names:
            return adding.named_ports(element.id, element.code, kind, draft.names, state)
        first = self._first_port(element, kind)
        made = adding.counted_ports(element.id, element.code, kind, first=first, count=draft.count, state=state)
        self.ports[element.id, kind] = first + draft.count
        return made

    def _first_port(self, element: Element, kind: Kind) -> int:
        """The number of an element's next port; asked once for all elements that the file adds ports to."""
        if not self.ports:
            ids = [self.elements[each.home].id for each in self.drafts.resources if each.home in self.elements]
            for one in Kind:
                self.ports |= {(home, one.value): first for home, first in adding.next_ports(ids, one).items()}
        return self.ports.get((element.id, kind), 1)

    def _write_coverage(self) -> None:
        wanted = {each.address for each in self.drafts.covers}
        spots = {spot.code: spot for some in adding.slices(wanted) for spot in Address.objects.filter(code__in=some)}
        made = {}
        for draft in self.drafts.covers:
            try:
                made[draft.element, draft.address] = self._coverage(draft, spots)
            except KapokError as refused:
                self.loaded.refuse(draft.spot, refused)
        count = Coverage.objects.count()
        Coverage.objects.bulk_create(made.values(), batch_size=BATCH, ignore_conflicts=True)
        self.loaded.coverage = Coverage.objects.count() - count

    def _coverage(self, draft: CoverDraft, spots: dict[str, Address]) -> Coverage:
        if draft.element not in self.elements:
            raise UnknownElement(code=draft.element[:80])
        element, kind = self.elements[draft.element], ElementKind(self.elements[draft.element].kind)
        if kind not in POINTS:
            raise NotAPoint(element=element.code, kind_name=ELEMENT_KINDS[kind])
        if draft.address not in spots:
            raise UnknownAddress(code=draft.address[:40])
        if spots[draft.address].retired_at is not None:
            raise RetiredAddress(address=spots[draft.address].full)
        return Coverage(id=uuid7(self.at), element=element, address=spots[draft.address])
