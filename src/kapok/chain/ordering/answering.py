"""Who answers for an order to the customer: one person, whichever of its legs they were asked about."""

from __future__ import annotations

from kapok.chain.ordering import rows
from kapok.chain.ordering.models import Order
from kapok.chain.ordering.moves import Act
from kapok.ground.work import api as work
from kapok.ground.work.models import Matter


def passed(subject: str, act: Act) -> None:
    """Whoever answers for this leg does so for its order and the other legs; nothing of another line's matter."""
    legs = rows.locked(rows.together(subject))
    if not legs:
        return
    matter = Matter.objects.get(subject=subject)
    Order.objects.filter(id=legs[0].order_id).update(first_contact=matter.first_contact_id, unit=matter.unit_id)
    for leg in legs:
        if leg.subject != subject:
            work.pass_first_contact(matter=leg.subject, like=subject, actor=act.actor, at=act.at)
