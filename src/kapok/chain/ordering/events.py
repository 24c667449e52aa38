"""What the verbs of ordering record beside the vocabulary of promises (`order.paid`, `order.completed` …)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    """A customer asked for something; `legs` are the subjects under which it is done."""

    kind: ClassVar[str] = "ordering.placed"
    wording: ClassVar[Text] = Text(
        zh="受理订单 {order}：{what}（{count} 条工程线）", en="Order {order} taken: {what} ({count} {count:leg|legs})"
    )
    order: str
    customer: str
    channel: str
    what: Text
    count: int
    legs: list[str]


@dataclass(frozen=True, kw_only=True)
class OrderPaid(Event):
    """The customer has paid: what was promised counts from now on."""

    kind: ClassVar[str] = "ordering.paid"
    wording: ClassVar[Text] = Text(
        zh="订单 {order} 已缴费，承诺开始计时", en="Order {order} paid, the promises count now"
    )
    order: str


@dataclass(frozen=True, kw_only=True)
class Deviated(Event):
    """A leg left its course; `clocks` says what becomes of the clocks."""

    kind: ClassVar[str] = "ordering.deviated"
    wording: ClassVar[Text] = Text(zh="{code} {title}：{reason}（{clocks}）", en="{code} {title}: {reason} ({clocks})")
    typed: ClassVar[frozenset[str]] = frozenset({"reason"})
    code: str
    title: Text
    reason: Text
    clocks: Text
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class BackOnCourse(Event):
    """A leg goes on after an exception."""

    kind: ClassVar[str] = "ordering.back_on_course"
    wording: ClassVar[Text] = Text(zh="{code} {title}结束，继续办理", en="{code} {title} is over, it goes on")
    code: str
    title: Text


@dataclass(frozen=True, kw_only=True)
class DeferralOver(Event):
    """A leg that was put off went on by itself; whoever answers to the customer for it is told."""

    kind: ClassVar[str] = "ordering.deferral_over"
    wording: ClassVar[Text] = Text(zh="{title}", en="{title}")
    title: Text
    owner: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class PaymentDue(Event):
    """An order is not paid, and lapses when `due` if it stays so; whoever answers to the customer for it is told."""

    kind: ClassVar[str] = "ordering.payment_due"
    wording: ClassVar[Text] = Text(zh="{title}（{due}）", en="{title} ({due})")
    title: Text
    due: datetime
    owner: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class Lapsed(Event):
    """An order that nobody paid was given up."""

    kind: ClassVar[str] = "ordering.lapsed"
    wording: ClassVar[Text] = Text(
        zh="订单 {order} 逾期未缴费，自动撤单", en="Order {order} was not paid in time and lapsed"
    )
    order: str


@dataclass(frozen=True, kw_only=True)
class Amended(Event):
    """What was asked for changed on the way; before and after name what differs, `evidence` is the word for a later date."""

    kind: ClassVar[str] = "ordering.amended"
    wording: ClassVar[Text] = Text(
        zh="10Q 改单为第 {version} 版：{what} {evidence}", en="10Q amended, version {version}: {what} {evidence}"
    )
    typed: ClassVar[frozenset[str]] = frozenset({"evidence"})
    version: int
    what: str
    before: dict[str, Any]
    after: dict[str, Any]
    evidence: str


@dataclass(frozen=True, kw_only=True)
class CancelKeptFrom(Event):
    """A cancellation was looked at and came too late."""

    kind: ClassVar[str] = "ordering.cancel_too_late"
    wording: ClassVar[Text] = Text(
        zh="撤单核查：已过不可撤单点，继续办理", en="The cancellation came too late, it goes on"
    )


@dataclass(frozen=True, kw_only=True)
class TrialExtended(Event):
    """Somebody decided that a trial goes on."""

    kind: ClassVar[str] = "ordering.trial_extended"
    wording: ClassVar[Text] = Text(zh="试用延长至 {until}：{reason}", en="The trial goes on until {until}: {reason}")
    typed: ClassVar[frozenset[str]] = frozenset({"reason"})
    until: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class LegOver(Event):
    """Nothing is left to do on a leg."""

    kind: ClassVar[str] = "ordering.leg_over"
    wording: ClassVar[Text] = Text(zh="{state_name}", en="{state_name}")
    state: str
    state_name: Text


@dataclass(frozen=True, kw_only=True)
class Expedited(Event):
    """Somebody urged a leg, or put it under supervision: entries of old; `work.urged` and `work.supervised` say it now."""

    kind: ClassVar[str] = "ordering.expedited"
    wording: ClassVar[Text] = Text(zh="{how}：{note}", en="{how}: {note}")
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    how: Text
    note: str


@dataclass(frozen=True, kw_only=True)
class SupervisionLifted(Event):
    """A leg is no longer under supervision."""

    kind: ClassVar[str] = "ordering.supervision_lifted"
    wording: ClassVar[Text] = Text(zh="解除督办：{note}", en="No longer under supervision: {note}")
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    note: str


@dataclass(frozen=True, kw_only=True)
class StepFellOut(Event):
    """The system cannot do a step: it is left to people, with the reason."""

    kind: ClassVar[str] = "ordering.step_fell_out"
    wording: ClassVar[Text] = Text(
        zh="“{title}”第 {attempts} 次失败，转人工：{why}",
        en="“{title}” failed {attempts} times and is left to people: {why}",
    )
    step: str
    title: Text
    attempts: int
    code: str
    why: Text


@dataclass(frozen=True, kw_only=True)
class StepRetried(Event):
    """A person lets the system try again."""

    kind: ClassVar[str] = "ordering.step_retried"
    wording: ClassVar[Text] = Text(zh="再试“{title}”", en="“{title}” is tried again")
    step: str
    title: Text


@dataclass(frozen=True, kw_only=True)
class StepSettled(Event):
    """A person did by hand what the system could not."""

    kind: ClassVar[str] = "ordering.step_settled"
    wording: ClassVar[Text] = Text(zh="人工完成“{title}”：{note}", en="“{title}” done by hand: {note}")
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    step: str
    title: Text
    note: str


@dataclass(frozen=True, kw_only=True)
class StepUndone(Event):
    """What a step had done was taken back."""

    kind: ClassVar[str] = "ordering.step_undone"
    wording: ClassVar[Text] = Text(zh="已撤回“{title}”", en="“{title}” has been taken back")
    step: str
    title: Text


@dataclass(frozen=True, kw_only=True)
class BillingDue(Event):
    """Rent begins, changes, rests or ends: what each line costs, and the first day for which that counts; billing listens."""

    kind: ClassVar[str] = "ordering.billing_due"
    wording: ClassVar[Text] = Text(
        zh="通知计费：{effect_name}，自 {counts_from} 起", en="Billing told: {effect_name} from {counts_from} on"
    )
    order: str
    account: str
    action: str
    action_name: Text
    effect: str
    effect_name: Text
    counts_from: date
    lines: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class NumberIntercepted(Event):
    """Callers of the old number are told the new one until a day."""

    kind: ClassVar[str] = "ordering.number_intercepted"
    wording: ClassVar[Text] = Text(
        zh="旧号 {old} 改为 {new}，播报改号提示至 {until}", en="{old} became {new}; callers are told until {until}"
    )
    old: str
    new: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class DifferenceDue(Event):
    """A paid order was amended to what costs more once, or less (`minor` is negative): it goes to the account's next bill."""

    kind: ClassVar[str] = "ordering.difference_due"
    wording: ClassVar[Text] = Text(
        zh="改单后一次性费用相差 {amount}，计入账单", en="Amended after the payment: {amount} once goes to the bill"
    )
    order: str
    account: str
    amount: Text
    minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class Rated(Event):
    """The customer rated what had been confirmed for them, 1 to 5."""

    kind: ClassVar[str] = "ordering.rated"
    wording: ClassVar[Text] = Text(zh="客户评价：{rating} 星", en="Rated by the customer: {rating} of 5")
    rating: int


@dataclass(frozen=True, kw_only=True)
class EquipmentToFetch(Event):
    """The service has ended, and a technician fetches what the customer had of it; `codes` as the inventory calls it."""

    kind: ClassVar[str] = "ordering.equipment_to_fetch"
    wording: ClassVar[Text] = Text(zh="须上门收回：{equipment}", en="To be fetched from the customer: {equipment}")
    equipment: str
    codes: list[str]


@dataclass(frozen=True, kw_only=True)
class InJeopardy(Event):
    """The forecast says that a leg will be late though it is not yet; whoever answers to the customer for it is told."""

    kind: ClassVar[str] = "ordering.in_jeopardy"
    wording: ClassVar[Text] = Text(
        zh="最早预计 {expected} 竣工，晚于承诺 {due}（剩余：{left}）",
        en="Expected {expected} at the earliest, promised {due}; left: {left}",
    )
    expected: datetime
    due: datetime
    left: Text
    owner: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class OutOfJeopardy(Event):
    """The forecast says that a leg will be in time after all."""

    kind: ClassVar[str] = "ordering.out_of_jeopardy"
    wording: ClassVar[Text] = Text(zh="预计可按承诺完成", en="Expected in time after all")


@dataclass(frozen=True, kw_only=True)
class AccessSeen(Event):
    """Somebody saw login and secret of a line, which are not kept here."""

    kind: ClassVar[str] = "ordering.access_seen"
    wording: ClassVar[Text] = Text(
        zh="查看业务 {service} 的登录账号和密码：{purpose_name}",
        en="Login and secret of {service} seen: {purpose_name}",
    )
    service: str
    purpose: str
    purpose_name: Text
