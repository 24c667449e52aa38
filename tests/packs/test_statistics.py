"""Statistics by their published definitions, and rules on whole populations."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapok.kernel import promises
from kapok.kernel.promises import DEFINITIONS, Entry, Population, population, statistics
from kapok.kernel.promises.terms import Statistic
from tests.packs.small import DAY, FAR, HOUR, at, pack

HOURS = 3_600_000_000


def test_every_statistic_of_a_rule_and_of_the_library_is_defined_in_both_languages() -> None:
    library = {
        "count",
        "per_100_lines",
        "share_of_bills",
        "unavailability",
        "availability",
        "mean_of_samples",
        "started_units",
    }
    assert set(DEFINITIONS) == {statistic.value for statistic in Statistic} | library
    assert all(text.zh and text.en and text.zh != text.en for text in DEFINITIONS.values())


@pytest.mark.parametrize(("percent", "value"), [(1, 1), (20, 1), (21, 2), (50, 3), (80, 4), (95, 5), (99, 5), (100, 5)])
def test_nearest_rank(percent: int, value: int) -> None:
    assert statistics.percentile([5, 3, 1, 4, 2], percent) == value


def test_of_no_cases_there_is_no_statistic() -> None:
    assert statistics.mean([]) is None
    assert statistics.maximum([]) is None
    assert statistics.percentile([], 95) is None
    assert statistics.share_within([], HOUR) is None
    assert statistics.share(0, 0) is None
    assert statistics.per_100_lines(3, 0) is None
    assert statistics.availability(0, 0) is None


def test_means_and_shares_are_exact() -> None:
    assert statistics.mean([1, 2, 2]) == Fraction(5, 3)
    assert statistics.maximum([1, 7, 2]) == 7
    assert statistics.share_within([HOURS, HOURS + 1, 2], HOUR) == Fraction(2, 3)
    assert statistics.per_100_lines(7, 300) == Fraction(7, 3)


def test_a_sum_beyond_64_bits_is_exact() -> None:
    column = np.full(1000, 2**62, dtype=np.int64)
    assert statistics.total(column) == 1000 * 2**62
    assert statistics.mean(column) == 2**62


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=50))
def test_sums_are_those_of_whole_numbers(values: list[int]) -> None:
    assert statistics.total(values) == sum(values)
    assert statistics.percentile(values, 100) == max(values)


def test_unavailability_counts_overlaps_once_and_only_the_period() -> None:
    outages = [(-5, 10), (5, 12), (20, 25), (21, 22), (90, 200)]
    assert statistics.unavailability(outages, 0, 100) == 12 + 5 + 10
    assert statistics.unavailability(outages, 100, 200) == 100  # what runs on counts anew
    assert statistics.availability(27, 100) == Fraction(73, 100)


def test_started_units_round_up() -> None:
    assert statistics.started([0, 1, HOURS, HOURS + 1], HOUR).tolist() == [0, HOURS, HOURS, 2 * HOURS]


RULES = """
opens: fault.reported
closes: fault.restored
allowance: 24 hours
agreed: {fact: promised_date}
population:
  - {statistic: mean, at_most: 6 hours}
  - {statistic: max, at_most: 30 hours}
  - {statistic: percentile, percentile: 80, at_most: 8 hours}
  - {statistic: share_within, within: 8 hours, at_least: 90 %}
  - {statistic: share_kept, at_least: 75 %}
  - {statistic: share_by_agreed_date, at_least: 90 %}
  - {statistic: mean, at_most: 6 hours, started_units: true, period: month}
"""


def test_population_rules_over_the_judgements_of_a_period() -> None:
    rules = pack(RULES)
    start, promise = at("2026-03-02 08:00"), rules.promises[0]
    judged = []
    for hours in (2, 4.5, 5, 30, None):
        entries = [Entry("fault.reported", start)]
        entries += [] if hours is None else [Entry("fault.restored", start + hours * HOUR)]
        judged += promises.judge(promise, rules, entries, {}, start + 2 * DAY)
    verdicts = population(promise.population, promises.gathered(judged, rules))
    assert [(row.text.en, row.measured, row.held, row.cases) for row in verdicts] == [
        ("mean ≤ 6 hours", Fraction(83, 8) * HOURS, False, 4),
        ("maximum ≤ 30 hours", 30 * HOURS, True, 4),
        ("P80 ≤ 8 hours", 30 * HOURS, False, 4),
        ("share within 8 hours ≥ 90 %", Fraction(3, 4), False, 4),
        ("share kept ≥ 75 %", Fraction(3, 5), False, 5),
        ("share by the agreed date ≥ 90 %", Fraction(3, 4), False, 4),
        ("mean ≤ 6 hours", Fraction(42, 4) * HOURS, False, 4),
    ]
    assert [row.text.zh for row in verdicts][2:4] == ["第 80 百分位 ≤ 8 小时", "8 小时内的比例 ≥ 90%"]
    assert verdicts[0].limit == 6 * HOURS


def test_a_population_of_nobody_is_neither_held_nor_missed() -> None:
    rules = pack(RULES)
    verdicts = population(rules.promises[0].population, promises.gathered([], rules))
    assert [(row.measured, row.held, row.cases) for row in verdicts] == [(None, None, 0)] * 7


@pytest.mark.parametrize(
    ("limit", "held"), [("1 month", True), ("1 year", True), ("4 weeks", True), ("20 days", False)]
)
def test_long_limits_have_a_fixed_length_in_a_statistic(limit: str, held: bool) -> None:
    rules = pack(
        "opens: order.paid\ncloses: order.completed\nallowance: 2 months\n"
        f"population: [{{statistic: max, at_most: {limit}}}]"
    )
    cases = Population(elapsed=[25 * 24 * HOURS])
    assert population(rules.promises[0].population, cases)[0].held is held


def test_working_days_are_counted_and_not_measured() -> None:
    rules = pack("""
opens: order.paid
closes: order.completed
allowance: 10 working days
calendar: weekdays
population:
  - {statistic: mean, at_most: 3 working days}
  - {statistic: share_within, within: 2 working days, at_least: 50 %}
""")
    friday, judged = at("2026-03-06 10:00"), []
    for days in (0, 3, 7):  # the same day; Monday; the Friday after
        entries = [Entry("order.paid", friday), Entry("order.completed", friday + timedelta(days=days))]
        judged += promises.judge(rules.promises[0], rules, entries, {}, FAR)
    cases = promises.gathered(judged, rules)
    assert list(cases.working_days) == [0, 1, 5]
    mean, share = population(rules.promises[0].population, cases)
    assert (mean.measured, mean.held, share.measured) == (Fraction(2), True, Fraction(2, 3))
