"""The embedded PostgreSQL server: created once, started, found again after a crash, stopped.

It listens on 127.0.0.1 only and asks for a password. Whoever calls holds the home's claim, so a server that is found running
in our folder was left over from a crash: it is stopped and started anew.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from kapok.host import binaries as postgres
from kapok.host import processes
from kapok.host.account import Account, database_account
from kapok.host.binaries import Binaries
from kapok.host.home import DiskFull, Home, HomeUnusable, write_private
from kapok.host.tuning import WHO_MAY_CONNECT, settings
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.network.activation import doors

ROLE = "kapok"
DATABASE = "kapok"
# Below the range from which systems lend ports to outgoing connections.
PORTS = range(15432, 15932)
START_SECONDS = 600


class DataFolderBroken(KapokError):
    """The database's folder is not what `initdb` made: something was removed or overwritten."""

    wording = Text(
        zh="数据库目录 {path} 已损坏：{reason}。请把它移开（`mv {path} {path}.broken`），再用 `kapok restore 备份文件` 恢复。",
        en="The database's folder {path} is damaged: {reason}. "
        "Move it away (`mv {path} {path}.broken`) and run `kapok restore FILE`.",
    )


class DataFolderOfAnother(KapokError):
    """The database's folder belongs to another account."""

    wording = Text(
        zh="数据库目录 {path} 属于用户 {owner}，而数据库应以 {account} 身份运行。"
        "请以原来的用户运行，或执行 `chown -R {account} {path}`，或用 KAPOK_HOME 指定另一目录。",
        en="The database's folder {path} belongs to {owner}, and the database would run as {account}. "
        "Run as the user who created it, or run `chown -R {account} {path}`, or name another folder in KAPOK_HOME.",
    )


class DataOfOtherVersion(KapokError):
    """The data were written by a PostgreSQL of which there are no programs here."""

    wording = Text(
        zh="数据库目录 {path} 由 PostgreSQL {data} 写成，本机只有 {found}。"
        "请安装 PostgreSQL {data}（或用 KAPOK_PG_BIN 指定其 bin 目录）并运行 `kapok backup 文件`；"
        "然后移开该目录，用新版本 `kapok restore 文件`。",
        en="The database's folder {path} was written by PostgreSQL {data}; this machine has {found}. "
        "Install PostgreSQL {data} (or name its bin folder in KAPOK_PG_BIN) and run `kapok backup FILE`; "
        "then move the folder away and run `kapok restore FILE` with the new version.",
    )


class DatabaseFailed(KapokError):
    """PostgreSQL was called and did not do its part."""

    wording = Text(
        zh="PostgreSQL 未能{act}：{reason}。日志：{log}。请运行 `kapok doctor`。",
        en="PostgreSQL failed to {act}: {reason}. Its log is {log}. Run `kapok doctor`.",
    )


class Cluster:
    """The server of one home. `durable=False` is for tests."""

    def __init__(self, home: Home, *, durable: bool = True, ports: Iterator[int] | range = PORTS) -> None:
        self.home = home
        self.folder = home.database
        self.log = home.logs / "postgresql.log"
        self._durable = durable
        self._ports = ports

    @property
    def url(self) -> str:
        """Where the database is, password included."""
        return f"postgresql://{ROLE}:{self._password}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def port(self) -> int:
        """The port of the last start, 0 before the first."""
        try:
            return int((self.home.root / "port").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    @property
    def running(self) -> bool:
        """Whether a server works in the folder."""
        return processes.postmaster(self.folder) is not None

    def start(self, pause: Callable[[float], object] = time.sleep) -> None:
        """Start the server; the first time, create the database. `pause` may raise to give up waiting.

        Raises: DataFolderBroken, DataFolderOfAnother, DataOfOtherVersion, DatabaseFailed, DiskFull, HomeUnusable, NoAccount,
        NoPostgres.
        """
        account = database_account()
        if not account.can_enter(self.home.root):
            raise HomeUnusable(path=self.home.root, reason=f"the account {account.name} cannot enter it")
        programs = self._programs(account)
        processes.stop_server(self.folder)
        if not self.folder.exists():
            self._create(programs, account)
        elif not (self.home.root / "database-password").exists():
            self._command(programs, account, self.folder, f"ALTER ROLE {ROLE} PASSWORD '{self._password}'")
        if not all((self.home.root / f"{role}-password").exists() for role in doors.ROLES):
            self._command(programs, account, self.folder, self._peers())
        if not any(self._serve(programs, account, port, pause) for port in self._candidates()):
            raise DatabaseFailed(act=STARTING, reason="no port is free", log=self.log)

    def stop(self) -> None:
        """Stop whatever works in the folder, gently at first."""
        processes.stop_server(self.folder)

    @property
    def _password(self) -> str:
        return self.home.secret("database-password")

    def _programs(self, account: Account) -> Binaries:
        """The programs that fit the data."""
        if not self.folder.exists():
            return postgres.find().reachable_by(account)
        self._inspect(account)
        data = int((self.folder / "PG_VERSION").read_text())
        try:
            return postgres.find(major=data, at_least=0).reachable_by(account)
        except postgres.NoPostgres:
            found = ", ".join(dict.fromkeys(f"PostgreSQL {found.version}" for found in postgres.installed()))
            raise DataOfOtherVersion(path=self.folder, data=data, found=found or "none") from None

    def _inspect(self, account: Account) -> None:
        """Refuse a folder that the server would choke on."""
        if (owner := self.folder.stat().st_uid) != account.uid:
            raise DataFolderOfAnother(path=self.folder, owner=owner, account=account.name)
        # The server refuses a folder that others may look into; ours is ours to close again.
        self.folder.chmod(0o700)
        version = self.folder / "PG_VERSION"
        if not version.exists():
            raise DataFolderBroken(path=self.folder, reason="PG_VERSION is missing")
        if not version.read_text().strip().isdigit():
            raise DataFolderBroken(path=self.folder, reason="PG_VERSION is no number")
        for name in ("global/pg_control", "base", "pg_wal"):
            if not (self.folder / name).exists():
                raise DataFolderBroken(path=self.folder, reason=f"{name} is missing")

    def _create(self, programs: Binaries, account: Account) -> None:
        """Make the folder beside its place and move it there when it is complete."""
        for abandoned in self.home.root.glob("creating-*"):
            shutil.rmtree(abandoned)
        self.home.check_space()
        staging = Path(tempfile.mkdtemp(prefix="creating-", dir=self.home.root))
        try:
            account.own(staging)
            self._initialise(programs, account, staging / "database")
            (staging / "database").rename(self.folder)
        finally:
            shutil.rmtree(staging)

    def _initialise(self, programs: Binaries, account: Account, folder: Path) -> None:
        locale = ["--encoding=UTF8", "--locale=C.UTF-8"]
        if programs.major >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options = ["--username=postgres", "--auth=reject", "--data-checksums", *locale]
        made = account.run(programs / "initdb", "-D", folder, *options, *([] if self._durable else ["--no-sync"]))
        if made.returncode:
            raise self._failure(CREATING, made.stdout)
        self._command(programs, account, folder, f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{self._password}'")
        self._command(programs, account, folder, f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
        self._command(programs, account, folder, self._peers())

    def _peers(self) -> str:
        """The roles under which the network's peers come in, each with a password of its own."""
        return "\n".join(doors.creation(role, self.home.secret(f"{role}-password")) for role in doors.ROLES)

    def _command(self, programs: Binaries, account: Account, folder: Path, statement: str) -> None:
        """Say something, a statement a line, as superuser, without a server: superusers cannot connect to a running one."""
        told = account.run(programs / "postgres", "--single", "-D", folder, "postgres", input=f"{statement}\n")
        if told.returncode or "ERROR:" in told.stdout:
            raise self._failure(CREATING, told.stdout)

    def _candidates(self) -> Iterator[int]:
        """The port of last time, then whichever is free."""
        for port in (self.port, *self._ports):
            if port and not hindrance_to_listen(port):
                yield port

    def _serve(self, programs: Binaries, account: Account, port: int, pause: Callable[[float], object]) -> bool:
        """Start on `port`; False when somebody else took it in the meantime."""
        self._configure(account, port)
        if self._launch(programs, account, pause) == 0:
            write_private(self.home.root / "port", str(port))
            return True
        words = self.log.read_text(errors="replace")
        if "could not create any TCP/IP sockets" in words:
            return False
        raise self._failure(STARTING, words)

    def _configure(self, account: Account, port: int) -> None:
        text = settings(port=port, local=self.home.root / "postgresql.local.conf", durable=self._durable)
        for name, content in {"postgresql.conf": text, "pg_hba.conf": WHO_MAY_CONNECT}.items():
            write_private(self.folder / name, content)
            account.own(self.folder / name)

    def _launch(self, programs: Binaries, account: Account, pause: Callable[[float], object]) -> int:
        """Run `pg_ctl start` until the server accepts connections or has given up; its exit code."""
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        command = [programs / "pg_ctl", "start", "-w", "-t", START_SECONDS, "-D", self.folder]
        with self.log.open("wb") as log, account.started(*command, stdout=log) as control:
            try:
                while control.poll() is None:
                    pause(0.02)
            except BaseException:
                control.kill()
                self.stop()
                raise
            return control.returncode

    def _failure(self, act: Text, words: str) -> KapokError:
        """The named refusal for what PostgreSQL said."""
        lines = [line.strip() for line in words.splitlines() if line.strip()]
        if any("No space left on device" in line for line in lines):
            free = shutil.disk_usage(self.home.root).free
            return DiskFull(path=self.home.root, free=free // 2**20, needed=256)
        telling = [
            line for line in lines if any(word in line for word in ("FATAL:", "PANIC:", "ERROR:", "error:"))
        ] or lines
        return DatabaseFailed(act=act, reason=telling[0] if telling else "it said nothing", log=self.log)


STARTING = Text(zh="启动", en="start")
CREATING = Text(zh="创建数据库", en="create the database")


def hindrance_to_listen(port: int, host: str = "127.0.0.1") -> OSError | None:
    """Why `port` cannot be listened on at this moment; None when it can."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as hindrance:
            return hindrance
    return None
