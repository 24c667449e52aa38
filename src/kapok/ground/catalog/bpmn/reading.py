"""A BPMN 2.0 file as the document of a flow. What a flow cannot hold is refused by name and line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from kapok.ground.catalog.bpmn.names import DIAGRAM, ELEMENTS, MODEL, OURS, PARALLEL, name
from kapok.ground.catalog.bpmn.xml import Element, refuse, tree
from kapok.ground.catalog.refusals import Unsupported
from kapok.kernel.text import Text, joined

Document = dict[str, Any]
KINDS = {element: kind for kind, element in ELEMENTS.items()} | {"task": "stage"}
PLAIN = frozenset({"incoming", "outgoing", "documentation", "extensionElements"})
INSIDE: Mapping[str, frozenset[str]] = {
    "definitions": frozenset({"process", "collaboration", "documentation", "extensionElements"}),
    "collaboration": frozenset({"participant", "documentation", "extensionElements"}),
    "participant": frozenset({"documentation", "extensionElements"}),
    "process": frozenset({*KINDS, PARALLEL, "sequenceFlow", "laneSet", "documentation", "extensionElements"}),
    "laneSet": frozenset({"lane", "documentation", "extensionElements"}),
    "lane": frozenset({"flowNodeRef", "documentation", "extensionElements"}),
    "sequenceFlow": frozenset({"conditionExpression", "documentation", "extensionElements"}),
    **dict.fromkeys((*KINDS, PARALLEL), PLAIN),
}
"""What each element may contain. Extension elements of others are theirs and are passed over; so is how things are drawn."""
SHOWN = 12
"""So many of what a flow cannot hold are named; the rest is counted."""
MORE = Text(zh="另有 {n} 处", en="and {n} more")
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")


def read(content: bytes, *, basis: Document, units: Mapping[str, str]) -> Document:
    """The document of the flow in the file.

    `basis` are the fields that the file does not say (`code`, `line`, `serves`) or that are to go before what it says; `units`
    says which unit a lane of some name is, for files that other tools wrote. Raises `Unsupported`.
    """
    root = tree(content)
    if (root.space, root.tag) != (MODEL, "definitions"):
        raise refuse(root.line, "不是 BPMN 2.0 文件：请导出为 BPMN 2.0", "not a BPMN 2.0 file: export it as BPMN 2.0")
    _refuse_strangers(root)
    process = _only(root, "process")
    _refuse_pools(root)
    codes = _codes(process)
    nodes = [_node(each, codes, process) for each in process.children if each.tag in KINDS or each.tag == PARALLEL]
    _hold(nodes, process, codes, units)
    edges = [_way(each, codes, process) for each in process.children if each.tag == "sequenceFlow"]
    title = _title(process, _said(process, "flow").get("title"), basis.get("code", "") or "flow")
    return {"title": title} | _said(process, "flow") | {"title": title} | basis | {"nodes": nodes, "edges": edges}


def _refuse_strangers(root: Element) -> None:
    """Name all that a flow cannot hold at once, so that nobody has to export a file again for each."""
    found = list(_strangers(root))
    if not found:
        return
    texts = [_stranger(*each) for each in found[:SHOWN]]
    if len(found) > SHOWN:
        texts.append(MORE.format(n=len(found) - SHOWN))
    raise Unsupported(lines=joined(texts, zh="\n", en="\n"))


def _strangers(element: Element) -> Iterator[tuple[Element, Element]]:
    """Each element that a flow cannot hold, with the one that it stands in."""
    for child in element.children:
        if child.space == DIAGRAM and element.tag == "definitions":
            continue
        if child.space != MODEL or child.tag not in INSIDE.get(element.tag, frozenset()):
            yield element, child
        elif child.tag in INSIDE:
            yield from _strangers(child)


def _stranger(element: Element, child: Element) -> Text:
    named = f"{child.tag} '{child.id}'" if child.id else child.tag
    allowed = ", ".join(sorted(INSIDE.get(element.tag, ())))
    return refuse(
        child.line,
        f"不支持 {element.tag} 中的 {named}：请删去，或改用 {allowed}",
        f"{named} in {element.tag} is not supported: remove it, or use {allowed}",
    ).text


def _only(root: Element, tag: str) -> Element:
    found = [child for child in root.children if child.tag == tag and child.space == MODEL]
    if len(found) != 1:
        line = found[1].line if found else root.line
        raise refuse(
            line, f"须恰有一个 {tag}：请只导出一个流程", f"there must be exactly one {tag}: export one process only"
        )
    return found[0]


def _refuse_pools(root: Element) -> None:
    pools = [each for child in root.children if child.tag == "collaboration" for each in child.children]
    pools = [each for each in pools if each.tag == "participant"]
    if len(pools) > 1:
        raise refuse(
            pools[1].line,
            f"不支持多个泳池（{pools[1].id}）：请只留一个",
            f"participant '{pools[1].id}' is one pool too many: keep one",
        )


def _codes(process: Element) -> dict[str, str]:
    """The code of every node by its identifier, which other tools make as they like."""
    codes: dict[str, str] = {}
    for number, each in enumerate((c for c in process.children if c.tag in KINDS or c.tag == PARALLEL), start=1):
        if not each.id or each.id in codes:
            raise refuse(
                each.line,
                f"{each.tag} 的 id 缺失或重复：请改正",
                f"the id of a {each.tag} is missing or stands twice: correct it",
            )
        codes[each.id] = each.id if CODE.fullmatch(each.id) else f"node-{number}"
    return codes


def _node(element: Element, codes: Mapping[str, str], process: Element) -> Document:
    said = _said(element, "node")
    kind = said.get("kind") or KINDS.get(element.tag) or _parallel(element, process)
    node = {"kind": kind} | said | {"code": codes[element.id]}
    if "name" in element.attributes or "title" in said or kind == "stage":
        node["title"] = _title(element, said.get("title"), element.id)
    return node


def _parallel(element: Element, process: Element) -> str:
    ways = [each.attributes for each in process.children if each.tag == "sequenceFlow"]
    leaving = sum(way.get("sourceRef") == element.id for way in ways)
    entering = sum(way.get("targetRef") == element.id for way in ways)
    if leaving > 1 and entering > 1:
        raise refuse(
            element.line,
            f"{element.id} 既分支又汇合：请拆成两个网关",
            f"{element.tag} '{element.id}' both joins and splits: make it two gateways",
        )
    return "join" if entering > 1 else "split"


def _hold(nodes: list[Document], process: Element, codes: Mapping[str, str], units: Mapping[str, str]) -> None:
    """Where a file does not say who holds a stage, its lane does, if a unit is called so."""
    lanes = {codes.get(ref, ""): lane for lane in _within(process, "lane") for ref in _texts(lane, "flowNodeRef")}
    for node in nodes:
        if node["kind"] == "stage" and not ({"unit", "skill", "post"} & node.keys()) and node["code"] in lanes:
            called = lanes[node["code"]].attributes.get("name", "").strip()
            if called in units:
                node["unit"] = units[called]


def _way(element: Element, codes: Mapping[str, str], process: Element) -> Document:
    given, said = element.attributes, _said(element, "way")
    for end in ("sourceRef", "targetRef"):
        if given.get(end) not in codes:
            raise refuse(
                element.line,
                f"sequenceFlow“{element.id}”的 {end} 没有指向节点：请重新连线",
                f"sequenceFlow '{element.id}': its {end} leads to no node; connect it anew",
            )
    if not said.keys() & {"when", "returns"}:
        _refuse_condition(element)
    way: Document = {"from": codes[given["sourceRef"]], "to": codes[given["targetRef"]]} | said
    known = said.get("label") or said.get("returns")
    if given.get("name") and given["name"] != _name(known):
        way["label"] = _both(given["name"])
    if element.id and element.id in _defaults(process) and "when" not in said:
        way["otherwise"] = True
    return way


def _refuse_condition(element: Element) -> None:
    for child in element.children:
        if child.tag == "conditionExpression":
            raise refuse(
                child.line,
                f"读不懂连线“{element.id}”的条件：请删去条件，导入后再写",
                f"the conditionExpression of '{element.id}' is not supported: remove it and write the condition after the import",
            )


def _defaults(process: Element) -> frozenset[str]:
    gates = (each for each in process.children if each.tag == "exclusiveGateway")
    return frozenset(each.attributes.get("default", "") for each in gates)


def _title(element: Element, kept: Any, otherwise: str) -> Document:
    """Both languages as we wrote them, unless another tool has renamed the element since."""
    given = element.attributes.get("name", "").strip()
    if isinstance(kept, dict) and given in {"", _name(kept)}:
        return kept
    return _both(given or otherwise)


def _both(words: str) -> Document:
    return {"zh": words[:200], "en": words[:200]}


def _name(kept: Any) -> str:
    words = kept if isinstance(kept, dict) else {}
    return name(Text(zh=str(words.get("zh", "")), en=str(words.get("en", ""))))


def _said(element: Element, kind: str) -> Document:
    """What our extension says of an element."""
    for extension in (child for child in element.children if child.tag == "extensionElements"):
        for said in (child for child in extension.children if child.space == OURS):
            try:
                found = json.loads(said.text)
            except (ValueError, RecursionError):
                found = None
            if said.tag != kind or not isinstance(found, dict):
                raise refuse(
                    said.line,
                    f"读不懂扩展“{said.tag}”：请重新导出，勿手工改动",
                    f"the extension '{said.tag}' cannot be read: export it again, do not edit it by hand",
                )
            return found
    return {}


def _within(element: Element, tag: str) -> Iterator[Element]:
    for child in element.children:
        if child.tag == tag:
            yield child
        elif child.tag == "laneSet":
            yield from _within(child, tag)


def _texts(element: Element, tag: str) -> Iterator[str]:
    return (child.text.strip() for child in element.children if child.tag == tag)
