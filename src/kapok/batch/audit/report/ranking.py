"""Long lists cut to what a page can hold: the first rows, all others in one row, and the sum of everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from kapok.batch.audit.figures import Holder, Total
from kapok.batch.audit.report import charts

Row = TypeVar("Row")


@dataclass(frozen=True)
class Holding:
    """One row of who held the baton; `others` counts the holders that this row stands for."""

    unit: str | None
    person: str | None
    held_us: int
    received: int
    passed_on: int
    held_when_broken: int
    cases: int | None
    bar: str
    others: int = 0


@dataclass(frozen=True)
class Holdings:
    """All holders of a kind, the longest first, with their sum."""

    rows: tuple[Holding, ...]
    sum: Holding
    is_cut: bool


@dataclass(frozen=True)
class Tally:
    """One row of opened commitments and those not kept."""

    key: str
    opened: int
    broken: int
    owed_minor: int
    segments: tuple[charts.Segment, ...]
    others: int = 0


@dataclass(frozen=True)
class Tallies:
    """All keys of a kind in their order, with their sum."""

    rows: tuple[Tally, ...]
    sum: Tally
    is_cut: bool


def holdings(holders: Sequence[Holder], shown: int) -> Holdings:
    """The `shown` longest holders, units or persons; the rest in one row, so that the rows add up to the sum."""
    ranked = sorted(holders, key=lambda holder: (-holder.held_us, holder.person or "", holder.unit or ""))
    first, rest = _cut(ranked, shown)
    greatest = max((holder.held_us for holder in holders), default=0)
    rows = [_holding(holder, greatest) for holder in first]
    if rest:
        rows.append(_joined(rest, others=len(rest)))
    return Holdings(tuple(rows), _joined(ranked), bool(rest))


def _cut(ranked: list[Row], shown: int) -> tuple[list[Row], list[Row]]:
    return (ranked, []) if len(ranked) <= shown + 1 else (ranked[:shown], ranked[shown:])


def _holding(holder: Holder, greatest: int) -> Holding:
    return Holding(
        unit=holder.unit,
        person=holder.person,
        held_us=holder.held_us,
        received=holder.received,
        passed_on=holder.passed_on,
        held_when_broken=holder.held_when_broken,
        cases=holder.cases,
        bar=charts.length(holder.held_us, greatest),
    )


def _joined(holders: Sequence[Holder], others: int = 0) -> Holding:
    """Several holders as one row; a case that two of them held would count twice, so cases are not added."""
    return Holding(
        unit=None,
        person=None,
        held_us=sum(holder.held_us for holder in holders),
        received=sum(holder.received for holder in holders),
        passed_on=sum(holder.passed_on for holder in holders),
        held_when_broken=sum(holder.held_when_broken for holder in holders),
        cases=None,
        bar="0",
        others=others,
    )


def tallies(totals: Sequence[Total], shown: int) -> Tallies:
    """The `shown` keys with the most not kept, the rest in one row, and the sum."""
    ranked = sorted(totals, key=lambda total: (-total.broken, -total.opened, total.key))
    first, rest = _cut(ranked, shown)
    greatest = max((total.opened for total in first), default=0)
    rows = [_tally([total], total.key, greatest) for total in first]
    if rest:
        rows.append(_tally(rest, "", 0, others=len(rest)))
    return Tallies(tuple(rows), _tally(ranked, "", 0), bool(rest))


def chronicle(totals: Sequence[Total]) -> Tallies:
    """The months in their order, with the sum."""
    ordered = sorted(totals, key=lambda total: total.key)
    greatest = max((total.opened for total in ordered), default=0)
    rows = tuple(_tally([total], total.key, greatest) for total in ordered)
    return Tallies(rows, _tally(ordered, "", 0), is_cut=False)


def _tally(totals: Sequence[Total], key: str, greatest: int, others: int = 0) -> Tally:
    opened, broken = sum(total.opened for total in totals), sum(total.broken for total in totals)
    parts = [("broken", broken), ("calm", opened - broken), ("rest", greatest - opened)] if greatest else []
    return Tally(key, opened, broken, sum(total.owed_minor for total in totals), charts.stacked(parts), others)
