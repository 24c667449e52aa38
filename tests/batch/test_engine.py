"""The audit from log to figures: what it says of small logs, exactly, and that the way there does not matter."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from bench.material import event_log

from kapok.batch.audit import engine
from kapok.batch.audit import map as maps
from kapok.batch.audit.breach_table import write_breaches
from kapok.batch.audit.figures import Figures
from kapok.batch.audit.folder import FolderInUse
from kapok.batch.audit.plan import NothingToJudge, UnknownCalendar, UnknownPromise
from kapok.batch.audit.report import BreachWriter
from kapok.batch.audit.run import NoEvents, UnknownEngine, run
from kapok.kernel import promises
from kapok.kernel.promises.terms import PopulationRule
from tests.batch.audits import a_log, a_map, a_pack, audited, table

BENCH = Path(event_log.__file__).parent
HOUR = 3_600_000_000
DAY = "2026-10-0"

LINES = (
    f"A,report,{DAY}5T08:00:00+08:00,desk,ann",
    f"A,test,{DAY}5T09:00:00+08:00,desk,bob",
    f"A,send,{DAY}5T10:00:00+08:00,field,cai",
    f"A,return,{DAY}5T12:00:00+08:00,desk,ann",
    f"A,restore,{DAY}5T13:00:00+08:00,desk,ann",
    f"B,report,{DAY}5T08:00:00+08:00,desk,ann",
    f"B,send,{DAY}6T08:00:00+08:00,field,",
    f"B,restore,{DAY}8T08:30:00+08:00,,dan",
    f"C,report,{DAY}6T08:00:00+08:00,desk,ann",
    f"D,restore,{DAY}6T09:00:00+08:00,desk,ann",
)


@pytest.fixture(name="bench_log", scope="module")
def _bench_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return event_log.write(4_000, tmp_path_factory.mktemp("log") / "log.parquet")


def bench_figures(log: Path, out: Path) -> Figures:
    return run([log], promises.load(BENCH / "audit_pack.yaml"), maps.load(BENCH / "audit_map.yaml"), out)


def the_same(one: Figures, other: Figures) -> None:
    """Equal in everything but the names of the files."""
    left, right = asdict(one), asdict(other)
    left["reading"]["files"] = right["reading"]["files"] = ()
    assert left == right


def test_a_promise_is_counted_and_measured(tmp_path: Path) -> None:
    figures = audited(tmp_path, LINES)
    (repair,) = figures.promises
    assert (repair.opened, repair.kept, repair.broken, repair.open, repair.overdue, repair.void) == (3, 1, 1, 0, 1, 0)
    assert repair.within_target == 1
    assert asdict(repair.elapsed) == {
        "count": 2,
        "total_us": 77 * HOUR + HOUR // 2,
        "p50_us": 5 * HOUR,
        "p80_us": 72 * HOUR + HOUR // 2,
        "p95_us": 72 * HOUR + HOUR // 2,
        "p99_us": 72 * HOUR + HOUR // 2,
        "max_us": 72 * HOUR + HOUR // 2,
    }
    assert repair.by_week == (("2026-W41", 3, 2, (77 * HOUR + HOUR // 2) // 2),)
    assert repair.anomalies == {"closed_before_open": 1}


def test_breaches_name_who_held_the_baton_and_what_they_cost(tmp_path: Path) -> None:
    figures = audited(tmp_path, LINES)
    broken, overdue = figures.breaches
    assert (broken.case, broken.unit, broken.person, broken.owed_minor) == ("B", "field", None, 2_000)
    assert broken.late_us == 48 * HOUR + HOUR // 2
    assert (overdue.case, overdue.closed_at, overdue.unit, overdue.owed_minor) == ("C", None, "desk", 1_000)
    assert [(total.key, total.opened, total.broken, total.owed_minor) for total in figures.by_unit] == [
        ("desk", 2, 1, 1_000),
        ("field", 1, 1, 2_000),
    ]
    assert [(total.key, total.broken, total.owed_minor) for total in figures.by_month] == [("2026-10", 2, 3_000)]


def test_running_commitments_are_judged_as_of_the_moment_that_is_given(tmp_path: Path) -> None:
    figures = audited(tmp_path, LINES, at=datetime(2026, 10, 6, 12, tzinfo=UTC))
    (repair,) = figures.promises
    assert (repair.kept, repair.broken, repair.open, repair.overdue) == (1, 0, 1, 1)


def test_rules_on_the_population_are_judged_by_period(tmp_path: Path) -> None:
    mean, share = audited(tmp_path, LINES).promises[0].population
    assert (mean.period, mean.measured, mean.limit, mean.held, mean.cases) == ("2026-10", "155/4", "12", False, 2)
    assert (share.measured, share.limit, share.held, share.cases) == ("1/3", "3/5", False, 3)


def test_a_rule_in_working_days_counts_those_after_the_opening(tmp_path: Path) -> None:
    rule = {"statistic": "max", "at_most": "2 working days", "period": "quarter"}
    pack = a_pack()
    days = pack.promises[0].model_copy(
        update={"population": (PopulationRule.model_validate(rule),), "calendar": "office"}
    )
    (verdict,) = audited(tmp_path, LINES, pack=pack.model_copy(update={"promises": (days,)})).promises[0].population
    assert (verdict.period, verdict.measured, verdict.limit, verdict.held) == ("2026Q4", "3", "2", False)


def test_the_baton_adds_up_and_its_moves_are_counted(tmp_path: Path) -> None:
    baton = audited(tmp_path, LINES).baton
    assert baton.total_us == 5 * HOUR + 72 * HOUR + HOUR // 2
    assert [(row.unit, row.cases, row.held_us, row.received, row.passed_on) for row in baton.by_unit] == [
        ("field", 2, 2 * HOUR + 48 * HOUR + HOUR // 2, 2, 1),
        ("desk", 4, 3 * HOUR + 24 * HOUR, 1, 2),
    ]
    assert sum(row.held_us for row in baton.by_person) == baton.total_us
    assert (baton.transfers, baton.ping_pong, baton.returns) == (3, 1, 1)
    assert (baton.first_contact_lost, baton.cases_with_person) == (1, 4)


def test_repairdesk_707_a_transfer_leaves_each_person_what_they_did(tmp_path: Path) -> None:
    baton = audited(tmp_path, (LINES[5], LINES[7])).baton
    assert baton.first_contact_lost == 1
    assert [(row.person, row.held_us) for row in baton.by_person if row.held_us] == [("ann", baton.total_us)]


def test_the_baton_is_counted_in_the_hours_of_the_map(tmp_path: Path) -> None:
    assert audited(tmp_path, LINES, calendar="office").baton.total_us == 5 * HOUR + 30 * HOUR + HOUR // 2


def test_the_chain_says_what_followed_what(tmp_path: Path) -> None:
    chain = audited(tmp_path, LINES).chain
    arcs = {(arc.source, arc.target): (arc.count, arc.total_us, arc.max_us) for arc in chain.arcs}
    assert arcs == {
        ("report", "test"): (1, HOUR, HOUR),
        ("test", "send"): (1, HOUR, HOUR),
        ("send", "return"): (1, 2 * HOUR, 2 * HOUR),
        ("return", "restore"): (1, HOUR, HOUR),
        ("report", "send"): (1, 24 * HOUR, 24 * HOUR),
        ("send", "restore"): (1, 48 * HOUR + HOUR // 2, 48 * HOUR + HOUR // 2),
    }
    assert chain.variants == 4
    assert chain.costliest == ("send", "report", "return")
    stages = {stage.activity: (stage.count, stage.starts, stage.ends) for stage in chain.stages}
    assert stages["report"] == (3, 3, 1)
    assert stages["restore"] == (3, 1, 3)
    assert chain.by_week == (("2026-W41", 4, 77 * HOUR + HOUR // 2),)


def test_the_same_row_twice_is_refused_and_listed(tmp_path: Path) -> None:
    figures = audited(tmp_path, [*LINES, LINES[2], LINES[2]])
    assert (figures.reading.rows, figures.reading.events, figures.reading.refused) == (12, 10, 2)
    assert figures.reading.refused_by_reason == {"duplicate_row": 2}
    assert [(row["row"], row["reason"]) for row in table(tmp_path / "out/refused.csv")] == [
        ("11", "duplicate_row"),
        ("12", "duplicate_row"),
    ]
    assert audited(tmp_path, LINES).chain == figures.chain


def test_a_map_may_keep_repeated_rows(tmp_path: Path) -> None:
    reading = audited(tmp_path, [*LINES, LINES[2]], duplicates="keep").reading
    assert (reading.events, reading.refused) == (11, 0)


def test_a_case_that_closes_before_it_opens_is_listed(tmp_path: Path) -> None:
    audited(tmp_path, LINES)
    (row,) = table(tmp_path / "out/anomalies.csv")
    assert (row["row"], row["reason"], row["raw"]) == ("10", "closes_before_it_opens", "D: repair")


def test_the_size_of_buckets_and_the_order_of_rows_do_not_matter(
    bench_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = bench_figures(bench_log, tmp_path / "whole")
    monkeypatch.setattr(engine, "BUCKET_EVENTS", 70)
    the_same(whole, bench_figures(bench_log, tmp_path / "small"))
    rows = pq.read_table(bench_log)
    shuffled = tmp_path / "shuffled.parquet"
    pq.write_table(rows.take(np.random.default_rng(7).permutation(len(rows))), shuffled)
    there = bench_figures(shuffled, tmp_path / "shuffled")
    assert [asdict(promise) for promise in there.promises] == [asdict(promise) for promise in whole.promises]


def test_a_log_larger_than_the_memory_goes_by_way_of_the_disk(
    bench_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = bench_figures(bench_log, tmp_path / "whole")
    monkeypatch.setattr(engine, "HELD_EVENTS", 1)
    asked: list[int] = []
    add = engine.Spill.add
    monkeypatch.setattr(engine.Spill, "add", lambda spill, rows: (asked.append(len(rows)), add(spill, rows)))
    the_same(whole, bench_figures(bench_log, tmp_path / "spilled"))
    assert sum(asked) == whole.reading.rows
    assert not list((tmp_path / "spilled").glob(".buckets*"))


def test_all_breaches_are_written_as_the_report_writes_them(bench_log: Path, tmp_path: Path) -> None:
    figures = bench_figures(bench_log, tmp_path / "out")
    assert 0 < figures.breaches_total < 200
    tables = []
    monkey = pytest.MonkeyPatch()
    monkey.setattr("kapok.batch.audit.run.BREACHES_SHOWN", 0)
    monkey.setattr(
        "kapok.batch.audit.run.write_breaches", lambda *given: (tables.extend(given[0]), write_breaches(*given))
    )
    with monkey.context():
        bench_figures(bench_log, tmp_path / "columns")
    monkey.undo()
    with BreachWriter(tmp_path / "rows.csv", figures.zone) as writer:
        writer.write(figures.breaches)
    write_breaches(tables, tmp_path / "columns.csv", figures.zone)
    by_case = sorted(map(str, table(tmp_path / "rows.csv")))
    assert sorted(map(str, table(tmp_path / "columns.csv"))) == by_case


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"promises": "replair"}, UnknownPromise),
        ({"calendar": "ofice"}, UnknownCalendar),
        ({"events": [{"kind": "fault.restored", "activity": "restore"}]}, NothingToJudge),
    ],
)
def test_a_map_that_does_not_fit_the_pack_is_refused_before_reading(tmp_path: Path, given: Any, refusal: Any) -> None:
    with pytest.raises(refusal):
        audited(tmp_path, LINES, **given)
    assert not (tmp_path / "out").exists()


def test_a_log_of_which_nothing_can_be_judged_leaves_no_report(tmp_path: Path) -> None:
    with pytest.raises(NoEvents) as refusal:
        audited(tmp_path, ["A,report,yesterday,desk,ann"])
    assert "rows refused: 1 (the time cannot be read;" in refusal.value.text.en
    assert not (tmp_path / "out").exists()


def test_an_unknown_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownEngine):
        run([a_log(tmp_path / "log.csv", LINES)], a_pack(), a_map(), tmp_path / "out", engine="abacus")


def test_a_folder_with_something_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    with pytest.raises(FolderInUse):
        audited(tmp_path, LINES)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]


def test_an_earlier_report_is_replaced_and_nothing_is_left_beside(tmp_path: Path) -> None:
    audited(tmp_path, LINES[:5])
    figures = audited(tmp_path, LINES)
    assert Figures.from_json(figures.as_json()) == figures
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv", "out"]
    assert {"report.html", "figures.json", "breaches.csv", "refused.csv", "anomalies.csv"} <= {
        path.name for path in (tmp_path / "out").iterdir()
    }
