"""Several people at the same moment: calls that are let go at once, each on a connection of its own; and waiting for others."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from kapok.kernel.errors import KapokError

PATIENCE_SECONDS = 120
"""Nothing that is waited for takes so long on a machine that is much slower than ours and has other work."""


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call gave back, in their order; where it was refused, the class of the refusal."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=PATIENCE_SECONDS)
            return call()
        except KapokError as refused:
            return type(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def outcomes(*calls: Callable[[], Any]) -> list[str]:
    """The names of the refusals, "done" for each call that was none, in alphabetical order."""
    came = at_once(*calls)
    return sorted(each.__name__ if isinstance(each, type) and issubclass(each, KapokError) else "done" for each in came)


def eventually(holds: Callable[[], object]) -> bool:
    """Whether it comes to hold while we have patience."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > ends:
            return False
        time.sleep(0.01)
    return True
