"""One action on a service of a customer: one page with what it needs and what it comes to; sent once, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kapok.chain.ordering.rules import VISIT, Action
from kapok.edges.console.customers.forms import LookForm
from kapok.edges.console.customers.forms import show_refusal as show_look_refusal
from kapok.edges.console.customers.reach import may
from kapok.edges.console.desk import actions, sites
from kapok.edges.console.desk.action_forms import ActionForm
from kapok.edges.console.desk.actions import ON_SERVICES, ServiceAction, action_of
from kapok.edges.console.desk.belonging import reach
from kapok.edges.console.desk.capture import channel_of, customer_served, talk_with
from kapok.edges.console.desk.forms import show_refusal
from kapok.edges.console.people.forms import in_reading_language
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.front.channels import altering
from kapok.front.channels import api as channels
from kapok.front.channels import queries as talks
from kapok.front.channels.altering import ActionTerms, Wanted
from kapok.ground.catalog.offering.document import End
from kapok.ground.customers import api as customers
from kapok.ground.customers.names import masked_address
from kapok.ground.customers.queries import CustomerView
from kapok.ground.people.roles import Permission
from kapok.ground.places.models import Address
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.network.inventory import queries as inventory
from kapok.network.inventory.queries import ServiceView

NOT_THEIRS = Text(zh="业务 {service} 现不属于该客户。", en="Service {service} is not this customer's now.")


@never_cache
@screen(permission=Permission.ORDERS_PLACE)
def act(request: ScreenRequest, number: str, service: str, code: str) -> HttpResponse:
    """The page of an action on a service, or the order placed."""
    one = customer_served(request, number)
    found = _theirs(one, service)
    action = _action(code, found)
    placed = _placed_before(request)
    if placed:
        return redirect("console:order", placed)
    if found is None:
        messages.error(request, in_reading_language(NOT_THEIRS.format(service=service[:20])))
        return redirect("console:desk-customer", one.number)
    form = _form(request, one, action, found)
    wanted = _wanted(request, one, action, found, request.POST)
    made = altering.terms(wanted if request.method == "POST" else altering.at_first(wanted, request.at), request.at)
    if request.method != "POST":
        return _page(request, one, action, form, made)
    order = _ordered(request, one, action, form, made) if form.is_valid() else None
    if order is None:
        return _page(request, one, action, form, made)
    messages.success(request, _("Order %(number)s is placed.") % {"number": order})
    return redirect("console:order", order)


@screen(permission=Permission.ORDERS_PLACE)
def terms(request: ScreenRequest, number: str, service: str, code: str) -> HttpResponse:
    """The part of the page that says what it comes to, for the address or the offer that was chosen."""
    one = customer_served(request, number)
    found = _theirs(one, service)
    action = _action(code, found)
    if found is None:
        raise Http404
    made = altering.terms(_wanted(request, one, action, found, request.GET), request.at)
    values = {"one": one, "action": action, "form": _form(request, one, action, found, empty=True), "terms": made}
    return render(request, "desk/act_terms.html", values | {"window": request.GET.get("window", "")[:80]})


@require_POST
@never_cache
@screen(permission=Permission.CUSTOMERS_UNMASK)
def place(request: ScreenRequest, number: str, service: str) -> HttpResponse:
    """Where a person's service is, in full, for a purpose that is kept; a part of the page."""
    one = customer_served(request, number)
    found, form = _theirs(one, service), LookForm(request.POST)
    if found is None:
        raise Http404
    values: dict[str, Any] = {"one": one, "service": found, "look_form": form}
    if form.is_valid():
        try:
            customers.look(customer=one.number, **form.cleaned_data, actor=request.user.subject, at=request.at)
            values["full"] = found.where
        except KapokError as refused:
            show_look_refusal(form, refused)
    return render(request, "desk/act_place.html", values)


def _place(one: CustomerView, service: ServiceView) -> Text:
    """Where the service is; a person's as far as the road, unless the reader speaks with them."""
    here = Address.objects.filter(code=service.address).first() if one.masked and service.address else None
    return masked_address(service.address_full, here.road, one.kind) if here else service.where


def _action(code: str, service: ServiceView | None) -> ServiceAction:
    if code not in ON_SERVICES:
        raise Http404
    return action_of(code, trial=service is not None and altering.on_trial(service))


def _wanted(
    request: ScreenRequest, one: CustomerView, action: ServiceAction, service: ServiceView, said: Mapping[str, str]
) -> Wanted:
    chosen = {name: said.get(name, "")[:60] for name in ("address", "offer")}
    comes = action.action in {Action.REPLACE, Action.CEASE} and said.get("how") == VISIT
    end = End.B if action.action is Action.MOVE and said.get("end") == End.B else End.A
    return Wanted(one.number, channel_of(request), service, action.action, **chosen, visit=comes, end=end)


def _theirs(one: CustomerView, service: str) -> ServiceView | None:
    """The service with what it runs on, if it is this customer's now."""
    if all(each.number != service for each in inventory.services_of(one.number)):
        return None
    return inventory.service(service)


def _placed_before(request: ScreenRequest) -> str:
    """The order that this form has placed already: sent twice, it goes to where the first went."""
    try:
        return talks.placed_by(UUID(request.POST.get("key", "")))
    except ValueError:
        return ""


def _form(
    request: ScreenRequest, one: CustomerView, action: ServiceAction, service: ServiceView, *, empty: bool = False
) -> ActionForm:
    data = None if empty or request.method != "POST" else request.POST
    numbers = altering.numbers(service, request.at) if action.action is Action.RENUMBER else []
    return action.form(
        data, service=service, parts=altering.parts(service), numbers=numbers, may_visit=altering.may_visit(service),
        may_lift=may(request, Permission.SERVICES_LIFT, one), reach=partial(reach, request),
    )  # fmt: skip


def _ordered(
    request: ScreenRequest, one: CustomerView, action: ServiceAction, form: ActionForm, made: ActionTerms
) -> str | None:
    """The number of the order; None where the form says why not."""
    different = altering.changed(form.cleaned_data["seen"], made)
    for text in different:
        form.add_error(None, in_reading_language(text))
    if different:
        form.add_error(None, _("This page was out of date. Look at what has changed below and send it again."))
        return None
    if made.refused:
        return None
    return _taken(request, one, action, form)


def _taken(request: ScreenRequest, one: CustomerView, action: ServiceAction, form: ActionForm) -> str | None:
    given = form.cleaned_data
    mine = {each.number for each in one.accounts}
    try:
        return channels.take_order(
            key=given["key"], customer=one.number, account=form.service.account if form.service.account in mine else "",
            channel=channel_of(request), lines=[form.draft(action.action)], pay=True, window=given.get("window"),
            note=given["note"], interaction=talk_with(request, one), actor=request.user.subject, at=request.at,
        )  # fmt: skip
    except KapokError as refused:
        show_refusal(form, refused)
        return None


def _page(
    request: ScreenRequest, one: CustomerView, action: ServiceAction, form: ActionForm, made: ActionTerms
) -> HttpResponse:
    changes = altering.changes(made.wanted, request.at) if action.action is Action.CHANGE else []
    values: dict[str, Any] = {
        "one": one, "action": action, "service": made.wanted.service, "form": form, "terms": made, "changes": changes,
        "chosen": made.wanted.offer, "window": request.POST.get("window", "")[:80],
        "sites": sites.sites(request, one) if action.action is Action.MOVE else [],
        "place": _place(one, made.wanted.service), "look_form": LookForm(),
        "may_see_place": one.masked and not one.erased_at and may(request, Permission.CUSTOMERS_UNMASK, one),
        "row": actions.shown([made.wanted.service], {}, may_order=False)[0],
    }  # fmt: skip
    return render(request, "desk/act.html", values, status=422 if form.is_bound else 200)
