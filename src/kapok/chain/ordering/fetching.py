"""What the customer had of a service that has ended, where a technician fetches it: said beforehand, taken in once it is there."""

from __future__ import annotations

from kapok.chain.ordering import events, moves, visits
from kapok.chain.ordering.models import Leg
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.performing import lines_of, running
from kapok.ground.journal.models import Entry
from kapok.ground.work.models import LIVE, Item
from kapok.network.inventory import api as inventory
from kapok.network.inventory.kinds import TESTED


def say(leg: Leg, act: Act) -> None:
    """Say which equipment is to be fetched, while the inventory still knows that the service has it."""
    if visits.visit_of(leg.subject) is None:
        return
    parts = {each.code: each.told for line in lines_of(leg) for each in running(line).values() if each.kind in TESTED}
    if parts:
        moves.say(leg, events.EquipmentToFetch, act, equipment=", ".join(parts.values()), codes=list(parts))


def fetched(leg: Leg, act: Act) -> None:
    """The technician has it: of what the inventory waited for it knows now that it is back, and is to be tested.

    Of what has two ends all of it is back when nobody is on the way to the other end any more.
    """
    if Item.objects.filter(matter__subject=leg.subject, state__in=LIVE).exclude(end="").exists():
        return
    said = Entry.objects.filter(subject=leg.subject, kind=events.EquipmentToFetch.kind)
    codes = [code for data in said.values_list("data", flat=True) for code in data["codes"]]
    if codes:
        inventory.take_in(resources=codes, evidence=f"order {leg.order.number}", actor=act.actor, at=act.at)
