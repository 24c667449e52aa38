"""JSON lines: types, broken lines, members that are not always there."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from kapok.batch.audit.intake import open_logs
from kapok.batch.audit.intake.errors import EmptyLog, MissingColumn
from kapok.batch.audit.refused import RefusedRows
from tests.batch.logs import Read, a_map, micros, write

AT = "2026-01-05T08:05:00+08:00"


def line(**members: Any) -> str:
    """A line with the three columns, some of them other than usual."""
    return json.dumps({"ticket": "T1", "when": AT, "what": "reported"} | members, ensure_ascii=False)


def test_lines_become_events(tmp_path: Path) -> None:
    lines = [line(), "", line(ticket="T2", what="恢复", more={"deep": [1]}), line(what=None)]
    read = Read(write(tmp_path / "a.jsonl.gz", lines), a_map(), tmp_path)
    assert read.column("case") == ["T1", "T2", "T1"]
    assert read.column("activity") == ["reported", "恢复", None]
    assert read.column("at") == [micros("2026-01-05T00:05:00Z")] * 3
    assert read.column("row") == [1, 2, 3]


@pytest.mark.parametrize(
    "bad", ["{", "nonsense", "[1]", '"text"', '{"ticket": "T1", }', "{}{}", "9" * 5_000, "[" * 100_000]
)
def test_a_malformed_line_costs_itself_only(tmp_path: Path, bad: str) -> None:
    read = Read(write(tmp_path / "a.jsonl", [line(), bad, line(ticket="T2")]), a_map(), tmp_path)
    assert [(row["case"], row["row"]) for row in read.events] == [("T1", 1), ("T2", 3)]
    assert read.reasons == [(2, "malformed_json")]
    assert read.refused[0]["raw"].lstrip("'") == bad[:4_000]


def test_numbers_are_cases_and_times_too(tmp_path: Path) -> None:
    lines = [line(ticket=7, when=1767571500), line(ticket=8, when=1767571500)]
    read = Read(write(tmp_path / "a.jsonl", lines), a_map(), tmp_path)
    assert read.column("case") == ["7", "8"]
    assert read.column("at") == [micros("2026-01-05T00:05:00Z")] * 2
    broken = Read(write(tmp_path / "b.jsonl", [*lines, "{"]), a_map(), tmp_path)
    assert broken.column("case") == ["7", "8"]
    assert broken.column("at") == read.column("at")


def test_a_member_of_another_type_is_still_its_words(tmp_path: Path) -> None:
    lines = [line(), line(ticket=7), line(ticket=2**70), line(ticket=True), line(ticket={"id": 1})]
    read = Read(write(tmp_path / "a.jsonl", lines), a_map(), tmp_path)
    assert read.column("case") == ["T1", "7", str(2**70), "true", '{"id": 1}']


def test_texts_that_look_like_times_stay_texts(tmp_path: Path) -> None:
    read = Read(
        write(tmp_path / "a.jsonl", [line(ticket="2026-01-05"), line(ticket="2026-01-06 10:00:00")]), a_map(), tmp_path
    )
    assert read.column("case") == ["2026-01-05", "2026-01-06 10:00:00"]


def test_a_member_that_comes_late_is_found_and_one_that_never_comes_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [*[line(note="x" * 500)] * 1_000, line(group="NOC")])
    read = Read(path, a_map(columns={"unit": "group"}), tmp_path)
    assert read.column("unit") == [None] * 1_000 + ["NOC"]
    with pytest.raises(MissingColumn) as caught:
        open_logs([path], a_map(columns={"unit": "grup"}), RefusedRows())
    assert "did you mean 'group'?" in caught.value.text.en


def test_bytes_that_are_no_text_and_nul(tmp_path: Path) -> None:
    good = "\n".join(line(what="恢复") for _ in range(9)).encode()
    (tmp_path / "a.jsonl").write_bytes(good + b'\n{"ticket": "\xff\xfe"}\n{"ticket": "a\0b"}\n' + good)
    read = Read(tmp_path / "a.jsonl", a_map(), tmp_path)
    assert len(read.events) == 18
    assert read.reasons == [(10, "undecodable"), (11, "undecodable")]


def test_a_truncated_file_and_an_empty_one(tmp_path: Path) -> None:
    whole = gzip.compress("\n".join(line(note=str(n * 7919 % 10007)) for n in range(20_000)).encode())
    (tmp_path / "a.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    read = Read(tmp_path / "a.jsonl.gz", a_map(), tmp_path)
    assert 5_000 < len(read.events) < 15_000
    assert read.reasons == [(len(read.events) + 1, "truncated_input")]
    write(tmp_path / "b.jsonl", ["", " "])
    with pytest.raises(EmptyLog):
        open_logs([tmp_path / "b.jsonl"], a_map(), RefusedRows())


def test_it_is_known_by_its_look(tmp_path: Path) -> None:
    assert Read(write(tmp_path / "a.log", [line()]), a_map(), tmp_path).column("case") == ["T1"]
