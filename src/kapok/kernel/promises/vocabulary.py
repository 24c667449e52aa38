"""The closed list of event kinds: what a promise can be opened, paused, resumed, closed or voided by.

Packs, maps of foreign logs and the live journal speak these kinds and no others, so that a typing error in a pack is found
when the pack is read and not when a customer complains. A new kind is added here, with its name in both languages
(docs/recipes/add-an-event.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kapok.kernel.text import Text


def _kinds(subject: str, *rows: tuple[str, str, str]) -> dict[str, Text]:
    return {f"{subject}.{what}": Text(zh=zh, en=en) for what, zh, en in rows}


_ORDERS = _kinds(
    "order",
    ("requested", "客户申请", "order requested"),
    ("accepted", "订单受理", "order accepted"),
    ("paid", "订单费用付清", "fee of the order paid"),
    ("date_agreed", "约定完成日期", "completion date agreed"),
    ("refused", "订单无法受理", "order refused"),
    ("surveyed", "资源查勘完成", "resources surveyed"),
    ("assigned", "资源配置完成", "resources assigned"),
    ("dispatched", "订单派工", "order dispatched"),
    ("configured", "数据制作完成", "service configured"),
    ("installed", "现场安装完成", "installation done on site"),
    ("tested", "订单测试通过", "order tested"),
    ("completed", "订单竣工", "order completed"),
    ("confirmed", "客户确认竣工", "completion confirmed by the customer"),
    ("cancelled", "订单撤销", "order cancelled"),
)
_SERVICES = _kinds(
    "service",
    ("activated", "服务开通", "service activated"),
    ("change_requested", "申请变更服务", "change of service requested"),
    ("changed", "服务变更生效", "change of service in effect"),
    ("suspension_announced", "通知将暂停服务", "suspension announced"),
    ("suspended", "服务暂停", "service suspended"),
    ("resumption_requested", "申请恢复服务", "resumption requested"),
    ("resumed", "服务恢复", "service resumed"),
    ("termination_requested", "申请终止服务", "termination requested"),
    ("terminated", "服务终止", "service terminated"),
    ("withdrawal_announced", "公告停止经营业务", "withdrawal of a product announced"),
    ("withdrawn", "停止经营业务", "product withdrawn"),
    ("switching_started", "开始更换运营商", "switching of provider started"),
    ("switched", "更换运营商完成", "switching of provider completed"),
)
_FAULTS = _kinds(
    "fault",
    ("reported", "用户申告故障", "fault reported by the customer"),
    ("detected", "运营商自行发现故障", "fault found by the operator"),
    ("registered", "故障单编号", "trouble ticket numbered"),
    ("diagnosed", "故障预处理完成", "fault diagnosed"),
    ("dispatched", "故障派单", "fault dispatched"),
    ("repaired", "故障处理完毕", "repair done"),
    ("tested", "故障恢复测试通过", "repair tested"),
    ("restored", "业务恢复", "service restored"),
    ("backup_activated", "备用通信启用", "backup connection active"),
    ("confirmed", "客户确认恢复", "restoration confirmed by the customer"),
    ("reopened", "故障重开", "fault reopened"),
    ("cancelled", "故障申告撤销或无效", "fault report withdrawn or invalid"),
    ("written_report_given", "提交故障书面报告", "written report on the fault given"),
)
_VISITS = _kinds(
    "visit",
    ("requested", "要求上门", "visit requested"),
    ("offered", "提供上门时间", "visit offered"),
    ("declined", "客户谢绝所提供时间", "offered visit declined by the customer"),
    ("appointed", "预约上门", "visit appointed"),
    ("available", "最早可预约日到来", "first available appointment"),
    ("started", "人员到场", "engineer on site"),
    ("done", "上门完成", "visit done"),
    ("missed_by_customer", "客户失约", "visit missed by the customer"),
    ("missed_by_provider", "运营商失约", "visit missed by the provider"),
    ("cancelled_by_customer", "客户取消预约", "visit cancelled by the customer"),
    ("cancelled_by_provider", "运营商取消预约", "visit cancelled by the provider"),
)
_CUSTOMERS = _kinds(
    "customer",
    ("wrote", "客户来函来电", "customer wrote or called"),
    ("informed", "已告知客户进展", "customer informed of progress"),
    ("deferred", "客户原因缓办", "put off at the customer's wish"),
    ("returned", "客户原因消除", "customer ready again"),
    ("refused_access", "客户不予配合进入", "access refused by the customer"),
)
_COMPLAINTS = (
    _kinds(
        "complaint",
        ("received", "收到投诉", "complaint received"),
        ("acknowledged", "投诉已告知受理", "complaint acknowledged"),
        ("answered", "投诉答复", "complaint answered"),
        ("resolved", "投诉解决", "complaint resolved"),
        ("credited", "投诉退费到账", "credit of the complaint applied"),
        ("reopened", "投诉重提", "complaint reopened"),
        ("withdrawn", "投诉撤回", "complaint withdrawn"),
        ("referred", "告知可向争议解决机构申请", "told of the right to dispute resolution"),
    )
    | _kinds(
        "appeal",
        ("filed", "提出申诉", "appeal filed"),
        ("accepted", "申诉受理", "appeal accepted"),
        ("refused", "申诉不予受理", "appeal not accepted"),
        ("forwarded", "申诉转办", "appeal forwarded to the operator"),
        ("operator_replied", "企业回复申诉", "operator replied to the appeal"),
        ("material_complete", "申诉材料齐备", "appeal material complete"),
        ("answered", "申诉答复", "appeal answered"),
        ("withdrawn", "申诉撤回", "appeal withdrawn"),
    )
    | _kinds(
        "dispute",
        ("occurred", "争议事项发生", "disputed event occurred"),
        ("opened", "争议开始", "dispute opened"),
        ("settled", "争议解决", "dispute settled"),
    )
)
_ACCOUNTS = _kinds(
    "account",
    ("billed", "出账", "bill issued"),
    ("overdue", "逾期未缴费", "payment overdue"),
    ("reminded", "催缴", "payment reminded"),
    ("settled", "欠费缴清", "arrears settled"),
    ("credited", "退费到账", "credit applied"),
    ("deposit_refunded", "押金退还", "deposit refunded"),
    ("charged_wrongly", "错误扣费", "charged wrongly"),
    ("recharged", "充值", "recharged"),
) | _kinds("usage", ("recorded", "原始话单生成", "usage recorded"), ("deleted", "原始话单删除", "usage record deleted"))
_NETWORK = (
    _kinds(
        "outage",
        ("announced", "计划中断公告", "planned outage announced"),
        ("authority_informed", "计划中断报告主管部门", "authority informed of the outage"),
        ("started", "中断开始", "outage started"),
        ("ended", "中断结束", "outage ended"),
        ("cancelled", "计划中断取消", "planned outage cancelled"),
    )
    | _kinds(
        "incident",
        ("occurred", "通信事故发生", "incident occurred"),
        ("discovered", "通信事故发现", "incident discovered"),
        ("reported_orally", "事故口头报告", "incident reported orally"),
        ("reported_briefly", "事故简要书面报告", "brief written report given"),
        ("notified", "事故通报监管机构", "incident notified to the regulator"),
        ("reported_initially", "事故初步报告", "initial report given"),
        ("reported_finally", "事故最终报告", "final report given"),
        ("ended", "通信事故结束", "incident ended"),
    )
    | _kinds(
        "number",
        ("change_announced", "公告改号", "number change announced"),
        ("new_number_told", "告知新号码", "new number told"),
        ("changed", "号码已改", "number changed"),
        ("announcement_ended", "改号提示停止", "announcement of the new number ended"),
        ("released", "号码收回", "number released"),
        ("reissued", "号码重新放出", "number issued again"),
        ("porting_requested", "申请携号转网", "porting requested"),
        ("porting_agreed", "约定携号转网日期", "porting date agreed"),
        ("ported", "携号转网完成", "number ported"),
        ("lost", "号码丢失", "number lost"),
    )
)
_WORK = (
    _kinds(
        "request",
        ("received", "收到客户需求", "request received"),
        ("acknowledged", "告知已收到", "receipt of the request confirmed"),
        ("answered", "实质答复且客户确认", "substantive reply, acknowledged by the customer"),
        ("withdrawn", "需求撤回", "request withdrawn"),
    )
    | _kinds(
        "call",
        ("offered", "呼叫到达服务台", "call reached the service desk"),
        ("agent_chosen", "客户选择人工", "agent chosen by the caller"),
        ("answered", "应答", "call answered"),
        ("abandoned", "呼叫放弃", "call abandoned"),
    )
    | _kinds(
        "handoff",
        ("offered", "交接提出", "hand-off offered"),
        ("accepted", "交接接受", "hand-off accepted"),
        ("refused", "交接拒绝", "hand-off refused"),
        ("delivered", "交接交付", "hand-off delivered"),
        ("confirmed", "交接确认", "hand-off confirmed"),
        ("disputed", "交接争议", "hand-off disputed"),
        ("judged", "交接裁定", "hand-off judged"),
        ("withdrawn", "交接撤回", "hand-off withdrawn"),
    )
    | _kinds("record", ("made", "记录形成", "record made"), ("deleted", "记录删除", "record deleted"))
    | _kinds(
        "month",
        ("began", "月度开始", "month began"),
        ("measured", "月度测量", "month measured"),
        ("reported", "月报提交", "monthly report given"),
    )
    | _kinds(
        "clock",
        ("paused", "时钟暂停", "clock paused"),
        ("resumed", "时钟恢复", "clock resumed"),
        ("waived", "时限豁免", "clock waived"),
    )
    | _kinds(
        "hindrance",
        ("began", "不可控情形开始", "circumstances beyond control began"),
        ("ended", "不可控情形结束", "circumstances beyond control ended"),
    )
    | _kinds(
        "matter",
        ("changed", "事项要素变更", "facts of the matter changed"),
        ("closed", "事项办结", "matter closed"),
    )
)

EVENTS: Mapping[str, Text] = MappingProxyType(
    _ORDERS | _SERVICES | _FAULTS | _VISITS | _CUSTOMERS | _COMPLAINTS | _ACCOUNTS | _NETWORK | _WORK
)
MATTER_CHANGED = "matter.changed"
