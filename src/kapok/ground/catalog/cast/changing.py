"""Changing services that run: the flows of the demonstration for every action after the installation.

Source of the promises: resumption within 24 h is the operator's pledge; the others are its own internal parameters, chosen so that
changes of a line take a day. A changed number is announced for 45 days.
"""

from __future__ import annotations

from typing import Any

from kapok.ground.catalog.cast.wording import (
    BILLED_ANEW,
    CONFIRMED,
    PHOTO,
    TESTED,
    WE_ASK,
    WE_TEST,
    Document,
    back,
    billed,
    gate,
    on_site,
    served,
    stage,
    ways,
    words,
)
from kapok.kernel.text import Text

RUNNING = ["fixed_voice", "fixed_broadband", "wireless", "leased_line", "payphone", "data"]
NUMBERED = ["fixed_voice", "wireless", "payphone"]
IDENTIFIED = words("身份核验记录", "record of the identity check")


def _flow(action: str, title: Text, services: list[str], nodes: list[Document], edges: list[Document]) -> Document:
    """The flow of an action, which serves the promise called like it."""
    return {
        "code": action,
        "title": words(title.zh, title.en),
        "line": "fulfilment",
        "serves": served(action),
        "applies": {"service": services, "action": [action]},
        "nodes": [gate("start"), *nodes, gate("end")],
        "edges": edges,
    }


def _accept(title: Text, budget: str, *evidence: Document) -> Document:
    return stage(
        "accept",
        title,
        "hotline",
        budget,
        told=words("我们受理并核对您的要求。", "We take your request and check it."),
        evidence=list(evidence),
        event="order.surveyed",
    )


def _test(budget: str, *, completes: bool = True) -> Document:
    told = ["order.tested", "order.completed"] if completes else ["order.tested"]
    return stage(
        "test", Text(zh="业务测试", en="Test of the service"), "monitoring", budget,
            told=WE_TEST,
        evidence=[TESTED], event=told, holds=False, runs="test",
    )  # fmt: skip


def _confirm(budget: str) -> Document:
    return stage(
        "confirm", Text(zh="与客户确认", en="Confirm with the customer"), "hotline", budget,
            told=WE_ASK,
        evidence=[CONFIRMED], event="order.confirmed",
    )  # fmt: skip


FAILED = Text(zh="测试未通过", en="the test failed")

CHANGE = _flow(
    "change",
    Text(zh="变更速率或功能", en="Change of speed or features"),
    RUNNING,
    [
        _accept(Text(zh="受理与核对", en="Accept and check"), "2 hours"),
        stage(
            "modify", Text(zh="修改局数据", en="Change the configuration"), "data", "4 hours",
            told=words("我们按您的要求更改速率或功能。", "We change speed or features as you asked."),
            event=["order.configured", "service.changed"], runs="modify",
        ),
        _test("2 hours"),
        _confirm("6 hours"),
        BILLED_ANEW,
    ],
    [*ways("start", "accept", "modify", "test", "confirm", "bill", "end"), back("test", "modify", FAILED)],
)  # fmt: skip

SUSPEND = _flow(
    "suspend",
    Text(zh="停机", en="Suspension"),
    RUNNING,
    [
        _accept(Text(zh="受理停机与原因", en="Accept with the reason"), "2 hours"),
        stage(
            "suspend", Text(zh="停机", en="Suspend"), "data", "4 hours",
            told=words("我们停用业务，为您保留。", "We suspend your service and keep it for you."),
            event=["service.suspended", "order.completed"], runs="suspend",
        ),
        stage(
            "inform", Text(zh="告知客户如何复机", en="Tell the customer how to resume"), "hotline", "6 hours",
            told=words("我们告知您如何恢复使用。", "We tell you how to have it back."),
            event=["customer.informed", "order.confirmed"],
        ),
        billed(
            Text(zh="停机计费", en="Billed as suspended"),
            Text(zh="我们通知计费：业务已停用。", en="We tell billing that it is suspended."),
        ),
    ],
    ways("start", "accept", "suspend", "inform", "bill", "end"),
)  # fmt: skip

RESUME = _flow(
    "resume",
    Text(zh="复机", en="Resumption"),
    RUNNING,
    [
        stage(
            "resume", Text(zh="复机", en="Resume"), "data", "5 hours",
            told=words("我们恢复您的业务。", "We switch your service on again."), event="service.resumed", runs="resume"
        ),
        _test("3 hours"),
        _confirm("8 hours"),
        billed(
            Text(zh="恢复计费", en="Billing goes on"),
            Text(zh="我们通知计费：业务已恢复。", en="We tell billing that it works again."),
        ),
    ],
    [*ways("start", "resume", "test", "confirm", "bill", "end"), back("test", "resume", FAILED)],
)  # fmt: skip


def _cease(code: str, title: Text, services: list[str], visits: list[Document], between: list[Document]) -> Document:
    """A termination; `between` are the ways from the choice `equipment` by the visits to the choice `fetched`."""
    nodes = [
        _accept(Text(zh="受理、核验身份与欠费", en="Accept, check identity and debts"), "2 hours", IDENTIFIED),
        stage(
            "release", Text(zh="拆除并释放资源", en="Terminate and release the resources"), "data", "4 hours",
            told=words("我们停止业务并拆除线路。", "We end your service and take the line down."),
            event="service.terminated", holds=False, runs="release",
        ),
        gate("choice", "equipment", Text(zh="须上门收回设备？", en="Equipment to fetch?")),
        *visits,
        gate("choice", "fetched"),
        stage(
            "close", Text(zh="结清并告知客户", en="Settle and tell the customer"), "hotline", "4 hours",
            told=words("我们与您结清，并告知办理结果。", "We settle with you and tell you that it is done."),
            event=["order.completed", "customer.informed", "order.confirmed"],
        ),
        billed(
            Text(zh="止租", en="End of rent"),
            Text(zh="我们按拆机日期停止计费。", en="We stop billing as of the day it ended."),
        ),
    ]  # fmt: skip
    edges = [
        *ways("start", "accept", "release", "equipment"),
        {"from": "equipment", "to": "fetched", "otherwise": True},
        *between,
        *ways("fetched", "close", "bill", "end"),
    ]
    return _flow("cease", title, services, nodes, edges) | {"code": code}


def _fetch(code: str, title: Text, told: Document, **more: Any) -> Document:
    return on_site(
        code, title, "8 hours", told=told, evidence=[words("设备收回单", "receipt for the equipment")],
        event="visit.done", **more,
    )  # fmt: skip


CEASE = _cease(
    "cease",
    Text(zh="拆机", en="Termination"),
    [service for service in RUNNING if service != "leased_line"],
    [
        _fetch(
            "fetch",
            Text(zh="上门收回设备", en="Fetch the equipment"),
            words("我们按约上门收回设备。", "We come as agreed to fetch our equipment."),
        )
    ],
    [{"from": "equipment", "to": "fetch", "when": {"visit_needed": ["yes"]}}, *ways("fetch", "fetched")],
)

CEASE_CIRCUIT = _cease(
    "cease-circuit",
    Text(zh="电路拆机", en="Termination of a circuit"),
    ["leased_line"],
    [
        gate("split", "ends"),
        *(
            _fetch(
                f"fetch-{end.lower()}",
                Text(zh=f"收回 {end} 端设备", en=f"Fetch the equipment at end {end}"),
                words(f"我们按约到 {end} 端收回设备。", f"We come as agreed to fetch our equipment at end {end}."),
                end=end.lower(),
            )
            for end in "AB"
        ),
        gate("join", "both"),
    ],
    [
        {"from": "equipment", "to": "ends", "when": {"visit_needed": ["yes"]}},
        *ways("ends", "fetch-a", "both", "fetched"),
        *ways("ends", "fetch-b", "both"),
    ],
)

TRANSFER = _flow(
    "transfer",
    Text(zh="过户", en="Transfer of ownership"),
    RUNNING,
    [
        _accept(
            Text(zh="受理、双方同意", en="Accept with the consent of both"), "4 hours",
            words("原户主同意书", "consent of the present owner"), words("新户主同意书", "consent of the new owner"),
        ),
        stage(
            "debts", Text(zh="核对欠费并结清", en="Check and settle debts"), "hotline", "4 hours",
            told=words("我们核对是否有未缴费用。", "We check whether anything is owed."),
        ),
        stage(
            "register", Text(zh="更换户主与账户", en="Change owner and account"), "dispatch", "4 hours",
            told=words("我们将业务转到新户主名下。", "We put the service in the new owner's name."),
            event=["service.changed", "order.completed"], runs="modify",
        ),
        stage(
            "confirm", Text(zh="告知双方", en="Tell both"), "hotline", "4 hours",
            told=words("我们告知双方办理结果。", "We tell both of you that it is done."),
            evidence=[CONFIRMED], event=["customer.informed", "order.confirmed"],
        ),
        BILLED_ANEW,
    ],
    [
        *ways("start", "accept", "debts", "register", "confirm", "bill", "end"),
        back("debts", "accept", Text(zh="欠费未结清，一方撤回同意", en="debts remain and one side withdraws")),
    ],
)  # fmt: skip

RENUMBER = _flow(
    "renumber",
    Text(zh="改号", en="Change of number"),
    NUMBERED,
    [
        _accept(Text(zh="受理并选新号", en="Accept and choose the new number"), "4 hours"),
        stage(
            "assign", Text(zh="配置新号码", en="Assign the new number"), "dispatch", "8 hours",
            told=words("我们为您备好新号码。", "We assign your new number."),
            event="order.assigned", runs="assign",
        ),
        stage(
            "announce", Text(zh="告知改号日与 45 天改号通知音", en="Tell the day, and the 45 days of announcement"), "hotline",
            "12 hours",
            told=words("我们告知您改号日期，以及 45 天改号提示。", "We tell you the day, and that callers are told for 45 days."),
            evidence=[words("客户知悉改号日与 45 天通知音", "the customer knows the day and the 45 days")],
            event="customer.informed",
        ),
        stage(
            "modify", Text(zh="改号并开通 45 天通知音", en="Change the number, announce it for 45 days"), "data", "8 hours",
            told=words("我们更改号码，来电者将听到改号提示。", "We change the number; callers of the old one are told the new."),
            event=["order.configured", "service.changed"], runs="modify",
        ),
        _test("6 hours"),
        _confirm("12 hours"),
        BILLED_ANEW,
    ],
    [*ways("start", "accept", "assign", "announce", "modify", "test", "confirm", "bill", "end"), back("test", "modify", FAILED)],
)  # fmt: skip

REPLACE = _flow(
    "replace",
    Text(zh="补换卡与终端", en="Replacement of card or equipment"),
    RUNNING,
    [
        _accept(Text(zh="受理并核验身份", en="Accept and check the identity"), "4 hours", IDENTIFIED),
        stage(
            "assign", Text(zh="配置新卡或新终端", en="Assign the new card or equipment"), "dispatch", "4 hours",
            told=words("我们为您备好新卡或新设备。", "We assign your new card or equipment."),
            event="order.assigned", runs="assign",
        ),
        gate("choice", "where", Text(zh="须上门？", en="Visit needed?")),
        on_site(
            "visit", Text(zh="上门更换", en="Replace on site"), "24 hours",
            told=words("我们按约上门更换，请安排人在场。", "We come as agreed to replace it; please let somebody be there."),
            evidence=[PHOTO], event=["order.dispatched", "order.installed"],
        ),
        stage(
            "hand-out", Text(zh="营业厅领取", en="Handed out in the hall"), "yuexiu-hall", "24 hours",
            told=words("请到营业厅领取新卡或新设备。", "Please collect your new card or equipment in the hall."),
            evidence=[words("领取签名", "signature for it")], event="order.installed",
        ),
        gate("choice", "replaced"),
        stage(
            "modify", Text(zh="更新局数据", en="Change the configuration"), "data", "6 hours",
            told=words("我们在网络中启用新卡或新设备。", "We put the new card or equipment to use in the network."),
            event="order.configured", runs="modify",
        ),
        _test("4 hours"),
        _confirm("12 hours"),
    ],
    [
        *ways("start", "accept", "assign", "where"),
        {"from": "where", "to": "visit", "when": {"visit_needed": ["yes"]}},
        {"from": "where", "to": "hand-out", "otherwise": True},
        *ways("visit", "replaced", "modify", "test", "confirm", "end"),
        *ways("hand-out", "replaced"),
        back("test", "assign", FAILED),
    ],
)  # fmt: skip

CHANGES = (CHANGE, SUSPEND, RESUME, CEASE, CEASE_CIRCUIT, TRANSFER, RENUMBER, REPLACE)
