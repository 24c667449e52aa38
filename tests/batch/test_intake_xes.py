"""XES: traces, attributes, broken and hostile files."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from kapok.batch.audit.intake import open_logs
from kapok.batch.audit.intake.errors import EmptyLog, MissingColumn, NotALog
from kapok.batch.audit.map import AuditMap
from kapok.batch.audit.refused import RefusedRows
from tests.batch.logs import Read, a_map, micros

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
 <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
 <global scope="event"><string key="concept:name" value="name"/><string key="only:global" value="x"/></global>
 <classifier name="Activity" keys="concept:name"/>
 <string key="creator" value="nobody"/>
"""


def event(name: str, at: str = "2026-01-05T08:05:00.000+08:00", more: str = "") -> str:
    return (
        f'<event><string key="concept:name" value="{name}"/><date key="time:timestamp" value="{at}"/>{more}</event>\n'
    )


def trace(name: str | None, *events: str, more: str = "") -> str:
    named = f'<string key="concept:name" value="{name}"/>' if name else ""
    return f"<trace>{named}{more}{''.join(events)}</trace>\n"


def xes_map(**columns: str) -> AuditMap:
    return a_map("time:timestamp", columns={"case": "case:concept:name", "activity": "concept:name"} | columns)


def write(path: Path, *traces: str, end: str = "</log>") -> Path:
    data = (HEAD + "".join(traces) + end).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def test_events_with_the_attributes_of_their_trace(tmp_path: Path) -> None:
    unit = '<string key="org:group" value="NOC &amp; 网管"/>'
    path = write(
        tmp_path / "a.xes.gz",
        trace("T1", event("a", more=unit), event("b"), more='<int key="tier" value="2"/>'),
        trace("T2", event("a")),
    )
    read = Read(path, xes_map(unit="org:group", person="case:tier"), tmp_path)
    assert read.column("case") == ["T1", "T1", "T2"]
    assert read.column("at") == [micros("2026-01-05T00:05:00Z")] * 3
    assert read.column("unit") == ["NOC & 网管", None, None]
    assert read.column("person") == ["2", "2", None]
    assert read.column("row") == [1, 2, 3]


def test_nested_attributes_and_lists_are_left_out(tmp_path: Path) -> None:
    nested = '<string key="org:group" value="NOC"><string key="org:group" value="inner"/></string>'
    listed = '<list key="l"><values><string key="org:group" value="listed"/></values></list>'
    path = write(tmp_path / "a.xes", trace("T1", event("a", more=nested + listed), event("b", more=listed)))
    assert Read(path, xes_map(unit="org:group"), tmp_path).column("unit") == ["NOC", None]
    with pytest.raises(MissingColumn):
        open_logs([path], xes_map(unit="only:global"), RefusedRows())


def test_attributes_of_a_trace_may_stand_behind_its_events(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xes", f'<trace>{event("a")}{event("b")}<string key="concept:name" value="T1"/></trace>')
    assert Read(path, xes_map(), tmp_path).column("case") == ["T1", "T1"]


def test_a_trace_without_name_is_refused_and_an_event_without_name_is_kept(tmp_path: Path) -> None:
    nameless = '<event><date key="time:timestamp" value="2026-01-05T08:05:00Z"/></event>'
    timeless = '<event><string key="concept:name" value="b"/></event>'
    path = write(tmp_path / "a.xes", trace(None, event("a")), trace("T2", nameless, timeless), event("stray"))
    read = Read(path, xes_map(), tmp_path)
    assert [(row["case"], row["activity"]) for row in read.events] == [("T2", None)]
    assert read.reasons == [(1, "missing_case"), (3, "missing_time"), (4, "missing_case")]


def test_an_xml_bomb_ends_the_reading_and_keeps_nothing_hidden(tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    path = tmp_path / "bomb.xes"
    path.write_text(bomb + "<log>" + trace("&b;", event("a")) + "</log>")
    with pytest.raises(NotALog) as caught:
        open_logs([path], xes_map(), RefusedRows())
    assert "it may be an XML bomb" in caught.value.text.en
    assert "XML 炸弹" in caught.value.text.zh


def test_an_xml_bomb_among_logs_is_refused_and_the_others_are_judged(tmp_path: Path) -> None:
    (tmp_path / "bomb.xes").write_text('<!DOCTYPE log [<!ENTITY a SYSTEM "file:///etc/passwd">]><log>&a;</log>')
    read = Read([tmp_path / "bomb.xes", write(tmp_path / "good.xes", trace("T1", event("a")))], xes_map(), tmp_path)
    assert read.column("case") == ["T1"]
    assert read.counts == {"unreadable_file": 1}


def test_what_stands_before_the_break_is_kept(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.xes",
        trace("T1", event("a"), event("b")),
        "<trace><string key='concept:name' value='T2'/>",
        event("c"),
        "<event><oops",
        end="",
    )
    read = Read(path, xes_map(), tmp_path)
    assert [(row["case"], row["activity"]) for row in read.events] == [("T1", "a"), ("T1", "b"), ("T2", "c")]
    assert read.reasons == [(4, "malformed_xml")]


def test_a_truncated_gzip(tmp_path: Path) -> None:
    whole = write(
        tmp_path / "a.xes.gz", *(trace(f"T{n * 7919 % 100_003}", event(f"a{n * 31 % 1_009}")) for n in range(5_000))
    ).read_bytes()
    (tmp_path / "cut.xes.gz").write_bytes(whole[: len(whole) // 2])
    read = Read(tmp_path / "cut.xes.gz", xes_map(), tmp_path)
    assert 1_500 < len(read.events) < 4_000
    assert read.reasons == [(len(read.events) + 1, "truncated_input")]


def test_a_column_that_comes_late_is_found(tmp_path: Path) -> None:
    late = event("z", more='<string key="closed_code" value="7"/>')
    path = write(tmp_path / "a.xes", *(trace(f"T{n}", event("a")) for n in range(7_000)), trace("T9", late))
    assert Read(path, xes_map(unit="closed_code"), tmp_path).column("unit")[-1] == "7"
    with pytest.raises(MissingColumn) as caught:
        open_logs([path], xes_map(unit="close_code"), RefusedRows())
    assert "did you mean 'closed_code'?" in caught.value.text.en


def test_a_log_without_events_and_a_page_that_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(EmptyLog):
        open_logs([write(tmp_path / "a.xes")], xes_map(), RefusedRows())
    (tmp_path / "b.xes").write_text("<!doctype html><html><p>no log<br></html>")
    with pytest.raises(NotALog):
        open_logs([tmp_path / "b.xes"], xes_map(), RefusedRows())


def test_many_events_come_in_batches_and_each_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xes", *(trace(f"T{n}", *[event("a")] * 10) for n in range(12_000)))
    source = open_logs([path], xes_map(), RefusedRows())
    batches = list(source.batches())
    assert len(batches) > 1
    assert [row for batch in batches for row in batch.column("row").to_pylist()] == list(range(1, 120_001))
