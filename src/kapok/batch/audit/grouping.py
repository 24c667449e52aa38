"""Exact sums by group over columns of codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.integer]
Integers = npt.NDArray[np.int64]
Number = TypeVar("Number", bound=np.integer)

_TABLE = 1 << 22  # up to here a table of all possible pairs is cheaper than a sort


@dataclass(frozen=True)
class Groups:
    """Rows grouped by a pair of codes (each -1 or more): the pair of each group, and the group of each row."""

    left: Integers
    right: Integers
    of_row: Integers

    @classmethod
    def of(cls, left: Codes, right: Codes, right_size: int) -> Groups:
        """The groups of the pairs that occur; `right_size` is the number of codes that `right` can take, -1 aside."""
        pair = (left.astype(np.int64) + 1) * (right_size + 1) + (right + 1)
        distinct, of_row = _compact(pair)
        return cls(distinct // (right_size + 1) - 1, distinct % (right_size + 1) - 1, of_row)

    @classmethod
    def single(cls, codes: Codes) -> Groups:
        """The groups of one column; its values are on the right."""
        return cls.of(np.zeros(len(codes), np.int64), codes, int(codes.max(initial=0)) + 1)

    def __len__(self) -> int:
        return len(self.left)

    def sums(self, values: Integers) -> Integers:
        """The sum of `values` in every group."""
        return summed(self.of_row, values, len(self))

    def counts(self, chosen: npt.NDArray[np.bool_] | None = None) -> Integers:
        """The number of (chosen) rows in every group."""
        rows = self.of_row if chosen is None else self.of_row[np.flatnonzero(chosen)]
        return np.bincount(rows, minlength=len(self))

    def peaks(self, values: Integers) -> Integers:
        """The greatest of `values` in every group."""
        found = np.full(len(self), np.iinfo(np.int64).min)
        np.maximum.at(found, self.of_row, values)
        return found


def summed(group: Codes, values: Integers, size: int) -> Integers:
    """The exact sum of `values` in each of `size` groups."""
    sums = np.zeros(size, np.int64)
    np.add.at(sums, group, values)
    return sums


def distinct_values(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """The distinct values in ascending order; sorting is several times faster here than the hashing of `numpy.unique`."""
    ordered = np.sort(values)
    return ordered[np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])]


def _compact(pair: Integers) -> tuple[Integers, Integers]:
    """The distinct values in ascending order, and the place of each row's value among them."""
    if not len(pair) or pair.max() >= _TABLE:
        distinct = distinct_values(pair)
        return distinct, np.searchsorted(distinct, pair)
    seen = np.zeros(int(pair.max()) + 1, np.bool_)
    seen[pair] = True
    distinct = np.flatnonzero(seen)
    place = np.empty(len(seen), np.int64)
    place[distinct] = np.arange(len(distinct))
    return distinct, place[pair]
