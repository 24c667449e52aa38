"""People, decided without a database: roles, moves, details and their masks, the tree of units, lock-out. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kapok.ground.people.refusals import InvalidEmail, InvalidName, InvalidPhone
from kapok.kernel.text import Language, Text, joined


class State(StrEnum):
    """Whether a person may sign in."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"


MOVES: Mapping[State, frozenset[State]] = {
    State.ACTIVE: frozenset({State.DEACTIVATED}),
    State.DEACTIVATED: frozenset({State.ACTIVE}),
}


def sources(to: State) -> frozenset[State]:
    """The states from which a person may move to `to`."""
    return frozenset(state for state, targets in MOVES.items() if to in targets)


class Theme(StrEnum):
    """How the console looks to a person; `auto` follows the device."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


THEMES: Mapping[Theme, Text] = {
    Theme.AUTO: Text(zh="跟随设备", en="as the device"),
    Theme.LIGHT: Text(zh="浅色", en="light"),
    Theme.DARK: Text(zh="深色", en="dark"),
}

LANGUAGES: Mapping[Language, Text] = {
    Language.ZH: Text(zh="中文", en="Chinese"),
    Language.EN: Text(zh="英文", en="English"),
}


class UnitKind(StrEnum):
    """The kinds of unit an operator is made of."""

    BRANCH = "branch"
    BUREAU = "bureau"
    SERVICE_CENTRE = "service_centre"
    PATCH = "patch"
    HALL = "hall"
    CENTRE = "centre"
    DEPARTMENT = "department"
    TEAM = "team"


UNIT_KINDS: Mapping[UnitKind, Text] = {
    UnitKind.BRANCH: Text(zh="市分公司", en="City branch"),
    UnitKind.BUREAU: Text(zh="区域分局", en="Regional bureau"),
    UnitKind.SERVICE_CENTRE: Text(zh="营服中心", en="Service centre"),
    UnitKind.PATCH: Text(zh="片区", en="Patch"),
    UnitKind.HALL: Text(zh="营业厅", en="Hall"),
    UnitKind.CENTRE: Text(zh="中心", en="Centre"),
    UnitKind.DEPARTMENT: Text(zh="部门", en="Department"),
    UnitKind.TEAM: Text(zh="班组", en="Team"),
}


class Permission(StrEnum):
    """What a role allows, within the unit it is granted for and every unit below."""

    AUDIT_READ = "audit.read"
    AUDIT_RUN = "audit.run"
    PACKS_READ = "packs.read"
    PEOPLE_READ = "people.read"
    PEOPLE_MANAGE = "people.manage"
    PEOPLE_UNMASK = "people.unmask"
    SYSTEM_READ = "system.read"
    LEDGER_READ = "ledger.read"
    LEDGER_PAUSE = "ledger.pause"
    LEDGER_APPROVE = "ledger.approve"
    LEDGER_MANAGE = "ledger.manage"
    WORK_DO = "work.do"
    WORK_JUDGE = "work.judge"
    ROSTER_READ = "roster.read"
    ROSTER_MANAGE = "roster.manage"
    PLACES_READ = "places.read"
    PLACES_MANAGE = "places.manage"
    FLOWS_READ = "flows.read"
    FLOWS_MANAGE = "flows.manage"
    JOURNAL_MEND = "journal.mend"


PERMISSIONS: Mapping[Permission, Text] = {
    Permission.AUDIT_READ: Text(zh="查看审计", en="read audits"),
    Permission.AUDIT_RUN: Text(zh="执行审计", en="run audits"),
    Permission.PACKS_READ: Text(zh="查看规则与承诺", en="read packs and promises"),
    Permission.PEOPLE_READ: Text(zh="查看人员与组织", en="see people and units"),
    Permission.PEOPLE_MANAGE: Text(zh="管理人员与授权", en="manage people and roles"),
    Permission.PEOPLE_UNMASK: Text(zh="查看联系方式", en="see contact details"),
    Permission.SYSTEM_READ: Text(zh="查看系统状态", en="see system health"),
    Permission.LEDGER_READ: Text(zh="查看承诺台账与时间线", en="see the ledger and time lines"),
    Permission.LEDGER_PAUSE: Text(zh="暂停与恢复时钟", en="pause and resume clocks"),
    Permission.LEDGER_APPROVE: Text(zh="批准暂停时钟", en="approve that clocks are stopped"),
    Permission.LEDGER_MANAGE: Text(zh="启用规则包", en="adopt packs"),
    Permission.WORK_DO: Text(zh="接办与移交工作", en="hold work and hand it over"),
    Permission.WORK_JUDGE: Text(zh="裁定交接争议", en="judge disputed hand-offs"),
    Permission.ROSTER_READ: Text(zh="查看岗位与排班", en="see posts and rosters"),
    Permission.ROSTER_MANAGE: Text(zh="管理岗位、请假与排班", en="manage posts, absences and rosters"),
    Permission.PLACES_READ: Text(zh="查询标准地址", en="look up addresses"),
    Permission.PLACES_MANAGE: Text(zh="维护标准地址与片区", en="keep addresses and patches"),
    Permission.FLOWS_READ: Text(zh="查看流程模板", en="see flow templates"),
    Permission.FLOWS_MANAGE: Text(zh="编制与发布流程模板", en="draw and publish flow templates"),
    Permission.JOURNAL_MEND: Text(zh="处理投递失败的条目", en="mend failed deliveries"),
}


@dataclass(frozen=True)
class Role:
    """A named set of permissions."""

    code: str
    title: Text
    summary: Text
    permissions: frozenset[Permission]


ADMINISTRATOR = "administrator"

_READING = frozenset({Permission.PACKS_READ, Permission.AUDIT_READ})
_LOOKING = frozenset(
    {
        Permission.LEDGER_READ,
        Permission.ROSTER_READ,
        Permission.PLACES_READ,
        Permission.FLOWS_READ,
        Permission.PACKS_READ,
    }
)
_WORKING = _LOOKING | {Permission.WORK_DO, Permission.LEDGER_PAUSE}

ROLES: Mapping[str, Role] = {
    role.code: role
    for role in (
        Role(
            ADMINISTRATOR,
            Text(zh="管理员", en="Administrator"),
            Text(zh="开户、授权、看系统状态", en="Opens accounts, grants roles, watches the system"),
            frozenset(Permission),
        ),
        Role(
            "supervisor",
            Text(zh="督导", en="Supervisor"),
            Text(zh="看承诺兑现情况，可执行审计", en="Watches promises being kept, runs audits, sees people"),
            _READING
            | _WORKING
            | {
                Permission.AUDIT_RUN,
                Permission.PEOPLE_READ,
                Permission.PEOPLE_UNMASK,
                Permission.WORK_JUDGE,
                Permission.LEDGER_APPROVE,
            },
        ),
        Role(
            "analyst",
            Text(zh="分析员", en="Analyst"),
            Text(zh="上传日志，执行审计，比较结果", en="Uploads logs, runs and compares audits"),
            _READING | _LOOKING | {Permission.AUDIT_RUN},
        ),
        Role(
            "agent",
            Text(zh="客服代表", en="Agent"),
            Text(zh="受理、首问负责、查承诺、为客户试算", en="Takes requests, answers for them, looks up promises"),
            _WORKING,
        ),
        Role(
            "dispatcher",
            Text(zh="调度员", en="Dispatcher"),
            Text(zh="接办、派工、裁定交接争议", en="Takes work, hands it out, judges disputed hand-offs"),
            _WORKING | {Permission.WORK_JUDGE, Permission.PEOPLE_READ, Permission.LEDGER_APPROVE},
        ),
        Role(
            "technician",
            Text(zh="装维技术员", en="Technician"),
            Text(zh="接单、上门、交付", en="Takes work, goes there, delivers"),
            _WORKING,
        ),
        Role(
            "noc_engineer",
            Text(zh="网络监控工程师", en="NOC engineer"),
            Text(zh="网络侧处理与测试", en="Works on the network's side, tests"),
            _WORKING | {Permission.SYSTEM_READ},
        ),
        Role(
            "account_manager",
            Text(zh="大客户经理", en="Key-account manager"),
            Text(zh="大客户的唯一接触人", en="The one contact of key accounts"),
            _WORKING,
        ),
        Role(
            "manager",
            Text(zh="单位负责人", en="Manager"),
            Text(zh="管岗位、排班与流程，看台账", en="Keeps posts, rosters and flows, watches the ledger"),
            _READING
            | _WORKING
            | {
                Permission.PEOPLE_READ,
                Permission.ROSTER_MANAGE,
                Permission.PLACES_MANAGE,
                Permission.FLOWS_MANAGE,
                Permission.LEDGER_MANAGE,
                Permission.LEDGER_APPROVE,
            },
        ),
        Role(
            "viewer",
            Text(zh="查看者", en="Viewer"),
            Text(zh="只看，不改", en="Reads, changes nothing"),
            _READING | _LOOKING,
        ),
    )
}


def roles_with(permission: str) -> frozenset[str]:
    """The codes of the roles that allow `permission`."""
    return frozenset(code for code, role in ROLES.items() if permission in role.permissions)


class Detail(StrEnum):
    """What is noted about a person and may be corrected."""

    NAME = "name"
    UNIT = "unit"
    PHONE = "phone"
    EMAIL = "email"


DETAILS: Mapping[Detail, Text] = {
    Detail.NAME: Text(zh="姓名", en="name"),
    Detail.UNIT: Text(zh="单位", en="unit"),
    Detail.PHONE: Text(zh="电话", en="phone"),
    Detail.EMAIL: Text(zh="电子邮箱", en="e-mail"),
}


def changes(details: Iterable[Detail], old_unit: Text, new_unit: Text) -> Text:
    """Which details have changed, in a row. Units are named; what is personal is not."""
    transfer = Text(zh="单位（由{old}到{new}）", en="unit (from {old} to {new})").format(old=old_unit, new=new_unit)
    return joined(transfer if detail is Detail.UNIT else DETAILS[detail] for detail in details)


NAME_LENGTH, PHONE_LENGTH, EMAIL_LENGTH = 100, 30, 254
PHONE_DIGITS = range(3, 18)
"""From an internal short number to the fifteen digits of ITU-T E.164 behind the prefix 00."""
PHONE = re.compile(r"\+?[\d ()./-]+(?: ?(?:ext\.?|x|#|转) ?\d{1,6})?", re.ASCII | re.IGNORECASE)
EMAIL = re.compile(r"[^@\s,;:<>\"]+@[^@\s,;:<>\"]+\.[^@\s,;:<>\".]+")


def tidy_name(typed: str) -> str:
    """A name as it is kept: without blanks around it, and none doubled. Raises `InvalidName`."""
    name = " ".join(typed.split())
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise InvalidName(longest=NAME_LENGTH)
    return name


def tidy_phone(typed: str) -> str:
    """A phone number of any country as it is kept, full-width digits made plain; empty where there is none.

    Raises `InvalidPhone` for other signs than people put into numbers, and for fewer or more digits than a number has.
    """
    phone = _tidy(typed)
    digits = sum(sign.isdecimal() for sign in re.split("[ext#转]", phone.lower())[0])
    if phone and not (PHONE.fullmatch(phone) and digits in PHONE_DIGITS and len(phone) <= PHONE_LENGTH):
        raise InvalidPhone
    return phone


def tidy_email(typed: str) -> str:
    """An e-mail address as it is kept; empty where there is none. Raises `InvalidEmail` where it cannot be one."""
    email = _tidy(typed)
    if email and not (EMAIL.fullmatch(email) and email.isprintable() and len(email) <= EMAIL_LENGTH):
        raise InvalidEmail
    return email


def _tidy(typed: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", typed).split())


def is_within(unit: UUID, top: UUID, parents: Mapping[UUID, UUID | None]) -> bool:
    """Whether `unit` is `top` or lies anywhere below it."""
    step: UUID | None = unit
    while step is not None and step != top:
        step = parents[step]
    return step == top


NAMED = 5


def named(heading: Text, names: Sequence[Text]) -> Text:
    """`heading: a, b, c`, at most five by name and the rest by their number."""
    row = joined(names[:NAMED])
    more = len(names) - NAMED
    rest = Text(zh=f" 等{len(names)}个", en=f" and {more} more") if more > 0 else Text(zh="", en="")
    return Text(zh=f"{heading.zh}：{row.zh}{rest.zh}", en=f"{heading.en}: {row.en}{rest.en}")


def masked_phone(phone: str) -> str:
    """`13800138000` becomes `138****8000`; short numbers keep only their last two digits."""
    if len(phone) < 8:
        return "*" * max(len(phone) - 2, 0) + phone[-2:]
    return f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}"


def masked_email(email: str) -> str:
    """`zhang.wei@example.com` becomes `z***@example.com`."""
    name, at, host = email.partition("@")
    return f"{name[:1]}***{at}{host}" if email else ""


@dataclass(frozen=True)
class Failures:
    """Wrong passwords from one browser for one account: how many, and when the last one was."""

    count: int
    last_at: datetime


def locked_until(failures: Iterable[Failures], *, limit: int, cool_off: timedelta, at: datetime) -> datetime | None:
    """The moment an account may be tried again, or None where it may be tried at `at`.

    Failures are forgotten `cool_off` after the last one from the same browser; the account opens once fewer than `limit` are left.
    """
    recent = sorted((each for each in failures if each.last_at + cool_off > at), key=lambda each: each.last_at)
    left = sum(each.count for each in recent)
    if left < limit:
        return None
    for each in recent:
        left -= each.count
        if left < limit:
            return each.last_at + cool_off
    raise ValueError(f"A limit of {limit} failures locks everybody out; it must be at least 1.")
