"""Pages for whoever has not come in: what an address can have, and a request with a name and a number. Nobody's data is shown."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from kapok.edges.selfcare import showing
from kapok.edges.selfcare.doors import MyRequest, network_address, open_to_all
from kapok.edges.selfcare.forms import LeaveForm, show_refusal
from kapok.front.channels import api as channels
from kapok.front.channels import offering
from kapok.front.channels.online import api as online
from kapok.front.channels.rules import Channel
from kapok.ground.places import queries as places
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

OFFERED = "what is on sale where is nobody's secret"


@open_to_all(because=OFFERED)
def check(request: MyRequest) -> HttpResponse:
    """What an address can have: how, how fast, at what price; if not, why not and when."""
    address = request.GET.get("address", "")[:60]
    refused, status = _counted(request) if address or request.GET.get("q") else (None, 200)
    if refused is not None:
        return render(request, "selfcare/check.html", {"refused": refused}, status=status)
    values: dict[str, Any] = dict(showing.searched(request))
    if address:
        values |= _offers(request, address)
    return render(request, "selfcare/check.html", values)


def _counted(request: MyRequest) -> tuple[Text | None, int]:
    """Count the look; why there is none, and the status to say so with."""
    try:
        online.look_up(network=network_address(request), actor=request.actor, at=request.at)
    except KapokError as refused:
        return refused.text, 429
    return None, 200


def _offers(request: MyRequest, address: str) -> dict[str, Any]:
    try:
        found = offering.choices("", Channel.PUBLIC.value, address, request.at)
    except KapokError as refused:
        return {"refused": refused.text}
    return {"place": places.address(address, at=request.at), "choices": found}


def _spoken(request: MyRequest) -> str:
    """The language of the page, if it is one in which the operator speaks with customers."""
    code = request.language.value.partition("-")[0]
    return code if code in settings.SPOKEN_LANGUAGES else ""


@open_to_all(because="whoever is no customer yet may ask us something")
def leave_request(request: MyRequest) -> HttpResponse:
    """Leave a request with a name and a number to be called at."""
    given = request.POST if request.method == "POST" else None
    form = LeaveForm(given, initial={"address": request.GET.get("address", "")[:60]})
    status = 200
    if given is not None and form.is_valid():
        try:
            matter = online.leave_request(
                **form.cleaned_data, language=_spoken(request), network=network_address(request), actor=request.actor,
                at=request.at,
            )  # fmt: skip
        except KapokError as refused:
            show_refusal(form, refused)
            status = 429 if isinstance(refused, channels.KnockedTooOften) else 422
        else:
            return render(request, "selfcare/left.html", {"number": matter.partition("/")[2]})
    place = places.address(str(form["address"].value() or "")[:60], at=request.at)
    values = {"form": form, "place": place}
    return render(request, "selfcare/request.html", values, status=status if status != 200 or not form.errors else 422)
