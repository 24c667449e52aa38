"""The trial under which a service runs: until when, and the decision that it goes on."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from kapok.chain.ordering import api as ordering
from kapok.chain.ordering.trials import running_until
from kapok.edges.console.refusals import not_permitted
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.customers import queries as customers
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.network.inventory import queries


def may_extend(request: ScreenRequest, customer: str) -> bool:
    """Whether the person manages the orders of the customer's unit."""
    return customers.customer(customer).unit_id in people.units_where(request.user.id, Permission.ORDERS_MANAGE)


@screen(permission=Permission.ORDERS_MANAGE)
def extend(request: ScreenRequest, number: str) -> HttpResponse:
    """Let a trial go on, for a reason; without one it is asked for, and one goes back to where one came from."""
    try:
        shown = queries.service(number)
    except KapokError:
        raise Http404 from None
    if not may_extend(request, shown.customer):
        return not_permitted(request, Permission.ORDERS_MANAGE)
    desk = request.GET.get("from") == "desk"
    back = (
        reverse("console:desk-customer", args=[shown.customer]) if desk else reverse("console:service", args=[number])
    )
    if request.method != "POST":
        ends_at = running_until(number)
        if ends_at is None:
            messages.error(request, ordering.NotATrial(service=number).text.in_(request.language))
            return redirect(back)
        return render(request, "inventory/extend.html", {"service": shown, "ends_at": ends_at, "back": back})
    said = {"service": number, "reason": request.POST.get("reason", "")}
    try:
        until = ordering.extend_trial(**said, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        messages.error(request, refused.text.in_(request.language))
    else:
        told = _("The trial goes on until %(until)s.") % {"until": f"{localtime(until):%Y-%m-%d %H:%M}"}
        messages.success(request, told)
    return redirect(back)
