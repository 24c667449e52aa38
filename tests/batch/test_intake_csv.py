"""CSV as it is found in the wild: encodings, delimiters, quotes, broken rows, broken files."""

from __future__ import annotations

import csv
import gzip
import os
import subprocess
import sys
import textwrap
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kapok.batch.audit.intake import open_logs
from kapok.batch.audit.intake.errors import EmptyLog, MissingColumn, NoSuchLog, NotALog, UnknownEncoding
from kapok.batch.audit.refused import RefusedRows
from tests.batch.logs import COLUMNS, GOOD, HEADER, Read, a_map, micros, write


def test_the_three_columns_become_events(tmp_path: Path) -> None:
    read = Read(write(tmp_path / "a.csv", [HEADER, *GOOD]), a_map(), tmp_path)
    assert read.column("case") == ["T1", "T1", "T2"]
    assert read.column("at") == [
        micros("2026-01-05T00:05:00Z"),
        micros("2026-01-05T01:05:00Z"),
        micros("2026-01-06T10:00:00Z"),
    ]
    assert read.column("activity") == ["reported", "restored", "reported"]
    assert read.column("row") == [1, 2, 3]
    assert read.column("unit") == [None, None, None]
    assert (read.rows_read, read.rows_refused, read.refused) == (3, 0, [])


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("latin-1", "Réassigné"),
        ("latin-1", "Störung gemeldet: Größe"),
        ("latin-1", "Reclamação São Paulo"),
        ("latin-1", "avería mañana"),
        ("cp1252", "Gerät – geprüft: 5 €"),
        ("cp1250", "Příliš žluťoučký kůň"),
        ("cp1251", "Авария устранена"),
        ("cp1253", "Βλάβη αποκαταστάθηκε"),
        ("shift_jis", "障害受付;東京;山田"),
        ("big5", "障礙申告;台北;王小明"),
    ],
)
def test_other_letters_are_recognised(tmp_path: Path, encoding: str, words: str) -> None:
    lines = [HEADER, *(f"T{n},2026-01-05T08:05:00Z,{words}" for n in range(9))]
    assert (
        Read(write(tmp_path / "a.csv", lines, encoding=encoding), a_map(), tmp_path).column("activity") == [words] * 9
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
def test_chinese_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    lines = ["工单号,时间,环节,备注"] + [
        f"GZ-{n:04},2026-01-05T08:05:00+08:00,受理,用户反映宽带不通" for n in range(50)
    ]
    mapped = a_map(columns={"case": "工单号", "time": "时间", "activity": "环节"})
    read = Read(write(tmp_path / "a.csv", lines, encoding=encoding), mapped, tmp_path)
    assert read.column("case") == [f"GZ-{n:04}" for n in range(50)]
    assert set(read.column("activity")) == {"受理"}


def test_latin_letters_in_one_byte(tmp_path: Path) -> None:
    lines = [HEADER] + [
        f"T{n},2026-01-05T08:05:00Z,Störung behoben – {city}" for n in range(9) for city in ("Köln", "Zürich", "Málaga")
    ]
    read = Read(write(tmp_path / "a.csv", lines, encoding="cp1252"), a_map(file={"encoding": "cp1252"}), tmp_path)
    assert set(read.column("activity")) == {f"Störung behoben – {city}" for city in ("Köln", "Zürich", "Málaga")}
    found = Read(tmp_path / "a.csv", a_map(), tmp_path)
    assert {word[:3] for word in found.column("activity")} == {"Stö"}


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", "^"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_delimiter_and_line_end(tmp_path: Path, mark: str, end: str) -> None:
    lines = [line.replace(",", mark) for line in (HEADER, *GOOD)]
    read = Read(write(tmp_path / "a.txt", lines, end=end), a_map(), tmp_path)
    assert read.column("case") == ["T1", "T1", "T2"]
    assert read.column("activity") == ["reported", "restored", "reported"]


def test_quotes_hold_delimiters_line_ends_and_quotes(tmp_path: Path) -> None:
    lines = [HEADER, 'T1,2026-01-05T08:05:00Z,"reported, ""loudly""\nby phone"', 'T2,2026-01-05T08:06:00Z,5" pipe']
    read = Read(write(tmp_path / "a.csv", lines), a_map(), tmp_path)
    assert read.column("activity") == ['reported, "loudly"\nby phone', '5" pipe']


def test_the_map_says_delimiter_and_quote(tmp_path: Path) -> None:
    lines = ["ticket#when#what", "T1#2026-01-05T08:05:00Z#'a#b'"]
    read = Read(write(tmp_path / "a.csv", lines), a_map(file={"delimiter": "#", "quote": "'"}), tmp_path)
    assert read.column("activity") == ["a#b"]


def test_rows_with_the_wrong_number_of_fields_are_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    lines = [HEADER, GOOD[0], "T9,2026-01-05T08:05:00Z", GOOD[1], "T9,2026-01-05T08:05:00Z,a,b", "", GOOD[2]]
    read = Read(write(tmp_path / "a.csv", lines), a_map(), tmp_path)
    assert read.column("row") == [1, 3, 5]
    assert read.reasons == [(2, "wrong_field_count"), (4, "wrong_field_count")]
    assert read.refused[1]["raw"] == "T9,2026-01-05T08:05:00Z,a,b"
    assert read.refused[1]["reason_zh"] == "字段个数与表头不符，或引号没有结束"
    assert read.refused[1]["file"].endswith("a.csv")


@pytest.mark.parametrize("later", ["", '"quoted, at last"'])
def test_a_quote_that_is_never_closed_costs_its_row_only(tmp_path: Path, later: str) -> None:
    many = [f"T{n},2026-01-05T08:05:00Z,reported" for n in range(500)]
    lines = [HEADER, 'T900,"2026-01-05T08:05:00Z,reported', *many]
    lines += [f"T901,2026-01-05T08:05:00Z,{later}"] if later else []
    read = Read(write(tmp_path / "a.csv", lines), a_map(), tmp_path)
    assert len(read.events) == 500 + bool(later)
    assert read.reasons == [(1, "wrong_field_count")]
    assert read.events[0] | {"at": 0} == {
        "case": "T0", "at": 0, "row": 2, "activity": "reported", "lifecycle": None, "unit": None, "person": None, "source": 0,
    }  # fmt: skip


def test_bytes_that_are_no_text_cost_their_row_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    at = b",2026-01-05T08:05:00Z,"
    lines = [b"ticket,when,what,note", b"T1" + at + b"rep\xff\xfeorted,ok", b"T2" + at + "受理,ok".encode()]
    lines += [b"T3" + at + b"re\0ported,ok", b"T4" + at + b"reported,\xff\0not needed", b""]
    path.write_bytes(b"\n".join(lines))
    read = Read(path, a_map(), tmp_path)
    assert read.column("case") == ["T2", "T4"]
    assert read.reasons == [(1, "undecodable"), (3, "undecodable")]


def test_bytes_that_are_no_text_in_another_encoding(tmp_path: Path) -> None:
    good = "".join(f"T{n},2026-01-05T08:05:00Z,用户申告宽带故障\n" for n in range(20)).encode("gb18030")
    (tmp_path / "a.csv").write_bytes(HEADER.encode() + b"\n" + good + b"T99,2026-01-05T08:05:00Z,\xff\xff\n" + good)
    read = Read(tmp_path / "a.csv", a_map(), tmp_path)
    assert len(read.events) == 40
    assert read.reasons == [(21, "undecodable")]


def test_a_field_without_end_costs_its_row_only(tmp_path: Path) -> None:
    lines = [HEADER, GOOD[0], "T8,2026-01-05T08:05:00Z," + "x" * (40 << 20), GOOD[2]]
    read = Read(write(tmp_path / "a.csv.gz", lines), a_map(), tmp_path)
    assert read.column("case") == ["T1", "T2"]
    assert read.reasons == [(2, "undecodable")]
    assert len(read.refused[0]["raw"]) <= 4_001


def test_a_long_field_is_read_whole(tmp_path: Path) -> None:
    read = Read(write(tmp_path / "a.csv", [HEADER, "T8,2026-01-05T08:05:00Z," + "x" * (3 << 20)]), a_map(), tmp_path)
    assert [len(word) for word in read.column("activity")] == [3 << 20]


def test_missing_case_and_missing_marks(tmp_path: Path) -> None:
    lines = [
        HEADER,
        ",2026-01-05T08:05:00Z,a",
        "?,2026-01-05T08:05:00Z,a",
        "T1,?,a",
        "T1,  ,a",
        "T1,2026-01-05T08:05:00Z,?",
    ]
    read = Read(write(tmp_path / "a.csv", lines), a_map(missing=["?"]), tmp_path)
    assert read.reasons == [(1, "missing_case"), (2, "missing_case"), (3, "missing_time"), (4, "missing_time")]
    assert read.column("activity") == [None]


def test_facts_and_attributes_come_along(tmp_path: Path) -> None:
    lines = ["ticket,when,what,place,state", "T1,2026-01-05T08:05:00Z,a,urban,open", "T1,2026-01-05T08:06:00Z,a,,done"]
    rules = [{"kind": "fault.restored", "attributes": {"state": "done"}}]
    read = Read(write(tmp_path / "a.csv", lines), a_map(events=rules, fact_columns={"area": "place"}), tmp_path)
    assert read.column("fact:area") == ["urban", None]
    assert read.column("attribute:state") == ["open", "done"]


def test_header_names_twice_or_empty_or_spaced(tmp_path: Path) -> None:
    lines = ["ticket, when ,what,what,", "T1,2026-01-05T08:05:00Z,a,b,c"]
    read = Read(write(tmp_path / "a.csv", lines), a_map(columns={"activity": "what 4", "unit": "column 5"}), tmp_path)
    assert (read.column("activity"), read.column("unit")) == (["b"], ["c"])


def test_a_missing_column_is_named_with_the_nearest_and_all_there_are(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ["Ticket_No,when,what", "T1,2026-01-05T08:05:00Z,a"])
    with pytest.raises(MissingColumn) as caught:
        open_logs([path], a_map(columns={"case": "ticketno"}), RefusedRows())
    assert caught.value.text.en == (
        "'a.csv' has no column 'ticketno', which the map names (did you mean 'Ticket_No'?). It has: Ticket_No, when, what."
    )
    assert "是否指“Ticket_No”？" in caught.value.text.zh


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"ticket,when,what\n", b"ticket,when,what"])
def test_an_empty_file_and_one_with_a_header_only(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(EmptyLog) as caught:
        open_logs([tmp_path / "a.csv"], a_map(), RefusedRows())
    assert caught.value.text.en == "The log 'a.csv' is empty: it has no row of data. Export it again."


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (bytes(range(256)) * 40, "binary data"),
        (b"PK\x03\x04" + b"x" * 90, "zip or Excel workbook"),
        (b"%PDF-1.7 x", "PDF"),
    ],
)
def test_a_binary_file_given_as_csv(tmp_path: Path, content: bytes, what: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(NotALog) as caught:
        open_logs([tmp_path / "a.csv"], a_map(), RefusedRows())
    assert what in caught.value.text.en
    assert "CSV, Parquet, JSON lines and XES" in caught.value.text.en


def test_the_rest_is_judged_when_one_file_of_several_is_empty(tmp_path: Path) -> None:
    files = [
        write(tmp_path / "a.csv", [HEADER, GOOD[0]]),
        write(tmp_path / "b.csv", []),
        write(tmp_path / "c.csv", [HEADER, GOOD[2]]),
    ]
    read = Read(files, a_map(), tmp_path)
    assert [(event["case"], event["source"], event["row"]) for event in read.events] == [("T1", 0, 1), ("T2", 2, 1)]
    assert [(row["file"], row["reason"]) for row in read.refused] == [(files[1].name, "unreadable_file")]
    assert read.rows_read == 2


def test_no_such_file_and_no_such_encoding(tmp_path: Path) -> None:
    with pytest.raises(NoSuchLog):
        open_logs([tmp_path / "none.csv"], a_map(), RefusedRows())
    with pytest.raises(NoSuchLog):
        open_logs([tmp_path / "*.csv"], a_map(), RefusedRows())
    path = write(tmp_path / "a.csv", [HEADER, GOOD[0]])
    with pytest.raises(UnknownEncoding):
        open_logs([path], a_map(file={"encoding": "utf-9"}), RefusedRows())


def test_a_pattern_and_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    for name, line in zip("abc", GOOD, strict=True):
        write(folder / f"{name}.csv.gz", [HEADER, line])
    for paths in (folder, folder / "*.csv.gz"):
        assert Read(paths, a_map(), tmp_path).column("case") == ["T1", "T1", "T2"]


def test_a_truncated_gzip_is_judged_as_far_as_it_goes(tmp_path: Path) -> None:
    rows = [f"T{n},2026-01-05T08:05:00Z,{os.urandom(20).hex()}" for n in range(20_000)]
    whole = write(tmp_path / "whole.csv.gz", [HEADER, *rows]).read_bytes()
    (tmp_path / "a.csv.gz").write_bytes(whole[: len(whole) // 2])
    read = Read(tmp_path / "a.csv.gz", a_map(), tmp_path)
    assert 9_000 < len(read.events) < 11_000
    assert read.column("case") == [f"T{n}" for n in range(len(read.events))]
    assert read.reasons == [(len(read.events) + 1, "truncated_input")]
    assert rows[len(read.events)].startswith(read.refused[0]["raw"])


@pytest.mark.parametrize("size", [600, 20_000])
def test_a_damaged_gzip_is_judged_as_far_as_it_goes(tmp_path: Path, size: int) -> None:
    rows = [f"T{n},2026-01-05T08:05:00Z,{sha256(b'%d' % n).hexdigest()}" for n in range(size)]
    data = bytearray(write(tmp_path / "whole.csv.gz", [HEADER, *rows]).read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = sha256(b"damage").digest() * 12 + b"\xff" * 16
    (tmp_path / "a.csv.gz").write_bytes(data)
    read = Read(tmp_path / "a.csv.gz", a_map(), tmp_path)
    assert read.column("case")[: size // 3] == [f"T{n}" for n in range(size // 3)]
    assert "damaged_input" in {reason for _, reason in read.reasons}


def test_gzip_members_one_after_the_other_are_one_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(
        gzip.compress(f"{HEADER}\n{GOOD[0]}\n".encode()) + gzip.compress(f"{GOOD[2]}\n".encode())
    )
    assert Read(tmp_path / "a.csv.gz", a_map(), tmp_path).column("case") == ["T1", "T2"]


def test_a_gzip_bomb_ends_early(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "a.csv.gz", "wb", compresslevel=9) as file:
        file.write(f"{HEADER}\n{GOOD[0]}\n{GOOD[2]}\n".encode())
        for _ in range(300):
            file.write(b"0" * (1 << 20))
    read = Read(tmp_path / "a.csv.gz", a_map(), tmp_path)
    assert read.column("case") == ["T1", "T2"]
    assert read.reasons[-1] == (3, "overblown_input")


def test_nothing_half_written_is_left_when_an_audit_breaks_off(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [HEADER, "T1,x,a"])

    def audit() -> None:
        with RefusedRows(tmp_path / "refused.csv") as refused:
            for _ in open_logs([path], a_map(), refused).batches():
                pass
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audit()
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.csv"]


def test_a_refused_row_is_no_formula_to_a_spreadsheet(tmp_path: Path) -> None:
    read = Read(write(tmp_path / "a.csv", [HEADER, "=cmd|' /C calc'!A0,not a time,a"]), a_map(), tmp_path)
    assert read.refused[0]["raw"] == "'=cmd|' /C calc'!A0,not a time,a"


def test_progress_is_told_with_rows_and_share(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [HEADER, *(f"T{n},2026-01-05T08:05:00Z,{'x' * 300}" for n in range(100_000))])
    told = []
    source = open_logs([path], a_map(), RefusedRows(), told.append)
    rows = sum(batch.num_rows for batch in source.batches())
    assert rows == 100_000
    assert len(told) >= 2
    assert [progress.rows for progress in told] == sorted(progress.rows for progress in told)
    assert (told[-1].file, told[-1].rows, told[-1].share) == ("a.csv", 100_000, 1.0)
    assert abs((source.rows_estimate or 0) - 100_000) < 2_000


def test_memory_stays_flat_however_long_the_file_is(tmp_path: Path) -> None:
    """Four times the rows, the same peak: the file is streamed."""
    script = textwrap.dedent("""
        import resource, sys
        from pathlib import Path
        from kapok.batch.audit.intake import open_logs
        from kapok.batch.audit.refused import RefusedRows
        from tests.batch.logs import a_map
        rows = sum(batch.num_rows for batch in open_logs([Path(sys.argv[1])], a_map(), RefusedRows()).batches())
        print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    """)
    lines = "".join(
        f"T{n // 4},2026-01-05 08:{n % 60:02}:00Z,reported at centre {n % 50},{'x' * 200}\n" for n in range(50_000)
    )
    peaks = {}
    for times in (3, 12):
        path = tmp_path / f"{times}.csv"
        with path.open("w") as file:
            file.writelines([HEADER + ",note\n", *[lines] * times])
        done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
        rows, peaks[times] = map(int, done.stdout.split())
        assert rows == 50_000 * times
        path.unlink()
    assert peaks[12] < peaks[3] + 40


fields = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r\n\ufdd0\ufeff"), min_size=1, max_size=8
).filter(lambda text: text.strip() != "")


@settings(deadline=None)
@given(st.lists(st.tuples(fields, fields), min_size=1, max_size=8))
def test_whatever_is_written_by_the_rules_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("csv")
    with (folder / "a.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(COLUMNS.values())
        writer.writerows((case, "2026-01-05T08:05:00Z", what) for case, what in rows)
    read = Read(folder / "a.csv", a_map(file={"encoding": "utf-8", "delimiter": ","}), folder)
    assert [(event["case"], event["activity"]) for event in read.events] == rows
