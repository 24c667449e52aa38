"""The helpers of a visit that gets a window: they come along, or who decides is told that they have no time there.

Within the `transaction.atomic` of a verb, the helpers locked as the technicians are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from kapok.back.workforce import crews, events
from kapok.back.workforce.models import LIVE, Appointment, Helper
from kapok.back.workforce.refusals import HelperBusy
from kapok.ground.journal import api as journal
from kapok.kernel.text import Text


def of(holders: Collection[str]) -> list[Helper]:
    """Who lends a hand with the work in hand of these matters."""
    found = Helper.objects.filter(order__item__matter__subject__in=holders, order__state__in=LIVE, lost=False)
    return list(found.select_related("staff", "order__item__matter").order_by("staff__username"))


def must_come_along(helpers: Sequence[Helper], row: Appointment, window: Text) -> None:
    """Raises `HelperBusy`, which names all who have no time in the window of the appointment."""
    busy = _busy(helpers, row)
    if busy:
        raise HelperBusy(username=", ".join(each.staff.username for each in busy), window=window)


def let_go(helpers: Sequence[Helper], row: Appointment, window: Text, *, actor: str, at: datetime) -> None:
    """Who has no time in the window of the appointment helps no more; the dispatcher sees that somebody is lacking."""
    for each in _busy(helpers, row):
        Helper.objects.filter(id=each.id).update(lost=True)
        item = each.order.item
        journal.record(
            events.HelperLost(
                subject=item.subject, actor=actor, at=at, correlation=item.matter_id, helper=each.staff.username, window=window
            )
        )  # fmt: skip


def _busy(helpers: Sequence[Helper], row: Appointment) -> list[Helper]:
    """Who of them is off shift, absent or full in the window; nobody helps and is the one who goes there."""
    if not helpers:
        return []
    visit = crews.visit_of(row)
    them = crews.at_work([each.staff for each in helpers], visit.since, visit.until, without=row.id)
    can = {each.staff.id for each in them if each.can(visit) and each.staff.id != row.kept_for_id}
    return [each for each in helpers if each.staff_id not in can]
