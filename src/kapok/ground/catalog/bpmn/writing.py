"""A flow as a BPMN 2.0 file, with its shapes. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from xml.etree import ElementTree  # only writes

from kapok.ground.catalog.bpmn.names import BOUNDS as DC
from kapok.ground.catalog.bpmn.names import (
    DIAGRAM,
    ELEMENTS,
    MODEL,
    OURS,
    PARALLEL,
    POINTS,
    PREFIXES,
    SCHEMA,
    name,
    speakable,
)
from kapok.ground.catalog.layout import Lane, Layout, Point, lay_out
from kapok.ground.catalog.template import Edge, Flow
from kapok.kernel.text import Text

Element = ElementTree.Element
POOL = 30
"""The width of the pool's name at the left edge."""


class Bounds(NamedTuple):
    """Where a shape stands."""

    x: float
    y: float
    width: float
    height: float


for prefix, address in PREFIXES.items():
    ElementTree.register_namespace(prefix, address)


def write(flow: Flow, lanes: Mapping[str, Text]) -> bytes:
    """The file, in UTF-8; `lanes` names the holders where they have a better name than their code."""
    layout, document = lay_out(flow), flow.document()
    ids = _Ids(flow)
    root = Element(_bpmn("definitions"), {"id": ids.new("Definitions"), "targetNamespace": OURS})
    pool = _under(root, _bpmn("collaboration"), id=ids.new("Collaboration"))
    process = _under(root, _bpmn("process"), id=ids.new(f"Process_{flow.code}"), isExecutable="false")
    process.set("name", name(flow.title))
    participant = _under(pool, _bpmn("participant"), id=ids.new("Pool"), processRef=process.get("id", ""))
    participant.set("name", name(flow.title))
    _extend(process, "flow", {key: value for key, value in document.items() if key not in {"nodes", "edges"}})
    held = _lanes(process, layout, ids, lanes)
    ways = {(edge.from_, edge.to): ids.new(f"Flow_{number}") for number, edge in enumerate(flow.edges, start=1)}
    _nodes(process, flow, document["nodes"], ways)
    for edge, data in zip(flow.edges, document.get("edges", []), strict=True):
        _way(process, edge, data, ways[edge.from_, edge.to])
    diagram = _Diagram(root, pool, ids)
    _draw(diagram, participant.get("id", ""), layout, held)
    for route in layout.routes:
        diagram.edge(ways[route.edge.from_, route.edge.to], route.points)
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


class _Ids:
    """Identifiers that no node has."""

    def __init__(self, flow: Flow) -> None:
        self.taken = {node.code for node in flow.nodes}

    def new(self, wanted: str) -> str:
        while wanted in self.taken:
            wanted += "_"
        self.taken.add(wanted)
        return wanted


def _lanes(process: Element, layout: Layout, ids: _Ids, names: Mapping[str, Text]) -> dict[str, Lane]:
    """The lanes, each with its members; returns them by identifier."""
    held = {}
    lanes = _under(process, _bpmn("laneSet"), id=ids.new("Lanes"))
    for number, lane in enumerate(layout.lanes, start=1):
        element = _under(lanes, _bpmn("lane"), id=ids.new(f"Lane_{number}"))
        element.set("name", name(names.get(lane.holder, Text(zh=lane.holder, en=lane.holder))))
        for box in layout.boxes.values():
            if lane.y <= box.middle < lane.y + lane.height:
                _under(element, _bpmn("flowNodeRef")).text = box.node.code
        held[element.get("id", "")] = lane
    return held


def _nodes(process: Element, flow: Flow, data: list[Any], ways: Mapping[tuple[str, str], str]) -> None:
    default = {edge.from_: ways[edge.from_, edge.to] for edge in flow.edges if edge.otherwise}
    returning = {edge.from_ for edge in flow.edges if edge.returns is not None}
    for node, kept in zip(flow.nodes, data, strict=True):
        element = _under(process, _bpmn(ELEMENTS.get(node.kind, PARALLEL)), id=node.code)
        if node.title is not None:
            element.set("name", name(node.title))
        for edge in flow.edges:
            if edge.from_ == node.code and (edge.otherwise or (edge.from_ in returning and edge.returns is None)):
                element.set("default", default.get(node.code, ways[edge.from_, edge.to]))
        _extend(element, "node", {key: value for key, value in kept.items() if key != "code"})
        for edge in flow.edges:
            if node.code in {edge.from_, edge.to}:
                for direction in ("incoming",) * (edge.to == node.code) + ("outgoing",) * (edge.from_ == node.code):
                    _under(element, _bpmn(direction)).text = ways[edge.from_, edge.to]


def _way(process: Element, edge: Edge, data: Mapping[str, Any], code: str) -> None:
    element = _under(process, _bpmn("sequenceFlow"), id=code, sourceRef=edge.from_, targetRef=edge.to)
    if label := name(edge.label or edge.returns):
        element.set("name", label)
    if kept := {key: value for key, value in data.items() if key not in {"from", "to"}}:
        _extend(element, "way", kept)
    if edge.when or edge.returns is not None:
        said = json.dumps(data.get("when", data.get("returns")), ensure_ascii=False)
        condition = _under(element, _bpmn("conditionExpression"))
        condition.set(f"{{{SCHEMA}}}type", "bpmn:tFormalExpression")
        condition.set("language", OURS)
        condition.text = speakable(said)


class _Diagram:
    """How the elements are drawn."""

    def __init__(self, root: Element, pool: Element, ids: _Ids) -> None:
        self.ids = ids
        diagram = _under(root, f"{{{DIAGRAM}}}BPMNDiagram", id=ids.new("Diagram"))
        self.plane = _under(diagram, f"{{{DIAGRAM}}}BPMNPlane", id=ids.new("Plane"), bpmnElement=pool.get("id", ""))

    def shape(self, code: str, box: Bounds, **more: str) -> None:
        shape = _under(
            self.plane, f"{{{DIAGRAM}}}BPMNShape", id=self.ids.new(f"{code}_shape"), bpmnElement=code, **more
        )
        _under(shape, f"{{{DC}}}Bounds", **{side: f"{size:g}" for side, size in box._asdict().items()})

    def edge(self, code: str, points: Iterable[Point]) -> None:
        edge = _under(self.plane, f"{{{DIAGRAM}}}BPMNEdge", id=self.ids.new(f"{code}_edge"), bpmnElement=code)
        for x, y in points:
            _under(edge, f"{{{POINTS}}}waypoint", x=f"{x:g}", y=f"{y:g}")


def _draw(diagram: _Diagram, pool: str, layout: Layout, held: Mapping[str, Lane]) -> None:
    diagram.shape(pool, Bounds(0, 0, layout.width, layout.height), isHorizontal="true")
    for code, lane in held.items():
        diagram.shape(code, Bounds(POOL, lane.y, layout.width - POOL, lane.height), isHorizontal="true")
    for box in layout.boxes.values():
        more = {"isMarkerVisible": "true"} if box.node.kind == "choice" else {}
        diagram.shape(box.node.code, Bounds(box.x, box.y, box.width, box.height), **more)


def _extend(element: Element, kind: str, data: Mapping[str, Any]) -> None:
    extension = _under(element, _bpmn("extensionElements"))
    said = _under(extension, f"{{{OURS}}}{kind}")
    said.text = _escaped(json.dumps(data, ensure_ascii=False))


def _escaped(words: str) -> str:
    """JSON in which the signs that XML cannot hold are written as JSON writes them."""
    return "".join(sign if speakable(sign) == sign else json.dumps(sign)[1:-1] for sign in words)


def _under(parent: Element, tag: str, **attributes: str) -> Element:
    return ElementTree.SubElement(parent, tag, attributes)


def _bpmn(tag: str) -> str:
    return f"{{{MODEL}}}{tag}"
