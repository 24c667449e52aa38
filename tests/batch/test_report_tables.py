"""The CSV files beside the report: exact values, Excel's Chinese, and no formula from a log."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapok.batch.audit.cells import harmless, harmless_column
from kapok.batch.audit.report import BreachWriter, write
from tests.batch.report_sample import breach, sample


def rows(path: Path) -> list[dict[str, str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")  # without it Excel garbles Chinese
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    write(replace(sample(), breaches_total=200), tmp_path)
    return tmp_path


def test_promises_keep_exact_values(out: Path) -> None:
    repair, law, *_ = rows(out / "promises.csv")
    assert repair["title_zh"] == "宽带障碍 24 小时修复"
    assert (repair["mean_seconds"], repair["p99_seconds"], repair["closed"]) == ("41112", "220320", "5294")
    assert (repair["kept_percent"], repair["owed"], repair["currency"]) == ("93.0011", "48230.50", "CNY")
    assert law["verified"] == "False"


def test_breaches_have_moments_with_their_offset(out: Path) -> None:
    first, *_, last = rows(out / "breaches.csv")
    assert first["due_at"] == "2026-10-02T02:00:00+08:00"
    assert (first["late_seconds"], first["owed"], first["service"]) == ("685020", "155.00", "光纤宽带")
    assert rows(out / "breaches.csv")[4]["closed_at"] == ""
    assert last["case"] == "GZ-2026-10-100199"


def test_baton_adds_up_to_the_whole(out: Path) -> None:
    table = rows(out / "baton.csv")
    sums = {
        kind: sum(Decimal(row["held_seconds"]) for row in table if row["kind"] == kind)
        for kind in ("unit", "person", "whole")
    }
    assert sums == {"unit": 314_305_200, "person": 314_305_200, "whole": 314_305_200}


def test_chain_and_totals_and_population_hold_every_row(out: Path) -> None:
    figures = sample()
    assert len(rows(out / "chain.csv")) == len(figures.chain.stages) + len(figures.chain.arcs)
    assert [row["owed"] for row in rows(out / "totals.csv") if row["kind"] == "month"] == ["1950.50", "47400.00"]
    assert [row["verdict"] for row in rows(out / "population.csv")] == ["held", "not held", "too few cases", "held"]


def test_breaches_stream_in_buckets(tmp_path: Path) -> None:
    path = tmp_path / "breaches.csv"
    with BreachWriter(path, zone="Asia/Shanghai") as writer:
        writer.write(breach(index) for index in range(3))
        writer.write([breach(3)])
        assert not path.exists()
    assert [row["case"][-1] for row in rows(path)] == ["0", "1", "2", "3"]
    write(sample(), tmp_path)
    assert len(rows(path)) == 4  # what was streamed stays


def test_breach_file_does_not_appear_when_writing_fails(tmp_path: Path) -> None:
    interrupted = (breach(index) for index in [0, "no number"])
    with pytest.raises(TypeError), BreachWriter(tmp_path / "breaches.csv") as writer:
        writer.write(interrupted)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "  ="])
def test_formulas_from_a_log_are_disarmed(tmp_path: Path, start: str) -> None:
    attack = start + 'HYPERLINK("evil")'
    with BreachWriter(tmp_path / "breaches.csv") as writer:
        writer.write([replace(breach(0), case=attack, unit=attack, person=attack)])
    (row,) = rows(tmp_path / "breaches.csv")
    assert row["case"] == row["unit"] == row["person"] == "'" + attack


@given(st.text())
def test_harmless_text_never_begins_a_formula(text: str) -> None:
    assert not harmless(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert harmless(text).endswith(text)
    assert harmless_column(pa.array([text])).to_pylist() == [harmless(text)]


def test_names_that_utf8_cannot_hold_do_not_stop_the_report(tmp_path: Path) -> None:
    figures = replace(sample(), breaches_total=1, breaches=(replace(breach(0), person="\udcff"),))
    write(figures, tmp_path)
    assert rows(tmp_path / "breaches.csv")[0]["person"] == "?"


def test_commitments_are_written_when_given(tmp_path: Path) -> None:
    table = pa.table({"case": ["=1", "二"], "elapsed_us": pa.array([5, None], pa.int64())})
    write(replace(sample(), breaches_total=200), tmp_path, table)
    assert rows(tmp_path / "commitments.csv") == [{"case": "'=1", "elapsed_us": "5"}, {"case": "二", "elapsed_us": ""}]
