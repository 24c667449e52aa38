"""Loading a table of customers from a CSV file, first as a trial."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from kapok.edges.console import sheets
from kapok.edges.console.customers.reach import codes
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.customers import api as customers
from kapok.ground.customers.loading import COLUMNS, NEEDED, opened
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError

SHOWN = 500
LARGEST_FILE = 32 * 2**20


REPORT = "kapok-customers-refused.csv"


def wants_report(request: ScreenRequest) -> bool:
    """Whether every refused row is asked for as a file; then nothing is loaded."""
    return request.POST.get("report") == "csv"


class ImportForm(forms.Form):
    """A file, and whether to try it only."""

    file = forms.FileField(
        label=_("CSV file"),
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
        help_text=_("UTF-8 or GBK, the columns named in the first line. All of it is loaded or nothing."),
    )
    dry_run = forms.BooleanField(label=_("Only try it, change nothing"), required=False)

    def clean_file(self) -> Any:
        """A file that can be loaded while somebody waits."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(
                _("The file is larger than 32 MB; split it, or use the command “kapok customers import”.")
            )
        return file


@screen(permission=Permission.CUSTOMERS_MANAGE)
def import_file(request: ScreenRequest) -> HttpResponse:
    """Try a file or load it, for one's own units; every refused row with its field and the reason."""
    form = ImportForm(request.POST or None, request.FILES or None, initial={"dry_run": True})
    values: dict[str, Any] = {"form": form, "columns": COLUMNS, "needed": NEEDED, "shown": SHOWN}
    if request.method == "POST" and form.is_valid():
        try:
            loaded = _load(request, form)
        except KapokError as refused:
            form.add_error("file", refused.text.in_(request.language))
        else:
            if wants_report(request):
                said = ((each.line, each.field_name, each.reason) for each in loaded.faults)
                rows = ([str(line), *(part.in_(request.language) for part in words)] for line, *words in said)
                return sheets.answer(REPORT, (sheets.LINE, sheets.FIELD, sheets.WHY), rows, request.language)
            values |= {"loaded": loaded, "faults": loaded.faults[:SHOWN], "tried": form.cleaned_data["dry_run"]}
    return render(request, "customers/import.html", values)


def _load(request: ScreenRequest, form: ImportForm) -> customers.Loaded:
    given = form.cleaned_data["file"]
    return customers.import_customers(
        lines=opened(cast(Any, given.file), given.name),
        file=given.name[:100],
        units=codes(request.units),
        dry_run=form.cleaned_data["dry_run"] or wants_report(request),
        actor=request.user.subject,
        at=request.at,
    )
