"""What activation needs from time to time: sessions that ended long ago are forgotten, and so are lines that were taken down."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from kapok.network.activation.models import CLOSED, Accounting, Cutoff, StraySession, Subscriber

BATCH: Final = 1_000
SILENCE: Final = timedelta(days=1)
"""Access servers are asked to report each session every five minutes: who is silent for a day is there no more."""
# A session is removed as a whole, by its last packet: without the packet that ends it, it would seem to be open again.
# When an access server started anew ends the sessions before that, and stays.
REMOVE: Final = """
WITH ended AS MATERIALIZED (
    SELECT last.session FROM activation_accounting last
    WHERE last.at < %(before)s AND last.status IN ('Start', 'Interim-Update', 'Stop')
        AND NOT EXISTS (SELECT FROM activation_accounting later
                        WHERE later.session = last.session AND (later.at, later.id) > (last.at, last.id))
        AND (EXISTS (SELECT FROM activation_accounting stopped
                     WHERE stopped.session = last.session AND stopped.status = 'Stop')
            OR EXISTS (SELECT FROM activation_accounting restarted
                       WHERE restarted.nas_address = last.nas_address AND restarted.at > last.at
                           AND restarted.status IN ('Accounting-On', 'Accounting-Off')))
    LIMIT %(batch)s
), removed AS (
    DELETE FROM activation_accounting WHERE session IN (SELECT session FROM ended) RETURNING 1
) SELECT (SELECT count(*) FROM ended), (SELECT count(*) FROM removed)
"""


def forget_sessions(*, at: datetime, batch: int = BATCH) -> int:
    """Remove the packets of sessions that ended longer ago than `ACCOUNTING_KEPT`, `batch` sessions at a time; how many packets.

    Open sessions stay however old they are, and so does when an access server started anew.
    """
    removed = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(REMOVE, {"before": at - settings.ACCOUNTING_KEPT, "batch": batch})
            sessions, packets = cursor.fetchone()
        removed += int(packets)
        if sessions < batch:
            return removed


def forget_closed_lines(*, at: datetime) -> int:
    """Remove the lines that were taken down and not heard of for a day, so that others may have their logins; how many.

    Their access server never said that nobody is online any more. What is tried again asks it about the sessions all the same.
    """
    theirs = Q(service=OuterRef("service")) | Q(service="", login=OuterRef("login"))
    heard = Accounting.objects.filter(theirs, at__gte=at - SILENCE)
    return Subscriber.objects.filter(~Exists(heard), state=CLOSED, changed_at__lt=at - SILENCE).delete()[0]


def forget_strays(*, at: datetime) -> int:
    """Remove cutoffs after a day, and what was tried with sessions that are forgotten; how many rows."""
    packets = Accounting.objects.filter(session=OuterRef("session"))
    old = Cutoff.objects.filter(before__lt=at - SILENCE).delete()[0]
    return old + StraySession.objects.filter(~Exists(packets)).delete()[0]
