"""Work that a module gives out in the name of whoever was asked first: by its rules, not by their hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kapok.ground.work import answering, following, moves, passing, rows, rules
from kapok.ground.work.baton import steps
from kapok.ground.work.models import Handoff, Item
from kapok.ground.work.moves import Act, Beginning, Giver, Receiver, Work
from kapok.ground.work.rules import HandoffState, ItemState, Way
from kapok.kernel.text import Text

MOMENT = timedelta(microseconds=1)
"""Of one instant promises read an offer before a withdrawal, and what was withdrawn has no clock."""


@transaction.atomic
def give_out(*, matter: str, title: Text, unit: str, to: str = "", note: str = "", actor: str, at: datetime) -> UUID:
    """Offer work outside of the flow to a unit, or to one person by staff number; the item's identifier.

    Somebody who does not work for that unit is asked as one of their own. Whoever was asked first gives it, whoever acts.
    Raises `UnknownMatter`, `MatterClosed`, `UnknownUnit`, `EndedUnit`, `NotAPerson`, `TitleMissing`, `NoteMissing`.
    """
    row, act = rows.open_matter(matter), Act(actor, at)
    words = Text(zh=rules.tidy_title(title.zh), en=rules.tidy_title(title.en))
    giver = passing.giver(row, row.first_contact, at)
    begun = moves.begin(row, [Beginning(Work(title=words), _receiver(unit, to, note, at))], giver, act)
    act.write()
    moves.inherit(row, begun, act)
    act.record()
    return begun[0].id


@transaction.atomic
def give_again(*, item: UUID, unit: str, to: str = "", note: str = "", actor: str, at: datetime) -> bool:
    """Offer to somebody else what nobody has answered; False, and nothing moves, where somebody has.

    The clock of the offer runs on: it is theirs who are asked now. Raises `UnknownItem`, `UnknownUnit`, `EndedUnit`,
    `NotAPerson`, `NoteMissing`, `TooEarly`.
    """
    row, act = rows.item_called(item), Act(actor, at)
    waiting = Handoff.objects.filter(item=row, state=HandoffState.OFFERED).first()
    if row.state != ItemState.OFFERED or waiting is None:
        return False
    rows.not_before(waiting.offered_at, at)
    moves.drop_offer(row, at)
    giver = passing.giver(row.matter, row.matter.first_contact, at)
    moves.offer(row, giver, _receiver(unit, to, note, at), act, way=Way.AGAIN, accept_by=waiting.accept_by_at)
    moves.answer_for(row, act)
    return True


@transaction.atomic
def ask_by_name(*, matter: str, actor: str, at: datetime) -> None:
    """Offer again what the flow offered and nobody has answered, where the facts of the matter name somebody else by now.

    The offer before is withdrawn, and who is asked now has as long as it gave. Raises `UnknownMatter`, `MatterClosed`, `TooEarly`.
    """
    row, act = rows.open_matter(matter), Act(actor, at)
    live = Item.objects.filter(matter=row, state=ItemState.OFFERED).select_related(*rows.PARTIES)
    for item in live.order_by("opened_at", "id"):
        item.matter = row
        _ask_now(item, rows.offer_of(item, at), act)
    act.record()


def _ask_now(item: Item, offered: Handoff, act: Act) -> None:
    asked = following.asked_now(item, act) if offered.way in {Way.FIRST, Way.NEXT} else None
    if asked is None or (asked[0].staff and asked[0].staff.id) == offered.to_staff_id:
        return
    to, item.skill = asked
    item.save(update_fields=["skill"])
    before = Act(act.actor, max(act.at - MOMENT, offered.offered_at), told=act.told)
    moves.drop_offer(item, before.at)
    moves.tell(item, "handoff.withdrawn", before)
    giver = Giver(offered.from_unit, offered.from_staff, offered.from_answers)
    until = act.at + (offered.accept_by_at - offered.offered_at)
    moves.offer(item, giver, to, act, way=Way(offered.way), accept_by=until)
    moves.answer_for(item, act)


def waits_for_a_unit(item: UUID) -> bool:
    """Whether work is offered to a whole unit of which nobody has taken it."""
    offered = Handoff.objects.filter(item=item, state=HandoffState.OFFERED, to_staff=None)
    return Item.objects.filter(id=item, state=ItemState.OFFERED).exists() and offered.exists()


def _receiver(unit: str, to: str, note: str, at: datetime) -> Receiver:
    """The unit or the person who is meant; the deputy who acts for them, while they are away."""
    if not to:
        return steps.receiver(unit, "", note=note)
    asked = rows.person(f"{rows.STAFF}{to}")
    there = answering.reached(asked, at) or to
    person = asked if there == to else rows.person(f"{rows.STAFF}{there}")
    own = not rows.works_for(person, rows.unit_at_work(unit))
    return steps.receiver(person.unit.code if own else unit, there, note=note)
