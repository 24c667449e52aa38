"""Orders: every order one may see, filtered and paged; one of them as a living chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from kapok.chain.ordering import queries, rules
from kapok.chain.ordering.queries import LegView, Place, StageView, StepView, Visit
from kapok.edges.console.ledger.pausing import approvers_named
from kapok.edges.console.ledger.presenting import Shown, all_shown, names_of, shown
from kapok.edges.console.orders.actions import Offered, for_leg, for_order, for_step
from kapok.edges.console.orders.filters import OrdersFilter
from kapok.edges.console.orders.reach import allowed, field_work, may_look, may_serve, seen, units
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.commitments import requests
from kapok.ground.commitments.queries import Scope, scope
from kapok.ground.commitments.requests import Request
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.kernel.text import Text
from kapok.network.inventory import queries as inventory
from kapok.network.inventory.queries import Held

PAGE = 50


@screen(permission=Permission.ORDERS_READ)
def orders(request: ScreenRequest) -> HttpResponse:
    """The orders of a filter, the latest first; the rows refresh themselves."""
    within = units(request)
    form = OrdersFilter(request.GET, units=people.unit_tree(within))
    wanted = form.wanted(within)
    page = queries.orders(wanted, after=_place(request.GET.get("after", "")), limit=PAGE)
    counted = queries.counts(replace(wanted, states=()))
    supervised = queries.supervised(units=wanted.units, limit=20)
    values = {
        "form": form,
        "rows": page.rows,
        "at": request.at,
        "after": f"{page.after.placed_at.isoformat()}~{page.after.id}" if page.after else "",
        "states": [(state, rules.STATES[state], counted[state]) for state in rules.State if counted.get(state)],
        "fallen_out": queries.fallen_out(units=wanted.units, limit=5),
        "supervised": supervised,
        "people": names_of([each.by for each in supervised]),
    }
    part = request.headers.get("HX-Target") == "orders"
    return render(request, "orders/rows.html" if part else "orders/orders.html", values)


def _place(words: str) -> Place | None:
    moment, sign, id_ = words.partition("~")
    try:
        found = Place(datetime.fromisoformat(moment), UUID(id_)) if sign else None
    except ValueError:
        return None
    return found if found and found.placed_at.utcoffset() is not None else None


@dataclass(frozen=True)
class Box:
    """One stage of the chain with its clock."""

    stage: StageView
    clock: Shown | None
    work_order: bool
    """Whether it is field work that the reader may see."""


@dataclass(frozen=True)
class LegShown:
    """A leg as the page shows it: the chain in columns, what was promised, what may be done."""

    leg: LegView
    columns: Sequence[Sequence[Box]]
    promises: Sequence[Shown]
    offered: Sequence[Offered]
    visits: Sequence[Visit]
    """The window of its visit, or that one is to be agreed; of two ends for each."""
    asked: Sequence[Request]
    """What is asked of its clocks, and waits for an answer."""
    steps: Sequence[tuple[StepView, Sequence[Offered]]]
    """What the system does for it, and what may be done with that."""
    plant: Sequence[Held]
    """The resource orders of it: what it has of the plant, and where that is."""


@screen(permission=Permission.ORDERS_READ)
def order(request: ScreenRequest, number: str) -> HttpResponse:
    """One order: one state for the customer; of every leg the chain, its promises, the steps of the system; it refreshes itself."""
    found = seen(request, number)
    may = allowed(request, found)
    names = {unit.code: unit.name for unit in people.unit_tree(ended=True)}
    subjects = [leg.subject for leg in found.legs]
    asked = requests.waiting(subjects)
    known = _Known(
        may,
        request.at,
        names,
        asked,
        inventory.held_of(subjects),
        field_work(request, found),
        queries.visits_of(found.legs, request.at),
        scope(people.units_where(request.user.id, Permission.LEDGER_READ)),
    )
    values = {
        "order": found,
        "at": request.at,
        "legs": [_leg(leg, known, alone=len(found.legs) == 1) for leg in found.legs],
        "may_serve": may_serve(request, found),
        "may_look": may_look(request),
        "people": names_of(
            [*(each.asked_by for each in asked), *(leg.pressed.by for leg in found.legs if leg.pressed)]
        ),
        "approvers": approvers_named(request, {found.unit}) if asked else "",
        "offered": for_order(found, may),
        "expected": _expected(found.legs),
        "undated": any(leg.undated for leg in found.legs),
    }
    part = request.headers.get("HX-Target") == "order"
    return render(request, "orders/standing.html" if part else "orders/order.html", values)


@dataclass(frozen=True)
class _Known:
    """What is known of all legs, each table asked once."""

    may: frozenset[str]
    at: datetime
    names: Mapping[str, Text]
    asked: Sequence[Request]
    plant: Mapping[str, Sequence[Held]]
    field_work: frozenset[UUID]
    visits: Mapping[str, Sequence[Visit]]
    reader: Scope
    """Of which units the reader may open the clocks."""


def _leg(leg: LegView, known: _Known, *, alone: bool) -> LegShown:
    at, names, visits = known.at, known.names, known.visits.get(leg.subject, ())
    boxes = [
        Box(stage, shown(stage.clock, at, names) if stage.clock else None, stage.item in known.field_work)
        for stage in leg.stages
    ]
    return LegShown(
        leg=leg, columns=list(_columns(boxes)), promises=list(_promises(leg, known)),
        offered=for_leg(leg, known.may, alone=alone, may_choose=any(each.may_choose for each in visits)), visits=visits,
        steps=[(step, for_step(step, known.may)) for step in leg.steps],
        asked=[each for each in known.asked if each.subject == leg.subject], plant=known.plant.get(leg.subject, ()),
    )  # fmt: skip


def _promises(leg: LegView, known: _Known) -> Iterator[Shown]:
    for each in all_shown(leg.promises, known.at, known.names):
        yield replace(each, linked=known.reader.holds(each.row.unit))


def _columns(boxes: Sequence[Box]) -> Iterator[Sequence[Box]]:
    for place in sorted({box.stage.column for box in boxes}):
        yield [box for box in boxes if box.stage.column == place]


def _expected(legs: Sequence[LegView]) -> datetime | None:
    """When the last leg is expected to be completed, as far as the forecast has looked; None where one has no date."""
    if any(leg.undated for leg in legs):
        return None
    return max((leg.expected_at for leg in legs if leg.expected_at and leg.open), default=None)
