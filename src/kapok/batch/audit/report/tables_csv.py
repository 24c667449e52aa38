"""The CSV files beside the report: plain English columns, exact values, UTF-8 with a byte-order mark so that Excel opens Chinese.

Times are ISO 8601 with their offset, durations are seconds, amounts are major units. Text that a spreadsheet would take for a
formula is preceded by an apostrophe.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa

from kapok.batch.audit.cells import harmless
from kapok.batch.audit.figures import Breach, Chain, Figures, Holder, PromiseFigures, Total
from kapok.batch.audit.report.format import amount, iso_time, mean, seconds, zone_of
from kapok.batch.audit.report.summary import Counts

Rows = Iterable[Sequence[Any]]

PROMISES = (
    "promise",
    "title_zh",
    "title_en",
    "tier",
    "instrument_zh",
    "instrument_en",
    "clause",
    "evidence",
    "verified",
    "allowance_zh",
    "allowance_en",
    "opened",
    "kept",
    "broken",
    "open",
    "overdue",
    "void",
    "within_target",
    "closed",
    "mean_seconds",
    "p50_seconds",
    "p80_seconds",
    "p95_seconds",
    "p99_seconds",
    "max_seconds",
    "within_percent",
    "kept_percent",
    "owed",
    "unpriced",
    "currency",
)
POPULATION = ("promise", "rule_zh", "rule_en", "period", "measured", "limit", "verdict", "cases")
BREACHES = (
    "case",
    "promise",
    "clause",
    "opened_at",
    "due_at",
    "closed_at",
    "late_seconds",
    "unit",
    "person",
    "service",
    "owed",
    "currency",
    "reckoning_zh",
    "reckoning_en",
)
BATON = ("kind", "unit", "person", "cases", "held_seconds", "received", "passed_on", "held_when_broken")
CHAIN = ("kind", "source", "target", "count", "total_seconds", "mean_seconds", "max_seconds", "starts", "ends")
TOTALS = ("kind", "key", "opened", "broken", "owed", "currency")


class PartialFile:
    """A file that appears under its name only when it is whole: written beside, then moved; removed when writing fails."""

    def __init__(self, path: Path) -> None:
        self.path, self._part = path, path.with_name(path.name + ".part")

    def __enter__(self) -> Path:
        return self._part

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._part.replace(self.path)
        else:
            self._part.unlink(missing_ok=True)


class BreachWriter:
    """`breaches.csv`, row by row, in the order of the calls; the file appears when the `with` block ends well.

    >>> with BreachWriter(out / "breaches.csv", zone="Asia/Shanghai") as breaches:
    ...     breaches.write(bucket_of_breaches)
    """

    def __init__(self, path: Path, zone: str = "UTC") -> None:
        self.path, self._zone, self._file = path, zone_of(zone), PartialFile(path)

    def __enter__(self) -> BreachWriter:
        self._stream = self._file.__enter__().open("w", encoding="utf-8-sig", errors="replace", newline="")
        self._writer = csv.writer(self._stream)
        self._writer.writerow(BREACHES)
        return self

    def write(self, breaches: Iterable[Breach]) -> None:
        """Append these breaches."""
        self._writer.writerows(self._row(breach) for breach in breaches)

    def _row(self, breach: Breach) -> Sequence[Any]:
        return (
            harmless(breach.case),
            harmless(breach.promise),
            harmless(breach.clause),
            iso_time(breach.opened_at, self._zone),
            iso_time(breach.due_at, self._zone),
            iso_time(breach.closed_at, self._zone),
            seconds(breach.late_us),
            harmless(breach.unit),
            harmless(breach.person),
            harmless(breach.service),
            amount(breach.owed_minor, breach.currency),
            breach.currency,
            harmless(breach.reckoning["zh"]),
            harmless(breach.reckoning["en"]),
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        self._file.__exit__(kind, error, trace)


def write_table(path: Path, header: Sequence[str], rows: Rows) -> Path:
    """Write one file; texts are made harmless, numbers and None stay."""
    with PartialFile(path) as part, part.open("w", encoding="utf-8-sig", errors="replace", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return path


def write_tables(figures: Figures, out: Path) -> list[Path]:
    """All CSV files that come from the figures alone."""
    return [
        write_table(out / "promises.csv", PROMISES, (_promise(promise) for promise in figures.promises)),
        write_table(out / "population.csv", POPULATION, _population(figures)),
        write_table(out / "baton.csv", BATON, _baton(figures)),
        write_table(out / "chain.csv", CHAIN, _chain(figures.chain)),
        write_table(out / "totals.csv", TOTALS, _totals(figures)),
    ]


def write_commitments(path: Path, commitments: pa.Table) -> Path:
    """One row per commitment with the columns of the engine's table, a batch at a time."""
    rows = (row for batch in commitments.to_batches(max_chunksize=65536) for row in zip(*_cells(batch), strict=True))
    return write_table(path, commitments.column_names, rows)


def _cells(batch: pa.RecordBatch) -> list[list[Any]]:
    return [column.to_pylist() for column in batch.columns]


def _promise(promise: PromiseFigures) -> Sequence[Any]:
    counts, elapsed = Counts.of(promise), promise.elapsed
    within, percent = _percent(counts.kept, elapsed.count), _percent(counts.kept, counts.decided)
    times = (elapsed.p50_us, elapsed.p80_us, elapsed.p95_us, elapsed.p99_us, elapsed.max_us)
    return (
        *(promise.code, promise.title["zh"], promise.title["en"], promise.tier),
        *(promise.instrument["zh"], promise.instrument["en"], promise.clause, promise.evidence, promise.verified),
        *(promise.allowance["zh"], promise.allowance["en"]),
        *(counts.opened, counts.kept, counts.broken, counts.open, counts.overdue, counts.void, promise.within_target),
        *(elapsed.count, seconds(mean(elapsed.total_us, elapsed.count)), *map(seconds, times), within, percent),
        *(amount(promise.owed_minor, promise.currency), promise.unpriced, promise.currency),
    )


def _percent(part: int, whole: int) -> str | None:
    return f"{100 * part / whole:.4f}" if whole else None


def _population(figures: Figures) -> Rows:
    words = {True: "held", False: "not held", None: "too few cases"}
    for promise in figures.promises:
        for verdict in promise.population:
            rule = (promise.code, verdict.rule["zh"], verdict.rule["en"], verdict.period)
            yield (*rule, verdict.measured, verdict.limit, words[verdict.held], verdict.cases)


def _baton(figures: Figures) -> Rows:
    yield from _holders("unit", figures.baton.by_unit)
    yield from _holders("person", figures.baton.by_person)
    yield ("whole", None, None, figures.reading.cases, seconds(figures.baton.total_us), None, None, None)


def _holders(kind: str, holders: Iterable[Holder]) -> Iterator[Sequence[Any]]:
    for holder in holders:
        counts = (holder.received, holder.passed_on, holder.held_when_broken)
        yield (kind, holder.unit, holder.person, holder.cases, seconds(holder.held_us), *counts)


def _chain(chain: Chain) -> Rows:
    for stage in chain.stages:
        times = (seconds(stage.total_us), seconds(mean(stage.total_us, stage.count)))
        yield ("activity", stage.activity, None, stage.count, *times, None, stage.starts, stage.ends)
    for arc in chain.arcs:
        times = (seconds(arc.total_us), seconds(mean(arc.total_us, arc.count)))
        yield ("arc", arc.source, arc.target, arc.count, *times, seconds(arc.max_us), None, None)


def _totals(figures: Figures) -> Rows:
    kinds: tuple[tuple[str, tuple[Total, ...]], ...] = (
        ("month", figures.by_month),
        ("unit", figures.by_unit),
        ("service", figures.by_service),
    )
    for kind, totals in kinds:
        for total in totals:
            owed = amount(total.owed_minor, figures.currency) if figures.currency else None
            yield (kind, total.key, total.opened, total.broken, owed, figures.currency)
