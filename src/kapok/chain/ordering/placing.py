"""Placing an order: its rows, its matters and its reservations in one transaction, with as few statements as that takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from kapok.chain.ordering import course, debts, ends, events, lifting, moves, rules, speed, trying, visits
from kapok.chain.ordering.areas import Located
from kapok.chain.ordering.drafting import Asked, Planned
from kapok.chain.ordering.models import Leg, Line, Order
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.quoting import total
from kapok.chain.ordering.refusals import BadLine, ConsentMissing
from kapok.chain.ordering.rules import ACTIONS, Action, Deviation, State
from kapok.ground.catalog.offering.document import End
from kapok.ground.catalog.queries import Choices
from kapok.ground.catalog.rules import ONE_END
from kapok.ground.customers.models import BillingAccount, Customer
from kapok.ground.customers.refusals import UnknownAccount
from kapok.ground.customers.rows import living_customer
from kapok.ground.journal.nesting import Whole, as_part
from kapok.ground.people.models import Staff
from kapok.ground.work import api as work
from kapok.ground.work.rows import next_number
from kapok.ground.work.rules import Far
from kapok.kernel.ids import uuid7
from kapok.kernel.money import exponent
from kapok.kernel.text import Text, joined
from kapok.network.inventory import api as inventory
from kapok.network.inventory.rules import Need
from kapok.network.inventory.views import ShortageView

REQUESTED = "order.requested"
Window = tuple[datetime, datetime]
"""When somebody may come, from and to."""
CONSENTS = ("to_customer", "consent_from", "consent_to")
"""What a transfer says of itself: the new customer, and the evidence of both consents."""


@dataclass(frozen=True)
class Placing:
    """An order as it is being placed."""

    customer: Customer
    account: BillingAccount | None
    channel: str
    first_contact: Staff
    facts: Mapping[str, Any]
    lines: Sequence[Asked]
    legs: Sequence[Planned]
    flows: Choices
    """The flows among which the legs choose."""
    located: Located
    """Where the addresses are."""
    paid: bool
    promised_date: date | None
    note: str
    act: Act


def must_be_agreed(lines: Sequence[Asked], customer: Customer, account: BillingAccount | None, actor: str) -> None:
    """A transfer takes somebody else to have it, the consent of both sides, and what is owed paid; a resumption who may lift it.

    A suspension for a debt or a breach takes who may lift it, too. Raises `ConsentMissing`, `UnknownCustomer`, `ErasedCustomer`,
    `BadLine`, `UnknownAccount`, `HasDebt`, `SuspendedByOthers`, `LiftedWhenPaid`, `LiftedByOthers`.
    """
    lifting.must_be_reasons(lines)
    lifting.must_be_imposed_by(lines, actor)
    lifting.must_be_lifted_by(lines, account, actor)
    for line in lines:
        if line.action is Action.TRANSFER:
            if not all(str(line.draft.characteristics.get(name, "")).strip() for name in CONSENTS):
                raise ConsentMissing(line=line.number)
            _must_be_another(line, customer)
            paying = line.service.account if line.service else None
            for each in {paying, account} - {None}:
                debts.must_owe_nothing(each, line=line.number)


def _must_be_another(line: Asked, customer: Customer) -> None:
    said = line.draft.characteristics
    heir = living_customer(str(said["to_customer"]))
    if heir.id == customer.id:
        remedy = Text(zh="填写另一客户", en="name another customer")
        raise BadLine(line=line.number, field="to_customer", value=heir.number, remedy=remedy)
    account = str(said.get("to_account", ""))
    if account and not BillingAccount.objects.filter(number=account, customer=heir, closed_at=None).exists():
        raise UnknownAccount(number=account[:20])


def place(placing: Placing) -> Order:
    """Write the order with its legs and lines, open the matters, reserve what is needed."""
    trying.must_be_first(placing.lines, placing.customer, at=placing.act.at)
    speed.must_carry(placing.lines)
    order = _order(placing)
    legs = _legs(order, placing)
    order.state = rules.overall([State(leg.state) for leg in legs]).value
    whole = Whole(rows=[order, *legs])
    for leg, plan in zip(legs, placing.legs, strict=True):
        whole.rows.extend(_line(leg, line) for line in plan.lines)
        _open(leg, plan, placing, whole)
    whole.told.append(_placed(order, placing, [leg.subject for leg in legs]))
    shortages = [(leg, shortage) for leg in legs if (shortage := _lacks(leg, placing.act, whole))]
    whole.record()
    for leg, shortage in shortages:
        moves.hold(leg, Deviation.WAIT, reason=ends.lacking(leg, shortage), until=shortage.expected_at, act=placing.act)
    if shortages:
        moves.stand(order, [(leg.state, leg.exception) for leg in legs], placing.act)
    return order


def _order(placing: Placing) -> Order:
    act = placing.act
    return Order(
        id=uuid7(act.at), number=f"O{timezone.localdate(act.at).year}-{next_number():06}", customer=placing.customer,
        account=placing.account, channel=placing.channel, unit=placing.first_contact.unit,
        first_contact=placing.first_contact, quote=total(placing.lines), note=placing.note, placed_at=act.at,
        paid_at=act.at if placing.paid else None,
    )  # fmt: skip


def _legs(order: Order, placing: Placing) -> list[Leg]:
    legs: list[Leg] = []
    for number, plan in enumerate(placing.legs, 1):
        after = _before(plan, placing.legs, legs)
        state = State.PENDING if not placing.paid else State.ACKNOWLEDGED if after else State.IN_PROGRESS
        legs.append(
            Leg(
                id=uuid7(placing.act.at), order=order, number=number, subject=f"{order.subject}-{number}",
                action=plan.action.value, service_kind=plan.family, address=plan.address, after=after,
                far_address=plan.site.far, end=plan.site.end.value,
                needs=[need(plan, kind, role, count) for (kind, role), count in plan.needs.items()],
                state=state.value, promised_date=placing.promised_date,
                begun_at=placing.act.at if state is State.IN_PROGRESS else None,
            )
        )  # fmt: skip
    return legs


def need(plan: Planned, kind: str, role: str, count: int) -> dict[str, Any]:
    """What a leg takes of one kind, as it is kept."""
    beside = {"wish": plan.wish(kind, role), "address": plan.elsewhere(role), "mbps": speed.of_role(plan, kind, role)}
    return {"kind": kind, "role": role, "count": count} | {name: value for name, value in beside.items() if value}


def _before(plan: Planned, plans: Sequence[Planned], legs: Sequence[Leg]) -> Leg | None:
    """The leg whose completion an old line waits for."""
    wanted = {line.number for line in plan.lines} if plan.old else set()
    found = (leg for leg, other in zip(legs, plans, strict=False) if wanted & {line.number for line in other.lines})
    return next(found, None)


def _line(leg: Leg, line: Asked) -> Line:
    return Line(
        id=uuid7(leg.order.placed_at), leg=leg, number=line.number, offer=line.version, quantity=line.quantity,
        characteristics=dict(line.draft.characteristics),
        service=None if line.action is Action.INSTALL else line.service,
    )  # fmt: skip


def _open(leg: Leg, plan: Planned, placing: Placing, whole: Whole) -> None:
    """The matter in which the leg is passed from hand to hand; it begins when it is paid, and nothing comes before it.

    Somebody comes to both ends of what is installed between two.
    """
    begins, far = State(leg.state) is State.IN_PROGRESS, plan.site.far
    as_part(work.open_matter)(
        kind=REQUESTED, also=course.BEGINS if begins else (), title=plan.title,
        first_contact=leg.order.first_contact, facts=facts_of(leg, placing.facts, plan, placing.located),
        near=placing.located.near.get(plan.address.code if plan.address else ""), subject=leg.subject, begin=begins,
        far=Far(placing.located.near.get(far.code)) if far and plan.visit else None,
        flows=placing.flows, whole=whole, actor=placing.act.actor, at=placing.act.at,
    )  # fmt: skip


def facts_of(leg: Leg, known: Mapping[str, Any], plan: Planned, located: Located) -> dict[str, Any]:
    """What promises and flows ask about a leg."""
    area = located.kinds.get(plan.address.code if plan.address else "")
    quote, fee = leg.order.quote, {}
    if leg.number == 1 and quote.get("one_off"):
        fee = {"fee": str(Decimal(quote["one_off"]).scaleb(-exponent(quote["currency"])))}
    family = {"service": leg.service_kind} if leg.service_kind else {}
    promised = {"promised_date": leg.promised_date.isoformat()} if leg.promised_date else {}
    visit = {"visit_needed": "yes" if plan.visit else "no"}
    known = {**known, "area": area} if area else known
    return {**known, "action": leg.action, **family, **fee, **promised, **visit, **_end(plan), **_cause(plan)}


def _end(plan: Planned) -> dict[str, Any]:
    """Which end of what has two moves: the other one is let alone."""
    two = any(line.offer.far_roles for line in plan.lines)
    return {ONE_END: plan.site.end.value} if two and plan.action is Action.MOVE else {}


def _cause(plan: Planned) -> dict[str, Any]:
    """Who wants the end or the pause: who asks for it has no need to be warned of it; a leg that holds both is ours."""
    said = [line.draft.characteristics for line in plan.lines]
    match plan.action:
        case Action.SUSPEND:
            return {"cause": rules.OPERATOR if rules.OPERATOR in map(lifting.cause_of, said) else rules.CUSTOMER}
        case Action.CEASE:
            return {"cause": said[0].get("cause", rules.CUSTOMER)}
    return {}


def _lacks(leg: Leg, act: Act, whole: Whole) -> ShortageView | None:
    """Reserve what the leg takes; what is lacking, so that it waits for plant (10W)."""
    return reserve(leg, act, whole).shortage if leg.needs and leg.address else None


def reserve(leg: Leg, act: Act, whole: Whole | None = None) -> inventory.Reservation:
    """Keep for the leg what it takes, all or nothing."""
    needs = [Need(**need) for need in leg.needs]
    until = act.at + settings.ORDERING_RESERVED_FOR
    address = leg.address.code if leg.address else ""
    return as_part(inventory.reserve)(
        holder=leg.subject, address=address, needs=needs, until=until, whole=whole, actor=act.actor, at=act.at
    )


def _placed(order: Order, placing: Placing, subjects: list[str]) -> events.OrderPlaced:
    what = joined(dict.fromkeys(_named(plan) for plan in placing.legs), zh="；", en="; ")
    act = placing.act
    return events.OrderPlaced(
        subject=order.subject, actor=act.actor, at=act.at, order=order.number, customer=placing.customer.number,
        channel=placing.channel, what=what, count=len(subjects), legs=subjects,
    )  # fmt: skip


def _named(plan: Planned) -> Text:
    names = joined(dict.fromkeys(line.offer.title for line in plan.lines))
    action = ACTIONS[plan.action]
    return Text(zh=f"{action.zh}{names.zh}", en=f"{action.en}: {names.en}")


def wanted_visits(
    order: Order, placing: Placing, window: Window | None, windows: Mapping[str, Window]
) -> Iterator[visits.Wanted]:
    """The visits that the legs take, each in the window that was chosen for its address, else for all; those left open take none.

    What waits for plant takes one when it goes on.
    """
    waiting = set(Leg.objects.filter(order=order, state=State.HELD).values_list("number", flat=True))
    coming = {f"{order.subject}-{number}": plan for number, plan in enumerate(placing.legs, 1) if number not in waiting}
    two = visits.at_both_ends([holder for holder, plan in coming.items() if plan.visit and plan.site.far])
    for holder, plan in coming.items():
        for end, place in _visited(plan, both=holder in two).items():
            chosen = windows.get(place, window)
            if plan.visit and chosen:
                yield visits.Wanted(holder, place, *plan.visit, *chosen, end)


def _visited(plan: Planned, *, both: bool) -> dict[str, str]:
    """To which addresses somebody comes for a leg, by the end of what is visited at both."""
    near, far = plan.address, plan.site.far
    if near is None or plan.visit is None:
        return {}
    if far is None or not both:
        return {"": near.code}
    return {End.A.value: near.code, End.B.value: far.code}
