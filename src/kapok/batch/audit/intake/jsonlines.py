"""JSON lines: one object a line, one block of lines at a time.

The types of the wanted members are learned from the first lines; a block that keeps to them is read columnwise, any other line by
line, so that one malformed line costs that line only.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json as arrow_json

from kapok.batch.audit.intake.bytestream import UNDECODABLE, Unpacked, blocks, decoded, is_text, mended
from kapok.batch.audit.intake.errors import EmptyLog
from kapok.batch.audit.intake.reading import InputEnds, Places, RawRows, Refusals
from kapok.batch.audit.intake.sniffing import SAMPLE, encoding_of
from kapok.batch.audit.map import FileFormat
from kapok.batch.audit.refused import Reason

_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


class JsonLinesReader:
    """A file of JSON objects, one a line. Raises `EmptyLog`, `NotALog` or `UnknownEncoding` when it is opened."""

    def __init__(self, path: Path, form: FileFormat) -> None:
        self.path = path
        self._bytes = Unpacked(path)
        sample = self._bytes.head(SAMPLE)
        self._encoding = encoding_of(path, sample, form.encoding)
        self.form = FileFormat(kind="jsonl", encoding=self._encoding)
        self._sample = _lines(mended(b"".join(decoded([sample], self._encoding))))
        if not self._sample:
            raise EmptyLog(path=path.name)
        self.rows_estimate: int | None = None

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return self._bytes.share

    def columns(self, wanted: Collection[str] = ()) -> tuple[str, ...]:
        """The members of the objects: of the first lines, and of as many more as it takes to find the wanted."""
        names: dict[str, None] = {}
        for line in self._sample:
            names |= dict.fromkeys(_object(line) or ())
        if not set(wanted) <= names.keys():
            for line in self._all_lines():
                names |= dict.fromkeys(_object(line) or ())
                if set(wanted) <= names.keys():
                    break
        return tuple(names)

    def batches(self, wanted: Sequence[str], refusals: Refusals) -> Iterator[RawRows]:
        """All rows, a block at a time."""
        types = self._types(wanted)
        first = 1
        try:
            for block in blocks(decoded(self._bytes, self._encoding)):
                lines = _lines(mended(block))
                table = _columnwise(block, types)
                if table is not None and len(table) == len(lines):
                    yield _rows(table, np.arange(len(lines)), lines, first)
                else:
                    yield _linewise(lines, wanted, first, refusals)
                first += len(lines)
        except InputEnds as end:
            refusals.add(end.reason, [first], [end.rest.decode("utf-8", "replace")])

    def _all_lines(self) -> Iterator[str]:
        try:
            for block in blocks(decoded(self._bytes, self._encoding)):
                yield from _lines(mended(block))
        except InputEnds:
            return

    def _types(self, wanted: Sequence[str]) -> pa.Schema | None:
        """The type of each wanted member where it first has a value; None when one holds lists or objects."""
        objects = [found for line in self._sample if (found := _object(line)) is not None]
        first = {name: next((found[name] for found in objects if found.get(name) is not None), "") for name in wanted}
        if not all(type(value) in _TYPES for value in first.values()):
            return None
        return pa.schema([(name, _TYPES[type(value)]) for name, value in first.items()])


def _columnwise(block: bytes, types: pa.Schema | None) -> pa.Table | None:
    """The block read at once; None when a line is not of these types, or no JSON, or no text."""
    if types is None or not is_text(block):
        return None
    try:
        return arrow_json.read_json(
            pa.py_buffer(block),
            arrow_json.ReadOptions(use_threads=False, block_size=len(block) + 1),
            arrow_json.ParseOptions(explicit_schema=types, unexpected_field_behavior="ignore"),
        ).select(types.names)
    except pa.ArrowInvalid:
        return None


def _linewise(lines: list[str], wanted: Sequence[str], first: int, refusals: Refusals) -> RawRows:
    objects = [_object(line) for line in lines]
    good = [place for place, found in enumerate(objects) if found is not None]
    for place in (place for place, found in enumerate(objects) if found is None):
        reason = Reason.UNDECODABLE if UNDECODABLE in lines[place] else Reason.MALFORMED_JSON
        refusals.add(reason, [first + place], [lines[place]])
    members = [found for found in objects if found is not None]
    table = pa.table({name: _column([found.get(name) for found in members]) for name in wanted})
    return _rows(table, np.array(good, np.int64), lines, first)


def _rows(table: pa.Table, places: Places, lines: list[str], first: int) -> RawRows:
    return RawRows(table, first + places, lambda index: [lines[place] for place in places[index]])


def _object(line: str) -> dict[str, Any] | None:
    """The object in a line; None when there is none, or a part of it is no text."""
    if UNDECODABLE in line:
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _column(values: list[Any]) -> pa.Array:
    """Values of one simple type as they are, anything else as text."""
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) <= 1 and kinds <= _TYPES.keys():
        try:
            return pa.array(values)
        except (pa.ArrowInvalid, OverflowError):
            pass
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _lines(block: bytes) -> list[str]:
    return [line for line in block.decode("utf-8", "replace").split("\n") if line.strip()]
