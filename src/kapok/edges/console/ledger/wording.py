"""What the ledger calls things: dues, fields of a commitment."""

from __future__ import annotations

from collections.abc import Mapping

from kapok.kernel.text import Text

RUNNING = Text(zh="未了结", en="not over")
EVERY = Text(zh="全部", en="all")

FIELDS: Mapping[str, Text] = {
    "state": Text(zh="状态", en="state"),
    "due_at": Text(zh="到期时间", en="due"),
    "first_due_at": Text(zh="最初到期时间", en="first due"),
    "target_at": Text(zh="内部目标", en="own target"),
    "opened_at": Text(zh="开始时间", en="opened"),
    "closed_at": Text(zh="了结时间", en="closed"),
    "elapsed": Text(zh="已用时长", en="time run"),
    "late_by": Text(zh="超时时长", en="late by"),
    "pauses": Text(zh="暂停", en="pauses"),
    "unit": Text(zh="责任单位", en="unit"),
    "owner": Text(zh="责任人", en="owner"),
    "urges": Text(zh="催办次数", en="urges"),
    "reopened": Text(zh="重开次数", en="times reopened"),
    "breach_number": Text(zh="违诺次序", en="number of the breach"),
    "facts": Text(zh="要素", en="facts"),
    "anomalies": Text(zh="异常", en="oddities"),
    "breached_at": Text(zh="违诺时间", en="broken at"),
    "owed": Text(zh="应赔", en="owed"),
    "warn_at": Text(zh="预警点", en="warning points"),
}

DUES: Mapping[str, Text] = {
    "": Text(zh="不限", en="any time"),
    "past": Text(zh="已过期", en="past"),
    "hour": Text(zh="一小时内", en="within an hour"),
    "day": Text(zh="24 小时内", en="within 24 hours"),
    "week": Text(zh="七天内", en="within seven days"),
    "none": Text(zh="尚无到期时间", en="not known yet"),
}
