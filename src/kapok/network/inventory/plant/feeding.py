"""Hanging elements that are in the inventory already on what feeds them, where nothing does yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db import connection

from kapok.network.inventory.models import Element
from kapok.network.inventory.plant import adding
from kapok.network.inventory.plant.drafts import FeedDraft, Loaded
from kapok.network.inventory.refusals import FeedsItself, UnknownElement

AREAS = """
WITH RECURSIVE below AS (
    SELECT id, exchange_area_id AS area FROM inventory_element WHERE id = ANY(%s::uuid[]) AND exchange_area_id IS NOT NULL
    UNION
    SELECT e.id, below.area FROM inventory_element e JOIN below ON e.parent_id = below.id WHERE e.exchange_area_id IS NULL
)
UPDATE inventory_element e SET exchange_area_id = below.area FROM below WHERE e.id = below.id AND e.exchange_area_id IS NULL
"""


def feed(drafts: Sequence[FeedDraft], elements: Mapping[str, Element], loaded: Loaded) -> None:
    """Note what feeds elements that nothing fed; one without an exchange area has that of what feeds it, as do those below."""
    above = _above(elements[draft.parent].id for draft in drafts if draft.parent in elements)
    fed: list[Element] = []
    for draft in drafts:
        lower, upper = elements[draft.element], elements.get(draft.parent)
        if upper is None:
            loaded.refuse(draft.spot, UnknownElement(code=draft.parent[:80]))
        elif _reaches(upper.id, lower.id, above):
            loaded.refuse(draft.spot, FeedsItself(element=lower.code, parent=upper.code))
        else:
            lower.parent, above[lower.id] = upper, upper.id
            fed.append(lower)
    Element.objects.bulk_update(fed, ["parent"], batch_size=2_000)
    with connection.cursor() as cursor:
        cursor.execute(AREAS, [[each.parent_id for each in fed]])
    loaded.fed = len(fed)


def _above(elements: Iterable[UUID]) -> dict[UUID, UUID]:
    """What feeds each of these, and what feeds that, up to the top: a question for each level."""
    found: dict[UUID, UUID] = {}
    wanted = set(elements)
    while wanted:
        rows = [
            row
            for some in adding.slices(wanted)
            for row in Element.objects.filter(id__in=some, parent__isnull=False).values_list("id", "parent_id")
        ]
        found |= dict(rows)
        wanted = {parent for _, parent in rows} - set(found)
    return found


def _reaches(start: UUID, top: UUID, above: Mapping[UUID, UUID]) -> bool:
    """Whether `top` is `start` or stands anywhere above it."""
    each: UUID | None = start
    while each is not None and each != top:
        each = above.get(each)
    return each is not None
