"""`kapok audit` as people call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from kapok.cli import main
from kapok.cli.promise_table import shortened, width
from tests.batch.audits import MAP, PACK, a_log, table
from tests.batch.test_engine import LINES


@pytest.fixture(name="desk")
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a log, a pack and a map, in which the command is called."""
    a_log(tmp_path / "tickets.csv", LINES)
    (tmp_path / "pack.yaml").write_text(PACK, encoding="utf-8")
    (tmp_path / "map.yaml").write_text(yaml.safe_dump(MAP), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KAPOK_LANG", "en")
    return tmp_path


def kapok(*words: str) -> Result:
    return CliRunner().invoke(main, ["audit", *words])


def test_without_out_the_folder_is_named_after_the_log(desk: Path) -> None:
    result = kapok("tickets.csv", "--pack", "pack.yaml", "--map", "map.yaml")
    assert result.exit_code == 0
    assert "10 events of 4 cases, 0 rows refused; 3 promises, 2 broken." in result.stdout
    assert len(table(desk / "audit-tickets" / "breaches.csv")) == 2
    assert (desk / "audit-tickets" / "report.html").stat().st_size > 10_000


def test_every_promise_has_a_line_under_its_heading(desk: Path) -> None:
    heading, repair, last = kapok("tickets.csv", "--pack", "pack.yaml", "--map", "map.yaml").stdout.splitlines()
    assert heading == "promise  title     opened  kept  broken  open  overdue         mean       owed"
    assert repair == "repair   Repaired       3     1       1     0        1  38 h 45 min  CNY 30.00"
    assert last.startswith("10 events")


def test_the_columns_stand_below_each_other_in_chinese_too(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPOK_LANG", "zh")
    heading, repair, _ = kapok("tickets.csv", "--pack", "pack.yaml", "--map", "map.yaml").stdout.splitlines()
    assert heading == "承诺    名称  成立  履约  违约  进行中  已逾期       平均用时      应付"
    assert repair == "repair  修复     3     1     1       0       1  38 小时 45 分  30.00 元"
    assert width(heading) == width(repair)


def test_where_no_promise_applies_the_facts_that_are_lacking_are_named(desk: Path) -> None:
    pack = yaml.safe_load(PACK)
    pack["promises"][0]["applies"] = {"customer_class": ["consumer"], "lines": {"at_least": 2}, "service": ["mobile"]}
    (desk / "pack.yaml").write_text(json.dumps(pack), encoding="utf-8")
    (desk / "map.yaml").write_text(yaml.safe_dump(MAP | {"facts": {"service": "mobile"}}), encoding="utf-8")
    result = kapok("tickets.csv", "--pack", "pack.yaml", "--map", "map.yaml")
    assert result.exit_code == 0
    assert "The pack chooses by facts that the map does not give: customer_class (consumer), lines." in result.stderr


def test_what_is_one_is_not_many(desk: Path) -> None:
    a_log(desk / "tickets.csv", ["A,report,2026-10-05T08:00:00+08:00,desk,ann", "A,restore,soon,desk,ann"])
    result = kapok("tickets.csv", "--pack", "pack.yaml", "--map", "map.yaml")
    assert "1 event of 1 case, 1 row refused; 1 promise, 0 broken." in result.stdout


def test_the_broken_come_first_and_what_is_too_much_stays_in_the_report(desk: Path) -> None:
    pack = yaml.safe_load(PACK)
    (repair,) = pack["promises"]
    easy = {**repair, "allowance": "900 hours"}
    pack["promises"] = [*({**easy, "code": f"easy-{n:02}"} for n in range(13)), repair]
    (desk / "pack.yaml").write_text(json.dumps(pack), encoding="utf-8")
    _, first, *others, more, _ = kapok("tickets.csv", "--pack", "pack.yaml", "--map", "map.yaml").stdout.splitlines()
    assert first.startswith("repair ")
    assert [line.split()[0] for line in others] == [f"easy-{n:02}" for n in range(11)]
    assert more == "and 2 more in the report"


def test_a_long_title_ends_in_an_ellipsis() -> None:
    assert shortened("四川电信装移机服务承诺", 10) == "四川电信…"
    assert shortened("Restored within a day", 12) == "Restored wi…"
    assert shortened("Restored", 8) == "Restored"


def test_json_goes_to_standard_output_and_everything_else_beside_it(desk: Path) -> None:
    result = kapok("tickets.csv", "--pack", "pack.yaml", "--map", "map.yaml", "--json", "--out", "here")
    figures = json.loads(result.stdout)
    assert (figures["reading"]["events"], figures["breaches_total"]) == (10, 2)
    assert "Reading" in result.stderr
    assert "Repaired" not in result.stderr
    assert "Report: here/report.html" in result.stderr


def test_the_moment_of_judgement_may_be_given(desk: Path) -> None:
    words = ("tickets.csv", "--pack", "pack.yaml", "--map", "map.yaml", "--json")
    figures = json.loads(kapok(*words, "--at", "2026-10-06T20:00+08:00").stdout)
    assert [figures["promises"][0][state] for state in ("kept", "broken", "open", "overdue")] == [1, 0, 1, 1]


def test_it_speaks_the_language_of_the_reader(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPOK_LANG", "zh")
    assert "10 个事件" in kapok("tickets.csv", "--pack", "pack.yaml", "--map", "map.yaml").stdout


def test_a_suggestion_speaks_the_language_of_the_reader(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "请核对" not in kapok("--suggest", "tickets.csv").stdout
    monkeypatch.setenv("KAPOK_LANG", "zh")
    assert "请核对" in kapok("--suggest", "tickets.csv").stdout


def test_a_suggested_map_runs_as_it_is(desk: Path) -> None:
    (desk / "suggested.yaml").write_text(kapok("--suggest", "tickets.csv").stdout, encoding="utf-8")
    result = kapok("tickets.csv", "--pack", "guangzhou-pledges", "--map", "suggested.yaml")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("tickets.csv", "--pack", "pack.yaml"), "--map is missing"),
        (("tickets.csv", "--map", "map.yaml"), "--pack is missing"),
        (("nowhere.csv", "--pack", "pack.yaml", "--map", "map.yaml"), "There is no log 'nowhere.csv'"),
        (("tickets.csv", "--pack", "unheard-of", "--map", "map.yaml"), "There is no pack 'unheard-of'"),
        (("tickets.csv", "--pack", "pack.yaml", "--map", "map.yaml", "--at", "noon"), "--at 'noon' is no moment"),
        (
            ("tickets.csv", "--pack", "pack.yaml", "--map", "map.yaml", "--at", "2026-10-06T20:00"),
            "no moment with a zone",
        ),
        (("tickets.csv", "--pack", "pack.yaml", "--map", "map.yaml", "--out", "."), "holds something else"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(desk: Path, words: tuple[str, ...], says: str) -> None:
    before = sorted(path.name for path in desk.iterdir())
    result = kapok(*words)
    assert result.exit_code == 2
    assert says in result.stderr
    assert "Traceback" not in result.output
    assert sorted(path.name for path in desk.iterdir()) == before


def test_a_missing_column_is_named_with_the_nearest(desk: Path) -> None:
    (desk / "map.yaml").write_text(yaml.safe_dump(MAP | {"columns": MAP["columns"] | {"unit": "units"}}))
    result = kapok("tickets.csv", "--pack", "pack.yaml", "--map", "map.yaml")
    assert result.exit_code == 2
    assert "did you mean 'unit'" in result.stderr


def test_a_log_without_a_readable_time_says_how_to_mend_the_map(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("case,when,step\n1,2026-01-01 10:00,reported\n")
    (tmp_path / "map.yaml").write_text(
        "columns: {case: case, time: when, activity: step}\nfacts: {service: fixed_voice}\n"
        "events: [{kind: fault.reported, first: true}, {kind: fault.restored, last: true}]\n"
    )
    command = ["audit", str(tmp_path / "log.csv"), "--pack", "guangzhou-pledges", "--map", str(tmp_path / "map.yaml")]
    ran = CliRunner(env={"KAPOK_LANG": "en"}).invoke(main, [*command, "--out", str(tmp_path / "out")])
    assert ran.exit_code == 2
    assert "write `zone` under `time` in the map" in ran.stderr
    assert not (tmp_path / "out").exists()
