"""Taking an order on one page: lines with qualification, price, window, promise, payment; sent once, whole or not at all."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kapok.chain.ordering.siting import must_be_served
from kapok.edges.console.customers.reach import may, reached
from kapok.edges.console.desk import sites
from kapok.edges.console.desk.forms import OrderForm, show_refusal
from kapok.edges.console.people.forms import in_reading_language
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.front.channels import api as channels
from kapok.front.channels import basket, offering
from kapok.front.channels import queries as talks
from kapok.front.channels.basket import Wish, wishes
from kapok.ground.customers.queries import CustomerView
from kapok.ground.people.roles import Permission
from kapok.ground.places import queries as places
from kapok.kernel.errors import KapokError

FOUND = 10


@screen(permission=Permission.DESK_SERVE)
def addresses(request: ScreenRequest) -> HttpResponse:
    """The addresses for `?where=`, as a list to choose from; while nothing is typed the sites of `?customer=`.

    What lies above a house number cannot be served: choosing it goes on searching there.
    """
    typed, number = request.GET.get("where", "").strip()[:100], request.GET.get("customer", "")[:20]
    if number and not typed:
        return render(request, "desk/addresses.html", {"sites": sites.sites(request, reached(request, number))})
    found = places.search(typed, limit=FOUND) if len(typed) > 1 else []
    return render(request, "desk/addresses.html", {"found": found, "typed": typed})


@never_cache
@screen(permission=Permission.ORDERS_PLACE)
def order(request: ScreenRequest, number: str) -> HttpResponse:
    """The page of a new order, or the order placed."""
    one = customer_served(request, number)
    if request.method != "POST":
        form = OrderForm(accounts=_accounts(one), initial={"address": request.GET.get("address", one.address)[:60]})
        return _page(request, one, form, [])
    before = wishes(request.POST.getlist("line"))
    form = OrderForm(request.POST, accounts=_accounts(one), lines=before)
    placed = _placed(request, one, form) if form.is_valid() else None
    if placed is None:
        return _page(request, one, form, before, status=422)
    messages.success(request, _("Order %(number)s is placed.") % {"number": placed})
    return redirect("console:order", placed)


@screen(permission=Permission.ORDERS_PLACE)
def offers(request: ScreenRequest, number: str) -> HttpResponse:
    """The part of the page below the address: what can be had there, and the order so far; `?add=` ends the line in hand."""
    one, lines = customer_served(request, number), wishes(request.GET.getlist("line"))
    current, address = _current(request), request.GET.get("address", "")[:60]
    if request.GET.get("add") and current:
        lines, address = [*lines, current], ""
    values = _offers(request, one, address) | _terms(request, one, lines) | _form(request, one)
    return render(request, "desk/offers.html", values | {"whole": True})


@screen(permission=Permission.ORDERS_PLACE)
def terms(request: ScreenRequest, number: str) -> HttpResponse:
    """The part of the page below the offers: lines, price, windows, promises; `?drop=` leaves out that line."""
    one, lines = customer_served(request, number), wishes(request.GET.getlist("line"))
    dropped = request.GET.get("drop", "")
    lines = [line for place, line in enumerate(lines, 1) if str(place) != dropped]
    current = _current(request)
    return render(request, "desk/terms.html", _form(request, one) | _terms(request, one, lines, current))


def _current(request: ScreenRequest) -> Wish | None:
    """The line that is being chosen."""
    address, offer, far = (request.GET.get(name, "")[:60] for name in ("address", "offer", "far_address"))
    return Wish(address, offer, far) if address and offer else None


def customer_served(request: ScreenRequest, number: str) -> CustomerView:
    """The customer, if one may take orders for them. Raises `Http404`."""
    one = reached(request, number)
    if not may(request, Permission.ORDERS_PLACE, one) or one.erased_at:
        raise Http404
    return one


def channel_of(request: ScreenRequest) -> str:
    """The channel of the interaction that one has, else the one that one serves."""
    talk = talks.running(request.user.username)
    return (talk.channel if talk else talks.channel_of(request.user)).value


def talk_with(request: ScreenRequest, one: CustomerView) -> Any:
    """The interaction that one has with this customer; None where one has none."""
    talk = talks.running(request.user.username)
    return talk.id if talk and talk.customer == one.number else None


def _accounts(one: CustomerView) -> list[tuple[str, str]]:
    return [(each.number, f"{each.number} {in_reading_language(each.payment_name)}") for each in one.accounts]


def _placed(request: ScreenRequest, one: CustomerView, form: OrderForm) -> str | None:
    """The number of the order; None where the form says why not."""
    given = form.cleaned_data
    try:
        if _stale(request, one, form):
            return None
        return channels.take_order(
            key=given["key"], customer=one.number, account=given["account"], channel=channel_of(request),
            lines=[line.draft for line in form.lines], pay=given["pay"] == "now", window=given["window"],
            windows=given["site_window"], note=given["note"],
            interaction=talk_with(request, one), actor=request.user.subject, at=request.at,
        )  # fmt: skip
    except KapokError as refused:
        show_refusal(form, refused)
        return None


def _stale(request: ScreenRequest, one: CustomerView, form: OrderForm) -> bool:
    """Whether what was seen has changed; what, is said in the form."""
    given = form.cleaned_data
    different = basket.stale(
        key=given["key"], token=given["seen"], customer=one.number, channel=channel_of(request), lines=form.lines, at=request.at
    )  # fmt: skip
    beside = "offer" if given["offer"] and len(form.lines) == 1 else None
    for text in different:
        form.add_error(beside, in_reading_language(text))
    if different:
        form.add_error(None, _("This page was out of date. Look at what has changed below and send it again."))
    return bool(different)


def _page(
    request: ScreenRequest, one: CustomerView, form: OrderForm, lines: list[Wish], status: int = 200
) -> HttpResponse:
    said = {name: str(form[name].value() or "") for name in ("address", "offer", "far_address", "window")}
    known = _offers(request, one, said["address"])
    chosen = Wish(said["address"], said["offer"], said["far_address"]) if known["address"] and said["offer"] else None
    values: dict[str, Any] = {"one": one, "form": form, "chosen": said["offer"], "window": said["window"], **known}
    values["site_windows"] = form["site_window"].value() or []
    values |= {"sites": sites.sites(request, one)} | _terms(request, one, lines, chosen)
    return render(request, "desk/order.html", values, status=status)


def _form(request: ScreenRequest, one: CustomerView) -> dict[str, Any]:
    """What the parts of the page need beside their own; what was chosen of the payment the browser keeps."""
    form = OrderForm(accounts=_accounts(one))
    chosen = {"window": request.GET.get("window", "")[:80], "site_windows": request.GET.getlist("site_window")}
    return {"one": one, "form": form, **chosen}


def _offers(request: ScreenRequest, one: CustomerView, address: str) -> dict[str, Any]:
    values: dict[str, Any] = {"one": one, "address": None, "choices": [], "refused_address": None}
    if not address:
        return values
    try:
        found = offering.choices(one.number, channel_of(request), address, request.at)
        place = places.address(address, at=request.at)
        if place:
            must_be_served(place.full, place.level)
    except KapokError as refused:
        return values | {"refused_address": refused.text}
    responsible = next((each for each in place.patches if each.segment == one.segment), None) if place else None
    return values | {"address": place, "choices": found, "responsible": responsible}


def _terms(request: ScreenRequest, one: CustomerView, lines: list[Wish], current: Wish | None = None) -> dict[str, Any]:
    if not lines and current is None:
        return {"terms": None}
    every = [*lines, *([current] if current else [])]
    made = basket.terms(one.number, channel_of(request), every, request.at, current=current is not None)
    return {"terms": made, "full": len(every) >= basket.MOST_LINES, "at": request.at}
