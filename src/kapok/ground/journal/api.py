"""The journal: what happened, written once, in the transaction of what it tells about.

Promises that an entry exists exactly when the change it describes exists, and that it never changes afterwards. Refuses to
record outside a transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
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

RECORD_MANY = """
INSERT INTO journal_entry (id, kind, subject, at, actor, correlation, data)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::uuid[], %s::jsonb[])
"""

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
    rows = [_row(event) for event in events]
    if not rows:
        return
    if not connection.in_atomic_block:
        raise OutsideTransaction(kind=rows[0][1])
    with connection.cursor() as cursor:
        cursor.execute(RECORD_MANY, [list(column) for column in zip(*rows, strict=True)])


def _row(event: Event) -> tuple[UUID, str, str, datetime, str, UUID | None, str]:
    data = json.dumps(payload(event), ensure_ascii=False)
    return uuid7(event.at), event.kind, event.subject, event.at, event.actor, event.correlation, data


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
