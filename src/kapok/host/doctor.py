"""Is this machine fit for Kapok? One finding for each thing that could be wrong, with its remedy."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psycopg

from kapok.host import binaries as postgres
from kapok.host import database, status, web
from kapok.host.account import OWN
from kapok.host.home import NEEDED_BYTES, Home
from kapok.host.peers import PEERS
from kapok.host.web import Door
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

KEEPER_SILENT_SECONDS = 30
KEEPER_STARTING_SECONDS = 60


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, and what to do if it is not well."""

    level: Level
    subject: Text
    found: Text
    remedy: Text | None = None


def examine(home: Home, door: Door) -> Iterator[Finding]:
    """Look at everything; nothing is changed, started or created."""
    looks: list[Callable[[], Iterator[Finding]]] = [
        _python,
        _programs,
        _user,
        lambda: _folder(home),
        lambda: _space(home),
        lambda: _data(home),
        lambda: _ground(home),
        lambda: _door(home, door),
        _codes,
        _optional,
    ]
    for look in looks:
        yield from look()


def _plain(words: object) -> Text:
    return Text(zh=str(words), en=str(words))


def _python() -> Iterator[Finding]:
    fit = sys.version_info >= (3, 11)
    remedy = Text(
        zh="安装 Python 3.11 或更新版本，再执行 `make clean setup`",
        en="install Python 3.11 or newer, then `make clean setup`",
    )
    yield Finding(
        Level.OK if fit else Level.FAIL, _plain("Python"), _plain(platform.python_version()), None if fit else remedy
    )


def _programs() -> Iterator[Finding]:
    subject = Text(zh="PostgreSQL 程序", en="PostgreSQL's programs")
    try:
        found = postgres.find()
        yield Finding(Level.OK, subject, _plain(f"{found.version} ({found.folder})"))
    except KapokError as refusal:
        yield Finding(Level.WARN if os.environ.get("KAPOK_DATABASE_URL") else Level.FAIL, subject, refusal.text)


def _user() -> Iterator[Finding]:
    if os.geteuid() != 0:
        return
    yield Finding(
        Level.WARN,
        Text(zh="用户", en="user"),
        Text(
            zh=f"root；数据库以 {OWN} 身份运行，网页服务以 root 运行",
            en=f"root; the database runs as {OWN}, the web server as root",
        ),
        Text(zh="长期使用请以普通用户运行", en="for lasting use, run Kapok as an ordinary user"),
    )


def _folder(home: Home) -> Iterator[Finding]:
    subject = Text(zh="数据目录", en="data folder")
    place = next(folder for folder in (home.root, *home.root.parents) if folder.exists())
    if os.access(place, os.W_OK | os.X_OK):
        new = Text(zh="（首次启动时创建）", en=" (created at the first start)") if place != home.root else _plain("")
        yield Finding(Level.OK, subject, Text(zh="{path}{new}", en="{path}{new}").format(path=home.root, new=new))
        return
    remedy = Text(
        zh="修正权限，或用 KAPOK_HOME 指定另一目录", en="mend its permissions, or name another folder in KAPOK_HOME"
    )
    yield Finding(Level.FAIL, subject, Text(zh=f"{place} 不可写", en=f"{place} is not writable"), remedy)


def _space(home: Home) -> Iterator[Finding]:
    place = next(folder for folder in (home.root, *home.root.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    level = Level.FAIL if free < NEEDED_BYTES else Level.WARN if free < 8 * NEEDED_BYTES else Level.OK
    remedy = Text(
        zh="清理磁盘，或用 KAPOK_HOME 指定另一磁盘",
        en="free some space, or name a folder on another disk in KAPOK_HOME",
    )
    found = Text(zh="剩余 {free} MB", en="{free} MB free").format(free=free // 2**20)
    yield Finding(level, Text(zh="磁盘", en="disk"), found, None if level is Level.OK else remedy)


def _data(home: Home) -> Iterator[Finding]:
    """Do programs and data fit?"""
    subject = Text(zh="数据版本", en="version of the data")
    version = home.database / "PG_VERSION"
    if os.environ.get("KAPOK_DATABASE_URL") or not home.database.exists():
        return
    try:
        major = int(version.read_text())
        found = postgres.find(major=major, at_least=0)
        yield Finding(
            Level.OK, subject, Text(zh=f"{major}，由 {found.version} 服务", en=f"{major}, served by {found.version}")
        )
    except (OSError, ValueError, KapokError) as trouble:
        what = trouble.text if isinstance(trouble, KapokError) else _plain(trouble)
        remedy = Text(
            zh="`kapok up` 会说明原因；必要时从备份恢复",
            en="`kapok up` says why; if need be, bring the data back from a backup",
        )
        yield Finding(Level.FAIL, subject, what, remedy)


def _ground(home: Home) -> Iterator[Finding]:
    subject = Text(zh="数据库", en="database")
    try:
        ground = database.running(home)
        if not ground:
            yield Finding(
                Level.OK, subject, Text(zh="没有运行（`kapok up` 启动）", en="does not run (`kapok up` starts it)")
            )
            return
        yield Finding(Level.OK, subject, _plain(f"PostgreSQL {ground.server_version()}, {ground.where}"))
    except KapokError as refusal:
        yield Finding(Level.FAIL, subject, refusal.text)
        return
    yield _migrations(home, ground)
    if status.runs(home):
        yield _keeper(home, ground)


def _migrations(home: Home, ground: database.Database) -> Finding:
    check = web.python("-m", "django", "migrate", "--check")
    checked = subprocess.run(check, env=web.environment(home, ground), capture_output=True, check=False, cwd=Path("/"))  # noqa: S603
    subject = Text(zh="数据库结构", en="database schema")
    if checked.returncode == 0:
        return Finding(Level.OK, subject, Text(zh="最新", en="up to date"))
    remedy = Text(zh="重新启动：`kapok down`，再 `kapok up`", en="start again: `kapok down`, then `kapok up`")
    return Finding(Level.FAIL, subject, Text(zh="有未执行的迁移", en="migrations are pending"), remedy)


def _keeper(home: Home, ground: database.Database) -> Finding:
    """Are warnings and breaches being fired? One that has only just been started may not have been heard yet."""
    subject = Text(zh="计时进程", en="keeper")
    query = "SELECT extract(epoch FROM now() - max(seen_at))::int FROM commitments_schedulerbeat"
    try:
        with ground.connect() as connection:
            row = connection.execute(query).fetchone()
    except psycopg.Error as trouble:
        return Finding(Level.WARN, subject, _plain(trouble))
    seconds = row[0] if row else None
    if seconds is not None and seconds <= KEEPER_SILENT_SECONDS:
        return Finding(Level.OK, subject, Text(zh=f"{seconds} 秒前有响应", en=f"seen {seconds} seconds ago"))
    if status.ready_for(home) < KEEPER_STARTING_SECONDS:
        again = Text(zh="一分钟后再运行 `kapok doctor`", en="run `kapok doctor` again in a minute")
        return Finding(Level.WARN, subject, Text(zh="正在启动，尚无响应", en="starting, not heard yet"), again)
    remedy = Text(zh="查看日志 keeper.log；重新启动 `kapok up`", en="look into keeper.log; start `kapok up` again")
    return Finding(Level.FAIL, subject, Text(zh="没有响应，时限不会触发", en="silent: no clock fires"), remedy)


def _door(home: Home, door: Door) -> Iterator[Finding]:
    subject = Text(zh="端口", en="port")
    if status.runs(home):
        return
    try:
        door.check_free()
        yield Finding(Level.OK, subject, Text(zh=f"{door.port} 空闲", en=f"{door.port} is free"))
    except KapokError as refusal:
        yield Finding(Level.WARN, subject, refusal.text)


def _codes() -> Iterator[Finding]:
    """Do one-time codes reach customers?"""
    subject = Text(zh="验证码发送", en="codes for customers")
    if sender := os.environ.get("KAPOK_CODE_SENDER", "").strip():
        yield Finding(Level.OK, subject, _plain(sender))
        return
    nobody = Text(
        zh="未设置 KAPOK_CODE_SENDER：客户收不到验证码，无法进入自助页面",
        en="KAPOK_CODE_SENDER is not set: no code reaches a customer, and nobody comes to their own pages",
    )
    remedy = Text(
        zh="用 KAPOK_CODE_SENDER 指定发送函数（docs/modules/selfcare.md）",
        en="name a function that sends in KAPOK_CODE_SENDER (docs/modules/selfcare.md)",
    )
    yield Finding(Level.WARN, subject, nobody, remedy)


def _optional() -> Iterator[Finding]:
    for peer in PEERS.values():
        subject = Text(zh="可选：{name}", en="optional: {name}").format(name=peer.name)
        if found := peer.find():
            yield Finding(Level.OK, subject, _plain(found))
        else:
            missing = Text(zh="未安装；用于{use}", en="not installed; for {use}").format(use=peer.use)
            yield Finding(Level.WARN, subject, missing, peer.remedy)
