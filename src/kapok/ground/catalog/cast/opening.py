"""Opening services: the flows of the demonstration that install and move, and the reply to business customers.

Source of the stages and budgets: the operator's own stage tables (installation 15 days; reply 3 h; wireless 1 h), as far as they
leave the reserve; payphones and websites are parameters of this demonstration.
"""

from __future__ import annotations

from kapok.ground.catalog.cast.wording import (
    CONFIRMED,
    PHOTO,
    RENT,
    TESTED,
    WE_ASK,
    WE_TEST,
    Document,
    back,
    gate,
    on_site,
    served,
    stage,
    ways,
    words,
)
from kapok.ground.catalog.template import ACCOUNT_MANAGER
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
            told=words(
                "我们核对您的地址和要求，并为您预留线路。",
                "We check your address and what you asked for, and set a line aside for you.",
            ),
            event="order.surveyed",
            runs="reserve",
        ),
        stage(
            "assign",
            Text(zh="配置资源", en="Assign resources"),
            "dispatch",
            "2 days",
            told=words("我们为您配好从机房到您家的线路。", "We assign the line from our exchange to your home."),
            event="order.assigned",
            runs="assign",
        ),
        gate("split", "both"),
        stage(
            "configure",
            Text(zh="局数据制作", en="Configure the exchange"),
            "data",
            "1 day",
            told=words("我们在机房为您开通业务数据。", "We prepare your service in our exchange."),
            event="order.configured",
            runs="activate",
        ),
        on_site(
            "appoint",
            Text(zh="派工并预约", en="Dispatch and appointment"),
            "2 days",
            told=words("我们致电与您约定上门时间。", "We call you to agree when we come."),
            event=["order.dispatched", "visit.appointed"],
        ),
        gate("join", "ready"),
        on_site(
            "visit",
            Text(zh="上门施工", en="Installation on site"),
            "5 days",
            told=words(
                "装维人员按约上门施工，请安排人在场。", "Our technician comes as agreed; please let somebody be there."
            ),
            evidence=[PHOTO],
            event="order.installed",
        ),
        stage(
            "test",
            Text(zh="测试与竣工", en="Test and complete"),
            "monitoring",
            "1 day",
            told=WE_TEST,
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
            told=WE_ASK,
            evidence=[CONFIRMED],
            event="order.confirmed",
        ),
        RENT,
        gate("end"),
    ],
    "edges": [
        *ways("start", "accept", "assign", "both", "configure", "ready", "visit", "test", "confirm", "bill", "end"),
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
            told=words("我们受理并请您选号。", "We take your order and let you choose a number."),
            event="order.surveyed", runs="reserve",
        ),
        stage(
            "assign", Text(zh="配置号码与 SIM 卡", en="Assign number and SIM"), "dispatch", "5 minutes",
            told=words("我们为您备好号码和 SIM 卡。", "We assign your number and SIM card."),
            event="order.assigned", runs="assign",
        ),
        stage(
            "activate", Text(zh="网络开通", en="Activate"), "data", "10 minutes",
            told=words("我们在网络中开通您的号码。", "We switch your number on in the network."),
            event="order.configured", runs="activate",
        ),
        stage(
            "test", Text(zh="拨测", en="Test call"), "monitoring", "5 minutes",
            told=words("我们拨打测试电话。", "We make a test call."),
            evidence=[TESTED], event=["order.tested", "order.completed"], holds=False, runs="test",
        ),
        stage(
            "confirm", Text(zh="与客户确认", en="Confirm with the customer"), "hotline", "10 minutes",
            told=WE_ASK, evidence=[CONFIRMED], event="order.confirmed",
        ),
        RENT,
        gate("end"),
    ],
    "edges": [
        *ways("start", "accept", "assign", "activate", "test", "confirm", "bill", "end"),
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
            told=words("我们核对场地并选定位置。", "We look at the site and choose the place."),
            evidence=[words("场地许可", "permission for the site")], event="order.surveyed", runs="reserve",
        ),
        stage(
            "assign", Text(zh="配置线路与号码", en="Assign line and number"), "dispatch", "1 day",
            told=words("我们配好线路与号码。", "We assign line and number."),
            event="order.assigned", runs="assign",
        ),
        gate("split", "both"),
        stage(
            "configure", Text(zh="局数据与计费表", en="Exchange and charging table"), "data", "1 day",
            told=words("我们在机房开通并设置资费。", "We prepare it in our exchange, with its charges."),
            event="order.configured", runs="activate",
        ),
        on_site(
            "install", Text(zh="安装话机", en="Set up the telephone"), "7 days",
            told=words("我们上门安装话机。", "We come and set the telephone up."),
            evidence=[PHOTO], event=["order.dispatched", "order.installed"],
        ),
        gate("join", "ready"),
        stage(
            "test", Text(zh="拨测（含 110、119、120）", en="Test calls, emergency numbers too"), "monitoring", "1 day",
            told=words("我们拨打测试电话，包括紧急号码。", "We make test calls, to the emergency numbers too."),
            evidence=[TESTED], event="order.tested", holds=False, runs="test",
        ),
        on_site(
            "register", Text(zh="登记巡检", en="Enter into the inspection round"), "1 day",
            told=words("话机列入定期巡检，可以使用。", "It is inspected regularly from now on, and can be used."),
            event=["order.completed", "order.confirmed"],
        ),
        RENT,
        gate("end"),
    ],
    "edges": [
        *ways("start", "accept", "assign", "both", "configure", "ready", "test", "register", "bill", "end"),
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
            told=words("我们受理并核对您的域名。", "We take your order and check your domain."),
            event="order.surveyed", runs="reserve",
        ),
        stage(
            "assign", Text(zh="分配空间与地址", en="Assign space and addresses"), "dispatch", "4 hours",
            told=words("我们为您分配空间与地址。", "We assign space and addresses to you."),
            event="order.assigned", runs="assign",
        ),
        stage(
            "host", Text(zh="建站", en="Set the site up"), "data", "1 day",
            told=words("我们为您建站。", "We set your site up."), event="order.configured", runs="activate"
        ),
        stage(
            "test", Text(zh="访问测试", en="Test of access"), "monitoring", "4 hours",
            told=words("我们测试网站能否访问。", "We test that the site can be reached."),
            evidence=[TESTED], event=["order.tested", "order.completed"], holds=False, runs="test",
        ),
        stage(
            "confirm", Text(zh="与客户确认", en="Confirm with the customer"), "hotline", "8 hours",
            told=WE_ASK, evidence=[CONFIRMED], event="order.confirmed",
        ),
        RENT,
        gate("end"),
    ],
    "edges": [
        *ways("start", "accept", "assign", "host", "test", "confirm", "bill", "end"),
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
            "answer",
            Text(zh="实质答复", en="Substantive reply"),
            "key-accounts",
            "1.75 working hours",
            addressee=ACCOUNT_MANAGER,
            told=words(
                "我们收到您的问题，专人正在为您准备答复。",
                "We have your question, and somebody is preparing the answer to you.",
            ),
        ),
        stage(
            "acknowledge",
            Text(zh="客户确认", en="The customer acknowledges"),
            "key-accounts",
            "0.5 working hours",
            addressee=ACCOUNT_MANAGER,
            told=words("我们请您确认答复是否解决问题。", "We ask you whether that answers you."),
            event="request.answered",
        ),
        gate("end"),
    ],
    "edges": [
        *ways("start", "answer", "acknowledge", "end"),
        back("acknowledge", "answer", Text(zh="客户不认可答复", en="the customer does not accept the reply")),
    ],
}
