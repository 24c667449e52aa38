"""The journal: what happened, written once, in the transaction of what it tells about.

Promises that an entry exists exactly when the change it describes exists, and that it never changes afterwards. Refuses to
record outside a transaction.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from kapok.ground.journal.models import Entry
from kapok.ground.journal.rules import Event, payload
from kapok.kernel.errors import KapokError
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

__all__ = ["Event", "OutsideTransaction", "record"]


class OutsideTransaction(KapokError):
    """A verb recorded without a transaction around it: a mistake in the program, never in what the person did."""

    wording = Text(
        zh="“{kind}”不能在事务之外记入日志；请在动作上加 transaction.atomic。",
        en="{kind} cannot be recorded outside a transaction; put transaction.atomic on the verb.",
    )


def record(event: Event) -> UUID:
    """Write the event down and say under which identifier. Raises `OutsideTransaction`."""
    if not connection.in_atomic_block:
        raise OutsideTransaction(kind=event.kind)
    entry = Entry(
        id=uuid7(event.at),
        kind=event.kind,
        subject=event.subject,
        at=event.at,
        actor=event.actor,
        correlation=event.correlation,
        data=payload(event),
    )
    entry.save(force_insert=True)
    return entry.id
