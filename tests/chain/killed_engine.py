"""Engines that are killed: each line `POINT STEP ORDER MOMENT` on its input is an engine in a process of its own that dies there.

A fork of a process that has everything loaded and never opened the database: a hundred can die in a minute. Each answers with one
line, the signal that ended it, or 0 where it lived.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django

django.setup()

from kapok.chain.ordering import engine, moves, performing  # noqa: E402 - Django comes first
from kapok.chain.ordering.models import Step  # noqa: E402 - Django comes first

POINTS: dict[str, tuple[Any, str, bool]] = {
    "claimed": (engine, "work_off", True),
    "asked": (performing, "perform", False),
    "about to commit": (moves, "refresh", False),
    "settled": (engine, "settle", False),
}
"""Before the network is asked; after its answer; when all is written down, before that is committed; and after."""


def dies(then: Callable[..., Any], step: str, order: str, *, before: bool, after_all: bool) -> Callable[..., Any]:
    """The function, dying before or after it while that step of the order is in hand; `after_all` when it has been done."""

    def reached() -> bool:
        of_order = Step.objects.filter(name=step, leg__order__number=order)
        return of_order.filter(state__in=["done"] if after_all else ["running", "done"]).exists()

    def wrapped(*args: Any, **named: Any) -> Any:
        if before and reached():
            os.kill(os.getpid(), signal.SIGKILL)
        result = then(*args, **named)
        if reached():
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapped


def engine_that_dies(point: str, step: str, order: str, moment: str) -> None:
    """Do what is due until nothing is; die at `point` of the order's step."""
    place, name, before = POINTS[point]
    deadly = dies(getattr(place, name), step, order, before=before, after_all=point == "settled")
    setattr(place, name, deadly)
    engine.advance(at=datetime.fromisoformat(moment), limit=100)


def main() -> None:
    """Let one engine after the other die."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            engine_that_dies(*line.rstrip("\n").split("\t"))
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
