"""Field work, decided without a database: states, allowed moves, reasons, what a test may measure. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from kapok.ground.work.rules import Reason
from kapok.kernel.text import Text


class State(StrEnum):
    """Where a work order stands, as the field sees it. Who holds it, the baton says."""

    CREATED = "created"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    APPOINTED = "appointed"
    TRAVELLING = "travelling"
    ARRIVED = "arrived"
    WORKING = "working"
    HELD = "held"
    REPLIED = "replied"
    RETURNED = "returned"
    VERIFIED = "verified"
    SURVEYED = "surveyed"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"


STATES: Mapping[State, Text] = {
    State.CREATED: Text(zh="待派", en="to be dispatched"),
    State.DISPATCHED: Text(zh="待接单", en="dispatched"),
    State.ACCEPTED: Text(zh="已接单", en="accepted"),
    State.APPOINTED: Text(zh="已预约", en="appointed"),
    State.TRAVELLING: Text(zh="在途", en="on the way"),
    State.ARRIVED: Text(zh="已签到", en="arrived"),
    State.WORKING: Text(zh="施工中", en="working"),
    State.HELD: Text(zh="挂起", en="held"),
    State.REPLIED: Text(zh="已回单", en="replied"),
    State.RETURNED: Text(zh="已退单", en="returned"),
    State.VERIFIED: Text(zh="已验收", en="verified"),
    State.SURVEYED: Text(zh="已回访", en="surveyed"),
    State.ARCHIVED: Text(zh="已归档", en="archived"),
    State.CANCELLED: Text(zh="已撤单", en="cancelled"),
}

OPEN = frozenset({State.CREATED, State.DISPATCHED})
"""Nobody has it in hand."""
IN_HAND = frozenset(
    {State.ACCEPTED, State.APPOINTED, State.TRAVELLING, State.ARRIVED, State.WORKING, State.HELD},
)
"""A technician has it."""
UNDER_WAY = frozenset({State.TRAVELLING, State.ARRIVED, State.WORKING})
"""Somebody is on the way to the customer, or there."""
LIVE = OPEN | IN_HAND
DONE = frozenset({State.REPLIED, State.VERIFIED, State.SURVEYED, State.ARCHIVED})

BY_BATON = frozenset({State.CREATED, State.DISPATCHED, State.ACCEPTED, State.REPLIED, State.RETURNED, State.CANCELLED})
"""What the passing of the baton makes of any live work order: offered again, taken, delivered, sent back, withdrawn."""

MOVES: Mapping[State, frozenset[State]] = {
    State.CREATED: BY_BATON | {State.APPOINTED},
    State.DISPATCHED: BY_BATON | {State.APPOINTED},
    State.ACCEPTED: BY_BATON | {State.APPOINTED, State.TRAVELLING, State.ARRIVED, State.HELD},
    State.APPOINTED: BY_BATON | {State.TRAVELLING, State.ARRIVED, State.HELD},
    State.TRAVELLING: BY_BATON | {State.APPOINTED, State.ARRIVED, State.HELD},
    State.ARRIVED: BY_BATON | {State.APPOINTED, State.WORKING, State.HELD},
    State.WORKING: BY_BATON | {State.APPOINTED, State.HELD},
    State.HELD: BY_BATON | {State.APPOINTED, State.TRAVELLING, State.ARRIVED, State.WORKING},
    State.RETURNED: frozenset({State.CREATED, State.DISPATCHED, State.ACCEPTED, State.RETURNED, State.CANCELLED}),
    State.REPLIED: frozenset({State.CREATED, State.DISPATCHED, State.VERIFIED, State.SURVEYED, State.ARCHIVED, State.CANCELLED}),
    State.VERIFIED: frozenset({State.SURVEYED, State.ARCHIVED}),
    State.SURVEYED: frozenset({State.ARCHIVED}),
    State.ARCHIVED: frozenset(),
    State.CANCELLED: frozenset(),
}  # fmt: skip
"""The table of allowed moves."""


def sources(to: State) -> frozenset[State]:
    """The states from which a work order may move to `to`."""
    return frozenset(state for state, targets in MOVES.items() if to in targets)


class Kind(StrEnum):
    """What the field is asked for: to agree a window, or to go there."""

    APPOINTMENT = "appointment"
    VISIT = "visit"


KINDS: Mapping[Kind, Text] = {
    Kind.APPOINTMENT: Text(zh="联系预约", en="contact and appointment"),
    Kind.VISIT: Text(zh="上门", en="visit"),
}

APPOINTS = frozenset({"visit.appointed"})
VISITS = frozenset({"order.installed", "fault.repaired", "visit.done"})


def kind_of(events: frozenset[str]) -> Kind | None:
    """What a stage asks of the field, by what its delivery tells of the matter; None where it is no work of the field."""
    if events & VISITS:
        return Kind.VISIT
    return Kind.APPOINTMENT if events & APPOINTS else None


class Deed(StrEnum):
    """What a technician does with a work order."""

    ACCEPT = "accept"
    SET_OFF = "set_off"
    ARRIVE = "arrive"
    BEGIN = "begin"
    HOLD = "hold"
    LIFT_HOLD = "lift_hold"
    REPLY = "reply"
    APPOINT = "appoint"
    REBOOK = "rebook"
    PASS_ON = "pass_on"  # noqa: S105 - no password
    DEFER = "defer"
    WAIT = "wait"
    SEND_BACK = "send_back"


DEEDS: Mapping[Deed, Text] = {
    Deed.ACCEPT: Text(zh="接单", en="Accept"),
    Deed.SET_OFF: Text(zh="出发", en="On the way"),
    Deed.ARRIVE: Text(zh="到场签到", en="Arrived"),
    Deed.BEGIN: Text(zh="开始施工", en="Begin"),
    Deed.HOLD: Text(zh="挂起", en="Hold"),
    Deed.LIFT_HOLD: Text(zh="解挂", en="Go on"),
    Deed.REPLY: Text(zh="回单", en="Reply"),
    Deed.APPOINT: Text(zh="预约", en="Appoint"),
    Deed.REBOOK: Text(zh="改约", en="Move the visit"),
    Deed.PASS_ON: Text(zh="转派", en="Pass on"),
    Deed.DEFER: Text(zh="缓装", en="Put off"),
    Deed.WAIT: Text(zh="待装", en="Wait for plant"),
    Deed.SEND_BACK: Text(zh="退单", en="Return"),
}

ASIDE = (Deed.REBOOK, Deed.PASS_ON, Deed.DEFER, Deed.WAIT, Deed.SEND_BACK)
"""What is done seldom: the phone shows it when asked for more."""
PUTS_OFF: Mapping[Deed, Text] = {
    Deed.DEFER: Text(zh="客户要求缓装（10P）", en="put off at the customer's wish (10P)"),
    Deed.WAIT: Text(zh="待装，缺资源（10W）", en="waiting for plant (10W)"),
}
"""What only the matter of an order knows: it leaves its course, and its clocks stand still or run on by its own rules."""

UNTIL = {
    Deed.DEFER: Text(zh="{why}，至 {until} 自动继续", en="{why}; it goes on by itself at {until}"),
    Deed.WAIT: Text(zh="{why}，预计 {until}", en="{why}; expected by {until}"),
}


@dataclass(frozen=True)
class Rest:
    """That a matter has left its course: put off at the customer's wish, or for want of our plant; until when, if that is known."""

    deed: Deed
    until: datetime | None = None

    @property
    def text(self) -> Text:
        """It in words."""
        return PUTS_OFF[self.deed]


POSSIBLE: Mapping[Deed, frozenset[State]] = {
    Deed.ACCEPT: OPEN,
    Deed.SET_OFF: frozenset({State.ACCEPTED, State.APPOINTED}),
    Deed.ARRIVE: frozenset({State.ACCEPTED, State.APPOINTED, State.TRAVELLING}),
    Deed.BEGIN: frozenset({State.ARRIVED}),
    Deed.HOLD: IN_HAND - {State.HELD},
    Deed.LIFT_HOLD: frozenset({State.HELD}),
    Deed.REPLY: frozenset({State.WORKING}),
    Deed.APPOINT: frozenset({State.ACCEPTED}),
    Deed.REBOOK: IN_HAND - {State.ACCEPTED},
    Deed.PASS_ON: IN_HAND,
    Deed.DEFER: IN_HAND - {State.HELD},
    Deed.WAIT: IN_HAND - {State.HELD},
    Deed.SEND_BACK: IN_HAND,
}
"""From which states a technician may do what on a visit."""

AT_THE_DESK: Mapping[Deed, frozenset[State]] = {
    Deed.ACCEPT: OPEN,
    Deed.APPOINT: frozenset({State.ACCEPTED}),
    Deed.REPLY: frozenset({State.APPOINTED}),
    Deed.HOLD: frozenset({State.ACCEPTED, State.APPOINTED}),
    Deed.LIFT_HOLD: frozenset({State.HELD}),
    Deed.REBOOK: frozenset({State.APPOINTED, State.HELD}),
    Deed.PASS_ON: IN_HAND,
    Deed.DEFER: frozenset({State.ACCEPTED, State.APPOINTED}),
    Deed.WAIT: frozenset({State.ACCEPTED, State.APPOINTED}),
    Deed.SEND_BACK: IN_HAND,
}
"""The same where only a window is to be agreed: nobody goes there."""


class Due(StrEnum):
    """What a work order has to do next by a time."""

    ACCEPT = "accept"
    AGREE = "agree"
    ARRIVE = "arrive"
    FINISH = "finish"


DUES: Mapping[Due, Text] = {
    Due.ACCEPT: Text(zh="接单截止", en="accept by"),
    Due.AGREE: Text(zh="约定时段截止", en="agree a window by"),
    Due.ARRIVE: Text(zh="到场截止", en="be there by"),
    Due.FINISH: Text(zh="完成截止", en="done by"),
}
LATES: Mapping[Due, Text] = {
    Due.ACCEPT: Text(zh="接单超时", en="late to accept"),
    Due.AGREE: Text(zh="预约超时", en="late to agree a window"),
    Due.ARRIVE: Text(zh="到场超时", en="late for the visit"),
    Due.FINISH: Text(zh="完成超时", en="late to finish"),
}
SOONS: Mapping[Due, Text] = {
    Due.ACCEPT: Text(zh="接单即将到期", en="soon due: accept"),
    Due.AGREE: Text(zh="预约即将到期", en="soon due: agree a window"),
    Due.ARRIVE: Text(zh="约定时段已开始", en="the window has begun"),
    Due.FINISH: Text(zh="即将到期", en="soon due"),
}
THERE = frozenset({State.ARRIVED, State.WORKING, State.HELD})
"""Nobody is waited for any more: somebody is there, or said why not."""


def due_next(
    kind: Kind, state: State, *, accept_by: datetime | None, ends_at: datetime | None, finish_by: datetime | None
) -> tuple[Due, datetime | None]:
    """What is due of a work order as it stands, and by when: to take the offer, to come as agreed, to finish.

    Whoever comes within the window is not late for the work before the window ends.
    """
    if state in OPEN:
        return Due.ACCEPT, accept_by
    if kind is Kind.APPOINTMENT:
        return (Due.FINISH if ends_at else Due.AGREE), finish_by
    if ends_at is None:
        return Due.FINISH, finish_by
    if state not in THERE:
        return Due.ARRIVE, ends_at
    return Due.FINISH, max(finish_by, ends_at) if finish_by else None


def possible(kind: Kind, state: State) -> tuple[Deed, ...]:
    """What a technician may do with a work order of that kind in that state."""
    table = POSSIBLE if kind is Kind.VISIT else AT_THE_DESK
    return tuple(deed for deed, states in table.items() if state in states)


@dataclass(frozen=True)
class Hindrance:
    """Why work is held. `pauses` is the event by which the customer's clock stands still, where the customer is the cause."""

    title: Text
    pauses: str = ""


HOLDS: Mapping[str, Hindrance] = {
    "municipal": Hindrance(Text(zh="市政施工受阻", en="blocked by municipal works")),
    "weather": Hindrance(Text(zh="天气原因", en="weather")),
    "unreachable": Hindrance(Text(zh="联系不上客户", en="customer unreachable"), "visit.missed_by_customer"),
    "not_home": Hindrance(
        Text(zh="客户改约或不在家", en="customer put it off, or is not at home"), "customer.deferred"
    ),
    "observe": Hindrance(Text(zh="客户称已好，观察", en="customer says it works, to be observed"), "customer.deferred"),
    "disputed": Hindrance(Text(zh="客户对结果有异议", en="customer disputes the result")),
    "no_cable": Hindrance(Text(zh="缺线材", en="no cable")),
    "no_terminal": Hindrance(Text(zh="缺终端", en="no terminal")),
    "power": Hindrance(Text(zh="设备断电", en="equipment without power")),
    "equipment": Hindrance(Text(zh="设备故障", en="equipment fault")),
    "cable": Hindrance(Text(zh="线缆故障或被盗", en="cable fault or theft")),
    "noc": Hindrance(Text(zh="需网管中心配合", en="needs the network operation centre")),
    "other": Hindrance(Text(zh="其他", en="other")),
}
"""The thirteen reasons; `other` takes a note."""
OTHER = "other"


@dataclass(frozen=True)
class Return:
    """Why work is given back, and what the baton calls it."""

    title: Text
    reason: Reason


RETURNS: Mapping[str, Return] = {
    "construction_failed": Return(Text(zh="施工不成功", en="construction failed"), Reason.WRONG_RESOURCE),
    "line_not_reached": Return(Text(zh="线路未到位", en="the line does not reach"), Reason.WRONG_RESOURCE),
    "property": Return(
        Text(zh="客户须与物业协商", en="customer must settle it with the property"), Reason.DATA_MISSING
    ),
    "wrong_number": Return(Text(zh="联系电话错误", en="wrong phone number"), Reason.DATA_MISSING),
    "wrong_address": Return(Text(zh="地址有误", en="wrong address"), Reason.WRONG_AREA),
    "duplicate": Return(Text(zh="重复派单", en="duplicate"), Reason.DUPLICATE),
}

REBOOKS: Mapping[str, Text] = {
    "customer": Text(zh="客户要求改约", en="the customer asked for it"),
    "not_home": Text(zh="客户不在家", en="the customer was not at home"),
    "late": Text(zh="前一单超时", en="the visit before took longer"),
    "absent": Text(zh="装维人员缺勤", en="the technician is absent"),
    "plant": Text(zh="等待资源", en="waiting for plant"),
    "other": Text(zh="其他", en="other"),
}
"""Why an appointment is moved."""


@dataclass(frozen=True)
class Measure:
    """What a test measures, in what unit, within what a meter can show."""

    title: Text
    unit: str
    least: Decimal
    most: Decimal


TESTS: Mapping[str, Measure] = {
    "optical_power": Measure(Text(zh="收光功率", en="received optical power"), "dBm", Decimal(-50), Decimal(10)),
    "down_rate": Measure(Text(zh="下行速率", en="rate down"), "Mbit/s", Decimal(0), Decimal(100000)),
    "up_rate": Measure(Text(zh="上行速率", en="rate up"), "Mbit/s", Decimal(0), Decimal(100000)),
    "delay": Measure(Text(zh="时延", en="delay"), "ms", Decimal(0), Decimal(10000)),
    "loop": Measure(Text(zh="环路电阻", en="loop resistance"), "Ω", Decimal(0), Decimal(10000)),
    "insulation": Measure(Text(zh="绝缘电阻", en="insulation"), "MΩ", Decimal(0), Decimal(10000)),
}

LONGEST_PLATE = 20
PLATE = re.compile(rf"(?=.{{1,{LONGEST_PLATE}}}$)[0-9A-Z\u4e00-\u9fff]+(?:[·-][0-9A-Z\u4e00-\u9fff]+)*")
"""How a tidy plate looks; it stands in the address of the van's page."""
MATERIAL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_MATERIAL, LONGEST_TITLE, LONGEST_COUNTED = 40, 60, 10


def tidy_plate(typed: str) -> str:
    """A plate as it is kept: upper case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", typed).upper().split())


def may_be_material(code: str, title: Text, counted: Text) -> bool:
    """Whether code, name and what one counts of it can be kept."""
    names = ((title, LONGEST_TITLE), (counted, LONGEST_COUNTED))
    said = all(each.strip() and len(each) <= longest for text, longest in names for each in (text.zh, text.en))
    return said and len(code) <= LONGEST_MATERIAL and MATERIAL.fullmatch(code) is not None


MOST_COUNTED = 999
"""Pieces of one material in one reply."""
NOTE = 500


@dataclass(frozen=True)
class Access:
    """By what a line logs in to the network; `realm` is where, for a line that dials."""

    service: str
    login: str
    secret: str = field(repr=False)
    realm: str = ""


Place = tuple[str, str]
"""A matter, and which of its ends (`a`, `b`); empty of what has one place."""


@dataclass(frozen=True)
class Errand:
    """Where a visit is, by the code of the address, and what it takes: a skill, and some minutes."""

    address: str
    skill: str
    minutes: int
    far_address: str = ""
    """Where what is worked on has its far end, if it has one."""

    def at(self, end: str) -> Errand:
        """The visit at one end (`a`, `b`) of what is visited at both; else the same."""
        place = {"a": self.address, "b": self.far_address}.get(end)
        return self if place is None else replace(self, address=place, far_address="")
