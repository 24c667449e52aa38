"""Reading audits."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KT

from kapok.supervision.mining import store
from kapok.supervision.mining.models import Audit, Log
from kapok.supervision.mining.refusals import NotDone, UnknownAudit
from kapok.supervision.mining.rules import State


def audits(units: Iterable[UUID], search: str = "", state: str = "") -> QuerySet[Audit]:
    """The audits of `units` whose name or pack contains `search`, newest first, without their figures.

    `state` keeps those in one state. Each has `cases` and `breaches`, None until it is done.
    """
    rows = _found(units, search).filter(**({"state": state} if state else {}))
    return (
        rows.select_related("unit", "opened_by")
        .defer("figures", "map")
        .annotate(cases=KT("figures__reading__cases"), breaches=KT("figures__breaches_total"))
        .order_by("-opened_at", "-id")
    )


def counts(units: Iterable[UUID], search: str = "") -> dict[State, int]:
    """How many audits of `units` that answer to `search` are in each state; states without any are absent."""
    found = dict(_found(units, search).values_list("state").annotate(count=Count("id")))
    return {state: found[state] for state in State if state in found}


def _found(units: Iterable[UUID], search: str) -> QuerySet[Audit]:
    rows = Audit.objects.filter(unit__in=units)
    for word in search.split():
        rows = rows.filter(Q(name__icontains=word) | Q(pack__icontains=word))
    return rows


def audit(key: UUID, units: Iterable[UUID]) -> Audit:
    """One audit of `units`, without its figures. Raises `UnknownAudit`."""
    row = audits(units).filter(id=key).first()
    if row is None:
        raise UnknownAudit
    return row


def with_map(key: UUID) -> Audit:
    """One audit with its map."""
    return Audit.objects.defer("figures").get(id=key)


def figures(key: UUID, units: Iterable[UUID]) -> dict[str, Any]:
    """The figures of a finished audit of `units`. Raises `UnknownAudit`, `NotDone`."""
    row = audit(key, units)
    if row.state != State.DONE or row.figures is None:
        raise NotDone(name=row.name)
    found: dict[str, Any] = row.figures
    return found


def logs(key: UUID) -> list[Log]:
    """The uploaded files of an audit, by name."""
    return list(Log.objects.filter(audit=key).order_by("name"))


def paths(key: UUID) -> list[Path]:
    """Where the uploaded files of an audit lie, by name."""
    return [store.logs(key) / log.name for log in logs(key)]
