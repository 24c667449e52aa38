"""What many tests begin with: made by the verbs once in a process, after that put back as it was.

`begin("office", set_up)` leaves the database as `set_up()` would, identifiers and all, in a few statements: upon the same rows as
the first time it adds what `set_up` added then. Upon other rows it makes a world of its own; one that changes rows which were
there before is made by the verbs each time.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from typing import TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

# Given anew: what is put back belongs to the transaction of the test that asks for it.
NOT_KEPT = ("journal_entry.transaction",)

Rows = Mapping[str, list[bytes]]
"""The rows of the tables that have any, as PostgreSQL writes them down."""
_MADE: dict[tuple[str, ...], Rows] = {}
Made = TypeVar("Made")


def begin(name: str, make: Callable[[], object]) -> None:
    """Leave the database as `make` does; other witnesses make another world.

    So does a first test of which is measured what it runs: what makes a world counts once as tried.
    """
    before = _rows()
    key = (name, str(sys.gettrace() is not None), *settings.JOURNAL_WITNESSES, _digest(before))
    if key in _MADE:
        _put_back(_MADE[key])
        return
    make()
    if (added := _added(before, _rows())) is not None:
        _MADE[key] = added


@contextmanager
def standing(blocker: DjangoDbBlocker, make: Callable[[], Made]) -> Iterator[Made]:
    """What the tests of a module begin with: each undoes what it did, and the end of the module the rest."""
    with blocker.unblock(), transaction.atomic():
        yield make()
        transaction.set_rollback(True)


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


def _filled() -> list[str]:
    asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in _tables())
    connection.ensure_connection()
    return [table for (table,) in connection.connection.execute(asked, prepare=True)]


def _rows() -> Rows:
    rows = {}
    with connection.cursor() as cursor:
        for table in _filled():
            order = " ORDER BY position" if table == "journal_entry" else ""
            with cursor.copy(f"COPY (SELECT {_tables()[table]} FROM {table}{order}) TO STDOUT") as lines:
                rows[table] = b"".join(bytes(part) for part in lines).splitlines(keepends=True)
    return rows


def _digest(rows: Rows) -> str:
    said = sha256()
    for table in sorted(rows):
        said.update(b"".join([table.encode(), *sorted(rows[table])]))
    return said.hexdigest()


def _added(before: Rows, after: Rows) -> Rows | None:
    """What has come; None where a row that was there has changed or gone."""
    added: dict[str, list[bytes]] = {}
    for table in {*before, *after}:
        left = Counter(before.get(table, []))
        added[table] = []
        for line in after.get(table, []):
            if left[line]:
                left[line] -= 1
            else:
                added[table].append(line)
        if left.total():
            return None
    return {table: lines for table, lines in added.items() if lines}


def _put_back(world: Rows) -> None:
    """Foreign keys are looked at when the transaction ends: the order of the tables does not matter."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table, lines in world.items():
            with cursor.copy(f"COPY {table} ({_tables()[table]}) FROM STDIN") as put:
                put.write(b"".join(lines))
