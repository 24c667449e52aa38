"""The geometry of bars and lines, in SVG units. Templates draw it; classes colour it; nothing here knows a language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BAR = 1000  # the width of a whole bar; stretched to its cell by the page
LABELS_SHOWN = 12


@dataclass(frozen=True)
class Plot:
    """A sheet of `width` by `height` with the field of the chart inside its borders."""

    width: int
    height: int
    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0

    @property
    def floor(self) -> int:
        """Where nought lies."""
        return self.height - self.bottom

    @property
    def end(self) -> int:
        """The right edge of the field."""
        return self.width - self.right

    def middle(self, index: int, count: int) -> float:
        """The middle of place `index` of `count` along the field."""
        return self.left + (self.end - self.left) * (index + 0.5) / count

    def height_of(self, value: int, top: int) -> float:
        """How far below the upper edge `value` lies when `top` is the greatest."""
        return self.floor - (self.floor - self.top) * value / top


CHART = Plot(width=720, height=220, left=64, right=12, top=14, bottom=26)
SPARK = Plot(width=240, height=36, top=1)


@dataclass(frozen=True)
class Segment:
    """One part of a stacked bar."""

    kind: str
    count: int
    x: str
    width: str


@dataclass(frozen=True)
class Tick:
    """A line across the chart at a value, or a label below it."""

    at: str
    value: int
    label: str = ""


@dataclass(frozen=True)
class Column:
    """An upright bar of one period; `part` is the lower piece of `whole`."""

    key: str
    x: str
    width: str
    y: str
    height: str
    part_y: str
    part_height: str
    whole: int
    part: int


@dataclass(frozen=True)
class Dot:
    """A point of a line."""

    key: str
    x: str
    y: str
    value: int


@dataclass(frozen=True)
class Frame:
    """The sheet of a chart with its lines across and its labels below."""

    plot: Plot
    ticks: tuple[Tick, ...]
    labels: tuple[Tick, ...]


@dataclass(frozen=True)
class Columns:
    """A chart of upright bars."""

    frame: Frame
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Line:
    """A chart of one line."""

    frame: Frame
    dots: tuple[Dot, ...]
    points: str


def stacked(parts: Sequence[tuple[str, int]]) -> tuple[Segment, ...]:
    """The parts of a whole, side by side; parts of nothing are left out."""
    whole, before, segments = sum(count for _, count in parts), 0, []
    for kind, count in parts:
        if count:
            segments.append(Segment(kind, count, _place(BAR * before / whole), _place(BAR * count / whole)))
            before += count
    return tuple(segments)


def length(value: int, greatest: int) -> str:
    """The length of a single bar beside the greatest of its kind; something is never drawn as nothing."""
    return _place(max(BAR * value / greatest, 4) if value > 0 and greatest > 0 else 0)


def columns(rows: Sequence[tuple[str, int, int]], plot: Plot = CHART) -> Columns:
    """Upright bars of (key, whole, part), e.g. opened and not kept by month; `rows` must not be empty."""
    top = scale(max(whole for _, whole, _ in rows))
    wide = min((plot.end - plot.left) / len(rows) * 0.76, 56)
    drawn = tuple(_column(plot, row, plot.middle(index, len(rows)), wide, top[-1]) for index, row in enumerate(rows))
    return Columns(_frame([key for key, *_ in rows], top, plot), drawn)


def _column(plot: Plot, row: tuple[str, int, int], middle: float, wide: float, top: int) -> Column:
    key, whole, part = row
    y, part_y = plot.height_of(whole, top), plot.height_of(part, top)
    return Column(
        key=key,
        x=_place(middle - wide / 2),
        width=_place(wide),
        y=_place(y),
        height=_place(plot.floor - y),
        part_y=_place(part_y),
        part_height=_place(plot.floor - part_y),
        whole=whole,
        part=part,
    )


def line(rows: Sequence[tuple[str, int]], steps: Sequence[int] = (), plot: Plot = CHART) -> Line:
    """One line through (key, value), from nought; `rows` must not be empty. `steps` as in `scale`."""
    top = scale(max(value for _, value in rows), steps)
    dots = tuple(
        Dot(key, _place(plot.middle(index, len(rows))), _place(plot.height_of(value, top[-1])), value)
        for index, (key, value) in enumerate(rows)
    )
    return Line(_frame([key for key, _ in rows], top, plot), dots, " ".join(f"{dot.x},{dot.y}" for dot in dots))


def scale(greatest: int, steps: Sequence[int] = ()) -> list[int]:
    """Round values from nought to at least `greatest`, four or five of them.

    `steps` are the distances that are round in the unit at hand (e.g. of durations), ascending; without any, or beyond the last
    of them, 1, 2 and 5 times a power of ten (of the last step).
    """
    unit = steps[-1] if steps else 1
    fine = [step for step in steps if step * 4 >= greatest]
    step = fine[0] if fine else next(size * unit for size in _round_sizes() if size * unit * 4 >= greatest)
    return [step * index for index in range(max(-(-greatest // step), 1) + 1)]


def _round_sizes() -> list[int]:
    return [digit * 10**power for power in range(24) for digit in (1, 2, 5)]


def _frame(keys: Sequence[str], top: Sequence[int], plot: Plot) -> Frame:
    every = -(-len(keys) // LABELS_SHOWN)
    labels = tuple(
        Tick(_place(plot.middle(index, len(keys))), index, key) for index, key in enumerate(keys) if index % every == 0
    )
    ticks = tuple(Tick(_place(plot.height_of(value, top[-1])), value) for value in top)
    return Frame(plot, ticks, labels)


def _place(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
