"""`kapok lab up | down | status`: real network peers beside this instance, where they are installed."""

from __future__ import annotations

import sys

import click

from kapok.cli import language, say
from kapok.host.home import find_home
from kapok.host.lab.running import Laboratory
from kapok.kernel.text import Text

LAB = Text(
    zh="启动或停止网络对端（FreeRADIUS、Kamailio、snmptrapd），连接本实例的数据库；不安装任何软件。",
    en="Start and stop network peers (FreeRADIUS, Kamailio, snmptrapd) on this instance’s database; installs nothing.",
)
UP = Text(
    zh="启动已安装的对端，并说明其余的如何安装。",
    en="Start the peers that are installed, and say how to get the others.",
)
DOWN = Text(zh="停止全部对端，包括异常退出后遗留的。", en="Stop all of them, and what a crash left over.")
STATUS = Text(
    zh="哪些对端正在运行；有已安装而未运行的，退出码为 1。",
    en="What runs; exit code 1 when something that is installed does not.",
)


@click.group(help=LAB.in_(language()))
def lab() -> None:
    """Start and stop network peers."""


@lab.command(help=UP.in_(language()))
def up() -> None:
    """Start them."""
    for line in Laboratory(find_home()).up():
        say(line)


@lab.command(help=DOWN.in_(language()))
def down() -> None:
    """Stop them."""
    if count := Laboratory(find_home()).down():
        say(Text(zh="已停止 {count} 个进程。", en="Stopped {count} {count:process|processes}."), count=count)
    else:
        say(Text(zh="没有正在运行的对端。", en="No peer was running."))


@lab.command(help=STATUS.in_(language()))
def status() -> None:
    """Say what runs."""
    laboratory = Laboratory(find_home())
    for line in laboratory.status():
        say(line)
    sys.exit(0 if laboratory.complete() else 1)
