"""Posts: who acts now, opening, filling and closing them, taking over and handing back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.edges.console.posts.forms import AcceptTimeForm, FillForm, NoteForm, PostForm, RoleForm, TakeOverForm
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.journal.queries import timeline
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.ground.posts import api, boards, queries
from kapok.ground.posts.rules import MINUTE
from kapok.kernel.errors import KapokError

PAGE = 24


@screen(permission=Permission.ROSTER_READ)
def posts_list(request: ScreenRequest) -> HttpResponse:
    """The posts of one's units with who acts now."""
    page = Paginator(queries.post_rows(request.units), PAGE).get_page(request.GET.get("page"))
    values = {
        "page": page,
        "posts": queries.acting_in(page.object_list, request.at),
        "may_manage": bool(people.units_where(request.user.id, Permission.ROSTER_MANAGE)),
    }
    return render(request, "posts/list.html", values)


@screen(permission=Permission.ROSTER_MANAGE)
def open_post(request: ScreenRequest) -> HttpResponse:
    """Set up a post of one of one's units."""
    form = PostForm(request.POST or None, units=request.units)
    if request.method == "POST" and form.is_valid() and _ours(request, form, "a", "b"):
        typed = form.cleaned_data
        opened = {name: typed[name] for name in ("code", "function", "unit", "a", "b")}
        try:
            ttl = form.accept_ttl
            api.open_post(**opened, title=form.name, accept_ttl=ttl, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            form.add_error("code" if isinstance(refused, api.PostTaken) else None, refused.text.in_(request.language))
        else:
            messages.success(request, _("The post has been opened."))
            return redirect("console:post", typed["code"])
    values = {
        "form": form,
        "title": _("New post"),
        "back": "console:posts",
        "crew": boards.crew(request.units)[:50],
    }
    return render(request, "posts/form.html", values)


def _ours(request: ScreenRequest, form: forms.Form, *fields: str) -> bool:
    """Whether the staff numbers typed there are of people of one's units; where not, the form says so."""
    for field in fields:
        someone = people.person(form.cleaned_data[field])
        if someone is None or someone.unit_id not in request.units:
            form.add_error(field, _("Nobody of your units has this staff number; check it and try again."))
    return form.is_valid()


@screen(permission=Permission.ROSTER_READ)
def post(request: ScreenRequest, code: str) -> HttpResponse:
    """One post: A and B, who acts, the ladder, what comes with it, its time line."""
    return _page(request, _seen(request, code))


Act = Callable[[ScreenRequest, queries.Acting], HttpResponse | None]


def _act(permission: Permission) -> Callable[[Act], Callable[..., HttpResponse]]:
    """A button on a post's page; a refusal becomes a message there."""

    def decorate(act: Act) -> Callable[..., HttpResponse]:
        @require_POST
        @screen(permission=permission)
        @wraps(act)
        def acted(request: ScreenRequest, code: str) -> HttpResponse:
            shown = _seen(request, code)
            try:
                return act(request, shown) or redirect("console:post", code)
            except KapokError as refused:
                messages.error(request, refused.text.in_(request.language))
                return redirect("console:post", code)

        return acted

    return decorate


@_act(Permission.ROSTER_MANAGE)
def fill(request: ScreenRequest, shown: queries.Acting) -> HttpResponse | None:
    """Put somebody into a place, instead of who was there when the page was read; the person must be of one's own units."""
    form = FillForm(request.POST)
    if not form.is_valid() or not _ours(request, form, "username"):
        return _page(request, shown, fill=form)
    _refuse_without_roles(request, shown)
    api.appoint(
        post=shown.code,
        place=form.place,
        username=form.cleaned_data["username"],
        instead_of=form.seen,
        actor=request.user.subject,
        at=request.at,
    )
    messages.success(request, _("Appointed."))
    return None


@_act(Permission.ROSTER_MANAGE)
def exchange(request: ScreenRequest, shown: queries.Acting) -> None:
    """Let A and B change places."""
    _refuse_without_roles(request, shown)
    api.exchange(post=shown.code, actor=request.user.subject, at=request.at)
    messages.success(request, _("A and B have changed places."))


@_act(Permission.ROSTER_MANAGE)
def change_accept_time(request: ScreenRequest, shown: queries.Acting) -> HttpResponse | None:
    """Let offers that come from now on wait longer or shorter; what is offered keeps its time."""
    form = AcceptTimeForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, accept_time=form)
    api.change_accept_time(post=shown.code, accept_ttl=form.accept_ttl, actor=request.user.subject, at=request.at)
    messages.success(request, _("Saved. What is offered already keeps its time."))
    return None


@_act(Permission.ROSTER_READ)
def take_over(request: ScreenRequest, shown: queries.Acting) -> HttpResponse | None:
    """Let B act: A, B or whoever manages the post may say so."""
    _refuse_strangers(request, shown)
    form = TakeOverForm(request.POST)
    if not form.is_valid() or shown.b is None:
        return _page(request, shown, take_over=form)
    api.take_over(
        post=shown.code,
        username=shown.b.username,
        cause=form.cause,
        note=form.cleaned_data["note"],
        actor=request.user.subject,
        at=request.at,
    )
    messages.success(request, _("B acts now."))
    return None


@_act(Permission.ROSTER_READ)
def hand_back(request: ScreenRequest, shown: queries.Acting) -> HttpResponse | None:
    """Let A act again."""
    _refuse_strangers(request, shown)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, hand_back=form)
    api.hand_back(post=shown.code, note=form.cleaned_data["note"], actor=request.user.subject, at=request.at)
    messages.success(request, _("Handed back; A acts again."))
    return None


@_act(Permission.PEOPLE_MANAGE)
def attach_role(request: ScreenRequest, shown: queries.Acting) -> None:
    """Let a role come with the post, or no longer; only whoever may grant roles to people may."""
    verb = api.revoke_from_post if request.POST.get("take") else api.grant_to_post
    verb(post=shown.code, role=request.POST.get("role", ""), actor=request.user.subject, at=request.at)
    messages.success(request, _("Done."))


@_act(Permission.ROSTER_MANAGE)
def close_post(request: ScreenRequest, shown: queries.Acting) -> HttpResponse:
    """End a post; A and B hold it until then."""
    _refuse_without_roles(request, shown)
    api.close_post(post=shown.code, actor=request.user.subject, at=request.at)
    messages.success(request, _("The post has been closed."))
    return redirect("console:posts")


def _seen(request: ScreenRequest, code: str) -> queries.Acting:
    """The post, if it is one of one's units'. Raises `Http404`."""
    found = queries.acting(code, request.at)
    if found is None or found.unit_id not in request.units:
        raise Http404
    return found


def _may(request: ScreenRequest, shown: queries.Acting, permission: Permission) -> bool:
    return shown.unit_id in people.units_where(request.user.id, permission)


def _refuse_without_roles(request: ScreenRequest, shown: queries.Acting) -> None:
    """Filling a post that carries roles grants roles, so it takes the permission for that. Raises `Http404`."""
    if boards.carried(shown.id) and not _may(request, shown, Permission.PEOPLE_MANAGE):
        raise Http404


def _holds(request: ScreenRequest, shown: queries.Acting) -> bool:
    return request.user.id in {each.id for each in (shown.a, shown.b) if each}


def _refuse_strangers(request: ScreenRequest, shown: queries.Acting) -> None:
    if not _holds(request, shown) and not _may(request, shown, Permission.ROSTER_MANAGE):
        raise Http404


def _page(request: ScreenRequest, shown: queries.Acting, **typed: forms.Form) -> HttpResponse:
    roles, grants = boards.carried(shown.id), _may(request, shown, Permission.PEOPLE_MANAGE)
    manages, is_open = _may(request, shown, Permission.ROSTER_MANAGE), shown.a is not None
    minutes = shown.accept_ttl and round(shown.accept_ttl / MINUTE)
    values: dict[str, Any] = {
        "post": shown,
        "accept_minutes": minutes,
        "steps": queries.escalation(shown.code, request.at),
        "roles": roles,
        "lines": timeline(shown.subject),
        "is_open": is_open,
        "may_fill": is_open and manages and (grants or not roles),
        "may_manage": is_open and manages,
        "may_grant": is_open and grants,
        "may_hand_over": is_open and (manages or _holds(request, shown)),
        "crew": boards.crew([shown.unit_id])[:50],
        "fill": FillForm(initial={"a": shown.a and shown.a.username, "b": shown.b and shown.b.username}),
        "accept_time": AcceptTimeForm(initial={"accept_minutes": minutes}),
        "take_over": TakeOverForm(),
        "hand_back": NoteForm(),
        "role": RoleForm(),
    }
    return render(request, "posts/post.html", {**values, **typed})
