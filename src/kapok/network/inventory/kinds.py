"""What stands in the plant and what is allocated from it: kinds, where they belong, what a shortage of them is called. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kapok.kernel.text import Text


class ElementKind(StrEnum):
    """What stands in the plant."""

    OLT = "olt"
    PON = "pon"
    ODF = "odf"
    OPTICAL_CABINET = "optical_cabinet"
    SPLITTER = "splitter"
    EXCHANGE = "exchange"
    MDF = "mdf"
    CABINET = "cabinet"
    DISTRIBUTION_POINT = "distribution_point"
    DSLAM = "dslam"
    SWITCH = "switch"
    ROUTER = "router"
    BRAS = "bras"


ELEMENT_KINDS: Mapping[ElementKind, Text] = {
    ElementKind.OLT: Text(zh="光线路终端（OLT）", en="OLT"),
    ElementKind.PON: Text(zh="PON口", en="PON port"),
    ElementKind.ODF: Text(zh="光配线架", en="optical distribution frame"),
    ElementKind.OPTICAL_CABINET: Text(zh="光交接箱", en="optical cabinet"),
    ElementKind.SPLITTER: Text(zh="分光器", en="splitter"),
    ElementKind.EXCHANGE: Text(zh="交换机", en="telephone exchange"),
    ElementKind.MDF: Text(zh="总配线架", en="main distribution frame"),
    ElementKind.CABINET: Text(zh="交接箱", en="cross-connect cabinet"),
    ElementKind.DISTRIBUTION_POINT: Text(zh="分线盒", en="distribution point"),
    ElementKind.DSLAM: Text(zh="DSL接入复用器", en="DSLAM"),
    ElementKind.SWITCH: Text(zh="接入交换机", en="access switch"),
    ElementKind.ROUTER: Text(zh="路由器", en="router"),
    ElementKind.BRAS: Text(zh="宽带接入服务器", en="broadband gateway (BRAS)"),
}

POINTS = (ElementKind.SPLITTER, ElementKind.DISTRIBUTION_POINT, ElementKind.SWITCH)
"""What a customer's line begins at; such an element may cover addresses."""


class Kind(StrEnum):
    """What is allocated, in the order in which an allocation walks: from the customer inwards, then what is no place."""

    SPLITTER_PORT = "splitter_port"
    PON_PORT = "pon_port"
    SECONDARY_PAIR = "secondary_pair"
    PRIMARY_PAIR = "primary_pair"
    MDF_PORT = "mdf_port"
    CIRCUIT_PORT = "circuit_port"
    LINE_PORT = "line_port"
    DSL_PORT = "dsl_port"
    NUMBER = "number"
    VLAN = "vlan"
    IPV4 = "ipv4"
    IPV6_PREFIX = "ipv6_prefix"
    SIM = "sim"
    ONU = "onu"


TESTED = frozenset({Kind.SIM, Kind.ONU})
"""Devices that customers had: they may come back broken or not at all. A pool may say otherwise."""


class Reach(StrEnum):
    """Where a resource of a kind may come from."""

    PATH = "path"
    """From the point at the address or from an element above it."""
    AREA = "area"
    """From an element of the exchange area."""
    POOL = "pool"
    """From a pool of the exchange area, else from one of the whole network."""


@dataclass(frozen=True)
class Hop:
    """What a kind is called, which element or pool has it, and the code of the shortage where there is none left."""

    name: Text
    reach: Reach
    host: ElementKind | None
    shortage: str
    build: Text
    point: ElementKind | None = None
    """The sort of point upon which it hangs, of what is on the path."""


HOPS: Mapping[Kind, Hop] = {
    Kind.SPLITTER_PORT: Hop(
        Text(zh="分光器端口", en="splitter port"), Reach.PATH, ElementKind.SPLITTER, "NO_PORT",
        Text(zh="扩容分光器", en="add splitter ports"), ElementKind.SPLITTER,
    ),
    Kind.PON_PORT: Hop(
        Text(zh="PON口位", en="place on the PON"), Reach.PATH, ElementKind.PON, "NO_PON",
        Text(zh="扩容PON口", en="split the PON"), ElementKind.SPLITTER,
    ),
    Kind.SECONDARY_PAIR: Hop(
        Text(zh="配线线对", en="secondary pair"), Reach.PATH, ElementKind.DISTRIBUTION_POINT, "NO_SEC",
        Text(zh="扩容配线电缆", en="add secondary pairs"), ElementKind.DISTRIBUTION_POINT,
    ),
    Kind.PRIMARY_PAIR: Hop(
        Text(zh="主干线对", en="primary pair"), Reach.PATH, ElementKind.CABINET, "NO_PRI",
        Text(zh="扩容主干电缆", en="add primary pairs"), ElementKind.DISTRIBUTION_POINT,
    ),
    Kind.MDF_PORT: Hop(
        Text(zh="总配线架直列", en="MDF vertical"), Reach.PATH, ElementKind.MDF, "NO_MDF",
        Text(zh="扩容总配线架", en="add MDF verticals"), ElementKind.DISTRIBUTION_POINT,
    ),
    Kind.CIRCUIT_PORT: Hop(
        Text(zh="电路端口", en="circuit port"), Reach.PATH, ElementKind.SWITCH, "NO_PORT",
        Text(zh="扩容接入交换机", en="add switch ports"), ElementKind.SWITCH,
    ),
    Kind.LINE_PORT: Hop(
        Text(zh="用户端口（LEN）", en="line equipment"), Reach.AREA, ElementKind.EXCHANGE, "NO_LEN",
        Text(zh="扩容交换用户板", en="add line cards"),
    ),
    Kind.DSL_PORT: Hop(
        Text(zh="DSL端口", en="DSL port"), Reach.AREA, ElementKind.DSLAM, "NO_PORT",
        Text(zh="扩容DSL板", en="add DSL cards"),
    ),
    Kind.NUMBER: Hop(
        Text(zh="电话号码", en="telephone number"), Reach.POOL, None, "NO_NUM",
        Text(zh="申请号段", en="open a block of numbers"),
    ),
    Kind.VLAN: Hop(
        Text(zh="VLAN", en="VLAN"), Reach.POOL, None, "NO_VLAN", Text(zh="规划VLAN", en="open VLANs"),
    ),
    Kind.IPV4: Hop(
        Text(zh="IPv4地址", en="IPv4 address"), Reach.POOL, None, "NO_IP", Text(zh="增加地址段", en="add a prefix"),
    ),
    Kind.IPV6_PREFIX: Hop(
        Text(zh="IPv6前缀", en="IPv6 prefix"), Reach.POOL, None, "NO_IP", Text(zh="增加地址段", en="add a prefix"),
    ),
    Kind.SIM: Hop(
        Text(zh="SIM卡", en="SIM card"), Reach.POOL, None, "NO_SIM", Text(zh="采购SIM卡", en="buy SIM cards"),
    ),
    Kind.ONU: Hop(
        Text(zh="光猫（ONU）", en="ONU"), Reach.POOL, None, "NO_ONU", Text(zh="采购光猫", en="buy ONUs"),
    ),
}  # fmt: skip

NO_POINT = "NO_DP"
TOO_SLOW = "TOO_SLOW"
BUILD_POINT = Text(zh="新建接入点", en="build an access point")
BUILD_FASTER = Text(zh="提速改造", en="build a faster line")

SHORTAGES: Mapping[str, Text] = {
    NO_POINT: Text(zh="附近没有接入点", en="no access point near the address"),
    "NO_PON": Text(zh="PON口已满", en="the PON is full"),
    "NO_SEC": Text(zh="配线线对已满", en="no secondary pair is left"),
    "NO_PRI": Text(zh="主干线对已满", en="no primary pair is left"),
    "NO_MDF": Text(zh="总配线架直列已满", en="no MDF vertical is left"),
    "NO_PORT": Text(zh="端口已满", en="no port is left"),
    "NO_LEN": Text(zh="交换机用户端口已满", en="no line equipment is left"),
    "NO_NUM": Text(zh="号码已用完", en="no number is left"),
    "NO_VLAN": Text(zh="VLAN已用完", en="no VLAN is left"),
    "NO_IP": Text(zh="IP地址已用完", en="no IP address is left"),
    "NO_SIM": Text(zh="SIM卡已用完", en="no SIM card is left"),
    "NO_ONU": Text(zh="光猫已用完", en="no ONU is left"),
    TOO_SLOW: Text(zh="线路达不到所需速率", en="the line does not reach the speed"),
}


def build_for(code: str, kind: str) -> Text:
    """What to build against a shortage."""
    return {NO_POINT: BUILD_POINT, TOO_SLOW: BUILD_FASTER}.get(code) or HOPS[Kind(kind)].build


@dataclass(frozen=True)
class Technology:
    """A way to serve an address: the point it starts from, what it takes, and how fast it is at most (Mbit/s).

    Of a point more or less may be known than of its technology: then that counts.
    """

    code: str
    name: Text
    point: ElementKind | None
    chain: tuple[Kind, ...]
    max_down_mbps: int

    def most(self, point: int | None) -> int:
        """How fast a line is at most (Mbit/s) that begins at a point of which this is known."""
        return self.max_down_mbps if point is None else point


FIBRE = Technology(
    "ftth", Text(zh="光纤到户", en="fibre to the home"), ElementKind.SPLITTER, (Kind.SPLITTER_PORT, Kind.PON_PORT), 1000
)
COPPER = Technology(
    "copper", Text(zh="铜缆", en="copper pair"), ElementKind.DISTRIBUTION_POINT,
    (Kind.SECONDARY_PAIR, Kind.PRIMARY_PAIR, Kind.MDF_PORT, Kind.LINE_PORT), 0,
)  # fmt: skip
DSL = Technology(
    "dsl", Text(zh="铜缆宽带（DSL）", en="DSL"), ElementKind.DISTRIBUTION_POINT,
    (Kind.SECONDARY_PAIR, Kind.PRIMARY_PAIR, Kind.MDF_PORT, Kind.DSL_PORT), 20,
)  # fmt: skip
CIRCUIT = Technology("circuit", Text(zh="专线", en="leased circuit"), ElementKind.SWITCH, (Kind.CIRCUIT_PORT,), 10_000)
RADIO = Technology("radio", Text(zh="无线", en="radio"), None, (Kind.SIM,), 100)

WAYS = (FIBRE, DSL, COPPER, CIRCUIT, RADIO)


def ways_of(taken: Iterable[str]) -> tuple[Technology, ...]:
    """The technologies that take these kinds, the best first: several where parts of it come by ways of their own."""
    known = set(taken)
    return tuple(way for way in WAYS if known.issuperset(way.chain))


def way_of(taken: Iterable[str]) -> Technology | None:
    """The best of them; None where they need no plant."""
    return next(iter(ways_of(taken)), None)


def way_from(point: ElementKind | None, taken: Iterable[str]) -> Technology | None:
    """The technology that takes these kinds and begins at a point of this sort, or at none."""
    known = set(taken)
    return next((way for way in WAYS if way.point is point and known.issuperset(way.chain)), None)


SERVICES: Mapping[str, Text] = {
    "fixed_broadband": Text(zh="固定宽带", en="fixed broadband"),
    "fixed_voice": Text(zh="固定电话", en="fixed voice"),
    "iptv": Text(zh="IPTV", en="IPTV"),
    "bundle": Text(zh="融合套餐", en="bundle"),
    "leased_line": Text(zh="专线", en="leased line"),
    "ethernet": Text(zh="以太网专线", en="Ethernet"),
    "data": Text(zh="数据业务", en="data"),
    "dial_up": Text(zh="拨号上网", en="dial-up"),
    "payphone": Text(zh="公用电话", en="payphone"),
    "wholesale_access": Text(zh="批发接入", en="wholesale access"),
    "wireless": Text(zh="无线市话", en="wireless local"),
    "mobile": Text(zh="移动电话", en="mobile"),
    "sms": Text(zh="短信", en="SMS"),
    "paging": Text(zh="寻呼", en="paging"),
}
"""What the services that take something of the plant are called."""

BY_RADIO = frozenset({"wireless", "mobile", "sms", "paging"})
"""Services that no line leads to."""
