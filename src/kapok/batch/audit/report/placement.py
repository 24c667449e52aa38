"""From rows of vertices to places on paper: as straight as may be, and never one upon another.

Within a row the vertices stand in a fixed order with a least distance; the wish of each is to stand below (or above) those that
it is joined to. The places nearest to the wishes, by least squares, are found by pooling adjacent violators (isotonic
regression; M. Ayer et al., "An Empirical Distribution Function for Sampling with Incomplete Information", 1955).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kapok.batch.audit.report.layering import Layering, neighbours

ROUNDS = 20
STRAIGHT = 8  # how much more a line between two stand-ins wants to be straight than one that ends at a node


@dataclass(frozen=True)
class Extent:
    """How far a vertex reaches from its middle."""

    left: float
    right: float


def places(layering: Layering, extents: Mapping[int, Extent], gap: float, nodes: frozenset[int]) -> dict[int, float]:
    """The horizontal middle of every vertex, the leftmost edge being at zero; in a row no two come nearer than `gap`."""
    above, below = neighbours(list(layering.routes))
    around = {vertex: [*above.get(vertex, ()), *below.get(vertex, ())] for row in layering.rows for vertex in row}
    offsets = {row: _offsets(row, extents, gap) for row in layering.rows}
    middle = {vertex: x for row in layering.rows for vertex, x in zip(row, offsets[row], strict=True)}
    for turn in range(ROUNDS):
        downward = turn % 2 == 0
        joined = around if turn >= ROUNDS - 4 else above if downward else below
        for row in layering.rows if downward else reversed(layering.rows):
            wishes, weights = _wishes(row, middle, joined, nodes)
            rising = _nearest_rising([wish - step for wish, step in zip(wishes, offsets[row], strict=True)], weights)
            middle.update((vertex, x + step) for vertex, x, step in zip(row, rising, offsets[row], strict=True))
    edge = min(middle[vertex] - extents[vertex].left for vertex in middle)
    return {vertex: x - edge for vertex, x in middle.items()}


def _offsets(row: Sequence[int], extents: Mapping[int, Extent], gap: float) -> list[float]:
    """How far each vertex of a row stands from the first when all stand as near as they may."""
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + extents[left].right + gap + extents[right].left)
    return offsets[: len(row)]


def _wishes(
    row: Sequence[int], middle: Mapping[int, float], joined: Mapping[int, list[int]], nodes: frozenset[int]
) -> tuple[list[float], list[int]]:
    """Where each vertex of a row would like to stand, and how much."""
    wishes, weights = [], []
    for vertex in row:
        pulls = [(middle[other], 1 if {vertex, other} & nodes else STRAIGHT) for other in joined.get(vertex, ())]
        weight = sum(pull for _, pull in pulls)
        wishes.append(sum(x * pull for x, pull in pulls) / weight if weight else middle[vertex])
        weights.append(weight or 1)
    return wishes, weights


def _nearest_rising(wishes: Sequence[float], weights: Sequence[int]) -> list[float]:
    """The never-falling sequence that is nearest to `wishes` by weighted least squares."""
    pools: list[tuple[float, int, int]] = []  # mean, weight, how many
    for wish, weight in zip(wishes, weights, strict=True):
        pool = (wish, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            mean, heavy, many = pools.pop()
            joint = heavy + pool[1]
            pool = ((mean * heavy + pool[0] * pool[1]) / joint, joint, many + pool[2])
        pools.append(pool)
    return [mean for mean, _, many in pools for _ in range(many)]
