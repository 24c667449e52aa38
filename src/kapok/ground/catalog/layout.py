"""Where the parts of a flow stand in a picture: a lane for each holder, a column for each step, a row where two meet. Pure.

A way over several columns holds a place in each, so that it runs round what stands between; a way back runs below all lanes.
What goes round in a circle in a draft stands behind the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kapok.ground.catalog.graph import Graph
from kapok.ground.catalog.template import Edge, Flow, Gate, Stage

HEAD = 124
"""The width of the lanes' names."""
ROW = 80
SIZES: Mapping[str, tuple[int, int]] = {"stage": (130, 58), "start": (30, 30), "end": (30, 30)}
GATE = (36, 36)
GAP, LABELLED = 44, 132
"""Between two columns; behind one with a choice there is room for the conditions."""
BEND, APART = 10, 7
"""How far behind a column its ways turn, and how far apart those of different nodes, so that none is taken for another."""
CHANNEL = 18

Point = tuple[float, float]
Cell = tuple[str, int, int]
"""(lane, column, row)."""


@dataclass(frozen=True)
class Box:
    """A node with its place; x and y are its upper left corner."""

    node: Stage | Gate
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width


@dataclass(frozen=True)
class Lane:
    """The band of one holder."""

    holder: str
    y: float
    height: float


@dataclass(frozen=True)
class Route:
    """A way with its bends."""

    edge: Edge
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Layout:
    """A flow, laid out."""

    width: float
    height: float
    lanes: tuple[Lane, ...]
    boxes: Mapping[str, Box]
    routes: tuple[Route, ...]


class _Grid:
    """The cells that are taken, and those that each way passes through."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.columns = _columns(graph)
        self.lanes = _lanes(graph, self.columns)
        self.cells: dict[str, Cell] = {}
        self.passing: dict[tuple[str, str], list[Cell]] = {}
        self.taken: set[Cell] = set()
        for code in sorted(graph.nodes, key=lambda each: self.columns[each]):
            self._place(code)
        self.turning: dict[int, dict[str, int]] = defaultdict(dict)
        self.lefts, self.widths = self._across()

    def _across(self) -> tuple[list[float], list[float]]:
        """Where each column begins, and how wide it is."""
        widths = [0.0] * (1 + max(self.columns.values()))
        gaps = [float(GAP)] * len(widths)
        for code, column in self.columns.items():
            widths[column] = max(widths[column], SIZES.get(self.graph.nodes[code].kind, GATE)[0])
            if self.graph.nodes[code].kind == "choice" and len(self.graph.leaving[code]) > 1:
                gaps[column] = LABELLED
        lefts = [HEAD + GAP / 2 + sum(widths[:place]) + sum(gaps[:place]) for place in range(len(widths))]
        return lefts, widths

    def centre(self, cell: Cell, tops: Mapping[str, float]) -> Point:
        """The middle of a cell."""
        lane, column, row = cell
        return self.lefts[column] + self.widths[column] / 2, tops[lane] + ROW * (row + 0.5)

    def bend(self, column: int, leaving: str) -> float:
        """Where the ways of a node turn behind a column."""
        turning = self.turning[column]
        place = turning.setdefault(leaving, len(turning)) % 4
        return self.lefts[column] + self.widths[column] + BEND + APART * place

    def _place(self, code: str) -> None:
        before = [self.passing.get((edge.from_, code), [])[-1:] for edge in self.graph.entering[code]]
        came = [self.cells[edge.from_] for edge in self.graph.entering[code] if edge.from_ in self.cells]
        wanted = next((cells[0][2] for cells in before if cells), came[0][2] if came else 0)
        self.cells[code] = self._take(self.lanes[code], self.columns[code], wanted)
        for edge in self.graph.leaving[code]:
            self._pass(edge)

    def _pass(self, edge: Edge) -> None:
        lane, column, row = self.cells[edge.from_]
        passed: list[Cell] = []
        for between in range(column + 1, self.columns[edge.to]):
            passed.append(self._take(lane, between, row))
            row = passed[-1][2]
        self.passing[edge.from_, edge.to] = passed

    def _take(self, lane: str, column: int, wanted: int) -> Cell:
        rows = [wanted, *(row for row in range(len(self.taken) + 1) if row != wanted)]
        cell = next((lane, column, row) for row in rows if (lane, column, row) not in self.taken)
        self.taken.add(cell)
        return cell

    def rows(self, lane: str) -> int:
        """How many rows a lane needs."""
        return 1 + max(row for held, _, row in self.taken if held == lane)


def lay_out(flow: Flow) -> Layout:
    """The picture's geometry, in pixels."""
    graph = Graph(flow)
    grid = _Grid(graph)
    lanes, y = [], 0
    for holder in dict.fromkeys(grid.lanes[code] for code in sorted(graph.nodes, key=lambda each: grid.columns[each])):
        lanes.append(Lane(holder, y, grid.rows(holder) * ROW))
        y += grid.rows(holder) * ROW
    tops = {lane.holder: lane.y for lane in lanes}
    boxes = {code: _box(node, grid.centre(grid.cells[code], tops)) for code, node in graph.nodes.items()}
    routes = [
        *(Route(edge, tuple(_forward(edge, grid, boxes, tops))) for edge in graph.forward),
        *(Route(edge, _backward(edge, boxes, y + CHANNEL * (row + 1))) for row, edge in enumerate(graph.back)),
    ]
    height = y + CHANNEL * (len(graph.back) + 1) if graph.back else y
    return Layout(grid.lefts[-1] + grid.widths[-1] + GAP, height, tuple(lanes), boxes, tuple(routes))


def _columns(graph: Graph) -> dict[str, int]:
    columns: dict[str, int] = {}
    for code in graph.order:
        columns[code] = max((columns[edge.from_] + 1 for edge in graph.entering[code]), default=0)
    behind = max(columns.values(), default=-1) + 1
    circling = [code for code in graph.nodes if code not in columns]
    return columns | {code: behind + place for place, code in enumerate(circling)}


def _lanes(graph: Graph, columns: Mapping[str, int]) -> dict[str, str]:
    """The lane of every node: its holder's; a gate stands with what comes before it, the start with what comes after."""
    lanes: dict[str, str] = {}
    for code in sorted(graph.nodes, key=lambda each: columns[each]):
        node = graph.nodes[code]
        if isinstance(node, Stage):
            lanes[code] = node.holder
        else:
            lanes[code] = next(_neighbouring(code, graph, lanes), "")
    return lanes


def _neighbouring(code: str, graph: Graph, lanes: Mapping[str, str]) -> Iterator[str]:
    yield from (lanes[edge.from_] for edge in graph.entering[code] if edge.from_ in lanes)
    stages = [graph.nodes[edge.to] for edge in graph.leaving[code]]
    yield from (stage.holder for stage in stages if isinstance(stage, Stage))


def _box(node: Stage | Gate, centre: Point) -> Box:
    width, height = SIZES.get(node.kind, GATE)
    return Box(node, centre[0] - width / 2, centre[1] - height / 2, width, height)


def _forward(edge: Edge, grid: _Grid, boxes: Mapping[str, Box], tops: Mapping[str, float]) -> Iterator[Point]:
    leaving, entering = boxes[edge.from_], boxes[edge.to]
    y, column = leaving.middle, grid.columns[edge.from_]
    yield leaving.right, y
    stops = [grid.centre(cell, tops)[1] for cell in grid.passing[edge.from_, edge.to]]
    for place, stop in enumerate([*stops, entering.middle]):
        if stop != y:
            bend = grid.bend(column + place, edge.from_)
            yield from ((bend, y), (bend, stop))
        y = stop
    yield entering.x, y


def _backward(edge: Edge, boxes: Mapping[str, Box], channel: float) -> tuple[Point, ...]:
    leaving, entering = boxes[edge.from_], boxes[edge.to]
    start, end = leaving.middle + leaving.height / 4, entering.middle + entering.height / 4
    out, back = leaving.right + 8, entering.x - 8
    return (leaving.right, start), (out, start), (out, channel), (back, channel), (back, end), (entering.x, end)
