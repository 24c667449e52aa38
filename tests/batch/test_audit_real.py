"""The published event logs: the audit counts what others have counted.

Helpdesk (4TU 12675977): 226 variants, 55 directly-follows arcs, median case 956.6 h. BPI Challenge 2013, closed problems
(doi 10.4121/uuid:c2c3b154-ab26-4b31-a0e8-8f2350ddac11): 327 variants and 27 arcs with sub-status, 183 variants with status only,
median case 1,968 h. Incident sample (UCI): 890 incidents.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kapok.batch.audit.figures import Figures
from kapok.batch.audit.intake import open_logs
from kapok.batch.audit.map import AuditMap
from kapok.batch.audit.refused import RefusedRows
from kapok.batch.audit.run import run
from kapok.kernel import promises
from kapok.kernel.hours.instants import moment
from kapok.kernel.promises import Entry, judge
from tests.batch.audits import a_pack

pytestmark = [pytest.mark.real, pytest.mark.slow]

WHOLE_CASE = [{"kind": "fault.reported", "first": True}, {"kind": "fault.restored", "last": True}]
XES = {"case": "case:concept:name", "activity": "concept:name", "time": "time:timestamp", "person": "org:resource"}


def figures_of(log: Path, out: Path, columns: dict[str, Any], **rest: Any) -> Figures:
    audit_map = AuditMap.model_validate({"columns": columns, "events": WHOLE_CASE} | rest)
    return run([log], a_pack(), audit_map, out)


def hours(us: int | None) -> float:
    assert us is not None
    return round(us / 3_600_000_000, 1)


def case_lengths(log: Path) -> list[int]:
    """From the first to the last event of each case, in ascending order: counted without the audit's columns."""
    audit_map = AuditMap.model_validate({"columns": XES, "events": WHOLE_CASE})
    spans: dict[str, tuple[int, int]] = {}
    for batch in open_logs([log], audit_map, RefusedRows()).batches():
        for case, at in zip(batch.column("case").to_pylist(), batch.column("at").to_pylist(), strict=True):
            first, last = spans.get(case, (at, at))
            spans[case] = min(first, at), max(last, at)
    return sorted(last - first for first, last in spans.values())


def test_helpdesk(real_data: Path, tmp_path: Path) -> None:
    figures = figures_of(real_data / "eventlogs/Helpdesk.xes.gz", tmp_path / "out", XES)
    assert (figures.reading.events, figures.reading.cases, figures.reading.refused) == (21_348, 4_580, 0)
    assert (figures.chain.variants, len(figures.chain.arcs)) == (226, 55)
    lengths = case_lengths(real_data / "eventlogs/Helpdesk.xes.gz")
    assert round(float(np.median(lengths)) / 3_600_000_000, 1) == 956.6  # between the two middle cases
    assert figures.promises[0].elapsed.p50_us == lengths[len(lengths) // 2 - 1]  # the nearest rank is the first of them


def test_bpi_2013_with_sub_status(real_data: Path, tmp_path: Path) -> None:
    log = real_data / "eventlogs/BPI_Challenge_2013_closed_problems.xes.gz"
    figures = figures_of(log, tmp_path / "out", XES)
    assert (figures.reading.events, figures.reading.cases) == (6_660, 1_487)
    assert (figures.chain.variants, len(figures.chain.arcs)) == (327, 27)
    assert round(hours(figures.promises[0].elapsed.p50_us)) == 1_968


def test_bpi_2013_with_status_only(real_data: Path, tmp_path: Path) -> None:
    figures = figures_of(real_data / "eventlogs/best_BPI2013_closed.csv", tmp_path / "out", XES | {"unit": "org:group"})
    stages = {stage.activity: stage.count for stage in figures.chain.stages}
    assert stages == {"Accepted": 4_207, "Completed": 1_568, "Queued": 875, "Unmatched": 10}
    assert figures.chain.variants == 183
    baton = figures.baton
    assert sum(unit.held_us for unit in baton.by_unit) == sum(one.held_us for one in baton.by_person) == baton.total_us


WAITING, RESOLVED = "Awaiting User Info", "Resolved"
OTHERS = ("New", "Active", RESOLVED, "Closed", "Awaiting Problem", "Awaiting Vendor", "Awaiting Evidence")
INCIDENTS = {
    "columns": {
        "case": "number",
        "activity": "incident_state",
        "time": {"column": "sys_updated_at", "format": "%d-%m-%Y %H:%M", "zone": "UTC"},
        "unit": "assignment_group",
        "person": "assigned_to",
    },
    "missing": "?",
    "facts": {"service": "fixed_broadband"},
    "events": [
        {"kind": "fault.reported", "first": True},
        {"kind": "customer.deferred", "activity": WAITING},
        {"kind": "customer.returned", "activity": list(OTHERS)},
        {"kind": "fault.restored", "activity": RESOLVED, "last": True},
    ],
}


def incidents(log: Path) -> Iterator[list[Entry]]:
    """The entries of each incident, straight from the file."""
    by_case: dict[str, list[tuple[datetime, str]]] = {}
    with log.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = datetime.strptime(row["sys_updated_at"], "%d-%m-%Y %H:%M").replace(tzinfo=UTC)
            by_case.setdefault(row["number"], []).append((at, row["incident_state"]))
    for rows in by_case.values():
        rows.sort(key=lambda row: row[0])
        resolved = [at for at, state in rows if state == RESOLVED]
        entries = {("fault.reported", rows[0][0]), *(("fault.restored", at) for at in resolved[-1:])}
        entries |= {("customer.deferred", at) for at, state in rows if state == WAITING}
        entries |= {("customer.returned", at) for at, state in rows if state in OTHERS}
        yield [Entry(kind, at) for kind, at in entries]


def test_incidents_with_pauses_judged_by_a_shipped_pack(real_data: Path, tmp_path: Path) -> None:
    log = real_data / "eventlogs/incident_event_log_sample.csv"
    pack = promises.load(promises.find("guangzhou-pledges"))
    audit_map = AuditMap.model_validate(INCIDENTS | {"promises": "repair"})
    figures = run([log], pack, audit_map, tmp_path / "out")
    assert (figures.reading.rows, figures.reading.cases) == (5_998, 890)
    assert figures.reading.events + figures.reading.refused == 5_998
    (repair,) = figures.promises
    (promise,) = pack.by_code["repair"]
    until = moment(figures.judged_at)
    judged = [
        row
        for entries in incidents(log)
        for row in judge(promise, pack, entries, {"service": "fixed_broadband"}, until)
    ]
    outcomes = Counter(row.state.value for row in judged)
    assert (repair.kept, repair.broken, repair.open, repair.overdue) == tuple(
        outcomes[state] for state in ("kept", "broken", "open", "overdue")
    )
    closed = [row.elapsed for row in judged if row.closed_at is not None]
    assert (repair.elapsed.count, repair.elapsed.total_us) == (
        len(closed),
        sum(closed, timedelta()) // timedelta(microseconds=1),
    )
