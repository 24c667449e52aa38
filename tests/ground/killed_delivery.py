"""A process that dies after it has handed work in and before that is kept: `python -m tests.ground.killed_delivery ITEM MOMENT`."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from uuid import UUID

import django

django.setup()

from django.db import transaction  # noqa: E402 - Django comes first

from kapok.ground.work.baton import api as baton  # noqa: E402


def main(item: str, moment: str) -> None:
    """Hand the item in as the agent, and die within the transaction."""
    with transaction.atomic():
        baton.deliver(item=UUID(item), actor="staff/agent", at=datetime.fromisoformat(moment))
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
