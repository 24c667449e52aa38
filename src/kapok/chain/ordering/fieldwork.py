"""What the field asks of ordering, by the subject of a leg: where the visit is, whose it is, and to put it off (10P) or wait (10W).

Called by `back.workforce`, which knows this module by `settings.WORKFORCE_MATTERS`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from kapok.back.workforce.rules import Access, Rest
from kapok.chain.ordering import accessing, api
from kapok.chain.ordering.lacking import of_each as lacks_of
from kapok.chain.ordering.models import Leg, Line
from kapok.chain.ordering.performing import known_of
from kapok.chain.ordering.refusals import UnknownOrder
from kapok.chain.ordering.rules import Deviation, State
from kapok.chain.ordering.visits import RESTS, errands
from kapok.ground.catalog.offering.document import End
from kapok.ground.customers.rules import Purpose

__all__ = [
    "customer_of",
    "errands",
    "go_on",
    "lack_plant",
    "lacks_of",
    "ordered_of",
    "put_off",
    "resting",
    "see_access",
]

RATES: Mapping[str, str] = {"down_rate": "down_mbps", "up_rate": "up_mbps"}
"""The tests of the field, and what an offer calls that which they show."""


def customer_of(holder: str) -> str:
    """The number of the customer whose leg it is; empty where it is none."""
    numbers = Leg.objects.filter(subject=holder).values_list("order__customer__number", flat=True)
    return numbers.first() or ""


def ordered_of(holders: Collection[str]) -> Mapping[str, Mapping[str, int]]:
    """The rates that were ordered with these legs, of several lines the fastest; one query."""
    found: dict[str, dict[str, int]] = {}
    for line in Line.objects.filter(leg__subject__in=list(holders)).select_related("offer", "service", "leg"):
        known, rates = known_of(line), found.setdefault(line.leg.subject, {})
        for test, name in RATES.items():
            rates[test] = max(rates.get(test, 0), int(known.get(name) or 0))
    return found


def put_off(holder: str, *, until: datetime, reason: str, evidence: str, actor: str, at: datetime) -> None:
    """The customer wishes it later (10P). Raises what `api.defer` does."""
    order, leg = _called(holder)
    api.defer(order=order, leg=leg, until=until, reason=reason, evidence=evidence, actor=actor, at=at)


def lack_plant(
    place: tuple[str, str], *, reason: str, code: str, expected_at: datetime | None, actor: str, at: datetime
) -> None:
    """Our plant is lacking at that end of a leg (10W). Raises what `api.wait_for_plant` does."""
    order, leg = _called(place[0])
    said: dict[str, Any] = {"reason": reason, "code": code, "expected_at": expected_at, "far": place[1] == End.B}
    api.wait_for_plant(order=order, leg=leg, **said, actor=actor, at=at)


def resting(holders: Collection[str]) -> Mapping[str, Rest]:
    """Those of the legs that are put off (10P) or wait for plant (10W), and until when."""
    held = Leg.objects.filter(subject__in=list(holders), state=State.HELD, exception__in=list(RESTS))
    rows = held.values_list("subject", "exception", "until")
    return {subject: Rest(RESTS[Deviation(exception)], until) for subject, exception, until in rows}


def go_on(holder: str, *, reason: str, actor: str, at: datetime) -> bool:
    """The leg goes on, if it was put off or waited; False where plant is lacking still."""
    leg = Leg.objects.select_related("order").filter(subject=holder, state=State.HELD).first()
    if leg is None:
        return True
    if leg.exception == Deviation.WAIT:
        return api.end_wait(order=leg.order.number, leg=leg.number, actor=actor, at=at)
    if leg.exception == Deviation.DEFER:
        api.undefer(order=leg.order.number, leg=leg.number, reason=reason, actor=actor, at=at)
    return True


def see_access(holder: str, *, actor: str, at: datetime) -> tuple[Access, ...]:
    """By what the lines of the leg log in, for whoever visits; that is kept. Raises `NothingLogsIn`."""
    found = accessing.of_leg(holder)
    for each in found:
        accessing.seen(each.service, Purpose.VISIT, actor=actor, at=at)
    return found


def _called(holder: str) -> tuple[str, int]:
    found = Leg.objects.filter(subject=holder).values_list("order__number", "number").first()
    if found is None:
        raise UnknownOrder(order=holder[:40])
    return found
