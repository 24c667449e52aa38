"""Everything into one file, and back again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql

from kapok import __version__
from kapok.host import archive, database, instance
from kapok.host import binaries as postgres
from kapok.host.archive import BackupFailed, BackupRefused, Manifest
from kapok.host.database import Database
from kapok.host.home import NEEDED_BYTES, Home, HomeUnusable
from kapok.host.manage import reachable
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class ToolTooOld(KapokError):
    """The server is newer than every `pg_dump` on this machine."""

    wording = Text(
        zh="数据来自 PostgreSQL {server}，本机没有同样新的 pg_dump/pg_restore。"
        "请安装 postgresql-client-{server}，并用 KAPOK_PG_BIN 指定其 bin 目录。",
        en="The data are PostgreSQL {server}'s, and this machine has no pg_dump and pg_restore as new. "
        "Install postgresql-client-{server} and name its bin folder in KAPOK_PG_BIN.",
    )


class BackupTooNew(KapokError):
    """The backup was made by a newer Kapok or on a newer server than the one here."""

    wording = Text(
        zh="该备份来自 Kapok {kapok} / PostgreSQL {postgresql}，比这里的 Kapok {own} / PostgreSQL {server} 新。"
        "请先升级，现有数据未作任何改动。",
        en="The backup comes from Kapok {kapok} on PostgreSQL {postgresql}, newer than Kapok {own} on PostgreSQL {server} here. "
        "Upgrade first; nothing was changed.",
    )


class DatabaseInUse(KapokError):
    """Others are connected to the database, or it may not be replaced by this role."""

    wording = Text(
        zh="无法替换数据库 {name}：{reason}。请断开其他连接，并确认该角色拥有此数据库及 CREATEDB 权限。现有数据未作任何改动。",
        en="The database {name} cannot be replaced: {reason}. "
        "Close all other connections, and see that the role owns it and has CREATEDB. Nothing was changed.",
    )


def backup(home: Home, path: Path, *, at: datetime, force: bool = False) -> Manifest:
    """Write database and files to `path`, beside a running Kapok or without one.

    Raises: BackupExists, BackupFailed, ToolTooOld, and what the database refuses.
    """
    home.prepare()
    with reachable(home) as ground:
        server = ground.server_version()
        manifest = Manifest(kapok=__version__, postgresql=server, made_at=at, demo=home.demo_mark.exists())
        with (
            archive.writing(path, manifest, force=force) as making,
            tempfile.TemporaryDirectory(dir=path.parent) as staging,
        ):
            dump = Path(staging) / archive.DUMP
            if complaint := _tool("pg_dump", server, ground.libpq(), "--file", str(dump)):
                raise BackupFailed(path=path, reason=complaint)
            # The database first: a row never names a file that comes too late.
            making.add(archive.DUMP, dump)
            for file in _kept_files(home):
                making.add(f"{archive.FILES}/{file.relative_to(home.files).as_posix()}", file)
    return manifest


def _kept_files(home: Home) -> list[Path]:
    """All files but those on their way in."""
    found = (path for path in home.files.rglob("*") if not path.is_relative_to(home.incoming))
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def restore(home: Home, path: Path, *, confirm: Callable[[Manifest], bool]) -> bool:
    """Replace database and files by those of the backup, if `confirm` says so; whether it was done.

    The backup is unpacked, checked and loaded beside what is there; only then the two change places.

    Raises: BackupRefused, BackupTooNew, AlreadyRunning, DatabaseInUse, DiskFull, HomeUnusable, ToolTooOld, and what the database
    refuses.
    """
    home.prepare()
    with instance.alone(home), _staging(home) as staging:
        # Both sets of data lie side by side for a while, and the dump is longer once it is loaded.
        home.check_space(NEEDED_BYTES + 3 * _length(path))
        manifest = archive.unpack(path, staging)
        if not confirm(manifest):
            return False
        instance.clear(home)
        with database.started(home, time.sleep) as ground:
            _check_versions(manifest, ground.server_version())
            with _loaded(ground, staging / archive.DUMP, manifest, path) as fresh:
                _swap(ground, fresh, home, staging)
    home.demo_mark.touch() if manifest.demo else home.demo_mark.unlink(missing_ok=True)
    return True


@contextmanager
def _staging(home: Home) -> Iterator[Path]:
    for abandoned in home.root.glob("restoring-*"):
        shutil.rmtree(abandoned)
    with tempfile.TemporaryDirectory(prefix="restoring-", dir=home.root) as staging:
        yield Path(staging)


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise BackupRefused(path=path, reason=error.strerror) from error


def _check_versions(manifest: Manifest, server: int) -> None:
    if _number(manifest.kapok) > _number(__version__) or manifest.postgresql > server:
        raise BackupTooNew(kapok=manifest.kapok, postgresql=manifest.postgresql, own=__version__, server=server)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


@contextmanager
def _loaded(ground: Database, dump: Path, manifest: Manifest, path: Path) -> Iterator[str]:
    """The name of a new database with the backup's content; it is dropped if it still exists afterwards."""
    fresh = f"{ground.name}_restoring"
    with ground.connect("postgres") as server:
        try:
            _say(server, "DROP DATABASE IF EXISTS {}", fresh)
            _say(server, "CREATE DATABASE {} TEMPLATE template0", fresh)
            options = ["--exit-on-error", "--single-transaction", "--dbname", fresh, str(dump)]
            if complaint := _tool("pg_restore", manifest.postgresql, ground.libpq(fresh), *options):
                raise BackupRefused(path=path, reason=complaint)
            yield fresh
        except psycopg.Error as error:
            raise DatabaseInUse(name=ground.name, reason=str(error).strip().split("\n")[0]) from error
        finally:
            _say(server, "DROP DATABASE IF EXISTS {}", fresh)


def _swap(ground: Database, fresh: str, home: Home, staging: Path) -> None:
    """Put database and files in place of the old ones; the old ones go last."""
    before = f"{ground.name}_before"
    (staging / archive.FILES).mkdir(exist_ok=True)
    (staging / archive.FILES).chmod(0o700)
    with ground.connect("postgres") as server:
        _say(server, "DROP DATABASE IF EXISTS {}", before)
        _rename(server, (ground.name, before), (fresh, ground.name))
        try:
            home.files.rename(staging / "before")
            (staging / archive.FILES).rename(home.files)
        except OSError as error:
            with suppress(OSError):
                (staging / "before").rename(home.files)
            _rename(server, (ground.name, fresh), (before, ground.name))
            raise HomeUnusable(path=home.files, reason=error.strerror) from error
        _say(server, "DROP DATABASE {}", before)


def _rename(server: psycopg.Connection, *moves: tuple[str, str]) -> None:
    """All of them or none."""
    with server.transaction():
        for old, new in moves:
            _say(server, "ALTER DATABASE {} RENAME TO {}", old, new)


def _say(server: psycopg.Connection, statement: str, *names: str) -> None:
    server.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))


def _tool(name: str, at_least: int, connection: dict[str, str], *arguments: str) -> str | None:
    """Run one of PostgreSQL's programs on a database; its complaint, if it failed.

    Raises: ToolTooOld.
    """
    try:
        program = postgres.find(at_least=at_least) / name
    except postgres.NoPostgres:
        raise ToolTooOld(server=at_least) from None
    form = ["--format=custom", "--no-owner", "--no-privileges"]
    ran = subprocess.run(  # noqa: S603 - a program that we found ourselves, no shell
        [program, *form, *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"} | connection,
    )
    return (ran.stderr.strip().splitlines() or [f"{name} ended with {ran.returncode}"])[0] if ran.returncode else None
