"""Exchange areas: their names, the service centre that runs each, and of what kind of area each is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kapok.edges.console.people.forms import in_reading_language
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.ground.people.rules import UnitKind
from kapok.ground.places import api as places
from kapok.ground.places import queries, rules
from kapok.ground.places.queries import AreaView
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

FIELDS: dict[type[KapokError], str] = {places.BadPlaceName: "name_zh", places.EndedUnit: "unit", places.BadArea: "area"}


class AreaForm(forms.Form):
    """What is written of an exchange area."""

    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centres = [unit for unit in people.unit_tree() if unit.kind == UnitKind.SERVICE_CENTRE]
        units = [("", "–"), *((unit.code, in_reading_language(unit.name)) for unit in centres)]
        if self.initial["unit"] not in dict(units):
            units.append((self.initial["unit"], self.initial["unit"]))
        kinds = [(code, in_reading_language(title)) for code, title in rules.AREAS.items()]
        self.fields["unit"] = forms.ChoiceField(label=gettext_lazy("Run by"), choices=units, required=False)
        self.fields["area"] = forms.ChoiceField(
            label=gettext_lazy("Kind of area"),
            choices=[("", gettext_lazy("not stated: the installation's default")), *kinds],
            required=False,
            help_text=gettext_lazy("What is promised of an order at its addresses depends on it."),
        )


@screen(permission=Permission.PLACES_READ)
def areas(request: ScreenRequest) -> HttpResponse:
    """All exchange areas."""
    may = people.everywhere(people.units_where(request.user.id, Permission.PLACES_MANAGE))
    return render(request, "places/areas.html", {"areas": queries.area_views(), "may_manage": may})


@screen(permission=Permission.PLACES_MANAGE, everywhere=True)
def edit_area(request: ScreenRequest, code: str) -> HttpResponse:
    """Write an exchange area differently; its boundary stays."""
    shown = next(iter(queries.area_views(code)), None)
    if shown is None:
        raise Http404
    known = {"name_zh": shown.name.zh, "name_en": shown.name.en, "unit": shown.unit, "area": shown.area}
    form = AreaForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid() and _drawn(request, form, shown):
        messages.success(request, _("The exchange area has been written anew."))
        return redirect("console:exchange-areas")
    return render(request, "places/edit_area.html", {"form": form, "shown": shown})


def _drawn(request: ScreenRequest, form: AreaForm, shown: AreaView) -> bool:
    said = form.cleaned_data
    name = Text(zh=said["name_zh"], en=said["name_en"])
    try:
        places.draw_exchange_area(
            code=shown.code, name=name, unit=said["unit"] or None, geometry=shown.geometry, area=said["area"],
            actor=request.user.subject, at=request.at,
        )  # fmt: skip
    except KapokError as refused:
        form.add_error(FIELDS.get(type(refused)), refused.text.in_(request.language))
        return False
    return True
