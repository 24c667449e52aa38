"""What the cells of a row of NetBox say, as its API, its tables and its import forms call them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kapok.kernel.text import Text
from kapok.network.inventory.kinds import ElementKind
from kapok.network.inventory.plant import reading
from kapok.network.inventory.refusals import BadCell, CellMissing

Object = Mapping[str, Any]
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


def termination(row: Object, side: str) -> tuple[str, str]:
    """Device and port at one end of a cable, as the API, the table and the import form call them."""
    ends = row.get(f"{side}_terminations")
    if isinstance(ends, list):
        end = ends[0].get("object") if ends and isinstance(ends[0], dict) else None
        if not isinstance(end, dict):
            raise CellMissing(column=f"{side}_terminations")
        return name_of(end, "device"), name_of(end, "name", "")
    for device, port in (
        (f"side_{side}_device", f"side_{side}_name"),
        (f"device_{side}", f"termination_{side}"),
        (f"device_{side}", f"{side}_terminations"),
    ):
        if row.get(device):
            return name_of(row, device), name_of(row, port, "")
    raise CellMissing(column=f"side_{side}_device")


def name_of(row: Object, key: str, other: str | None = None) -> str:
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


def both(row: Object, other: str) -> Text:
    """Its description in both languages, else something other."""
    name = name_of(row, "description", other)[:60]
    return Text(zh=name, en=name)


def code_of(name: str) -> str:
    """A name as a code: without blanks."""
    return re.sub(r"\s+", "-", name.strip())


def degrees(row: Object, key: str) -> float | None:
    """A longitude or latitude, none for an empty cell. Raises `BadCell`."""
    return reading.number({key: str(row.get(key) or "")}, key, float)


def is_true(value: Any) -> bool:
    """Whether a cell says yes."""
    return str(value).strip().lower() in {"true", "1", "yes", "✔", "t"}


def is_taken(row: Object) -> bool:
    """Whether something hangs on the port already."""
    return is_true(row.get("mark_connected", False)) or bool(row.get("cable")) or is_true(row.get("_occupied", False))


def whose(row: Object) -> str:
    """Whose an address is: what it is assigned to, its DNS name, tenant and description; else its status."""
    assigned = row.get("assigned_object")
    host = assigned if isinstance(assigned, dict) else row
    device = next((found for key in ("device", "virtual_machine", "parent") if (found := name_of(host, key, ""))), "")
    port = name_of(row, "assigned_object", "") or name_of(row, "interface", "")
    said = [
        f"{device} {port}".strip(),
        *(name_of(row, key, "") for key in ("dns_name", "tenant", "description")),
    ]
    return ", ".join(each for each in dict.fromkeys(said) if each) or name_of(row, "status", "") or "?"


def kind_of(row: Object) -> str:
    """What a device is, by the words of its role. Raises `BadCell`."""
    role = name_of(row, "role", "") or name_of(row, "device_role", "")
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
