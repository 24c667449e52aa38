"""Permissions, and the roles that hold them: what somebody may do within a unit and every unit below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kapok.kernel.text import Text


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
    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_MANAGE = "customers.manage"
    CUSTOMERS_UNMASK = "customers.unmask"
    CUSTOMERS_ERASE = "customers.erase"
    OFFERS_READ = "offers.read"
    OFFERS_MANAGE = "offers.manage"
    INVENTORY_READ = "inventory.read"
    INVENTORY_MANAGE = "inventory.manage"
    ORDERS_READ = "orders.read"
    ORDERS_PLACE = "orders.place"
    ORDERS_MANAGE = "orders.manage"
    SERVICES_LIFT = "services.lift"
    DISPATCH_READ = "dispatch.read"
    DISPATCH_DO = "dispatch.do"
    FIELD_WORK = "field.work"
    ACTIVATION_READ = "activation.read"
    ACTIVATION_RUN = "activation.run"
    DESK_SERVE = "desk.serve"
    CHANNELS_MANAGE = "channels.manage"
    FAULTS_ANNOUNCE = "faults.announce"


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
    Permission.CUSTOMERS_READ: Text(zh="查看客户", en="see customers"),
    Permission.CUSTOMERS_MANAGE: Text(zh="维护客户资料", en="keep customer records"),
    Permission.CUSTOMERS_UNMASK: Text(zh="查看客户个人信息", en="see customers' personal data"),
    Permission.CUSTOMERS_ERASE: Text(zh="导出与删除个人信息", en="export and erase personal data"),
    Permission.OFFERS_READ: Text(zh="查看商品", en="see offers"),
    Permission.OFFERS_MANAGE: Text(zh="编制与发布商品", en="draw up and publish offers"),
    Permission.INVENTORY_READ: Text(zh="查看资源", en="see the inventory"),
    Permission.INVENTORY_MANAGE: Text(zh="维护资源", en="keep the inventory"),
    Permission.ORDERS_READ: Text(zh="查看订单", en="see orders"),
    Permission.ORDERS_PLACE: Text(zh="受理订单", en="take orders"),
    Permission.ORDERS_MANAGE: Text(zh="处理订单异常", en="settle exceptions of orders"),
    Permission.SERVICES_LIFT: Text(zh="解除欠费与违规停机", en="lift suspensions for debt and violation"),
    Permission.DISPATCH_READ: Text(zh="查看调度台", en="see the dispatch board"),
    Permission.DISPATCH_DO: Text(zh="派工与改派", en="dispatch field work"),
    Permission.FIELD_WORK: Text(zh="现场施工", en="do field work"),
    Permission.ACTIVATION_READ: Text(zh="查看开通记录", en="see activation calls"),
    Permission.ACTIVATION_RUN: Text(zh="重试开通与测试", en="repeat activations and tests"),
    Permission.DESK_SERVE: Text(zh="接待客户", en="serve customers at the front desk"),
    Permission.CHANNELS_MANAGE: Text(zh="设置渠道", en="set channels up"),
    Permission.FAULTS_ANNOUNCE: Text(zh="发布群障公告", en="announce group faults"),
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
        Permission.OFFERS_READ,
        Permission.ORDERS_READ,
        Permission.CUSTOMERS_READ,
        Permission.INVENTORY_READ,
    }
)
_WORKING = _LOOKING | {Permission.WORK_DO, Permission.LEDGER_PAUSE}
_SELLING = frozenset(
    {
        Permission.DESK_SERVE,
        Permission.ORDERS_PLACE,
        Permission.CUSTOMERS_MANAGE,
        Permission.CUSTOMERS_UNMASK,
        Permission.DISPATCH_READ,
    }
)

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
            }
            | {
                Permission.DISPATCH_READ,
                Permission.CUSTOMERS_UNMASK,
                Permission.CHANNELS_MANAGE,
                Permission.FAULTS_ANNOUNCE,
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
            _WORKING | _SELLING,
        ),
        Role(
            "dispatcher",
            Text(zh="调度员", en="Dispatcher"),
            Text(zh="接办、派工、裁定交接争议", en="Takes work, hands it out, judges disputed hand-offs"),
            _WORKING
            | {
                Permission.WORK_JUDGE,
                Permission.PEOPLE_READ,
                Permission.LEDGER_APPROVE,
                Permission.DISPATCH_READ,
                Permission.DISPATCH_DO,
                Permission.ORDERS_MANAGE,
                Permission.FAULTS_ANNOUNCE,
            },
        ),
        Role(
            "technician",
            Text(zh="装维人员", en="Technician"),
            Text(zh="接单、上门、交付", en="Takes work, goes there, delivers"),
            _WORKING | {Permission.FIELD_WORK},
        ),
        Role(
            "noc_engineer",
            Text(zh="网络监控工程师", en="NOC engineer"),
            Text(zh="网络侧处理与测试", en="Works on the network's side, tests"),
            _WORKING
            | {
                Permission.SYSTEM_READ,
                Permission.INVENTORY_MANAGE,
                Permission.ACTIVATION_READ,
                Permission.ACTIVATION_RUN,
                Permission.FAULTS_ANNOUNCE,
            },
        ),
        Role(
            "account_manager",
            Text(zh="大客户经理", en="Key-account manager"),
            Text(zh="大客户的唯一接触人", en="The one contact of key accounts"),
            _WORKING | _SELLING,
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
            }
            | _SELLING
            | {Permission.OFFERS_MANAGE, Permission.ORDERS_MANAGE, Permission.INVENTORY_MANAGE, Permission.DISPATCH_DO}
            | {Permission.SERVICES_LIFT, Permission.CHANNELS_MANAGE, Permission.FAULTS_ANNOUNCE},
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
