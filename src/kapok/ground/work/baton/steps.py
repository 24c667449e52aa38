"""The steps that the verbs of the baton are made of: conditional moves, and what must hold before them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Max

from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.posts import queries as posts
from kapok.ground.work import answering, moves, passing, rows, rules
from kapok.ground.work.models import Delivery, Handoff, Item, Matter
from kapok.ground.work.moves import Act, Giver, Receiver
from kapok.ground.work.refusals import (
    AlreadyReturned,
    LacksSkill,
    MeantForAnother,
    NobodyToReturnTo,
    NotDelivered,
    NotDeputy,
    NotHeld,
    NotHolder,
    NotOffered,
    NotOfUnit,
    NotRefused,
    NotYours,
    SameHands,
    StillThere,
)
from kapok.ground.work.rules import HandoffState, ItemState, Part, Side, Way
from kapok.kernel.ids import uuid7


def receiver(unit: str, to: str, *, warm: bool = True, due_at: datetime | None = None, note: str = "") -> Receiver:
    """The side that is meant. Raises `UnknownUnit`, `EndedUnit`, `NotAPerson`, `NotOfUnit`, `NoteMissing`."""
    staff, where = rows.person(f"{rows.STAFF}{to}") if to else None, rows.unit_at_work(unit)
    if staff is not None and not rows.works_for(staff, where):
        raise NotOfUnit(username=staff.username, unit_name=where.name)
    return Receiver(where, staff, warm, due_at, rules.tidy_note(note, needed=False))


def back_to(unit: OrgUnit, staff: Staff, note: str) -> Receiver:
    """The side that the work came from: in person, or the unit where that person cannot take it any more."""
    takes = staff.is_active and rows.works_for(staff, unit)
    return Receiver(unit, staff if takes else None, note=note)


def the_same(handoff: Handoff, note: str) -> Receiver:
    """The side that it was offered to: who answers for it in person by name, else the unit."""
    asked, in_person = handoff.to_staff, handoff.to_staff_id == handoff.to_answers_id
    named = asked if asked is not None and in_person and asked.is_active else None
    return Receiver(handoff.to_unit, named, note=note, answers=named)


def must_be_meant(handoff: Handoff, person: Staff) -> None:
    """Refuse who does not do the unit's work, or is not the one it was offered to. Raises `NotYours`, `MeantForAnother`.

    What was offered to somebody who is no longer active is the unit's.
    """
    rows.must_work_for(person, handoff.to_unit)
    meant = handoff.to_staff
    if meant is not None and meant.id != person.id and meant.is_active:
        raise MeantForAnother(username=meant.username)


def move(item: Item, handoff: Handoff, to: HandoffState, refusal: type[NotOffered | NotRefused], **fields: Any) -> None:
    """Move the hand-off once. Raises `refusal` where somebody else was first."""
    if not moves.settle(handoff, to, **fields):
        raise refusal(state_name=rows.state_name(item))


def take(item: Item, handoff: Handoff, person: Staff, act: Act) -> None:
    """The offer is accepted by that person, who may be first contact by it. Raises `LacksSkill`, `NotOffered`, `TooEarly`."""
    if not _can(item, person, act.at):
        raise LacksSkill(skill_name=moves.named_skill(item.skill))
    move(item, handoff, HandoffState.ACCEPTED, NotOffered, answered_at=act.at, answered_by=person)
    moves.hold(item, unit=handoff.to_unit, answers=handoff.to_answers, holder=person, act=act)
    moves.tell(item, "handoff.accepted", act)
    if handoff.number > 1:  # the clocks of a first offer began with who answers for it
        moves.answer_for(item, act)
    passing.with_work(item, handoff, person, act)


def take_back(item: Item, handoff: Handoff, person: Staff, act: Act, *, note: str = "") -> None:
    """The offer is withdrawn: that person holds the work, for the side that offered it. Raises `NotOffered`, `TooEarly`."""
    move(item, handoff, HandoffState.WITHDRAWN, NotOffered, answered_at=act.at, answered_by=person)
    give_back(item, handoff, person, act, told="handoff.withdrawn", note=note)


def give_back(item: Item, handoff: Handoff, person: Staff, act: Act, *, told: str = "", note: str = "") -> None:
    """That person holds the work again, for the side that offered it; the first contact alone stays where it is."""
    if item.contact:
        passing.keep(item, handoff, act, note=note)
        return
    moves.hold(item, unit=handoff.from_unit, answers=handoff.from_answers, holder=person, act=act)
    if told:
        moves.tell(item, told, act, note=note)
    moves.answer_for(item, act)


def may_accept(item: Item, handoff: Handoff, person: Staff, at: datetime) -> bool:
    """Whether an offer is meant for this person, who can do it."""
    meant = handoff.to_staff_id in {None, person.id} and rows.works_for(person, handoff.to_unit)
    return meant and _can(item, person, at)


def _can(item: Item, person: Staff, at: datetime) -> bool:
    """Whether they have the skill that it takes."""
    return not item.skill or item.skill in posts.skills_of({person.id}, at).get(person.id, {})


def taken(item: Item, act: Act) -> Staff:
    """Who holds the item; an offer is accepted in the name of who answers for it. Raises `NotOffered`, `NotHeld`, `TooEarly`."""
    if item.state == ItemState.HELD and item.holder is not None:
        return item.holder
    if item.state != ItemState.OFFERED:
        raise NotHeld(state_name=rows.state_name(item))
    handoff = rows.offer_of(item, act.at)
    move(item, handoff, HandoffState.ACCEPTED, NotOffered, answered_at=act.at, answered_by=handoff.to_answers)
    moves.hold(item, unit=handoff.to_unit, answers=handoff.to_answers, holder=handoff.to_answers, act=act)
    moves.tell(item, "handoff.accepted", act)
    return handoff.to_answers


def find(item: Item, handoff: Handoff, side: Side, act: Act, *, judge: Staff, note: str) -> None:
    """The refusal is judged. Raises `NotRefused` where it was judged before."""
    said = {"judged_at": act.at, "judged_by": judge, "found_for": side.value, "judgement": note}
    move(item, handoff, rules.verdict(side), NotRefused, **said)
    moves.tell(item, "handoff.judged", act, note=note, facts={"found_for": side.value}, judged=True)


def let_go(item: Item, holder: Staff, to: ItemState, act: Act, *, to_holder: Staff | None = None) -> None:
    """Take the item out of the holder's hands, once. Raises `NotHeld`, `NotHolder`."""
    now: dict[str, Any] = {"state": to.value}
    if to is not ItemState.DELIVERED:
        now["holder"] = to_holder
    if to is ItemState.WITHDRAWN or (to is ItemState.DELIVERED and not item.confirm):
        now["ended_at"] = act.at
    if Item.objects.filter(id=item.id, state=ItemState.HELD, holder=holder).update(**now):
        item.state = to.value
        return
    found = Item.objects.filter(id=item.id, state=ItemState.HELD).select_related("holder").first()
    if found is None or found.holder is None:
        raise NotHeld(state_name=rows.state_name(item))
    raise NotHolder(holder=found.holder.username)


def learn(matter: Matter, facts: dict[str, Any], act: Act) -> None:
    """What was learnt from a delivery becomes known of the matter."""
    if facts:
        matter.facts = rules.merged(matter.facts, facts, corrects=True)
        Matter.objects.filter(id=matter.id).update(facts=matter.facts)
        moves.say(matter, "matter.changed", act, facts=facts)


def hand_in(item: Item, person: Staff, evidence: list[str], note: str, act: Act) -> None:
    """Write the delivery down."""
    last = Delivery.objects.filter(item=item).aggregate(last=Max("number"))["last"] or 0
    Delivery.objects.create(
        id=uuid7(act.at), item=item, number=last + 1, delivered_by=person, unit=item.unit, delivered_at=act.at,
        evidence=evidence, note=note,
    )  # fmt: skip


def await_answer(item: Item, act: Act) -> None:
    """Whose turn it is after the delivery: who asked for it, where they have to confirm; else nobody's."""
    if not item.confirm:
        moves.end_turn(item, act)
        return
    answers = answering.of_unit(item.asked_by, "", act.at, otherwise=item.matter.first_contact).accountable
    moves.place(item, ItemState.DELIVERED, unit=item.asked_by, answers=answers, holder=None)
    moves.turn(item, Part.CONFIRMING, act)


def delivery_of(item: Item) -> Delivery:
    """The delivery that nobody has answered. Raises `NotDelivered`."""
    waiting = Delivery.objects.filter(item=item, accepted=None).select_related("delivered_by", "unit")
    found = waiting.first() if item.state == ItemState.DELIVERED else None
    if found is None:
        raise NotDelivered(state_name=rows.state_name(item))
    return found


def must_have_asked(item: Item, person: Staff) -> None:
    """Refuse who neither asked for the work nor answers for the matter. Raises `NotYours`."""
    if person.id != item.matter.first_contact_id and not rows.works_for(person, item.asked_by):
        raise NotYours(unit_name=item.asked_by.name)


def answer(item: Item, delivery: Delivery, person: Staff, act: Act, **said: Any) -> None:
    """Answer the delivery, once. Raises `NotDelivered`."""
    waiting = Delivery.objects.filter(id=delivery.id, accepted=None)
    if not waiting.update(answered_at=act.at, answered_by=person, **said):
        raise NotDelivered(state_name=rows.state_name(item))


def must_change_hands(item: Item, person: Staff, to: Receiver) -> None:
    """Refuse an offer to who has the work. Raises `SameHands`."""
    if to.unit.id == item.unit_id and (to.staff is None or to.staff.id == person.id):
        raise SameHands(unit_name=to.unit.name)


def pass_on(item: Item, person: Staff, to: Receiver, act: Act) -> None:
    """Offer what the person holds: again where the last offer came to nothing, else as a transfer, which is counted."""
    last = Handoff.objects.filter(item=item).order_by("number").values_list("state", flat=True).last()
    again = last in {HandoffState.UPHELD.value, HandoffState.WITHDRAWN.value}
    let_go(item, person, ItemState.OFFERED, act)
    told = to.warm or to.due_at is not None
    giver = Giver(item.unit, person, item.accountable)
    way = Way.AGAIN if again else Way.TRANSFER
    moves.offer(item, giver, Receiver(to.unit, to.staff, again or told, to.due_at, to.note), act, way=way)
    if not again:
        _count(item, act, cold=not told)


def _count(item: Item, act: Act, *, cold: bool) -> None:
    """Note what goes beyond what is tolerated (rules FC3 and FC6)."""
    passed = Handoff.objects.filter(item__matter=item.matter_id, way=Way.TRANSFER)
    transfers, cold_ones = passed.count(), passed.filter(warm=False).count()
    if cold and cold_ones > settings.WORK_COLD_TRANSFERS_TOLERATED:
        moves.defect(item.matter, moves.COLD, act, count=cold_ones)
    if transfers > settings.WORK_TRANSFERS_TOLERATED:
        moves.defect(item.matter, moves.PASSED_ON, act, count=transfers)


def source_of(item: Item, person: Staff) -> Handoff:
    """The hand-off by which the work came. Raises `NobodyToReturnTo`, `AlreadyReturned`."""
    came = Handoff.objects.filter(item=item).select_related("from_unit", "from_staff")
    source = came.filter(state=HandoffState.ACCEPTED).order_by("number").last()
    if source is None or source.from_staff_id == person.id:
        raise NobodyToReturnTo
    if came.filter(way=Way.RETURN, to_unit=source.from_unit).exclude(state=HandoffState.WITHDRAWN).exists():
        raise AlreadyReturned(unit_name=source.from_unit.name)
    return source


def must_stand_in(item: Item, person: Staff, at: datetime) -> Staff:
    """In whose place the person acts. Raises `NotDeputy`, `StillThere`, `SameHands`, `NotOffered`.

    What A holds, or has left unanswered, falls to B; what a colleague holds to A or B, while that colleague is away; what
    somebody held who is no longer active, to the heads of the unit too.
    """
    answer_of = answering.of_unit(item.unit, item.function, at, otherwise=item.matter.first_contact)
    instead = item.holder or item.accountable
    if instead.id == person.id:
        raise SameHands(unit_name=person.username)
    if not _is_deputy(answer_of, instead, person, item, at):
        raise NotDeputy(username=answer_of.accountable.username)
    until = "—"
    gone = answering.is_gone(instead, at) or answering.stands_in(person, instead, at)
    gone = gone or (answer_of.a_is_away and answer_of.is_a(instead))
    if item.state != ItemState.HELD:
        waits_until = rows.offer_of(item, at).accept_by_at
        gone, until = gone or at > waits_until, waits_until.isoformat(timespec="minutes")
    if not gone:
        raise StillThere(username=instead.username, until=until)
    return instead


def _is_deputy(answer: answering.Answer, instead: Staff, person: Staff, item: Item, at: datetime) -> bool:
    if answer.is_deputy(person) or (answer.is_a(person) and item.state == ItemState.HELD):
        return True
    if instead.id == item.accountable_id and answering.is_deputy_of(person, instead, at):
        return True
    return not instead.is_active and person.id in answering.heads(item.unit, at)
