"""The audit on this machine: read once, judge in threads, go by way of the disk when the log is larger than the memory.

numpy leaves the interpreter's lock while it works on a column, so plain threads use all processors. What each thread holds at a
time are the columns of one bucket of `BUCKET_EVENTS`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path

import pyarrow as pa

from kapok.batch.audit import events
from kapok.batch.audit.columns import Log
from kapok.batch.audit.judgement import judged
from kapok.batch.audit.partial import Partial
from kapok.batch.audit.plan import Plan
from kapok.batch.audit.spill import Spill

HELD_EVENTS = 24_000_000  # so many events are held in memory at a time; about 1.5 GB
BUCKET_EVENTS = 500_000  # so many are judged at a time in one thread

Advance = Callable[[int], None]


@dataclass(frozen=True)
class Span:
    """When a log begins and ends, in microseconds since the Unix epoch."""

    first_at: int
    last_at: int


def audit(batches: Iterable[pa.RecordBatch], planned: Callable[[Span], Plan], below: Path, advance: Advance) -> Partial | None:
    """Judge the events of `batches` by the plan that fits their span; None when there are none.

    `below` is the folder in which a log that does not fit into memory is cut into buckets; `advance` hears of every number of
    events that have been judged.
    """
    with Spill(below) as spill, ThreadPoolExecutor(os.cpu_count()) as threads:
        spans: list[Span] = []
        held = _gathered(batches, spill, spans)
        if not spans:
            return None
        plan = planned(Span(min(span.first_at for span in spans), max(span.last_at for span in spans)))
        parts = (judged_table(table, plan, threads, advance) for table in _tables(held, spill))
        return reduce(add, parts)


def judged_table(table: pa.Table, plan: Plan, threads: Executor, advance: Advance) -> Partial:
    """The whole cases of a table in the columns of `events`, judged. This is the one kernel that every engine runs."""
    log = Log.of(table, threads)

    whole = Partial()
    for part in threads.map(lambda span: judged(log, span, plan), log.spans(BUCKET_EVENTS)):
        advance(part.events)
        whole += part
    return whole


def _gathered(batches: Iterable[pa.RecordBatch], spill: Spill, spans: list[Span]) -> list[pa.RecordBatch]:
    """The batches that are held in memory when all have been read; what was too much is in the spill."""
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        at = batch.column(events.AT).to_numpy()
        spans.append(Span(int(at.min()), int(at.max())))
        held.append(batch)
        rows += batch.num_rows
        if rows >= HELD_EVENTS // 4 and (rows >= HELD_EVENTS or len(spill)):
            spill.add(pa.Table.from_batches(held))
            held, rows = [], 0
    return held


def _tables(held: list[pa.RecordBatch], spill: Spill) -> Iterator[pa.Table]:
    if not len(spill):
        yield pa.Table.from_batches(held)
        return
    if held:
        spill.add(pa.Table.from_batches(held))
        held.clear()
    yield from spill.tables()
