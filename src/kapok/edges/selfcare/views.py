"""The customers' pages: the door with its code, the order, another window, the confirmation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.back.workforce import api as field
from kapok.chain.ordering import api as ordering
from kapok.chain.ordering.queries import LegView
from kapok.edges.selfcare import showing
from kapok.edges.selfcare.doors import MyRequest, let_in, let_out, network_address, of_the_order, open_to_all
from kapok.edges.selfcare.forms import CodeForm, ConfirmForm, DoorForm, VisitForm, show_refusal
from kapok.front.channels import api as channels
from kapok.kernel.errors import KapokError

AT_THE_DOOR = "whoever wants to follow an order has to come in first"
WISHED = "customer"


@open_to_all(because=AT_THE_DOOR)
def door(request: MyRequest) -> HttpResponse:
    """Ask for the order's number, and have a code sent; whether there is such an order is not said."""
    if request.order:
        return redirect("selfcare:order")
    form = DoorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["order"]
        try:
            channels.send_code(
                order=number, address=network_address(request), language=request.language, actor=request.actor,
                at=request.at,
            )  # fmt: skip
        except KapokError as refused:
            show_refusal(form, refused)
            return render(request, "selfcare/door.html", {"form": form}, status=429)
        return render(request, "selfcare/code.html", {"form": CodeForm(initial={"order": number})})
    return render(request, "selfcare/door.html", {"form": form})


@open_to_all(because=AT_THE_DOOR)
def code(request: MyRequest) -> HttpResponse:
    """Come in with the code."""
    if request.method != "POST":
        return redirect("selfcare:door")
    form = CodeForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            found = channels.enter(
                **form.cleaned_data, address=network_address(request), actor=request.actor, at=request.at
            )
        except KapokError as refused:
            show_refusal(form, refused)
            status = 429
        else:
            if found is not None:
                let_in(request, *found)
                return redirect("selfcare:order")
            form.add_error(
                "code", _("Number and code do not match, or the code has run out. Check them, or have a new one sent.")
            )
    return render(request, "selfcare/code.html", {"form": form}, status=status)


@of_the_order
def order(request: MyRequest) -> HttpResponse:
    """The order, as it stands."""
    return render(request, "selfcare/order.html", {"mine": showing.mine(request.order), "at": request.at})


@of_the_order
def visit(request: MyRequest, leg: int) -> HttpResponse:
    """Move the visit to another window that is free."""
    found = _leg(request, leg)
    booked = showing.visit_of(found)
    if booked is None or not found.open:
        raise Http404
    free, none = showing.windows(booked, request.at)
    choices = [showing.choice(each) for each in free]
    form = VisitForm(request.POST or None, windows=choices)
    if request.method == "POST" and form.is_valid():
        begins, ends = form.window()
        try:
            field.rebook(
                appointment=booked.id, starts_at=begins, ends_at=ends, reason=WISHED, actor=request.actor, at=request.at
            )
        except KapokError as refused:
            show_refusal(form, refused, "window")
        else:
            return redirect("selfcare:order")
    values = {"form": form, "leg": found, "booked": booked, "none": none}
    return render(request, "selfcare/visit.html", values, status=422 if form.errors else 200)


@of_the_order
def confirm(request: MyRequest, leg: int) -> HttpResponse:
    """Say that it works, and how it was."""
    found = _leg(request, leg)
    if not showing.may_confirm(found):
        return redirect("selfcare:order")
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        try:
            ordering.confirm(
                order=request.order,
                leg=leg,
                rating=given["rating"],
                word=given["word"],
                actor=request.actor,
                at=request.at,
            )
        except KapokError as refused:
            show_refusal(form, refused)
        else:
            return redirect("selfcare:order")
    return render(request, "selfcare/confirm.html", {"form": form, "leg": found}, status=422 if form.errors else 200)


@require_POST
@of_the_order
def leave(request: MyRequest) -> HttpResponse:
    """Go out again."""
    let_out(request)
    return redirect("selfcare:door")


@require_POST
@open_to_all(because="the language is chosen before one comes in")
def language(request: MyRequest) -> HttpResponse:
    """Read in the other language from now on."""
    wanted = request.POST.get("language", "")
    answer = HttpResponseRedirect(reverse("selfcare:door"))
    if wanted in dict(settings.LANGUAGES):
        age = settings.LANGUAGE_COOKIE_AGE
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, wanted, max_age=age, samesite="Lax", secure=settings.HTTPS)
    return answer


def _leg(request: MyRequest, number: int) -> LegView:
    found = showing.part(request.order, number)
    if found is None:
        raise Http404
    return found
