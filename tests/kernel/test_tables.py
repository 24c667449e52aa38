"""Files of rows: the line that cannot be read is the one that is named."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest

from kapok.kernel.tables import UNREADABLE, unreadable


def lines(*said: str | Exception) -> Iterator[str]:
    for each in said:
        if isinstance(each, Exception):
            raise each
        yield each


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (("a,b\n", '"x" y,1\n', "c,d\n"), 2),
        (("a,b\n", "c,d\n", UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid")), 3),
        (("a,b\n", '"never closed\n', "c,d\n"), 3),
    ],
)
def test_the_line_that_cannot_be_read_is_named(said: tuple[str | Exception, ...], line: int) -> None:
    reader = csv.reader(lines(*said), strict=True)
    with pytest.raises(UNREADABLE) as broken:
        list(reader)
    text = unreadable(reader, broken.value)
    assert text.zh.startswith(f"第{line}行无法解析（")
    assert text.en.startswith(f"line {line} (")
