"""What the verbs of the channels record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class Taken(Event):
    """Somebody took an interaction, and is its first contact."""

    kind: ClassVar[str] = "channels.taken"
    wording: ClassVar[Text] = Text(
        zh="{channel_name} · {medium_name}：{first_contact} 受理，为首问负责人",
        en="{channel_name} · {medium_name}: taken by {first_contact}, the first contact",
    )
    channel: str
    channel_name: Text
    medium: str
    medium_name: Text
    direction: str
    customer: str
    first_contact: str


@dataclass(frozen=True, kw_only=True)
class Recognised(Event):
    """It became known who the customer of an interaction is."""

    kind: ClassVar[str] = "channels.recognised"
    wording: ClassVar[Text] = Text(zh="客户为 {customer}", en="the customer is {customer}")
    customer: str


@dataclass(frozen=True, kw_only=True)
class Closed(Event):
    """An interaction ended."""

    kind: ClassVar[str] = "channels.closed"
    wording: ClassVar[Text] = Text(zh="接触结束：{resolution}", en="over: {resolution}")
    typed: ClassVar[frozenset[str]] = frozenset({"resolution"})
    resolution: str


@dataclass(frozen=True, kw_only=True)
class Routed(Event):
    """What a customer asked went where it belongs; `why` holds the rules with their reasons."""

    kind: ClassVar[str] = "channels.routed"
    wording: ClassVar[Text] = Text(zh="路由：{why}", en="routed: {why}")
    course: str
    unit: str
    owner: str
    why: Text
    rules: list[str]


@dataclass(frozen=True, kw_only=True)
class Rerouted(Event):
    """What waited in a queue went to somebody, or its customer is to be called back."""

    kind: ClassVar[str] = "channels.rerouted"
    wording: ClassVar[Text] = Text(zh="再路由：{why}", en="routed again: {why}")
    unit: str
    owner: str
    why: Text


@dataclass(frozen=True, kw_only=True)
class CalledBack(Event):
    """The customer was called back."""

    kind: ClassVar[str] = "channels.called_back"
    wording: ClassVar[Text] = Text(zh="已回拨客户", en="the customer was called back")


@dataclass(frozen=True, kw_only=True)
class PressedAgain(Event):
    """The customer asked again for what is open already: entries of old; `work.urged` says it now, and counts it."""

    kind: ClassVar[str] = "channels.pressed_again"
    wording: ClassVar[Text] = Text(zh="客户催办：{note}", en="the customer urges it: {note}")
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    note: str
    customer: str


@dataclass(frozen=True, kw_only=True)
class FaultAnnounced(Event):
    """Customers are told that a fault concerns all under what it covers."""

    kind: ClassVar[str] = "channels.fault_announced"
    wording: ClassVar[Text] = Text(
        zh="群障公告，影响 {services} 个业务，预计恢复：{expected_name}。{words_zh}",
        en="Announced as a group fault of {services} services, expected to be over: {expected_name}. {words_en}",
    )
    typed: ClassVar[frozenset[str]] = frozenset({"words_zh", "words_en"})
    covers: list[str]
    services: int
    since: datetime
    expected: datetime | None
    expected_name: Text
    words_zh: str
    words_en: str


@dataclass(frozen=True, kw_only=True)
class AnnouncementRevised(Event):
    """Customers are told something else, or another expected time."""

    kind: ClassVar[str] = "channels.announcement_revised"
    wording: ClassVar[Text] = Text(
        zh="群障公告修改，预计恢复：{expected_name}。{words_zh}",
        en="The announcement says from now on, expected to be over: {expected_name}. {words_en}",
    )
    typed: ClassVar[frozenset[str]] = frozenset({"words_zh", "words_en"})
    expected: datetime | None
    expected_name: Text
    words_zh: str
    words_en: str


@dataclass(frozen=True, kw_only=True)
class AnnouncementEnded(Event):
    """The group fault is over; whoever reported it is to be told."""

    kind: ClassVar[str] = "channels.announcement_ended"
    wording: ClassVar[Text] = Text(
        zh="群障公告结束，{reports} 位报障客户待回访",
        en="The group fault is over; {reports} reports are to be answered",
    )
    reports: int


@dataclass(frozen=True, kw_only=True)
class Attached(Event):
    """A customer's report was attached to the group fault; nobody is sent. What they were told then: `expected`."""

    kind: ClassVar[str] = "channels.attached"
    wording: ClassVar[Text] = Text(zh="客户 {customer} 报障归入群障", en="a report of {customer} is part of it")
    customer: str
    service: str
    again: bool
    expected: datetime | None


@dataclass(frozen=True, kw_only=True)
class ReporterTold(Event):
    """A customer who had reported it was told that it is over."""

    kind: ClassVar[str] = "channels.reporter_told"
    wording: ClassVar[Text] = Text(zh="已告知客户 {customer} 群障结束", en="{customer} was told that it is over")
    customer: str


@dataclass(frozen=True, kw_only=True)
class Replied(Event):
    """A substantive reply was given; the clock runs until the customer acknowledges it."""

    kind: ClassVar[str] = "channels.replied"
    wording: ClassVar[Text] = Text(
        zh="实质答复（{substance_name}），待客户确认", en="substantive reply ({substance_name}), to be acknowledged"
    )
    substance: str
    substance_name: Text


@dataclass(frozen=True, kw_only=True)
class Acknowledged(Event):
    """The customer acknowledged the reply."""

    kind: ClassVar[str] = "channels.acknowledged"
    wording: ClassVar[Text] = Text(
        zh="客户已确认答复：{how_name}（{told_by_name}）",
        en="the customer acknowledged the reply: {how_name} ({told_by_name})",
    )
    how: str
    how_name: Text
    seconds: int
    told_by: str
    told_by_name: Text


@dataclass(frozen=True, kw_only=True)
class Withdrawn(Event):
    """The customer gave a request up; who said so and why stays out of the journal."""

    kind: ClassVar[str] = "channels.withdrawn"
    wording: ClassVar[Text] = Text(
        zh="客户撤回需求：{how_name}（{told_by_name}）",
        en="the customer withdrew the request: {how_name} ({told_by_name})",
    )
    how: str
    how_name: Text
    said_at: datetime
    told_by: str
    told_by_name: Text


@dataclass(frozen=True, kw_only=True)
class TurnedDown(Event):
    """The customer says that the reply does not answer them; what they said stays out of the journal."""

    kind: ClassVar[str] = "channels.turned_down"
    wording: ClassVar[Text] = Text(
        zh="客户表示答复未解决问题，时钟照走，需重新答复",
        en="the reply does not answer the customer: the clock runs on, reply again",
    )


@dataclass(frozen=True, kw_only=True)
class Wrote(Event):
    """The customer wrote about a matter; the words stay out of the journal."""

    kind: ClassVar[str] = "channels.wrote"
    wording: ClassVar[Text] = Text(zh="客户网上留言", en="the customer wrote by the web")


@dataclass(frozen=True, kw_only=True)
class StrangerSeen(Event):
    """Somebody looked at the name and the number that a stranger left."""

    kind: ClassVar[str] = "channels.stranger_seen"
    wording: ClassVar[Text] = Text(
        zh="查看来访者姓名和电话，用途：{purpose_name}", en="the name and number left were seen, to {purpose_name}"
    )
    purpose: str
    purpose_name: Text


@dataclass(frozen=True, kw_only=True)
class Noted(Event):
    """A note was added to a customer; its words stay out of the journal."""

    kind: ClassVar[str] = "channels.noted"
    wording: ClassVar[Text] = Text(zh="添加备注", en="a note was added")


@dataclass(frozen=True, kw_only=True)
class CodeSent(Event):
    """A one-time code was sent to the customer of an order; the code itself is not written down here."""

    kind: ClassVar[str] = "channels.code_sent"
    wording: ClassVar[Text] = Text(zh="向 {sent_to} 发送自助验证码", en="a one-time code was sent to {sent_to}")
    typed: ClassVar[frozenset[str]] = frozenset({"sent_to"})
    sent_to: str


@dataclass(frozen=True, kw_only=True)
class Entered(Event):
    """The customer of an order came in by a one-time code."""

    kind: ClassVar[str] = "channels.entered"
    wording: ClassVar[Text] = Text(zh="客户凭验证码进入自助服务", en="the customer signed in by a one-time code")


@dataclass(frozen=True, kw_only=True)
class SaidAmiss(Event):
    """The customer says of an order that was done that something is amiss; it is a matter of its own."""

    kind: ClassVar[str] = "channels.said_amiss"
    wording: ClassVar[Text] = Text(
        zh="客户未确认，反映不正常，见 {matter}",
        en="not confirmed: the customer says that something is amiss, see {matter}",
    )
    matter: str


@dataclass(frozen=True, kw_only=True)
class ChannelSet(Event):
    """A channel was set up or changed."""

    kind: ClassVar[str] = "channels.set"
    wording: ClassVar[Text] = Text(zh="配置渠道，队列 {mass}", en="the channel was set up, its queue is {mass}")
    mass: str
    business: str
    key: str
    supervision: str


@dataclass(frozen=True, kw_only=True)
class StaffPut(Event):
    """Somebody serves a channel from now on, or does no longer."""

    kind: ClassVar[str] = "channels.staff"
    wording: ClassVar[Text] = Text(zh="{change}：{username}", en="{change}: {username}")
    change: Text
    username: str
