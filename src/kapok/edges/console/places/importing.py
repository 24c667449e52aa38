"""Loading a table of addresses from a CSV file, first as a trial."""

from __future__ import annotations

from io import TextIOWrapper
from typing import Any, cast

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people.roles import Permission
from kapok.ground.places import api as places
from kapok.ground.places.loading import COLUMNS
from kapok.kernel.errors import KapokError

SHOWN = 100


class ImportForm(forms.Form):
    """A file, whether to try it only, and what to do with rows that are wrong."""

    file = forms.FileField(label=_("CSV file"), help_text=_("UTF-8, the columns named in the first line."))
    dry_run = forms.BooleanField(label=_("Only try it, change nothing"), required=False)
    leave_out_refused = forms.BooleanField(label=_("Leave out the rows that are wrong"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".csv,text/csv"


@screen(permission=Permission.PLACES_MANAGE, everywhere=True)
def import_file(request: ScreenRequest) -> HttpResponse:
    """Try a file or load it, and show every refused row with its reason."""
    form = ImportForm(request.POST or None, request.FILES or None, initial={"dry_run": True})
    values: dict[str, Any] = {"form": form, "columns": COLUMNS, "shown": SHOWN}
    if request.method == "POST" and form.is_valid():
        try:
            loaded = _load(request, form)
        except KapokError as refused:
            form.add_error("file", refused.text.in_(request.language))
        else:
            values |= {"loaded": loaded, "rows": loaded.rows[:SHOWN], "tried": form.cleaned_data["dry_run"]}
    return render(request, "places/import.html", values)


def _load(request: ScreenRequest, form: ImportForm) -> places.Loaded:
    given = form.cleaned_data["file"]
    return places.import_addresses(
        lines=TextIOWrapper(cast(Any, given.file), encoding="utf-8-sig", newline=""),
        file=given.name[:100],
        dry_run=form.cleaned_data["dry_run"],
        leave_out_refused=form.cleaned_data["leave_out_refused"],
        actor=request.user.subject,
        at=request.at,
    )
