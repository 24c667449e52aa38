"""The audit on Spark: the same kernel, mapped over partitions of whole cases.

Spark reads the logs and brings the events of a case together; `intake.normalise` and `engine.judged_table` do the rest in its
Python workers, and what comes back adds up as it does on one machine. CSV and JSON lines are read as text, with the delimiter and
the encoding that the map gives (comma and UTF-8 when it gives none); Parquet is what a cluster reads fastest. XES is not read
here.
"""

from __future__ import annotations

import os
import pickle
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from kapok.batch.audit import events, intake
from kapok.batch.audit.engine import judged_table
from kapok.batch.audit.intake.sniffing import kind_of
from kapok.batch.audit.intake.source import found, names
from kapok.batch.audit.map import AuditMap
from kapok.batch.audit.partial import Partial
from kapok.batch.audit.plan import Plan
from kapok.batch.audit.progress import JUDGING, READING, Listener, Progress
from kapok.batch.audit.refused import Reason, RefusedRows
from kapok.batch.audit.request import Read, Request, Span
from kapok.batch.audit.spill import as_dictionaries, as_text
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ROW, BROKEN, REFUSED, RAW = "__row", "__broken", "__refused", "__raw"
EVENTS_IN_PARTITION = 2_000_000
LOCAL = "local[*]"


class NoSpark(KapokError):
    """Spark is not installed, or does not start."""

    wording = Text(
        zh="无法启动 Spark：{why}。请安装：pip install 'kapok-telecom[cluster]'，并安装 Java 17（设好 JAVA_HOME）。",
        en="Spark does not start: {why}. Install it: pip install 'kapok-telecom[cluster]', and Java 17 (set JAVA_HOME).",
    )


class NotOnACluster(KapokError):
    """A format that only the engine of this machine reads."""

    wording = Text(
        zh="“{path}”是 XES，只有 --engine duckdb 能读；请改用它，或先导出为 Parquet。",
        en="'{path}' is XES, which only --engine duckdb reads; use that, or export the log as Parquet.",
    )


def audit(request: Request, refused: RefusedRows, progress: Listener) -> tuple[Partial | None, Read]:
    """Read the logs of `request` on Spark and judge them there. Raises `NoSpark`, `NotOnACluster` and what the intake raises."""
    spark = session(request.master or LOCAL)
    progress(Progress(READING, 0, None))
    logs = [log for path in request.paths for log in _logs(path)]
    refused.files = names(logs)
    rows = _normalised(spark, logs, request.map).persist()
    try:
        _refuse(rows, refused)
        good = rows.where(f"{REFUSED} is null").drop(REFUSED, RAW)
        count, first_at, last_at = good.selectExpr("count(*)", f"min({events.AT})", f"max({events.AT})").first() or (
            0,
            0,
            0,
        )
        span = Span(first_at or 0, last_at or 0)
        read = Read(count + refused.total, span)
        progress(Progress(JUDGING, 0, count))
        return (_judged(good, request.plan(span, logs), count) if count else None), read
    finally:
        rows.unpersist()


def session(master: str) -> SparkSession:
    """A Spark session at `master`, whose Python workers are like this process. Raises `NoSpark`."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        from pyspark.errors import PySparkException  # noqa: PLC0415  an optional part of Kapok
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError as error:
        raise NoSpark(why=error) from None
    builder = SparkSession.builder.master(master).appName("kapok audit")
    settings: dict[str, bool | float | int | str | None] = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "200000",
        "spark.driver.maxResultSize": "0",
    }
    try:
        started = builder.config(map=settings).getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        raise NoSpark(why=str(error).splitlines()[0]) from None
    started.sparkContext.setLogLevel("ERROR")
    return started


def _normalised(spark: SparkSession, logs: Sequence[str], audit_map: AuditMap) -> DataFrame:
    """All rows in the columns of `events`, words as text, each with the reason why it is refused, if it is."""
    parts = [
        _raw(spark, log, audit_map).mapInArrow(_normaliser(audit_map, source), _spark_schema(audit_map))
        for source, log in enumerate(logs)
    ]
    return reduce(lambda left, right: left.unionAll(right), parts)


def _logs(path: Path) -> list[str]:
    """The files at a path of this machine, or the address that was meant: `pathlib` makes one slash of two."""
    address = re.sub(r"^([a-z][a-z0-9+.-]+):/+", r"\1://", str(path))
    return [address] if "://" in address else [str(file.resolve()) for file in found([path])]


def _raw(spark: SparkSession, log: str, audit_map: AuditMap) -> DataFrame:
    """The wanted columns of one log, the place of each row, and whether it could not be taken apart."""
    form = audit_map.file
    kind = form.kind or _kind(log)
    counted = "monotonically_increasing_id() + 1"
    if kind == "xes":
        raise NotOnACluster(path=log)
    if kind == "parquet":
        frame, place = spark.read.parquet(log), counted if "://" in log else "_metadata.row_index + 1"
    elif kind == "jsonl":
        frame, place = (
            spark.read.option("columnNameOfCorruptRecord", BROKEN).json(log, primitivesAsString=True),
            counted,
        )
    else:
        frame, place = _delimited(spark, log, audit_map), counted
    intake.canonical.require(audit_map, frame.columns, log)
    broken = BROKEN if BROKEN in frame.columns else f"cast(null as string) as {BROKEN}"
    return frame.selectExpr(*(f"`{name}`" for name in audit_map.wanted), f"{place} as {ROW}", broken)


def _kind(log: str) -> str:
    if "://" not in log:
        return kind_of(Path(log))
    endings = {".parquet": "parquet", ".json": "jsonl", ".jsonl": "jsonl", ".csv": "csv", ".xes": "xes"}
    return next((kind for ending, kind in endings.items() if log.removesuffix(".gz").endswith(ending)), "parquet")


def _delimited(spark: SparkSession, log: str, audit_map: AuditMap) -> DataFrame:
    form = audit_map.file
    reader = spark.read.options(header=True, multiLine=True, escape='"', columnNameOfCorruptRecord=BROKEN)
    quote = '"' if form.quote is None else form.quote
    reader = reader.options(sep=form.delimiter or ",", encoding=form.encoding or "utf-8", quote=quote)
    columns = reader.csv(log, inferSchema=False).columns
    schema = ", ".join(f"`{name.replace('`', '``')}` string" for name in [*columns, BROKEN])
    return reader.schema(schema).csv(log)


def _spark_schema(audit_map: AuditMap) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415

    plain = as_text(intake.schema(audit_map).empty_table()).schema
    return from_arrow_schema(plain.append(pa.field(REFUSED, pa.string())).append(pa.field(RAW, pa.string())))


def _normaliser(audit_map: AuditMap, source: int) -> Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]:
    def normalised(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from _with_reasons(pa.Table.from_batches([batch]), audit_map, source).to_batches()

    return normalised


def _with_reasons(raw: pa.Table, audit_map: AuditMap, source: int) -> pa.Table:
    whole = raw.filter(raw[BROKEN].is_null())
    table = whole.select(list(audit_map.wanted))
    good, bad = intake.normalise(table, audit_map, 0, source, rows=whole[ROW].to_numpy())
    kept = as_text(pa.Table.from_batches([good]))
    for name in (REFUSED, RAW):
        kept = kept.append_column(name, pa.nulls(len(kept), pa.string()))
    parts = [kept]
    for reason, (index, rows) in bad.by_reason().items():
        parts.append(_refusals(kept.schema, source, reason, rows, intake.described(table, index)))
    broken = raw.filter(raw[BROKEN].is_valid())
    if len(broken):
        reason = Reason.MALFORMED_JSON if audit_map.file.kind == "jsonl" else Reason.WRONG_FIELD_COUNT
        parts.append(_refusals(kept.schema, source, reason, broken[ROW].to_numpy(), broken[BROKEN].to_pylist()))
    return pa.concat_tables(parts)


def _refusals(schema: pa.Schema, source: int, reason: Reason, rows: np.ndarray[Any, Any], raw: list[str]) -> pa.Table:
    given = {
        events.SOURCE: np.full(len(rows), source, np.int32),
        events.ROW: rows,
        REFUSED: [reason.value] * len(rows),
        RAW: raw,
    }
    filler = {events.CASE: pa.array([""] * len(rows)), events.AT: np.zeros(len(rows), np.int64)}
    columns = filler | given
    arrays = [columns[f.name] if f.name in columns else pa.nulls(len(rows), f.type) for f in schema]
    return pa.table(dict(zip(schema.names, arrays, strict=True)), schema=schema)


def _refuse(rows: DataFrame, refused: RefusedRows) -> None:
    for row in rows.where(f"{REFUSED} is not null").select(events.SOURCE, events.ROW, REFUSED, RAW).toLocalIterator():
        refused.add(Reason(row[REFUSED]), source=row[events.SOURCE], rows=[row[events.ROW]], raw=[row[RAW]])


def _judged(good: DataFrame, plan: Plan, count: int) -> Partial:
    def judge(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        held = list(batches)
        if held:
            table = as_dictionaries(pa.Table.from_batches(held))
            with ThreadPoolExecutor(1) as thread:
                part = judged_table(table, plan, thread, lambda _: None)
            yield pa.record_batch({"part": pa.array([pickle.dumps(part)], pa.binary())})

    partitions = max(good.sparkSession.sparkContext.defaultParallelism, -(-count // EVENTS_IN_PARTITION))
    found = good.repartition(partitions, events.CASE).mapInArrow(judge, "part binary")
    # Our own workers made these bytes.
    return reduce(add, (pickle.loads(row["part"]) for row in found.collect()), Partial())  # noqa: S301
