"""A promise in words, line by line, as a lawyer reads a clause and an agent reads it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kapok.edges.console.packs.wording.conditions import applies
from kapok.edges.console.packs.wording.costs import Cost, costs
from kapok.edges.console.packs.wording.phrases import begun, events, joined
from kapok.kernel.promises import Direction, Pack, Promise, Reopening, Statistic
from kapok.kernel.promises.pack import ROUND_THE_CLOCK
from kapok.kernel.promises.population import words as rule_in_words
from kapok.kernel.promises.terms import PopulationRule
from kapok.kernel.promises.wording import bound
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Line:
    """One aspect of a promise: what it is about, and one or several sentences."""

    label: Text
    sentences: tuple[Text, ...]
    steps: tuple[tuple[Text, Text], ...] = ()
    """A scale: how much, and what is paid for it."""


APPLIES = Text(zh="适用", en="Applies to")
CLOCK = Text(zh="起止", en="Clock")
TIME = Text(zh="期限", en="Time allowed")
RULE = Text(zh="要求", en="Rule")
LIMIT = Text(zh="限值", en="Limit")
CLOCKLESS = frozenset({Direction.NEVER, Direction.LIMIT})
DAYS = Text(zh="计日", en="Counting days")
PAUSES = Text(zh="暂停", en="Pauses")
REOPENING = Text(zh="重开", en="Reopened")
FALLS_AWAY = Text(zh="不再适用", en="Falls away")
POPULATION = Text(zh="总体要求", en="All cases together")
BREACH = Text(zh="违约后果", en="A breach costs")
WARNINGS = Text(zh="预警", en="Warnings")
NO_COST = Cost(Text(zh="本条未规定赔偿", en="no payment is laid down here"))
PERIODS = {
    "month": Text(zh="每月", en="in each month"),
    "quarter": Text(zh="每季度", en="in each quarter"),
    "half_year": Text(zh="每半年", en="in each half-year"),
    "year": Text(zh="每年", en="in each year"),
}


def lines(promise: Promise, pack: Pack) -> list[Line]:
    """Everything that a promise says, in the order in which it is read."""
    clockless = promise.direction in CLOCKLESS
    found = [
        Line(APPLIES, (applies(promise, pack),)),
        Line(RULE if clockless else CLOCK, (clock(promise),)),
        Line(LIMIT if clockless else TIME, tuple(allowed(promise, pack))),
        Line(DAYS, tuple(counting(promise))),
        Line(PAUSES, tuple(pauses(promise))),
        Line(REOPENING, tuple(reopening(promise))),
        Line(FALLS_AWAY, (events(promise.voids),) if promise.voids else ()),
        Line(POPULATION, tuple(population(rule) for rule in promise.population)),
        Line(WARNINGS, tuple(point.text for point in promise.warn)),
        *(Line(BREACH, (cost.text,), cost.steps) for cost in costs(promise, pack) or [NO_COST]),
    ]
    return [replace(line, sentences=tuple(map(begun, line.sentences))) for line in found if line.sentences]


def clock(promise: Promise) -> Text:
    """What starts and what stops the clock."""
    opens = events(promise.opens)
    closes = events(promise.closes) if promise.closes else Text(zh="", en="")
    return CLOCKS[promise.direction].format(opens=opens, closes=closes)


CLOCKS = {
    Direction.WITHIN: Text(zh="自{opens}起，至{closes}止", en="runs from {opens} until {closes}"),
    Direction.NOTICE: Text(zh="{opens}须先于{closes}", en="{opens} must come before {closes}"),
    Direction.WAIT: Text(zh="自{opens}起，不得提早{closes}", en="from {opens} on; {closes} must not come earlier"),
    Direction.KEEP: Text(
        zh="自{opens}起保持，{closes}不得提早", en="kept from {opens} on; {closes} must not come earlier"
    ),
    Direction.NEVER: Text(zh="不得发生{opens}", en="{opens} must not happen"),
    Direction.LIMIT: Text(zh="{opens}时核对", en="checked at {opens}"),
}
WITHIN = {
    Direction.WITHIN: Text(zh="{time}内", en="within {time}"),
    Direction.NOTICE: Text(zh="至少提前 {time}", en="at least {time} before"),
    Direction.WAIT: Text(zh="至少 {time}后", en="not before {time} have passed"),
    Direction.KEEP: Text(zh="至少 {time}", en="at least {time}"),
    Direction.NEVER: Text(zh="{time}", en="{time}"),
    Direction.LIMIT: Text(zh="{time}", en="{time}"),
}
AT_ONCE = Text(zh="立即", en="at once")
ON_THE_DATE = Text(zh="按与客户约定的{fact}", en="on the {fact} agreed with the customer")
AFTER_THE_DATE = Text(
    zh="与客户约定的{fact}之后 {time}内", en="within {time} after the {fact} agreed with the customer"
)
SHORTER = Text(
    zh="与客户约定的{fact}更早的，以约定为准", en="where the {fact} agreed with the customer is earlier, that counts"
)
REPLACES = Text(zh="另定了{fact}的，以其为准", en="where a {fact} was set, that counts instead")
TARGET = Text(zh="内部目标 {time}", en="the operator's own target is {time}")
IN_HOURS = Text(zh="只计日历“{calendar}”的工作时间", en="only the open hours of the calendar “{calendar}” count")
IN_DATES = Text(zh="工作日按日历“{calendar}”", en="working days by the calendar “{calendar}”")


def allowed(promise: Promise, pack: Pack) -> Iterator[Text]:
    """How long, in which calendar, and what an agreed date changes."""
    if promise.limit is not None:
        yield bound(promise.limit, pack.declared)
    yield from _term(promise, pack)
    if promise.calendar != ROUND_THE_CLOCK and promise.working and promise.allowance is not None:
        words = IN_DATES if promise.allowance.by_the_date else IN_HOURS
        yield words.format(calendar=promise.calendar)
    if promise.target is not None:
        yield TARGET.format(time=promise.target.text)


def _term(promise: Promise, pack: Pack) -> Iterator[Text]:
    allowance, agreed = promise.allowance, promise.agreed
    fact = pack.declared[agreed.fact].title if agreed else None
    if agreed is not None and agreed.means == "is_the_promise":
        words = ON_THE_DATE if allowance is None else AFTER_THE_DATE
        yield words.format(fact=fact, time=allowance.text if allowance else "")
        return
    if allowance is not None:
        yield AT_ONCE if not allowance.number else WITHIN[promise.direction].format(time=allowance.text)
    if agreed is not None and fact is not None:
        yield (REPLACES if agreed.means == "replaces" else SHORTER).format(fact=fact)


def counting(promise: Promise) -> Iterator[Text]:
    """How days are counted, where days are counted."""
    days = promise.days
    if not _in_days(promise):
        return
    yield (
        Text(zh="起算当日为第 0 日", en="the day of the start is day 0")
        if days.report_day == "0"
        else Text(zh="起算当日为第 1 日", en="the day of the start is day 1")
    )
    if days.cutoff is not None:
        yield Text(
            zh=f"{days.cutoff:%H:%M} 以后的算作下一工作日",
            en=f"what comes after {days.cutoff:%H:%M} counts for the next working day",
        )
    if days.closed_start == "rolls":
        yield Text(zh="非工作日的算作下一工作日", en="what comes on a closed day counts for the next working day")
    if days.treated_as is not None:
        yield Text(
            zh=f"顺延的视为 {days.treated_as:%H:%M} 收到",
            en=f"what is moved on is taken to come at {days.treated_as:%H:%M}",
        )
    yield _end_of_day(days.ends_at)
    if days.outside_hours == "snaps":
        yield Text(
            zh="到期落在营业时间外的，移至下一次开门", en="a due time outside the hours moves to the next opening"
        )


def _in_days(promise: Promise) -> bool:
    return bool(promise.allowance and promise.allowance.by_the_date) or promise.agreed is not None


def _end_of_day(ends_at: str | None) -> Text:
    if ends_at is None:
        return Text(zh="到期时刻与起算时刻相同", en="due at the same time of day as the start")
    if ends_at == "closing":
        return Text(zh="最后一日计至下班", en="the last day ends at closing time")
    return Text(zh=f"最后一日计至 {ends_at}", en=f"the last day ends at {ends_at}")


def pauses(promise: Promise) -> Iterator[Text]:
    """What stops the clock for a while, and how it goes on."""
    if not promise.pauses:
        return
    yield Text(zh="{kinds}时暂停", en="stops at {kinds}").format(kinds=events(promise.pauses))
    if promise.resumes:
        yield Text(zh="{kinds}时恢复", en="goes on at {kinds}").format(kinds=events(promise.resumes))
    if promise.pause_measure == "wall":
        yield Text(zh="到期时刻按暂停的实际时长顺延", en="the due time moves by the length of the pause on the wall")


REOPENINGS = {
    Reopening.RESTART: Text(zh="{kinds}的，重新计时", en="{kinds} starts a new clock"),
    Reopening.CONTINUE: Text(
        zh="{kinds}的，接续计时，完成期间不计",
        en="{kinds} lets the clock go on; the time while it was closed does not count",
    ),
    Reopening.THROUGH: Text(zh="{kinds}的，视同从未完成", en="{kinds} counts as if it had never been closed"),
    Reopening.AGAIN: Text(
        zh="履约后{kinds}的，重新计时；已不再适用的不再计时",
        en="{kinds} starts a new clock once the last was met; what has fallen away stays so",
    ),
    Reopening.IGNORE: Text(zh="{kinds}的，不影响计时", en="{kinds} has no effect on the clock"),
}


def reopening(promise: Promise) -> Iterator[Text]:
    """What a reopening does."""
    if promise.reopens:
        yield REOPENINGS[promise.reopening].format(kinds=events(promise.reopens))


def population(rule: PopulationRule) -> Text:
    """A rule on all cases of a period, e.g. `in each quarter: mean ≤ 15 days`."""
    words, period = rule_in_words(rule), PERIODS[rule.period]
    rounded = rule.started_units and rule.statistic is not Statistic.SHARE_KEPT
    started = Text(zh="（不足一个单位的按一个计）", en=" (a unit that has begun counts as a whole one)")
    tail = started if rounded else Text(zh="", en="")
    return Text(zh=f"{period.zh}：{words.zh}{tail.zh}", en=f"{period.en}: {words.en}{tail.en}")


def headline(promise: Promise, pack: Pack) -> Text:
    """The clock and the time allowed in one sentence."""
    return begun(joined([clock(promise), *allowed(promise, pack)]))
