"""Orders that nobody pays: the first contact is reminded, then they lapse (10C), each in a transaction of its own.

What is held does not lapse: the customer put it off (10P), or it is our plant that is lacking (10W).
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from kapok.chain.ordering import cancelling, events, moves, rows, rules, singly
from kapok.chain.ordering.models import Leg, Order
from kapok.chain.ordering.moves import SYSTEM, Act
from kapok.chain.ordering.rules import State
from kapok.ground.journal import api as journal
from kapok.kernel.text import Text

REMINDED = Text(
    zh="尚未缴费，逾期自动撤单；请联系客户", en="not paid yet, and it lapses by itself; please ask the customer"
)
LAPSED = Text(zh="逾期未缴费，自动撤单", en="not paid in time, it lapsed by itself")


def look(*, at: datetime) -> int:
    """Remind of what is unpaid, let lapse what stays so after the reminder, and say of how many.

    Several may look at once: each order is reminded of and lapses by one of them.
    """
    waiting = _unpaid()
    late = waiting.filter(reminded_at=None, placed_at__lte=at - settings.ORDERING_UNPAID_REMIND)
    gone = waiting.filter(reminded_at__lte=at - settings.ORDERING_UNPAID_LAPSE)
    if not settings.ORDERING_UNPAID_LAPSE:
        return 0
    refused = "Order %s is unpaid and could not lapse: %s"
    return singly.done(gone, _lapse, at, refused=refused) + singly.done(late, _remind, at, refused=refused)


def lapses_at(order: Order) -> datetime | None:
    """When an order lapses if nobody pays it; None where it is paid or over, or where orders do not lapse here."""
    if order.paid_at is not None or order.closed_at is not None or not settings.ORDERING_UNPAID_LAPSE:
        return None
    reminded = order.reminded_at or order.placed_at + settings.ORDERING_UNPAID_REMIND
    return reminded + settings.ORDERING_UNPAID_LAPSE


def _unpaid() -> QuerySet[Order]:
    held = Leg.objects.filter(order=OuterRef("id"), state=State.HELD)
    return Order.objects.filter(~Exists(held), paid_at=None, closed_at=None).order_by("placed_at", "id")


@transaction.atomic
def _remind(order: Order, at: datetime) -> bool:
    """Tell the first contact, once; False where it has been paid or reminded of meanwhile."""
    legs = rows.open_legs(rows.legs_locked(order))
    if not legs or not _unpaid().filter(id=order.id, reminded_at=None).update(reminded_at=at):
        return False
    order.reminded_at = at
    due = lapses_at(order)
    moves.say(legs[0], events.PaymentDue, Act(SYSTEM, at), title=REMINDED, due=due, **moves.first_contact(legs[0]))
    return True


@transaction.atomic
def _lapse(order: Order, at: datetime) -> bool:
    """Give up what is open of it; False where it has been paid, held or given up meanwhile."""
    legs, act = rows.open_legs(rows.legs_locked(order)), Act(SYSTEM, at)
    if not legs or not _unpaid().filter(id=order.id).exists():
        return False
    cancelling.cancel(legs, cause=rules.UNPAID, reason=LAPSED.both, act=act)
    moves.refresh(order, act)
    journal.record(events.Lapsed(subject=order.subject, actor=SYSTEM, at=at, order=order.number))
    return True
