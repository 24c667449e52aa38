"""Technicians on the road: vans, and faults whose visits stand in every state at the moment of the demonstration.

Laid once for each day on which the demonstration starts: what is left of an earlier day's ends first.
"""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from kapok.back.workforce import api, queries
from kapok.back.workforce.models import Stock, Vehicle, WorkOrder
from kapok.back.workforce.refusals import HelperBusy
from kapok.back.workforce.rules import LIVE, Errand
from kapok.ground.places.models import Address
from kapok.ground.posts.demo import plan_weeks
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item, Matter
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

log = logging.getLogger(__name__)

SYSTEM = "system"
GONE = "客户来电称已恢复，撤销申告 / the customer called: it works again"
WEEKS = 3
"""This one and the two for which windows are offered."""
FACTS = {"service": "fixed_broadband", "segment": "public", "area": "urban"}
VANS = (
    ("粤A·D1001", "technician"), ("粤A·D1002", "technician2"), ("粤A·D1003", "technician3"), ("粤A·D1004", "technician4"),
)  # fmt: skip
FAULTS = {
    "TH01-002": "体育西路2号：光猫亮红灯", "TH02-004": "体育东路4号：入户线中断", "TH06-006": "石牌东路6号：时断时续",
    "TH07-008": "石牌西路8号：无法登录", "TH05-010": "天河路10号：网速慢", "TH03-012": "天河南一路12号：电话杂音",
    "TH08-014": "五山路14号：光猫不通电",
}  # fmt: skip
"""Where something is out of order, and what: the visits of the day."""
MORNING = timedelta(minutes=150)
"""So long before the moment of the demonstration its story begins."""
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

    def visit(self, address: str, *, later: int = 0) -> tuple[UUID, str]:
        """A fault whose customer has a window: the item of the visit, and whose time is kept; `later` skips so many windows."""
        fault = work.open_matter(
            kind="fault.reported", title=FAULTS[address], facts=FACTS, **self.by("agent", MORNING.seconds / 60)
        )
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

    def sent(self, address: str, *, later: int = 0) -> tuple[UUID, str]:
        """The same, dispatched to whose time is kept."""
        visit, who = self.visit(address, later=later)
        api.assign(item=visit, technician=who, reason="按预约时段派给当班人员", **self.by("dispatcher", 120))
        return visit, who

    def there(self, address: str) -> tuple[UUID, str]:
        """The same, and the technician has arrived."""
        visit, who = self.sent(address)
        api.accept(item=visit, **self.by(who, 110))
        api.set_off(item=visit, **self.by(who, 70))
        api.arrive(item=visit, **self.by(who, 50))
        return visit, who


@transaction.atomic
def load(at: datetime) -> None:
    """Give vans to the technicians, once, and play the morning of their visits, once a day, where there are addresses.

    Their shifts go on whenever it is loaded again, for windows are offered for two weeks.
    """
    if not Address.objects.filter(code="TH01-002").exists():
        return
    plan_weeks(at, {driver for _, driver in VANS}, WEEKS)
    if not Vehicle.objects.exists():
        _equip(at)
    elif _laid_today(at):
        return
    else:
        _fill_up(at)
        _end_what_is_left(at)
    for story in STORIES:
        _where_it_can_be(partial(story, Day(at)))


def _equip(at: datetime) -> None:
    for plate, driver in VANS:
        api.add_vehicle(plate=plate, unit="tianhe-east-field", driver=driver, actor=SYSTEM, at=at)
    for code, title, counted, _ in MATERIALS:
        api.define_material(code=code, title=title, counted=counted, actor=SYSTEM, at=at)
    for plate, _driver in VANS:
        for code, _title, _counted, count in MATERIALS:
            api.load_van(plate=plate, material=code, count=count, actor=SYSTEM, at=at)


def _laid_today(at: datetime) -> bool:
    """Whether the visits were laid for this day, or for one whose story has not ended yet: shortly after midnight."""
    laid = Matter.objects.filter(title__in=FAULTS.values()).aggregate(last=Max("opened_at"))["last"]
    if laid is None:
        return False
    told = laid + MORNING
    return timezone.localdate(told) == timezone.localdate(at) or at - told < MORNING


def _fill_up(at: datetime) -> None:
    """What was used lies in the vans again."""
    full = {code: count for code, _, _, count in MATERIALS}
    for stock in Stock.objects.filter(vehicle__plate__in=dict(VANS)).select_related("vehicle", "material"):
        if (used := full.get(stock.material.code, 0) - stock.count) > 0:
            plate, material = stock.vehicle.plate, stock.material.code
            api.load_van(plate=plate, material=material, count=used, actor=SYSTEM, at=at - MORNING)


def _end_what_is_left(at: datetime) -> None:
    """Where nobody came on an earlier day, the customers have taken their reports back by this morning."""
    at -= MORNING + timedelta(minutes=1)
    left = WorkOrder.objects.filter(
        state__in=LIVE, item__matter__title__in=FAULTS.values(), item__matter__cancelled_at=None
    )
    for matter in Matter.objects.filter(id__in=left.values("item__matter")).select_related("first_contact"):
        said: dict[str, Any] = {"matter": matter.subject, "note": GONE, "actor": matter.first_contact.subject, "at": at}
        _where_it_can_be(partial(_ended, **said))


def _ended(**said: Any) -> None:
    work.happen(kind="fault.cancelled", **said)
    work.close_matter(**said)


def _where_it_can_be(deed: Callable[[], object]) -> None:
    """Where a story cannot be told on this day (whoever tries the demonstration changed what it counts on), it is left out."""
    try:
        with transaction.atomic():
            deed()
    except (KapokError, LookupError, ObjectDoesNotExist):
        log.warning("the demonstration leaves something of this day out", exc_info=True)


def _stage(fault: str, stage: str) -> UUID:
    return Item.objects.get(matter__subject=fault, stage=stage, ended_at=None).id


def finished(day: Day) -> None:
    """Repaired, measured, photographed, signed."""
    visit, who = day.there("TH01-002")
    api.begin(item=visit, **day.by(who, 45))
    api.reply(
        item=visit, tests={"optical_power": "-19.8", "down_rate": "301.5", "up_rate": "49.2"},
        materials={"connector": 2, "drop-cable": 25}, photos=[api.Upload("onu.png", _picture(64, 48))],
        signature=api.Upload("signature.png", _picture(120, 40)), note="接头氧化，已重做", **day.by(who, 15),
    )  # fmt: skip


def being_worked_on(day: Day) -> None:
    """The technician works at the customer's, and whichever colleague has time lends a hand."""
    visit, who = day.there("TH02-004")
    api.begin(item=visit, **day.by(who, 40))
    for helper in (driver for _, driver in VANS if driver != who):
        with suppress(HelperBusy):
            api.add_helper(item=visit, helper=helper, **day.by("dispatcher", 30))
            return


def nobody_at_home(day: Day) -> None:
    """Held for the customer's cause: somebody has to approve that the clock stands still."""
    visit, who = day.there("TH06-006")
    api.hold(item=visit, reason="not_home", evidence="门口照片两张，电话三次未接", **day.by(who, 35))


def on_the_way(day: Day) -> None:
    """Pressed for, and on the way."""
    visit, who = day.sent("TH07-008")
    api.accept(item=visit, **day.by(who, 60))
    api.expedite(item=visit, note="客户第二次来电", **day.by("dispatcher", 40))
    api.set_off(item=visit, **day.by(who, 10))


def sent_to(day: Day) -> None:
    """Dispatched for a later window, not accepted yet."""
    day.sent("TH05-010", later=1)


def waiting_for_dispatch(day: Day) -> None:
    """Two that nobody has been sent to, one of them in a window that comes soon."""
    day.visit("TH03-012")
    day.visit("TH08-014", later=3)


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
