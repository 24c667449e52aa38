"""What a breach costs, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from kapok.edges.console.packs.wording.conditions import conditions, unless
from kapok.edges.console.packs.wording.phrases import NOTHING, either, joined, time
from kapok.kernel.promises import Pack, Promise
from kapok.kernel.promises.compensation import Amount, Cap, Compensation, Counting, Ladder, Right, Since, Step
from kapok.kernel.promises.ladders import TIMES, is_time
from kapok.kernel.promises.worth import Purse
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Cost:
    """One compensation: a sentence, and its scale where it has one."""

    text: Text
    steps: tuple[tuple[Text, Text], ...] = ()
    """Which units, or how much; and what is paid for them."""


def costs(promise: Promise, pack: Pack) -> list[Cost]:
    """What a breach of `promise` costs; of several compensations the first that fits is paid."""
    return [Cost(joined(list(_sentences(each, pack))), tuple(_steps(each, pack))) for each in promise.compensation]


def _sentences(compensation: Compensation, pack: Pack) -> Iterator[Text]:
    if compensation.when:
        words = joined(conditions(compensation.when, pack))
        yield Text(zh=f"{words.zh}的", en=f"where {words.en}")
    yield from _paid(compensation, pack)
    yield from _counted(compensation)
    yield from _limits(compensation, pack)
    if compensation.unless:
        yield _trimmed(unless(compensation.unless, pack))
    if compensation.right is not None:
        yield _right(compensation.right)


def _paid(compensation: Compensation, pack: Pack) -> Iterator[Text]:
    each = _unit(compensation, pack)
    if compensation.amount is not None:
        words = amount(compensation.amount, pack)
        yield Text(zh=f"{each.zh}：{words.zh}", en=f"{each.en}: {words.en}")
    if compensation.tiers:
        yield Text(zh=f"{each.zh}按下列分级付", en=f"{each.en}, by the scale below")
    if compensation.ladder is not None:
        title = _measured(compensation.ladder, pack)
        yield Text(zh=f"按{title.zh}分级，一次付清", en=f"one payment by the scale below ({title.en})")
    if compensation.extends_validity is not None:
        words = joined(conditions(compensation.extends_validity, pack))
        yield Text(
            zh=f"{words.zh}的，不付现金，按日延长有效期",
            en=f"where {words.en}, the validity is extended instead of paying",
        )


def _unit(compensation: Compensation, pack: Pack) -> Text:
    """What one amount is paid for."""
    late = compensation.since is Since.DUE
    names = {
        "occurrence": Text(zh="每次违约", en="for each breach"),
        "day": Text(zh="每逾期一日", en="for each day late")
        if late
        else Text(zh="自起算每一日", en="for each day from the start"),
        "working_day": Text(zh="每逾期一个工作日", en="for each working day late")
        if late
        else Text(zh="自起算每一工作日", en="for each working day from the start"),
        "month": Text(zh="按占每个历月的比例", en="for each month, by the share of it that was hit"),
    }
    if compensation.per in names:
        return names[compensation.per]
    if compensation.per.startswith("fact:"):
        title = pack.declared[compensation.per.removeprefix("fact:")].title
        return Text(zh=f"按{title.zh}，每一", en=f"for each of {title.en}")
    span = time(compensation.per)
    return (
        Text(zh=f"每逾期 {span.zh}", en=f"for each {span.en} late")
        if late
        else Text(zh=f"自起算每 {span.zh}", en=f"for each {span.en} from the start")
    )


def amount(paid: Amount, pack: Pack) -> Text:
    """A sum of money in words."""
    if paid.flat is not None:
        return Purse(pack, {}).money(Fraction(paid.flat)).text
    if paid.rate is not None:
        return Text(zh=f"当日有效的费率“{paid.rate}”", en=f"the rate “{paid.rate}” in force on that day")
    if paid.of is not None:
        title, percent = pack.declared[paid.of].title, f"{paid.percent:f}"
        yearly = Text(zh="年息", en=" a year") if paid.a_year else NOTHING
        return Text(zh=f"{title.zh}的{yearly.zh} {percent}%", en=f"{percent} %{yearly.en} of the {title.en}")
    parts = [amount(part, pack) for part in paid.greater_of or paid.sum_of]
    if paid.greater_of:
        zh, en = " 与 ".join(part.zh for part in parts), " and ".join(part.en for part in parts)
        return Text(zh=f"{zh} 中较高者", en=f"the greater of {en}")
    return Text(zh=" 加 ".join(part.zh for part in parts), en=" plus ".join(part.en for part in parts))


def _steps(compensation: Compensation, pack: Pack) -> Iterator[tuple[Text, Text]]:
    for step in compensation.tiers:
        back = Text(zh="，达到后以前各单位也按此付", en=", once reached also for the earlier ones")
        words, tail = amount(step.amount, pack), back if step.retroactive else NOTHING
        yield _units(step), Text(zh=f"{words.zh}{tail.zh}", en=f"{words.en}{tail.en}")
    if compensation.ladder is not None:
        timed = is_time(compensation.ladder.measure, pack)
        for step in compensation.ladder.steps:
            yield _range(step, is_time=timed), amount(step.amount, pack)


def _measured(ladder: Ladder, pack: Pack) -> Text:
    return MEASURES[ladder.measure] if ladder.measure in TIMES else pack.declared[ladder.measure].title


MEASURES = {"late": Text(zh="逾期时长", en="how late it is"), "duration": Text(zh="历时", en="how long it lasted")}


def _units(step: Step) -> Text:
    """Which units a tier pays: `units 1–2`, `from unit 3 on`."""
    low = int(step.from_ or 0) or int(step.over or 0) + 1
    high = int(step.up_to or 0) or int(step.below or 1) - 1
    if not high:
        return Text(zh=f"第 {low} 个单位起", en=f"from unit {low} on")
    return (
        Text(zh=f"第 {low}–{high} 个单位", en=f"units {low}–{high}")
        if high > low
        else Text(zh=f"第 {low} 个单位", en=f"unit {low}")
    )


def _range(step: Step, *, is_time: bool) -> Text:
    """How large a measure must be."""
    sides = (
        (step.from_, "{bound} 起", "from {bound}"),
        (step.over, "超过 {bound}", "over {bound}"),
        (step.up_to, "至 {bound}", "up to {bound}"),
        (step.below, "不足 {bound}", "below {bound}"),
    )
    parts = [Text(zh=zh, en=en).format(bound=time(bound) if is_time else bound) for bound, zh, en in sides if bound]
    return Text(zh="、".join(part.zh for part in parts), en=" ".join(part.en for part in parts))


COUNTINGS = {
    Counting.STARTED: Text(zh="不足一个单位的按一个计", en="a unit that has begun counts as a whole one"),
    Counting.FULL: Text(zh="不足一个单位的不计", en="only full units count"),
    Counting.EXACT: Text(zh="不足一个单位的按比例计", en="parts of a unit count as parts"),
}


def _counted(compensation: Compensation) -> Iterator[Text]:
    """How units are counted."""
    if compensation.by_dates:
        yield from _dates(compensation)
    elif compensation.per[:1].isdigit():
        yield COUNTINGS[compensation.counting]
    if compensation.pay_on_trigger:
        yield Text(zh="违约发生时另付一份", en="one more is owed at the moment of the breach")
    if compensation.paused_counts:
        yield Text(zh="暂停期间照计", en="the time while the clock was paused counts too")


def _dates(compensation: Compensation) -> Iterator[Text]:
    over = compensation.day_counts_if_over
    if over is not None:
        yield Text(
            zh=f"当日受影响超过 {over.text.zh}的才计", en=f"a day counts only if more than {over.text.en} of it was hit"
        )
        return
    begins = Text(zh="到期当日", en="the day it fell due")
    if compensation.since is not Since.DUE:
        begins = Text(zh="起算当日", en="the day of the start")
    first, last = COUNTS[compensation.first_day], COUNTS[compensation.last_day]
    yield Text(
        zh=f"{begins.zh}{first.zh}，完成当日{last.zh}", en=f"{begins.en} {first.en}, the day of fulfilment {last.en}"
    )


COUNTS = {True: Text(zh="计", en="counts"), False: Text(zh="不计", en="does not count")}


def _limits(compensation: Compensation, pack: Pack) -> Iterator[Text]:
    if compensation.cap is not None:
        yield _cap(compensation.cap, pack)
    if compensation.once:
        yield Text(zh="一事只付一次", en="once only for one matter")
    if compensation.set_off is not None:
        title = pack.declared[compensation.set_off].title
        yield Text(zh=f"扣除{title.zh}", en=f"less the {title.en}")
    if compensation.pay_within is not None:
        within = compensation.pay_within.text
        yield Text(zh=f"完成后 {within.zh}内支付或入账", en=f"paid or credited within {within.en} of fulfilment")


def _cap(cap: Cap, pack: Pack) -> Text:
    most = [Text(zh=f"{cap.units} 个单位", en=f"{cap.units} units")] if cap.units else []
    most += [amount(cap.amount, pack)] if cap.amount else []
    words = either(most)
    return Text(zh=f"最多 {words.zh}", en=f"at most {words.en}")


def _right(right: Right) -> Text:
    after = Text(
        zh=f"连续 {right.after_missed} 个月违约的，", en=f"after {right.after_missed} missed months in a row: "
    )
    head = after if right.after_missed else NOTHING
    within = right.notice_within
    tail = Text(zh=f"（{within.text.zh}内提出）", en=f" (within {within.text.en})") if within else NOTHING
    return Text(zh=f"{head.zh}{right.text.zh}{tail.zh}", en=f"{head.en}{right.text.en}{tail.en}")


def _trimmed(text: Text) -> Text:
    """A parenthesis as a part of a sentence."""
    return Text(zh=text.zh.strip("（）"), en=text.en.strip(" ()"))
