"""The order in which events are judged: by case, then by time, then by place in the input.

A comparison sort of ten million rows by three keys takes seconds. Most logs come in the order of time already, and codes and
places fit into 32 bits each, so the two are packed into one integer and sorted as plain numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Codes = npt.NDArray[np.signedinteger]
Integers = npt.NDArray[np.int64]

_HALF = np.uint64(32)
_PLACE = np.uint64((1 << 32) - 1)
_BLOCK = 1 << 20


def judging_order(case: Codes, at: Integers, source: pa.ChunkedArray, row: pa.ChunkedArray) -> tuple[Integers, Integers]:
    """The permutation that puts events in the order of judgement, and where in it each case starts (and the last one ends)."""
    sources, rows = source.to_numpy(), row.to_numpy()
    in_time = _ascending(at) and _in_place(sources, rows)
    by_time = None if in_time else np.lexsort((rows, sources, at))
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
    return np.concatenate([[0], changes, [len(ordered)]][: 3 if len(ordered) else 1])


def duplicates(case: Integers, at: Integers, columns: Sequence[Codes]) -> Integers:
    """The places of events that say the same as an earlier event of the same case and moment. All columns are in order."""
    tied = (at[1:] == at[:-1]) & (case[1:] == case[:-1])
    if not tied.any():
        return np.empty(0, np.int64)
    members = np.flatnonzero(np.append(tied, False) | np.append(False, tied))
    group = np.cumsum(~np.append(False, tied))[members]
    keys = [*(column[members] for column in columns), group]
    order = np.lexsort(keys)
    same = np.logical_and.reduce([key[order[1:]] == key[order[:-1]] for key in keys])
    return np.sort(members[order[1:][same]])


def _in_place(source: Integers, row: Integers) -> bool:
    """True if the events stand in the order in which they were read: file by file, row by row."""
    return _ascending(source) and bool(((row[1:] >= row[:-1]) | (source[1:] != source[:-1])).all())


def _ascending(values: npt.NDArray[np.integer]) -> bool:
    return bool((values[1:] >= values[:-1]).all())
