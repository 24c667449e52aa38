"""Reading what was found and done on a work order: readings, materials, pictures, and what held it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from kapok.back.workforce import rules
from kapok.back.workforce.models import Hold, Picture, Reading, Used, WorkOrder
from kapok.back.workforce.verdicts import GRADES, Grade
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Pictured:
    """A picture that was handed in."""

    id: UUID
    kind: str
    media_type: str
    taken_at: datetime


@dataclass(frozen=True)
class Stopped:
    """A time in which work was held."""

    reason: Text
    note: str
    evidence: str
    asked_by: str
    since: datetime
    until: datetime | None
    approval: str
    paused: bool


@dataclass(frozen=True)
class Measured:
    """A reading, how good it is if anything says what it should be, and why it was handed in though it fails."""

    title: Text
    value: Decimal
    unit: str
    grade: Grade | None
    despite: str

    @property
    def grade_name(self) -> Text | None:
        """How good it is, in words."""
        return GRADES[self.grade] if self.grade else None


@dataclass(frozen=True)
class Findings:
    """What a reply says, and what held the work."""

    readings: tuple[Measured, ...]
    materials: tuple[tuple[Text, int, Text], ...]
    pictures: tuple[Pictured, ...]
    holds: tuple[Stopped, ...]
    note: str


def findings(item: UUID) -> Findings:
    """What was found and done on a work order, and its holds, the latest first."""
    measured = Reading.objects.filter(order__item=item).order_by("id")
    used = Used.objects.filter(order__item=item).select_related("material").order_by("id")
    seen = Picture.objects.filter(order__item=item).order_by("id")
    holds = Hold.objects.filter(order__item=item).select_related("asked_by").order_by("-since", "-id")
    return Findings(
        tuple(_measured(each) for each in measured),
        tuple((each.material.title, each.count, each.material.counted) for each in used),
        tuple(Pictured(each.id, each.kind, each.media_type, each.taken_at) for each in seen),
        tuple(
            Stopped(
                rules.HOLDS[each.reason].title, each.note, each.evidence, each.asked_by.name, each.since, each.until,
                each.approval, bool(each.paused_with),
            )
            for each in holds
        ),
        WorkOrder.objects.filter(item=item).values_list("note", flat=True).first() or "",
    )  # fmt: skip


def _measured(row: Reading) -> Measured:
    test = rules.TESTS[row.test]
    return Measured(test.title, row.value, test.unit, Grade(row.grade) if row.grade else None, row.despite)


def picture(identifier: UUID) -> tuple[UUID, Pictured] | None:
    """The item of which somebody took the picture, and the picture; None where there is none."""
    row = Picture.objects.select_related("order").filter(id=identifier).first()
    return (row.order.item_id, Pictured(row.id, row.kind, row.media_type, row.taken_at)) if row else None
