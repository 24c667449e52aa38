"""A log as integer columns, and buckets of whole cases cut from it in the order in which they are judged.

Words become codes once, here; everything behind works on integers. The columns stay in the order of the input, as narrow as
their dictionaries allow; only the order of judgement is computed for the whole log. A bucket gathers its own rows, so the threads
that judge buckets share the work of sorting, and no second copy of the log is ever made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kapok.batch.audit import events
from kapok.batch.audit.partial import Places
from kapok.batch.audit.sorting import duplicates, judging_order

Codes = npt.NDArray[np.signedinteger]
Integers = npt.NDArray[np.int64]

UNKNOWN = -1  # the code of a missing word
_KEYS = frozenset({events.CASE, events.AT, events.ROW, events.SOURCE})
_STANDARD = (events.ACTIVITY, events.LIFECYCLE, events.UNIT, events.PERSON)


@dataclass(frozen=True)
class Words:
    """A column of codes and the words they stand for."""

    codes: Codes
    words: pa.Array

    def word(self, code: int) -> str | None:
        """The word of one code, None when it is unknown."""
        return None if code == UNKNOWN else self.words[code].as_py()

    def of(self, codes: Codes) -> list[str | None]:
        """The words of these codes."""
        words: list[str | None] = Words(codes, self.words).texts().to_pylist()
        return words

    def texts(self) -> pa.Array:
        """The column as words."""
        return self.words.take(pa.array(self.codes, pa.int32(), mask=self.codes == UNKNOWN))

    def coded(self, wanted: tuple[str, ...]) -> Codes:
        """The codes of those of the wanted words that occur."""
        return np.flatnonzero(pc.is_in(self.words, pa.array(wanted, pa.string())))

    def taken(self, rows: Integers | npt.NDArray[np.bool_]) -> Words:
        """The same words at these rows, as 32-bit codes."""
        return Words(self.codes[rows].astype(np.int32, copy=False), self.words)


@dataclass(frozen=True)
class Bucket:
    """Whole cases. Case `i` has the events `starts[i]` up to `starts[i + 1]`; `facts` hold one value for every case."""

    cases: Words
    starts: Integers
    at: Integers
    columns: dict[str, Words]
    facts: dict[str, Words]
    rows: Integers  # the row of the log that each event is
    twice: Integers  # rows of the log left out because the very same event was there already

    @property
    def events(self) -> int:
        """The number of events."""
        return len(self.at)

    @property
    def lengths(self) -> Integers:
        """The number of events of every case."""
        return np.diff(self.starts)

    @property
    def activity(self) -> Words:
        """What was done."""
        return self.columns[events.ACTIVITY]

    @property
    def unit(self) -> Words:
        """Which unit had the case."""
        return self.columns[events.UNIT]

    @property
    def person(self) -> Words:
        """Who had the case."""
        return self.columns[events.PERSON]

    @cached_property
    def case_of_event(self) -> Integers:
        """The index of the case to which each event belongs."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)


@dataclass(frozen=True)
class Log:
    """Events in the order of the input, and the order in which they are judged: case `i` is `order[starts[i]:starts[i + 1]]`."""

    case: Words
    at: Integers
    columns: dict[str, Words]
    source: pa.ChunkedArray
    row: pa.ChunkedArray
    order: Integers
    starts: Integers

    @classmethod
    def of(cls, table: pa.Table, threads: Executor) -> Log:
        """The log of a table whose schema is `events.schema`."""
        names = [name for name in table.schema.names if name not in _KEYS]
        columns = threads.map(lambda name: encoded(table[name]), names)
        case, at = encoded(table[events.CASE]), _numbers(table[events.AT])
        order, starts = judging_order(case.codes, at, table[events.SOURCE], table[events.ROW])
        return cls(
            case, at, dict(zip(names, columns, strict=True)), table[events.SOURCE], table[events.ROW], order, starts
        )

    def spans(self, size: int) -> Iterator[tuple[int, int]]:
        """Neighbouring cases of about `size` events together: the first, and the one after the last."""
        cases, first = len(self.starts) - 1, 0
        while first < cases:
            after = int(np.searchsorted(self.starts, self.starts[first] + size, side="right")) - 1
            after = max(after, first + 1)
            yield first, after
            first = after

    def bucket(self, span: tuple[int, int], repeating: frozenset[int] = frozenset()) -> Bucket:
        """The cases of one span, without exact duplicates; those of the `repeating` sources stay."""
        starts = self.starts[span[0] : span[1] + 1]
        order = self.order[starts[0] : starts[-1]]
        cases = self.case.taken(self.order[starts[:-1]])
        case = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        twice = duplicates(case, self.at[order], [words.codes for words in self.columns.values()], order)
        if repeating and len(twice):
            twice = twice[~np.isin(self.source.take(pa.array(order[twice])).to_numpy(), list(repeating))]
        left_out = order[twice]
        if len(twice):
            order, case = np.delete(order, twice), np.delete(case, twice)
        starts = np.append(0, np.cumsum(np.bincount(case)))
        columns = {name: words.taken(order) for name, words in self.columns.items()}
        facts = {
            name.removeprefix(events.FACT_PREFIX): first_known(columns.pop(name), starts)
            for name in self.columns
            if name.startswith(events.FACT_PREFIX)
        }
        return Bucket(cases, starts, self.at[order], columns, facts, order, left_out)

    def places(self, rows: Integers, words: Sequence[str]) -> Places:
        """The places in the input of rows of this log."""
        if not len(rows):
            return Places(rows, rows, ())
        wanted = pa.array(rows, pa.int64())
        return Places(self.source.take(wanted).to_numpy(), self.row.take(wanted).to_numpy(), tuple(words))


def encoded(column: pa.ChunkedArray) -> Words:
    """A dictionary column as one array of codes and one list of words; unknown words get the code `UNKNOWN`."""
    column = column.unify_dictionaries()
    if not column.num_chunks:
        return Words(np.empty(0, np.int32), pa.array([], pa.string()))
    words = column.chunk(0).dictionary
    codes = np.empty(len(column), _narrowest(len(words)))
    place = 0
    for chunk in column.chunks:
        indices = chunk.indices.fill_null(UNKNOWN) if chunk.null_count else chunk.indices
        codes[place : place + len(chunk)] = indices.to_numpy()
        place += len(chunk)
    return Words(codes, words)


def first_known(words: Words, starts: Integers) -> Words:
    """The first known word of every case."""
    found = words.codes[starts[:-1]]
    if not (found == UNKNOWN).any():
        return Words(found, words.words)
    known = np.append(np.flatnonzero(words.codes != UNKNOWN), len(words.codes))
    where = known[np.searchsorted(known, starts[:-1])]
    codes = np.append(words.codes, UNKNOWN)[where]
    return Words(np.where(where < starts[1:], codes, UNKNOWN).astype(np.int32), words.words)


def last_known(words: Words, starts: Integers) -> Words:
    """The last known word of every case."""
    backward = first_known(Words(words.codes[::-1], words.words), len(words.codes) - starts[::-1])
    return Words(backward.codes[::-1], words.words)


def _narrowest(words: int) -> type[np.signedinteger]:
    return np.int8 if words < 1 << 7 else np.int16 if words < 1 << 15 else np.int32


def _numbers(column: pa.ChunkedArray) -> Integers:
    numbers: Integers = column.to_numpy()
    return numbers
