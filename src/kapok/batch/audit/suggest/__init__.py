"""`kapok audit --suggest`: a log in, a commented map to start from out.

`sample` reads the first rows, `times` finds out how times are written, `roles` which column is what, `meanings` which rows are
which events, and `writing` puts it down as YAML that runs as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kapok.batch.audit.suggest.meanings import meaning
from kapok.batch.audit.suggest.roles import roles
from kapok.batch.audit.suggest.sample import sample
from kapok.batch.audit.suggest.writing import write
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text

__all__ = ["NothingToSuggest", "suggest"]


class NothingToSuggest(KapokError):
    """A log without anything that could be a case or a time."""

    wording = Text(
        zh="在“{file}”里找不到可作工单或时间的列。现有列：{columns}。请自己写映射：见 docs/modules/audit-intake.md。",
        en="Nothing in '{file}' looks like a case or a time. It has: {columns}. Write the map yourself: "
        "see docs/modules/audit-intake.md.",
    )


def suggest(paths: Sequence[Path], language: Language = Language.EN) -> str:
    """A map for the logs at `paths`, as YAML with comments in `language`. It is made from the first rows of the first of them.

    Raises `NothingToSuggest`, and what `intake.open_logs` raises for a file that is no log.
    """
    log = sample(paths)
    found = roles(log)
    if found is None:
        raise NothingToSuggest(file=log.path.name, columns=", ".join(log.columns) or "-")
    return write(log, found, meaning(log, found), language)
