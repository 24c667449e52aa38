"""The order in which events are judged: by case, then by time, then by place in the input.

A comparison sort of ten million rows by three keys takes seconds. Most logs come in the order of time already, and codes and
places fit into 32 bits each, so the two are packed into one integer and sorted as plain numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Codes = npt.NDArray[np.signedinteger]
Integers = npt.NDArray[np.int64]

_HALF = np.uint64(32)
_PLACE = np.uint64((1 << 32) - 1)
_BLOCK = 1 << 20


def judging_order(
    case: Codes, at: Integers, source: pa.ChunkedArray, row: pa.ChunkedArray
) -> tuple[Integers, Integers]:
    """The permutation that puts events in the order of judgement, and where in it each case starts (and the last one ends)."""
    in_time = _ascending(at) and _in_place(source, row)
    by_time = None if in_time else np.lexsort((row.to_numpy(), source.to_numpy(), at))
    codes = case if by_time is None else case[by_time]
    if _ascending(codes):
        return np.arange(len(at)) if by_time is None else by_time, _starts(codes)
    packed = _packed(codes)
    packed.sort()
    starts = _starts(packed >> _HALF)
    packed &= _PLACE
    places = packed.view(np.int64)
    return places if by_time is None else by_time[places], starts


def _packed(codes: Codes) -> npt.NDArray[np.uint64]:
    """Each code and its place in one number."""
    packed = np.empty(len(codes), np.uint64)
    for start in range(0, len(codes), _BLOCK):
        block = codes[start : start + _BLOCK].astype(np.uint64) << _HALF
        packed[start : start + _BLOCK] = block | np.arange(start, start + len(block), dtype=np.uint64)
    return packed


def _starts(ordered: npt.NDArray[np.integer]) -> Integers:
    changes = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    return np.append(np.append(0, changes), len(ordered)) if len(ordered) else np.zeros(1, np.int64)


def duplicates(case: Integers, at: Integers, columns: Sequence[Codes], order: Integers) -> Integers:
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
