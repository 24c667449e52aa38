"""What every reader gives: rows as they stand in a file, a batch at a time, whatever the format.

A reader holds one batch in memory, however large the file is. A row that it cannot take apart goes to the refused rows at once;
input that ends too soon or breaks ends the reading, and what was read before is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kapok.batch.audit.map import FileFormat
from kapok.batch.audit.refused import Reason, RefusedRows

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RawRows:
    """Rows as they were read: at least the wanted columns, the place of each row in the input, and how to show one again."""

    table: pa.Table
    rows: Places
    raw: Callable[[Places], list[str]]


@dataclass
class Refusals:
    """The refused rows of one input, and how many they are."""

    into: RefusedRows
    source: int
    total: int = 0

    def add(self, reason: Reason, rows: Sequence[int] | Places, raw: Sequence[str] = ()) -> None:
        """Refuse these rows of the input."""
        if len(rows):
            self.into.add(reason, source=self.source, rows=[int(row) for row in rows], raw=raw)
            self.total += len(rows)


class Reader(Protocol):
    """One input file."""

    path: Path
    form: FileFormat
    rows_estimate: int | None

    def columns(self, wanted: Collection[str] = ()) -> tuple[str, ...]:
        """The columns there are; where only the rows say so, as many rows are looked at as it takes to find the wanted."""
        ...

    def batches(self, wanted: Sequence[str], refusals: Refusals) -> Iterator[RawRows]:
        """All rows, once."""
        ...

    @property
    def share(self) -> float | None:
        """How much of the file has been read, 0 to 1; None when it is not known."""
        ...


class InputEnds(Exception):
    """The input cannot be read further. `rest` is what stood there without its end."""

    def __init__(self, reason: Reason, rest: bytes = b"") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.rest = rest
