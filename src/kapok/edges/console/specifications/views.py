"""Specifications: the list, one version with what it says and which offers follow it, and what can be done with it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.edges.console.flows.forms import CopyForm
from kapok.edges.console.screen import ScreenRequest, attempt, screen
from kapok.edges.console.specifications import showing
from kapok.edges.console.specifications.forms import SpecificationForm
from kapok.ground.catalog.offering import renewing
from kapok.ground.catalog.rules import STATES, State
from kapok.ground.catalog.specifying import api, queries, rows
from kapok.ground.catalog.specifying.document import SORTS, Sort
from kapok.ground.journal.queries import timeline
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

PAGE = 25


@screen(permission=Permission.OFFERS_READ)
def specification_list(request: ScreenRequest) -> HttpResponse:
    """What is in force, drafted and retired, searched and paged in the database."""
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("sort", "state", "text")}
    page = Paginator(queries.newest_rows(**asked), PAGE).get_page(request.GET.get("page"))
    values = {
        "page": page,
        "lines": queries.shown(page.object_list),
        "asked": asked,
        "sorts": SORTS.items(),
        "states": STATES.items(),
        "may_manage": _may_manage(request),
    }
    part = request.headers.get("HX-Target") == "specification-rows"
    return render(request, "specifications/rows.html" if part else "specifications/list.html", values)


@screen(permission=Permission.OFFERS_READ)
def specification(request: ScreenRequest, sort: str, code: str, number: int | None = None) -> HttpResponse:
    """One version of a specification; without a number the newest."""
    versions = _versions(sort, code)
    version = next((each for each in versions if number in {None, each.number}), None)
    if version is None:
        raise Http404
    values = {
        "edition": version,
        "versions": versions,
        "facts": list(showing.facts(version.entry, rows.specified())),
        "characteristics": showing.characteristics(version.entry),
        "findings": queries.findings(version.entry) if version.state is State.DRAFT else (),
        "following": renewing.following(version.sort, code),
        "draft": next((each for each in versions if each.state is State.DRAFT), None),
        "lines": timeline(version.subject),
        "may_manage": _may_manage(request),
    }
    return render(request, "specifications/specification.html", values)


@screen(permission=Permission.OFFERS_MANAGE, everywhere=True)
def new(request: ScreenRequest) -> HttpResponse:
    """Begin a specification, and go on in the editor."""
    form = SpecificationForm(request.POST or None, initial={"sort": request.GET.get("sort", "")[:20]})
    if request.method == "POST" and form.is_valid():
        sort, code = form.sort, form.cleaned_data["code"]
        try:
            if queries.exists(sort, code):
                raise api.SpecificationTaken(code=code)
            api.draft_specification(sort=sort, document=form.document, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            form.add_error("code", refused.text.in_(request.language))
        else:
            return redirect("console:edit-specification", sort, code)
    return render(request, "specifications/form.html", {"form": form, "title": _("New specification")})


@screen(permission=Permission.OFFERS_MANAGE, everywhere=True)
def copy(request: ScreenRequest, sort: str, code: str, number: int) -> HttpResponse:
    """Draft another specification that says the same."""
    said = _said(sort, code, number)
    form = CopyForm(request.POST or None, initial={"title_zh": said.title.zh, "title_en": said.title.en})
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["code"]
        who = _who(request)
        try:
            api.copy_specification(sort=said.sort, code=code, number=number, to=to, title=form.title, **who)
        except KapokError as refused:
            form.add_error("code", refused.text.in_(request.language))
        else:
            return redirect("console:edit-specification", said.sort, to)
    values = {"form": form, "title": _("Copy the specification"), "edition": said}
    return render(request, "specifications/form.html", values)


@require_POST
@screen(permission=Permission.OFFERS_MANAGE, everywhere=True)
def redraft(request: ScreenRequest, sort: str, code: str, number: int) -> HttpResponse:
    """Begin the next version with what this one says."""
    said = _said(sort, code, number)
    source, who = (
        Text(zh=f"依据第 {number} 版", en=f"from version {number}"),
        _who(request),
    )
    attempt(
        request,
        lambda: api.draft_specification(sort=said.sort, document=said.entry.document(), source=source, **who),
        _("The draft has been made."),
    )
    drafted = queries.draft(said.sort, code)
    return redirect("console:edit-specification" if drafted else "console:specification", sort, code)


@require_POST
@screen(permission=Permission.OFFERS_MANAGE, everywhere=True)
def publish(request: ScreenRequest, sort: str, code: str) -> HttpResponse:
    """Put the draft in force."""
    known, seen = _sort(sort), request.POST.get("revision", "")
    if not queries.exists(known, code) or not seen.isdecimal() or len(seen) > 7:
        raise Http404
    who = _who(request)
    attempt(
        request,
        lambda: api.publish_specification(sort=known, code=code, revision=int(seen), **who),
        _(
            "The version is in force, and the offers on sale follow it. Orders that run keep what they were placed with."
        ),
    )
    return redirect("console:specification", sort, code)


@require_POST
@screen(permission=Permission.OFFERS_MANAGE, everywhere=True)
def retire(request: ScreenRequest, sort: str, code: str) -> HttpResponse:
    """Let no offer be put on sale by it any more."""
    known, who = _sort(sort), _who(request)
    attempt(
        request,
        lambda: api.retire_specification(sort=known, code=code, **who),
        _("No offer can be put on sale by it any more."),
    )
    return redirect("console:specification", sort, code)


@require_POST
@screen(permission=Permission.OFFERS_MANAGE, everywhere=True)
def discard(request: ScreenRequest, sort: str, code: str) -> HttpResponse:
    """Give the draft up."""
    known, who = _sort(sort), _who(request)
    attempt(
        request,
        lambda: api.discard_specification(sort=known, code=code, **who),
        _("The draft has been discarded."),
    )
    left = queries.exists(known, code)
    return redirect("console:specification", sort, code) if left else redirect("console:specifications")


def _may_manage(request: ScreenRequest) -> bool:
    return people.everywhere(people.units_where(request.user.id, Permission.OFFERS_MANAGE))


def _who(request: ScreenRequest) -> dict[str, Any]:
    return {"actor": request.user.subject, "at": request.at}


def _sort(words: str) -> Sort:
    if words not in set(Sort):
        raise Http404
    return Sort(words)


def _versions(sort: str, code: str) -> list[queries.SpecificationView]:
    try:
        return queries.versions(_sort(sort), code)
    except api.UnknownSpecification:
        raise Http404 from None


def _said(sort: str, code: str, number: int) -> queries.SpecificationView:
    try:
        return queries.specification(_sort(sort), code, number)
    except (api.UnknownSpecification, api.UnknownSpecificationVersion):
        raise Http404 from None
