"""Asking us something: the words, who answers for it and until when, the reply, and whether it answers."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import Truncator

from kapok.edges.selfcare import showing
from kapok.edges.selfcare.doors import MyRequest, network_address, of_the_customer
from kapok.edges.selfcare.forms import AskForm, ReplyForm, in_reading_language, show_refusal
from kapok.front.channels.announcing import queries as announcing
from kapok.front.channels.online import api as online
from kapok.front.channels.online import queries
from kapok.front.channels.rules import Course, Decision
from kapok.kernel.errors import KapokError

LONGEST_WORDS = 40
"""So many characters of what they wrote tell one question from another."""


@of_the_customer
def ask(request: MyRequest) -> HttpResponse:
    """Ask something; one is led to the page on which it is followed."""
    given = request.POST if request.method == "POST" else None
    wished = {name: request.GET.get(name, "")[:20] for name in ("topic", "service")}
    services, before = showing.services(request.customer), _open_now(request)
    form = AskForm(given, services=services, before=before, initial=wished)
    if given is not None and form.is_valid():
        try:
            matter, decision = online.ask(
                customer=request.customer, **form.cleaned_data, network=network_address(request), actor=request.actor,
                at=request.at,
            )  # fmt: skip
        except KapokError as refused:
            show_refusal(form, refused)
        else:
            return followed(matter, decision)
    values = {"form": form, "under": announcing.over_customer(request.customer)}
    return render(request, "selfcare/ask.html", values, status=422 if form.errors else 200)


def followed(matter: str, decision: Decision) -> HttpResponse:
    """To the page on which a customer follows what they said."""
    fault = announcing.of_matter(matter) if decision.course is Course.ATTACH else None
    return redirect("selfcare:my-fault", fault.id) if fault else redirect("selfcare:my-asked", matter)


def _open_now(request: MyRequest) -> list[tuple[str, str]]:
    """What they asked that is open, by its number and the first of their words."""
    found = [each for each in queries.asked_by(request.customer) if each.open]
    firsts = queries.first_words([each.matter for each in found])
    return [(each.matter, _called(each, firsts.get(each.matter, ""))) for each in found]


def _called(each: queries.AskedView, words: str) -> str:
    day = f"{timezone.localtime(each.asked_at):%m-%d %H:%M}"
    return f"{each.number} {in_reading_language(each.kind_name)} {day} {Truncator(words).chars(LONGEST_WORDS)}".strip()


@of_the_customer
def fault(request: MyRequest, identifier: UUID) -> HttpResponse:
    """A group fault that the customer lies under or reported: what is known of it."""
    found = announcing.of_customer(identifier, request.customer)
    if found is None:
        raise Http404
    return render(request, "selfcare/fault.html", {"each": found})


@of_the_customer
def asked(request: MyRequest, matter: str) -> HttpResponse:
    """What was asked, how it stands; whether the reply answers it is said here."""
    found = queries.asked(matter, request.customer)
    if found is None:
        raise Http404
    form = ReplyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _said(request, matter, form)
        except KapokError as refused:
            show_refusal(form, refused)
        else:
            return redirect("selfcare:my-asked", matter)
    values = {"asked": found, "form": form, "at": request.at}
    return render(request, "selfcare/asked.html", values, status=422 if form.errors else 200)


def _said(request: MyRequest, matter: str, form: ReplyForm) -> None:
    verb = online.acknowledge if form.cleaned_data["answers"] == "yes" else online.turn_down
    verb(matter=matter, customer=request.customer, word=form.cleaned_data["word"], actor=request.actor, at=request.at)
