"""Django's management commands, with the database running and the environment set."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kapok.host import database, instance, web
from kapok.host.database import Database
from kapok.host.home import Home


def manage(home: Home, arguments: Sequence[str]) -> int:
    """Run one command of Django's in the terminal; its exit code. The database is started for it if it does not run.

    Raises: HomeBusy, and what the database refuses.
    """
    home.prepare()
    with reachable(home) as ground:
        # Ctrl-C is for the command; this process waits for it and then clears up.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            command = web.python("-m", "django", *arguments)
            return subprocess.run(command, env=web.environment(home, ground), check=False).returncode  # noqa: S603
        finally:
            signal.signal(signal.SIGINT, before)


@contextmanager
def reachable(home: Home) -> Iterator[Database]:
    """The database that runs, or one started for as long as the context lasts."""
    if ground := database.running(home):
        yield ground
        return
    with instance.alone(home), database.started(home, time.sleep) as ground:
        yield ground
