"""How fast the journal is read: time lines, delivery beside reading the same rows alone, and sealing.

`PYTHONPATH=src .venv/bin/python bench/journal.py --entries 1000000 [--subjects 100000]` starts a server of its own in a folder
that is gone afterwards. The entries are made by one statement, over twelve months. With `--time-lines` only time lines are read,
for a journal so large that delivering and sealing all of it would take hours; with `--folder F` the server stays in F, filled, for
the next run.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from material.server import server

AT = datetime(2026, 12, 1, tzinfo=UTC)
ENTRIES = """
INSERT INTO journal_entry (id, kind, subject, at, actor, data, transaction)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 19))::uuid,
    'fault.reported', 'fault/' || (n * 7919::bigint) %% %s::bigint, at, 'staff/10001',
    '{"facts": {"service": "broadband", "area": "urban"}, "note": "", "unit": "hotline"}', now.transaction
FROM (SELECT n, timestamptz '2026-01-01 00:00Z' + interval '334 days' * (n / %s::float8) AS at
      FROM generate_series(%s::bigint, %s::bigint) AS n) AS made,
    (SELECT journal_transaction() AS transaction) AS now
"""
INDEXES = ("journal_entry_timeline", "journal_entry_order")
"""Laid after the rows, as one would for so many: PostgreSQL sorts them instead of placing each."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--subjects", type=int, default=0, help="default: one for ten entries")
    parser.add_argument("--delivered", type=int, default=50_000, help="how many are delivered for the rate")
    parser.add_argument("--time-lines", action="store_true", help="read time lines only")
    parser.add_argument("--folder", help="keep the server and its entries there, and find them there again")
    chosen = parser.parse_args()
    subjects = chosen.subjects or chosen.entries // 10
    with server(kept=Path(chosen.folder) if chosen.folder else None) as served:
        if not served.filled:
            fill(chosen.entries, subjects)
            served.is_filled()
        read_time_lines(subjects)
        if not chosen.time_lines:
            measure(chosen.entries, min(chosen.delivered, chosen.entries))


def fill(entries: int, subjects: int) -> None:
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
                cursor.execute(ENTRIES, [subjects, entries, first, min(first + step - 1, entries)])
            cursor.execute("SET maintenance_work_mem = '1GB'")
            for definition in laid:
                cursor.execute(definition.replace(" ON ONLY ", " ON "))

    say("recorded, set-based, with all indexes", entries, timed(insert))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE journal_entry")
        cursor.execute("SELECT pg_size_pretty(sum(pg_total_relation_size(inhrelid))) FROM pg_inherits"
                       " WHERE inhparent = 'journal_entry'::regclass")  # fmt: skip
        print(f"size with indexes: {cursor.fetchone()[0]}")


def read_time_lines(subjects: int) -> None:
    """Subjects drawn at random, others in each run, so that hardly any page of them has been read before."""
    from kapok.ground.journal.queries import timeline

    drawn = random.Random()
    spans = sorted(timed(lambda: timeline(f"fault/{drawn.randrange(subjects)}")) * 1000 for _ in range(500))
    print(f"time line of a subject: p50 {statistics.median(spans):.2f} ms, p99 {spans[int(len(spans) * 0.99)]:.2f} ms")


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
