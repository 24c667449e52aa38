"""What the columns of a commitment are called, wherever people read of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kapok.kernel.promises import Tier
from kapok.kernel.promises.terms import TIERS
from kapok.kernel.text import Text, joined

EVERY_TIER = Text(zh="规则包所列全部层级", en="every tier whose pack lists it")

FIELDS: Mapping[str, Text] = {
    "state": Text(zh="状态", en="state"),
    "due_at": Text(zh="到期时间", en="due moment"),
    "first_due_at": Text(zh="最初到期时间", en="first due"),
    "target_at": Text(zh="内部目标", en="own target"),
    "opened_at": Text(zh="开始时间", en="opening"),
    "closed_at": Text(zh="了结时间", en="closing"),
    "elapsed": Text(zh="已用时长", en="time run"),
    "late_by": Text(zh="超时时长", en="late by"),
    "pauses": Text(zh="暂停", en="pauses"),
    "unit": Text(zh="责任单位", en="unit"),
    "owner": Text(zh="责任人", en="owner"),
    "urges": Text(zh="重复触发次数", en="opened again while running"),
    "reopened": Text(zh="重开次数", en="times reopened"),
    "breach_number": Text(zh="第几次违约", en="number of the breach"),
    "facts": Text(zh="事项要素", en="facts of the matter"),
    "anomalies": Text(zh="异常", en="oddities"),
    "breached_at": Text(zh="违约时间", en="broken at"),
    "owed": Text(zh="应赔", en="owed"),
    "warn_at": Text(zh="预警点", en="warning points"),
}


def tiers_named(codes: Iterable[str]) -> Text:
    """Which tiers a pause stops, in words; where it names none, all whose packs allow it."""
    known = {tier.value: name for tier, name in TIERS.items()}
    named = [known.get(code, Text(zh=code, en=code)) for code in codes]
    return joined(named) if named else EVERY_TIER


ALL_TIERS = tiers_named(tier.value for tier in Tier)
