"""Loading a file of plant, first as a trial."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kapok.edges.console import sheets
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text
from kapok.network.inventory.plant import api as plant
from kapok.network.inventory.plant.drafts import Refused
from kapok.network.inventory.plant.loading import Source
from kapok.network.inventory.plant.reading import COLUMNS

SHOWN = 100
REPORT = "kapok-plant-refused.csv"
MORE = Text(zh="另有{count}行被拒绝", en="{count} more {count:row|rows} refused")
LARGEST = 64 * 2**20


class ImportForm(forms.Form):
    """A file, whose it is, whether to try it only, and what to do with rows that are wrong."""

    file = forms.FileField(label=_("File"), help_text=_("CSV in UTF-8 or GBK, or JSON."))
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
        given, report = form.cleaned_data, request.POST.get("report") == "csv"
        try:
            loaded = plant.import_plant(
                content=given["file"].read(), source=given["source"], file=given["file"].name[:100],
                dry_run=given["dry_run"] or report, leave_out_refused=given["leave_out_refused"], report=report,
                actor=request.user.subject, at=request.at,
            )  # fmt: skip
        except KapokError as refused:
            form.add_error("file", refused.text.in_(request.language))
        else:
            if report:
                header = (sheets.TABLE, sheets.LINE, sheets.WHY)
                return sheets.answer(REPORT, header, _refused(loaded, request.language), request.language)
            values |= {"loaded": loaded, "rows": sorted(loaded.rows, key=_spot)[:SHOWN], "tried": given["dry_run"]}
            values["passed"] = [
                (table, why, count) for (table, why), count in sorted(loaded.passed.items(), key=_table)
            ]
    return render(request, "inventory/import.html", values)


def _refused(loaded: plant.Loaded, language: Language) -> Iterator[Sequence[str]]:
    yield from ([row.table, str(row.line), row.reason.in_(language)] for row in sorted(loaded.rows, key=_spot))
    if loaded.refused > len(loaded.rows):
        yield ["", "", MORE.format(count=loaded.refused - len(loaded.rows)).in_(language)]


def _spot(row: Refused) -> tuple[str, int]:
    return row.table, row.line


def _table(counted: tuple[tuple[str, Text], int]) -> str:
    return counted[0][0]
