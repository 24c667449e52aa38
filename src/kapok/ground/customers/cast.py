"""The customers of the demonstration: a small city in Tianhe East, in every segment and tier. Pure data, nobody real.

Identity cards begin with a region that does not exist, and telephones are numbers of the demonstration.
"""

from __future__ import annotations

from dataclasses import dataclass

from kapok.ground.customers.rules import ID_WEIGHTS, ConsentPurpose, Tier
from kapok.ground.places.rules import Segment


@dataclass(frozen=True)
class Resident:
    """A person at home: name, street (1 to 9) and house (the how-manieth), star, how the account pays, what they speak."""

    name: str
    street: int
    house: int
    star: int = 0
    payment: str = "postpaid"
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Firm:
    """An organisation; `head` is the reference of the one above it."""

    reference: str
    name: str
    segment: Segment
    street: int
    house: int
    tier: Tier = Tier.NONE
    head: str = ""
    star: int = 0
    manager: str = ""


RESIDENTS = (
    Resident("陈志明", 1, 1, 3), Resident("李秀英", 1, 2, 5, languages=("yue", "zh")), Resident("王伟", 1, 3),
    Resident("黄晓梅", 1, 4, 2),
    Resident("张伟民", 1, 5), Resident("欧阳静", 1, 6, 4), Resident("梁家豪", 2, 1), Resident("吴丽华", 2, 2, 1),
    Resident("刘洋", 2, 3), Resident("周建国", 2, 4, 6), Resident("何永福", 2, 5), Resident("郑雪婷", 3, 1),
    Resident("谢文杰", 3, 2, 2), Resident("林子轩", 3, 3), Resident("Grace Lam", 3, 4, 3, languages=("en", "yue")),
    Resident("邓小燕", 4, 1, languages=("yue",)),
    Resident("冯国强", 4, 2, 1), Resident("曾志伟", 4, 3), Resident("苏敏", 5, 1, 7), Resident("许文", 5, 2, 0, "prepaid"),
    Resident("潘思雨", 6, 1), Resident("卢海燕", 6, 2, 2), Resident("蔡俊", 6, 3), Resident("彭宇", 7, 1, 0, "prepaid"),
    Resident("Daniel Okafor", 7, 2, languages=("en",)), Resident("叶倩", 7, 3, 1), Resident("江浩然", 8, 1), Resident("罗凯", 8, 2),
    Resident("杜佳欣", 9, 1, 4), Resident("程俊博", 9, 2),
)  # fmt: skip

FIRMS = (
    Firm("B-001", "天河东早茶楼", Segment.BUSINESS, 1, 8, manager="keyaccount2"),
    Firm("B-002", "六运小区便利店", Segment.BUSINESS, 4, 5),
    Firm("B-003", "岗顶电脑维修行", Segment.BUSINESS, 8, 4),
    Firm("B-004", "体育西牙科诊所", Segment.BUSINESS, 1, 10, star=2),
    Firm("B-005", "石牌快递站", Segment.BUSINESS, 6, 5),
    Firm("B-006", "五山文印社", Segment.BUSINESS, 7, 5),
    Firm("B-007", "木棉花艺工作室", Segment.BUSINESS, 5, 4),
    Firm("B-008", "天河南律师事务所", Segment.BUSINESS, 3, 6, star=3),
    Firm("B-009", "石牌西招待所", Segment.BUSINESS, 6, 8),
    Firm("B-010", "重庆里火锅店", Segment.BUSINESS, 9, 3),
    Firm("B-011", "Harbour Coffee 天河店", Segment.BUSINESS, 2, 7),
    Firm("B-012", "五山少儿英语中心", Segment.BUSINESS, 7, 7),
    Firm("K-100", "岭南木棉银行", Segment.KEY_ACCOUNT, 5, 5, Tier.SL1, star=7, manager="keyaccount"),
    Firm("K-110", "岭南木棉银行天河支行", Segment.KEY_ACCOUNT, 5, 6, Tier.SL1, "K-100", 7, "keyaccount"),
    Firm("K-111", "岭南木棉银行体育西网点", Segment.KEY_ACCOUNT, 1, 11, Tier.SL1, "K-110", 6, "keyaccount"),
    Firm("K-112", "岭南木棉银行石牌网点", Segment.KEY_ACCOUNT, 6, 10, Tier.SL1, "K-110", 6, "keyaccount"),
    Firm("K-120", "岭南木棉银行数据中心", Segment.KEY_ACCOUNT, 7, 9, Tier.SL1, "K-100", 7, "keyaccount"),
    Firm("K-200", "珠江东港务集团", Segment.KEY_ACCOUNT, 5, 7, Tier.SL2, star=5, manager="keyaccount2"),
    Firm("K-210", "珠江东港务集团调度所", Segment.KEY_ACCOUNT, 2, 9, Tier.SL2, "K-200", 5, "keyaccount2"),
    Firm("K-220", "珠江东港务集团培训中心", Segment.KEY_ACCOUNT, 3, 9, Tier.SL3, "K-200", 3, "keyaccount2"),
    Firm("K-300", "五山木棉学院", Segment.KEY_ACCOUNT, 7, 10, Tier.SL3, star=4, manager="keyaccount2"),
    Firm("K-310", "五山木棉学院附属医院", Segment.KEY_ACCOUNT, 7, 8, Tier.SL2, "K-300", 5, "keyaccount2"),
    Firm("K-400", "天河东政务服务中心", Segment.KEY_ACCOUNT, 5, 8, Tier.SL1, star=6, manager="keyaccount"),
    Firm("W-001", "南粤虚拟运营商", Segment.WHOLESALE, 2, 10),
    Firm("W-002", "Pearl Transit Networks", Segment.WHOLESALE, 8, 8),
    Firm("I-001", "木棉电信天河机房", Segment.INTERNAL, 3, 10),
    Firm("I-002", "木棉电信天河东营服中心", Segment.INTERNAL, 4, 10),
)

TWICE = Resident("王伟", 1, 3)
"""Registered twice, with the same telephone: to be found as a double."""
MOVED_IN = Resident("林子轩", 3, 3)
"""Registered twice, and merged."""
AGREED = (ConsentPurpose.CALLS, ConsentPurpose.MESSAGES, ConsentPurpose.PROFILING)
HOTLINE = ("agent", "agent2")
"""Those who serve every customer, whatever unit answers for it."""


def id_card(serial: int) -> str:
    """A number with the right check digit, of nobody."""
    first = f"9999991980{serial % 12 + 1:02}{serial % 28 + 1:02}{serial % 1000:03}"
    total = sum(int(digit) * weight for digit, weight in zip(first, ID_WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]
