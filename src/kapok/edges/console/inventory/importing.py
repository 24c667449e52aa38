"""Loading a file of plant, first as a trial."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.network.inventory.plant import api as plant
from kapok.network.inventory.plant.loading import Source
from kapok.network.inventory.plant.reading import COLUMNS

SHOWN = 100
LARGEST = 64 * 2**20


class ImportForm(forms.Form):
    """A file, whose it is, whether to try it only, and what to do with rows that are wrong."""

    file = forms.FileField(label=_("File"), help_text=_("CSV or JSON in UTF-8."))
    source = forms.ChoiceField(
        label=pgettext_lazy("file", "From"),
        choices=[(Source.CSV.value, _("Kapok's table")), (Source.NETBOX.value, _("NetBox export"))],
    )
    dry_run = forms.BooleanField(label=_("Only try it, change nothing"), required=False)
    leave_out_refused = forms.BooleanField(label=_("Leave out the rows that are wrong"), required=False)

    def clean_file(self) -> Any:
        """The file, if it is not larger than what is read at once."""
        given = self.cleaned_data["file"]
        if given.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 64 MB; split it, or load it at the command line."))
        return given


@screen(permission=Permission.INVENTORY_MANAGE, everywhere=True)
def import_file(request: ScreenRequest) -> HttpResponse:
    """Try a file or load it, and show every refused row with its reason."""
    form = ImportForm(request.POST or None, request.FILES or None, initial={"dry_run": True})
    values: dict[str, Any] = {"form": form, "columns": COLUMNS, "shown": SHOWN}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            loaded = plant.import_plant(
                content=given["file"].read(), source=given["source"], file=given["file"].name[:100],
                dry_run=given["dry_run"], leave_out_refused=given["leave_out_refused"],
                actor=request.user.subject, at=request.at,
            )  # fmt: skip
        except KapokError as refused:
            form.add_error("file", refused.text.in_(request.language))
        else:
            values |= {"loaded": loaded, "rows": loaded.rows[:SHOWN], "tried": given["dry_run"]}
            values["passed"] = [
                (table, why, count) for (table, why), count in sorted(loaded.passed.items(), key=_table)
            ]
    return render(request, "inventory/import.html", values)


def _table(counted: tuple[tuple[str, Text], int]) -> str:
    return counted[0][0]
