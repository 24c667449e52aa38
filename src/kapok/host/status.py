"""What runs at this moment, and where."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path

from kapok import __version__
from kapok.host import database, instance
from kapok.host.database import Database
from kapok.host.home import Home
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

RUNS = Text(zh="Kapok 正在运行：{address}（进程 {pid}）", en="Kapok runs: {address} (process {pid})")
STARTS = Text(zh="Kapok 正在启动（进程 {pid}）", en="Kapok is starting (process {pid})")
CRASHED = Text(
    zh="Kapok 没有运行，但上次异常退出遗留了 {count} 个进程；`kapok down` 可清理",
    en="Kapok does not run, but a crash left {count} {count:process|processes} over; `kapok down` clears them",
)
IDLE = Text(zh="Kapok 没有运行；`kapok up` 启动它", en="Kapok does not run; `kapok up` starts it")
CHILD = Text(zh="  {name}：进程 {pid}", en="  {name}: process {pid}")
GROUND = Text(zh="数据库：PostgreSQL {version}，{where}", en="Database: PostgreSQL {version} at {where}")
FOLDER = Text(
    zh="数据目录：{path}（数据库 {database} MB，文件 {files} MB）",
    en="Data folder: {path} (database {database} MB, files {files} MB)",
)
VERSIONS = Text(zh="版本：Kapok {kapok}，Python {python}", en="Versions: Kapok {kapok}, Python {python}")


def runs(home: Home) -> bool:
    """Whether `kapok up` runs and is ready."""
    now = instance.noted(home)
    return bool(now and now.alive and now.ready)


def ready_for(home: Home) -> float:
    """Seconds since the instance of `home`, which runs, was ready: the last that is written down of it."""
    return time.time() - home.instance_file.stat().st_mtime


def report(home: Home) -> Iterator[Text]:
    """The lines of `kapok status`."""
    yield from _instance(home)
    if ground := database.running(home):
        yield _ground(ground)
    sizes = {room.name: size(room) // 2**20 for room in (home.database, home.files)}
    yield FOLDER.format(path=home.root, **sizes)
    yield VERSIONS.format(kapok=__version__, python=platform.python_version())


def size(folder: Path) -> int:
    """Bytes in the files below `folder`; what may not be looked into counts as nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(place) / name).lstat().st_size
            except OSError:
                continue
    return total


def _instance(home: Home) -> Iterator[Text]:
    now = instance.noted(home)
    if now and now.alive:
        yield (RUNS if now.ready else STARTS).format(address=now.address, pid=now.pid)
        for name, pid in now.children.items():
            yield CHILD.format(name=name, pid=pid)
    elif left := len(instance.everybody(home)):
        yield CRASHED.format(count=left)
    else:
        yield IDLE


def _ground(ground: Database) -> Text:
    try:
        with ground.connect() as connection:
            version: object = connection.info.parameter_status("server_version")
    except KapokError as refusal:
        version = refusal.text
    return GROUND.format(version=version, where=ground.where)
