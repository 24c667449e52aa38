"""Chinese reads as Chinese: full-width punctuation within its sentences, in the code and in the packs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "kapok"
HAN = r"\u4e00-\u9fff”"
HALF_WIDTH = re.compile(rf"[{HAN}][,;?!](?!\S*=)|[,;?!] ?[\u4e00-\u9fff“]|[{HAN}] ?\(|\)[{HAN}]|[{HAN}]:(?=[{HAN}“ ])")
CODE = re.compile(r"\{[^{}]*\}|\[[^\[\]]*\]|\w+://\S+|\b[a-z_]+: ?(?=下|列名|部分)")


def half_width(text: str) -> str | None:
    """The text, if a half-width mark stands in it beside Chinese; what is code keeps its own marks."""
    return text if HALF_WIDTH.search(CODE.sub("", text)) else None


def chinese(path: Path) -> Iterator[str]:
    """The values of `zh=` in a file of code."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "zh":
            for part in ast.walk(node.value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


def in_pack(data: object) -> Iterator[str]:
    """The values of `zh` in a pack, at any depth."""
    for key, value in data.items() if isinstance(data, dict) else ():
        if key == "zh":
            yield str(value)
        yield from in_pack(value)
    for item in data if isinstance(data, list) else ():
        yield from in_pack(item)


@pytest.mark.parametrize("text", ["未知键:是否", "共 3 条,其中", "修复(局内)", "请更正;再试", "是否?"])
def test_the_check_sees_half_width_marks(text: str) -> None:
    assert half_width(text + "中文") is not None


def test_the_code_says_chinese_with_full_width_marks() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in SOURCE.rglob("*.py")
        for text in chinese(path)
        if half_width(text)
    ]
    assert found == []


def test_the_packs_say_chinese_with_full_width_marks() -> None:
    packs = {path: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "packs").glob("*.yaml"))}
    assert [f"{path.name}: {text}" for path, data in packs.items() for text in in_pack(data) if half_width(text)] == []
