"""Breaches as columns, from the judgement of a bucket to `breaches.csv`.

A large log has hundreds of thousands of them, so they are written as columns too; the file is the one that
`report.BreachWriter` writes row by row.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from kapok.batch.audit.awards import NOT_IN_MONEY
from kapok.batch.audit.cells import harmless_column
from kapok.batch.audit.columns import UNKNOWN, Words
from kapok.batch.audit.commitments import NEVER
from kapok.batch.audit.figures import BREACHES_SHOWN, Breach
from kapok.batch.audit.grouping import distinct_values
from kapok.batch.audit.report import tables_csv
from kapok.batch.audit.result import Result
from kapok.kernel.hours.zones import Offsets
from kapok.kernel.money import exponent

Integers = npt.NDArray[np.int64]

_DAY_US = 86_400_000_000
_ROWS_AT_ONCE = 100_000


def breach_table(result: Result, currency: str) -> pa.Table:
    """The breaches of one promise in one bucket, in the columns of `figures.Breach`."""
    made, costs, which = result.made, result.costs, result.breaches
    nothing = np.zeros(len(which), np.int64)
    return pa.table(
        {
            "case": result.bucket.cases.taken(made.case[which]).texts(),
            "promise": _dictionary(nothing, [result.promise.code]),
            "clause": _dictionary(nothing, [result.promise.clause]),
            "opened_at": _moments(result.began[which]),
            "due_at": _moments(made.due[which]),
            "closed_at": _moments(made.closed[which]),
            "late_us": made.late[which],
            "unit": _words(result.units, which),
            "person": _words(result.people, which),
            "service": _words(result.services, which),
            "owed_minor": pa.array(costs.minor, pa.int64(), mask=costs.minor == NOT_IN_MONEY),
            "currency": _dictionary(nothing, [currency]),
            "reckoning_zh": _dictionary(costs.reckoning, [words.zh for words in costs.words]),
            "reckoning_en": _dictionary(costs.reckoning, [words.en for words in costs.words]),
        }
    )


def shown(tables: Sequence[pa.Table]) -> tuple[Breach, ...]:
    """The costliest breaches and among equals the latest, at most `BREACHES_SHOWN`."""
    whole = pa.concat_tables(tables, promote_options="permissive") if tables else None
    if whole is None or not len(whole):
        return ()
    owed = pc.fill_null(whole["owed_minor"], 0).to_numpy()
    late, opened = whole["late_us"].to_numpy(), whole["opened_at"].to_numpy()
    candidates = _foremost(owed, late)
    ties = whole.select(["case", "promise"]).take(pa.array(candidates)).to_pylist()
    names = [(row["case"], row["promise"]) for row in ties]
    rank = sorted(
        range(len(candidates)),
        key=lambda n: (-owed[candidates[n]], -late[candidates[n]], opened[candidates[n]], names[n]),
    )
    rows = whole.take(pa.array(candidates[rank[:BREACHES_SHOWN]])).to_pylist()
    return tuple(_breach(row) for row in rows)


def _foremost(owed: Integers, late: Integers) -> Integers:
    """The rows that may be among those shown: all that are not behind the last of them in cost and lateness."""
    order = np.lexsort((-late, -owed))
    last = order[min(BREACHES_SHOWN, len(order)) - 1]
    ahead = (owed > owed[last]) | ((owed == owed[last]) & (late >= late[last]))
    return np.flatnonzero(ahead)


def _breach(row: dict[str, Any]) -> Breach:
    reckoning = {"zh": row.pop("reckoning_zh"), "en": row.pop("reckoning_en")}
    return Breach(**row, reckoning=reckoning)


def write_breaches(tables: Sequence[pa.Table], path: Path, zone: str) -> None:
    """Write all breaches to `breaches.csv`: the columns and the spelling of `report.BreachWriter`."""
    with tables_csv.PartialFile(path) as part, part.open("wb") as stream:
        stream.write(("\ufeff" + ",".join(tables_csv.BREACHES) + "\r\n").encode())
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            for lines in threads.map(lambda table: _lines(table, ZoneInfo(zone)), _in_blocks(tables)):
                stream.write(lines)


def _lines(table: pa.Table, zone: ZoneInfo) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    options = pacsv.WriteOptions(include_header=False, eol="\r\n", quoting_style="needed")
    pacsv.write_csv(_spelled(table, zone), sink, options)
    return sink.getvalue()


def _in_blocks(tables: Sequence[pa.Table]) -> Iterator[pa.Table]:
    for table in tables:
        for start in range(0, len(table), _ROWS_AT_ONCE):
            yield table.slice(start, _ROWS_AT_ONCE)


def _spelled(table: pa.Table, zone: ZoneInfo) -> pa.Table:
    columns: list[pa.Array] = []
    for name in table.schema.names:
        column = table[name].combine_chunks()
        if name.endswith("_at"):
            columns.append(_iso_times(column, zone))
        elif name == "late_us":
            columns.append(_seconds(column))
        elif name == "owed_minor":
            columns.append(_amounts(column, table["currency"][0].as_py()))
        else:
            columns.append(harmless_column(column))
    return pa.table(columns, names=tables_csv.BREACHES)


def _iso_times(column: pa.Array, zone: ZoneInfo) -> pa.Array:
    """Moments in ISO 8601 with the offset of the zone, without a fraction where there is none."""
    at = pc.fill_null(column, 0).to_numpy()
    offsets = Offsets.between(zone, int(at.min()) // _DAY_US - 1, int(at.max()) // _DAY_US + 2)
    wall = offsets.to_wall(at)
    whole = not (wall % 1_000_000).any()
    spaced = pa.array(wall // 1_000_000, pa.timestamp("s")).cast(pa.string())  # many times as fast as `strftime`
    text = pc.binary_replace_slice(spaced, len("2026-10-31"), len("2026-10-31 "), "T")
    if not whole:
        text = pc.binary_join_element_wise(text, _fractions(wall % 1_000_000), "")
    return pc.if_else(column.is_valid(), pc.binary_join_element_wise(text, _offset_texts(wall - at), ""), None)


def _fractions(micros: Integers) -> pa.Array:
    padded = pc.utf8_lpad(pa.array(micros).cast(pa.string()), 6, "0")
    return pc.if_else(pa.array(micros != 0), pc.binary_join_element_wise(".", padded, ""), "")


def _offset_texts(ahead: Integers) -> pa.Array:
    distinct = distinct_values(ahead)
    texts = pa.array([_offset_text(us) for us in distinct.tolist()], pa.string())
    return texts.take(pa.array(np.searchsorted(distinct, ahead)))


def _offset_text(us: int) -> str:
    seconds = abs(us) // 1_000_000
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}" + (f":{seconds % 60:02}" if seconds % 60 else "")
    return ("-" if us < 0 else "+") + clock


def _seconds(column: pa.Array) -> pa.Array:
    """Exact seconds without needless noughts."""
    us = column.to_numpy()
    whole = pa.array(us // 1_000_000).cast(pa.string())
    return pc.binary_join_element_wise(whole, pc.utf8_rtrim(_fractions(us % 1_000_000), "0"), "")


def _amounts(column: pa.Array, currency: str) -> pa.Array:
    """Major units, with all decimal places of the currency."""
    places = exponent(currency)
    if not places:
        return column.cast(pa.string())
    minor = pc.fill_null(column, 0).to_numpy()
    whole = pa.array(minor // 10**places).cast(pa.string())
    rest = pc.utf8_lpad(pa.array(minor % 10**places).cast(pa.string()), places, "0")
    return pc.if_else(column.is_valid(), pc.binary_join_element_wise(whole, rest, "."), None)


def _words(words: Words, rows: Integers) -> pa.DictionaryArray:
    return _dictionary(words.codes[rows], words.words)


def _dictionary(codes: npt.NDArray[np.integer[Any]], words: pa.Array | list[str]) -> pa.DictionaryArray:
    words = words if isinstance(words, pa.Array) else pa.array(words, pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32(), mask=codes == UNKNOWN), words)


def _moments(at: Integers) -> pa.Array:
    return pa.array(at, pa.int64(), mask=at == NEVER)
