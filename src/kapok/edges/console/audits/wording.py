"""The words of the mapping page that come from the vocabulary's side: what columns may be, groups of events, states."""

from __future__ import annotations

from collections.abc import Mapping

from kapok.edges.console.audits.pointing import FACT
from kapok.kernel.promises import FACTS
from kapok.kernel.text import Text

ROLES: Mapping[str, Text] = {
    "case": Text(zh="工单号", en="case"),
    "time": Text(zh="时间", en="time"),
    "clock": Text(zh="钟点（日期另列）", en="time of day (date apart)"),
    "zone_column": Text(zh="时区", en="time zone"),
    "activity": Text(zh="环节", en="activity"),
    "lifecycle": Text(zh="环节内变迁", en="transition"),
    "unit": Text(zh="持棒单位", en="unit"),
    "person": Text(zh="持棒人", en="person"),
}
TWICE = Text(zh="有两列都设为“{role}”；请只留一列。", en="Two columns are said to be “{role}”; leave only one of them.")
NEEDED = Text(zh="请指出哪一列是“{role}”。", en="Say which column is the “{role}”.")
MEND_FIRST = Text(
    zh="请先更正下列各行，再回到指点方式。", en="Mend the lines below first; then you can go back to pointing."
)
HEARD = Text(zh="本规则包用到的", en="Used by this pack")
SUBJECTS: Mapping[str, Text] = {
    "order": Text(zh="订单", en="Orders"),
    "service": Text(zh="服务", en="Services"),
    "fault": Text(zh="故障", en="Faults"),
    "visit": Text(zh="上门", en="Visits"),
    "customer": Text(zh="客户", en="Customers"),
    "complaint": Text(zh="投诉", en="Complaints"),
    "appeal": Text(zh="申诉", en="Appeals"),
    "dispute": Text(zh="争议", en="Disputes"),
    "account": Text(zh="账务", en="Accounts"),
    "usage": Text(zh="话单", en="Usage"),
    "outage": Text(zh="中断", en="Outages"),
    "incident": Text(zh="通信事故", en="Incidents"),
    "number": Text(zh="号码", en="Numbers"),
    "request": Text(zh="需求", en="Requests"),
    "call": Text(zh="呼叫", en="Calls"),
    "handoff": Text(zh="交接", en="Hand-offs"),
    "record": Text(zh="记录", en="Records"),
    "month": Text(zh="月度", en="Months"),
    "clock": Text(zh="时钟", en="Clocks"),
    "hindrance": Text(zh="不可控情形", en="Circumstances"),
    "matter": Text(zh="事项", en="Matters"),
}


def role(said: str) -> Text:
    """What a column was said to be."""
    name = said.removeprefix(FACT)
    return FACTS[name].title if said.startswith(FACT) and name in FACTS else ROLES.get(said, Text(zh=said, en=said))
