"""The roster of a week, person by day, and what people can do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.edges.console.posts.forms import CALENDAR, AwardForm, PlanForm, ShiftForm, SkillForm
from kapok.edges.console.screen import ScreenRequest, attempt, screen
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.ground.posts import api, boards
from kapok.kernel.errors import KapokError

PAGE = 25


@screen(permission=Permission.ROSTER_READ)
def week(request: ScreenRequest) -> HttpResponse:
    """A week of shifts of one's units."""
    return _week(request)


def _week(request: ScreenRequest, form: PlanForm | None = None) -> HttpResponse:
    monday = _monday(request.GET.get("week"), timezone.localdate(request.at))
    page = Paginator(boards.crew(request.units), PAGE).get_page(request.GET.get("page"))
    manages = people.units_where(request.user.id, Permission.ROSTER_MANAGE)
    asked = {"username": request.GET.get("who"), "day": request.GET.get("day") or monday}
    values = {
        "page": page,
        "rows": boards.week(page.object_list, monday, request.at),
        "days": [monday + timedelta(days=index) for index in range(7)],
        "monday": monday,
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "today": timezone.localdate(request.at),
        "manages": bool(manages),
        "defines": people.everywhere(manages),
        "shifts": boards.shifts(),
        "crew": boards.crew(manages)[:50],
        "form": form or PlanForm(initial=asked),
    }
    return render(request, "posts/roster.html", values)


@require_POST
@screen(permission=Permission.ROSTER_MANAGE)
def plan(request: ScreenRequest) -> HttpResponse:
    """Put somebody of one's own units on a shift."""
    form = PlanForm(request.POST)
    _check_crew(request, form)
    if form.is_valid():
        try:
            api.plan_shift(**form.cleaned_data, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            form.add_error("day", refused.text.in_(request.language))
        else:
            messages.success(request, _("Planned."))
            return redirect(_at_week(form.cleaned_data["day"]))
    return _week(request, form)


@require_POST
@screen(permission=Permission.ROSTER_MANAGE)
def clear(request: ScreenRequest) -> HttpResponse:
    """Take somebody of one's own units off a shift."""
    form = PlanForm(request.POST)
    _check_crew(request, form)
    if not form.is_valid():
        return _week(request, form)
    verb = partial(api.clear_shift, **form.cleaned_data, actor=request.user.subject, at=request.at)
    attempt(request, verb, _("Cleared."))
    return redirect(_at_week(form.cleaned_data["day"]))


@screen(permission=Permission.ROSTER_MANAGE, everywhere=True)
def define_shift(request: ScreenRequest) -> HttpResponse:
    """Set up a shift."""
    form = ShiftForm(request.POST or None)

    def define(typed: dict[str, Any]) -> None:
        api.define_shift(
            code=typed["code"],
            title=form.name,
            starts=typed["starts"],
            ends=typed["ends"],
            actor=request.user.subject,
            at=request.at,
        )

    return _define(request, form, define, title=_("New shift"), back="console:roster")


@screen(permission=Permission.ROSTER_READ)
def skills(request: ScreenRequest) -> HttpResponse:
    """Who of one's units can do what, and how well."""
    return _skills(request)


def _skills(request: ScreenRequest, form: AwardForm | None = None) -> HttpResponse:
    page = Paginator(boards.crew(request.units), PAGE).get_page(request.GET.get("page"))
    manages = people.units_where(request.user.id, Permission.ROSTER_MANAGE)
    values = {
        "page": page,
        "titles": boards.skill_titles().values(),
        "rows": boards.abilities(page.object_list, request.at),
        "manages": bool(manages),
        "defines": people.everywhere(manages),
        "crew": boards.crew(manages)[:50],
        "form": form or AwardForm(initial={"username": request.GET.get("who")}),
    }
    return render(request, "posts/skills.html", values)


@require_POST
@screen(permission=Permission.ROSTER_MANAGE)
def award(request: ScreenRequest) -> HttpResponse:
    """Note or take away a skill of somebody of one's own units."""
    form = AwardForm(request.POST)
    _check_crew(request, form)
    if form.is_valid():
        who: dict[str, Any] = {"actor": request.user.subject, "at": request.at}
        typed = form.cleaned_data
        try:
            if typed["level"]:
                api.award_skill(**typed, **who)
            else:
                api.withdraw_skill(username=typed["username"], skill=typed["skill"], **who)
        except KapokError as refused:
            form.add_error("skill", refused.text.in_(request.language))
        else:
            messages.success(request, _("Saved."))
            return redirect("console:skills")
    return _skills(request, form)


@screen(permission=Permission.ROSTER_MANAGE, everywhere=True)
def define_skill(request: ScreenRequest) -> HttpResponse:
    """Set up a skill."""
    form = SkillForm(request.POST or None)

    def define(typed: dict[str, Any]) -> None:
        api.define_skill(code=typed["code"], title=form.name, actor=request.user.subject, at=request.at)

    return _define(request, form, define, title=_("New skill"), back="console:skills")


def _define(
    request: ScreenRequest, form: forms.Form, define: Callable[[dict[str, Any]], None], *, title: str, back: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            define(form.cleaned_data)
        except KapokError as refused:
            form.add_error("code", refused.text.in_(request.language))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    return render(request, "posts/form.html", {"form": form, "title": title, "back": back})


def _check_crew(request: ScreenRequest, form: forms.Form) -> None:
    """Mark the form where the person is not one of one's own units'."""
    if form.is_valid():
        someone = people.person(form.cleaned_data["username"])
        if someone is None or someone.unit_id not in request.units:
            form.add_error("username", _("Nobody of your units has this staff number; check it and try again."))


def _monday(day: str | None, today: date) -> date:
    """The Monday of the week of a day, or of today."""
    try:
        chosen = min(max(date.fromisoformat(day or ""), CALENDAR[0]), CALENDAR[1])
    except ValueError:
        chosen = today
    return chosen - timedelta(days=chosen.weekday())


def _at_week(day: date) -> str:
    return f"{reverse('console:roster')}?week={_monday(None, day)}"
