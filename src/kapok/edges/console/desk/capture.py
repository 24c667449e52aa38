"""Taking an order on one page: address, qualification, offer, price, window, promise, payment; sent once, whole or not at all."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kapok.chain.ordering.api import LineDraft
from kapok.edges.console.customers.reach import may, reached
from kapok.edges.console.desk.forms import OrderForm, show_refusal
from kapok.edges.console.people.forms import in_reading_language
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.front.channels import api as channels
from kapok.front.channels import offering
from kapok.front.channels import queries as talks
from kapok.ground.customers.queries import CustomerView
from kapok.ground.people.roles import Permission
from kapok.ground.places import queries as places
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

FOUND = 10
UNCHOSEN = Text(zh="", en="")


@screen(permission=Permission.DESK_SERVE)
def addresses(request: ScreenRequest) -> HttpResponse:
    """The addresses for `?where=`, as a list to choose from."""
    typed = request.GET.get("where", "").strip()[:100]
    found = places.search(typed, limit=FOUND) if len(typed) > 1 else []
    return render(request, "desk/addresses.html", {"found": found, "typed": typed})


@never_cache
@screen(permission=Permission.ORDERS_PLACE)
def order(request: ScreenRequest, number: str) -> HttpResponse:
    """The page of a new order, or the order placed."""
    one = _customer(request, number)
    if request.method != "POST":
        form = OrderForm(accounts=_accounts(one), initial={"address": request.GET.get("address", one.address)[:60]})
        return _page(request, one, form)
    form = OrderForm(request.POST, accounts=_accounts(one))
    placed = _placed(request, one, form) if form.is_valid() else None
    if placed is None:
        return _page(request, one, form, status=422)
    messages.success(request, _("Order %(number)s is placed.") % {"number": placed})
    return redirect("console:order", placed)


@screen(permission=Permission.ORDERS_PLACE)
def offers(request: ScreenRequest, number: str) -> HttpResponse:
    """The part of the page below the address: what can be had there."""
    one = _customer(request, number)
    return render(request, "desk/offers.html", _offers(request, one, request.GET.get("address", "")[:60]))


@screen(permission=Permission.ORDERS_PLACE)
def terms(request: ScreenRequest, number: str) -> HttpResponse:
    """The part of the page below the offer: price, windows, promise."""
    one = _customer(request, number)
    address, offer = request.GET.get("address", "")[:60], request.GET.get("offer", "")[:60]
    values = {"one": one, "form": OrderForm(accounts=_accounts(one)), "window": request.GET.get("window", "")[:80]}
    return render(request, "desk/terms.html", values | _terms(request, one, address, offer))


def _customer(request: ScreenRequest, number: str) -> CustomerView:
    one = reached(request, number)
    if not may(request, Permission.ORDERS_PLACE, one) or one.erased_at:
        raise Http404
    return one


def _accounts(one: CustomerView) -> list[tuple[str, str]]:
    return [(each.number, f"{each.number} {in_reading_language(each.payment_name)}") for each in one.accounts]


def _channel(request: ScreenRequest) -> str:
    """The channel of the interaction that one has, else the one that one serves."""
    talk = talks.running(request.user.username)
    return (talk.channel if talk else talks.channel_of(request.user)).value


def _placed(request: ScreenRequest, one: CustomerView, form: OrderForm) -> str | None:
    """The number of the order; None where the form says why not."""
    given = form.cleaned_data
    talk = talks.running(request.user.username)
    mine = talk.id if talk and talk.customer == one.number else None
    lines = [LineDraft(offer=given["offer"], address=given["address"])]
    try:
        if _stale(request, one, form):
            return None
        return channels.take_order(
            key=given["key"], customer=one.number, account=given["account"], channel=_channel(request), lines=lines,
            pay=given["pay"] == "now", window=given["window"], note=given["note"], interaction=mine,
            actor=request.user.subject, at=request.at,
        )  # fmt: skip
    except KapokError as refused:
        show_refusal(form, refused)
        return None


def _stale(request: ScreenRequest, one: CustomerView, form: OrderForm) -> bool:
    """Whether what was seen has changed; what, is said in the form. A form that placed its order already is never stale."""
    given = form.cleaned_data
    if talks.placed_by(given["key"]):
        return False
    different = offering.stale(
        given["seen"], customer=one.number, channel=_channel(request), address=given["address"], offer=given["offer"],
        at=request.at,
    )  # fmt: skip
    for text in different:
        form.add_error("offer", in_reading_language(text))
    if different:
        form.add_error(None, _("This page was out of date. Look at what has changed below and send it again."))
    return bool(different)


def _page(request: ScreenRequest, one: CustomerView, form: OrderForm, status: int = 200) -> HttpResponse:
    said = {name: str(form[name].value() or "") for name in ("address", "offer", "window")}
    known = _offers(request, one, said["address"])
    values: dict[str, Any] = {"one": one, "form": form, "chosen": said["offer"], **known}
    if said["offer"] and not known["refused_address"]:
        values |= _terms(request, one, said["address"], said["offer"])
    return render(request, "desk/order.html", values | {"window": said["window"]}, status=status)


def _offers(request: ScreenRequest, one: CustomerView, address: str) -> dict[str, Any]:
    values: dict[str, Any] = {"one": one, "address": None, "choices": [], "refused_address": None}
    if not address:
        return values
    try:
        found = offering.choices(one.number, _channel(request), address, request.at)
    except KapokError as refused:
        return values | {"refused_address": refused.text}
    place = places.address(address, at=request.at)
    responsible = next((each for each in place.patches if each.segment == one.segment), None) if place else None
    return values | {"address": place, "choices": found, "responsible": responsible}


def _terms(request: ScreenRequest, one: CustomerView, address: str, offer: str) -> dict[str, Any]:
    try:
        choice = offering.line(one.number, _channel(request), address, offer, request.at)
    except KapokError as refused:
        return {"terms": None, "refused_terms": refused.text}
    if choice is None:
        return {"terms": None, "refused_terms": offering.GONE if offer else UNCHOSEN}
    return {"terms": offering.terms(one.number, _channel(request), address, choice, request.at), "at": request.at}
