"""What work does on journal entries, within the transaction that records them."""

from __future__ import annotations

from collections.abc import Sequence

from kapok.ground.journal.models import Entry
from kapok.ground.work import following, rules
from kapok.ground.work.models import Matter
from kapok.ground.work.moves import Act


def witness(entries: Sequence[Entry]) -> None:
    """What the customer causes reaches the clocks of the work in hand, whoever recorded it: a pause and its end, too.

    The matter is not locked here: who records may hold the lock of its clocks already.
    """
    for entry in entries:
        if entry.kind in rules.PASSED_DOWN | {rules.APPOINTED}:
            _pass_down(entry)


def _pass_down(entry: Entry) -> None:
    matter = Matter.objects.select_related("unit", "first_contact", "flow__template").filter(subject=entry.subject)
    for found in matter:
        act = Act(entry.actor, entry.at)
        if entry.kind == rules.APPOINTED:
            following.end_missed(found, act)
        else:
            following.pass_down(found, entry.kind, entry.data.get("facts") or {}, act)
        act.record()
