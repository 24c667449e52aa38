"""Files as a whole: which are read, which are refused among others, and that what is told of them is fit to be shown."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from kapok.batch.audit.intake import open_logs
from kapok.batch.audit.intake.errors import ClosedLog, MissingColumn, NotALog
from kapok.batch.audit.intake.source import found
from kapok.batch.audit.refused import RefusedRows
from tests.batch.logs import GOOD, HEADER, Read, a_map, write

UTF8 = {"file": {"kind": "csv", "encoding": "utf-8"}}
NOISE = bytes(range(256)) * 40


def refusal_of(path: Path) -> str:
    """What is said of a file that alone cannot be read, by a map that says how it is written."""
    with pytest.raises((MissingColumn, NotALog, ClosedLog)) as caught:
        open_logs([path], a_map(**UTF8), RefusedRows())
    assert caught.value.text.zh != caught.value.text.en
    return caught.value.text.en


def test_a_file_without_a_column_of_the_map_is_refused_among_others(tmp_path: Path) -> None:
    files = [
        write(tmp_path / "a.csv", ["ticket,when,step", "T9,2026-01-05T08:05:00Z,reported"]),
        write(tmp_path / "b.csv", [HEADER, *GOOD]),
    ]
    read = Read(files, a_map(), tmp_path)
    assert read.column("case") == ["T1", "T1", "T2"]
    assert read.counts == {"unreadable_file": 1}
    assert read.refused[0]["file"] == "a.csv"
    assert "has no column 'what'" in read.refused[0]["raw"]


def test_noise_is_no_log_even_if_the_map_calls_it_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(NOISE)
    assert "(binary data)" in refusal_of(tmp_path / "a.csv")


def test_names_in_another_encoding_lead_to_the_encoding(tmp_path: Path) -> None:
    told = refusal_of(write(tmp_path / "a.csv", ["工单号,时间", "T1,2026-01-05T08:05:00Z"], encoding="gb18030"))
    assert told.endswith("These names are no text: `encoding` under `file` in the map may be wrong.")


def test_names_cannot_steer_the_terminal_nor_flood_it(tmp_path: Path) -> None:
    told = refusal_of(write(tmp_path / "a.csv", [f"\x1b[2Jgone\x07,when,{'x' * 500}", "T1,2026-01-05T08:05:00Z,a"]))
    assert told.isprintable()
    assert f"It has: \ufffd[2Jgone\ufffd, when, {'x' * 60}…" in told


def test_a_file_closed_to_us_is_no_fault_of_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: Path, *_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    path = write(tmp_path / "a.csv", [HEADER, *GOOD])
    monkeypatch.setattr(Path, "open", forbidden)
    assert refusal_of(path) == f"The log '{path}' cannot be read: Permission denied. Check path and rights."


def test_what_is_no_file_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    good = write(tmp_path / "good.csv", [HEADER, *GOOD])
    assert found([tmp_path]) == [good]


def test_a_folder_of_parquet_folders_gives_each_file_once(tmp_path: Path) -> None:
    part = tmp_path / "events.parquet" / "part-0.parquet"
    part.parent.mkdir()
    part.write_bytes(b"PAR1")
    assert found([tmp_path]) == [part]
