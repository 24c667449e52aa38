"""Channels, decided without a database: how a customer came in, where what they ask goes and why. Pure.

`route` carries out the routing rules R1 to R8 and gives each of its decisions with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from kapok.front.channels.door.knocking import CODE_DIGITS, CODE_LASTS, CODE_TRIES, MOST, WITHIN, Knock, too_often
from kapok.front.channels.speaking import Agent, Tongue, choose, longest_idle, wanted
from kapok.front.channels.words import (
    ANSWERED,
    BUSINESS_KEY,
    BUSINESS_LINE,
    DIALLED,
    DIRECTIONS,
    HEARD,
    HOWS,
    KINDS,
    MEDIA,
    OPENED_BY,
    SUBSTANCES,
    TOLD_BY,
    USED,
    VIAS,
    Dialled,
    Direction,
    How,
    Kind,
    Medium,
    Substance,
    ToldBy,
    Via,
    acknowledged,
)
from kapok.ground.catalog.offering.terms import CHANNELS, Channel
from kapok.ground.catalog.template import Line
from kapok.ground.customers.rules import TIERS, Tier
from kapok.ground.places.rules import SEGMENTS, Segment
from kapok.ground.work.rules import line_of
from kapok.kernel.text import Text, joined

__all__ = [
    "ANSWERED", "BUSINESS_KEY", "BUSINESS_LINE", "CHANNELS", "CODE_DIGITS", "CODE_LASTS", "CODE_TRIES", "DIALLED", "DIRECTIONS",
    "HEARD", "HOWS", "KINDS", "MEDIA", "MOST", "OPENED_BY", "SUBSTANCES", "TOLD_BY", "USED", "VIAS", "WITHIN", "Agent", "Channel",
    "Dialled", "Direction", "How", "Kind", "Knock", "Medium", "Substance", "ToldBy", "Tongue", "Via", "acknowledged",
    "longest_idle", "too_often",
]  # fmt: skip


# ---- what is known before anything is decided ----

KEY_ACCOUNT, BUSINESS = "key_account", "business"


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
    quiet: bool = False
    """They are not to be disturbed: they took back that they may be called for marketing."""

    @property
    def key(self) -> bool:
        """Whether this is a key account."""
        return self.segment == KEY_ACCOUNT or bool(self.tier)

    @property
    def firm(self) -> bool:
        """Whether this is a key account or a business: what they ask for or report is answered within three hours."""
        return self.key or self.segment == BUSINESS

    @property
    def grade(self) -> Text:
        """Segment, tier and stars, as far as there are any."""
        named = [SEGMENTS[Segment(self.segment)]] if self.segment else []
        named += [TIERS[Tier(self.tier)]] if self.tier else []
        stars = "★" * self.star
        return joined([*named, Text(zh=stars, en=stars)] if stars else named, zh=" ", en=" ")


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
    """How long the customer has waited to be served."""
    open_matter: str = ""
    """An open matter of the same kind on the same service, or the one that the customer says is the same."""
    incident: str = ""
    """The matter of an open group fault under which the service or the address lies."""

    @property
    def from_business_line(self) -> bool:
        """Whether it came by 10000 + 9, or by the line that grew out of it."""
        return from_business_line(self.pressed, self.dialled)


def from_business_line(pressed: str, dialled: str) -> bool:
    """Whether something came by the business line, by what was pressed or dialled."""
    return pressed == BUSINESS_KEY or dialled == BUSINESS_LINE


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
    supervision: str
    stars_first: int | None = None
    """From so many stars on a customer never waits in the mass queue; None where stars decide nothing."""
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
    waits: bool = False
    """Whether it stands in a queue until somebody qualified is idle (R8)."""
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
            Rule.R3, f"同一事项 {matter} 在办：催办，不另立", f"{matter} is open already: it is urged, no second"
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


QUIET = Text(zh="，免打扰：已撤回电话营销同意", en="; not to be disturbed: took back the consent to calls of marketing")


def _recognised(decision: Decision, caller: Caller) -> Decision:
    if not caller.customer:
        return decision.because(Rule.R1, "未识别客户", "the customer is not recognised")
    who, grade = caller.customer, caller.grade
    via = VIAS.get(caller.via, VIAS[Via.SAID])
    quiet = QUIET if caller.quiet else Text(zh="", en="")
    return decision.because(
        Rule.R1, f"{via.zh}：{who}（{grade.zh}）{quiet.zh}", f"{via.en}: {who} ({grade.en}){quiet.en}"
    )


def _placed(decision: Decision, asked: Asked, caller: Caller, queues: Queues, territory: Territory | None) -> Decision:
    if decision.line is Line.SUPERVISION:
        return _supervised(decision, queues)
    decision = replace(decision, three_hours=caller.firm and asked.kind in ANSWERED)
    if caller.key:
        decision = replace(decision, unit=queues.key).because(
            Rule.R2, "大客户不进公众队列，转大客户部", "a key account never waits in the mass queue"
        )
        return _to_manager(decision, Rule.R2, caller, territory)
    if asked.from_business_line or (asked.kind is Kind.REQUEST and caller.segment == BUSINESS):
        return _to_manager(_business(decision, asked, queues), Rule.R5, caller, territory)
    if queues.stars_first is not None and caller.star >= queues.stars_first:
        decision = replace(decision, unit=queues.business).because(
            Rule.R2,
            f"{caller.star} 星客户（{queues.stars_first} 星起）先于公众队列，转商业队列",
            f"{caller.star} stars ({queues.stars_first} or more) go before the mass queue: business queue",
        )
        return _to_manager(decision, Rule.R2, caller, territory)
    if territory is not None:
        return _by_territory(decision, asked, territory)
    return _in_queue(decision, asked, queues)


def _business(decision: Decision, asked: Asked, queues: Queues) -> Decision:
    """The business queue, whatever is asked by the business line; for a request the three hours count, whoever asks."""
    request = asked.kind is Kind.REQUEST
    decision = replace(decision, unit=queues.business, three_hours=request or decision.three_hours)
    if request:
        return decision.because(
            Rule.R5,
            "商业客户需求：商业队列，三小时回应开始计时",
            "a business request: business queue, the three hours count",
        )
    return decision.because(Rule.R5, "由商客专线来：商业队列", "it came by the business line: business queue")


def _supervised(decision: Decision, queues: Queues) -> Decision:
    """A complaint about a bill or about somebody of ours is the supervision's, whoever complains; nobody who serves gets it."""
    return replace(decision, unit=queues.supervision).because(
        Rule.R7,
        "资费和态度投诉进督导中心队列，不派给被投诉的人",
        "the queue of the supervision centre: whoever is complained of does not get it",
    )


def _to_manager(decision: Decision, rule: Rule, caller: Caller, territory: Territory | None) -> Decision:
    """The account manager, else the A or B of the patch; else the queue's unit as a whole."""
    if caller.manager:
        found = replace(decision, owner=caller.manager)
        return found.because(rule, f"交客户经理 {caller.manager}", f"it goes to the account manager {caller.manager}")
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


def look_again(asked: Asked, queues: Queues) -> Decision:
    """What becomes of something that waits in a queue, by how long it has waited now (R8)."""
    return _in_queue(Decision(Course.OPEN, line_of(asked.kind.value, {})), asked, queues)


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
        return replace(decision, call_back=True, waits=True).because(
            Rule.R8, "等候过久，改为回拨", "it waited too long: we call back"
        )
    if asked.waited >= queues.overflow_after:
        over = _overflowed(decision, asked, queues)
        if over:
            return over
    language, decision = wanted(asked.tongues), replace(decision, waits=True)
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
