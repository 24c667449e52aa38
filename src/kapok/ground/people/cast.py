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
    Place("yuexiu", UnitKind.BUREAU, Text(zh="越秀分局", en="Yuexiu Bureau"), "kapok"),
    Place("yuexiu-hall", UnitKind.HALL, Text(zh="北京路营业厅", en="Beijing Road Hall"), "yuexiu"),
)

LOGINS = (
    Login(
        "admin", "kapok-admin-1", "林静", "administrator", "kapok", Language.ZH, "02088880001", "lin.jing@kapok.example"
    ),
    Login(
        "supervisor", "kapok-super-1", "陈卫东", "supervisor", "kapok", Language.ZH, "13800000002", "chen.wd@kapok.example"
    ),
    Login("analyst", "kapok-audit-1", "Grace Ho", "analyst", "supervision", Language.EN, "13800000003", "ho@kapok.example"),
    Login("agent", "kapok-agent-1", "梁小敏", "agent", "hotline", Language.ZH, "13800000004", "liang.xm@kapok.example"),
    Login("viewer", "kapok-view-01", "Daniel Au", "viewer", "tianhe", Language.EN, "13800000005", "au@kapok.example"),
)  # fmt: skip
