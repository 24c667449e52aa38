"""The promises of an audit as lines for the terminal: the broken ones first, columns aligned in either language."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import east_asian_width

from kapok.batch.audit.figures import Figures, PromiseFigures
from kapok.batch.audit.report.format import duration, mean, money, number
from kapok.kernel.text import Language, Text

MOST_LINES = 12
TITLE_WIDTH = 36  # cells of the terminal; a Chinese character takes two
HEADINGS = (
    Text(zh="承诺", en="promise"),
    Text(zh="名称", en="title"),
    Text(zh="成立", en="opened"),
    Text(zh="履约", en="kept"),
    Text(zh="违约", en="broken"),
    Text(zh="进行中", en="open"),
    Text(zh="已逾期", en="overdue"),
    Text(zh="平均用时", en="mean"),
    Text(zh="应付", en="owed"),
)
WORDS = 2  # the first columns are words and stand on the left, the numbers behind them on the right
MORE = Text(zh="报告中还有 {count} 项", en="and {count} more in the report")


def promise_lines(figures: Figures, language: Language) -> Iterator[str]:
    """A heading and a line for each promise, at most `MOST_LINES`, those with the most breaches first."""
    promises = sorted(figures.promises, key=lambda promise: -(promise.broken + promise.overdue))
    rows = [tuple(heading.in_(language) for heading in HEADINGS)]
    rows += [_cells(promise, language) for promise in promises[:MOST_LINES]]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield _aligned(row, widths)
    if len(promises) > MOST_LINES:
        yield MORE.format(count=len(promises) - MOST_LINES).in_(language)


def _cells(promise: PromiseFigures, language: Language) -> tuple[str, ...]:
    counts = (promise.opened, promise.kept, promise.broken, promise.open, promise.overdue)
    return (
        promise.code,
        shortened(promise.title["zh" if language is Language.ZH else "en"], TITLE_WIDTH),
        *map(number, counts),
        duration(mean(promise.elapsed.total_us, promise.elapsed.count), language),
        money(promise.owed_known, promise.currency, language),
    )


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    gaps = [" " * (room - width(cell)) for cell, room in zip(row, widths, strict=True)]
    words = [cell + gap for cell, gap in zip(row[:WORDS], gaps, strict=False)]
    numbers = [gap + cell for cell, gap in zip(row[WORDS:], gaps[WORDS:], strict=True)]
    return "  ".join([*words, *numbers]).rstrip()


def width(text: str) -> int:
    """The cells that a terminal takes for `text`."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def shortened(text: str, room: int) -> str:
    """`text` in at most `room` cells, with an ellipsis where it was cut."""
    if width(text) <= room:
        return text
    while width(text) >= room:
        text = text[:-1]
    return text.rstrip() + "…"
