"""The layout of the chain: every node has a place of its own, and every arc joins its ends."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kapok.batch.audit.figures import Arc, Chain, Stage
from kapok.batch.audit.report.layering import Edge, layered, without_cycles
from kapok.batch.audit.report.map_drawing import LINE_UNITS, Box, Drawing, draw, wrapped
from tests.batch.report_sample import chain

NAMES = [f"activity {index}" for index in range(40)]


@st.composite
def chains(draws: st.DrawFn) -> Chain:
    """Any chain: cycles, loops, islands, many activities."""
    names = NAMES[: draws(st.integers(1, 34))]
    pairs = draws(st.sets(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=80))
    counts = st.integers(1, 10_000)
    arcs = [Arc(source=a, target=b, count=draws(counts), total_us=draws(counts), max_us=1) for a, b in sorted(pairs)]
    ends = st.integers(0, 50)
    stages = [
        Stage(activity=name, count=draws(counts), total_us=1, starts=draws(ends), ends=draws(ends)) for name in names
    ]
    return Chain(stages=tuple(stages), arcs=tuple(arcs), costliest=(), variants=1, by_week=())


def overlap(one: Box, two: Box) -> bool:
    apart = (
        one.x + one.width <= two.x
        or two.x + two.width <= one.x
        or one.y + one.height <= two.y
        or two.y + two.height <= one.y
    )
    return not apart


def ends_of(path: str) -> tuple[tuple[float, float], tuple[float, float]]:
    points = [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path)]
    return points[0], points[-1]


def touches(box: Box, point: tuple[float, float]) -> bool:
    return box.x - 8 <= point[0] <= box.x + box.width + 8 and box.y - 8 <= point[1] <= box.y + box.height + 8


def joined(drawing: Drawing) -> None:
    boxes = {box.title if box.kind == "activity" else box.kind: box for box in drawing.boxes}
    for drawn in drawing.arcs:
        upper, lower = ends_of(drawn.shape.path)  # a path is drawn from above to below, whichever way its arc runs
        start, goal = (lower, upper) if drawn.shape.backward else (upper, lower)
        assert touches(boxes["end" if drawn.kind == "last" else drawn.arc.target], ends_of(drawn.shape.head)[0])
        assert touches(boxes["start" if drawn.kind == "first" else drawn.arc.source], start)
        assert touches(boxes["end" if drawn.kind == "last" else drawn.arc.target], goal)


@settings(max_examples=30, deadline=None)
@given(chains())
def test_every_activity_has_a_place_of_its_own_on_the_paper(any_chain: Chain) -> None:
    drawing = draw(any_chain)
    assert len(drawing.boxes) == min(len(any_chain.stages), 30) + 2
    assert len({box.title for box in drawing.boxes if box.kind == "activity"}) == len(drawing.boxes) - 2
    assert not [pair for pair in combinations(drawing.boxes, 2) if overlap(*pair)]
    for box in drawing.boxes:
        assert box.x >= 0
        assert box.x + box.width <= drawing.width
        assert box.y >= 0
        assert box.y + box.height <= drawing.height


@settings(max_examples=30, deadline=None)
@given(chains())
def test_every_arc_joins_its_ends_and_what_is_not_drawn_is_counted(any_chain: Chain) -> None:
    drawing = draw(any_chain)
    joined(drawing)
    shown = [drawn.arc for drawn in drawing.arcs if drawn.kind == "between"]
    assert len(shown) + drawing.arcs_folded == len(any_chain.arcs)
    assert sum(arc.count for arc in shown) + drawing.passages_folded == sum(arc.count for arc in any_chain.arcs)


@settings(max_examples=30, deadline=None)
@given(chains())
def test_no_two_labels_lie_upon_one_another(any_chain: Chain) -> None:
    labels = [(drawn.shape.label_x, drawn.shape.label_y) for drawn in draw(any_chain).arcs]
    assert not [(a, b) for a, b in combinations(labels, 2) if abs(a[0] - b[0]) < 70 and abs(a[1] - b[1]) < 26]


edges = st.builds(Edge, st.integers(2, 12), st.integers(2, 12), st.integers(1, 99))


@given(
    st.lists(edges.filter(lambda edge: edge.source != edge.target), unique_by=lambda edge: (edge.source, edge.target))
)
def test_forward_edges_run_downward_and_backward_edges_upward(some: list[Edge]) -> None:
    forward, backward = without_cycles(some)
    assert sorted(map(repr, [*forward, *backward])) == sorted(map(repr, some))
    layering = layered(list(range(13)), some, top=0, bottom=1)
    row = {vertex: index for index, vertices in enumerate(layering.rows) for vertex in vertices}
    for route in layering.routes:
        ends = (route.edge.source, route.edge.target)
        assert (route.vertices[0], route.vertices[-1]) == (ends[::-1] if route.backward else ends)
        assert all(row[lower] == row[upper] + 1 for upper, lower in pairwise(route.vertices))
        assert row[route.label] % 2 == 1
    assert all(row[0] < row[vertex] < row[1] for vertex in range(2, 13))


def test_the_heavier_of_two_opposite_arcs_runs_forward() -> None:
    assert without_cycles([Edge(2, 3, 5), Edge(3, 2, 6)]) == ([Edge(3, 2, 6)], [Edge(2, 3, 5)])


def test_the_sample_is_drawn_whole_and_alike_every_time() -> None:
    drawing = draw(chain())
    assert (drawing.activities_folded, drawing.arcs_folded, drawing.passages_folded) == (0, 0, 0)
    assert {(drawn.arc.source, drawn.arc.target) for drawn in drawing.arcs if drawn.shape.backward} == {
        ("用户改约", "预约上门"),
        ("Await spare parts (vendor RMA process, tier-2 logistics)", "现场处理"),
        ("转派", "接单"),
        ("重新派单", "接单"),
        ("退单", "派单"),
    }
    assert draw(chain()) == drawing


def test_thickness_follows_count_and_colour_follows_wait() -> None:
    arcs = [drawn for drawn in draw(chain()).arcs if drawn.kind == "between"]
    by_count = sorted(arcs, key=lambda drawn: drawn.arc.count)
    assert [drawn.thickness for drawn in by_count] == sorted(drawn.thickness for drawn in arcs)
    by_wait = sorted(arcs, key=lambda drawn: drawn.mean_us or 0)
    assert [drawn.wait for drawn in by_wait] == sorted(drawn.wait or 0 for drawn in arcs)
    assert {drawn.wait for drawn in arcs} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("受理", ("受理",)),
        ("Await vendor", ("Await vendor",)),
        ("现场处理并更换用户端光猫设备后回单确认", ("现场处理并更换用户端", "光猫设备后回单确认")),
        ("Await spare parts of the vendor and more", ("Await spare parts of", "the vendor and more")),
        ("x" * 60, ("x" * LINE_UNITS, "x" * (LINE_UNITS - 1) + "…")),
        ("  spaced \n out ", ("spaced out",)),
        ("", ()),
    ],
)
def test_long_names_are_wrapped_and_cut(name: str, lines: tuple[str, ...]) -> None:
    assert wrapped(name) == lines
