"""New rows of several tables, written by one statement, in the same words however many rows there are: it is planned once.

It is for the verbs that write much at once; what is written through it is what `bulk_create` would write, without the making of
SQL for each row. A field that fills itself while it is saved, or that the database fills, is refused: it would stay empty.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Field, FileField, Model

Row = TypeVar("Row", bound=Model)
INSERT = """INSERT INTO {table} ({names})
SELECT {names} FROM json_to_recordset(%s::json) AS given({columns})"""


def write(*tables: Sequence[Model], last: str = "", values: Sequence[Any] = ()) -> int:
    """Insert the new rows, a sequence of one table's for each table; how many the last of them, or `last`, has inserted.

    `last` is an INSERT that comes after them in the same statement, with its values. Raises `IntegrityError` as `bulk_create` does.
    """
    filled = [rows for rows in tables if rows]
    if not filled and not last:
        return 0
    given = [json.dumps([_said(row) for row in rows], ensure_ascii=False, default=_plain) for rows in filled]
    with connection.cursor() as cursor:
        cursor.execute(_statement(*(type(rows[0]) for rows in filled), last=last), [*given, *values])
        count: int = cursor.rowcount
    for rows in filled:
        for row in rows:
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return count


def fresh(model: type[Row], **said: Any) -> Row:
    """A new row of fields by the names of their attributes; what is not said has its default.

    It is what `model(**said)` makes, without all that the mapper looks at on the way. Raises `TypeError` for another name.
    """
    fields = _fields(model)
    if strange := said.keys() - fields.keys():
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(strange))}.")
    values = [said[name] if name in said else field.get_default() for name, field in fields.items()]
    row = model.from_db(DEFAULT_DB_ALIAS, fields.keys(), values)
    row._state.adding, row._state.db = True, None
    return row


@cache
def _fields(model: type[Model]) -> dict[str, Field[Any, Any]]:
    return {field.attname: field for field in model._meta.concrete_fields}


@cache
def _statement(*models: type[Model], last: str) -> str:
    *first, end = [*(_insert(model) for model in models), *([last] if last else [])]
    before = ", ".join(f"part{place} AS ({each})" for place, each in enumerate(first))
    return f"WITH {before} {end}" if first else end


def _insert(model: type[Model]) -> str:
    columns = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
    return INSERT.format(
        table=f'"{model._meta.db_table}"',
        names=", ".join(f'"{name}"' for name in columns),
        columns=", ".join(f'"{name}" {kind}' for name, kind in columns.items()),
    )


@cache
def _columns(model: type[Model]) -> tuple[tuple[str, str], ...]:
    for field in model._meta.concrete_fields:
        if field.has_db_default() or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            raise TypeError(f"{field} fills itself and cannot be written here.")
        if isinstance(field, FileField):
            raise TypeError(f"{field} saves its file itself and cannot be written here.")
    return tuple((str(field.column), field.attname) for field in model._meta.concrete_fields)


def _said(row: Model) -> dict[str, Any]:
    """What a row holds, without what it leaves open."""
    said = row.__dict__
    return {column: said[name] for column, name in _columns(type(row)) if said[name] is not None}


def _plain(value: Any) -> str:
    match value:
        case UUID() | datetime() | date() | Decimal():
            return str(value)
        case timedelta():
            return f"{value // timedelta(microseconds=1)} microseconds"
    raise TypeError(f"{value!r} cannot be written.")
