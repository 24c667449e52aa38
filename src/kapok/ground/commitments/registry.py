"""The packs in force, read from their rows. A text is parsed once in a process, and an adopted version read once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import F

from kapok.ground.catalog import packs
from kapok.ground.commitments.models import PackVersion
from kapok.ground.commitments.rules import Version
from kapok.kernel.promises import Facts, Pack, parse

HEARING = """
SELECT id, superseded_at FROM commitments_packversion
WHERE kinds && %s::varchar[] AND scope <@ ANY (ARRAY(SELECT jsonb_array_elements(%s::jsonb))) ORDER BY code, adopted_at
"""

_READ: dict[str, Pack] = {}
"""What this process has parsed, by the digest of the text: there are as many as were ever adopted."""
_ADOPTED: dict[tuple[UUID, datetime | None], Adopted] = {}
"""The adopted versions that this process has read, by row and end: nothing else of a row ever changes."""


@dataclass(frozen=True)
class Adopted:
    """An adopted version, and what it is asked about: the kinds that it hears, of matters with these facts."""

    version: Version
    kinds: frozenset[str]
    scope: Mapping[str, str]

    def hears(self, kinds: Collection[str], facts: Facts) -> bool:
        """Whether it hears one of `kinds` in a matter with these facts."""
        of_scope = all(name in facts and str(facts[name]) == value for name, value in self.scope.items())
        return of_scope and not self.kinds.isdisjoint(kinds)


def hearing(kinds: Collection[str], facts: Iterable[Facts]) -> list[Adopted]:
    """The versions, past and present, that hear one of `kinds` in a matter with one of these sets of facts."""
    scopes = [{name: str(value) for name, value in each.items()} for each in facts]
    with connection.cursor() as cursor:
        cursor.execute(HEARING, [sorted(kinds), json.dumps(scopes)])
        found = cursor.fetchall()
    if unknown := [key for key in found if key not in _ADOPTED]:
        rows = PackVersion.objects.defer("document").in_bulk([key for key, _ in unknown])
        _ADOPTED.update({(key, ended): _adopted(rows[key], ended) for key, ended in unknown})
    return [_ADOPTED[key] for key in found]


def _adopted(row: PackVersion, superseded_at: datetime | None) -> Adopted:
    version = Version(row.id, pack_of(row), row.adopted_at, superseded_at)
    return Adopted(version, frozenset(row.kinds), row.scope)


def version(row: PackVersion) -> Version:
    """One adopted version as the rules take it."""
    return Version(row.id, pack_of(row), row.adopted_at, row.superseded_at)


def pack_of(row: PackVersion) -> Pack:
    """The pack of an adopted version, whose text may be deferred."""
    if row.digest not in _READ:
        _READ[row.digest] = parse(row.document, row.code)
    return _READ[row.digest]


def in_force(code: str) -> Pack | None:
    """The pack with this code that is in force; where none was ever adopted the shipped one, if there is one."""
    row = PackVersion.objects.filter(code=code).order_by(F("superseded_at").desc(nulls_first=True)).first()
    if row is None:
        return packs.shipped(code)
    return pack_of(row) if row.superseded_at is None else None
