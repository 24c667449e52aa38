"""The tree of units: look, add, rename, move, end."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from kapok.edges.console.organisation.forms import AsOfForm, MoveForm, RenameForm, SinceForm, UnitForm
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.people import queries
from kapok.ground.people.history import versions
from kapok.ground.people.roles import Permission
from kapok.ground.people.rules import UnitKind
from kapok.kernel.errors import KapokError

SINCE_REFUSALS = (people.NotYet, people.NotBefore, people.FoundedLater, people.UsedUntil)
"""What is refused because of the day on which a change takes effect."""


@screen(permission=Permission.PEOPLE_READ)
def organisation(request: ScreenRequest) -> HttpResponse:
    """The units one may see, as a tree with the number of people in each; with `?ended=1` also those that are no more.

    With `?on=2026-03-31` the tree as it was on that day.
    """
    today, ended = timezone.localdate(request.at), request.GET.get("ended") == "1"
    form = AsOfForm(request.GET if "on" in request.GET else None, today=today, initial={"on": today})
    day = form.cleaned_data["on"] if form.is_valid() else None
    values = {
        "units": queries.unit_tree(request.units, ended=ended, on=day),
        "managed": queries.units_where(request.user.id, Permission.PEOPLE_MANAGE),
        "ended": ended,
        "form": form,
        "day": day,
    }
    return render(request, "organisation/tree.html", values)


@screen(permission=Permission.PEOPLE_READ)
def unit(request: ScreenRequest, code: str) -> HttpResponse:
    """One unit, also one that has ended: what it is and was, what can be done with it, its time line."""
    shown = _seen(request, code, ended=True)
    names = {each.code: each.name for each in queries.unit_tree(request.units, ended=True)}
    values = {
        "unit": shown,
        "above": [(each, names[each]) for each in shown.above if each in names],
        "may_manage": shown.id in queries.units_where(request.user.id, Permission.PEOPLE_MANAGE),
        "versions": versions(shown.id),
        "lines": timeline(shown.subject),
    }
    return render(request, "organisation/unit.html", values)


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
                since=form.cleaned_data["since"],
                actor=request.user.subject,
                at=request.at,
            )
        except KapokError as refused:
            _tell(request, form, refused, "code" if isinstance(refused, people.CodeTaken) else "parent")
        else:
            messages.success(request, _("The unit has been set up."))
            return redirect("console:organisation")
    return render(request, "organisation/form.html", {"form": form, "title": _("New unit")})


@screen(permission=Permission.PEOPLE_MANAGE)
def rename(request: ScreenRequest, code: str) -> HttpResponse:
    """Give a unit another name."""
    shown = _seen(request, code)
    form = RenameForm(request.POST or None, initial={"name_zh": shown.name.zh, "name_en": shown.name.en})
    if request.method == "POST" and form.is_valid():
        try:
            since = form.cleaned_data["since"]
            people.rename_unit(code=code, name=form.name, since=since, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            _tell(request, form, refused, None)
        else:
            messages.success(request, _("The unit has been renamed."))
            return redirect("console:unit", code)
    return render(request, "organisation/form.html", {"form": form, "title": _("Rename unit"), "unit": shown})


@screen(permission=Permission.PEOPLE_MANAGE)
def move(request: ScreenRequest, code: str) -> HttpResponse:
    """Make a unit part of another; it, where it is now, and where it goes must be one's own. A top unit goes nowhere."""
    shown = _seen(request, code)
    if not shown.above:
        raise Http404
    present = _seen(request, shown.above[-1])
    form = MoveForm(request.POST or None, unit=shown, units=request.units, initial={"parent": present.code})
    if request.method == "POST" and form.is_valid():
        try:
            people.move_unit(code=code, **form.cleaned_data, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            _tell(request, form, refused, "parent")
        else:
            messages.success(request, _("The unit has been moved."))
            return redirect("console:unit", code)
    question = _(
        "Move %(name)s with everything below it? From then on the roles held above its new place reach it."
    ) % {"name": shown.name.in_(request.language)}
    values = {"form": form, "title": _("Move unit"), "unit": shown, "question": question}
    return render(request, "organisation/form.html", values)


@screen(permission=Permission.PEOPLE_MANAGE)
def end(request: ScreenRequest, code: str) -> HttpResponse:
    """Close a unit in which nobody and nothing is left."""
    shown = _seen(request, code, ended=True)
    form = SinceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            since = form.cleaned_data["since"]
            people.end_unit(code=shown.code, since=since, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            _tell(request, form, refused, None)
        else:
            messages.success(request, _("The unit has ended."))
            return redirect("console:unit", code)
    name = shown.name.in_(request.language)
    question = _("End %(name)s? Nobody can be put there any more, and it cannot be reopened. Its history stays.") % {
        "name": name
    }
    values = {"form": form, "title": _("End unit"), "unit": shown, "question": question}
    return render(request, "organisation/form.html", values)


def _tell(request: ScreenRequest, form: forms.Form, refused: KapokError, field: str | None) -> None:
    """Say a refusal at the field that it is about."""
    form.add_error("since" if isinstance(refused, SINCE_REFUSALS) else field, refused.text.in_(request.language))


def _seen(request: ScreenRequest, code: str, *, ended: bool = False) -> queries.Unit:
    """The unit, if it is one of one's own. Raises `Http404`."""
    found = next((each for each in queries.unit_tree(request.units, ended=ended) if each.code == code), None)
    if found is None:
        raise Http404
    return found
