"""The demonstration's channels: five with queues and staff, a request whose three hours run, a group fault that two reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, QuerySet

from kapok.front.channels import api
from kapok.front.channels.announcing import api as announcing
from kapok.front.channels.models import ChannelSetting, Interaction
from kapok.front.channels.rules import Channel, Medium
from kapok.ground.customers.models import Customer
from kapok.ground.places.rules import Segment
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Handoff
from kapok.kernel.text import Text
from kapok.network.inventory.models import Element, Resource, Service
from kapok.network.inventory.rules import ServiceState, State

ACTOR = "system"


@dataclass(frozen=True)
class Counter:
    """One channel: its mass queue, the segment of its patches, who serves it."""

    channel: Channel
    mass: str
    segment: Segment
    staff: tuple[str, ...]
    skill: str = ""
    overflow: str = ""


COUNTERS = (
    Counter(Channel.KEY_ACCOUNT, "key-accounts", Segment.KEY_ACCOUNT, ("keyaccount",)),
    Counter(Channel.BUSINESS, "key-accounts", Segment.BUSINESS, ("keyaccount2",)),
    Counter(Channel.PUBLIC, "yuexiu-hall", Segment.PUBLIC, ("manager",), overflow="hotline"),
    Counter(Channel.TRANSIENT, "payphones", Segment.PUBLIC, ("agent3",), overflow="hotline"),
    Counter(Channel.HOTLINE, "hotline", Segment.PUBLIC, ("agent", "agent2"), "fault-handling", "dispatch"),
)


@transaction.atomic
def load(at: datetime) -> None:
    """Set the channels up, once; and where there are customers, let them have asked something."""
    if ChannelSetting.objects.exists():
        return
    for each in COUNTERS:
        api.set_channel(
            channel=each.channel, mass=each.mass, business="key-accounts", key="key-accounts", supervision="supervision",
            segment=each.segment,
            skill=each.skill, overflow=each.overflow, actor=ACTOR, at=at,
        )  # fmt: skip
        for username in each.staff:
            api.assign_staff(channel=each.channel, username=username, actor=ACTOR, at=at)
    if not Interaction.objects.exists():
        _talk(at)
        group_fault(at)


def _talk(at: datetime) -> None:
    """A shop asks for a quote and presses 9, which its account manager accepts; a household asks about its bill, and is noted to
    be at home in the evening.
    """
    firm = Customer.objects.filter(segment=Segment.BUSINESS, merged_into=None).order_by("number").first()
    home = Customer.objects.filter(segment=Segment.PUBLIC, merged_into=None).order_by("number").first()
    if firm is not None:
        began = at - timedelta(minutes=70)
        talk = _taken(firm, "agent2", began, "询问专线报价")
        matter, decision = api.ask(
            title="门店专线报价", channel=Channel.HOTLINE, customer=firm.number, pressed="9", interaction=talk.id,
            actor="staff/agent2", at=began + timedelta(minutes=2),
        )  # fmt: skip
        for offer in Handoff.objects.filter(matter__subject=matter, to_staff__username=decision.owner):
            baton.accept(item=offer.item_id, actor=f"staff/{decision.owner}", at=began + timedelta(minutes=9))
        _closed(talk, "已转客户经理，三小时内回应", began + timedelta(minutes=4))
    if home is not None:
        began = at - timedelta(minutes=25)
        _closed(_taken(home, "agent", began, "询问账单日"), "已告知账单日", began + timedelta(minutes=3))
        api.add_note(customer=home.number, words="晚上七点后才在家，上门请约晚间时段。", actor="staff/agent", at=began)


def group_fault(at: datetime) -> None:
    """An OLT is cut off: two of the customers under it have called, are told so, and nobody is sent to them."""
    olt = _busiest_olt()
    if olt is None:
        return
    began = at - timedelta(minutes=95)
    matter = work.open_matter(
        kind="fault.reported",
        title=f"{olt.code} 上联光缆中断",
        facts={"fault_kind": "cable"},
        actor="staff/noc2",
        at=began,
    )
    words = Text(
        zh="因道路施工挖断光缆，附近部分宽带和电话中断，抢修队已到场。",
        en="A cable was cut by road works: broadband and telephone near there are down. The repair team is on site.",
    )
    announced = announcing.announce(
        matter=matter, words=words, elements=[olt.code], since=began, expected_at=at + timedelta(minutes=90),
        actor="staff/noc2", at=began + timedelta(minutes=10),
    )  # fmt: skip
    for minutes, service in enumerate(_under(olt)[:2], 20):
        talk = _taken(service.customer, "agent2", began + timedelta(minutes=minutes * 2), "宽带断了")
        api.ask(
            kind="fault", title="宽带断了", channel=Channel.HOTLINE, customer=service.customer.number, service=service.number,
            interaction=talk.id, actor="staff/agent2", at=began + timedelta(minutes=minutes * 2 + 1),
        )  # fmt: skip
        _closed(talk, "已告知群障和预计恢复时间", began + timedelta(minutes=minutes * 2 + 1.5))
    more = Text(
        zh=f"{words.zh}因管道积水，恢复时间推迟。",
        en=f"{words.en} There is water in the duct: it takes longer than we said.",
    )
    announcing.revise(
        announcement=announced,
        words=more,
        expected_at=at + timedelta(hours=2),
        actor="staff/noc2",
        at=at - timedelta(minutes=15),
    )


def _lines() -> QuerySet[Resource]:
    """The fibre lines that work."""
    return Resource.objects.filter(kind="pon_port", state=State.IN_SERVICE, service__state=ServiceState.ACTIVE)


def _busiest_olt() -> Element | None:
    counted = _lines().values_list("element__parent__code").annotate(count=Count("id"))
    busiest = counted.order_by("-count", "element__parent__code").first()
    return Element.objects.filter(code=busiest[0] or "").first() if busiest else None


def _under(olt: Element) -> list[Service]:
    lines = _lines().filter(element__parent=olt).select_related("service__customer").order_by("service__number")
    return [line.service for line in lines if line.service]


def _taken(customer: Customer, username: str, at: datetime, topic: str) -> Interaction:
    said = {"channel": Channel.HOTLINE.value, "medium": Medium.PHONE.value, "customer": customer.number, "topic": topic}
    return Interaction.objects.get(id=api.take(**said, actor=f"staff/{username}", at=at))


def _closed(talk: Interaction, resolution: str, at: datetime) -> None:
    actor = f"staff/{talk.first_contact.username}"
    api.close_interaction(interaction=talk.id, resolution=resolution, actor=actor, at=at)
