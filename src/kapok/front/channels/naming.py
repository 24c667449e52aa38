"""A caller whom nobody knew, or who was taken for another, is named: the interaction is theirs, and what they asked in it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kapok.front.channels import events, gathering, rows
from kapok.front.channels.asking import BUSINESS_LINE, CAME_BY
from kapok.front.channels.duties import duty_of
from kapok.front.channels.models import Case, Interaction, Linked, Message, Report
from kapok.front.channels.refusals import UnknownInteraction
from kapok.front.channels.rules import Channel, Kind, Via
from kapok.ground.catalog.template import ACCOUNT_MANAGER, Line
from kapok.ground.customers import queries as customers
from kapok.ground.customers.models import Customer
from kapok.ground.journal import api as journal
from kapok.ground.people.models import Staff
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Matter
from kapok.ground.work.rules import MatterState, line_of


@transaction.atomic
def name(identifier: UUID, whose: Customer, me: Staff, at: datetime) -> None:
    """Say whose interaction it is, within the `transaction.atomic` of a verb.

    One that is somebody's already is corrected by its first contact alone, while it lasts; what was opened in it for the
    one who was named wrongly goes with it. What was open before, and only urged in it, stays with whom it was asked by.
    """
    row = Interaction.objects.select_for_update(no_key=True).filter(id=identifier).first()
    if row is None:
        raise UnknownInteraction
    if row.customer_id == whose.id:
        return
    if row.customer_id is not None:
        rows.open_interaction(identifier, me)
    before, row.customer = row.customer_id, whose
    row.save(update_fields=["customer"])
    journal.record(
        events.Recognised(subject=row.subject, actor=me.subject, at=at, correlation=row.id, customer=whose.number)
    )
    Report.objects.filter(Q(customer=None) | Q(customer=before), interaction=row).update(customer=whose)
    for case in Case.objects.select_for_update(no_key=True).filter(matter__in=_opened_in(row)).order_by("matter"):
        if case.customer_id is None or case.customer_id == before:
            _belongs(_of_no_other(case, whose), whose, me, at)


def _opened_in(row: Interaction) -> list[str]:
    """The matters that began in this interaction: no other was about them before, and they were asked since it began."""
    linked = Linked.objects.filter(matter__in=Linked.objects.filter(interaction=row).values("matter")).order_by("id")
    first: dict[str, UUID] = {}
    for link in linked:
        first.setdefault(link.matter, link.interaction_id)
    mine = [matter for matter, interaction in first.items() if interaction == row.id]
    return list(Case.objects.filter(matter__in=mine, asked_at__gte=row.started_at).values_list("matter", flat=True))


def _of_no_other(case: Case, whose: Customer) -> Case:
    """The case without the service it was about, where that is of somebody else."""
    if case.service is not None and case.service.customer_id != whose.id:
        case.service = None
        case.save(update_fields=["service"])
    return case


def _belongs(case: Case, whose: Customer, me: Staff, at: datetime) -> None:
    """The case is theirs; what is open of it is judged by what is known of them from now on, and offered to their manager."""
    case.customer = whose
    case.save(update_fields=["customer"])
    Message.objects.filter(case=case, customer=None, staff=None).update(customer=whose)
    open_ones = Matter.objects.select_related("near", "first_contact")
    matter = open_ones.filter(subject=case.matter, state=MatterState.OPEN).first()
    if matter is None:
        return
    before, manager = matter.facts.get(ACCOUNT_MANAGER, ""), _manager(case, matter, whose, at)
    facts = customers.facts_of(whose)
    if before or manager:
        facts[ACCOUNT_MANAGER] = manager
    work.tell(matter=case.matter, kind="matter.changed", facts=facts, actor=me.subject, at=at)
    if before == manager:
        return
    baton.ask_by_name(matter=case.matter, actor=me.subject, at=at)
    if case.owner.username == before:
        _answers(case, Staff.objects.get(username=manager) if manager else None, matter, me, at)


def _manager(case: Case, matter: Matter, whose: Customer, at: datetime) -> str:
    """Who is named to its flow, as `asking` chooses: of the patch, whoever answers on the ground where the matter is already."""
    caller = gathering.caller_of(whose, case.service, Via.SAID, at)
    if line_of(case.kind, matter.facts) is Line.SUPERVISION:
        return ""
    firm = caller.firm or matter.facts.get(CAME_BY) == BUSINESS_LINE
    if caller.manager or matter.near is None or case.kind != Kind.REQUEST or not firm:
        return caller.manager
    kind = case.service.kind if case.service else ""
    return gathering.answers_on(matter.near, duty_of(Kind(case.kind), Channel(case.channel), whose.segment, kind), at)


def _answers(case: Case, manager: Staff | None, matter: Matter, me: Staff, at: datetime) -> None:
    """The case is no more for who was named for the wrong one; what the rules gave them is asked of the right one's manager."""
    case.owner = manager or matter.first_contact
    case.save(update_fields=["owner"])
    if case.work is not None:
        with suppress(baton.EndedUnit):
            to = manager.username if manager else ""
            baton.give_again(item=case.work, unit=case.unit.code, to=to, actor=me.subject, at=at)
