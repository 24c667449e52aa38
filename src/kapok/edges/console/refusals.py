"""What a person sees when a page is refused: bad request, no permission, no such page, our own fault."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from kapok.edges.console.health.failures import reference
from kapok.ground.people.roles import PERMISSIONS, Permission
from kapok.kernel.text import Language, Text


def refusal(request: HttpRequest, *, status: int, title: str, remedy: str) -> HttpResponse:
    """The page for a refusal, in the shell where somebody is signed in."""
    return render(request, "console/refusal.html", {"status": status, "title": title, "remedy": remedy}, status=status)


def apology(*, status: int, title: str, remedy: str, detail: str = "") -> HttpResponse:
    """The page for when nothing can be relied on, not even the database: it is made of the template alone."""
    values = {"status": status, "title": title, "remedy": remedy, "detail": detail}
    return HttpResponse(render_to_string("console/refusal.html", values), status=status)


def not_permitted(request: HttpRequest, permission: str, *, everywhere: bool = False) -> HttpResponse:
    """A screen for which the person lacks the permission, or lacks it at the top unit where it binds every unit."""
    words = PERMISSIONS[Permission(permission)] if permission in set(Permission) else Text(zh=permission, en=permission)
    remedy = (
        _("This concerns every unit. Ask an administrator for a role at the top unit that lets you %(what)s.")
        if everywhere
        else _("Ask an administrator for a role that lets you %(what)s.")
    )
    return refusal(
        request,
        status=403,
        title=_("You may not enter here"),
        remedy=remedy % {"what": words.in_(Language.of(request.LANGUAGE_CODE))},
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django passes it
    """Django's 403."""
    return refusal(
        request,
        status=403,
        title=_("You may not enter here"),
        remedy=_("Go back to the start page, or ask an administrator for the permission."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django passes it
    """A form that did not come from one of our pages, or from one that is too old."""
    return refusal(
        request,
        status=403,
        title=_("This form is too old"),
        remedy=_("Open the page again and send the form once more. Cookies must be allowed."),
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django passes both
    """Django's 400; what is longer than we read is a 413, refused before it is read."""
    if isinstance(exception, RequestDataTooBig):
        return too_long()
    return apology(
        status=400,
        title=_("This request cannot be understood"),
        remedy=_("Go back to the start page and try again from there."),
    )


def too_long() -> HttpResponse:
    """A form of which a field holds more than we read of a whole form: none of it was read."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20
    return apology(
        status=413,
        title=_("This text is too long"),
        remedy=_(
            "A form takes at most %(most)s MB in all. Nothing was saved. Go back in the browser, where the other fields are as "
            "you left them, and shorten the longest one."
        )
        % {"most": most},
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django passes it
    """Django's 404."""
    return refusal(
        request,
        status=404,
        title=_("There is no such page"),
        remedy=_("Check the address, or press Ctrl-K and search for what you need."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's 500: our fault, with a number by which the administrator finds it under System health."""
    return apology(
        status=500,
        title=_("Something went wrong on our side"),
        remedy=_("Nothing was half-written. Try again; if it happens again, give the administrator this number:"),
        detail=reference(request),
    )
