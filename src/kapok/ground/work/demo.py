"""A small office at work: matters in every state, with clocks that run when the demonstration is loaded. Loaded once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from kapok.ground.catalog.template import ACCOUNT_MANAGER
from kapok.ground.commitments import api as commitments
from kapok.ground.posts import api as posts
from kapok.ground.work import api
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item, Matter
from kapok.ground.work.rules import Reason
from kapok.kernel.text import Text

BROADBAND = {"service": "fixed_broadband", "segment": "public", "area": "urban"}
VOICE = BROADBAND | {"service": "fixed_voice"}
ACCESS_LINE = {"fault_kind": "access_line"}
PHOTO, RECORD, WORD = "现场照片", "测试记录", "客户确认"


@dataclass(frozen=True)
class Office:
    """The office at the moment of the demonstration; it does things so many minutes before."""

    now: datetime

    def by(self, username: str, ago: float) -> dict[str, Any]:
        """Who acts, and when."""
        return {"actor": f"staff/{username}", "at": self.now - timedelta(minutes=ago)}

    def opened(
        self, kind: str, title: str, facts: Mapping[str, Any], who: str, ago: float, *, urgent: bool = False
    ) -> str:
        """A matter that somebody takes up."""
        return api.open_matter(kind=kind, title=title, facts=facts, urgent=urgent, **self.by(who, ago))

    def happened(self, matter: str, kind: str, who: str, ago: float, **facts: Any) -> None:
        """Something that happened to it."""
        api.happen(matter=matter, kind=kind, facts=facts, **self.by(who, ago))

    def took(self, matter: str, stage: str, who: str, ago: float) -> UUID:
        """Somebody takes a stage that was offered."""
        item = offered(matter, stage)
        baton.accept(item=item, **self.by(who, ago))
        return item

    def did(self, matter: str, stage: str, who: str, took: float, gave: float, *evidence: str, **facts: Any) -> None:
        """Somebody takes a stage and delivers it."""
        item = self.took(matter, stage, who, took)
        baton.deliver(item=item, evidence=evidence, facts=facts, **self.by(who, gave))


def offered(matter: str, stage: str) -> UUID:
    """The item of a stage that runs."""
    return Item.objects.get(matter__subject=matter, stage=stage, ended_at=None).id


@transaction.atomic
def load(at: datetime) -> None:
    """Play the last day of the office up to `at`. Where there are matters already, nothing is done."""
    if Matter.objects.exists():
        return
    office = Office(at)
    posts.declare_absent(
        username="noc", until=at + timedelta(hours=6), note="家中急事，值班由B角代", **office.by("noc", 170)
    )
    for story in STORIES:
        story(office)


def _dispatched(
    office: Office, title: str, ago: float, facts: Mapping[str, Any] = ACCESS_LINE, line: Mapping[str, Any] = BROADBAND
) -> str:
    """A fault that the hotline has accepted and the desk dispatched, within the half hour after `ago`."""
    fault = office.opened("fault.reported", title, line, "agent", ago)
    office.did(fault, "accept", "agent", ago - 2, ago - 15, **facts)
    office.did(fault, "dispatch", "dispatcher", ago - 17, ago - 24)
    return fault


def _appointed(office: Office, title: str, ago: float, line: Mapping[str, Any] = BROADBAND) -> str:
    """A fault whose customer has an appointment, within the hour after `ago`."""
    fault = _dispatched(office, title, ago, line=line)
    office.did(fault, "contact", "technician", ago - 30, ago - 50)
    return fault


def just_reported(office: Office) -> None:
    """The agent tests the line, and asks a colleague to follow the matter."""
    fault = office.opened("fault.reported", "体育西横街：宽带频繁掉线", BROADBAND, "agent", 12)
    office.took(fault, "accept", "agent", 11)
    api.hand_over_first_contact(matter=fault, to="agent2", note="我 16 点交班，请接着跟进客户", **office.by("agent", 4))


def waiting_to_be_accepted(office: Office) -> None:
    """The field team has been offered a repair and has a few minutes left."""
    _appointed(office, "天河北路：电话无拨号音", 72, VOICE)


def waiting_too_long(office: Office) -> None:
    """Nobody has accepted: it counts against the receiver, and the deputy may take over."""
    _dispatched(office, "龙口东路：宽带无法登录", 82)


def being_repaired(office: Office) -> None:
    """The technician is at the customer's."""
    fault = _appointed(office, "石牌东路：光猫亮红灯", 260)
    office.took(fault, "drop", "technician", 200)
    office.happened(fault, "visit.started", "technician", 45)


def overdue(office: Office) -> None:
    """The pledge of 24 hours is broken, the cable still down; somebody has urged."""
    fault = _dispatched(office, "员村二横路：整栋无信号（电缆被挖断）", 1560, {"fault_kind": "cable"})
    office.did(fault, "inform", "agent2", 1530, 1500)
    office.took(fault, "cable", "technician2", 1520)
    api.urge(matter=fault, note="客户第二次来电催问", **office.by("agent", 95))


def disputed(office: Office) -> None:
    """The field team refused, the desk contests it: a third party has to judge."""
    fault = _dispatched(office, "中山大道：专线时通时断", 140)
    item = offered(fault, "contact")
    defect = "地址在员村片区，不属本班"
    baton.refuse(item=item, reason=Reason.WRONG_AREA, defect=defect, **office.by("technician", 100))
    baton.dispute(item=item, note="地址库显示属天河东一片区", **office.by("dispatcher", 84))


def refused(office: Office) -> None:
    """The field team refused; the desk has to concede or to contest."""
    fault = _dispatched(office, "黄埔大道西：宽带测速不达标", 66)
    item = offered(fault, "contact")
    defect = "工单缺少联系电话和门牌号"
    baton.refuse(item=item, reason=Reason.DATA_MISSING, defect=defect, **office.by("technician2", 30))


def held_by_the_deputy(office: Office) -> None:
    """A is away: B works on it, A still answers."""
    fault = _dispatched(office, "珠江新城：整层电话中断", 160, {"fault_kind": "exchange"}, VOICE)
    note = "方伟代 Priya 处理，交换侧告警已确认"
    baton.take_over(item=offered(fault, "exchange"), note=note, **office.by("noc2", 125))


def put_off_by_the_customer(office: Office) -> None:
    """The customer has asked to wait: the clocks stand still."""
    fault = _appointed(office, "林和西路：电话杂音", 400, VOICE)
    office.took(fault, "drop", "technician2", 330)
    asked = commitments.ask_pause(
        subject=fault, kind="customer.deferred", reason="客户出差，要求改期", requested_by="customer",
        evidence="来电录音", **office.by("technician2", 240),
    )  # fmt: skip
    commitments.approve_request(request=asked, word="已听录音", **office.by("supervisor", 225))


def business_request(office: Office) -> None:
    """Three hours to a substantive reply: the key-account manager works on it."""
    facts = {"segment": "business", "service": "leased_line", ACCOUNT_MANAGER: "keyaccount"}
    request = office.opened("request.received", "两地办公室专线扩容报价", facts, "agent2", 75)
    office.took(request, "answer", "keyaccount", 58)


def installation(office: Office) -> None:
    """Two branches side by side: data and the appointment."""
    facts = BROADBAND | {"action": "install"}
    order = office.opened("order.requested", "新装千兆宽带", facts, "agent2", 2900)
    office.happened(order, "order.paid", "agent2", 2890)
    office.did(order, "accept", "agent2", 2880, 2600)
    office.did(order, "assign", "dispatcher2", 2580, 1400)
    office.took(order, "appoint", "technician", 1380)
    office.took(order, "configure", "manager", 1375)


def key_account_fault(office: Office) -> None:
    """Urgent: handled by the network and reported on by the account manager at the same time."""
    facts = {"segment": "key_account", "tier": "SL1", "service": "leased_line", "fault_kind": "equipment"}
    fault = office.opened("fault.reported", "银行数据中心：主用电路中断", facts, "keyaccount", 50, urgent=True)
    office.did(fault, "accept", "keyaccount", 49, 42)
    office.took(fault, "handle", "noc2", 38)
    office.took(fault, "update", "keyaccount", 37)
    office.happened(fault, "customer.informed", "keyaccount", 25)


def delivered_and_to_be_confirmed(office: Office) -> None:
    """Outside of a flow: the asking side has to say whether the answer will do."""
    facts = {"complaint_kind": "billing"}
    complaint = office.opened("complaint.received", "对上月流量费有异议", facts, "agent", 190)
    office.happened(complaint, "complaint.acknowledged", "agent", 185)
    title = Text(zh="核查派工记录与计费时段", en="Check the dispatch record against the billed period")
    item = baton.offer(matter=complaint, title=title, unit="dispatch", confirm=True, **office.by("agent", 180))
    baton.accept(item=item, **office.by("dispatcher2", 165))
    baton.deliver(item=item, evidence=["派工记录"], note="停机期间仍在计费，附记录", **office.by("dispatcher2", 55))


def repaired_and_closed(office: Office) -> None:
    """A fault from the report to the customer's confirmation, within the pledge."""
    fault = _appointed(office, "东圃大马路：宽带无信号", 700)
    office.did(fault, "drop", "technician", 640, 520, PHOTO)
    office.did(fault, "test", "noc", 515, 508, RECORD)
    office.did(fault, "confirm", "agent", 500, 480, WORD)
    api.close_matter(matter=fault, **office.by("agent", 478))


STORIES: tuple[Callable[[Office], None], ...] = (
    installation, overdue, repaired_and_closed, put_off_by_the_customer, being_repaired, delivered_and_to_be_confirmed,
    held_by_the_deputy, disputed, waiting_too_long, business_request, waiting_to_be_accepted, refused, key_account_fault,
    just_reported,
)  # fmt: skip
