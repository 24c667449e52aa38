"""The small change of sentences in both languages: lists, alternatives, amounts of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kapok.kernel.promises import EVENTS, Allowance, BadAllowance, Promise
from kapok.kernel.text import Text

NOTHING = Text(zh="", en="")


def either(options: Sequence[Text]) -> Text:
    """`a`, `a or b`, `a, b or c`."""
    return Text(
        zh=_listed([each.zh for each in options], "、", "或"), en=_listed([each.en for each in options], ", ", " or ")
    )


def events(kinds: Sequence[str]) -> Text:
    """Events by their names, as alternatives."""
    return either([Text(zh=f"“{EVENTS[kind].zh}”", en=f"“{EVENTS[kind].en}”") for kind in kinds])


def named(kinds: Sequence[str]) -> Text:
    """Events as a heading, e.g. `Service restored / Order completed`."""
    return begun(
        Text(zh=" / ".join(EVENTS[kind].zh for kind in kinds), en=" / ".join(EVENTS[kind].en for kind in kinds))
    )


def joined(parts: Sequence[Text]) -> Text:
    """The parts as one sentence, without its full stop."""
    return Text(zh="；".join(part.zh for part in parts), en="; ".join(part.en for part in parts))


def begun(text: Text) -> Text:
    """The text with a capital at its beginning."""
    start = 1 if text.en.startswith("“") else 0
    return Text(zh=text.zh, en=text.en[:start] + text.en[start : start + 1].upper() + text.en[start + 1 :])


def time(words: str) -> Text:
    """An amount of time as a pack writes it, e.g. `45 minutes` or `00:45:00`, in both languages."""
    try:
        return Allowance.parse(words).text
    except BadAllowance:
        return Text(zh=words, en=words)


def _listed(words: list[str], comma: str, last: str) -> str:
    return words[0] if len(words) == 1 else comma.join(words[:-1]) + last + words[-1]


UNITS = ((86400, "天", "day"), (3600, "小时", "hour"), (60, "分钟", "minute"), (1, "秒", "second"))


def length(span: timedelta, *, in_days: bool = True) -> Text:
    """A length of time in words, e.g. `2 days 3 hours`; working time is said without days, as a working day has no fixed length."""
    left, zh, en = span // timedelta(seconds=1), [], []
    for seconds, zh_unit, en_unit in UNITS if in_days else UNITS[1:]:
        number, left = divmod(left, seconds)
        if number:
            zh.append(f"{number} {zh_unit}")
            en.append(f"{number} {en_unit}{'' if number == 1 else 's'}")
    return Text(zh=" ".join(zh) or "0 分钟", en=" ".join(en) or "0 minutes")


WEEKDAYS = ("周一 Mon", "周二 Tue", "周三 Wed", "周四 Thu", "周五 Fri", "周六 Sat", "周日 Sun")


def ends_with_the_day(promise: Promise) -> bool:
    """Whether a due time at midnight is the end of the day before: 24:00 and not 00:00."""
    return promise.days.ends_at == "24:00" or promise.agreed is not None


def wall(moment: datetime, zone: ZoneInfo, *, ends_day: bool = False) -> Text:
    """A moment on the wall of `zone` with its weekday; midnight at the end of a day, where `ends_day`, as 24:00 of that day."""
    local = moment.astimezone(zone)
    closing = ends_day and (local.hour, local.minute, local.second) == (0, 0, 0)
    day = local.date() - timedelta(days=1) if closing else local.date()
    clock = "24:00" if closing else f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    zh, en = WEEKDAYS[day.weekday()].split()
    return Text(zh=f"{day} {zh} {clock}", en=f"{en} {day} {clock}")
