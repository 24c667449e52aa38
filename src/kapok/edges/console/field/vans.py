"""The vans: what lies in each, who drives it, loading and counting it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kapok.back.workforce import api, boards, fleet, rules
from kapok.back.workforce.fleet import VanView
from kapok.edges.console.field import reach
from kapok.edges.console.people.forms import in_reading_language
from kapok.edges.console.refusals import not_permitted
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.journal.queries import timeline
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError

LINES = 50
LATELY = timedelta(days=30)


@screen(permission=Permission.DISPATCH_READ)
def vans(request: ScreenRequest) -> HttpResponse:
    """The vans of the units whose board the person may see."""
    everywhere = boards.dispatches_everywhere(request.units)
    may = bool(people.units_where(request.user.id, Permission.DISPATCH_DO))
    return render(request, "field/vans.html", {"vans": fleet.vans(None if everywhere else request.units), "may": may})


class VanForm(forms.Form):
    """What is asked of a van."""

    def __init__(self, data: Any, prefix: str, *, shown: VanView, at: datetime) -> None:
        super().__init__(data, prefix=prefix, initial={"driver": shown.driver})
        self.shown, self.at = shown, at
        self.ask()

    def ask(self) -> None:
        """Set up what it asks."""
        raise NotImplementedError


class MaterialForm(VanForm):
    """A material and how many."""

    def ask(self) -> None:
        """A material of the list, and a count."""
        choices = [
            (code, f"{in_reading_language(title)} · {in_reading_language(counted)}")
            for code, title, counted in fleet.materials()
        ]
        self.fields["material"] = forms.ChoiceField(label=gettext_lazy("Material"), choices=choices)
        self.fields["count"] = forms.IntegerField(label=gettext_lazy("How many"), min_value=0)


class CountForm(MaterialForm):
    """The same, and why it differs."""

    def ask(self) -> None:
        """The same, and a note."""
        super().ask()
        self.fields["note"] = forms.CharField(label=gettext_lazy("Note"), max_length=rules.NOTE, required=False)


class DriverForm(VanForm):
    """Who drives it."""

    def ask(self) -> None:
        """One of those who can be sent around its unit, or nobody."""
        people = [(username, f"{name} {username}") for username, name in fleet.drivers(self.shown.unit_id, self.at)]
        choices = [("", "–"), *people]
        self.fields["driver"] = forms.ChoiceField(label=gettext_lazy("Driver"), choices=choices, required=False)


@dataclass(frozen=True)
class Deed:
    """Something to do with a van."""

    form: type[VanForm]
    verb: Callable[..., None]
    done: Any


DEEDS: Mapping[str, Deed] = {
    "load": Deed(MaterialForm, api.load_van, gettext_lazy("Loaded.")),
    "count": Deed(CountForm, api.count_van, gettext_lazy("The count is recorded.")),
    "drive": Deed(DriverForm, api.drive, gettext_lazy("The driver is recorded.")),
}


@screen(permission=Permission.DISPATCH_READ)
def van(request: ScreenRequest, plate: str) -> HttpResponse:
    """One van: what lies in it and what was used of late; whoever dispatches its unit loads it, counts it, gives it to a driver."""
    shown = fleet.van(plate)
    if shown is None or not reach.covers(request.units, shown.unit_id):
        raise Http404
    may = reach.may_dispatch(request, shown.unit_id)
    asked = request.POST.get("deed", "")
    if request.method == "POST" and not may:
        return not_permitted(request, Permission.DISPATCH_DO)
    given = {name: request.POST if name == asked else None for name in DEEDS}
    filled = {name: deed.form(given[name], name, shown=shown, at=request.at) for name, deed in DEEDS.items()}
    if asked in filled and filled[asked].is_valid() and _did(request, shown, asked, filled[asked]):
        return redirect("console:van", plate)
    used = fleet.used_by(shown.driver, request.at - LATELY, request.at) if shown.driver else {}
    values = {"van": shown, "forms": filled, "may": may, "lines": timeline(shown.subject, limit=LINES)}
    stock = [(each, used.get(each.code, 0)) for each in shown.stock]
    return render(request, "field/van.html", values | {"stock": stock})


def _did(request: ScreenRequest, shown: VanView, asked: str, form: forms.Form) -> bool:
    try:
        DEEDS[asked].verb(plate=shown.plate, **form.cleaned_data, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        form.add_error(None, refused.text.in_(request.language))
        return False
    messages.success(request, DEEDS[asked].done)
    return True


class VehicleForm(forms.Form):
    """A plate and the unit that has the van."""

    plate = forms.CharField(label=gettext_lazy("Plate"), max_length=20)

    def __init__(self, *args: Any, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = forms.ChoiceField(label=gettext_lazy("Unit"), choices=units)


@screen(permission=Permission.DISPATCH_DO)
def new_van(request: ScreenRequest) -> HttpResponse:
    """Enter a van of a unit that the person dispatches for."""
    mine = [each for each in reach.units(request) if reach.may_dispatch(request, each.id)]
    form = VehicleForm(request.POST or None, units=[(each.code, in_reading_language(each.name)) for each in mine])
    if request.method == "POST" and form.is_valid():
        try:
            api.add_vehicle(**form.cleaned_data, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            form.add_error("plate", refused.text.in_(request.language))
        else:
            messages.success(request, _("The van is entered; load it now."))
            return redirect("console:van", rules.tidy_plate(form.cleaned_data["plate"]))
    return render(request, "field/new_van.html", {"form": form})
