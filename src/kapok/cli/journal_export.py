"""`kapok journal export`: the matters of the journal as an event log for `kapok audit`; a subcommand of the group `journal`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from kapok.cli import language
from kapok.host import manage as management
from kapok.host.home import find_home
from kapok.kernel.text import Text


def _said(zh: str, en: str) -> str:
    return Text(zh=zh, en=en).in_(language())


DAY = click.DateTime(["%Y-%m-%d"])


@click.command(
    help=_said(
        "把日志中的事项导出为事件日志，并附映射文件，供 kapok audit 使用。",
        "Write the matters of the journal as an event log, with its map, for `kapok audit`.",
    )
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=_said("写到哪里：.csv 或 .parquet", "where to: .csv or .parquet"),
)
@click.option(
    "--since",
    type=DAY,
    metavar="YYYY-MM-DD",
    help=_said("只含这天起开始的事项", "matters that began on this day or later"),
)
@click.option(
    "--until",
    type=DAY,
    metavar="YYYY-MM-DD",
    help=_said("只含这天之前开始的事项", "matters that began before this day"),
)
def export(*, out: Path, since: datetime | None, until: datetime | None) -> None:
    """Say what was written and how to judge it."""
    days = {"since": since, "until": until}
    chosen = [f"--{name}={day:%Y-%m-%d}" for name, day in days.items() if day is not None]
    arguments = ["exportjournal", str(out.absolute()), f"--language={language().value}", *chosen]
    sys.exit(management.manage(find_home(), arguments))
