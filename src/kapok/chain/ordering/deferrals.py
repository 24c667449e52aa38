"""What was put off (10P) goes on by itself when its day has come: found in one look, each leg in a transaction of its own."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kapok.chain.ordering import deviating, events, moves, rows, singly, visits
from kapok.chain.ordering.models import PUT_OFF, Leg
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.rules import Deviation, State
from kapok.kernel.text import Text

OVER = Text(zh="缓装期满，自动继续办理", en="its day has come, it goes on by itself")
AGREE = Text(
    zh="缓装期满，已自动继续办理；请与客户重新约定上门时段",
    en="no longer put off, it goes on: agree a window for the visit anew",
)
GOES_ON = Text(zh="缓装期满，已自动继续办理", en="no longer put off, it goes on")


def end(*, at: datetime) -> int:
    """Let every leg go on whose day has come, as of that day, and say how many did.

    Several may look at once: each leg goes on by one of them.
    """
    due = Leg.objects.filter(PUT_OFF, until__lte=at).order_by("until", "id").values_list("subject", flat=True)
    return singly.done(due, _end, at, refused="%s was put off until now and could not go on: %s")


@transaction.atomic
def _end(subject: str, at: datetime) -> bool:
    """The leg goes on; False where by now somebody has let it go on, has put it off anew, or has given it up."""
    (leg,) = rows.locked([subject])
    if leg.state != State.HELD or leg.exception != Deviation.DEFER or leg.until is None or leg.until > at:
        return False
    act = Act(moves.SYSTEM, leg.until)
    deviating.undefer(leg, reason=OVER.both, act=act)
    title = AGREE if visits.is_ahead(subject) else GOES_ON
    moves.say(leg, events.DeferralOver, act, title=title, **moves.first_contact(leg))
    moves.refresh(leg.order, act)
    return True
