"""What the verbs of ordering refuse, each with its remedy."""

from __future__ import annotations

from typing import Any

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class UnknownOrder(KapokError):
    """No order has this number."""

    wording = Text(zh="没有订单“{order}”，请核对单号。", en="There is no order “{order}”; check its number.")


class UnknownLeg(KapokError):
    """The order has no such leg."""

    wording = Text(
        zh="订单 {order} 没有第 {leg} 条工程线，请从订单页选取。",
        en="Order {order} has no leg {leg}; choose one on the page of the order.",
    )


class UnknownStep(KapokError):
    """No step has this identifier."""

    wording = Text(zh="没有步骤“{step}”，请刷新后再试。", en="There is no step “{step}”; reload and try again.")


class NoLines(KapokError):
    """An order without lines."""

    wording = Text(
        zh="订单没有内容：请至少填写一行（至多 {most} 行）。", en="The order is empty: give it 1 to {most} lines."
    )


class NotSupervised(KapokError):
    """Nothing of the order is under supervision."""

    wording = Text(
        zh="订单 {order} 未列入督办，无从解除；请刷新订单页。",
        en="Order {order} is not under supervision, there is nothing to lift; reload its page.",
    )


class NotATrial(KapokError):
    """No trial of this service is running."""

    wording = Text(
        zh="业务 {service} 不在试用中，无从延长；请核对业务号码。",
        en="Service {service} is not on trial, there is nothing to extend; check its number.",
    )


FIELDS = {
    "offer": Text(zh="商品", en="offer"),
    "action": Text(zh="办理事项", en="action"),
    "address": Text(zh="地址", en="address"),
    "far_address": Text(zh="B端（远端）地址", en="address of the far end (far_address)"),
    "quantity": Text(zh="数量", en="quantity"),
    "service": Text(zh="业务号码", en="service"),
    "to_customer": Text(zh="接收客户", en="receiving customer"),
    "cause": Text(zh="撤单方", en="who gives it up"),
    "suspension": Text(zh="停机原因", en="reason of the suspension"),
    "characteristics": Text(zh="参数", en="characteristics"),
}
"""What a line is made of, in words; what is wished beside it goes by its own name."""


class BadLine(KapokError):
    """A field of a line is not what it can be."""

    wording = Text(
        zh="第 {line} 行的{field_name}不能是“{value}”：{remedy}。",
        en="Line {line}: {field_name} cannot be “{value}”: {remedy}.",
    )

    def __init__(self, *, field: str, **data: Any) -> None:
        super().__init__(field=field, field_name=FIELDS.get(field, Text(zh=f"“{field}”", en=field)), **data)


class AddressTooWide(KapokError):
    """Nobody can be served at a road or a district."""

    field = "address"
    wording = Text(
        zh="地址“{address}”只到“{level_name}”，无法装机：请选到门牌、楼栋或房号。",
        en="Nobody can be served at “{address}” ({level_name}): choose a house number, a building or a room as the address.",
    )


class NotSpecified(KapokError):
    """What is wished of a service is not what it can be."""

    wording = Text(
        zh="第 {line} 行“{offer_name}”的“{name}”不能是“{value}”：{remedy}。",
        en="Line {line}, {offer_name}: {name} cannot be “{value}”: {remedy}.",
    )


class NotThisAction(KapokError):
    """The offer cannot be ordered for this action."""

    wording = Text(
        zh="第 {line} 行：“{offer_name}”不能办理“{action_name}”；可办理：{actions}。",
        en="Line {line}: {offer_name} cannot be ordered for “{action_name}”; it can be for: {actions}.",
    )


class ServiceNeeded(KapokError):
    """The action is about a service that the customer has."""

    wording = Text(
        zh="第 {line} 行：办理“{action_name}”须指明客户的在用业务号。",
        en="Line {line}: “{action_name}” is about a service in use; give its number.",
    )


class NotTheirService(KapokError):
    """The service is another customer's."""

    wording = Text(
        zh="第 {line} 行：业务 {service} 不属于客户 {customer}，请核对。",
        en="Line {line}: service {service} is not customer {customer}'s; check its number.",
    )


class NotInThisState(KapokError):
    """The service is not in a state for the action."""

    wording = Text(
        zh="第 {line} 行：业务 {service} 现为“{state_name}”，不能办理“{action_name}”。",
        en="Line {line}: service {service} is {state_name}; “{action_name}” is not for it.",
    )


class InOtherHands(KapokError):
    """Another order is under way for the service."""

    wording = Text(
        zh="第 {line} 行：业务 {service} 已有在途订单 {order}，请先办结或撤销该单。",
        en="Line {line}: order {order} is under way for service {service}; complete or cancel that one first.",
    )


class NoFlowForLine(KapokError):
    """No flow says how to do it."""

    wording = Text(
        zh="第 {line} 行：没有适用的流程（{facts}），请先发布流程模板。",
        en="Line {line}: no flow applies ({facts}); publish one first.",
    )


class TriedBefore(KapokError):
    """The customer has tried the offer not long ago."""

    wording = Text(
        zh="第 {line} 行：客户已试用过“{offer_name}”，{months} 个月内限一次；{again:%Y-%m-%d} 起可再试用，或办理正式套餐。",
        en=(
            "Line {line}: the customer has tried {offer_name}, which is once in {months} months; "
            "order what it becomes, or try it again from {again:%Y-%m-%d}."
        ),
    )


class AlreadyPaid(KapokError):
    """The order was paid before."""

    wording = Text(zh="订单 {order} 已缴费，不必重复。", en="Order {order} has been paid already.")


class NotAllowedNow(KapokError):
    """The leg is not in a state for this."""

    wording = Text(
        zh="现为“{state_name}”，不能转为“{wanted}”；请刷新后再试。",
        en="It is “{state_name}” and cannot become “{wanted}” now; reload and look again.",
    )


class PastNoReturn(KapokError):
    """The point of no return has been passed."""

    wording = Text(
        zh="已过不可撤单点：现场或网络侧已完成。请{remedy}。",
        en="The point of no return has been passed, it is done on site or in the network: {remedy}.",
    )


class ReturnRunning(KapokError):
    """A leg that is being returned cannot be returned again."""

    wording = Text(
        zh="该工程线已有一次退单在处理，不能再退；请等退单工序办完。",
        en="A return of this leg is under way, a second one is refused; wait until its stage is done again.",
    )


class CancelRunning(KapokError):
    """The leg is being cancelled."""

    wording = Text(
        zh="该工程线已在撤单，不能再退单、改单或重复撤单。",
        en="This leg is being cancelled already: it cannot be returned, amended or cancelled again.",
    )


class NowhereBack(KapokError):
    """No running stage of the leg has a way back."""

    wording = Text(
        zh="现有工序没有退回路径（{stages}）；请按流程办理，或撤单。",
        en="No stage in hand has a way back ({stages}); go on, or cancel.",
    )


class NotAsked(KapokError):
    """After this nothing works that did not before: the customer is told, and asked nothing."""

    wording = Text(
        zh="“{action_name}”无需客户确认好用；告知客户后回单即可。",
        en="After “{action_name}” nobody asks the customer whether it works: tell them, and hand the stage in.",
    )


class NothingToConfirm(KapokError):
    """The customer cannot confirm yet."""

    wording = Text(
        zh="{leg} 还没有到客户确认工序，请竣工后再确认。",
        en="{leg} does not wait for the customer's confirmation yet; confirm when it is completed.",
    )


class AlreadyRated(KapokError):
    """The customer has rated it."""

    wording = Text(zh="已评 {rating} 星，不能再评。", en="It has been rated {rating} of 5 already.")


class NotSettleable(KapokError):
    """The step is not waiting for a person."""

    wording = Text(
        zh="步骤“{title}”现为“{state_name}”，不需要人工处理。",
        en="The step “{title}” is {state_name}; there is nothing to settle.",
    )


class BeingDone(KapokError):
    """The network is being told what was ordered."""

    wording = Text(
        zh="正在执行“{title}”，此刻不能改单；请稍后再试，若已办完请另行下单。",
        en="“{title}” is being done right now, so nothing is amended; try again in a moment, or order anew when it is done.",
    )


class NotDeferred(KapokError):
    """The leg is not deferred."""

    wording = Text(zh="该工程线没有缓装。", en="This leg is not deferred.")


class NotWaiting(KapokError):
    """The leg does not wait for plant."""

    wording = Text(zh="该工程线没有待装。", en="This leg does not wait for plant.")


class BadMoment(KapokError):
    """A moment that lies where it cannot."""

    wording = Text(zh="“{field}”不能早于现在：请改选以后的时间。", en="{field} lies in the past: choose a later time.")


class ConsentMissing(KapokError):
    """A transfer takes the consent of both sides."""

    wording = Text(
        zh="第 {line} 行：过户须双方同意，请填写新户主客户号与双方同意凭据。",
        en="Line {line}: a transfer takes the consent of both: name the new customer and the evidence of both consents.",
    )


class HasDebt(KapokError):
    """What is owed is paid before a transfer."""

    wording = Text(
        zh="第 {line} 行：该业务有欠费 {debt}，请缴清后再过户。",
        en="Line {line}: {debt} is owed for this service; let it be paid before the transfer.",
    )


class LiftedWhenPaid(KapokError):
    """What was suspended for a debt is resumed when the debt is paid."""

    wording = Text(
        zh="第 {line} 行：该业务因欠费停机，缴清后方可复机；有“解除欠费与违规停机”权限者可先行复机。",
        en="Line {line}: the service is suspended for a debt; let it be paid, or ask whoever may lift such suspensions.",
    )


class SuspendedByOthers(KapokError):
    """Not everybody may suspend for this reason."""

    wording = Text(
        zh="第 {line} 行：以“{reason_name}”停机须由有“{permission_name}”权限者办理，请另选停机类别或转交办理。",
        en="Line {line}: only whoever may “{permission_name}” suspends {reason_name}; choose another kind or ask them.",
    )


class LiftedByOthers(KapokError):
    """Not everybody may lift a suspension for this reason."""

    wording = Text(
        zh="第 {line} 行：该业务的停机原因为“{reason_name}”，须由有“{permission_name}”权限者复机。",
        en="Line {line}: the service is suspended {reason_name}; ask whoever may “{permission_name}”.",
    )


class TooLateToWish(KapokError):
    """What hangs on the wish is being done already."""

    wording = Text(
        zh="“{title}”已经开始，所选号码或上门方式不能再改；请等办完后另行下单，或先撤单。",
        en="“{title}” has begun: another number or visit comes too late; order anew when it is done, or cancel first.",
    )


class TooLateToRearrange(KapokError):
    """What was taken for the leg is used already."""

    wording = Text(
        zh="“{title}”已经开始，地址和数量不能再改，也不能换更快的线路；请撤单后重新下单。",
        en="“{title}” has begun: another address, quantity or line comes too late; cancel it and order anew.",
    )


class NoPlantThere(KapokError):
    """The leg cannot be for this address, quantity or speed now; it stays what it was."""

    wording = Text(
        zh="没有改单，原已预占的资源保留不变：{address}，{lacking}。请另选地址、数量或套餐，或撤单后重新下单待装。",
        en="Nothing was changed and what is reserved stays: {address}, {lacking}. Choose another address, quantity or plan, or"
        " cancel it and order anew to wait for plant.",
    )


class TooSlow(KapokError):
    """The line on which a service runs does not carry what it is to become (Mbit/s)."""

    wording = Text(
        zh="第 {line} 行：业务 {service} 的现有线路最高 {most} Mbit/s，不足“{offer_name}”的 {wanted} Mbit/s；"
        "请改选较慢的套餐，或新装线路。",
        en="Line {line}: the line of {service} carries {most} Mbit/s at most, not the {wanted} of {offer_name}; choose a slower"
        " plan, or order a new line.",
    )


class LaterWithoutWord(KapokError):
    """The promised date is put off without the customer's word."""

    wording = Text(
        zh="改为更晚的承诺日期，须填写客户要求的凭据（如来电录音号）；没有凭据请保留原日期。",
        en="A later promised date takes the evidence of the customer's wish, e.g. the number of a call; else leave the date.",
    )


class NothingAmended(KapokError):
    """The amendment changes nothing."""

    wording = Text(zh="没有任何改动。", en="Nothing would change.")


class NothingLogsIn(KapokError):
    """There is no login: the kind of service needs none, or it is not in service."""

    wording = Text(
        zh="{what} 没有登录账号：该类业务不需要登录，或尚未开通、已拆除。请核对业务类型和状态。",
        en="{what} has no login: services of its kind need none, or it is not in service. Check its kind and its state.",
    )


class NoVisitToAgree(KapokError):
    """Nobody has to come for it any more, or not before it goes on."""

    wording = Text(
        zh="现在没有可约的上门：已上门完毕、无需上门，或须先继续办理。请刷新页面查看办理情况。",
        en="No visit can be agreed now: it has taken place, none is needed, or it has to go on first. Look at how it stands.",
    )
