"""What work does on journal entries, within the transaction that records them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from kapok.ground.commitments.rules import ENDS, Paused
from kapok.ground.commitments.standing import said_of
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
        if entry.kind in rules.PASSED_DOWN | {rules.APPOINTED}:
            _pass_down(entry)
        if entry.kind in ENDS:
            _hold_offered_since(entry)


def _pass_down(entry: Entry) -> None:
    for found in _matters().filter(subject=entry.subject):
        act = Act(entry.actor, entry.at)
        if entry.kind == rules.APPOINTED:
            following.end_missed(found, act)
        else:
            following.pass_down(found, entry.kind, said_of(entry.data), act)
        act.record()


def _hold_offered_since(entry: Entry) -> None:
    """The pause may stand on the matter or, where nothing of its own stops, on the work named with it."""
    if entry.correlation is None:
        return
    pause = Paused(entry.kind, entry.subject, entry.at, said_of(entry.data))
    for found in _matters().filter(id=entry.correlation, subject__in=pause.named):
        act = Act(entry.actor, entry.at)
        moves.hold_offered_since(found, pause, act)
        act.record()


def _matters() -> QuerySet[Matter]:
    return Matter.objects.select_related("unit", "first_contact", "flow__template")
