"""From rows of vertices to places on paper: as straight as may be, and never one upon another.

Within a row the vertices stand in a fixed order with a least distance; the wish of each is to stand below (or above) those that
it is joined to. The places nearest to the wishes, by least squares, are found by pooling adjacent violators (isotonic
regression; M. Ayer et al., "An Empirical Distribution Function for Sampling with Incomplete Information", 1955).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kapok.batch.audit.report.layering import Layering, Route

SWEEPS, SETTLING = 16, 40  # rounds that look one way only, then rounds that look both ways
STRAIGHT = (
    16  # how much a line between two stand-ins wants to be straight; at a node a heavy arc pulls by up to a third of it
)

Pulls = dict[int, list[tuple[int, float]]]


@dataclass(frozen=True)
class Extent:
    """How far a vertex reaches from its middle."""

    left: float
    right: float


def places(layering: Layering, extents: Mapping[int, Extent], gap: float, nodes: frozenset[int]) -> dict[int, float]:
    """The horizontal middle of every vertex, the leftmost edge being at zero; in a row no two come nearer than `gap`."""
    above, below = _pulls(layering.routes, nodes)
    around = {vertex: above.get(vertex, []) + below.get(vertex, []) for row in layering.rows for vertex in row}
    offsets = {row: _offsets(row, extents, gap) for row in layering.rows}
    middle = {vertex: x for row in layering.rows for vertex, x in zip(row, offsets[row], strict=True)}
    for turn in range(SWEEPS + SETTLING):
        downward = turn % 2 == 0
        joined = around if turn >= SWEEPS else above if downward else below
        for row in layering.rows if downward else reversed(layering.rows):
            wishes, weights = _wishes(row, middle, joined)
            rising = _nearest_rising([wish - step for wish, step in zip(wishes, offsets[row], strict=True)], weights)
            middle.update((vertex, x + step) for vertex, x, step in zip(row, rising, offsets[row], strict=True))
    edge = min(middle[vertex] - extents[vertex].left for vertex in middle)
    return {vertex: x - edge for vertex, x in middle.items()}


def _pulls(routes: Sequence[Route], nodes: frozenset[int]) -> tuple[Pulls, Pulls]:
    """For every vertex, what it is joined to in the row above and in the row below, and how strongly."""
    above: Pulls = {}
    below: Pulls = {}
    heaviest = max((route.edge.weight for route in routes), default=1)
    for route in routes:
        at_node = 1 + STRAIGHT / 3 * route.edge.weight / heaviest
        for upper, lower in pairwise(route.vertices):
            strength = at_node if {upper, lower} & nodes else STRAIGHT
            below.setdefault(upper, []).append((lower, strength))
            above.setdefault(lower, []).append((upper, strength))
    return above, below


def _offsets(row: Sequence[int], extents: Mapping[int, Extent], gap: float) -> list[float]:
    """How far each vertex of a row stands from the first when all stand as near as they may."""
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + extents[left].right + gap + extents[right].left)
    return offsets[: len(row)]


def _wishes(row: Sequence[int], middle: Mapping[int, float], joined: Pulls) -> tuple[list[float], list[float]]:
    """Where each vertex of a row would like to stand, and how much."""
    wishes, weights = [], []
    for vertex in row:
        pulls = joined.get(vertex, ())
        weight = sum(strength for _, strength in pulls)
        wishes.append(sum(middle[other] * strength for other, strength in pulls) / weight if weight else middle[vertex])
        weights.append(weight or 1.0)
    return wishes, weights


def _nearest_rising(wishes: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The never-falling sequence that is nearest to `wishes` by weighted least squares."""
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for wish, weight in zip(wishes, weights, strict=True):
        pool = (wish, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            mean, heavy, many = pools.pop()
            joint = heavy + pool[1]
            pool = ((mean * heavy + pool[0] * pool[1]) / joint, joint, many + pool[2])
        pools.append(pool)
    return [mean for mean, _, many in pools for _ in range(many)]
