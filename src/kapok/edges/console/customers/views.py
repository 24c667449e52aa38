"""Finding customers, one customer's page, and who looked at whom."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from kapok.edges.console.customers.forms import AccountForm, ConsentForm, ContactForm, LookForm, ReasonForm
from kapok.edges.console.customers.reach import codes, may, reached, within
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.customers import queries
from kapok.ground.customers.doubles import doubles_of
from kapok.ground.journal import queries as journal
from kapok.ground.people.roles import Permission

PAGE = 25


@screen(permission=Permission.CUSTOMERS_READ)
def customers(request: ScreenRequest) -> HttpResponse:
    """One field to type into; the hits come as one types."""
    query = request.GET.get("q", "").strip()[:100]
    found = queries.search(query, units=codes(request.units), limit=PAGE)
    part = request.headers.get("HX-Target") == "customer-hits"
    return render(request, "customers/hits.html" if part else "customers/list.html", {"query": query, "found": found})


@screen(permission=Permission.CUSTOMERS_READ)
def customer(request: ScreenRequest, number: str) -> HttpResponse:
    """One customer: masked data, accounts, contacts, consents, the hierarchy, what happened. An old number leads here."""
    one = reached(request, number)
    if one.number != number:
        return redirect("console:customer", one.number)
    return page(request, one)


def page(request: ScreenRequest, one: queries.CustomerView, **forms: Any) -> HttpResponse:
    """The customer's page, with the forms that were refused."""
    values: dict[str, Any] = {
        "one": one,
        "members": queries.hierarchy(one.number),
        "doubles": doubles_of(one.number, units=within(request.units)),
        "looks": queries.looks_shown(queries.looks(customer=one.number)[:5]),
        "lines": journal.timeline(one.subject),
        "may_manage": may(request, Permission.CUSTOMERS_MANAGE, one) and not one.erased_at,
        "may_unmask": may(request, Permission.CUSTOMERS_UNMASK, one) and not one.erased_at,
        "may_erase": may(request, Permission.CUSTOMERS_ERASE, one) and not one.erased_at,
        "look_form": LookForm(),
        "account_form": AccountForm(),
        "contact_form": ContactForm(),
        "consent_form": ConsentForm(),
        "reason_form": ReasonForm(),
        **forms,
    }
    return render(request, "customers/customer.html", values)


@never_cache
@screen(permission=Permission.CUSTOMERS_UNMASK)
def looks(request: ScreenRequest) -> HttpResponse:
    """Who saw whose personal data, when, what for; of the customers of one's units."""
    customer, actor = (request.GET.get(name, "").strip()[:50] for name in ("customer", "staff"))
    found = queries.looks(customer=customer, actor=actor, units=within(request.units))
    shown = Paginator(found, PAGE).get_page(request.GET.get("page"))
    listed = queries.looks_shown(shown.object_list)
    told = journal.known({each.matter for each in listed})
    values = {"page": shown, "looks": listed, "told": told, "customer": customer, "staff": actor}
    return render(request, "customers/looks.html", values)
