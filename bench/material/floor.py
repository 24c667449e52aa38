"""The floor of `bench/orders.py`: plain SQL that writes as many rows into the same tables as an order does, and decides nothing.

The rows are made ready before the clock runs, down to the values that the driver sends.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from kapok.kernel.ids import uuid7

Next = Callable[[], tuple[str, str, datetime]]
"""Who orders, where, and when."""
TAKE = """
UPDATE inventory_resource r SET state = 'reserved', holder = %s, reserved_until = %s, changed_at = %s
FROM (SELECT free.id FROM unnest(%s::uuid[], %s::text[], %s::int[]) wanted (home, kind, count) CROSS JOIN LATERAL (
          SELECT id FROM inventory_resource WHERE home = wanted.home AND kind = wanted.kind AND state = 'free'
          ORDER BY free_from, code LIMIT wanted.count FOR UPDATE SKIP LOCKED) free) taken
WHERE r.id = taken.id
"""

POINTS = {"splitter_port": "BSPL", "pon_port": "BPON", "secondary_pair": "BDP", "primary_pair": "BCAB"}
Statement = tuple[str, list[Any]]


class Floor:
    """Writes again what a pattern order wrote, under new identifiers, which it is given before the clock runs."""

    def __init__(
        self, plain: psycopg.Connection[Any], following: Next, place: Callable[[], None], *, by_row: bool
    ) -> None:
        self.plain, self.following, self.by_row = plain, following, by_row
        (before,) = _one(plain, "SELECT coalesce(max(transaction::text::bigint), 0) FROM journal_entry")
        place()
        key, self.number = _one(plain, "SELECT id, number FROM ordering_order ORDER BY placed_at DESC LIMIT 1")
        self.tables = [(table, *_rows(plain, table, where)) for table, where in _where(key, before)]
        self.needs = plain.execute(
            "SELECT home, kind FROM inventory_resource WHERE holder = %s ORDER BY kind", [f"order/{self.number}-1"]
        ).fetchall()
        self.homes = dict(plain.execute("SELECT code, id FROM inventory_element").fetchall())
        self.serial = _one(plain, "SELECT count(*) FROM ordering_order")[0]
        self.prepared: list[list[Statement]] = []

    def prepare(self, orders: int) -> None:
        """Have the statements of so many orders ready, with all values as the driver sends them."""
        self.prepared = [self._prepared() for _ in range(orders)]

    def take(self, orders: int) -> list[float]:
        """Write so many; how long each took."""
        return [self._timed() for _ in range(orders)]

    def _timed(self) -> float:
        started, taken = time.perf_counter(), 0
        with self.plain.transaction():
            for statement, values in self.prepared.pop():
                done = self.plain.execute(statement, values)
                taken += done.rowcount if statement is TAKE else 0
        assert taken == len(self.needs), taken
        return time.perf_counter() - started

    def _prepared(self) -> list[Statement]:
        self.serial += 1
        customer, address, at = self.following()
        number = f"F{'R' if self.by_row else 'T'}{self.serial:09}"
        fresh = {row[columns.index("id")]: uuid7(at) for _, columns, _, rows in self.tables for row in rows}
        texts = [(self.number, number), *((str(old), str(new)) for old, new in fresh.items())]
        statements: list[Statement] = [("SELECT id FROM customers_customer WHERE number = %s", [customer])]
        for table, columns, types, rows in self.tables:
            values = [_renewed(row, types, fresh, texts) for row in rows]
            for some in [[each] for each in values] if self.by_row else [values]:
                statements.append((_insert(table, columns, len(some)), [value for row in some for value in row]))
        wanted = Counter((self._home(kind, home, address), kind) for home, kind in self.needs)
        for claims in [[each] for each in wanted.items()] if self.by_row else [list(wanted.items())]:
            places, counts = zip(*claims, strict=True)
            held = [list(column) for column in zip(*places, strict=True)]
            statements.append((TAKE, [f"order/{number}-1", at + timedelta(days=7), at, *held, list(counts)]))
        return statements

    def _home(self, kind: str, home: UUID, address: str) -> UUID:
        """Where a thing is taken from: a house has points of its own."""
        return self.homes[f"{POINTS[kind]}{address[1:]}"] if kind in POINTS else home


def _one(plain: psycopg.Connection[Any], statement: str) -> tuple[Any, ...]:
    row = plain.execute(statement).fetchone()
    assert row
    return row


def _where(order: UUID, before: int) -> Iterator[tuple[str, str]]:
    """The tables into which an order is written, in the order of their keys, and which rows of them are one order's."""
    legs = f"SELECT id FROM ordering_leg WHERE order_id = '{order}'"
    matters = (
        f"SELECT id FROM work_matter WHERE subject IN (SELECT subject FROM ordering_leg WHERE order_id = '{order}')"
    )
    items = f"SELECT id FROM work_item WHERE matter_id IN ({matters})"
    subjects = (
        f"SELECT subject FROM ordering_leg WHERE order_id = '{order}' UNION SELECT 'work/' || id FROM work_item "
        f"WHERE matter_id IN ({matters})"
    )
    yield "ordering_order", f"id = '{order}'"
    yield "ordering_leg", f"order_id = '{order}'"
    yield "ordering_line", f"leg_id IN ({legs})"
    yield "work_matter", f"id IN ({matters})"
    yield "work_item", f"matter_id IN ({matters})"
    yield "work_handoff", f"item_id IN ({items})"
    yield "work_turn", f"item_id IN ({items})"
    yield "ordering_step", f"leg_id IN ({legs})"
    yield "commitments_commitment", f"subject IN ({subjects})"
    yield "journal_entry", f"transaction::text::bigint > {before}"


def _rows(plain: psycopg.Connection[Any], table: str, where: str) -> tuple[list[str], list[str], list[tuple[Any, ...]]]:
    """The columns that are written, their types, and the rows."""
    found = plain.execute(
        "SELECT column_name, udt_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER' "
        "AND NOT (table_name = 'journal_entry' AND column_name IN ('transaction', 'position', 'recorded_at')) "
        "ORDER BY ordinal_position",
        [table],
    ).fetchall()
    columns, types = [each[0] for each in found], [each[1] for each in found]
    chosen = sql.SQL(", ").join(map(sql.Identifier, columns))
    asked = sql.SQL("SELECT {} FROM {} WHERE " + where).format(chosen, sql.Identifier(table))
    rows = plain.execute(asked).fetchall()
    assert rows, table
    return columns, types, rows


def _insert(table: str, columns: Sequence[str], count: int) -> str:
    row = "(" + ", ".join(["%s"] * len(columns)) + ")"
    names = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {table} ({names}) VALUES {', '.join([row] * count)}"


def _renewed(
    row: Sequence[Any], types: Sequence[str], fresh: dict[UUID, UUID], texts: Sequence[tuple[str, str]]
) -> list[Any]:
    return [_value(value, kind, fresh, texts) for value, kind in zip(row, types, strict=True)]


def _value(value: Any, kind: str, fresh: dict[UUID, UUID], texts: Sequence[tuple[str, str]]) -> Any:
    if kind == "jsonb" and value is not None:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, UUID):
        return fresh.get(value, value)
    if isinstance(value, str):
        for old, new in texts:
            if old in value:
                return value.replace(old, new)
    return value
