"""Columns of words: any column of a log as a dictionary of texts with int32 codes, whatever marks a missing value."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kapok.batch.audit.events import WORD
from kapok.batch.audit.intake.errors import UnreadableColumn


def encoded(column: pa.Array | pa.ChunkedArray, name: str, missing: Collection[str]) -> pa.DictionaryArray:
    """`column` dictionary-encoded; null where it is empty, blank or one of the `missing` marks.

    Raises `UnreadableColumn` when it holds lists or structures.
    """
    column = flat(column)
    if pa.types.is_null(column.type):
        return pa.nulls(len(column), WORD)
    if not pa.types.is_dictionary(column.type):
        column = (texts(column, name) if pa.types.is_nested(column.type) else column).dictionary_encode()
    words = texts(column.dictionary, name)
    codes = column.indices.cast(pa.int32())
    absent = _absent(words, missing)
    if absent.any():
        codes = pc.if_else(pc.take(pa.array(~absent), codes), codes, pa.scalar(None, pa.int32()))
    return pa.DictionaryArray.from_arrays(codes, words)


def texts(values: pa.Array | pa.ChunkedArray, name: str) -> pa.Array:
    """The values as `pa.string()`: numbers as they are written, whole floats without a point, bytes as UTF-8."""
    values = flat(values)
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    try:
        found = values.cast(pa.string())
        found.validate(full=True)  # Parquet does not vouch for its strings
    except pa.ArrowInvalid:
        return pa.array([_decoded(value) for value in values.cast(pa.binary()).to_pylist()], pa.string())
    except pa.ArrowNotImplementedError:
        raise UnreadableColumn(column=name, type=str(values.type)) from None
    return found


def blank(values: pa.Array, missing: Collection[str]) -> pa.Array:
    """Which of some texts say that there is nothing: null, white space, or one of the `missing` marks."""
    marks = pa.array(sorted({"", *missing}), pa.string())
    return pc.or_(pc.is_null(values), pc.is_in(pc.utf8_trim_whitespace(values), marks))


def flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """One array of a column that may come in chunks."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _absent(words: pa.Array, missing: Collection[str]) -> npt.NDArray[np.bool_]:
    absent: npt.NDArray[np.bool_] = blank(words, missing).to_numpy(zero_copy_only=False)
    return absent


def _decoded(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")
