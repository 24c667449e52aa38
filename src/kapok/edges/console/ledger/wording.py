"""What the ledger calls things: dues, states in its filter."""

from __future__ import annotations

from collections.abc import Mapping

from kapok.kernel.text import Text

RUNNING = Text(zh="未了结", en="not over")
EVERY = Text(zh="全部", en="all")

DUES: Mapping[str, Text] = {
    "": Text(zh="不限", en="any time"),
    "past": Text(zh="已过期", en="past"),
    "hour": Text(zh="一小时内", en="within an hour"),
    "day": Text(zh="24 小时内", en="within 24 hours"),
    "week": Text(zh="七天内", en="within seven days"),
    "none": Text(zh="尚无到期时间", en="not known yet"),
}
