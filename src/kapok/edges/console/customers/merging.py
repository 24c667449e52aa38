"""Customers that may be one: the list, two of them side by side, and the merge."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kapok.edges.console.customers.forms import MergeForm, show_refusal
from kapok.edges.console.customers.reach import reached, within
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.customers import api as customers
from kapok.ground.customers import doubles as finding
from kapok.ground.customers import merging
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError

SHOWN = 100


@screen(permission=Permission.CUSTOMERS_MANAGE)
def doubles(request: ScreenRequest) -> HttpResponse:
    """Pairs that share a document, or a name with a telephone or an address."""
    found = finding.doubles(units=within(request.units), limit=SHOWN)
    return render(request, "customers/doubles.html", {"doubles": found, "shown": SHOWN})


@never_cache
@screen(permission=Permission.CUSTOMERS_MANAGE)
def merge(request: ScreenRequest) -> HttpResponse:
    """Two customers side by side; nothing is done until the merge is confirmed, and then there is no way back."""
    said = request.POST if request.method == "POST" else request.GET
    kept, dropped = reached(request, said.get("keep", "")), reached(request, said.get("drop", ""))
    if kept.number == dropped.number:
        raise Http404
    seen = {"keep_revision": kept.revision, "drop_revision": dropped.revision}
    form = MergeForm(request.POST or None, initial={"keep": kept.number, "drop": dropped.number, **seen})
    if request.method == "POST" and form.is_valid():
        try:
            customers.merge(**_values(form), actor=request.user.subject, at=request.at)
        except KapokError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Merged; the old number leads here from now on."))
            return redirect("console:customer", kept.number)
    told = {"outcome": merging.outcome(keep=kept.number, drop=dropped.number), "both": (kept, dropped)}
    return render(request, "customers/merge.html", {"form": form, "kept": kept, "dropped": dropped, **told})


def _values(form: MergeForm) -> dict[str, Any]:
    typed = form.cleaned_data
    return {
        "keep": typed["keep"],
        "drop": typed["drop"],
        "reason": typed["reason"],
        "revisions": (typed["keep_revision"], typed["drop_revision"]),
    }
