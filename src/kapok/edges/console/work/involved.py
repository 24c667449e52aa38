"""Who has to do with a work item or a matter: the units on either side, whoever holds it or answers for it, and its judges."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.http import Http404

from kapok.edges.console.screen import ScreenRequest
from kapok.ground.commitments.queries import Scope, scope
from kapok.ground.work import queries


def item_seen(request: ScreenRequest, item: UUID) -> queries.WorkItem:
    """The work item, if the person has to do with it. Raises `Http404`."""
    found = queries.item(item)
    judges = queries.may_judge(request.user.username, item, request.at)
    if found is None or not item_concerns(
        request.user.username, scope(request.units), found, queries.handoffs_of(item), judges=judges
    ):
        raise Http404
    return found


def matter_seen(request: ScreenRequest, subject: str) -> queries.MatterView:
    """The matter, if the person has to do with it. Raises `Http404`."""
    found = queries.matter(subject)
    if found is None or not matter_concerns(request.user.username, scope(request.units), found):
        raise Http404
    return found


def matter_concerns(username: str, reader: Scope, found: queries.MatterView) -> bool:
    """Whether somebody with these units has to do with a matter: as first contact, by its units, or asked to take it."""
    if username in {found.first_contact, found.acting} or reader.holds(found.unit):
        return True
    if any(reader.holds(unit) for unit in queries.taken_by(found.subject)):
        return True
    if any(username == item.holder for item in queries.items_of(found.subject)):
        return True
    return queries.is_asked(username, found.subject)


def item_concerns(
    username: str, reader: Scope, item: queries.WorkItem, offers: Iterable[queries.Offer], *, judges: bool
) -> bool:
    """Whether somebody has to do with an item: by its hands, the units of its offers, or as judge of a refusal."""
    sides = {unit for offer in offers for unit in (offer.from_unit, offer.to_unit)}
    return judges or in_hands(username, reader, item, sides)


def in_hands(username: str, reader: Scope, item: queries.WorkItem, sides: Iterable[str]) -> bool:
    """Whether somebody has to do with an item by its hands or by the units between which it was handed."""
    if username in {item.holder, item.accountable, item.first_contact} or reader.holds(item.unit):
        return True
    return any(reader.holds(unit) for unit in sides)
