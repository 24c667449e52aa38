"""One audit from the logs to the report: what the command line and the console call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np

from kapok.batch.audit import engine, intake, report
from kapok.batch.audit.breach_table import write_breaches
from kapok.batch.audit.figures import BREACHES_SHOWN, Figures
from kapok.batch.audit.folder import refuse_foreign, report_folder
from kapok.batch.audit.map import AuditMap
from kapok.batch.audit.partial import Partial
from kapok.batch.audit.plan import Plan, baton_hours, chosen
from kapok.batch.audit.progress import JUDGING, READING, REPORTING, Listener, Progress, silent
from kapok.batch.audit.refused import Reason, RefusedRows
from kapok.batch.audit.summary import Read, figures_of
from kapok.kernel.errors import KapokError
from kapok.kernel.hours.instants import as_utc, micros
from kapok.kernel.promises.pack import Pack
from kapok.kernel.text import Text

class NoEvents(KapokError):
    """Nothing in the logs could be judged."""

    wording = Text(
        zh="日志中没有可评判的事件:{refused} 行全部被拒({reasons})。请核对映射的列与时间格式。",
        en="There is no event to judge: all {refused} rows were refused ({reasons}). Check columns and time format in the map.",
    )


class UnknownEngine(KapokError):
    """An engine that Kapok does not have."""

    wording = Text(zh="没有引擎“{name}”。可用:{known}。", en="There is no engine '{name}'. There are: {known}.")


@dataclass(frozen=True)
class Order:
    """What is to be audited. `at`: running commitments are judged as of this moment; None: of the log's last event."""

    paths: tuple[Path, ...]
    pack: Pack
    map: AuditMap
    at: datetime | None
    master: str | None

    def planned(self, span: engine.Span) -> Plan:
        """The plan for events of this span."""
        judged_at = span.last_at if self.at is None else micros(as_utc(self.at, "at"))
        return Plan(self.pack, self.map, judged_at, span.first_at, span.last_at)


class Engine(Protocol):
    """What reads the logs of an order and judges them; refused rows go to `refused`, large buckets below `draft`."""

    def __call__(self, order: Order, refused: RefusedRows, draft: Path, progress: Listener) -> tuple[Partial | None, Read]: ...


def run(
    paths: Sequence[Path],
    pack: Pack,
    audit_map: AuditMap,
    out: Path,
    at: datetime | None = None,
    *,
    engine: str = "duckdb",
    master: str | None = None,
    progress: Listener = silent,
) -> Figures:
    """Read the logs at `paths`, judge them by `pack` as `audit_map` says, and write the report into the folder `out`.

    `at` (aware) is the moment as of which running commitments are judged; the log's last event when it is None. `engine` is
    `duckdb` (this machine) or `spark` (a cluster at `master`); both give the same figures. Whatever goes wrong, `out` is as it
    was. Raises `KapokError`s: of the intake, the map, the folder, and `NoEvents`.
    """
    if engine not in ENGINES:
        raise UnknownEngine(name=engine, known=", ".join(ENGINES))
    chosen(pack, audit_map)
    baton_hours(pack, audit_map)
    refuse_foreign(out)
    order = Order(tuple(paths), pack, audit_map, at, master)
    with report_folder(out) as draft:
        with RefusedRows(draft / "refused.csv") as refused:
            partial, read = ENGINES[engine](order, refused, draft, progress)
            if partial is None:
                raise NoEvents(refused=refused.total, reasons=", ".join(refused.counts()))
            _refuse_duplicates(partial, refused)
            figures = figures_of(partial, order.planned(read.span), read, refused, engine)
        progress(Progress(REPORTING, 0, None))
        _list_anomalies(partial, draft / "anomalies.csv", refused.files)
        if figures.breaches_total > BREACHES_SHOWN:
            write_breaches(partial.breaches, draft / "breaches.csv", figures.zone)
        report.write(figures, draft)
    return figures


def _here(order: Order, refused: RefusedRows, draft: Path, progress: Listener) -> tuple[Partial | None, Read]:
    """The engine of this machine."""
    estimate: list[int | None] = [None]
    source = intake.open_logs(
        order.paths, order.map, refused, lambda step: progress(Progress(READING, step.rows, estimate[0]))
    )
    estimate[0] = source.rows_estimate
    spans: list[engine.Span] = []
    done = 0

    def planned(span: engine.Span) -> Plan:
        spans.append(span)
        return order.planned(span)

    def advance(events: int) -> None:
        nonlocal done
        done += events
        progress(Progress(JUDGING, done, source.rows_read - source.rows_refused))

    partial = engine.audit(source.batches(), planned, draft, advance)
    return partial, Read(source.rows_read, spans[0] if spans else engine.Span(0, 0))


def _on_a_cluster(order: Order, refused: RefusedRows, draft: Path, progress: Listener) -> tuple[Partial | None, Read]:
    """The engine of a cluster."""
    from kapok.batch.audit import cluster  # noqa: PLC0415  only who asks for it needs Spark

    return cluster.audit(order, refused, progress)


ENGINES: dict[str, Engine] = {"duckdb": _here, "spark": _on_a_cluster}


def _refuse_duplicates(partial: Partial, refused: RefusedRows) -> None:
    for found in partial.twice:
        for source in np.unique(found.source).tolist():
            refused.add(Reason.DUPLICATE_ROW, source=source, rows=found.row[found.source == source].tolist())


def _list_anomalies(partial: Partial, path: Path, files: tuple[str, ...]) -> None:
    """Closings of what nothing had opened: in a file like that of the refused rows. The cases are judged all the same."""
    with RefusedRows(path) as listed:
        listed.files = files
        for found in partial.early:
            for source, row, words in zip(found.source.tolist(), found.row.tolist(), found.words, strict=True):
                listed.add(Reason.CLOSES_BEFORE_IT_OPENS, source=source, rows=[row], raw=[words])
