"""The first contact passes only to who accepted it: a hand-over that was offered, or work that a flow offers by name with it."""

from __future__ import annotations

from kapok.ground.commitments import api as commitments
from kapok.ground.people.models import Staff
from kapok.ground.work import events, following, rows
from kapok.ground.work.models import Handoff, Handover, Item, Matter, Tenure
from kapok.ground.work.moves import Act
from kapok.ground.work.rules import HandoffState


def pass_contact(matter: Matter, owner: Staff, act: Act, *, acting: Staff | None = None) -> None:
    """From now on `owner` answers for the matter and its clocks, and `acting` acts for them."""
    before = matter.first_contact
    rows.pass_on(matter, act.at, acting=acting, owner=owner)
    said = {"from_staff": before.username, "to_staff": owner.username}
    act.told.append(
        events.FirstContactPassed(subject=matter.subject, actor=act.actor, at=act.at, correlation=matter.id, **said)
    )
    act.record()
    answers = {"unit": matter.unit.code, "owner": owner.subject}
    commitments.answer_for(subject=matter.subject, **answers, actor=act.actor, at=act.at)


def with_work(item: Item, handoff: Handoff, person: Staff, act: Act) -> None:
    """Whom a stage with an addressee was offered to by name is first contact once they, or their deputy, accepted it.

    The first to accept it: who is given the work later, or has passed the contact on, is not.
    """
    matter, named = item.matter, handoff.to_staff
    if named is None or not following.has_addressee(item):
        return
    owner = named if named.is_active else person
    if owner.id == matter.first_contact_id or _passed_before(item, handoff, owner):
        return
    open_offers = Handover.objects.filter(matter=matter, state=HandoffState.OFFERED)
    open_offers.update(state=HandoffState.WITHDRAWN, answered_at=act.at)
    pass_contact(matter, owner, act, acting=None if owner.id == person.id else person)


def _passed_before(item: Item, handoff: Handoff, owner: Staff) -> bool:
    accepted = Handoff.objects.filter(item=item, state=HandoffState.ACCEPTED).exclude(id=handoff.id)
    return accepted.exists() or Tenure.objects.filter(matter=item.matter, answers=owner).exists()
