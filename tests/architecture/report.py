"""How large the house is: `python -m tests.architecture.report`, printed by `make lint`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from tests.architecture.house import FUNCTION_LINES, MODULE_LINES, ROOT, functions, modules

LARGEST = 5


def report() -> Iterator[str]:
    """Lines of text: median, ninth decile and the largest, of files and of functions."""
    files = [
        (len(path.read_text(encoding="utf-8").splitlines()), path.relative_to(ROOT).as_posix()) for path in modules()
    ]
    yield from _part("files", MODULE_LINES, sorted(files, reverse=True))
    sizes = [(each.lines, f"{each.path.relative_to(ROOT).as_posix()}:{each.line} {each.name}") for each in functions()]
    yield from _part("functions", FUNCTION_LINES, sorted(sizes, reverse=True))


def _part(what: str, cap: int, sizes: Sequence[tuple[int, str]]) -> Iterator[str]:
    lines = [size for size, _ in sizes]
    yield (
        f"{len(lines)} {what}: median {lines[len(lines) // 2]} lines, 9 of 10 within {lines[len(lines) // 10]}, "
        f"largest {lines[0]} (cap {cap})"
    )
    yield from (f"  {size:4}  {name}" for size, name in sizes[:LARGEST])


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in report())
