"""Facts: what a selector may ask about a matter, and what its values can be.

A *choice* has a closed list of values, so that a selector which can never match is refused when the pack is read. A pack may
declare more facts, or more values, of its own; the names below are known everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from kapok.kernel.promises.allowance import Allowance, BadAllowance
from kapok.kernel.text import Text

Facts = Mapping[str, Any]


class FactKind(StrEnum):
    """How the value of a fact is read."""

    CHOICE = "choice"
    MONEY = "money"
    NUMBER = "number"
    DURATION = "duration"
    MOMENT = "moment"


@dataclass(frozen=True)
class Fact:
    """One thing that can be known about a matter. `values` is empty unless it is a choice."""

    kind: FactKind
    title: Text
    values: frozenset[str] = frozenset()


def _choice(zh: str, en: str, values: str) -> Fact:
    return Fact(FactKind.CHOICE, Text(zh=zh, en=en), frozenset(values.split()))


def _of(kind: FactKind, zh: str, en: str) -> Fact:
    return Fact(kind, Text(zh=zh, en=en))


FACTS: Mapping[str, Fact] = MappingProxyType(
    {
        "service": _choice(
            "业务",
            "service",
            "fixed_voice fixed_broadband wireless mobile leased_line dial_up iptv sms fixed_sms data paging"
            " call_centre wholesale_access ethernet payphone bundle",
        ),
        "action": _choice(
            "动作", "action", "install move change rename transfer renumber replace suspend resume cease switch port"
        ),
        "area": _choice("地区", "area", "urban rural major_rural minor_rural remote"),
        "segment": _choice("客户群", "segment", "public business key_account wholesale internal"),
        "customer_class": _choice("客户类别", "customer class", "consumer small_business business"),
        "tier": _choice("客户等级", "tier", "SL1 SL2 SL3"),
        "care_level": _choice("维护级别", "care level", "standard prompt total critical"),
        "payment": _choice("付费方式", "payment", "prepaid postpaid"),
        "site": _choice("线路条件", "site", "in_place new no_infrastructure"),
        "visit_needed": _choice("需要上门", "visit needed", "yes no"),
        "outage": _choice("中断程度", "outage", "total degraded"),
        "cause": _choice("原因", "cause", "operator customer third_party force_majeure planned"),
        "fault_kind": _choice("故障部位", "kind of fault", "equipment cable access_line exchange terminal"),
        "complaint_kind": _choice("投诉类别", "kind of complaint", "billing network attitude other urgent service"),
        "came_by": _choice("来路", "came by", "business_line"),
        "incident_grade": _choice("事故等级", "grade of the incident", "special_major major larger general"),
        "answered_by": _choice("应答方式", "answered by", "machine human"),
        "circuit_class": _choice("电路等级", "circuit class", "platinum gold silver bronze"),
        "circuit_region": _choice("电路区域", "circuit region", "us tier_a tier_b tier_c tier_d"),
        "protection": _choice("保护方式", "protection", "protected unprotected"),
        "fee": _of(FactKind.MONEY, "已收费用", "fee collected"),
        "monthly_fee": _of(FactKind.MONEY, "月租费", "monthly fee"),
        "weekly_rental": _of(FactKind.MONEY, "周租费", "weekly rental"),
        "daily_fee": _of(FactKind.MONEY, "日租费", "daily fee"),
        "average_bill": _of(FactKind.MONEY, "前三个月平均费用", "average bill of the last three months"),
        "deposit": _of(FactKind.MONEY, "押金", "deposit"),
        "debt": _of(FactKind.MONEY, "欠费", "debt"),
        "price_reduction": _of(FactKind.MONEY, "已减免费用", "price reduction already granted"),
        "population": _of(FactKind.NUMBER, "居民人数", "inhabitants of the place"),
        "users_affected": _of(FactKind.NUMBER, "受影响用户数", "users affected"),
        "lines": _of(FactKind.NUMBER, "线路数", "lines"),
        "years_of_use": _of(FactKind.NUMBER, "使用年数", "years of use"),
        "availability": _of(FactKind.NUMBER, "可用率（%）", "availability (%)"),
        "jitter_excess": _of(FactKind.NUMBER, "抖动超出目标（%）", "jitter over target (%)"),
        "day_number": _of(FactKind.NUMBER, "第几个工作日", "number of the working day"),
        "unavailability": _of(FactKind.DURATION, "累计不可用时长", "cumulative unavailability"),
        "window": _of(FactKind.DURATION, "预约时段长度", "length of the appointment window"),
        "planned_duration": _of(FactKind.DURATION, "计划中断时长", "planned length of the outage"),
        "promised_date": _of(FactKind.MOMENT, "承诺日期", "promised date"),
        "appointed_at": _of(FactKind.MOMENT, "预约时间", "appointed time"),
        "planned_at": _of(FactKind.MOMENT, "计划时间", "planned time"),
    }
)

RETIRED: Mapping[str, frozenset[str]] = MappingProxyType({"complaint_kind": frozenset({"service"})})
"""Values that older records and packs hold and nobody says any more."""


def number(value: Any) -> Decimal | None:
    """The value of a number or money fact, in major units; None when it is no finite number."""
    try:
        read = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return read if read.is_finite() else None


def duration(value: Any) -> timedelta | None:
    """The value of a duration fact: a timedelta, `HH:MM:SS` or words such as `45 minutes`; None when it is neither."""
    if isinstance(value, timedelta):
        return value
    words = str(value).strip()
    parts = words.split(":")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts):
        hours, minutes, seconds = map(int, parts)
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    try:
        return Allowance.parse(words).fixed
    except BadAllowance:
        return None


def moment(value: Any) -> datetime | date | None:
    """The value of a moment fact: an instant with its zone, or a plain date; None when it is neither."""
    if isinstance(value, datetime):
        return value if value.tzinfo else None
    if isinstance(value, date):
        return value
    words = str(value).strip()
    try:
        return date.fromisoformat(words)
    except ValueError:
        pass
    try:
        read = datetime.fromisoformat(words)
    except ValueError:
        return None
    return read if read.tzinfo else None
