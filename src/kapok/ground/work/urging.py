"""How often somebody had to urge, and whom: the rows of `Urge` alone say it, of the matter and of the units that had its work.

Every page that says how often something was urged reads it here; to put it under supervision is to urge it, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q

from kapok.ground.journal import api as journal
from kapok.ground.work import events, following, rules
from kapok.ground.work.models import Handoff, Item, Matter, Urge
from kapok.ground.work.moves import Act
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

URGED = Text(zh="催单 ×{number}", en="urged ×{number}")


@dataclass(frozen=True)
class Tally:
    """What befell a matter on its way: urged so often, passed on to another unit that took it, sent back."""

    urged: int
    transferred: int
    returned: int


@dataclass(frozen=True)
class Pressing:
    """How often a matter was urged; who did last (as the journal calls them), when, and what they said."""

    number: int
    by: str
    at: datetime
    why: str

    @property
    def badge(self) -> Text:
        """It in a word."""
        return URGED.format(number=self.number)


def urge(matter: Matter, note: str, act: Act, *, supervise: bool = False) -> None:
    """Count one urge of a locked matter, and tell it of the matter and of each piece of work that somebody has of it."""
    rows = Item.objects.filter(matter=matter, contact=False, state__in=following.LIVE).order_by("opened_at", "id")
    live = list(rows.select_related("accountable", "holder", "unit"))
    event: type[events.Urged] = events.Supervised if supervise else events.Urged
    said: dict[str, Any] = {"actor": act.actor, "at": act.at, "correlation": matter.id, "note": note}
    said["number"] = _count(matter, live, note, act)
    told = {who.subject for item in live for who in (item.accountable, item.holder) if who} or {
        matter.first_contact.subject
    }
    units = {item.unit.code for item in live} or {matter.unit.code}
    whole = event(subject=matter.subject, told=sorted(told - {act.actor}), units=sorted(units), **said)
    journal.record_together([whole, *(event(subject=item.subject, **said) for item in live)])


def _count(matter: Matter, live: Sequence[Item], why: str, act: Act) -> int:
    """How often the matter has been urged now; once for each unit that has work of it, with none its own unit is meant."""
    number = (Urge.objects.filter(matter=matter).aggregate(last=Max("number"))["last"] or 0) + 1
    said: dict[str, Any] = {"number": number, "urged_by": act.actor, "urged_at": act.at, "why": why}
    units = sorted({item.unit_id for item in live} or {matter.unit_id})
    Urge.objects.bulk_create(Urge(id=uuid7(act.at), matter=matter, unit_id=unit, **said) for unit in units)
    return number


def pressing(subjects: Iterable[str]) -> dict[str, Pressing]:
    """Of these matters those that were urged, in one query."""
    urges = Urge.objects.filter(matter__subject__in=list(subjects)).select_related("matter")
    last = urges.order_by("matter_id", "-number").distinct("matter_id")
    return {row.matter.subject: Pressing(row.number, row.urged_by, row.urged_at, row.why) for row in last}


def was_urged(column: str) -> Exists:
    """Whether the matter whose subject stands in this column of the rows that are asked for was ever urged."""
    return Exists(Urge.objects.filter(matter__subject=OuterRef(column)))


def tally(matter: UUID) -> Tally:
    """What befell this matter so far, in two queries."""
    urged = Urge.objects.filter(matter=matter).aggregate(last=Max("number"))["last"] or 0
    counted = Handoff.objects.filter(item__matter=matter).aggregate(
        transferred=Count("id", filter=Q(way=rules.Way.TRANSFER, state=rules.HandoffState.ACCEPTED)),
        returned=Count("id", filter=Q(way=rules.Way.RETURN)),
    )
    return Tally(urged, **counted)


def by_unit(since: datetime, until: datetime) -> dict[UUID, int]:
    """How often each unit was urged in [since, until)."""
    rows = Urge.objects.filter(urged_at__gte=since, urged_at__lt=until).order_by()
    return {row["unit"]: row["n"] for row in rows.values("unit").annotate(n=Count("id"))}
