"""Reading what NetBox exports: sites, devices, their interfaces, front and rear ports, cables, prefixes and VLANs, as JSON of
its API or as CSV of its tables. What is not read is counted.

A JSON file is an object that names the tables (`{"sites": [...], "devices": [...]}`), or one answer of the API, whose
objects say by their `url` what they are. A CSV file is one table, known by its columns. The role of a device says what it
is; an exchange area is taken from the site's custom field `exchange_area`, else from its facility.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.network.inventory.kinds import HOPS, ElementKind
from kapok.network.inventory.plant import reading
from kapok.network.inventory.plant.drafts import (
    Drafts,
    ElementDraft,
    Loaded,
    PoolDraft,
    ResourceDraft,
    SiteDraft,
    Spot,
)
from kapok.network.inventory.refusals import BadCell, CellMissing, NotAPlantFile

Object = Mapping[str, Any]

TABLES = ("sites", "devices", "interfaces", "rear-ports", "front-ports", "cables", "prefixes", "vlans")
REMEDY = Text(
    zh="应为NetBox导出的JSON（含sites、devices、interfaces、front-ports、rear-ports、cables、prefixes、vlans）或其中一张表的CSV。",
    en="It must be JSON as NetBox exports it (with sites, devices, interfaces, front-ports, rear-ports, cables, prefixes, "
    "vlans) "
    "or one of these tables as CSV.",
)
TOO_DEEP = Text(zh="JSON嵌套过深", en="its JSON is nested too deeply")
MARKS = {  # columns by which a CSV table is known, the most telling first
    "cables": {"side_a_device", "device_a", "a_terminations", "termination_a"},
    "vlans": {"vid"},
    "prefixes": {"prefix"},
    "front-ports": {"rear_port", "rear_port_position", "rear_ports"},
    "rear-ports": {"positions"},
    "interfaces": {"device"},
    "devices": {"device_type", "role", "device_role"},
    "sites": {"slug", "facility", "region"},
}
ROLES: tuple[tuple[str, ElementKind], ...] = (
    ("optical-cabinet", ElementKind.OPTICAL_CABINET),
    ("distribution-point", ElementKind.DISTRIBUTION_POINT),
    ("splitter", ElementKind.SPLITTER),
    ("olt", ElementKind.OLT),
    ("odf", ElementKind.ODF),
    ("dslam", ElementKind.DSLAM),
    ("mdf", ElementKind.MDF),
    ("cabinet", ElementKind.CABINET),
    ("exchange", ElementKind.EXCHANGE),
    ("bras", ElementKind.BRAS),
    ("bng", ElementKind.BRAS),
    ("router", ElementKind.ROUTER),
    ("switch", ElementKind.SWITCH),
)
"""Words of a device's role, the more special before the more general."""

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
    export = _Export(loaded)
    tables = _json(text, loaded) if text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["} else _csv(text)
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


class _Export:
    """The tables of one export, read in an order in which what is named is known."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded, self.drafts = loaded, Drafts()
        self.site_codes: dict[str, str] = {}
        self.areas: dict[str, str] = {}
        self.known: dict[str, ElementDraft] = {}

    def take(self, spot: Spot, row: Object) -> None:
        """One object of the table that the spot names."""
        take = {
            "sites": self._site, "devices": self._device, "interfaces": self._interface, "rear-ports": self._rear,
            "front-ports": self._front, "cables": self._cable, "prefixes": self._prefix, "vlans": self._vlan,
        }[spot.table]  # fmt: skip
        take(spot, row)

    def _site(self, spot: Spot, row: Object) -> None:
        """A site; its slug is its code."""
        name = _name(row, "name")
        code = _code(_name(row, "slug", name))
        custom = row.get("custom_fields")
        area = custom.get("exchange_area") if isinstance(custom, dict) else row.get("cf_exchange_area")
        self.site_codes |= {name: code, code: code}
        self.areas[code] = str(area or row.get("facility") or "")
        point = _degrees(row, "longitude"), _degrees(row, "latitude")
        self.drafts.sites.append(SiteDraft(spot, code, Text(zh=name, en=name), self.areas[code], *point))

    def _device(self, spot: Spot, row: Object) -> None:
        """A device; its role says what it is."""
        code = _code(_name(row, "name"))
        draft = ElementDraft(
            spot, code, _kind(row), self._site_of(row), serial=str(row.get("serial") or ""),
            longitude=_degrees(row, "longitude"), latitude=_degrees(row, "latitude"),
        )  # fmt: skip
        self.known[code] = draft
        self.drafts.elements.append(draft)

    def _interface(self, spot: Spot, row: Object) -> None:
        """A port of a device: a PON of an OLT is an element of its own, what carries no customer is passed over."""
        device, name = self._device_called(_name(row, "device")), _code(_name(row, "name"))
        state = "free" if _true(row.get("enabled", True)) and not _taken(row) else "blocked"
        if device.kind == ElementKind.OLT:
            if "pon" in _name(row, "type", "").lower():
                pon = ElementDraft(spot, f"{device.code}:{name}", ElementKind.PON, device.site, device.code)
                self.known[pon.code] = pon
                self.drafts.elements.append(pon)
                self.drafts.resources.append(ResourceDraft(spot, "pon_port", pon.code, names=PLACES_ON_A_PON))
            else:
                self.loaded.pass_over(spot.table, NO_PON)
            return
        self._port(spot, device, name, state)

    def _front(self, spot: Spot, row: Object) -> None:
        """A port towards the customers: how a splitter, a distribution point, a cabinet and a frame are drawn up."""
        device, name = self._device_called(_name(row, "device")), _code(_name(row, "name"))
        self._port(spot, device, name, "blocked" if _taken(row) else "free")

    def _rear(self, spot: Spot, row: Object) -> None:
        """A port towards the core: it carries no customer by itself, a cable says what feeds it."""
        self._device_called(_name(row, "device"))
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
        if HEIGHT[ElementKind(upper.kind)] < HEIGHT[ElementKind(lower.kind)] and not lower.parent:
            lower.parent = upper.code
        else:
            self.loaded.pass_over(spot.table, SAME_HEIGHT)

    def _prefix(self, spot: Spot, row: Object) -> None:
        """A prefix that is a pool; others are address plans, and passed over."""
        prefix, status = _name(row, "prefix"), _name(row, "status", "").lower()
        if not _true(row.get("is_pool", False)) or status not in IN_USE:
            self.loaded.pass_over(spot.table, NO_POOL)
            return
        kind = "ipv6_prefix" if ":" in prefix else "ipv4"
        area = self.areas.get(self._site_of(row), "")
        self.drafts.pools.append(PoolDraft(spot, prefix, kind, _both(row, prefix), area))
        self.drafts.resources.append(ResourceDraft(spot, kind, prefix, values=prefix))

    def _vlan(self, spot: Spot, row: Object) -> None:
        """A VLAN, in the pool of its group or site."""
        home = _name(row, "group", "") or _name(row, "site", "") or "network"
        pool = f"vlan-{_code(home)}"
        if pool not in {each.code for each in self.drafts.pools}:
            area = self.areas.get(self._site_of(row), "")
            self.drafts.pools.append(
                PoolDraft(spot, pool, "vlan", Text(zh=f"VLAN {home}"[:60], en=f"VLAN {home}"[:60]), area)
            )
        state = "free" if _name(row, "status", "").lower() in IN_USE else "blocked"
        self.drafts.resources.append(ResourceDraft(spot, "vlan", pool, state, values=_name(row, "vid")))

    def _site_of(self, row: Object) -> str:
        name = _name(row, "site", "") or _name(row, "scope", "")
        return self.site_codes.get(name, _code(name) if name and name.isascii() else "")

    def _device_called(self, name: str) -> ElementDraft:
        if (code := _code(name)) not in self.known:
            raise BadCell(
                column="device",
                value=name[:40],
                expected=Text(zh="导出中没有这台设备", en="the export has no such device"),
            )
        return self.known[code]

    def _end(self, row: Object, side: str) -> ElementDraft:
        """The element at one end of a cable: the PON itself, where it ends at one."""
        device, port = _termination(row, side)
        pon = self.known.get(f"{_code(device)}:{_code(port)}") if port else None
        return pon or self._device_called(device)


def _termination(row: Object, side: str) -> tuple[str, str]:
    """Device and port at one end of a cable, as the API, the table and the import form call them."""
    ends = row.get(f"{side}_terminations")
    if isinstance(ends, list):
        end = ends[0].get("object") if ends and isinstance(ends[0], dict) else None
        if not isinstance(end, dict):
            raise CellMissing(column=f"{side}_terminations")
        return _name(end, "device"), _name(end, "name", "")
    for device, port in (
        (f"side_{side}_device", f"side_{side}_name"),
        (f"device_{side}", f"termination_{side}"),
        (f"device_{side}", f"{side}_terminations"),
    ):
        if row.get(device):
            return _name(row, device), _name(row, port, "")
    raise CellMissing(column=f"side_{side}_device")


def _name(row: Object, key: str, other: str | None = None) -> str:
    """What a field says: of an object or a choice its name, slug, value. Raises `CellMissing` without `other`."""
    value = row.get(key)
    if isinstance(value, dict):
        value = next((value[part] for part in ("name", "slug", "value", "display") if value.get(part)), None)
    if value is None or not str(value).strip():
        if other is None:
            raise CellMissing(column=key)
        return other
    if "\0" in str(value):
        raise BadCell(
            column=key, value="\\0", expected=Text(zh="去掉不可见字符", en="leave out signs that nobody can see")
        )
    return str(value).strip()


def _both(row: Object, other: str) -> Text:
    name = _name(row, "description", other)[:60]
    return Text(zh=name, en=name)


def _code(name: str) -> str:
    return re.sub(r"\s+", "-", name.strip())


def _degrees(row: Object, key: str) -> float | None:
    return reading.number({key: str(row.get(key) or "")}, key, float)


def _true(value: Any) -> bool:
    return str(value).strip().lower() in {"true", "1", "yes", "✔", "t"}


def _taken(row: Object) -> bool:
    """Whether something hangs on the port already."""
    return _true(row.get("mark_connected", False)) or bool(row.get("cable")) or _true(row.get("_occupied", False))


def _kind(row: Object) -> str:
    """What a device is, by the words of its role. Raises `BadCell`."""
    role = _name(row, "role", "") or _name(row, "device_role", "")
    words = re.sub(r"[\s_]+", "-", role.lower())
    for word, kind in ROLES:
        if re.search(rf"(^|-){word}(-|$|s$)", words):
            return kind
    known = ", ".join(word for word, _ in ROLES)
    raise BadCell(
        column="role",
        value=role[:40],
        expected=Text(zh=f"角色须含以下之一：{known}", en=f"the role must have one of these words: {known}"),
    )
