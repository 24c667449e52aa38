"""What the architecture tests look at: the files of the house, read as text and as syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "kapok"

MODULE_LINES = 400
FUNCTION_LINES = 40
VERBS = 20


@dataclass(frozen=True)
class Function:
    """One function of the house."""

    path: Path
    name: str
    line: int
    lines: int

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line} {self.name} ({self.lines} lines)"


def modules() -> list[Path]:
    """Every Python file of the product except migrations."""
    return sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions() -> Iterator[Function]:
    """Every function and method of the product."""
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield Function(path, node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1)


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """Every call in a file as dotted name and line, as far as the name is plain."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def place(path: Path) -> str:
    """The layer a file stands in, e.g. `kernel` or `ground/people`."""
    parts = path.relative_to(SOURCE).parts
    return "/".join(parts[:2]) if parts[0] in {"ground", "edges", "supervision"} and len(parts) > 2 else parts[0]
