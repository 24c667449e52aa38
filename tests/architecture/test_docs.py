"""The documents are held to the code: links, recipes, the tour, the glossary, the words of the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps

from kapok.cli import COMMANDS
from kapok.kernel.promises import EVENTS
from tests.architecture.house import ROOT, SOURCE, modules

DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)#\s]+)(?:#[^)]*)?\)|!\[[^\]]*\]\(([^)\s]+)\)")
NAMED_FILE = re.compile(r"`((?:src|tests|packs|docs|bench)/[\w./-]+?)(?:::(\w+))?`")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", DOCS, ids=relative)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [a or b for a, b in LINK.findall(page.read_text(encoding="utf-8"))]
    dead = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert dead == []


@pytest.mark.parametrize("page", DOCS, ids=relative)
def test_named_files_and_definitions_exist(page: Path) -> None:
    if page.parent.name == "decisions" or page.name == "CHANGELOG.md":
        return  # history: what they name may be gone
    for name, definition in NAMED_FILE.findall(page.read_text(encoding="utf-8")):
        path = ROOT / name
        assert path.exists(), f"{relative(page)} names {name}"
        if definition:
            assert re.search(rf"^\s*(def|class) {definition}\b|^{definition}\b", path.read_text(), re.MULTILINE), (
                f"{name}::{definition}"
            )


@pytest.mark.parametrize("recipe", sorted((ROOT / "docs" / "recipes").glob("*.md")), ids=lambda path: path.stem)
def test_a_recipe_has_at_most_seven_steps(recipe: Path) -> None:
    steps = re.findall(r"^\d+\. ", recipe.read_text(encoding="utf-8"), re.MULTILINE)
    assert 2 <= len(steps) <= 7


def test_the_common_changes_have_a_recipe() -> None:
    assert {path.stem for path in (ROOT / "docs" / "recipes").glob("*.md")} >= {
        "add-a-promise", "add-an-event", "add-a-verb", "add-a-screen", "add-a-module",
    }  # fmt: skip


def test_every_decision_has_the_five_headings() -> None:
    pages = list((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert len(pages) >= 3
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for heading in ("Faced", "Decided", "Costs", "Measured or read", "Look again"):
            assert f"**{heading}" in text, f"{page.name}: {heading}"


def test_decisions_are_numbered_without_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_tour_walks_through_every_layer_of_the_slice() -> None:
    named = {name for name, _ in NAMED_FILE.findall((ROOT / "docs" / "tour.md").read_text(encoding="utf-8"))}
    assert {name.split("/")[2] for name in named if name.startswith("src/kapok/")} >= {
        "kernel",
        "batch",
        "supervision",
        "edges",
        "cli",
    }
    assert any(name.startswith("packs/") for name in named)


def glossary() -> list[tuple[str, str, str]]:
    """The rows of the glossary: Chinese, English, name in the code."""
    rows = re.findall(
        r"^\| ([^|]+?) \| ([^|]+?) \| `([^`]+)` \|",
        (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    return [(zh.strip(), en.strip(), code) for zh, en, code in rows]


def test_every_name_of_the_glossary_stands_in_the_code() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in [*modules(), *(ROOT / "packs").glob("*.yaml")])
    missing = [name for _, _, name in glossary() if not re.search(rf"\b{re.escape(name)}\b", code)]
    assert missing == []


def test_no_term_of_the_glossary_is_explained_twice() -> None:
    terms = [zh for zh, _, _ in glossary()]
    assert sorted(terms) == sorted(set(terms))


def test_every_table_is_named_by_the_glossary() -> None:
    terms = {zh for zh, _, _ in glossary()}
    own = [model for model in apps.get_models() if model.__module__.startswith("kapok.")]
    from django.utils import translation

    with translation.override("zh-hans"):
        unnamed = {
            model.__name__: str(model._meta.verbose_name) for model in own if str(model._meta.verbose_name) not in terms
        }
    assert unnamed == {}


def test_every_event_kind_is_documented() -> None:
    page = (ROOT / "docs" / "modules" / "promises.md").read_text(encoding="utf-8")
    assert [kind for kind in EVENTS if f"`{kind}`" not in page] == []


def test_every_setting_is_documented() -> None:
    page = "\n".join(path.read_text(encoding="utf-8") for path in DOCS)
    settings = {
        name for path in modules() for name in re.findall(r"\"(KAPOK_[A-Z_]+)\"", path.read_text(encoding="utf-8"))
    }
    assert settings
    assert sorted(name for name in settings if name not in page) == []


def test_both_readmes_show_the_same_commands() -> None:
    fences = re.compile(r"```sh\n(.*?)```", re.DOTALL)
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md"))
    assert fences.findall(english)
    assert [re.sub(r"\s*#.*", "", block) for block in fences.findall(english)] == [
        re.sub(r"\s*#.*", "", block) for block in fences.findall(chinese)
    ]


def test_what_make_test_leaves_out_make_slow_runs_and_the_documents_say_so() -> None:
    """A test is either without the marker or with it, and both halves are asked for by name."""
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = dict(re.findall(r"^(\w+): .*\n((?:\t.*\n)+)", targets, re.MULTILINE))
    assert '-m "not slow"' in recipe["test"]
    assert "--cov" in recipe["coverage"]
    assert "-m slow" in recipe["slow"]
    assert re.findall(r"make (test|slow)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)[-2:] == ["test", "slow"]
    for name in ("README.md", "README.zh.md", "CONTRIBUTING.md"):
        assert "`make slow`" in (ROOT / name).read_text(encoding="utf-8"), name


def test_the_readme_names_every_command() -> None:
    for name in ("README.md", "README.zh.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert [command for command in COMMANDS if f"kapok {command}" not in text and command != "manage"] == [], name


def test_every_module_has_its_page() -> None:
    apps_of_ours = [path.parent for path in SOURCE.rglob("api.py")]
    pages = {path.stem for path in (ROOT / "docs" / "modules").glob("*.md")}
    assert {folder.name for folder in apps_of_ours} <= pages
