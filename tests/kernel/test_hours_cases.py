"""The published clock cases, one by one and through the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from kapok.cli import main
from kapok.kernel.hours import BrokenCases, Case, judge, read_cases

HERE = Path(__file__).parent
CASES = HERE / "clock_cases.yaml"
TWELVE = HERE / "calendar_twelve.json"
ALL = [*read_cases(CASES.read_text()), *read_cases(TWELVE.read_text())]

CALENDAR = "calendars: {c: {tz: Asia/Shanghai, hours: {mon: [['09:00', '17:00']], tue: [['22:00', '06:00']]}}}\n"


def test_every_case_is_here() -> None:
    assert len(ALL) == 105 + 12
    assert len({case.id for case in ALL}) == 117
    assert sum(case.level is not None for case in ALL) == 9
    assert sum(case.paused is not None for case in ALL) == 6


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_the_clock_answers_as_published(case: Case) -> None:
    assert judge(case) == []


def check(*files: Path | str) -> Result:
    return CliRunner().invoke(main, ["clock", "check", *map(str, files)])


def one(tmp_path: Path, case: str, calendars: str = CALENDAR) -> Path:
    file = tmp_path / "cases.yaml"
    file.write_text(f"{calendars}cases:\n- {{{case}}}\n", encoding="utf-8")
    return file


@pytest.fixture(autouse=True)
def _in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPOK_LANG", "en")


def test_all_files_are_counted_together() -> None:
    result = check(CASES, TWELVE)
    assert (result.output, result.exit_code) == ("117 passed, 0 failed\n", 0)


def test_a_wrong_answer_is_told_with_expected_and_got(tmp_path: Path) -> None:
    file = one(
        tmp_path, "id: X1, op: due, cal: c, start: '2026-01-05T16:00:00', amount: 2h, expect: '2026-01-05T18:00:00'"
    )
    result = check(file)
    assert result.output.splitlines() == [
        "X1: the answer should be 2026-01-05 18:00:00+08:00, got 2026-01-06 23:00:00+08:00",
        "0 passed, 1 failed",
    ]
    assert result.exit_code == 1


def test_the_summary_stays_the_same_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPOK_LANG", "zh")
    file = one(
        tmp_path, "id: X1, op: elapsed, cal: c, start: '2026-01-05T16:00:00', end: '2026-01-05T17:00:00', expect: 1.5"
    )
    assert check(file).output.splitlines() == ["X1：结果应为 1.5 秒，得到 3600 秒", "0 passed, 1 failed"]


def test_a_wrong_level_or_sum_of_pauses_fails_the_case(tmp_path: Path) -> None:
    text = CASES.read_text().replace("'2034-06-09T11:40:25'", "'2034-06-09T11:40:26'").replace("8953", "8952")
    file = tmp_path / "cases.yaml"
    file.write_text(text)
    assert check(file).output.splitlines() == [
        "CC090: the time paused should be 8952 s, got 8953 s",
        "CC090: the level should be 2034-06-09 11:40:26+00:00, got 2034-06-09 11:40:25+00:00",
        "104 passed, 1 failed",
    ]


def test_a_refusal_can_be_expected_and_is_a_failure_when_it_is_not(tmp_path: Path) -> None:
    empty = "calendars: {c: {tz: UTC, hours: {}}}\n"
    asked = "id: X1, op: due, cal: c, start: '2026-01-05T16:00:00Z', amount: 1s, expect: "
    assert check(one(tmp_path, f"{asked} NoWorkingTime", empty)).output == "1 passed, 0 failed\n"
    assert check(one(tmp_path, f"{asked} NegativeAllowance", empty)).output.startswith(
        "X1: the answer should be NegativeAllowance, got NoWorkingTime (The calendar has no working time at all."
    )
    negative = asked.replace("amount: 1s", "amount: -1s")
    assert check(one(tmp_path, f"{negative} NegativeAllowance")).output == "1 passed, 0 failed\n"


@pytest.mark.parametrize(
    "case",
    [
        "op: due, amount: 7h, expect: '2026-01-07T05:00:00'",  # over midnight
        "op: due, amount: 8h, expect: '2026-01-07T06:00:00'",  # exactly at the end of the shift
        "op: due, amount: 9h, expect: '2026-01-12T10:00:00'",
        "op: due_back, amount: 9h, expect: '2025-12-31T05:00:00'",
        "op: elapsed, end: '2026-01-13T00:00:00', expect: 57600",
        "op: elapsed, end: '2026-01-13T00:00:00', hold_seconds: 57601, expect: 0",
        "op: due, amount: 1h, measure: wall, expect: '2026-01-06T23:30:00', "
        "pauses: [['2026-01-05T17:00:00', '2026-01-05T17:30:00']]",
        "op: due, amount: 1h, pauses: [['2026-01-05T17:00:00', '2026-01-05T17:30:00']], expect: '2026-01-06T23:00:00'",
        "op: due, amount: 1h, pauses: [['2026-01-06T22:30:00', null]], expect: StillPaused",
        "op: days_roll, amount: 1d, expect: '2026-01-06T17:00:00'",
        "op: days_snap, amount: 1d, expect: '2026-01-06T22:00:00'",
        "op: days_then_pause, amount: 1d, hold_seconds: 60, expect: '2026-01-06T22:01:00'",
        "op: days_then_pause, amount: 1d, end_of_working_day: true, expect: '2026-01-07T06:00:00'",
        "op: due, amount: 1h, level: {offset: 1d, expect: '2026-01-12T23:00:00'}, expect: '2026-01-06T23:00:00'",
    ],
)
def test_other_questions_of_the_same_form(tmp_path: Path, case: str) -> None:
    assert check(one(tmp_path, f"id: X, cal: c, start: '2026-01-05T17:00:00', {case}")).output == "1 passed, 0 failed\n"


def test_calendars_may_use_every_field_there_is(tmp_path: Path) -> None:
    calendar = """calendars:
  c: {zone: Europe/Berlin, always: true, holidays: [2026-01-06, 01-07], special: {2026-01-08: [['12:00', '24:00']]}, note: n}
"""
    case = "id: X, op: due, cal: c, start: 2026-01-05 23:00:00, amount: 2h, expect: 2026-01-08 12:00:00Z"
    assert check(one(tmp_path, case, calendar)).output == "1 passed, 0 failed\n"


def test_words_that_yaml_once_took_for_numbers_and_flags_stay_words(tmp_path: Path) -> None:
    calendars = """calendars:
  off: {tz: UTC, hours: {mon: [[22:00, 06:00]]}}
  247: {tz: UTC, hours: {mon: [[0:00, 24:00]]}}
"""
    night = "id: off, op: due, cal: off, start: 2026-01-05T00:00:00, amount: 7h, expect: 2026-01-06T05:00:00"
    assert check(one(tmp_path, night, calendars)).output == "1 passed, 0 failed\n"
    monday = "id: 1, op: elapsed, cal: 247, start: 2026-01-05, end: 2026-01-06, expect: 86400.0"
    assert check(one(tmp_path, monday, calendars)).output == "1 passed, 0 failed\n"
    assert (
        "case X: cal cannot be 'on'. It may be: off, 247."
        in check(one(tmp_path, "id: X, op: due, cal: on", calendars)).output
    )


@pytest.mark.parametrize(
    ("case", "told"),
    [
        (
            "op: dew",
            "case X: op cannot be 'dew'. It may be: due, due_back, days_snap, days_roll, days_then_pause, elapsed.",
        ),
        ("cal: d", "case X: cal cannot be 'd'. It may be: c."),
        ("strat: 1", "case X: field cannot be 'strat'. It may be: id, op, cal, start,"),
        ("id: null", "the field id is missing. Add it."),
        ("start: null", "case X: the field start is missing. Add it."),
        ("start: noon", "case X: start cannot be 'noon'. Write a moment such as"),
        ("start: '9999-12-31T23:00:00-12:00'", "case X: start cannot be '9999"),
        ("start: 20260101", "case X: start cannot be 20260101."),
        ("amount: null", "case X: the field amount is missing."),
        ("amount: 60", "case X: amount cannot be 60. Write working time"),
        ("amount: 2d", "case X: amount cannot be '2d'. Write working time"),
        ("op: days_roll", "case X: amount cannot be '1h'. Write days"),
        ("op: days_roll, amount: 1", "case X: amount cannot be 1. Write days"),
        ("pauses: 5", "case X: pauses cannot be 5. Write a list of pairs"),
        ("hold_seconds: much", "case X: hold_seconds cannot be 'much'. Write a number of seconds"),
        ("hold_seconds: true", "case X: hold_seconds cannot be True. Write a number of seconds"),
        ("hold_seconds: 1000000000000", "case X: hold_seconds cannot be 1000000000000. Write a number of seconds"),
        ("hold_seconds: Infinity", "case X: hold_seconds cannot be 'Infinity'. Write a number of seconds"),
        ("hold_seconds: NaN", "case X: hold_seconds cannot be 'NaN'. Write a number of seconds"),
        ("hold_seconds: .inf", "case X: hold_seconds cannot be '.inf'. Write a number of seconds"),
        ("level: 5", "case X: level cannot be 5. Write a mapping"),
        ("level: {offset: 1, expect: 2}", "case X: level.offset cannot be 1. Write working time or days"),
        ("measure: tea", "case X: measure cannot be 'tea'. It may be: working, wall."),
        (
            "op: days_then_pause, amount: 1d, end_of_working_day: 5",
            "case X: end_of_working_day cannot be 5. Write true or false",
        ),
    ],
)
def test_a_case_that_cannot_be_read_is_named_with_the_remedy(tmp_path: Path, case: str, told: str) -> None:
    good = {
        "id": "X",
        "op": "due",
        "cal": "c",
        "start": "2026-01-05T09:00:00Z",
        "expect": "2026-01-05T10:00:00Z",
        "amount": "1h",
    }
    file = tmp_path / "cases.yaml"
    file.write_text(CALENDAR + yaml.safe_dump({"cases": [good | yaml.safe_load(f"{{{case}}}")]}))
    result = check(file)
    assert told in result.output
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{a: [", "the file: this is no YAML or JSON (while parsing"),
        ("[" * 3_000, "the file: this is no YAML or JSON ("),
        ("", "the file: there are no cases. A file is a mapping with 'calendars' and 'cases'"),
        ("cases: 5", "the file: there are no cases."),
        ("{calendars: 5, cases: []}", "calendars: this must be a mapping of fields to values."),
        ("{cases: [5]}", "case #1: this must be a mapping of fields to values."),
        ("{calendars: {c: {tz: Mars/Base}}, cases: []}", "calendar c: Calendar field 'zone': there is no time zone 'Mars/Base'."),
        ("[[1, 2]]", "case #1: a row has seven values: name, zone, week, holidays, start, minutes, due"),
        ("[[n, UTC, {'0': [['09:00', '17:00']]}, [], 1.5, 60, 0]]", "case #1: a row has seven values"),
        ("[[n, UTC, {'7': [['09:00', '17:00']]}, [], 0, 60, 0]]", "case n: weekday cannot be '7'. It may be: 0, 1, 2, 3, 4, 5, 6."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_named_with_the_remedy(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(text)
    result = check(CASES, file)
    assert result.output.startswith(f"{file}: ")
    assert told in result.output
    assert "passed" not in result.output
    assert result.exit_code == 2


def test_files_that_are_missing_or_no_text(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(b"\xff\xfe\x00")
    assert "cannot be opened (No such file or directory)" in check(tmp_path / "none").output
    assert "this is no UTF-8 text" in check(tmp_path / "noise").output


def test_reading_names_the_case_for_programs_too() -> None:
    with pytest.raises(BrokenCases) as refusal:
        read_cases("{cases: [{id: X, op: dew}]}")
    assert refusal.value.text.zh.startswith("案例 X:op 不能是 'dew'。")
