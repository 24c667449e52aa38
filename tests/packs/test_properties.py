"""What must hold for any matter and any sum."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from kapok.kernel import promises
from kapok.kernel.hours import due, elapsed
from kapok.kernel.promises import Entry, Judgement, Outcome
from kapok.kernel.promises.compensation import Step
from kapok.kernel.promises.ladders import step_for
from tests.packs.small import FAR, pack, utc

START = utc("2026-03-02 08:00")
KINDS = [
    "fault.reported", "fault.restored", "fault.cancelled", "fault.reopened", "customer.deferred", "customer.returned",
    "customer.informed", "matter.changed",
]  # fmt: skip
FAULT = "opens: fault.reported\ncloses: fault.restored\n"
TERMS = """
opens: [fault.reported, customer.informed]
closes: [fault.restored, customer.informed]
voids: fault.cancelled
pauses: customer.deferred
resumes: customer.returned
reopens: fault.reopened
reopening: {policy}
on_change: {change}
allowance: {allowance}
calendar: {calendar}
unless: {{cause: customer}}
compensation: {{per: 1 hour, amount: 1}}
"""
RULES = [
    pack(TERMS.format(policy=policy, change=change, allowance=allowance, calendar=calendar))
    for policy in ("restart", "continue", "through", "ignore")
    for change in ("from_start", "from_now")
    for allowance, calendar in (("24 hours", "always"), ("9 working hours", "office"), ("2 working days", "weekdays"))
]

moments = st.integers(0, 400).map(lambda quarters: START + quarters * timedelta(minutes=15))
causes = st.sampled_from([{}, {"cause": "customer"}, {"cause": "operator"}, {"stops": "stage"}])
entries = st.builds(Entry, st.sampled_from(KINDS), moments, causes)
matters = st.lists(entries, max_size=12)
rules = st.sampled_from(RULES)


@settings(max_examples=200, deadline=None)
@given(rules, matters, st.randoms(), moments)
def test_the_order_in_which_entries_arrive_does_not_matter(
    rule: promises.Pack, matter: list[Entry], chance: Random, until: datetime
) -> None:
    shuffled = list(matter)
    chance.shuffle(shuffled)
    assert promises.judge_all(rule, shuffled, {}, until) == promises.judge_all(rule, matter, {}, until)


@settings(max_examples=200, deadline=None)
@given(rules, matters, entries, moments)
def test_what_comes_later_is_not_known_yet(
    rule: promises.Pack, matter: list[Entry], late: Entry, until: datetime
) -> None:
    future = Entry(late.kind, FAR, late.facts)
    assert promises.judge_all(rule, [*matter, future], {}, until) == promises.judge_all(rule, matter, {}, until)


@settings(max_examples=200, deadline=None)
@given(rules, matters)
def test_every_commitment_is_consistent(rule: promises.Pack, matter: list[Entry]) -> None:
    judged = promises.judge_all(rule, matter, {}, FAR)
    assert [row.breach_number for row in judged if row.breached] == list(
        range(1, sum(row.breached for row in judged) + 1)
    )
    for row in judged:
        _consistent(row)


def _consistent(row: Judgement) -> None:
    assert row.late_by >= timedelta()
    assert row.elapsed >= timedelta()
    assert (row.late_by > timedelta()) == row.breached
    assert all(ends is None or begins <= ends for begins, ends in row.pauses)
    if row.state in {Outcome.KEPT, Outcome.BROKEN}:
        assert row.closed_at is not None
        assert row.due_at is not None
        assert (row.closed_at <= row.due_at) == (row.state is Outcome.KEPT)
    assert promises.explain(row).zh != promises.explain(row).en


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 60)), max_size=4))
def test_pauses_one_after_the_other_are_the_same_as_all_at_once(spans: list[tuple[int, int]]) -> None:
    """The due moment that moves with each pause is the one that the clock finds with the pauses left out."""
    rule = pack(TERMS.format(policy="continue", change="from_start", allowance="9 working hours", calendar="office"))
    pauses, reached = [], START
    for begins, length in sorted(spans):
        start = max(reached, START + begins * timedelta(minutes=15))
        pauses.append((start, start + (length + 1) * timedelta(minutes=15)))
        reached = pauses[-1][1] + timedelta(minutes=15)
    matter = [Entry("fault.reported", START)]
    for begin, end in pauses:
        matter += [Entry("customer.deferred", begin), Entry("customer.returned", end)]
    (row,) = promises.judge_all(rule, matter, {}, FAR)
    hours = rule.calendar("office")
    assert row.due_at == due(START, timedelta(hours=9), hours, pauses)
    assert row.elapsed == elapsed(START, FAR, hours, pauses)


TIERED = pack("""
opens: fault.reported
closes: fault.restored
allowance: 4 hours
compensation:
  per: 1 hour
  tiers: [{from: 1, below: 4, amount: 2}, {from: 4, below: 9, amount: 4, retroactive: true}, {from: 9, amount: 5}]
  cap: {amount: 90}
""")


def owed(minutes: int) -> int:
    matter = [Entry("fault.reported", START), Entry("fault.restored", START + timedelta(hours=4, minutes=minutes))]
    (row,) = promises.judge_all(TIERED, matter, {}, FAR)
    award = promises.award(row, {}, TIERED, FAR)
    return award.money.minor if award is not None and award.money is not None else 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 3000))
def test_later_never_costs_less_and_never_more_than_the_cap(one: int, other: int) -> None:
    less, more = sorted([one, other])
    assert owed(less) <= owed(more) <= 9000


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5000), st.integers(1, 5000))
def test_the_sum_of_the_days_is_the_sum_of_its_runs(days: int, cents: int) -> None:
    rule = pack(
        FAULT + f"allowance: 0 seconds\ncompensation: {{per: day, amount: {cents / 100:.2f}}}",
        zone="UTC",
    )
    matter = [Entry("fault.reported", START), Entry("fault.restored", START + timedelta(days=days, hours=1))]
    (row,) = promises.judge_all(rule, matter, {}, FAR)
    award = promises.award(row, {}, rule, FAR)
    assert (award.money.minor if award and award.money else 0) == days * cents


bounds = st.lists(st.integers(1, 1000), min_size=1, max_size=6, unique=True).map(sorted)


@settings(max_examples=100, deadline=None)
@given(bounds, st.integers(0, 1100), st.booleans())
def test_a_ladder_without_gaps_puts_every_measure_on_exactly_one_step(
    edges: list[int], measure: int, lower: bool
) -> None:
    opening, closing = ("from", "below") if lower else ("over", "up_to")
    sides: list[int | None] = [None, *edges, None]
    steps = tuple(
        Step.model_validate(
            ({} if low is None else {opening: low}) | ({} if high is None else {closing: high}) | {"amount": number}
        )
        for number, (low, high) in enumerate(pairwise(sides))
    )
    found = [step for step in steps if step_for((step,), Decimal(measure), time=False)]
    assert len(found) == 1
    expected = sum(edge <= measure if lower else edge < measure for edge in edges)
    assert found[0].amount.flat == expected
    written = ", ".join(
        "{"
        + ", ".join([*(f"{k}: {v}" for k, v in ((opening, low), (closing, high)) if v is not None), "amount: 1"])
        + "}"
        for low, high in pairwise(sides)
    )
    ladder = f"compensation: {{ladder: {{measure: lines, steps: [{written}]}}}}"
    assert pack(FAULT + "allowance: 1 hour\n" + ladder).promises[0].compensation[0].ladder is not None


@settings(max_examples=100, deadline=None)
@given(st.fractions(min_value=0, max_value=10**6))
def test_rounding_an_exact_fraction_is_off_by_half_a_unit_at_most(total: Fraction) -> None:
    from kapok.kernel.promises.worth import Purse

    settled = Purse(TIERED, {}).money(total).minor
    assert abs(Fraction(settled) - total * 100) <= Fraction(1, 2)
