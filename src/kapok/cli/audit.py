"""`kapok audit LOG...`: judge anybody's event log by a rule pack; `kapok audit --suggest LOG`: a map to start from."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from kapok.batch.audit import run as batch
from kapok.batch.audit import map as maps
from kapok.batch.audit.figures import Figures
from kapok.batch.audit.suggest import suggest
from kapok.cli import language
from kapok.kernel import promises
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

DONE = Text(
    zh="{events} 个事件,{cases} 个工单,拒绝 {refused} 行;{opened} 项承诺,违约 {broken} 项。报告:{page}",
    en="{events} events of {cases} cases, {refused} rows refused; {opened} promises, {broken} broken. Report: {page}",
)
LINES_APART = 5.0  # seconds between two lines of progress where there is no terminal


class BadMoment(KapokError):
    """`--at` is no moment with a zone."""

    wording = Text(
        zh="--at “{value}”不是带时区的时刻。请写成例如 2026-10-31T18:00+08:00。",
        en="--at '{value}' is no moment with a zone. Write for example 2026-10-31T18:00+08:00.",
    )


class MissingOption(KapokError):
    """`--pack` or `--map` is missing."""

    wording = Text(
        zh="缺少 {option}。评判需要规则包与映射:kapok audit LOG --pack PACK --map MAP.yaml;还没有映射时:kapok audit --suggest LOG > MAP.yaml",
        en="{option} is missing. Judging takes a pack and a map: kapok audit LOG --pack PACK --map MAP.yaml; to get a map to"
        " start from: kapok audit --suggest LOG > MAP.yaml",
    )


def _help(zh: str, en: str) -> str:
    return Text(zh=zh, en=en).in_(language())


@click.command(help=_help("依规则包评判事件日志。", "Judge event logs by a rule pack."))
@click.argument("logs", metavar="LOG...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--pack", "pack_name", help=_help("规则包的名称或文件", "name or file of the pack"))
@click.option("--map", "map_file", type=click.Path(path_type=Path), help=_help("映射文件", "the map: what the columns mean"))
@click.option("--out", type=click.Path(path_type=Path), help=_help("报告文件夹", "folder of the report"))
@click.option("--json", "as_json", is_flag=True, help=_help("把结果以 JSON 打印到标准输出", "print the figures as JSON"))
@click.option("--engine", type=click.Choice(list(batch.ENGINES)), default="duckdb", help=_help("引擎", "where to compute"))
@click.option("--master", help=_help("Spark 集群地址", "address of the Spark cluster"))
@click.option("--at", "moment", help=_help("未完成的承诺按此时刻评判", "judge what still runs as of this moment"))
@click.option("--suggest", "suggests", is_flag=True, help=_help("只打印一份可用的映射草稿", "only print a map to start from"))
def audit(logs: tuple[Path, ...], suggests: bool, **options: Any) -> None:
    """Judge the logs, or suggest a map for them."""
    if suggests:
        click.echo(suggest(logs), nl=False)
        return
    figures, out = _judged(logs, **options)
    if options["as_json"]:
        click.echo(json.dumps(figures.as_json(), ensure_ascii=False, indent=1))
    click.echo(_summary(figures, out), err=options["as_json"])


def _judged(
    logs: tuple[Path, ...],
    *,
    pack_name: str | None,
    map_file: Path | None,
    out: Path | None,
    engine: str,
    master: str | None,
    moment: str | None,
    as_json: bool,
) -> tuple[Figures, Path]:
    if pack_name is None or map_file is None:
        raise MissingOption(option="--map" if pack_name else "--pack")
    pack = promises.load(promises.find(pack_name))
    folder = out or Path(f"audit-{logs[0].name.split('.')[0]}")
    with Meter() as meter:
        figures = batch.run(
            logs, pack, maps.load(map_file), folder, _moment(moment), engine=engine, master=master, progress=meter.show
        )
    return figures, folder


def _moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        raise BadMoment(value=value) from None
    if read.tzinfo is None:
        raise BadMoment(value=value)
    return read


def _summary(figures: Figures, out: Path) -> str:
    counts = {
        "events": f"{figures.reading.events:,}",
        "cases": f"{figures.reading.cases:,}",
        "refused": f"{figures.reading.refused:,}",
        "opened": f"{sum(promise.opened for promise in figures.promises):,}",
        "broken": f"{figures.breaches_total:,}",
    }
    return DONE.format(**counts, page=out / "report.html").in_(language())


class Meter:
    """Progress on standard error: one line that is rewritten on a terminal, now and then a line elsewhere."""

    def __init__(self) -> None:
        self._stream = click.get_text_stream("stderr")
        self._live = self._stream.isatty()
        self._stage: str | None = None
        self._shown_at = 0.0

    def __enter__(self) -> Meter:
        return self

    def __exit__(self, *_: object) -> None:
        if self._live and self._stage is not None:
            self._stream.write("\n")

    def show(self, progress: batch.Progress) -> None:
        """Show how far it has come, not too often."""
        stage = progress.stage.in_(language())
        now = time.monotonic()
        fresh = stage != self._stage
        if not fresh and now - self._shown_at < (0.1 if self._live else LINES_APART):
            return
        if self._live:
            self._stream.write(("\n" if fresh and self._stage else "\r") + _line(stage, progress) + "\x1b[K")
        else:
            self._stream.write(_line(stage, progress) + "\n")
        self._stream.flush()
        self._stage, self._shown_at = stage, now


def _line(stage: str, progress: batch.Progress) -> str:
    """`Reading  1,200,000 / 10,000,000  [####................]`."""
    if not progress.done and not progress.total:
        return stage
    if not progress.total:
        return f"{stage}  {progress.done:,}"
    filled = min(20, 20 * progress.done // progress.total)
    return f"{stage}  {progress.done:,} / {progress.total:,}  [{'#' * filled}{'.' * (20 - filled)}]"
