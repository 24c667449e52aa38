"""A worker in a process of its own that dies at a given step of a job: `python -m tests.supervision.killed_worker STEP TASK`.

With the step `never` it lives until it is told to end.
"""

from __future__ import annotations

import inspect
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - Django comes first
from procrastinate.worker import Worker  # noqa: E402

from kapok.batch.audit import folder  # noqa: E402
from kapok.config import tasks as house  # noqa: E402
from kapok.ground.journal import api as journal  # noqa: E402
from kapok.supervision.mining import api, tasks  # noqa: E402

STEPS: dict[str, tuple[Any, str, bool]] = {
    "fetched": (Worker, "_process_job", True),
    "claimed": (api, "claim", False),
    "reading": (api, "tell", False),
    "drafted": (folder, "_put_in_place", True),
    "reported": (tasks, "_figures", False),
    "finishing": (journal, "record", True),
    "finished": (Worker, "_persist_job_status", True),
    "acknowledged": (Worker, "_persist_job_status", False),
    "sweeping": (house, "forget_seen", False),
}
"""What is called at each step, and whether the worker dies before the call or after it."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dies(then: Callable[..., Any], task: str, *, before: bool) -> Callable[..., Any]:
    async def last(result: Any) -> None:
        await result
        die()

    def wrapped(*args: Any, **named: Any) -> Any:
        job = named.get("job") or (getattr(args[-1], "job", None) if args else None)
        if job is not None and job.task_name != task:
            return then(*args, **named)
        if before:
            die()
        result = then(*args, **named)
        if inspect.isawaitable(result):
            return last(result)
        die()
        return None

    return wrapped


def main(step: str, task: str) -> None:
    if step in STEPS:
        owner, name, before = STEPS[step]
        setattr(owner, name, dies(getattr(owner, name), task, before=before))
    call_command("procrastinate", "worker")


if __name__ == "__main__":
    main(*sys.argv[1:])
