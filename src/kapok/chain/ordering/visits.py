"""Appointments of legs: the one place from which ordering reaches those who keep them (`back.workforce`).

Nothing is asked of them where a leg needs no visit, or no window was chosen: then the field team agrees one with the customer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from kapok.back.workforce import api as workforce
from kapok.back.workforce import queries as field
from kapok.back.workforce.rules import Deed, Errand, Kind, kind_of
from kapok.chain.ordering import rules
from kapok.chain.ordering.models import Line
from kapok.chain.ordering.rules import Deviation
from kapok.ground.catalog.graph import Graph
from kapok.ground.catalog.offering.document import parse
from kapok.ground.catalog.template import Flow

RESTS: Mapping[Deviation, Deed] = {Deviation.DEFER: Deed.DEFER, Deviation.WAIT: Deed.WAIT}
"""The exceptions by which a leg is held, as the field calls them."""


@dataclass(frozen=True)
class Wanted:
    """A visit that a leg takes: for whom, where, what it takes, and the window that the customer chose."""

    holder: str
    address: str
    skill: str
    minutes: int
    starts_at: datetime
    ends_at: datetime
    end: str = ""
    """At which end, where somebody comes to both (`a`, `b`)."""


def book(wanted: Sequence[Wanted], *, actor: str, at: datetime) -> None:
    """Book the visits, all or none. Raises what `workforce.book_together` does."""
    if wanted:
        workforce.book_together(visits=[workforce.Wish(**asdict(each)) for each in wanted], actor=actor, at=at)


def cancel(holder: str, *, end: str | None = None, actor: str, at: datetime) -> None:
    """Give up the appointments of a leg, or of one end of it, that are not over."""
    workforce.give_up(holder=holder, end=end, actor=actor, at=at)


def put_off(holder: str, deviation: Deviation, *, actor: str, at: datetime) -> None:
    """A leg is held (10P, 10W): its appointment is given up, the field does not carry on with it."""
    workforce.put_off(holder=holder, deed=RESTS[deviation], actor=actor, at=at)


def take_up(holder: str, *, actor: str, at: datetime) -> None:
    """A leg that was held goes on in the field, too."""
    workforce.take_up(holder=holder, actor=actor, at=at)


def comes_after(flow: Flow, stage: str) -> bool:
    """Whether the visit of a flow comes after one of its stages."""
    after = Graph(flow).after(stage)
    return any(kind_of(frozenset(flow.stages[code].event)) is Kind.VISIT for code in after if code in flow.stages)


def is_ahead(holder: str) -> bool:
    """Whether somebody has still to go to the customer for a leg that is open."""
    return visit_of(holder) is not None and field.is_ahead(holder)


def at_both_ends(holders: Collection[str]) -> set[str]:
    """To both ends of which of these legs somebody comes; one query."""
    return {holder for holder, end in field.places(holders) if end}


def is_given_out(holder: str) -> bool:
    """Whether the field has work of a leg in hand already."""
    return field.given_out(holder)


def visit_of(holder: str) -> Errand | None:
    """Where the visit of a leg is, and what it takes: the longest of its lines'; None where it takes none."""
    return errands([holder]).get(holder)


def errands(holders: Collection[str]) -> dict[str, Errand]:
    """The same of each of these legs that takes a visit; one query."""
    found: dict[str, Errand] = {}
    of = Line.objects.filter(leg__subject__in=list(holders), leg__address__isnull=False)
    lines = of.values_list("leg__subject", "leg__action", "leg__address__code", "offer__document", "characteristics",
        "leg__far_address__code")  # fmt: skip
    for holder, action, address, document, wished, far in lines:
        visit = parse(document).visit if rules.visits(rules.Action(action), wished) else None
        if visit and (holder not in found or visit.minutes > found[holder].minutes):
            found[holder] = Errand(address, visit.skill, visit.minutes, far or "")
    return found
