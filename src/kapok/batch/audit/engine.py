"""The audit on this machine: read once, judge in threads, go by way of the disk when the log is larger than the memory.

numpy leaves the interpreter's lock while it works on a column, so plain threads use all processors. What each thread holds at a
time are the columns of one bucket of `BUCKET_EVENTS`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

import pyarrow as pa

from kapok.batch.audit import events, intake
from kapok.batch.audit.columns import Log
from kapok.batch.audit.intake.source import found
from kapok.batch.audit.judgement import judged
from kapok.batch.audit.partial import Partial
from kapok.batch.audit.plan import Plan
from kapok.batch.audit.progress import JUDGING, READING, Listener, Progress
from kapok.batch.audit.refused import RefusedRows
from kapok.batch.audit.request import Read, Request, Span
from kapok.batch.audit.spill import Spill

HELD_EVENTS = 16_000_000  # so many events are held in memory at a time; about 2 GB
BUCKET_EVENTS = 500_000  # so many are judged at a time in one thread

Advance = Callable[[int], None]


def audit(request: Request, refused: RefusedRows, progress: Listener) -> tuple[Partial | None, Read]:
    """Read the logs of `request` and judge them; None when there is no event. Raises what the intake raises."""
    source = intake.open_logs(request.paths, request.map, refused, _Reading(progress))
    with Spill(request.draft) as spill, ThreadPoolExecutor(os.cpu_count()) as threads:
        held, span = _gathered(source.batches(), spill)
        if span is None:
            return None, Read(source.rows_read, Span(0, 0))
        plan = request.plan(span, [str(file) for file in found(request.paths)])
        advance = _Judging(progress, source.rows_read - source.rows_refused)
        whole = Partial()
        for table in _tables(held, spill):
            whole += judged_table(table, plan, threads, advance)
        return whole, Read(source.rows_read, span)


def judged_table(table: pa.Table, plan: Plan, threads: Executor, advance: Advance) -> Partial:
    """The whole cases of a table in the columns of `events`, judged. This is the one kernel that every engine runs.

    `advance` hears of every number of events that have been judged.
    """
    log = Log.of(table, threads)
    whole = Partial()
    for part in threads.map(lambda span: judged(log, span, plan), log.spans(BUCKET_EVENTS)):
        advance(part.events)
        whole += part
    return whole


def _gathered(batches: Iterable[pa.RecordBatch], spill: Spill) -> tuple[list[pa.RecordBatch], Span | None]:
    """The batches that are held in memory when all have been read, and their span; what was too much is in the spill."""
    held: list[pa.RecordBatch] = []
    rows, span = 0, None
    for batch in batches:
        at = batch.column(events.AT).to_numpy()
        first_at, last_at = int(at.min()), int(at.max())
        span = Span(min(first_at, span.first_at), max(last_at, span.last_at)) if span else Span(first_at, last_at)
        held.append(batch)
        rows += batch.num_rows
        if rows >= (HELD_EVENTS // 4 if len(spill) else HELD_EVENTS):
            spill.add(pa.Table.from_batches(held))
            held, rows = [], 0
    return held, span


def _tables(held: list[pa.RecordBatch], spill: Spill) -> Iterator[pa.Table]:
    """Tables of whole cases: all at once, or bucket by bucket."""
    if not len(spill):
        yield pa.Table.from_batches(held)
        return
    if held:
        spill.add(pa.Table.from_batches(held))
        held.clear()
    yield from spill.tables()


class _Reading:
    """Tells how far the intake has come."""

    def __init__(self, progress: Listener) -> None:
        self._progress = progress

    def __call__(self, step: intake.Progress) -> None:
        total = round(step.rows / step.share) if step.share else None
        self._progress(Progress(READING, step.rows, total))


class _Judging:
    """Tells how many events have been judged."""

    def __init__(self, progress: Listener, total: int) -> None:
        self._progress, self._total = progress, total
        self._done = 0

    def __call__(self, events_: int) -> None:
        self._done += events_
        self._progress(Progress(JUDGING, self._done, self._total))
