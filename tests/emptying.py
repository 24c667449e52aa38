"""The database is left empty by a test with real transactions: sooner than by Django's flush, and the queue's tables with ours.

A flush empties what belongs to the tables themselves, too, and then puts all kinds and permissions down anew; that takes longer
than many a test. And it may meet a request that a browser has given up and the server still answers: of two who wait for each
other's tables, PostgreSQL then ends one. Here we step back until the other is done.
"""

from __future__ import annotations

import time
from functools import cache

from django.apps import apps
from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase
from psycopg.errors import LockNotAvailable

from tests import shipped

KEPT = frozenset({"django_content_type", "django_migrations", "auth_permission"})
QUEUE = "procrastinate_"
PATIENCE_SECONDS = 60
SOON = "200ms"
"""Less than PostgreSQL takes to see that two wait for each other."""


def empty(_case: TransactionTestCase | None = None) -> None:
    """Leave no row but what the migrations bring along, once nobody is at work any more."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not _emptied():
        if time.monotonic() > ends:
            raise TimeoutError("Somebody is still at work on the test's database.")
        time.sleep(0.05)


def _emptied() -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{SOON}'")
            cursor.execute(f"TRUNCATE {', '.join(_tables())}")
            _put_down_again()
    except OperationalError as busy:
        if isinstance(busy.__cause__, LockNotAvailable):
            return False
        raise
    return True


def _put_down_again() -> None:
    version = apps.get_model("catalog", "SpecificationVersion")
    version.objects.bulk_create(version(**row) for row in shipped.rows())


@cache
def _tables() -> tuple[str, ...]:
    ours = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
    queue = {name for name in connection.introspection.table_names() if name.startswith(QUEUE)}
    return tuple(sorted(ours | queue))
