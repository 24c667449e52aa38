"""What a technician does with a work order: takes it, goes there, works, holds it, gives it back, replies.

Who holds it is asked of the baton each time. `said_at` is when the phone says that it happened; the clocks of promises are judged
by `at`, when it reached us.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import transaction

from kapok.back.workforce import events, holding, matters, orders, replying, rules
from kapok.back.workforce.files import Upload
from kapok.back.workforce.models import WorkOrder
from kapok.back.workforce.refusals import NotAppointed, NoteNeeded, NotNow, NotYoursToDo, StillLacking, UnknownReason
from kapok.back.workforce.rules import Deed, Kind, State
from kapok.ground.catalog.rules import ways_back
from kapok.ground.journal import api as journal
from kapok.ground.people.models import Staff
from kapok.ground.work import api as work
from kapok.ground.work import rows as work_rows
from kapok.ground.work.baton import api as baton
from kapok.ground.work.following import flow_of
from kapok.ground.work.refusals import NotHeld, NotHolder
from kapok.ground.work.rules import ITEM_STATES, ItemState
from kapok.kernel.text import Text

STARTED = "visit.started"
NOTE = Text(zh="备注", en="note")


@transaction.atomic
def accept(*, item: UUID, said_at: datetime | None = None, actor: str, at: datetime) -> None:
    """Take a work order that was dispatched to the actor, or to nobody.

    Raises `UnknownWorkOrder`, `NotNow`, `NotYoursToDo`, and what `baton.accept` does.
    """
    row = _called(item, Deed.ACCEPT)
    me = work_rows.person(actor)
    if row.technician is not None and row.technician_id != me.id:
        raise NotYoursToDo(username=row.technician.username)
    baton.accept(item=item, actor=actor, at=at)
    orders.happened(row, said_at)


@transaction.atomic
def set_off(*, item: UUID, said_at: datetime | None = None, actor: str, at: datetime) -> None:
    """Be on the way. Raises `UnknownWorkOrder`, `NotNow`, `NotHeld`, `NotHolder`."""
    row, _ = mine(item, Deed.SET_OFF, actor)
    go(row, State.TRAVELLING, actor, at, said_at)


@transaction.atomic
def arrive(*, item: UUID, said_at: datetime | None = None, actor: str, at: datetime) -> None:
    """Be there: the matter is told that the visit has started, unless its customer holds the other end up.

    Raises `UnknownWorkOrder`, `NotNow`, `NotHeld`, `NotHolder`.
    """
    row, _ = mine(item, Deed.ARRIVE, actor)
    go(row, State.ARRIVED, actor, at, said_at, arrived_at=said_at or at)
    if not holding.stands_elsewhere(row):
        work.happen(matter=row.item.matter.subject, kind=STARTED, actor=actor, at=at)


@transaction.atomic
def begin(*, item: UUID, said_at: datetime | None = None, actor: str, at: datetime) -> None:
    """Begin to work. Raises `UnknownWorkOrder`, `NotNow`, `NotHeld`, `NotHolder`."""
    row, _ = mine(item, Deed.BEGIN, actor)
    go(row, State.WORKING, actor, at, said_at)


@transaction.atomic
def hold(
    *,
    item: UUID,
    reason: str,
    note: str = "",
    evidence: str = "",
    said_at: datetime | None = None,
    actor: str,
    at: datetime,
) -> None:
    """Stop working for a reason of the list.

    Where the customer is the cause, evidence is needed and somebody has to approve that the customer's clock stands still
    (`approve_hold`, then as of now); until then it runs. For every other reason it runs on.
    Raises `UnknownWorkOrder`, `NotNow`, `NotHeld`, `NotHolder`, `UnknownReason`, `NoteNeeded`.
    """
    row, me = mine(item, Deed.HOLD, actor)
    held = holding.write(row, me, reason, note, evidence, at=at)
    go(row, State.HELD, actor, at, said_at, held_from=row.state)
    holding.tell(row, held, actor=actor, at=at)


@transaction.atomic
def lift_hold(*, item: UUID, said_at: datetime | None = None, actor: str, at: datetime) -> None:
    """Go on where it was held, the customer's clock runs again: first a hold of its own, then what was put off or waited for plant.

    Raises `UnknownWorkOrder`, `NotNow`, `NotHeld`, `NotHolder`, `StillLacking`.
    """
    row, _ = mine(item, Deed.LIFT_HOLD, actor)
    if holding.running(row):
        holding.lift(row, actor=actor, at=at)
        if orders.rests(row):
            return  # held by its matter alone now
    else:
        _go_on(row, actor, at)
        row = orders.called(item)
    if row.state == State.HELD:
        go(row, State(row.held_from), actor, at, said_at)
    else:
        orders.happened(row, said_at)


def _go_on(row: WorkOrder, actor: str, at: datetime) -> None:
    """What was put off, or waited for plant, goes on, and what is in hand of it with it. Raises `StillLacking`."""
    matter = row.item.matter.subject
    chain = matters.chain_of(matter)
    if chain and not chain.go_on(matter, reason=rules.DEEDS[Deed.LIFT_HOLD].both, actor=actor, at=at):
        raise StillLacking


@transaction.atomic
def send_back(
    *, item: UUID, reason: str, note: str = "", said_at: datetime | None = None, actor: str, at: datetime
) -> None:
    """Give the work back for a reason of the list: by the flow's one way back, else to who offered it.

    Raises `UnknownWorkOrder`, `NotNow`, `NotHeld`, `NotHolder`, `UnknownReason`, and what the baton does.
    """
    row, _ = mine(item, Deed.SEND_BACK, actor)
    if reason not in rules.RETURNS:
        raise UnknownReason(reason=reason[:40], reasons=", ".join(rules.RETURNS))
    cause = rules.RETURNS[reason]
    defect = f"{cause.title.both} {tidy(note)}".strip()
    if row.state == State.HELD:
        holding.lift(row, actor=actor, at=at)
    go(row, State.RETURNED, actor, at, said_at)
    flow = flow_of(row.item.matter)
    ways = list(ways_back(flow, row.item.stage)) if flow and row.item.stage else []
    if len(ways) == 1:
        baton.send_back(item=item, to=ways[0], note=defect, actor=actor, at=at)
    else:
        baton.return_to_offerer(item=item, reason=cause.reason, defect=defect, actor=actor, at=at)
    journal.record(
        events.SentBack(
            subject=row.item.subject, actor=actor, at=at, correlation=row.item.matter_id, reason=reason,
            reason_name=cause.title, note=tidy(note),
        )
    )  # fmt: skip


@transaction.atomic
def pass_on(*, item: UUID, to: str, reason: str, said_at: datetime | None = None, actor: str, at: datetime) -> None:
    """Offer the work to a colleague of the same unit, who is told in person. What was put off, or waits for plant, goes on first.

    Raises `UnknownWorkOrder`, `NotNow`, `NotHeld`, `NotHolder`, and what `baton.transfer` does.
    """
    row, _ = mine(item, Deed.PASS_ON, actor)
    if row.state == State.HELD:
        if not holding.running(row):
            raise NotNow(state_name=rules.STATES[State.HELD], deed_name=rules.DEEDS[Deed.PASS_ON])
        holding.lift(row, actor=actor, at=at)
    baton.transfer(item=item, unit=row.item.unit.code, to=to, warm=True, note=tidy(reason), actor=actor, at=at)
    orders.happened(row, said_at)


@transaction.atomic
def reply(
    *,
    item: UUID,
    tests: Mapping[str, Any] = MappingProxyType({}),
    materials: Mapping[str, int] = MappingProxyType({}),
    photos: Sequence[Upload] = (),
    signature: Upload | None = None,
    evidence: Sequence[str] = (),
    note: str = "",
    despite: str = "",
    facts: Mapping[str, Any] = MappingProxyType({}),
    said_at: datetime | None = None,
    actor: str,
    at: datetime,
) -> None:
    """Hand the work in: what was measured (in the unit of each test), used, seen and signed, and the evidence the stage wants.

    A reading that fails is handed in only with a reason, `despite`.
    Raises `UnknownWorkOrder`, `NotNow`, `NotAppointed`, `NotHeld`, `NotHolder`, and what `replying.write` and `baton.deliver` do.
    """
    row = orders.called(item)
    must_be_agreed(row, at)
    row, me = mine(item, Deed.REPLY, actor)
    proven = replying.write(
        row,
        me,
        tests=tests,
        materials=materials,
        photos=photos,
        signature=signature,
        evidence=evidence,
        despite=despite,
        actor=actor,
        at=at,
    )
    words = tidy(note)
    WorkOrder.objects.filter(id=row.id).update(note=words)
    baton.deliver(item=item, evidence=proven, facts=facts, note=words, actor=actor, at=at)
    if said_at is not None:
        WorkOrder.objects.filter(id=row.id).update(replied_at=said_at)


def must_be_agreed(row: WorkOrder, at: datetime) -> None:
    """A window that has passed is none: the customer is asked anew. Raises `NotAppointed`."""
    in_hand = State(row.state) in rules.IN_HAND - {State.HELD}
    if row.kind == Kind.APPOINTMENT and in_hand and not orders.agreed(row, at):
        raise NotAppointed


def _called(item: UUID, deed: Deed) -> WorkOrder:
    """The work order, its matter locked first as the baton does; it may do this now."""
    row = orders.called(item)
    orders.must_be_possible(row, deed)
    return row


def mine(item: UUID, deed: Deed, actor: str) -> tuple[WorkOrder, Staff]:
    """The work order in the actor's hands, who may do this now. Raises `UnknownWorkOrder`, `NotNow`, `NotHeld`, `NotHolder`."""
    row, me = _called(item, deed), work_rows.person(actor)
    must_hold(row, me)
    return row, me


def must_hold(row: WorkOrder, me: Staff) -> None:
    """Raises `NotHeld`, `NotHolder`."""
    if row.item.state != ItemState.HELD or row.item.holder is None:
        raise NotHeld(state_name=ITEM_STATES[ItemState(row.item.state)])
    if row.item.holder_id != me.id:
        raise NotHolder(holder=row.item.holder.username)


def go(row: WorkOrder, to: State, actor: str, at: datetime, said_at: datetime | None, **more: Any) -> None:
    """Move it, and say so in the journal. Raises `NotNow`."""
    if not orders.move(row, to, said_at or at, **more):
        raise NotNow(state_name=rules.STATES[State(row.state)], deed_name=rules.STATES[to])
    journal.record(
        events.FieldMoved(
            subject=row.item.subject, actor=actor, at=at, correlation=row.item.matter_id, state=to.value,
            state_name=rules.STATES[to],
        )
    )  # fmt: skip


def tidy(note: str) -> str:
    """Words as they are kept. Raises `NoteNeeded`."""
    words = " ".join(note.split())
    if len(words) > rules.NOTE:
        raise NoteNeeded(field=NOTE, most=rules.NOTE)
    return words
