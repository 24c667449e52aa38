"""The tree of units: look, add, rename."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kapok.edges.console.organisation.forms import NameForm, UnitForm
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people import api as people
from kapok.ground.people import queries
from kapok.ground.people.rules import Permission, UnitKind


@screen(permission=Permission.PEOPLE_READ)
def organisation(request: ScreenRequest) -> HttpResponse:
    """The units one may see, as a tree with the number of people in each."""
    managed = queries.units_where(request.user.id, Permission.PEOPLE_MANAGE)
    return render(request, "organisation/tree.html", {"units": queries.unit_tree(request.units), "managed": managed})


@screen(permission=Permission.PEOPLE_MANAGE)
def add(request: ScreenRequest) -> HttpResponse:
    """Set up a unit below one of one's own."""
    form = UnitForm(request.POST or None, units=request.units, initial={"parent": request.GET.get("below")})
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            people.add_unit(
                code=code,
                kind=UnitKind(form.cleaned_data["kind"]),
                name=form.name,
                parent=form.cleaned_data["parent"],
                actor=request.user.subject,
                at=request.at,
            )
        except people.CodeTaken as taken:
            form.add_error("code", taken.text.in_(request.language))
        else:
            messages.success(request, _("The unit has been set up."))
            return redirect("console:organisation")
    return render(request, "organisation/unit.html", {"form": form, "title": _("New unit")})


@screen(permission=Permission.PEOPLE_MANAGE)
def rename(request: ScreenRequest, code: str) -> HttpResponse:
    """Give a unit another name."""
    unit = next((unit for unit in queries.unit_tree(request.units) if unit.code == code), None)
    if unit is None:
        raise Http404
    form = NameForm(request.POST or None, initial={"name_zh": unit.name.zh, "name_en": unit.name.en})
    if request.method == "POST" and form.is_valid():
        people.rename_unit(code=code, name=form.name, actor=request.user.subject, at=request.at)
        messages.success(request, _("The unit has been renamed."))
        return redirect("console:organisation")
    return render(request, "organisation/unit.html", {"form": form, "title": _("Rename unit")})
