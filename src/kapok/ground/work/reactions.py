"""What work does on journal entries, within the transaction that records them."""

from __future__ import annotations

from kapok.ground.journal.models import Entry
from kapok.ground.work import following, rules
from kapok.ground.work.models import Matter
from kapok.ground.work.moves import Act


def witness(entry: Entry) -> None:
    """What the customer causes reaches the clocks of the work in hand, whoever recorded it: a pause and its end, too.

    The matter is not locked here: who records may hold the lock of its clocks already.
    """
    if entry.kind not in rules.PASSED_DOWN:
        return
    matter = Matter.objects.select_related("unit", "first_contact", "flow__template").filter(subject=entry.subject)
    for found in matter:
        following.pass_down(found, entry.kind, entry.data.get("facts") or {}, Act(entry.actor, entry.at))
