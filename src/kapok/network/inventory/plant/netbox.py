"""Reading what NetBox exports: sites, devices, their interfaces, front and rear ports, cables, addresses, prefixes and VLANs, as
JSON of its API or as CSV of its tables. What is not read is counted.

A JSON file is an object that names the tables (`{"sites": [...], "devices": [...]}`), or one answer of the API, whose
objects say by their `url` what they are. A CSV file is one table, known by its columns. The role of a device says what it
is; an exchange area is taken from the site's custom field `exchange_area`, else from its facility. What a table names may
stand in the same export or in the inventory already.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.network.inventory.kinds import HOPS, ElementKind
from kapok.network.inventory.models import Element, Site
from kapok.network.inventory.plant import adding, in_use, reading
from kapok.network.inventory.plant.drafts import (
    Drafts,
    ElementDraft,
    FeedDraft,
    InUseDraft,
    Loaded,
    PoolDraft,
    ResourceDraft,
    SiteDraft,
    Spot,
)
from kapok.network.inventory.plant.netbox_cells import (
    Object,
    both,
    code_of,
    degrees,
    is_taken,
    is_true,
    kind_of,
    name_of,
    termination,
    whose,
)
from kapok.network.inventory.refusals import BadCell, NotAPlantFile

TABLES = (
    "sites", "devices", "interfaces", "rear-ports", "front-ports", "cables", "prefixes", "vlans", "ip-addresses",
)  # fmt: skip
NAMED = ", ".join(TABLES)
REMEDY = Text(
    zh=f"应为NetBox导出的JSON（含{NAMED}）或其中一张表的CSV。",
    en=f"It must be JSON as NetBox exports it (with {NAMED}) or one of these tables as CSV.",
)
TOO_DEEP = Text(zh="JSON嵌套过深", en="its JSON is nested too deeply")
MARKS = {  # columns by which a CSV table is known, the most telling first
    "cables": {"side_a_device", "device_a", "a_terminations", "termination_a"},
    "vlans": {"vid"},
    "prefixes": {"prefix"},
    "front-ports": {"rear_port", "rear_port_position", "rear_ports"},
    "rear-ports": {"positions"},
    "ip-addresses": {"address", "dns_name", "nat_inside"},
    "interfaces": {"device"},
    "devices": {"device_type", "role", "device_role"},
    "sites": {"slug", "facility", "region"},
}
HEIGHT: Mapping[ElementKind, int] = {
    ElementKind.ROUTER: 0, ElementKind.BRAS: 1, ElementKind.SWITCH: 2, ElementKind.OLT: 2, ElementKind.EXCHANGE: 2,
    ElementKind.DSLAM: 2, ElementKind.MDF: 2, ElementKind.PON: 3, ElementKind.ODF: 4, ElementKind.OPTICAL_CABINET: 5,
    ElementKind.CABINET: 5, ElementKind.SPLITTER: 6, ElementKind.DISTRIBUTION_POINT: 6,
}  # fmt: skip
"""Of two that a cable joins, the lower number feeds the other."""

NOT_READ = Text(zh="不读取这张表", en="this table is not read")
NO_PON = Text(zh="OLT上不是PON的接口", en="interfaces of an OLT that are no PON")
NOT_ALLOCATED = Text(zh="该类设备的端口不分配给客户", en="ports of a device of which customers get none")
FEEDS = Text(zh="馈线侧端口，只用来认线缆", en="ports towards the core; only cables name them")
SAME_HEIGHT = Text(zh="线缆两端同级，或下端已有上级", en="cables between equals, or to what is fed already")
NO_POOL = Text(zh="不是资源池的网段", en="prefixes that are no pools")
PLACES_ON_A_PON = tuple(f"L{place:03}" for place in range(1, 65))
IN_USE = {"active", "planned", "staged", "inventory", ""}


def read(text: str, loaded: Loaded) -> Drafts:
    """The drafts of an export; what is wrong with an object is noted. Raises `NotAPlantFile`."""
    try:
        return _read(text, loaded)
    except RecursionError:
        raise NotAPlantFile(reason=TOO_DEEP, remedy=REMEDY) from None


def _read(text: str, loaded: Loaded) -> Drafts:
    tables = _json(text, loaded) if text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["} else _csv(text)
    export = _Export(loaded, _there(_named(tables)))
    for name in TABLES:
        for spot, row in tables.get(name, ()):
            try:
                export.take(spot, row)
            except KapokError as refused:
                loaded.refuse(spot, refused)
    return export.drafts


def _json(text: str, loaded: Loaded) -> dict[str, list[tuple[Spot, Object]]]:
    try:
        data = json.loads(text.lstrip("\ufeff"))
    except ValueError as broken:
        raise NotAPlantFile(
            reason=Text(zh=f"JSON无效（{broken}）", en=f"no valid JSON ({broken})"), remedy=REMEDY
        ) from None
    found: dict[str, list[tuple[Spot, Object]]] = {}
    for name, row in _objects(data):
        if name not in TABLES:
            loaded.pass_over(name, NOT_READ)
            continue
        rows = found.setdefault(name, [])
        rows.append((Spot(name, len(rows) + 1), row))
    if not found:
        raise NotAPlantFile(reason=Text(zh="没有认识的表", en="no table that is known"), remedy=REMEDY)
    return found


def _objects(data: Any) -> Iterator[tuple[str, Object]]:
    """Every object with the table that it is of, read or not."""
    match data:
        case {"results": list() as rows} | list(rows):
            yield from ((_table_of(str(row.get("url", ""))), row) for row in rows if isinstance(row, dict))
        case dict():
            for name, found in data.items():
                listed = found.get("results") if isinstance(found, dict) else found
                table = str(name).replace("_", "-")[:40]
                yield from (
                    (table, row) for row in (listed if isinstance(listed, list) else ()) if isinstance(row, dict)
                )


def _table_of(url: str) -> str:
    """The table of an object by its address, e.g. `…/api/dcim/devices/1/`: what stands before its number."""
    parts = [part for part in url.split("?", maxsplit=1)[0].split("/") if part]
    return next((part for part in parts if part in TABLES), parts[-2][:40] if len(parts) > 1 else "?")


def _csv(text: str) -> dict[str, list[tuple[Spot, Object]]]:
    lines = text.lstrip("\ufeff").splitlines(keepends=True)
    head = [_snake(name) for name in (lines[0] if lines else "").split(",")]
    table = next((name for name, marks in MARKS.items() if marks & set(head)), "")
    if not table:
        raise NotAPlantFile(
            reason=Text(zh="列名不属于任何一张表", en="its columns are of no table that is known"), remedy=REMEDY
        )
    lines[0] = ",".join(head) + "\n"
    return {table: [(Spot(table, spot.line), row) for spot, row in reading.table(lines, REMEDY, needed=head[0])]}


def _snake(name: str) -> str:
    return re.sub(r"\W+", "_", name.strip().strip('"').lower()).strip("_")


def _named(tables: Mapping[str, Iterable[tuple[Spot, Object]]]) -> set[str]:
    """The devices that an export names, and the PONs at which its cables end."""
    named: set[str] = set()
    for table, rows in tables.items():
        for _, row in rows:
            with suppress(KapokError):
                if table == "devices":
                    named.add(code_of(name_of(row, "name")))
                elif table in {"interfaces", "rear-ports", "front-ports"}:
                    device = code_of(name_of(row, "device"))
                    named |= {device, f"{device}:{code_of(name_of(row, 'name'))}"}
                elif table == "cables":
                    ends = [termination(row, side) for side in ("a", "b")]
                    named |= {code_of(device) for device, _ in ends}
                    named |= {f"{code_of(device)}:{code_of(port)}" for device, port in ends}
    return named


def _there(named: set[str]) -> dict[str, ElementDraft]:
    """Those of them that are in the inventory already."""
    nowhere = Spot("", 0)
    columns = ("code", "kind", "site__code", "parent__code")
    return {
        code: ElementDraft(nowhere, code, kind, site or "", parent or "")
        for some in adding.slices(named)
        for code, kind, site, parent in Element.objects.filter(code__in=some).values_list(*columns)
    }


class _Export:
    """The tables of one export, read in an order in which what is named is known."""

    def __init__(self, loaded: Loaded, there: Mapping[str, ElementDraft]) -> None:
        self.loaded, self.drafts, self.there = loaded, Drafts(), there
        self.site_codes: dict[str, str] = {}
        self.areas: dict[str, str] = {}
        for site in Site.objects.select_related("exchange_area"):
            self.site_codes |= {site.name_en: site.code, site.name_zh: site.code, site.code: site.code}
            self.areas[site.code] = site.exchange_area.code if site.exchange_area else ""
        self.known: dict[str, ElementDraft] = dict(there)

    def take(self, spot: Spot, row: Object) -> None:
        """One object of the table that the spot names."""
        take = {
            "sites": self._site, "devices": self._device, "interfaces": self._interface, "rear-ports": self._rear,
            "front-ports": self._front, "cables": self._cable, "prefixes": self._prefix, "vlans": self._vlan,
            "ip-addresses": self._address,
        }[spot.table]  # fmt: skip
        take(spot, row)

    def _site(self, spot: Spot, row: Object) -> None:
        """A site; its slug is its code."""
        name = name_of(row, "name")
        code = code_of(name_of(row, "slug", name))
        custom = row.get("custom_fields")
        area = custom.get("exchange_area") if isinstance(custom, dict) else row.get("cf_exchange_area")
        self.site_codes |= {name: code, code: code}
        self.areas[code] = str(area or row.get("facility") or "")
        point = degrees(row, "longitude"), degrees(row, "latitude")
        self.drafts.sites.append(SiteDraft(spot, code, Text(zh=name, en=name), self.areas[code], *point))

    def _device(self, spot: Spot, row: Object) -> None:
        """A device; its role says what it is."""
        code = code_of(name_of(row, "name"))
        draft = ElementDraft(
            spot, code, kind_of(row), self._site_of(row), serial=str(row.get("serial") or ""),
            longitude=degrees(row, "longitude"), latitude=degrees(row, "latitude"),
        )  # fmt: skip
        self._element(draft)

    def _element(self, draft: ElementDraft) -> None:
        """An element of the export; what is in the inventory already stays as it is."""
        self.known.setdefault(draft.code, draft)
        self.drafts.elements.append(draft)

    def _interface(self, spot: Spot, row: Object) -> None:
        """A port of a device: a PON of an OLT is an element of its own, what carries no customer is passed over."""
        device, name = self._device_called(name_of(row, "device")), code_of(name_of(row, "name"))
        state = "free" if is_true(row.get("enabled", True)) and not is_taken(row) else "blocked"
        if device.kind == ElementKind.OLT:
            if "pon" in name_of(row, "type", "").lower():
                pon = ElementDraft(spot, f"{device.code}:{name}", ElementKind.PON, device.site, device.code)
                self._element(pon)
                self.drafts.resources.append(ResourceDraft(spot, "pon_port", pon.code, names=PLACES_ON_A_PON))
            else:
                self.loaded.pass_over(spot.table, NO_PON)
            return
        self._port(spot, device, name, state)

    def _front(self, spot: Spot, row: Object) -> None:
        """A port towards the customers: how a splitter, a distribution point, a cabinet and a frame are drawn up."""
        device, name = self._device_called(name_of(row, "device")), code_of(name_of(row, "name"))
        self._port(spot, device, name, "blocked" if is_taken(row) else "free")

    def _rear(self, spot: Spot, row: Object) -> None:
        """A port towards the core: it carries no customer by itself, a cable says what feeds it."""
        self._device_called(name_of(row, "device"))
        self.loaded.pass_over(spot.table, FEEDS)

    def _port(self, spot: Spot, device: ElementDraft, name: str, state: str) -> None:
        kind = next((kind for kind, hop in HOPS.items() if hop.host == device.kind), None)
        if kind is None:
            self.loaded.pass_over(spot.table, NOT_ALLOCATED)
        else:
            self.drafts.resources.append(ResourceDraft(spot, kind, device.code, state, names=(name,)))

    def _cable(self, spot: Spot, row: Object) -> None:
        """A cable: of the two that it joins the one nearer to the core feeds the other."""
        ends = [self._end(row, side) for side in ("a", "b")]
        upper, lower = sorted(ends, key=lambda each: HEIGHT[ElementKind(each.kind)])
        if lower.parent == upper.code:
            self.loaded.known += 1
        elif HEIGHT[ElementKind(upper.kind)] < HEIGHT[ElementKind(lower.kind)] and not lower.parent:
            lower.parent = upper.code
            if lower.code in self.there:
                self.drafts.feeds.append(FeedDraft(spot, lower.code, upper.code))
        else:
            self.loaded.pass_over(spot.table, SAME_HEIGHT)

    def _prefix(self, spot: Spot, row: Object) -> None:
        """A prefix that is a pool; others are address plans, and passed over."""
        prefix, status = name_of(row, "prefix"), name_of(row, "status", "").lower()
        if not is_true(row.get("is_pool", False)) or status not in IN_USE:
            self.loaded.pass_over(spot.table, NO_POOL)
            return
        kind = "ipv6_prefix" if ":" in prefix else "ipv4"
        area = self.areas.get(self._site_of(row), "")
        self.drafts.pools.append(PoolDraft(spot, prefix, kind, both(row, prefix), area))
        self.drafts.resources.append(ResourceDraft(spot, kind, prefix, values=prefix))

    def _vlan(self, spot: Spot, row: Object) -> None:
        """A VLAN, in the pool of its group or site."""
        home = name_of(row, "group", "") or name_of(row, "site", "") or "network"
        pool = f"vlan-{code_of(home)}"
        if pool not in {each.code for each in self.drafts.pools}:
            area = self.areas.get(self._site_of(row), "")
            self.drafts.pools.append(
                PoolDraft(spot, pool, "vlan", Text(zh=f"VLAN {home}"[:60], en=f"VLAN {home}"[:60]), area)
            )
        state = "free" if name_of(row, "status", "").lower() in IN_USE else "blocked"
        self.drafts.resources.append(ResourceDraft(spot, "vlan", pool, state, values=name_of(row, "vid")))

    def _address(self, spot: Spot, row: Object) -> None:
        """An address that somebody has: nobody else gets it."""
        value, kind = in_use.value_of(name_of(row, "address", "") or name_of(row, "ip_address"))
        self.drafts.in_use.setdefault(value, InUseDraft(spot, kind, whose(row)))

    def _site_of(self, row: Object) -> str:
        name = name_of(row, "site", "") or name_of(row, "scope", "")
        return self.site_codes.get(name, code_of(name) if name and name.isascii() else "")

    def _device_called(self, name: str) -> ElementDraft:
        if (code := code_of(name)) not in self.known:
            raise BadCell(
                column="device",
                value=name[:40],
                expected=Text(
                    zh="导出和库存中都没有这台设备", en="neither the export nor the inventory has such a device"
                ),
            )
        return self.known[code]

    def _end(self, row: Object, side: str) -> ElementDraft:
        """The element at one end of a cable: the PON itself, where it ends at one."""
        device, port = termination(row, side)
        pon = self.known.get(f"{code_of(device)}:{code_of(port)}") if port else None
        return pon or self._device_called(device)
