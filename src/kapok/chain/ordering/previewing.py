"""An order before it is placed: what it costs, which visits it takes, what would be promised. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from kapok.chain.ordering import areas, course, drafting, forecast, placing, quoting, speed, trying
from kapok.chain.ordering.drafting import LineDraft, Planned
from kapok.chain.ordering.models import Leg, Order
from kapok.chain.ordering.rules import ACTIONS, Action
from kapok.ground.catalog import queries as flows
from kapok.ground.catalog.refusals import NoFlow
from kapok.ground.catalog.template import Flow
from kapok.ground.commitments.foreseeing import Foreseen, foreseen
from kapok.ground.customers.rows import customer_called
from kapok.ground.work.following import goes_to_both_ends
from kapok.kernel.money import Money
from kapok.kernel.text import Text, joined
from kapok.network.inventory.views import NOWHERE, between


@dataclass(frozen=True)
class LegPreview:
    """One leg that the order would have: what of, where, by which stages.

    `visit` is the skill and the minutes of the visit it takes; `old` marks the end of what a move leaves behind.
    """

    action: Action
    address: str
    address_full: Text | None
    far_address: str
    """The far end of what is to run between two addresses; empty for what has one."""
    far_address_full: Text | None
    title: Text
    visit: tuple[str, int] | None
    promises: tuple[Foreseen, ...]
    stages: tuple[Text, ...]
    old: bool = False
    both_ends: bool = False
    """Whether somebody comes to both ends of it."""

    @property
    def where(self) -> Text | None:
        """Where it would be: the address, both of what runs between two."""
        return between(self.address_full, self.far_address_full or NOWHERE) if self.address_full else None

    @property
    def action_name(self) -> Text:
        """What would be done."""
        return ACTIONS[self.action]


@dataclass(frozen=True)
class Preview:
    """What the order would be: once and each month, the version of each line's offer, its legs."""

    one_off: Money
    monthly: Money
    versions: tuple[tuple[str, int], ...]
    legs: tuple[LegPreview, ...]

    @property
    def visits(self) -> list[tuple[str, str, int]]:
        """The visits that it takes, each once: the address, the skill, the minutes; of what has two ends at both."""
        visited = [(leg, leg.visit) for leg in self.legs if leg.visit]
        places = [(leg.address, *visit) for leg, visit in visited]
        places += [(leg.far_address, *visit) for leg, visit in visited if leg.both_ends]
        return list(dict.fromkeys(places))

    @property
    def promises(self) -> list[Foreseen]:
        """All that would be promised, the earliest due first."""
        return sorted((each for leg in self.legs for each in leg.promises), key=lambda each: each.due_at)


def preview(*, customer: str, channel: str, lines: Sequence[LineDraft], at: datetime) -> Preview:
    """What `place_order` would make of these lines if they were paid at `at`. Raises what it raises of customer and lines."""
    whose = customer_called(customer)
    located = areas.of_lines(lines, whose, at)
    facts = areas.facts_of(whose, located)
    with transaction.atomic():  # the services of the lines are locked while they are looked at
        asked = drafting.asked(lines, customer=whose, facts=facts, channel=channel)
        trying.must_be_first(asked, whose, at=at)
        speed.must_carry(asked)
    quote = quoting.total(asked)
    order = Order(quote=quote)
    legs = []
    among = drafting.flows_in_force()
    for number, plan in enumerate(drafting.planned(asked, facts, among), 1):
        leg = Leg(order=order, number=number, action=plan.action.value, service_kind=plan.family)
        legs.append(_leg(plan, placing.facts_of(leg, facts, plan, located), among, at))
    return Preview(
        one_off=Money(quote["one_off"], quote["currency"]), monthly=Money(quote["monthly"], quote["currency"]),
        versions=tuple(sorted({(line.version.code, line.version.number) for line in asked})), legs=tuple(legs),
    )  # fmt: skip


def _leg(plan: Planned, known: Mapping[str, Any], among: flows.Choices, at: datetime) -> LegPreview:
    made, flow = foreseen((placing.REQUESTED, *course.BEGINS), known, at=at), _flow(known, among)
    return LegPreview(
        action=plan.action, address=plan.address.code if plan.address else "",
        address_full=plan.address.full if plan.address else None,
        far_address=plan.site.far.code if plan.site.far else "",
        far_address_full=plan.site.far.full if plan.site.far else None,
        title=joined(dict.fromkeys(line.offer.title for line in plan.lines)), visit=plan.visit, promises=tuple(made),
        stages=tuple(flow.stages[code].title for code in forecast.reached(flow, known)) if flow else (), old=plan.old,
        both_ends=plan.site.far is not None and goes_to_both_ends(flow),
    )  # fmt: skip


def _flow(known: Mapping[str, Any], among: flows.Choices) -> Flow | None:
    """The flow that a leg with these facts would take; None where none applies."""
    try:
        version = among.row_for(known)
    except NoFlow:
        return None
    return flows.flow(version.template.code, version.number)
