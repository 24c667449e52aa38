"""The words of the channels: media, directions, what is asked, what makes an answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from kapok.ground.catalog.offering.terms import Channel
from kapok.kernel.text import Text


class Medium(StrEnum):
    """By what way somebody spoke with us."""

    HALL = "hall"
    PHONE = "phone"
    WEB = "web"
    VISIT = "visit"
    EMAIL = "email"


MEDIA: Mapping[Medium, Text] = {
    Medium.HALL: Text(zh="营业厅", en="hall"),
    Medium.PHONE: Text(zh="电话", en="telephone"),
    Medium.WEB: Text(zh="网上", en="web"),
    Medium.VISIT: Text(zh="上门", en="visit"),
    Medium.EMAIL: Text(zh="邮件", en="e-mail"),
}

USED: Mapping[Channel, tuple[Medium, ...]] = {
    Channel.KEY_ACCOUNT: (Medium.VISIT, Medium.PHONE, Medium.EMAIL, Medium.WEB),
    Channel.BUSINESS: (Medium.PHONE, Medium.VISIT, Medium.EMAIL, Medium.WEB),
    Channel.PUBLIC: (Medium.HALL, Medium.VISIT, Medium.WEB, Medium.PHONE),
    Channel.TRANSIENT: (Medium.PHONE, Medium.HALL),
    Channel.HOTLINE: (Medium.PHONE, Medium.WEB, Medium.EMAIL),
}
"""The media of each channel, the usual one first."""


class Direction(StrEnum):
    """Who began."""

    IN = "in"
    OUT = "out"


DIRECTIONS: Mapping[Direction, Text] = {
    Direction.IN: Text(zh="来访", en="the customer came"),
    Direction.OUT: Text(zh="外呼", en="we went"),
}


class Kind(StrEnum):
    """What a customer wants, as matters call it."""

    REQUEST = "request"
    FAULT = "fault"
    COMPLAINT = "complaint"


KINDS: Mapping[Kind, Text] = {
    Kind.REQUEST: Text(zh="需求或咨询", en="request or question"),
    Kind.FAULT: Text(zh="故障", en="fault"),
    Kind.COMPLAINT: Text(zh="投诉", en="complaint"),
}

OPENED_BY: Mapping[Kind, str] = {
    Kind.REQUEST: "request.received",
    Kind.FAULT: "fault.reported",
    Kind.COMPLAINT: "complaint.received",
}
"""With which event a matter of a kind begins."""

ANSWERED = frozenset({Kind.REQUEST, Kind.FAULT})
"""To what a firm has an answer within three hours."""


class Substance(StrEnum):
    """What makes a reply substantive."""

    DIAGNOSIS = "diagnosis"
    QUOTE = "quote"
    APPOINTMENT = "appointment"
    REFUSAL = "refusal"


SUBSTANCES: Mapping[Substance, Text] = {
    Substance.DIAGNOSIS: Text(zh="诊断", en="diagnosis"),
    Substance.QUOTE: Text(zh="报价", en="quote"),
    Substance.APPOINTMENT: Text(zh="预约", en="appointment"),
    Substance.REFUSAL: Text(zh="说明理由的谢绝", en="refusal with its reason"),
}


class How(StrEnum):
    """How the customer took note of a reply."""

    CALL = "call"
    MESSAGE = "message"


HOWS: Mapping[How, Text] = {
    How.CALL: Text(zh="通话告知", en="told in a call"),
    How.MESSAGE: Text(zh="客户回复", en="the customer replied"),
}

HEARD = timedelta(seconds=20)
"""So long a call must have been connected for the customer to have heard the answer."""


def acknowledged(how: How, connected: timedelta, word: str) -> bool:
    """Whether the customer has taken note: a call that was long enough, or a reply of their own."""
    return connected >= HEARD if how is How.CALL else bool(word.strip())


class ToldBy(StrEnum):
    """Who says that the customer took note, or gave it up: the customer themselves, or somebody of ours for them."""

    CUSTOMER = "customer"
    STAFF = "staff"
    UNKNOWN = ""


TOLD_BY: Mapping[ToldBy, Text] = {
    ToldBy.CUSTOMER: Text(zh="客户本人在网上确认", en="said by the customer themselves, on the web"),
    ToldBy.STAFF: Text(zh="我方人员登记", en="noted by somebody of ours"),
    ToldBy.UNKNOWN: Text(zh="未区分", en="not told apart then"),
}


BUSINESS_KEY, BUSINESS_LINE = "9", "10009"
"""What a business customer presses behind the hotline's number, and the line of their own."""


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
