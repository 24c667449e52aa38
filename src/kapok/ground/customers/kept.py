"""What a module says of the personal data it keeps, and how it forgets them: the seam for the layers above.

`CUSTOMER_EXPORTERS` names functions that say what is held of a customer, `CUSTOMER_ERASERS` functions that overwrite it; both are
called with the customer's identifier within the verb's transaction. Rows stay, so that what was sold and done can still be counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, Model, QuerySet, Value, When

from kapok.ground.journal.rules import FORGOTTEN

Row = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """Rows as JSON values, by table, and the subjects under which the journal tells of them."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()

    def __add__(self, other: Held) -> Held:
        """Both; a row that both have stands once."""
        tables = dict(self.tables)
        for name, rows in other.tables.items():
            known = {json.dumps(row, sort_keys=True) for row in tables.get(name, ())}
            tables[name] = [
                *tables.get(name, ()),
                *(row for row in rows if json.dumps(row, sort_keys=True) not in known),
            ]
        return Held(tables, tuple(dict.fromkeys((*self.subjects, *other.subjects))))


Exporter = Callable[[UUID], Held]
Eraser = Callable[[UUID], None]


def held(*rows: Iterable[Model], subjects: Iterable[str] = (), without: Collection[str] = ()) -> Held:
    """The rows of some tables, without some columns."""
    tables: dict[str, list[Row]] = {}
    for row in (each for some in rows for each in some):
        tables.setdefault(row._meta.label_lower, []).append(values(row, without))
    return Held(tables, tuple(subjects))


def values(row: Model, without: Collection[str] = ()) -> Row:
    """The columns of a row as JSON values."""
    columns = (column for column in row._meta.concrete_fields if column.name not in without)
    return {column.attname: _plain(getattr(row, column.attname)) for column in columns}


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case UUID() | Decimal():
            return str(value)
        case list():
            return [_plain(each) for each in value]
        case _:
            return value


def overwrite(rows: QuerySet[Any], *columns: str) -> int:
    """Put a word in the place of what was typed in these columns; what is empty stays empty. Of how many rows."""
    return rows.update(**{name: Case(When(**{name: ""}, then=Value("")), default=Value(FORGOTTEN)) for name in columns})
