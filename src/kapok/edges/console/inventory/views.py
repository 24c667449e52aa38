"""Looking around: areas, elements with their panels, one resource with its history, pools, one service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kapok.chain.ordering.trials import running_until
from kapok.edges.console.inventory.chain import chain
from kapok.edges.console.inventory.gate import may_change, may_see
from kapok.edges.console.inventory.trial import may_extend
from kapok.edges.console.ledger.presenting import called
from kapok.edges.console.refusals import not_permitted
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.journal import rules
from kapok.ground.journal.queries import Line, timeline
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.network.inventory import api, browsing, queries
from kapok.network.inventory.kinds import ELEMENT_KINDS
from kapok.network.inventory.rules import MARKS, STATES, State

PAGE = 25
FOR = Text(zh="（{whom}）", en="({whom})")
"""For whom a resource was held."""


class MarkForm(forms.Form):
    """A state and why."""

    state = forms.ChoiceField(label=gettext_lazy("State"))
    note = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)

    def __init__(self, request: ScreenRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        marks = [state for state in State if state in MARKS]
        choice = self.fields["state"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101  # for the type checker
        choice.choices = [(state.value, STATES[state].in_(request.language)) for state in marks]


@screen(permission=Permission.INVENTORY_READ)
def browser(request: ScreenRequest) -> HttpResponse:
    """One field to search by number, port, address or serial, and the exchange areas to go down from."""
    query = request.GET.get("q", "").strip()[:80]
    page = Paginator(browsing.area_rows(), PAGE).get_page(request.GET.get("page"))
    values = {
        "query": query, "found": browsing.search(query), "page": page, "areas": browsing.areas(page.object_list),
        "may_load": people.everywhere(people.units_where(request.user.id, Permission.INVENTORY_MANAGE)),
    }  # fmt: skip
    return render(request, "inventory/browser.html", values)


@screen(permission=Permission.INVENTORY_READ)
def area(request: ScreenRequest, code: str) -> HttpResponse:
    """The sites of an exchange area and its elements, of one kind or at one site if wanted, with how full they are."""
    shown = next(iter(browsing.areas(browsing.area_rows(code))), None)
    if shown is None:
        raise Http404
    kind, site = request.GET.get("kind", ""), request.GET.get("site", "")
    rows = browsing.element_rows(area=code, kind=kind if kind in ELEMENT_KINDS else "", site=site)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    values = {
        "area": shown, "sites": browsing.sites(code), "page": page, "elements": browsing.standing(page.object_list),
        "kinds": [(each.value, name) for each, name in ELEMENT_KINDS.items()], "kind": kind, "site": site,
    }  # fmt: skip
    return render(request, "inventory/area.html", values)


@screen(permission=Permission.INVENTORY_READ)
def element(request: ScreenRequest, code: str) -> HttpResponse:
    """One element: what feeds it, its panel port by port, what it feeds and covers, what happened to it."""
    try:
        panel = browsing.panel(code)
    except KapokError:
        raise Http404 from None
    page = Paginator(browsing.element_rows(parent=code), PAGE).get_page(request.GET.get("page"))
    values = {
        "panel": panel, "element": panel.element, "page": page, "below": browsing.standing(page.object_list),
        "lines": timeline(panel.element.subject), "states": [(state.value, name) for state, name in STATES.items()],
    }  # fmt: skip
    return render(request, "inventory/element.html", values)


@screen(permission=Permission.INVENTORY_READ)
def resource(request: ScreenRequest, code: str) -> HttpResponse:
    """One resource with who holds it and its whole history; whoever keeps it may mark it."""
    try:
        shown = browsing.resource(code)
    except KapokError:
        raise Http404 from None
    allowed = may_change(request, browsing.unit_of(code))
    form = MarkForm(request, request.POST or None)
    if request.method == "POST":
        if not allowed:
            return not_permitted(request, Permission.INVENTORY_MANAGE)
        if form.is_valid() and _marked(request, code, form):
            return redirect("console:inventory-resource", code)
    values = {"resource": shown, "form": form, "may_mark": allowed, "resting": _resting(shown, request)}
    return render(request, "inventory/resource.html", values | {"lines": list(_moves(shown.subject))})


def _moves(subject: str) -> Iterator[Line]:
    """Its history, for whom it was held said as a reader says it."""
    for line in timeline(subject):
        holder = line.data.get("holder")
        said = line.data | {"holder": FOR.format(whom=called(holder))} if holder else line.data
        yield replace(line, sentence=rules.sentence(line.kind, said)) if holder else line


def _marked(request: ScreenRequest, code: str, form: MarkForm) -> bool:
    given = form.cleaned_data
    try:
        api.mark(resource=code, state=given["state"], note=given["note"], actor=request.user.subject, at=request.at)
    except KapokError as refused:
        form.add_error("note", refused.text.in_(request.language))
        return False
    messages.success(request, _("Marked."))
    return True


def _resting(shown: queries.ResourceView, request: ScreenRequest) -> bool:
    return shown.state == State.FREE and shown.free_from is not None and shown.free_from > request.at


@screen(permission=Permission.INVENTORY_READ)
def pools(request: ScreenRequest) -> HttpResponse:
    """The pools with how full they are."""
    page = Paginator(browsing.all_pools(), PAGE).get_page(request.GET.get("page"))
    return render(request, "inventory/pools.html", {"page": page, "pools": browsing.pools(page.object_list)})


@screen(permission=Permission.INVENTORY_READ)
def pool(request: ScreenRequest, code: str) -> HttpResponse:
    """One pool and its values, of one state if wanted."""
    try:
        shown = browsing.pool(code)
    except KapokError:
        raise Http404 from None
    state = request.GET.get("state", "")
    rows = browsing.pool_rows(code, state if state in set(State) else "")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    values = {
        "pool": shown, "page": page, "values": [queries.as_resource(row) for row in page.object_list], "state": state,
        "states": [(each.value, name, shown.fill.states.get(each, 0)) for each, name in STATES.items()],
    }  # fmt: skip
    return render(request, "inventory/pool.html", values)


@screen(permission=Permission.INVENTORY_READ)
def service(request: ScreenRequest, number: str) -> HttpResponse:
    """One service and what it runs on from end to end; whose it is and what happened to it, for who may see the customer."""
    try:
        shown = queries.service(number)
    except KapokError:
        raise Http404 from None
    links, pooled = chain(shown)
    known = may_see(request, shown.customer)
    ends_at = running_until(number) if known else None
    values: dict[str, Any] = {"service": shown, "chain": links, "pooled": pooled, "known": known, "trial_ends": ends_at}
    values["may_extend"] = ends_at is not None and may_extend(request, shown.customer)
    return render(request, "inventory/service.html", values | {"lines": timeline(shown.subject) if known else []})
