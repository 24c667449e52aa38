"""A caller in a process of its own that dies at a given moment of an activation: `python -m tests.network.killed_call MOMENT`.

With the moment `slow` it lives, and takes its time over the first element.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from kapok.network.activation import calls  # noqa: E402 - Django comes first
from kapok.network.activation.adapters.radius import Radius  # noqa: E402
from kapok.network.activation.adapters.simulated import Olt  # noqa: E402
from tests.network.activation_lines import LINE, tell  # noqa: E402


def dies(then: Callable[..., Any], *, before: bool) -> Callable[..., Any]:
    """The same, and the end before or after it."""

    def wrapped(*args: Any, **named: Any) -> Any:
        if not before:
            then(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return wrapped


def main(moment: str) -> None:
    """Activate, and die."""
    match moment:
        case "written":
            calls._talk = dies(calls._talk, before=True)
        case "told":
            Olt.activate = dies(Olt.activate, before=False)  # type: ignore[method-assign]
        case "between":
            original = calls._step

            def step(call: Any, name: str, *rest: Any) -> Any:
                if name == "radius":
                    os.kill(os.getpid(), signal.SIGKILL)
                return original(call, name, *rest)

            calls._step = step
        case "second_told":
            Radius.activate = dies(Radius.activate, before=False)  # type: ignore[method-assign]
        case "slow":
            told = Olt.activate
            Olt.activate = lambda self, request: (time.sleep(1), told(self, request))[1]  # type: ignore[method-assign]
        case "before_answer":
            calls._settle = dies(calls._settle, before=True)
    tell("activate", "k1", LINE)


if __name__ == "__main__":
    main(*sys.argv[1:])
