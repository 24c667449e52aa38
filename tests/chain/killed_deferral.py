"""A keeper that is killed while it lets go on what was put off: `POINT MOMENT`, in a process of its own."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django

django.setup()

from kapok.chain.ordering import deferrals, deviating, moves  # noqa: E402 - Django comes first

POINTS: dict[str, tuple[Any, str]] = {
    "gone on": (deviating, "undefer"),
    "about to commit": (moves, "refresh"),
    "committed": (deferrals, "_end"),
}


def dies(after: Callable[..., Any]) -> Callable[..., Any]:
    """The function, dying when it is done."""

    def wrapped(*args: Any, **named: Any) -> Any:
        after(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return wrapped


if __name__ == "__main__":
    place, name = POINTS[sys.argv[1]]
    setattr(place, name, dies(getattr(place, name)))
    deferrals.end(at=datetime.fromisoformat(sys.argv[2]))
