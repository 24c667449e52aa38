"""Ordering by oneself: a new service at an address, or a change of one that one has. Nothing is ordered that was not shown."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.chain.ordering import api as ordering
from kapok.chain.ordering import queries as orders
from kapok.chain.ordering.api import LineDraft
from kapok.chain.ordering.rules import ACTIONS, Action
from kapok.edges.selfcare import showing
from kapok.edges.selfcare.doors import MyRequest, network_address, of_the_customer
from kapok.edges.selfcare.forms import NewForm, ServiceForm, in_reading_language, show_refusal
from kapok.front.channels import altering, basket, offering
from kapok.front.channels import queries as channels
from kapok.front.channels.altering import ActionTerms, Wanted
from kapok.front.channels.announcing import queries as announcing
from kapok.front.channels.basket import Wish
from kapok.front.channels.online import api as online
from kapok.front.channels.online.rules import Alone, channel_of, may_alone
from kapok.ground.customers import queries as customers
from kapok.ground.customers.queries import CustomerView
from kapok.ground.places import queries as places
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.network.inventory.views import ServiceView

LONGEST = 60


@of_the_customer
def new(request: MyRequest) -> HttpResponse:
    """A new service: the address, what can be had there, the terms; and the order placed."""
    one = customers.customer(request.customer, unmask=None)
    refused = _counted(request)
    if refused is not None:
        return render(request, "selfcare/new.html", {"own": [], "refused": refused}, status=429)
    if request.method != "POST":
        address, offer = (request.GET.get(name, "")[:LONGEST] for name in ("address", "offer"))
        return _page(request, one, address, offer, None)
    form = NewForm(request.POST, accounts=one.accounts)
    placed = _placed(request, one, form) if form.is_valid() else None
    if placed is not None:
        return redirect("selfcare:my-order", placed)
    return _page(request, one, request.POST.get("address", "")[:LONGEST], request.POST.get("offer", "")[:LONGEST], form)


def _counted(request: MyRequest) -> Text | None:
    """Count it where an address is looked for or asked of the plant; why there is no more of it now."""
    if request.method != "POST" and not (request.GET.get("q") or request.GET.get("address")):
        return None
    try:
        online.look_up(customer=request.customer, network=network_address(request), actor=request.actor, at=request.at)
    except KapokError as refused:
        return refused.text
    return None


def _placed(request: MyRequest, one: CustomerView, form: NewForm) -> str | None:
    """The number of the order; None where the form says why not."""
    given = form.cleaned_data
    try:
        if _stale(request, one, form):
            return None
        return online.take_order(
            key=given["key"], customer=one.number, account=given["account"],
            lines=[LineDraft(offer=given["offer"], address=given["address"])], pay=given["pay"] == "bill",
            window=given["window"], network=network_address(request), actor=request.actor, at=request.at,
        )  # fmt: skip
    except KapokError as refused:
        show_refusal(form, refused)
        return None


def _stale(request: MyRequest, one: CustomerView, form: NewForm) -> bool:
    """Whether what was shown has changed; what, is said."""
    given = form.cleaned_data
    different = basket.stale(
        key=given["key"], token=given["seen"], customer=one.number, channel=channel_of(one.segment).value,
        lines=[Wish(given["address"], given["offer"])], at=request.at,
    )  # fmt: skip
    for text in different:
        form.add_error(None, in_reading_language(text))
    if different:
        form.add_error(None, _("This page was out of date. Look at what is below and send it again."))
    return bool(different)


def _page(request: MyRequest, one: CustomerView, address: str, offer: str, form: NewForm | None) -> HttpResponse:
    values: dict[str, Any] = {"own": showing.own_addresses(one), "form": form, **showing.searched(request)}
    if address:
        values |= _offers(request, one, address)
    if offer and values.get("place"):
        values |= _terms(request, one, address, offer, form)
    return render(request, "selfcare/new.html", values, status=422 if form is not None else 200)


def _offers(request: MyRequest, one: CustomerView, address: str) -> dict[str, Any]:
    try:
        found = offering.choices(one.number, channel_of(one.segment).value, address, request.at)
    except KapokError as refused:
        return {"refused": refused.text}
    return {"place": places.address(address, at=request.at), "choices": found}


def _terms(request: MyRequest, one: CustomerView, address: str, offer: str, form: NewForm | None) -> dict[str, Any]:
    channel = channel_of(one.segment).value
    terms = basket.terms(one.number, channel, [Wish(address, offer)], request.at)
    choice = terms.lines[0].choice
    if choice is None:
        return {"refused": terms.refused}
    fresh = NewForm(accounts=one.accounts, initial={"address": address, "offer": offer, "seen": terms.seen})
    if form is not None:
        form.renew(terms.seen)
    return {"terms": terms, "choice": choice, "form": form or fresh}


# ---- a service that one has ----


@of_the_customer
def service(request: MyRequest, number: str) -> HttpResponse:
    """One of their services, what they can do with it alone, and what they can ask for; the order placed."""
    found = showing.service(number, request.customer)
    if found is None:
        raise Http404
    said = request.POST if request.method == "POST" else request.GET
    action, offer = said.get("action", "")[:LONGEST], said.get("offer", "")[:LONGEST]
    form = ServiceForm(request.POST) if request.method == "POST" else None
    placed = _ordered(request, found, form) if form is not None and form.is_valid() else None
    if placed is not None:
        return redirect("selfcare:my-order", placed)
    values = {
        "service": found,
        "mine": showing.Owned(found),
        "logs_in": orders.logs_in(found),
        "form": form,
        "under": [each for each in announcing.over_customer(request.customer) if number in each.services],
        **_possible(request, found),
        **_change(request, found, action, offer, form),
    }
    return render(request, "selfcare/service.html", values, status=422 if form is not None else 200)


@require_POST
@of_the_customer
def login(request: MyRequest, number: str) -> HttpResponse:
    """By what the service logs in, once they press for it."""
    found = showing.service(number, request.customer)
    if found is None or not orders.logs_in(found):
        raise Http404
    try:
        seen = ordering.see_access(service=number, actor=request.actor, at=request.at)
    except ordering.NothingLogsIn as nothing:
        raise Http404 from nothing
    return render(request, "selfcare/login.html", {"service": found, "mine": showing.Owned(found), "seen": seen})


def _ordered(request: MyRequest, found: ServiceView, form: ServiceForm) -> str | None:
    given = form.cleaned_data
    wanted = _wanted(request, found, given["action"], given["offer"])
    try:
        if not channels.placed_by(given["key"]) and not _stands(form, altering.terms(wanted, request.at)):
            return None
        return online.take_order(
            key=given["key"], customer=request.customer, lines=[altering.draft(wanted.action, found, offer=wanted.offer)],
            pay=True, network=network_address(request), actor=request.actor, at=request.at,
        )  # fmt: skip
    except KapokError as refused:
        show_refusal(form, refused)
        return None


def _stands(form: ServiceForm, now: ActionTerms) -> bool:
    """Whether it can be had, as it was shown; what is otherwise is said in the form."""
    if now.refused:
        form.add_error(None, in_reading_language(now.refused))
        return False
    different = altering.changed(form.cleaned_data["seen"], now)
    for text in different:
        form.add_error(None, in_reading_language(text))
    if different:
        form.add_error(None, _("This page was out of date. Look at what is below and send it again."))
    return not different


def _wanted(request: MyRequest, found: ServiceView, action: str, offer: str) -> Wanted:
    chosen = offer if action == Alone.CHANGE else ""
    return Wanted(request.customer, _channel(request), found, Action(action), offer=chosen)


def _channel(request: MyRequest) -> str:
    return channel_of(customers.customer(request.customer).segment).value


def _possible(request: MyRequest, found: ServiceView) -> dict[str, Any]:
    """What can be done alone, with the plans to change to; all else can be asked for."""
    alone = [each for each in Alone if may_alone(each.value, found.state, found.suspension_code)]
    plans = altering.changes(_wanted(request, found, Alone.CHANGE, ""), request.at) if Alone.CHANGE in alone else []
    own = altering.versions_of([found]).get(found.number)
    can = own.offer.actions if own else ()
    actions = [(each.value, ACTIONS[Action(each.value)]) for each in alone if each is not Alone.CHANGE and each in can]
    return {"actions": actions, "plans": plans}


def _change(
    request: MyRequest, found: ServiceView, action: str, offer: str, form: ServiceForm | None
) -> dict[str, Any]:
    if not may_alone(action, found.state, found.suspension_code) or (action == Alone.CHANGE and not offer):
        return {}
    terms = altering.terms(_wanted(request, found, action, offer), request.at)
    fresh = ServiceForm(initial={"action": action, "offer": offer or found.offer, "seen": terms.seen})
    if form is not None:
        form.renew(terms.seen)
    return {"terms": terms, "form": form or fresh, "chosen": ACTIONS[Action(action)]}
