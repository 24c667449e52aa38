"""Users and permissions: the list, one person, and what an administrator does there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kapok.edges.console.people.forms import AccountForm, DetailsForm, GrantForm, show_refusal
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.people import queries
from kapok.ground.people.roles import Permission
from kapok.ground.posts import queries as posts
from kapok.ground.work.models import Item, Matter
from kapok.ground.work.rules import ItemState, MatterState
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language

PAGE = 25


@screen(permission=Permission.PEOPLE_READ)
def people_list(request: ScreenRequest) -> HttpResponse:
    """The people of one's units, searched and paged in the database."""
    search = request.GET.get("q", "").strip()[:100]
    page = Paginator(queries.staff_rows(search, units=request.units), PAGE).get_page(request.GET.get("page"))
    values = {"page": page, "people": queries.people(page.object_list), "search": search}
    part = request.headers.get("HX-Target") == "people-rows"
    return render(request, "people/rows.html" if part else "people/list.html", values)


@screen(permission=Permission.PEOPLE_MANAGE)
def open_account(request: ScreenRequest) -> HttpResponse:
    """Open an account; the one-time password is shown once, here and nowhere else."""
    form = AccountForm(request.POST or None, units=request.units)
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data, "language": Language(form.cleaned_data["language"])}
        try:
            password = people.open_account(**values, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            show_refusal(form, refused)
        else:
            return _show_once(request, values["username"].lower(), password)
    return render(request, "people/new.html", {"form": form})


@screen(permission=Permission.PEOPLE_READ)
def person(request: ScreenRequest, username: str) -> HttpResponse:
    """One person: grants by unit, sign-in, time line."""
    return _page(request, _seen(request, username))


@screen(permission=Permission.PEOPLE_MANAGE)
def details(request: ScreenRequest, username: str) -> HttpResponse:
    """Correct a person's name, unit, phone or e-mail; nothing of it is unmasked for that."""
    someone = _managed(request, username)
    form = DetailsForm(request.POST or None, someone=someone, units=request.units)
    if request.method == "POST" and form.is_valid():
        try:
            people.change_details(username=username, **form.changes, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:person", username)
    return render(request, "people/details.html", {"form": form, "someone": someone})


Act = Callable[[ScreenRequest, queries.Person], HttpResponse | None]


def _act(act: Act) -> Callable[..., HttpResponse]:
    """A button on a person's page; a refusal becomes a message there."""

    @require_POST
    @screen(permission=Permission.PEOPLE_MANAGE)
    @wraps(act)
    def acted(request: ScreenRequest, username: str) -> HttpResponse:
        someone = _managed(request, username)
        try:
            return act(request, someone) or redirect("console:person", username)
        except KapokError as refused:
            messages.error(request, refused.text.in_(request.language))
            return redirect("console:person", username)

    return acted


@_act
def grant(request: ScreenRequest, someone: queries.Person) -> HttpResponse | None:
    """Grant a role for one of one's own units."""
    form = GrantForm(request.POST, units=request.units)
    if not form.is_valid():
        return _page(request, someone, form)
    people.grant_role(username=someone.username, **form.cleaned_data, actor=request.user.subject, at=request.at)
    messages.success(request, _("Granted."))
    return None


@_act
def revoke(request: ScreenRequest, someone: queries.Person) -> None:
    """Take a role back."""
    people.revoke_role(
        username=someone.username,
        role=request.POST.get("role", ""),
        unit=request.POST.get("unit", ""),
        actor=request.user.subject,
        at=request.at,
    )
    messages.success(request, _("Revoked."))


@_act
def change_state(request: ScreenRequest, someone: queries.Person) -> None:
    """Deactivate, or let in again."""
    move = people.deactivate if request.POST.get("to") == "deactivated" else people.reactivate
    move(username=someone.username, actor=request.user.subject, at=request.at)
    messages.success(request, _("Done."))


@_act
def unlock(request: ScreenRequest, someone: queries.Person) -> None:
    """End a lock-out."""
    people.unlock(username=someone.username, actor=request.user.subject, at=request.at)
    messages.success(request, _("Unlocked; the person may try again at once."))


@_act
def reset_password(request: ScreenRequest, someone: queries.Person) -> HttpResponse:
    """Replace a lost password."""
    password = people.reset_password(username=someone.username, actor=request.user.subject, at=request.at)
    return _show_once(request, someone.username, password)


@require_POST
@never_cache
@screen(permission=Permission.PEOPLE_UNMASK)
def contact(request: ScreenRequest, username: str) -> HttpResponse:
    """Phone and e-mail in clear, for a purpose that goes into the journal."""
    _seen(request, username)
    values: dict[str, Any] = {"username": username, "purpose": request.POST.get("purpose", "")}
    try:
        values["contact"] = people.see_contact(**values, actor=request.user.subject, at=request.at)
    except people.PurposeMissing as refused:
        values["refused"] = refused.text
    return render(request, "people/contact.html", values)


def _seen(request: ScreenRequest, username: str) -> queries.Person:
    """The person, if one of one's units is theirs. Raises `Http404`, which does not tell whether somebody exists elsewhere."""
    someone = queries.person(username)
    if someone is None or someone.unit_id not in request.units:
        raise Http404
    return someone


def _managed(request: ScreenRequest, username: str) -> queries.Person:
    """The person, if all units in which they work or hold a role are one's own. Raises `Http404`.

    Otherwise a bureau's administrator could take over somebody who holds a role above the bureau.
    """
    someone = _seen(request, username)
    if not someone.units <= request.units:
        raise Http404
    return someone


def _page(request: ScreenRequest, someone: queries.Person, form: GrantForm | None = None) -> HttpResponse:
    managed = queries.units_where(request.user.id, Permission.PEOPLE_MANAGE)
    unmasked = queries.units_where(request.user.id, Permission.PEOPLE_UNMASK)
    values = {
        "someone": someone,
        "lines": timeline(someone.subject),
        "posts": posts.posts_of(someone.id, request.at),
        "seen_posts": queries.units_where(request.user.id, Permission.ROSTER_READ),
        "held": Item.objects.filter(holder=someone.id, state=ItemState.HELD).count(),
        "first_contact": Matter.objects.filter(first_contact=someone.id, state=MatterState.OPEN).count(),
        "locked_until": queries.locked_until(someone.username, at=request.at),
        "may_manage": someone.units <= managed,
        "may_unmask": someone.unit_id in unmasked,
        "form": form or GrantForm(units=managed, initial={"unit": someone.unit}),
    }
    return render(request, "people/person.html", values)


@never_cache
def _show_once(request: ScreenRequest, username: str, password: str) -> HttpResponse:
    return render(request, "people/one_time_password.html", {"username": username, "password": password})
