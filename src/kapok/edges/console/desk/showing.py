"""A customer as the front desk sees them: one page with what they have, what is open, what we owe next, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kapok.back.workforce import queries as field
from kapok.back.workforce.queries import Agreed, AppointmentView
from kapok.back.workforce.rules import Place
from kapok.chain.ordering import queries as orders
from kapok.edges.console.customers.reach import may
from kapok.edges.console.desk.actions import shown
from kapok.edges.console.desk.belonging import Met
from kapok.edges.console.ledger.presenting import Shown, all_shown
from kapok.edges.console.screen import ScreenRequest
from kapok.front.channels import queries as channels
from kapok.front.channels.announcing import queries as announcing
from kapok.front.channels.queries import CaseView
from kapok.ground.commitments import queries as commitments
from kapok.ground.customers.queries import CustomerView
from kapok.ground.journal.queries import timeline
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.ground.work.urging import Pressing, pressing
from kapok.kernel.text import Text
from kapok.network.inventory import queries as inventory

OWED = 8


@dataclass(frozen=True)
class Open:
    """A matter that is not over: what it is, and the promise to the customer that falls due first."""

    subject: str
    title: Text
    state: Text
    clock: Shown | None
    case: CaseView | None = None
    pressed: orders.Pressed | None = None
    visit: AppointmentView | None = None
    """Of an order, the visit that comes first, or whose window has passed."""
    passed: bool = False
    """Whether that window has passed without a visit."""
    urged: Pressing | None = None
    """How a case was urged; of an order `pressed` says it."""


def standing(request: ScreenRequest, one: CustomerView) -> dict[str, Any]:
    """What the page shows; a few queries, however much there is."""
    cases, running = channels.open_cases_of(one.number), orders.open_of(one.number)
    owed = commitments.of_subjects([*running.subjects, *(case.matter for case in cases)], running=True)
    services = inventory.services_of(one.number)
    under_way = orders.under_way([each.number for each in services])
    may_order = may(request, Permission.ORDERS_PLACE, one) and not one.erased_at
    names = {unit.code: unit.name for unit in people.unit_tree(ended=True)}
    clocks = all_shown(sorted((row for row in owed if row.due_at), key=lambda row: str(row.due_at)), request.at, names)
    return {
        "one": one,
        "at": request.at,
        "services": shown(services, under_way, may_order=may_order),
        "orders": orders.orders_of(one.number, limit=20),
        "more_open": running.more,
        "open": [
            *_open_orders(running.rows, clocks, field.agreed(running.subjects, request.at)),
            *_open_cases(cases, clocks, pressing(case.matter for case in cases)),
        ],
        "owed": clocks[:OWED],
        "interactions": [Met(talk, mine=True) for talk in channels.interactions_of(one.number, limit=6)],
        "notes": channels.notes_of(one.number, limit=10),
        "codes": channels.shown_codes(one.number),
        "lines": timeline(one.subject, limit=12),
        "may_order": may_order,
        "may_unmask": may(request, Permission.CUSTOMERS_UNMASK, one) and not one.erased_at,
        "may_extend": may(request, Permission.ORDERS_MANAGE, one),
        "under": announcing.over_customer(one.number),
    }


def _open_orders(
    rows: Iterable[orders.OrderRow], clocks: Sequence[Shown], agreed: Mapping[Place, Agreed]
) -> list[Open]:
    return [
        Open(
            f"order/{row.number}", row.what, row.state_name, _first(clocks, f"order/{row.number}-"), pressed=row.pressed,
            visit=visit, passed=passed,
        )
        for row in rows
        for visit, passed in [_next(agreed, f"order/{row.number}-")]
    ]  # fmt: skip


def _next(agreed: Mapping[Place, Agreed], begins: str) -> tuple[AppointmentView | None, bool]:
    """The visit that comes first, or whose window has passed, which comes before all others; and whether it has."""
    found = [
        (each.standing, each.passed is not None)
        for (subject, _end), each in agreed.items()
        if each.standing and subject.startswith(begins)
    ]
    return min(found, key=lambda each: each[0].starts_at, default=(None, False))


def _open_cases(cases: Iterable[CaseView], clocks: Sequence[Shown], urged: Mapping[str, Pressing]) -> list[Open]:
    stands = {
        True: Text(zh="已答复，待客户确认", en="replied, to be acknowledged"),
        False: Text(zh="待答复", en="to be answered"),
    }
    return [
        Open(case.matter, case.kind_name, stands[bool(case.replied_at)], _first(clocks, case.matter), case, urged=each)
        for case, each in ((case, urged.get(case.matter)) for case in cases)
        if _runs(case, clocks)
    ]


def _runs(case: CaseView, clocks: Sequence[Shown]) -> bool:
    return case.kind.value == "request" or _first(clocks, case.matter) is not None


def _first(clocks: Sequence[Shown], begins: str) -> Shown | None:
    """Of what was promised to the customer the first; of a leg's subject its beginning is asked for."""
    mine = [each for each in clocks if each.row.subject.startswith(begins)]
    return next((each for each in mine if each.row.tier.value != "stage"), mine[0] if mine else None)
