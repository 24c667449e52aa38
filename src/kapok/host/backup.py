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
from kapok.host.binaries import Binaries
from kapok.host.database import Database
from kapok.host.home import NEEDED_BYTES, Home, HomeUnusable, write_private
from kapok.host.manage import reachable
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class ToolTooOld(KapokError):
    """The server is newer than every `pg_dump` on this machine."""

    wording = Text(
        zh="数据来自 PostgreSQL {server}，本机没有同样新的 pg_dump/pg_restore。"
        "请安装系统软件包 postgresql-{server}，或用 KAPOK_PG_BIN 指定其 bin 目录。",
        en="The data are PostgreSQL {server}'s, and this machine has no pg_dump and pg_restore as new. "
        "Install the package postgresql-{server}, or name its bin folder in KAPOK_PG_BIN.",
    )


class ToolTooNew(KapokError):
    """The server is older than what every `pg_restore` on this machine can speak to."""

    wording = Text(
        zh="服务器是 PostgreSQL {server}，本机只有更新的 pg_restore，该服务器听不懂。"
        "请安装系统软件包 postgresql-{server}，或用 KAPOK_PG_BIN 指定其 bin 目录。现有数据未作任何改动。",
        en="The server is PostgreSQL {server}, and every pg_restore on this machine says what only newer ones understand. "
        "Install the package postgresql-{server}, or name its bin folder in KAPOK_PG_BIN. Nothing was changed.",
    )


class BackupTooNew(KapokError):
    """The backup was made by a newer Kapok or on a newer server than the one here."""

    wording = Text(
        zh="该备份来自 Kapok {kapok} / PostgreSQL {postgresql}，比这里的 Kapok {own} / PostgreSQL {server} 新。"
        "请先升级，现有数据未作任何改动。",
        en="The backup comes from Kapok {kapok} on PostgreSQL {postgresql}, newer than Kapok {own} on PostgreSQL {server} here. "
        "Upgrade first; nothing was changed.",
    )


# From this version on pg_restore begins with a setting (transaction_timeout) that older servers refuse.
NEW_SPEECH = 17


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
            if complaint := _run(_tools(server)[0] / "pg_dump", ground.libpq(), "--file", str(dump)):
                raise BackupFailed(path=path, reason=complaint)
            # The database first: a row never names a file that comes too late.
            making.add(archive.DUMP, dump)
            for file in _kept_files(home):
                making.add(f"{archive.FILES}/{file.relative_to(home.files).as_posix()}", file)
            if home.line_key_file.exists():
                making.add(archive.LINE_KEY, home.line_key_file)
    return manifest


def _kept_files(home: Home) -> list[Path]:
    """All files but those on their way in."""
    found = (path for path in home.files.rglob("*") if not path.is_relative_to(home.incoming))
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def restore(home: Home, path: Path, *, confirm: Callable[[Manifest], bool]) -> bool:
    """Replace database and files by those of the backup, if `confirm` says so; whether it was done.

    The backup is unpacked, checked and loaded beside what is there; only then the two change places.

    Raises: BackupRefused, BackupTooNew, AlreadyRunning, DatabaseInUse, DiskFull, HomeUnusable, ToolTooOld, ToolTooNew, and what
    the database refuses.
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
        if (staging / archive.LINE_KEY).exists():
            write_private(home.line_key_file, (staging / archive.LINE_KEY).read_text())
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
            if complaint := _load(ground, fresh, dump, _speaking(manifest.postgresql, ground.server_version())):
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


def _tools(at_least: int) -> list[Binaries]:
    """The programs for a database that comes from such a server, the nearest first. Raises: ToolTooOld."""
    if found := postgres.fitting(at_least=at_least):
        return found
    raise ToolTooOld(server=at_least)


def _speaking(source: int, server: int) -> list[Binaries]:
    """Those that read a dump of `source` and that `server` understands. Raises: ToolTooOld, ToolTooNew."""
    if found := [each for each in _tools(source) if server >= NEW_SPEECH or each.major < NEW_SPEECH]:
        return found
    raise ToolTooNew(server=server)


def _load(ground: Database, fresh: str, dump: Path, tools: list[Binaries]) -> str | None:
    """Load the dump by the first of `tools` that can; the last one's complaint when none can.

    The dump may have been made by a newer program than its server. Each try is one transaction, so a failed one leaves nothing.
    """
    options = ["--exit-on-error", "--single-transaction", "--dbname", fresh, str(dump)]
    complaint = None
    for each in tools:
        if (complaint := _run(each / "pg_restore", ground.libpq(fresh), *options)) is None:
            break
    return complaint


def _run(program: Path, connection: dict[str, str], *arguments: str) -> str | None:
    """Run one of PostgreSQL's programs on a database; its complaint, if it failed."""
    form = ["--format=custom", "--no-owner", "--no-privileges"]
    ran = subprocess.run(  # noqa: S603 - a program that we found ourselves, no shell
        [program, *form, *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"} | connection,
    )
    return (
        (ran.stderr.strip().splitlines() or [f"{program.name} ended with {ran.returncode}"])[0]
        if ran.returncode
        else None
    )
