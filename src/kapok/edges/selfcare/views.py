"""The door with its code, and the page where one comes in: services, orders, what was asked."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.chain.ordering import queries as orders
from kapok.edges.selfcare import showing
from kapok.edges.selfcare.doors import MyRequest, let_in, let_out, network_address, of_the_customer, open_to_all
from kapok.edges.selfcare.forms import CodeForm, DoorForm, show_refusal
from kapok.front.channels import api as channels
from kapok.front.channels.announcing import queries as announcing
from kapok.front.channels.online import queries as online
from kapok.kernel.errors import KapokError

AT_THE_DOOR = "whoever wants to see what is theirs has to come in first"
LATEST = 20


@open_to_all(because=AT_THE_DOOR)
def door(request: MyRequest) -> HttpResponse:
    """Ask for the order's or the customer's number, and have a code sent; whether there is such a one is not said."""
    if request.customer:
        return redirect("selfcare:my-home")
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
                number, customer = found
                let_in(request, customer)
                return redirect("selfcare:my-order", number) if number else redirect("selfcare:my-home")
            form.add_error(
                "code", _("Number and code do not match, or the code has expired. Check them, or have a new one sent.")
            )
    return render(request, "selfcare/code.html", {"form": form}, status=status)


@of_the_customer
def home(request: MyRequest) -> HttpResponse:
    """What the customer has, what is under way, what they asked."""
    values = {
        "services": showing.owned(request.customer),
        "orders": orders.orders_of(request.customer, limit=LATEST),
        "asked": online.asked_by(request.customer),
        "under": announcing.over_customer(request.customer),
        "at": request.at,
    }
    return render(request, "selfcare/home.html", values)


@require_POST
@of_the_customer
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
