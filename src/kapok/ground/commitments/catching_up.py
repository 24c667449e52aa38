"""What the schedulers make good after nobody has fired for a while: told in the journal once, whoever fired it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from kapok.ground.commitments import beats
from kapok.ground.commitments.events import SchedulerCaughtUp
from kapok.ground.commitments.firing import Deed
from kapok.ground.commitments.scheduler import ACTOR
from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Entry
from kapok.kernel.ids import first_at

OVERLOOKED = timedelta(days=1)
"""So long before the silence something may have been due that is fired only after it."""
ONE_TELLS = "SELECT pg_advisory_xact_lock(hashtextextended('caught up', 8))"
# Identifiers begin with the moment at which a clock had to fire, so only the partitions and pages from then on are read.
FIRED = """
SELECT count(*) FILTER (WHERE kind = %(warned)s), count(*) FILTER (WHERE kind = %(breached)s),
    count(*) FILTER (WHERE kind = %(fulfilled)s), min(at), max(at)
FROM journal_entry
WHERE id >= %(first)s AND actor = %(actor)s AND kind IN (%(warned)s, %(breached)s, %(fulfilled)s) AND recorded_at > %(since)s
"""


@dataclass(frozen=True)
class CaughtUp:
    """What was made good: told at `at`, due from `first` to `last`."""

    at: datetime
    first: datetime
    last: datetime
    clocks: int
    subject: str
    """Whose time line tells of this and of the times before."""


@transaction.atomic
def tell(*, silent_since: datetime, at: datetime) -> bool:
    """Say in the journal what has fired since `silent_since`; whether it was said.

    What whoever fell silent still fired was on time, so the count begins when a sign of life was missed. Whoever
    tells gives a sign of life in the same transaction; from then on it is told, and nobody else tells it again.
    """
    with connection.cursor() as cursor:
        cursor.execute(ONE_TELLS)
        if (seen := beats.last_seen()) is not None and seen > silent_since:
            return False
        kinds = {deed.name.lower(): deed.value for deed in Deed}
        cursor.execute(
            FIRED,
            {
                "first": first_at(silent_since - OVERLOOKED),
                "actor": ACTOR,
                "since": silent_since + beats.SILENT_AFTER,
                **kinds,
            },
        )
        warned, breached, fulfilled, first, last = cursor.fetchone()
    if first is None:
        return False
    journal.record(
        SchedulerCaughtUp(
            subject=ACTOR, actor=ACTOR, at=at, silent_since=silent_since, first=first, last=last, warned=warned,
            breached=breached, fulfilled=fulfilled,
        )
    )  # fmt: skip
    return True


def latest() -> CaughtUp | None:
    """The last time that something was made good; None if never."""
    told = (
        Entry.objects.filter(subject=ACTOR, kind=SchedulerCaughtUp.kind).order_by("-at", "-recorded_at", "-id").first()
    )
    if told is None:
        return None
    first, last = (datetime.fromisoformat(told.data[name]) for name in ("first", "last"))
    clocks = sum(told.data[name] for name in ("warned", "breached", "fulfilled"))
    return CaughtUp(told.at, first, last, clocks, told.subject)
