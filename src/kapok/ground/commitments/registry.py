"""The packs in force, read from their rows. A text is parsed once in a process, and not even fetched again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from kapok.ground.catalog import packs
from kapok.ground.commitments.models import PackVersion
from kapok.ground.commitments.rules import Version
from kapok.kernel.promises import Pack, parse

_READ: dict[str, Pack] = {}
"""What this process has parsed, by the digest of the text: there are as many as were ever adopted."""


def hearing(kinds: Iterable[str], facts: dict[str, Any]) -> list[Version]:
    """The versions, past and present, that hear one of `kinds` in a matter with these facts."""
    scope = {name: str(value) for name, value in facts.items()}
    rows = PackVersion.objects.defer("document").filter(Q(kinds__overlap=sorted(kinds)), scope__contained_by=scope)
    return [version(row) for row in rows.order_by("code", "adopted_at")]


def version(row: PackVersion) -> Version:
    """One adopted version as the rules take it."""
    return Version(row.id, pack_of(row), row.adopted_at, row.superseded_at)


def pack_of(row: PackVersion) -> Pack:
    """The pack of an adopted version, whose text may be deferred."""
    if row.digest not in _READ:
        _READ[row.digest] = parse(row.document, row.code)
    return _READ[row.digest]


def in_force(code: str) -> Pack | None:
    """The pack with this code that is in force; where none was adopted the shipped one, if there is one."""
    row = PackVersion.objects.filter(code=code, superseded_at=None).first()
    return pack_of(row) if row else packs.shipped(code)
