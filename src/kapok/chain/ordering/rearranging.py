"""Another address for a leg on its way, or more or fewer pieces of a line (10Q), as long as its plant is reserved at most.

What placing checks is checked again, and all that the leg takes is taken anew: all of it, or the leg stays what it was. Every
function here runs within the `transaction.atomic` of a verb that has locked the leg.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kapok.chain.ordering import amending, areas, drafting, ends, moves, placing, rows, rules, siting, visits
from kapok.chain.ordering.drafting import Asked, LineDraft
from kapok.chain.ordering.models import Leg, Line
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.refusals import BadLine, NoPlantThere, TooLateToRearrange
from kapok.chain.ordering.rules import DEEDS, Action, Deviation, State, StepState
from kapok.chain.ordering.siting import Site
from kapok.ground.catalog.offering.document import End, Kind, parse
from kapok.ground.places.models import Address
from kapok.ground.work.models import Matter
from kapok.ground.work.rows import come_near
from kapok.kernel.text import Text
from kapok.network.inventory import api as inventory
from kapok.network.inventory import queries as plant

ASSIGN = "assign"
VISIT = Text(zh="外线施工", en="Field work")
FAR_MOVES = Text(
    zh="该订单移的是 B 端，请改填 B 端地址", en="leave it out: this order moves the far end, so give its far_address"
)
EACH_A_LINE = Text(
    zh="每件都是单独一行，请撤销该行或另下新单", en="each piece has a line of its own: cancel one, or order another"
)


def may_be_recounted(line: Line) -> bool:
    """Whether it is one line of so many pieces: what is installed without a service of its own, and is no part of a bundle."""
    offer = parse(line.offer.document)
    counted = line.leg.action == Action.INSTALL and not offer.service and offer.kind is not Kind.BUNDLE
    return counted and not amending.is_part(line.leg.order, offer.code)


def pieces_for(leg: Leg, line: Line, quantity: int | None) -> int | None:
    """How many it is to be instead; None where it stays. Raises `BadLine`."""
    if quantity is None or quantity == line.quantity:
        return None
    most = rules.MOST_PIECES
    if quantity not in range(1, most + 1):
        raise _bad(line, "quantity", quantity, Text(zh=f"填写 1 至 {most}", en=f"give 1 to {most}"))
    line.leg = leg
    if not may_be_recounted(line):
        raise _bad(line, "quantity", quantity, EACH_A_LINE)
    return quantity


def sites_for(leg: Leg, line: Line, near: str, far: str) -> tuple[Address | None, Address | None]:
    """Where it is to be instead, and where its far end is; None for what stays.

    The far end of a leg that moves one is its address. Raises `BadLine`, `UnknownAddress`, `RetiredAddress`, `AddressTooWide`.
    """
    if leg.end == End.B:
        if near:
            raise _bad(line, siting.NEAR, near, FAR_MOVES)
        stays = line.service.address if line.service else None
        moved = siting.far_end(line.number, far, siting.found([far]), stays) if _differs(far, leg.address) else None
        return moved, None
    found = siting.found([near, far])
    site = _address_for(leg, line, near, found)
    stays = line.service.far_address if line.service else None
    if not _differs(far, leg.far_address):
        if site is not None and site in {stays, leg.far_address}:
            raise _bad(line, siting.NEAR, near, siting.ANOTHER)
        return site, None
    if leg.far_address is None or leg.action not in rules.ALLOCATES:
        raise _bad(line, siting.FAR, far, siting.STAYS if leg.action not in rules.SOLD else siting.ONE_END)
    return site, siting.far_end(line.number, far, found, site or leg.address)


def _differs(code: str, now: Address | None) -> bool:
    return bool(code) and (now is None or now.code != code)


def _address_for(leg: Leg, line: Line, code: str, found: Mapping[str, Address]) -> Address | None:
    if not _differs(code, leg.address):
        return None
    if leg.action not in rules.ALLOCATES or leg.address is None:
        raise _bad(line, siting.NEAR, code, siting.STAYS)
    address = siting.must_live(code, found)
    siting.must_be_served(address.full, address.level)
    return address


def take_anew(leg: Leg, line: Line, act: Act, *, moves_away: bool = False, far_moves: bool = False) -> dict[str, Any]:
    """Give back what is reserved and reserve all for what the leg is now; the facts of its matter that follow.

    Raises `TooLateToRearrange`, `NoPlantThere`, and what placing refuses there: `BadLine`, `NoFlowForLine`.
    """
    _must_be_untouched(leg)
    asked = [
        _asked(each, leg)
        for each in Line.objects.select_related("offer", "service__address").filter(leg=leg).order_by("number")
    ]
    codes = [each.code for each in (leg.address, leg.far_address) if each]
    located = areas.of_addresses(codes, leg.order.customer, act.at)
    facts = areas.facts_of(leg.order.customer, located)
    _must_be_possible(leg, line, asked, facts, moves_away=moves_away)
    if moves_away or far_moves:
        _move_the_visit(leg, located, [End.A] * moves_away + [End.B] * far_moves, act)
    plan = drafting.planned(asked, facts, drafting.flows_in_force())[0]
    _reserve(leg, [placing.need(plan, kind, role, count) for (kind, role), count in plan.needs.items()], act)
    return {areas.AREA: facts[areas.AREA]} if moves_away else {}


def _must_be_untouched(leg: Leg) -> None:
    """Nothing of what was reserved is used, and nobody is sent out."""
    for step in rows.steps_locked(leg):
        begun = step.attempts or step.state == StepState.DONE
        if step.name == ASSIGN and begun and step.state != StepState.UNDONE:
            raise TooLateToRearrange(title=DEEDS[ASSIGN].title)
    if any(each.state != "reserved" for each in plant.held_by(leg.subject)):
        raise TooLateToRearrange(title=DEEDS[ASSIGN].title)
    if visits.is_given_out(leg.subject):
        raise TooLateToRearrange(title=VISIT)


def _asked(line: Line, leg: Leg) -> Asked:
    draft = LineDraft(offer=line.offer.code, action=leg.action, characteristics=line.characteristics)
    offer = parse(line.offer.document)
    site = Site(leg.address, leg.far_address, End(leg.end))
    return Asked(line.number, draft, Action(leg.action), line.offer, offer, site, line.service, line.quantity)


def _must_be_possible(
    leg: Leg, line: Line, asked: Sequence[Asked], facts: Mapping[str, Any], *, moves_away: bool
) -> None:
    """What is ordered is sold there, too, and is done by the same flow."""
    for each in asked if moves_away else ():
        if not amending.is_part(leg.order, each.offer.code):
            drafting.must_be_sold(each, facts, leg.order.channel)
    flow = Matter.objects.values_list("flow__template__code", flat=True).get(subject=leg.subject)
    among = drafting.flows_in_force()
    others = {drafting.flow_for(each, each.action, facts, among) for each in asked if each.family} - {flow}
    if others and leg.address is not None:
        name, value = ("address", leg.address.code) if moves_away else ("quantity", str(line.quantity))
        raise _bad(line, name, value, amending.ANEW)


def _move_the_visit(leg: Leg, located: areas.Located, moved: Sequence[End], act: Act) -> None:
    """The window of an end that moves was for its old place; the field work there is for whoever has the ground of the new one."""
    for end in ("", *moved):
        visits.cancel(leg.subject, end=end, actor=act.actor, at=act.at)
    for place, far in ((leg.address, False), (leg.far_address, True)):
        near = located.near.get(place.code) if place else None
        if near is not None:
            come_near(leg.subject, near, far=far)


def _reserve(leg: Leg, needs: list[dict[str, Any]], act: Act) -> None:
    moves.keep(leg, needs=needs)
    inventory.wait_no_longer(holder=leg.subject, actor=act.actor, at=act.at)
    inventory.release(holder=leg.subject, actor=act.actor, at=act.at)
    shortage = placing.reserve(leg, act).shortage if needs else None
    if shortage is not None:
        far = leg.far_address if leg.far_address and shortage.address == leg.far_address.code else None
        there = far or leg.address
        raise NoPlantThere(address=there.full if there else "—", lacking=ends.lacking(leg, shortage))
    if leg.state == State.HELD and leg.exception == Deviation.WAIT:
        moves.lift(leg, act)


def _bad(line: Line, field: str, value: object, remedy: Text) -> BadLine:
    return BadLine(line=line.number, field=field, value=str(value)[:40], remedy=remedy)
