"""Two audits side by side: every figure of both, the difference, and whether it is for the better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kapok.batch.audit.figures import Bilingual, Figures, PromiseFigures, Stage
from kapok.batch.audit.report import summary
from kapok.batch.audit.report.format import NOTHING, mean, share
from kapok.batch.audit.report.page import render
from kapok.batch.audit.report.reader import Reader
from kapok.batch.audit.report.summary import Counts
from kapok.kernel.text import Language

LOWER_IS_BETTER, NEITHER, HIGHER_IS_BETTER = -1, 0, 1
Shown = Callable[[int], str]


@dataclass(frozen=True)
class Line:
    """One measure of both audits; `verdict` is `better`, `worse`, `same`, or empty when a change means neither."""

    name: str
    left: str
    right: str
    difference: str
    verdict: str


@dataclass(frozen=True)
class PromiseLines:
    """A promise with its measures; `only` is `left` or `right` when the other audit does not have it."""

    code: str
    title: Bilingual
    only: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Side:
    """One audit, for the head of the comparison."""

    figures: Figures
    costliest: tuple[Stage, ...]

    @classmethod
    def of(cls, figures: Figures) -> Side:
        """The audit with its costliest stages, the costliest first."""
        stages = {stage.activity: stage for stage in figures.chain.stages}
        return cls(figures, tuple(stages[name] for name in figures.chain.costliest if name in stages))


def compare(left: dict[str, Any], right: dict[str, Any], language: Language) -> str:
    """Two audits, as their `figures.json` holds them, as an HTML fragment; differences are right minus left.

    Raises `pydantic.ValidationError` for something that is not the figures of an audit.
    """
    before, after = Figures.from_json(left), Figures.from_json(right)
    reader = Reader.of(language, after.zone)
    return render(
        "comparison.html",
        r=reader,
        sides=(("left", Side.of(before)), ("right", Side.of(after))),
        other_pack=(before.pack, before.pack_version) != (after.pack, after.pack_version),
        other_currency=None not in (before.currency, after.currency) and before.currency != after.currency,
        whole=_whole(before, after, reader),
        baton=_baton(before, after, reader),
        promises=_promises(before, after, reader),
    )


def _line(name: str, left: int | None, right: int | None, shown: Shown, better: int) -> Line:
    """A measure that is a whole number, shown by `shown`."""
    if left is None or right is None:
        before, after = (NOTHING if value is None else shown(value) for value in (left, right))
        return Line(name, before, after, NOTHING, "")
    change = right - left
    sign = "+" if change > 0 else "−"
    return Line(name, shown(left), shown(right), sign + shown(abs(change)), _verdict(change, better))


def _verdict(change: Fraction | int, better: int) -> str:
    if change == 0:
        return "same"
    if better == NEITHER:
        return ""
    return "better" if change * better > 0 else "worse"


def _share_line(name: str, left: tuple[int, int], right: tuple[int, int], better: int, reader: Reader) -> Line:
    """A measure that is a part of a whole; the difference is in percentage points."""
    if not left[1] or not right[1]:
        return Line(name, share(*left), share(*right), NOTHING, "")
    change = 100 * (Fraction(*right) - Fraction(*left))
    sign = "+" if change > 0 else "−"
    points = reader("points", n=f"{sign}{float(abs(change)):.1f}")
    return Line(name, share(*left), share(*right), points, _verdict(change, better))


def _counts(before: Counts, after: Counts, reader: Reader) -> list[Line]:
    kept = ((before.kept, before.decided), (after.kept, after.decided))
    return [
        _line(reader("opened"), before.opened, after.opened, reader.number, NEITHER),
        _share_line(reader("share_kept"), *kept, HIGHER_IS_BETTER, reader),
        _line(reader("kept"), before.kept, after.kept, reader.number, NEITHER),
        _line(reader("broken"), before.broken, after.broken, reader.number, LOWER_IS_BETTER),
        _line(reader("overdue"), before.overdue, after.overdue, reader.number, LOWER_IS_BETTER),
        _line(reader("open"), before.open, after.open, reader.number, NEITHER),
    ]


def _cost(left: tuple[int | None, str | None], right: tuple[int | None, str | None], reader: Reader) -> list[Line]:
    (before, coin), (after, other) = left, right
    if before is None and after is None:
        return []
    if coin != other:
        return [Line(reader("cost"), reader.money(before, coin), reader.money(after, other), NOTHING, "")]
    return [_line(reader("cost"), before, after, lambda minor: reader.money(minor, coin), LOWER_IS_BETTER)]


def _whole(before: Figures, after: Figures, reader: Reader) -> list[Line]:
    cost = _cost((summary.owed(before), before.currency), (summary.owed(after), after.currency), reader)
    return [
        _line(reader("cases_read"), before.reading.cases, after.reading.cases, reader.number, NEITHER),
        *_counts(Counts.of(*before.promises), Counts.of(*after.promises), reader),
        *cost,
    ]


def _baton(before: Figures, after: Figures, reader: Reader) -> list[Line]:
    left, right = before.baton, after.baton
    lost = [(side.first_contact_lost, side.cases_with_person) for side in (left, right)]
    return [
        _line(reader("total_held"), left.total_us, right.total_us, reader.duration, NEITHER),
        _line(reader("transfers"), left.transfers, right.transfers, reader.number, LOWER_IS_BETTER),
        _line(reader("ping_pong"), left.ping_pong, right.ping_pong, reader.number, LOWER_IS_BETTER),
        _line(reader("returns"), left.returns, right.returns, reader.number, LOWER_IS_BETTER),
        _share_line(reader("first_contact"), lost[0], lost[1], LOWER_IS_BETTER, reader),
    ]


def _promises(before: Figures, after: Figures, reader: Reader) -> list[PromiseLines]:
    left = {promise.code: promise for promise in before.promises if promise.opened}
    right = {promise.code: promise for promise in after.promises if promise.opened}
    return [
        *(_promise(left[code], right[code], reader) for code in left if code in right),
        *(PromiseLines(code, left[code].title, "left", ()) for code in left if code not in right),
        *(PromiseLines(code, right[code].title, "right", ()) for code in right if code not in left),
    ]


def _promise(before: PromiseFigures, after: PromiseFigures, reader: Reader) -> PromiseLines:
    lines = [
        *_counts(Counts.of(before), Counts.of(after), reader),
        *_times(before, after, reader),
        *_cost((before.owed_minor, before.currency), (after.owed_minor, after.currency), reader),
    ]
    return PromiseLines(after.code, after.title, "", tuple(lines))


def _times(before: PromiseFigures, after: PromiseFigures, reader: Reader) -> list[Line]:
    left, right = before.elapsed, after.elapsed
    pairs = [
        ("mean", mean(left.total_us, left.count), mean(right.total_us, right.count)),
        ("p80", left.p80_us, right.p80_us),
        ("p95", left.p95_us, right.p95_us),
    ]
    return [_line(reader(name), first, second, reader.duration, LOWER_IS_BETTER) for name, first, second in pairs]
