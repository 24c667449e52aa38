"""`kapok audit --suggest`: a map that runs as it is, from logs of many shapes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kapok.batch.audit.map import AuditMap, parse
from kapok.batch.audit.suggest import NothingToSuggest, suggest
from kapok.kernel.text import Language
from tests.batch.logs import Read, micros, write

NEW_YEAR = datetime.fromisoformat("2026-01-01")


def suggested(path: Path, language: Language = Language.EN) -> tuple[AuditMap, str]:
    """The suggested map and its text."""
    text = suggest([path], language)
    return parse(text, "suggested.yaml"), text


def service_desk(day: str = "%d-%m-%Y %H:%M", cases: int = 40) -> Iterator[str]:
    """A log in the shape of a service desk's: constants of the case beside the columns of the event."""
    yield "number,incident_state,active,caller_id,opened_at,sys_updated_at,category,assignment_group,assigned_to,priority"
    for case in range(cases):
        opened = datetime.fromisoformat("2016-02-01T08:00") + timedelta(hours=11 * case)
        for step, state in enumerate(["New", "Active", "Awaiting User Info", "Active", "Resolved", "Closed"]):
            at = opened + timedelta(minutes=97 * step * (1 + case % 7))
            person = f"Resolver {case * step % 9}" if step else "?"
            yield (
                f"INC{case:07},{state},TRUE,Caller {case % 13},{opened:{day}},{at:{day}},Category {case % 5},"
                f"Group {(case + step) % 6},{person},{1 + case % 3} - Level"
            )


def test_a_service_desk_with_the_day_first(tmp_path: Path) -> None:
    path = write(tmp_path / "incidents.csv", service_desk())
    found, text = suggested(path)
    assert found.columns.model_dump(exclude_none=True) == {
        "case": "number", "activity": "incident_state", "unit": "assignment_group", "person": "assigned_to",
        "time": {"column": ("sys_updated_at",), "format": "%d-%m-%Y %H:%M", "zone": "UTC"},
    }  # fmt: skip
    assert found.missing == ("?",)
    assert [(rule.kind, rule.activity, rule.first, rule.last) for rule in found.events] == [
        ("fault.reported", (), True, False),
        ("customer.deferred", ("Awaiting User Info",), False, False),
        ("customer.returned", ("Active", "New", "Resolved", "Closed"), False, False),
        ("fault.restored", ("Resolved",), False, True),
    ]
    assert "# CHECK: the times carry no zone." in text
    assert "# Active (80), New (40), Awaiting User Info (40), Resolved (40), Closed (40)" in text
    assert "#   category: 5: Category 0 (48)" in text
    read = Read(path, found, tmp_path)
    assert (len(read.events), read.refused) == (240, [])
    assert read.column("at")[0] == micros("2016-02-01T08:00:00Z")


def test_the_month_first_is_seen_from_the_days_above_twelve(tmp_path: Path) -> None:
    path = write(tmp_path / "incidents.csv", service_desk("%m/%d/%Y %I:%M %p"))
    found, text = suggested(path)
    assert found.columns.time.format == "%m/%d/%Y %I:%M %p"
    assert "reads as well" not in text


def test_an_order_that_cannot_be_told_is_remarked(tmp_path: Path) -> None:
    lines = ["ticket;date;status"] + [
        f"T{case};0{1 + step}/02/2026 1{step}:00;{status}"
        for case in range(9)
        for step, status in enumerate(["open", "closed"])
    ]
    found, text = suggested(write(tmp_path / "a.csv", lines))
    assert found.columns.time.format == "%d/%m/%Y %H:%M"
    assert "# CHECK: %m/%d/%Y %H:%M reads as well" in text
    assert found.file.delimiter == ";"


def test_a_chinese_log_in_gb18030(tmp_path: Path) -> None:
    lines = ["装机单号,环节,操作时间,班组,处理人,备注"]
    for case in range(30):
        for step, what in enumerate(["受理", "派单", "待用户确认", "上门施工", "竣工"]):
            at = f"2026/1/{1 + step + case % 20} {8 + step}:05"
            lines.append(f"GZ2026{case:05},{what},{at},装维{case % 4}班,师傅{case % 7},用户反映宽带问题")
    path = write(tmp_path / "装机.csv", lines, encoding="gb18030")
    found, text = suggested(path, Language.ZH)
    assert found.file.encoding == "gb18030"
    assert found.columns.model_dump(exclude_none=True) == {
        "case": "装机单号", "activity": "环节", "unit": "班组", "person": "处理人",
        "time": {"column": ("操作时间",), "zone": "Asia/Shanghai"},
    }  # fmt: skip
    assert [(rule.kind, rule.activity) for rule in found.events] == [
        ("order.requested", ()),
        ("customer.deferred", ("待用户确认",)),
        ("customer.returned", ("受理", "派单", "上门施工", "竣工")),
        ("order.completed", ("竣工",)),
    ]
    assert found.facts == {"service": "fixed_broadband", "area": "urban", "action": "install"}
    assert "# 请核对：时间不带时区。" in text
    assert "CHECK" not in text
    read = Read(path, found, tmp_path)
    assert (len(read.events), read.refused) == (150, [])


def test_an_xes_log_by_its_standard_keys(tmp_path: Path) -> None:
    event = (
        '<event><string key="concept:name" value="{}"/><string key="Activity" value="x"/><string key="org:group" value="G{}"/>'
        '<string key="org:resource" value="R{}"/><string key="lifecycle:transition" value="complete"/>'
        '<date key="time:timestamp" value="2026-01-0{}T08:05:00.000+08:00"/></event>'
    )
    traces = [
        f'<trace><string key="concept:name" value="C{case}"/>'
        + "".join(
            event.format(what, case % 3, case % 4, step + 1)
            for step, what in enumerate(["Queued", "Accepted-Wait", "Completed-Closed"])
        )
        + "</trace>"
        for case in range(20)
    ]
    path = tmp_path / "problems.xes"
    path.write_text("<log>" + "".join(traces) + "</log>")
    found, text = suggested(path)
    assert found.columns.model_dump(exclude_none=True) == {
        "case": "case:concept:name", "activity": "concept:name", "unit": "org:group", "person": "org:resource",
        "lifecycle": "lifecycle:transition", "time": {"column": ("time:timestamp",)},
    }  # fmt: skip
    assert '  # - {kind: customer.deferred, activity: ["Accepted-Wait"]}' in text
    assert "zone:" not in text
    assert [rule.kind for rule in found.events] == ["fault.reported", "fault.restored"]
    assert len(Read(path, found, tmp_path).events) == 60


def test_typed_parquet_needs_no_format(tmp_path: Path) -> None:
    rows = 60
    table = pa.table({
        "order_id": pa.array([f"O-{n // 3}" for n in range(rows)]),
        "event_time": pa.array([NEW_YEAR + timedelta(minutes=7 * n) for n in range(rows)], pa.timestamp("us")),
        "step": pa.array(["placed", "installed", "completed"] * 20).dictionary_encode(),
        "area": pa.array((["urban"] * 3 + ["rural"] * 3) * 10),
        "tags": pa.array([["a"]] * rows),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "orders.parquet")
    found, _ = suggested(tmp_path / "orders.parquet")
    assert found.columns.model_dump(exclude_none=True) == {
        "case": "order_id", "activity": "step", "time": {"column": ("event_time",), "zone": "UTC"},
    }  # fmt: skip
    assert found.fact_columns == {"area": "area"}
    assert "area" not in found.facts
    assert found.events[0].kind == "order.requested"
    assert len(Read(tmp_path / "orders.parquet", found, tmp_path).events) == rows


def test_date_and_clock_in_two_columns_and_one_row_a_case(tmp_path: Path) -> None:
    lines = ["Ticket #,Customer Complaint,Date,Date_month_year,Time,City,Status"]
    for case in range(60):
        day = datetime.fromisoformat("2015-04-01T15:00:50") + timedelta(days=2 * case, minutes=case)
        when = f"{day:%d-%m-%y},{day:%d-%b-%y},{day.hour - 12}:{day:%M:%S} PM"
        lines.append(f"{250_000 + case * 7},Internet down,{when},City {case % 9},{'Solved' if case % 2 else 'Open'}")
    path = write(tmp_path / "complaints.csv", lines)
    found, text = suggested(path)
    assert found.columns.case == "Ticket #"
    assert found.columns.time.column == ("Date_month_year", "Time")
    assert found.columns.time.format == "%d-%b-%y %I:%M:%S %p"
    assert [rule.kind for rule in found.events] == ["complaint.received"]
    assert "nearly every case has one row only" in text
    read = Read(path, found, tmp_path)
    assert read.column("at")[0] == micros("2015-04-01T15:00:50Z")
    assert read.refused == []


@pytest.mark.parametrize(("form", "digits"), [("epoch s", 1), ("epoch ms", 1_000)])
def test_numbers_since_the_epoch(tmp_path: Path, form: str, digits: int) -> None:
    lines = ["case_id,timestamp,event"] + [
        f"C{n // 2},{(1_767_571_500 + 61 * n) * digits},{'start' if n % 2 == 0 else 'finished'}" for n in range(40)
    ]
    found, _ = suggested(write(tmp_path / "a.csv", lines))
    assert (found.columns.time.format, found.columns.time.zone) == (form, None)
    assert found.events[-1].activity == ("finished",)


def test_the_last_row_closes_where_nothing_looks_like_an_end(tmp_path: Path) -> None:
    lines = ["case,time,activity"] + [f"C{n // 3},2026-01-05T08:{n:02}:00Z,step {n % 3}" for n in range(30)]
    found, text = suggested(write(tmp_path / "a.csv", lines))
    assert [(rule.kind, rule.first, rule.last) for rule in found.events] == [
        ("fault.reported", True, False),
        ("fault.restored", False, True),
    ]
    assert "no activity looks like an end" in text


def test_values_cannot_break_out_of_the_map(tmp_path: Path) -> None:
    evil = '"x\ny: !!python/object {evil}\u2028- #, \'""q""\'\x85\x07"'
    lines = ["case,time,activity"] + [
        f"C{n // 2},2026-01-05T08:{n:02}:00Z,{evil if n % 2 else 'resolved: yes #1'}" for n in range(30)
    ]
    path = write(tmp_path / "a\nb: c.csv", lines)
    found, _ = suggested(path)
    assert found.events[-1].activity == ("resolved: yes #1",)
    read = Read(path, found, tmp_path)
    assert set(read.column("activity")) == {
        "resolved: yes #1",
        "x\ny: !!python/object {evil}\u2028- #, '\"q\"'\x85\x07",
    }


def test_nothing_to_suggest_is_said_with_the_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ["colour,size", "red,1", "blue,2"])
    with pytest.raises(NothingToSuggest) as caught:
        suggest([path])
    assert "It has: colour, size." in caught.value.text.en


words = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\ufdd0\ufeff"), min_size=1, max_size=12
)


@settings(deadline=None, max_examples=60)
@given(st.lists(words, min_size=3, max_size=3, unique=True), st.lists(words, min_size=2, max_size=6))
def test_every_suggestion_is_a_map(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], activities: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("log")
    rows = 24
    table = pa.table({
        f"case {names[0]}": [f"C{n // 4}" for n in range(rows)],
        f"time {names[1]}": pa.array([NEW_YEAR + timedelta(hours=n) for n in range(rows)], pa.timestamp("us", "UTC")),
        f"activity {names[2]}": [activities[n % len(activities)] for n in range(rows)],
    })  # fmt: skip
    pq.write_table(table, folder / "a.parquet")
    for language in Language:
        found, _ = suggested(folder / "a.parquet", language)
        assert len(Read(folder / "a.parquet", found, folder).events) == rows
