"""The packs in force, read from their rows; a text that was parsed once is not parsed again."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Q

from kapok.ground.commitments.models import PackVersion
from kapok.ground.commitments.rules import Version
from kapok.kernel.promises import Pack, parse

KINDS = ArrayField(CharField(max_length=60))


def hearing(kinds: Iterable[str], facts: dict[str, Any]) -> list[Version]:
    """The versions, past and present, that hear one of `kinds` in a matter with these facts."""
    scope = {name: str(value) for name, value in facts.items()}
    rows = PackVersion.objects.filter(Q(kinds__overlap=sorted(kinds)), scope__contained_by=scope)
    return [version(row) for row in rows.order_by("code", "adopted_at")]


def version(row: PackVersion) -> Version:
    """One adopted version as the rules take it."""
    return Version(row.id, _parsed(row.digest, row.code, row.document), row.adopted_at, row.superseded_at)


def pack_of(row: PackVersion) -> Pack:
    """The pack of an adopted version."""
    return _parsed(row.digest, row.code, row.document)


@lru_cache(maxsize=1024)
def _parsed(_digest: str, code: str, document: str) -> Pack:
    return parse(document, code)
