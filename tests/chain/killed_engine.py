"""An engine in a process of its own that is killed at a given point: `python -m tests.chain.killed_engine POINT STEP MOMENT`."""

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
    "settling": (moves, "refresh", True),
    "about to commit": (moves, "refresh", False),
    "settled": (engine, "settle", False),
}


def dies(then: Callable[..., Any], step: str, *, before: bool) -> Callable[..., Any]:
    """The function, dying before or after it when that step is in hand or has just been done."""

    def wrapped(*args: Any, **named: Any) -> Any:
        reached = Step.objects.filter(name=step, attempts=1, state__in=["running", "done"]).exists()
        if before and reached:
            os.kill(os.getpid(), signal.SIGKILL)
        result = then(*args, **named)
        reached = Step.objects.filter(name=step, attempts=1, state__in=["running", "done"]).exists()
        if reached:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapped


def main(point: str, step: str, moment: str) -> None:
    """Do what is due until nothing is; die at `point` of `step`."""
    place, name, before = POINTS[point]
    setattr(place, name, dies(getattr(place, name), step, before=before))
    engine.advance(at=datetime.fromisoformat(moment), limit=100)


if __name__ == "__main__":
    main(*sys.argv[1:])
