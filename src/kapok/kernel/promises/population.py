"""Rules on many cases together: `mean <= 15 days`, `share within 24 hours >= 90 %`, `P80 <= 72 hours`.

The cases of one promise and one period come as a `Population`, in columns. Which case belongs to which period is the caller's
business: by published practice, the period in which it was completed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

import numpy as np

from kapok.kernel.hours import Hours
from kapok.kernel.promises import statistics
from kapok.kernel.promises.allowance import SECONDS, Allowance, Unit
from kapok.kernel.promises.judgement import Judgement, Outcome
from kapok.kernel.promises.pack import Pack, Promise
from kapok.kernel.promises.statistics import Lengths, micros
from kapok.kernel.promises.terms import PopulationRule, Statistic
from kapok.kernel.text import Text

DAY = timedelta(days=1)
NAMES = {
    Statistic.MEAN: Text(zh="平均值", en="mean"),
    Statistic.MAX: Text(zh="最大值", en="maximum"),
    Statistic.SHARE_KEPT: Text(zh="履约率", en="share kept"),
    Statistic.SHARE_BY_AGREED_DATE: Text(zh="约定日期达成率", en="share by the agreed date"),
}


@dataclass(frozen=True, kw_only=True)
class Population:
    """The cases of one promise in one period, as columns."""

    elapsed: Lengths
    """Microseconds of running time of each completed case, pauses left out."""
    working_days: Lengths = ()
    """Working days of each completed case, where the rules count working days."""
    kept: int = 0
    """Cases kept."""
    decided: int = 0
    """Cases kept, broken, or overdue and still open."""
    by_agreed_date: int = 0
    """Completed cases that met the agreed date."""
    with_agreed_date: int = 0
    """Completed cases that had one."""


@dataclass(frozen=True)
class Verdict:
    """What became of one rule. Times are microseconds (working days: days), shares are fractions of one."""

    rule: PopulationRule
    measured: Fraction | None
    """None where there were no cases."""
    limit: Fraction
    held: bool | None
    """None where there were no cases."""
    cases: int

    @property
    def text(self) -> Text:
        """The rule in words."""
        return words(self.rule)


def population(rules: Sequence[PopulationRule], cases: Population) -> list[Verdict]:
    """The verdict on each rule over the cases of one period."""
    return [_verdict(rule, cases) for rule in rules]


def gathered(judged: Sequence[Judgement], pack: Pack) -> Population:
    """The cases of a period as columns, from their judgements."""
    done = [row for row in judged if row.state in {Outcome.KEPT, Outcome.BROKEN} and row.closed_at is not None]
    agreed = [row for row in done if row.promise.agreed is not None]
    return Population(
        elapsed=[micros(row.elapsed) for row in done],
        working_days=[
            _working_days(row.opened_at, row.closed_at, pack.calendar(row.promise.calendar))
            for row in done
            if _counts_days(row.promise) and row.opened_at and row.closed_at
        ],
        kept=sum(row.state is Outcome.KEPT for row in judged),
        decided=sum(row.state is Outcome.KEPT or row.breached for row in judged),
        by_agreed_date=sum(row.state is Outcome.KEPT for row in agreed),
        with_agreed_date=len(agreed),
    )


def _counts_days(promise: Promise) -> bool:
    limits = (rule.within or rule.at_most for rule in promise.population)
    return any(limit is not None and limit.unit is Unit.WORKING_DAY for limit in limits)


def _working_days(opened: datetime, closed: datetime, hours: Hours) -> int:
    """How many working days lie after the day of the opening, up to that of the closing."""
    first, last = (moment.astimezone(hours.zone).date() for moment in (opened, closed))
    return sum(hours.is_working_day(first + n * DAY) for n in range(1, (last - first).days + 1))


def words(rule: PopulationRule) -> Text:
    """A rule in words, e.g. `mean <= 15 days`."""
    if rule.statistic is Statistic.PERCENTILE:
        name = Text(zh=f"第 {rule.percentile} 百分位", en=f"P{rule.percentile}")
    elif rule.within is not None:
        name = Text(zh=f"{rule.within.text.zh}内的比例", en=f"share within {rule.within.text.en}")
    else:
        name = NAMES[rule.statistic]
    if rule.at_most is not None:
        return Text(zh=f"{name.zh} ≤ {rule.at_most.text.zh}", en=f"{name.en} ≤ {rule.at_most.text.en}")
    return Text(zh=f"{name.zh} ≥ {rule.at_least}%", en=f"{name.en} ≥ {rule.at_least} %")


def _verdict(rule: PopulationRule, cases: Population) -> Verdict:
    if rule.at_least is not None:
        measured, count = _share(rule, cases)
        limit = Fraction(rule.at_least) / 100
        return Verdict(rule, measured, limit, None if measured is None else measured >= limit, count)
    allowance = rule.at_most or Allowance.parse("0 seconds")
    column = _lengths(rule, allowance, cases)
    limit, value = Fraction(length(allowance)), _statistic(rule, column)
    return Verdict(rule, value, limit, None if value is None else value <= limit, len(column))


def _share(rule: PopulationRule, cases: Population) -> tuple[Fraction | None, int]:
    if rule.within is not None:
        column = _lengths(rule, rule.within, cases)
        within = int(np.count_nonzero(np.asarray(column, dtype=np.int64) <= length(rule.within)))
        return statistics.share(within, len(column)), len(column)
    if rule.statistic is Statistic.SHARE_KEPT:
        return statistics.share(cases.kept, cases.decided), cases.decided
    return statistics.share(cases.by_agreed_date, cases.with_agreed_date), cases.with_agreed_date


def _statistic(rule: PopulationRule, column: Lengths) -> Fraction | None:
    if rule.statistic is Statistic.MEAN:
        return statistics.mean(column)
    percent = 100 if rule.percentile is None else rule.percentile
    value = statistics.percentile(column, percent)
    return None if value is None else Fraction(value)


def _lengths(rule: PopulationRule, limit: Allowance, cases: Population) -> Lengths:
    """The column that a limit is compared with: working days, or running time, in started units if the rule says so."""
    if limit.unit is Unit.WORKING_DAY:
        return cases.working_days
    if not rule.started_units:
        return cases.elapsed
    return statistics.started(cases.elapsed, timedelta(seconds=SECONDS[limit.unit]))


def length(limit: Allowance) -> int:
    """A limit as a number of its column: microseconds, or working days. A month is 30 days and a year 365 in a statistic."""
    if limit.unit is Unit.WORKING_DAY:
        return int(limit.number)
    seconds = {Unit.MONTH: 30 * 86400, Unit.YEAR: 365 * 86400} | SECONDS
    return int(limit.number * seconds[limit.unit] * 1_000_000)
