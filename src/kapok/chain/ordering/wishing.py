"""What is wished beside an offer, wished otherwise on the way (10Q): another number, a visit or none. It is made true or refused.

Every function here runs within the `transaction.atomic` of a verb that has locked the leg.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from kapok.chain.ordering import forecast, moves, placing, rows, rules, visits
from kapok.chain.ordering.models import Leg, Line
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.refusals import BadLine, TooLateToWish
from kapok.chain.ordering.rules import DEEDS, NUMBER_WISH, VISIT, YES, Deviation, State
from kapok.ground.catalog.graph import Graph
from kapok.ground.catalog.template import Flow
from kapok.ground.work import following
from kapok.ground.work.models import Item, Matter
from kapok.ground.work.rules import ItemState
from kapok.kernel.text import Text
from kapok.network.inventory import api as inventory
from kapok.network.inventory import queries as plant

NEEDED = "visit_needed"
NO_NUMBER = Text(zh="该业务没有号码，请留空", en="leave it out: its offer has no number")
NO_VISIT = Text(zh="该商品不含上门，请留空", en="leave it out: its offer knows of no visit")


def fulfil(leg: Leg, line: Line, changed: Collection[str], act: Act) -> dict[str, Any]:
    """Make true what is wished of the line now, as it is written down; what that changes of the facts of its matter.

    Raises `BadLine`, `TooLateToWish`, and `WishTaken` where the number is not free: then the one before is kept.
    """
    if not {NUMBER_WISH, VISIT} & set(changed):
        return {}
    _must_not_be_done(leg)
    if NUMBER_WISH in changed:
        _another_number(leg, line, act)
    return _another_way(leg, line, act) if VISIT in changed else {}


def _must_not_be_done(leg: Leg) -> None:
    """What the network is told, or may have been told, of the number cannot be another one."""
    for step in rows.steps_locked(leg):
        if step.attempts and step.state in rules.STEP_OPEN and DEEDS[step.name].commits:
            raise TooLateToWish(title=DEEDS[step.name].title)


def _another_number(leg: Leg, line: Line, act: Act) -> None:
    """Keep the number that is wished for and give the one before back, so that the leg has one at every moment."""
    mine = [need for need in leg.needs if need["kind"] == rules.NUMBER and rules.line_of(need["role"]) == line.number]
    wish = str(line.characteristics[NUMBER_WISH])
    if not mine:
        raise BadLine(line=line.number, field=NUMBER_WISH, value=wish[:40], remedy=NO_NUMBER)
    moves.keep(leg, needs=[_wishing(need, wish) if need in mine else need for need in leg.needs])
    if wish:  # else any number will do, and so does the one that is kept
        assigned = any(each.state == "assigned" for each in plant.held_by(leg.subject))
        placing.reserve(leg, act)
        if assigned:
            inventory.keep(holder=leg.subject, actor=act.actor, at=act.at)
        if leg.state == State.HELD and leg.exception == Deviation.WAIT:
            moves.lift(leg, act)


def _wishing(need: Mapping[str, Any], wish: str) -> dict[str, Any]:
    return {name: value for name, value in need.items() if name != "wish"} | ({"wish": wish} if wish else {})


def _another_way(leg: Leg, line: Line, act: Act) -> dict[str, Any]:
    """Somebody comes, or nobody does any more: the appointment goes, and the flow takes the other way."""
    needed = visits.visit_of(leg.subject) is not None
    if line.characteristics[VISIT] == YES and not needed:
        raise BadLine(line=line.number, field=VISIT, value=YES, remedy=NO_VISIT)
    matter = Matter.objects.select_related("flow__template").get(subject=leg.subject)
    facts = {NEEDED: YES if needed else rules.NO}
    if matter.facts.get(NEEDED) == facts[NEEDED]:
        return {}
    _must_be_ahead(matter, facts)
    if not needed:
        visits.cancel(leg.subject, actor=act.actor, at=act.at)
    return facts


def _must_be_ahead(matter: Matter, facts: Mapping[str, Any]) -> None:
    """Where the ways part the work has not come yet. Raises `TooLateToWish`."""
    flow = following.flow_of(matter)
    apart = _apart(flow, matter.facts, {**matter.facts, **facts}) if flow else frozenset[str]()
    begun = Item.objects.filter(matter=matter, stage__in=apart, undone_at=None).exclude(state=ItemState.WITHDRAWN)
    if (item := begun.order_by("opened_at").first()) is not None:
        raise TooLateToWish(title=item.title)


def _apart(flow: Flow, before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
    """The stages that only one of the two ways passes, and all that come after them."""
    either = set(forecast.reached(flow, before)) ^ set(forecast.reached(flow, after))
    graph = Graph(flow)
    return frozenset(either).union(*(graph.after(code) for code in either))
