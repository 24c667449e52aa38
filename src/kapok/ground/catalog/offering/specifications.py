"""What can be provided: services with their characteristics, the kinds of resources they take, the channels they are sold through.

An offer names a specification; what the specification does not know, no order could carry out. Pure data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kapok.kernel.text import Text

Value = bool | int | str


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

RESOURCES: Mapping[str, Text] = {
    "number": Text(zh="电话号码", en="telephone number"),
    "sim": Text(zh="SIM 卡", en="SIM card"),
    "line_port": Text(zh="用户端口", en="subscriber port"),
    "mdf_port": Text(zh="配线架端子", en="distribution frame terminal"),
    "primary_pair": Text(zh="主干线对", en="primary pair"),
    "secondary_pair": Text(zh="配线线对", en="secondary pair"),
    "pon_port": Text(zh="PON 口", en="PON port"),
    "splitter_port": Text(zh="分光器端口", en="splitter port"),
    "onu": Text(zh="光猫", en="optical network unit"),
    "vlan": Text(zh="VLAN", en="VLAN"),
    "ipv4": Text(zh="IPv4 地址", en="IPv4 address"),
    "ipv6_prefix": Text(zh="IPv6 前缀", en="IPv6 prefix"),
    "circuit_port": Text(zh="电路端口", en="circuit port"),
}
"""The kinds of resources that an order can ask the inventory for."""

PERIODS: Mapping[str, tuple[int, Text]] = {
    "month": (1, Text(zh="每月", en="a month")),
    "quarter": (3, Text(zh="每季", en="a quarter")),
    "year": (12, Text(zh="每年", en="a year")),
}
"""How often a recurring price is due: in months, and in words."""


@dataclass(frozen=True)
class Characteristic:
    """One thing that an offer states of its service. `values` is empty unless it is a choice of words."""

    kind: type[bool] | type[int] | type[str]
    title: Text
    needed: bool = True
    values: Mapping[str, Text] = field(default_factory=dict)
    most: int = 400_000
    """The most that a number can be."""

    def fits(self, value: object) -> bool:
        """Whether it can be this."""
        sized = type(value) is not int or 0 < value <= self.most
        return type(value) is self.kind and sized and (not self.values or value in self.values)


@dataclass(frozen=True)
class Specification:
    """A service that can be provided."""

    title: Text
    service: str
    """The product family, by which flows and promises are chosen."""
    characteristics: Mapping[str, Characteristic]
    resources: frozenset[str]
    """The kinds it can take."""


_DOWN = Characteristic(int, Text(zh="下行速率（Mbit/s）", en="download (Mbit/s)"))
_UP = Characteristic(int, Text(zh="上行速率（Mbit/s）", en="upload (Mbit/s)"))
_PROFILE = Characteristic(str, Text(zh="速率模板", en="speed profile"))
_COPPER = frozenset({"line_port", "mdf_port", "primary_pair", "secondary_pair"})
_FIBRE = frozenset({"pon_port", "splitter_port", "onu", "vlan"})
_PROTECTION = {
    "unprotected": Text(zh="无保护", en="unprotected"),
    "protected": Text(zh="有保护", en="protected"),
}
_PAID_BY = {"coin": Text(zh="投币", en="coins"), "card": Text(zh="卡", en="cards")}

SPECIFICATIONS: Mapping[str, Specification] = {
    "voice-line": Specification(
        Text(zh="固定电话线", en="telephone line"), "fixed_voice", {}, _COPPER | _FIBRE | {"number"}
    ),
    "fibre-broadband": Specification(
        Text(zh="光纤宽带", en="fibre broadband"),
        "fixed_broadband",
        {"down_mbps": _DOWN, "up_mbps": _UP, "profile": _PROFILE},
        _FIBRE | {"ipv4", "ipv6_prefix"},
    ),
    "sim-voice": Specification(
        Text(zh="SIM 语音", en="SIM voice"),
        "wireless",
        {"minutes": Characteristic(int, Text(zh="每月包含分钟", en="minutes included a month"), needed=False)},
        frozenset({"number", "sim"}),
    ),
    "circuit": Specification(
        Text(zh="数字电路", en="digital circuit"),
        "leased_line",
        {
            "down_mbps": _DOWN,
            "up_mbps": _UP,
            "protection": Characteristic(str, Text(zh="保护方式", en="protection"), values=_PROTECTION),
        },
        frozenset({"circuit_port", "vlan", "ipv4", "ipv6_prefix"}),
    ),
    "payphone": Specification(
        Text(zh="公用电话", en="payphone"),
        "payphone",
        {"paid_by": Characteristic(str, Text(zh="付费介质", en="paid by"), values=_PAID_BY)},
        _COPPER | {"number"},
    ),
    "website": Specification(
        Text(zh="企业网站", en="website"),
        "data",
        {"space_gb": Characteristic(int, Text(zh="空间（GB）", en="space (GB)"))},
        frozenset({"ipv4", "ipv6_prefix"}),
    ),
}
