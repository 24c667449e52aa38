"""The programs that `kapok up` runs over the database: their command lines, their environment, their readiness."""

from __future__ import annotations

import errno
import http.client
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from kapok.host.cluster import hindrance_to_listen
from kapok.host.database import Database
from kapok.host.home import Home
from kapok.host.processes import MARK
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

# One thread of the web server holds one connection; a request costs 3-4.5 ms of CPU, so more threads than this only queue.
THREADS = 4 * (os.cpu_count() or 1)
TAIL_LINES = 3


class PortInUse(KapokError):
    """Somebody else listens on the port that the web server was to have."""

    wording = Text(
        zh="端口 {port} 已被占用（{who}）。请换一个端口：`kapok up --port {free}`，或先停止占用者。",
        en="Port {port} is in use ({who}). Take another one: `kapok up --port {free}`, or stop whoever uses it.",
    )


class PortForbidden(KapokError):
    """The web server may not listen there."""

    wording = Text(
        zh="无法在 {host}:{port} 上监听：{reason}。请用 `--port` 指定 1024 以上的端口，并检查 `--host`。",
        en="Cannot listen on {host}:{port}: {reason}. Name a port above 1024 with `--port`, and check `--host`.",
    )


@dataclass(frozen=True)
class Door:
    """Where the web server listens."""

    host: str = "127.0.0.1"
    port: int = 8000

    @property
    def address(self) -> str:
        """The address for a browser on this machine."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - looked up, not bound
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{everywhere.get(self.host, host)}:{self.port}/"

    def check_free(self) -> None:
        """Refuse a port that is taken.

        Raises: PortInUse, PortForbidden.
        """
        hindrance = hindrance_to_listen(self.port, self.host)
        if hindrance and hindrance.errno == errno.EADDRINUSE:
            free = next((port for port in range(self.port + 1, 65536) if not hindrance_to_listen(port, self.host)), 0)
            raise PortInUse(port=self.port, who=who_listens(self.port), free=free)
        if hindrance:
            raise PortForbidden(host=self.host, port=self.port, reason=hindrance.strerror)

    def answers(self) -> bool:
        """Whether somebody answers a request there; a refusal is an answer too."""
        connection = http.client.HTTPConnection(self.address.split("/")[2], timeout=5)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True


def who_listens(port: int) -> Text:
    """The program that listens on `port`, as far as this user may know."""
    try:
        links = [link for link in psutil.net_connections("tcp") if link.status == psutil.CONN_LISTEN and link.laddr]
        process = psutil.Process(next(link.pid for link in links if link.pid and (*link.laddr,)[1:2] == (port,)))
        return Text(zh=f"进程 {process.pid}，{process.name()}", en=f"process {process.pid}, {process.name()}")
    except (StopIteration, psutil.Error):
        return Text(zh="属于其他用户的进程", en="a process of another user")


def environment(home: Home, database: Database) -> dict[str, str]:
    """What Kapok's programs find in their environment; the contract with `kapok.config`."""
    own = {
        "DJANGO_SETTINGS_MODULE": "kapok.config.settings",
        "KAPOK_HOME": str(home.root),
        "KAPOK_DATABASE_URL": database.url,
        "KAPOK_DATABASE_POOL": str(THREADS),
        "KAPOK_DEMO": "1" if home.demo_mark.exists() else os.environ.get("KAPOK_DEMO", ""),
        "KAPOK_LINE_KEY": home.line_key(),  # before the key of the sessions is made: what is older than it keeps that one
        "KAPOK_SECRET_KEY": os.environ.get("KAPOK_SECRET_KEY") or home.secret("secret-key"),
        "KAPOK_RADIUS_SECRET": os.environ.get("KAPOK_RADIUS_SECRET") or home.secret("radius-secret"),
        "PYTHONUNBUFFERED": "1",
    }
    return dict(os.environ) | own


def python(*arguments: str) -> list[str]:
    """This Python, told not to look for modules in the current folder."""
    return [sys.executable, "-P", *arguments]


def prepare_command(*, demo: bool) -> list[str]:
    """Migrate, and load the demo if asked."""
    return python("-m", "kapok.host.prepare", *(["--demo"] if demo else []))


def web_command(door: Door) -> list[str]:
    """The web server: one process, as many threads as the pool has connections."""
    where = ["--host", door.host, "--port", str(door.port)]
    how = ["--interface", "wsgi", "--no-ws", "--workers", "1", "--blocking-threads", str(THREADS)]
    return python("-m", "granian", *how, *where, "kapok.config.wsgi:application")


def worker_command() -> list[str]:
    """The worker for jobs in the background."""
    return python("-m", "django", "procrastinate", "worker")


def keeper_command() -> list[str]:
    """The keeper of time: fires warnings and breaches when they are due."""
    return python("-m", "django", "keep")


def spawn(
    name: str, command: list[str], home: Home, surroundings: dict[str, str], *, heard: bool = False
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, out of reach of the terminal's Ctrl-C, its words in `log/NAME.log`.

    `heard` keeps its standard output for the caller.
    """
    with log_file(home, name).open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own programs, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if heard else log,
            stderr=log,
            cwd=home.root,
            env=surroundings | {MARK: str(home.root)},
            start_new_session=True,
        )


def log_file(home: Home, name: str) -> Path:
    """Where the program `name` writes."""
    return home.logs / f"{name}.log"


def last_words(home: Home, name: str) -> str:
    """The end of a program's log for people: without the steps of a traceback, which begin with blanks."""
    lines = log_file(home, name).read_text(errors="replace").splitlines()
    telling = [line for line in lines if line.strip() and not line.startswith((" ", "Traceback "))]
    return "\n".join(f"    {line}" for line in telling[-TAIL_LINES:])
