"""Channels, decided without a database: how a customer came in, where what they ask goes and why, what counts as an answer. Pure.

`route` carries out the routing rules R1 to R8 and gives each of its decisions with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from kapok.front.channels.speaking import Agent, Tongue, choose, longest_idle, wanted
from kapok.front.channels.words import (
    DIRECTIONS,
    HOWS,
    KINDS,
    MEDIA,
    OPENED_BY,
    SUBSTANCES,
    USED,
    Direction,
    How,
    Kind,
    Medium,
    Substance,
)
from kapok.ground.catalog.offering.specifications import CHANNELS, Channel
from kapok.ground.catalog.template import Line
from kapok.ground.work.rules import line_of
from kapok.kernel.text import Text

__all__ = [
    "CHANNELS", "DIRECTIONS", "HOWS", "KINDS", "MEDIA", "OPENED_BY", "SUBSTANCES", "USED", "Agent", "Channel", "Direction", "How",
    "Kind", "Medium", "Substance", "Tongue", "longest_idle",
]  # fmt: skip


# ---- what is known before anything is decided ----

BUSINESS_KEY, BUSINESS_LINE = "9", "10009"
"""What a business customer presses behind the hotline's number, and the line of their own."""
KEY_ACCOUNT, BUSINESS = "key_account", "business"


class Dialled(StrEnum):
    """The lines of the operator that a customer may dial."""

    HOTLINE = "10000"
    BUSINESS = BUSINESS_LINE


DIALLED: Mapping[Dialled, Text] = {
    Dialled.HOTLINE: Text(zh="10000 客服热线", en="10000, the hotline"),
    Dialled.BUSINESS: Text(zh="10009 商客专线", en="10009, the business line"),
}


class Via(StrEnum):
    """By what a customer was recognised."""

    SERVICE = "service"
    CONTACT = "contact"
    SAID = "said"
    NOTHING = ""


VIAS: Mapping[Via, Text] = {
    Via.SERVICE: Text(zh="主叫号码是其业务号码", en="the calling number is a service of theirs"),
    Via.CONTACT: Text(zh="主叫号码是其联系电话", en="the calling number is a contact of theirs"),
    Via.SAID: Text(zh="受理人查得", en="looked up by whoever took it"),
}


@dataclass(frozen=True)
class Caller:
    """Who asks, as far as is known (R1). `manager` is the account manager's staff number, empty where none is there."""

    customer: str = ""
    service: str = ""
    segment: str = ""
    tier: str = ""
    star: int = 0
    manager: str = ""
    via: Via = Via.NOTHING

    @property
    def key(self) -> bool:
        """Whether this is a key account."""
        return self.segment == KEY_ACCOUNT or bool(self.tier)


@dataclass(frozen=True)
class Asked:
    """What is asked: its kind, what was pressed or dialled, what is open already, what it takes to serve it."""

    kind: Kind
    complaint_kind: str = ""
    pressed: str = ""
    dialled: str = ""
    skill: str = ""
    tongues: Sequence[Tongue] = ()
    """What the customer speaks, the best first; none where it is not known."""
    waited: timedelta = timedelta(0)
    """Since the interaction was taken."""
    open_matter: str = ""
    """An open matter of the same kind on the same service, or of the same customer where no service was named."""
    incident: str = ""
    """The matter of an open group fault under which the service or the address lies."""

    @property
    def from_business_line(self) -> bool:
        """Whether it came by 10000 + 9, or by the line that grew out of it."""
        return self.pressed == BUSINESS_KEY or self.dialled == BUSINESS_LINE


@dataclass(frozen=True)
class Territory:
    """Who answers for an address: the patch's A and B as far as they are there, the duty pool of its service centre, the bureau."""

    unit: str
    unit_name: Text
    known: bool
    """Whether the address has a patch of the segment."""
    a: str = ""
    b: str = ""
    centre: str = ""
    centre_name: Text = field(default_factory=lambda: Text(zh="", en=""))
    duty: Sequence[Agent] = ()
    bureau: str = ""
    bureau_name: Text = field(default_factory=lambda: Text(zh="", en=""))

    @property
    def ground(self) -> str:
        """The unit on whose ground the address is: a patch or a service centre; empty where only units above these answer."""
        return self.unit if self.known or self.centre else ""


@dataclass(frozen=True)
class Queues:
    """How a channel is staffed: units by code, who serves it now, when it overflows and when it calls back."""

    mass: str
    business: str
    key: str
    overflow: str = ""
    overflow_after: timedelta = timedelta(minutes=1)
    call_back_after: timedelta = timedelta(minutes=5)
    agents: Sequence[Agent] = ()


# ---- what is decided ----


class Rule(StrEnum):
    """The routing rules."""

    R1 = "R1"
    R2 = "R2"
    R3 = "R3"
    R4 = "R4"
    R5 = "R5"
    R6 = "R6"
    R7 = "R7"
    R8 = "R8"


@dataclass(frozen=True)
class Reason:
    """One decision, and why."""

    rule: Rule
    text: Text


class Course(StrEnum):
    """What becomes of it."""

    OPEN = "open"
    URGE = "urge"
    ATTACH = "attach"


@dataclass(frozen=True)
class Decision:
    """Where it goes. `owner` is empty where the whole unit is asked."""

    course: Course
    line: Line
    unit: str = ""
    owner: str = ""
    matter: str = ""
    """The one that is urged, or the incident it is attached to."""
    three_hours: bool = False
    defect: bool = False
    """Whether our data should have known who answers for the address."""
    call_back: bool = False
    """Whether they waited so long that they are called back."""
    reasons: tuple[Reason, ...] = ()

    def because(self, rule: Rule, zh: str, en: str) -> Decision:
        """The same with one more reason."""
        return replace(self, reasons=(*self.reasons, Reason(rule, Text(zh=zh, en=en))))


LINES: Mapping[Line, Text] = {
    Line.FULFILMENT: Text(zh="开通线", en="fulfilment"),
    Line.ASSURANCE: Text(zh="保障线", en="assurance"),
    Line.SUPERVISION: Text(zh="督导线", en="supervision"),
}


def route(asked: Asked, caller: Caller, queues: Queues, territory: Territory | None) -> Decision:
    """Where it goes, and the reason of each decision, in the order in which they were taken."""
    line = line_of(asked.kind.value, {"complaint_kind": asked.complaint_kind})
    decision = _recognised(Decision(Course.OPEN, line), caller)
    if asked.open_matter:
        matter = asked.open_matter
        found = replace(decision, course=Course.URGE, matter=matter)
        return found.because(
            Rule.R3, f"已有同类在办事项 {matter}：催办，不另立", f"{matter} is open already: it is urged, no second"
        )
    if asked.incident and asked.kind is Kind.FAULT:
        incident = asked.incident
        found = replace(decision, course=Course.ATTACH, matter=incident)
        return found.because(
            Rule.R4, f"归入群障 {incident}，不再派工", f"part of {incident}: announced, nobody is sent"
        )
    decision = decision.because(
        Rule.R7, f"{KINDS[asked.kind].zh}走{LINES[line].zh}", f"{KINDS[asked.kind].en} goes to {LINES[line].en}"
    )
    return _placed(decision, asked, caller, queues, territory)


def _recognised(decision: Decision, caller: Caller) -> Decision:
    if not caller.customer:
        return decision.because(Rule.R1, "未识别客户", "the customer is not recognised")
    grade = " ".join(filter(None, (caller.segment, caller.tier, "★" * caller.star)))
    via = VIAS.get(caller.via, VIAS[Via.SAID])
    return decision.because(
        Rule.R1, f"{via.zh}：{caller.customer}（{grade}）", f"{via.en}: {caller.customer} ({grade})"
    )


def _placed(decision: Decision, asked: Asked, caller: Caller, queues: Queues, territory: Territory | None) -> Decision:
    if caller.key:
        decision = replace(decision, unit=queues.key, three_hours=asked.kind is Kind.REQUEST)
        decision = decision.because(
            Rule.R2, "大客户不进公众队列，转大客户部", "a key account never waits in the mass queue"
        )
        return _to_manager(decision, Rule.R2, caller, territory)
    if asked.kind is Kind.REQUEST and (asked.from_business_line or caller.segment == BUSINESS):
        decision = replace(decision, unit=queues.business, three_hours=True)
        decision = decision.because(
            Rule.R5,
            "商业客户需求：商业队列，三小时回应开始计时",
            "a business request: business queue, the three hours count",
        )
        return _to_manager(decision, Rule.R5, caller, territory)
    if territory is not None and decision.line is not Line.SUPERVISION:
        return _by_territory(decision, asked, territory)
    return _in_queue(decision, asked, queues)


def _to_manager(decision: Decision, rule: Rule, caller: Caller, territory: Territory | None) -> Decision:
    """The account manager, else the A or B of the patch; else the queue's unit as a whole."""
    if caller.manager:
        found = replace(decision, owner=caller.manager)
        return found.because(
            rule, f"客户经理 {caller.manager} 负责", f"the account manager {caller.manager} answers for it"
        )
    if territory and (territory.a or territory.b):
        found = replace(decision, owner=territory.a or territory.b)
        return found.because(
            Rule.R6,
            f"片区{territory.unit_name.zh}的 {found.owner} 负责",
            f"{found.owner} of {territory.unit_name.en} answers",
        )
    return decision.because(rule, "客户经理不在，由队列承接", "no account manager is there: the queue takes it")


def _by_territory(decision: Decision, asked: Asked, territory: Territory) -> Decision:
    """A of the patch, else B, else the duty pool of the service centre, else the bureau: never without an owner."""
    if not territory.known:
        decision = replace(decision, defect=True).because(
            Rule.R6, "地址没有所属片区，已登记数据缺陷", "the address has no patch: noted as a defect of our data"
        )
    for place, owner in (("A", territory.a), ("B", territory.b)):
        if owner and territory.known:
            return replace(decision, unit=territory.unit, owner=owner).because(
                Rule.R6, f"{territory.unit_name.zh}{place}角 {owner}", f"{owner}, {place} of {territory.unit_name.en}"
            )
    on_duty = choose(territory.duty, asked.skill, asked.tongues) or choose(territory.duty, asked.skill, ())
    if on_duty:
        who, centre = on_duty.agent.username, territory.centre_name
        decision = replace(decision, unit=territory.centre, owner=who).because(
            Rule.R6, f"{centre.zh}值班 {who}", f"{who}, on duty at {centre.en}"
        )
        return _spoken(decision, on_duty.tongue)
    unit, name = territory.unit, territory.unit_name
    if territory.bureau:
        unit, name = territory.bureau, territory.bureau_name
    return replace(decision, unit=unit).because(
        Rule.R6, f"无人值班，由{name.zh}承接", f"nobody is on duty: {name.en} takes it"
    )


def _spoken(decision: Decision, tongue: Tongue | None) -> Decision:
    """The same with the language that decided who it is."""
    if tongue is None:
        return decision
    return decision.because(
        Rule.R8, f"会客户的语言：{tongue.name.zh}", f"speaks the customer's language: {tongue.name.en}"
    )


def _in_queue(decision: Decision, asked: Asked, queues: Queues) -> Decision:
    """The longest idle of the qualified who speak with the customer; after a time anybody, after a longer one a call back."""
    decision = replace(decision, unit=queues.mass)
    chosen = choose(queues.agents, asked.skill, asked.tongues)
    if chosen:
        name = chosen.agent.username
        decision = replace(decision, owner=name).because(
            Rule.R8, f"合格人员中空闲最久：{name}", f"{name} is qualified and idle the longest"
        )
        return _spoken(decision, chosen.tongue)
    if asked.waited >= queues.call_back_after:
        return replace(decision, call_back=True).because(
            Rule.R8, "等候过久，改为回拨", "it waited too long: we call back"
        )
    if asked.waited >= queues.overflow_after:
        over = _overflowed(decision, asked, queues)
        if over:
            return over
    language = wanted(asked.tongues)
    if language:
        return decision.because(
            Rule.R8,
            f"无会{language.zh}的合格人员空闲，在队列等候",
            f"nobody qualified who speaks {language.en} is idle: it waits in the queue",
        )
    return decision.because(Rule.R8, "无合格人员空闲，在队列等候", "nobody qualified is idle: it waits in the queue")


def _overflowed(decision: Decision, asked: Asked, queues: Queues) -> Decision | None:
    """Whoever is idle, of them who speaks the customer's language before others; None where nobody is."""
    chosen = choose(queues.agents, "", asked.tongues) or choose(queues.agents, "", ())
    if chosen is None:
        return None
    name, language = chosen.agent.username, wanted(asked.tongues)
    decision = replace(decision, owner=name, unit=queues.overflow or queues.mass).because(
        Rule.R8, f"溢出到通用席：{name}", f"overflow to {name}, a generalist"
    )
    if language and chosen.tongue is None:
        return decision.because(Rule.R8, f"通用席不会{language.zh}", f"who does not speak {language.en}")
    return _spoken(decision, chosen.tongue)


# ---- what counts as an answer ----

HEARD = timedelta(seconds=20)
"""So long a call must have been connected for the customer to have heard the answer."""


def acknowledged(how: How, connected: timedelta, word: str) -> bool:
    """Whether the customer has taken note: a call that was long enough, or a reply of their own."""
    return connected >= HEARD if how is How.CALL else bool(word.strip())


# ---- one-time codes, and how often somebody may knock ----

CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=10)
CODE_TRIES = 5
WITHIN = timedelta(hours=1)


class Knock(StrEnum):
    """What somebody did at the customers' door, or behind it: of what is counted there are only so many an hour."""

    ASKED = "asked"
    TRIED = "tried"
    LOOKED = "looked"
    LEFT = "left"
    WROTE = "wrote"
    PLACED = "placed"


MOST: Mapping[tuple[Knock, bool], int] = {
    (Knock.ASKED, True): 5, (Knock.ASKED, False): 20, (Knock.TRIED, True): 10, (Knock.TRIED, False): 30,
    (Knock.LOOKED, True): 120, (Knock.LOOKED, False): 120, (Knock.LEFT, True): 3, (Knock.LEFT, False): 6,
    (Knock.WROTE, True): 20, (Knock.WROTE, False): 60, (Knock.PLACED, True): 10, (Knock.PLACED, False): 30,
}  # fmt: skip
"""How often within `WITHIN`: for one order number, customer or telephone (True), from one address of the network (False)."""


def too_often(kind: Knock, of_order: int, of_address: int) -> bool:
    """Whether the next knock is one too many, after so many within `WITHIN`."""
    return of_order >= MOST[kind, True] or of_address >= MOST[kind, False]
