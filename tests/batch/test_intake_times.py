"""Times of every kind, in every zone, and those that are refused."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kapok.batch.audit.intake import normalise
from tests.batch.logs import HEADER, Read, a_map, micros, write

SHANGHAI, LONDON = "Asia/Shanghai", "Europe/London"


def judged(column: pa.Array | list[Any], **time: Any) -> tuple[list[int], list[str]]:
    """The canonical times of the good rows, and the reasons of the others in order."""
    values = column if isinstance(column, pa.Array) else pa.array(column)
    table = pa.table({"ticket": ["T"] * len(values), "when": values, "what": ["a"] * len(values)})
    extra = {name: time.pop(name) for name in list(time) if name not in {"format", "zone", "zone_column"}}
    for name, cells in extra.items():
        table = table.append_column(name, pa.array(cells))
    batch, refused = normalise(table, a_map(time={"column": "when", **time}), 1, 0)
    reasons = {int(row): reason.value for reason, (_, rows) in refused.by_reason().items() for row in rows}
    return batch.column("at").to_pylist(), [reasons[row] for row in sorted(reasons)]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-05T08:05:00+08:00", "2026-01-05T00:05:00Z"),
        ("2026-01-05T08:05:00.123456+0800", "2026-01-05T00:05:00.123456Z"),
        ("2026-01-05 08:05:00.1234567 +08", "2026-01-05T00:05:00.123456Z"),
        ("2026-01-05T08:05:00,250Z", "2026-01-05T08:05:00.25Z"),
        ("2026-01-05 08:05Z", "2026-01-05T08:05:00Z"),
        ("2026-01-05 08:05:00 UTC", "2026-01-05T08:05:00Z"),
        ("2026-01-05T08:05:00-03:30", "2026-01-05T11:35:00Z"),
        ("1931-12-31T23:59:59.999999Z", "1931-12-31T23:59:59.999999Z"),
        ("2300-06-01T00:00:00Z", "2300-06-01T00:00:00Z"),
        ("2026-01-05T24:00:00Z", "2026-01-06T00:00:00Z"),
    ],
)
def test_times_that_carry_their_offset(text: str, instant: str) -> None:
    assert judged([text]) == ([micros(instant)], [])
    assert judged([text, "2026-01-05T08:05:00+08:00", "not a time"])[0][0] == micros(instant)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2026/1/5 8:05", None),
        ("2026-1-5 8:05:00", None),
        ("2026年1月5日 8:05", None),
        (" 2026-01-05T08:05 ", None),
        ("5/1/2026 8:05", "%d/%m/%Y %H:%M"),
        ("1/5/26 08:05 AM", "%m/%d/%y %I:%M %p"),
        ("05-Jan-26 08.05", "%d-%b-%y %H.%M"),
        ("20260105080500", "%Y%m%d%H%M%S"),
    ],
)
def test_times_of_the_wall_take_the_zone_of_the_map(text: str, form: str | None) -> None:
    assert judged([text], format=form, zone=SHANGHAI) == ([micros("2026-01-05T00:05:00Z")], [])
    assert judged([text], format=form) == ([], ["time_without_zone"])


def test_a_format_with_an_offset(tmp_path: Path) -> None:
    times = ["05.01.2026 08:05:00 +0800", "05.01.2026 08:05:00 Z"]
    expected = [micros("2026-01-05T00:05:00Z"), micros("2026-01-05T08:05:00Z")]
    assert judged(times, format="%d.%m.%Y %H:%M:%S %z") == (expected, [])


def test_mixed_offsets_and_wall_times_in_one_column() -> None:
    times = ["2026-01-05T08:05:00+08:00", "2026-01-05T08:05:00-05:00", "2026-01-05 08:05:00", "5/1/2026", None, ""]
    good = [micros("2026-01-05T00:05:00Z"), micros("2026-01-05T13:05:00Z"), micros("2026-01-05T00:05:00Z")]
    assert judged(times, zone=SHANGHAI) == (good, ["unparsable_time", "missing_time", "missing_time"])
    assert judged(times) == (good[:2], ["time_without_zone", "unparsable_time", "missing_time", "missing_time"])


@pytest.mark.parametrize(
    "text",
    ["2026-02-30 10:00", "2026-13-01 10:00", "2026-01-01 25:00", "yesterday", "20260105", "1767571500", "infinity"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    assert judged([text], zone=SHANGHAI) == ([], ["unparsable_time"])
    assert judged([text, "2026-01-05 08:05:00"], zone=SHANGHAI) == (
        [micros("2026-01-05T00:05:00Z")],
        ["unparsable_time"],
    )


def test_the_thirtieth_of_february_is_refused_by_a_format_too() -> None:
    assert judged(["30-02-2016 10:00"], format="%d-%m-%Y %H:%M", zone="UTC") == ([], ["unparsable_time"])


def test_a_skipped_hour_is_refused_and_a_repeated_hour_is_its_first_pass() -> None:
    times = [
        "2026-03-29 00:59:59",
        "2026-03-29 01:00:00",
        "2026-03-29 01:30:00",
        "2026-03-29 02:00:00",
        "2026-10-25 01:30:00",
        "2026-10-25 02:00:00",
    ]
    good = ["2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z"]
    assert judged(times, zone=LONDON) == ([micros(text) for text in good], ["nonexistent_time", "nonexistent_time"])


def test_each_row_in_its_own_zone() -> None:
    zones = [SHANGHAI, LONDON, None, "Mars/Olympus", "../../etc/passwd", SHANGHAI]
    times = ["2026-07-05 08:00:00"] * 6
    expected = [micros("2026-07-05T00:00:00Z"), micros("2026-07-05T07:00:00Z"), micros("2026-07-05T00:00:00Z")]
    assert judged(times, zone_column="where", where=zones) == (
        expected,
        ["time_without_zone", "unknown_zone", "unknown_zone"],
    )
    assert judged(times[:3], zone_column="where", where=zones[:3], zone="UTC")[0][2] == micros("2026-07-05T08:00:00Z")


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_typed_times_of_any_unit(unit: str) -> None:
    moments = [datetime.fromisoformat(text) for text in ("2026-01-05T08:05", "1931-12-31T23:59:59")]
    assert judged(pa.array(moments, pa.timestamp(unit, SHANGHAI))) == (
        [micros("2026-01-05T08:05:00Z"), micros("1931-12-31T23:59:59Z")],
        [],
    )
    assert judged(pa.array(moments, pa.timestamp(unit)), zone="UTC") == (
        [micros("2026-01-05T08:05:00Z"), micros("1931-12-31T23:59:59Z")],
        [],
    )
    assert judged(pa.array(moments, pa.timestamp(unit))) == ([], ["time_without_zone"] * 2)


def test_nanoseconds_are_cut_downward_also_before_1970() -> None:
    assert judged(pa.array([1_999, -1], pa.timestamp("ns", "UTC"))) == ([1, -1], [])


def test_dates_are_midnights() -> None:
    assert judged(pa.array([date(2026, 1, 5)]), zone=SHANGHAI) == ([micros("2026-01-04T16:00:00Z")], [])


@pytest.mark.parametrize(
    ("values", "form"),
    [
        ([1767571500], None),
        ([1767571500000], None),
        ([1767571500000000], None),
        ([1767571500000000000], None),
        ([1767571500.0], None),
        (["1767571500"], "epoch s"),
        (["1767571500000"], "epoch ms"),
        (["1767571500.000"], "epoch s"),
        ([1767571500000000], "epoch us"),
        ([1767571500000000999], "epoch ns"),
    ],
)
def test_numbers_since_the_epoch(values: list[Any], form: str | None) -> None:
    assert judged(values, format=form) == ([micros("2026-01-05T00:05:00Z")], [])


def test_numbers_keep_their_microseconds() -> None:
    assert judged([1767571500123456], format="epoch us")[0] == [1767571500123456]
    assert judged(["1767571500.123456", "-0.5", "x", ""], format="epoch s") == (
        [1767571500123456, -500_000],
        ["unparsable_time", "missing_time"],
    )


@pytest.mark.parametrize("value", ["1500-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_times_far_away_are_refused(value: str) -> None:
    assert judged([value]) == ([], ["time_out_of_range"])
    assert judged([value.removesuffix("Z")], zone=LONDON) == ([], ["time_out_of_range"])
    assert judged([10**18, 2**62], format="epoch s") == ([], ["time_out_of_range"] * 2)
    assert judged(pa.array([2**62, -(2**62)], pa.timestamp("s", "UTC"))) == ([], ["time_out_of_range"] * 2)


def test_date_and_clock_in_two_columns(tmp_path: Path) -> None:
    lines = ["ticket,day,clock,what", "T1,22-Apr-15,3:53:50 PM,a", "T2,22-Apr-15,,a"]
    time = {"column": ["day", "clock"], "format": "%d-%b-%y %I:%M:%S %p", "zone": "America/New_York"}
    read = Read(write(tmp_path / "a.csv", lines), a_map(time), tmp_path)
    assert read.column("at") == [micros("2015-04-22T19:53:50Z")]
    assert read.reasons == [(2, "unparsable_time")]


def test_the_row_is_shown_as_it_was_read(tmp_path: Path) -> None:
    read = Read(write(tmp_path / "a.csv", [HEADER, "T1,never,a", 'T2,"nor, now",a']), a_map(), tmp_path)
    assert [row["raw"] for row in read.refused] == ["T1,never,a", 'T2,"nor, now",a']


zones = st.sampled_from(
    [SHANGHAI, LONDON, "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "UTC"]
)
walls = st.datetimes(datetime.fromisoformat("1800-01-01"), datetime.fromisoformat("2400-01-01")).map(
    lambda moment: moment.replace(fold=0)
)


@settings(deadline=None)
@given(st.lists(walls, min_size=1, max_size=30), zones)
def test_whole_columns_agree_with_the_datetime_of_python(moments: list[datetime], zone: str) -> None:
    at, reasons = judged(pa.array(moments, pa.timestamp("us")), zone=zone)
    local = [moment.replace(tzinfo=ZoneInfo(zone)) for moment in moments]
    there = [
        moment
        for moment in local
        if moment.astimezone(ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        == moment.replace(tzinfo=None)
    ]
    assert at == [
        int(np.datetime64(moment.astimezone(ZoneInfo("UTC")).replace(tzinfo=None), "us").astype(np.int64))
        for moment in there
    ]
    assert reasons == ["nonexistent_time"] * (len(moments) - len(there))


@settings(deadline=None)
@given(
    st.lists(walls, min_size=1, max_size=30),
    st.sampled_from(["%Y-%m-%d %H:%M:%S.%f", "%d/%m/%Y %H:%M:%S.%f", "%m.%d.%Y %I:%M:%S.%f %p"]),
)
def test_whatever_a_format_writes_it_reads(moments: list[datetime], form: str) -> None:
    at, reasons = judged([moment.strftime(form) for moment in moments], format=form, zone="UTC")
    assert reasons == []
    assert at == [int(np.datetime64(moment, "us").astype(np.int64)) for moment in moments]
