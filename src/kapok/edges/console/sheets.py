"""CSV files that people open in a spreadsheet: line by line, and no cell becomes a formula there."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from django.http import HttpResponse, StreamingHttpResponse

from kapok.batch.audit.cells import harmless
from kapok.kernel.text import Language, Text

MARK = "\ufeff"  # without it spreadsheets take the file for the code page of the machine
LINE, FIELD, TABLE, WHY = (
    Text(zh="行", en="line"), Text(zh="字段", en="field"), Text(zh="表", en="table"), Text(zh="原因", en="why"),
)  # fmt: skip


class _Line:
    """A file of one line, for the writer of `csv`."""

    def write(self, words: str) -> str:
        """The line itself."""
        return words


def lines(header: Sequence[Text], rows: Iterable[Sequence[str]], language: Language) -> Iterator[str]:
    """The file, line by line."""
    writer = csv.writer(_Line())
    yield MARK + str(writer.writerow([text.in_(language) for text in header]))
    for row in rows:
        yield str(writer.writerow([harmless(cell) for cell in row]))


def answer(name: str, header: Sequence[Text], rows: Iterable[Sequence[str]], language: Language) -> HttpResponse:
    """The file as it is downloaded, and kept by nobody on the way."""
    response = StreamingHttpResponse(
        lines(header, rows, language),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
    return cast(HttpResponse, response)  # Django's two kinds of response differ only in how their body is written
