"""Who answers for an order to the customer: one person, whichever of its legs they were asked about."""

from __future__ import annotations

from django.db.models import F

from kapok.chain.ordering import rows
from kapok.chain.ordering.models import Order
from kapok.chain.ordering.moves import Act
from kapok.ground.work import api as work
from kapok.ground.work.models import Tenure


def passed(subject: str, act: Act) -> None:
    """Whoever became first contact of a leg last is that of its order and of the other legs; nothing where it is no leg.

    The last may be heard of before the others: that of another leg since this one's.
    """
    legs = rows.locked(rows.together(subject))
    ended = Tenure.objects.filter(matter__subject__in=[leg.subject for leg in legs])
    changed = ended.exclude(answers=F("matter__first_contact")).select_related("matter")
    last = changed.order_by("until", "id").last()
    if last is None:
        return
    matter = last.matter
    Order.objects.filter(id=legs[0].order_id).update(first_contact=matter.first_contact_id, unit=matter.unit_id)
    for leg in legs:
        if leg.subject != matter.subject:
            work.pass_first_contact(matter=leg.subject, like=matter.subject, actor=act.actor, at=act.at)
