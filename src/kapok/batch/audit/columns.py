"""A log as integer columns, and buckets of whole cases cut from it in the order in which they are judged.

Words become codes once, here; everything behind works on integers. The columns stay in the order of the input, as narrow as
their dictionaries allow. A bucket finds and sorts its own rows, so the threads that judge buckets share the work of sorting,
which stays within the processor's cache, and no second copy of the log is ever made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kapok.batch.audit import events
from kapok.batch.audit.partial import Places
from kapok.batch.audit.sorting import by_code, duplicates, ordered, starts_of

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

    def taken(self, rows: Integers) -> Words:
        """The same words at these rows, as 32-bit codes."""
        if not len(self.words):
            return Words(np.full(len(rows), UNKNOWN, np.int32), self.words)
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
    told: dict[str, Words] = field(default_factory=dict)  # the facts of every event, where they are asked for

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
    """Events in the order of the input. Case `i` has `starts[i + 1] - starts[i]` of them; none where all its rows were refused."""

    case: Words
    at: Integers
    columns: dict[str, Words]
    source: pa.ChunkedArray
    row: pa.ChunkedArray
    starts: Integers
    in_order: bool  # of time, and at the same time of the input

    @classmethod
    def of(cls, table: pa.Table, threads: Executor) -> Log:
        """The log of a table whose schema is `events.schema`."""
        names = [events.CASE, *(name for name in table.schema.names if name not in _KEYS)]
        encoding = threads.map(lambda name: encoded(table[name]), names)
        at, source, row = _numbers(table[events.AT]), table[events.SOURCE], table[events.ROW]
        in_order = ordered(at, source, row)
        columns = dict(zip(names, encoding, strict=True))
        case = columns.pop(events.CASE)
        starts = np.append(0, np.cumsum(np.bincount(case.codes, minlength=len(case.words))))
        return cls(case, at, columns, source, row, starts, in_order)

    def spans(self, size: int) -> Iterator[tuple[int, int]]:
        """Neighbouring cases of about `size` events together: the first, and the one after the last."""
        cases, first = len(self.starts) - 1, 0
        while first < cases:
            after = int(np.searchsorted(self.starts, self.starts[first] + size, side="right")) - 1
            after = max(after, first + 1)
            yield first, after
            first = after

    def bucket(
        self, span: tuple[int, int], repeating: frozenset[int] = frozenset(), *, facts_by_entry: bool = False
    ) -> Bucket:
        """The cases of one span, without exact duplicates; those of the `repeating` sources stay.

        With `facts_by_entry` the facts of every single event are there as well.
        """
        rows = self._rows(span)
        rows, twice = self._without_duplicates(rows, repeating)
        starts = starts_of(self.case.codes[rows])
        facts = {
            name.removeprefix(events.FACT_PREFIX): _fact(words, rows, starts)
            for name, words in self.columns.items()
            if name.startswith(events.FACT_PREFIX)
        }
        columns = {
            name: words.taken(rows) for name, words in self.columns.items() if not name.startswith(events.FACT_PREFIX)
        }
        told = self._told(rows) if facts_by_entry else {}
        return Bucket(self.case.taken(rows[starts[:-1]]), starts, self.at[rows], columns, facts, rows, twice, told)

    def _told(self, rows: Integers) -> dict[str, Words]:
        return {
            name.removeprefix(events.FACT_PREFIX): words.taken(rows)
            for name, words in self.columns.items()
            if name.startswith(events.FACT_PREFIX)
        }

    def _rows(self, span: tuple[int, int]) -> Integers:
        """The rows of the cases of one span, in the order of judgement: by case, by time, by place in the input."""
        rows = np.flatnonzero((self.case.codes >= span[0]) & (self.case.codes < span[1]))
        case = self.case.codes[rows]
        if self.in_order:
            return rows[by_code(case)]
        places = pa.array(rows)
        keys = self.row.take(places).to_numpy(), self.source.take(places).to_numpy(), self.at[rows], case
        return rows[np.lexsort(keys)]

    def _without_duplicates(self, rows: Integers, repeating: frozenset[int]) -> tuple[Integers, Integers]:
        """The rows that stay, and those that say the same as another."""
        columns = [words.codes for words in self.columns.values()]
        twice = duplicates(self.case.codes[rows], self.at[rows], columns, rows)
        if repeating and len(twice):
            twice = twice[~np.isin(self.source.take(pa.array(rows[twice])).to_numpy(), list(repeating))]
        return (np.delete(rows, twice) if len(twice) else rows), rows[twice]

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


def _fact(words: Words, rows: Integers, starts: Integers) -> Words:
    """What is first known of every case; mostly its first event knows it, and no other row is looked at."""
    opening = words.taken(rows[starts[:-1]])
    return first_known(words.taken(rows), starts) if (opening.codes == UNKNOWN).any() else opening


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
