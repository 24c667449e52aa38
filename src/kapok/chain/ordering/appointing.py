"""The window of a leg's visit, agreed with the customer by whoever serves them, or by themselves: another one, or one anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from kapok.back.workforce import api as workforce
from kapok.back.workforce import queries as known
from kapok.back.workforce.queries import Agreed, AppointmentView
from kapok.back.workforce.rules import Errand
from kapok.chain.ordering import rows, visits
from kapok.chain.ordering.refusals import NoVisitToAgree
from kapok.chain.ordering.rules import OVER, State
from kapok.chain.ordering.views import LegView
from kapok.ground.catalog.offering.document import ENDS, End
from kapok.kernel.text import Text

WISHED = "customer"
"""Why a visit moves, unless another reason of the list is given."""


@dataclass(frozen=True)
class Visit:
    """How it stands with a visit of a leg."""

    end: str = ""
    """To which end, where somebody comes to both (`a`, `b`)."""
    agreed: Agreed = field(default_factory=Agreed)
    errand: Errand | None = None
    """What it takes, where a window can be agreed anew."""
    later: bool = False
    """A window is agreed when the leg goes on."""

    @property
    def end_name(self) -> Text | None:
        """To which end, in words; None where there is one place."""
        return ENDS[End(self.end)] if self.end else None

    @property
    def booked(self) -> AppointmentView | None:
        """The window that is agreed and has not passed."""
        return self.agreed.booked

    @property
    def passed(self) -> AppointmentView | None:
        """The window that was agreed and has passed without a visit."""
        return self.agreed.passed

    @property
    def may_choose(self) -> bool:
        """Whether a window can be chosen now: another one until somebody sets off, or one where none holds or it has passed."""
        return self.errand is not None and not self.agreed.under_way


def visits_of(legs: Iterable[LegView], at: datetime) -> dict[str, list[Visit]]:
    """How it stands with the visits of each of these legs, by subject, one or both ends; a few queries, however many there are."""
    live = {leg.subject: leg for leg in legs if leg.open}
    wanted = visits.errands(live)
    found: dict[str, list[Visit]] = {}
    for (subject, end), agreed in known.agreed(live, at).items():
        leg = live[subject]
        found.setdefault(subject, []).append(_visit(end, agreed, wanted.get(subject), leg.state, leg.compensation))
    return found


def _visit(end: str, agreed: Agreed, errand: Errand | None, state: State, compensation: str) -> Visit:
    wanted = errand.at(end) if errand else None
    if agreed.visited and agreed.standing is None:
        wanted = None
    if (standing := agreed.standing) is not None:
        wanted = Errand(standing.address, standing.skill, standing.minutes)
    free = state not in OVER | {State.HELD} and not compensation
    return Visit(end, agreed, wanted if free else None, later=wanted is not None and state is State.HELD)


@transaction.atomic
def agree_visit(
    *,
    order: str,
    leg: int,
    end: str = "",
    starts_at: datetime,
    ends_at: datetime,
    reason: str = WISHED,
    actor: str,
    at: datetime,
) -> None:
    """The visit of a leg moves to another window, for a reason of the list, or gets one where none holds.

    Where somebody comes to both ends, `end` says to which (`a`, `b`).
    Raises `UnknownOrder`, `UnknownLeg`, `NoVisitToAgree`, `UnderWay`, and what `workforce.rebook` and `workforce.book` do.
    """
    (found,) = rows.legs_locked(rows.order_called(order), leg)
    agreed = known.agreed([found.subject], at).get((found.subject, end))
    if agreed is None:
        raise NoVisitToAgree
    visit = _visit(end, agreed, visits.visit_of(found.subject), State(found.state), found.compensation)
    if visit.errand is None:
        raise NoVisitToAgree
    window: dict[str, Any] = {"starts_at": starts_at, "ends_at": ends_at, "actor": actor, "at": at}
    if agreed.standing is not None:
        workforce.rebook(appointment=agreed.standing.id, reason=reason, by_customer=True, **window)
    else:
        wanted = visit.errand
        place: dict[str, Any] = {
            "address": wanted.address, "skill": wanted.skill, "minutes": wanted.minutes, "end": end,
        }  # fmt: skip
        workforce.book(holder=found.subject, **place, **window)
