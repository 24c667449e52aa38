"""CSV and its kin: any encoding, delimiter and quote, one block of rows at a time through pyarrow's parser.

A row with too few or too many fields is refused and the next one read. A quote that is never closed would swallow the rows
behind it; a block in which that happens is read again line by line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from kapok.batch.audit.intake.bytestream import MARK, UNDECODABLE, Unpacked, blocks, decoded, is_text, mended
from kapok.batch.audit.intake.canonical import described
from kapok.batch.audit.intake.errors import EmptyLog, NotALog
from kapok.batch.audit.intake.reading import InputEnds, Places, RawRows, Refusals
from kapok.batch.audit.intake.sniffing import SAMPLE, delimiter_of, encoding_of, fields_of
from kapok.batch.audit.map import FileFormat
from kapok.batch.audit.refused import Reason
from kapok.kernel.text import Text

ENDLESS = Text(zh="首行没有结束", en="its first line has no end")


@dataclass(frozen=True)
class _Parsed:
    """A block: its rows with as many fields as the header, and the others by their place among all."""

    table: pa.Table
    odd: dict[int, str]

    @property
    def size(self) -> int:
        """How many rows there are, good and odd."""
        return len(self.table) + len(self.odd)

    @property
    def places(self) -> Places:
        """The places of the good rows, from 0."""
        return np.delete(np.arange(self.size), list(self.odd))


class DelimitedReader:
    """A CSV file. Raises `EmptyLog`, `NotALog` or `UnknownEncoding` when it is opened."""

    def __init__(self, path: Path, form: FileFormat) -> None:
        self.path = path
        self._bytes = Unpacked(path)
        sample = self._bytes.head(SAMPLE)
        self._encoding = encoding_of(path, sample, form.encoding)
        text = b"".join(decoded([sample], self._encoding)).decode("utf-8", "replace")
        self._old_line_ends = "\n" not in text and "\r" in text
        lines = _lines(text)
        if len(lines) < 2:
            raise NotALog(path=path.name, what=ENDLESS) if len(sample) == SAMPLE else EmptyLog(path=path.name)
        self._quote = '"' if form.quote is None else form.quote
        self._delimiter = form.delimiter or delimiter_of(lines, self._quote)
        self.form = FileFormat(kind="csv", encoding=self._encoding, delimiter=self._delimiter, quote=form.quote)
        self._columns = _names(fields_of(lines[0], self._delimiter, self._quote))
        rows = self._bytes.size / len(sample) * len(lines)
        self.rows_estimate = None if self._bytes.packed else round(rows)

    def columns(self, wanted: Collection[str] = ()) -> tuple[str, ...]:
        """The names in the header; a name that stands twice gets its place, and so does an empty one."""
        return self._columns

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return self._bytes.share

    def batches(self, wanted: Sequence[str], refusals: Refusals) -> Iterator[RawRows]:
        """All rows, a block at a time."""
        first = 0  # the header
        try:
            for written in blocks(self._text(), self._quote.encode()):
                parsed, block = self._parse(written, wanted)
                refusals.add(Reason.WRONG_FIELD_COUNT, first + np.array([*parsed.odd]), [*parsed.odd.values()])
                yield _readable(parsed, block, first, refusals)
                first += parsed.size
        except InputEnds as end:
            refusals.add(end.reason, [first], [end.rest.decode("utf-8", "replace")])

    def _text(self) -> Iterator[bytes]:
        pieces = decoded(self._bytes, self._encoding)
        return (piece.replace(b"\r", b"\n") for piece in pieces) if self._old_line_ends else pieces

    def _parse(self, written: bytes, wanted: Sequence[str]) -> tuple[_Parsed, bytes]:
        """The block taken apart, and the block as it could be read."""
        block = written if is_text(written) else mended(written)
        parsed = self._columnwise(block, wanted, self._quote)
        if self._quote and parsed.size < block.count(b"\n"):
            plain = self._columnwise(block, wanted, "")
            if len(plain.table) > len(parsed.table):  # a quote that is never closed has swallowed rows
                parsed = self._linewise(block, wanted)
        return parsed, block

    def _columnwise(self, block: bytes, wanted: Sequence[str], quote: str) -> _Parsed:
        odd: dict[int, str] = {}

        def skip(row: arrow_csv.InvalidRow) -> str:
            odd[row.number - 1] = row.text
            return "skip"

        if not block.strip():
            return _Parsed(self._table([], wanted), odd)
        table = arrow_csv.read_csv(
            pa.py_buffer(block),
            arrow_csv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=self._columns),
            arrow_csv.ParseOptions(
                delimiter=self._delimiter,
                quote_char=quote or False,
                newlines_in_values=bool(quote),
                invalid_row_handler=skip,
            ),
            arrow_csv.ConvertOptions(
                include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string()), strings_can_be_null=False
            ),
        )
        return _Parsed(table, odd)

    def _linewise(self, block: bytes, wanted: Sequence[str]) -> _Parsed:
        lines = _lines(block.decode("utf-8", "replace"))
        rows = [fields_of(line, self._delimiter, self._quote) for line in lines]
        width = len(self._columns)
        odd = {place: line for place, line in enumerate(lines) if len(rows[place]) != width}
        return _Parsed(self._table([row for row in rows if len(row) == width], wanted), odd)

    def _table(self, rows: list[list[str]], wanted: Sequence[str]) -> pa.Table:
        by_name = dict(zip(self._columns, zip(*rows, strict=True), strict=True)) if rows else {}
        return pa.table({name: pa.array(by_name.get(name, ()), pa.string()) for name in wanted})


def _readable(parsed: _Parsed, block: bytes, first: int, refusals: Refusals) -> RawRows:
    """The rows of a block whose wanted fields are text, without the header."""
    table, places = parsed.table, parsed.places
    good = first + places > 0
    if MARK in block:
        marked = _marked(table) & good
        refusals.add(Reason.UNDECODABLE, first + places[marked], described(table, np.flatnonzero(marked)))
        good &= ~marked
    if not good.all():
        table, places = table.filter(pa.array(good)), places[good]
    return RawRows(table, first + places, lambda index: _shown(parsed, block, table, places, index))


def _marked(table: pa.Table) -> npt.NDArray[np.bool_]:
    marked = np.zeros(len(table), np.bool_)
    for column in table.columns:
        marked |= pc.match_substring(column, UNDECODABLE).to_numpy(zero_copy_only=False)
    return marked


def _shown(parsed: _Parsed, block: bytes, table: pa.Table, places: Places, index: Places) -> list[str]:
    """The lines that rows came from; where rows span lines, their fields."""
    lines = _lines(block.decode("utf-8", "replace"))
    return [lines[place] for place in places[index]] if len(lines) == parsed.size else described(table, index)


def _lines(text: str) -> list[str]:
    return [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip(" \t\0")]


def _names(header: list[str]) -> tuple[str, ...]:
    names: list[str] = []
    for place, name in enumerate(header, start=1):
        plain = name.strip() or f"column {place}"
        names.append(plain if plain not in names else f"{plain} {place}")
    return tuple(names)
