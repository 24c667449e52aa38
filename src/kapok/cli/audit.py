"""`kapok audit LOG...`: judge anybody's event log by a rule pack; `kapok audit --suggest LOG`: a map to start from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from kapok.batch.audit import map as maps
from kapok.batch.audit.figures import Figures
from kapok.batch.audit.map import AuditMap
from kapok.batch.audit.run import ENGINES, run
from kapok.batch.audit.selection import facts_lacking
from kapok.batch.audit.suggest import suggest
from kapok.cli import language
from kapok.cli.meter import Meter
from kapok.cli.promise_table import promise_lines
from kapok.kernel import promises
from kapok.kernel.errors import KapokError
from kapok.kernel.promises import Pack
from kapok.kernel.text import Text

DONE = Text(
    zh="{events} 个事件，{cases} 个工单，拒绝 {refused} 行；{opened} 项承诺，违约 {broken} 项。报告：{page}",
    en="{events} event{events_s} of {cases} case{cases_s}, {refused} row{refused_s} refused; {opened} promise{opened_s},"
    " {broken} broken. Report: {page}",
)


NONE_APPLIED = Text(
    zh="没有一项承诺适用。规则包按这些要素选用，而映射没有给出：{facts}。请写在映射的 facts 或 fact_columns 下。",
    en="No promise applied. The pack chooses by facts that the map does not give: {facts}. Write them under `facts` or "
    "`fact_columns` in the map.",
)


class BadMoment(KapokError):
    """`--at` is no moment with a zone."""

    wording = Text(
        zh="--at “{value}”不是带时区的时刻。请写成例如 2026-10-31T18:00+08:00。",
        en="--at '{value}' is no moment with a zone. Write for example 2026-10-31T18:00+08:00.",
    )


class MissingOption(KapokError):
    """`--pack` or `--map` is missing."""

    wording = Text(
        zh="缺少 {option}。评判需要规则包与映射：kapok audit LOG --pack PACK --map MAP.yaml；"
        "还没有映射时：kapok audit --suggest LOG > MAP.yaml",
        en="{option} is missing. Judging takes a pack and a map: kapok audit LOG --pack PACK --map MAP.yaml; to get a map to"
        " start from: kapok audit --suggest LOG > MAP.yaml",
    )


def _help(zh: str, en: str) -> str:
    return Text(zh=zh, en=en).in_(language())


@click.command(help=_help("依规则包评判事件日志。", "Judge event logs by a rule pack."))
@click.argument("logs", metavar="LOG...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--pack", "pack_name", help=_help("规则包的名称或文件", "name or file of the pack"))
@click.option(
    "--map", "map_file", type=click.Path(path_type=Path), help=_help("映射文件", "the map: what the columns mean")
)
@click.option("--out", type=click.Path(path_type=Path), help=_help("报告文件夹", "folder of the report"))
@click.option(
    "--json", "as_json", is_flag=True, help=_help("把结果以 JSON 打印到标准输出", "print the figures as JSON")
)
@click.option("--engine", type=click.Choice(list(ENGINES)), default="duckdb", help=_help("引擎", "where to compute"))
@click.option("--master", help=_help("Spark 集群地址", "address of the Spark cluster"))
@click.option("--at", "moment", help=_help("未完成的承诺按此时刻评判", "judge what still runs as of this moment"))
@click.option(
    "--suggest", "suggests", is_flag=True, help=_help("只打印一份可用的映射草稿", "only print a map to start from")
)
def audit(logs: tuple[Path, ...], **options: Any) -> None:
    """Judge the logs, or suggest a map for them."""
    if options["suggests"]:
        click.echo(suggest(logs, language()), nl=False)
        return
    out = options["out"] or Path(f"audit-{logs[0].name.split('.')[0]}")
    pack, audit_map = _rules(options)
    figures = _judged(logs, pack, audit_map, out, options)
    if options["as_json"]:
        click.echo(json.dumps(figures.as_json(), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(promise_lines(figures, language())))
    click.echo(_summary(figures, out), err=options["as_json"])
    lacking = facts_lacking(pack, audit_map)
    if lacking and not any(promise.opened for promise in figures.promises):
        click.echo(NONE_APPLIED.format(facts=_listed(lacking)).in_(language()), err=True)


def _rules(options: Mapping[str, Any]) -> tuple[Pack, AuditMap]:
    if options["pack_name"] is None or options["map_file"] is None:
        raise MissingOption(option="--map" if options["pack_name"] else "--pack")
    return promises.load(promises.find(options["pack_name"])), maps.load(options["map_file"])


def _judged(logs: tuple[Path, ...], pack: Pack, audit_map: AuditMap, out: Path, options: Mapping[str, Any]) -> Figures:
    at = _moment(options["moment"])
    with Meter() as meter:
        engine, master = options["engine"], options["master"]
        return run(logs, pack, audit_map, out, at=at, engine=engine, master=master, progress=meter.show)


def _listed(facts: Mapping[str, tuple[str, ...]]) -> str:
    return ", ".join(f"{fact} ({'/'.join(values)})" if values else fact for fact, values in facts.items())


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
        "events": figures.reading.events,
        "cases": figures.reading.cases,
        "refused": figures.reading.refused,
        "opened": sum(promise.opened for promise in figures.promises),
        "broken": figures.breaches_total,
    }
    plurals = {f"{name}_s": "" if count == 1 else "s" for name, count in counts.items()}
    numbers = {name: f"{count:,}" for name, count in counts.items()}
    return DONE.format(**numbers, **plurals, page=out / "report.html").in_(language())
