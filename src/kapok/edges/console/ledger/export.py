"""The ledger as a CSV file: every row of the filter, page by page, so that it costs the same memory whatever its length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kapok.ground.commitments import queries
from kapok.ground.commitments.lanes import Filter
from kapok.ground.commitments.rules import AT_REST, STATES, State
from kapok.kernel.promises.terms import TIERS
from kapok.kernel.text import Language, Text

PAGE = 2_000
SECOND = timedelta(seconds=1)
HEADER = (
    Text(zh="事项", en="matter"), Text(zh="承诺代码", en="promise"), Text(zh="承诺", en="title"),
    Text(zh="层级", en="tier"), Text(zh="状态", en="state"), Text(zh="责任单位", en="unit"),
    Text(zh="责任人", en="owner"), Text(zh="开始时间", en="opened"), Text(zh="到期时间", en="due"),
    Text(zh="最初到期时间", en="first due"), Text(zh="了结时间", en="closed"),
    Text(zh="已用时长（秒）", en="time run (s)"), Text(zh="超时时长（秒）", en="late by (s)"),
    Text(zh="重复触发次数", en="opened again while running"),
    Text(zh="规则包", en="pack"), Text(zh="规则包版本", en="pack version"),
)  # fmt: skip


def cells(wanted: Filter, language: Language, zone: ZoneInfo) -> Iterator[Sequence[str]]:
    """The rows of the file, in the order of the ledger."""
    page = queries.ledger(wanted, limit=PAGE)
    while True:
        yield from (_cells(row, language, zone) for row in page.rows)
        if page.after is None:
            return
        page = queries.ledger(wanted, after=page.after, limit=PAGE)


def _cells(row: queries.Row, language: Language, zone: ZoneInfo) -> Sequence[str]:
    opened, first, closed = (_wall(moment, zone) for moment in (row.opened_at, row.first_due_at, row.closed_at))
    due = AT_REST.in_(language) if row.state is State.PAUSED else _wall(row.due_at, zone)
    return [
        row.subject, row.promise, row.title.in_(language), TIERS[row.tier].in_(language), STATES[row.state].in_(language),
        row.unit, row.owner.removeprefix("staff/"), opened, due, first, closed,
        str(row.elapsed // SECOND), str(row.late_by // SECOND), str(row.urges), row.pack, row.pack_version,
    ]  # fmt: skip


def _wall(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}" if moment else ""
