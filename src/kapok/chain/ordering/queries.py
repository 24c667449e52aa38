"""Reading orders: one in full as a living chain, lists of them, what will be late, what has fallen out. A few queries each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from kapok.chain.ordering import amending, rearranging, rows, rules, unpaid, views
from kapok.chain.ordering.accessing import logs_in
from kapok.chain.ordering.appointing import Visit, visits_of
from kapok.chain.ordering.chain import leg_views, pressed
from kapok.chain.ordering.models import OVER, Leg, Line, Order, Step
from kapok.chain.ordering.rules import ACTIONS, Action, Deviation, State, StepState
from kapok.chain.ordering.specified import Wishable, wishable
from kapok.chain.ordering.views import LegView, LineView, OrderRow, OrderView, Pressed, StageView, StepView, Way
from kapok.ground.catalog.offering.document import parse
from kapok.ground.catalog.offering.rows import service_of
from kapok.ground.customers.models import BillingAccount, Customer
from kapok.ground.work import urging
from kapok.kernel.text import Text, joined

__all__ = [
    "Filter", "LegView", "LineView", "OpenOrders", "OrderRow", "OrderView", "Page", "Place", "Pressed", "StageView", "StepView",
    "Visit", "Way", "counts", "fallen_out", "logs_in", "may_be_recounted", "may_be_wished", "may_become", "open_of",
    "order", "order_of", "orders", "orders_of", "pressed_of", "search", "still_ordered", "supervised", "under_way",
    "visits_of",
]  # fmt: skip

ORDERED = Text(zh="订单 {number}（{state}）", en="order {number} ({state})")
ORDER_NUMBER, CUSTOMER_NUMBER = re.compile(r"O\d{0,4}|O\d{4}-\d{0,10}"), re.compile(r"C\d{8}")
"""The beginning of an order's number, and a customer's whole number."""
FOUND = 20
COUNTED = 10_000
"""Beyond so many a list says “more than”."""
SHOWN_OPEN = 100
"""So many open orders of a customer are shown at once; how many more there are is said."""


def order(number: str) -> OrderView:
    """One order with its legs, their chains, steps and promises. Raises `UnknownOrder`."""
    row = rows.order_called(number)
    legs = list(
        Leg.objects.filter(order=row).select_related("address", "far_address", "after", "order").order_by("number")
    )
    return OrderView(
        id=row.id, number=row.number, customer=row.customer.number, account=row.account.number if row.account else "",
        channel=row.channel, state=State(row.state), exception=row.exception, unit=row.unit.code, unit_id=row.unit_id,
        unit_name=row.unit.name, first_contact=row.first_contact.username, first_contact_name=row.first_contact.name,
        note=row.note, quote=row.quote, placed_at=row.placed_at, paid_at=row.paid_at, closed_at=row.closed_at,
        lapses_at=None if any(leg.state == State.HELD for leg in legs) else unpaid.lapses_at(row),
        legs=tuple(leg_views(legs)),
    )  # fmt: skip


def order_of(subject: str) -> tuple[str, int] | None:
    """The number of the order and of the leg that a subject of the journal is (`order/O2026-000123-1`); None for no leg's."""
    found = Leg.objects.filter(subject=subject).values_list("order__number", "number").first()
    return (found[0], found[1]) if found else None


def may_be_wished(subject: str) -> Mapping[str, Wishable]:
    """What the specifications of its offers let be wished otherwise of a line of a leg, by name."""
    lines = Line.objects.select_related("offer", "leg").filter(leg__subject=subject).order_by("number")
    found: dict[str, Wishable] = {}
    for line in lines:
        offer = parse(line.offer.document)
        found |= wishable(Action(line.leg.action), [(offer, service_of(line.offer, offer))])
    return found


def may_be_recounted(subject: str) -> bool:
    """Whether a leg has a line of which there can be more or fewer pieces."""
    lines = Line.objects.select_related("offer", "leg__order").filter(leg__subject=subject)
    return any(map(rearranging.may_be_recounted, lines))


def may_become(subject: str, at: datetime) -> list[tuple[str, Text]]:
    """The offers on sale that may stand in for that of a line of a leg (10Q), by code and title; none of an unknown one."""
    leg = Leg.objects.select_related(*rows.OF_LEG).filter(subject=subject).first()
    return amending.may_become(leg, at) if leg else []


@dataclass(frozen=True)
class Place:
    """Where a list goes on: after the order placed at that moment."""

    placed_at: datetime
    id: UUID


@dataclass(frozen=True)
class Filter:
    """Which orders are asked for. `units` are those whose orders the reader may see, None for all."""

    units: Collection[UUID] | None = None
    states: Collection[str] = ()
    exception: str = ""
    """A code: one that an open leg is in; `10Q` for what was amended, whatever became of it."""
    jeopardy: bool = False
    pressed: str = ""
    """`urged`: a leg of it that is not over was urged, or put under supervision; `supervised`: one is under supervision."""
    open: bool = False
    text: str = ""
    """The beginning of an order's number, or a customer's."""


@dataclass(frozen=True)
class Page:
    """One page of orders; `after` leads to the next, None where this is the last."""

    rows: Sequence[OrderRow]
    after: Place | None


def orders(wanted: Filter, *, after: Place | None = None, limit: int = 50) -> Page:
    """The orders of a filter, the latest first, one page after a place."""
    found = _filtered(wanted)
    if after is not None:
        found = found.filter(Q(placed_at__lt=after.placed_at) | Q(placed_at=after.placed_at, id__lt=after.id))
    page = list(found.order_by(F("placed_at").desc(), F("id").desc()).select_related(*SHOWN)[: limit + 1])
    shown = _rows(page[:limit])
    last = page[limit - 1] if len(page) > limit else None
    return Page(shown, Place(last.placed_at, last.id) if last else None)


def counts(wanted: Filter) -> dict[State, int]:
    """How many orders of a filter stand in each state, counted up to `COUNTED`."""
    numbers = Order.objects.filter(id__in=_filtered(wanted).order_by().values("id")[:COUNTED]).values("state")
    return {State(row["state"]): row["n"] for row in numbers.annotate(n=Count("id"))}


def orders_of(customer: str, *, limit: int = 50) -> list[OrderRow]:
    """The orders of a customer by number, and of those that it stands for since a merge, the latest first."""
    whose = Q(customer__number=customer) | Q(customer__merged_into__number=customer)
    found = Order.objects.filter(whose).order_by("-placed_at", "-id").select_related(*SHOWN)
    return _rows(found[:limit])


@dataclass(frozen=True)
class OpenOrders:
    """What a customer has under way: the first orders, how many more there are, and the legs of all that are not over."""

    rows: Sequence[OrderRow]
    more: int
    subjects: Sequence[str]


def open_of(customer: str, *, limit: int = SHOWN_OPEN) -> OpenOrders:
    """The orders of a customer that are not closed, the oldest first: no later ones push them out of sight."""
    whose = Q(customer__number=customer) | Q(customer__merged_into__number=customer)
    found = Order.objects.filter(whose, closed_at=None).order_by("placed_at", "id")
    legs = Leg.objects.filter(order__in=found.order_by().values("id")).exclude(state__in=OVER)
    subjects = legs.order_by("order__placed_at", "number").values_list("subject", flat=True)[:COUNTED]
    rows_ = _rows(found.select_related(*SHOWN)[:limit])
    more = found[limit:COUNTED].count() if len(rows_) == limit else 0
    return OpenOrders(rows_, more, list(subjects))


def still_ordered(customer: UUID) -> list[Text]:
    """The orders under way that bind a customer: whoever has one cannot be forgotten."""
    running = Order.objects.filter(customer=customer, closed_at=None).order_by("number")
    return [ORDERED.format(number=row.number, state=rules.STATES[State(row.state)]) for row in running]


def ordered_on(account: UUID) -> list[Text]:
    """The orders under way that are billed on an account, or hand a service over to it."""
    number = BillingAccount.objects.filter(id=account).values_list("number", flat=True).get()
    handed = Line.objects.filter(leg__action=Action.TRANSFER, characteristics__to_account=number).values("leg__order")
    running = Order.objects.filter(Q(account=account) | Q(id__in=handed), closed_at=None).order_by("number")
    return [ORDERED.format(number=row.number, state=rules.STATES[State(row.state)]) for row in running]


def under_way(services: Collection[str]) -> dict[str, str]:
    """Of these services those that an order is under way for, each with the number of the order."""
    lines = (
        Line.objects.filter(service__number__in=services).exclude(leg__state__in=OVER).order_by("leg__order__number")
    )
    return dict(lines.values_list("service__number", "leg__order__number"))


# Along the index of beginnings from its end, where the latest number of the year is: by time it would walk all that came later.
LATEST_CALLED = """
SELECT id FROM ordering_order WHERE number LIKE %(starts)s AND (%(units)s::uuid[] IS NULL OR unit_id = ANY(%(units)s::uuid[]))
ORDER BY number USING ~>~ LIMIT %(limit)s
"""


def search(text: str, *, units: Collection[UUID] | None, limit: int = FOUND) -> list[OrderRow]:
    """The orders whose number begins so, or of the customer with this number; the latest first.

    What looks like neither finds none, and asks nothing of the database.
    """
    said = text.strip().upper()
    if not ORDER_NUMBER.fullmatch(said):
        return list(orders(Filter(units=units, text=said), limit=limit).rows) if CUSTOMER_NUMBER.fullmatch(said) else []
    within = None if units is None else list(units)
    with connection.cursor() as cursor:
        cursor.execute(LATEST_CALLED, {"starts": f"{said}%", "units": within, "limit": limit})
        found = [row[0] for row in cursor.fetchall()]
    return _rows(Order.objects.filter(id__in=found).select_related(*SHOWN).order_by("-number"))


def fallen_out(*, units: Collection[UUID] | None = None, limit: int = 50) -> list[tuple[str, int, Text, Text]]:
    """The steps that wait for a person, the latest first: order, leg, what it is, why."""
    found = Step.objects.filter(state=StepState.FALLEN_OUT).select_related("leg__order").order_by("-opened_at")
    if units is not None:
        found = found.filter(leg__order__unit__in=units)
    return [
        (step.leg.order.number, step.leg.number, rules.DEEDS[step.name].title, Text(zh=step.error_zh, en=step.error_en))
        for step in found[:limit]
    ]


PRESSED = {"urged": Q(urging.was_urged("subject")), "supervised": Q(supervised_at__isnull=False)}
"""The legs of each; what is under supervision was urged."""


def supervised(*, units: Collection[UUID] | None = None, limit: int = 50) -> list[Pressed]:
    """The legs under supervision, the longest first."""
    found = Leg.objects.filter(PRESSED["supervised"]).exclude(state__in=OVER)
    if units is not None:
        found = found.filter(order__unit__in=units)
    return list(_pressed(found.select_related("order").order_by("supervised_at", "id")[:limit]).values())


def pressed_of(subjects: Collection[str]) -> dict[str, Pressed]:
    """Of these matters those whose legs are pressed for, in two queries."""
    return _pressed(Leg.objects.filter(subject__in=subjects).exclude(state__in=OVER).select_related("order"))


def _pressed(legs: Iterable[Leg]) -> dict[str, Pressed]:
    """How those of the legs are pressed for that are, in their order, with one query for all."""
    legs = list(legs)
    urged = urging.pressing(leg.subject for leg in legs if leg.state not in OVER)
    return {leg.subject: each for leg in legs if (each := pressed(leg, urged))}


SHOWN = ("customer", "unit", "first_contact")


def _filtered(wanted: Filter) -> QuerySet[Order]:
    found = Order.objects.all()
    if wanted.units is not None:
        found = found.filter(unit__in=wanted.units)
    if wanted.states:
        found = found.filter(state__in=list(wanted.states))
    if wanted.open:
        found = found.filter(closed_at=None)
    if wanted.exception == Deviation.AMEND:
        found = found.filter(id__in=Leg.objects.filter(version__gt=1).values("order"))
    elif wanted.exception:
        found = found.filter(exception=wanted.exception)
    if wanted.jeopardy:
        legs = Leg.objects.filter(jeopardy_at__isnull=False).exclude(state__in=OVER)
        found = found.filter(id__in=legs.values("order"))
    if wanted.pressed in PRESSED:
        legs = Leg.objects.filter(PRESSED[wanted.pressed]).exclude(state__in=OVER)
        found = found.filter(id__in=legs.values("order"))
    return found.filter(_called(text)) if (text := wanted.text.strip().upper()) else found


def _called(text: str) -> Q:
    """The orders whose number begins so, or of the customer with this number: of the two only what it looks like is asked."""
    if ORDER_NUMBER.fullmatch(text):
        return Q(number__startswith=text)
    found = Customer.objects.filter(number=text).values_list("id", flat=True) if CUSTOMER_NUMBER.fullmatch(text) else []
    return Q(customer__in=list(found))


def _rows(page: Iterable[Order]) -> list[OrderRow]:
    """A page of orders, with what was asked for and how it is pressed for, in four queries."""
    page = list(page)
    legs: dict[UUID, list[Leg]] = {}
    for leg in Leg.objects.filter(order__in=page).select_related("order").order_by("number"):
        legs.setdefault(leg.order_id, []).append(leg)
    titles: dict[UUID, list[Text]] = {}
    for line in Line.objects.filter(leg__order__in=page).select_related("offer").order_by("number"):
        titles.setdefault(line.leg_id, []).append(line.offer.title)
    hard = _pressed(leg for mine in legs.values() for leg in mine)
    return [_row(row, legs.get(row.id, []), titles, hard) for row in page]


def _row(row: Order, legs: Sequence[Leg], titles: Mapping[UUID, list[Text]], hard: Mapping[str, Pressed]) -> OrderRow:
    parts = [_what(leg, titles.get(leg.id, [])) for leg in legs if leg.after_id is None]
    since = [leg.jeopardy_at for leg in legs if leg.jeopardy_at]
    expected = [leg.expected_at for leg in legs if leg.expected_at and leg.state not in OVER]
    pressing = (hard[leg.subject] for leg in legs if leg.subject in hard)
    return OrderRow(
        id=row.id, number=row.number, customer=row.customer.number, channel=row.channel, state=State(row.state),
        exception=row.exception, what=joined(dict.fromkeys(parts), zh="；", en="; "), legs=len(legs),
        unit_name=row.unit.name, first_contact_name=row.first_contact.name, placed_at=row.placed_at,
        closed_at=row.closed_at, jeopardy_at=min(since, default=None), expected_at=max(expected, default=None),
        amended=any(leg.version > 1 for leg in legs), due=views.due(row.quote),
        undated=any(rules.undated(leg.state, leg.exception, leg.until) for leg in legs),
        pressed=max(pressing, key=lambda each: (each.supervised, each.urged), default=None),
    )  # fmt: skip


def _what(leg: Leg, titles: Sequence[Text]) -> Text:
    action, names = ACTIONS[Action(leg.action)], joined(dict.fromkeys(titles))
    return Text(zh=f"{action.zh} {names.zh}", en=f"{action.en}: {names.en}")
