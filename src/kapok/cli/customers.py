"""`kapok customers import`: load a table of customers, or show what would be refused."""

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


@click.group(help=_said("导入客户。", "Import customers."))
def customers() -> None:
    """Import customers."""


@customers.command(
    "import",
    help=_said(
        "导入客户表（CSV）：全部导入，或一行也不导入。", "Import a table of customers (CSV): all of it or nothing."
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help=_said("只检查，不写入", "only check; write nothing"))
def import_(*, file: Path, dry_run: bool) -> None:
    """Print every refused row with its field and the reason, and how many customers were added."""
    arguments = ["importcustomers", str(file.absolute()), f"--language={language().value}"]
    sys.exit(management.manage(find_home(), arguments + ["--dry-run"] * dry_run))
