"""The baton: work is offered, accepted or refused for a reason, delivered, confirmed. The clock runs from the offer.

Promises that an item which is not done has one accountable person and one side whose turn it is, that of many who reach for
an offer exactly one gets it, and that every refusal can be judged. Refuses everything else by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import transaction

from kapok.ground.catalog.refusals import NoWayBack
from kapok.ground.people.refusals import EndedUnit, UnknownUnit
from kapok.ground.work import answering, events, following, moves, rows, rules
from kapok.ground.work.baton import carrying, steps
from kapok.ground.work.baton.carrying import carry_back, carry_out, carry_over, carry_to, leave_to_people, take_done
from kapok.ground.work.baton.giving import ask_by_name, give_again, give_out
from kapok.ground.work.models import Handoff
from kapok.ground.work.moves import Act, Beginning, Giver, Work
from kapok.ground.work.refusals import (
    AlreadyReturned,
    EvidenceMissing,
    InvalidFact,
    InvalidRating,
    LacksSkill,
    MatterClosed,
    MeantForAnother,
    MustBeTaken,
    NobodyToReturnTo,
    NotAPerson,
    NotDelivered,
    NotDeputy,
    NoteMissing,
    NotHeld,
    NotHolder,
    NotJudge,
    NotOffered,
    NotOfferer,
    NotOfUnit,
    NotOwner,
    NotRefused,
    NotYours,
    OwnCause,
    OwnDelivery,
    SameHands,
    StageNeeded,
    StillThere,
    TitleMissing,
    TooEarly,
    UnknownItem,
    UnknownMatter,
)
from kapok.ground.work.rules import HandoffState, ItemState, Part, Reason, Side, Way
from kapok.kernel.text import Text

__all__ = [
    "AlreadyReturned",
    "EndedUnit",
    "EvidenceMissing",
    "InvalidFact",
    "InvalidRating",
    "LacksSkill",
    "MatterClosed",
    "MeantForAnother",
    "MustBeTaken",
    "NoWayBack",
    "NobodyToReturnTo",
    "NotAPerson",
    "NotDelivered",
    "NotDeputy",
    "NotHeld",
    "NotHolder",
    "NotJudge",
    "NotOfUnit",
    "NotOffered",
    "NotOfferer",
    "NotOwner",
    "NotRefused",
    "NotYours",
    "NoteMissing",
    "OwnCause",
    "OwnDelivery",
    "SameHands",
    "StageNeeded",
    "StillThere",
    "TitleMissing",
    "TooEarly",
    "UnknownItem",
    "UnknownMatter",
    "UnknownUnit",
    "accept",
    "ask_by_name",
    "carry_back",
    "carry_out",
    "carry_over",
    "carry_to",
    "concede",
    "confirm",
    "deliver",
    "dispute",
    "drop",
    "give_again",
    "give_out",
    "judge",
    "leave_to_people",
    "offer",
    "refuse",
    "reject",
    "return_to_offerer",
    "send_back",
    "take_done",
    "take_over",
    "transfer",
    "withdraw",
]


@transaction.atomic
def offer(
    *,
    matter: str,
    title: Text,
    unit: str,
    to: str = "",
    function: str = "",
    confirm: bool = False,
    due_at: datetime | None = None,
    note: str = "",
    actor: str,
    at: datetime,
) -> UUID:
    """Ask a unit, or one person of it by staff number, for work outside of the flow; the item's identifier.

    `function` names the post that answers for it; with `confirm` it is done only when the asking side has confirmed.
    Raises `UnknownMatter`, `MatterClosed`, `NotAPerson`, `NotOwner`, `UnknownUnit`, `EndedUnit`, `NotOfUnit`, `TitleMissing`,
    `NoteMissing`.
    """
    row, me, act = rows.open_matter(matter), rows.person(actor), Act(actor, at)
    answering.must_own(me, row, at)
    words = Text(zh=rules.tidy_title(title.zh), en=rules.tidy_title(title.en))
    answers = answering.of_unit(me.unit, "", at, otherwise=row.first_contact).accountable
    receiver = steps.receiver(unit, to, due_at=due_at, note=note)
    work = Work(title=words, function=function, confirm=confirm)
    begun = moves.begin(row, [Beginning(work, receiver)], Giver(me.unit, me, answers), act)
    act.write()
    moves.inherit(row, begun, act)
    act.record()
    return begun[0].id


@transaction.atomic
def accept(*, item: UUID, actor: str, at: datetime) -> None:
    """Take the work that was offered; from now on the actor holds it, and the A of the post answers for it.

    Raises `UnknownItem`, `NotAPerson`, `NotOffered`, `NotYours`, `MeantForAnother`, `LacksSkill`, `TooEarly`.
    """
    row, me, act = rows.item_called(item), rows.person(actor), Act(actor, at)
    handoff = rows.offer_of(row, at)
    steps.must_be_meant(handoff, me)
    steps.take(row, handoff, me, act)
    act.record()


@transaction.atomic
def refuse(*, item: UUID, reason: Reason, defect: str, actor: str, at: datetime) -> None:
    """Refuse the work for a reason of the closed list; the offering side concedes or disputes, and it is judged.

    Raises `UnknownItem`, `NotAPerson`, `NotOffered`, `NotYours`, `MeantForAnother`, `MustBeTaken`, `NoteMissing`, `TooEarly`.
    """
    row, me, act = rows.item_called(item), rows.person(actor), Act(actor, at)
    handoff, defect = rows.offer_of(row, at), rules.tidy_note(defect)
    steps.must_be_meant(handoff, me)
    if handoff.way == Way.IMPOSED:
        raise MustBeTaken
    said = {"answered_at": at, "answered_by": me, "reason": Reason(reason), "defect": defect}
    steps.move(row, handoff, HandoffState.REFUSED, NotOffered, **said)
    moves.place(row, ItemState.REFUSED, unit=handoff.from_unit, answers=handoff.from_answers, holder=None)
    moves.turn(row, Part.DISPUTE, act, handoff=handoff)
    moves.tell(row, "handoff.refused", act, note=defect, judged=True)
    act.record()


@transaction.atomic
def concede(*, item: UUID, note: str = "", actor: str, at: datetime) -> None:
    """Grant that the refusal was right: the offering side has the work again, and is charged for the waiting.

    Raises `UnknownItem`, `NotAPerson`, `NotRefused`, `NotOfferer`, `NoteMissing`, `TooEarly`.
    """
    row, me, act = rows.item_called(item), rows.person(actor), Act(actor, at)
    handoff, note = rows.refusal_of(row, at), rules.tidy_note(note, needed=False)
    rows.must_have_offered(me, handoff)
    steps.find(row, handoff, Side.RECEIVER, act, judge=me, note=note)
    steps.give_back(row, handoff, me, act)


@transaction.atomic
def dispute(*, item: UUID, note: str, actor: str, at: datetime) -> None:
    """Contest a refusal: somebody of neither side has to judge it.

    Raises `UnknownItem`, `NotAPerson`, `NotRefused`, `NotOfferer`, `NoteMissing`, `TooEarly`.
    """
    row, me, act = rows.item_called(item), rows.person(actor), Act(actor, at)
    handoff, note = rows.refusal_of(row, at), rules.tidy_note(note)
    rows.must_have_offered(me, handoff)
    steps.move(row, handoff, HandoffState.DISPUTED, NotRefused, disputed_at=at, disputed_by=me)
    moves.place(row, ItemState.DISPUTED, unit=row.unit, answers=row.accountable, holder=None)
    moves.tell(row, "handoff.disputed", act, note=note, judged=True)
    act.record()


@transaction.atomic
def judge(*, item: UUID, found_for: Side, note: str, actor: str, at: datetime) -> None:
    """Judge a refusal: for the receiver, the offering side has the work again; for the offerer, the receiver must take it.

    The loser is charged for the waiting, nobody for the dispute.
    Raises `UnknownItem`, `NotAPerson`, `NotJudge`, `NotRefused`, `OwnCause`, `NoteMissing`, `TooEarly`.
    """
    row, me, act = rows.item_called(item), rows.person(actor), Act(actor, at)
    handoff, note = rows.refusal_of(row, at), rules.tidy_note(note)
    rows.must_judge(me, handoff, at)
    steps.find(row, handoff, Side(found_for), act, judge=me, note=note)
    if found_for == Side.OFFERER:
        giver = Giver(handoff.from_unit, handoff.from_staff, handoff.from_answers)
        moves.offer(row, giver, steps.the_same(handoff, note), act, way=Way.IMPOSED)
        act.record()
    else:
        steps.give_back(row, handoff, handoff.from_staff, act)


@transaction.atomic
def withdraw(*, item: UUID, note: str = "", actor: str, at: datetime) -> None:
    """Take an unanswered offer back; the actor holds the work again.

    Raises `UnknownItem`, `NotAPerson`, `NotOffered`, `NotOfferer`, `NoteMissing`, `TooEarly`.
    """
    row, me, act = rows.item_called(item), rows.person(actor), Act(actor, at)
    handoff, note = rows.offer_of(row, at), rules.tidy_note(note, needed=False)
    rows.must_have_offered(me, handoff)
    steps.take_back(row, handoff, me, act, note=note)


@transaction.atomic
def drop(*, item: UUID, note: str, actor: str, at: datetime) -> None:
    """End work that nobody needs any more; a stage of the flow has to be done.

    Raises `UnknownItem`, `NotAPerson`, `StageNeeded`, `NotHeld`, `NotHolder`, `NoteMissing`, `TooEarly`.
    """
    row, me, act, note = rows.item_called(item), rows.person(actor), Act(actor, at), rules.tidy_note(note)
    if row.stage:
        raise StageNeeded(stage=row.title)
    steps.let_go(row, me, ItemState.WITHDRAWN, act)
    moves.finish(row, ItemState.WITHDRAWN, act)
    moves.tell(row, "handoff.withdrawn", act, note=note)
    act.record()


@transaction.atomic
def deliver(
    *,
    item: UUID,
    evidence: Sequence[str] = (),
    facts: Mapping[str, Any] = MappingProxyType({}),
    note: str = "",
    actor: str,
    at: datetime,
) -> None:
    """Hand in the work with its evidence and what was learnt; the stages that may begin now are offered.

    Raises `UnknownItem`, `NotAPerson`, `EvidenceMissing`, `InvalidFact`, `NotHeld`, `NotHolder`, `NoteMissing`, `TooEarly`.
    """
    row, me, act = rows.item_called(item), rows.person(actor), Act(actor, at)
    carrying.hand_in(row, me, act, evidence=evidence, facts=facts, note=note)


@transaction.atomic
def confirm(*, item: UUID, rating: int | None = None, actor: str, at: datetime) -> None:
    """Say that the delivery is as it was asked for, rated 1 to 5 if wanted. Who wanted the work does this, not who did it.

    Raises `UnknownItem`, `NotAPerson`, `NotDelivered`, `NotYours`, `OwnDelivery`, `InvalidRating`, `TooEarly`.
    """
    row, me, act = rows.item_called(item), rows.person(actor), Act(actor, at)
    delivery = steps.delivery_of(row)
    steps.must_have_asked(row, me)
    if delivery.delivered_by_id == me.id:
        raise OwnDelivery
    steps.answer(row, delivery, me, act, accepted=True, rating=rules.rated(rating))
    moves.finish(row, ItemState.CONFIRMED, act)
    moves.tell(row, "handoff.confirmed", act)
    if row.confirm:
        following.go_on(row.matter, Giver(delivery.unit, delivery.delivered_by, row.accountable), act)
    act.record()


@transaction.atomic
def reject(*, item: UUID, defect: str, actor: str, at: datetime) -> None:
    """Give a delivery back for a defect: it is offered again to who delivered it, and their clock starts anew.

    Raises `UnknownItem`, `NotAPerson`, `NotDelivered`, `NotYours`, `NoteMissing`, `TooEarly`.
    """
    row, me, act, defect = rows.item_called(item), rows.person(actor), Act(actor, at), rules.tidy_note(defect)
    delivery = steps.delivery_of(row)
    if not row.confirm:
        raise NotDelivered(state_name=rows.state_name(row))
    steps.must_have_asked(row, me)
    steps.answer(row, delivery, me, act, accepted=False, defect=defect)
    doer = delivery.delivered_by
    again = steps.back_to(delivery.unit, doer, defect)
    said = {"defect": defect, "holder": doer.username}
    act.told.append(events.DeliveryRejected(subject=row.subject, actor=actor, at=at, correlation=row.matter_id, **said))
    giver = Giver(row.unit, me, row.accountable)
    moves.offer(row, giver, again, act, way=Way.AGAIN)
    act.record()


@transaction.atomic
def transfer(
    *,
    item: UUID,
    unit: str,
    to: str = "",
    warm: bool = False,
    due_at: datetime | None = None,
    note: str,
    actor: str,
    at: datetime,
) -> None:
    """Offer the work that the actor holds to somebody else; it is theirs when they accept.

    Warm: the receiver was told in person. Otherwise name a due time; a cold transfer beyond what is tolerated is noted as a
    defect (rule FC3), and so are too many transfers (FC6). Work whose last offer came to nothing is simply offered again.
    Raises `UnknownItem`, `NotAPerson`, `NotHeld`, `NotHolder`, `UnknownUnit`, `EndedUnit`, `NotOfUnit`, `SameHands`,
    `NoteMissing`, `TooEarly`.
    """
    row, me, act, note = rows.item_called(item), rows.person(actor), Act(actor, at), rules.tidy_note(note)
    receiver = steps.receiver(unit, to, warm=warm, due_at=due_at, note=note)
    steps.must_change_hands(row, me, receiver)
    steps.pass_on(row, me, receiver, act)
    act.record()


@transaction.atomic
def return_to_offerer(*, item: UUID, reason: Reason, defect: str, actor: str, at: datetime) -> None:
    """Give accepted work back to who offered it, for a reason of the closed list; once, lest it go to and fro.

    Raises `UnknownItem`, `NotAPerson`, `NotHeld`, `NotHolder`, `NobodyToReturnTo`, `AlreadyReturned`, `NoteMissing`,
    `TooEarly`.
    """
    row, me, act, defect = rows.item_called(item), rows.person(actor), Act(actor, at), rules.tidy_note(defect)
    source = steps.source_of(row, me)
    steps.let_go(row, me, ItemState.OFFERED, act)
    back = steps.back_to(source.from_unit, source.from_staff, defect)
    handoff = moves.offer(row, Giver(row.unit, me, row.accountable), back, act, way=Way.RETURN)
    Handoff.objects.filter(id=handoff.id).update(reason=Reason(reason), defect=defect)
    act.record()


@transaction.atomic
def send_back(*, item: UUID, to: str, note: str, actor: str, at: datetime) -> None:
    """Send the matter back to an earlier stage by a way that its flow has; that stage and all after it are done again.

    Raises `UnknownItem`, `NotAPerson`, `NoWayBack`, `NotHeld`, `NotHolder`, `NoteMissing`, `TooEarly`.
    """
    row, me, act, note = rows.item_called(item), rows.person(actor), Act(actor, at), rules.tidy_note(note)
    carrying.send_back(row, me, to, Text(zh=note, en=note), act)


@transaction.atomic
def take_over(*, item: UUID, note: str, actor: str, at: datetime) -> None:
    """Act as deputy: B takes what A left unanswered beyond its time, or what an absent colleague holds. A still answers for it.

    Raises `UnknownItem`, `NotAPerson`, `NotDeputy`, `StillThere`, `SameHands`, `NotOffered`, `NotHeld`, `NoteMissing`,
    `LacksSkill`, `TooEarly`.
    """
    row, me, act, note = rows.item_called(item), rows.person(actor), Act(actor, at), rules.tidy_note(note)
    instead = steps.must_stand_in(row, me, at)
    if row.state == ItemState.HELD:
        steps.let_go(row, instead, ItemState.HELD, act, to_holder=me)
        moves.hold(row, unit=row.unit, answers=row.accountable, holder=me, act=act)
    else:
        steps.take(row, rows.offer_of(row, at), me, act)
    said = {"note": note, "from_staff": instead.username, "to_staff": me.username, "answers": row.accountable.username}
    act.told.append(events.TakenOver(subject=row.subject, actor=actor, at=at, correlation=row.matter_id, **said))
    act.record()
