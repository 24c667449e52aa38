"""From a YAML file to a pack. This is the one place of the kernel that reads files."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kapok.kernel.promises import check
from kapok.kernel.promises.document import Document, read
from kapok.kernel.promises.findings import Finding, PackNotFound, PackRefused, Problem, keys, wording
from kapok.kernel.promises.pack import Pack
from kapok.kernel.text import Text

HOUSE = Path(__file__).resolve().parents[2]
UNREADABLE = Text(
    zh="无法读取文件：{why}。请检查路径、权限，并以 UTF-8 保存",
    en="the file cannot be read: {why}. Check path and rights, save it as UTF-8",
)


def load(path: Path) -> Pack:
    """The pack in the file `path`. Raises `PackRefused` with every finding."""
    return parse(_text(path), str(path))


def parse(text: str, name: str) -> Pack:
    """The pack in the YAML `text` of a file called `name`. Raises `PackRefused` with every finding."""
    document = read(text, name)
    pack = _validated(document)
    found = list(check.findings(pack, document))
    if found:
        raise PackRefused(found)
    return pack


def find(name_or_path: str) -> Path:
    """The file of a pack, by its path or by the name of a shipped pack. Raises `PackNotFound`."""
    known = {path.stem: path for path in available()}
    if name_or_path in known:
        return known[name_or_path]
    path = Path(name_or_path)
    if path.is_file():
        return path
    raise PackNotFound(name=name_or_path[:100], known=", ".join(known))


def available() -> list[Path]:
    """The shipped packs in order of name."""
    return sorted(_folder().glob("*.yaml"))


def _folder() -> Path:
    """`kapok/packs` in an installed wheel, `packs` at the root of a checkout."""
    installed = HOUSE / "packs"
    return installed if installed.is_dir() else HOUSE.parents[1] / "packs"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = UNREADABLE.format(why=getattr(error, "strerror", None) or getattr(error, "reason", ""))
        raise PackRefused([Finding(str(path), 1, "unreadable", why.zh, why.en)]) from None


def _validated(document: Document) -> Pack:
    try:
        return Pack.model_validate(document.data)
    except ValidationError as refused:
        errors = refused.errors(include_url=False, include_input=False)
        raise PackRefused(_findings(document, errors)) from None


def _findings(document: Document, errors: list[Any]) -> list[Finding]:
    found: dict[tuple[str | int, ...], Finding] = {}
    for error in errors:
        place = document.place(error["loc"])
        missing = error["type"] == "missing"
        path = (*place, error["loc"][-1]) if missing else place
        words = wording(error | {"loc": path}, _keys())
        found.setdefault(path, document.finding(Problem(place, error["type"], words.zh, words.en)))
    return list(found.values())


@cache
def _keys() -> frozenset[str]:
    return frozenset(keys(Pack))
