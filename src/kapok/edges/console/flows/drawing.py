"""A flow as a picture: lanes, stages with their budgets, gates, the longest path in red. An SVG without style attributes.

The same is told by the table of stages below it, for whoever cannot see it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kapok.ground.catalog.conditions import read_out
from kapok.ground.catalog.layout import BEND, HEAD, Box, Lane, Layout, Route, lay_out
from kapok.ground.catalog.template import STEPS, Edge, Flow, Stage
from kapok.kernel.promises import EVENTS
from kapok.kernel.text import Language, Text

LINE = 16
"""Half-width characters on one line of a stage."""
LONGEST = {False: 17, True: 40}
"""Half-width characters of a way's label, and of a way back's."""
SIGNS: Mapping[str, str] = {"split": "+", "join": "+", "choice": "×"}
OTHERWISE = Text(zh="否则", en="otherwise")
NOBODY = Text(zh="未定", en="nobody yet")


def draw(flow: Flow, *, along: Iterable[str], names: Mapping[str, Text], language: Language) -> SafeString:
    """The picture. `along` are the nodes on the longest path, `names` what units are called."""
    layout, path = lay_out(flow), tuple(along)
    hot = set(pairwise(path))
    size = "small" if layout.width < 900 else "large" if layout.width < 1800 else "huge"
    parts = (
        *(_lane(lane, layout, names, language) for lane in layout.lanes),
        *(_way(route, hot, _label(route.edge, flow, language)) for route in layout.routes),
        *(_node(box, path, language) for box in layout.boxes.values()),
    )
    return format_html(
        '<svg class="flow flow-{}" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">{}{}</svg>',
        size,
        _size(layout.width),
        _size(layout.height),
        _size(layout.width),
        _size(layout.height),
        flow.title.in_(language),
        _arrows(),
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def _arrows() -> SafeString:
    head = (
        '<marker id="{}" class="{}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
        ' markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z"/></marker>'
    )
    kinds = (("arrow", "arrow"), ("arrow-hot", "arrow hot"), ("arrow-back", "arrow back"))
    return format_html("<defs>{}</defs>", format_html_join("", head, kinds))


def _lane(lane: Lane, layout: Layout, names: Mapping[str, Text], language: Language) -> SafeString:
    name = names[lane.holder].in_(language) if lane.holder in names else lane.holder or NOBODY.in_(language)
    return format_html(
        '<rect class="lane" x="0" y="{}" width="{}" height="{}"/><rect class="lane-head" x="0" y="{}" width="{}" height="{}"/>{}',
        _size(lane.y), _size(layout.width), _size(lane.height), _size(lane.y), HEAD - 8, _size(lane.height),
        _words(name, (HEAD - 8) / 2, lane.y + lane.height / 2, "lane-name", 3),
    )  # fmt: skip


def _way(route: Route, hot: set[tuple[str, str]], label: str) -> SafeString:
    edge = route.edge
    kind = "back" if edge.returns is not None else "hot" if (edge.from_, edge.to) in hot else ""
    points = " ".join(f"{_size(x)},{_size(y)}" for x, y in route.points)
    line = format_html(
        '<polyline class="way {}" points="{}" marker-end="url(#{})"/>',
        kind,
        points,
        f"arrow-{kind}" if kind else "arrow",
    )
    return line if not label else format_html("{}{}", line, _beside(route, label))


def _label(edge: Edge, flow: Flow, language: Language) -> str:
    said = (
        edge.returns or edge.label or (OTHERWISE if edge.otherwise else read_out(edge.when, flow.declared, named=False))
    )
    return said.in_(language)


def _beside(route: Route, label: str) -> SafeString:
    """The label over the way where it leads to its own end; of a way back over its long stretch."""
    back = route.edge.returns is not None
    (x, y), (to, _) = route.points[2:4] if back else _own_stretch(route)
    shown = label if _width(label) <= LONGEST[back] else f"{_cut(label, LONGEST[back] - 1)}…"
    return format_html(
        '<text class="way-name{}" x="{}" y="{}"><title>{}</title>{}</text>',
        " middle" if back else "", _size((x + to) / 2 if back else x + 5), _size(y - 5), label, shown,
    )  # fmt: skip


def _own_stretch(route: Route) -> tuple[tuple[float, float], tuple[float, float]]:
    """The first level stretch that the way does not share with others out of the same gate."""
    points = route.points
    return (points[2], points[3]) if len(points) > 3 else ((points[0][0] + BEND, points[0][1]), points[1])


def _node(box: Box, path: tuple[str, ...], language: Language) -> SafeString:
    node, hot = box.node, "hot" if box.node.code in path else ""
    x, y = box.x + box.width / 2, box.middle
    if isinstance(node, Stage):
        return _stage(box, node, hot, language)
    if node.kind in SIGNS:
        w, h = box.width / 2, box.height / 2
        corners = (
            f"{_size(x)},{_size(y - h)} {_size(x + w)},{_size(y)} {_size(x)},{_size(y + h)} {_size(x - w)},{_size(y)}"
        )
        title = format_html(
            '<text class="gate-name" x="{}" y="{}">{}</text>', _size(x), _size(y + h + 12), node.title.in_(language)
        ) if node.title else SafeString("")  # fmt: skip
        return format_html(
            '<polygon class="gate {}" points="{}"/><text class="gate-sign" x="{}" y="{}">{}</text>{}',
            hot, corners, _size(x), _size(y + 6), SIGNS[node.kind], title,
        )  # fmt: skip
    return format_html('<circle class="{} {}" cx="{}" cy="{}" r="13"/>', node.kind, hot, _size(x), _size(y))


def _stage(box: Box, stage: Stage, hot: str, language: Language) -> SafeString:
    budget = stage.budget.text.in_(language) if stage.budget else "—"
    return format_html(
        '<g><title>{}</title><rect class="stage {}" x="{}" y="{}" width="{}" height="{}" rx="6"/>{}'
        '<text class="budget {}" x="{}" y="{}">{}</text>{}</g>',
        _said(stage, language), hot, _size(box.x), _size(box.y), _size(box.width), _size(box.height),
        _words(stage.title.in_(language), box.x + box.width / 2, box.y + 21, "stage-name"),
        hot, _size(box.x + box.width / 2), _size(box.y + box.height - 6), budget,
        _gear(box.x + box.width - 12, box.y + box.height - 11) if stage.runs else "",
    )  # fmt: skip


def _said(stage: Stage, language: Language) -> str:
    """What the pointer shows: its title, what the system does of it, and below it what its delivery tells."""
    step = (Text(zh=f"⚙ {STEPS[stage.runs].zh}", en=f"⚙ {STEPS[stage.runs].en}"),) if stage.runs in STEPS else ()
    return "\n→ ".join(text.in_(language) for text in (stage.title, *step, *(EVENTS[kind] for kind in stage.event)))


def _gear(x: float, y: float) -> SafeString:
    """The mark of a stage that the system does: a wheel with eight teeth around the point."""
    return format_html(
        '<g class="gear" transform="translate({} {})"><circle class="teeth" r="4.6"/><circle r="2.6"/></g>',
        _size(x),
        _size(y),
    )


def _words(words: str, x: float, y: float, kind: str, most: int = 2) -> SafeString:
    """Words on at most so many lines around the height `y`."""
    lines = list(_lines(words))
    if len(lines) > most:
        lines[most - 1 :] = [f"{_cut(lines[most - 1], LINE - 1)}…"]
    first = y - 7 * (len(lines) - 1)
    spans = (( _size(x), _size(first + 15 * place + 4), line) for place, line in enumerate(lines))  # fmt: skip
    return format_html(
        '<text class="{}">{}</text>', kind, format_html_join("", '<tspan x="{}" y="{}">{}</tspan>', spans)
    )


def _lines(words: str) -> Iterator[str]:
    """The words in lines that fit; Latin words stay whole where they can."""
    line = ""
    for piece in _pieces(words):
        if line and _width(line + piece.rstrip()) > LINE:
            yield line.rstrip()
            line = ""
        line += piece
    if line.strip():
        yield line.rstrip()


def _pieces(words: str) -> Iterator[str]:
    """Latin words with the blank behind them, Chinese characters one by one, long words in bits."""
    piece = ""
    for sign in words:
        if piece and (_wide(sign) or _wide(piece[-1]) or piece.endswith((" ", "/", "-")) or len(piece) >= LINE):
            yield piece
            piece = ""
        piece += sign
    if piece:
        yield piece


def _cut(words: str, width: int) -> str:
    while _width(words) > width:
        words = words[:-1]
    return words


def _width(words: str) -> int:
    return sum(2 if _wide(sign) else 1 for sign in words)


def _wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WF"


def _size(number: float) -> str:
    return f"{number:g}"
