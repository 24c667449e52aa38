"""Why a verb of activation is refused."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class KeyUsed(KapokError):
    """The key was used for another service or another verb."""

    wording = Text(
        zh="键“{key}”已用于业务{service}的“{verb_name}”；每次请求请用自己的键。",
        en="The key “{key}” was used to {verb_name} {service}; use a key of its own for each request.",
    )


class BadKey(KapokError):
    """A key has 1 to 200 characters, a service 1 to 60."""

    wording = Text(
        zh="请给出1至200个字符的键和1至60个字符的业务号。",
        en="Give a key of 1 to 200 characters and a service of 1 to 60.",
    )


class UnknownCall(KapokError):
    """There is no such call."""

    wording = Text(zh="没有这次调用，请刷新页面后再试。", en="There is no such call; reload the page and try again.")


class CallSettled(KapokError):
    """The call has succeeded: asking again would change nothing."""

    wording = Text(
        zh="这次调用已经成功，无须重试。", en="The call has succeeded already; there is nothing to try again."
    )


class CallOvertaken(KapokError):
    """The service was told something else since: asking again would undo that."""

    wording = Text(
        zh="此后业务{service}又下发过“{verb_name}”，旧调用不能再重试；请在订单中重试当前步骤，或另行下单。",
        en="{service} was told to {verb_name} since, so the old call is over; try the order’s step again, or order anew.",
    )


class NotSimulated(KapokError):
    """Faults can be switched on at simulated elements only."""

    wording = Text(
        zh="“{element}”不是模拟网元，不能注入故障；可选：{known}。",
        en="“{element}” is no simulated element, so no fault can be switched on; choose one of {known}.",
    )


class UnknownFault(KapokError):
    """No such fault."""

    wording = Text(zh="没有故障“{fault}”；可选：{known}。", en="There is no fault “{fault}”; choose one of {known}.")


class WrongCount(KapokError):
    """A fault lasts for 1 to 1000 calls, or until it is switched off."""

    wording = Text(
        zh="次数应为1至1000的整数，留空表示直到关闭为止。",
        en="Give a whole number of calls from 1 to 1000, or none for until it is switched off.",
    )


class NoFault(KapokError):
    """No fault is switched on there."""

    wording = Text(zh="“{element}”没有注入故障。", en="No fault is switched on at “{element}”.")
