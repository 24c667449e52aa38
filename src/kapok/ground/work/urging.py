"""How often somebody had to urge, and whom: counted for the matter and for the units that had its work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q

from kapok.ground.people.models import Staff
from kapok.ground.work import rules
from kapok.ground.work.models import Handoff, Item, Matter, Urge
from kapok.kernel.ids import uuid7


@dataclass(frozen=True)
class Tally:
    """What befell a matter on its way: urged so often, offered on to another unit, sent back."""

    urged: int
    transferred: int
    returned: int


def note(matter: Matter, live: Sequence[Item], by: Staff, at: datetime) -> None:
    """Count one urge of a locked matter, once for each unit that has work of it; with none its own unit is meant."""
    number = (Urge.objects.filter(matter=matter).aggregate(last=Max("number"))["last"] or 0) + 1
    units = sorted({item.unit_id for item in live} or {matter.unit_id})
    Urge.objects.bulk_create(
        Urge(id=uuid7(at), matter=matter, number=number, unit_id=unit, urged_by=by, urged_at=at) for unit in units
    )


def tally(matter: UUID) -> Tally:
    """What befell this matter so far, in two queries."""
    urged = Urge.objects.filter(matter=matter).aggregate(last=Max("number"))["last"] or 0
    counted = Handoff.objects.filter(item__matter=matter).aggregate(
        transferred=Count("id", filter=Q(way=rules.Way.TRANSFER)), returned=Count("id", filter=Q(way=rules.Way.RETURN))
    )
    return Tally(urged, **counted)


def by_unit(since: datetime, until: datetime) -> dict[UUID, int]:
    """How often each unit was urged in [since, until)."""
    rows = Urge.objects.filter(urged_at__gte=since, urged_at__lt=until).order_by()
    return {row["unit"]: row["n"] for row in rows.values("unit").annotate(n=Count("id"))}
