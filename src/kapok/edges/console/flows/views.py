"""Flows: the list, one version with its picture, and what can be done with it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.edges.console.flows.forms import FlowForm
from kapok.edges.console.flows.picture import applies, shown
from kapok.edges.console.flows.reach import foreign, not_for_everybody
from kapok.edges.console.offers.forms import CopyForm
from kapok.edges.console.screen import ScreenRequest, attempt, screen
from kapok.ground.catalog import api as catalog
from kapok.ground.catalog import editing, queries
from kapok.ground.catalog.packs import pack_called, promise_called
from kapok.ground.catalog.rules import STATES, State
from kapok.ground.catalog.template import LINES, Flow
from kapok.ground.journal.queries import timeline
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.ground.work import queries as work
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

PAGE = 25


@screen(permission=Permission.FLOWS_READ)
def flow_list(request: ScreenRequest) -> HttpResponse:
    """The flows, each by its newest version, searched and paged in the database."""
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("line", "state", "text")}
    page = Paginator(queries.newest_rows(**asked), PAGE).get_page(request.GET.get("page"))
    versions = queries.shown(page.object_list)
    values = {
        "page": page,
        "versions": versions,
        "in_force": queries.force_of(each.flow for each in versions),
        "asked": asked,
        "lines": LINES.items(),
        "states": STATES.items(),
    }
    part = request.headers.get("HX-Target") == "flow-rows"
    return render(request, "flows/rows.html" if part else "flows/list.html", values)


@screen(permission=Permission.FLOWS_READ)
def flow(request: ScreenRequest, code: str, number: int | None = None) -> HttpResponse:
    """One version of a flow; without a number the newest."""
    versions = _versions(code)
    version = next((each for each in versions if number in {None, each.number}), None)
    if version is None:
        raise Http404
    said = queries.flow(code, version.number)
    manages = people.units_where(request.user.id, Permission.FLOWS_MANAGE)
    pack = pack_called(said.serves.pack)
    promise = promise_called(pack, said.serves.code) if pack else None
    running = work.running_on(code)
    values = {
        "edition": version,
        "versions": [(each, running.get(each.number, 0)) for each in versions],
        "shown": shown(said, request.language, checked=version.state == State.DRAFT),
        "applies": applies(said),
        "promise": promise,
        "draft": next((each for each in versions if each.state == State.DRAFT), None),
        "lines": timeline(f"flow/{code}"),
        "may_manage": bool(manages),
        "may_publish": people.everywhere(manages),
    }
    return render(request, "flows/flow.html", values)


@screen(permission=Permission.FLOWS_MANAGE)
def new(request: ScreenRequest) -> HttpResponse:
    """Begin a flow with one stage, and go on in the editor."""
    form = FlowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        head = form.head
        try:
            if queries.exists(head["code"]):
                raise catalog.FlowTaken(flow=head["code"])
            catalog.draft_flow(document=editing.starter(head), actor=request.user.subject, at=request.at)
        except KapokError as refused:
            field = "code" if isinstance(refused, catalog.FlowTaken) else None
            form.add_error(field, refused.text.in_(request.language))
        else:
            return redirect("console:edit-flow", head["code"])
    return render(request, "flows/form.html", {"form": form, "title": _("New flow")})


@screen(permission=Permission.FLOWS_MANAGE)
def copy(request: ScreenRequest, code: str, number: int) -> HttpResponse:
    """Draft another flow that says the same."""
    said = _said(code, number)
    form = CopyForm(request.POST or None, initial={"title_zh": said.title.zh, "title_en": said.title.en})
    if beyond := foreign(request, "", said):
        messages.error(request, beyond)
        return redirect("console:flow-version", code, number)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["code"]
        try:
            catalog.copy_flow(
                code=code, number=number, to=to, title=form.title, actor=request.user.subject, at=request.at
            )
        except KapokError as refused:
            form.add_error("code", refused.text.in_(request.language))
        else:
            return redirect("console:edit-flow", to)
    return render(request, "flows/form.html", {"form": form, "title": _("Copy the flow"), "flow_code": code})


@require_POST
@screen(permission=Permission.FLOWS_MANAGE)
def redraft(request: ScreenRequest, code: str, number: int) -> HttpResponse:
    """Begin the next version with what this one says."""
    said = _said(code, number)
    source = Text(zh=f"依据第 {number} 版", en=f"from version {number}")

    def draft() -> None:
        catalog.draft_flow(document=said.document(), source=source, actor=request.user.subject, at=request.at)

    if refused := foreign(request, code, said):
        messages.error(request, refused)
        return redirect("console:flow", code)
    attempt(request, draft, _("The draft has been made."))
    return redirect("console:edit-flow" if queries.draft(code) else "console:flow", code)


@require_POST
@screen(permission=Permission.FLOWS_MANAGE)
def publish(request: ScreenRequest, code: str) -> HttpResponse:
    """Put the draft in force, for whoever may publish flows for the top unit."""
    seen = request.POST.get("revision", "")
    if queries.draft(code) is None or not seen.isdecimal():
        raise Http404
    if refused := not_for_everybody(request):
        messages.error(request, refused)
    else:
        attempt(
            request,
            lambda: catalog.publish_flow(code=code, revision=int(seen), actor=request.user.subject, at=request.at),
            _("The flow is in force. New matters follow it; those that run keep their version."),
        )
    return redirect("console:flow", code)


@require_POST
@screen(permission=Permission.FLOWS_MANAGE)
def retire(request: ScreenRequest, code: str) -> HttpResponse:
    """Take the flow out of force, for whoever may publish flows for the top unit."""
    if refused := not_for_everybody(request):
        messages.error(request, refused)
    else:
        attempt(
            request,
            lambda: catalog.retire_flow(code=code, actor=request.user.subject, at=request.at),
            _("The flow takes no new matters."),
        )
    return redirect("console:flow", code)


@require_POST
@screen(permission=Permission.FLOWS_MANAGE)
def discard(request: ScreenRequest, code: str) -> HttpResponse:
    """Give the draft up."""
    if refused := foreign(request, code):
        messages.error(request, refused)
        return redirect("console:flow", code)
    attempt(
        request,
        lambda: catalog.discard_draft(code=code, actor=request.user.subject, at=request.at),
        _("The draft has been discarded."),
    )
    return redirect("console:flow", code) if queries.exists(code) else redirect("console:flows")


def _versions(code: str) -> list[queries.Version]:
    try:
        return queries.versions(code)
    except catalog.UnknownFlow:
        raise Http404 from None


def _said(code: str, number: int) -> Flow:
    try:
        return queries.flow(code, number)
    except (catalog.UnknownFlow, catalog.UnknownVersion):
        raise Http404 from None
