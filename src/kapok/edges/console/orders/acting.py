"""Doing something with an order, a leg or a step: one view for each table of actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render

from kapok.chain.ordering.queries import LegView, OrderView
from kapok.edges.console.ledger.pausing import approvers_named
from kapok.edges.console.orders.actions import ON_ORDERS, ON_STEPS, Action, on_legs, on_step
from kapok.edges.console.orders.forms import OrderForm
from kapok.edges.console.orders.reach import allowed, order_of_step, seen
from kapok.edges.console.refusals import not_permitted
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

WITHOUT_LEG = frozenset({"amend"})
"""Verbs that find the leg by the line."""


@screen(permission=Permission.ORDERS_READ)
def act_on_order(request: ScreenRequest, number: str, code: str) -> HttpResponse:
    """One action on an order."""
    return _act(request, seen(request, number), _action(ON_ORDERS, code), None, {"order": number})


@screen(permission=Permission.ORDERS_READ)
def act_on_leg(request: ScreenRequest, number: str, leg: int, code: str) -> HttpResponse:
    """One action on a leg of an order."""
    order = seen(request, number)
    found = next((each for each in order.legs if each.number == leg), None)
    if found is None:
        raise Http404
    of = {"order": number} if code in WITHOUT_LEG else {"order": number, "leg": leg}
    return _act(request, order, _action(on_legs(alone=len(order.legs) == 1), code), found, of)


@screen(permission=Permission.ORDERS_READ)
def act_on_step(request: ScreenRequest, step: UUID, code: str) -> HttpResponse:
    """One action on a step that the system could not do."""
    order = seen(request, order_of_step(step))
    leg, row = next((leg, each) for leg in order.legs for each in leg.steps if each.id == step)
    may = on_step(row, allowed(request, order))
    return _act(request, order, _action(ON_STEPS, code), leg, {"step": step}, may=may)


def _action(table: Mapping[str, Action], code: str) -> Action:
    if code not in table:
        raise Http404
    return table[code]


def _act(
    request: ScreenRequest,
    order: OrderView,
    action: Action,
    leg: LegView | None,
    of: Mapping[str, Any],
    *,
    may: frozenset[str] | None = None,
) -> HttpResponse:
    """Show what the action asks for, or do it and go back to the order."""
    may = allowed(request, order) if may is None else may
    if not action.permissions & may:
        return not_permitted(request, sorted(action.permissions)[0])
    if not action.asks and request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = action.form(request.POST if request.method == "POST" else None, leg=leg, allowed=may, at=request.at)
    if request.method == "POST" and form.is_valid() and (done := _done(request, action, form, of)):
        messages.success(request, done.in_(request.language))
        return _back(request, order)
    if not action.asks:
        messages.error(request, " ".join(map(str, form.non_field_errors())))
        return redirect("console:order", order.number)
    approval = _approval(request, order) if action.waits else {}
    return render(request, "orders/act.html", {"form": form, "action": action, "order": order, "leg": leg, **approval})


def _back(request: ScreenRequest, order: OrderView) -> HttpResponse:
    """The order; for who saw it only as long as the network could not do it, the calls, where what comes of it will stand."""
    try:
        seen(request, order.number)
    except Http404:
        return redirect("console:activation")
    return redirect("console:order", order.number)


def _approval(request: ScreenRequest, order: OrderView) -> Mapping[str, Any]:
    """Whether the reader's own authority lets the clocks stand still at once, and who else could approve it."""
    mine = order.unit_id in people.units_where(request.user.id, Permission.LEDGER_APPROVE)
    return {"approval": True, "mine": mine, "approvers": approvers_named(request, {order.unit})}


def _done(request: ScreenRequest, action: Action, form: OrderForm, of: Mapping[str, Any]) -> Text | None:
    """What is to be said of it; None where it was refused."""
    try:
        outcome = action.verb(**of, **form.said(), actor=request.user.subject, at=request.at)
    except KapokError as refused:
        form.add_error(None, refused.text.in_(request.language))
        return None
    return action.waits if action.waits and outcome else action.done
