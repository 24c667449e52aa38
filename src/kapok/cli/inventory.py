"""`kapok inventory import`: take a file of plant in, or show what it would do."""

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


@click.group(help=_said("导入站点、网元、端口、号码与地址段。", "Import sites, elements, ports, numbers and prefixes."))
def inventory() -> None:
    """Import the plant."""


@inventory.command(
    "import",
    help=_said("导入资源表：全部导入，或一行也不导入。", "Import a file of plant: all of it or nothing."),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--from", "source", type=click.Choice(["csv", "netbox"]), default="csv", show_default=True,
    help=_said("文件来源：本系统的CSV，或NetBox的导出", "whose file it is: our CSV, or an export of NetBox"),
)  # fmt: skip
@click.option(
    "--dry-run", is_flag=True,
    help=_said("只显示会导入什么、拒绝什么，不写入", "show what would be loaded and refused; write nothing"),
)  # fmt: skip
@click.option("--leave-out-refused", is_flag=True, help=_said("跳过有误的行", "leave the wrong rows out"))
def import_(*, file: Path, source: str, dry_run: bool, leave_out_refused: bool) -> None:
    """Print every refused row with its reason, and what was loaded."""
    arguments = ["importplant", str(file.absolute()), f"--from={source}", f"--language={language().value}"]
    arguments += ["--dry-run"] * dry_run + ["--leave-out-refused"] * leave_out_refused
    sys.exit(management.manage(find_home(), arguments))
