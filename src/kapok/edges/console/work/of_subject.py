"""The work behind a subject of the journal: of a matter its items, of a work item its hand-offs, and what one may do there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from kapok.edges.console.ledger.presenting import Shown, shown
from kapok.edges.console.screen import ScreenRequest
from kapok.edges.console.work.actions import ON_MATTERS
from kapok.edges.console.work.involved import in_hands, item_concerns, matter_concerns
from kapok.edges.console.work.presenting import Choice, choices, piles
from kapok.ground.commitments.queries import Scope, first_due
from kapok.ground.people.queries import units_where
from kapok.ground.people.roles import Permission
from kapok.ground.posts.queries import skill_titles
from kapok.ground.work import queries
from kapok.ground.work.models import Delivery
from kapok.ground.work.reopening import reopening_of
from kapok.ground.work.rules import HandoffState, MatterState
from kapok.ground.work.urging import Tally, tally
from kapok.kernel.text import Text

OWNER = ("happen", "change", "offer", "urge", "not-reached", "hand-over", "close")


@dataclass(frozen=True)
class ItemLine:
    """A work item in the list of its matter."""

    item: queries.WorkItem
    clock: Shown | None
    asked: str
    """Who is offered it by name; empty for nobody."""
    linked: bool
    """Whether the reader may open it."""


@dataclass(frozen=True)
class OfMatter:
    """A matter's work."""

    matter: queries.MatterView
    items: Sequence[ItemLine]
    choices: Sequence[Choice]
    tally: Tally


@dataclass(frozen=True)
class OfItem:
    """A work item's way from hand to hand."""

    item: queries.WorkItem
    offers: Sequence[queries.Offer]
    deliveries: Sequence[Delivery]
    choices: Sequence[Choice]
    needs: Text | None
    """The skill that it takes."""


def of_matter(request: ScreenRequest, subject: str, reader: Scope) -> OfMatter | None:
    """The work of a matter; None where there is none or the reader has nothing to do with it."""
    found = queries.matter(subject)
    if found is None or not matter_concerns(request.user.username, reader, found):
        return None
    lines = list(_lines(request, subject, reader))
    return OfMatter(found, lines, choices(_for(request, found), ON_MATTERS), tally(found.id))


def _lines(request: ScreenRequest, subject: str, reader: Scope) -> Iterator[ItemLine]:
    items, sides = queries.items_of(subject), queries.sides_of(subject)
    due, asked = first_due(item.subject for item in items), queries.asked_by_name(subject)
    for each in items:
        clock = shown(due[each.subject], request.at) if each.subject in due else None
        linked = in_hands(request.user.username, reader, each, sides.get(each.id, ()))
        yield ItemLine(each, clock, asked.get(each.id, ""), linked)


def of_item(request: ScreenRequest, identifier: str, reader: Scope) -> OfItem | None:
    """A work item; None where there is none or the reader has nothing to do with it."""
    try:
        found = queries.item(UUID(identifier))
    except ValueError:
        return None
    if found is None:
        return None
    offers = queries.handoffs_of(found.id)
    judges = queries.may_judge(request.user.username, found.id, request.at)
    if not item_concerns(request.user.username, reader, found, offers, judges=judges):
        return None
    offered = list(_may(request, found, offers))
    needs = skill_titles().get(found.skill) if found.skill else None
    return OfItem(found, offers, queries.deliveries_of(found.id), offered, needs)


def _for(request: ScreenRequest, matter: queries.MatterView) -> tuple[str, ...]:
    """What the reader may do with a matter."""
    if not units_where(request.user.id, Permission.WORK_DO):
        return ()
    if matter.state is not MatterState.OPEN:
        owns = queries.owns(request.user.username, matter.subject, request.at)
        return ("reopen",) if owns and reopening_of(matter.subject) else ()
    back = ("hand-back",) if matter.acting else ()
    if request.user.username in {matter.first_contact, matter.acting}:
        return (*OWNER, *back)
    me, subject = request.user.username, matter.subject
    if queries.owns(me, subject, request.at):
        return (*OWNER, "take-over", *back)
    tells = ("happen",) if queries.tellable(me, subject, request.at) else ()
    return (*tells, "urge") if queries.may_urge(me, subject, request.at) else tells


def _may(request: ScreenRequest, item: queries.WorkItem, offers: Sequence[queries.Offer]) -> Iterator[Choice]:
    """What the reader may do with an item: what their own work offers, and taking back what they have offered."""
    if not units_where(request.user.id, Permission.WORK_DO):
        return
    for pile in piles(queries.my_work(request.user.username, request.at, only=item.id), request.at):
        for job in pile.jobs:
            yield from job.choices
    mine = (each for each in offers if each.state is HandoffState.OFFERED and each.from_staff == request.user.username)
    if next(mine, None):
        yield from choices(["withdraw"])
