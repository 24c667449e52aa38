"""The flows of the demonstration's small operator. Pure data; the units are those of its people.

Source of the stages and budgets: the operator's own stage tables (fault 24 h; key-account fault 4 h; installation 15 days; reply
3 h), as far as they leave the reserve. Where the table's handling time of a key-account fault (3 h) left none, it is 2 h here.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from kapok.kernel.text import Text

Document = dict[str, Any]


def _words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _stage(code: str, title: Text, unit: str, budget: str, **more: Any) -> Document:
    return {"kind": "stage", "code": code, "title": _words(title.zh, title.en), "unit": unit, "budget": budget} | more


def _gate(kind: str, code: str = "", title: Text | None = None) -> Document:
    return {"kind": kind, "code": code or kind} | ({"title": _words(title.zh, title.en)} if title else {})


def _ways(*codes: str) -> list[Document]:
    return [{"from": one, "to": other} for one, other in pairwise(codes)]


def _back(leaving: str, to: str, why: Text) -> Document:
    return {"from": leaving, "to": to, "returns": _words(why.zh, why.en)}


TESTED = _words("测试记录", "test record")
CONFIRMED = _words("客户确认", "the customer's confirmation")
PHOTO = _words("现场照片", "photo of the site")

REPAIR: Document = {
    "code": "repair",
    "title": _words("固定电话与宽带故障修复", "Repair of fixed voice and broadband"),
    "line": "assurance",
    "serves": {"pack": "guangzhou-pledges", "code": "repair"},
    "applies": {"service": ["fixed_voice", "fixed_broadband"]},
    "nodes": [
        _gate("start"),
        _stage(
            "accept",
            Text(zh="受理、测试、预处理", en="Accept, line test, pre-handle"),
            "hotline",
            "30 minutes",
            event="fault.diagnosed",
        ),
        _stage("dispatch", Text(zh="派单", en="Dispatch"), "dispatch", "15 minutes", event="fault.dispatched"),
        _gate("choice", "where", Text(zh="故障部位？", en="Where is the fault?")),
        _stage(
            "exchange",
            Text(zh="修复（局内）", en="Repair in the exchange"),
            "monitoring",
            "6 hours",
            event="fault.repaired",
        ),
        _gate("split", "cable-begins"),
        _stage(
            "cable",
            Text(zh="修复（线缆）", en="Repair of the cable"),
            "tianhe-east-field",
            "16 hours",
            evidence=[PHOTO],
            event="fault.repaired",
        ),
        _stage(
            "inform",
            Text(zh="告知受影响客户", en="Tell the customers affected"),
            "hotline",
            "2 hours",
            event="customer.informed",
        ),
        _gate("join", "cable-done"),
        _stage(
            "contact",
            Text(zh="联系客户并预约", en="Contact and appointment"),
            "tianhe-east-field",
            "1 hour",
            event="visit.appointed",
        ),
        _stage(
            "drop",
            Text(zh="修复（入户线）", en="Repair of the drop"),
            "tianhe-east-field",
            "8 hours",
            evidence=[PHOTO],
            event="fault.repaired",
        ),
        _stage(
            "test",
            Text(zh="恢复测试", en="Recovery test"),
            "monitoring",
            "15 minutes",
            evidence=[TESTED],
            event="fault.restored",
            holds=False,
        ),
        _stage(
            "confirm",
            Text(zh="与客户确认", en="Confirm with the customer"),
            "hotline",
            "1 hour",
            evidence=[CONFIRMED],
            event="fault.confirmed",
        ),
        _gate("end"),
    ],
    "edges": [
        *_ways("start", "accept", "dispatch", "where"),
        {"from": "where", "to": "exchange", "when": {"fault_kind": ["exchange", "equipment"]}},
        {"from": "where", "to": "cable-begins", "when": {"fault_kind": ["cable"]}},
        {"from": "where", "to": "contact", "otherwise": True},
        *_ways("exchange", "test"),
        *_ways("cable-begins", "cable", "cable-done", "test"),
        *_ways("cable-begins", "inform", "cable-done"),
        *_ways("contact", "drop", "test", "confirm", "end"),
        _back("test", "dispatch", Text(zh="恢复测试未通过", en="the recovery test failed")),
        _back("confirm", "dispatch", Text(zh="客户未确认修复", en="the customer did not confirm")),
    ],
}


def _key_account_stages(handle: str) -> list[Document]:
    feedback = Text(zh="首次反馈与进展通报", en="First feedback and updates")
    dispatched = ["fault.diagnosed", "fault.dispatched"]
    tested: Document = {"evidence": [TESTED], "event": "fault.restored", "holds": False}
    confirmed: Document = {"evidence": [CONFIRMED], "event": "fault.confirmed"}
    take, test = Text(zh="受理派障", en="Accept and dispatch"), Text(zh="恢复测试", en="Recovery test")
    return [
        _gate("start"),
        _stage("accept", take, "key-accounts", "15 minutes", event=dispatched),
        _gate("split", "both"),
        _stage("handle", Text(zh="障碍处理", en="Handle the fault"), "monitoring", handle, event="fault.repaired"),
        _stage("update", feedback, "key-accounts", "30 minutes", event="customer.informed"),
        _gate("join", "handled"),
        _stage("test", test, "monitoring", "15 minutes", **tested),
        _stage("feedback", Text(zh="结果反馈", en="Feedback"), "key-accounts", "15 minutes", **confirmed),
        _gate("end"),
    ]


def _key_account_fault(code: str, tier: str, handle: str, title: Text, applies: Document) -> Document:
    return {
        "code": code,
        "title": _words(title.zh, title.en),
        "line": "assurance",
        "serves": {"pack": "guangzhou-pledges", "code": f"{tier}-repair"},
        "applies": {"segment": ["key_account"]} | applies,
        "nodes": _key_account_stages(handle),
        "edges": [
            *_ways("start", "accept", "both", "handle", "handled", "test", "feedback", "end"),
            *_ways("both", "update", "handled"),
            _back("test", "accept", Text(zh="恢复测试未通过", en="the recovery test failed")),
        ],
    }


KEY_ACCOUNT_FAULT = _key_account_fault(
    "key-account-fault", "SL2", "2 hours", Text(zh="大客户故障（4 小时）", en="Key-account fault (4 hours)"), {}
)
TOP_ACCOUNT_FAULT = _key_account_fault(
    "top-account-fault",
    "SL1",
    "90 minutes",
    Text(zh="SL1 大客户故障（3 小时）", en="SL1 key-account fault (3 hours)"),
    {"tier": ["SL1"]},
)

INSTALL: Document = {
    "code": "install",
    "title": _words("固定电话与宽带装移机", "Installing or moving fixed voice and broadband"),
    "line": "fulfilment",
    "serves": {"pack": "guangzhou-pledges", "code": "install"},
    "applies": {"service": ["fixed_voice", "fixed_broadband"], "action": ["install", "move"]},
    "nodes": [
        _gate("start"),
        _stage("accept", Text(zh="受理与查勘", en="Accept and survey"), "hotline", "1 day", event="order.surveyed"),
        _stage("assign", Text(zh="配置资源", en="Assign resources"), "dispatch", "2 days", event="order.assigned"),
        _gate("split", "both"),
        _stage(
            "configure", Text(zh="局数据制作", en="Configure the exchange"), "data", "1 day", event="order.configured"
        ),
        _stage(
            "appoint",
            Text(zh="派工并预约", en="Dispatch and appointment"),
            "tianhe-east-field",
            "2 days",
            event=["order.dispatched", "visit.appointed"],
        ),
        _gate("join", "ready"),
        _stage(
            "visit",
            Text(zh="上门施工", en="Installation on site"),
            "tianhe-east-field",
            "5 days",
            evidence=[PHOTO],
            event="order.installed",
        ),
        _stage(
            "test",
            Text(zh="测试与竣工", en="Test and complete"),
            "monitoring",
            "1 day",
            evidence=[TESTED],
            event=["order.tested", "order.completed"],
            holds=False,
        ),
        _stage(
            "confirm",
            Text(zh="与客户确认", en="Confirm with the customer"),
            "hotline",
            "6 hours",
            evidence=[CONFIRMED],
            event="order.confirmed",
        ),
        _gate("end"),
    ],
    "edges": [
        *_ways("start", "accept", "assign", "both", "configure", "ready", "visit", "test", "confirm", "end"),
        *_ways("both", "appoint", "ready"),
        _back("visit", "assign", Text(zh="资源与现场不符（退单）", en="the resources do not fit the site (return)")),
        _back("test", "visit", Text(zh="测试未通过", en="the test failed")),
    ],
}

REPLY: Document = {
    "code": "business-reply",
    "title": _words("商务客户三小时回应", "Business customers answered within three hours"),
    "line": "fulfilment",
    "serves": {"pack": "guangzhou-pledges", "code": "reply"},
    "applies": {"segment": ["business", "key_account"]},
    "nodes": [
        _gate("start"),
        _stage(
            "take",
            Text(zh="受理并分派", en="Take and assign"),
            "hotline",
            "0.25 working hours",
            event="request.acknowledged",
        ),
        _stage("answer", Text(zh="实质答复", en="Substantive reply"), "key-accounts", "1.5 working hours"),
        _stage(
            "acknowledge",
            Text(zh="客户确认", en="The customer acknowledges"),
            "key-accounts",
            "0.5 working hours",
            event="request.answered",
        ),
        _gate("end"),
    ],
    "edges": [
        *_ways("start", "take", "answer", "acknowledge", "end"),
        _back("acknowledge", "answer", Text(zh="客户不认可答复", en="the customer does not accept the reply")),
    ],
}

FLOWS = (REPAIR, KEY_ACCOUNT_FAULT, TOP_ACCOUNT_FAULT, INSTALL, REPLY)
