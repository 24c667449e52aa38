"""An order of the customer's: how it stands, another window, the confirmation, the rating."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from kapok.chain.ordering import api as ordering
from kapok.chain.ordering.queries import LegView
from kapok.edges.selfcare import showing
from kapok.edges.selfcare.asking import followed
from kapok.edges.selfcare.doors import MyRequest, network_address, of_the_customer
from kapok.edges.selfcare.forms import ConfirmForm, RateForm, VisitForm, show_refusal
from kapok.front.channels.online import api as online
from kapok.kernel.errors import KapokError


@of_the_customer
def order(request: MyRequest, number: str) -> HttpResponse:
    """The order, as it stands."""
    mine = showing.mine(number, request.customer, request.at)
    if mine is None:
        raise Http404
    return render(request, "selfcare/order.html", {"mine": mine, "at": request.at})


@of_the_customer
def visit(request: MyRequest, number: str, leg: int) -> HttpResponse:
    """Move the visit to another window that is free, or choose one where none is agreed."""
    end = request.GET.get("end", "")[:1]
    stands = showing.visit_of(_leg(request, number, leg), end, request.at)
    if stands.errand is None:
        raise Http404
    free, none = showing.windows(stands, stands.errand, request.at)
    form = VisitForm(request.POST or None, windows=[each.value for each in free])
    if request.method == "POST" and form.is_valid():
        begins, ends = form.window()
        try:
            ordering.agree_visit(
                order=number, leg=leg, end=end, starts_at=begins, ends_at=ends, actor=request.actor, at=request.at
            )
        except KapokError as refused:
            show_refusal(form, refused, "window")
        else:
            return redirect("selfcare:my-order", number)
    values = {
        "form": form, "number": number, "booked": stands.booked, "passed": stands.passed, "none": none,
        "days": showing.by_day(free), "place": stands.end_name,
    }  # fmt: skip
    return render(request, "selfcare/visit.html", values, status=422 if form.errors else 200)


@of_the_customer
def confirm(request: MyRequest, number: str, leg: int) -> HttpResponse:
    """Say that it works, and how it was; or that something is amiss, which is followed as a matter of its own."""
    found = _leg(request, number, leg)
    if not showing.may_confirm(found):
        return redirect("selfcare:my-order", number)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        try:
            return (_confirmed if given["works"] == "yes" else _amiss)(request, number, leg, given)
        except KapokError as refused:
            show_refusal(form, refused)
    values = {"form": form, "number": number}
    return render(request, "selfcare/confirm.html", values, status=422 if form.errors else 200)


@of_the_customer
def rate(request: MyRequest, number: str, leg: int) -> HttpResponse:
    """Say how it was, where somebody has noted that they confirmed it."""
    if not showing.may_rate(_leg(request, number, leg)):
        return redirect("selfcare:my-order", number)
    form = RateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ordering.rate(order=number, leg=leg, rating=form.cleaned_data["rating"], actor=request.actor, at=request.at)
        except KapokError as refused:
            show_refusal(form, refused, "rating")
        else:
            return redirect("selfcare:my-order", number)
    return render(request, "selfcare/rate.html", {"form": form, "number": number}, status=422 if form.errors else 200)


def _confirmed(request: MyRequest, number: str, leg: int, given: dict[str, Any]) -> HttpResponse:
    ordering.confirm(
        order=number, leg=leg, rating=given["rating"], word=given["word"], actor=request.actor, at=request.at
    )
    return redirect("selfcare:my-order", number)


def _amiss(request: MyRequest, number: str, leg: int, given: dict[str, Any]) -> HttpResponse:
    matter, decision = online.say_amiss(
        order=number, leg=leg, words=given["word"], customer=request.customer, network=network_address(request),
        actor=request.actor, at=request.at,
    )  # fmt: skip
    return followed(matter, decision)


def _leg(request: MyRequest, number: str, leg: int) -> LegView:
    found = showing.part(number, leg, request.customer)
    if found is None:
        raise Http404
    return found
