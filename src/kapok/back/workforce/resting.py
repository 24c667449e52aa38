"""A matter that is put off or waits for plant rests in the field, too. Within the `transaction.atomic` of a verb.

Its window is given back, what is in hand of it is held, and when it goes on a window is agreed anew: nobody keeps the time of a
visit that may not come.
"""

from __future__ import annotations

from datetime import datetime

from kapok.back.workforce import booking, events, holding, orders, rules
from kapok.back.workforce.models import WorkOrder
from kapok.back.workforce.rules import Deed, State
from kapok.ground.journal import api as journal


def put_off(holder: str, deed: Deed, *, actor: str, at: datetime) -> None:
    """Let the field work of a matter rest."""
    booking.give_up(holder, actor=actor, at=at)
    for row in _live(holder):
        if row.state == State.HELD:
            WorkOrder.objects.filter(id=row.id).update(held_from=State.ACCEPTED)
        elif State(row.state) in rules.IN_HAND and orders.move(row, State.HELD, at, held_from=State.ACCEPTED.value):
            _tell(row, deed, actor, at)


def take_up(holder: str, *, actor: str, at: datetime) -> None:
    """Let it go on; what is held for a reason of its own stays held, and a window that was agreed meanwhile stands."""
    for row in _live(holder):
        orders.pass_by_itself(row, at)
        back_to = State(row.held_from) if row.state == State.HELD and not holding.running(row) else None
        if back_to and orders.move(row, back_to, at):
            journal.record(
                events.FieldMoved(
                    subject=row.item.subject, actor=actor, at=at, correlation=row.item.matter_id, state=back_to.value,
                    state_name=rules.STATES[back_to],
                )
            )  # fmt: skip


def _live(holder: str) -> list[WorkOrder]:
    """What is to be done of it, nobody else's until the verb's `transaction.atomic` ends."""
    rows = WorkOrder.objects.select_related(*orders.OF_ORDER).select_for_update(no_key=True, of=("self",))
    states = [each.value for each in rules.LIVE]
    return list(rows.filter(item__matter__subject=holder, state__in=states).order_by("id"))


def _tell(row: WorkOrder, deed: Deed, actor: str, at: datetime) -> None:
    journal.record(
        events.Held(
            subject=row.item.subject, actor=actor, at=at, correlation=row.item.matter_id, reason=deed.value,
            reason_name=rules.PUTS_OFF[deed], note="",
        )
    )  # fmt: skip
