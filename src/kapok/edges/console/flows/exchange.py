"""Flows out of and into BPMN files, and two versions side by side."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from kapok.edges.console.flows.forms import ImportForm
from kapok.edges.console.flows.picture import shown, unit_names
from kapok.edges.console.flows.reach import foreign
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.catalog import api as catalog
from kapok.ground.catalog import bpmn, queries
from kapok.ground.catalog.bpmn.xml import MAXIMUM_BYTES
from kapok.ground.catalog.difference import differences
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError


@screen(permission=Permission.FLOWS_READ)
def download(_request: ScreenRequest, code: str, number: int) -> HttpResponse:
    """A version as a BPMN 2.0 file."""
    try:
        said = queries.flow(code, number)
    except (catalog.UnknownFlow, catalog.UnknownVersion):
        raise Http404 from None
    response = HttpResponse(bpmn.write(said, unit_names()), content_type="application/xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}-v{number}.bpmn"'
    return response


@screen(permission=Permission.FLOWS_MANAGE)
def upload(request: ScreenRequest) -> HttpResponse:
    """Draft the flow of a BPMN 2.0 file, and go on in the editor."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"].read(MAXIMUM_BYTES + 1)
        try:
            code, foreign_ = _drafted(request, content, form)
        except KapokError as refused:
            form.add_error("file", refused.text.in_(request.language))
        else:
            if not foreign_:
                return redirect("console:edit-flow", code)
            form.add_error("file", foreign_)
    return render(request, "flows/import.html", {"form": form})


@transaction.atomic
def _drafted(request: ScreenRequest, content: bytes, form: ImportForm) -> tuple[str, str]:
    """The code of the flow that the file drafts, or what keeps this person from drafting it; then nothing is kept."""
    code = catalog.import_bpmn(content=content, **form.said, actor=request.user.subject, at=request.at)
    refused = foreign(request, code)
    transaction.set_rollback(bool(refused))
    return code, refused


@screen(permission=Permission.FLOWS_READ)
def compare(request: ScreenRequest, code: str) -> HttpResponse:
    """Two versions of a flow: what changed, and both pictures."""
    try:
        versions = queries.versions(code)
    except catalog.UnknownFlow:
        raise Http404 from None
    numbers = {each.number for each in versions}
    newer = _number(request.GET.get("to"), default=versions[0].number)
    older = _number(request.GET.get("from"), default=max((n for n in numbers if n < newer), default=newer))
    if not {newer, older} <= numbers:
        raise Http404
    old, new = queries.flow(code, older), queries.flow(code, newer)
    values = {
        "versions": versions,
        "flow_code": code,
        "older": older,
        "newer": newer,
        "differences": differences(old, new),
        "sides": [
            (number, shown(said, request.language, checked=False)) for number, said in ((older, old), (newer, new))
        ],
    }
    return render(request, "flows/compare.html", values)


def _number(words: str | None, *, default: int) -> int:
    return int(words) if words and words.isdecimal() and len(words) < 6 else default
