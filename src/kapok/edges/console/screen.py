"""The gate of every screen: who may enter, and for which units.

A view is either a `screen`, which names the permission it needs, or `public`, which says why it needs none. A test walks all
addresses and refuses a view that is neither.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from kapok.edges.console.refusals import not_permitted
from kapok.edges.present import present
from kapok.ground.people import queries
from kapok.ground.people.models import Staff
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language

P = ParamSpec("P")

EVERYBODY: Final = "everybody"
"""The permission of screens that every signed-in person has: home, own account."""


class ScreenRequest(HttpRequest):
    """A request of a person who may see this screen."""

    user: Staff
    units: frozenset[UUID]
    """The units for which the person has the screen's permission; empty for `EVERYBODY`."""
    at: datetime
    """The moment of the request, for the verbs."""
    language: Language
    """The language the person reads."""


View = Callable[Concatenate[HttpRequest, P], HttpResponse]
ScreenView = Callable[Concatenate[ScreenRequest, P], HttpResponse]


def screen(
    *, permission: str, everywhere: bool = False, before_password_change: bool = False
) -> Callable[[ScreenView[P]], View[P]]:
    """Let in whoever has `permission` for at least one unit, and give the view `request.units` and `request.at`.

    `everywhere` asks for the permission at the top unit: for what is no unit's own and binds or shows them all.
    A person who still has a one-time password gets only the screens marked `before_password_change`.
    """

    def decorate(view: ScreenView[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            person = request.user
            if not isinstance(person, Staff):
                return _leave_to(request, f"{reverse('console:sign-in')}?{urlencode({'next': _page(request)})}")
            if person.must_change_password and not before_password_change:
                return _leave_to(request, reverse("console:change-password"))
            units = frozenset[UUID]() if permission == EVERYBODY else queries.units_where(person.id, permission)
            if permission != EVERYBODY and not units:
                return not_permitted(request, permission)
            if everywhere and not queries.everywhere(units):
                return not_permitted(request, permission, everywhere=True)
            return view(_admitted(request, units), *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the test that walks all addresses
        return cast(View[P], guarded)

    return decorate


def attempt(request: ScreenRequest, verb: Callable[[], object], done: str) -> None:
    """Do it, and let the next page say that it is done, or why not."""
    try:
        verb()
    except KapokError as refused:
        messages.error(request, refused.text.in_(request.language))
    else:
        messages.success(request, done)


def public(*, because: str) -> Callable[[View[P]], View[P]]:
    """Mark a view that anybody may call, with the reason."""

    def decorate(view: View[P]) -> View[P]:
        view.public_because = because  # type: ignore[attr-defined]  # read by the test that walks all addresses
        return view

    return decorate


def _admitted(request: HttpRequest, units: frozenset[UUID]) -> ScreenRequest:
    admitted = cast(ScreenRequest, request)
    admitted.units = units
    admitted.at = present()
    admitted.language = Language(admitted.user.language)
    return admitted


def _page(request: HttpRequest) -> str:
    """The page that is asked for; of a part of a page the one in which it stands, as the browser names it."""
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    if not request.headers.get("HX-Request") or not shown.path.startswith("/"):
        return request.get_full_path()
    return urlunsplit(("", "", shown.path, shown.query, ""))


def _leave_to(request: HttpRequest, address: str) -> HttpResponse:
    """Send the whole page there, also when only a part of it was asked for."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
