"""How a column of times is written: the format that reads most of it over the shortest span.

Day-first and month-first dates look alike; the days above twelve tell them apart, and where there are none, the order that puts
the log into the shorter span of time is likelier. The suggestion says so when both remain possible.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kapok.batch.audit.intake import timestamps
from kapok.batch.audit.suggest.sample import Column

ENOUGH = 0.9  # of the values must be readable as times
_LOOKED_AT = 2_000
_SHAPES = 25
_EPOCHS = {10: "epoch s", 13: "epoch ms", 16: "epoch us", 19: "epoch ns"}
_COMPACT = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_TIME_WORDS = re.compile(r"time|date|stamp|when|_at$|^at$|_ts$|^ts$|时间|日期|时刻", re.IGNORECASE)

_DATE = re.compile(r"^(\d{1,4})([-/. ])(\d{1,2}|[A-Za-z]{3,9})\2(\d{1,4})(.*)$")
_CLOCK = re.compile(
    r"^(\s*T?\s*)(\d{1,2}:\d{2})(:\d{2})?([.]\d+)?(\s*)([AaPp][Mm])?(\s*)(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)


@dataclass(frozen=True)
class Guess:
    """How a column is written. `span` is microseconds from its first time to its last; `rival` reads it just as well."""

    format: str | None
    share: float
    span: int
    zoned: bool
    clock: bool
    rival: str | None = None


def guess(column: Column) -> Guess | None:
    """How the times of `column` are written; None when it holds no times."""
    if pa.types.is_temporal(column.values.type):
        return _typed(column)
    texts = column.words.dictionary.slice(0, _LOOKED_AT)
    found = [guess for form in _candidates(texts, column.name) if (guess := _tried(texts, form)) is not None]
    if not found or found[0].format is None:  # year first: nothing to doubt
        return found[0] if found else None
    best = max(found, key=lambda guess: (round(guess.share, 3), -guess.span))
    rivals = [other for other in found if other is not best and other.share >= best.share - 0.001]
    return Guess(best.format, best.share, best.span, best.zoned, best.clock, rivals[0].format if rivals else None)


def clock_format(column: Column) -> str | None:
    """The format of a column that holds times of day without a date."""
    shapes = {_clock(word) for word in column.words.dictionary.slice(0, _LOOKED_AT).to_pylist()}
    form = shapes.pop() if len(shapes) == 1 else None
    return form.strip() if form else None


def _typed(column: Column) -> Guess | None:
    kind = column.values.type
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        return None
    clock = pa.types.is_timestamp(kind)
    return _measured(column.values.drop_null(), None, clock=clock)


def _candidates(texts: pa.Array, name: str) -> list[str | None]:
    words = texts.to_pylist()
    lengths = {len(word) for word in words}
    if words and all(word.isascii() and word.isdigit() for word in words):
        named = _TIME_WORDS.search(name) is not None and len(lengths) == 1
        forms = [table.get(len(words[0])) for table in (_EPOCHS, _COMPACT)]
        return [form for form in forms if form is not None] if named else []
    shapes: dict[str | None, None] = {None: None}
    for word in words[:_SHAPES]:
        shapes |= dict.fromkeys(_formats(word))
    return list(shapes)


def _formats(word: str) -> list[str]:
    """The formats that a text may be written in."""
    match = _DATE.match(word.strip())
    if match is None:
        return []
    first, mark, middle, last, rest = match.groups()
    clock = _clock(rest) if rest.strip() else ""
    if clock is None:
        return []
    if not middle.isdigit():
        orders = [("%d", "%b" if len(middle) == 3 else "%B", _year(last))]
    elif len(first) == 4:
        orders = [("%Y", "%m", "%d")]
    else:
        orders = [("%d", "%m", _year(last)), ("%m", "%d", _year(last))]
        orders += [("%y", "%m", "%d")] if len(first) == len(last) == 2 else []
    return [mark.join(order) + clock for order in orders]


def _year(digits: str) -> str:
    return "%Y" if len(digits) == 4 else "%y"


def _clock(text: str) -> str | None:
    """The format of the clock behind a date."""
    match = _CLOCK.match(text)
    if match is None:
        return None
    before, _, seconds, fraction, gap, noon, space, zone = match.groups()
    hours = "%I:%M" if noon else "%H:%M"
    tail = (gap + "%p" if noon else "") + (space + "%z" if zone else "")
    return before + hours + (":%S" if seconds else "") + (".%f" if fraction else "") + tail


def _tried(texts: pa.Array, form: str | None) -> Guess | None:
    clock = form is None or "%H" in form or "%I" in form or form.startswith("epoch")
    if form is None:
        clock = bool(pc.any(pc.match_substring_regex(texts, r"\d:\d{2}")).as_py())
    return _measured(texts, form, clock=clock)


def _measured(values: pa.Array, form: str | None, *, clock: bool) -> Guess | None:
    read = timestamps.read(values, form)
    at = read.at[read.read]
    share = len(at) / max(1, len(values))
    if share < ENOUGH or not timestamps.EARLIEST <= np.median(at) < timestamps.LATEST:
        return None
    low, high = np.quantile(at, [0.01, 0.99])  # one typing error must not decide
    return Guess(form, share, int(high - low), bool(read.utc[read.read].all()), clock)
