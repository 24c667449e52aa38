"""The keeper: the process that keeps time for the house. Each of its loops runs in a thread of its own until all are stopped."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from threading import Event, Thread

from django.db import connections

from kapok.config.orders import carry_orders
from kapok.config.scheduling import scheduler_loop
from kapok.config.subscriptions import attend

Loop = Callable[[Event], None]

LOOPS: tuple[Loop, ...] = (scheduler_loop, attend, carry_orders)
BEAT = 0.2
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def keep(loops: Sequence[Loop] = LOOPS) -> None:
    """Run the loops until a signal asks for the end. One that fails ends all, and its error is raised."""
    _unpool()
    stop = Event()
    errors: list[BaseException] = []
    for number in SIGNALS:
        signal.signal(number, lambda *_: stop.set())
    threads = [Thread(target=_run, args=(loop, stop, errors), name=loop.__name__) for loop in loops]
    for thread in threads:
        thread.start()
    while not stop.is_set():  # not `stop.wait()`: it holds a lock that the handler of the signal takes
        time.sleep(BEAT)
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def _unpool() -> None:
    """Let each thread have a connection of its own: none gives one back, so that of a pool the last to come would get nothing."""
    for name in connections:
        connections.settings[name]["OPTIONS"].pop("pool", None)


def _run(loop: Loop, stop: Event, errors: list[BaseException]) -> None:
    try:
        loop(stop)
    except BaseException as error:  # raised again by `keep`, once the others have stopped
        errors.append(error)
    finally:
        stop.set()
