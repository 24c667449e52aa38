"""What work does on journal entries, within the transaction that records them."""

from __future__ import annotations

from collections.abc import Sequence

from kapok.ground.commitments.rules import ENDS, Paused
from kapok.ground.journal.models import Entry
from kapok.ground.work import following, moves, rules
from kapok.ground.work.models import Matter
from kapok.ground.work.moves import Act


def witness(entries: Sequence[Entry]) -> None:
    """What the customer causes reaches the clocks of the work in hand, whoever recorded it: a pause and its end, too.

    A pause that is told of late, since it had to be approved first, reaches what was offered meanwhile.
    The matter is not locked here: who records may hold the lock of its clocks already.
    """
    for entry in entries:
        if entry.kind in rules.PASSED_DOWN or entry.kind in ENDS:
            _reach(entry)


def _reach(entry: Entry) -> None:
    facts = entry.data.get("facts") or {}
    matter = Matter.objects.select_related("unit", "first_contact", "flow__template").filter(subject=entry.subject)
    for found in matter:
        act = Act(entry.actor, entry.at)
        if entry.kind in rules.PASSED_DOWN:
            following.pass_down(found, entry.kind, facts, act)
        if entry.kind in ENDS:
            moves.hold_offered_since(found, Paused(entry.kind, entry.subject, entry.at, facts), act)
        act.record()
