"""A layered order for a directed graph that may have cycles: which arcs run forward, who stands in which row, in what order.

The steps are those of K. Sugiyama, S. Tagawa and M. Toda, "Methods for Visual Understanding of Hierarchical System Structures"
(1981): break cycles, layer by longest path, put stand-ins where an arc crosses a row, order rows by barycentre. Every arc gets a
stand-in of its own that carries its label, so that labels take part in the layout and never lie upon one another. Rows of even
number hold nodes, rows of odd number hold labels. The result depends only on the arcs given, never on hash order.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 24


@dataclass(frozen=True)
class Edge:
    """`source` is followed by `target`; a heavy edge is kept running forward before a light one."""

    source: int
    target: int
    weight: int


@dataclass(frozen=True)
class Route:
    """An edge with the vertices that it passes from its upper to its lower end; `label` is the one that carries its label."""

    edge: Edge
    vertices: tuple[int, ...]
    label: int
    backward: bool


@dataclass(frozen=True)
class Layering:
    """Rows of vertices from top to bottom, each in order from left to right, and the routes between them."""

    rows: tuple[tuple[int, ...], ...]
    routes: tuple[Route, ...]


def layered(nodes: list[int], edges: list[Edge], top: int, bottom: int) -> Layering:
    """Lay out `nodes` with `edges` (no loops) between the rows of `top`, the start, and `bottom`, the end."""
    forward, backward = without_cycles(edges)
    level = levels(nodes, forward, top, bottom)
    routes = _routes(forward, backward, level, first_free=max(nodes) + 1)
    rows: list[list[int]] = [[] for _ in range(2 * level[bottom] + 1)]
    for node in nodes:
        rows[2 * level[node]].append(node)
    for route in routes:
        for row, vertex in enumerate(route.vertices[1:-1], start=2 * _upper(route, level) + 1):
            rows[row].append(vertex)
    return Layering(_ordered(rows, routes), tuple(routes))


def without_cycles(edges: list[Edge]) -> tuple[list[Edge], list[Edge]]:
    """Edges that form no cycle, the heaviest first to be taken, and those left over, each of which would close one."""
    followers: dict[int, set[int]] = defaultdict(set)
    forward, backward = [], []
    for edge in sorted(edges, key=lambda edge: (-edge.weight, edge.source, edge.target)):
        if _reaches(followers, edge.target, edge.source):
            backward.append(edge)
        else:
            followers[edge.source].add(edge.target)
            forward.append(edge)
    return forward, backward


def _reaches(followers: dict[int, set[int]], start: int, goal: int) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        if (node := waiting.pop()) == goal:
            return True
        fresh = followers[node] - seen
        seen |= fresh
        waiting.extend(fresh)
    return False


def levels(nodes: list[int], forward: list[Edge], top: int, bottom: int) -> dict[int, int]:
    """The length of the longest way to each node; `top` alone is 0, and `bottom` stands alone below all others."""
    level = {node: 0 if node == top else 1 for node in nodes}
    for _ in nodes:
        moved = False
        for edge in forward:
            if level[edge.target] <= level[edge.source]:
                level[edge.target] = level[edge.source] + 1
                moved = True
        if not moved:
            break
    level[bottom] = 1 + max(level[node] for node in nodes if node != bottom)
    return level


def _upper(route: Route, level: dict[int, int]) -> int:
    return level[route.vertices[0]]


def _routes(forward: list[Edge], backward: list[Edge], level: dict[int, int], first_free: int) -> list[Route]:
    free, routes = first_free, []
    turned = {(edge.source, edge.target) for edge in backward}
    for edge in sorted([*forward, *backward], key=lambda edge: (edge.source, edge.target)):
        is_backward = (edge.source, edge.target) in turned
        upper, lower = (edge.target, edge.source) if is_backward else (edge.source, edge.target)
        between = 2 * (level[lower] - level[upper]) - 1
        stand_ins = tuple(range(free, free + between))
        free += between
        label = stand_ins[between // 2 // 2 * 2]  # the middle one of the label rows, which are every other row
        routes.append(Route(edge, (upper, *stand_ins, lower), label, is_backward))
    return routes


def _ordered(rows: list[list[int]], routes: list[Route]) -> tuple[tuple[int, ...], ...]:
    above, below = _neighbours(routes)
    best, fewest = [list(row) for row in rows], crossings(rows, below)
    for sweep in range(SWEEPS):
        downward = sweep % 2 == 0
        steps = range(1, len(rows)) if downward else range(len(rows) - 2, -1, -1)
        for step in steps:
            fixed = rows[step - 1] if downward else rows[step + 1]
            rows[step] = _by_barycentre(rows[step], fixed, above if downward else below)
        if (now := crossings(rows, below)) < fewest:
            best, fewest = [list(row) for row in rows], now
    return tuple(tuple(row) for row in best)


def _neighbours(routes: list[Route]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """For every vertex, those that it is joined to in the row above and in the row below."""
    above, below = defaultdict(list), defaultdict(list)
    for route in routes:
        for upper, lower in pairwise(route.vertices):
            below[upper].append(lower)
            above[lower].append(upper)
    return above, below


def _by_barycentre(row: list[int], fixed: list[int], joined: dict[int, list[int]]) -> list[int]:
    place = {vertex: index for index, vertex in enumerate(fixed)}
    own = {vertex: index * max(len(fixed), 1) / max(len(row), 1) for index, vertex in enumerate(row)}

    def centre(vertex: int) -> float:
        ends = [place[other] for other in joined[vertex]]
        return sum(ends) / len(ends) if ends else own[vertex]

    return sorted(row, key=centre)


def crossings(rows: list[list[int]], below: dict[int, list[int]]) -> int:
    """How often lines between neighbouring rows cross when every row stands in the order given."""
    total = 0
    for upper, lower in pairwise(rows):
        place = {vertex: index for index, vertex in enumerate(lower)}
        passed: list[int] = []
        for vertex in upper:
            ends = sorted(place[other] for other in below[vertex])
            total += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
    return total
