"""The scheduler of commitments over a million open clocks, beside plain SQL that does the same.

The floor is a loop over one statement that claims, updates and writes the journal entries wholly inside PostgreSQL, with
the same batches; a second floor makes the entries' identifiers in Python. Rounds take turns on the same rows of the same
database, so that other work on the machine disturbs them alike; processor time is counted for this process and the server.

    PYTHONPATH=src .venv/bin/python bench/scheduler.py [--clocks 10000000] [--storm 100000]

It starts a database of its own in a temporary folder, prints Markdown, and removes the folder.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil
import psycopg

from kapok.host import processes
from kapok.kernel.ids import uuid7
from material.server import server

PACK = Path(__file__).parent / "material" / "scheduler_pack.yaml"
BATCH = 500
ROUNDS = 3
DRAIN = 10_000
RATE, STEADY_SECONDS = 200, 10
TARGET = 0.7

LOAD = """
INSERT INTO commitments_commitment (id, subject, number, pack_id, promise, tier, direction, state, unit, owner, opened_at, due_at,
    first_due_at, elapsed, late_by, pauses, reopened, urges, breach_number, calendar_version, zone, facts, anomalies, warn_at,
    warned, next_fire_at)
SELECT (lpad(to_hex(1770000000000 + i), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid,
    %(series)s || i, 1, %(pack)s, 'repair', 'pledge', 'within', 'open', 'unit' || i %% 60, 'staff/' || i %% 2000, %(opened)s,
    due, due, '0', '0', '[]', 0, 0, 0, '1', 'Asia/Shanghai', '{"service": "fixed_voice"}', '{}', ARRAY[due - interval '6 hours'],
    CASE WHEN %(warn)s THEN 0 ELSE 1 END, CASE WHEN %(warn)s THEN due - interval '6 hours' ELSE due END
FROM (SELECT i, %(first)s::timestamptz + %(span)s * (i - %(low)s)::float8 / %(count)s AS due
      FROM generate_series(%(low)s::bigint, %(low)s::bigint + %(count)s - 1) i) numbered
"""
REARM = """
UPDATE commitments_commitment SET state = 'open', next_fire_at = due_at, fired_through = NULL, breached_at = NULL
WHERE subject LIKE 'drain/%'
"""
CLAIM = """
SELECT id, subject, pack_id, promise, tier, unit, owner, due_at, next_fire_at FROM commitments_commitment
WHERE next_fire_at IS NOT NULL AND next_fire_at <= %s ORDER BY next_fire_at, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
"""
DATA = """
jsonb_build_object('commitment', id, 'pack', 'bench', 'promise', promise, 'tier', tier, 'title',
    '{"zh": "24 小时修复", "en": "Repaired within 24 hours"}'::jsonb, 'due_at', due_at, 'unit', unit, 'owner', owner)
"""
ONE_STATEMENT = f"""
WITH due AS ({CLAIM}),
fired AS (
    UPDATE commitments_commitment AS clock
    SET state = 'overdue', next_fire_at = NULL, fired_through = due.next_fire_at, breached_at = due.due_at
    FROM due WHERE clock.id = due.id RETURNING due.*
)
INSERT INTO journal_entry (id, kind, subject, at, actor, correlation, data)
SELECT (lpad(to_hex((extract(epoch FROM due_at) * 1000)::bigint), 12, '0') || '7' || substr(gen_random_uuid()::text, 16, 3)
        || '8' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 15))::uuid,
    'commitments.breached', subject, next_fire_at, 'system/scheduler', NULL, {DATA}
FROM fired ORDER BY next_fire_at, id
"""
UPDATE = """
UPDATE commitments_commitment SET state = 'overdue', next_fire_at = NULL, fired_through = next_fire_at, breached_at = due_at
WHERE id = ANY(%s)
"""
INSERT = f"""
INSERT INTO journal_entry (id, kind, subject, at, actor, correlation, data)
SELECT entry, 'commitments.breached', subject, due_at, 'system/scheduler', NULL, {DATA}
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
    AS fired (entry, id, subject, promise, tier, unit, owner, due_at)
"""


class Bench:
    """One database with its clocks."""

    def __init__(self, url: str, server: Path) -> None:
        self.url = url
        postmaster = processes.postmaster(server)
        assert postmaster is not None
        self.postmaster = postmaster
        self._seen: dict[int, float] = {}
        self.plain = psycopg.connect(url, autocommit=True, prepare_threshold=0)

    def load(self, series: str, count: int, *, low: int, first: datetime, span: timedelta, warn: bool = False) -> None:
        given = {"series": series, "count": count, "low": low, "first": first, "span": span, "warn": warn}
        self.plain.execute(LOAD, given | {"pack": self.pack, "opened": first - timedelta(days=1)})

    def prepare(self, clocks: int) -> None:
        from django.core.management import call_command  # noqa: PLC0415 - Django must be set up

        from kapok.ground.commitments import api  # noqa: PLC0415

        call_command("migrate", interactive=False, verbosity=0)
        long_ago = datetime(2026, 1, 1, tzinfo=UTC)
        self.pack = api.adopt_pack(document=PACK.read_text(encoding="utf-8"), actor="staff/bench", at=long_ago)
        started, now = time.perf_counter(), datetime.now(UTC)
        self.load("open/", clocks, low=1, first=now + timedelta(hours=12), span=timedelta(days=30), warn=True)
        self.load("drain/", DRAIN, low=clocks + 1, first=long_ago, span=timedelta(days=1))
        self.tidy()
        size = self.plain.execute("SELECT pg_total_relation_size('commitments_commitment')").fetchone()
        assert size
        print(
            f"{clocks:,} open clocks laid in {time.perf_counter() - started:.0f} s, {size[0] / 2**30:.2f} GB.\n",
            flush=True,
        )

    def tidy(self) -> None:
        self.plain.execute("VACUUM ANALYZE commitments_commitment")

    def server_seconds(self) -> float:
        """Processor time of the server so far, as seen by those who call this often enough: of the ended what was seen last."""
        for process in [self.postmaster, *self.postmaster.children(recursive=True)]:
            try:
                spent = process.cpu_times()
                self._seen[process.pid] = spent.user + spent.system
            except psutil.NoSuchProcess:
                continue
        return sum(self._seen.values())


def by_kapok(_: Bench) -> int:
    from kapok.ground.commitments import scheduler  # noqa: PLC0415

    return scheduler.fire(at=datetime.now(UTC), limit=BATCH).clocks


def by_one_statement(bench: Bench) -> int:
    return bench.plain.execute(ONE_STATEMENT, [datetime.now(UTC), BATCH]).rowcount


def by_hand(bench: Bench) -> int:
    with bench.plain.transaction():
        rows = bench.plain.execute(CLAIM, [datetime.now(UTC), BATCH]).fetchall()
        if rows:
            ids, subjects, _, promises, tiers, units, owners, dues, _ = (
                list(column) for column in zip(*rows, strict=True)
            )
            bench.plain.execute(UPDATE, [ids])
            entries = [uuid7(due) for due in dues]
            bench.plain.execute(INSERT, [entries, ids, subjects, promises, tiers, units, owners, dues])
    return len(rows)


WAYS: dict[str, Callable[[Bench], int]] = {
    "Kapok: `scheduler.fire`": by_kapok,
    "plain SQL, identifiers in Python": by_hand,
    "plain SQL, one statement": by_one_statement,
}


def drain(bench: Bench) -> None:
    """Each way fires the same clocks, in turns."""
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    for turn in range(ROUNDS + 1):
        for name, way in WAYS.items():
            bench.plain.execute(REARM)
            bench.tidy()
            wall, own, server = time.perf_counter(), time.process_time(), bench.server_seconds()
            done = 0
            while fired := way(bench):
                done += fired
            spent = (time.perf_counter() - wall, time.process_time() - own + bench.server_seconds() - server)
            assert done == DRAIN, (name, done)
            if turn:  # the first turn warms up
                figures[name].append(spent)
    print(
        f"| {DRAIN:,} due clocks, batches of {BATCH} | firings/s | firings/CPU-s | rounds, s |\n| --- | ---: | ---: | --- |"
    )
    middle = {
        name: [statistics.median(column) for column in zip(*spent, strict=True)] for name, spent in figures.items()
    }
    for name, (wall, cpu) in middle.items():
        rounds = " · ".join(f"{spent[0]:.2f}" for spent in figures[name])
        print(f"| {name} | {DRAIN / wall:,.0f} | {DRAIN / cpu:,.0f} | {rounds} |")
    ours, *floors = middle.values()
    for name, floor in zip(list(WAYS)[1:], floors, strict=True):
        print(
            f"\nRate against {name}: {floor[0] / ours[0]:.2f} by the clock, {floor[1] / ours[1]:.2f} by processor time."
        )
    fastest = min(floor[1] for floor in floors)
    reached = fastest / ours[1]
    print(
        f"\nOf the faster floor {reached:.2f} by processor time (goal {TARGET}: {'met' if reached >= TARGET else 'missed'})."
    )
    print(flush=True)


def idle(bench: Bench) -> None:
    """What a poll costs while nothing is due, and a keeper that has nothing to do."""
    from django.db import connection  # noqa: PLC0415

    from kapok.config.scheduling import scheduler_loop  # noqa: PLC0415
    from kapok.ground.commitments import scheduler  # noqa: PLC0415

    asks: dict[str, Callable[[], object]] = {
        "`next_moment()`": scheduler.next_moment,
        "`fire()` with nothing due": lambda: scheduler.fire(at=datetime.now(UTC)),
    }
    for name, ask in asks.items():
        took = sorted(_timed(ask) for _ in range(500))
        print(f"Idle {name}: p50 {took[250] * 1e3:.2f} ms, p99 {took[495] * 1e3:.2f} ms.")
    connection.close()
    own, server = time.process_time(), bench.server_seconds()
    with _loop(scheduler_loop):
        time.sleep(STEADY_SECONDS)
        spent = time.process_time() - own, bench.server_seconds() - server
    print(
        f"An idle keeper: {spent[0] / STEADY_SECONDS:.2%} of a core, the server {spent[1] / STEADY_SECONDS:.2%}.\n",
        flush=True,
    )


def steady(bench: Bench, low: int) -> None:
    """Clocks that fall due at a steady rate: how late each is once its entry is committed."""
    count = RATE * STEADY_SECONDS
    late = _late_of(bench, "steady/", count, low=low, span=timedelta(seconds=STEADY_SECONDS))
    print(
        f"{RATE} clocks falling due a second: p50 {late[count // 2] * 1e3:.1f} ms late, "
        f"p99 {late[count * 99 // 100] * 1e3:.1f} ms, the last {late[-1] * 1e3:.1f} ms.\n"
    )


def storm(bench: Bench, low: int, count: int) -> None:
    """So many clocks due within one second."""
    late = _late_of(bench, "storm/", count, low=low, span=timedelta(seconds=1))
    print(
        f"{count:,} clocks due within one second: half fired {late[count // 2]:.1f} s late, the last {late[-1]:.1f} s."
    )


def _late_of(bench: Bench, series: str, count: int, *, low: int, span: timedelta) -> list[float]:
    """Seconds by which each of `count` clocks was late, sorted; a keeper's loop fires them."""
    from kapok.config.scheduling import scheduler_loop  # noqa: PLC0415
    from kapok.ground.commitments import scheduler  # noqa: PLC0415

    late: list[float] = []
    real = scheduler.fire

    def watched(**given: Any) -> scheduler.Fired:
        fired = real(**given)
        done = datetime.now(UTC)
        late.extend((done - moment).total_seconds() for moment in fired.moments)
        return fired

    bench.load(series, count, low=low, first=datetime.now(UTC) + timedelta(hours=1), span=span)
    bench.tidy()
    shift = "UPDATE commitments_commitment SET due_at = due_at + %(by)s, next_fire_at = due_at + %(by)s"
    first = bench.plain.execute(
        "SELECT min(due_at) FROM commitments_commitment WHERE subject LIKE %s", [f"{series}%"]
    ).fetchone()
    assert first
    lead = timedelta(seconds=2 + count / 5_000)  # so long the shift may take
    bench.plain.execute(
        f"{shift} WHERE subject LIKE %(whose)s", {"by": datetime.now(UTC) + lead - first[0], "whose": f"{series}%"}
    )
    bench.plain.execute("ANALYZE commitments_commitment")
    scheduler.fire = watched
    try:
        with _loop(scheduler_loop):
            while len(late) < count:
                time.sleep(0.2)
    finally:
        scheduler.fire = real
    return sorted(late)


class _loop:  # noqa: N801 - used as a statement
    def __init__(self, loop: Callable[[Event], None]) -> None:
        self.stop = Event()
        self.thread = Thread(target=loop, args=(self.stop,))

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()


def _timed(ask: Callable[[], object]) -> float:
    started = time.perf_counter()
    ask()
    return time.perf_counter() - started


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--clocks", type=int, default=1_000_000)
    options.add_argument("--storm", type=int, default=100_000)
    given = options.parse_args()
    with server() as served:
        bench = Bench(served.url, served.home.database)
        bench.prepare(given.clocks)
        load = " ".join(f"{each:.1f}" for each in os.getloadavg())
        print(f"{os.cpu_count()} cores, load of the machine {load}.\n", flush=True)
        drain(bench)
        idle(bench)
        low = given.clocks + DRAIN + 1
        steady(bench, low)
        storm(bench, low + RATE * STEADY_SECONDS, given.storm)
        bench.plain.close()


if __name__ == "__main__":
    main()
