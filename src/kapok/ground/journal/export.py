"""The matters of the journal as an event log, and the map by which `kapok audit` reads it.

One row is one entry of the vocabulary of promises: its matter, its moment, its kind, who has it, which tiers it stops, and what was
known. Judged by the same packs, the log makes the commitments that the ledger has made of the journal. The database writes it in
one go, whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.csv as text
import yaml
from django.db import connection, transaction
from psycopg import sql
from pyarrow import parquet

from kapok.kernel.errors import KapokError
from kapok.kernel.promises import EVENTS, OF_ONE_ENTRY, STOPS
from kapok.kernel.text import Text

FACT = "fact."
WORDS = ("case", "kind", "unit", "person", STOPS)
ENDINGS = (".csv", ".parquet")
BLOCK = 16 * 2**20

CHOSEN = sql.SQL("""
SELECT subject FROM journal_entry WHERE kind = ANY({kinds}) GROUP BY subject
HAVING min(at) >= coalesce({since}, '-infinity') AND min(at) < coalesce({until}, 'infinity')
""")
NAMES = sql.SQL("""
SELECT DISTINCT name FROM journal_entry, jsonb_object_keys(data -> 'facts') AS name
WHERE kind = ANY({kinds}) AND subject IN ({chosen}) ORDER BY name
""")
KINDS = sql.SQL(
    "SELECT DISTINCT kind FROM journal_entry WHERE kind = ANY({kinds}) AND subject IN ({chosen}) ORDER BY kind"
)
ROWS = sql.SQL("""
COPY (
    SELECT subject AS case, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, kind,
        data ->> 'unit' AS unit, coalesce(nullif(data ->> 'owner', ''), actor) AS person,
        data -> 'facts' ->> 'stops' AS stops {facts}
    FROM journal_entry WHERE kind = ANY({kinds}) AND subject IN ({chosen})
    ORDER BY subject, at, kind, recorded_at, id
) TO STDOUT (FORMAT csv, HEADER)
""")
FACTS = sql.SQL(", data -> 'facts' ->> {name} AS {column}")


class UnknownEnding(KapokError):
    """The name of the file does not say how to write it."""

    wording = Text(
        zh="文件名“{name}”看不出格式；请以 .csv 或 .parquet 结尾。",
        en="The file name “{name}” does not say how to write it; end it in .csv or .parquet.",
    )


class NothingToExport(KapokError):
    """No matter began in that time."""

    wording = Text(
        zh="这段时间内日志中没有开始的事项；请放宽 --since 与 --until。",
        en="No matter of the journal began in that time; widen --since and --until.",
    )


class CannotWrite(KapokError):
    """The file cannot be written there."""

    wording = Text(
        zh="无法写入“{path}”：{reason}。请检查目录、权限与磁盘空间。",
        en="“{path}” cannot be written: {reason}. Check folder, rights and space.",
    )


@dataclass(frozen=True)
class Exported:
    """What was written: the log, its map, and how many entries."""

    log: Path
    map: Path
    entries: int


def export(out: Path, *, since: datetime | None = None, until: datetime | None = None) -> Exported:
    """Write the matters that began in [since, until), whole, and the map beside them (`NAME.map.yaml`).

    An existing file is replaced only when everything is written. Raises `UnknownEnding`, `NothingToExport`, `CannotWrite`.
    """
    if out.suffix.lower() not in ENDINGS:
        raise UnknownEnding(name=out.name)
    try:
        with TemporaryDirectory(dir=out.parent, prefix=".kapok-export-") as folder:
            return _export(out, Path(folder), since, until)
    except OSError as error:
        raise CannotWrite(path=out, reason=error.strerror or str(error)) from None


def _export(out: Path, folder: Path, since: datetime | None, until: datetime | None) -> Exported:
    table, beside = folder / "log.csv", out.with_name(f"{out.stem}.map.yaml")
    with _unchanging():
        kinds, facts, entries = _copied(table, since, until)
    if not entries:
        raise NothingToExport
    if out.suffix.lower() == ".parquet":
        table = _as_parquet(table, facts)
    drawn = folder / "map.yaml"
    drawn.write_text(map_text(kinds, facts), encoding="utf-8")
    table.replace(out)
    drawn.replace(beside)
    return Exported(out, beside, entries)


@contextmanager
def _unchanging() -> Iterator[None]:
    """One view of the journal for all questions, unless somebody else's transaction is open already."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _copied(table: Path, since: datetime | None, until: datetime | None) -> tuple[list[str], list[str], int]:
    heard = sql.Literal(sorted(EVENTS))
    span = {"since": _moment(since), "until": _moment(until)}
    about = {"kinds": heard, "chosen": CHOSEN.format(kinds=heard, **span)}
    with connection.cursor() as cursor:
        kinds = _column(cursor, KINDS.format(**about))
        facts = [name for name in _column(cursor, NAMES.format(**about)) if name not in OF_ONE_ENTRY]
        columns = sql.SQL("").join(
            FACTS.format(name=sql.Literal(name), column=sql.Identifier(FACT + name)) for name in facts
        )
        with table.open("wb") as file, cursor.copy(ROWS.format(facts=columns, **about)) as copy:
            for block in copy:
                file.write(block)
        return kinds, facts, cursor.rowcount


def _moment(at: datetime | None) -> sql.Composable:
    return sql.SQL("NULL::timestamptz") if at is None else sql.Literal(at)


def _column(cursor: object, query: sql.Composable) -> list[str]:
    cursor.execute(query)  # type: ignore[attr-defined]  # Django's wrapper takes what psycopg composes
    return [row[0] for row in cursor.fetchall()]  # type: ignore[attr-defined]  # the same


def _as_parquet(table: Path, facts: Sequence[str]) -> Path:
    words = dict.fromkeys([*WORDS, *(FACT + name for name in facts)], pa.string())
    reading = text.ConvertOptions(column_types=words | {"at": pa.timestamp("us", "UTC")}, strings_can_be_null=True)
    reading.null_values = [""]
    parsing = text.ParseOptions(newlines_in_values=True)
    written = table.with_suffix(".parquet")
    with (
        text.open_csv(table, text.ReadOptions(block_size=BLOCK), parsing, reading) as batches,
        parquet.ParquetWriter(written, batches.schema) as writer,
    ):
        for batch in batches:
            writer.write_batch(batch)
    return written


def map_text(kinds: Sequence[str], facts: Sequence[str]) -> str:
    """The map by which `kapok audit` reads the log: every kind is its own activity, every fact its own column."""
    document = {
        "columns": {
            "case": "case", "time": "at", "activity": "kind", "unit": "unit", "person": "person", "stops": STOPS,
        },
        "fact_columns": {name: FACT + name for name in facts},
        "facts_by": "entry",
        "duplicates": "keep",
        "events": [{"kind": kind, "activity": [kind]} for kind in kinds],
    }  # fmt: skip
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
