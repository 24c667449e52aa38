"""`kapok people import`: take a personnel file in, or show what it would do."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kapok.cli import language
from kapok.host import manage as management
from kapok.host.home import find_home
from kapok.kernel.text import Text


def _said(zh: str, en: str) -> str:
    return Text(zh=zh, en=en).in_(language())


@click.group(help=_said("导入人员、岗位与技能。", "Import people, posts and skills."))
def people() -> None:
    """Import people, posts and skills."""


@people.command(
    "import",
    help=_said(
        "导入人员表（CSV）：全部导入，或一行也不导入。", "Import a table of people (CSV): all of it or nothing."
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--dry-run", is_flag=True, help=_said("只显示将有的变更，不写入", "show what would change; write nothing")
)
def import_(*, file: Path, dry_run: bool) -> None:
    """Print what each row does and, at the end, the one-time passwords of the new accounts."""
    arguments = ["importpeople", str(file.absolute()), f"--language={language().value}"]
    sys.exit(management.manage(find_home(), arguments + ["--dry-run"] * dry_run))
