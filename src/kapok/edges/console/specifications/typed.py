"""The fields of the editor: a specification as fields, and what was typed in them as its document.

What cannot be read stays as it was typed, is left out of the document and is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kapok.edges.console.offers.typed import YES, Document, Fields, both, first, numbered, rows
from kapok.ground.catalog.specifying.document import (
    Characteristic,
    ResourceSpecification,
    ServiceSpecification,
    Sort,
    Specification,
    UsagePlan,
    ValueType,
)
from kapok.ground.catalog.template import Finding
from kapok.kernel.text import Text

ROW = (
    "name", "zh", "en", "type", "choices", "least", "most", "unit_zh", "unit_en", "default", "needed", "configurable",
)  # fmt: skip
LONGEST = 6_000
"""Signs of the choices of one characteristic."""


# ---- a specification as fields ----


def fields(entry: Specification) -> dict[str, list[str]]:
    """What stands in the fields when the editor is opened."""
    note = entry.note or Text(zh="", en="")
    said = {"zh": entry.title.zh, "en": entry.title.en, "note_zh": note.zh, "note_en": note.en}
    lists: dict[str, list[str]] = {}
    if isinstance(entry, UsagePlan):
        said |= {"counts": entry.counts, "unit_zh": entry.unit.zh, "unit_en": entry.unit.en}
    else:
        said |= numbered("char", ROW, map(_row, entry.characteristics))
    if isinstance(entry, ServiceSpecification):
        said, lists = said | {"service": entry.service}, {"resources": list(entry.resources)}
    if isinstance(entry, ResourceSpecification):
        said |= {"states": entry.states}
    return {name: [words] for name, words in said.items()} | lists


def _row(each: Characteristic) -> dict[str, str]:
    unit = each.unit or Text(zh="", en="")
    default = "" if each.default is None else str(each.default)
    if isinstance(each.default, bool):
        default = YES if each.default else "no"
    number = each.type is ValueType.NUMBER
    return {
        "name": each.name, "zh": each.title.zh, "en": each.title.en, "type": each.type,
        "choices": "\n".join(f"{one.value}: {one.title.zh} / {one.title.en}" for one in each.choices),
        "least": str(each.least) if number else "", "most": str(each.most) if number else "",
        "unit_zh": unit.zh, "unit_en": unit.en, "default": default,
        "needed": YES if each.needed else "no", "configurable": YES if each.configurable else "no",
    }  # fmt: skip


# ---- fields as a document ----


def document(sort: Sort, code: str, given: Fields) -> tuple[Document, list[Finding]]:
    """The specification that the fields say, and what of them could not be read."""
    findings: list[Finding] = []
    said: Document = {"code": code, "title": both(first(given, "zh"), first(given, "en"))}
    if note := both(first(given, "note_zh", 2000), first(given, "note_en", 2000)):
        said["note"] = note
    if sort is Sort.USAGE:
        return said | {
            "counts": first(given, "counts"),
            "unit": both(first(given, "unit_zh"), first(given, "unit_en")),
        }, []
    said["characteristics"] = [
        _characteristic(row, findings) for row in rows(given, "char", ROW, spare=0, most=LONGEST)
    ]
    if sort is Sort.SERVICE:
        return said | {"service": first(given, "service"), "resources": list(given.get("resources", []))}, findings
    return said | {"states": first(given, "states")}, findings


def shown(given: Fields) -> list[dict[str, str]]:
    """The rows of characteristics as the page shows them, with empty ones to write the next in."""
    return rows(given, "char", ROW, spare=1, most=LONGEST)


def _characteristic(row: Mapping[str, str], findings: list[Finding]) -> Document:
    said: Document = {"name": row["name"], "title": both(row["zh"], row["en"]), "type": row["type"]}
    if unit := both(row["unit_zh"], row["unit_en"]):
        said["unit"] = unit
    said |= {"needed": row["needed"] != "no", "configurable": row["configurable"] != "no"}
    said |= {name: value for name in ("least", "most") if (value := _whole(row[name], findings)) is not None}
    if row["default"]:
        said["default"] = _default(row, findings)
    return said | {"choices": [_choice(line, findings) for line in row["choices"].splitlines() if line.strip()]}


FLAGS = {YES: True, "no": False, "是": True, "否": False}


def _default(row: Mapping[str, str], findings: list[Finding]) -> Any:
    if row["type"] == ValueType.NUMBER:
        return _whole(row["default"], findings)
    if row["type"] != ValueType.FLAG:
        return row["default"]
    if row["default"] not in FLAGS:
        findings.append(_unread(row["default"], "yes 或 no", "yes or no"))
    return FLAGS.get(row["default"], False)


def _whole(words: str, findings: list[Finding]) -> int | None:
    if not words:
        return None
    if words.removeprefix("-").isdecimal() and len(words) < 14:
        return int(words)
    findings.append(_unread(words, "整数，如 100", "a whole number such as 100"))
    return None


def _choice(line: str, findings: list[Finding]) -> Document:
    """`protected: 有保护 / protected`; the words may be left out."""
    value, _, words = line.partition(":")
    zh, _, en = words.partition(" / ")
    if len(line) > 500:
        findings.append(_unread(line, "代码: 中文 / 英文", "code: Chinese / English"))
    return {"value": value.strip(), "title": both(zh.strip() or en.strip() or value.strip(), en.strip())}


def _unread(words: str, zh: str, en: str) -> Finding:
    text = Text(
        zh=f"特性：“{words[:20]}”读不懂，请写{zh}", en=f"characteristics: '{words[:20]}' cannot be read, write {en}"
    )
    return Finding("characteristics", "unread", text)
