"""Reading audits."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from kapok.supervision.mining import store
from kapok.supervision.mining.models import Audit, Log
from kapok.supervision.mining.refusals import NotDone, UnknownAudit
from kapok.supervision.mining.rules import State


def audits(units: Iterable[UUID], search: str = "") -> QuerySet[Audit]:
    """The audits of `units` whose name or pack contains `search`, newest first, without their figures."""
    rows = (
        Audit.objects.filter(unit__in=units)
        .select_related("unit", "opened_by")
        .defer("figures", "map")
        .order_by("-opened_at", "-id")
    )
    for word in search.split():
        rows = rows.filter(name__icontains=word) | rows.filter(pack__icontains=word)
    return rows


def audit(key: UUID, units: Iterable[UUID]) -> Audit:
    """One audit of `units`, without its figures. Raises `UnknownAudit`."""
    row = audits(units).filter(id=key).first()
    if row is None:
        raise UnknownAudit
    return row


def figures(key: UUID, units: Iterable[UUID]) -> dict[str, Any]:
    """The figures of a finished audit of `units`. Raises `UnknownAudit`, `NotDone`."""
    row = audit(key, units)
    if row.state != State.DONE or row.figures is None:
        raise NotDone(name=row.name)
    return row.figures


def logs(key: UUID) -> list[Log]:
    """The uploaded files of an audit, by name."""
    return list(Log.objects.filter(audit=key).order_by("name"))


def paths(key: UUID) -> list[Path]:
    """Where the uploaded files of an audit lie, by name."""
    return [store.logs(key) / log.name for log in logs(key)]
