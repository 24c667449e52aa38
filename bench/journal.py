"""How fast the journal is read: time lines, delivery beside reading the same rows alone, and sealing.

`PYTHONPATH=src .venv/bin/python bench/journal.py --entries 1000000` starts a server of its own in a folder that is gone afterwards.
The entries are made by one statement, over twelve months. Of the ten entries of a matter six are its own and two its work item's,
found by the work that they belong to; two are those of the item's clocks, found by its name. A time line is read as the page of a
matter reads it, and it is printed by which scans, and how many blocks they touch. With `--time-lines` only time lines are read, for
a journal so large that delivering and sealing all of it would take hours; with `--folder F` the server stays in F, filled, for the
next run.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from material.server import server

EACH = 10
"""So many entries belong to a matter."""
AT = datetime(2026, 12, 1, tzinfo=UTC)
ENTRIES = """
INSERT INTO journal_entry (id, kind, subject, at, actor, correlation, data, transaction)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 19))::uuid,
    'fault.reported', CASE WHEN turn < 6 THEN 'fault/' || matter ELSE 'work/' || md5('work' || matter)::uuid END, at, 'staff/10001',
    CASE WHEN turn < 8 THEN md5(matter::text)::uuid END,
    '{"facts": {"service": "broadband", "area": "urban"}, "note": "", "unit": "hotline"}', now.transaction
FROM (SELECT n, (n * 7919::bigint) %% %s::bigint AS matter, (n - 1) / %s::bigint %% 10 AS turn,
          timestamptz '2026-01-01 00:00Z' + interval '334 days' * (n / %s::float8) AS at
      FROM generate_series(%s::bigint, %s::bigint) AS n) AS made,
    (SELECT journal_transaction() AS transaction) AS now
"""
INDEXES = ("journal_entry_timeline", "journal_entry_correlation", "journal_entry_order")
"""Laid after the rows, as one would for so many: PostgreSQL sorts them instead of placing each."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--delivered", type=int, default=50_000, help="how many are delivered for the rate")
    parser.add_argument("--time-lines", action="store_true", help="read time lines only")
    parser.add_argument("--folder", help="keep the server and its entries there, and find them there again")
    chosen = parser.parse_args()
    matters = chosen.entries // EACH
    with server(kept=Path(chosen.folder) if chosen.folder else None) as served:
        if not served.filled:
            fill(chosen.entries, matters)
            served.is_filled()
        read_time_lines(matters)
        if not chosen.time_lines:
            measure(chosen.entries, min(chosen.delivered, chosen.entries))


def fill(entries: int, matters: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    from kapok.ground.journal import upkeep

    call_command("migrate", verbosity=0, interactive=False)
    upkeep.make_partitions(first=date(2026, 1, 1), last=date(2026, 12, 1))

    def insert() -> None:
        step = 250_000
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = ANY(%s)", [list(INDEXES)])
            laid = [definition for (definition,) in cursor.fetchall()]
            cursor.execute(f"DROP INDEX {', '.join(INDEXES)}")
            for first in range(1, entries + 1, step):
                cursor.execute(ENTRIES, [matters, matters, entries, first, min(first + step - 1, entries)])
            cursor.execute("SET maintenance_work_mem = '1GB'")
            for definition in laid:
                cursor.execute(definition.replace(" ON ONLY ", " ON "))

    say("recorded, set-based, with all indexes", entries, timed(insert))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE journal_entry")
        cursor.execute("SELECT pg_size_pretty(sum(pg_total_relation_size(inhrelid))) FROM pg_inherits"
                       " WHERE inhparent = 'journal_entry'::regclass")  # fmt: skip
        print(f"size with indexes: {cursor.fetchone()[0]}")


def read_time_lines(matters: int) -> None:
    """Matters drawn at random, others in each run, so that hardly any page of them has been read before."""
    drawn = random.Random()
    spans = sorted(timed(lambda: time_line(drawn.randrange(matters))) * 1000 for _ in range(500))
    print(f"time line of a matter: p50 {statistics.median(spans):.2f} ms, p99 {spans[int(len(spans) * 0.99)]:.2f} ms")
    scans, blocks = planned(lambda: time_line(drawn.randrange(matters)))
    print(
        f"read of it: {', '.join(f'{scan} x {count}' for scan, count in sorted(scans.items()))}; {blocks} blocks of 8 kB"
    )


def time_line(matter: int) -> list[Any]:
    """As the page of a matter reads it."""
    from kapok.edges.console.matters.views import PAGE
    from kapok.ground.journal import queries

    subject, part = f"fault/{matter}", f"work/{digest(f'work{matter}')}"
    work = queries.correlation_of(subject)
    lines = queries.timeline(subject, correlation=work, parts=[part], limit=PAGE + 1)
    if work != digest(str(matter)) or len(lines) != EACH:
        raise RuntimeError(f"{subject} is not read whole")
    return lines


def digest(words: str) -> UUID:
    return UUID(hashlib.md5(words.encode(), usedforsecurity=False).hexdigest())


def planned(work: Callable[[], object]) -> tuple[Counter[str], int]:
    """How PostgreSQL reads what is asked for meanwhile: its scans, and how many blocks it touches."""
    from django.db import connection

    asked: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        asked.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        work()
    scans, blocks = Counter[str](), 0
    with connection.cursor() as cursor:
        for sql, values in asked:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", values)
            plan = cursor.fetchone()[0][0]["Plan"]
            blocks += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
            scans.update(node["Node Type"] for node in nodes(plan) if "Scan" in node["Node Type"])
    return scans, blocks


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def measure(entries: int, delivered: int) -> None:
    from kapok.ground.journal import seals

    plain = timed(lambda: read_plainly(delivered))
    say("read alone", delivered, plain)
    given = timed(lambda: deliver(delivered))
    say("delivered, an empty handler", delivered, given)
    print(f"delivery takes {given / plain:.1f} times as long as reading alone")
    say("sealed", entries, timed(lambda: exhaust(lambda: seals.seal(at=AT))))
    say("verified", entries, timed(lambda: print(seals.verify())))


def read_plainly(count: int) -> None:
    """The same pages of 100 in the same order as entries, without keeping its place and without savepoints."""
    from kapok.ground.journal.models import Entry
    from kapok.ground.journal.queries import line

    place, read = (-1, 0), 0
    while read < count:
        page = list(
            Entry.objects.raw(
                "SELECT * FROM journal_read(%s, %s, 100)",
                place,
            )
        )
        for entry in page:
            line(entry)
        place, read = (page[-1].transaction, page[-1].position), read + len(page)


def deliver(count: int) -> None:
    from kapok.ground.journal import api as journal

    subscription, passed = journal.Subscription("bench", lambda _line: None), 0
    while passed < count:
        passed += journal.deliver(subscription, at=AT, limit=100)


def exhaust(step: Callable[[], int]) -> None:
    while step():
        pass


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def say(what: str, count: int, seconds: float) -> None:
    print(f"{what}: {count:,} in {seconds:.1f} s, {count / seconds:,.0f} a second", flush=True)


if __name__ == "__main__":
    main()
