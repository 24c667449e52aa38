"""What the journal's verbs refuse, each with its remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class OutsideTransaction(KapokError):
    """A verb recorded without a transaction around it: a mistake in the program, never in what the person did."""

    wording = Text(
        zh="“{kind}”不能在事务之外记入日志；请在动作上加 transaction.atomic。",
        en="{kind} cannot be recorded outside a transaction; put transaction.atomic on the verb.",
    )


class TooFarAhead(KapokError):
    """An entry is dated further ahead than anything happens or is promised."""

    wording = Text(
        zh="“{kind}”的时间 {at} 超出当前 {days} 天以上；请改正日期。",
        en="{kind} is dated {at}, more than {days} days ahead; correct its date.",
    )


class UnknownLetter(KapokError):
    """There is no undelivered entry of that number."""

    wording = Text(
        zh="没有编号为 {letter} 的未送达条目；请刷新列表再选。",
        en="There is no undelivered entry {letter}; refresh the list and choose again.",
    )


class LetterSettled(KapokError):
    """The letter has been delivered or set aside meanwhile, or waits behind another that must go first."""

    wording = Text(
        zh="该条目现为“{state_name}”，不能再作此处理；请刷新页面，排在失败条目之后的，请先处理失败的那一条。",
        en="This entry is {state_name} and cannot be treated so; refresh the page, and if it waits behind a failed one, "
        "treat that one first.",
    )


class NoReason(KapokError):
    """An entry is set aside only with a reason."""

    wording = Text(
        zh="搁置须填写原因（1 至 300 字）；请写明为何不再投递。",
        en="Setting aside needs a reason of 1 to 300 characters; say why it need not be delivered.",
    )
