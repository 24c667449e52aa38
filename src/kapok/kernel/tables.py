"""What all files of rows have in common: at which line one stops being readable, and how that is said."""

from __future__ import annotations

import csv
from typing import Protocol

from kapok.kernel.text import Text

UNREADABLE = (csv.Error, UnicodeDecodeError)
"""What reading a row may raise."""


class Counting(Protocol):
    """A reader of rows that counts the lines it has taken."""

    @property
    def line_num(self) -> int:
        """The last line that it has taken."""
        ...


def unreadable(reader: Counting, broken: Exception) -> Text:
    """Which line cannot be read, and why: a row that cannot be parsed has been taken, one that cannot be decoded has not."""
    line = reader.line_num + isinstance(broken, UnicodeDecodeError)
    return Text(zh=f"第{line}行无法解析（{broken}）", en=f"line {line} ({broken})")
