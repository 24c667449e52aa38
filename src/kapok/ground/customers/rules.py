"""Customers, decided without a database: kinds and grades, what is kept of what people type, masks, finding. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from kapok.ground.customers.refusals import (
    InvalidContact,
    InvalidCurrency,
    InvalidDocument,
    InvalidMatter,
    InvalidReference,
    Nameless,
    StarOutOfRange,
    TierNeedsKeyAccount,
)
from kapok.ground.people.refusals import InvalidEmail, InvalidPhone
from kapok.ground.people.rules import masked_email, masked_phone, tidy_email, tidy_phone
from kapok.ground.places.rules import Segment
from kapok.kernel.text import Text, joined


class PartyKind(StrEnum):
    """Who a customer is."""

    PERSON = "person"
    ORGANISATION = "organisation"


PARTY_KINDS: Mapping[PartyKind, Text] = {
    PartyKind.PERSON: Text(zh="个人", en="Person"),
    PartyKind.ORGANISATION: Text(zh="单位", en="Organisation"),
}


class Tier(StrEnum):
    """The grade of a key account, by which its service level agreement goes."""

    NONE = ""
    SL1 = "SL1"
    SL2 = "SL2"
    SL3 = "SL3"


TIERS: Mapping[Tier, Text] = {
    Tier.NONE: Text(zh="未定级", en="none"),
    Tier.SL1: Text(zh="VIP-SL1", en="VIP SL1"),
    Tier.SL2: Text(zh="SL2", en="SL2"),
    Tier.SL3: Text(zh="SL3", en="SL3"),
}

STARS = range(8)
"""Star levels, from none to seven."""


class Payment(StrEnum):
    """When an account pays, as promises call it."""

    PREPAID = "prepaid"
    POSTPAID = "postpaid"


PAYMENTS: Mapping[Payment, Text] = {
    Payment.PREPAID: Text(zh="预付费", en="prepaid"),
    Payment.POSTPAID: Text(zh="后付费", en="postpaid"),
}


class ContactKind(StrEnum):
    """A way to reach somebody."""

    PHONE = "phone"
    MOBILE = "mobile"
    EMAIL = "email"
    WECHAT = "wechat"
    POST = "post"


CONTACT_KINDS: Mapping[ContactKind, Text] = {
    ContactKind.PHONE: Text(zh="电话", en="phone"),
    ContactKind.MOBILE: Text(zh="手机", en="mobile"),
    ContactKind.EMAIL: Text(zh="电子邮箱", en="e-mail"),
    ContactKind.WECHAT: Text(zh="微信", en="WeChat"),
    ContactKind.POST: Text(zh="邮寄地址", en="postal address"),
}

DIALLED = frozenset({ContactKind.PHONE, ContactKind.MOBILE})


class ContactRole(StrEnum):
    """What a contact is for."""

    GENERAL = ""
    DECISION = "decision"
    TECHNICAL = "technical"
    BILLING = "billing"
    ON_SITE = "on_site"


CONTACT_ROLES: Mapping[ContactRole, Text] = {
    ContactRole.GENERAL: Text(zh="一般联系", en="general"),
    ContactRole.DECISION: Text(zh="负责人", en="decides"),
    ContactRole.TECHNICAL: Text(zh="技术联系人", en="technical"),
    ContactRole.BILLING: Text(zh="账务联系人", en="billing"),
    ContactRole.ON_SITE: Text(zh="现场联系人", en="on site"),
}


class DocumentKind(StrEnum):
    """The paper by which somebody is known."""

    NONE = ""
    ID_CARD = "id_card"
    PASSPORT = "passport"
    PERMIT = "permit"
    LICENCE = "licence"


DOCUMENT_KINDS: Mapping[DocumentKind, Text] = {
    DocumentKind.NONE: Text(zh="无", en="none"),
    DocumentKind.ID_CARD: Text(zh="居民身份证", en="identity card"),
    DocumentKind.PASSPORT: Text(zh="护照", en="passport"),
    DocumentKind.PERMIT: Text(zh="通行证或居留证", en="travel or residence permit"),
    DocumentKind.LICENCE: Text(zh="营业执照", en="business licence"),
}


class ConsentPurpose(StrEnum):
    """What a customer may agree to."""

    CALLS = "calls"
    MESSAGES = "messages"
    EMAIL = "email"
    SHARING = "sharing"
    PROFILING = "profiling"


CONSENT_PURPOSES: Mapping[ConsentPurpose, Text] = {
    ConsentPurpose.CALLS: Text(zh="电话营销", en="marketing by telephone"),
    ConsentPurpose.MESSAGES: Text(zh="短信与微信营销", en="marketing by message"),
    ConsentPurpose.EMAIL: Text(zh="邮件营销", en="marketing by e-mail"),
    ConsentPurpose.SHARING: Text(zh="向合作方提供信息", en="data given to partners"),
    ConsentPurpose.PROFILING: Text(zh="个性化推荐", en="personal recommendations"),
}


class Means(StrEnum):
    """By what a consent was given or withdrawn."""

    HALL = "hall"
    PHONE = "phone"
    WEB = "web"
    PAPER = "paper"


MEANS: Mapping[Means, Text] = {
    Means.HALL: Text(zh="营业厅", en="in the hall"),
    Means.PHONE: Text(zh="电话", en="by telephone"),
    Means.WEB: Text(zh="网上", en="on the web"),
    Means.PAPER: Text(zh="书面", en="on paper"),
}


CHOICES: Mapping[type[StrEnum], tuple[Text, Mapping[Any, Text]]] = {
    PartyKind: (Text(zh="客户类型", en="kind of customer"), PARTY_KINDS),
    Tier: (Text(zh="等级", en="tier"), TIERS),
    Payment: (Text(zh="付费方式", en="way of payment"), PAYMENTS),
    ContactKind: (Text(zh="联系方式", en="kind of contact"), CONTACT_KINDS),
    ContactRole: (Text(zh="联系用途", en="use of the contact"), CONTACT_ROLES),
    DocumentKind: (Text(zh="证件类型", en="kind of document"), DOCUMENT_KINDS),
    ConsentPurpose: (Text(zh="同意事项", en="matter of the consent"), CONSENT_PURPOSES),
    Means: (Text(zh="同意途径", en="means of the consent"), MEANS),
}
"""The closed lists among which a caller chooses: what is chosen, and what may be."""


class Purpose(StrEnum):
    """Why somebody looks at personal data in clear: the closed list."""

    ORDER = "order"
    FAULT = "fault"
    VISIT = "visit"
    COMPLAINT = "complaint"
    BILLING = "billing"
    IDENTITY = "identity"
    CORRECTION = "correction"
    LAW = "law"
    SERVING = "serving"
    OTHER = "other"


PURPOSES: Mapping[Purpose, Text] = {
    Purpose.ORDER: Text(zh="办理订单", en="handle an order"),
    Purpose.FAULT: Text(zh="处理故障", en="handle a fault"),
    Purpose.VISIT: Text(zh="上门联系", en="reach the customer for a visit"),
    Purpose.COMPLAINT: Text(zh="处理投诉", en="handle a complaint"),
    Purpose.BILLING: Text(zh="核对账务", en="check a bill"),
    Purpose.IDENTITY: Text(zh="核验身份", en="verify the identity"),
    Purpose.CORRECTION: Text(zh="更正资料", en="correct the record"),
    Purpose.LAW: Text(zh="依法提供", en="required by law"),
    Purpose.SERVING: Text(zh="正在接待该客户", en="speak with the customer"),
    Purpose.OTHER: Text(zh="其他（须说明）", en="other (say what)"),
}

MERGED = "merge"
"""By what a consent ended that the one who stands for both has given, too: nobody withdrew it."""

OF_WORK = frozenset({Purpose.VISIT, Purpose.SERVING})
"""Granted by the work that one holds, and only while one holds it; nobody chooses these from a list."""

SHORTEST_NOTE = 4
NOTE_LENGTH = 200
MATTER_LENGTH = 100


def took_back(withdrawals: Iterable[datetime | None]) -> bool:
    """Whether somebody agreed once and took it back: of each consent when it was withdrawn, None for one that holds."""
    ended = list(withdrawals)
    return bool(ended) and all(ended)


class Detail(StrEnum):
    """What is noted about a customer and may be corrected."""

    NAME = "name"
    DOCUMENT_KIND = "document_kind"
    DOCUMENT = "document"
    ADDRESS = "address"
    UNIT = "unit"
    MANAGER = "manager"
    REFERENCE = "reference"
    LANGUAGES = "languages"


DETAILS: Mapping[Detail, Text] = {
    Detail.NAME: Text(zh="名称", en="name"),
    Detail.DOCUMENT_KIND: Text(zh="证件类型", en="kind of document"),
    Detail.DOCUMENT: Text(zh="证件号码", en="document number"),
    Detail.ADDRESS: Text(zh="地址", en="address"),
    Detail.UNIT: Text(zh="归属单位", en="unit that answers"),
    Detail.MANAGER: Text(zh="客户经理", en="account manager"),
    Detail.REFERENCE: Text(zh="原系统编号", en="former number"),
    Detail.LANGUAGES: Text(zh="语言", en="languages"),
}


def changes(details: Iterable[Detail]) -> Text:
    """Which details have changed, in a row; never to what."""
    return joined(DETAILS[detail] for detail in details)


NAME_LENGTH, DOCUMENT_LENGTH, REFERENCE_LENGTH, CONTACT_LENGTH = 120, 40, 40, 254
DOCUMENT = re.compile(r"[A-Z0-9]{4,40}")
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CARD = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
WECHAT = re.compile(r"[A-Za-z0-9_@.-]{3,40}")


def _tidy(typed: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", typed).split())


def tidy_name(typed: str) -> str:
    """A name as it is kept: full-width letters made plain, blanks single. Raises `Nameless`."""
    name = _tidy(typed)
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise Nameless(longest=NAME_LENGTH)
    return name


def tidy_document(kind: DocumentKind, typed: str) -> str:
    """A document number as it is kept, an identity card's with the right check digit. Raises `InvalidDocument`."""
    number = re.sub(r"[\s-]", "", _tidy(typed)).upper()
    if bool(number) != (kind is not DocumentKind.NONE):
        raise InvalidDocument(kind_name=DOCUMENT_KINDS[kind])
    if number and not (is_id_card(number) if kind is DocumentKind.ID_CARD else DOCUMENT.fullmatch(number)):
        raise InvalidDocument(kind_name=DOCUMENT_KINDS[kind])
    return number


def is_id_card(number: str) -> bool:
    """Whether these eighteen signs end with the check digit of GB 11643."""
    if not ID_CARD.fullmatch(number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, ID_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[-1]


def tidy_reference(typed: str) -> str:
    """The number a customer had in a former system, as it is kept; empty where there is none. Raises `InvalidReference`."""
    reference = _tidy(typed)
    if reference and not (REFERENCE.fullmatch(reference) and len(reference) <= REFERENCE_LENGTH):
        raise InvalidReference(longest=REFERENCE_LENGTH)
    return reference


def tidy_matter(typed: str) -> str:
    """What a look is for, on one line; empty where it is for no matter. Raises `InvalidMatter`."""
    matter = typed.strip()
    if len(matter) > MATTER_LENGTH or not matter.isprintable():
        raise InvalidMatter(longest=MATTER_LENGTH)
    return matter


def tidy_contact(kind: ContactKind, typed: str) -> str:
    """A contact as it is kept. Raises `InvalidContact`."""
    try:
        value = _tidy_kind(kind, typed)
    except (InvalidPhone, InvalidEmail) as refused:
        raise InvalidContact(kind_name=CONTACT_KINDS[kind], why=refused.text) from None
    if not value or len(value) > CONTACT_LENGTH or not value.isprintable():
        raise InvalidContact(
            kind_name=CONTACT_KINDS[kind], why=Text(zh="内容为空或过长。", en="It is empty or too long.")
        )
    return value


def _tidy_kind(kind: ContactKind, typed: str) -> str:
    if kind in DIALLED:
        return tidy_phone(typed)
    if kind is ContactKind.EMAIL:
        return tidy_email(typed)
    value = _tidy(typed)
    if kind is ContactKind.WECHAT and not WECHAT.fullmatch(value):
        return ""
    return value


def tidy_currency(typed: str) -> str:
    """A currency as ISO 4217 writes it. Raises `InvalidCurrency`."""
    code = typed.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise InvalidCurrency(currency=typed[:10])
    return code


def checked_star(star: int) -> int:
    """The star level. Raises `StarOutOfRange`."""
    if star not in STARS:
        raise StarOutOfRange(star=star)
    return star


def read_star(typed: str) -> int:
    """The star level in a cell; none is zero. Raises `StarOutOfRange`."""
    if typed and not re.fullmatch(r"[0-7]", typed):
        raise StarOutOfRange(star=typed[:10])
    return int(typed or 0)


def check_tier(tier: Tier, segment: Segment) -> None:
    """Only key accounts have a tier. Raises `TierNeedsKeyAccount`."""
    if tier is not Tier.NONE and segment is not Segment.KEY_ACCOUNT:
        raise TierNeedsKeyAccount(tier=tier.value)


def customer_class(kind: PartyKind, segment: Segment) -> str:
    """What promises call the customer (`kernel.promises.FACTS`)."""
    if kind is PartyKind.PERSON:
        return "consumer"
    return "small_business" if segment in {Segment.PUBLIC, Segment.BUSINESS} else "business"


def masked_document(number: str) -> str:
    """The last four signs at most, and never more than half of them."""
    hidden = len(number) - min(4, len(number) // 2)
    return "*" * hidden + number[hidden:]


def masked_contact(kind: ContactKind, value: str) -> str:
    """A contact as a page shows it to everybody."""
    if kind in DIALLED:
        return masked_phone(value)
    if kind is ContactKind.EMAIL:
        return masked_email(value)
    return f"{value[:1]}***"
