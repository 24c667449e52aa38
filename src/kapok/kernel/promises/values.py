"""What the values of choices are called: a reader sees `fixed broadband`, never `fixed_broadband`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kapok.kernel.text import Text


def _named(*rows: tuple[str, str, str]) -> dict[str, Text]:
    return {value: Text(zh=zh, en=en) for value, zh, en in rows}


_ANYWHERE = _named(
    ("yes", "是", "yes"),
    ("no", "否", "no"),
    ("met", "达标", "met"),
    ("missed", "未达标", "missed"),
    ("incident", "通信事故", "incident"),
    ("usage", "话单", "usage"),
    ("dispute", "争议", "dispute"),
    ("official_order", "主管机关命令", "official order"),
    ("up_to_1_5m", "1.5 Mbit/s 及以下", "up to 1.5 Mbit/s"),
    ("up_to_45m", "1.5 至 45 Mbit/s", "1.5 to 45 Mbit/s"),
    ("other", "其他", "other"),
)

VALUES: Mapping[str, Mapping[str, Text]] = MappingProxyType(
    {
        "service": _named(
            ("fixed_voice", "固定电话", "fixed voice"),
            ("fixed_broadband", "固定宽带", "fixed broadband"),
            ("wireless", "无线电话", "wireless"),
            ("mobile", "移动电话", "mobile"),
            ("leased_line", "专线", "leased line"),
            ("dial_up", "拨号上网", "dial-up"),
            ("iptv", "IPTV", "IPTV"),
            ("sms", "短信", "text messages"),
            ("fixed_sms", "固定电话短信", "text messages on fixed lines"),
            ("data", "数据业务", "data"),
            ("paging", "无线寻呼", "paging"),
            ("call_centre", "呼叫中心", "call centre"),
            ("wholesale_access", "批发接入", "wholesale access"),
            ("ethernet", "以太网专线", "Ethernet"),
            ("payphone", "公用电话", "payphone"),
            ("bundle", "融合套餐", "bundle"),
        ),
        "action": _named(
            ("install", "新装", "install"),
            ("move", "移机", "move"),
            ("change", "变更", "change"),
            ("rename", "更名", "rename"),
            ("transfer", "过户", "transfer of ownership"),
            ("renumber", "改号", "change of number"),
            ("replace", "更换设备", "replace equipment"),
            ("suspend", "停机", "suspend"),
            ("resume", "复机", "resume"),
            ("cease", "拆机", "cease"),
            ("switch", "更换运营商", "switch provider"),
            ("port", "携号转网", "port a number"),
        ),
        "area": _named(
            ("urban", "城镇", "town"),
            ("rural", "农村", "country"),
            ("major_rural", "较大农村地区", "major rural"),
            ("minor_rural", "较小农村地区", "minor rural"),
            ("remote", "偏远地区", "remote"),
        ),
        "segment": _named(
            ("public", "公众客户", "public"),
            ("business", "商务客户", "business"),
            ("key_account", "大客户", "key account"),
            ("wholesale", "批发客户", "wholesale"),
            ("internal", "内部", "internal"),
        ),
        "customer_class": _named(
            ("consumer", "个人消费者", "consumer"),
            ("small_business", "小企业", "small business"),
            ("business", "企业", "business"),
        ),
        "tier": _named(("SL1", "SL1", "SL1"), ("SL2", "SL2", "SL2"), ("SL3", "SL3", "SL3")),
        "care_level": _named(
            ("standard", "标准维护", "standard care"),
            ("prompt", "快速维护", "prompt care"),
            ("total", "全时维护", "total care"),
            ("critical", "关键维护", "critical care"),
        ),
        "payment": _named(("prepaid", "预付费", "prepaid"), ("postpaid", "后付费", "postpaid")),
        "site": _named(
            ("in_place", "线路已到位", "line in place"),
            ("new", "需新布线", "new line"),
            ("no_infrastructure", "无线路资源", "no infrastructure"),
        ),
        "outage": _named(("total", "全断", "total"), ("degraded", "劣化", "degraded")),
        "cause": _named(
            ("operator", "运营商", "the operator"),
            ("customer", "客户", "the customer"),
            ("third_party", "第三方", "a third party"),
            ("force_majeure", "不可抗力", "force majeure"),
            ("planned", "计划作业", "planned works"),
        ),
        "fault_kind": _named(
            ("equipment", "设备", "equipment"),
            ("cable", "线缆", "cable"),
            ("access_line", "用户线", "access line"),
            ("exchange", "局内", "exchange"),
            ("terminal", "终端", "terminal"),
        ),
        "complaint_kind": _named(
            ("billing", "资费", "billing"),
            ("network", "网络质量", "network quality"),
            ("attitude", "服务态度", "attitude"),
            ("other", "其他", "other"),
            ("urgent", "紧急", "urgent"),
            ("service", "服务（未细分的旧记录）", "service (older records, not told apart)"),
        ),
        "came_by": _named(("business_line", "商客专线（10000+9、10009）", "the business line (10000 + 9, 10009)")),
        "incident_grade": _named(
            ("special_major", "特别重大", "especially grave"),
            ("major", "重大", "grave"),
            ("larger", "较大", "larger"),
            ("general", "一般", "ordinary"),
        ),
        "answered_by": _named(("machine", "自动语音", "a machine"), ("human", "人工", "a person")),
        "circuit_class": _named(
            ("platinum", "白金", "platinum"), ("gold", "金", "gold"), ("silver", "银", "silver"), ("bronze", "铜", "bronze")
        ),
        "circuit_region": _named(
            ("us", "美国", "United States"),
            ("tier_a", "A 类地区", "tier A"),
            ("tier_b", "B 类地区", "tier B"),
            ("tier_c", "C 类地区", "tier C"),
            ("tier_d", "D 类地区", "tier D"),
        ),
        "protection": _named(("protected", "有保护", "protected"), ("unprotected", "无保护", "unprotected")),
    }
)  # fmt: skip


def value_title(fact: str, value: str) -> Text:
    """What a value of a choice is called; of a value that nobody has named, its code in plain words."""
    plain = Text(zh=value.replace("_", " "), en=value.replace("_", " "))
    return VALUES.get(fact, {}).get(value) or _ANYWHERE.get(value, plain)
