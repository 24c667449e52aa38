"""`kapok journal verify | digests | export`: whether anybody has changed what was written down."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from kapok.cli import language
from kapok.cli.journal_export import export
from kapok.host import manage as management
from kapok.host.home import find_home
from kapok.kernel.text import Text

JOURNAL = Text(
    zh="核验日志，输出每日摘要，导出事件日志。",
    en="Verify the journal, print the digests of its days, export it as an event log.",
)
VERIFY = Text(
    zh="重新计算全部封印并与所存核对。退出码：1 表示日志被改动，2 表示无法核验。",
    en="Compute every seal again and compare. Exit code 1: the journal was changed; 2: it cannot be verified.",
)
DIGESTS = Text(
    zh="每天一行：日期、摘要、封印数、条目数。请另存他处，日后用 --expect 核对。",
    en="A line a day: date, digest, seals, entries. Keep them elsewhere, to compare with --expect.",
)
SINCE = click.option(
    "--since",
    metavar="YYYY-MM-DD",
    type=click.DateTime(["%Y-%m-%d"]),
    help=Text(zh="从这一天起", en="from this day on").in_(language()),
)


@click.group(help=JOURNAL.in_(language()))
def journal() -> None:
    """Verify the journal."""


journal.add_command(export)


@journal.command(help=VERIFY.in_(language()))
@SINCE
@click.option(
    "--expect",
    metavar="YYYY-MM-DD=DIGEST",
    multiple=True,
    help=Text(zh="另存的当日摘要，可重复", en="the digest of a day as it was kept; may be repeated").in_(language()),
)
def verify(since: object, expect: Sequence[str]) -> None:
    """Say the first breach, or that there is none."""
    _run("verify", since, *(f"--expect={each}" for each in expect))


@journal.command(help=DIGESTS.in_(language()))
@SINCE
def digests(since: object) -> None:
    """Print them."""
    _run("digests", since)


def _run(action: str, since: object, *more: str) -> None:
    """In the process in which Django is set up; its output is the command's, too."""
    chosen = [f"--since={since:%Y-%m-%d}"] if since else []
    said = ["--language", language().value]
    sys.exit(management.manage(find_home(), ["journal", action, *said, *chosen, *more]))
