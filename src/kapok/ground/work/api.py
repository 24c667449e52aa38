"""Matters: whoever was asked first answers for them until the customer confirms. Work on them is passed in `baton.api`.

Promises that a matter is never without an owner, that the owner changes only when the receiver accepts, and that a matter is
closed only on the owner's and the customer's word. Refuses everything else by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from kapok.ground.catalog import queries as catalog
from kapok.ground.catalog.refusals import FlowTie, NoWayBack
from kapok.ground.journal import api as journal
from kapok.ground.journal.nesting import Whole
from kapok.ground.people.models import Staff
from kapok.ground.people.refusals import EndedUnit, UnknownStaff, UnknownUnit
from kapok.ground.work import answering, events, following, passing, rows, rules, telling, urging
from kapok.ground.work.models import Item, Matter
from kapok.ground.work.moves import Act, Giver, say
from kapok.ground.work.refusals import (
    HandoverRunning,
    InvalidFact,
    MatterClosed,
    MatterTaken,
    NotActing,
    NotAMatter,
    NotAPerson,
    NotConfirmed,
    NotDeputy,
    NoteMissing,
    NotOwner,
    NotWaiting,
    PausesClocks,
    SameHands,
    StillInHand,
    StillThere,
    TitleMissing,
    UnknownKind,
    UnknownMatter,
)
from kapok.ground.work.reopening import reopen_matter
from kapok.ground.work.rules import MatterState
from kapok.kernel.ids import uuid7

__all__ = [
    "EndedUnit", "FlowTie", "HandoverRunning", "InvalidFact", "MatterClosed", "MatterTaken", "NoWayBack", "NotAMatter",
    "NotAPerson", "NotActing", "NotConfirmed", "NotDeputy", "NotOwner", "NotWaiting", "NoteMissing", "PausesClocks",
    "SameHands", "StillInHand", "StillThere", "TitleMissing", "UnknownKind", "UnknownMatter", "UnknownStaff",
    "UnknownUnit", "begin", "close_matter", "hand_back_matter", "hand_over_first_contact", "happen", "note_not_reached",
    "offer_first_contact", "open_matter", "pass_first_contact", "reopen_matter", "take_over_matter", "take_urge",
    "tell", "urge",
]  # fmt: skip


@transaction.atomic
def open_matter(
    *, kind: str, title: str, unit: str = "", first_contact: str | Staff = "", facts: Mapping[str, Any] = MappingProxyType({}),
    urgent: bool = False, near: UUID | str | None = None, far: rules.Far | None = None,
    subject: str = "", note: str = "", also: Sequence[str] = (), begin: bool = True,
    flows: catalog.Choices | None = None, whole: Whole | None = None, actor: str, at: datetime,
) -> str:  # fmt: skip
    """Take up a matter that begins with the event `kind` (`fault.reported`, `order.paid` …), and return its subject.

    Whoever was asked first (`first_contact`, a staff number or the active person at hand, else the actor) answers for it from now
    on, in `unit` or else their own; the work is on the ground of `near`, of `far` too where the flow goes there. `also` happened
    at the same moment. Its facts choose its flow (among `flows` where those of its line are at hand), whose first stages are
    offered, or with `begin=False` when `begin` says so; its clocks start. As a part of a `whole` it leaves to that what is written
    and told. Raises `NotAMatter`, `UnknownKind`, `TitleMissing`, `InvalidFact`, `NotAPerson`, `UnknownUnit`, `EndedUnit`,
    `MatterTaken`, `FlowTie`.
    """
    owner, what, known = rows.asked_first(first_contact, actor), rules.kind_of(kind), rules.checked(facts)
    line = rules.line_of(what, known)
    matter = Matter(
        id=uuid7(at), subject=subject or rules.subject_of(what, timezone.localdate(at).year, rows.next_number()), line=line,
        title=rules.tidy_title(title), unit=rows.unit_of(owner, unit), first_contact=owner, facts=known,
        near_id=rows.near_of(near), far_near_id=far.near if far else None,
        flow=following.chosen(known, flows or catalog.choices(line)), urgent=urgent, state=MatterState.OPEN, opened_at=at,
    )  # fmt: skip
    matter.two_ended = far is not None and following.goes_to_both_ends(following.flow_of(matter))
    act = Act(actor, at, rows=whole.rows, told=whole.told, new=whole.new) if whole else Act(actor, at)
    _begins_with(matter, (kind, *also), rules.tidy_note(note, needed=False), act, is_new=bool(whole or not subject))
    if begin:
        following.go_on(matter, Giver(matter.unit, owner, owner), act, opens=True)
    if whole is None:
        _open(act, matter.subject)
    return matter.subject


def _open(act: Act, subject: str) -> None:
    try:
        act.write()
    except IntegrityError:
        raise MatterTaken(matter=subject) from None
    act.record()


@transaction.atomic
def begin(*, matter: str, actor: str, at: datetime) -> None:
    """Offer the first stages of a matter that was opened with `begin=False`; of one that has begun, nothing more is offered.

    Raises `UnknownMatter`, `MatterClosed`.
    """
    row, act = rows.open_matter(matter), Act(actor, at)
    following.go_on(row, Giver(row.unit, row.first_contact, row.first_contact), act)
    act.record()


@transaction.atomic
def tell(
    *,
    matter: str,
    kind: str,
    facts: Mapping[str, Any] = MappingProxyType({}),
    note: str = "",
    actor: str,
    at: datetime,
) -> None:
    """Note what happened to a matter, as `happen` does, for the module that runs it: that has checked who may say so.

    Raises `UnknownMatter`, `UnknownKind`, `InvalidFact`, `NoteMissing`, `PausesClocks`.
    """
    row, told, act = rows.matter_called(matter, lock=True), rules.checked(facts), Act(actor, at)
    rules.matter_event(kind)
    telling.must_not_pause(kind)
    following.happened(row, kind, told, act, note=rules.tidy_note(note, needed=False))
    act.record()


@transaction.atomic
def happen(
    *,
    matter: str,
    kind: str,
    facts: Mapping[str, Any] = MappingProxyType({}),
    note: str = "",
    actor: str,
    at: datetime,
) -> None:
    """Note that something happened to a matter, with what was learnt; its clocks are judged in the same transaction.

    A `matter.changed` with the fact `urgent` (`yes`, `no`) makes it so for what is offered from then on.
    The owner (or the deputy acting) says all of it but what stops clocks, which takes an approval (`commitments.api.pause`);
    the people of a unit that has or had the work say what they did themselves (`telling.BY_HANDS`). A cancellation withdraws
    the work and halts the flow; `fault.reopened` opens a closed matter again, as `reopen_matter` does.
    Raises `UnknownMatter`, `UnknownKind`, `InvalidFact`, `NoteMissing`, `NotAPerson`, `PausesClocks`, `NotOwner`.
    """
    if kind in rules.CANCELS:
        rows.hold_together(matter)
    row, told, act = rows.matter_called(matter, lock=True), rules.checked(facts), Act(actor, at)
    rules.matter_event(kind)
    _may_tell(rows.person(actor), row, kind, at)
    following.happened(row, kind, told, act, note=rules.tidy_note(note, needed=kind in rules.WITHDRAWN))
    act.record()


@transaction.atomic
def note_not_reached(*, matter: str, note: str, actor: str, at: datetime) -> None:
    """Note that the owner could not reach the customer. Raises `UnknownMatter`, `NotAPerson`, `NotOwner`, `NoteMissing`."""
    row = rows.matter_called(matter)
    answering.must_own(rows.person(actor), row, at)
    journal.record(
        events.NotReached(subject=row.subject, actor=actor, at=at, correlation=row.id, note=rules.tidy_note(note))
    )


@transaction.atomic
def urge(*, matter: str, note: str, supervise: bool = False, actor: str, at: datetime) -> None:
    """Urge whoever has the work of a matter: its owner, the owner's unit, and the units that asked for work of it do.

    `supervise` puts it under supervision besides: the head is told, too. Raises `UnknownMatter`, `MatterClosed`, `NotAPerson`,
    `NotWaiting`, `NoteMissing`.
    """
    row, note, me = rows.open_matter(matter), rules.tidy_note(note), rows.person(actor)
    if not rows.waits_for(me, row, at):
        raise NotWaiting(username=row.first_contact.username)
    urging.urge(row, note, Act(actor, at), supervise=supervise)


@transaction.atomic
def take_urge(*, matter: str, note: str, actor: str, at: datetime) -> None:
    """Count an urge as `urge` does, for the module that took it: that has checked who may, or a customer asked it.

    Raises `UnknownMatter`, `MatterClosed`, `NoteMissing`.
    """
    urging.urge(rows.open_matter(matter), rules.tidy_note(note), Act(actor, at))


@transaction.atomic
def close_matter(*, matter: str, note: str = "", actor: str, at: datetime) -> None:
    """Close a matter: its owner's word, and the customer's (rule FC5).

    The owner or the deputy acting closes it, after the customer has confirmed or withdrawn, or could not be reached in enough
    attempts. Raises `UnknownMatter`, `MatterClosed`, `NotAPerson`, `NotOwner`, `StillInHand`, `NotConfirmed`.
    """
    row, me = rows.open_matter(matter), rows.person(actor)
    answering.must_own(me, row, at)
    left = Item.objects.filter(Q(state__in=following.LIVE) | following.UNCONFIRMED, matter=row, contact=False).count()
    if left:
        raise StillInHand(count=left)
    how = rows.word_of_the_customer(row)
    if how is None:
        raise NotConfirmed
    closed = {"closed_at": at, "settled_at": row.settled_at or at}
    Matter.objects.filter(id=row.id).update(state=MatterState.CLOSED, **closed)
    act = Act(actor, at)
    passing.withdraw(row, act)
    say(row, "matter.closed", act)
    act.told.append(events.MatterClosed(subject=row.subject, actor=actor, at=at, correlation=row.id, how=how))
    act.record()


@transaction.atomic
def hand_over_first_contact(*, matter: str, to: str, note: str, actor: str, at: datetime) -> UUID:
    """Offer a colleague (a staff number) to answer for the matter from now on; nothing changes until they accept (rule FC2).

    The work that is offered, whose verbs are those of `baton.api`; it may wait as long as any other. Raises `UnknownMatter`,
    `MatterClosed`, `NotAPerson`, `NotOwner`, `SameHands`, `HandoverRunning`, `EndedUnit`, `NoteMissing`.
    """
    row, me, other = rows.open_matter(matter), rows.person(actor), rows.person(f"staff/{to}")
    answering.must_own(me, row, at)
    if other.id == row.first_contact_id:
        raise SameHands(unit_name=other.username)
    return passing.offer(row, me, other, Act(actor, at), note=rules.tidy_note(note))


@transaction.atomic
def offer_first_contact(*, matter: str, to: str, note: str = "", actor: str, at: datetime) -> UUID | None:
    """Offer it as `hand_over_first_contact` does, in the name of who has it, for the module whose rules name somebody.

    None where they have it, where the flow offers it with its work, and where neither they nor a deputy is there. Raises
    `UnknownMatter`, `MatterClosed`, `NotAPerson`, `HandoverRunning`, `EndedUnit`, `NoteMissing`.
    """
    row, other = rows.open_matter(matter), rows.person(f"staff/{to}")
    has_it = other.id == row.first_contact_id or following.names_somebody(row)
    if has_it or not answering.reached(other, at):
        return None
    return passing.offer(row, row.first_contact, other, Act(actor, at), note=rules.tidy_note(note, needed=False))


@transaction.atomic
def pass_first_contact(*, matter: str, like: str, actor: str, at: datetime) -> None:
    """Let who answers for `like`, and who acts for them, do so for this one too, for the module to which both are one thing.

    Raises `UnknownMatter`.
    """
    row, other = rows.matter_called(matter, lock=True), rows.matter_called(like)
    if row.state == MatterState.OPEN and row.first_contact_id != other.first_contact_id:
        act = Act(actor, at)
        passing.withdraw(row, act)
        passing.pass_contact(row, other.first_contact, act, acting=other.acting)


@transaction.atomic
def take_over_matter(*, matter: str, note: str, actor: str, at: datetime) -> None:
    """Act as deputy in the place of the first contact, who goes on answering for it (rule FC7).

    Of a first contact who is no longer active a head of the unit acts, too, until it is handed over.
    Raises `UnknownMatter`, `MatterClosed`, `NotAPerson`, `NotDeputy`, `StillThere`, `SameHands`, `NoteMissing`.
    """
    row, me, note = rows.open_matter(matter), rows.person(actor), rules.tidy_note(note)
    owner = row.first_contact
    if me.id in {row.acting_id, owner.id}:
        raise SameHands(unit_name=me.username)
    if not (answering.is_deputy_of(me, owner, at) or answering.owns(me, row, at)):
        raise NotDeputy(username=owner.username)
    if not answering.owns(me, row, at):
        raise StillThere(username=owner.username, until="—")
    before = row.acting or owner
    rows.pass_on(row, at, acting=me)
    journal.record(
        events.TakenOver(
            subject=row.subject,
            actor=actor,
            at=at,
            correlation=row.id,
            note=note,
            to_staff=me.username,
            from_staff=before.username,
            answers=owner.username,
        )
    )


@transaction.atomic
def hand_back_matter(*, matter: str, note: str, actor: str, at: datetime) -> None:
    """Give a matter back to its first contact, who is there again; the deputy or the owner says so.

    Raises `UnknownMatter`, `MatterClosed`, `NotAPerson`, `NotOwner`, `NotActing`, `NoteMissing`.
    """
    row, me, note = rows.open_matter(matter), rows.person(actor), rules.tidy_note(note)
    answering.must_own(me, row, at)
    deputy = row.acting
    if deputy is None:
        raise NotActing(username=row.first_contact.username)
    rows.pass_on(row, at, acting=None)
    journal.record(
        events.HandedBack(
            subject=row.subject,
            actor=actor,
            at=at,
            correlation=row.id,
            note=note,
            from_staff=deputy.username,
            to_staff=row.first_contact.username,
        )
    )


def _begins_with(matter: Matter, kinds: Sequence[str], note: str, act: Act, *, is_new: bool) -> None:
    """Note what a matter begins with, of which nothing was told before if its subject `is_new`; the note stands at the first."""
    act.rows.append(matter)
    act.new.update([matter.subject] if is_new else [])
    for place, kind in enumerate(kinds):
        rules.matter_event(kind)
        say(matter, kind, act, note="" if place else note)


def _may_tell(person: Staff, matter: Matter, kind: str, at: datetime) -> None:
    """Refuse who may not say this of the matter. Raises `PausesClocks`, `NotOwner`."""
    telling.must_not_pause(kind)
    if not (telling.may_tell(kind, owner=False) and rows.has_hands_in(person, matter)):
        answering.must_own(person, matter, at)
