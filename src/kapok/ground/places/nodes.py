"""Addresses as they are written to the table: what is made from the names, and many of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.db import connection

from kapok.ground.places import rules
from kapok.ground.places.models import Address
from kapok.kernel.text import Text

COLUMNS = (
    "id", "code", "parent_id", "level", "name_zh", "name_en", "full_zh", "full_en", "place", "exchange_area_id",
    "longitude", "latitude", "search", "grams",
)  # fmt: skip
TYPES = (
    "uuid", "varchar", "uuid", "int2", "varchar", "varchar", "text", "text", "uuid", "uuid", "float8", "float8", "text", "int4[]",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """An address that is about to be written; `names` are its own and those above it, from the top down."""

    id: UUID
    code: str
    parent: UUID | None
    names: tuple[tuple[rules.Level, Text], ...]
    exchange_area: UUID | None = None
    longitude: float | None = None
    latitude: float | None = None

    def columns(self) -> tuple[Any, ...]:
        """The values of `COLUMNS`."""
        level, name = self.names[-1]
        full, search = rules.full_text(self.names), rules.search_text(self.names)
        return (
            self.id, self.code, self.parent, level.value, name.zh, name.en, full.zh, full.en, place_of(self.names),
            self.exchange_area, self.longitude, self.latitude, search, rules.grams(search),
        )  # fmt: skip


def place_of(names: rules.Names) -> UUID:
    """What tells one spot from another whatever its code: the Chinese names from the top down, blanks and case aside."""
    path = "\x1f".join(f"{level.value}{name.zh.replace(' ', '').casefold()}" for level, name in names)
    return UUID(bytes=blake2b(path.encode(), digest_size=16).digest())


def write(nodes: Iterable[Node]) -> int:
    """Write new addresses by way of COPY and say how many; nothing else can ask the database while they come."""
    count = 0
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY places_address ({', '.join(COLUMNS)}) FROM STDIN") as copy,
    ):
        copy.set_types(TYPES)
        for node in nodes:
            copy.write_row(node.columns())
            count += 1
    return count


PATHS = """
WITH RECURSIVE up AS (
    SELECT id AS start, id, parent_id, level, name_zh, name_en FROM places_address WHERE id = ANY(%s)
    UNION ALL
    SELECT up.start, a.id, a.parent_id, a.level, a.name_zh, a.name_en FROM places_address a JOIN up ON a.id = up.parent_id
)
SELECT start, level, name_zh, name_en FROM up ORDER BY start, level
"""


def names_of(addresses: Iterable[UUID]) -> dict[UUID, tuple[tuple[rules.Level, Text], ...]]:
    """Of each address its names from the top down."""
    found: dict[UUID, list[tuple[rules.Level, Text]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(PATHS, [list(addresses)])
        for start, level, zh, en in cursor.fetchall():
            found.setdefault(start, []).append((rules.Level(level), Text(zh=zh, en=en)))
    return {start: tuple(names) for start, names in found.items()}


def rewrite_below(top: UUID, *, batch: int = 2_000) -> None:
    """Make everything that follows from the names anew, for `top` and all that lies below it."""
    layer = [top]
    while layer:
        for start in range(0, len(layer), batch):
            _rewrite(layer[start : start + batch])
        layer = list(Address.objects.filter(parent__in=layer).values_list("id", flat=True))


def _rewrite(addresses: list[UUID]) -> None:
    rows = []
    for key, names in names_of(addresses).items():
        full, search = rules.full_text(names), rules.search_text(names)
        rows.append(
            Address(
                id=key,
                full_zh=full.zh,
                full_en=full.en,
                place=place_of(names),
                search=search,
                grams=rules.grams(search),
            )
        )
    Address.objects.bulk_update(rows, ["full_zh", "full_en", "place", "search", "grams"], batch_size=500)
