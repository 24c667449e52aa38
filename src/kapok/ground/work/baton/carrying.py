"""Handing work in and sending it back, by whoever holds it; and by the system, for the unit whose work it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import transaction

from kapok.ground.catalog.refusals import NoWayBack
from kapok.ground.journal import api as journal
from kapok.ground.people.models import Staff
from kapok.ground.work import events, following, moves, rows, rules
from kapok.ground.work.baton import steps
from kapok.ground.work.models import Handoff, Item
from kapok.ground.work.moves import Act, Giver, Receiver
from kapok.ground.work.refusals import NotHeld
from kapok.ground.work.rules import HandoffState, ItemState, Way
from kapok.kernel.text import Text

SYSTEM = "system/ordering"
"""Who acts where a stage is done by the system."""


@transaction.atomic
def carry_out(
    *,
    item: UUID,
    evidence: Sequence[str] = (),
    facts: Mapping[str, Any] = MappingProxyType({}),
    note: str = "",
    actor: str = SYSTEM,
    at: datetime,
) -> None:
    """Hand in work that the system has done for the unit that was offered it, or that somebody of it holds.

    Who answers for it takes an offer in their name and stays accountable; the journal says that the system acted.
    Raises `UnknownItem`, `EvidenceMissing`, `InvalidFact`, `NotOffered`, `NotHeld`, `NoteMissing`, `TooEarly`.
    """
    row, act = rows.item_called(item), Act(actor, at)
    hand_in(row, steps.taken(row, act), act, evidence=evidence, facts=facts, note=note)


@transaction.atomic
def carry_back(*, item: UUID, to: str, why: Text, actor: str = SYSTEM, at: datetime) -> None:
    """Send the matter back to an earlier stage, as `send_back` does, because the system found that stage wanting.

    Raises `UnknownItem`, `NoWayBack`, `NotOffered`, `NotHeld`, `NoteMissing`, `TooEarly`.
    """
    row, act = rows.item_called(item), Act(actor, at)
    send_back(row, steps.taken(row, act), to, why, act)


@transaction.atomic
def take_done(*, item: UUID, by: Staff | None = None, actor: str, at: datetime) -> None:
    """Whoever did what nobody has accepted holds it: `by`, else who offered it.

    They accept what is meant for them; else the offer is withdrawn, and counts for nobody whom it was meant for.
    Raises `UnknownItem`, `NotOffered`, `TooEarly`.
    """
    row, act = rows.item_called(item), Act(actor, at)
    handoff = rows.offer_of(row, at)
    person = by or handoff.from_staff
    if steps.may_accept(row, handoff, person, at):
        steps.take(row, handoff, person, act)
        act.record()
    else:
        steps.take_back(row, handoff, person, act)


@transaction.atomic
def carry_to(*, item: UUID, unit: str, actor: str = SYSTEM, at: datetime) -> None:
    """Offer what one unit was offered to another instead: somebody of that one is sent. The same side asks for it.

    Raises `UnknownItem`, `UnknownUnit`, `EndedUnit`, `NotOffered`, `TooEarly`.
    """
    row, act = rows.item_called(item), Act(actor, at)
    offered, to = rows.offer_of(row, at), rows.unit_at_work(unit)
    moves.drop_offer(row, at)
    giver = Giver(offered.from_unit, offered.from_staff, offered.from_answers)
    moves.offer(row, giver, Receiver(to), act, way=Way.AGAIN, accept_by=offered.accept_by_at)
    moves.answer_for(row, act)
    act.record()


@transaction.atomic
def carry_over(*, item: UUID, unit: str, to: str, note: str, actor: str, at: datetime) -> None:
    """Offer what somebody holds to somebody else, because who dispatches takes it out of their hands; both are told in person.

    It is a transfer from who held it: up to now the time is theirs, whoever acts. Raises `UnknownItem`, `NotHeld`, `NotAPerson`,
    `UnknownUnit`, `EndedUnit`, `NotOfUnit`, `SameHands`, `NoteMissing`, `TooEarly`.
    """
    row, act, note = rows.item_called(item), Act(actor, at), rules.tidy_note(note)
    if row.state != ItemState.HELD or row.holder is None:
        raise NotHeld(state_name=rows.state_name(row))
    receiver = steps.receiver(unit, to, note=note)
    steps.must_change_hands(row, row.holder, receiver)
    steps.pass_on(row, row.holder, receiver, act)
    act.record()


@transaction.atomic
def leave_to_people(*, item: UUID, why: Text, actor: str = SYSTEM, at: datetime) -> None:
    """Say on work that is offered or held why the system cannot do it: people do it then. Raises `UnknownItem`."""
    row = rows.item_called(item)
    note = f"{why.zh} / {why.en}"[: rules.NOTE]
    Handoff.objects.filter(item=row, state=HandoffState.OFFERED).update(note=note)
    journal.record(events.LeftToPeople(subject=row.subject, actor=actor, at=at, correlation=row.matter_id, why=why))


def hand_in(row: Item, me: Staff, act: Act, *, evidence: Sequence[str], facts: Mapping[str, Any], note: str) -> None:
    """The holder hands the work in; the stages that may begin now are offered. Within a verb's transaction."""
    note, given = rules.tidy_note(note, needed=False), rules.enough(evidence, following.evidence_of(row))
    told = rules.checked(facts)
    steps.learn(row.matter, told, act)
    steps.let_go(row, me, ItemState.DELIVERED, act)
    giver = Giver(row.unit, me, row.accountable)
    steps.hand_in(row, me, given, note, act)
    moves.tell(row, "handoff.delivered", act, note=note)
    steps.await_answer(row, act)
    if not row.confirm:
        following.tell_of(row, told, act)
        following.go_on(row.matter, giver, act)
    act.record()


def send_back(row: Item, me: Staff, to: str, why: Text, act: Act) -> None:
    """The holder sends the matter back to `to`. Within a verb's transaction. Raises `NoWayBack`, `NoteMissing`."""
    note = rules.tidy_note(why.both[: rules.NOTE])
    flow = following.flow_of(row.matter)
    if flow is None or not row.stage:
        raise NoWayBack(stage=row.stage or "-", to=to, ways="-")
    giver = Giver(row.unit, me, row.accountable)
    steps.let_go(row, me, ItemState.WITHDRAWN, act)
    moves.finish(row, ItemState.WITHDRAWN, act)
    moves.tell(row, "handoff.withdrawn", act, note=note)
    following.go_back(row, flow, to, giver, act)
    said: dict[str, Any] = {"to": to, "to_name": flow.stages[to].title, "why": why}
    act.told.append(events.SentBack(subject=row.subject, actor=act.actor, at=act.at, correlation=row.matter_id, **said))
    act.record()
