"""Reading audits of the plant: their counts, and each difference between record and plant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from kapok.kernel.text import Text
from kapok.network.inventory.kinds import HOPS, Kind
from kapok.network.inventory.models import Finding, PlantAudit
from kapok.network.inventory.plant.auditing import FOUND, OUTCOMES, Found, Outcome
from kapok.network.inventory.rules import STATES, State


@dataclass(frozen=True)
class AuditView:
    """One audit with its counts."""

    id: UUID
    file: str
    at: datetime
    actor: str
    elements: int
    matches: int
    counts: Mapping[str, int]
    open: int


def audits() -> list[AuditView]:
    """The last hundred audits, latest first."""
    rows = list(PlantAudit.objects.order_by("-at", "-id")[:100])
    return _audits(rows)


def audit_of(identifier: UUID) -> AuditView | None:
    """One audit."""
    return next(iter(_audits(list(PlantAudit.objects.filter(id=identifier)))), None)


def _audits(rows: list[PlantAudit]) -> list[AuditView]:
    counted = (
        Finding.objects.filter(audit__in=rows)
        .values_list("audit", "outcome")
        .annotate(count=Count("id"), left=Count("id", filter=Q(corrected_at=None)))
        .order_by()
    )
    counts: dict[UUID, dict[str, int]] = {}
    left: dict[UUID, int] = {}
    for audit, outcome, count, open_ones in counted:
        counts.setdefault(audit, {})[outcome] = count
        left[audit] = left.get(audit, 0) + open_ones
    return [
        AuditView(
            row.id, row.file, row.at, row.actor, row.elements, row.matches, counts.get(row.id, {}), left.get(row.id, 0)
        )
        for row in rows
    ]


@dataclass(frozen=True)
class FindingView:
    """One difference between record and plant."""

    id: UUID
    code: str
    element: str
    """The code of the element, or of the pool."""
    pooled: bool
    kind_name: Text
    outcome: str
    outcome_name: Text
    recorded: Text | None
    found: Text | None
    corrected_at: datetime | None
    reason: str
    scrapped: bool
    """Found, though the record says that it is scrapped."""
    unit: UUID | None
    """The unit that runs the exchange area in which it was found."""


def finding_rows(audit: UUID, outcome: str = "") -> QuerySet[Finding]:
    """The differences of an audit, those that nobody has settled first; to be paged."""
    rows = Finding.objects.filter(audit=audit).select_related("element__exchange_area", "pool__exchange_area")
    return (rows.filter(outcome=outcome) if outcome else rows).order_by(F("corrected_at").asc(nulls_first=True), "code")


def as_findings(page: Iterable[Finding]) -> list[FindingView]:
    """A page of them."""
    return [
        FindingView(
            row.id, row.code, _home(row), row.pool_id is not None, HOPS[Kind(row.kind)].name, row.outcome,
            OUTCOMES[Outcome(row.outcome)], STATES[State(row.recorded)] if row.recorded else None,
            FOUND[Found(row.found)] if row.found else None, row.corrected_at, row.reason,
            row.recorded == State.RETIRED, _unit(row),
        )
        for row in page
    ]  # fmt: skip


def _home(row: Finding) -> str:
    home = row.element or row.pool
    return home.code if home else ""


def _unit(row: Finding) -> UUID | None:
    home = row.element or row.pool
    return home.exchange_area.unit_id if home and home.exchange_area else None


def unit_of_finding(identifier: UUID) -> UUID | None:
    """The unit that runs the exchange area in which something was found."""
    row = Finding.objects.select_related("element__exchange_area", "pool__exchange_area").filter(id=identifier).first()
    return _unit(row) if row else None
