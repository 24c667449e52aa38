"""Changing the shape of a flow, one step at a time, so that a sound flow stays sound. Pure.

Each step takes the document of a flow and gives another one. Ways back stay where both their ends stay; one that then would
lead out of a branch is not taken away unseen but found when the flow is checked.
"""

from __future__ import annotations

import copy
from typing import Any

Document = dict[str, Any]
NEW = {"zh": "新工序", "en": "New stage"}
GATES = frozenset({"split", "join", "choice"})


def starter(head: Document) -> Document:
    """A new flow with one stage."""
    nodes = [{"kind": "start", "code": "start"}, _stage("stage-1"), {"kind": "end", "code": "end"}]
    return head | {"nodes": nodes, "edges": [{"from": "start", "to": "stage-1"}, {"from": "stage-1", "to": "end"}]}


def insert_after(document: Document, code: str) -> Document:
    """A new stage between a stage and what comes after it."""
    document = copy.deepcopy(document)
    new = _free(document, "stage")
    _add(document, _stage(new), after=code)
    for edge in _leaving(document, code):
        edge["from"] = new
    document["edges"].append({"from": code, "to": new})
    return document


def beside(document: Document, code: str, kind: str) -> Document:
    """A new stage beside a stage: at the same time (`split`), or instead of it (`choice`)."""
    document = copy.deepcopy(document)
    new = _free(document, "stage")
    opening, closing = _around(document, code, kind)
    _add(document, _stage(new), after=code)
    how: Document = {"when": {}} if kind == "choice" else {}
    document["edges"] += [{"from": opening, "to": new} | how, {"from": new, "to": closing}]
    return document


def remove(document: Document, code: str) -> Document:
    """Without a stage; what came before leads to what came after, and gates that no longer part anything go too."""
    document = copy.deepcopy(document)
    _bridge(document, code)
    while (idle := _idle(document)) is not None:
        _bridge(document, idle)
    return document


def swap(document: Document, one: str, other: str) -> Document:
    """Two stages in each other's place."""
    document = copy.deepcopy(document)
    trade = {one: other, other: one}
    for edge in document["edges"]:
        if "returns" not in edge:
            edge["from"], edge["to"] = trade.get(edge["from"], edge["from"]), trade.get(edge["to"], edge["to"])
    nodes = document["nodes"]
    first, second = (next(i for i, node in enumerate(nodes) if node["code"] == code) for code in (one, other))
    nodes[first], nodes[second] = nodes[second], nodes[first]
    return document


def connect(document: Document, leaving: str, to: str, returns: Document | None = None) -> Document:
    """With one more way, or a way back for a reason."""
    more: Document = {"returns": returns} if returns else {}
    return document | {"edges": [*document["edges"], {"from": leaving, "to": to} | more]}


def disconnect(document: Document, leaving: str, to: str) -> Document:
    """Without the way from one node to another."""
    kept = [edge for edge in document["edges"] if (edge["from"], edge["to"]) != (leaving, to)]
    return document | {"edges": kept}


def add_node(document: Document, kind: str) -> Document:
    """With one more node that is not connected yet."""
    code = _free(document, kind)
    node = _stage(code) if kind == "stage" else {"kind": kind, "code": code}
    return document | {"nodes": [*document["nodes"], node]}


def drop_node(document: Document, code: str) -> Document:
    """Without a node and all its ways."""
    edges = [edge for edge in document["edges"] if code not in {edge["from"], edge["to"]}]
    return document | {"nodes": [node for node in document["nodes"] if node["code"] != code], "edges": edges}


def _stage(code: str) -> Document:
    return {"kind": "stage", "code": code, "title": dict(NEW)}


def _free(document: Document, kind: str) -> str:
    taken = {node["code"] for node in document["nodes"]}
    return next(f"{kind}-{n}" for n in range(1, len(taken) + 2) if f"{kind}-{n}" not in taken)


def _kind(document: Document, code: str) -> str:
    return next((str(node["kind"]) for node in document["nodes"] if node["code"] == code), "")


def _forward(document: Document) -> list[Document]:
    return [edge for edge in document["edges"] if "returns" not in edge]


def _leaving(document: Document, code: str) -> list[Document]:
    return [edge for edge in _forward(document) if edge["from"] == code]


def _entering(document: Document, code: str) -> list[Document]:
    return [edge for edge in _forward(document) if edge["to"] == code]


def _add(document: Document, node: Document, after: str) -> None:
    place = next(i for i, each in enumerate(document["nodes"]) if each["code"] == after)
    document["nodes"].insert(place + 1, node)


def _around(document: Document, code: str, kind: str) -> tuple[str, str]:
    """The gates around a stage: those that it stands between already, or new ones."""
    into, out = _entering(document, code), _leaving(document, code)
    closing_kind = "join" if kind == "split" else "choice"
    if len(into) == len(out) == 1:
        opening, closing = into[0]["from"], out[0]["to"]
        if (_kind(document, opening), _kind(document, closing)) == (kind, closing_kind):
            return opening, closing
    opening = _free(document, kind)
    document["nodes"].append({"kind": kind, "code": opening})
    closing = _free(document, closing_kind)
    document["nodes"].append({"kind": closing_kind, "code": closing})
    for edge in into:
        edge["to"] = opening
    for edge in out:
        edge["from"] = closing
    how: Document = {"otherwise": True} if kind == "choice" else {}
    document["edges"] += [{"from": opening, "to": code} | how, {"from": code, "to": closing}]
    return opening, closing


def _bridge(document: Document, code: str) -> None:
    """Take a node out and lead what came in to where it went."""
    targets = [edge["to"] for edge in _leaving(document, code)]
    bridges = [edge | {"to": to} for edge in _entering(document, code) for to in targets]
    edges = [edge for edge in document["edges"] if code not in {edge["from"], edge["to"]}]
    document["nodes"] = [node for node in document["nodes"] if node["code"] != code]
    present = {(edge["from"], edge["to"]) for edge in edges}
    for edge in bridges:
        empty = _kind(document, edge["from"]) == "split" and _kind(document, edge["to"]) == "join"
        if (edge["from"], edge["to"]) not in present and not empty:
            edges.append(edge)
    document["edges"] = edges
    for node in document["nodes"]:
        ways = _leaving(document, node["code"])
        if len(ways) == 1:
            ways[0].pop("when", None)
            ways[0].pop("otherwise", None)


def _idle(document: Document) -> str | None:
    """A gate with one way in and one way out."""
    for node in document["nodes"]:
        ways = len(_entering(document, node["code"])), len(_leaving(document, node["code"]))
        if node["kind"] in GATES and ways == (1, 1):
            return str(node["code"])
    return None
