"""How far an audit has come, for those who watch it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kapok.kernel.text import Text

READING = Text(zh="读取", en="Reading")
JUDGING = Text(zh="评判", en="Judging")
REPORTING = Text(zh="写报告", en="Writing the report")


@dataclass(frozen=True)
class Progress:
    """The stage, what is done of it (rows or events), and of how many, when that is known."""

    stage: Text
    done: int
    total: int | None


Listener = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Tell nobody."""
