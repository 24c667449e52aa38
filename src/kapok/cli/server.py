"""`kapok up | down | status | doctor | backup | restore | manage`."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from kapok.cli import language, say
from kapok.host import backup as backups
from kapok.host import doctor as doctors
from kapok.host import instance
from kapok.host import manage as management
from kapok.host import status as statuses
from kapok.host import up as ups
from kapok.host.archive import Manifest
from kapok.host.home import Home, find_home
from kapok.host.web import Door
from kapok.kernel.text import Text

BACKGROUND_SECONDS = 900


def _said(zh: str, en: str) -> str:
    return Text(zh=zh, en=en).in_(language())


PORT = click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    envvar="KAPOK_PORT",
    show_default=True,
    help=_said("网页端口", "port of the web server"),
)
HOST = click.option(
    "--host",
    default="127.0.0.1",
    envvar="KAPOK_HOST",
    show_default=True,
    help=_said("网页监听地址", "address that the web server listens on"),
)


@click.command(help=_said("启动数据库、网页与后台任务，直到 Ctrl-C。", "Start database, web and worker, until Ctrl-C."))
@click.option(
    "--demo", is_flag=True, help=_said("载入演示数据（可重复执行）", "load the demo; doing it again changes nothing")
)
@click.option(
    "--background",
    is_flag=True,
    help=_said("就绪后返回，在后台继续运行", "return when it is ready, and go on in the background"),
)
@PORT
@HOST
def up(*, demo: bool, background: bool, port: int, host: str) -> None:
    """Start everything."""
    home = find_home()
    if background:
        _up_in_background(home)
    else:
        ups.run(home, Door(host, port), demo=demo, say=say)


def _up_in_background(home: Home) -> None:
    """The same command without `--background`, in a session of its own; waits for it to be ready, passes on its words."""
    home.prepare()
    log = home.logs / "kapok.log"
    command = [
        sys.executable,
        "-P",
        "-c",
        "from kapok.cli import main; main()",
        *(word for word in sys.argv[1:] if word != "--background"),
    ]
    with log.open("wb") as words:
        started = subprocess.Popen(  # noqa: S603 - this very program
            command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, start_new_session=True
        )
    ends = time.monotonic() + BACKGROUND_SECONDS
    while started.poll() is None and not _is_ready(home, started.pid) and time.monotonic() < ends:
        time.sleep(0.1)
    click.echo(log.read_text(errors="replace"), nl=False)
    if started.returncode:
        sys.exit(started.returncode)


def _is_ready(home: Home, pid: int) -> bool:
    now = instance.noted(home)
    return bool(now and now.pid == pid and now.ready)


@click.command(help=_said("停止全部，包括异常退出后遗留的进程。", "Stop everything, and what a crash left over."))
def down() -> None:
    """Stop everything."""
    if count := instance.down(find_home()):
        say(Text(zh="已停止 {count} 个进程。", en="Stopped {count} {count:process|processes}."), count=count)
    else:
        say(Text(zh="没有正在运行的进程。", en="Nothing was running."))


@click.command(help=_said("正在运行什么；没有运行时退出码为 1。", "What is running; exit code 1 when it does not."))
def status() -> None:
    """Say what runs."""
    home = find_home()
    for line in statuses.report(home):
        say(line)
    sys.exit(0 if statuses.runs(home) else 1)


@click.command(
    help=_said(
        "检查本机并给出修复办法；有问题时退出码为 1。",
        "Check this machine, with remedies; exit code 1 when something is wrong.",
    )
)
@PORT
@HOST
def doctor(*, port: int, host: str) -> None:
    """Say what is wrong."""
    findings = list(doctors.examine(find_home(), Door(host, port)))
    for finding in findings:
        click.echo(f"{finding.level:4}  {finding.subject.in_(language())}: {finding.found.in_(language())}")
        if finding.remedy:
            click.echo(f"      → {finding.remedy.in_(language())}")
    sys.exit(1 if any(finding.level is doctors.Level.FAIL for finding in findings) else 0)


FILE = click.argument("file", type=click.Path(dir_okay=False, resolve_path=True, path_type=Path))


@click.command(help=_said("把数据库与文件写入一个备份文件。", "Write database and files to one backup file."))
@FILE
@click.option("--force", is_flag=True, help=_said("覆盖已有文件", "replace an existing file"))
def backup(*, file: Path, force: bool) -> None:
    """Write a backup."""
    manifest = backups.backup(find_home(), file, at=datetime.now(UTC), force=force)
    done = Text(
        zh="已写入 {file}：{size} MB，1 个数据库，{count} 个文件。请妥善保管：其中有个人数据。",
        en="Wrote {file}: {size} MB, the database and {count} {count:file|files}. Keep it safe: it holds personal data.",
    )
    say(done, file=file, size=f"{file.stat().st_size / 2**20:.1f}", count=len(manifest.members) - 1)


@click.command(help=_said("用备份替换现有数据。", "Replace all data by those of a backup."))
@FILE
@click.option("--yes", is_flag=True, help=_said("不再询问", "do not ask"))
def restore(*, file: Path, yes: bool) -> None:
    """Bring a backup back."""
    if backups.restore(find_home(), file, confirm=lambda manifest: yes or _agreed(manifest)):
        say(Text(zh="已恢复。`kapok up` 启动。", en="Restored. `kapok up` starts it."))
    else:
        say(Text(zh="未作任何改动。", en="Nothing was changed."))


def _agreed(manifest: Manifest) -> bool:
    question = Text(
        zh="备份时间 {at:%Y-%m-%d %H:%M} UTC，Kapok {kapok}。现有的全部数据将被替换。继续吗？",
        en="Made on {at:%Y-%m-%d %H:%M} UTC by Kapok {kapok}. All present data will be replaced. Go on?",
    )
    return click.confirm(question.format(at=manifest.made_at.astimezone(UTC), kapok=manifest.kapok).in_(language()))


@click.command(
    help=_said(
        "Django 管理命令，例如 `kapok manage createsuperuser`。",
        "Django's management commands, e.g. `kapok manage createsuperuser`.",
    ),
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(*, arguments: tuple[str, ...]) -> None:
    """Pass a command on to Django."""
    sys.exit(management.manage(find_home(), arguments))
