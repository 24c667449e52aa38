"""The chain as a drawing: boxes for activities, arcs for "directly followed by", with the rarest folded away.

Start and end are nodes 0 and 1, activities follow in the order of the figures. The drawing holds no words but the log's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from unicodedata import east_asian_width

from kapok.batch.audit.figures import Arc, Chain
from kapok.batch.audit.report.folding import END, FIRST, START, Shown, fold
from kapok.batch.audit.report.format import mean
from kapok.batch.audit.report.layering import Edge, Layering, Route, layered
from kapok.batch.audit.report.placement import Extent, places

BOX, LABEL, LOOP, BYPASS = Extent(88, 88), Extent(37, 37), Extent(88, 170), Extent(5, 5)
BOX_HEIGHT, ROUND_HEIGHT, LABEL_HEIGHT, ROW_GAP, GAP, MARGIN = 58, 26, 28, 17, 16, 12
LINE_UNITS = 21  # how many narrow letters a line of a box holds
WAIT_CLASSES = 5


@dataclass(frozen=True)
class Box:
    """A node: the start, the end, or an activity with its place among the costliest (1 to 3, or none)."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    title: str
    count: int
    total_us: int
    rank: int | None


@dataclass(frozen=True)
class Shape:
    """An arc on paper: its path, its arrow head, and the middle of its label. One that runs `backward` goes up."""

    path: str
    head: str
    label_x: float
    label_y: float
    backward: bool = False


@dataclass(frozen=True)
class DrawnArc:
    """An arc with its shape. `kind` is `first` (from the start), `last` (to the end) or `between`; only the latter has a mean wait
    and its class, 0 (short) to 4 (long).
    """

    kind: str
    arc: Arc
    shape: Shape
    thickness: float
    mean_us: int | None
    wait: int | None


@dataclass(frozen=True)
class Drawing:
    """A whole map, and what was folded away to keep it legible. `limits` are the upper mean waits of the classes."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arcs: tuple[DrawnArc, ...]
    limits: tuple[int, ...]
    activities_folded: int
    arcs_folded: int
    passages_folded: int  # how many passages the folded arcs stand for


def draw(chain: Chain) -> Drawing:
    """Draw the chain; `chain.stages` must not be empty."""
    shown = fold(chain)
    edges = [Edge(*ends, arc.count) for ends, arc in shown.arcs.items() if ends[0] != ends[1]]
    paper = _Paper(shown, layered([START, END, *shown.stages], edges, top=START, bottom=END))
    limits = _wait_limits([arc for ends, arc in shown.arcs.items() if _kind(ends) == "between"])
    heaviest = max((arc.count for arc in shown.arcs.values()), default=1)
    shapes = {ends: paper.loop(ends[0]) for ends in shown.arcs if ends[0] == ends[1]}
    shapes |= {(route.edge.source, route.edge.target): paper.shape(route) for route in paper.layering.routes}
    arcs = [_drawn(_kind(ends), arc, shapes[ends], limits, heaviest) for ends, arc in shown.arcs.items()]
    visible = set(shown.arcs.values())
    hidden = [arc for arc in chain.arcs if arc not in visible]
    return Drawing(
        width=paper.width,
        height=paper.height,
        boxes=tuple(paper.box(node, chain.costliest) for node in (START, END, *shown.stages)),
        arcs=tuple(sorted(arcs, key=lambda drawn: (drawn.arc.count, drawn.arc.source, drawn.arc.target))),
        limits=limits,
        activities_folded=len(chain.stages) - len(shown.stages),
        arcs_folded=len(hidden),
        passages_folded=sum(arc.count for arc in hidden),
    )


def _kind(ends: tuple[int, int]) -> str:
    return "first" if ends[0] == START else "last" if ends[1] == END else "between"


def _drawn(kind: str, arc: Arc, shape: Shape, limits: tuple[int, ...], heaviest: int) -> DrawnArc:
    wait = mean(arc.total_us, arc.count) if kind == "between" else None
    return DrawnArc(
        kind=kind,
        arc=arc,
        shape=shape,
        thickness=round(1 + 5 * log(1 + arc.count) / log(1 + heaviest), 1),
        mean_us=wait,
        wait=None if wait is None else sum(limit < wait for limit in limits),
    )


def _wait_limits(arcs: list[Arc]) -> tuple[int, ...]:
    """Upper limits of mean wait that part the drawn arcs into five classes of like size."""
    means = sorted(mean(arc.total_us, arc.count) or 0 for arc in arcs)
    if not means:
        return ()
    return tuple(means[-(-len(means) * part // WAIT_CLASSES) - 1] for part in range(1, WAIT_CLASSES + 1))


class _Paper:
    """Where everything lies, in SVG units from the top left."""

    def __init__(self, shown: Shown, layering: Layering) -> None:
        self.shown, self.layering = shown, layering
        labels = {route.label for route in layering.routes}
        extents = {vertex: self._extent(vertex, labels) for row in layering.rows for vertex in row}
        self.middle = places(layering, extents, GAP, frozenset([START, END, *shown.stages]))
        self.top, self.bottom, y = {}, {}, float(MARGIN)
        for index, row in enumerate(layering.rows):
            tall = LABEL_HEIGHT if index % 2 else ROUND_HEIGHT if {START, END} & {*row} else BOX_HEIGHT
            self.top.update(dict.fromkeys(row, y))
            self.bottom.update(dict.fromkeys(row, y + tall))
            y += tall + ROW_GAP
        self.width = 2 * MARGIN + max(self.middle[vertex] + extents[vertex].right for vertex in self.middle)
        self.height = y - ROW_GAP + MARGIN
        self.ports = self._ports()

    def _extent(self, vertex: int, labels: set[int]) -> Extent:
        if vertex in labels:
            return LABEL
        if vertex not in self.shown.stages and vertex not in (START, END):
            return BYPASS
        return LOOP if (vertex, vertex) in self.shown.arcs else BOX

    def x(self, vertex: int) -> float:
        return round(MARGIN + self.middle[vertex], 1)

    def _ports(self) -> dict[tuple[int, int], float]:
        """Where on the edge of a box each arc begins or ends: in the order in which they come, so that they do not tangle."""
        ends: dict[tuple[int, bool], list[int]] = {}
        for route in self.layering.routes:
            upper, lower = route.vertices[0], route.vertices[-1]
            ends.setdefault((upper, True), []).append(route.vertices[1])
            ends.setdefault((lower, False), []).append(route.vertices[-2])
        ports = {}
        for (node, _), others in ends.items():
            span = BOX.left * 1.5 if node >= FIRST else ROUND_HEIGHT
            for index, other in enumerate(sorted(others, key=lambda other: self.middle[other])):
                ports[node, other] = round(self.x(node) + span * ((index + 0.5) / len(others) - 0.5), 1)
        return ports

    def box(self, node: int, costliest: tuple[str, ...]) -> Box:
        wide = 2 * BOX.left if node >= FIRST else 72.0
        stage, name = self.shown.stages.get(node), self.shown.name(node)
        return Box(
            kind="start" if node == START else "end" if node == END else "activity",
            x=round(self.x(node) - wide / 2, 1),
            y=self.top[node],
            width=wide,
            height=self.bottom[node] - self.top[node],
            lines=wrapped(name),
            title=name,
            count=stage.count if stage else 0,
            total_us=stage.total_us if stage else 0,
            rank=costliest.index(name) + 1 if stage and name in costliest else None,
        )

    def shape(self, route: Route) -> Shape:
        upper, *between, lower = route.vertices
        start = (self.ports[upper, between[0]], self.bottom[upper])
        goal = (self.ports[lower, between[-1]], self.top[lower])
        label = (self.x(route.label), self.top[route.label] + LABEL_HEIGHT / 2)
        # The line stops short of the tip of its head, or a thick one would blunt it.
        here, last = (start[0], start[1] + 6 * route.backward), (goal[0], goal[1] - 6 * (not route.backward))
        path = [f"M{_at(here)}"]
        for index, vertex in enumerate(between):
            if index % 2:  # straight down past a row of boxes
                path.append(_bend(here, (self.x(vertex), self.top[vertex])))
                here = (self.x(vertex), self.bottom[vertex])
                path.append(f"L{_at(here)}")
            elif vertex == route.label:
                path.append(_bend(here, label))
                here = label
        path.append(_bend(here, last))
        head = _head(start, 1) if route.backward else _head(goal, -1)
        return Shape(
            path=" ".join(path),
            head=head,
            label_x=label[0],
            label_y=label[1],
            backward=route.backward,
        )

    def loop(self, node: int) -> Shape:
        right, middle = self.x(node) + BOX.right, (self.top[node] + self.bottom[node]) / 2
        path = f"M{_at((right, middle - 15))} C{_at((right + 34, middle - 26))} {_at((right + 34, middle + 26))} "
        path += _at((right + 7, middle + 15))
        head = f"{_at((right, middle + 14))} {_at((right + 8, middle + 10))} {_at((right + 7, middle + 19))}"
        return Shape(path=path, head=head, label_x=round(right + 45, 1), label_y=middle)


def _at(point: tuple[float, float]) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"


def _bend(start: tuple[float, float], goal: tuple[float, float]) -> str:
    half = (start[1] + goal[1]) / 2
    return f"C{_at((start[0], half))} {_at((goal[0], half))} {_at(goal)}"


def _head(tip: tuple[float, float], toward: int) -> str:
    x, y = tip
    return f"{_at((x, y))} {_at((x - 4.5, y + 8 * toward))} {_at((x + 4.5, y + 8 * toward))}"


def wrapped(name: str, lines: int = 2) -> tuple[str, ...]:
    """A name cut into at most two lines that fit a box, at spaces where there are any; what does not fit ends in an ellipsis."""
    cut: list[str] = []
    rest = " ".join(name.split())
    while rest and len(cut) < lines:
        fits = _fitting(rest)
        if fits < len(rest) and len(cut) == lines - 1:
            return (*cut, rest[: fits - 1].rstrip() + "…")
        space = rest.rfind(" ", 0, fits + 1)
        if fits < len(rest) and space > 0:
            fits = space
        cut.append(rest[:fits].rstrip())
        rest = rest[fits:].lstrip()
    return tuple(cut)


def _fitting(text: str) -> int:
    room = float(LINE_UNITS)
    for index, letter in enumerate(text):
        room -= 2 if east_asian_width(letter) in "WF" else 1.4 if letter.isupper() or letter in "@%—" else 1
        if room < 0:
            return index
    return len(text)
