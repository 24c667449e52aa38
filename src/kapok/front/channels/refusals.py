"""What the verbs of the channels refuse, each with its remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class UnknownInteraction(KapokError):
    """No interaction has this identifier."""

    wording = Text(
        zh="没有这次接触，请从接待台重新开始。", en="There is no such interaction; start again from the front desk."
    )


class InteractionOver(KapokError):
    """The interaction has been closed."""

    wording = Text(zh="这次接触已经结束，请开始新的接触。", en="This interaction is over; start a new one.")


class StillTalking(KapokError):
    """The person serves somebody already."""

    wording = Text(
        zh="您还有一次接触未结束（{since} 开始），请先结束它。",
        en="You have an interaction that is not over (since {since}); close it first.",
    )


class NotYourInteraction(KapokError):
    """Somebody else took it."""

    wording = Text(
        zh="这次接触由 {username} 受理，请由其结束。", en="{username} took this interaction; let them close it."
    )


class NotOfTheChannel(KapokError):
    """A channel has no such medium."""

    wording = Text(
        zh="{channel_name}没有“{medium}”这种方式；可选：{media}。",
        en="“{medium}” is no medium of the channel {channel_name}; choose from {media}.",
    )


class BadChoice(KapokError):
    """A value outside a closed list."""

    wording = Text(
        zh="“{field}”不能是“{value}”；可选：{choices}。", en="{field} cannot be “{value}”; choose from {choices}."
    )


class ChannelNotSet(KapokError):
    """The channel has no staff and no queues yet."""

    wording = Text(
        zh="{channel_name}还没有配置队列和人员，请管理员先配置渠道。",
        en="The channel {channel_name} has no queues yet; ask an administrator to set it up.",
    )


class WordsMissing(KapokError):
    """A text is lacking, or too long."""

    wording = Text(zh="请填写“{field}”，2 至 {longest} 字。", en="Fill in “{field}” with 2 to {longest} characters.")


class NotACase(KapokError):
    """The matter was not taken in by a channel, or is no request."""

    wording = Text(
        zh="“{matter}”不是渠道受理的客户需求，请核对编号。",
        en="“{matter}” is no request that a channel took in; check its number.",
    )


class AlreadyAnswered(KapokError):
    """The request has been answered and acknowledged."""

    wording = Text(zh="该需求已于 {at} 答复并经客户确认。", en="This request was answered and acknowledged at {at}.")


class NotOpenNow(KapokError):
    """What is said to be the same is no open matter of this customer."""

    wording = Text(
        zh="“{matter}”不是该客户在办的事项，请重新选择，或作为新事项受理。",
        en="“{matter}” is no open matter of this customer; choose again, or take it in as something new.",
    )


class NotToBeCalled(KapokError):
    """Nobody is to be called about this, or they were called already."""

    wording = Text(
        zh="“{matter}”没有待回拨的客户，或已经回拨。",
        en="Nobody is to be called about “{matter}”, or they were called already.",
    )


class NotSubstantive(KapokError):
    """A request cannot be answered by a bare acknowledgement."""

    wording = Text(
        zh="“已收到”不算答复：请在接待台登记实质答复（诊断、报价、预约或说明理由的谢绝）及客户确认。",
        en="“We received it” is no answer: note at the front desk a diagnosis, a quote, an appointment or a refusal with its "
        "reason, and that the customer acknowledged it.",
    )


class NotWithdrawn(KapokError):
    """Only the customer gives a request up."""

    wording = Text(
        zh="只有客户本人可以撤回需求：请在接待台“客户撤回”中登记谁、何时、以何方式、因何撤回。",
        en="Only the customer withdraws a request: note at the front desk, under “The customer withdraws it”, who said so, when, "
        "how and why.",
    )


class AlreadyWithdrawn(KapokError):
    """The customer gave it up already."""

    wording = Text(
        zh="该需求已由客户于 {at} 撤回，如再次提出请另行受理。",
        en="The customer withdrew it at {at}; take it in anew if they ask again.",
    )


class NotThen(KapokError):
    """The customer cannot have said it then."""

    wording = Text(
        zh="撤回时间须在受理之后、现在之前，请更正时间。",
        en="The customer said so after it was taken in and before now; correct the time.",
    )


class NotHeard(KapokError):
    """The customer has not taken note of a reply."""

    wording = Text(
        zh="客户确认不成立：通话须接通满 {seconds} 秒，或填写客户的回复。",
        en="The customer has not acknowledged it: a call has to last {seconds} seconds, or give the customer's reply.",
    )


class NotAnswering(KapokError):
    """Somebody who neither answers for the request nor belongs to the unit that does."""

    wording = Text(
        zh="该需求由 {username} 负责答复，请由其本人或其单位的同事登记。",
        en="{username} answers for this request; let them or a colleague of their unit note the reply.",
    )


class KnockedTooOften(KapokError):
    """Too many attempts within an hour."""

    wording = Text(
        zh="尝试次数过多，请一小时后再试，或致电 10000。", en="Too many attempts; try again in an hour, or call 10000."
    )
