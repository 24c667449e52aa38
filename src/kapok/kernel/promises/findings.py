"""What is wrong with a pack: file, line, what, and the remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

Path = tuple[str | int, ...]

# What a value should have been, by the first word of the schema's name for the mistake.
_SHAPES = {
    "tuple": Text(zh="列表，如 [a, b]", en="a list such as [a, b]"),
    "dict": Text(zh="键值，如 {key: value}", en="keys with values such as {key: value}"),
    "model": Text(zh="键值，如 {key: value}", en="keys with values such as {key: value}"),
    "string": Text(zh="文字", en="text"),
    "int": Text(zh="整数", en="a whole number"),
    "decimal": Text(zh="数字", en="a number"),
    "bool": Text(zh="true 或 false", en="true or false"),
    "date": Text(zh="实有的日期，如 2026-10-01", en="a day that exists, such as 2026-10-01"),
}


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong, on one line of one file."""

    file: str
    line: int
    code: str
    zh: str
    en: str

    @property
    def text(self) -> Text:
        """`file:line: what, and the remedy`."""
        where = f"{self.file}:{self.line}: "
        return Text(zh=where + self.zh, en=where + self.en)


@dataclass(frozen=True)
class Problem:
    """What is wrong at one place of a pack, and the remedy, before the line is known."""

    path: Path
    code: str
    zh: str
    en: str


class PackRefused(KapokError):
    """A pack that cannot be used; `findings` says why, line by line."""

    wording = Text(zh="{lines}", en="{lines}")

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(sorted(findings))
        lines = [finding.text for finding in self.findings]
        super().__init__(lines=Text(zh="\n".join(line.zh for line in lines), en="\n".join(line.en for line in lines)))


class PackNotFound(KapokError):
    """No pack of that name."""

    wording = Text(
        zh="没有名为“{name}”的规则包。可用：{known}。也可给出 YAML 文件路径。",
        en="There is no pack '{name}'. There are: {known}. The path of a YAML file will do as well.",
    )


def wording(error: Any, names: Iterable[str]) -> Text:
    """One error of the schema in both languages: what, and the remedy. `names` are all keys that a pack knows."""
    field = ".".join(str(part) for part in error["loc"])
    last = str(error["loc"][-1]) if error["loc"] else ""
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return _unknown_key(last, names)
        case "missing":
            return Text(zh=f"缺少“{last}”：请补上", en=f"'{last}' is missing: add it")
        case "enum" | "literal_error":
            allowed = str(context["expected"]).replace(" or ", ", ")
            return Text(
                zh=f"“{last}”的值不对：应为 {allowed} 之一", en=f"'{last}' has an unknown value: use one of {allowed}"
            )
        case _ if "zh" in context:
            return Text(zh=f"“{field}”{context['zh']}", en=f"'{field}': {context['en']}")
        case kind if kind.endswith(("_type", "_parsing")) and (shape := _SHAPES.get(kind.split("_")[0])):
            return Text(
                zh=f"“{field}”的写法不对：请写{shape.zh}", en=f"'{field}' has the wrong shape: write {shape.en}"
            )
        case _:
            return Text(
                zh=f"“{field}”不合格式，请更正：{error['msg']}",
                en=f"'{field}' is not well-formed, correct it: {error['msg']}",
            )


def _unknown_key(key: str, names: Iterable[str]) -> Text:
    if key in (known := list(names)):
        return Text(
            zh=f"此处不能用键“{key}”：请移到所属之处，或删去",
            en=f"key '{key}' has no place here: move it, or remove it",
        )
    near = difflib.get_close_matches(key, known, n=1)
    zh = f"是否指“{near[0]}”？" if near else "请删去，或写入 note"
    en = f"did you mean '{near[0]}'?" if near else "remove it, or say it in a note"
    return Text(zh=f"未知键“{key}”：{zh}", en=f"unknown key '{key}': {en}")


def keys(model: type[BaseModel]) -> set[str]:
    """Every key that can occur in a file of this model."""
    definitions = model.model_json_schema().get("$defs", {}).values()
    return {key for part in [model.model_json_schema(), *definitions] for key in part.get("properties", {})}
