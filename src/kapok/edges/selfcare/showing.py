"""What customers see: an order as its flow names its steps, when we come, what we promised; their services and addresses.

Nothing of who works on it leaves this module: no names, no units, no internal stages' clocks. The steps are those of the flow that
the order follows, by the titles that stand there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.timezone import localdate

from kapok.back.workforce import queries as field
from kapok.back.workforce.queries import AppointmentView
from kapok.back.workforce.refusals import UnderWay
from kapok.back.workforce.rules import Errand
from kapok.chain.ordering import queries as orders
from kapok.chain.ordering.queries import LegView, OrderView, Visit
from kapok.chain.ordering.refusals import UnknownOrder
from kapok.chain.ordering.rules import Deviation, State
from kapok.edges.selfcare.doors import MyRequest
from kapok.ground.customers.queries import CustomerView
from kapok.ground.places import queries as places
from kapok.kernel.errors import KapokError
from kapok.kernel.money import Money
from kapok.kernel.promises.values import value_title
from kapok.kernel.text import Text
from kapok.network.inventory import queries as inventory
from kapok.network.inventory.rules import ServiceState
from kapok.network.inventory.views import ServiceView

SAID = {
    "done": Text(zh="已完成", en="done"), "running": Text(zh="进行中", en="being done"),
    "next": Text(zh="下一步", en="next"), "later": Text(zh="之后", en="later"),
}  # fmt: skip
WHY = {
    Deviation.WAIT: Text(
        zh="您的地址暂无可用线路，我们正在安排建设，对您的承诺照常计时。",
        en="There is no line to your address yet. We are having it built; what we promised you still counts.",
    ),
    Deviation.DEFER: Text(zh="已按您的要求延后办理。", en="Put off as you asked."),
    Deviation.RETURN: Text(zh="有一步需要重做，我们正在处理。", en="One step has to be done again; we are on it."),
    Deviation.CANCEL: Text(zh="订单正在撤销。", en="The order is being cancelled."),
}
DONE_BY_HAND = Text(
    zh="有一步系统未能自动完成，已转由我们的工作人员办理；您无需做什么，对您的承诺照常计时。",
    en="One step could not be done by our systems; our staff is doing it. You need not do anything, and what we promised you still"
    " counts.",
)
UNDONE_BY_HAND = Text(
    zh="您的撤单已受理，系统未能自动完成收尾，我们的工作人员正在处理；您无需做什么。",
    en="Your cancellation stands. Our systems could not finish it, so our staff is doing that; you need not do anything.",
)
LAPSED = Text(
    zh="没有按时缴费，订单已自动撤销，您无需付款；如仍需要，请重新下单。",
    en="It was not paid in time and has been cancelled; you owe nothing. If you still want it, please order anew.",
)
AMENDED = Text(
    zh="订单内容已变更，现为第 {version} 版。", en="What you ordered was changed; this is version {version}."
)
AGREED_ANEW = Text(
    zh="原约定的上门时段已取消，我们会与您重新约定。",
    en="The time that was agreed no longer holds; we agree a new one with you.",
)
CHOOSE_ANEW = Text(
    zh="原约定的上门时段已取消，请另选时段，或等我们与您约定。",
    en="The time that was agreed no longer holds. Choose another one, or we agree one with you.",
)
PASSED = Text(
    zh="约定的上门时段已过，请另选时段，或等我们与您约定。",
    en="The time that was agreed has passed. Choose another one, or we agree one with you.",
)
CHOOSE = Text(
    zh="上门时段尚未约定，请选择时段，或等我们与您约定。",
    en="When we come is not agreed yet. Choose a time, or we agree one with you.",
)
AGREED_LATER = Text(zh="继续办理时，我们会与您约定上门时段。", en="When it goes on we agree with you when we come.")
NO_VISIT = Visit()
COMING = Text(zh="开通中", en="being set up")
FOUND, MOST_TYPED = 10, 60


@dataclass(frozen=True)
class Stage:
    """One step of the way."""

    title: Text
    told: Text
    status: str
    ended_at: datetime | None

    @property
    def status_name(self) -> Text:
        """Where it stands."""
        return SAID[self.status]


@dataclass(frozen=True)
class Promise:
    """What we promised, and how it stands."""

    title: Text
    due_at: datetime
    running: bool
    kept: bool
    paused: bool
    """It stands still: it falls due later than `due_at`, and nobody knows when."""


@dataclass(frozen=True)
class Coming:
    """A visit."""

    end: str
    place: Text | None
    """To which end, where we come to both."""
    visit: AppointmentView | None
    to_agree: Text | None
    """That a window has to be agreed, anew or when it goes on."""
    may_choose: bool
    """They may choose another window, or one where none is agreed."""


@dataclass(frozen=True)
class Part:
    """One leg of the order."""

    number: int
    action: Text
    titles: tuple[Text, ...]
    address: Text
    state: Text
    why: Text | None
    until: datetime | None
    goes_on: bool
    """It goes on by itself at `until`; else that is when we expect to go on."""
    amended: Text | None
    stages: tuple[Stage, ...]
    promises: tuple[Promise, ...]
    visits: tuple[Coming, ...]
    """When we come; of two ends to each."""
    may_confirm: bool
    may_rate: bool
    rating: int | None
    confirmed_at: datetime | None


@dataclass(frozen=True)
class Mine:
    """The order."""

    number: str
    state: Text
    placed_at: datetime
    paid_at: datetime | None
    lapses_at: datetime | None
    """When it is cancelled if they do not pay."""
    one_off: Money
    monthly: Money
    due: Money
    """What a change after the payment costs once more, or less."""
    parts: tuple[Part, ...]


def mine(number: str, customer: str, at: datetime) -> Mine | None:
    """The order as its customer sees it at a moment; None where it is not theirs."""
    order = _order(number, customer)
    if order is None:
        return None
    visits = orders.visits_of(order.legs, at)
    return Mine(
        number=order.number, state=order.told_name, placed_at=order.placed_at, paid_at=order.paid_at,
        lapses_at=order.lapses_at, one_off=order.one_off, monthly=order.monthly, due=order.due,
        parts=tuple(_part(leg, visits.get(leg.subject, [])) for leg in order.legs),
    )  # fmt: skip


def part(number: str, leg: int, customer: str) -> LegView | None:
    """One leg of the order; None where it is not theirs, or has no such leg."""
    order = _order(number, customer)
    return next((each for each in order.legs if each.number == leg), None) if order else None


def _order(number: str, customer: str) -> OrderView | None:
    try:
        found = orders.order(number)
    except UnknownOrder:
        return None
    return found if found.customer == customer else None


def visit_of(leg: LegView, end: str, at: datetime) -> Visit:
    """How it stands with the visit of a leg, to one end where we come to both, at a moment."""
    visits = orders.visits_of([leg], at).get(leg.subject, [])
    return next((each for each in visits if each.end == end), NO_VISIT)


def windows(visit: Visit, errand: Errand, after: datetime) -> tuple[list[field.Window], Text | None]:
    """The windows that could be agreed instead, or why there are none."""
    if visit.agreed.under_way:
        return [], UnderWay().text
    try:
        found = field.windows(address=errand.address, skill=errand.skill, minutes=errand.minutes, after=after)
    except KapokError as refused:
        return [], refused.text
    now = visit.booked.starts_at if visit.booked else None
    return [each for each in found if each.starts_at != now], None


def by_day(found: Sequence[field.Window]) -> list[list[field.Window]]:
    """The windows of each day on which there are any."""
    return [list(each) for _day, each in groupby(found, key=lambda window: localdate(window.starts_at))]


def _coming(visit: Visit) -> Coming:
    return Coming(visit.end, visit.end_name, visit.booked, _to_agree(visit), visit.may_choose)


def _part(leg: LegView, visits: Sequence[Visit]) -> Part:
    return Part(
        number=leg.number, action=leg.action_name, titles=tuple(dict.fromkeys(line.title for line in leg.lines)),
        address=leg.where, state=leg.told_name, why=_why(leg),
        until=leg.until if leg.exception else None, goes_on=leg.exception == Deviation.DEFER,
        amended=AMENDED.format(version=leg.version) if leg.version > 1 else None,
        stages=tuple(_stages(leg)), promises=tuple(_promises(leg)), visits=tuple(map(_coming, visits)),
        may_confirm=may_confirm(leg), may_rate=may_rate(leg), rating=leg.rating, confirmed_at=leg.confirmed_at,
    )  # fmt: skip


def _why(leg: LegView) -> Text | None:
    if leg.lapsed:
        return LAPSED
    if leg.by_hand:
        return UNDONE_BY_HAND if leg.exception == Deviation.CANCEL else DONE_BY_HAND
    return WHY[Deviation(leg.exception)] if leg.exception else None


def _to_agree(visit: Visit) -> Text | None:
    if visit.booked is not None or not (visit.errand or visit.later):
        return None
    if visit.passed is not None and visit.may_choose:
        return PASSED
    if visit.agreed.given_up or visit.passed is not None:
        return CHOOSE_ANEW if visit.may_choose else AGREED_ANEW
    return AGREED_LATER if visit.later else CHOOSE


def may_confirm(leg: LegView) -> bool:
    """Whether it is done, something works by it, and the customer has not said yet that it does."""
    return leg.state is State.COMPLETED and leg.asks


def may_rate(leg: LegView) -> bool:
    """Whether somebody has noted that they confirmed it, and they have not said yet how it was."""
    return leg.asked and leg.confirmed_at is not None and leg.rating is None


def _stages(leg: LegView) -> Sequence[Stage]:
    return [
        Stage(each.title, each.told, each.status, each.ended_at if each.status == "done" else None)
        for each in leg.stages
    ]


def _promises(leg: LegView) -> Sequence[Promise]:
    return [
        Promise(row.title, row.due_at, row.running, row.state.value == "kept", row.paused_since is not None)
        for row in leg.promises
        if row.tier.value != "stage" and row.due_at is not None
    ]


# ---- services and addresses ----


@dataclass(frozen=True)
class Owned:
    """A service that the customer has, with what its kind is called."""

    view: ServiceView

    @property
    def title(self) -> Text:
        """What it is."""
        return value_title("service", self.view.kind)

    @property
    def state(self) -> Text:
        """Where it stands, as customers say it: what we do before it works is one thing to them."""
        return COMING if self.view.state in {ServiceState.DESIGNED, ServiceState.RESERVED} else self.view.state_name


def owned(customer: str) -> list[Owned]:
    """The services of the customer as lists show them."""
    return [Owned(each) for each in services(customer)]


def services(customer: str) -> list[ServiceView]:
    """What the customer has; what is disconnected is left out."""
    return [each for each in inventory.services_of(customer) if each.state != ServiceState.TERMINATED]


def service(number: str, customer: str) -> ServiceView | None:
    """One of them with what it runs on; None where it is not theirs."""
    return inventory.service(number) if any(each.number == number for each in services(customer)) else None


def own_addresses(one: CustomerView) -> list[tuple[str, Text]]:
    """Where the customer lives or has something."""
    known = {one.address: one.address_full} if one.address and one.address_full else {}
    return list((known | {each.address: each.address_full for each in services(one.number) if each.address}).items())


def searched(request: MyRequest) -> dict[str, object]:
    """The addresses that answer to `?q=`; of roads and what is above them it has to be said which number."""
    typed = request.GET.get("q", "").strip()[:MOST_TYPED]
    found = places.search(typed, limit=FOUND) if len(typed) > 1 else []
    return {"typed": typed, "found": found}
