"""Background work in a process of its own that dies at its commit: `python -m tests.ground.killed_steps STEP WHEN MOMENT`."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from typing import Any

import django

django.setup()

from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402 - Django comes first

from kapok.config.scheduling import Scheduler  # noqa: E402
from kapok.ground.commitments import asking  # noqa: E402
from kapok.ground.journal import api as journal  # noqa: E402
from kapok.ground.journal import delivery, seals  # noqa: E402
from tests.ground.journal_lab import leave_trace  # noqa: E402


def retry(at: datetime) -> None:
    """Try again what a subscriber could not take."""
    delivery.retry_due(journal.Subscription("lab", lambda line: leave_trace("lab", line)), at=at)


def lapse(at: datetime) -> None:
    """Let requests lapse that nobody has answered."""
    asking.lapse_requests(at=at)


def seal(at: datetime) -> None:
    """Seal what is not sealed."""
    seals.seal(at=at)


def catch_up(_at: datetime) -> None:
    """Say what has been made good, and give the first sign of life."""
    scheduler = Scheduler()
    scheduler.begin()
    scheduler._rest(scheduler._now())


STEPS = {"retry": retry, "lapse": lapse, "seal": seal, "catch up": catch_up}


def main(step: str, when: str, moment: str) -> None:
    """Do it; die right before or after the first commit."""
    wrapper: Any = BaseDatabaseWrapper
    commit = wrapper._commit

    def dies(self: BaseDatabaseWrapper) -> None:
        if when == "after":
            commit(self)
        os.kill(os.getpid(), signal.SIGKILL)

    wrapper._commit = dies
    STEPS[step](datetime.fromisoformat(moment))


if __name__ == "__main__":
    main(*sys.argv[1:])
