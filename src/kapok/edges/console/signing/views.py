"""Signing in and out, the lock-out page, and the language of whoever is not signed in."""

from __future__ import annotations

from math import ceil
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kapok.edges.console.onward import onward
from kapok.edges.console.screen import public
from kapok.edges.console.signing.address import client_address
from kapok.edges.console.signing.forms import SignInForm
from kapok.edges.present import present
from kapok.ground.people import api as people
from kapok.ground.people import queries
from kapok.ground.people.cast import LOGINS
from kapok.ground.people.models import Staff
from kapok.kernel.text import Language


@public(because="nobody is signed in yet")
@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for staff number and password. Which of the two is wrong is not said."""
    if isinstance(request.user, Staff):
        return redirect(onward(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = authenticate(request, **form.cleaned_data)
        if isinstance(person, Staff):
            return _let_in(request, person)
        form.add_error(
            None, _("Staff number or password is wrong. After several wrong tries the account is locked for a while.")
        )
    logins = LOGINS if settings.DEMO else ()
    return render(request, "signing/sign_in.html", {"form": form, "next": onward(request), "logins": logins})


@public(because="somebody whose session has just ended presses it too")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; the next page is the sign-in page in the same language."""
    chosen = request.user.language if isinstance(request.user, Staff) else None
    logout(request)
    response = redirect("console:sign-in")
    return _remember_language(response, chosen) if chosen else response


@public(because="the sign-in page must be readable")
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Read on in the other language, for good where somebody is signed in."""
    chosen = Language.of(request.POST.get("language"))
    person = request.user
    if isinstance(person, Staff) and person.language != chosen:
        people.change_language(username=person.username, language=chosen, actor=person.subject, at=present())
    return _remember_language(redirect(onward(request)), chosen)


def locked_out(request: HttpRequest, _response: HttpResponse | None, credentials: dict[str, Any]) -> HttpResponse:
    """The page for an account with too many wrong passwords, whether it exists or not. Called by django-axes."""
    now, address = present(), client_address(request)
    username = str(credentials.get("username", ""))
    # Only the attempt that locks carries the count; later ones are refused without being counted.
    if getattr(request, "axes_failures_since_start", None) and queries.person(username) is not None:
        people.record_lock_out(username=username, address=address, actor="system", at=now)
    until = queries.locked_until(username, at=now, address=address)
    page = render(request, "signing/locked_out.html", {"until": until}, status=429)
    if until is not None:
        page.headers["Retry-After"] = str(ceil((until - now).total_seconds()))
    return page


def _let_in(request: HttpRequest, person: Staff) -> HttpResponse:
    login(request, person)
    people.record_sign_in(username=person.username, address=client_address(request), actor=person.subject, at=present())
    return redirect(onward(request))


def _remember_language(response: HttpResponse, chosen: str) -> HttpResponse:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=settings.HTTPS,
        httponly=True,
    )
    return response
