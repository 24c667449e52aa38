"""Rows read by a question that is put together once, in the same words however often it is asked: it is planned once, too.

It is for the verbs that are on everybody's way; what it brings is what a `QuerySet` would, without the making of SQL each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class _Table:
    """The columns of a model, by their places among all that are read."""

    model: type[Model]
    names: tuple[str, ...]
    converters: tuple[tuple[int, Callable[..., Any]], ...]

    def row(self, values: Sequence[Any]) -> Any:
        plain = list(values)
        for place, convert in self.converters:
            plain[place] = convert(plain[place], None, connection)
        return self.model.from_db(DEFAULT_DB_ALIAS, self.names, plain)


def read(model: type[Row], condition: str, *values: Any, joined: str = "", source: str = "") -> list[Row]:
    """The rows of which `condition` is true: SQL after WHERE, in which they are called `this`.

    `joined` names a relation that no row lacks; it is read along, as by `select_related`. `source` is SQL that brings the rows
    in place of their table.
    """
    statement, table, other = _question(model, condition, joined, source)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchall()
    rows = [table.row(each[: len(table.names)]) for each in found]
    if other:
        for row, each in zip(rows, found, strict=True):
            setattr(row, joined, other.row(each[len(table.names) :]))
    return rows


@cache
def _question(model: type[Model], condition: str, joined: str, source: str) -> tuple[str, _Table, _Table | None]:
    columns, other = _columns(model, "this"), None
    source = f"{source or model._meta.db_table} this"
    if joined:
        relation: Any = model._meta.get_field(joined)
        other = relation.related_model
        columns += f", {_columns(other, 'other')}"
        source += f' JOIN "{other._meta.db_table}" other ON other."{other._meta.pk.column}" = this."{relation.column}"'
    statement = f"SELECT {columns} FROM {source} WHERE {condition}"  # noqa: S608 - names of models, and the module's own words
    return statement, _table(model), _table(other) if other else None


def _columns(model: type[Model], name: str) -> str:
    return ", ".join(f'{name}."{field.column}"' for field in model._meta.concrete_fields)


@cache
def _table(model: type[Model]) -> _Table:
    fields = model._meta.concrete_fields
    converters = ((place, each) for place, field in enumerate(fields) for each in field.get_db_converters(connection))
    return _Table(model, tuple(field.attname for field in fields), tuple(converters))
