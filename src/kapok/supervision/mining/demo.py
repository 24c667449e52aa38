"""The demonstration's log: a quarter of a repair desk of Guangzhou, made by a fixed seed, and the audit of it.

Nobody's data: the tickets, the teams' people and the times are drawn, not copied. It has what an audit looks for: repairs
that wait for the customer, tickets that go back and forth between teams, returns, a few breaches, and rows that cannot be read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from kapok.ground.journal.models import Entry
from kapok.ground.people.models import OrgUnit
from kapok.kernel.text import Text
from kapok.supervision.mining import api, events
from kapok.supervision.mining.models import Audit
from kapok.supervision.mining.rules import State

FILE = "宽带障碍工单-2026一季度.csv"
NAME = "宽带障碍工单 2026 年一季度（演示）"
TRIAL_NAME = Text(zh="试用：宽带障碍工单", en="Trial: broadband repair desk")
ACTOR = "staff/analyst"
UNIT = "supervision"
PACK = "guangzhou-pledges"
CASES = 300
SEED = 20260101
BEGINS = datetime(2026, 1, 4, 8, 0)  # noqa: DTZ001 - a clock on the wall in Guangzhou; the map says its zone
HEADER = ("工单号", "时间", "环节", "班组", "处理人", "障碍部位")
HOTLINE = "热线班"
FIELD = ("天河外线班", "越秀外线班", "海珠外线班")
EXCHANGE = "交换维护班"
CABLE = "线缆抢修班"
PEOPLE = {
    HOTLINE: ("梁小敏", "何嘉怡", "陈志强"),
    "天河外线班": ("黄国梁", "李伟明"),
    "越秀外线班": ("张建华", "吴永康"),
    "海珠外线班": ("罗志文", "邓海生"),
    EXCHANGE: ("谢丽芳", "周文杰"),
    CABLE: ("冯大勇", "曾庆辉"),
}
MAP = """\
file: {kind: csv, encoding: utf-8, delimiter: ","}
columns:
  case: 工单号
  time: {column: 时间, format: "%Y-%m-%d %H:%M:%S", zone: Asia/Shanghai}
  activity: 环节
  unit: 班组
  person: 处理人
facts: {service: fixed_broadband, area: urban}
fact_columns: {fault_kind: 障碍部位}
calendar: business-08-22
events:
- {kind: fault.reported, activity: [用户申告]}
- {kind: fault.diagnosed, activity: [预处理完成]}
- {kind: fault.dispatched, activity: [派单], first: true}
- {kind: visit.appointed, activity: [预约上门]}
- {kind: customer.deferred, activity: [等待客户]}
- {kind: customer.returned, activity: [客户可配合]}
- {kind: visit.started, activity: [到达现场]}
- {kind: fault.repaired, activity: [处理完毕], last: true}
- {kind: fault.restored, activity: [恢复业务]}
- {kind: fault.confirmed, activity: [客户确认]}
- {kind: fault.reopened, activity: [故障重开]}
- {kind: fault.cancelled, activity: [用户撤销]}
"""


@dataclass
class Ticket:
    """One repair while it is being drawn: where it stands and who holds it."""

    number: str
    now: datetime
    kind: str
    random: Random
    team: str = HOTLINE

    def __post_init__(self) -> None:
        self.person = self.random.choice(PEOPLE[self.team])

    def goes_to(self, team: str) -> None:
        """Hand it to somebody of another team."""
        self.team, self.person = team, self.random.choice(PEOPLE[team])

    def says(self, activity: str, *, after: float) -> tuple[str, ...]:
        """The next row, about `after` minutes later."""
        self.now += timedelta(seconds=int(60 * after * self.random.uniform(0.5, 1.7)) + 1)
        return (self.number, f"{self.now:%Y-%m-%d %H:%M:%S}", activity, self.team, self.person, self.kind)


def log() -> bytes:
    """The log as a CSV file; the same bytes every time."""
    random, begins, rows = Random(SEED), BEGINS, []  # noqa: S311 - drawn to be looked at, not to keep a secret
    for number in range(CASES):
        begins += timedelta(minutes=random.expovariate(1 / 410))
        kind = random.choices(("access_line", "exchange", "cable"), (70, 20, 10))[0]
        rows += list(_life(Ticket(f"GZ26{number + 1:05d}", begins, kind, random)))
    rows.sort(key=lambda row: row[1])
    for place in (190, 777, 1402):
        rows[place] = (rows[place][0], "待补录", *rows[place][2:])
    return _csv(rows)


def load(at: datetime) -> None:
    """Put the audit of that log into the demonstration, finished. Does nothing when it is there, or was and was deleted."""
    row = Audit.objects.filter(name=NAME).only("id", "state", "run").first()
    if row is None:
        if not Entry.objects.filter(kind=events.AuditDiscarded.kind, data__name=NAME).exists():
            _judge(_uploaded(at), at)
    elif row.state == State.UPLOADED:
        _judge(row.id, at)


def _uploaded(at: datetime) -> UUID:
    unit = OrgUnit.objects.get(code=UNIT).id
    return api.upload(unit=unit, name=NAME, files=[(FILE, [log()])], actor=ACTOR, at=at)


def _judge(audit: UUID, at: datetime) -> None:
    """At once, so that there is something to read at the first sign-in; the worker then finds it done."""
    from kapok.supervision.mining import tasks  # noqa: PLC0415 - the task brings the queue along

    api.start(audit=audit, pack=PACK, map_text=MAP, actor=ACTOR, at=at)
    tasks.judge(audit=str(audit), run_number=Audit.objects.values_list("run", flat=True).get(id=audit))


def _life(ticket: Ticket) -> Iterator[tuple[str, ...]]:
    random = ticket.random
    yield ticket.says("用户申告", after=1)
    yield ticket.says("预处理完成", after=14)
    if random.random() < 0.04:
        yield ticket.says("用户撤销", after=30)
        return
    yield ticket.says("派单", after=8)
    if ticket.kind == "access_line":
        yield from _on_site(ticket)
    else:
        ticket.goes_to(EXCHANGE if ticket.kind == "exchange" else CABLE)
        yield ticket.says("接单", after=20)
        yield from _repair(ticket, after=150 if ticket.kind == "exchange" else 560)
    yield from _end(ticket)


def _on_site(ticket: Ticket) -> Iterator[tuple[str, ...]]:
    """A visit, sometimes after the ticket went back and forth, sometimes after waiting for the customer."""
    random = ticket.random
    field = random.choice(FIELD)
    ticket.goes_to(field)
    yield ticket.says("接单", after=12)
    for _ in range(random.choices((0, 1, 2), (80, 15, 5))[0]):
        yield ticket.says("转派", after=25)
        ticket.goes_to(EXCHANGE)
        yield ticket.says("接单", after=20)
        yield ticket.says("退回", after=45)
        ticket.goes_to(field)
        yield ticket.says("接单", after=15)
    yield ticket.says("预约上门", after=16)
    if random.random() < 0.2:
        yield ticket.says("等待客户", after=25)
        yield ticket.says("客户可配合", after=1_100)
    yield ticket.says("到达现场", after=random.choice((60, 120, 180, 240, 500)))
    yield from _repair(ticket, after=55)


def _repair(ticket: Ticket, *, after: float) -> Iterator[tuple[str, ...]]:
    """The repair itself; now and then a part is missing and comes the next day."""
    if ticket.random.random() < 0.05:
        yield ticket.says("等待备件", after=20)
        after += 1_400
    yield ticket.says("处理完毕", after=after)


def _end(ticket: Ticket) -> Iterator[tuple[str, ...]]:
    random = ticket.random
    if random.random() < 0.02:
        return  # still open when the log was taken
    yield ticket.says("恢复业务", after=9)
    if random.random() < 0.06:
        yield ticket.says("故障重开", after=600)
        yield ticket.says("处理完毕", after=380)
        yield ticket.says("恢复业务", after=9)
    ticket.goes_to(HOTLINE)
    yield ticket.says("客户确认", after=35)


def _csv(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    return text.getvalue().encode()
