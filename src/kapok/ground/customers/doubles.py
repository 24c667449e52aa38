"""Customers that may be one: those that share a document, or a name with a telephone or an address."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from kapok.ground.customers import names, rows, rules
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Double:
    """Two customers and what they share."""

    one: str
    other: str
    name: str
    """The name of the first one, masked where it is a person's and the reader may not see it."""
    shares: Text


SHARES = {
    "document": Text(zh="证件号码相同", en="the same document"),
    "phone": Text(zh="姓名与电话相同", en="the same name and telephone"),
    "address": Text(zh="姓名与地址相同", en="the same name and address"),
}

MINE = "c.merged_into_id IS NULL AND (%(units)s::uuid[] IS NULL OR c.unit_id = ANY(%(units)s::uuid[]))"
PAIRS = f"""
WITH shared AS (
    SELECT p.document AS what, 'document' AS how, array_agg(c.id) AS ids
    FROM customers_party p JOIN customers_customer c ON c.party_id = p.id
    WHERE p.document <> '' AND {MINE} GROUP BY p.document HAVING count(*) > 1
    UNION ALL
    SELECT t.digits || p.name, 'phone', array_agg(DISTINCT c.id)
    FROM customers_contact t JOIN customers_customer c ON c.id = t.customer_id JOIN customers_party p ON p.id = c.party_id
    WHERE t.ended_at IS NULL AND t.digits <> '' AND {MINE}
    GROUP BY t.digits, p.name HAVING count(DISTINCT c.id) > 1
    UNION ALL
    SELECT c.address_id || p.name, 'address', array_agg(c.id)
    FROM customers_customer c JOIN customers_party p ON p.id = c.party_id
    WHERE c.address_id IS NOT NULL AND {MINE} GROUP BY c.address_id, p.name HAVING count(*) > 1
)
SELECT DISTINCT ON (one.number, other.number) one.number, other.number, p.name, p.kind, u.code, shared.how
FROM shared JOIN customers_customer one ON one.id = ANY(shared.ids)
JOIN customers_customer other ON other.id = ANY(shared.ids) AND other.number > one.number
JOIN customers_party p ON p.id = one.party_id JOIN customers_party q ON q.id = other.party_id AND q.kind = p.kind
JOIN people_orgunit u ON u.id = one.unit_id
ORDER BY one.number, other.number, shared.how LIMIT %(limit)s
"""  # noqa: S608 - made of constants
OF_ONE = """
WITH me AS (
    SELECT c.id, c.address_id, p.name, p.kind, p.document FROM customers_customer c
    JOIN customers_party p ON p.id = c.party_id WHERE c.id = %(one)s
), alike AS (
    SELECT c.id, 'document' AS how FROM me JOIN customers_party p ON p.document = me.document AND p.document <> ''
    JOIN customers_customer c ON c.party_id = p.id
    UNION ALL
    SELECT c.id, 'phone' FROM me JOIN customers_contact mine ON mine.customer_id = me.id AND mine.ended_at IS NULL
    JOIN customers_contact t ON t.digits = mine.digits AND t.digits <> '' AND t.ended_at IS NULL
    JOIN customers_customer c ON c.id = t.customer_id JOIN customers_party p ON p.id = c.party_id AND p.name = me.name
    UNION ALL
    SELECT c.id, 'address' FROM me JOIN customers_customer c ON c.address_id = me.address_id
    JOIN customers_party p ON p.id = c.party_id AND p.name = me.name
)
SELECT DISTINCT ON (c.number) %(number)s, c.number, p.name, p.kind, u.code, alike.how
FROM alike JOIN customers_customer c ON c.id = alike.id JOIN customers_party p ON p.id = c.party_id
JOIN people_orgunit u ON u.id = c.unit_id
WHERE c.id <> %(one)s AND c.merged_into_id IS NULL AND p.kind = (SELECT kind FROM me)
AND (%(units)s::uuid[] IS NULL OR c.unit_id = ANY(%(units)s::uuid[]))
ORDER BY c.number, alike.how LIMIT %(limit)s
"""


def doubles(
    *, units: Collection[UUID] | None, limit: int = 100, unmask: Collection[str] | None = frozenset()
) -> list[Double]:
    """Pairs within these units (None: all) that may be one customer, in the order of their numbers.

    It compares all customers of these units: a screen of its own, not a part of another one.
    """
    return _asked(PAIRS, units, {"limit": limit}, unmask)


def doubles_of(
    number: str, *, units: Collection[UUID] | None, unmask: Collection[str] | None = frozenset()
) -> list[Double]:
    """The customers within these units (None: all) that may be this one. Raises `UnknownCustomer`."""
    one = rows.customer_called(number)
    return _asked(OF_ONE, units, {"one": one.id, "number": one.number, "limit": 20}, unmask)


def _asked(
    query: str, units: Collection[UUID] | None, values: dict[str, Any], unmask: Collection[str] | None
) -> list[Double]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"units": None if units is None else list(units), **values})
        return [_double(row, unmask) for row in cursor.fetchall()]


def _double(row: tuple[str, str, str, str, str, str], unmask: Collection[str] | None) -> Double:
    one, other, name, kind, unit, how = row
    clear = unmask is None or unit in unmask
    return Double(one, other, name if clear else names.masked_name(name, rules.PartyKind(kind)), SHARES[how])
