"""The audit on Spark: two workers, each a process of its own, and figures equal to the last digit."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from bench.material import event_log

from kapok.batch.audit import map as maps
from kapok.batch.audit.figures import Figures
from kapok.batch.audit.run import run
from kapok.kernel import promises
from tests.batch.audits import MAP, a_log, a_map, a_pack
from tests.batch.test_engine import LINES

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.slow,
    # PySpark leaves the sockets over which results come to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

MASTER = "local-cluster[2,1,1024]"
BENCH = Path(event_log.__file__).parent


@pytest.fixture(autouse=True, scope="module")
def _spark() -> Iterator[None]:
    """One cluster for all tests of this file, stopped after them."""
    yield
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()


def without_names(figures: Figures) -> dict[str, Any]:
    plain = asdict(figures)
    plain["engine"] = plain["reading"]["files"] = None
    return plain


def test_two_workers_give_the_figures_of_one_machine(tmp_path: Path) -> None:
    log = event_log.write(6_000, tmp_path / "log.parquet")
    rows = pq.read_table(log)
    pq.write_table(rows.slice(0, 3_500), tmp_path / "first.parquet")
    pq.write_table(rows.slice(3_000), tmp_path / "second.parquet")  # overlapping: 500 rows twice
    logs = [tmp_path / "first.parquet", tmp_path / "second.parquet"]
    pack, audit_map = promises.load(BENCH / "audit_pack.yaml"), maps.load(BENCH / "audit_map.yaml")
    here = run(logs, pack, audit_map, tmp_path / "here")
    there = run(logs, pack, audit_map, tmp_path / "there", engine="spark", master=MASTER)
    assert here.reading.refused_by_reason == {"duplicate_row": 500}
    assert without_names(there) == without_names(here)
    for name in ("breaches.csv", "promises.csv", "baton.csv", "chain.csv", "totals.csv"):
        assert sorted((tmp_path / "there" / name).read_text().splitlines()) == sorted(
            (tmp_path / "here" / name).read_text().splitlines()
        )


BAD = ("E,report,soon,desk,ann", ",report,2026-10-05T08:00:00+08:00,desk,ann")


def test_rows_that_cannot_be_judged_are_refused_there_too(tmp_path: Path) -> None:
    log = a_log(tmp_path / "log.csv", [*LINES, *BAD])
    here = run([log], a_pack(), a_map(), tmp_path / "here")
    there = run([log], a_pack(), a_map(), tmp_path / "there", engine="spark", master=MASTER)
    assert without_names(there) == without_names(here)
    assert (tmp_path / "there" / "anomalies.csv").read_text() == (tmp_path / "here" / "anomalies.csv").read_text()
    assert there.reading.refused_by_reason == {"unparsable_time": 1, "missing_case": 1}


def test_json_lines_are_read_there_too(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    header = MAP["columns"].values()
    rows = csv.DictReader(LINES, fieldnames=["case", "what", "at", "unit", "person"])
    log.write_text("".join(json.dumps({name: row[name] for name in header}) + "\n" for row in rows))
    here = run([log], a_pack(), a_map(), tmp_path / "here")
    there = run([log], a_pack(), a_map(), tmp_path / "there", engine="spark", master=MASTER)
    assert without_names(there) == without_names(here)
