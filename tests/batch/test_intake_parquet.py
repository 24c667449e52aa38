"""Parquet: typed columns, dictionaries, folders, broken files."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kapok.batch.audit import events
from kapok.batch.audit.intake import normalise, open_logs, parquet
from kapok.batch.audit.intake.errors import EmptyLog, MissingColumn, NotALog, UnreadableColumn
from kapok.batch.audit.map import AuditMap
from kapok.batch.audit.refused import Reason, RefusedRows
from tests.batch.logs import Read, a_map, micros

START = datetime(2026, 1, 5, 0, 5, tzinfo=UTC)


def log(rows: int = 6, **columns: Any) -> pa.Table:
    """A log of cases with two rows each."""
    times = [START + timedelta(hours=n) for n in range(rows)]
    plain = {
        "ticket": pa.array([f"T{n // 2}" for n in range(rows)]),
        "when": pa.array(times, pa.timestamp("us", "UTC")),
        "what": pa.array(["reported" if n % 2 == 0 else "restored" for n in range(rows)]).dictionary_encode(),
    }
    return pa.table(plain | columns)


def test_typed_columns_become_events(tmp_path: Path) -> None:
    pq.write_table(log(), tmp_path / "a.parquet")
    read = Read(tmp_path / "a.parquet", a_map(), tmp_path)
    assert read.column("case") == ["T0", "T0", "T1", "T1", "T2", "T2"]
    assert read.column("at")[:2] == [micros("2026-01-05T00:05:00Z"), micros("2026-01-05T01:05:00Z")]
    assert read.column("activity") == ["reported", "restored"] * 3
    assert read.column("row") == [1, 2, 3, 4, 5, 6]
    assert read.batches[0].schema == events.schema((), ())


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (pa.array([7, 7, 8, None, 9, 9]), ["7", "7", "8", "9", "9"]),
        (pa.array([7.0, 7.0, 8.5, None, 9.0, 9.0]), ["7", "7", "8.5", "9", "9"]),
        (pa.array([Decimal("7.10")] * 3 + [None] * 3), ["7.10"] * 3),
        (pa.array([b"a", b"a", b"b", None, b"", b"c"]), ["a", "a", "b", "c"]),
        (pa.array(["a", "a", "b", None, " ", "c"], pa.large_string()), ["a", "a", "b", "c"]),
        (pa.array(["a", "a", "b", None, "", "c"]).dictionary_encode(), ["a", "a", "b", "c"]),
        (pa.array([b"a", b"a", b"\xffb", None, b"", b"c"]).view(pa.string()), ["a", "a", "\ufffdb", "c"]),
        (pa.array([True, True, False, None, None, None]), ["true", "true", "false"]),
    ],
)
def test_cases_of_any_simple_type(tmp_path: Path, cells: pa.Array, words: list[str]) -> None:
    pq.write_table(log(ticket=cells), tmp_path / "a.parquet")
    read = Read(tmp_path / "a.parquet", a_map(), tmp_path)
    assert read.column("case") == words
    assert read.counts == {"missing_case": 6 - len(words)}


def test_a_column_of_lists_is_refused_by_name(tmp_path: Path) -> None:
    pq.write_table(log(what=pa.array([["a"]] * 6)), tmp_path / "a.parquet")
    with pytest.raises(UnreadableColumn) as caught:
        list(open_logs([tmp_path / "a.parquet"], a_map(), RefusedRows()).batches())
    assert "'what' is of type list" in caught.value.text.en


def test_only_the_wanted_columns_are_needed_and_the_refused_row_shows_them(tmp_path: Path) -> None:
    when = pa.array(
        ["2026-01-05T08:05:00Z", "soon", "", "2026-01-05T08:05:00Z", "2026-01-05T08:05:00Z", "2026-01-05T08:05:00Z"]
    )
    pq.write_table(log(when=when, more=pa.array([{"a": 1}] * 6)), tmp_path / "a.parquet")
    read = Read(tmp_path / "a.parquet", a_map(), tmp_path)
    assert read.reasons == [(2, "unparsable_time"), (3, "missing_time")]
    assert {row["row"]: row["raw"] for row in read.refused} == {"2": "T0,restored,soon", "3": "T1,reported,"}


def test_a_folder_of_files_in_order_of_name(tmp_path: Path) -> None:
    folder = tmp_path / "log" / "month=2026-01"
    folder.mkdir(parents=True)
    for name in ("b", "a"):
        pq.write_table(log(2, ticket=pa.array([name, name])), folder / f"{name}.parquet")
    (folder / "_SUCCESS").touch()
    read = Read(tmp_path / "log", a_map(), tmp_path)
    assert [(row["case"], row["source"], row["row"]) for row in read.events] == [
        ("a", 0, 1),
        ("a", 0, 2),
        ("b", 1, 1),
        ("b", 1, 2),
    ]


@pytest.mark.parametrize("dictionary", [True, False])
def test_many_batches_hold_every_row_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dictionary: bool) -> None:
    monkeypatch.setattr(parquet, "BATCH", 1_000)
    rows = 12_000
    table = log(4)
    table = pa.concat_tables([table] * (rows // 4))
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=1_750, use_dictionary=dictionary)
    source = open_logs([tmp_path / "a.parquet"], a_map(), RefusedRows())
    assert source.rows_estimate == rows
    batches = list(source.batches())
    assert len(batches) > 1
    assert pa.concat_arrays([batch.column("row") for batch in batches]).to_numpy().tolist() == list(range(1, rows + 1))
    assert source.rows_read == rows


def test_empty_broken_and_cut_files(tmp_path: Path) -> None:
    pq.write_table(log(0), tmp_path / "empty.parquet")
    with pytest.raises(EmptyLog):
        open_logs([tmp_path / "empty.parquet"], a_map(), RefusedRows())
    pq.write_table(log(), tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(NotALog) as caught:
        open_logs([tmp_path / "cut.parquet"], a_map(), RefusedRows())
    assert "broken Parquet" in caught.value.text.en


@pytest.mark.parametrize("batch", [800, parquet.BATCH])
def test_damage_in_the_middle_costs_its_row_group_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(parquet, "BATCH", batch)
    size = 1_000
    table = log(size * 3, ticket=pa.array([f"T{n * 7919 % 1_000_003}" for n in range(size * 3)]))
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=size, compression="zstd")
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    place = pq.ParquetFile(tmp_path / "a.parquet").metadata.row_group(1).column(0).data_page_offset
    data[place : place + 2_000] = b"\xff" * 2_000
    (tmp_path / "a.parquet").write_bytes(data)
    read = Read(tmp_path / "a.parquet", a_map(), tmp_path)
    assert read.column("row") == [*range(1, size + 1), *range(2 * size + 1, 3 * size + 1)]
    assert read.reasons == [(row, "damaged_input") for row in range(size + 1, 2 * size + 1)]


def test_a_missing_column_is_found_before_anything_is_read(tmp_path: Path) -> None:
    pq.write_table(log().drop_columns(["what"]), tmp_path / "b.parquet")
    with pytest.raises(MissingColumn) as caught:
        open_logs([tmp_path / "b.parquet"], a_map(), RefusedRows())
    assert caught.value.data["path"] == "b.parquet"


def test_normalise_needs_nothing_but_its_arguments() -> None:
    """So that a cluster can run it on its workers."""
    function, audit_map = pickle.loads(pickle.dumps((normalise, a_map())))
    assert isinstance(audit_map, AuditMap)
    raw = log(when=pa.array([START] * 5 + [None], pa.timestamp("us", "UTC"))).to_batches()[0]
    batch, refused = function(raw, audit_map, 101, 3)
    assert batch.column("row").to_pylist() == [101, 102, 103, 104, 105]
    assert set(batch.column("source").to_pylist()) == {3}
    assert refused.counts() == {Reason.MISSING_TIME: 1}
    assert refused.rows.tolist() == [106]
    empty, none = function(raw.slice(0, 0), audit_map, 1, 0)
    assert (empty.num_rows, len(none)) == (0, 0)
