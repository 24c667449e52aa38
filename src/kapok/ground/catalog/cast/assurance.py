"""Faults: the flows of the demonstration that restore services.

Source of the stages and budgets: the operator's own stage tables (fault 24 h; key-account fault 4 h), as far as they leave the
reserve. Where the table's handling time of a key-account fault (3 h) left none, it is 2 h here.
"""

from __future__ import annotations

from kapok.ground.catalog.cast.wording import (
    CONFIRMED,
    PHOTO,
    TESTED,
    Document,
    back,
    gate,
    on_site,
    stage,
    ways,
    words,
)
from kapok.ground.catalog.template import ACCOUNT_MANAGER
from kapok.kernel.text import Text

REPAIR: Document = {
    "code": "repair",
    "title": words("固定电话与宽带故障修复", "Repair of fixed voice and broadband"),
    "line": "assurance",
    "serves": {"pack": "guangzhou-pledges", "code": "repair"},
    "applies": {"service": ["fixed_voice", "fixed_broadband"]},
    "nodes": [
        gate("start"),
        stage(
            "accept",
            Text(zh="受理、测试、预处理", en="Accept, line test, pre-handle"),
            "hotline",
            "30 minutes",
            event="fault.diagnosed",
        ),
        stage("dispatch", Text(zh="派单", en="Dispatch"), "dispatch", "15 minutes", event="fault.dispatched"),
        gate("choice", "where", Text(zh="故障部位？", en="Where is the fault?")),
        stage(
            "exchange",
            Text(zh="修复（局内）", en="Repair in the exchange"),
            "monitoring",
            "6 hours",
            event="fault.repaired",
        ),
        gate("split", "cable-begins"),
        on_site(
            "cable",
            Text(zh="修复（线缆）", en="Repair of the cable"),
            "16 hours",
            evidence=[PHOTO],
            event="fault.repaired",
        ),
        stage(
            "inform",
            Text(zh="告知受影响客户", en="Tell the customers affected"),
            "hotline",
            "2 hours",
            event="customer.informed",
        ),
        gate("join", "cable-done"),
        on_site(
            "contact",
            Text(zh="联系客户并预约", en="Contact and appointment"),
            "1 hour",
            event="visit.appointed",
        ),
        on_site(
            "drop",
            Text(zh="修复（入户线）", en="Repair of the drop"),
            "8 hours",
            evidence=[PHOTO],
            event="fault.repaired",
        ),
        stage(
            "test",
            Text(zh="恢复测试", en="Recovery test"),
            "monitoring",
            "15 minutes",
            evidence=[TESTED],
            event="fault.restored",
            holds=False,
        ),
        stage(
            "confirm",
            Text(zh="与客户确认", en="Confirm with the customer"),
            "hotline",
            "1 hour",
            evidence=[CONFIRMED],
            event="fault.confirmed",
        ),
        gate("end"),
    ],
    "edges": [
        *ways("start", "accept", "dispatch", "where"),
        {"from": "where", "to": "exchange", "when": {"fault_kind": ["exchange", "equipment"]}},
        {"from": "where", "to": "cable-begins", "when": {"fault_kind": ["cable"]}},
        {"from": "where", "to": "contact", "otherwise": True},
        *ways("exchange", "test"),
        *ways("cable-begins", "cable", "cable-done", "test"),
        *ways("cable-begins", "inform", "cable-done"),
        *ways("contact", "drop", "test", "confirm", "end"),
        back("test", "dispatch", Text(zh="恢复测试未通过", en="the recovery test failed")),
        back("confirm", "dispatch", Text(zh="客户未确认修复", en="the customer did not confirm")),
    ],
}


UPDATE = stage(
    "update", Text(zh="首次反馈与进展通报", en="First feedback and updates"), "key-accounts", "30 minutes",
    addressee=ACCOUNT_MANAGER, event="customer.informed",
)  # fmt: skip
"""Offered by name while the repair goes on: whoever of the account managers accepts it is first contact."""
INSIDE = [node for node in REPAIR["nodes"] if node["code"] not in {"start", "accept", "confirm", "end"}]
WHERE = {"where", "exchange", "cable-begins", "cable", "inform", "cable-done"}

BUSINESS_REPAIR: Document = REPAIR | {
    "code": "business-repair",
    "title": words("商务客户故障修复", "Repair for business customers"),
    "applies": REPAIR["applies"] | {"segment": ["business"]},
    "nodes": [
        *REPAIR["nodes"][:2], gate("split", "both"), *INSIDE, UPDATE, gate("join", "handled"), *REPAIR["nodes"][-2:],
    ],
    "edges": [
        *ways("start", "accept", "both", "dispatch", "where"),
        *(each for each in REPAIR["edges"] if each["from"] in WHERE),
        *ways("contact", "drop", "test", "handled", "confirm", "end"),
        *ways("both", "update", "handled"),
        back("test", "dispatch", Text(zh="恢复测试未通过", en="the recovery test failed")),
        back("confirm", "accept", Text(zh="客户未确认修复", en="the customer did not confirm")),
    ],
}  # fmt: skip
"""The same while the account manager tells the customer how it stands."""


def _key_account_stages(handle: str) -> list[Document]:
    dispatched = ["fault.diagnosed", "fault.dispatched"]
    tested: Document = {"evidence": [TESTED], "event": "fault.restored", "holds": False}
    confirmed: Document = {"evidence": [CONFIRMED], "event": "fault.confirmed"}
    take, test = Text(zh="受理派障", en="Accept and dispatch"), Text(zh="恢复测试", en="Recovery test")
    return [
        gate("start"),
        stage("accept", take, "key-accounts", "15 minutes", event=dispatched),
        gate("split", "both"),
        stage("handle", Text(zh="障碍处理", en="Handle the fault"), "monitoring", handle, event="fault.repaired"),
        UPDATE,
        gate("join", "handled"),
        stage("test", test, "monitoring", "15 minutes", **tested),
        stage("feedback", Text(zh="结果反馈", en="Feedback"), "key-accounts", "15 minutes", **confirmed),
        gate("end"),
    ]


def _key_account_fault(code: str, tier: str, handle: str, title: Text, applies: Document) -> Document:
    return {
        "code": code,
        "title": words(title.zh, title.en),
        "line": "assurance",
        "serves": {"pack": "guangzhou-pledges", "code": f"{tier}-repair"},
        "applies": {"segment": ["key_account"]} | applies,
        "nodes": _key_account_stages(handle),
        "edges": [
            *ways("start", "accept", "both", "handle", "handled", "test", "feedback", "end"),
            *ways("both", "update", "handled"),
            back("test", "accept", Text(zh="恢复测试未通过", en="the recovery test failed")),
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
