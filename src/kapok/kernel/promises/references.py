"""Every name in a pack must lead somewhere: instruments, calendars, rates, facts and their values."""

from __future__ import annotations

import difflib
import zoneinfo
from collections.abc import Iterable, Iterator
from typing import Any

from kapok.kernel.hours import HoursError
from kapok.kernel.promises import selector as selectors
from kapok.kernel.promises.allowance import Unit
from kapok.kernel.promises.compensation import Amount, Compensation
from kapok.kernel.promises.facts import FACTS, FactKind
from kapok.kernel.promises.findings import Path, Problem
from kapok.kernel.promises.ladders import TIMES
from kapok.kernel.promises.pack import ROUND_THE_CLOCK, Pack, Promise
from kapok.kernel.promises.selector import Bounds, Selector
from kapok.kernel.text import Text

MEASURED = frozenset({FactKind.MONEY, FactKind.NUMBER, FactKind.DURATION})
PAYABLE = frozenset({FactKind.MONEY})
NO_WORKING_TIME = Text(
    zh="没有任何工作时间，时限无法计算：请写出工作时段，或删去此日历",
    en="it has no working time, so nothing in it ever falls due: give it windows, or remove it",
)
IMPOSSIBLE = {
    "empty_range": Text(zh="范围为空", en="its range is empty"),
    "no_value": Text(zh="没有给出任何值", en="it lists no value"),
    "excluded_by_unless": Text(zh="所列各值都被 unless 排除", en="`unless` excludes every value it lists"),
}


def problems(pack: Pack) -> Iterator[Problem]:
    """Every name that leads nowhere, and every selector that can never match."""
    yield from _zone(pack)
    yield from _calendars(pack)
    yield from _own_facts(pack)
    for number, promise in enumerate(pack.promises):
        yield from _promise(pack, promise, ("promises", number))
    for number, duty in enumerate(pack.duties):
        yield from _known(duty.instrument, pack.instruments, ("duties", number, "instrument"), "instrument")
        yield from _selector(pack, duty.applies, {}, ("duties", number, "applies"))


def _promise(pack: Pack, promise: Promise, place: Path) -> Iterator[Problem]:
    yield from _known(promise.instrument, pack.instruments, (*place, "instrument"), "instrument")
    yield from _calendar(pack, promise, place)
    yield from _selector(pack, promise.applies, promise.unless, (*place, "applies"))
    yield from _selector(pack, promise.unless, {}, (*place, "unless"))
    if promise.agreed is not None:
        yield from _fact(pack, promise.agreed.fact, {FactKind.MOMENT}, (*place, "agreed"))
    if promise.limit is not None:
        yield from _fact(pack, promise.limit.fact, MEASURED, (*place, "limit"))
        yield from _limit(pack, promise, place)
    for number, compensation in enumerate(promise.compensation):
        yield from _compensation(pack, compensation, (*place, "compensation", number))


def _limit(pack: Pack, promise: Promise, place: Path) -> Iterator[Problem]:
    limit = promise.limit
    if limit is None or limit.fact not in pack.declared:
        return
    words = Bounds(at_least=limit.at_least, at_most=limit.at_most).unreadable(pack.declared[limit.fact])
    if words is not None:
        yield _bad_bound((*place, "limit"), words, limit.fact)


def _compensation(pack: Pack, compensation: Compensation, place: Path) -> Iterator[Problem]:
    yield from _selector(pack, compensation.when, compensation.unless, (*place, "when"))
    yield from _selector(pack, compensation.unless, {}, (*place, "unless"))
    yield from _selector(pack, compensation.extends_validity or {}, {}, (*place, "extends_validity"))
    if compensation.calendar is not None:
        yield from _known(compensation.calendar, {*pack.calendars, ROUND_THE_CLOCK}, (*place, "calendar"), "calendar")
    if compensation.set_off is not None:
        yield from _fact(pack, compensation.set_off, PAYABLE, (*place, "set_off"))
    if compensation.per.startswith("fact:"):
        yield from _fact(pack, compensation.per.removeprefix("fact:"), {FactKind.NUMBER}, (*place, "per"))
    if compensation.ladder is not None and compensation.ladder.measure not in TIMES:
        yield from _fact(pack, compensation.ladder.measure, MEASURED, (*place, "ladder"))
    for amount in amounts(compensation):
        yield from _amount(pack, amount, place)


def amounts(compensation: Compensation) -> Iterator[Amount]:
    """Every amount that a compensation names, also those within others."""
    steps = [*compensation.tiers, *(compensation.ladder.steps if compensation.ladder else ())]
    tops = [
        compensation.amount,
        *(step.amount for step in steps),
        compensation.cap.amount if compensation.cap else None,
    ]
    for top in tops:
        if top is not None:
            yield from _within(top)


def _within(amount: Amount) -> Iterator[Amount]:
    yield amount
    for part in (*amount.greater_of, *amount.sum_of):
        yield from _within(part)


def _amount(pack: Pack, amount: Amount, place: Path) -> Iterator[Problem]:
    if amount.rate is not None:
        yield from _known(amount.rate, pack.rates, place, "rate")
    if amount.of is not None:
        yield from _fact(pack, amount.of, PAYABLE, place)


def _zone(pack: Pack) -> Iterator[Problem]:
    if pack.zone not in zoneinfo.available_timezones():
        yield Problem(
            ("zone",),
            "unknown_zone",
            zh=f"未知时区“{pack.zone}”：请写 IANA 名称，如 Asia/Shanghai",
            en=f"unknown zone '{pack.zone}': write an IANA name such as Asia/Shanghai",
        )


def _calendars(pack: Pack) -> Iterator[Problem]:
    if ROUND_THE_CLOCK in pack.calendars:
        yield Problem(
            ("calendars", ROUND_THE_CLOCK),
            "reserved",
            zh=f"“{ROUND_THE_CLOCK}”是内置的全天日历：请换名",
            en=f"'{ROUND_THE_CLOCK}' is built in (round the clock): choose another name",
        )
    for name in pack.calendars:
        try:
            calendar = pack.calendar(name).calendar
        except HoursError as refusal:
            yield _bad_calendar(name, "calendar", refusal.text)
        else:
            if calendar.is_finite and not any(calendar.dated.values()):
                yield _bad_calendar(name, "no_working_time", NO_WORKING_TIME)


def _bad_calendar(name: str, code: str, text: Text) -> Problem:
    return Problem(("calendars", name), code, zh=f"日历 {name}：{text.zh}", en=f"calendar {name}: {text.en}")


def _calendar(pack: Pack, promise: Promise, place: Path) -> Iterator[Problem]:
    yield from _known(promise.calendar, {*pack.calendars, ROUND_THE_CLOCK}, (*place, "calendar"), "calendar")
    if promise.working and promise.calendar == ROUND_THE_CLOCK:
        unit = Unit.DAY if promise.allowance and promise.allowance.unit is Unit.WORKING_DAY else Unit.HOUR
        yield Problem(
            (*place, "allowance"),
            "working_time_without_calendar",
            zh=f"“{promise.code}”以工作时间计，须指明 calendar；若不分工作与休息请用 {unit}",
            en=f"'{promise.code}' counts working time: name its calendar, or write {unit}s if every hour counts",
        )


def _own_facts(pack: Pack) -> Iterator[Problem]:
    for name, declared in pack.facts.items():
        known = FACTS.get(name)
        if known is not None and known.kind is not declared.kind:
            yield Problem(
                ("facts", name),
                "fact_kind",
                zh=f"要素 {name} 已有定义，类型为 {known.kind}：请改类型或换名",
                en=f"fact {name} is known as a {known.kind}: use that kind or another name",
            )
        if known is None and (declared.kind is FactKind.CHOICE) != bool(declared.values):
            yield Problem(
                ("facts", name),
                "fact_values",
                zh=f"要素 {name}：类型为 choice 时须列出 values，否则不得列出",
                en=f"fact {name}: a choice lists its values, other kinds list none",
            )


def _known(name: str, names: Iterable[str], place: Path, what: str) -> Iterator[Problem]:
    if name not in (known := sorted(names)):
        near = difflib.get_close_matches(name, known, n=1)
        yield Problem(
            place,
            f"unknown_{what}",
            zh=f"未知 {what}“{name}”：" + (f"是否指“{near[0]}”？" if near else f"请在 {what}s 中定义"),
            en=f"unknown {what} '{name}': " + (f"did you mean '{near[0]}'?" if near else f"define it under {what}s"),
        )


def _fact(pack: Pack, name: str, kinds: Iterable[FactKind], place: Path) -> Iterator[Problem]:
    if name not in pack.declared:
        yield from _known(name, pack.declared, place, "fact")
    elif pack.declared[name].kind not in (wanted := sorted(kinds)):
        yield Problem(
            place,
            "fact_kind",
            zh=f"要素 {name} 的类型是 {pack.declared[name].kind}，此处须为 {'/'.join(wanted)}",
            en=f"fact {name} is a {pack.declared[name].kind}; a {' or '.join(wanted)} is needed here",
        )


def _selector(pack: Pack, selector: Selector, unless: Selector, place: Path) -> Iterator[Problem]:
    for name, condition in selector.items():
        if name not in pack.declared:
            yield from _known(name, pack.declared, (*place, name), "fact")
        else:
            yield from _condition(pack, name, condition, (*place, name))
    for name, reason in selectors.impossible(selector, unless, pack.declared):
        text = IMPOSSIBLE[reason]
        yield Problem(
            (*place, name),
            "never_matches",
            zh=f"条件 {name} 永不成立：{text.zh}；请改正或删去",
            en=f"the condition on {name} can never hold, {text.en}: correct or remove it",
        )


def _condition(pack: Pack, name: str, condition: Any, place: Path) -> Iterator[Problem]:
    fact = pack.declared[name]
    if isinstance(condition, Bounds):
        if fact.kind not in MEASURED:
            yield Problem(
                place,
                "range_of_choice",
                zh=f"要素 {name} 不能用范围：请列出其值",
                en=f"fact {name} has no range: list its values",
            )
        elif (words := condition.unreadable(fact)) is not None:
            yield _bad_bound(place, words, name)
    elif fact.kind is not FactKind.CHOICE:
        yield Problem(
            place,
            "value_of_range",
            zh=f"要素 {name} 的类型是 {fact.kind}：请用范围，如 {{at_least: 1}}",
            en=f"fact {name} is a {fact.kind}: give a range such as {{at_least: 1}}",
        )
    else:
        yield from _unknown_values(name, sorted(set(condition) - fact.values), fact.values, place)


def _unknown_values(name: str, values: Iterable[str], known: Iterable[str], place: Path) -> Iterator[Problem]:
    for value in values:
        near = difflib.get_close_matches(value, known, n=1)
        yield Problem(
            place,
            "unknown_value",
            zh=f"{name} 没有值“{value}”，此条件永不成立："
            + (f"是否指“{near[0]}”？" if near else "请改正，或在 facts 中声明"),
            en=f"{name} has no value '{value}', so this can never match: "
            + (f"did you mean '{near[0]}'?" if near else "correct it, or declare it under facts"),
        )


def _bad_bound(place: Path, words: str, fact: str) -> Problem:
    return Problem(
        place, "bound", zh=f"“{words}”不是 {fact} 的值：请改正", en=f"'{words}' is not a value of {fact}: correct it"
    )
