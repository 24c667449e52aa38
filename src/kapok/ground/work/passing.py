"""The first contact passes only to who accepted it: offered by itself, or with work that a flow offers by name."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kapok.ground.commitments import api as commitments
from kapok.ground.people.models import Staff
from kapok.ground.work import answering, events, following, moves, rows, rules
from kapok.ground.work.models import Handoff, Item, Matter, Tenure
from kapok.ground.work.moves import Act, Beginning, Giver, Receiver, Work
from kapok.ground.work.refusals import HandoverRunning
from kapok.ground.work.rules import HandoffState, ItemState
from kapok.kernel.text import Text

CONTACT = Text(zh="首问负责", en="To be the first contact")


def giver(matter: Matter, staff: Staff, at: datetime) -> Giver:
    """The side of the first contact, for which that person offers."""
    owner = matter.first_contact
    return Giver(matter.unit, staff, answering.of_unit(matter.unit, "", at, otherwise=owner).accountable)


def offer(matter: Matter, staff: Staff, to: Staff, act: Act, *, note: str) -> UUID:
    """Offer the first contact to somebody by name, in their own unit: it is theirs once they, or their deputy, accepted it.

    Raises `HandoverRunning`, `EndedUnit`.
    """
    of_it = Handoff.objects.filter(matter=matter, item__contact=True, state__in=sorted(rules.RUNNING))
    if running := of_it.select_related("to_staff").first():
        raise HandoverRunning(username=running.to_staff.username if running.to_staff else "")
    work = Beginning(Work(CONTACT, contact=True), Receiver(rows.unit_of(to, ""), to, note=note, answers=to))
    said = {"from_staff": matter.first_contact.username, "to_staff": to.username, "note": note}
    act.told.append(
        events.FirstContactOffered(subject=matter.subject, actor=act.actor, at=act.at, correlation=matter.id, **said)
    )
    begun = moves.begin(matter, [work], giver(matter, staff, act.at), act)
    act.write()
    moves.inherit(matter, begun, act)
    act.record()
    return begun[0].id


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
    """Whom this was offered to by name is first contact once they, or their deputy, accepted it; the contact alone is done by that.

    Where whom it was offered to is gone, whoever of their unit accepts it is. Of a stage with an addressee the first to accept
    it: who is given the work later, or has passed the contact on, is not.
    """
    matter, named = item.matter, handoff.to_staff
    if item.contact:
        moves.finish(item, ItemState.DELIVERED, act)
        moves.tell(item, "handoff.delivered", act)
    if not following.has_addressee(item) or (named is None and not item.contact):
        return
    owner = named if named is not None and named.is_active else person
    if owner.id == matter.first_contact_id or _passed_before(item, handoff, owner):
        return
    withdraw(matter, act)
    pass_contact(matter, owner, act, acting=None if owner.id == person.id else person)


def _passed_before(item: Item, handoff: Handoff, owner: Staff) -> bool:
    """Whether the stage has passed it once, or they have passed it on; the contact alone is meant to come back, too."""
    if item.contact:
        return False
    accepted = Handoff.objects.filter(item=item, state=HandoffState.ACCEPTED).exclude(id=handoff.id)
    return accepted.exists() or Tenure.objects.filter(matter=item.matter, answers=owner).exists()


def keep(item: Item, handoff: Handoff, act: Act, *, note: str = "") -> None:
    """The first contact that was offered stays with who has it: nothing is left of the offer."""
    matter = item.matter
    moves.finish(item, ItemState.WITHDRAWN, act)
    moves.place(item, ItemState.WITHDRAWN, unit=handoff.from_unit, answers=handoff.from_answers, holder=None)
    moves.tell(item, "handoff.withdrawn", act, note=note)
    state = HandoffState(Handoff.objects.values_list("state", flat=True).get(id=handoff.id))
    to = handoff.to_staff.username if handoff.to_staff else ""
    act.told.append(
        events.FirstContactKept(
            subject=matter.subject, actor=act.actor, at=act.at, correlation=matter.id,
            from_staff=matter.first_contact.username, to_staff=to, state_name=rules.HANDOFF_STATES[state],
        )
    )  # fmt: skip
    act.record()


def withdraw(matter: Matter, act: Act) -> None:
    """Nobody is asked any more to be the first contact of a matter."""
    live = Item.objects.filter(matter=matter, contact=True, state__in=following.LIVE)
    following.withdraw(live.select_related("unit", "accountable"), matter, act)
