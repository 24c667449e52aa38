"""By what a customer's line logs in, shown at the desk for a purpose that is kept."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from kapok.chain.ordering import api as ordering
from kapok.edges.console.customers.forms import LookForm
from kapok.edges.console.customers.reach import may, reached
from kapok.edges.console.desk.forms import show_refusal
from kapok.edges.console.refusals import not_permitted
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.network.inventory import queries as inventory


@never_cache
@screen(permission=Permission.CUSTOMERS_UNMASK)
def login(request: ScreenRequest, number: str, service: str) -> HttpResponse:
    """Ask what it is for; then login and secret of the service."""
    one = reached(request, number)
    if all(each.number != service for each in inventory.services_of(one.number)):
        raise Http404
    if not may(request, Permission.CUSTOMERS_UNMASK, one):
        return not_permitted(request, Permission.CUSTOMERS_UNMASK)
    form, found = LookForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            found = ordering.see_access(
                service=service, **form.cleaned_data, actor=request.user.subject, at=request.at
            )  # fmt: skip
        except KapokError as refused:
            show_refusal(form, refused)
    values = {"one": one, "service": service, "form": form, "found": found}
    return render(request, "desk/login.html", values, status=422 if form.errors else 200)
