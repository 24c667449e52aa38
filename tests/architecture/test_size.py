"""Small files, small functions; `make lint` prints the report."""

from __future__ import annotations

import ast
import re

from tests.architecture.house import FUNCTION_LINES, MODULE_LINES, ROOT, SOURCE, VERBS, functions, modules, tree


def test_no_file_is_longer_than_the_cap() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): n
        for path in modules()
        if (n := len(path.read_text().splitlines())) > MODULE_LINES
    }
    assert long == {}


def test_no_function_is_longer_than_the_cap() -> None:
    assert [str(function) for function in functions() if function.lines > FUNCTION_LINES] == []


def test_half_of_the_functions_are_about_ten_lines_or_less() -> None:
    sizes = sorted(function.lines for function in functions())
    assert sizes[len(sizes) // 2] <= 12


def test_no_door_has_too_many_verbs() -> None:
    doors = [path for path in modules() if path.name == "api.py"]
    assert doors
    for path in doors:
        verbs = [n for n in tree(path).body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]
        assert len(verbs) <= VERBS, path


def test_every_verb_takes_actor_and_moment_by_name() -> None:
    """A verb of a door is keyword-only; if it changes something it is atomic and takes `actor` and `at`."""
    for path in (path for path in modules() if path.name == "api.py"):
        for verb in (n for n in tree(path).body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")):
            if any("atomic" in ast.unparse(decorator) for decorator in verb.decorator_list):
                names = {argument.arg for argument in verb.args.kwonlyargs}
                assert {"actor", "at"} <= names, f"{path.relative_to(SOURCE)}: {verb.name}"


def test_templates_are_short() -> None:
    long = [
        path.relative_to(ROOT).as_posix()
        for path in SOURCE.rglob("*.html")
        if len(path.read_text().splitlines()) > MODULE_LINES
    ]
    assert long == []


def test_migrations_import_no_code_of_ours() -> None:
    """A migration is history: it must run when the code it was written beside is gone."""
    ours = re.compile(r"^\s*(from|import) kapok\.(?!ground\.people\.migrations)", re.MULTILINE)
    assert [path.name for path in SOURCE.rglob("migrations/*.py") if ours.search(path.read_text())] == []
