"""What the web refuses, each with its remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class NobodyServes(KapokError):
    """Neither the channel nor the hotline has staff."""

    wording = Text(
        zh="{channel_name}目前无人受理网上业务，请致电 10000。",
        en="Nobody serves the channel {channel_name} on the web now; call 10000.",
    )


class NotAlone(KapokError):
    """Something that a customer cannot order without us."""

    wording = Text(
        zh="业务 {service} 的“{action}”不能在网上直接办理，请在“咨询或报障”中提出申请。",
        en="“{action}” cannot be ordered for {service} on the web; ask us for it under “Ask us”.",
    )


class FormUsed(KapokError):
    """The form was sent already, and by somebody else."""

    wording = Text(
        zh="此页面已提交过，本次未下单。请重新打开页面填写。",
        en="This page was used before and nothing is ordered. Open the page anew and fill it in again.",
    )


class NotAgreed(KapokError):
    """Whoever is not a customer has not agreed that we keep their name and number."""

    wording = Text(
        zh="请勾选同意，我们才能保存您的姓名和电话并与您联系。",
        en="Agree that we keep your name and number, so that we may call you.",
    )


class BadPhone(KapokError):
    """No telephone number."""

    wording = Text(zh="请填写 7 至 15 位数字的电话号码。", en="Give a telephone number of 7 to 15 digits.")


class NothingToSay(KapokError):
    """The customer cannot acknowledge what was not replied yet."""

    wording = Text(
        zh="我们还没有答复，时钟照走；答复后请再确认。",
        en="We have not replied yet and the clock runs on; come back when we have.",
    )


class NoStranger(KapokError):
    """Nobody left a name and a number with this."""

    wording = Text(zh="该事项没有留下姓名和电话。", en="Nobody left a name and a number with this.")
