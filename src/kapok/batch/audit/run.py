"""One audit from the logs to the report: what the command line and the console call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from kapok.batch.audit import engine as this_machine
from kapok.batch.audit import report
from kapok.batch.audit.breach_table import write_breaches
from kapok.batch.audit.figures import BREACHES_SHOWN, Figures
from kapok.batch.audit.folder import report_folder
from kapok.batch.audit.map import AuditMap
from kapok.batch.audit.partial import Partial
from kapok.batch.audit.plan import baton_hours, chosen
from kapok.batch.audit.progress import REPORTING, Listener, Progress, silent
from kapok.batch.audit.refused import Reason, RefusedRows
from kapok.batch.audit.request import Read, Request
from kapok.batch.audit.summary import figures_of
from kapok.kernel.errors import KapokError
from kapok.kernel.promises.pack import Pack
from kapok.kernel.text import Text

Engine = Callable[[Request, RefusedRows, Listener], tuple[Partial | None, Read]]


class NoEvents(KapokError):
    """Nothing in the logs could be judged."""

    wording = Text(
        zh="日志中没有可评判的事件：{refused} 行全部被拒（{reasons}）。请核对映射的列与时间格式。",
        en="No event could be judged; rows refused: {refused} ({reasons}). Check columns and time format in the map.",
    )


class UnknownEngine(KapokError):
    """An engine that Kapok does not have."""

    wording = Text(zh="没有引擎“{name}”。可用：{known}。", en="There is no engine '{name}'. There are: {known}.")


def run(
    paths: Sequence[Path],
    pack: Pack,
    audit_map: AuditMap,
    out: Path,
    *,
    at: datetime | None = None,
    engine: str = "duckdb",
    master: str | None = None,
    progress: Listener = silent,
) -> Figures:
    """Read the logs at `paths`, judge them by `pack` as `audit_map` says, and write the report into the folder `out`.

    `at` (aware) is the moment as of which running commitments are judged; the log's last event when it is None. `engine` is
    `duckdb` (this machine) or `spark` (a cluster at `master`); both give the same figures. Whatever goes wrong, `out` is as it
    was. Raises `KapokError`s: of the intake, the plan, the folder, `NoEvents` and `UnknownEngine`.
    """
    if engine not in ENGINES:
        raise UnknownEngine(name=engine, known=", ".join(ENGINES))
    chosen(pack, audit_map)
    baton_hours(pack, audit_map)
    with report_folder(out) as draft:
        request = Request(tuple(paths), pack, audit_map, at, draft, master)
        with RefusedRows(draft / "refused.csv") as refused:
            whole, read = ENGINES[engine](request, refused, progress)
            if whole is None:
                raise NoEvents(refused=refused.total, reasons=_in_words(refused))
            _refuse_duplicates(whole, refused)
            figures = figures_of(whole, request.plan(read.span), read, refused, engine)
        progress(Progress(REPORTING, 0, None))
        _list_anomalies(whole, draft / "anomalies.csv", refused.files)
        if figures.breaches_total > BREACHES_SHOWN:
            write_breaches(whole.breaches, draft / "breaches.csv", figures.zone)
        report.write(figures, draft)
    return figures


def _on_a_cluster(request: Request, refused: RefusedRows, progress: Listener) -> tuple[Partial | None, Read]:
    """The engine of a cluster."""
    from kapok.batch.audit import cluster  # noqa: PLC0415  only who asks for it needs Spark

    return cluster.audit(request, refused, progress)


ENGINES: dict[str, Engine] = {"duckdb": this_machine.audit, "spark": _on_a_cluster}


def _in_words(refused: RefusedRows) -> Text:
    reasons = [Reason(code).text for code in refused.counts()]
    return Text(zh="；".join(each.zh for each in reasons), en="; ".join(each.en for each in reasons))


def _refuse_duplicates(whole: Partial, refused: RefusedRows) -> None:
    for found in whole.twice:
        for source in np.unique(found.source).tolist():
            refused.add(Reason.DUPLICATE_ROW, source=source, rows=found.row[found.source == source].tolist())


def _list_anomalies(whole: Partial, path: Path, files: tuple[str, ...]) -> None:
    """Closings of what nothing had opened: in a file like that of the refused rows. The cases are judged all the same."""
    with RefusedRows(path) as listed:
        listed.files = files
        for found in whole.early:
            for source, row, words in zip(found.source.tolist(), found.row.tolist(), found.words, strict=True):
                listed.add(Reason.CLOSES_BEFORE_IT_OPENS, source=source, rows=[row], raw=[words])
