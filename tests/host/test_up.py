"""`kapok up` and `kapok down` with all their processes: real ones, at the command line."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kapok.host import instance, processes
from kapok.host.cluster import Cluster
from kapok.host.home import Home
from tests.host.conftest import KAPOK, Kapok
from tests.ports import free_port

READY_SECONDS = 300  # on a machine that does much else, too


class Run:
    """A `kapok up` in the foreground of a terminal of its own."""

    def __init__(self, home: Home, *words: str) -> None:
        self.home = home
        self.port = free_port()
        self.said = home.root / "said.txt"
        with self.said.open("wb") as words_of_it:
            self.process = subprocess.Popen(
                [str(KAPOK), "up", "--port", str(self.port), *words],
                stdout=words_of_it,
                stderr=words_of_it,
                env=os.environ | {"KAPOK_LANG": "en"},
                start_new_session=True,
            )
        self.settled = processes.wait_until(lambda: self.ready or self.process.poll() is not None, READY_SECONDS)

    @property
    def ready(self) -> bool:
        noted = instance.noted(self.home)
        return bool(noted and noted.pid == self.process.pid and noted.ready)

    @property
    def words(self) -> str:
        return self.said.read_text()

    def everybody(self) -> list[psutil.Process]:
        return instance.everybody(self.home)

    def signalled(self, number: int) -> int:
        """Send a signal to the supervisor alone and wait for its end; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=READY_SECONDS)


@pytest.fixture
def run(migrated: Home) -> Iterator[Run]:
    """A Kapok that is up."""
    started = Run(migrated)
    assert started.ready, started.words
    yield started
    if started.process.poll() is None:
        started.process.kill()
        started.process.wait()


def test_up_serves_and_ctrl_c_leaves_nothing_behind(run: Run) -> None:
    assert f"Kapok is ready: http://127.0.0.1:{run.port}/" in run.words
    assert f"Kapok 已就绪：http://127.0.0.1:{run.port}/" in run.words
    with urllib.request.urlopen(f"http://127.0.0.1:{run.port}/") as answer:
        assert answer.status == 200
    everybody = run.everybody()
    assert {process.name() for process in everybody} >= {"postgres"}
    assert len(processes.marked(run.home.root)) >= 2
    assert run.signalled(signal.SIGINT) == 0
    assert run.everybody() == []
    assert run.words.endswith("Stopping …\nEverything has stopped.\n")
    assert instance.noted(run.home) is None


@pytest.mark.slow
def test_a_second_start_keeps_the_data_and_a_hang_up_stops_too(run: Run) -> None:
    assert run.signalled(signal.SIGTERM) == 0
    again = Run(run.home, "--demo")
    assert again.ready, again.words
    assert re.search(r"演示账号与密码 / Demo log-ins and passwords:\n +admin +\S+ ", again.words)
    assert run.home.demo_mark.exists()
    assert again.signalled(signal.SIGHUP) == 0
    assert again.everybody() == []


@pytest.mark.slow
def test_a_second_up_is_refused_while_the_first_goes_on(run: Run, kapok: Kapok) -> None:
    second = kapok("up", "--port", str(free_port()))
    assert second.returncode == 2
    assert second.stderr == (
        f"Kapok already runs: http://127.0.0.1:{run.port}/ (process {run.process.pid}, data folder {run.home.root}). "
        "To stop it: `kapok down`.\n"
    )
    assert run.process.poll() is None
    assert Cluster(run.home).running


@pytest.mark.slow
def test_status_says_what_runs_and_doctor_finds_nothing_wrong(run: Run, kapok: Kapok) -> None:
    status = kapok("status")
    assert status.returncode == 0
    assert f"Kapok runs: http://127.0.0.1:{run.port}/ (process {run.process.pid})" in status.stdout
    assert re.search(r"\n  web: process \d+\n  worker: process \d+\n  keeper: process \d+\n", status.stdout)
    assert f"at 127.0.0.1:{Cluster(run.home).port}/kapok\n" in status.stdout
    assert f"Data folder: {run.home.root} (database " in status.stdout
    while True:  # until the keeper is heard; the doctor fails one that stays silent
        doctor = kapok("doctor")
        assert doctor.returncode == 0, doctor.stdout
        assert "ok    database schema: up to date" in doctor.stdout
        if "warn  keeper: starting, not heard yet" not in doctor.stdout:
            break
    assert re.search(r"ok    keeper: seen \d+ seconds ago", doctor.stdout)


@pytest.mark.slow
def test_down_stops_it(run: Run, kapok: Kapok) -> None:
    down = kapok("down")
    assert re.fullmatch(r"Stopped \d+ processes\.\n", down.stdout)
    assert run.process.wait(timeout=READY_SECONDS) == 0
    assert run.everybody() == []
    assert kapok("down").stdout == "Nothing was running.\n"
    assert kapok("down", KAPOK_LANG="zh").stdout == "没有正在运行的进程。\n"


@pytest.mark.slow
def test_down_after_up_was_killed(run: Run, kapok: Kapok) -> None:
    run.signalled(signal.SIGKILL)
    assert len(run.everybody()) > 2
    status = kapok("status")
    assert status.returncode == 1
    assert re.match(
        r"Kapok does not run, but a crash left \d+ processes over; `kapok down` clears them\n", status.stdout
    )
    assert re.fullmatch(r"Stopped \d+ processes\.\n", kapok("down").stdout)
    assert run.everybody() == []


@pytest.mark.slow
def test_up_after_up_was_killed(run: Run) -> None:
    run.signalled(signal.SIGKILL)
    left = run.everybody()
    again = Run(run.home)
    assert again.ready, again.words
    # The server's processes for connections come and go, so that their number is not the same twice.
    assert re.match(r"Cleared \d+ processes left over from a crash\.\n", again.words), again.words
    assert set(again.everybody()).isdisjoint(left)
    again.signalled(signal.SIGINT)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "title"), [("web", "web server"), ("worker", "worker"), ("keeper", "keeper")])
def test_when_one_program_dies_the_rest_is_stopped_and_it_is_said(run: Run, name: str, title: str) -> None:
    noted = instance.noted(run.home)
    assert noted
    psutil.Process(noted.children[name]).kill()
    assert run.process.wait(timeout=READY_SECONDS) == 2
    assert f"The {title} ended unexpectedly; the rest has been stopped. Run `kapok doctor`." in run.words
    assert run.everybody() == []


@pytest.mark.slow
def test_when_the_database_dies_the_rest_is_stopped_and_it_is_said(run: Run) -> None:
    """Also where a program that lost it has ended, too, before the supervisor looks."""
    noted, server = instance.noted(run.home), processes.postmaster(run.home.database)
    assert noted
    assert server
    run.process.send_signal(signal.SIGSTOP)
    server.kill()
    for name in ("worker", "keeper"):
        psutil.Process(noted.children[name]).kill()
    run.process.send_signal(signal.SIGCONT)
    assert run.process.wait(timeout=READY_SECONDS) == 2
    assert "The embedded database ended unexpectedly; the rest has been stopped." in run.words
    assert run.everybody() == []
    again = Run(run.home)
    assert again.ready, again.words
    again.signalled(signal.SIGTERM)


def test_a_port_in_use_is_refused_before_anything_starts(home: Home, kapok: Kapok) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = kapok("up", "--port", str(port))
        chinese = kapok("up", KAPOK_PORT=str(port), KAPOK_LANG="zh_CN.UTF-8")
    assert refused.returncode == chinese.returncode == 2
    assert re.fullmatch(
        rf"Port {port} is in use \(process {os.getpid()}, \S+\)\. "
        r"Take another one: `kapok up --port \d+`, or stop whoever uses it\.\n",
        refused.stderr,
    )
    assert chinese.stderr.startswith(f"端口 {port} 已被占用（进程 {os.getpid()}，")
    assert not home.database.exists()


def test_an_address_that_is_not_ours_is_refused(home: Home, kapok: Kapok) -> None:
    refused = kapok("up", "--host", "192.0.2.1", "--port", str(free_port()))
    assert refused.returncode == 2
    assert refused.stderr.startswith("Cannot listen on 192.0.2.1:")


def test_a_signal_during_the_start_stops_it_too(home: Home) -> None:
    with (home.root / "said.txt").open("wb") as said:
        process = subprocess.Popen(
            [str(KAPOK), "up", "--port", str(free_port())], stdout=said, stderr=said, start_new_session=True
        )
        assert processes.wait_until(lambda: bool(processes.marked(home.root)), READY_SECONDS)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=READY_SECONDS) == 0
    assert processes.marked(home.root) + processes.serving(home.database) == []


def test_in_the_background_it_returns_when_it_is_ready(migrated: Home, kapok: Kapok) -> None:
    port = free_port()
    started = kapok("up", "--background", "--port", str(port))
    assert started.returncode == 0
    assert f"Kapok is ready: http://127.0.0.1:{port}/" in started.stdout
    assert kapok("status").returncode == 0
    kapok("down")
    assert kapok("status").returncode == 1


def test_a_database_that_does_not_answer(home: Home, kapok: Kapok) -> None:
    port = free_port()
    refused = kapok(
        "up", "--port", str(free_port()), KAPOK_DATABASE_URL=f"postgresql://me:secret@127.0.0.1:{port}/mine"
    )
    assert refused.returncode == 2
    assert refused.stderr.startswith(
        f"The database named in KAPOK_DATABASE_URL, 127.0.0.1:{port}/mine, cannot be reached: "
    )
    assert "secret" not in refused.stdout + refused.stderr
    assert not home.database.exists()


def test_an_address_that_is_no_database(home: Home, kapok: Kapok) -> None:
    refused = kapok("up", "--port", str(free_port()), KAPOK_DATABASE_URL="mysql://me@here/mine")
    assert refused.returncode == 2
    assert refused.stderr == (
        "KAPOK_DATABASE_URL is no address of a PostgreSQL database. It looks like postgresql://user:password@host:5432/database\n"
    )


def test_a_given_server_is_used_and_left_running(
    folder: Path, migrated: Home, kapok: Kapok, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Cluster(migrated)
    server.start()
    other = Home(folder / "other")
    other.prepare()
    monkeypatch.setenv("KAPOK_HOME", str(other.root))
    monkeypatch.setenv("KAPOK_DATABASE_URL", server.url)
    run = Run(other)
    assert run.ready, run.words
    assert run.signalled(signal.SIGINT) == 0
    assert not other.database.exists()
    assert server.running
    assert kapok("manage", "migrate", "--check").returncode == 0
