"""A YAML file as plain data with the line of every value.

Only what a pack needs is read: mappings, lists and scalars. Anchors, aliases, tags, several documents, repeated keys, great
depth and great size are refused, so a hostile file costs nothing. Scalars stay the words that were written (`no` is not false,
`18:00` is not a number, `2026-10-01` is not a date); the schema reads them. Only `true`, `false` and `null` are themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from kapok.kernel.promises.findings import Finding, PackRefused, Path, Problem
from kapok.kernel.text import Text

MAXIMUM_BYTES = 1_000_000
MAXIMUM_DEPTH = 40
MAXIMUM_NODES = 100_000
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PLAIN: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}

TOO_LARGE = Text(
    zh=f"文件过大（上限 {MAXIMUM_BYTES} 字节或 {MAXIMUM_NODES} 个值）：请拆分规则包",
    en=f"the file is too large (limit {MAXIMUM_BYTES} bytes or {MAXIMUM_NODES} values): split the pack",
)
TOO_DEEP = Text(zh="嵌套过深：请简化", en="nested too deeply: make it flatter")
ALIAS = Text(
    zh="不接受锚点与别名（& 与 *）：请写出原值",
    en="anchors and aliases (& and *) are not accepted: write the value out",
)
TAG = Text(zh="不接受标签（!）：请只写值", en="tags (!) are not accepted: write the plain value")
SECOND = Text(zh="一个文件只含一个规则包：请拆成两个文件", en="one file holds one pack: make it two files")
KEY = Text(zh="键必须是一个词", en="a key must be one word")
TWICE = Text(zh="键“{key}”重复：请删去其一", en="key '{key}' stands twice: remove one")
EMPTY = Text(
    zh="文件为空：请按 docs/schema/pack.schema.json 填写",
    en="the file is empty: fill it in by docs/schema/pack.schema.json",
)
NOT_YAML = Text(zh="不是合格的 YAML，请更正：{problem}", en="not well-formed YAML, correct it: {problem}")


@dataclass
class Document:
    """The data of a file, and the line on which each value stands."""

    name: str
    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)

    def place(self, path: Path) -> Path:
        """What of `path` stands in the file. The schema also names alternatives that it tried, and lists where one value stood."""
        place: Path = ()
        for part in path:
            if (*place, part) in self.lines:
                place = (*place, part)
        return place

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest thing above it that is there."""
        return self.lines[self.place(path)]

    def finding(self, problem: Problem) -> Finding:
        """The problem with its file and line."""
        return Finding(self.name, self.line(problem.path), problem.code, problem.zh, problem.en)


@dataclass
class _Open:
    """A mapping or list that is still being read."""

    path: Path
    items: Any
    key: str | None = None


class _Reader:
    def __init__(self, name: str) -> None:
        self.document = Document(name)
        self.stack: list[_Open] = []
        self.documents = 0

    def read(self, text: str) -> Document:
        if len(text.encode()) > MAXIMUM_BYTES:
            raise self._refusal(1, "too_large", TOO_LARGE)
        try:
            for event in yaml.parse(text, Loader=LOADER):
                self._take(event)
        except yaml.YAMLError as error:
            raise self._malformed(error) from None
        if self.document.data is None:
            raise self._refusal(1, "empty", EMPTY)
        return self.document

    def _take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self._refuse_hostile(event, line)
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
            case yaml.MappingStartEvent():
                self._open(line, {})
            case yaml.SequenceStartEvent():
                self._open(line, [])
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.stack.pop()
            case yaml.ScalarEvent():
                self._scalar(event, line)

    def _refuse_hostile(self, event: Any, line: int) -> None:
        if getattr(event, "anchor", None) is not None:
            raise self._refusal(line, "alias", ALIAS)
        if getattr(event, "tag", None) is not None:
            raise self._refusal(line, "tag", TAG)
        if isinstance(event, yaml.DocumentStartEvent) and self.documents:
            raise self._refusal(line, "second_document", SECOND)
        if len(self.document.lines) > MAXIMUM_NODES:
            raise self._refusal(line, "too_large", TOO_LARGE)

    def _open(self, line: int, items: Any) -> None:
        path = self._place(line, items)
        if len(path) > MAXIMUM_DEPTH:
            raise self._refusal(line, "too_deep", TOO_DEEP)
        self.stack.append(_Open(path, items))

    def _scalar(self, event: Any, line: int) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.items, dict) and top.key is None:
            if event.value in top.items:
                raise self._refusal(line, "duplicate_key", TWICE.format(key=event.value))
            top.key = event.value
            self.document.lines[(*top.path, event.value)] = line
            return
        plain = event.implicit[0] and event.value in PLAIN
        self._place(line, PLAIN[event.value] if plain else event.value)

    def _place(self, line: int, value: Any) -> Path:
        if not self.stack:
            self.document.data, self.document.lines[()] = value, line
            return ()
        top = self.stack[-1]
        if isinstance(top.items, list):
            top.items.append(value)
            path: Path = (*top.path, len(top.items) - 1)
            self.document.lines[path] = line
            return path
        if top.key is None:
            raise self._refusal(line, "key", KEY)
        path, top.items[top.key], top.key = (*top.path, top.key), value, None
        return path

    def _malformed(self, error: yaml.YAMLError) -> PackRefused:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error).splitlines()[0]
        return self._refusal(mark.line + 1 if mark else 1, "not_yaml", NOT_YAML.format(problem=problem))

    def _refusal(self, line: int, code: str, text: Text) -> PackRefused:
        return PackRefused([Finding(self.document.name, line, code, text.zh, text.en)])


def read(text: str, name: str) -> Document:
    """The YAML `text` of the file `name` as data with lines. Raises `PackRefused`."""
    return _Reader(name).read(text)
