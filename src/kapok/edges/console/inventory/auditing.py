"""Comparing the records with what was found in the plant, and putting them right."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kapok.edges.console.inventory.gate import keeps, may_change
from kapok.edges.console.inventory.importing import LARGEST
from kapok.edges.console.refusals import not_permitted
from kapok.edges.console.screen import ScreenRequest, attempt, screen
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.network.inventory.plant import api as plant
from kapok.network.inventory.plant import queries
from kapok.network.inventory.plant.auditing import COLUMNS, OUTCOMES

PAGE = 50


class AuditForm(forms.Form):
    """What was found, as a table."""

    file = forms.FileField(label=gettext_lazy("What was found (CSV)"))

    def clean_file(self) -> Any:
        """The file, if it is not larger than what is read at once."""
        given = self.cleaned_data["file"]
        if given.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 64 MB; split it, or load it at the command line."))
        return given


class CorrectForm(forms.Form):
    """One finding and why its record is put right; or, of what is scrapped, why the record stands."""

    finding = forms.UUIDField(widget=forms.HiddenInput)
    scrapped = forms.BooleanField(required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


@screen(permission=Permission.INVENTORY_READ)
def audits(request: ScreenRequest) -> HttpResponse:
    """The audits so far; whoever keeps the whole inventory begins one with a file."""
    form = AuditForm(request.POST or None, request.FILES or None)
    allowed = people.everywhere(people.units_where(request.user.id, Permission.INVENTORY_MANAGE))
    if request.method == "POST":
        if not allowed:
            return not_permitted(request, Permission.INVENTORY_MANAGE, everywhere=True)
        if form.is_valid():
            given = form.cleaned_data["file"]
            try:
                made = plant.audit(
                    content=given.read(), file=given.name[:100], actor=request.user.subject, at=request.at
                )
                return redirect("console:inventory-audit", made)
            except KapokError as refused:
                form.add_error("file", refused.text.in_(request.language))
    values = {"audits": queries.audits(), "form": form, "may_audit": allowed, "columns": COLUMNS}
    return render(request, "inventory/audits.html", values)


@screen(permission=Permission.INVENTORY_READ)
def audit(request: ScreenRequest, identifier: UUID) -> HttpResponse:
    """The report of one audit; each difference is put right with a reason by whoever keeps the inventory there."""
    shown = queries.audit_of(identifier)
    if shown is None:
        raise Http404
    if request.method == "POST":
        return _correct(request, identifier)
    outcome = request.GET.get("outcome", "")
    rows = queries.finding_rows(identifier, outcome if outcome in set(OUTCOMES) else "")
    page, mine = Paginator(rows, PAGE).get_page(request.GET.get("page")), keeps(request)
    values = {
        "audit": shown, "page": page, "outcome": outcome,
        "findings": [(each, mine(each.unit)) for each in queries.as_findings(page.object_list)],
        "outcomes": [(each.value, name, shown.counts.get(each, 0)) for each, name in OUTCOMES.items()],
    }  # fmt: skip
    return render(request, "inventory/audit.html", values)


def _correct(request: ScreenRequest, identifier: UUID) -> HttpResponse:
    form = CorrectForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give a reason of 1 to 200 characters."))
        return redirect("console:inventory-audit", identifier)
    given = form.cleaned_data
    if not may_change(request, queries.unit_of_finding(given["finding"])):
        return not_permitted(request, Permission.INVENTORY_MANAGE)
    verb = plant.confirm_scrapped if given["scrapped"] else plant.correct
    done = _("The record stands: it is scrapped.") if given["scrapped"] else _("The record was put right.")
    said = {"finding": str(given["finding"]), "reason": given["reason"]}
    attempt(request, lambda: verb(**said, actor=request.user.subject, at=request.at), done)
    return redirect("console:inventory-audit", identifier)
