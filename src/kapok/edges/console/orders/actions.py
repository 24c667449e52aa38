"""Everything one can do with an order, a leg or a step: one table each, from which buttons, forms and addresses follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from kapok.chain.ordering import api
from kapok.chain.ordering.performing import ASKS
from kapok.chain.ordering.queries import LegView, OrderView, StepView
from kapok.chain.ordering.rules import Deviation, State
from kapok.edges.console.orders.forms import (
    SUPERVISING,
    AmendForm,
    CancelForm,
    ConfirmForm,
    DeferForm,
    ExpediteForm,
    NoteForm,
    OrderForm,
    ReasonForm,
    ReturnForm,
    SettleForm,
    VisitForm,
    WaitForm,
)
from kapok.ground.people.roles import Permission
from kapok.kernel.text import Text

PLACE, MANAGE = Permission.ORDERS_PLACE.value, Permission.ORDERS_MANAGE.value


@dataclass(frozen=True)
class Action:
    """One thing to do: its name, the verb behind it, what it asks for, who may, what is said when it is done.

    `waits` is said instead where the verb returns the request for an approval that it waits for.
    """

    name: Text
    verb: Callable[..., object]
    form: type[OrderForm]
    done: Text
    icon: str
    permissions: frozenset[str]
    waits: Text | None = None

    @property
    def asks(self) -> bool:
        """Whether it asks for anything."""
        return self.form is not OrderForm


BOTH = frozenset({PLACE, MANAGE})
MANAGING = frozenset({MANAGE})
RUN = Permission.ACTIVATION_RUN.value
"""Whoever repeats activations and tests lets a step ask the network again, on the page of its order as on that of its service."""
supervise = partial(api.expedite, supervise=True)

ON_ORDERS: Mapping[str, Action] = {
    "pay": Action(
        Text(zh="已缴费", en="Paid"), api.pay, OrderForm, Text(zh="已登记缴费，承诺开始计时。", en="Paid; the promises count now."),
        "coin", BOTH,
    ),
    "expedite": Action(
        Text(zh="催单", en="Urge"), api.expedite, ExpediteForm,
        Text(zh="已催单。", en="Whoever has the work has been told."), "flag", BOTH,
    ),
    "supervise": Action(
        Text(zh="列入督办", en="Put under supervision"), supervise, NoteForm,
        Text(
            zh="已列入督办，已通知办理人及其负责人。",
            en="Under supervision; whoever has the work and their head have been told.",
        ),
        "flag", SUPERVISING,
    ),
    "lift": Action(
        Text(zh="解除督办", en="Lift the supervision"), api.lift_supervision, NoteForm,
        Text(zh="已解除督办。", en="No longer under supervision."), "check", SUPERVISING,
    ),
    "cancel": Action(
        Text(zh="撤销订单", en="Cancel the order"), api.cancel, CancelForm,
        Text(zh="已撤单，资源正在退回。", en="Cancelled; what was taken is being given back."), "x", BOTH,
    ),
}  # fmt: skip

ON_LEGS: Mapping[str, Action] = {
    "confirm": Action(
        Text(zh="客户确认", en="Confirmed"), api.confirm, ConfirmForm, Text(zh="已登记客户确认。", en="Confirmed by the customer."),
        "check", BOTH,
    ),
    "visit": Action(
        Text(zh="预约或改约上门", en="Agree the visit"), api.agree_visit, VisitForm,
        Text(zh="已约定上门时段。", en="The window of the visit is agreed."), "clock", BOTH,
    ),
    "amend": Action(
        Text(zh="改单", en="Amend"), api.amend, AmendForm, Text(zh="已改单。", en="Amended."), "pencil", BOTH
    ),
    "return": Action(
        Text(zh="退单", en="Return"), api.return_leg, ReturnForm,
        Text(zh="已退单，对客户的时钟照走。", en="Returned; the customer's clock runs on."), "history", MANAGING,
    ),
    "wait": Action(
        Text(zh="待装", en="Wait for plant"), api.wait_for_plant, WaitForm,
        Text(zh="已转待装，对客户的时钟照走。", en="It waits for plant; the customer's clock runs on."), "database", MANAGING,
    ),
    "plant": Action(
        Text(zh="资源已到位", en="There is plant"), api.end_wait, OrderForm,
        Text(zh="已重新占用资源；仍不足则继续待装。", en="Taken; what is lacking still is waited for."), "check", MANAGING,
    ),
    "defer": Action(
        Text(zh="缓装", en="Defer"), api.defer, DeferForm,
        Text(zh="已缓装，时钟暂停。", en="Put off; the clocks stand still."), "clock-pause", BOTH,
        Text(
            zh="已缓装；暂停时钟待批准，批准前照走，批准后自此刻起暂停。",
            en="Put off; the pause waits for approval. Until then the clocks run on; approved, they stand still as of now.",
        ),
    ),
    "undefer": Action(
        Text(zh="结束缓装", en="Go on"), api.undefer, ReasonForm, Text(zh="继续办理，时钟恢复。", en="It goes on, the clocks run."),
        "clock", BOTH,
    ),
    "cancel": Action(
        Text(zh="撤销此条", en="Cancel this leg"), api.cancel, CancelForm,
        Text(zh="已撤单，资源正在退回。", en="Cancelled; what was taken is being given back."), "x", BOTH,
    ),
}  # fmt: skip

ON_STEPS: Mapping[str, Action] = {
    "retry": Action(
        Text(zh="重试", en="Try again"), api.retry_step, OrderForm, Text(zh="马上重试。", en="It is tried again at once."),
        "refresh", frozenset({MANAGE, RUN}),
    ),
    "settle": Action(
        Text(zh="人工完成", en="Done by hand"), api.settle_step, SettleForm,
        Text(zh="已登记人工完成，流程继续。", en="Settled by hand; the flow goes on."), "check", MANAGING,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Offered:
    """One action that is offered, with its code in the address."""

    code: str
    action: Action


def for_order(order: OrderView, allowed: frozenset[str]) -> list[Offered]:
    """What may be done with an order as it stands."""
    fitting = {
        "pay": order.paid_at is None and order.closed_at is None,
        "expedite": order.closed_at is None,
        "supervise": any(leg.open and not _supervised(leg) for leg in order.legs),
        "lift": any(map(_supervised, order.legs)),
        "cancel": any(leg.open and leg.cancel_refused is None for leg in order.legs) and len(order.legs) > 1,
    }
    return _offered(ON_ORDERS, fitting, allowed)


def _supervised(leg: LegView) -> bool:
    return leg.pressed is not None and leg.pressed.supervised


def on_legs(*, alone: bool) -> Mapping[str, Action]:
    """What may be done with the legs of an order; who cancels the only one cancels the order, and is told so."""
    return {**ON_LEGS, "cancel": ON_ORDERS["cancel"]} if alone else ON_LEGS


def for_leg(leg: LegView, allowed: frozenset[str], *, alone: bool, may_choose: bool) -> list[Offered]:
    """What may be done with a leg as it stands, the only one of its order (`alone`) or one of several."""
    free = leg.open and not leg.compensation
    deferred = leg.exception == Deviation.DEFER
    held = leg.state is State.HELD
    fitting = {
        "confirm": leg.asks,
        "visit": may_choose,
        "amend": leg.open and leg.cancel_refused is None,
        "return": free and bool(leg.ways_back),
        "wait": free and not held,
        "plant": held and leg.exception == Deviation.WAIT,
        "defer": free and not held,
        "undefer": deferred and held,
        "cancel": leg.open and leg.cancel_refused is None,
    }
    return _offered(on_legs(alone=alone), fitting, allowed)


def for_step(step: StepView, allowed: frozenset[str]) -> list[Offered]:
    """What may be done with a step that the system could not do; whoever may only ask the network, with one that asks it."""
    return _offered(ON_STEPS, dict.fromkeys(ON_STEPS, step.stuck), on_step(step, allowed))


def on_step(step: StepView, allowed: frozenset[str]) -> frozenset[str]:
    """What of it counts for one step."""
    return allowed if step.name in ASKS else allowed - {RUN}


def _offered(table: Mapping[str, Action], fitting: Mapping[str, bool], allowed: frozenset[str]) -> list[Offered]:
    return [Offered(code, action) for code, action in table.items() if fitting[code] and action.permissions & allowed]
