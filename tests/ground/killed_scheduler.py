"""A scheduler in a process of its own that dies at a given step: `python -m tests.ground.killed_scheduler STEP MOMENT LIMIT`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django

django.setup()

from kapok.ground.commitments import scheduler  # noqa: E402 - Django comes first


def main(step: str, moment: str, limit: str) -> None:
    """Fire until nothing is due; die at `step` of the second batch that is kept."""
    done = 0

    def dies(then: Callable[..., Any], *, before: bool) -> Callable[..., Any]:
        def wrapped(*args: Any, **named: Any) -> Any:
            if before and done == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            result = then(*args, **named)
            if done == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return wrapped

    match step:
        case "begun":
            scheduler._fire = dies(scheduler._fire, before=True)
        case "fired":
            scheduler._fire = dies(scheduler._fire, before=False)
        case "committed":
            scheduler.fire = dies(scheduler.fire, before=False)
    while scheduler.fire(at=datetime.fromisoformat(moment), limit=int(limit)).clocks:
        done += 1


if __name__ == "__main__":
    main(*sys.argv[1:])
