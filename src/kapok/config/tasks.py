"""What the worker does every night for the house as a whole."""

from __future__ import annotations

from datetime import UTC, datetime

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from procrastinate.contrib.django import app

from kapok.back.workforce.upkeep import drop_orphans, forget_told
from kapok.front.channels.upkeep import forget_codes, forget_forms, forget_knocks, forget_strangers
from kapok.ground.customers.contacts import forget_ended
from kapok.ground.journal import upkeep
from kapok.ground.notices.upkeep import forget_seen
from kapok.ground.work.baton.upkeep import merge_settled
from kapok.network.activation.strays import end_strays
from kapok.network.activation.upkeep import forget_closed_lines, forget_sessions, forget_strays

FORGETTING = (
    forget_knocks, forget_codes, forget_forms, forget_strangers, forget_ended, forget_told, forget_sessions, forget_closed_lines,
    forget_strays, drop_orphans,
)  # fmt: skip


@app.periodic(cron="17 3 * * *")
@app.task(queue="house", name="config.sweep")
def sweep(timestamp: int) -> None:
    """Forget what has run out by the moment `timestamp` (seconds since 1970, UTC).

    Sessions, wrong passwords, seen notices, attempts at the customers' door, one-time codes, keys of forms and phones, what
    strangers left, contacts that ended, RADIUS sessions, lines taken down, stray sessions, pictures without an owner. And make
    room in the journal for the coming months, and merge the counts of settled hand-offs.
    """
    at = datetime.fromtimestamp(timestamp, UTC)
    Session.objects.filter(expire_date__lt=at).delete()
    AccessAttempt.objects.filter(attempt_time__lt=at - settings.AXES_COOLOFF_TIME).delete()
    forget_seen(at=at)
    for forget in FORGETTING:
        forget(at=at)
    upkeep.make_partitions_ahead(at=at)
    merge_settled()


@app.periodic(cron="* * * * *")
@app.task(queue="house", lock="config.end_strays", queueing_lock="config.end_strays", name="config.end_strays")
def end_stray_sessions(timestamp: int) -> None:
    """End what is online and may not be, as RADIUS accounting tells of it, each minute; `timestamp` in seconds since 1970, UTC."""
    end_strays(at=datetime.fromtimestamp(timestamp, UTC))
