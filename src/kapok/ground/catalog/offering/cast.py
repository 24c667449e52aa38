"""The offers of the demonstration's small operator. Pure data; the prices are invented and are nobody's tariff."""

from __future__ import annotations

from typing import Any

from kapok.kernel.text import Text

Document = dict[str, Any]
INVENTED = Text(
    zh="演示数据：价格为虚构，并非任何运营商的资费。",
    en="Demonstration data: the prices are invented and nobody's tariff.",
)


def _words(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _offer(code: str, zh: str, en: str, position: int, **more: Any) -> Document:
    head = {"code": code, "title": {"zh": zh, "en": en}, "note": _words(INVENTED), "position": position}
    return head | more


def _once(zh: str, en: str, amount: int) -> Document:
    return {"kind": "one_off", "title": {"zh": zh, "en": en}, "amount": amount}


def _monthly(zh: str, en: str, amount: int) -> Document:
    return {"kind": "recurring", "title": {"zh": zh, "en": en}, "amount": amount}


def _usage(zh: str, en: str, amount: int, per: Text, plan: str) -> Document:
    title = {"zh": zh, "en": en}
    return {"kind": "usage", "title": title, "amount": amount, "per": _words(per), "plan": plan}


def _promises(*codes: str) -> list[Document]:
    return [{"pack": "guangzhou-pledges", "code": code} for code in codes]


def _needs(*kinds: str) -> list[Document]:
    return [{"kind": kind} for kind in kinds]


MINUTE = Text(zh="每分钟", en="a minute")
EVERYDAY = ["install", "move", "change", "transfer", "replace", "suspend", "resume", "cease"]
COUNTERS = ["key_account", "business", "public", "hotline"]
FIBRE = ("pon_port", "splitter_port", "onu", "vlan")
INSTALLED = {"skill": "fibre", "minutes": 90}

VOICE = _offer(
    "voice", "固定电话", "Telephone line", 100,
    channels=COUNTERS, service="fixed_voice", spec="voice-line",
    resources=_needs("number", "line_port", "mdf_port", "primary_pair", "secondary_pair"),
    prices=[
        _once("安装费", "installation", 10000),
        _monthly("月租", "line rental", 2500),
        _usage("市内通话", "local calls", 11, MINUTE, "local-voice"),
    ],
    actions=["install", "move", "change", "transfer", "renumber", "replace", "suspend", "resume", "cease"],
    promises=_promises("install", "repair", "resume"),
    visit={"skill": "climbing", "minutes": 60},
)  # fmt: skip


def _broadband(mbps: int, up: int, rental: int, position: int) -> Document:
    return _offer(
        f"fibre-{mbps}", f"光纤宽带 {mbps}M", f"Fibre broadband {mbps} M", position,
        channels=COUNTERS, service="fixed_broadband", spec="fibre-broadband",
        characteristics={"down_mbps": mbps, "up_mbps": up, "profile": f"ftth-{mbps}"},
        resources=_needs(*FIBRE),
        prices=[_once("安装费", "installation", 10000), _monthly("月租", "rental", rental)],
        actions=EVERYDAY,
        promises=_promises("install", "repair", "resume"),
        visit=INSTALLED,
    )  # fmt: skip


SIM = _offer(
    "sim-voice", "SIM 语音（无线市话接替）", "SIM voice (heir of wireless local)", 300,
    segments=["public", "business"], channels=["business", "public", "transient", "hotline"],
    service="wireless", spec="sim-voice", characteristics={"minutes": 200},
    resources=_needs("number", "sim"),
    prices=[
        _once("SIM 卡", "SIM card", 1000),
        _monthly("月租（含 200 分钟）", "rental with 200 minutes", 1900),
        _usage("超出通话", "calls beyond", 10, MINUTE, "sim-voice"),
    ],
    actions=["install", "change", "transfer", "renumber", "replace", "suspend", "resume", "cease"],
    promises=_promises("install-wireless", "repair", "resume"),
)  # fmt: skip


def _circuit(mbps: int, rental: int, position: int) -> Document:
    return _offer(
        f"circuit-{mbps}", f"数字电路 {mbps}M", f"Leased circuit {mbps} M", position,
        segments=["business", "key_account"], channels=["key_account", "business"],
        service="leased_line", spec="circuit",
        characteristics={"down_mbps": mbps, "up_mbps": mbps, "protection": "protected" if mbps >= 100 else "unprotected"},
        resources=[
            {"kind": "circuit_port", "role": "end_a"}, {"kind": "circuit_port", "role": "end_b", "end": "b"}, {"kind": "vlan"},
        ],
        prices=[_once("开通费", "set-up", 200000), _monthly("月租", "rental", rental)],
        actions=[action for action in EVERYDAY if action != "replace"],  # it has no card and no ONU
        promises=_promises("SL1-circuit", "SL2-circuit", "SL3-circuit", "reply", "repair"),
        visit={"skill": "fibre", "minutes": 180},
    )  # fmt: skip


PAYPHONE = _offer(
    "payphone", "公用电话", "Public payphone", 500,
    channels=["transient"], service="payphone", spec="payphone", characteristics={"paid_by": "card"},
    resources=_needs("number", "line_port", "mdf_port", "primary_pair", "secondary_pair"),
    prices=[
        _once("场地勘察", "survey of the site", 0),
        _usage("卡式通话", "calls by card", 20, MINUTE, "payphone-card"),
    ],
    actions=["install", "move", "renumber", "replace", "suspend", "resume", "cease"],
    visit={"skill": "climbing", "minutes": 120},
)  # fmt: skip

WEBSITE = _offer(
    "website", "企业网站", "Company website", 600,
    segments=["business", "key_account"], channels=["key_account", "business", "hotline"],
    service="data", spec="website", characteristics={"space_gb": 20}, resources=_needs("ipv4"),
    prices=[_once("建站", "set-up", 30000), _monthly("托管", "hosting", 5000)],
    actions=["install", "change", "transfer", "suspend", "resume", "cease"],
    promises=_promises("reply"),
)  # fmt: skip

SUPPORT = _offer(
    "support", "企业信息化支持", "Support for small businesses", 610,
    kind="option", segments=["business"], channels=["business", "hotline"],
    prices=[_monthly("每月上门与远程支持", "visits and remote help each month", 12000)],
    promises=_promises("reply"),
)  # fmt: skip

BUNDLE = _offer(
    "sme-blue", "中小企业融合套餐（一份服务承诺）", "Bundle for small businesses under one service level", 700,
    kind="bundle", segments=["business"], channels=["business", "hotline"],
    parts=["voice", "fibre-300", "website", "support"],
    prices=[_once("安装费", "installation", 10000), _monthly("月租", "rental", 29900)],
    promises=_promises("install", "repair", "resume", "reply"),
)  # fmt: skip

TRIALS = (
    _offer(
        "trial-fibre-1000", "光纤宽带 1000M 试用 30 天", "Fibre broadband 1000 M, 30 days on trial", 800,
        kind="trial", segments=["public", "business"], channels=["business", "public", "hotline"],
        service="fixed_broadband", spec="fibre-broadband",
        characteristics={"down_mbps": 1000, "up_mbps": 100, "profile": "ftth-1000"}, resources=_needs(*FIBRE),
        prices=[_monthly("试用", "on trial", 0)],
        trial={"days": 30, "becomes": "fibre-1000"}, actions=["install", "cease"],
        promises=_promises("install", "repair"), visit=INSTALLED,
    ),
    _offer(
        "trial-website", "企业网站试用 60 天", "Company website, 60 days on trial", 810,
        kind="trial", segments=["business"], channels=["business", "hotline"],
        service="data", spec="website", characteristics={"space_gb": 5}, resources=_needs("ipv4"),
        prices=[_monthly("试用", "on trial", 0)],
        trial={"days": 60, "becomes": "website"}, actions=["install", "cease"], promises=_promises("reply"),
    ),
)  # fmt: skip

OFFERS = (
    VOICE, _broadband(100, 20, 8800, 200), _broadband(300, 50, 12800, 210), _broadband(1000, 100, 19900, 220), SIM,
    _circuit(10, 180000, 400), _circuit(100, 680000, 410), PAYPHONE, WEBSITE, SUPPORT, BUNDLE, *TRIALS,
)  # fmt: skip
"""In an order in which each finds its parts on sale."""

RETIRED = _offer(
    "wireless-local", "无线市话", "Wireless local telephone", 310,
    service="wireless", spec="sim-voice", resources=_needs("number", "sim"),
    prices=[_monthly("月租", "rental", 1500)], actions=["install", "cease"],
)  # fmt: skip
"""What is no longer sold; SIM voice is its heir."""

DRAFT = _offer(
    "fibre-2000", "光纤宽带 2000M（筹备中）", "Fibre broadband 2000 M (in preparation)", 230,
    service="fixed_broadband", spec="fibre-broadband",
    characteristics={"down_mbps": 2000, "up_mbps": 200}, resources=_needs(*FIBRE),
    prices=[_monthly("月租", "rental", 29900)], actions=EVERYDAY, promises=_promises("install"),
)  # fmt: skip
"""What is being drawn up: it lacks its speed profile, as its findings say."""
