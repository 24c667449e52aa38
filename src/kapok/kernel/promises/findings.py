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
        case _:
            return Text(
                zh=f"“{field}”不合格式，请更正：{error['msg']}",
                en=f"'{field}' is not well-formed, correct it: {error['msg']}",
            )


def _unknown_key(key: str, names: Iterable[str]) -> Text:
    near = difflib.get_close_matches(key, list(names), n=1)
    zh = f"是否指“{near[0]}”？" if near else "请删去，或写入 note"
    en = f"did you mean '{near[0]}'?" if near else "remove it, or say it in a note"
    return Text(zh=f"未知键“{key}”：{zh}", en=f"unknown key '{key}': {en}")


def keys(model: type[BaseModel]) -> set[str]:
    """Every key that can occur in a file of this model."""
    definitions = model.model_json_schema().get("$defs", {}).values()
    return {key for part in [model.model_json_schema(), *definitions] for key in part.get("properties", {})}
