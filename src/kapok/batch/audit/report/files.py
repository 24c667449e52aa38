"""The folder of a report: the page, the figures, the tables."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from kapok.batch.audit.figures import Breach, Figures
from kapok.batch.audit.report.page import document
from kapok.batch.audit.report.tables_csv import BreachWriter, PartialFile, write_commitments, write_tables
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class MissingBreaches(KapokError):
    """The figures hold only the first breaches, and nobody wrote all of them."""

    wording = Text(
        zh="共有 {total} 项违约，报告只带有前 {shown} 项：请把全部违约交给 breaches 参数，或先用 BreachWriter 写好 {path}。",
        en="There are {total} breaches and the figures hold {shown}: give all of them as breaches, or write {path} first "
        "with BreachWriter.",
    )


def write(
    figures: Figures,
    out: Path,
    commitments: pa.Table | None = None,
    breaches: Iterable[Breach] | None = None,
) -> list[Path]:
    """Write the whole report into the folder `out` (made when absent) and return its files, `report.html` first.

    `breaches` are all breaches. Without them `breaches.csv` is written from the figures when these hold all, and otherwise left
    as a `BreachWriter` wrote it; `MissingBreaches` when there is none. With `commitments` there is a `commitments.csv` too.
    No file is ever half-written; `OSError` when the folder cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    paths = [_breaches(figures, out / "breaches.csv", breaches), *write_tables(figures, out)]
    if commitments is not None:
        paths.append(write_commitments(out / "commitments.csv", commitments))
    paths.append(_text(out / "figures.json", json.dumps(figures.as_json(), ensure_ascii=False, indent=1) + "\n"))
    return [_text(out / "report.html", document(figures)), *paths]


def _breaches(figures: Figures, path: Path, breaches: Iterable[Breach] | None) -> Path:
    shown = len(figures.breaches)
    if breaches is None and figures.breaches_total > shown:
        if not path.exists():
            raise MissingBreaches(total=figures.breaches_total, shown=shown, path=path)
        return path
    with BreachWriter(path, figures.zone) as writer:
        writer.write(figures.breaches if breaches is None else breaches)
    return path


def _text(path: Path, text: str) -> Path:
    with PartialFile(path) as part:
        part.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    return path
