"""Processes of ours, found by what they are and not by remembered numbers, so that a crash leaves none behind.

The database's processes work in its folder; the web server, the worker and whatever they start carry the home in their
environment. Both marks survive the death of the `kapok up` that started them.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

MARK = "KAPOK_INSTANCE"
GLANCE = 0.02
# What is sent, and how many seconds it is given.
Escalation = Sequence[tuple[signal.Signals, float]]
# Fast shutdown; immediate shutdown (as a crash: nothing acknowledged is lost); force.
DATABASE: Escalation = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
PYTHON: Escalation = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 10.0))


def serving(folder: Path) -> list[psutil.Process]:
    """The PostgreSQL processes that work in `folder`."""
    return _those(lambda process: process.name() == "postgres" and process.cwd() == str(folder))


def marked(home: Path, mark: str = MARK) -> list[psutil.Process]:
    """The processes that a `kapok up` of `home` started, and theirs; or those that carry another `mark`."""
    return _those(lambda process: process.environ().get(mark) == str(home))


def postmaster(folder: Path) -> psutil.Process | None:
    """The live server that the pid file in `folder` names, if it is one."""
    try:
        process = psutil.Process(_pid_in(folder / "postmaster.pid"))
        return process if process.name() == "postgres" and process.cwd() == str(folder) else None
    except (OSError, ValueError, psutil.Error):
        return None


def stop(find: Callable[[], list[psutil.Process]], escalation: Escalation) -> None:
    """Stop what `find` finds, step by step until nothing is left."""
    for step, seconds in escalation:
        everyone = step is signal.SIGKILL
        for process in find() if everyone else _leaders(find()):
            _send(process, step)
        if wait_until(lambda: not find(), seconds):
            break


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Wait for `done`, at most so long; whether it came. (The kernel's own wait would also wait for a slow parent to reap.)"""
    ends = time.monotonic() + seconds
    while not done():
        if time.monotonic() > ends:
            return False
        time.sleep(GLANCE)
    return True


def stop_server(folder: Path) -> None:
    """Stop the server in `folder`, and clear a pid file that would keep the next one from starting."""
    stop(lambda: serving(folder), DATABASE)
    pid_file = folder / "postmaster.pid"
    # A number used again by a stranger: the next server would take the stranger for its predecessor. The pid file of a dead
    # server stays, for the next one finds in it the shared memory that it has to free.
    if psutil.pid_exists(_pid_in(pid_file)) and postmaster(folder) is None:
        pid_file.unlink()


def _pid_in(pid_file: Path) -> int:
    """The process that a server's pid file names; -1 when it names none."""
    try:
        return int(pid_file.read_text().split("\n")[0])
    except (OSError, ValueError):
        return -1


def _those(fits: Callable[[psutil.Process], bool]) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and fits(process):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def _leaders(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those not started by another of them; they are asked, and stop the rest themselves."""
    known = {process.pid for process in processes}
    return [process for process in processes if _parent(process) not in known]


def _parent(process: psutil.Process) -> int:
    try:
        return process.ppid()
    except psutil.Error:
        return 0


def _send(process: psutil.Process, step: signal.Signals) -> None:
    try:
        process.send_signal(step)
    except psutil.Error:
        return
