"""How a matter follows its flow: which stages begin, who is offered them, what is to be done again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Q

from kapok.ground.catalog import queries as catalog
from kapok.ground.catalog import telling
from kapok.ground.catalog.models import FlowVersion
from kapok.ground.catalog.refusals import NoFlow, NoWayBack
from kapok.ground.catalog.rules import begins_again, done_before, next_stages, sent_back
from kapok.ground.catalog.template import Flow, Stage
from kapok.ground.commitments.standing import pauses_standing
from kapok.ground.journal.reading import read
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.people.rules import State
from kapok.ground.posts import queries as posts
from kapok.ground.work import answering, moves, rows, rules
from kapok.ground.work.models import Item, Matter
from kapok.ground.work.moves import Act, Beginning, Giver, Receiver, Work
from kapok.ground.work.rules import ItemState, MatterState, Way
from kapok.kernel.promises import AT_END, Facts
from kapok.kernel.promises.vocabulary import MATTER_CHANGED
from kapok.kernel.text import Text

DONE = (ItemState.DELIVERED.value, ItemState.CONFIRMED.value)
UNCONFIRMED = Q(state=ItemState.DELIVERED.value, confirm=True)
"""Delivered, and waiting for who asked for it."""
LIVE = tuple(state.value for state in rules.LIVE)
FAR = "b"


def chosen(facts: Facts, among: catalog.Choices) -> FlowVersion | None:
    """The version that a new matter follows; None where no flow applies. Raises `FlowTie`."""
    try:
        return among.row_for(facts)
    except NoFlow:
        return None


def flow_of(matter: Matter) -> Flow | None:
    """What the matter's flow says; None where it follows none."""
    return _read(matter.flow.id) if matter.flow else None


@lru_cache(maxsize=200)
def _read(version: UUID) -> Flow:
    """A published version never changes, so it is read once."""
    return catalog.parsed(FlowVersion.objects.values_list("document", flat=True).get(id=version))


@dataclass(frozen=True)
class _Stands:
    """Where a matter stands in its flow: whether any work on it has begun, which stages are done and count, which run."""

    begun: bool = False
    done: frozenset[str] = frozenset()
    running: frozenset[str] = frozenset()


def _stands(matter: Matter) -> _Stands:
    rows = Item.objects.filter(matter=matter, contact=False)
    items = list(rows.values_list("stage", "state", "confirm", "undone_at"))
    counted = [(stage, state, confirm) for stage, state, confirm, undone_at in items if stage and undone_at is None]
    delivered = ItemState.DELIVERED.value
    done = {stage for stage, state, confirm in counted if state in DONE and not (confirm and state == delivered)}
    running = {stage for stage, state, _ in counted if state in {*LIVE, delivered}}
    return _Stands(bool(items), frozenset(done), frozenset(running))


def go_on(matter: Matter, giver: Giver, act: Act, *, opens: bool = False) -> None:
    """Offer the stages that may begin now and do not run yet; the matter is locked, or new (`opens`).

    None where it follows no flow, and while it is cancelled.
    """
    flow = flow_of(matter)
    if flow is None or matter.cancelled_at is not None:
        return
    stands = _Stands() if opens else _stands(matter)
    wanted = [code for code in next_stages(flow, stands.done, matter.facts) if code not in stands.running]
    way = Way.NEXT if stands.begun else Way.FIRST
    begun = _start(matter, [flow.stages[code] for code in wanted], way, giver, act)
    if begun and not opens:
        act.write()
        moves.inherit(matter, begun, act)


def go_back(item: Item, flow: Flow, to: str, giver: Giver, act: Act) -> None:
    """Undo what `item`'s stage has found wanting: `to` and all after it are done again. Raises `NoWayBack`."""
    left = sent_back(flow, _stands(item.matter).done, stage=item.stage, to=to)
    _begin_again(item.matter, flow, left, giver, act)


def may_begin_again(matter: Matter) -> tuple[str, ...]:
    """The stages from which the flow of a matter may begin again, the one that it means first; none outside of a flow."""
    flow = flow_of(matter)
    return begins_again(flow, _stands(matter).done, confirming=rules.CONFIRMS) if flow else ()


def reopen(matter: Matter, act: Act, *, to: str = "") -> None:
    """A reopened matter goes on: at `to`, else where it was halted, else, when all is done, where its flow means it to.

    Raises `NoWayBack`.
    """
    flow, ways = flow_of(matter), may_begin_again(matter)
    if to and to not in ways:
        raise NoWayBack(stage="-", to=to, ways=", ".join(ways) or "-")
    if flow is None:
        return
    giver, counted = Giver(matter.unit, matter.first_contact, matter.first_contact), _stands(matter).done
    if not to and not next_stages(flow, counted, matter.facts):
        to = next(iter(ways), "")
    if to:
        _begin_again(matter, flow, done_before(flow, counted, to), giver, act)
    else:
        go_on(matter, giver, act)


def _begin_again(matter: Matter, flow: Flow, left: frozenset[str], giver: Giver, act: Act) -> None:
    """Of the stages that count as done only those `left` do so still; what follows them is offered again."""
    counted = _stands(matter).done
    mine = Item.objects.filter(matter=matter, undone_at=None)
    mine.filter(stage__in=counted - left).update(undone_at=act.at)
    wanted = next_stages(flow, left, matter.facts)
    early = mine.filter(state__in=LIVE).exclude(stage__in=["", *wanted]).select_related("unit", "accountable")
    withdraw(early.order_by("id"), matter, act)
    go_on(matter, giver, act)


def withdraw(items: Iterable[Item], matter: Matter, act: Act) -> None:
    """Nobody has to do these any more."""
    for item in items:
        item.matter = matter
        moves.drop_offer(item, act.at)
        moves.finish(item, ItemState.WITHDRAWN, act)
        moves.tell(item, "handoff.withdrawn", act)


def end_all(matter: Matter, act: Act) -> None:
    """Nothing is left to do on the matter: its work ends, also what waits to be confirmed."""
    items = Item.objects.filter(Q(state__in=LIVE) | UNCONFIRMED, matter=matter)
    withdraw(items.select_related("unit", "accountable").order_by("id"), matter, act)


def happened(
    matter: Matter, kind: str, told: dict[str, Any], act: Act, *, note: str = "", again_from: str = ""
) -> None:
    """Something happened to a matter, with what was learnt: it is known from now on, and reaches the work in hand.

    What reopens it has its flow begin again, at the stage `again_from` if one is given. Raises `NoWayBack`.
    """
    matter.facts = rules.merged(matter.facts, told, corrects=kind == MATTER_CHANGED)
    if kind == MATTER_CHANGED and rules.URGENT in told:
        matter.urgent = told[rules.URGENT] == rules.YES
    _settle(matter, kind, act.at)
    matter.save(update_fields=["facts", "urgent", "state", "closed_at", "cancelled_at", "settled_at"])
    moves.say(matter, kind, act, facts=told, note=note)
    if kind in rules.CANCELS:
        end_all(matter, act)
    if kind in rules.REOPENS:
        reopen(matter, act, to=again_from)


def _settle(matter: Matter, kind: str, at: datetime) -> None:
    """The customer's word settles it, and what was not done after all is open again."""
    if kind in rules.REOPENS:
        matter.state, matter.closed_at, matter.cancelled_at, matter.settled_at = MatterState.OPEN, None, None, None
    elif kind in rules.CANCELS:
        matter.cancelled_at = matter.settled_at = at
    elif kind in rules.CONFIRMS:
        matter.settled_at = at


def tell_of(item: Item, told: dict[str, Any], act: Act) -> None:
    """What the delivery of the item's stage tells of the matter, with what was learnt from it; nothing outside of a flow."""
    for kind in tells(item):
        happened(item.matter, kind, told, act)


def tells(item: Item) -> tuple[str, ...]:
    """What the delivery of the item's stage tells of the matter."""
    stage = _stage_of(item)
    return tuple(telling.told(stage, item.matter.subject.partition("/")[0])) if stage else ()


def pass_down(matter: Matter, kind: str, facts: Facts, act: Act) -> None:
    """What happens to the matter happens to the work in hand then: the customer's pauses hold its clocks too.

    What is said of one end alone happens to the work there.
    """
    for item in _in_hand(matter, act):
        if facts.get(AT_END) not in {None, item.end}:
            continue
        moves.tell(item, kind, act, facts=facts)


def end_missed(matter: Matter, act: Act) -> None:
    """A visit is appointed anew: the work in hand that stands still for a missed one alone goes on."""
    items = _in_hand(matter, act)
    stand = pauses_standing([item.subject for item in items])
    for item in items:
        if stand.get(item.subject) == {rules.MISSED}:
            moves.tell(item, rules.RETURNED, act)


def _in_hand(matter: Matter, act: Act) -> list[Item]:
    """The work that was in hand at that moment."""
    items = Item.objects.filter(Q(state__in=LIVE) | Q(ended_at__gt=act.at), matter=matter, opened_at__lte=act.at)
    for item in (found := list(items.select_related("unit", "accountable").order_by("id"))):
        item.matter = matter
    return found


def _start(matter: Matter, stages: Sequence[Stage], way: Way, giver: Giver, act: Act) -> list[Item]:
    asked = [(stage, *each) for stage, each in zip(stages, _asked(matter, stages, act), strict=True)]
    begun = moves.begin(matter, [Beginning(work, to, way) for _, work, to, _ in asked], giver, act)
    for stage, _, _, is_able in asked:
        if not is_able:
            moves.defect(matter, moves.NOBODY_ABLE, act, skill_name=moves.named_skill(stage.skill))
    return begun


def _asked(matter: Matter, stages: Sequence[Stage], act: Act) -> list[tuple[Work, Receiver, bool]]:
    """For each stage what is to be done, who is asked for it, and whether they can do it."""
    named = {matter.unit.code: matter.unit}
    if others := sorted({stage.unit for stage in stages if stage.unit} - named.keys()):
        named |= {unit.code: unit for unit in read(OrgUnit, "this.code = ANY(%s)", others)}
    wanted = sorted({(stage.skill, end_of(matter, stage)) for stage in stages if stage.skill})
    able = {place: _able(matter, *place, act) for place in wanted}
    by_name, asked = _named(matter, stages, act), []
    for stage in stages:
        unit, person = _unit(matter, stage, named, able, act), by_name.get(stage.addressee)
        work = _work(matter, stage, able=unit is not None and person is None)
        asked.append((work, _receiver(unit or matter.unit, person), unit is not None or person is not None))
    return asked


def asked_now(item: Item, act: Act) -> tuple[Receiver, str] | None:
    """Who would be asked by the item's stage as its matter is known now, and for which skill; None where it names nobody."""
    stage = _stage_of(item)
    if stage is None or not stage.addressee:
        return None
    ((work, to, _),) = _asked(item.matter, [stage], act)
    return to, work.skill


def _unit(
    matter: Matter, stage: Stage, named: Mapping[str, OrgUnit], able: Mapping[tuple[str, str], OrgUnit | None], act: Act
) -> OrgUnit | None:
    """Whom the stage is for; None where nobody has its skill."""
    if stage.unit:
        return named[stage.unit]
    return able[stage.skill, end_of(matter, stage)] if stage.skill else _of_post(matter, stage, act)


def _named(matter: Matter, stages: Sequence[Stage], act: Act) -> dict[str, Staff]:
    """Of those whom stages are offered to by name who is known of this matter, and is there or has a deputy who acts."""
    asked = {stage.addressee: str(matter.facts.get(stage.addressee, "")) for stage in stages if stage.addressee}
    if not any(asked.values()):
        return {}
    active = Staff.objects.select_related("unit").filter(username__in=asked.values(), state=State.ACTIVE)
    there = {person.username: person for person in active if answering.reached(person, act.at)}
    return {fact: there[name] for fact, name in asked.items() if name in there}


def _receiver(unit: OrgUnit, named: Staff | None) -> Receiver:
    """The unit; whoever is named answers in person, as one of their own unit where they do not work for this one."""
    if named is None:
        return Receiver(unit)
    return Receiver(unit if rows.works_for(named, unit) else named.unit, named, answers=named)


def _work(matter: Matter, stage: Stage, *, able: bool) -> Work:
    within = stage.urgent_accept_within if matter.urgent else stage.accept_within
    skill = stage.skill if able else ""
    return Work(
        title=stage.title, stage=stage.code, end=end_of(matter, stage), function=stage.post, skill=skill,
        accept_within=within.fixed,
    )  # fmt: skip


def end_of(matter: Matter, stage: Stage) -> str:
    """At which end of a matter that has two a stage is done (`a`, `b`); else empty."""
    return stage.end if matter.two_ended else ""


def goes_to_both_ends(flow: Flow | None) -> bool:
    """Whether stages of a flow are done at the one end and at the other."""
    return flow is not None and {"a", "b"} <= {stage.end for stage in flow.stages.values()}


def _able(matter: Matter, skill: str, end: str, act: Act) -> OrgUnit | None:
    """The unit that does what takes a skill: one on whose ground the work is, else the nearest to it, or to the first contact.

    None where nobody has the skill: then anybody of the matter's own unit may do it.
    """
    ground = matter.far_near if end == FAR else matter.near
    near = ground or matter.unit
    return posts.unit_with_skill(skill, near=near.code, at=act.at, on_its_ground=ground is not None)


def _of_post(matter: Matter, stage: Stage, act: Act) -> OrgUnit:
    """The unit of the nearest post with the stage's function; else the matter's own."""
    post = posts.acting_for_unit(matter.unit.code, act.at, stage.post)
    return OrgUnit.objects.get(id=post.unit_id) if post else matter.unit


def has_addressee(item: Item) -> bool:
    """Whether the item, or its stage, is offered by name to who is to be first contact."""
    stage = _stage_of(item)
    return item.contact or (stage is not None and bool(stage.addressee))


def names_somebody(matter: Matter) -> bool:
    """Whether the matter's flow offers a stage by name to who is to be first contact."""
    flow = flow_of(matter)
    return flow is not None and any(stage.addressee for stage in flow.stages.values())


def evidence_of(item: Item) -> tuple[Text, ...]:
    """What the item's stage wants at delivery."""
    stage = _stage_of(item)
    return stage.evidence if stage else ()


def _stage_of(item: Item) -> Stage | None:
    """What the flow says of the item's stage; None outside of a flow."""
    flow = flow_of(item.matter)
    return flow.stages.get(item.stage) if flow else None
