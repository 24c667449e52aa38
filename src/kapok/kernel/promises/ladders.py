"""Ladders and tiers: steps in order, without gaps and overlaps. Steps are half-open, so that each measure falls on one step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from kapok.kernel.promises import facts as known
from kapok.kernel.promises.compensation import Compensation, Step
from kapok.kernel.promises.facts import FactKind
from kapok.kernel.promises.findings import Path, Problem
from kapok.kernel.promises.pack import Pack, Promise

TIMES = frozenset({"late", "duration"})


def is_time(measure: str, pack: Pack) -> bool:
    """True if the steps of a ladder on this measure are lengths of time, not numbers."""
    return measure in TIMES or pack.declared[measure].kind is FactKind.DURATION


def bound(words: str | None, *, time: bool) -> Decimal | timedelta | None:
    """A bound of a step: a number, or a length of time."""
    if words is None:
        return None
    return known.duration(words) if time else known.number(words)


def step_for(steps: tuple[Step, ...], measure: Decimal | timedelta, *, time: bool) -> Step | None:
    """The step on which `measure` falls."""
    return next((step for step in steps if _holds(step, measure, time=time)), None)


def _holds(step: Step, measure: Any, *, time: bool) -> bool:
    low, high = bound(step.from_ or step.over, time=time), bound(step.up_to or step.below, time=time)
    above = low is None or measure > low or (measure == low and step.over is None)
    under = high is None or measure < high or (measure == high and step.below is None)
    return bool(above and under)


def problems(pack: Pack, promise: Promise, place: Path) -> Iterator[Problem]:
    """What is wrong with the ladders and tiers of a promise."""
    for number, compensation in enumerate(promise.compensation):
        where = (*place, "compensation", number)
        if compensation.tiers:
            yield from _tiers(compensation, where)
        ladder = compensation.ladder
        if ladder is not None and (ladder.measure in TIMES or ladder.measure in pack.declared):
            time = is_time(ladder.measure, pack)
            yield from _in_order(ladder.steps, (*where, "ladder", "steps"), time=time)


def _tiers(compensation: Compensation, where: Path) -> Iterator[Problem]:
    first = compensation.tiers[0]
    if (first.from_, first.over) not in {("1", None), (None, "0"), (None, None)}:
        yield Problem(
            (*where, "tiers", 0),
            "gap",
            zh="第一级未从第 1 个单位起：请写 from: 1",
            en="the first tier does not begin at the first unit: write `from: 1`",
        )
    yield from _in_order(compensation.tiers, (*where, "tiers"), time=False)


def _in_order(steps: tuple[Step, ...], where: Path, *, time: bool) -> Iterator[Problem]:
    unreadable = [
        (number, words)
        for number, step in enumerate(steps)
        for words in (step.from_, step.over, step.up_to, step.below)
        if words is not None and bound(words, time=time) is None
    ]
    for number, words in unreadable:
        wanted = (
            ("时长，如 00:45:00 或 45 minutes", "a length of time such as 00:45:00 or 45 minutes")
            if time
            else ("数", "a number")
        )
        yield Problem(
            (*where, number),
            "bound",
            zh=f"阶梯界限“{words}”应为{wanted[0]}",
            en=f"the bound '{words}' must be {wanted[1]}",
        )
    if not unreadable:
        yield from _empty(steps, where, time=time)
        yield from _neighbours(steps, where, time=time)


def _empty(steps: tuple[Step, ...], where: Path, *, time: bool) -> Iterator[Problem]:
    for number, step in enumerate(steps):
        low, high = bound(step.from_ or step.over, time=time), bound(step.up_to or step.below, time=time)
        if low is not None and high is not None and not _holds(step, high if step.up_to else low, time=time):
            yield Problem(
                (*where, number),
                "empty_step",
                zh=f"此级为空（{_shown(step)}）：请改正上下限",
                en=f"nothing falls on this step ({_shown(step)}): correct its bounds",
            )


def _neighbours(steps: tuple[Step, ...], where: Path, *, time: bool) -> Iterator[Problem]:
    order = sorted(range(len(steps)), key=lambda number: _low_key(steps[number], time=time))
    for left, right in pairwise(order):
        lower, upper = steps[left], steps[right]
        high, low = bound(lower.up_to or lower.below, time=time), bound(upper.from_ or upper.over, time=time)
        if high is None or low is None or _greater(high, low) or (high == low and lower.up_to and upper.from_):
            yield Problem(
                (*where, right),
                "overlap",
                zh=f"与前一级重叠（{_shown(lower)}；{_shown(upper)}）：请让一级止于另一级之始",
                en=f"overlaps the step beside it ({_shown(lower)}; {_shown(upper)}): let one end where the other begins",
            )
        elif _greater(low, high) or (lower.below and upper.over):
            yield Problem(
                (*where, right),
                "gap",
                zh=f"两级之间有空隙（{_shown(lower)}；{_shown(upper)}）：请让一级止于另一级之始",
                en=f"leaves a gap to the step beside it ({_shown(lower)}; {_shown(upper)}): let one end where the other begins",
            )


def _low_key(step: Step, *, time: bool) -> tuple[int, Any, int]:
    low = bound(step.from_ or step.over, time=time)
    return (0, Decimal(0), 0) if low is None else (1, low, int(step.over is not None))


def _greater(left: Any, right: Any) -> bool:
    return bool(left > right)


def _shown(step: Step) -> str:
    low = f"from {step.from_}" if step.from_ else f"over {step.over}" if step.over else "from the bottom"
    high = f"up to {step.up_to}" if step.up_to else f"below {step.below}" if step.below else "without end"
    return f"{low} {high}"
