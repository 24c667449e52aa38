"""What readers of work see: frozen, with the names of people and units beside their codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kapok.ground.work import rules
from kapok.ground.work.models import Handoff, Item, Matter
from kapok.kernel.text import Text


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
    skill: str
    """The code of the skill that whoever takes it must have; empty where it needs none."""
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
    skill: str
    """As of the item."""
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
    to_staff_name: str
    to_answers: str
    to_answers_name: str
    offered_at: datetime
    accept_by_at: datetime
    answered_at: datetime | None
    answered_by: str
    answered_by_name: str
    reason: rules.Reason | None
    defect: str
    note: str
    warm: bool
    disputed_at: datetime | None
    judged_at: datetime | None
    judged_by: str
    judged_by_name: str
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
    settled_at: datetime | None
    closed_at: datetime | None
    clock: Clock | None

    @property
    def state_name(self) -> Text:
        """The name of its state."""
        return rules.MATTER_STATES[self.state]


@dataclass(frozen=True)
class MyWork:
    """What somebody has to do now."""

    held: tuple[WorkItem, ...]
    offers: tuple[Offer, ...]
    """Offers to the units that the person works for, or to them by name; those for other people of the unit left out."""
    to_take_over: tuple[Offer, ...]
    """Offers that the person may take as deputy: A is away, or has not answered in time."""
    left_behind: tuple[WorkItem, ...]
    """What a colleague holds who is away, and the person may take over; of who is no longer active, also the heads above."""
    refused: tuple[Offer, ...]
    """What others refused: to concede or to dispute."""
    to_judge: tuple[Offer, ...]
    to_confirm: tuple[WorkItem, ...]
    """Deliveries that wait for who asked for them."""
    matters: tuple[MatterView, ...]
    """What the person answers for as first contact, or as deputy of one who is away, and is not settled."""


def matter_view(row: Matter, clock: Clock | None) -> MatterView:
    """The view of a matter."""
    return MatterView(
        id=row.id, subject=row.subject, title=row.title, line=row.line, unit=row.unit.code, unit_id=row.unit_id,
        unit_name=row.unit.name, first_contact=row.first_contact.username, first_contact_name=row.first_contact.name,
        acting=row.acting.username if row.acting else "", acting_name=row.acting.name if row.acting else "",
        facts=row.facts, flow=row.flow.template.code if row.flow else "",
        flow_version=row.flow.number if row.flow else None, urgent=row.urgent, state=rules.MatterState(row.state),
        opened_at=row.opened_at, settled_at=row.settled_at, closed_at=row.closed_at, clock=clock,
    )  # fmt: skip


def item_view(row: Item, clock: Clock | None) -> WorkItem:
    """The view of a work item."""
    return WorkItem(
        id=row.id, matter=row.matter.subject, matter_title=row.matter.title, urgent=row.matter.urgent, stage=row.stage,
        title=row.title, skill=row.skill, state=rules.ItemState(row.state), unit=row.unit.code, unit_name=row.unit.name,
        asked_by_name=row.asked_by.name, accountable=row.accountable.username, accountable_name=row.accountable.name,
        holder=row.holder.username if row.holder else "", holder_name=row.holder.name if row.holder else "",
        first_contact=row.matter.first_contact.username, confirm=row.confirm, opened_at=row.opened_at, clock=clock,
    )  # fmt: skip


def offer_view(row: Handoff) -> Offer:
    """The view of a hand-off."""
    return Offer(
        id=row.id, item=row.item_id, matter=row.item.matter.subject, matter_title=row.item.matter.title,
        urgent=row.item.matter.urgent, title=row.item.title, skill=row.item.skill, number=row.number, way=rules.Way(row.way),
        state=rules.HandoffState(row.state), from_unit=row.from_unit.code, from_unit_name=row.from_unit.name,
        from_staff=row.from_staff.username, from_name=row.from_staff.name, to_unit=row.to_unit.code,
        to_unit_name=row.to_unit.name, to_staff=row.to_staff.username if row.to_staff else "",
        to_staff_name=row.to_staff.name if row.to_staff else "", to_answers=row.to_answers.username,
        to_answers_name=row.to_answers.name, answered_by_name=row.answered_by.name if row.answered_by else "",
        judged_by_name=row.judged_by.name if row.judged_by else "", offered_at=row.offered_at, accept_by_at=row.accept_by_at,
        answered_at=row.answered_at, answered_by=row.answered_by.username if row.answered_by else "",
        reason=rules.Reason(row.reason) if row.reason else None, defect=row.defect, note=row.note, warm=row.warm,
        disputed_at=row.disputed_at, judged_at=row.judged_at, judged_by=row.judged_by.username if row.judged_by else "",
        found_for=rules.Side(row.found_for) if row.found_for else None, judgement=row.judgement,
    )  # fmt: skip
