"""`kapok lab`: start the peers that are installed against this instance's database, stop them, say what runs.

They are found by what they are, not by remembered numbers: each carries the data folder and its name in its environment, so that
what a crash left over is found too. Each runs without privileges in a folder of its own, `lab/NAME`, that nobody else may read,
for the password of its database role stands there.
"""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg
from psycopg.conninfo import conninfo_to_dict

from kapok.host import database, processes, web
from kapok.host.account import Account
from kapok.host.database import Database
from kapok.host.home import Home, HomeUnusable, open_folders, write_private
from kapok.host.lab.programs import ADDRESS, PROGRAMS, Program, Values
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.network.activation import doors

MARK = "KAPOK_LABORATORY"
READY_SECONDS = 60
"""One that ends is not waited for: this is for machines with much else to do."""
FURTHER = 200
"""How many ports further up are looked at."""
PORTS_TRIED = 5
IN_USE = ("ddress already in use", "ddress in use")
"""What a program says that finds its port taken."""

STARTED = Text(
    zh="{name} 已启动：{address}:{port}/udp（进程 {pid}）", en="{name} started: {address}:{port}/udp (process {pid})"
)
RUNS = Text(
    zh="{name} 正在运行：{address}:{port}/udp（进程 {pid}）", en="{name} runs: {address}:{port}/udp (process {pid})"
)
IDLE = Text(zh="{name} 没有运行；`kapok lab up` 启动它", en="{name} does not run; `kapok lab up` starts it")
MISSING = Text(
    zh="{name} 未安装（用于{use}）；安装方法：{remedy}", en="{name} is not installed ({use}); to get it: {remedy}"
)


class NothingToServe(KapokError):
    """The laboratory works on the database of a running Kapok."""

    wording = Text(
        zh="Kapok 的数据库没有运行，或还没有建表；请先运行 `kapok up`。",
        en="Kapok’s database does not run, or has no tables yet; run `kapok up` first.",
    )


class RoleClosed(KapokError):
    """The database role of a peer is not there, or has another password."""

    wording = Text(
        zh="数据库角色 {role} 不存在或密码不符（{reason}）。请数据库管理员执行：\n{remedy}\n"
        "其中密码在文件 {path}。使用内嵌数据库时：删除该文件，再执行 `kapok down` 和 `kapok up`。",
        en="The database role {role} is not there or has another password ({reason}). Ask the database’s administrator to run:\n"
        "{remedy}\nThe password stands in the file {path}. With the embedded database: remove that file, "
        "then `kapok down` and `kapok up`.",
    )


class PeerFailed(KapokError):
    """A peer was started and ended, or does not listen."""

    wording = Text(
        zh="{name} 未能启动。最后的输出（全文见 {log}）：\n{words}",
        en="{name} did not start. Its last words (all of them in {log}):\n{words}",
    )


class Laboratory:
    """The peers of one home."""

    def __init__(self, home: Home, programs: tuple[Program, ...] = PROGRAMS) -> None:
        self.home = home
        self.folder = home.root / "lab"
        self._programs = programs
        self._begun: list[subprocess.Popen[bytes]] = []

    def up(self) -> Iterator[Text]:
        """Start what is installed; a line for each program. What runs already is started anew, with the present settings.

        Raises: NothingToServe, RoleClosed, PeerFailed, HomeBusy, HomeUnusable.
        """
        self.home.prepare()
        open_folders(self.folder)
        ground = self._ground()
        with Home(self.folder).claimed():
            for program in self._programs:
                if executable := program.executable():
                    yield self._start(program, executable, ground)
                else:
                    yield _missing(program)

    def down(self) -> int:
        """Stop all of them, a crash's too; how many processes there were."""
        count = len(self._everybody())
        processes.stop(self._everybody, processes.PYTHON)
        for begun in self._begun:
            begun.wait()
        if (ground := database.running(self.home)) and _has_tables(ground):
            with ground.connect() as connection:
                connection.execute("DELETE FROM activation_peer")
        return count

    def status(self) -> Iterator[Text]:
        """A line for each program."""
        for program in self._programs:
            if running := self.running(program):
                pid = running[0].pid
                port = min(_listening(pid), default=0)
                yield RUNS.format(name=program.name, address=ADDRESS, port=port, pid=pid)
            elif program.executable():
                yield IDLE.format(name=program.name)
            else:
                yield _missing(program)

    def complete(self) -> bool:
        """Whether everything that is installed runs."""
        return all(self.running(program) for program in self._programs if program.executable())

    def running(self, program: Program) -> list[psutil.Process]:
        """The processes of one program, the oldest first."""
        found = processes.marked(self.home.root, f"{MARK}_{program.name.upper()}")
        return sorted(found, key=lambda process: process.create_time())

    def _everybody(self) -> list[psutil.Process]:
        return [process for program in self._programs for process in self.running(program)]

    def _ground(self) -> Database:
        ground = database.running(self.home)
        if ground is None or not _has_tables(ground):
            raise NothingToServe
        with ground.connect() as connection:
            connection.execute(doors.GRANTS)
        return ground

    def _start(self, program: Program, executable: str, ground: Database) -> Text:
        processes.stop(lambda: self.running(program), processes.PYTHON)
        account, folder = program.runs_as(), self.folder / program.name
        for port in itertools.islice(_free(program), PORTS_TRIED):
            values = self._values(program, ground, folder, port)
            self._write(program, account, folder, values)
            if pid := self._launch(program, account, program.command(executable, folder, values), port):
                break
        else:
            raise self._failure(program)
        with ground.connect() as connection:
            connection.execute(
                "INSERT INTO activation_peer (name, address, port, started_at) VALUES (%s, %s, %s, %s) ON CONFLICT (name)"
                " DO UPDATE SET address = excluded.address, port = excluded.port, started_at = excluded.started_at",
                [program.name, ADDRESS, port, datetime.now(UTC)],
            )
        return STARTED.format(name=program.name, address=ADDRESS, port=port, pid=pid)

    def _values(self, program: Program, ground: Database, folder: Path, port: int) -> Values:
        at = conninfo_to_dict(ground.url)
        return {
            "folder": str(folder),
            "libraries": program.modules(),
            "address": ADDRESS,
            "port": port,
            "accounting_port": port + 1,
            "secret": os.environ.get("KAPOK_RADIUS_SECRET") or self.home.secret("radius-secret"),
            "realm": os.environ.get("KAPOK_SIP_REALM") or "voice.kapok",
            "database_host": str(at.get("host") or "127.0.0.1"),
            "database_port": str(at.get("port") or 5432),
            "database": ground.name,
            "database_password": self._password(program.role, ground) if program.role else "",
        }

    def _password(self, role: str, ground: Database) -> str:
        """The password of a peer's role. On a server of one's own the role is made where one may, else the remedy is named."""
        password = self.home.secret(f"{role}-password")
        if (reason := _closed(ground, role, password)) and not ground.embedded:
            _make(ground, role, password)
            reason = _closed(ground, role, password)
        if reason:
            path = self.home.root / f"{role}-password"
            raise RoleClosed(role=role, reason=reason, path=path, remedy=doors.creation(role, "…"))
        return password

    def _write(self, program: Program, account: Account, folder: Path, values: Values) -> None:
        """The folder anew, for the account alone."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        for name, text in program.written(values).items():
            write_private(folder / name, text)
            account.own(folder / name)
        account.own(folder)
        if not account.can_enter(folder):
            raise HomeUnusable(path=folder, reason=f"the account {account.name} cannot enter it")

    def _launch(self, program: Program, account: Account, command: list[str], port: int) -> int:
        """The process that now listens on `port`; 0 where somebody else was quicker to take it."""
        log = web.log_file(self.home, f"lab-{program.name}")
        surroundings = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
            f"{MARK}_{program.name.upper()}": str(self.home.root),
        }  # fmt: skip
        with log.open("wb") as words:
            started = account.started(*command, stdout=words, stderr=subprocess.STDOUT, env=surroundings)
            self._begun.append(started)
        processes.wait_until(lambda: started.poll() is not None or port in _listening(started.pid), READY_SECONDS)
        if started.poll() is None and port in _listening(started.pid):
            return started.pid
        processes.stop(lambda: self.running(program), processes.PYTHON)
        if any(sign in log.read_text(errors="replace") for sign in IN_USE):
            return 0
        raise self._failure(program)

    def _failure(self, program: Program) -> PeerFailed:
        log = f"lab-{program.name}"
        return PeerFailed(name=program.name, log=web.log_file(self.home, log), words=web.last_words(self.home, log))


def _missing(program: Program) -> Text:
    return MISSING.format(name=program.name, use=program.use, remedy=program.remedy)


def _has_tables(ground: Database) -> bool:
    with ground.connect() as connection:
        row = connection.execute("SELECT to_regclass('activation_peer') IS NOT NULL").fetchone()
    return bool(row and row[0])


def _closed(ground: Database, role: str, password: str) -> str:
    """Why the role cannot come in; "" if it can."""
    at = conninfo_to_dict(ground.url)
    try:
        psycopg.connect(
            host=at.get("host") or "127.0.0.1", port=at.get("port") or 5432, dbname=ground.name, user=role,
            password=password, connect_timeout=database.WAIT_SECONDS,
        ).close()  # fmt: skip
    except psycopg.OperationalError as refused:
        return str(refused).strip().split("\n")[0]
    return ""


def _make(ground: Database, role: str, password: str) -> None:
    try:
        with ground.connect() as connection:
            connection.execute(doors.creation(role, password))
            connection.execute(doors.GRANTS)
    except psycopg.Error:
        return


def _free(program: Program) -> Iterator[int]:
    """The ports from which on as many are free as it takes."""
    first, further = program.ports
    for port in (first, *range(further, further + FURTHER, program.span)):
        if not any(_taken(port + place) for place in range(program.span)):
            yield port


def _listening(pid: int) -> set[int]:
    """The ports on which the process, or one that it started, listens."""
    try:
        leader = psutil.Process(pid)
        links = [link for each in (leader, *leader.children()) for link in each.net_connections("udp")]
    except psutil.Error:
        return set()
    return {port for link in links for port in (*link.laddr,)[1:2] if isinstance(port, int)}


def _taken(port: int) -> bool:
    """Whether somebody listens there already, or nobody of ours may."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((ADDRESS, port))
        except OSError as hindrance:
            return hindrance.errno in (errno.EADDRINUSE, errno.EACCES)
    return False
