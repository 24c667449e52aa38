"""What was typed about matters, their work and their hand-overs: shown to the person it is about, and forgotten.

The work itself knows no customer; whoever opened a matter for one names its subject.
"""

from __future__ import annotations

from collections.abc import Collection

from kapok.ground.commitments import personal as clocks
from kapok.ground.customers.kept import Held, held, overwrite
from kapok.ground.journal import api as journal
from kapok.ground.journal.rules import FORGOTTEN
from kapok.ground.work.models import Delivery, Handoff, Item, Matter, Urge


def held_of(subjects: Collection[str]) -> Held:
    """The matters with their work, hand-offs, deliveries and urges, and what was asked of their clocks."""
    matters = list(Matter.objects.filter(subject__in=subjects).order_by("opened_at", "id"))
    items = list(Item.objects.filter(matter__in=matters).order_by("id"))
    named = [*subjects, *(item.subject for item in items)]
    own = held(
        matters, items,
        Handoff.objects.filter(item__in=items).order_by("id"),
        Delivery.objects.filter(item__in=items).order_by("id"),
        Urge.objects.filter(matter__in=matters).order_by("id"),
        subjects=named,
    )  # fmt: skip
    return own + clocks.held_of(named)


def erase(subjects: Collection[str], *, titles: bool) -> None:
    """Overwrite what was typed; also the titles, where a person typed those too."""
    matters = Matter.objects.filter(subject__in=subjects)
    items = Item.objects.filter(matter__in=matters)
    overwrite(Handoff.objects.filter(item__in=items), "note", "defect", "judgement")
    overwrite(Urge.objects.filter(matter__in=matters), "why")
    deliveries = Delivery.objects.filter(item__in=items)
    overwrite(deliveries, "note", "defect")
    deliveries.exclude(evidence=[]).update(evidence=[FORGOTTEN])
    if titles:
        overwrite(matters, "title")
    named = [*subjects, *(item.subject for item in items)]
    clocks.erase(named)
    journal.forget(named)
