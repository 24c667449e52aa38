"""Whether the internal stages fit into a promise: the longest path, branches included, against promise x (1 - reserve).

Source: domain rule "sum of stage budgets on the longest path <= external promise x (1 - reserve)".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from kapok.kernel.promises.allowance import SECONDS, Allowance, Unit
from kapok.kernel.promises.findings import Path, Problem
from kapok.kernel.promises.pack import Pack, Promise
from kapok.kernel.promises.terms import Branches, Budget, PathStep, Tier


def comparable(allowance: Allowance) -> tuple[str, Fraction] | None:
    """(kind of time, length): running seconds, working seconds or working days. None for months and years."""
    if allowance.unit is Unit.WORKING_DAY:
        return "working days", Fraction(allowance.number)
    if allowance.unit not in SECONDS:
        return None
    return ("working time" if allowance.working else "time"), Fraction(allowance.number) * SECONDS[allowance.unit]


def longest(budget: Budget, lengths: Mapping[str, Fraction]) -> tuple[Fraction, tuple[str, ...]]:
    """The length of the longest path through the stages, and the stages on it."""
    return _walk(budget.path, lengths)


def problems(pack: Pack, promise: Promise, place: Path) -> Iterator[Problem]:
    """What is wrong with the stage budget of a promise, if it has one."""
    if promise.budget is None:
        return
    codes = tuple(_codes(promise.budget.path))
    strangers = [code for code in codes if not _is_stage(pack, code)]
    for code in strangers:
        yield Problem(
            (*place, "budget"),
            "unknown_stage",
            zh=f"“{code}”不是本包中层级为 stage 的承诺：请补上该工序或改正代码",
            en=f"'{code}' is no promise of tier stage in this pack: add the stage or correct the code",
        )
    if not strangers:
        yield from _fits(pack, promise, promise.budget, codes, place)


def _fits(pack: Pack, promise: Promise, budget: Budget, codes: tuple[str, ...], place: Path) -> Iterator[Problem]:
    promised = _budget_of(promise)
    stages = {code: max((_budget_of(row) for row in pack.by_code[code]), key=_length, default=None) for code in codes}
    if promised is None or any(stage is None or stage[0] != promised[0] for stage in stages.values()):
        yield Problem(
            (*place, "budget"),
            "budget_units",
            zh=f"“{promise.code}”的工序时限与承诺的时间种类不同，无法相加：请统一为小时、工作小时或工作日",
            en=f"'{promise.code}' and its stages differ in kind of time: state all in hours, working hours or working days",
        )
        return
    total, path = longest(budget, {code: stage[1] for code, stage in stages.items() if stage})
    room = promised[1] * (1 - Fraction(budget.reserve) / 100)
    if total > room:
        yield Problem(
            (*place, "budget"),
            "budget_exceeded",
            zh=f"工序时限之和 {_hours(total)} 超过承诺 {_hours(promised[1])} 扣除 {budget.reserve}% 预留后的 {_hours(room)}"
            f"（最长路径：{' → '.join(path)}）：请压缩工序或放宽承诺",
            en=f"the stages take {_hours(total)}, more than the {_hours(room)} that the promise of {_hours(promised[1])} leaves"
            f" after a reserve of {budget.reserve} % (longest path: {' > '.join(path)}): shorten a stage or lengthen the promise",
        )


def _walk(path: tuple[PathStep, ...], lengths: Mapping[str, Fraction]) -> tuple[Fraction, tuple[str, ...]]:
    total, codes = Fraction(0), tuple[str, ...]()
    for step in path:
        if isinstance(step, Branches):
            length, along = max((_walk(branch, lengths) for branch in step.branches), key=lambda walked: walked[0])
        else:
            length, along = lengths[step], (step,)
        total, codes = total + length, codes + along
    return total, codes


def _codes(path: tuple[PathStep, ...]) -> Iterator[str]:
    for step in path:
        if isinstance(step, Branches):
            for branch in step.branches:
                yield from _codes(branch)
        else:
            yield step


def _is_stage(pack: Pack, code: str) -> bool:
    return any(row.tier is Tier.STAGE for row in pack.by_code.get(code, ()))


def _budget_of(row: Promise) -> tuple[str, Fraction] | None:
    return None if row.allowance is None else comparable(row.allowance)


def _length(budget: tuple[str, Fraction] | None) -> Fraction:
    return Fraction(-1) if budget is None else budget[1]


def _hours(length: Fraction) -> str:
    """A length of seconds as H:MM; working days are their number."""
    minutes = round(length / 60)
    return f"{minutes // 60}:{minutes % 60:02}" if length >= 60 else str(Decimal(length.numerator) / length.denominator)
