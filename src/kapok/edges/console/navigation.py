"""Every screen that has a place in the menu and in the command palette: the one registry.

A new screen is one `Screen` in `SCREENS`. `name` and `section` are shown in the reader's language; `keywords` are words by
which the palette finds it: Chinese, English, and pinyin initials.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from kapok.edges.console.screen import EVERYBODY
from kapok.kernel.text import Text

NO_SUMMARY = Text(zh="", en="")


@dataclass(frozen=True)
class Section:
    """A heading of the menu."""

    code: str
    name: Text


@dataclass(frozen=True)
class Screen:
    """One entry of the menu. `icon` names a symbol of `static/vendor/tabler/icons.svg`, `url` an address without parameters."""

    name: Text
    icon: str
    url: str
    permission: str
    section: Section
    keywords: str = ""
    summary: Text = NO_SUMMARY
    """What one does there, in a few words; shown on the start page."""

    @property
    def address(self) -> str:
        """Where the screen is."""
        return reverse(self.url)

    def answers(self, query: str) -> bool:
        """Whether every word of `query` occurs in the name or the keywords."""
        text = f"{self.name.zh} {self.name.en} {self.keywords}".lower()
        return all(word in text for word in query.lower().split())


START = Section("start", Text(zh="开始", en="Start"))
WORK = Section("work", Text(zh="工作", en="Work"))
PROMISES = Section("promises", Text(zh="承诺", en="Promises"))
SYSTEM = Section("system", Text(zh="系统", en="System"))

SCREENS: tuple[Screen, ...] = (
    Screen(Text(zh="首页", en="Home"), "home", "console:home", EVERYBODY, START, "sy shouye start 开始"),
    Screen(
        Text(zh="通知", en="Notices"), "bell", "console:notices", EVERYBODY, START,
        "tz tongzhi notices bell alerts warnings breaches 预警 违约 提醒 消息 未读",
        Text(zh="预警、违约和由此产生的应赔", en="Warnings, breaches and what is owed for them"),
    ),
    Screen(
        Text(zh="接待台", en="Front desk"), "search", "console:desk", "desk.serve", WORK,
        "jdt jiedai front desk customer 360 serve caller order 客户 来电 受理 查找 接待 首问 新装 回应",
        Text(zh="一个搜索框，一页看全客户，一页受理订单", en="One search box, the customer on one page, an order on one page"),
    ),
    Screen(
        Text(zh="群障公告", en="Group faults"), "alert-triangle", "console:group-faults", "ledger.read", WORK,
        "qz gg qunzhang gonggao group fault incident outage announcement 群障 公告 大面积 停机 恢复 回访",
        Text(zh="正在影响许多客户的故障，告知了什么，谁待回访", en="Faults that concern many, what customers are told"),
    ),
    Screen(
        Text(zh="渠道设置", en="Channels"), "sitemap", "console:channels", "channels.manage", WORK,
        "qd qudao shezhi channels queues staff overflow call back hotline 渠道 队列 人员 溢出 回拨 热线",
        Text(zh="各渠道的队列、人员、溢出与回拨", en="Queues, staff, overflow and call-back of each channel"),
    ),
    Screen(
        Text(zh="我的工作", en="My work"), "check", "console:my-work", "work.do", WORK,
        "wd gz wode gongzuo my work desk accept refuse deliver hand-off 待办 接单 拒收 交付 首问",
        Text(zh="待接、在办、待裁定、首问负责的事项", en="What is offered to you, in your hands, yours to answer for"),
    ),
    Screen(
        Text(zh="订单", en="Orders"), "file-text", "console:orders", "orders.read", WORK,
        "dd dingdan orders order chain exception return cancel jeopardy 退单 待装 缓装 撤单 改单 开通 进度",
        Text(zh="每张订单走到哪、谁在办、会不会晚", en="Where each order is, who has it, whether it will be late"),
    ),
    Screen(
        Text(zh="调度看板", en="Dispatch board"), "table", "console:dispatch", "dispatch.read", WORK,
        "dd kb diaodu kanban paigong dispatch board technicians vans windows field 派工 改派 指派 装维 预约 外勤",
        Text(zh="谁在哪、几点到、哪些还没派", en="Who is where and when, and what nobody was sent to"),
    ),
    Screen(
        Text(zh="今日外勤", en="Field work today"), "route", "console:field-today", "field.work", WORK,
        "wq jr waiqin jinri phone field today technician accept arrive reply offline 手机 接单 签到 回单 离线",
        Text(zh="我今天的上门，断网也能办", en="My visits today, also without a line"),
    ),
    Screen(
        Text(zh="交接与争议", en="Hand-offs"), "arrows-exchange", "console:handoffs", "ledger.read", WORK,
        "jj zy jiaojie zhengyi handoffs disputes refusals matrix 移交 拒收 裁定 推诿 首问",
        Text(zh="谁移交给谁，谁拒收，谁在等谁", en="Who hands over to whom, who refuses, who waits for whom"),
    ),
    Screen(
        Text(zh="客户", en="Customers"), "user", "console:customers", "customers.read", WORK,
        "kh kehu customer account contact consent import doubles merge 账户 大客户 联系方式 查找 导入 合并 重复",
        Text(zh="按姓名、电话、地址、尾号找客户", en="Find a customer by name, phone, address, last digits"),
    ),
    Screen(
        Text(zh="承诺台账", en="Ledger"), "clock", "console:ledger", "ledger.read", PROMISES,
        "cn tz chengnuo taizhang ledger commitments clocks due overdue 时钟 到期 超时 违约 逾期 倒计时",
        Text(zh="每项承诺的时钟：快到期、已逾期、已暂停", en="The clock of every promise: due, overdue, paused"),
    ),
    Screen(
        Text(zh="规则与承诺", en="Packs and promises"), "book", "console:packs", "packs.read", PROMISES,
        "gz cn guize chengnuo rules law regulation contract pledge 规则包 法规 合同 条款 赔付",
        Text(zh="查法规、承诺与合同的每一条", en="Read regulations, pledges and contracts, clause by clause"),
    ),
    Screen(
        Text(zh="承诺试算", en="Calculator"), "calculator", "console:calculator", "packs.read", PROMISES,
        "cn ss shisuan due compensation reckon 到期 时限 赔偿 赔付 补偿 计算器",
        Text(zh="何时到期，是否违约，应赔多少", en="When is it due, was it kept, what is owed"),
    ),
    Screen(
        Text(zh="流程", en="Flows"), "route", "console:flows", "flows.read", PROMISES,
        "lc liucheng flow template stage budget bpmn 流程模板 工序 时限 分支 发布",
        Text(zh="每道工序谁来办、多久办完，是否装得进承诺", en="Who does which stage in what time, and whether it fits"),
    ),
    Screen(
        Text(zh="商品", en="Offers"), "coin", "console:offers", "offers.read", PROMISES,
        "sp shangpin offers catalogue price plan bundle trial tariff 商品 套餐 价格 资费 试用 目录 开售 停售",
        Text(zh="卖什么、多少钱、要什么资源、走哪个流程", en="What is sold, at which price, with what it needs"),
    ),
    Screen(
        Text(zh="规格", en="Specifications"), "table", "console:specifications", "offers.read", PROMISES,
        "gg guige specification service resource usage plan characteristic 规格 业务 资源 特性 用量计划",
        Text(zh="业务与资源能是什么样、用量按什么计", en="What services and resources can be, and by what usage is counted"),
    ),
    Screen(
        Text(zh="日志审计", en="Audits"), "file-analytics", "console:audits", "audit.read", PROMISES,
        "sj rz shenji log event mining upload compare report 日志 上传 映射 对比 报告 流程挖掘",
        Text(zh="上传日志，看承诺兑现了多少", en="Upload a log, see which promises were kept"),
    ),
    Screen(
        Text(zh="岗位", en="Posts"), "users", "console:posts", "roster.read", WORK,
        "gw gangwei ab post acting deputy take over 值班 接管 代行 A角 B角",
        Text(zh="每岗A、B角，此刻谁在履职", en="A and B of every post, and who acts now"),
    ),
    Screen(
        Text(zh="离岗", en="Absences"), "clock-pause", "console:absences", "roster.read", WORK,
        "lg qj xj ligang qingjia leave absence holiday 请假 休假 出差 培训 日历",
        Text(zh="请假、准假，A、B角不同时离岗", en="Ask for leave and grant it; A and B are never both away"),
    ),
    Screen(
        Text(zh="排班", en="Roster"), "table", "console:roster", "roster.read", WORK,
        "pb paiban roster shift week duty 班次 值班表 周",
        Text(zh="一周的班次，谁在班", en="The shifts of a week, who is on duty"),
    ),
    Screen(
        Text(zh="技能", en="Skills"), "check", "console:skills", "roster.read", WORK,
        "jn jineng skill level certificate 等级 证书",
        Text(zh="谁会什么，到什么程度", en="Who can do what, and how well"),
    ),
    Screen(
        Text(zh="标准地址", en="Addresses"), "map", "console:places", "places.read", WORK,
        "bz dz biaozhun dizhi address place patch exchange area 地址 片区 局向 门牌 包区",
        Text(zh="查地址，看由哪个片区负责", en="Find an address and the patch that answers for it"),
    ),
    Screen(
        Text(zh="网络资源", en="Inventory"), "server", "console:inventory", "inventory.read", WORK,
        "wl zy wangluo ziyuan hx inventory port pair number olt splitter pool ip vlan sim 号线 端口 线对 号码 分光器",
        Text(zh="查端口、号码、地址，看谁占用、还剩多少", en="Ports, numbers, addresses: who has them, what is left"),
    ),
    Screen(
        Text(zh="资源预查", en="Qualification"), "check", "console:inventory-qualify", "inventory.read", WORK,
        "zy yc ziyuan yucha qualify coverage feasible speed 覆盖 可装 速率 能不能装",
        Text(zh="这个地址能装什么、多快、从哪里接", en="What is available at an address, how fast, from where"),
    ),
    Screen(
        Text(zh="资源缺口", en="Shortages"), "chart-bar", "console:inventory-shortages", "inventory.read", WORK,
        "zy qk ziyuan quekou shortage capacity build waiting 缺资源 待建 扩容 在等",
        Text(zh="哪里没有端口，多少客户在等，何时建成", en="Where plant is lacking, how many wait, when it is built"),
    ),
    Screen(
        Text(zh="业务开通", en="Activation"), "activity-heartbeat", "console:activation", "activation.read", SYSTEM,
        "yw kt kaitong activation radius sip olt test lab fault 激活 开通 停机 复机 测试 弱光 网元 实验室 故障注入",
        Text(zh="向网元下发了什么，网元答了什么，测试结果", en="What elements were asked and answered, tests"),
    ),
    Screen(
        Text(zh="人员与权限", en="People"), "users", "console:people", "people.read", SYSTEM,
        "ry qx renyuan users staff roles permissions accounts 用户 账号 角色 授权",
        Text(zh="开户、授权、停用、解锁", en="Open accounts, grant roles, unlock"),
    ),
    Screen(
        Text(zh="组织架构", en="Organisation"), "sitemap", "console:organisation", "people.read", SYSTEM,
        "zz jg zuzhi units tree bureau centre 单位 分局 中心 班组",
        Text(zh="查看、新设、调整、撤销单位", en="Look at units, add, move and end them"),
    ),
    Screen(
        Text(zh="未送达条目", en="Undelivered entries"), "send", "console:letters", "journal.mend", SYSTEM,
        "wsd tm weisongda letters dead queue delivery retry journal subscriber 日志 投递 重试 死信",
        Text(zh="订阅方未能处理的日志条目", en="Journal entries that a subscriber could not take"),
    ),
    Screen(
        Text(zh="系统状态", en="System health"), "activity-heartbeat", "console:health", "system.read", SYSTEM,
        "xt zt xitong database worker queue disk version errors 数据库 队列 磁盘 版本 运行",
        Text(zh="数据库、后台任务、磁盘、错误", en="Database, background work, disk, errors"),
    ),
)  # fmt: skip


def screens_for(permissions: frozenset[str]) -> Iterator[Screen]:
    """The screens that somebody with `permissions` may enter, in the order of the menu."""
    return (screen for screen in SCREENS if screen.permission == EVERYBODY or screen.permission in permissions)


def here(path: str, permissions: frozenset[str]) -> str:
    """The address of the one screen at or below which a page lies, the nearest; below the start page lies nothing."""
    lying = (each.address for each in screens_for(permissions) if _within(path, each.address))
    return max(lying, key=len, default="")


def _within(path: str, address: str) -> bool:
    return path == address or (address != "/" and path.startswith(f"{address.rstrip('/')}/"))


def menu(permissions: frozenset[str]) -> list[tuple[Section, list[Screen]]]:
    """The menu: the sections that have at least one screen for this person."""
    sections: dict[Section, list[Screen]] = {}
    for screen in screens_for(permissions):
        sections.setdefault(screen.section, []).append(screen)
    return list(sections.items())
