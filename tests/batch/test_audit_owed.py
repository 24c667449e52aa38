"""What an audit says of cost where the log does not hold what the reckoning needs, and of targets that nobody set."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from kapok.cli import main
from tests.batch.audits import MAP, PACK, a_log
from tests.batch.test_engine import LINES

FEE = {"amount": {"percent": 10, "of": "monthly_fee"}}


@pytest.fixture(name="desk")
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KAPOK_LANG", "en")
    a_log(tmp_path / "tickets.csv", LINES)
    return tmp_path


def audited(folder: Path, facts: dict[str, str], **terms: Any) -> str:
    """The terminal's words on an audit by the pack with one promise of these terms and a tenth of the monthly fee a breach."""
    pack = yaml.safe_load(PACK)
    promise = {**pack["promises"][0], "clause": "s. 5", "compensation": [FEE], **terms}
    pack["promises"] = [{key: value for key, value in promise.items() if value is not None}]
    (folder / "pack.yaml").write_text(json.dumps(pack), encoding="utf-8")
    (folder / "map.yaml").write_text(yaml.safe_dump(MAP | {"facts": MAP.get("facts", {}) | facts}), encoding="utf-8")
    words = ["audit", "tickets.csv", "--pack", "pack.yaml", "--map", "map.yaml", "--out", "out"]
    return CliRunner().invoke(main, words, catch_exceptions=False).stdout


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_cost_that_cannot_be_reckoned_is_not_nothing(desk: Path) -> None:
    assert audited(desk, {}).splitlines()[1].endswith("—")
    (promise,) = rows(desk / "out" / "promises.csv")
    assert (promise["broken"], promise["overdue"], promise["unpriced"]) == ("1", "1", "2")
    assert {row["owed"] for row in rows(desk / "out" / "breaches.csv")} == {""}
    page = (desk / "out" / "report.html").read_text(encoding="utf-8")
    assert "For 2 breaches something is owed but no sum can be stated" in page
    assert "2 项违约应赔而无法得出金额" in page
    assert "what the breaches cost" not in page


def test_a_cost_that_can_be_reckoned_is_stated(desk: Path) -> None:
    assert audited(desk, {"monthly_fee": "120.00"}).splitlines()[1].endswith("CNY 24.00")
    (promise,) = rows(desk / "out" / "promises.csv")
    assert (promise["owed"], promise["unpriced"]) == ("24.00", "0")
    assert "no sum can be stated" not in (desk / "out" / "report.html").read_text(encoding="utf-8")


def test_every_breach_names_its_clause_and_the_share_within_stands_in_the_table(desk: Path) -> None:
    audited(desk, {})
    assert [row["clause"] for row in rows(desk / "out" / "breaches.csv")] == ["s. 5", "s. 5"]
    (promise,) = rows(desk / "out" / "promises.csv")
    assert (promise["within_percent"], promise["kept_percent"]) == ("50.0000", "33.3333")


@pytest.mark.parametrize(("target", "shown"), [(None, ""), ("1 hour", "0")])
def test_nobody_is_measured_by_a_target_that_is_not_set(desk: Path, target: str | None, shown: str) -> None:
    audited(desk, {}, target=target)
    assert rows(desk / "out" / "promises.csv")[0]["within_target"] == shown
    page = (desk / "out" / "report.html").read_text(encoding="utf-8")
    assert ("<dt>Within target</dt>" in page) is (target is not None)
