"""The web as a channel, decided without a database: which channel it is, who is asked first, what customers may do alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kapok.front.channels.rules import BUSINESS, KEY_ACCOUNT, Agent, Caller, Channel, Kind, Reason, Rule, Tongue
from kapok.front.channels.speaking import choose
from kapok.kernel.text import Text
from kapok.network.inventory.rules import OWN_WISH

CHANNEL_OF: Mapping[str, Channel] = {KEY_ACCOUNT: Channel.KEY_ACCOUNT, BUSINESS: Channel.BUSINESS}


def channel_of(segment: str) -> Channel:
    """Through whose channel somebody of a segment comes in on the web; strangers come as households do."""
    return CHANNEL_OF.get(segment, Channel.PUBLIC)


def asked_first(agents: Sequence[Agent], skill: str, tongues: Sequence[Tongue] = ()) -> tuple[str, Reason] | None:
    """Who is the first contact of what came by the web, where nobody takes it by hand; None where nobody serves the channel.

    Of those who serve the channel who speaks the customer's language, then who has its skill, then the longest idle (R8). Who
    serves somebody else just then comes last, by name: the web can wait a call.
    """
    found = (
        choose(agents, skill, tongues)
        or choose(agents, "", tongues)
        or choose(agents, skill, ())
        or choose(agents, "", ())
    )
    last = min(agents, key=_name, default=None)
    if found is None and last is None:
        return None
    name, tongue = (found.agent.username, found.tongue) if found else (last.username if last else "", None)
    why = Text(
        zh=f"网上受理：渠道空闲最久{f'且会{tongue.name.zh}' if tongue else ''} {name} 首问",
        en=f"by the web: {name}, idle the longest{f' who speaks {tongue.name.en}' if tongue else ''}, is asked first",
    )
    return name, Reason(Rule.R8, why)


def to_answer(caller: Caller) -> str:
    """The account manager who is to answer for what comes by the web, if they accept; empty for a household."""
    return caller.manager if caller.firm else ""


def manager_first(caller: Caller) -> tuple[str, Reason] | None:
    """The account manager of a key account (R2) or a business (R5), who is asked first where nobody else is; None without one."""
    manager = to_answer(caller)
    if not manager:
        return None
    why = Text(zh=f"网上受理：客户经理 {manager} 首问", en=f"by the web: the account manager {manager} is asked first")
    return manager, Reason(Rule.R2 if caller.key else Rule.R5, why)


def _name(agent: Agent) -> str:
    return agent.username


# ---- what is asked ----


class Topic(StrEnum):
    """What somebody writes to us about."""

    QUESTION = "question"
    WISH = "wish"
    FAULT = "fault"
    NETWORK = "network"
    BILL = "bill"
    COMPLAINT = "complaint"


@dataclass(frozen=True)
class Subject:
    """A topic: what it is called, as what it is taken in, and the title of its matter, in which nothing personal stands."""

    name: Text
    kind: Kind
    title: str
    complaint_kind: str = ""


TOPICS: Mapping[Topic, Subject] = {
    Topic.QUESTION: Subject(
        Text(zh="咨询", en="A question"), Kind.REQUEST, "网上咨询 / A question by the web"
    ),
    Topic.WISH: Subject(
        Text(zh="办理业务", en="Something to be arranged"), Kind.REQUEST, "网上申请办理 / Something asked for by the web"
    ),
    Topic.FAULT: Subject(
        Text(zh="报故障", en="Something does not work"), Kind.FAULT, "网上报障 / A fault reported by the web"
    ),
    Topic.NETWORK: Subject(
        Text(zh="网络质量投诉", en="A complaint about the network"), Kind.COMPLAINT,
        "网上网络质量投诉 / A complaint about the network by the web", "network",
    ),
    Topic.BILL: Subject(
        Text(zh="账单投诉", en="A complaint about a bill"), Kind.COMPLAINT, "网上账单投诉 / A bill complained of by the web",
        "billing",
    ),
    Topic.COMPLAINT: Subject(
        Text(zh="服务投诉", en="A complaint about our service"), Kind.COMPLAINT,
        "网上服务投诉 / A complaint about service by the web", "attitude",
    ),
}  # fmt: skip


AMISS = Subject(
    Text(zh="竣工后不正常", en="Something is amiss after an order"), Kind.FAULT,
    "竣工后客户反映不正常 / Amiss after an order was done",
)  # fmt: skip
"""As what it is taken in that a customer does not confirm."""


# ---- what a customer may order alone ----

BY_CUSTOMER = "客户网上申请 / at the customer's wish, by the web"
"""What a suspension that the customer ordered alone says of itself."""


class Alone(StrEnum):
    """What a customer may order for a service of theirs without anybody of ours."""

    CHANGE = "change"
    SUSPEND = "suspend"
    RESUME = "resume"


FITS: Mapping[str, frozenset[Alone]] = {
    "active": frozenset({Alone.CHANGE, Alone.SUSPEND}),
    "suspended": frozenset({Alone.RESUME}),
}


def may_alone(action: str, state: str, suspension: str) -> bool:
    """Whether a customer may order this for a service in that state alone; what they may not, they may ask for.

    `suspension` is the code of its reason: what we suspended, e.g. for a debt, only we resume; a disconnection is for good, and
    takes a person.
    """
    if action not in FITS.get(state, frozenset()):
        return False
    return action != Alone.RESUME or suspension in OWN_WISH


# ---- how the first contact is called towards customers ----


class Shown(StrEnum):
    """By what customers know who answers for what they asked."""

    NAME = "name"
    NUMBER = "number"
    NOBODY = "nobody"


def shown_as(how: Shown, name: str, username: str) -> str:
    """What customers read; empty where the operator's rule names nobody."""
    return {Shown.NAME: name, Shown.NUMBER: username, Shown.NOBODY: ""}[how]
