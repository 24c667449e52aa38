"""A caller whom nobody knew is named: the interaction is theirs, and what they asked in it with its clocks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kapok.front.channels import events, rows
from kapok.front.channels.models import Case, Interaction, Linked, Message
from kapok.front.channels.refusals import UnknownInteraction
from kapok.ground.customers import queries as customers
from kapok.ground.customers.models import Customer
from kapok.ground.journal import api as journal
from kapok.ground.people.models import Staff
from kapok.ground.work import api as work
from kapok.ground.work.models import Matter
from kapok.ground.work.rules import MatterState


@transaction.atomic
def name(identifier: UUID, whose: Customer, me: Staff, at: datetime) -> None:
    """Say whose interaction it is, within the `transaction.atomic` of a verb.

    One that is somebody's already is corrected by its first contact alone, while it lasts.
    """
    row = Interaction.objects.select_for_update(no_key=True).filter(id=identifier).first()
    if row is None:
        raise UnknownInteraction
    if row.customer_id == whose.id:
        return
    if row.customer_id is not None:
        rows.open_interaction(identifier, me)
    row.customer = whose
    row.save(update_fields=["customer"])
    journal.record(
        events.Recognised(subject=row.subject, actor=me.subject, at=at, correlation=row.id, customer=whose.number)
    )
    asked = Linked.objects.filter(interaction=row).values("matter")
    for case in Case.objects.select_for_update(no_key=True).filter(matter__in=asked, customer=None).order_by("matter"):
        _belongs(case, whose, me, at)


def _belongs(case: Case, whose: Customer, me: Staff, at: datetime) -> None:
    """The case is theirs; what is open of it is judged by what is known of them from now on."""
    case.customer = whose
    case.save(update_fields=["customer"])
    Message.objects.filter(case=case, customer=None, staff=None).update(customer=whose)
    if Matter.objects.filter(subject=case.matter, state=MatterState.OPEN).exists():
        facts = customers.facts_of(whose)
        work.tell(matter=case.matter, kind="matter.changed", facts=facts, actor=me.subject, at=at)
