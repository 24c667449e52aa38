"""Absences: the month at a glance, asking, granting, withdrawing."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.edges.console.posts.forms import CALENDAR, LeaveForm
from kapok.edges.console.screen import ScreenRequest, attempt, screen
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.ground.posts import api, boards
from kapok.ground.posts.models import Absence
from kapok.ground.posts.rules import AbsenceKind, AbsenceState
from kapok.kernel.errors import KapokError

PAGE = 30
WAITING = 20


@screen(permission=Permission.ROSTER_READ)
def calendar(request: ScreenRequest) -> HttpResponse:
    """A month of absences of one's units, what waits to be granted, and one's own."""
    first = _first_of(request.GET.get("month"), timezone.localdate(request.at))
    last = _next(first)
    page = Paginator(boards.absent_people(request.units, first, last), PAGE).get_page(request.GET.get("page"))
    waiting = boards.absence_rows(request.units, boards.days_between(timezone.localdate(request.at), date.max))
    asked = boards.absences(waiting.filter(state=AbsenceState.REQUESTED)[:WAITING])
    manages = people.units_where(request.user.id, Permission.ROSTER_MANAGE)
    values = {
        "page": page,
        "rows": boards.month(page.object_list, first, last),
        "days": [first + timedelta(days=index) for index in range((last - first).days)],
        "first": first,
        "before": first - timedelta(days=1),
        "after": last,
        "today": timezone.localdate(request.at),
        "waiting": boards.for_eyes(asked, request.user.id, manages=manages, at=request.at),
        "own": boards.own_absences(request.user.id, request.at),
        "manages": manages,
    }
    return render(request, "posts/absences.html", values)


@screen(permission=Permission.ROSTER_READ)
def ask(request: ScreenRequest) -> HttpResponse:
    """Ask to be away oneself; whoever manages the roster also for others, and it is granted at once."""
    manages = people.units_where(request.user.id, Permission.ROSTER_MANAGE)
    form = LeaveForm(request.POST or None, initial={"username": request.user.username})
    if request.method == "POST" and form.is_valid():
        other = form.cleaned_data["username"].lower() != request.user.username
        someone = people.person(form.cleaned_data["username"])
        if other and (someone is None or someone.unit_id not in manages):
            form.add_error("username", _("You may ask for yourself, and for the people whose roster you manage."))
        else:
            try:
                _ask(request, form, granted=other)
            except KapokError as refused:
                form.add_error("first", refused.text.in_(request.language))
            else:
                messages.success(
                    request, _("The leave is granted.") if other else _("Asked for; it counts once it is granted.")
                )
                return redirect("console:absences")
    values = {
        "form": form,
        "title": _("Ask for leave"),
        "back": "console:absences",
        "crew": boards.crew(manages)[:50],
    }
    return render(request, "posts/form.html", values)


def _ask(request: ScreenRequest, form: LeaveForm, *, granted: bool) -> None:
    who: dict[str, Any] = {"actor": request.user.subject, "at": request.at}
    leave = form.leave
    if granted and leave["kind"] is AbsenceKind.UNPLANNED and leave["since"] <= request.at < leave["until"]:
        api.declare_absent(username=leave["username"], until=leave["until"], note=leave["note"], **who)
        return
    absence = api.request_leave(**leave, **who)
    if granted:
        api.grant_leave(absence=absence, **who)


@require_POST
@screen(permission=Permission.ROSTER_MANAGE)
def grant(request: ScreenRequest, absence: UUID) -> HttpResponse:
    """Let somebody else of one's own units be away; refused where the other of a post is away then."""
    if _found(request, absence).staff.unit_id not in request.units:
        raise Http404
    verb = partial(api.grant_leave, absence=absence, actor=request.user.subject, at=request.at)
    attempt(request, verb, _("The leave is granted."))
    return redirect("console:absences")


@require_POST
@screen(permission=Permission.ROSTER_READ)
def withdraw(request: ScreenRequest, absence: UUID) -> HttpResponse:
    """Undo an absence: one's own, or one of whoever's roster one manages."""
    row = _found(request, absence)
    manages = people.units_where(request.user.id, Permission.ROSTER_MANAGE)
    if row.staff_id != request.user.id and row.staff.unit_id not in manages:
        raise Http404
    verb = partial(api.withdraw_leave, absence=absence, actor=request.user.subject, at=request.at)
    attempt(request, verb, _("Withdrawn."))
    return redirect("console:absences")


def _found(request: ScreenRequest, absence: UUID) -> Absence:
    """The absence, if it is one's own or of one's units. Raises `Http404`."""
    row = Absence.objects.select_related("staff").filter(id=absence).first()
    if row is None or (row.staff_id != request.user.id and row.staff.unit_id not in request.units):
        raise Http404
    return row


def _first_of(month: str | None, today: date) -> date:
    """The first day of a month written `2026-03`, or of the present one."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return today.replace(day=1)
    return min(max(first, CALENDAR[0]), CALENDAR[1].replace(day=1))


def _next(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
