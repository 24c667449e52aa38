"""What field work does on journal entries: within the transaction that records them, and as a subscriber afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kapok.back.workforce import booking, orders, rules
from kapok.back.workforce.models import BOOKED, WorkOrder
from kapok.back.workforce.rules import State
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import Line
from kapok.ground.work.models import Item

WORK = "work/"
OFFERED, ACCEPTED, TAKEN_OVER = "handoff.offered", "handoff.accepted", "work.taken_over"
TAKEN = frozenset({ACCEPTED, TAKEN_OVER})
PASSES = frozenset({OFFERED, ACCEPTED, "handoff.refused", "handoff.judged", "handoff.withdrawn", "handoff.delivered"})
AFTERWARDS: Mapping[str, State] = {
    "order.tested": State.VERIFIED,
    "order.completed": State.VERIFIED,
    "fault.restored": State.VERIFIED,
    "order.confirmed": State.SURVEYED,
    "fault.confirmed": State.SURVEYED,
    "work.matter_closed": State.ARCHIVED,
}
"""What becomes of a reply, by what happens to its matter later."""
HEARS = frozenset(AFTERWARDS)
"""What field work subscribes to."""


def witness(entries: Sequence[Entry]) -> None:
    """A stage of the field that is offered gets its work order; where the baton goes, the work order follows."""
    for entry in entries:
        if entry.kind in PASSES and entry.subject.startswith(WORK):
            _passed(entry)
        elif entry.kind == TAKEN_OVER and entry.subject.startswith(WORK):
            _follow(entry)


def hear(line: Line) -> None:
    """The work was tested, the customer has confirmed, the matter is closed: the replies of the matter go on."""
    to = AFTERWARDS[line.kind]
    allowed = [state.value for state in rules.sources(to)]
    mine = WorkOrder.objects.filter(item__matter__subject=line.subject, item__undone_at=None, state__in=allowed)
    mine.update(state=to, moved_at=line.at)


def _passed(entry: Entry) -> None:
    facts = entry.data.get("facts") or {}
    stage = facts.get("stage", "")
    kind = orders.field_stages(facts["flow"], int(facts["flow_version"])).get(stage) if facts.get("flow") else None
    if kind is None or _follow(entry) or entry.kind != OFFERED:
        return
    item = Item.objects.select_related("matter", "unit").get(id=_item(entry))
    booking.give_up(item.matter.subject, end=item.end, passed=True, actor=orders.SYSTEM, at=entry.at)
    made = orders.make(item, kind, entry.at)
    if made is not None:
        orders.pass_by_itself(made, entry.at)


def _follow(entry: Entry) -> bool:
    """Whether there is a work order, which is now where the baton is."""
    rows = WorkOrder.objects.select_related(*orders.OF_ORDER, "item__accountable").filter(item=_item(entry))
    row = rows.first()
    if row is None:
        return False
    if entry.kind in TAKEN and State(row.state) not in rules.UNDER_WAY and _has_passed(row, entry.at):
        booking.give_up(row.item.matter.subject, end=row.item.end, passed=True, actor=orders.SYSTEM, at=entry.at)
        row = rows.get()
    orders.follow(row, entry.at, offered=entry.kind == OFFERED)
    return True


def _has_passed(row: WorkOrder, at: datetime) -> bool:
    return row.appointment is not None and row.appointment.state == BOOKED and not orders.agreed(row, at)


def _item(entry: Entry) -> UUID:
    return UUID(entry.subject.removeprefix(WORK))
