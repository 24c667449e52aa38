"""The front desk: one search box, and a customer on one page."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from kapok.edges.console.customers.forms import LookForm
from kapok.edges.console.customers.reach import reached
from kapok.edges.console.desk import searching
from kapok.edges.console.desk.belonging import Met, met
from kapok.edges.console.desk.forms import NoteForm, show_refusal
from kapok.edges.console.desk.showing import standing
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.front.channels import api, queries
from kapok.front.channels.announcing import queries as announcing
from kapok.ground.customers.queries import CustomerView
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError

LONGEST = 100


@screen(permission=Permission.DESK_SERVE)
def desk(request: ScreenRequest) -> HttpResponse:
    """The search box, the interaction that one has, the last ones."""
    typed = _typed(request)
    talk = running(request)
    values = {
        "typed": typed,
        "hits": searching.found(request, typed),
        "talk": talk,
        "under": announcing.over_customer(talk.talk.customer) if talk and talk.mine else [],
        "to_call": queries.how_many_to_call(request.user.username, request.units),
        "announced": announcing.announcement_rows().count(),
        "latest": met(request, queries.latest_of(request.user.username)),
    }
    return render(request, "desk/desk.html", values)


@screen(permission=Permission.DESK_SERVE)
def search(request: ScreenRequest) -> HttpResponse:
    """The hits for `?q=`, as the list below the box."""
    typed = _typed(request)
    return render(request, "desk/hits.html", {"typed": typed, "hits": searching.found(request, typed)})


@screen(permission=Permission.DESK_SERVE)
def customers(request: ScreenRequest) -> HttpResponse:
    """The customers for `?who=`, as a list to choose from."""
    typed = request.GET.get("who", "").strip()[:LONGEST]
    return render(request, "desk/customers.html", {"typed": typed, "hits": searching.customers_found(request, typed)})


@screen(permission=Permission.DESK_SERVE)
def channels(request: ScreenRequest) -> HttpResponse:
    """The five channels: who serves them, by which rules."""
    return render(request, "desk/channels.html", {"channels": queries.channels()})


@screen(permission=Permission.DESK_SERVE)
def customer(request: ScreenRequest, number: str) -> HttpResponse:
    """A customer on one page; what moves refreshes itself."""
    one = reached(request, number)
    if request.headers.get("HX-Target") == "standing":
        return render(request, "desk/standing.html", standing(request, one))
    return _page(request, one)


@require_POST
@screen(permission=Permission.DESK_SERVE)
def note(request: ScreenRequest, number: str) -> HttpResponse:
    """A note for the next who serves this customer."""
    one, form = reached(request, number), NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, one, note_form=form)
    try:
        api.add_note(customer=one.number, **form.cleaned_data, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        show_refusal(form, refused, {api.WordsMissing: "words"})
        return _page(request, one, note_form=form)
    return redirect("console:desk-customer", one.number)


def running(request: ScreenRequest) -> Met | None:
    """The interaction that one has now, as far as one may see it."""
    talk = queries.running(request.user.username)
    return met(request, [talk])[0] if talk else None


def _page(request: ScreenRequest, one: CustomerView, **forms: Any) -> HttpResponse:
    values = {
        "talk": running(request),
        "note_form": NoteForm(),
        "look_form": LookForm(),
    }
    return render(request, "desk/customer.html", standing(request, one) | values | forms)


def _typed(request: ScreenRequest) -> str:
    return request.GET.get("q", "").strip()[:LONGEST]
