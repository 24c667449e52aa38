"""Habits that a reviewer would otherwise have to watch."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests import longest
from tests.architecture.house import ROOT, SOURCE, calls, modules, place, tree

# Only edges, the command line, the host and the worker's tasks may look at the clock on the wall.
MAY_READ_THE_CLOCK = {"edges", "edges/console", "cli", "host", "config"}
WORKER = "tasks.py"
CLOCKS = re.compile(r"(datetime\.(now|utcnow|today)|date\.today|timezone\.now|time\.time(_ns)?|^now)$")


def test_no_domain_code_reads_a_system_clock() -> None:
    readers = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in modules()
        if place(path) not in MAY_READ_THE_CLOCK and path.name != WORKER
        for name, line in calls(path)
        if CLOCKS.search(name)
    ]
    assert readers == []


def test_money_never_meets_a_float() -> None:
    for name in ("money", "compensation", "reckoning"):
        for path in (SOURCE / "kernel").rglob(f"{name}.py"):
            floats = [n for n in ast.walk(tree(path)) if isinstance(n, ast.Name) and n.id == "float"]
            floats += [n for n in ast.walk(tree(path)) if isinstance(n, ast.Constant) and isinstance(n.value, float)]
            assert floats == [], path


def test_no_signals_and_no_save_overrides() -> None:
    for path in modules():
        text = path.read_text()
        assert "django.db.models.signals" not in text, path
        assert "django.dispatch" not in text, path
    for path in (path for path in modules() if path.name == "models.py"):
        methods = {n.name for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef)}
        assert not methods & {"save", "delete"}, path


def test_rules_never_import_django() -> None:
    for path in (path for path in modules() if path.name == "rules.py"):
        assert "django" not in path.read_text(), path


def test_every_branch_of_what_decides_is_measured() -> None:
    measured = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coverage"]["run"]["source_pkgs"]
    rules = [
        ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts) for path in modules() if path.name == "rules.py"
    ]
    assert len(rules) >= 3
    assert sorted(measured) == sorted(["kapok.kernel", *rules])


def test_a_locked_row_is_locked_within_a_transaction() -> None:
    for path in modules():
        if "select_for_update" in path.read_text():
            assert "atomic" in path.read_text(), path


def test_every_module_says_what_it_is() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in modules()
        if path.read_text().strip() and not ast.get_docstring(tree(path))
    ]
    assert silent == []


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


# Spelled apart, so that this file does not find itself.
REGISTRIES = re.compile(
    "https?://[^ \"'<>)]*(" + "|".join(["py" + "pi", "python" + "hosted", "npm" + "js", "deb" + "ian"]) + r")\b"
)
# The console has an address /wo…rk/ of its own, and the ground a module of that name: only the folders there are meant.
PLACES = re.compile("|".join(["/wo" + r"rk/(main|wt-|sha" + r"red|\.)", "\\.\\./sha" + "red", "farm-stu" + "dio"]))
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".lock", ".txt", ".html", ".css", ".po", ".in", ".cfg", ""}
DATA_DOOR = "tests/conftest.py"


@pytest.mark.parametrize(("what", "pattern"), [("registry", REGISTRIES), ("workplace", PLACES)])
def test_the_repository_speaks_of_kapok_alone(what: str, pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {hit.group(0)}"
        for path in tracked()
        if path.suffix in TEXT and "vendor" not in path.parts and path.relative_to(ROOT).as_posix() != DATA_DOOR
        for hit in [pattern.search(path.read_text(encoding="utf-8", errors="ignore"))]
        if hit
    ]
    assert found == [], what


def test_no_lock_file_names_an_address() -> None:
    for path in (ROOT / "requirements").glob("*.lock"):
        assert "http" not in path.read_text(), path
    for path in (path for path in tracked() if path.name == "package-lock.json"):
        assert '"resolved"' not in path.read_text(), path


def test_the_files_of_tests_that_begin_first_are_there() -> None:
    assert [name for name in longest.FILES if not (longest.TESTS / name).is_file()] == []


def test_browser_tests_wait_for_what_they_look_at() -> None:
    """How long is nobody's guess, and a document is measured once it is there: `tests/console/conftest.py` knows how."""
    guesses = re.compile(r"wait_for_timeout|networkidle|scrollWidth|\btime\.sleep")
    found = [
        f"{path.name}: {hit.group(0)}"
        for path in (ROOT / "tests/console").glob("test_*.py")
        for hit in guesses.finditer(path.read_text())
    ]
    assert found == []
