"""A fault that goes from the hotline to the field team and on to the test, for the technicians of `team`."""

from __future__ import annotations

import struct
import zlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kapok.back.workforce import api
from kapok.back.workforce.models import WorkOrder
from kapok.ground.catalog import api as catalog
from kapok.ground.commitments import api as commitments
from kapok.ground.posts import api as posts
from kapok.ground.posts.rules import LEAD
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item
from kapok.kernel.promises import find
from kapok.kernel.text import Text
from tests import worlds
from tests.back import team
from tests.back.team import AT, clock, named

EARLIER: dict[str, Any] = {"actor": "staff/tester", "at": AT - timedelta(days=2)}
POSTS = (
    ("lead", LEAD, "city", "head", "super"),
    ("field-post", "field", "east-field", "han", "liu"),
)


def _stage(code: str, unit: str, **more: Any) -> dict[str, Any]:
    return {"kind": "stage", "code": code, "title": {"zh": code, "en": code}, "unit": unit, "budget": "1 hour", **more}


FLOW: dict[str, Any] = {
    "code": "repair",
    "title": {"zh": "修复", "en": "Repair"},
    "line": "assurance",
    "serves": {"pack": "guangzhou-pledges", "code": "repair"},
    "applies": {"service": ["fixed_broadband"]},
    "nodes": [
        {"kind": "start", "code": "start"},
        _stage("accept", "hotline", event="fault.diagnosed"),
        _stage("contact", "east-field", event="visit.appointed"),
        _stage("drop", "east-field", event="fault.repaired", budget="8 hours",
               evidence=[{"zh": "现场照片", "en": "photo of the site"}]),
        _stage("test", "hotline", event="fault.restored"),
        {"kind": "end", "code": "end"},
    ],
    "edges": [
        {"from": "start", "to": "accept"},
        {"from": "accept", "to": "contact"},
        {"from": "contact", "to": "drop"},
        {"from": "drop", "to": "test"},
        {"from": "test", "to": "end"},
        {"from": "drop", "to": "accept", "returns": {"zh": "不符", "en": "does not fit"}},
        {"from": "test", "to": "drop", "returns": {"zh": "未通过", "en": "failed"}},
    ],
}  # fmt: skip


def set_up() -> None:
    """The team, posts, the operator's pledges, and the flow."""
    worlds.begin("jobs", _set_up)


def _set_up() -> None:
    team.set_up_team()
    for code, function, unit, a, b in POSTS:
        posts.open_post(code=code, function=function, title=named(code), unit=unit, a=a, b=b, **EARLIER)
    commitments.adopt_pack(document=find("guangzhou-pledges").read_text(encoding="utf-8"), **EARLIER)
    catalog.draft_flow(document=FLOW, **EARLIER)
    catalog.publish_flow(code="repair", revision=1, **EARLIER)


def later(minutes: float) -> datetime:
    """So many minutes after nine o'clock."""
    return AT + timedelta(minutes=minutes)


def by(username: str, minutes: float = 0) -> dict[str, Any]:
    """Who acts, and when."""
    return {"actor": f"staff/{username}", "at": later(minutes)}


def stage(matter: str, code: str) -> UUID:
    """The item of a stage that is to be done now."""
    return Item.objects.get(matter__subject=matter, stage=code, undone_at=None, ended_at=None).id


def item_of(matter: str) -> UUID:
    """The item of the one work order that is to be done now."""
    return WorkOrder.objects.get(item__matter__subject=matter, item__ended_at=None).item_id


def job(minutes: float = 0) -> str:
    """A fault of broadband at the hotline that the field has to agree a window for: its subject."""
    facts = {"service": "fixed_broadband", "segment": "public", "area": "urban", "fault_kind": "access_line"}
    fault = work.open_matter(kind="fault.reported", title="光猫亮红灯", facts=facts, **by("agent", minutes))
    accepted = stage(fault, "accept")
    baton.accept(item=accepted, **by("agent", minutes))
    baton.deliver(item=accepted, **by("agent", minutes))
    return fault


ERRAND = api.Errand("a1", "fibre", 60)


def visit(minutes: float = 0, hour: float = 10) -> str:
    """One whose window is agreed, today at that hour: a visit that nobody has been sent to."""
    fault = job(minutes)
    contact = item_of(fault)
    api.accept(item=contact, **by("han", minutes))
    window = {"starts_at": clock(hour, 0), "ends_at": clock(hour + 2, 0)}
    api.appoint(item=contact, errand=ERRAND, **window, **by("han", minutes))
    api.reply(item=contact, **by("han", minutes))
    return fault


def taken(minutes: float = 0, who: str = "han") -> UUID:
    """A visit that this technician has accepted: its item."""
    item = item_of(visit(minutes))
    api.accept(item=item, **by(who, minutes + 1))
    return item


def at_work(minutes: float = 0, who: str = "han") -> UUID:
    """One at which the technician works: from minute 6 on."""
    item = taken(minutes, who)
    for number, deed in enumerate((api.set_off, api.arrive, api.begin), 2):
        deed(item=item, **by(who, minutes + number))
    return item


def stands(item: UUID) -> tuple[str, str]:
    """The state of a work order, and whose it is."""
    row = WorkOrder.objects.select_related("technician").get(item=item)
    return row.state, row.technician.username if row.technician else ""


def van(plate: str = "A·10001", driver: str = "han") -> None:
    """A van with twenty connectors and one terminal."""
    api.add_vehicle(plate=plate, unit="east-field", driver=driver, **EARLIER)
    for code, count in (("connector", 20), ("terminal", 1)):
        api.define_material(code=code, title=named(code), counted=Text(zh="个", en="pieces"), **EARLIER)
        api.load_van(plate=plate, material=code, count=count, **EARLIER)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


HEADER = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", HEADER)
    + _chunk(b"tEXt", b"Author\0Chen Jing")
    + _chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
    + _chunk(b"IEND", b"")
)
"""One red pixel, and who painted it."""


def _segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


JPEG_BODY = _segment(0xDB, bytes(65)) + _segment(0xDA, bytes(10)) + b"\x12\x34\xff\xd9"
JPEG_WITH_GPS = (
    b"\xff\xd8"
    + _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    + _segment(0xE1, b"Exif\0\0GPS 23.13 113.32")
    + _segment(0xFE, b"taken by a telephone")
    + JPEG_BODY
)
