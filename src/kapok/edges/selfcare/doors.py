"""Who may enter the customers' pages: whoever came in by a one-time code sees what is that customer's, and nothing else.

A view is either `open_to_all`, which says why, or `of_the_customer`, which asks for the customer of the session. The code goes to a
contact of the customer, whether the number given was an order's or their own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache

from kapok.edges.present import present
from kapok.kernel.text import Language

CUSTOMER, UNTIL = "my_customer", "my_until"
STAYS = timedelta(minutes=30)
"""How long one stays in without doing anything."""
WHOSE = "a customer, who came in by a one-time code"


class MyRequest(HttpRequest):
    """A request of a customer; `customer` is the number of whoever came in, empty where nobody did."""

    customer: str
    actor: str
    at: datetime
    language: Language


View = Callable[..., HttpResponse]


def open_to_all(*, because: str) -> Callable[[View], View]:
    """Let anybody in, with the reason."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: MyRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(_known(request), *args, **kwargs)

        guarded.public_because = because  # type: ignore[attr-defined]  # read by the test that walks all addresses
        return never_cache(guarded)

    return decorate


def of_the_customer(view: View) -> View:
    """Let in whoever came in by a code, while they stay; everybody else to the door."""

    @wraps(view)
    def guarded(request: MyRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        known = _known(request)
        if not known.customer:
            return redirect("selfcare:door")
        request.session[UNTIL] = (known.at + STAYS).isoformat()
        return view(known, *args, **kwargs)

    guarded.public_because = WHOSE  # type: ignore[attr-defined]  # read by the test that walks all addresses
    return never_cache(guarded)


def let_in(request: MyRequest, customer: str) -> None:
    """Remember who came in, under a new key: one that somebody else may know leads nowhere."""
    request.session.cycle_key()
    request.session[CUSTOMER] = customer
    request.session[UNTIL] = (request.at + STAYS).isoformat()


def let_out(request: MyRequest) -> None:
    """Forget who came in; whoever else is signed in by the same browser stays."""
    for name in (CUSTOMER, UNTIL):
        request.session.pop(name, None)


def network_address(request: HttpRequest) -> str:
    """From where somebody asks."""
    found = import_string(settings.AXES_CLIENT_IP_CALLABLE)(request)
    return str(found or "")


def _known(request: MyRequest) -> MyRequest:
    request.at = present()
    request.language = Language.of(translation.get_language())
    until = request.session.get(UNTIL)
    stays = until is not None and datetime.fromisoformat(until) > request.at
    request.customer = request.session.get(CUSTOMER, "") if stays else ""
    request.actor = f"customer/{request.customer}" if request.customer else "customer"
    return request
