"""Activation, decided without a database: in which order elements are told, what may be asked, what is masked, where light is lost.

Optical power is in dBm, speed in Mbit/s. Pure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Network, ip_address
from typing import Any

from kapok.kernel.text import Text


class Verb(StrEnum):
    """What an element can be told."""

    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RESUME = "resume"
    MODIFY = "modify"
    TERMINATE = "terminate"
    TEST = "test"


VERBS: Mapping[Verb, Text] = {
    Verb.ACTIVATE: Text(zh="开通", en="activate"),
    Verb.SUSPEND: Text(zh="停机", en="suspend"),
    Verb.RESUME: Text(zh="复机", en="resume"),
    Verb.MODIFY: Text(zh="变更", en="modify"),
    Verb.TERMINATE: Text(zh="拆除", en="terminate"),
    Verb.TEST: Text(zh="测试", en="test"),
}


class CallState(StrEnum):
    """Whether a call has its answer."""

    ASKED = "asked"
    ANSWERED = "answered"


CALL_STATES: Mapping[CallState, Text] = {
    CallState.ASKED: Text(zh="等待应答", en="asked, no answer yet"),
    CallState.ANSWERED: Text(zh="已应答", en="answered"),
}

CALL_MOVES: Mapping[CallState, frozenset[CallState]] = {
    CallState.ASKED: frozenset({CallState.ASKED, CallState.ANSWERED}),
    CallState.ANSWERED: frozenset({CallState.ASKED}),
}
"""A call that was abandoned, or whose answer was no, may be asked again under its key."""


def call_sources(to: CallState) -> frozenset[CallState]:
    """The states from which a call may move to `to`."""
    return frozenset(state for state, targets in CALL_MOVES.items() if to in targets)


class StepState(StrEnum):
    """What has become of one element's part of a call."""

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"


STEP_STATES: Mapping[StepState, Text] = {
    StepState.ASKED: Text(zh="已下发", en="asked"),
    StepState.DONE: Text(zh="完成", en="done"),
    StepState.FAILED: Text(zh="失败", en="failed"),
    StepState.UNDONE: Text(zh="已回退", en="undone"),
}


class Fault(StrEnum):
    """What a simulated element can be made to do wrong."""

    TIMEOUT = "timeout"
    WRONG_ANSWER = "wrong_answer"
    HALF_DONE = "half_done"
    SLOW = "slow"
    REFUSES = "refuses"
    WEAK_LIGHT = "weak_light"
    WEAK_PON = "weak_pon"
    FAR_END = "far_end"


FAULTS: Mapping[Fault, Text] = {
    Fault.TIMEOUT: Text(zh="超时不应答", en="does not answer"),
    Fault.WRONG_ANSWER: Text(zh="应答内容错误", en="answers nonsense"),
    Fault.HALF_DONE: Text(zh="只做一半", en="does half of it"),
    Fault.SLOW: Text(zh="应答缓慢", en="answers slowly"),
    Fault.REFUSES: Text(zh="拒绝执行", en="refuses"),
    Fault.WEAK_LIGHT: Text(zh="弱光", en="weak light"),
    Fault.WEAK_PON: Text(zh="整个PON弱光", en="weak light on the whole PON"),
    Fault.FAR_END: Text(zh="电路B端（远端）不应答", en="the B end (far end) of circuits does not answer"),
}


def in_order(verb: Verb, adapters: Sequence[str]) -> tuple[str, ...]:
    """The adapters as they are told: as configured, the other way round where a service is taken down."""
    return tuple(reversed(adapters)) if verb is Verb.TERMINATE else tuple(adapters)


SECRETS = frozenset({"secret", "password", "key", "ha1"})
PERSONAL = frozenset({"login", "number"})
TYPED = frozenset({"reason"})
"""What a person typed into an order."""
MASK = "••••"


def shown(name: str, value: Any) -> Any:
    """A param for people and for the journal: no secret, nothing typed, and of a login or a number only its end."""
    if name in SECRETS | TYPED and value:
        return MASK
    if name in PERSONAL and value:
        user, at, realm = str(value).partition("@")
        return MASK + user[-4:] + at + realm if len(user) > 4 else MASK + at + realm
    return value


def masked(params: Mapping[str, Any]) -> dict[str, Any]:
    """The same for people and for the journal."""
    return {name: shown(name, value) for name, value in params.items()}


def kept_apart(params: Mapping[str, Any]) -> dict[str, Any]:
    """What was masked, as it is."""
    return {name: value for name, value in params.items() if name in SECRETS | PERSONAL | TYPED}


FASTEST = 400_000
LONGEST = 200
_Check = Callable[[str], bool]


def _matching(pattern: str) -> _Check:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _address(value: str) -> bool:
    try:
        return "%" not in value and bool(ip_address(value))
    except ValueError:
        return False


def _prefix(value: str) -> bool:
    try:
        return "/" in value and "%" not in value and bool(IPv6Network(value))
    except ValueError:
        return False


LOGIN = Text(zh="小写字母、数字和 . _ - @，最多64个", en="lower-case letters, digits and . _ - @, at most 64")
SECRET = Text(
    zh="6至64个字母、数字或符号，不含引号、反斜线、百分号和花括号",
    en="6 to 64 letters, digits or signs, no quotes, backslashes, percent signs or braces",
)
"""A RADIUS server reads what is in quotes as a program: such signs never get there."""
SPEED = Text(zh="1至400000的整数（兆）", en="a whole number from 1 to 400000 (Mbit/s)")
NAME = Text(zh="字母、数字和 . _ - / : #，最多60个", en="letters, digits and . _ - / : #, at most 60")
PARAMS: Mapping[str, tuple[_Check, Text]] = {
    "login": (_matching(r"[a-z0-9][a-z0-9._@-]{0,63}"), LOGIN),
    "secret": (_matching(r"[!#$&(-\[\]-_a-z|~]{6,64}"), SECRET),
    "number": (_matching(r"[0-9]{3,18}"), Text(zh="3至18位数字", en="3 to 18 digits")),
    "down_mbps": (lambda value: value.isdecimal() and 1 <= int(value[:9]) <= FASTEST and len(value) < 10, SPEED),
    "up_mbps": (lambda value: value.isdecimal() and 1 <= int(value[:9]) <= FASTEST and len(value) < 10, SPEED),
    "ip": (_address, Text(zh="一个IP地址", en="an IP address")),
    "ipv6_prefix": (_prefix, Text(zh="一个IPv6前缀，如 2001:db8:0:100::/56", en="an IPv6 prefix such as 2001:db8:0:100::/56")),
    "profile": (_matching(r"[\w.\-/:#]{1,60}"), NAME),
    "port": (_matching(r"[\w.\-/:#]{1,60}"), NAME),
    "far_port": (_matching(r"[\w.\-/:#]{1,60}"), NAME),
    "onu": (_matching(r"[\w.\-/:#]{1,60}"), NAME),
    "vlan": (lambda value: value.isdecimal() and len(value) < 5 and 1 <= int(value) <= 4094,
             Text(zh="1至4094的整数", en="a whole number from 1 to 4094")),
}  # fmt: skip
"""The params by their names, each with what it must be."""

PARAM_NAMES: Mapping[str, Text] = {
    "login": Text(zh="宽带账号", en="login"),
    "secret": Text(zh="密码", en="secret"),
    "number": Text(zh="号码", en="number"),
    "down_mbps": Text(zh="下行速率", en="speed down"),
    "up_mbps": Text(zh="上行速率", en="speed up"),
    "ip": Text(zh="IP地址", en="IP address"),
    "ipv6_prefix": Text(zh="IPv6前缀", en="IPv6 prefix"),
    "profile": Text(zh="速率模板", en="profile"),
    "port": Text(zh="端口", en="port"),
    "far_port": Text(zh="B端（远端）端口", en="port at the B end (far end)"),
    "onu": Text(zh="光猫", en="ONU"),
    "vlan": Text(zh="VLAN", en="VLAN"),
}

MISSING = Text(zh="缺少参数“{name}”；请补上后重试。", en="The {name} is missing; add it and try again.")
WRONG = Text(zh="参数“{name}”应为{form}；请改正后重试。", en="The {name} must be {form}; correct it and try again.")


def complaint(params: Mapping[str, Any], needed: Collection[str]) -> Text | None:
    """What is wrong with `params`: something needed is missing, or something known has no possible value. None if nothing is."""
    for name, (fits, form) in PARAMS.items():
        given = str(params.get(name) or "")
        if not given and name in needed:
            return MISSING.format(name=PARAM_NAMES[name])
        if given and not fits(given):
            return WRONG.format(name=PARAM_NAMES[name], form=form)
    return None


NOTE_LENGTH = 80
_NOTE = re.compile(r"[^\w .,;:()/+\-，。；：（）、！？!?’]+")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")


def plain_note(text: str) -> str:
    """A reason as it may stand in an answer to the network: no quotes, no braces, nothing that a server would read as code.

    The apostrophe between two letters becomes the printed one, which nothing reads as a quote.
    """
    return " ".join(_NOTE.sub(" ", _APOSTROPHE.sub("’", text)).split())[:NOTE_LENGTH]


STRONGEST, WEAKEST = -8.0, -27.0


def light_is_fine(rx_dbm: float) -> bool:
    """Whether an ONU receives neither too much light nor too little."""
    return WEAKEST <= rx_dbm <= STRONGEST


@dataclass(frozen=True)
class Reading:
    """What one ONU of a PON receives; `address` is the lowest address of its place, the building or the distribution point."""

    onu: str
    address: str
    rx_dbm: float


class Loss(StrEnum):
    """Where light is lost."""

    NOWHERE = "nowhere"
    OLT = "olt"
    TRUNK = "trunk"
    BRANCH = "branch"
    BETWEEN_SPLITTERS = "between_splitters"
    SINGLE_USER = "single_user"


LOSSES: Mapping[Loss, Text] = {
    Loss.NOWHERE: Text(zh="光功率正常", en="the light is fine"),
    Loss.OLT: Text(zh="OLT侧", en="at the OLT"),
    Loss.TRUNK: Text(zh="主干光缆", en="in the trunk"),
    Loss.BRANCH: Text(zh="分支光缆", en="in the branch"),
    Loss.BETWEEN_SPLITTERS: Text(zh="一级与二级分光器之间", en="between splitter 1 and splitter 2"),
    Loss.SINGLE_USER: Text(zh="单个用户", en="at single users"),
}

CURES: Mapping[Loss, Text] = {
    Loss.NOWHERE: Text(zh="请核对光衰减器与连接。", en="Look at attenuators and connectors."),
    Loss.OLT: Text(zh="请检查OLT光模块。", en="Look at the optics of the OLT."),
    Loss.TRUNK: Text(
        zh="请线路班检查PON口至分光器的主干光缆。",
        en="The line crew looks at the trunk, from PON port to splitter.",
    ),
    Loss.BRANCH: Text(
        zh="请线路班检查分光器及其分支光缆。", en="The line crew looks at the splitter and its branches."
    ),
    Loss.BETWEEN_SPLITTERS: Text(
        zh="请线路班检查一级至二级分光器的光缆。", en="The line crew looks at the fibre between the splitters."
    ),
    Loss.SINGLE_USER: Text(
        zh="请检查该用户的皮线光缆与接头。", en="Look at the customer’s drop fibre and its connectors."
    ),
}
"""What to do about it."""

TRUNK_DBM, WEAK_DBM = -25.0, -27.0
BRANCH_PERCENT: Mapping[int, int] = {1: 20, 2: 10}
"""By stages of splitting: above this share of weak ONUs it is the branch."""


@dataclass(frozen=True)
class Diagnosis:
    """Where light is lost, and for which ONUs."""

    loss: Loss
    onus: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


def weak_light(readings: Sequence[Reading], *, stages: int, olt_fine: bool = True) -> Diagnosis:
    """Where a PON loses light, by the published rule of weak-light localisation.

    All ONUs below -25 dBm: the trunk, or the OLT where that is not fine. Else more than 10 % of the ONUs worse than -27 dBm behind
    two stages of splitters (20 % behind one): the branch. Else, behind two stages, all ONUs of one lowest address that has several:
    between splitter 1 and 2. Else the single users who are worse than -27 dBm, if any.
    """
    weak = [reading for reading in readings if reading.rx_dbm < WEAK_DBM]
    names = tuple(reading.onu for reading in weak)
    if readings and all(reading.rx_dbm < TRUNK_DBM for reading in readings):
        return Diagnosis(Loss.TRUNK if olt_fine else Loss.OLT, tuple(reading.onu for reading in readings))
    if not weak:
        return Diagnosis(Loss.NOWHERE)
    if len(weak) * 100 > BRANCH_PERCENT[stages] * len(readings):
        return Diagnosis(Loss.BRANCH, names)
    if stages == 2 and (dark := _wholly_weak(readings)):
        return Diagnosis(Loss.BETWEEN_SPLITTERS, names, dark)
    return Diagnosis(Loss.SINGLE_USER, names)


def _wholly_weak(readings: Sequence[Reading]) -> tuple[str, ...]:
    """The lowest addresses with several ONUs, all of them weak."""
    at: dict[str, list[bool]] = defaultdict(list)
    for reading in readings:
        at[reading.address].append(reading.rx_dbm < WEAK_DBM)
    return tuple(address for address, weak in at.items() if len(weak) > 1 and all(weak))
