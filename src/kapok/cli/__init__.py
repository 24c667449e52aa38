"""The command line: `kapok up | down | status | doctor | backup | restore | lab | people | inventory | customers | …`.

Each command lives in a file of this package and is imported only when it is called, so that `kapok clock` does not pay for
the web server. Exit codes: 0 done, 1 a check found something, 2 the call could not be carried out.
"""

from __future__ import annotations

import importlib
import locale
import os
import sys
from typing import Any

import click

from kapok import __version__
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text

# Command name -> (module of this package, what it does).
COMMANDS: dict[str, tuple[str, Text]] = {
    "up": ("server", Text(zh="启动数据库、网页与后台任务", en="start database, web and worker")),
    "down": ("server", Text(zh="停止全部", en="stop everything")),
    "status": ("server", Text(zh="正在运行什么", en="what is running")),
    "doctor": ("server", Text(zh="检查本机，并说明如何修复", en="check this machine and say how to mend it")),
    "backup": ("server", Text(zh="把全部数据写入一个文件", en="write all data to one file")),
    "restore": ("server", Text(zh="从备份文件恢复", en="bring all data back from a backup")),
    "manage": ("server", Text(zh="Django 管理命令", en="Django's management commands")),
    "lab": ("lab", Text(zh="网络对端实验室：RADIUS、SIP", en="a laboratory of network peers: RADIUS, SIP")),
    "people": ("people", Text(zh="导入人员、岗位与技能", en="import people, posts and skills")),
    "customers": ("customers", Text(zh="导入客户", en="import customers")),
    "inventory": ("inventory", Text(zh="导入网络资源", en="import the plant")),
    "clock": ("clock", Text(zh="检验时钟案例", en="check clock cases")),
    "packs": ("packs", Text(zh="检验与发布规则包", en="check and publish rule packs")),
    "audit": ("audit", Text(zh="依规则包评判任意事件日志", en="judge anybody's event log by a rule pack")),
    "journal": ("journal", Text(zh="核验日志未被改动", en="verify that the journal was not changed")),
}


def language() -> Language:
    """The reader's language: `KAPOK_LANG`, else the locale of the terminal."""
    return Language.of(os.environ.get("KAPOK_LANG") or os.environ.get("LC_ALL") or locale.getlocale()[0])


def say(text: Text, **values: Any) -> None:
    """Print `text` in the reader's language."""
    click.echo(text.format(**values).in_(language()))


class Commands(click.Group):
    """The commands above, imported when called; a named refusal becomes one line and exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(f"kapok.cli.{module}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any of them."""
        with formatter.section("命令" if language() is Language.ZH else "Commands"):
            formatter.write_dl([(name, summary.in_(language())) for name, (_, summary) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a `KapokError` is for people, not a traceback."""
        try:
            return super().invoke(ctx)
        except KapokError as refusal:
            click.echo(refusal.text.in_(language()), err=True)
            sys.exit(2)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=Text(zh="Kapok（木棉）：电信运营商的服务系统。", en="Kapok: the service system of a telecom operator.").in_(
        language()
    ),
)
@click.version_option(__version__, prog_name="kapok")
def main() -> None:
    """Run one of the commands above."""
