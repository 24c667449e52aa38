"""What many tests begin with: made by the verbs once in a process, after that put back as it was.

`begin("office", set_up)` leaves a database without rows as `set_up()` would, identifiers and all, in a few statements. Where other
rows are there than the first time, `set_up` is called as if there were no such thing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

# Given anew: what is put back belongs to the transaction of the test that asks for it.
NOT_KEPT = ("journal_entry.transaction",)

World = tuple[dict[str, int], dict[str, bytes]]
_MADE: dict[tuple[str, str], World] = {}


def begin(name: str, make: Callable[[], object]) -> None:
    """Leave the database as `make` does; passwords hashed otherwise make another world."""
    key, before = (name, settings.PASSWORD_HASHERS[0]), _counts()
    known, rows = _MADE.get(key, (None, {}))
    if known == before:
        _put_back(rows)
        return
    make()
    changed = [table for table, count in _counts().items() if count != before[table]]
    if known is None and not any(before[table] for table in changed):
        _MADE[key] = before, _taken(changed)


@cache
def _tables() -> dict[str, str]:
    """Our tables, each with the columns that are written."""
    ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if _is_ours(model.__module__)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)"
            " FROM information_schema.columns WHERE table_name = ANY(%s) AND is_generated = 'NEVER'"
            " AND table_name || '.' || column_name <> ALL(%s) GROUP BY table_name",
            [sorted(ours), list(NOT_KEPT)],
        )
        return dict(cursor.fetchall())


def _is_ours(module: str) -> bool:
    return module.startswith("kapok.")


def _counts() -> dict[str, int]:
    asked = " UNION ALL ".join(f"SELECT '{table}', (SELECT count(*) FROM {table})" for table in _tables())
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return dict(cursor.fetchall())


def _taken(tables: list[str]) -> dict[str, bytes]:
    taken = {}
    with connection.cursor() as cursor:
        for table in tables:
            order = " ORDER BY position" if table == "journal_entry" else ""
            with cursor.copy(f"COPY (SELECT {_tables()[table]} FROM {table}{order}) TO STDOUT (FORMAT binary)") as rows:
                taken[table] = b"".join(bytes(part) for part in rows)
    return taken


def _put_back(world: dict[str, bytes]) -> None:
    """Foreign keys are looked at when the transaction ends: the order of the tables does not matter."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in world.items():
            with cursor.copy(f"COPY {table} ({_tables()[table]}) FROM STDIN (FORMAT binary)") as put:
                put.write(rows)
