"""Work orders as rows: made when a stage of the field is offered, moved by the table of allowed moves, following the baton.

Every function here runs within the `transaction.atomic` of a verb.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Q

from kapok.back.workforce import crews, matters, rules
from kapok.back.workforce.models import BOOKED, KEPT, Appointment, WorkOrder
from kapok.back.workforce.refusals import NotNow, Resting, UnknownWorkOrder
from kapok.back.workforce.rules import Deed, Errand, Kind, Rest, State
from kapok.ground.catalog import queries as catalog
from kapok.ground.people.models import Staff
from kapok.ground.places.models import Address
from kapok.ground.work import rows as work_rows
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Handoff, Item
from kapok.ground.work.queries import evidence_of
from kapok.ground.work.rules import HandoffState, ItemState, Way
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

SYSTEM = "system/workforce"
AGREED = Text(zh="时段已约定，不再询问客户", en="the window is agreed already, the customer is not asked again")
OF_ORDER = ("item__matter", "item__unit", "item__holder", "unit", "address", "far_address", "appointment", "technician")


def called(item: UUID) -> WorkOrder:
    """The work order of an item, its matter locked before it as the baton does, until the verb's `transaction.atomic` ends.

    Raises `UnknownWorkOrder`.
    """
    must_exist(item)
    work_rows.item_called(item)
    rows = WorkOrder.objects.select_related(*OF_ORDER).select_for_update(no_key=True, of=("self",))
    row = rows.filter(item=item).first()
    if row is None:
        raise UnknownWorkOrder
    return row


def happened(row: WorkOrder, said_at: datetime | None) -> None:
    """Keep when the phone says that it happened, if it says so."""
    if said_at is not None:
        WorkOrder.objects.filter(id=row.id).update(moved_at=said_at)


def must_exist(item: UUID) -> None:
    """Raises `UnknownWorkOrder` where the item is no work of the field."""
    if not WorkOrder.objects.filter(item=item).exists():
        raise UnknownWorkOrder


def must_be_possible(row: WorkOrder, deed: Deed) -> None:
    """Raises `Resting` where its matter is put off or waits for plant, `NotNow` where its state does not allow it."""
    if deed not in rules.possible(Kind(row.kind), State(row.state)):
        if row.state == State.HELD and deed is not Deed.PASS_ON:
            must_go_on(row, deed)
        raise NotNow(state_name=rules.STATES[State(row.state)], deed_name=rules.DEEDS[deed])


def move(row: WorkOrder, to: State, at: datetime, **more: Any) -> bool:
    """Move a work order once, by the table; False where somebody else has moved it before, or it may not go there."""
    more.setdefault("held_from", "")
    allowed = {row.state} & {state.value for state in rules.sources(to)}
    if not WorkOrder.objects.filter(id=row.id, state__in=allowed).update(state=to, moved_at=at, **more):
        return False
    row.state, row.moved_at = to.value, at
    for name, value in more.items():
        setattr(row, name, value)
    return True


# ---- the stages of the field ----


@lru_cache(maxsize=500)
def field_stages(flow: str, number: int) -> Mapping[str, Kind]:
    """Of a version of a flow the stages that the field does; a published version never changes."""
    stages = catalog.flow(flow, number).stages
    kinds = ((code, rules.kind_of(frozenset(stage.event))) for code, stage in stages.items() if not stage.runs)
    return {code: kind for code, kind in kinds if kind}


def make(item: Item, kind: Kind, at: datetime) -> WorkOrder | None:
    """The work order of an item that was offered; None where its unit has nobody who does field work."""
    if not crews.members({item.unit_id}, "", at, at):
        return None
    holder = item.matter.subject
    appointment = Appointment.objects.filter(holder=holder, end=item.end, state=BOOKED, ends_at__gt=at).first()
    errand = errand_at(matters.errands([holder]), item)
    codes = {errand.address, errand.far_address} - {""} if errand else set()
    known = dict(Address.objects.filter(code__in=codes).values_list("code", "id")) if errand else {}
    address, far = (known.get(errand.address), known.get(errand.far_address)) if errand else (None, None)
    return WorkOrder.objects.create(
        id=uuid7(at), item=item, kind=kind, unit=item.unit, appointment=appointment, state=State.CREATED,
        address_id=appointment.address_id if appointment else address, far_address_id=far, opened_at=at, moved_at=at,
        skill=appointment.skill if appointment else errand.skill if errand else item.skill,
        minutes=appointment.minutes if appointment else errand.minutes if errand else None,
    )  # fmt: skip


def pass_by_itself(row: WorkOrder, at: datetime) -> None:
    """A window was to be agreed and stands already: nobody is asked again, the stage is handed in."""
    if row.kind != Kind.APPOINTMENT or not agreed(row, at) or State(row.state) not in rules.OPEN or rests(row):
        return
    wanted = len(evidence_of(row.item_id))
    baton.carry_out(item=row.item_id, evidence=[AGREED.both] * wanted, note=AGREED.both, actor=SYSTEM, at=at)


def agreed(row: WorkOrder, at: datetime) -> bool:
    """Whether a window is agreed that has not ended: who comes later than that has to ask the customer anew."""
    return row.appointment is not None and row.appointment.state == BOOKED and row.appointment.ends_at > at


def errand_at(known: Mapping[str, Errand], item: Item) -> Errand | None:
    """Where the visit for an item is and what it takes, as far as somebody knows; of two ends where its own is."""
    found = known.get(item.matter.subject)
    return found.at(item.end) if found else None


def errand_for(row: WorkOrder) -> Errand | None:
    """The same of a work order, which may know it where nobody else does."""
    return errands_for([row])[row.item_id]


def errands_for(rows: Sequence[WorkOrder]) -> dict[UUID, Errand | None]:
    """The same of several, by their items."""
    known = matters.errands(row.item.matter.subject for row in rows)
    return {row.item_id: errand_at(known, row.item) or _own_errand(row) for row in rows}


def _own_errand(row: WorkOrder) -> Errand | None:
    return Errand(row.address.code, row.skill, row.minutes) if row.address and row.minutes else None


def follow(row: WorkOrder, at: datetime, *, offered: bool) -> None:
    """Bring the work order to where the baton is now; `offered` says that an offer was just made."""
    item = row.item
    state = ItemState(item.state)
    if state is ItemState.HELD and item.holder is not None:
        _taken(row, item.holder, at)
    elif state is ItemState.OFFERED and offered:
        _offered(row, at)
    elif state in {ItemState.REFUSED, ItemState.DISPUTED}:
        move(row, State.RETURNED, at, technician=None)
    elif state in {ItemState.DELIVERED, ItemState.CONFIRMED} and row.state in {each.value for each in rules.LIVE}:
        _delivered(row, at)
    elif state is ItemState.WITHDRAWN and row.state in {each.value for each in rules.LIVE}:
        move(row, State.CANCELLED, at)


def _taken(row: WorkOrder, holder: Staff, at: datetime) -> None:
    if row.item.unit_id != row.unit_id:
        move(row, State.RETURNED, at, technician=None)
    elif row.technician_id != holder.id or State(row.state) not in rules.IN_HAND:
        stopped = row.state == State.HELD or rests(row)
        move(row, State.ACCEPTED, at, technician=holder)
        back_to = State.APPOINTED if agreed(row, at) else State.ACCEPTED
        if stopped:  # who takes it over finds it as it was: it goes on when they say so
            move(row, State.HELD, at, held_from=back_to.value)
        elif back_to is State.APPOINTED:
            move(row, State.APPOINTED, at)


def rests(row: WorkOrder) -> Rest | None:
    """That its matter is put off or waits for plant; None where it goes on."""
    holder = row.item.matter.subject
    return matters.resting([holder]).get(holder)


def must_go_on(row: WorkOrder, deed: Deed) -> None:
    """Raises `Resting` where its matter is put off or waits for plant."""
    rest = rests(row)
    if rest is not None:
        raise Resting(why=matters.told(rest), deed_name=rules.DEEDS[deed])


def _offered(row: WorkOrder, at: datetime) -> None:
    handoff = Handoff.objects.filter(item=row.item, state=HandoffState.OFFERED).select_related("to_staff").first()
    back = handoff is not None and handoff.way == Way.RETURN
    if back or (row.item.unit_id != row.unit_id and not crews.members({row.item.unit_id}, "", at, at)):
        move(row, State.RETURNED, at, technician=None)
        return
    meant = handoff.to_staff if handoff else None
    move(row, State.DISPATCHED if meant else State.CREATED, at, technician=meant, unit=row.item.unit)


def _delivered(row: WorkOrder, at: datetime) -> None:
    """Raises `Resting`: what is put off, or waits for plant, is not handed in."""
    must_go_on(row, Deed.REPLY)
    by = row.technician or row.item.holder or row.item.accountable
    move(row, State.REPLIED, at, replied_at=at, technician=by)
    if row.kind == Kind.VISIT and row.appointment_id:
        Appointment.objects.filter(id=row.appointment_id, state=BOOKED).update(state=KEPT)


# ---- appointments reach the work ----


def appointed(row: Appointment, at: datetime) -> None:
    """The work in hand for the same holder, at the same end, has this appointment now."""
    live = WorkOrder.objects.filter(state__in=[each.value for each in rules.LIVE])
    for order in live.filter(item__matter__subject=row.holder, item__end=row.end):
        WorkOrder.objects.filter(id=order.id).update(
            appointment=row, address=row.address_id, skill=row.skill, minutes=row.minutes
        )
        if order.state == State.HELD:
            WorkOrder.objects.filter(id=order.id).update(held_from=State.APPOINTED)
        elif State(order.state) in rules.IN_HAND:
            move(order, State.APPOINTED, at)
        else:
            pass_by_itself(called(order.item_id), at)


def unappointed(row: Appointment, at: datetime) -> None:
    """The appointment is given up: the work in hand has none."""
    mine = WorkOrder.objects.filter(appointment=row, state__in=[each.value for each in rules.LIVE])
    waiting = mine.filter(Q(state=State.APPOINTED) | Q(held_from=State.APPOINTED))
    waiting.filter(state=State.HELD).update(held_from=State.ACCEPTED)
    waiting.filter(state=State.APPOINTED).update(state=State.ACCEPTED, moved_at=at)
    mine.update(appointment=None)
