"""Work in the background is enqueued in the caller's transaction, together with the change it follows from."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app


def waiting() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("undone", "expected"), [(True, []), (False, ["test.follow_up"])])
def test_a_job_exists_exactly_when_its_change_does(undone: bool, expected: list[str]) -> None:
    with transaction.atomic():
        app.configure_task("test.follow_up", allow_unknown=True).defer(subject="staff/lin")
        transaction.set_rollback(undone)
    assert waiting() == expected
