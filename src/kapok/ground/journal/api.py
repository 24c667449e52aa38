"""The journal: what happened, written once, in the transaction of what it tells about.

Promises that an entry exists exactly when the change it describes exists, and that it never changes afterwards. Refuses to
record outside a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from kapok.ground.journal.matters import happening
from kapok.ground.journal.models import Entry
from kapok.ground.journal.rules import Event, payload
from kapok.kernel.errors import KapokError
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

__all__ = ["Event", "OutsideTransaction", "happening", "record", "record_many"]

Witness = Callable[[Entry], None]


class OutsideTransaction(KapokError):
    """A verb recorded without a transaction around it: a mistake in the program, never in what the person did."""

    wording = Text(
        zh="“{kind}”不能在事务之外记入日志；请在动作上加 transaction.atomic。",
        en="{kind} cannot be recorded outside a transaction; put transaction.atomic on the verb.",
    )


def record(event: Event) -> UUID:
    """Write the event down, let the witnesses see it, and say under which identifier. Raises `OutsideTransaction`."""
    if not connection.in_atomic_block:
        raise OutsideTransaction(kind=event.kind)
    entry = _entry(event)
    entry.save(force_insert=True)
    for witness in _witnesses():
        witness(entry)
    return entry.id


def record_many(events: Iterable[Event]) -> None:
    """Write many events down at once, e.g. what a scheduler fires. Raises `OutsideTransaction`.

    The witnesses do not see them: it is for what is said about matters, not for what happens to them.
    """
    entries = [_entry(event) for event in events]
    if entries and not connection.in_atomic_block:
        raise OutsideTransaction(kind=entries[0].kind)
    Entry.objects.bulk_create(entries)


def _entry(event: Event) -> Entry:
    return Entry(
        id=uuid7(event.at),
        kind=event.kind,
        subject=event.subject,
        at=event.at,
        actor=event.actor,
        correlation=event.correlation,
        data=payload(event),
    )


@cache
def _witnesses() -> tuple[Witness, ...]:
    """What the composition root has named (`JOURNAL_WITNESSES`): the journal itself knows nobody above it."""
    return tuple(import_string(name) for name in settings.JOURNAL_WITNESSES)
