"""What was typed in the editor, put into the document of the flow. What cannot be read stays as typed and is found later."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from kapok.ground.catalog.conditions import BadCondition, listed, understood
from kapok.ground.catalog.offering.document import End
from kapok.ground.catalog.template import ADDRESSEES, AXES, STEPS, Finding
from kapok.kernel.promises import EVENTS, Allowance, BadAllowance
from kapok.kernel.promises.fields import percent
from kapok.kernel.text import Text

Document = dict[str, Any]
LONGEST = 400_000
"""Characters of a document that the editor takes."""
HOLDERS = ("skill", "post")
TIMES = ("budget", "accept_within", "urgent_accept_within")


def document(words: str) -> Document | None:
    """The document that the page carried; None when it is none."""
    try:
        found = json.loads(words[:LONGEST])
    except (ValueError, RecursionError):
        return None
    return found if _plain(found) else None


def _plain(found: Any) -> bool:
    if not isinstance(found, dict) or not isinstance(found.get("title"), dict):
        return False
    nodes, edges = found.get("nodes"), found.get("edges", [])
    return (
        isinstance(nodes, list)
        and isinstance(edges, list)
        and all(isinstance(each, dict) and isinstance(each.get("code"), str) and "kind" in each for each in nodes)
        and all(isinstance(e, dict) and isinstance(e.get("from"), str) and isinstance(e.get("to"), str) for e in edges)
        and all(isinstance(found.get(part, {}), dict) for part in ("serves", "applies"))
        and all(isinstance(each.get("title") or {}, dict) for each in nodes)
    )


def merged(carried: Document, typed: Mapping[str, str]) -> tuple[Document, list[Finding]]:
    """The document with what was typed, and what of it could not be read."""
    changed, findings = copy.deepcopy(carried), list[Finding]()
    changed.setdefault("edges", [])
    _head(changed, typed, findings)
    for node in changed["nodes"]:
        if node["kind"] == "stage":
            _stage(node, typed, findings)
        else:
            node |= {"title": _title(f"node-{node['code']}", typed) or node.get("title")}
    for number, edge in enumerate(changed["edges"]):
        _way(edge, f"way-{number}", typed, findings)
    return changed, findings


def _head(changed: Document, typed: Mapping[str, str], findings: list[Finding]) -> None:
    changed["title"] = _title("flow", typed) or changed["title"]
    serves = changed.setdefault("serves", {})
    for name in ("pack", "code"):
        serves[name] = typed.get(f"serves-{name}", "").strip()[:80] or serves.get(name)
    if (reserve := typed.get("serves-reserve")) is not None:
        try:
            serves["reserve"] = str(percent(reserve))
        except PydanticCustomError:
            findings.append(_unread("reserve", reserve))
    applies = changed.setdefault("applies", {})
    for axis in AXES:
        if (words := typed.get(f"applies-{axis}")) is not None:
            applies.pop(axis, None)
            applies |= {axis: listed(words)} if listed(words) else {}


def _stage(node: Document, typed: Mapping[str, str], findings: list[Finding]) -> None:
    prefix = f"node-{node['code']}"
    if f"{prefix}-zh" not in typed:
        return
    node["title"] = _title(prefix, typed) or node.get("title")
    node.pop("told", None)
    if told := _title(f"{prefix}-told", typed):
        node["told"] = told
    _holder(node, typed.get(f"{prefix}-holder", "").strip()[:60])
    for name in TIMES:
        words = typed.get(f"{prefix}-{name}", "").strip()
        node.pop(name, None)
        try:
            node |= {name: str(Allowance.parse(words))} if words else {}
        except BadAllowance as refused:
            findings.append(Finding(node["code"], "allowance", _at(node["code"], refused.text)))
    node.pop("holds", None)
    if not typed.get(f"{prefix}-holds"):
        node["holds"] = False
    node.pop("end", None)
    if (end := typed.get(f"{prefix}-end", "")) in set(End):
        node["end"] = end
    node.pop("runs", None)
    if (step := typed.get(f"{prefix}-runs", "")) in STEPS:
        node["runs"] = step
    node.pop("addressee", None)
    if (named := typed.get(f"{prefix}-addressee", "")) in ADDRESSEES:
        node["addressee"] = named
    _event(node, listed(typed.get(f"{prefix}-event", "")), findings)
    node.pop("evidence", None)
    lines = [line.strip() for line in typed.get(f"{prefix}-evidence", "").splitlines() if line.strip(" |")]
    if lines:
        node["evidence"] = [_both(line) for line in lines]


def _event(node: Document, kinds: list[str], findings: list[Finding]) -> None:
    """The events that its delivery tells; what is none is left out and found."""
    node.pop("event", None)
    if known := [kind for kind in kinds if kind in EVENTS]:
        node["event"] = known
    for kind in kinds:
        if kind not in EVENTS:
            said = Text(
                zh=f"没有事件“{kind[:40]}”：请从列表中选，如 fault.repaired",
                en=f"there is no event '{kind[:40]}': choose one of the list, for example fault.repaired",
            )
            findings.append(Finding(node["code"], "event_kind", _at(node["code"], said)))


def _holder(node: Document, words: str) -> None:
    for name in ("unit", *HOLDERS):
        node.pop(name, None)
    kind, _, name = words.partition(":")
    if kind in HOLDERS and name.strip():
        node[kind] = name.strip()
    elif words:
        node["unit"] = words


def _way(edge: Document, prefix: str, typed: Mapping[str, str], findings: list[Finding]) -> None:
    if (words := typed.get(f"{prefix}-when")) is not None:
        edge.pop("when", None)
        try:
            edge |= {"when": understood(words)} if words.strip() else {}
        except BadCondition as refused:
            findings.append(Finding(f"{edge['from']} → {edge['to']}", "condition", refused.text))
    if f"{prefix}-when" in typed or f"{prefix}-otherwise" in typed:
        edge.pop("otherwise", None)
        if typed.get(f"{prefix}-otherwise"):
            edge["otherwise"] = True


def _title(prefix: str, typed: Mapping[str, str]) -> Document | None:
    """Both titles that were typed, one standing in for the other; None where neither was."""
    zh, en = (typed.get(f"{prefix}-{language}", "").strip()[:200] for language in ("zh", "en"))
    return {"zh": zh or en, "en": en or zh} if zh or en else None


def _both(line: str) -> dict[str, str]:
    zh, _, en = line.partition("|")
    return {"zh": zh.strip() or en.strip(), "en": en.strip() or zh.strip()}


def _unread(where: str, words: str) -> Finding:
    text = Text(zh=f"预留“{words[:20]}”不是百分数：请写 25", en=f"'{words[:20]}' is no percentage: write 25")
    return Finding(where, "reserve", text)


def _at(where: str, text: Text) -> Text:
    return Text(zh=f"{where}：{text.zh}", en=f"{where}: {text.en}")
