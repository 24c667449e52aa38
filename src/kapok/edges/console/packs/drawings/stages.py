"""The stage budget of a promise: which stage may take how long, when it begins at the latest path, and what is held in reserve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from kapok.edges.console.packs.drawings.week import Bar
from kapok.kernel.promises import Allowance, Pack, Promise
from kapok.kernel.promises.allowance import SECONDS, Unit
from kapok.kernel.promises.budgets import comparable, longest
from kapok.kernel.promises.terms import Branches, PathStep
from kapok.kernel.text import Text

LARGE_UNITS = (Unit.DAY, Unit.HOUR, Unit.MINUTE)


@dataclass(frozen=True)
class Stage:
    """One stage: what it is, how long it may take, where it stands, and whether it is on the longest path."""

    promise: Promise
    bar: Bar
    decisive: bool


@dataclass(frozen=True)
class BudgetDrawing:
    """The stages in order, their sum on the longest path, and the reserve."""

    stages: Sequence[Stage]
    total: Text
    promised: Text
    reserve: Text
    reserve_percent: str
    reserve_bar: Bar
    spare: Text | None
    """What neither the stages nor the reserve take up."""


def budget_drawing(promise: Promise, pack: Pack) -> BudgetDrawing | None:
    """The stage budget of a promise as it is drawn; None if it has none."""
    budget = promise.budget
    whole = None if promise.allowance is None else comparable(promise.allowance)
    if budget is None or whole is None or promise.allowance is None:
        return None
    codes = list(_codes(budget.path))
    rows = {code: pack.by_code[code][-1] for code in codes}
    lengths = {code: _length(row) for code, row in rows.items()}
    total, decisive = longest(budget, lengths)
    begins: dict[str, Fraction] = {}
    _place(budget.path, Fraction(0), lengths, begins)
    reserve = whole[1] * Fraction(budget.reserve) / 100
    spare = whole[1] - reserve - total
    return BudgetDrawing(
        stages=[Stage(rows[code], _bar(begins[code], lengths[code], whole[1]), code in decisive) for code in codes],
        total=span(total),
        promised=promise.allowance.text,
        reserve=span(reserve),
        reserve_percent=f"{budget.reserve:f}",
        reserve_bar=_bar(whole[1] - reserve, reserve, whole[1]),
        spare=span(spare) if spare else None,
    )


def span(seconds: Fraction) -> Text:
    """A length in the largest unit in which it has at most two decimal places, e.g. `18 hours` or `3.75 days`."""
    unit = next((unit for unit in LARGE_UNITS if _fits(seconds / SECONDS[unit])), Unit.SECOND)
    number = seconds / SECONDS[unit]
    return Allowance(Decimal(number.numerator) / number.denominator, unit).text


def _fits(number: Fraction) -> bool:
    return number >= 1 and (number * 100).denominator == 1


def _codes(path: Sequence[PathStep]) -> Iterator[str]:
    for step in path:
        if isinstance(step, Branches):
            for branch in step.branches:
                yield from _codes(branch)
        else:
            yield step


def _place(
    path: Sequence[PathStep], start: Fraction, lengths: Mapping[str, Fraction], begins: dict[str, Fraction]
) -> Fraction:
    """Note where each stage begins; returns where the path ends."""
    for step in path:
        if isinstance(step, Branches):
            start = max(_place(branch, start, lengths, begins) for branch in step.branches)
        else:
            begins[step] = start
            start += lengths[step]
    return start


def _length(row: Promise) -> Fraction:
    found = None if row.allowance is None else comparable(row.allowance)
    return Fraction(0) if found is None else found[1]


def _bar(start: Fraction, length: Fraction, whole: Fraction) -> Bar:
    return Bar(f"{float(start * 100 / whole):.2f}%", f"{float(length * 100 / whole):.2f}%")
