"""Reading work: what somebody has to do, one matter, hand-offs and disputes. A few queries each, however long the lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet

from kapok.ground.commitments.models import Commitment
from kapok.ground.commitments.rules import State
from kapok.ground.people import queries as people
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.people.roles import Permission
from kapok.ground.people.rules import State as StaffState
from kapok.ground.posts import queries as posts
from kapok.ground.posts.models import Absence, PostHolder
from kapok.ground.posts.rules import LEAD, SUPERVISION, AbsenceState, Place
from kapok.ground.work import answering, following, rows, rules, telling
from kapok.ground.work.models import Delivery, Handoff, Item, Matter
from kapok.ground.work.views import (
    Clock,
    MatterView,
    MyWork,
    Offer,
    WorkItem,
    item_view,
    matter_view,
    offer_view,
)
from kapok.kernel.promises import EVENTS
from kapok.kernel.text import Text

__all__ = [
    "Clock",
    "MatterView",
    "MyWork",
    "Offer",
    "WorkItem",
    "asked_by_name",
    "clocks",
    "deliveries_of",
    "facts_of",
    "handoff",
    "handoff_rows",
    "handoffs_of",
    "item",
    "items",
    "items_of",
    "matter",
    "matters",
    "may_judge",
    "may_urge",
    "my_work",
    "offers",
    "owns",
    "running_on",
    "settled",
    "taken_by",
    "tellable",
    "tells",
    "titles",
]

RUNNING = (State.OPEN, State.OVERDUE, State.PAUSED)
SIDES = ("from_unit", "to_unit"), ("from_staff", "from_answers", "to_staff", "to_answers", "answered_by", "judged_by")
"""The units and the people of a hand-off."""

HEADS = (LEAD, SUPERVISION)
LIMIT = 100
"""So many of each kind, the most urgent first: more is nobody's work of one day."""


def my_work(username: str, at: datetime, *, only: UUID | None = None) -> MyWork:
    """What this person has to do at that moment (with `only` one item); a fixed number of queries. Empty for nobody."""
    me = Staff.objects.filter(username=username).first()
    if me is None:
        return MyWork((), (), (), (), (), (), (), ())
    held_posts = posts.posts_of(me.id, at)
    units, away = rows.own_units(me, held_posts), _away_of(me, held_posts)
    item, offer = (Q(id=only), Q(item=only)) if only else (Q(), Q())
    waiting = Handoff.objects.filter(offer, state=rules.HandoffState.OFFERED)
    for_all = Q(to_staff=None) | Q(to_staff__state=StaffState.DEACTIVATED)
    held, left_behind, to_confirm = _items(
        Item.objects.filter(item, holder=me, state=rules.ItemState.HELD),
        _left_behind(me, held_posts, at).filter(item),
        _to_confirm(me, units).filter(item),
    )
    mine, to_take_over, refused, to_judge = _offers(
        waiting.filter(Q(to_staff=me) | Q(for_all, to_unit__in=units)).order_by("accept_by_at", "id"),
        _left_to_deputy(me, away, at).filter(offer).order_by("accept_by_at", "id"),
        _unsettled().filter(Q(from_staff=me) | Q(from_unit__in=units), offer).order_by("answered_at", "id"),
        _to_judge(me, units).filter(offer).order_by("answered_at", "id"),
    )
    return MyWork(
        held=held,
        offers=mine,
        to_take_over=to_take_over,
        left_behind=left_behind,
        refused=refused,
        to_judge=to_judge,
        to_confirm=to_confirm,
        matters=() if only else _matters(me, away),
    )


def _items(*piles: QuerySet[Item]) -> list[tuple[WorkItem, ...]]:
    pages = [_page_of_items(found.order_by("opened_at", "id")[:LIMIT]) for found in piles]
    running = clocks(row.subject for page in pages for row in page)
    return [tuple(item_view(row, running.get(row.subject)) for row in page) for page in pages]


def _offers(*piles: QuerySet[Handoff]) -> list[tuple[Offer, ...]]:
    pages = [_page_of_offers(found[:LIMIT]) for found in piles]
    _name_sides([row for page in pages for row in page])
    return [tuple(offer_view(row) for row in page) for page in pages]


def _matters(me: Staff, away: Collection[UUID]) -> tuple[MatterView, ...]:
    """What is not settled of what this person answers for."""
    return tuple(matters(_owned(me, away).filter(settled_at=None).order_by("opened_at")[:LIMIT]))


def settled(username: str, at: datetime, *, limit: int) -> tuple[MatterView, ...]:
    """What was settled of what this person answers for, the latest first: open until they close it, or closed."""
    me = Staff.objects.filter(username=username).first()
    if me is None:
        return ()
    found = _owned(me, _away_of(me, posts.posts_of(me.id, at))).filter(settled_at__isnull=False)
    return tuple(matters(found.order_by("-settled_at")[:limit]))


def _owned(me: Staff, away: Collection[UUID]) -> QuerySet[Matter]:
    return Matter.objects.filter(Q(first_contact=me) | Q(acting=me) | Q(first_contact__in=away))


def _to_confirm(me: Staff, units: Collection[UUID]) -> QuerySet[Item]:
    """Deliveries to this person's units, but for their own."""
    own = Delivery.objects.filter(accepted=None, delivered_by=me).values("item")
    waiting = Item.objects.filter(state=rules.ItemState.DELIVERED, confirm=True, asked_by__in=units)
    return waiting.exclude(id__in=own)


def _away_of(me: Staff, held: Collection[posts.Acting]) -> set[UUID]:
    """Those for whom this person acts now, as B of their post."""
    return {post.a.id for post in held if post.a and post.b and post.b.id == me.id and post.place is Place.B}


def _left_to_deputy(me: Staff, away: Collection[UUID], at: datetime) -> QuerySet[Handoff]:
    """Offers whose receiving A has this person as B, and is away or has let the time pass."""
    as_b = PostHolder.objects.filter(staff=me, place=Place.B, period__contains=at).values("post")
    of_a = PostHolder.objects.filter(post__in=as_b, place=Place.A, period__contains=at).values("staff")
    late = Q(accept_by_at__lt=at) | Q(to_answers__in=away)
    of_others = Handoff.objects.filter(late, state=rules.HandoffState.OFFERED, to_answers__in=of_a)
    return of_others.exclude(Q(to_answers=me) | Q(to_staff=me))


def _left_behind(me: Staff, held: Collection[posts.Acting], at: datetime) -> QuerySet[Item]:
    """What others hold who are away, in units where this person is A or B; of who has left, also in all that they head."""
    away = Absence.objects.filter(state=AbsenceState.GRANTED, period__contains=at).values("staff")
    here = Q(unit__in={post.unit_id for post in held})
    gone = Q(holder__state=StaffState.DEACTIVATED)
    of_others = here & (gone | Q(holder__in=away))
    if any(post.acting and post.acting.id == me.id and post.function in HEADS for post in held):
        of_others |= gone & Q(unit__in=people.units_where(me.id, Permission.WORK_DO))
    return Item.objects.filter(of_others, state=rules.ItemState.HELD).exclude(holder=me)


def _unsettled() -> QuerySet[Handoff]:
    return Handoff.objects.filter(state__in=[state.value for state in rules.UNSETTLED])


def _to_judge(me: Staff, units: Collection[UUID]) -> QuerySet[Handoff]:
    """Refusals that this person, of these units, may judge: none in which they belong to a side."""
    return _unsettled().filter(rows.may_be_judged(me)).exclude(rows.own_cause(me, units))


def may_judge(username: str, item: UUID, at: datetime) -> bool:
    """Whether this person may judge the refusal of an item, as `baton.api.judge` has it; False where there is none."""
    me = Staff.objects.get(username=username)
    return _to_judge(me, rows.own_units(me, posts.posts_of(me.id, at))).filter(item=item).exists()


def matter(subject: str) -> MatterView | None:
    """The matter with this subject, or None."""
    found = matters(Matter.objects.filter(subject=subject))
    return found[0] if found else None


def facts_of(subject: str) -> dict[str, Any]:
    """What is known of a matter; nothing where there is none."""
    return Matter.objects.filter(subject=subject).values_list("facts", flat=True).first() or {}


def identifier_of(subject: str) -> UUID | None:
    """By which the entries about a matter and its work belong together; None where there is no such matter."""
    return Matter.objects.filter(subject=subject).values_list("id", flat=True).first()


def items_of(subject: str) -> list[WorkItem]:
    """The work items of a matter, in the order in which they began."""
    return items(Item.objects.filter(matter__subject=subject).order_by("opened_at", "id"))


def item(identifier: UUID) -> WorkItem | None:
    """One work item, or None."""
    found = items(Item.objects.filter(id=identifier))
    return found[0] if found else None


def running_on(flow: str) -> dict[int, int]:
    """How many open matters follow each version of a flow, by its number."""
    rows = Matter.objects.filter(flow__template__code=flow, state=rules.MatterState.OPEN).order_by()
    return dict(rows.values_list("flow__number").annotate(Count("id")))


def titles(identifiers: Iterable[UUID]) -> dict[UUID, tuple[Text, str]]:
    """What these work items are called, and the matter of each, in one query."""
    rows = Item.objects.filter(id__in=list(identifiers)).select_related("matter")
    return {row.id: (row.title, row.matter.subject) for row in rows}


def matters(rows: QuerySet[Matter]) -> list[MatterView]:
    """One page of matters with their clocks, in two queries."""
    page = list(rows.select_related("unit", "first_contact", "acting", "flow__template"))
    running = clocks(row.subject for row in page)
    return [matter_view(row, running.get(row.subject)) for row in page]


def items(rows: QuerySet[Item]) -> list[WorkItem]:
    """One page of items with their clocks, in two queries."""
    page = _page_of_items(rows)
    running = clocks(row.subject for row in page)
    return [item_view(row, running.get(row.subject)) for row in page]


def _page_of_items(rows: QuerySet[Item]) -> list[Item]:
    return list(rows.select_related("matter__first_contact", "unit", "asked_by", "accountable", "holder"))


def offers(rows: QuerySet[Handoff]) -> list[Offer]:
    """One page of hand-offs with both sides, in three queries: over one of ten joins the planner takes longer than it saves."""
    page = _page_of_offers(rows)
    _name_sides(page)
    return [offer_view(row) for row in page]


def _page_of_offers(rows: QuerySet[Handoff]) -> list[Handoff]:
    return list(rows.select_related("item__matter"))


def _name_sides(page: Collection[Handoff]) -> None:
    finders: tuple[QuerySet[Any], ...] = (OrgUnit.objects.all(), Staff.objects.all())
    for finder, names in zip(finders, SIDES, strict=True):
        found = finder.in_bulk({getattr(row, f"{name}_id") for row in page for name in names} - {None})
        for row in page:
            for name in names:
                setattr(row, name, found.get(getattr(row, f"{name}_id")))


def handoff_rows(
    *,
    units: Collection[UUID] | None = None,
    state: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Handoff]:
    """Hand-offs, the latest first; with one of these units on either side, in this state, offered in [since, until)."""
    rows = Handoff.objects.order_by(F("offered_at").desc(), F("id").desc())
    if units is not None:
        rows = rows.filter(Q(from_unit__in=units) | Q(to_unit__in=units))
    if state:
        rows = rows.filter(state=state)
    if since is not None:
        rows = rows.filter(offered_at__gte=since)
    return rows.filter(offered_at__lt=until) if until is not None else rows


def handoff(identifier: UUID) -> Offer | None:
    """One hand-off, or None."""
    found = offers(Handoff.objects.filter(id=identifier))
    return found[0] if found else None


def handoffs_of(item: UUID) -> list[Offer]:
    """The hand-offs of an item, in order."""
    return offers(Handoff.objects.filter(item=item).order_by("number"))


def deliveries_of(item: UUID) -> list[Delivery]:
    """The deliveries of an item, in order."""
    return list(Delivery.objects.filter(item=item).select_related("delivered_by", "answered_by").order_by("number"))


def asked_by_name(subject: str) -> dict[UUID, str]:
    """Of the work of a matter that is offered to somebody by name, to whom."""
    offered = Handoff.objects.filter(matter__subject=subject, state=rules.HandoffState.OFFERED, to_staff__isnull=False)
    return dict(offered.values_list("item", "to_staff__name"))


def evidence_of(item: UUID) -> tuple[Text, ...]:
    """What the stage of an item wants at delivery."""
    return evidence_of_each([item]).get(item, ())


def evidence_of_each(items: Collection[UUID]) -> dict[UUID, tuple[Text, ...]]:
    """The same of many items, in one query."""
    rows = Item.objects.select_related("matter__flow__template").filter(id__in=items)
    return {row.id: following.evidence_of(row) for row in rows}


def tells(found: Item) -> tuple[str, ...]:
    """What the delivery of an item's stage tells of its matter; nothing outside of a flow."""
    return following.tells(found)


def tellable(username: str, subject: str, at: datetime) -> list[str]:
    """The events that this person may record of a matter, as `api.happen` has it."""
    person = Staff.objects.get(username=username)
    found = Matter.objects.select_related("first_contact").get(subject=subject)
    owner = answering.owns(person, found, at)
    if not owner and not rows.has_hands_in(person, found):
        return []
    return [kind for kind in EVENTS if telling.may_tell(kind, owner=owner)]


def owns(username: str, subject: str, at: datetime) -> bool:
    """Whether this person is the owner of a matter, or acts for them now."""
    found = Matter.objects.select_related("first_contact", "unit").get(subject=subject)
    return answering.owns(Staff.objects.get(username=username), found, at)


def may_urge(username: str, subject: str, at: datetime) -> bool:
    """Whether this person may urge whoever has the work of a matter, as `api.urge` has it."""
    found = Matter.objects.select_related("first_contact", "unit").get(subject=subject)
    return rows.waits_for(Staff.objects.get(username=username), found, at)


def taken_by(subject: str) -> set[str]:
    """The units that have accepted work of a matter, or are asked to now; those whose offers came to nothing left out."""
    of_it = Handoff.objects.filter(item__matter__subject=subject)
    asked = of_it.filter(state__in=[rules.HandoffState.ACCEPTED, *rules.RUNNING])
    return set(asked.values_list("to_unit__code", flat=True))


def sides_of(subject: str) -> dict[UUID, set[str]]:
    """The units between which each work item of a matter was ever handed."""
    sides: dict[UUID, set[str]] = {}
    of_it = Handoff.objects.filter(item__matter__subject=subject)
    for item_id, *units in of_it.values_list("item", "from_unit__code", "to_unit__code"):
        sides.setdefault(item_id, set()).update(units)
    return sides


def is_asked(username: str, subject: str) -> bool:
    """Whether the first contact of a matter is offered to this person."""
    offered = Handoff.objects.filter(matter__subject=subject, state=rules.HandoffState.OFFERED)
    return offered.filter(item__contact=True, to_staff__username=username).exists()


def clocks(subjects: Iterable[str]) -> dict[str, Clock]:
    """Of each subject the most urgent running clock, in one query."""
    running = Commitment.objects.filter(subject__in=list(subjects), state__in=RUNNING)
    rows = running.values("subject", "state").annotate(due=Min("due_at"))
    found: dict[str, Clock] = {}
    for row in rows:
        clock = Clock(row["due"], row["state"] == State.OVERDUE, row["state"] == State.PAUSED)
        found[row["subject"]] = min(found.get(row["subject"], clock), clock, key=_urgency)
    return found


def _urgency(clock: Clock) -> tuple[bool, bool, float]:
    return not clock.overdue, clock.paused, clock.due_at.timestamp() if clock.due_at else float("inf")
