"""`kapok packs check | list | show | schema`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kapok.cli.packs import packs
from kapok.kernel import promises
from kapok.kernel.promises import loading
from tests.packs.small import text

ROOT = Path(__file__).resolve().parents[2]
REPAIR = "opens: fault.reported\ncloses: fault.restored\nallowance: 24 hours"


def run(*words: str, language: str = "en") -> Result:
    return CliRunner().invoke(packs, list(words), env={"KAPOK_LANG": language})


def test_check_counts_what_it_found_sound(tmp_path: Path) -> None:
    file = tmp_path / "fine.yaml"
    file.write_text(text(REPAIR), encoding="utf-8")
    found = run("check", str(file), str(promises.find("guangzhou-pledges")))
    assert (found.exit_code, found.output) == (0, "2 packs, 56 promises, 0 findings\n")


@pytest.mark.parametrize(
    ("language", "line", "end"),
    [
        ("en", "unknown key 'allowence': did you mean 'allowance'?", "1 pack, 0 promises, 1 finding\n"),
        ("zh", "未知键“allowence”：是否指“allowance”？", "1 个规则包，0 条承诺，1 个问题\n"),
    ],
)
def test_check_names_file_and_line_and_ends_with_1(tmp_path: Path, language: str, line: str, end: str) -> None:
    file = tmp_path / "spoilt.yaml"
    file.write_text(text(REPAIR + "\nallowence: 3 hours"), encoding="utf-8")
    found = run("check", str(file), language=language)
    assert (found.exit_code, found.output) == (1, f"{file}:25: {line}\n{end}")


def test_check_goes_on_after_a_file_that_is_not_there(tmp_path: Path) -> None:
    found = run("check", str(tmp_path / "absent.yaml"), str(promises.find("guangzhou-pledges")))
    assert found.exit_code == 1
    assert found.output.endswith("2 packs, 55 promises, 1 finding\n")
    assert "Traceback" not in found.output


def test_list_names_every_shipped_pack_with_its_label() -> None:
    found = run("list")
    assert found.exit_code == 0
    for path in promises.available():
        assert f"{path.stem} " in found.output
    unverified = [promises.load(path) for path in promises.available() if promises.load(path).label]
    assert found.output.count("contains unverified rows") == len(unverified)


def test_list_shows_a_spoilt_pack_as_its_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "bad.yaml").write_text("code: [", encoding="utf-8")
    monkeypatch.setattr(loading, "HOUSE", tmp_path)
    assert "not well-formed YAML" in run("list").output


def test_show_reads_like_a_rule() -> None:
    english, chinese = run("show", "guangzhou-pledges").output, run("show", "guangzhou-pledges", language="zh").output
    assert "finish within 3 working hours [business-08-22]: request received > substantive reply" in english
    assert "限时完成 3 个工作小时 [business-08-22]：收到客户需求 → 实质答复且客户确认" in chinese
    assert "Quarterly joint service meeting" in english


def test_the_published_schema_is_up_to_date_and_printed() -> None:
    published = (ROOT / "docs/schema/pack.schema.json").read_text(encoding="utf-8")
    assert run("schema").output == published == promises.schema_text()


def test_the_schema_describes_every_field_and_lists_every_event() -> None:
    schema = json.loads(promises.schema_text())
    silent = [
        f"{name}.{field}"
        for name, part in {"Pack": schema, **schema["$defs"]}.items()
        for field, value in part.get("properties", {}).items()
        if "description" not in value
    ]
    assert silent == []
    kinds = schema["$defs"]["Promise"]["properties"]["opens"]["anyOf"][0]["enum"]
    assert kinds == sorted(promises.EVENTS)
    assert all(
        part.get("additionalProperties") is False for part in schema["$defs"].values() if part.get("type") == "object"
    )
