"""Work in the background is enqueued in the caller's transaction, together with the change it follows from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from procrastinate.contrib.django import app

from kapok.config.tasks import sweep


def waiting_for(subject: str) -> list[str]:
    """The jobs about `subject`: other tests leave theirs, for nothing empties the queue's tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE args->>'subject' = %s", [subject])
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("undone", "expected"), [(True, []), (False, ["test.follow_up"])])
def test_a_job_exists_exactly_when_its_change_does(undone: bool, expected: list[str]) -> None:
    subject = f"staff/{uuid4()}"
    with transaction.atomic():
        app.configure_task("test.follow_up", allow_unknown=True).defer(subject=subject)
        transaction.set_rollback(undone)
    assert waiting_for(subject) == expected


@pytest.mark.django_db
def test_the_nightly_sweep_forgets_only_what_has_run_out() -> None:
    night = datetime(2026, 3, 2, 3, 17, tzinfo=UTC)
    for minutes, key in ((-1, "old"), (1, "new")):
        Session.objects.create(session_key=key, session_data="", expire_date=night + timedelta(minutes=minutes))
    for minutes, name in ((16, "forgotten"), (14, "kept")):
        AccessAttempt.objects.create(username=name, failures_since_start=5)
        AccessAttempt.objects.filter(username=name).update(attempt_time=night - timedelta(minutes=minutes))
    sweep(int(night.timestamp()))
    assert [session.session_key for session in Session.objects.all()] == ["new"]
    assert [attempt.username for attempt in AccessAttempt.objects.all()] == ["kept"]
