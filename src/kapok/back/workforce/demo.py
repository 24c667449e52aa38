"""Technicians on the road: vans, and faults whose visits stand in every state at the moment of the demonstration. Loaded once."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from kapok.back.workforce import api, queries
from kapok.back.workforce.models import Vehicle, WorkOrder
from kapok.back.workforce.rules import Errand
from kapok.ground.places.models import Address
from kapok.ground.posts.demo import plan_weeks
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item
from kapok.kernel.text import Text

SYSTEM = "system"
WEEKS = 3
"""This one and the two for which windows are offered."""
FACTS = {"service": "fixed_broadband", "segment": "public", "area": "urban"}
VANS = (
    ("粤A·D1001", "technician"), ("粤A·D1002", "technician2"), ("粤A·D1003", "technician3"), ("粤A·D1004", "technician4"),
)  # fmt: skip
MATERIALS = (
    ("connector", Text(zh="光纤快接头", en="Fibre connector"), Text(zh="个", en="pieces"), 40),
    ("drop-cable", Text(zh="皮线光缆", en="Drop cable"), Text(zh="米", en="metres"), 300),
    ("onu", Text(zh="光猫", en="Optical modem"), Text(zh="台", en="pieces"), 6),
    ("patch-cord", Text(zh="网线", en="Patch cord"), Text(zh="条", en="pieces"), 20),
)


@dataclass(frozen=True)
class Day:
    """The day up to the moment of the demonstration; things are done so many minutes before."""

    now: datetime

    def by(self, username: str, ago: float) -> dict[str, Any]:
        """Who acts, and when."""
        return {"actor": f"staff/{username}", "at": self.now - timedelta(minutes=ago)}

    def visit(self, address: str, title: str, *, later: int = 0) -> tuple[UUID, str]:
        """A fault whose customer has a window: the item of the visit, and whose time is kept; `later` skips so many windows."""
        fault = work.open_matter(kind="fault.reported", title=title, facts=FACTS, **self.by("agent", 150))
        for stage, who, ago, facts in (
            ("accept", "agent", 150, {"fault_kind": "access_line"}),
            ("dispatch", "dispatcher", 148, {}),
        ):
            item = _stage(fault, stage)
            baton.accept(item=item, **self.by(who, ago))
            baton.deliver(item=item, facts=facts, **self.by(who, ago - 1))
        contact = _stage(fault, "contact")
        api.accept(item=contact, **self.by("technician", 146))
        errand = Errand(address, "fibre", 60)
        free = queries.windows(
            address=address, skill="fibre", minutes=60, after=self.now - timedelta(minutes=115), days=14
        )
        window = free[min(later, len(free) - 1)]
        api.appoint(
            item=contact,
            starts_at=window.starts_at,
            ends_at=window.ends_at,
            errand=errand,
            **self.by("technician", 145),
        )
        api.reply(item=contact, **self.by("technician", 140))
        visit = _stage(fault, "drop")
        kept = WorkOrder.objects.get(item=visit).appointment
        return visit, kept.kept_for.username if kept else ""

    def sent(self, address: str, title: str, *, later: int = 0) -> tuple[UUID, str]:
        """The same, dispatched to whose time is kept."""
        visit, who = self.visit(address, title, later=later)
        api.assign(item=visit, technician=who, reason="按预约时段派给当班人员", **self.by("dispatcher", 120))
        return visit, who

    def there(self, address: str, title: str) -> tuple[UUID, str]:
        """The same, and the technician has arrived."""
        visit, who = self.sent(address, title)
        api.accept(item=visit, **self.by(who, 110))
        api.set_off(item=visit, **self.by(who, 70))
        api.arrive(item=visit, **self.by(who, 50))
        return visit, who


@transaction.atomic
def load(at: datetime) -> None:
    """Give vans to the technicians, and play the morning of their visits: once, where there are addresses.

    Their shifts go on whenever it is loaded again, for windows are offered for two weeks.
    """
    if not Address.objects.filter(code="TH01-002").exists():
        return
    plan_weeks(at, {driver for _, driver in VANS}, WEEKS)
    if Vehicle.objects.exists():
        return
    for plate, driver in VANS:
        api.add_vehicle(plate=plate, unit="tianhe-east-field", driver=driver, actor=SYSTEM, at=at)
    for code, title, counted, _ in MATERIALS:
        api.define_material(code=code, title=title, counted=counted, actor=SYSTEM, at=at)
    for plate, _driver in VANS:
        for code, _title, _counted, count in MATERIALS:
            api.load_van(plate=plate, material=code, count=count, actor=SYSTEM, at=at)
    day = Day(at)
    for story in STORIES:
        story(day)


def _stage(fault: str, stage: str) -> UUID:
    return Item.objects.get(matter__subject=fault, stage=stage, ended_at=None).id


def finished(day: Day) -> None:
    """Repaired, measured, photographed, signed."""
    visit, who = day.there("TH01-002", "体育西路2号：光猫亮红灯")
    api.begin(item=visit, **day.by(who, 45))
    api.reply(
        item=visit, tests={"optical_power": "-19.8", "down_rate": "301.5", "up_rate": "49.2"},
        materials={"connector": 2, "drop-cable": 25}, photos=[api.Upload("onu.png", _picture(64, 48))],
        signature=api.Upload("signature.png", _picture(120, 40)), note="接头氧化，已重做", **day.by(who, 15),
    )  # fmt: skip


def being_worked_on(day: Day) -> None:
    """The technician works at the customer's, and a colleague lends a hand."""
    visit, who = day.there("TH02-004", "体育东路4号：入户线中断")
    api.begin(item=visit, **day.by(who, 40))
    helper = "technician2" if who != "technician2" else "technician"
    api.add_helper(item=visit, helper=helper, **day.by("dispatcher", 30))


def nobody_at_home(day: Day) -> None:
    """Held for the customer's cause: somebody has to approve that the clock stands still."""
    visit, who = day.there("TH06-006", "石牌东路6号：时断时续")
    api.hold(item=visit, reason="not_home", evidence="门口照片两张，电话三次未接", **day.by(who, 35))


def on_the_way(day: Day) -> None:
    """Pressed for, and on the way."""
    visit, who = day.sent("TH07-008", "石牌西路8号：无法登录")
    api.accept(item=visit, **day.by(who, 60))
    api.expedite(item=visit, note="客户第二次来电", **day.by("dispatcher", 40))
    api.set_off(item=visit, **day.by(who, 10))


def sent_to(day: Day) -> None:
    """Dispatched for a later window, not accepted yet."""
    day.sent("TH05-010", "天河路10号：网速慢", later=1)


def waiting_for_dispatch(day: Day) -> None:
    """Two that nobody has been sent to, one of them in a window that comes soon."""
    day.visit("TH03-012", "天河南一路12号：电话杂音")
    day.visit("TH08-014", "五山路14号：光猫不通电", later=3)


def _picture(width: int, height: int) -> bytes:
    """A small grey picture with a red bar."""
    line = b"\0" + b"\xc8\x10\x2e" * (width // 4) + b"\xe3\xe6\xea" * (width - width // 4)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(line * height)),
        (b"IEND", b""),
    )
    packed = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


STORIES: tuple[Callable[[Day], None], ...] = (
    finished, being_worked_on, nobody_at_home, on_the_way, sent_to, waiting_for_dispatch,
)  # fmt: skip
