"""An order of the customer's: how it stands, another window, the confirmation."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from kapok.back.workforce import api as field
from kapok.chain.ordering import api as ordering
from kapok.chain.ordering.queries import LegView
from kapok.edges.selfcare import showing
from kapok.edges.selfcare.doors import MyRequest, of_the_customer
from kapok.edges.selfcare.forms import ConfirmForm, VisitForm, show_refusal
from kapok.kernel.errors import KapokError

WISHED = "customer"


@of_the_customer
def order(request: MyRequest, number: str) -> HttpResponse:
    """The order, as it stands."""
    mine = showing.mine(number, request.customer)
    if mine is None:
        raise Http404
    return render(request, "selfcare/order.html", {"mine": mine, "at": request.at})


@of_the_customer
def visit(request: MyRequest, number: str, leg: int) -> HttpResponse:
    """Move the visit to another window that is free."""
    found = _leg(request, number, leg)
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
                appointment=booked.id, starts_at=begins, ends_at=ends, reason=WISHED, by_customer=True, actor=request.actor,
                at=request.at,
            )  # fmt: skip
        except KapokError as refused:
            show_refusal(form, refused, "window")
        else:
            return redirect("selfcare:my-order", number)
    values = {"form": form, "number": number, "booked": booked, "none": none}
    return render(request, "selfcare/visit.html", values, status=422 if form.errors else 200)


@of_the_customer
def confirm(request: MyRequest, number: str, leg: int) -> HttpResponse:
    """Say that it works, and how it was."""
    found = _leg(request, number, leg)
    if not showing.may_confirm(found):
        return redirect("selfcare:my-order", number)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        try:
            ordering.confirm(
                order=number, leg=leg, rating=given["rating"], word=given["word"], actor=request.actor, at=request.at
            )
        except KapokError as refused:
            show_refusal(form, refused)
        else:
            return redirect("selfcare:my-order", number)
    values = {"form": form, "number": number}
    return render(request, "selfcare/confirm.html", values, status=422 if form.errors else 200)


def _leg(request: MyRequest, number: str, leg: int) -> LegView:
    found = showing.part(number, leg, request.customer)
    if found is None:
        raise Http404
    return found
