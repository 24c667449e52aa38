"""Reading work: what somebody has to do, one matter, hand-offs and disputes. A few queries each, however long the lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Min, Q, QuerySet

from kapok.ground.commitments.models import Commitment
from kapok.ground.commitments.rules import State
from kapok.ground.people import queries as people
from kapok.ground.people.models import Grant, Staff
from kapok.ground.people.rules import Permission, roles_with
from kapok.ground.posts import queries as posts
from kapok.ground.posts.models import PostHolder
from kapok.ground.posts.rules import Place
from kapok.ground.work import following, rules
from kapok.ground.work.models import Delivery, Handoff, Handover, Item, Matter
from kapok.kernel.text import Text

RUNNING = (State.OPEN, State.OVERDUE, State.PAUSED)
PARTIES = ("matter__first_contact", "unit", "asked_by", "accountable", "holder")
SIDES = (
    "item__matter", "item__unit", "from_unit", "from_staff", "from_answers", "to_unit", "to_staff", "to_answers",
    "answered_by", "judged_by",
)  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """The most urgent running clock of a subject."""

    due_at: datetime | None
    overdue: bool
    paused: bool


@dataclass(frozen=True)
class WorkItem:
    """One work item: where it is, who answers for it, and its clock."""

    id: UUID
    matter: str
    matter_title: str
    urgent: bool
    stage: str
    title: Text
    state: rules.ItemState
    unit: str
    unit_name: Text
    asked_by_name: Text
    accountable: str
    accountable_name: str
    holder: str
    holder_name: str
    first_contact: str
    confirm: bool
    opened_at: datetime
    clock: Clock | None

    @property
    def subject(self) -> str:
        """How the journal and the commitments call it."""
        return f"work/{self.id}"

    @property
    def state_name(self) -> Text:
        """The name of its state."""
        return rules.ITEM_STATES[self.state]


@dataclass(frozen=True)
class Offer:
    """One hand-off with both sides."""

    id: UUID
    item: UUID
    matter: str
    matter_title: str
    urgent: bool
    title: Text
    number: int
    way: rules.Way
    state: rules.HandoffState
    from_unit: str
    from_unit_name: Text
    from_staff: str
    from_name: str
    to_unit: str
    to_unit_name: Text
    to_staff: str
    to_answers: str
    offered_at: datetime
    accept_by_at: datetime
    answered_at: datetime | None
    answered_by: str
    reason: rules.Reason | None
    defect: str
    note: str
    warm: bool
    disputed_at: datetime | None
    judged_at: datetime | None
    judged_by: str
    found_for: rules.Side | None
    judgement: str

    @property
    def way_name(self) -> Text:
        """Why it was offered."""
        return rules.WAYS[self.way]

    @property
    def state_name(self) -> Text:
        """What became of it."""
        return rules.HANDOFF_STATES[self.state]

    @property
    def reason_name(self) -> Text | None:
        """Why it was refused or returned."""
        return rules.REASONS[self.reason] if self.reason else None

    def unanswered(self, at: datetime) -> bool:
        """Whether it counts against the receiver: nobody has accepted it in time."""
        return self.state is rules.HandoffState.OFFERED and at > self.accept_by_at


@dataclass(frozen=True)
class MatterView:
    """One matter."""

    id: UUID
    subject: str
    title: str
    line: str
    unit: str
    unit_id: UUID
    unit_name: Text
    first_contact: str
    first_contact_name: str
    acting: str
    acting_name: str
    facts: dict[str, Any]
    flow: str
    flow_version: int | None
    urgent: bool
    state: rules.MatterState
    opened_at: datetime
    closed_at: datetime | None
    clock: Clock | None

    @property
    def state_name(self) -> Text:
        """The name of its state."""
        return rules.MATTER_STATES[self.state]


@dataclass(frozen=True)
class Handed:
    """A first contact that is offered to somebody."""

    matter: str
    matter_title: str
    from_staff: str
    from_name: str
    to_staff: str
    note: str
    offered_at: datetime


@dataclass(frozen=True)
class MyWork:
    """What somebody has to do now."""

    held: tuple[WorkItem, ...]
    offers: tuple[Offer, ...]
    """Offers to the units that the person works for, or to them by name; those for other people of the unit left out."""
    to_take_over: tuple[Offer, ...]
    """Offers that the person may take as deputy: A is away, or has not answered in time."""
    refused: tuple[Offer, ...]
    """What others refused: to concede or to dispute."""
    to_judge: tuple[Offer, ...]
    to_confirm: tuple[WorkItem, ...]
    """Deliveries that wait for who asked for them."""
    matters: tuple[MatterView, ...]
    """What the person answers for as first contact, or as deputy of one who is away."""
    handovers: tuple[Handed, ...]


LIMIT = 200
"""So many of each kind, the most urgent first."""


def my_work(username: str, at: datetime) -> MyWork:
    """What this person has to do at that moment; a fixed number of queries. Empty for nobody."""
    me = Staff.objects.filter(username=username).first()
    if me is None:
        return MyWork((), (), (), (), (), (), (), ())
    units, deputy_for = _units_of(me, at), _away_of(me, at)
    held = Item.objects.filter(holder=me, state=rules.ItemState.HELD)
    confirming = Item.objects.filter(state=rules.ItemState.DELIVERED, confirm=True, asked_by__in=units)
    waiting = Handoff.objects.filter(state=rules.HandoffState.OFFERED, to_unit__in=units)
    mine = waiting.filter(Q(to_staff=me) | Q(to_staff=None)) | Handoff.objects.filter(state="offered", to_staff=me)
    owned = Q(first_contact=me) | Q(acting=me) | Q(first_contact__in=deputy_for)
    return MyWork(
        held=tuple(items(held.order_by("opened_at", "id")[:LIMIT])),
        offers=tuple(offers(mine.order_by("accept_by_at", "id")[:LIMIT])),
        to_take_over=tuple(offers(_left_to_deputy(me, at).order_by("accept_by_at", "id")[:LIMIT])),
        refused=tuple(
            offers(_unsettled().filter(Q(from_staff=me) | Q(from_unit__in=units)).order_by("answered_at")[:LIMIT])
        ),
        to_judge=tuple(offers(_to_judge(me).order_by("answered_at", "id")[:LIMIT])),
        to_confirm=tuple(items(confirming.order_by("opened_at", "id")[:LIMIT])),
        matters=tuple(
            matters(Matter.objects.filter(owned, state=rules.MatterState.OPEN).order_by("opened_at")[:LIMIT])
        ),
        handovers=tuple(_handed(Handover.objects.filter(to_staff=me, state=rules.HandoffState.OFFERED))),
    )


def _units_of(me: Staff, at: datetime) -> set[UUID]:
    """The units whose work this person does: their own, those of their posts, those where they hold a working role."""
    held = Grant.objects.filter(staff=me, revoked_at=None, role__in=roles_with(Permission.WORK_DO))
    return {me.unit_id, *held.values_list("unit", flat=True), *(post.unit_id for post in posts.posts_of(me.id, at))}


def _away_of(me: Staff, at: datetime) -> set[UUID]:
    """Those for whom this person acts now, as B of their post."""
    return {
        post.a.id
        for post in posts.posts_of(me.id, at)
        if post.a and post.b and post.b.id == me.id and post.place is Place.B
    }


def _left_to_deputy(me: Staff, at: datetime) -> QuerySet[Handoff]:
    """Offers whose receiving A has this person as B, and is away or has let the time pass."""
    as_b = PostHolder.objects.filter(staff=me, place=Place.B, period__contains=at).values("post")
    of_a = PostHolder.objects.filter(post__in=as_b, place=Place.A, period__contains=at).values("staff")
    late = Q(accept_by_at__lt=at) | Q(to_answers__in=_away_of(me, at))
    return Handoff.objects.filter(late, state=rules.HandoffState.OFFERED, to_answers__in=of_a).exclude(to_answers=me)


def _unsettled() -> QuerySet[Handoff]:
    return Handoff.objects.filter(state__in=[state.value for state in rules.UNSETTLED])


def _to_judge(me: Staff) -> QuerySet[Handoff]:
    """Refusals that this person may judge: none of their own unit's."""
    if not people.units_where(me.id, Permission.WORK_JUDGE):
        return Handoff.objects.none()
    sides = Q(from_unit=me.unit_id) | Q(to_unit=me.unit_id) | Q(from_staff=me) | Q(answered_by=me)
    return _unsettled().exclude(sides)


def matter(subject: str) -> MatterView | None:
    """The matter with this subject, or None."""
    found = matters(Matter.objects.filter(subject=subject))
    return found[0] if found else None


def items_of(subject: str) -> list[WorkItem]:
    """The work items of a matter, in the order in which they began."""
    return items(Item.objects.filter(matter__subject=subject).order_by("opened_at", "id"))


def item(identifier: UUID) -> WorkItem | None:
    """One work item, or None."""
    found = items(Item.objects.filter(id=identifier))
    return found[0] if found else None


def matter_rows(*, units: Collection[UUID] | None = None, state: str = "", text: str = "") -> QuerySet[Matter]:
    """Matters, the latest first; of these units, in this state, whose number or title contains `text`, where asked."""
    rows = Matter.objects.order_by("-opened_at", "-id")
    if units is not None:
        rows = rows.filter(unit__in=units)
    if state:
        rows = rows.filter(state=state)
    return rows.filter(Q(subject__icontains=text) | Q(title__icontains=text)) if text else rows


def matters(rows: QuerySet[Matter]) -> list[MatterView]:
    """One page of matters with their clocks, in two queries."""
    page = list(rows.select_related("unit", "first_contact", "acting", "flow__template"))
    running = clocks(row.subject for row in page)
    return [_matter(row, running.get(row.subject)) for row in page]


def items(rows: QuerySet[Item]) -> list[WorkItem]:
    """One page of items with their clocks, in two queries."""
    page = list(rows.select_related(*PARTIES))
    running = clocks(row.subject for row in page)
    return [_item(row, running.get(row.subject)) for row in page]


def offers(rows: QuerySet[Handoff]) -> list[Offer]:
    """One page of hand-offs with both sides, in one query."""
    return [_offer(row) for row in rows.select_related(*SIDES)]


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


def dispute_rows(*, units: Collection[UUID] | None = None) -> QuerySet[Handoff]:
    """Refusals that nobody has judged yet, the oldest first."""
    rows = handoff_rows(units=units).filter(state__in=[state.value for state in rules.UNSETTLED])
    return rows.order_by("answered_at", "id")


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


def evidence_of(item: UUID) -> tuple[Text, ...]:
    """What the stage of an item wants at delivery."""
    found = Item.objects.select_related("matter__flow__template").filter(id=item).first()
    return following.evidence_of(found) if found else ()


def is_asked(username: str, subject: str) -> bool:
    """Whether the first contact of a matter is offered to this person."""
    offered = Handover.objects.filter(matter__subject=subject, state=rules.HandoffState.OFFERED)
    return offered.filter(to_staff__username=username).exists()


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


def _handed(rows: QuerySet[Handover]) -> list[Handed]:
    page = rows.select_related("matter", "from_staff", "to_staff").order_by("offered_at")
    return [
        Handed(
            row.matter.subject, row.matter.title, row.from_staff.username, row.from_staff.name, row.to_staff.username,
            row.note, row.offered_at,
        )
        for row in page
    ]  # fmt: skip


def _matter(row: Matter, clock: Clock | None) -> MatterView:
    return MatterView(
        id=row.id, subject=row.subject, title=row.title, line=row.line, unit=row.unit.code, unit_id=row.unit_id,
        unit_name=row.unit.name, first_contact=row.first_contact.username, first_contact_name=row.first_contact.name,
        acting=row.acting.username if row.acting else "", acting_name=row.acting.name if row.acting else "",
        facts=row.facts, flow=row.flow.template.code if row.flow else "",
        flow_version=row.flow.number if row.flow else None, urgent=row.urgent, state=rules.MatterState(row.state),
        opened_at=row.opened_at, closed_at=row.closed_at, clock=clock,
    )  # fmt: skip


def _item(row: Item, clock: Clock | None) -> WorkItem:
    return WorkItem(
        id=row.id, matter=row.matter.subject, matter_title=row.matter.title, urgent=row.matter.urgent, stage=row.stage,
        title=row.title, state=rules.ItemState(row.state), unit=row.unit.code, unit_name=row.unit.name,
        asked_by_name=row.asked_by.name, accountable=row.accountable.username, accountable_name=row.accountable.name,
        holder=row.holder.username if row.holder else "", holder_name=row.holder.name if row.holder else "",
        first_contact=row.matter.first_contact.username, confirm=row.confirm, opened_at=row.opened_at, clock=clock,
    )  # fmt: skip


def _offer(row: Handoff) -> Offer:
    return Offer(
        id=row.id, item=row.item_id, matter=row.item.matter.subject, matter_title=row.item.matter.title,
        urgent=row.item.matter.urgent, title=row.item.title, number=row.number, way=rules.Way(row.way),
        state=rules.HandoffState(row.state), from_unit=row.from_unit.code, from_unit_name=row.from_unit.name,
        from_staff=row.from_staff.username, from_name=row.from_staff.name, to_unit=row.to_unit.code,
        to_unit_name=row.to_unit.name, to_staff=row.to_staff.username if row.to_staff else "",
        to_answers=row.to_answers.username, offered_at=row.offered_at, accept_by_at=row.accept_by_at,
        answered_at=row.answered_at, answered_by=row.answered_by.username if row.answered_by else "",
        reason=rules.Reason(row.reason) if row.reason else None, defect=row.defect, note=row.note, warm=row.warm,
        disputed_at=row.disputed_at, judged_at=row.judged_at, judged_by=row.judged_by.username if row.judged_by else "",
        found_for=rules.Side(row.found_for) if row.found_for else None, judgement=row.judgement,
    )  # fmt: skip
