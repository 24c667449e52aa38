"""The small operator of the demonstration: its units, and people with log-ins that exist nowhere else. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

from kapok.ground.people.rules import UnitKind
from kapok.kernel.text import Language, Text


@dataclass(frozen=True)
class Place:
    """A unit of the demonstration; `parent` stands before it in `PLACES`."""

    code: str
    kind: UnitKind
    name: Text
    parent: str | None


@dataclass(frozen=True)
class Login:
    """A person of the demonstration, with a password that is public."""

    username: str
    password: str
    name: str
    role: str
    unit: str
    language: Language
    phone: str
    email: str


PLACES = (
    Place("kapok", UnitKind.BRANCH, Text(zh="木棉电信广州分公司", en="Kapok Telecom Guangzhou"), None),
    Place("response", UnitKind.CENTRE, Text(zh="客户响应中心", en="Customer Response Centre"), "kapok"),
    Place("supervision", UnitKind.CENTRE, Text(zh="服务督导中心", en="Service Supervision Centre"), "kapok"),
    Place("network", UnitKind.CENTRE, Text(zh="网络运营中心", en="Network Operation Centre"), "kapok"),
    Place("hotline", UnitKind.TEAM, Text(zh="热线班", en="Hotline Team"), "response"),
    Place("tianhe", UnitKind.BUREAU, Text(zh="天河分局", en="Tianhe Bureau"), "kapok"),
    Place("tianhe-east", UnitKind.SERVICE_CENTRE, Text(zh="天河东营服中心", en="Tianhe East Service Centre"), "tianhe"),
    Place("monitoring", UnitKind.CENTRE, Text(zh="网络监控中心", en="Network Monitoring Centre"), "network"),
    Place("maintenance", UnitKind.CENTRE, Text(zh="网络维护中心", en="Network Maintenance Centre"), "network"),
    Place("wireless", UnitKind.CENTRE, Text(zh="无线网优中心", en="Wireless Optimisation Centre"), "network"),
    Place("data", UnitKind.CENTRE, Text(zh="数据通信中心", en="Data Communications Centre"), "network"),
    Place("payphones", UnitKind.TEAM, Text(zh="公话与流动业务班", en="Payphones and Cards Team"), "response"),
    Place("dispatch", UnitKind.TEAM, Text(zh="调度台", en="Dispatch Desk"), "response"),
    Place("key-accounts", UnitKind.DEPARTMENT, Text(zh="大客户部", en="Key Accounts"), "kapok"),
    Place("tianhe-east-field", UnitKind.TEAM, Text(zh="天河东装维班", en="Tianhe East Field Team"), "tianhe-east"),
    Place("tianhe-east-1", UnitKind.PATCH, Text(zh="天河东一片区", en="Tianhe East Patch 1"), "tianhe-east"),
    Place("tianhe-east-2", UnitKind.PATCH, Text(zh="天河东二片区", en="Tianhe East Patch 2"), "tianhe-east"),
    Place("yuexiu", UnitKind.BUREAU, Text(zh="越秀分局", en="Yuexiu Bureau"), "kapok"),
    Place("yuexiu-hall", UnitKind.HALL, Text(zh="北京路营业厅", en="Beijing Road Hall"), "yuexiu"),
)

LOGINS = (
    Login(
        "admin", "kapok-admin-1", "林静", "administrator", "kapok", Language.ZH, "02088880001", "lin.jing@kapok.example"
    ),
    Login(
        "supervisor",
        "kapok-super-1",
        "陈卫东",
        "supervisor",
        "kapok",
        Language.ZH,
        "13800000002",
        "chen.wd@kapok.example",
    ),
    Login(
        "analyst", "kapok-audit-1", "Grace Ho", "analyst", "supervision", Language.EN, "13800000003", "ho@kapok.example"
    ),
    Login("agent", "kapok-agent-1", "梁小敏", "agent", "hotline", Language.ZH, "13800000004", "liang.xm@kapok.example"),
    Login(
        "dispatcher",
        "kapok-disp-01",
        "黄志强",
        "dispatcher",
        "dispatch",
        Language.ZH,
        "13800000006",
        "huang.zq@kapok.example",
    ),
    Login(
        "technician",
        "kapok-tech-01",
        "何永明",
        "technician",
        "tianhe-east-field",
        Language.ZH,
        "13800000007",
        "he.ym@kapok.example",
    ),
    Login(
        "noc",
        "kapok-noc-001",
        "Priya Nair",
        "noc_engineer",
        "monitoring",
        Language.EN,
        "13800000008",
        "nair@kapok.example",
    ),
    Login(
        "keyaccount",
        "kapok-key-001",
        "欧阳慧",
        "account_manager",
        "key-accounts",
        Language.ZH,
        "13800000009",
        "ouyang.h@kapok.example",
    ),
    Login(
        "manager", "kapok-mgr-001", "邓丽华", "manager", "kapok", Language.ZH, "13800000010", "deng.lh@kapok.example"
    ),
    Login("agent2", "kapok-agent-2", "苏婷", "agent", "hotline", Language.ZH, "13800000011", "su.t@kapok.example"),
    Login(
        "dispatcher2",
        "kapok-disp-02",
        "罗建国",
        "dispatcher",
        "dispatch",
        Language.ZH,
        "13800000012",
        "luo.jg@kapok.example",
    ),
    Login(
        "technician2",
        "kapok-tech-02",
        "Samuel Ong",
        "technician",
        "tianhe-east-field",
        Language.EN,
        "13800000013",
        "ong@kapok.example",
    ),
    Login(
        "technician3",
        "kapok-tech-03",
        "卢敏",
        "technician",
        "tianhe-east-field",
        Language.ZH,
        "13800000016",
        "lu.m@kapok.example",
    ),
    Login(
        "technician4",
        "kapok-tech-04",
        "Ravi Menon",
        "technician",
        "tianhe-east-field",
        Language.EN,
        "13800000017",
        "menon@kapok.example",
    ),
    Login(
        "noc2",
        "kapok-noc-002",
        "方伟",
        "noc_engineer",
        "monitoring",
        Language.ZH,
        "13800000014",
        "fang.w@kapok.example",
    ),
    Login(
        "keyaccount2",
        "kapok-key-002",
        "叶文",
        "account_manager",
        "key-accounts",
        Language.ZH,
        "13800000015",
        "ye.w@kapok.example",
    ),
    Login(
        "agent3", "kapok-agent-3", "谢文杰", "agent", "payphones", Language.ZH, "13800000018", "xie.wj@kapok.example"
    ),
    Login("viewer", "kapok-view-01", "Daniel Au", "viewer", "tianhe", Language.EN, "13800000005", "au@kapok.example"),
)
