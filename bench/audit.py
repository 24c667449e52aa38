"""The audit beside its floor and its peer: a log of 1 and of 10 million events, read, judged and reported.

The floor is what DuckDB takes to read the same Parquet and group it by case, in two forms: the case and the time alone, and all
seven columns that the audit reads. The peer is pm4py's performance directly-follows graph, on a log that it can bear; it runs in
a process of its own and is never imported by Kapok. Run as `bench/clock.py` says; figures are printed as Markdown.

Every measurement is a fresh process that first does its work once on a small log, so that imports are not counted. Rounds of the
floor and of Kapok alternate, and the ratio is that of the medians: other work on the machine then disturbs both alike.
"""

from __future__ import annotations

import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

MATERIAL = Path(__file__).parent / "material"
SIZES = (1_000_000, 10_000_000)
PEER_SIZE = 1_000_000
WARM_UP = 2_000
ROUNDS = 3
TARGET = 6
FLOORS = ("wide", "narrow")

NARROW = 'select ticket, count(*) n, min("at") first_at, max("at") last_at'
WIDE = NARROW + "".join(f", any_value({name})" for name in ("activity", "unit", "person", "service", "area"))


def group(select: str) -> Callable[[Path, Path], None]:
    """DuckDB reads and groups by case; the result stays in its memory."""

    def run(log: Path, _: Path) -> None:
        with duckdb.connect() as connection:
            connection.execute(f"create temp table grouped as {select} from '{log}' group by ticket")

    return run


def audit(log: Path, out: Path) -> None:
    """Kapok reads, judges three promises, counts baton and chain in a working calendar, writes HTML, CSV and JSON."""
    from kapok.batch.audit import map as maps  # noqa: PLC0415 - the peers run without it
    from kapok.batch.audit.run import run  # noqa: PLC0415
    from kapok.kernel import promises  # noqa: PLC0415

    pack, audit_map = promises.load(MATERIAL / "audit_pack.yaml"), maps.load(MATERIAL / "audit_map.yaml")
    run([log], pack, audit_map, out / "report")


def peer(*, working_hours: bool) -> Callable[[Path, Path], None]:
    """pm4py reads the log and draws up its performance directly-follows graph, round the clock or in office hours."""

    def run(log: Path, _: Path) -> None:
        import pandas  # noqa: PLC0415 - Kapok runs without it
        import pm4py  # noqa: PLC0415

        frame = pandas.read_parquet(log)
        frame = pm4py.format_dataframe(frame, case_id="ticket", activity_key="activity", timestamp_key="at")
        pm4py.discover_performance_dfg(frame, business_hours=working_hours, business_hour_slots=OFFICE)

    return run


DAY = 86_400  # seconds
OFFICE = [
    (day * DAY + opens, day * DAY + closes)
    for day in range(5)
    for opens, closes in ((30_600, 43_200), (50_400, 64_800))
]

WORK = {
    "narrow": group(NARROW),
    "wide": group(WIDE),
    "kapok": audit,
    "pm4py": peer(working_hours=False),
    "pm4py, office": peer(working_hours=True),
}


def made(events: int, folder: Path) -> Path:
    """A log of so many events, made in a process of its own: a child's memory is counted from that of its parent."""
    path = folder / f"{events}.parquet"
    subprocess.run(
        [sys.executable, str(MATERIAL / "event_log.py"), str(events), str(path)], check=True, capture_output=True
    )
    return path


def measured(what: str, log: Path, warm_up: Path) -> dict[str, float]:
    """One measurement in a process of its own: wall and processor seconds, and the most memory in GB."""
    with tempfile.TemporaryDirectory(dir=log.parent) as out:
        command = [sys.executable, __file__, what, str(log), str(warm_up), out]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def child(what: str, log: Path, warm_up: Path, out: Path) -> None:
    """Do the work twice, on the small log and on the large one, and print what the second took."""
    WORK[what](warm_up, out)
    wall, cpu = time.perf_counter(), time.process_time()
    WORK[what](log, out)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "memory": memory}))


def rounds(log: Path, warm_up: Path) -> dict[str, dict[str, float]]:
    """The medians of several rounds, in which all kinds of work take turns."""
    found = [{what: measured(what, log, warm_up) for what in ("narrow", "wide", "kapok")} for _ in range(ROUNDS)]
    return {
        what: {key: statistics.median(one[what][key] for one in found) for key in found[0][what]} for what in found[0]
    }


def main() -> None:
    print(f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, {platform.machine()}\n")
    print("| events | work | wall s | CPU s | memory GB | wall / floors | CPU / floors |")
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        warm_up = made(WARM_UP, Path(folder))
        for events in SIZES:
            table(events, rounds(made(events, Path(folder)), warm_up))
        log = made(PEER_SIZE, Path(folder))
        for what in ("kapok", "pm4py", "pm4py, office"):
            row(PEER_SIZE, what, measured(what, log, warm_up), [])


def table(events: int, found: dict[str, dict[str, float]]) -> None:
    for what, figures in found.items():
        row(events, what, figures, [found[floor] for floor in FLOORS] if what == "kapok" else [])
    for floor in FLOORS:
        ratio = found["kapok"]["wall"] / found[floor]["wall"]
        print(f"\n{events:,} events: {ratio:.1f} times '{LABELS[floor]}' (at most {TARGET}: {ratio <= TARGET})")
    print()


def row(events: int, what: str, figures: dict[str, float], floors: list[dict[str, float]]) -> None:
    ratios = [" · ".join(f"{figures[key] / floor[key]:.1f}" for floor in floors) for key in ("wall", "cpu")]
    cells = [f"{events:,}", LABELS[what], *(f"{figures[key]:.2f}" for key in ("wall", "cpu", "memory")), *ratios]
    print(f"| {' | '.join(cells)} |", flush=True)


LABELS = {
    "narrow": "DuckDB: group case and time",
    "wide": "DuckDB: group all seven columns",
    "kapok": "`kapok audit`: read, judge, report",
    "pm4py": "pm4py: performance directly-follows graph, round the clock",
    "pm4py, office": "pm4py: the same in office hours, as Kapok counts it",
}

if __name__ == "__main__":
    if len(sys.argv) == 5:
        child(sys.argv[1], *(Path(word) for word in sys.argv[2:]))
    else:
        main()
