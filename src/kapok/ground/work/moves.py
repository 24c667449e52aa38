"""What the verbs of both doors do to the rows: the baton passes, a turn ends, the next stages begin, the journal is told.

Every function here runs within the `transaction.atomic` of a verb.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.db.models.functions import Coalesce

from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.rules import Paused, standing
from kapok.ground.commitments.standing import pauses_told, said_of
from kapok.ground.journal import api as journal
from kapok.ground.journal.matters import Happening
from kapok.ground.journal.nesting import Whole
from kapok.ground.journal.rules import payload
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.posts import queries as posts
from kapok.ground.work import answering, events, rules
from kapok.ground.work.models import Handoff, Item, Matter, Turn
from kapok.ground.work.refusals import TooEarly
from kapok.ground.work.rules import HandoffState, ItemState, Part, Way
from kapok.kernel.ids import uuid7
from kapok.kernel.promises import ALSO, OF_ONE_ENTRY, STOPS
from kapok.kernel.text import Text

ACCEPT_BY = "accept_by"
"""The fact by which the promise of an offer falls due when the offer does."""
NO_FACTS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Act(Whole):
    """Who does it, and when; and what the verb has to tell, which it records at its end, or before it reads what follows."""

    actor: str
    at: datetime


@dataclass(frozen=True)
class Giver:
    """The side that offers: a person of a unit, and who answers for it."""

    unit: OrgUnit
    staff: Staff
    answers: Staff


@dataclass(frozen=True)
class Receiver:
    """The side that work is offered to, by name if wanted, and how."""

    unit: OrgUnit
    staff: Staff | None = None
    warm: bool = True
    due_at: datetime | None = None
    note: str = ""
    answers: Staff | None = None
    """Who answers for it in person; A of the unit's post where nobody is named."""


@dataclass(frozen=True)
class Work:
    """What is to be done: a stage of the flow, or something of its own."""

    title: Text
    stage: str = ""
    end: str = ""
    function: str = ""
    skill: str = ""
    confirm: bool = False
    contact: bool = False
    accept_within: timedelta | None = None


@dataclass(frozen=True)
class Beginning:
    """A new work item with its first offer."""

    work: Work
    receiver: Receiver
    way: Way = Way.FIRST


def begin(matter: Matter, beginnings: Sequence[Beginning], giver: Giver, act: Act) -> list[Item]:
    """New work items, offered; their rows are left to the act, and written before anybody reads them."""
    asked = [(each.receiver.unit, each.work.function) for each in beginnings]
    found = answering.of_units(asked, act.at, otherwise=matter.first_contact)
    answers = [_in_person(each.receiver, answer) for each, answer in zip(beginnings, found, strict=True)]
    begun = [
        (_begun(matter, each, giver, answer, act), answer) for each, answer in zip(beginnings, answers, strict=True)
    ]
    handoffs = [handoff for handoff, _ in begun]
    turns = [_turn(each.item, Part.WAITING, act, number=1, handoff=each) for each in handoffs]
    act.rows.extend([*(each.item for each in handoffs), *handoffs, *turns])
    act.new.update(each.item.subject for each in handoffs)
    for handoff, answer in begun:
        _tell_of_offer(handoff, answer, act)
    return [handoff.item for handoff, _ in begun]


def _in_person(receiver: Receiver, answer: answering.Answer) -> answering.Answer:
    return replace(answer, accountable=receiver.answers) if receiver.answers else answer


def _begun(matter: Matter, beginning: Beginning, giver: Giver, answer: answering.Answer, act: Act) -> Handoff:
    work, receiver = beginning.work, beginning.receiver
    item = Item(
        id=uuid7(act.at), matter=matter, stage=work.stage, end=work.end, title_zh=work.title.zh, title_en=work.title.en,
        function=work.function, skill=work.skill, asked_by=giver.unit, unit=receiver.unit, accountable=answer.accountable,
        confirm=work.confirm, contact=work.contact, state=ItemState.OFFERED, opened_at=act.at,
    )  # fmt: skip
    return _offered(item, giver, receiver, answer, act, number=1, way=beginning.way, within=work.accept_within)


def offer(
    item: Item, giver: Giver, receiver: Receiver, act: Act, *, way: Way, accept_by: datetime | None = None
) -> Handoff:
    """Offer the item anew; from now on it is the receiver's turn, and the receiver's A answers for it.

    What nobody has answered yet keeps the time by which it has to be accepted (`accept_by`): its clock runs on.
    """
    found = answering.of_unit(receiver.unit, item.function, act.at, otherwise=item.matter.first_contact)
    answer = _in_person(receiver, found)
    last = Handoff.objects.filter(item=item).aggregate(last=Max("number"))["last"]
    handoff = _offered(item, giver, receiver, answer, act, number=last + 1, way=way, accept_by=accept_by)
    handoff.save(force_insert=True)
    place(item, ItemState.OFFERED, unit=receiver.unit, answers=answer.accountable, holder=None)
    turn(item, Part.WAITING, act, handoff=handoff)
    _tell_of_offer(handoff, answer, act)
    inherit(item.matter, [item], act)
    return handoff


def _offered(
    item: Item,
    giver: Giver,
    receiver: Receiver,
    answer: answering.Answer,
    act: Act,
    *,
    number: int,
    way: Way,
    within: timedelta | None = None,
    accept_by: datetime | None = None,
) -> Handoff:
    return Handoff(
        id=uuid7(act.at), item=item, matter=item.matter, number=number, way=way, from_unit=giver.unit,
        from_staff=giver.staff, from_answers=giver.answers, to_unit=receiver.unit, to_staff=receiver.staff,
        to_answers=answer.accountable, warm=receiver.warm, due_at=receiver.due_at, note=receiver.note, offered_at=act.at,
        accept_by_at=accept_by or act.at + (within or _patience(item.matter, answer)), state=HandoffState.OFFERED,
    )  # fmt: skip


def _tell_of_offer(handoff: Handoff, answer: answering.Answer, act: Act) -> None:
    item = handoff.item
    # Also that it is not urgent: what is offered first stays so when the matter becomes urgent later.
    urgent = rules.YES if item.matter.urgent else rules.NO
    facts = {ACCEPT_BY: handoff.accept_by_at.isoformat(), rules.URGENT: urgent}
    tell(item, "handoff.offered", act, facts=facts, note=handoff.note)
    if answer.post is None and handoff.to_answers_id != handoff.to_staff_id:
        defect(item.matter, NO_POST, act, unit_name=handoff.to_unit.name)


def inherit(matter: Matter, items: Sequence[Item], act: Act) -> None:
    """What is offered while a pause stands over the whole matter begins paused: its clocks, too, that the pause stops."""
    told = [
        Paused(each.kind, each.subject, each.at, said_of(payload(each))) for each in act.told if isinstance(each, Happening)
    ]  # fmt: skip
    stand = standing([*pauses_told(matter.subject, matter.id), *told])
    paused = [each for each in stand if matter.subject in each.named]  # what was passed on to work names only that
    for pause in {(each.kind, each.end, each.facts.get(STOPS)): each for each in paused}.values():
        if _is_over(pause, matter, items):
            for item in (each for each in items if pause.reaches(each.end)):
                tell(item, pause.kind, act, facts=_said(pause))


def hold_offered_since(matter: Matter, pause: Paused, act: Act) -> None:
    """What was offered while a pause stood over the whole matter that only now is known of was paused from its offer on."""
    offers = Handoff.objects.filter(item__matter=matter, offered_at__gt=pause.at).select_related(
        "item__unit", "item__accountable"
    )
    since = list(offers.order_by("offered_at", "id"))
    if not since or not _is_over(pause, matter, ()):
        return
    told = pauses_told(matter.subject, matter.id)
    known = {(each.kind, each.subject, each.at) for each in told}
    for handoff in since:
        if not pause.reaches(handoff.item.end) or (pause.kind, handoff.item.subject, handoff.offered_at) in known:
            continue
        if pause in standing(each for each in told if each.at <= handoff.offered_at):
            handoff.item.matter = matter
            then = Act(act.actor, handoff.offered_at, told=act.told)
            tell(handoff.item, pause.kind, then, facts=_said(pause))


def _said(pause: Paused) -> dict[str, Any]:
    """What is said of a pause of each piece of work that it holds."""
    return {name: pause.facts[name] for name in OF_ONE_ENTRY - {ALSO} if name in pause.facts}


def _is_over(pause: Paused, matter: Matter, items: Sequence[Item]) -> bool:
    """Whether a pause was said of a whole matter: of itself, and of all work on it that was in hand then."""
    if matter.subject not in pause.named:
        return False
    if pause.kind in rules.PASSED_DOWN:
        return True
    then = Item.objects.filter(matter=matter, opened_at__lte=pause.at).exclude(ended_at__lte=pause.at)
    in_hand = {item.subject for item in then} - {item.subject for item in items}
    return in_hand <= pause.named


def _patience(matter: Matter, answer: answering.Answer) -> timedelta:
    """How long an offer may wait: for urgent matters less; a post may have its own time."""
    if matter.urgent:
        return timedelta(minutes=settings.WORK_ACCEPT_URGENT_MINUTES)
    own = answer.post.accept_ttl if answer.post else None
    return own or timedelta(minutes=settings.WORK_ACCEPT_MINUTES)


def settle(handoff: Handoff, to: HandoffState, **fields: Any) -> bool:
    """Move a hand-off on from where the verb found it; False where somebody else has moved it before."""
    sources = rules.handoff_sources(to) & rules.alike(HandoffState(handoff.state))
    return bool(Handoff.objects.filter(id=handoff.id, state__in=sources).update(state=to, **fields))


def drop_offer(item: Item, at: datetime) -> None:
    """Take back whatever offer of the item is open, answered or not; one that nobody has answered ends now."""
    running = [state.value for state in rules.RUNNING]
    Handoff.objects.filter(item=item, state__in=running).update(
        state=HandoffState.WITHDRAWN, answered_at=Coalesce("answered_at", at)
    )


def place(item: Item, to: ItemState, *, unit: OrgUnit, answers: Staff, holder: Staff | None) -> None:
    """Write down where the item is now; whoever calls this has won the conditional move before."""
    item.state, item.unit, item.accountable, item.holder = to.value, unit, answers, holder
    item.save(update_fields=["state", "unit", "accountable", "holder"])


def hold(item: Item, *, unit: OrgUnit, answers: Staff, holder: Staff, act: Act) -> None:
    """From now on `holder` works on it."""
    place(item, ItemState.HELD, unit=unit, answers=answers, holder=holder)
    turn(item, Part.HELD, act, acted_by=holder)


def answer_for(item: Item, act: Act) -> None:
    """Whoever answers for the item now answers for its clocks too, those that begin with what is told so far among them."""
    act.record()
    commitments.answer_for(
        subject=item.subject, unit=item.unit.code, owner=item.accountable.subject, actor=act.actor, at=act.at
    )


def turn(item: Item, part: Part, act: Act, *, acted_by: Staff | None = None, handoff: Handoff | None = None) -> None:
    """End the running turn of the item and begin the next. Raises `TooEarly`."""
    number = end_turn(item, act) + 1
    _turn(item, part, act, number=number, acted_by=acted_by, handoff=handoff).save(force_insert=True)


def _turn(
    item: Item, part: Part, act: Act, *, number: int, acted_by: Staff | None = None, handoff: Handoff | None = None
) -> Turn:
    return Turn(
        id=uuid7(act.at), item=item, number=number, part=part, unit=item.unit, answers=item.accountable,
        acted_by=acted_by, handoff=handoff, since=act.at,
    )  # fmt: skip


def end_turn(item: Item, act: Act) -> int:
    """End the running turn, if there is one; the number of the last turn. Raises `TooEarly`."""
    last = Turn.objects.filter(item=item).order_by("-number").only("number", "since", "until").first()
    if last is None:
        return 0
    if last.until is None:
        if last.since > act.at:
            raise TooEarly(since=last.since.isoformat(timespec="minutes"))
        Turn.objects.filter(id=last.id).update(until=act.at)
    return last.number


def finish(item: Item, to: ItemState, act: Act) -> None:
    """Nothing is left to do on the item."""
    item.state, item.ended_at = to.value, item.ended_at or act.at
    if to is ItemState.WITHDRAWN:
        item.holder = None
    item.save(update_fields=["state", "ended_at", "holder"])
    end_turn(item, act)


def tell(
    item: Item,
    kind: str,
    act: Act,
    *,
    note: str = "",
    facts: Mapping[str, Any] = NO_FACTS,
    judged: bool = False,
) -> None:
    """An entry of the vocabulary on the item: its clocks are judged by it.

    Who has the item answers for what it opens; the unit that judges does where it is `judged`.
    """
    matter = item.matter
    unit, owner = item.unit.code, item.accountable
    if judged:
        unit, owner = answering.judges(act.at, otherwise=matter.first_contact)
    flow = {"flow": matter.flow.template.code, "flow_version": str(matter.flow.number)} if matter.flow else {}
    stage = {"stage": item.stage} if item.stage else {}
    urgent = {rules.URGENT: rules.YES} if matter.urgent else {}
    known = {**matter.facts, **urgent, **flow, **stage, **facts}
    _record(kind, item.subject, matter, act, facts=known, unit=unit, owner=owner.subject, note=note)


def say(matter: Matter, kind: str, act: Act, *, note: str = "", facts: Mapping[str, Any] | None = None) -> None:
    """An entry of the vocabulary on the matter; its owner answers for what it opens."""
    known = matter.facts if facts is None else facts
    unit, owner = matter.unit.code, matter.first_contact.subject
    _record(kind, matter.subject, matter, act, facts=known, unit=unit, owner=owner, note=note)


def _record(kind: str, subject: str, matter: Matter, act: Act, **said: Any) -> None:
    act.told.append(journal.happening(kind, subject=subject, actor=act.actor, at=act.at, correlation=matter.id, **said))


NO_POST = "no_post"
NOBODY_ABLE = "nobody_able"
COLD = "cold_transfer"
PASSED_ON = "passed_on"
DEFECTS: Mapping[str, Text] = {
    NO_POST: Text(zh="{unit_name}没有可负责的岗位", en="{unit_name} has no post that answers for it"),
    NOBODY_ABLE: Text(zh="没有人具备技能“{skill_name}”", en="nobody has the skill {skill_name}"),
    COLD: Text(zh="第{count}次冷转派", en="cold transfer no. {count}"),
    PASSED_ON: Text(zh="第{count}次转派", en="transfer no. {count}"),
}


def defect(matter: Matter, code: str, act: Act, **data: Any) -> None:
    """Note that a rule of first contact was passed over."""
    what = DEFECTS[code].format(**data)
    act.told.append(
        events.DefectNoted(
            subject=matter.subject, actor=act.actor, at=act.at, correlation=matter.id, code=code, what=what
        )
    )


def named_skill(code: str) -> Text:
    """What the skill is called; its code where nobody has set it up."""
    return posts.skill_titles().get(code, Text(zh=code, en=code))
