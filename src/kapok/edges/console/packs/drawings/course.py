"""The course of one commitment as a time line: running, paused, closed hours, due, done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from kapok.edges.console.packs.drawings.week import Bar
from kapok.edges.console.packs.wording.phrases import ends_with_the_day, wall
from kapok.kernel.promises import Clock, Judgement, Pack
from kapok.kernel.text import Text

MARGIN = 25  # one part in so many is left free on each side
MOST_WINDOWS = 200  # beyond, a closed night is thinner than a line
TICKS = 6
STEPS = [
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1),
    timedelta(hours=3), timedelta(hours=6), timedelta(hours=12), timedelta(days=1), timedelta(days=2), timedelta(days=7),
    timedelta(days=14), timedelta(days=30), timedelta(days=90), timedelta(days=365), timedelta(days=3650),
    timedelta(days=36500),
]  # fmt: skip
DAY = timedelta(days=1)
OPENED = Text(zh="开始", en="begun")
DUE = Text(zh="到期", en="due")
TARGET = Text(zh="内部目标", en="own target")
CLOSED = Text(zh="完成", en="done")
NOW = Text(zh="截至", en="seen at")


@dataclass(frozen=True)
class Mark:
    """A moment on the line."""

    kind: str
    """opened, due, target, closed or now."""
    x: str
    label: Text
    shown: Text
    anchor: str


@dataclass(frozen=True)
class Course:
    """Everything that is drawn, in percent of the width."""

    shut: Sequence[Bar]
    ran: Bar
    late: Bar | None
    pauses: Sequence[Bar]
    marks: Sequence[Mark]
    ticks: Sequence[tuple[str, str]]
    scale: Scale
    """From moments to places, for what others draw along the same line."""


@dataclass(frozen=True)
class Scale:
    """From moments to places."""

    first: datetime
    last: datetime
    zone: ZoneInfo

    def x(self, moment: datetime) -> float:
        """Where a moment stands, in percent."""
        return (moment - self.first) / (self.last - self.first) * 100

    def bar(self, begins: datetime, ends: datetime) -> Bar:
        """The stretch between two moments, as far as it is on the line."""
        low, high = max(begins, self.first), min(ends, self.last)
        return Bar(f"{self.x(low):.3f}%", f"{max(self.x(high) - self.x(low), 0):.3f}%")

    def mark(self, kind: str, moment: datetime, label: Text, *, ends_day: bool = False) -> Mark:
        """A moment with its name."""
        x, shown = self.x(moment), wall(moment, self.zone, ends_day=ends_day)
        return Mark(kind, f"{x:.3f}%", label, shown, "start" if x < 50 else "end")


def course(judgement: Judgement, pack: Pack, until: datetime) -> Course:
    """The time line of a commitment as of `until`."""
    clock = Clock(judgement.promise, pack)
    end = judgement.closed_at or until.astimezone(UTC)
    begins = judgement.opened_at or end
    moments = [begins, end, *(at for at in (judgement.due_at, judgement.target_at) if at is not None)]
    scale = _scale(min(moments), max(moments), clock.hours.zone)
    due_at = judgement.due_at
    return Course(
        shut=list(_shut(clock, scale)),
        ran=scale.bar(begins, end),
        late=scale.bar(due_at, end) if judgement.breached and due_at is not None and due_at < end else None,
        pauses=[scale.bar(start, stop or end) for start, stop in judgement.pauses],
        marks=list(_marks(judgement, scale, end)),
        ticks=list(_ticks(scale)),
        scale=scale,
    )


def _scale(first: datetime, last: datetime, zone: ZoneInfo) -> Scale:
    span = max(last - first, timedelta(minutes=10))
    return Scale(first - span / MARGIN, first + span + span / MARGIN, zone)


def _marks(judgement: Judgement, scale: Scale, end: datetime) -> Iterator[Mark]:
    if judgement.opened_at is not None:
        yield scale.mark("opened", judgement.opened_at, OPENED)
    if judgement.due_at is not None:
        yield scale.mark("due", judgement.due_at, DUE, ends_day=ends_with_the_day(judgement.promise))
    if judgement.target_at is not None:
        ends_day = ends_with_the_day(judgement.promise)
        yield scale.mark("target", judgement.target_at, TARGET, ends_day=ends_day)
    yield scale.mark("closed", end, CLOSED) if judgement.closed_at is not None else scale.mark("now", end, NOW)


def _shut(clock: Clock, scale: Scale) -> Iterator[Bar]:
    """The hours in which the clock does not run."""
    windows = clock.running.timeline.covering(scale.first, scale.last)
    inside = [
        (opens, closes)
        for opens, closes in zip(windows.opens, windows.closes, strict=True)
        if closes > scale.first and opens < scale.last
    ]
    if len(inside) > MOST_WINDOWS:
        return
    reached = scale.first
    for opens, closes in [*inside, (scale.last, scale.last)]:
        if opens > reached:
            yield scale.bar(reached, opens)
        reached = max(reached, closes)


def _ticks(scale: Scale) -> Iterator[tuple[str, str]]:
    """Round moments on the wall, with what they are called."""
    step = next((each for each in STEPS if (scale.last - scale.first) / each <= TICKS), STEPS[-1])
    wall = scale.first.astimezone(scale.zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    last = scale.last.astimezone(scale.zone).replace(tzinfo=None)
    while wall < last:
        moment = wall.replace(tzinfo=scale.zone)
        if moment.astimezone(UTC) > scale.first:
            yield f"{scale.x(moment.astimezone(UTC)):.3f}%", _called(wall, step)
        wall += step


def _called(wall: datetime, step: timedelta) -> str:
    if step >= timedelta(days=300):
        return f"{wall:%Y}"
    if step >= timedelta(days=30):
        return f"{wall:%Y-%m-%d}"
    midnight = wall.hour == wall.minute == 0
    return f"{wall:%m-%d}" if step >= DAY or midnight else f"{wall:%H:%M}"
