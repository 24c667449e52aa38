"""The order in which events are judged: by case, then by time, then by place in the input.

A comparison sort by three keys is slow. Most logs come in the order of time already, and codes and places fit into 32 bits each,
so the two are packed into one integer and sorted as plain numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Codes = npt.NDArray[np.signedinteger]
Integers = npt.NDArray[np.int64]

_HALF = 32
_PLACE = (1 << _HALF) - 1


def by_code(codes: Codes) -> Integers:
    """The permutation that puts codes (0 or more) in ascending order, equal ones as they stand."""
    packed = (codes.astype(np.int64) << _HALF) | np.arange(len(codes))
    packed.sort()
    packed &= _PLACE
    return packed


def starts_of(codes: Codes) -> Integers:
    """Where in a column each run of equal codes starts, and where the last one ends."""
    changes = np.flatnonzero(codes[1:] != codes[:-1]) + 1
    return np.append(np.append(0, changes), len(codes)) if len(codes) else np.zeros(1, np.int64)


def ordered(at: Integers, source: pa.ChunkedArray, row: pa.ChunkedArray) -> bool:
    """True if events stand in the order of time, and at the same time in that in which they were read."""
    return _ascending(at) and _in_place(source, row)


def duplicates(case: Codes, at: Integers, columns: Sequence[Codes], order: Integers) -> Integers:
    """The places of events that say the same as an earlier event of the same case and moment.

    `case` and `at` are in order; `order` says where in `columns` each event is.
    """
    tied = (at[1:] == at[:-1]) & (case[1:] == case[:-1])
    if not tied.any():
        return np.empty(0, np.int64)
    members = np.flatnonzero(np.append(tied, False) | np.append(False, tied))
    group = np.cumsum(~np.append(False, tied))[members]
    keys = [*(column[order[members]] for column in columns), group]
    alike = np.lexsort(keys)
    same = np.logical_and.reduce([key[alike[1:]] == key[alike[:-1]] for key in keys])
    return np.sort(members[alike[1:][same]])


def _in_place(source: pa.ChunkedArray, row: pa.ChunkedArray) -> bool:
    """True if the events stand in the order in which they were read: file by file, row by row."""
    before = (-1, -1)
    for sources, rows in zip(_parts(source), _parts(row), strict=True):
        turned = sources[1:] != sources[:-1]
        if not (_ascending(sources) and (turned | (rows[1:] >= rows[:-1])).all() and before <= (sources[0], rows[0])):
            return False
        before = (sources[-1], rows[-1])
    return True


def _parts(column: pa.ChunkedArray) -> Iterator[Integers]:
    return (chunk.to_numpy() for chunk in column.chunks if len(chunk))


def _ascending(values: npt.NDArray[np.integer]) -> bool:
    return bool((values[1:] >= values[:-1]).all())
