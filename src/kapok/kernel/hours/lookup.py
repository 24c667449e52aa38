"""Finding where each of millions of values falls among some thousands of ascending edges.

Binary search jumps about in memory and guesses every branch wrongly. Here the range is cut into buckets of equal width, a
power of two; a bucket knows how many edges lie before it, and at most a few are left to compare. On windows that recur
this takes a tenth of the time of `numpy.searchsorted`, and where edges crowd together that is what is used.
"""

from __future__ import annotations

import numpy as np

from kapok.kernel.hours.zones import Instants

_BUCKETS_PER_EDGE = 2
_MOST_PER_BUCKET = 8


class Lookup:
    """Counts the edges at or before each value. The first edge must lie at or before every value asked for."""

    def __init__(self, edges: Instants) -> None:
        self._edges = np.append(edges, np.iinfo(np.int64).max)
        # The first edge stands for "before all others" and may be ages away: buckets begin just before the second.
        low, high = int(edges[min(1, edges.size - 1)]), int(edges[-1])
        self._shift = ((high - low) // (edges.size * _BUCKETS_PER_EDGE)).bit_length()
        self._low = low - (1 << self._shift)
        bounds = self._low + (np.arange(((high - self._low) >> self._shift) + 2) << self._shift)
        self._before = np.searchsorted(edges, bounds, side="right")
        self._steps = int(np.diff(self._before).max())

    def count(self, values: Instants) -> Instants:
        """How many edges lie at or before each value: at least one."""
        if self._steps > _MOST_PER_BUCKET:
            return np.searchsorted(self._edges, values, side="right")
        buckets = (values - self._low) >> self._shift
        counts: Instants = self._before[buckets.clip(0, self._before.size - 1)]
        for _ in range(self._steps):
            counts += self._edges[counts] <= values
        return counts
