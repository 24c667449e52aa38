"""Ordering: one order, one saga. A wish becomes legs, a leg becomes stages and steps, until the customer confirms.

Promises that an order is placed whole or not at all, that a leg has one flow, one exception and at most one compensation at a
time, that what the system did is taken back in reverse when a leg is given up before its point of no return, and that an order
shows the customer one state. Whoever calls has checked that the actor may; these verbs check that the order can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from kapok.back.workforce import rules as workforce
from kapok.chain.ordering import (
    accessing,
    amending,
    areas,
    cancelling,
    course,
    deviating,
    drafting,
    events,
    lacking,
    moves,
    placing,
    pressing,
    quoting,
    rearranging,
    rows,
    rules,
    trials,
    visits,
)
from kapok.chain.ordering.appointing import agree_visit
from kapok.chain.ordering.confirming import confirm, rate
from kapok.chain.ordering.drafting import LineDraft
from kapok.chain.ordering.models import Leg, Line, Order
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.refusals import (
    AddressTooWide,
    AlreadyPaid,
    AlreadyRated,
    BadLine,
    BadMoment,
    BeingDone,
    CancelRunning,
    ConsentMissing,
    HasDebt,
    InOtherHands,
    LaterWithoutWord,
    LiftedByOthers,
    LiftedWhenPaid,
    NoFlowForLine,
    NoLines,
    NoPlantThere,
    NotAllowedNow,
    NotAsked,
    NotATrial,
    NotDeferred,
    NothingAmended,
    NothingLogsIn,
    NothingToConfirm,
    NotInThisState,
    NotSettleable,
    NotSpecified,
    NotSupervised,
    NotTheirService,
    NotThisAction,
    NotWaiting,
    NoVisitToAgree,
    NowhereBack,
    PastNoReturn,
    ReturnRunning,
    ServiceNeeded,
    SuspendedByOthers,
    TooLateToRearrange,
    TooLateToWish,
    TooSlow,
    TriedBefore,
    UnknownLeg,
    UnknownOrder,
    UnknownStep,
)
from kapok.chain.ordering.rules import CUSTOMER, Deviation, State
from kapok.chain.ordering.settling import retry_step, settle_step
from kapok.ground.customers import api as customers
from kapok.ground.customers.rows import first_account, living_customer, open_account
from kapok.ground.customers.rules import Purpose
from kapok.ground.journal import api as journal
from kapok.ground.work.rows import person
from kapok.ground.work.rules import tidy_note
from kapok.kernel.text import Text
from kapok.network.inventory import queries as inventory

__all__ = [
    "AddressTooWide", "AlreadyPaid", "AlreadyRated", "BadLine", "BadMoment", "BeingDone", "CancelRunning", "ConsentMissing",
    "HasDebt", "InOtherHands", "LaterWithoutWord", "LiftedByOthers", "LiftedWhenPaid", "LineDraft", "NoFlowForLine", "NoLines",
    "NoPlantThere", "NoVisitToAgree", "NotATrial", "NotAllowedNow", "NotAsked", "NotDeferred", "NotInThisState", "NotSettleable",
    "NotSpecified", "NotSupervised", "NotTheirService", "NotThisAction", "NotWaiting", "NothingAmended", "NothingLogsIn",
    "NothingToConfirm", "NowhereBack", "PastNoReturn", "ReturnRunning", "ServiceNeeded", "SuspendedByOthers",
    "TooLateToRearrange", "TooLateToWish", "TooSlow", "TriedBefore", "UnknownLeg", "UnknownOrder", "UnknownStep", "agree_visit",
    "amend", "cancel", "confirm", "defer", "end_wait", "expedite", "extend_trial", "lift_supervision", "pay", "place_order", "rate",
    "retry_step", "return_leg", "see_access", "settle_step", "undefer", "wait_for_plant",
]  # fmt: skip

PAID = Text(zh="已缴费", en="paid")
PROMISED, WINDOW, UNTIL = (
    Text(zh="承诺日期", en="The promised date"),
    Text(zh="上门时段", en="The window of the visit"),
    Text(zh="缓装至", en="The day until which it is put off"),
)


@transaction.atomic
def place_order(
    *,
    customer: str,
    account: str = "",
    channel: str,
    lines: Sequence[LineDraft],
    pay: bool,
    window: placing.Window | None = None,
    windows: Mapping[str, placing.Window] = MappingProxyType({}),
    promised_date: date | None = None,
    first_contact: str = "",
    note: str = "",
    actor: str,
    at: datetime,
) -> str:
    """Take an order, and say its number: legs planned, matters opened, resources reserved, visits booked (`windows` by address).

    What is paid (`pay`, or nothing is to be paid once) begins at once and its promises count; else `pay` begins it. What lacks
    plant is taken all the same and waits (10W). `first_contact` is the staff number of whoever was asked first, the actor if
    left out. Raises what `drafting.asked` and `placing.must_be_agreed` do, `TooSlow`, `NoFlowForLine`, `UnknownCustomer`,
    `UnknownAccount`, `ErasedCustomer`, `BadMoment`, `NoteMissing`, `NotAPerson`, what `visits.book` does.
    """
    act, who = Act(actor, at), person(f"staff/{first_contact}" if first_contact else actor)
    _refuse_past(PROMISED, promised_date and promised_date < timezone.localdate(at))
    _refuse_past(WINDOW, any(each[0] < at for each in (*windows.values(), *([window] if window else []))))
    whose = living_customer(customer)
    located = areas.of_lines(lines, whose, at)
    facts = areas.facts_of(whose, located, first := first_account(whose))
    asked = drafting.asked(lines, customer=whose, facts=facts, channel=channel)
    billed = open_account(whose, account) if account else first
    placing.must_be_agreed(asked, whose, billed, actor)
    wanted = placing.Placing(
        customer=whose, account=billed, channel=channel, first_contact=who, facts=facts, lines=asked,
        flows=(among := drafting.flows_in_force()), legs=drafting.planned(asked, facts, among), located=located,
        paid=pay or not quoting.total(asked)["one_off"], promised_date=promised_date, note=tidy_note(note, needed=False), act=act,
    )  # fmt: skip
    order = placing.place(wanted)
    if window or windows:
        visits.book(list(placing.wanted_visits(order, wanted, window, windows)), actor=actor, at=at)
    return order.number


@transaction.atomic
def pay(*, order: str, actor: str, at: datetime) -> None:
    """The customer has paid: the promises count from now on, the first stages are offered.

    Raises `UnknownOrder`, `AlreadyPaid`, and `NotAllowedNow` where nothing of it is open any more.
    """
    row, act = rows.order_called(order), Act(actor, at)
    legs = rows.legs_locked(row)
    if not Order.objects.filter(id=row.id, paid_at=None).update(paid_at=at):
        raise AlreadyPaid(order=order)
    if not rows.open_legs(legs):
        raise NotAllowedNow(state_name=rules.STATES[State(row.state)], wanted=PAID)
    _begin(row, legs, act)


def _begin(row: Order, legs: Sequence[Leg], act: Act) -> None:
    for leg in legs:
        course.paid(leg, act)
    journal.record(events.OrderPaid(subject=row.subject, actor=act.actor, at=act.at, order=row.number))
    moves.refresh(row, act)


@transaction.atomic
def amend(
    *,
    order: str,
    line: int,
    offer: str = "",
    characteristics: Mapping[str, Any] = MappingProxyType({}),
    promised_date: date | None = None,
    evidence: str = "",
    address: str = "",
    far_address: str = "",
    quantity: int | None = None,
    actor: str,
    at: datetime,
) -> None:
    """Change a line on its way (10Q): another offer, other characteristics, another promised date. The clocks go on.

    Until its plant is assigned also how many of it, and where (`far_address`: its far end): all of its leg is reserved anew there.
    A later promised date takes the evidence of the customer's wish, as a deferral does; an earlier one takes none.
    What is unpaid and costs nothing once any more begins, as when it is placed; what is paid and costs more, or less, leaves the
    difference to billing.
    Another number that is wished for is kept in place of the one before, another wish for a visit takes the other way.
    Raises `UnknownOrder`, `UnknownLeg`, `UnknownOffer`, `OfferNotOnSale`, `NotThisAction`, `NotSpecified`, `BadLine`, `BadMoment`,
    `CancelRunning`, `PastNoReturn`, `NotAllowedNow`, `NothingAmended`, `LaterWithoutWord`, `TooLateToWish`, `BeingDone`, `TooSlow`,
    `WishTaken`, `UnknownAddress`, `RetiredAddress`, `AddressTooWide`, `TooLateToRearrange`, `NoPlantThere`.
    """
    row, act = rows.order_called(order), Act(actor, at)
    leg = amending.leg_locked(row, line)
    _refuse_past(PROMISED, promised_date and promised_date < timezone.localdate(at))
    amending.must_be_sayable(line, leg.action, characteristics)
    cancelling.may(leg)
    fresh = Line.objects.select_related("offer", "service").get(leg=leg, number=line)
    version = amending.version_for(leg, fresh, offer) if offer else None
    amending.must_fit(leg, fresh, version, characteristics)
    site, far = rearranging.sites_for(leg, fresh, address, far_address)
    pieces = rearranging.pieces_for(leg, fresh, quantity)
    asked = deviating.Amendment(version, characteristics, promised_date, evidence, site, far, pieces)
    deviating.amend(leg, fresh, asked, act)
    moves.refresh(row, act)
    if amending.costs_nothing_now(row) and Order.objects.filter(id=row.id, paid_at=None).update(paid_at=at):
        _begin(row, rows.legs_locked(row), act)


@transaction.atomic
def cancel(
    *, order: str, leg: int | None = None, cause: str = CUSTOMER, reason: str, actor: str, at: datetime
) -> list[int]:
    """Give up a leg, or all that can be (10C), and say which: what was taken is given back in reverse, the clocks stop.

    A leg of which something irreversible is being done right now is looked at until that has ended. Raises `UnknownOrder`,
    `UnknownLeg`, `CancelRunning`, `PastNoReturn`, `NotAllowedNow`, `NoteMissing`.
    """
    row, act, why = rows.order_called(order), Act(actor, at), tidy_note(reason)
    if cause not in rules.CAUSES:
        raise BadLine(line=0, field="cause", value=cause[:20], remedy=moves.typed(", ".join(rules.CAUSES)))
    legs = rows.legs_locked(row)
    chosen = cancelling.chosen(legs, leg)
    if leg is not None and not chosen:
        raise UnknownLeg(order=order, leg=leg)
    given_up = cancelling.cancel(chosen or legs, cause=cause, reason=why, act=act)
    moves.refresh(row, act)
    trials.kept(given_up, why, act)
    return [each.number for each in given_up]


@transaction.atomic
def extend_trial(*, service: str, reason: str, actor: str, at: datetime) -> datetime:
    """Decide that a trial goes on for `ORDERING_TRIAL_EXTENDED_FOR`, before it ends or when its end is given up; until when.

    Raises `NotATrial`, `InOtherHands`, `NoteMissing`.
    """
    return trials.extend(service, tidy_note(reason), Act(actor, at))


@transaction.atomic
def return_leg(*, order: str, leg: int, to: str = "", reason: str, actor: str, at: datetime) -> None:
    """Send a leg back to an earlier stage that its flow names (10R): it cannot be done as it was ordered.

    Its siblings are withdrawn, what the system did after that stage is taken back; the customer's clock runs on. One return at a
    time. Raises `UnknownOrder`, `UnknownLeg`, `ReturnRunning`, `CancelRunning`, `NotAllowedNow`, `NowhereBack`, `NoteMissing`.
    """
    row, act, why = rows.order_called(order), Act(actor, at), tidy_note(reason)
    (found,) = rows.legs_locked(row, leg)
    deviating.send_back(found, to=to, reason=why, act=act)
    moves.refresh(row, act)


@transaction.atomic
def defer(
    *,
    order: str,
    leg: int,
    until: datetime,
    reason: str,
    evidence: str,
    requested_by: str = CUSTOMER,
    actor: str,
    at: datetime,
) -> UUID | None:
    """Put a leg off at the customer's wish (10P), with the evidence of it, until `undefer`.

    Its clocks stand still where the actor has authority over them; else it is asked of who has, and they run on until it is
    approved: then they have stood still from now on. Returns the request that waits, if one does.
    Raises `UnknownOrder`, `UnknownLeg`, `BadMoment`, `NotAllowedNow`, `NoteMissing`, and what `commitments.api.ask_pause` refuses.
    """
    row, act = rows.order_called(order), Act(actor, at)
    said = {"reason": tidy_note(reason), "evidence": tidy_note(evidence), "requested_by": requested_by}
    _refuse_past(UNTIL, until < at)
    (found,) = rows.legs_locked(row, leg)
    waiting = deviating.defer(found, until=until, said=said, act=act)
    moves.refresh(row, act)
    return waiting


@transaction.atomic
def undefer(*, order: str, leg: int, reason: str, actor: str, at: datetime) -> None:
    """The customer is ready again: the leg goes on, its clocks run.

    Raises `UnknownOrder`, `UnknownLeg`, `NotDeferred`, `NoteMissing`.
    """
    row, act, why = rows.order_called(order), Act(actor, at), tidy_note(reason)
    (found,) = rows.legs_locked(row, leg)
    deviating.undefer(found, reason=why, act=act)
    moves.refresh(row, act)


@transaction.atomic
def wait_for_plant(
    *, order: str, leg: int, reason: str, code: str = "", far: bool = False, expected_at: datetime | None = None, actor: str,
    at: datetime,
) -> None:  # fmt: skip
    """Say that our plant is lacking for a leg (10W), or at its `far` end: it waits, the customer's clock runs on.

    With the code of a shortage it counts as demand, and goes on when there is plant; without, until somebody says so.
    Raises `UnknownOrder`, `UnknownLeg`, `NotAllowedNow`, `NoteMissing`, `NotLacking`.
    """
    row, act, why = rows.order_called(order), Act(actor, at), tidy_note(reason)
    (found,) = rows.legs_locked(row, leg)
    lacking.wait(found, code, why, expected_at, act, far=far)
    moves.refresh(row, act)


@transaction.atomic
def end_wait(*, order: str, leg: int, actor: str, at: datetime) -> bool:
    """Say that there is plant for a leg that waits for it (10W): it is taken and the leg goes on; False where it is lacking still.

    Raises `UnknownOrder`, `UnknownLeg`, `NotWaiting`.
    """
    row, act = rows.order_called(order), Act(actor, at)
    (found,) = rows.legs_locked(row, leg)
    if found.state != State.HELD or found.exception != Deviation.WAIT:
        raise NotWaiting
    goes_on = deviating.plant_came(found, act)
    moves.refresh(row, act)
    return goes_on


@transaction.atomic
def expedite(
    *, order: str, leg: int | None = None, note: str, supervise: bool = False, actor: str, at: datetime
) -> None:
    """Press for an order or a leg, or put it under supervision until that is lifted or it is over: the leg shows it.

    Whoever has the work is told, of supervision their head too.
    Raises `UnknownOrder`, `UnknownLeg`, `NotWaiting`, `NotAPerson`, `NoteMissing`.
    """
    row, act, why = rows.order_called(order), Act(actor, at), tidy_note(note)
    for each in rows.open_legs(rows.legs_locked(row, leg)):
        pressing.press(each, why, act, supervise=supervise)


@transaction.atomic
def lift_supervision(*, order: str, leg: int | None = None, note: str, actor: str, at: datetime) -> None:
    """Say that an order or a leg needs no supervision any more, and why.

    Raises `UnknownOrder`, `UnknownLeg`, `NotSupervised`, `NoteMissing`.
    """
    row, act, why = rows.order_called(order), Act(actor, at), tidy_note(note)
    pressing.lift(order, rows.open_legs(rows.legs_locked(row, leg)), why, act)


@transaction.atomic
def see_access(
    *, service: str, purpose: str = "", note: str = "", matter: str = "", actor: str, at: datetime
) -> workforce.Access:
    """Login and secret of a service, for its customer, or for a purpose that is kept as a look at the customer's data.

    Raises `UnknownService`, `NothingLogsIn`, `PurposeNeeded`, `ErasedCustomer`.
    """
    view = inventory.service(service)
    found, own = accessing.of_service(view), actor == f"customer/{view.customer}"
    if not own:
        customers.look(customer=view.customer, purpose=purpose, note=note, matter=matter, actor=actor, at=at)
    accessing.seen(service, None if own else Purpose(purpose), actor=actor, at=at)
    return found


def _refuse_past(field: Text, passed: object) -> None:
    if passed:
        raise BadMoment(field=field)
