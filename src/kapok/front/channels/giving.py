"""Giving the work to whom the rules chose: offered like any other, so that its clock runs and it stands in their list of work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from kapok.front.channels.rules import Decision, Kind
from kapok.ground.work import api as work
from kapok.ground.work import queries as matters
from kapok.ground.work.baton import api as baton
from kapok.kernel.text import Text

TO_DO: Mapping[Kind, Text] = {
    Kind.REQUEST: Text(zh="处理客户需求", en="Deal with what the customer asks"),
    Kind.FAULT: Text(zh="处理客户报障", en="Deal with the reported fault"),
    Kind.COMPLAINT: Text(zh="处理客户投诉", en="Deal with the complaint"),
}


def give(kind: Kind, matter: str, decision: Decision, *, actor: str, at: datetime) -> UUID | None:
    """Offer the work of a matter where the rules sent it; the work, None where there is nothing to give.

    A flow says by itself who does what; and whoever answers for the matter keeps what the rules leave with them, or send to a unit
    that has been closed. Within a verb's transaction.
    """
    found = matters.matter(matter)
    if found is None or found.flow or found.first_contact == decision.owner:
        return None
    to = {"unit": decision.unit, "to": decision.owner}
    try:
        return baton.give_out(matter=matter, title=TO_DO[kind], **to, note=why(decision), actor=actor, at=at)
    except baton.EndedUnit:
        return None


def offer_contact(matter: str, manager: str, *, note: str, actor: str, at: datetime) -> UUID | None:
    """Offer the account manager to answer for what came by the web; the work, None where nobody is asked.

    A flow that offers a stage by name offers this with it. Within a verb's transaction.
    """
    if not manager:
        return None
    try:
        return work.offer_first_contact(matter=matter, to=manager, note=note, actor=actor, at=at)
    except work.EndedUnit:
        return None


def why(decision: Decision) -> str:
    """The last reason, as a note: why it comes to whom it comes."""
    return decision.reasons[-1].text.both if decision.reasons else ""
