"""Leaving the course and coming back to it: a leg is returned (10R), waits for plant (10W), is put off (10P) or amended (10Q).

Every function here runs within the `transaction.atomic` of a verb that has locked the leg.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kapok.chain.ordering import (
    amending,
    ends,
    events,
    moves,
    placing,
    rearranging,
    rows,
    rules,
    speed,
    visits,
    wishing,
)
from kapok.chain.ordering.models import Leg, Line
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.refusals import (
    BeingDone,
    LaterWithoutWord,
    NotAllowedNow,
    NotDeferred,
    NothingAmended,
    NowhereBack,
)
from kapok.chain.ordering.rules import DEEDS, Deviation, State, StepState
from kapok.ground.catalog.offering.models import OfferVersion
from kapok.ground.catalog.rules import ways_back
from kapok.ground.commitments import api as commitments
from kapok.ground.places.models import Address
from kapok.ground.work import api as work
from kapok.ground.work import following
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item, Matter
from kapok.ground.work.rules import LIVE, ItemState, tidy_note
from kapok.kernel.text import Text, joined
from kapok.network.inventory import api as inventory
from kapok.network.inventory import queries as plant
from kapok.network.inventory.rules import Need, masked

DEFERRED = "customer.deferred"
PERSONAL = frozenset({"characteristics", "address", "far_address"})
"""What the journal says of an amendment without its values."""
IN_HAND = (ItemState.OFFERED.value, ItemState.HELD.value)


# ---- 10R ----


def ways(item: Item) -> Mapping[str, Text]:
    """The stages to which an item's stage may be sent back, each with its reason."""
    flow = following.flow_of(item.matter)
    return ways_back(flow, item.stage) if flow and item.stage else {}


def returnable(leg: Leg) -> list[Item]:
    """The work in hand of a leg that has a way back, the latest first."""
    matter = Matter.objects.select_related("flow__template").get(subject=leg.subject)
    items = list(Item.objects.filter(matter=matter, state__in=IN_HAND).order_by("-opened_at", "-id"))
    for item in items:
        item.matter = matter
    return [item for item in items if ways(item)]


def can_give_back(item: Item | None, leg: Leg) -> bool:
    """Whether the stage has a way back and no compensation is under way; a second return is refused."""
    if item is None or leg.compensation:
        return False
    item.matter = Matter.objects.select_related("flow__template").get(subject=leg.subject)
    return bool(ways(item)) and item.state in IN_HAND


def send_back(leg: Leg, *, to: str, reason: str, act: Act) -> None:
    """Return a leg from the stage in hand. Raises `ReturnRunning`, `CancelRunning`, `NotAllowedNow`, `NowhereBack`."""
    _must_be_returnable(leg)
    items = [item for item in returnable(leg) if not to or to in ways(item)]
    if not items:
        live = Item.objects.filter(
            matter__subject=leg.subject, contact=False, state__in=[state.value for state in LIVE]
        )
        raise NowhereBack(stages=joined(item.title for item in live) if live else "—")
    give_back(items[0], to=to, reason=moves.typed(reason), act=act)


def _must_be_returnable(leg: Leg) -> None:
    rules.may_compensate(leg.compensation, Deviation.RETURN)
    if leg.state not in {State.IN_PROGRESS, State.HELD}:
        raise NotAllowedNow(state_name=rules.STATES[State(leg.state)], wanted=rules.DEVIATIONS[Deviation.RETURN].title)


def give_back(item: Item | None, *, to: str, reason: Text, act: Act) -> None:
    """Send the leg back from a stage by a way of its flow: its siblings are withdrawn, and `returned` sees what follows."""
    if item is not None:
        baton.carry_back(item=item.id, to=to or next(iter(ways(item))), why=reason, actor=act.actor, at=act.at)


def returned(leg: Leg, *, to: str, reason: Text, act: Act) -> None:
    """Somebody sent a stage of the leg back, wherever they did so: what the system did after that stage is taken back.

    Raises `ReturnRunning`, `CancelRunning`, `NotAllowedNow`: then it is not sent back at all.
    """
    _must_be_returnable(leg)
    now = {"compensation": Deviation.RETURN.value, "returned_to": to, "reason": reason.both[:1000]}
    moves.keep(leg, **now, exception=leg.exception if leg.state == State.HELD else Deviation.RETURN.value)
    moves.deviated(leg, Deviation.RETURN, reason, act)
    _give_up_the_visit(leg, to, act)
    undone = Item.objects.filter(matter__subject=leg.subject, undone_at=act.at)
    ids = set(undone.values_list("id", flat=True))
    moves.take_back(leg, [step for step in rows.steps_locked(leg) if step.item_id in ids], act)


def _give_up_the_visit(leg: Leg, to: str, act: Act) -> None:
    """What goes back before the visit may take longer than its window allows: the customer is asked anew."""
    flow = following.flow_of(Matter.objects.select_related("flow__template").get(subject=leg.subject))
    if flow is not None and visits.comes_after(flow, to):
        visits.cancel(leg.subject, actor=act.actor, at=act.at)


def done_again(leg: Leg, stage: str, act: Act) -> None:
    """The stage to which the leg was returned is done again: the return is over."""
    if leg.compensation != Deviation.RETURN or leg.returned_to != stage:
        return
    held = leg.state == State.HELD
    moves.keep(leg, compensation="", returned_to="", **{} if held else {"exception": "", "reason": ""})
    moves.back_on_course(leg, Deviation.RETURN, act)


# ---- 10W ----


def wait(leg: Leg, reason: Text, expected_at: datetime | None, act: Act) -> None:
    """Our plant is lacking: the leg waits, the customer's clock runs on. One that waits already is told what it waits for now."""
    if leg.state == State.HELD:
        moves.keep(leg, reason=reason.both, until=expected_at)
    elif leg.state == State.CANCELLING:
        return
    else:
        moves.hold(leg, Deviation.WAIT, reason=reason, until=expected_at, act=act)


def plant_dated(leg: Leg) -> None:
    """A day was given for the plant that a leg waits for: its customer is told that one. The clocks run on as they do."""
    until = plant.built_by(leg.subject)
    if until is not None:
        moves.keep(leg, until=until)


def plant_came(leg: Leg, act: Act) -> bool:
    """There is plant for a leg that waits for it: it is taken at once, and the leg goes on; whether there was enough."""
    shortage = placing.reserve(leg, act).shortage if leg.needs else None
    if shortage is not None:
        wait(leg, ends.lacking(leg, shortage), shortage.expected_at, act)
        return False
    moves.lift(leg, act)
    return True


# ---- 10P ----


def defer(leg: Leg, *, until: datetime, said: Mapping[str, str], act: Act) -> UUID | None:
    """Put a leg off at the customer's wish; the request that waits for approval, None where the clocks stand still already.

    Raises `NotAllowedNow` and what `commitments.api.ask_pause` refuses, but for clocks of which there are none.
    """
    moves.hold(leg, Deviation.DEFER, reason=moves.typed(said["reason"]), until=until, act=act)
    try:
        return _stop_clocks(leg, said, act)
    except commitments.NothingStops:
        return None  # nothing that was promised stands still for this: it is put off all the same


def _stop_clocks(leg: Leg, said: Mapping[str, str], act: Act) -> UUID | None:
    """Who has authority over the clocks stops them by what they do; for anybody else it is asked."""
    wanted = {"subject": leg.subject, "kind": DEFERRED, **said}
    try:
        commitments.pause(**wanted, actor=act.actor, at=act.at)
    except (commitments.MayNotApprove, commitments.OwnApproval):
        return commitments.ask_pause(**wanted, actor=act.actor, at=act.at)
    return None


def undefer(leg: Leg, *, reason: str, act: Act) -> None:
    """The customer is ready again; what still waits for approval stands until now, if approved. Raises `NotDeferred`."""
    if leg.state != State.HELD or leg.exception != Deviation.DEFER:
        raise NotDeferred
    moves.lift(leg, act)
    try:
        commitments.resume(subject=leg.subject, kind=DEFERRED, reason=reason, actor=act.actor, at=act.at)
    except commitments.NothingPaused:
        return


# ---- 10Q ----


@dataclass(frozen=True)
class Amendment:
    """What a line is to be instead: a version of an offer, characteristics, a promised date, with the evidence for a later one;
    so many pieces, and all of its leg at another address, or with another far end.
    """

    version: OfferVersion | None
    characteristics: Mapping[str, Any]
    promised_date: date | None
    evidence: str
    address: Address | None = None
    far_address: Address | None = None
    quantity: int | None = None


def _word_for(leg: Leg, promised_date: date | None, evidence: str) -> str:
    """The evidence as it is kept: what was promised is put off at the customer's wish alone.

    Raises `LaterWithoutWord`, `NoteMissing`.
    """
    later = promised_date and leg.promised_date and promised_date > leg.promised_date
    if later and not evidence.strip():
        raise LaterWithoutWord
    return tidy_note(evidence, needed=bool(later))


def amend(leg: Leg, line: Line, asked: Amendment, act: Act) -> None:
    """Let a leg on its way be for something else: a new version of it; the clocks go on.

    Raises `LaterWithoutWord`, `NoteMissing`, `NothingAmended`, `BeingDone`, and what `wishing.fulfil` and `rearranging.take_anew`
    do.
    """
    word = _word_for(leg, asked.promised_date, asked.evidence)
    before, quote = _told(leg, line), amending.quoted(line)
    line.offer, line.quantity = asked.version or line.offer, asked.quantity or line.quantity
    line.characteristics = {**line.characteristics, **asked.characteristics}
    promised = asked.promised_date or leg.promised_date
    where = {"address": asked.address or leg.address, "far_address": asked.far_address or leg.far_address}
    moves.keep(leg, promised_date=promised, **where)
    after = _told(leg, line)
    differs = [name for name in after if after[name] != before[name]]
    if not differs:
        raise NothingAmended
    line.save(update_fields=["offer", "characteristics", "quantity"])
    if leg.action in rules.SOLD and quote != (now := amending.quoted(line)):
        amending.quote_anew(leg.order, quote, now, act)
    moves.keep(leg, version=leg.version + 1)
    facts = {"promised_date": promised.isoformat()} if promised and asked.promised_date else {}
    said = before["characteristics"]
    changed = [name for name, value in asked.characteristics.items() if said.get(name) != value]
    facts |= wishing.fulfil(leg, line, changed, act)
    if differs != ["promised_date"]:
        _must_not_run(leg)
    if {"address", "far_address", "quantity"} & set(differs):
        moved = {"moves_away": "address" in differs, "far_moves": "far_address" in differs}
        facts |= rearranging.take_anew(leg, line, act, **moved)
    elif {"offer", "characteristics"} & set(differs):
        _keep_up(leg, line, act)
    work.tell(matter=leg.subject, kind="matter.changed", facts=facts, note="10Q", actor=act.actor, at=act.at)
    was, now = (
        {name: masked(told[name]) if name in PERSONAL else told[name] for name in differs} for told in (before, after)
    )
    told = {"version": leg.version, "what": ", ".join(differs), "before": was, "after": now}
    moves.say(leg, events.Amended, act, **told, evidence=word)
    _adjust(leg, act)


def _keep_up(leg: Leg, line: Line, act: Act) -> None:
    """The leg has a line as fast as it is wanted now: the one that it has, or another.

    What waits for plant waits for it as fast as it is wanted now, and looks again unless a person said what is lacking.
    Raises `TooSlow`, and what `rearranging.take_anew` does.
    """
    speed.must_still_carry(leg, line)
    wanted = speed.keep(leg, line)
    if wanted is None:
        return
    if leg.state == State.HELD and leg.exception == Deviation.WAIT:
        needs = [Need(**need) for need in leg.needs]
        if inventory.wait_otherwise(holder=leg.subject, needs=needs, actor=act.actor, at=act.at):
            plant_came(leg, act)
        return
    has = plant.speed_of(leg.subject)
    if has is not None and has < wanted:
        rearranging.take_anew(leg, line, act)


def _must_not_run(leg: Leg) -> None:
    """What is told to the network now, and cannot be told anew after it: then the record would say what was never done.

    What stopped halfway is told whole when it is tried again. Raises `BeingDone`.
    """
    for step in rows.steps_locked(leg):
        if step.state == StepState.RUNNING and DEEDS[step.name].commits:
            raise BeingDone(title=DEEDS[step.name].title)


def _told(leg: Leg, line: Line) -> dict[str, Any]:
    offer = f"{line.offer.code} {line.offer.number}"
    promised = leg.promised_date.isoformat() if leg.promised_date else ""
    return {
        "offer": offer, "characteristics": dict(line.characteristics), "promised_date": promised, "quantity": line.quantity,
        "address": leg.address.code if leg.address else "", "far_address": leg.far_address.code if leg.far_address else "",
    }  # fmt: skip


def _adjust(leg: Leg, act: Act) -> None:
    """What the network has been told, or may have been, is told what is new; while it is being told, afterwards."""
    for step in rows.steps_locked(leg):
        if step.name == "activate" and step.attempts and step.state != StepState.UNDONE:
            moves.new_step(leg, "adjust", act, due=step.state == StepState.DONE and moves.may_run(leg))
