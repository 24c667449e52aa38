"""Clock cases: a question to the clock and the answer that somebody says is right.

What the operations mean:

- `due`, `due_back`, `elapsed`: the functions of those names, with pauses in working time or, by `measure`, in wall time.
- `days_snap`: working days from the start's day, wall time kept, then moved to the next opening when closed.
- `days_roll`: the same, but a start on a closed day first moves to the next working day, and the wall time stays.
- `days_then_pause`: working days, wall time kept or the day's closing; then the pauses, in working time.
- A level is an escalation at an offset from the answer: hours as working time, days as working days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from kapok.kernel.hours.clock import ZERO, due, due_back, elapsed
from kapok.kernel.hours.days import add_days
from kapok.kernel.hours.errors import HoursError
from kapok.kernel.hours.hours import Hours
from kapok.kernel.hours.instants import MICROSECOND
from kapok.kernel.hours.pauses import Measure, Pause, merged
from kapok.kernel.hours.policy import CLOSING, KEEP, ROLL, SNAP
from kapok.kernel.text import Text

Answer = datetime | timedelta

_ANSWER = Text(zh="结果", en="the answer")
_PAUSED = Text(zh="暂停合计", en="the time paused")
_LEVEL = Text(zh="升级时刻", en="the level")
_SECONDS = Text(zh="{seconds} 秒", en="{seconds} s")


@dataclass(frozen=True, slots=True)
class Amount:
    """How much a case adds: working days, or working time."""

    days: int = 0
    time: timedelta = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question and its right answer: a moment, a length of time, or the name of a refusal.

    `held` is time paused of which only the sum is known; `paused` is what the pauses must add up to in working time.
    """

    id: str
    op: str
    hours: Hours
    start: datetime
    end: datetime
    expect: Answer | str
    amount: Amount = Amount()
    pauses: tuple[Pause, ...] = ()
    paused: timedelta | None = None
    held: timedelta = ZERO
    end_of_working_day: bool = False
    measure: Measure = Measure.WORKING
    level: tuple[Amount, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Where the clock did not answer as a case expects; `what` is the answer itself or a part of it."""

    case: str
    what: Text
    expected: Text
    got: Text


def judge(case: Case) -> list[Failure]:
    """Ask the clock. An empty list: all that the case expects holds."""
    got = _asked(OPERATIONS[case.op], case)
    checks: list[tuple[Text, Answer | str, Answer | HoursError]] = [(_ANSWER, case.expect, got)]
    if case.paused is not None:
        checks.append((_PAUSED, case.paused, _asked(_paused, case)))
    if case.level is not None and isinstance(got, datetime):
        offset, expected = case.level
        checks.append((_LEVEL, expected, _asked(lambda _: _moved(got, offset, case.hours), case)))
    return [
        Failure(case.id, what, _shown(expected, case.hours), _shown(answer, case.hours))
        for what, expected, answer in checks
        if expected != (type(answer).__name__ if isinstance(answer, HoursError) else answer)
    ]


def _asked(question: Callable[[Case], Answer], case: Case) -> Answer | HoursError:
    try:
        return question(case)
    except HoursError as refusal:
        return refusal


def _due(case: Case) -> datetime:
    return due(case.start, case.amount.time + case.held, case.hours, case.pauses, case.measure)


def _due_back(case: Case) -> datetime:
    return due_back(case.start, case.amount.time, case.hours)


def _elapsed(case: Case) -> timedelta:
    return max(elapsed(case.start, case.end, case.hours, case.pauses, case.measure) - case.held, ZERO)


def _days_snap(case: Case) -> datetime:
    return add_days(case.start, case.amount.days, case.hours, SNAP)


def _days_roll(case: Case) -> datetime:
    return add_days(case.start, case.amount.days, case.hours, ROLL)


def _days_then_pause(case: Case) -> datetime:
    policy = replace(KEEP, ends_at=CLOSING) if case.end_of_working_day else KEEP
    ended = add_days(case.start, case.amount.days, case.hours, policy, pauses=case.pauses, measure=case.measure)
    return due(ended, case.held, case.hours) if case.held else ended


def _paused(case: Case) -> timedelta:
    pauses = merged(case.pauses, case.start, case.end)
    return sum((elapsed(begins, ends, case.hours) for begins, ends in pauses), ZERO)


def _moved(at: datetime, offset: Amount, hours: Hours) -> datetime:
    if offset.days:
        return add_days(at, offset.days, hours, KEEP)
    return due_back(at, -offset.time, hours) if offset.time < ZERO else due(at, offset.time, hours)


def _shown(answer: Answer | HoursError | str, hours: Hours) -> Text:
    if isinstance(answer, HoursError):
        name = type(answer).__name__
        return Text(zh=f"{name}（{answer.text.zh}）", en=f"{name} ({answer.text.en})")
    if isinstance(answer, timedelta):
        return _SECONDS.format(seconds=f"{Decimal(answer // MICROSECOND).scaleb(-6).normalize():f}")
    if isinstance(answer, datetime):
        answer = answer.astimezone(hours.zone).isoformat(sep=" ")
    return Text(zh=answer, en=answer)


OPERATIONS: Mapping[str, Callable[[Case], Answer]] = {
    "due": _due,
    "due_back": _due_back,
    "days_snap": _days_snap,
    "days_roll": _days_roll,
    "days_then_pause": _days_then_pause,
    "elapsed": _elapsed,
}
"""Every operation by its name in a file of cases."""
