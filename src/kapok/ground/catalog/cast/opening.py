"""Opening services: the flows of the demonstration that install and move, and the reply to business customers.

Source of the stages and budgets: the operator's own stage tables (installation 15 days; reply 3 h; wireless 1 h), as far as they
leave the reserve; payphones and websites are parameters of this demonstration.
"""

from __future__ import annotations

from kapok.ground.catalog.cast.wording import CONFIRMED, PHOTO, TESTED, Document, back, gate, served, stage, ways, words
from kapok.kernel.text import Text

INSTALL: Document = {
    "code": "install",
    "title": words("固定电话与宽带装移机", "Installing or moving fixed voice and broadband"),
    "line": "fulfilment",
    "serves": {"pack": "guangzhou-pledges", "code": "install"},
    "applies": {"service": ["fixed_voice", "fixed_broadband"], "action": ["install", "move"]},
    "nodes": [
        gate("start"),
        stage(
            "accept",
            Text(zh="受理与查勘", en="Accept and survey"),
            "hotline",
            "1 day",
            event="order.surveyed",
            runs="reserve",
        ),
        stage(
            "assign",
            Text(zh="配置资源", en="Assign resources"),
            "dispatch",
            "2 days",
            event="order.assigned",
            runs="assign",
        ),
        gate("split", "both"),
        stage(
            "configure",
            Text(zh="局数据制作", en="Configure the exchange"),
            "data",
            "1 day",
            event="order.configured",
            runs="activate",
        ),
        stage(
            "appoint",
            Text(zh="派工并预约", en="Dispatch and appointment"),
            "tianhe-east-field",
            "2 days",
            event=["order.dispatched", "visit.appointed"],
        ),
        gate("join", "ready"),
        stage(
            "visit",
            Text(zh="上门施工", en="Installation on site"),
            "tianhe-east-field",
            "5 days",
            evidence=[PHOTO],
            event="order.installed",
        ),
        stage(
            "test",
            Text(zh="测试与竣工", en="Test and complete"),
            "monitoring",
            "1 day",
            evidence=[TESTED],
            event=["order.tested", "order.completed"],
            holds=False,
            runs="test",
        ),
        stage(
            "confirm",
            Text(zh="与客户确认", en="Confirm with the customer"),
            "hotline",
            "6 hours",
            evidence=[CONFIRMED],
            event="order.confirmed",
        ),
        gate("end"),
    ],
    "edges": [
        *ways("start", "accept", "assign", "both", "configure", "ready", "visit", "test", "confirm", "end"),
        *ways("both", "appoint", "ready"),
        back("visit", "assign", Text(zh="资源与现场不符（退单）", en="the resources do not fit the site (return)")),
        back("test", "visit", Text(zh="测试未通过", en="the test failed")),
    ],
}

SIM: Document = {
    "code": "install-wireless",
    "title": words("无线电话当场开通", "Wireless telephone opened while the customer waits"),
    "line": "fulfilment",
    "serves": served("install-wireless"),
    "applies": {"service": ["wireless"], "action": ["install"]},
    "nodes": [
        gate("start"),
        stage(
            "accept", Text(zh="受理与选号", en="Accept and choose a number"), "hotline", "10 minutes",
            event="order.surveyed", runs="reserve",
        ),
        stage(
            "assign", Text(zh="配置号码与 SIM 卡", en="Assign number and SIM"), "dispatch", "5 minutes",
            event="order.assigned", runs="assign",
        ),
        stage(
            "activate", Text(zh="网络开通", en="Activate"), "data", "10 minutes",
            event="order.configured", runs="activate",
        ),
        stage(
            "test", Text(zh="拨测", en="Test call"), "monitoring", "5 minutes",
            evidence=[TESTED], event=["order.tested", "order.completed"], holds=False, runs="test",
        ),
        stage(
            "confirm", Text(zh="与客户确认", en="Confirm with the customer"), "hotline", "10 minutes",
            evidence=[CONFIRMED], event="order.confirmed",
        ),
        gate("end"),
    ],
    "edges": [
        *ways("start", "accept", "assign", "activate", "test", "confirm", "end"),
        back("test", "assign", Text(zh="拨测未通过，换卡或换号", en="the test call failed: another card or number")),
    ],
}  # fmt: skip

PAYPHONE: Document = {
    "code": "payphone",
    "title": words("公用电话装移", "Installing or moving a payphone"),
    "line": "fulfilment",
    "serves": served("payphone"),
    "applies": {"service": ["payphone"], "action": ["install", "move"]},
    "nodes": [
        gate("start"),
        stage(
            "accept", Text(zh="受理与选址", en="Accept and choose the site"), "hotline", "1 day",
            evidence=[words("场地许可", "permission for the site")], event="order.surveyed", runs="reserve",
        ),
        stage(
            "assign", Text(zh="配置线路与号码", en="Assign line and number"), "dispatch", "1 day",
            event="order.assigned", runs="assign",
        ),
        gate("split", "both"),
        stage(
            "configure", Text(zh="局数据与计费表", en="Exchange and charging table"), "data", "1 day",
            event="order.configured", runs="activate",
        ),
        stage(
            "install", Text(zh="安装话机", en="Set up the telephone"), "tianhe-east-field", "7 days",
            evidence=[PHOTO], event=["order.dispatched", "order.installed"],
        ),
        gate("join", "ready"),
        stage(
            "test", Text(zh="拨测（含 110、119、120）", en="Test calls, emergency numbers too"), "monitoring", "1 day",
            evidence=[TESTED], event="order.tested", holds=False, runs="test",
        ),
        stage(
            "register", Text(zh="登记巡检", en="Enter into the inspection round"), "tianhe-east-field", "1 day",
            event=["order.completed", "order.confirmed"],
        ),
        gate("end"),
    ],
    "edges": [
        *ways("start", "accept", "assign", "both", "configure", "ready", "test", "register", "end"),
        *ways("both", "install", "ready"),
        back("test", "assign", Text(zh="拨测未通过", en="a test call failed")),
    ],
}  # fmt: skip

WEBSITE: Document = {
    "code": "website",
    "title": words("企业网站开通", "Opening a website"),
    "line": "fulfilment",
    "serves": served("website"),
    "applies": {"service": ["data"], "action": ["install"]},
    "nodes": [
        gate("start"),
        stage(
            "accept", Text(zh="受理与域名核对", en="Accept and check the domain"), "hotline", "8 hours",
            event="order.surveyed", runs="reserve",
        ),
        stage(
            "assign", Text(zh="分配空间与地址", en="Assign space and addresses"), "dispatch", "4 hours",
            event="order.assigned", runs="assign",
        ),
        stage(
            "host", Text(zh="建站", en="Set the site up"), "data", "1 day", event="order.configured", runs="activate"
        ),
        stage(
            "test", Text(zh="访问测试", en="Test of access"), "monitoring", "4 hours",
            evidence=[TESTED], event=["order.tested", "order.completed"], holds=False, runs="test",
        ),
        stage(
            "confirm", Text(zh="与客户确认", en="Confirm with the customer"), "hotline", "8 hours",
            evidence=[CONFIRMED], event="order.confirmed",
        ),
        gate("end"),
    ],
    "edges": [
        *ways("start", "accept", "assign", "host", "test", "confirm", "end"),
        back("test", "host", Text(zh="访问测试未通过", en="the test failed")),
    ],
}  # fmt: skip

REPLY: Document = {
    "code": "business-reply",
    "title": words("商务客户三小时回应", "Business customers answered within three hours"),
    "line": "fulfilment",
    "serves": {"pack": "guangzhou-pledges", "code": "reply"},
    "applies": {"segment": ["business", "key_account"]},
    "nodes": [
        gate("start"),
        stage(
            "take",
            Text(zh="受理并分派", en="Take and assign"),
            "hotline",
            "0.25 working hours",
            event="request.acknowledged",
        ),
        stage("answer", Text(zh="实质答复", en="Substantive reply"), "key-accounts", "1.5 working hours"),
        stage(
            "acknowledge",
            Text(zh="客户确认", en="The customer acknowledges"),
            "key-accounts",
            "0.5 working hours",
            event="request.answered",
        ),
        gate("end"),
    ],
    "edges": [
        *ways("start", "take", "answer", "acknowledge", "end"),
        back("acknowledge", "answer", Text(zh="客户不认可答复", en="the customer does not accept the reply")),
    ],
}
