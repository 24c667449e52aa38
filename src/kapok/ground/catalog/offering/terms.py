"""The channels through which offers are sold, and how often their prices fall due. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from kapok.kernel.text import Text


class Channel(StrEnum):
    """The five channels through which a customer asks."""

    KEY_ACCOUNT = "key_account"
    BUSINESS = "business"
    PUBLIC = "public"
    TRANSIENT = "transient"
    HOTLINE = "hotline"


CHANNELS: Mapping[Channel, Text] = {
    Channel.KEY_ACCOUNT: Text(zh="大客户渠道", en="key accounts"),
    Channel.BUSINESS: Text(zh="商业客户渠道", en="business"),
    Channel.PUBLIC: Text(zh="公众客户渠道", en="public"),
    Channel.TRANSIENT: Text(zh="流动客户渠道", en="transient users"),
    Channel.HOTLINE: Text(zh="10000 号", en="hotline"),
}

PERIODS: Mapping[str, tuple[int, Text]] = {
    "month": (1, Text(zh="每月", en="a month")),
    "quarter": (3, Text(zh="每季", en="a quarter")),
    "year": (12, Text(zh="每年", en="a year")),
}
"""How often a recurring price is due: in months, and in words."""
