"""What the verbs of both doors do to the rows: the baton passes, a turn ends, the next stages begin, the journal is told.

Every function here runs within the `transaction.atomic` of a verb.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db.models import Max

from kapok.ground.commitments import api as commitments
from kapok.ground.journal import api as journal
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.posts import queries as posts
from kapok.ground.work import answering, events, rules
from kapok.ground.work.models import Handoff, Item, Matter, Turn
from kapok.ground.work.refusals import TooEarly
from kapok.ground.work.rules import HandoffState, ItemState, Part, Way
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

NO_FACTS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Act:
    """Who does it, and when."""

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


@dataclass(frozen=True)
class Work:
    """What is to be done: a stage of the flow, or something of its own."""

    title: Text
    stage: str = ""
    function: str = ""
    skill: str = ""
    confirm: bool = False
    accept_within: timedelta | None = None


def begin(matter: Matter, work: Work, giver: Giver, receiver: Receiver, act: Act, *, way: Way = Way.FIRST) -> Item:
    """A new work item, offered."""
    item = Item(
        id=uuid7(act.at), matter=matter, stage=work.stage, title_zh=work.title.zh, title_en=work.title.en,
        function=work.function, skill=work.skill, asked_by=giver.unit, unit=giver.unit, accountable=giver.answers,
        holder=giver.staff, confirm=work.confirm, state=ItemState.HELD, opened_at=act.at,
    )  # fmt: skip
    item.save(force_insert=True)
    offer(item, giver, receiver, act, way=way, within=work.accept_within)
    return item


def offer(
    item: Item, giver: Giver, receiver: Receiver, act: Act, *, way: Way, within: timedelta | None = None
) -> Handoff:
    """Offer the item; from now on it is the receiver's turn, and the receiver's A answers for it."""
    answer = answering.of_unit(receiver.unit, item.function, act.at, otherwise=item.matter.first_contact)
    handoff = Handoff(
        id=uuid7(act.at), item=item, number=_next(Handoff, item), way=way, from_unit=giver.unit, from_staff=giver.staff,
        from_answers=giver.answers, to_unit=receiver.unit, to_staff=receiver.staff, to_answers=answer.accountable,
        warm=receiver.warm, due_at=receiver.due_at, note=receiver.note, offered_at=act.at,
        accept_by_at=act.at + (within or _patience(item.matter, answer)), state=HandoffState.OFFERED,
    )  # fmt: skip
    handoff.save(force_insert=True)
    place(item, ItemState.OFFERED, unit=receiver.unit, answers=answer.accountable, holder=None)
    turn(item, Part.WAITING, act, handoff=handoff)
    tell(item, "handoff.offered", act, note=receiver.note)
    if answer.post is None:
        defect(item.matter, NO_POST, act, unit_name=receiver.unit.name)
    return handoff


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


def drop_offer(item: Item) -> None:
    """Take back whatever offer of the item is open, answered or not."""
    running = [state.value for state in rules.RUNNING]
    Handoff.objects.filter(item=item, state__in=running).update(state=HandoffState.WITHDRAWN)


def place(item: Item, to: ItemState, *, unit: OrgUnit, answers: Staff, holder: Staff | None) -> None:
    """Write down where the item is now; whoever calls this has won the conditional move before."""
    item.state, item.unit, item.accountable, item.holder = to.value, unit, answers, holder
    item.save(update_fields=["state", "unit", "accountable", "holder"])


def hold(item: Item, *, unit: OrgUnit, answers: Staff, holder: Staff, act: Act) -> None:
    """From now on `holder` works on it."""
    place(item, ItemState.HELD, unit=unit, answers=answers, holder=holder)
    turn(item, Part.HELD, act, acted_by=holder)


def answer_for(item: Item, act: Act) -> None:
    """Whoever answers for the item now answers for its clocks too."""
    commitments.answer_for(
        subject=item.subject, unit=item.unit.code, owner=item.accountable.subject, actor=act.actor, at=act.at
    )


def turn(item: Item, part: Part, act: Act, *, acted_by: Staff | None = None, handoff: Handoff | None = None) -> None:
    """End the running turn of the item and begin the next. Raises `TooEarly`."""
    end_turn(item, act)
    Turn.objects.create(
        id=uuid7(act.at), item=item, number=_next(Turn, item), part=part, unit=item.unit, answers=item.accountable,
        acted_by=acted_by, handoff=handoff, since=act.at,
    )  # fmt: skip


def end_turn(item: Item, act: Act) -> None:
    """End the running turn, if there is one. Raises `TooEarly`."""
    running = Turn.objects.filter(item=item, until=None)
    since = running.values_list("since", flat=True).first()
    if since is not None and since > act.at:
        raise TooEarly(since=since.isoformat(timespec="minutes"))
    running.update(until=act.at)


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
    """Record an entry of the vocabulary on the item: its clocks are judged by it.

    Who has the item answers for what it opens; the unit that judges does where it is `judged`.
    """
    matter = item.matter
    unit, owner = item.unit.code, item.accountable
    if judged:
        unit, owner = answering.judges(act.at, otherwise=matter.first_contact)
    flow = {"flow": matter.flow.template.code, "flow_version": str(matter.flow.number)} if matter.flow else {}
    stage = {"stage": item.stage} if item.stage else {}
    urgent = {"urgent": "yes"} if matter.urgent else {}
    known = {**matter.facts, **urgent, **flow, **stage, **facts}
    _record(kind, item.subject, matter, act, facts=known, unit=unit, owner=owner.subject, note=note)


def say(matter: Matter, kind: str, act: Act, *, note: str = "", facts: Mapping[str, Any] | None = None) -> None:
    """Record an entry of the vocabulary on the matter; its owner answers for what it opens."""
    known = matter.facts if facts is None else facts
    unit, owner = matter.unit.code, matter.first_contact.subject
    _record(kind, matter.subject, matter, act, facts=known, unit=unit, owner=owner, note=note)


def _record(kind: str, subject: str, matter: Matter, act: Act, **said: Any) -> None:
    journal.record(journal.happening(kind, subject=subject, actor=act.actor, at=act.at, correlation=matter.id, **said))


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
    journal.record(
        events.DefectNoted(
            subject=matter.subject, actor=act.actor, at=act.at, correlation=matter.id, code=code, what=what
        )
    )


def named_skill(code: str) -> Text:
    """What the skill is called; its code where nobody has set it up."""
    return posts.skill_titles().get(code, Text(zh=code, en=code))


def _next(table: type[Handoff] | type[Turn], item: Item) -> int:
    last = table._default_manager.filter(item=item).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1
