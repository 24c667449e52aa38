"""The editor of a draft: fields for everything that a specification says, checked while they are filled in; only saving writes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kapok.edges.console.offers.typed import Fields, first
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.edges.console.specifications import typed
from kapok.ground.catalog.specifying import api, queries, rows
from kapok.ground.catalog.specifying.document import COUNTED, STATE_MODELS, TYPES, Sort
from kapok.ground.catalog.template import Finding
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.kernel.promises.values import VALUES

PARTS = {"editor": "specifications/editor.html", "check": "specifications/findings.html"}
"""The parts of the page that can be asked for alone."""


@screen(permission=Permission.OFFERS_MANAGE, everywhere=True)
def edit(request: ScreenRequest, sort: str, code: str) -> HttpResponse:
    """Look at a draft, change it with its findings in sight, and save it."""
    draft = queries.draft(Sort(sort), code) if sort in set(Sort) else None
    if draft is None:
        raise Http404
    if request.method != "POST":
        return _page(request, draft, typed.fields(draft.entry), draft.revision, [])
    given = dict(request.POST.lists())
    seen = first(given, "revision")
    revision = int(seen) if seen.isdecimal() and len(seen) < 8 else 0
    document, findings = typed.document(draft.sort, code, given)
    if request.POST.get("do") == "save" and not findings:
        who: dict[str, Any] = {"actor": request.user.subject, "at": request.at}
        try:
            api.change_specification(sort=draft.sort, code=code, document=document, revision=revision, **who)
        except api.SpecificationRefused as refused:
            findings = list(refused.findings)
        except KapokError as refused:
            findings = [Finding("", type(refused).__name__, refused.text)]
        else:
            messages.success(request, _("The draft has been saved."))
            return redirect("console:specification", sort, code)
    return _page(request, draft, given, revision, findings)


def _page(
    request: ScreenRequest, draft: queries.SpecificationView, given: Fields, revision: int, findings: list[Finding]
) -> HttpResponse:
    values = {
        "edition": draft,
        "revision": revision,
        "findings": list(dict.fromkeys([*findings, *_findings(draft, given)])),
        "typed": {name: first({name: words}, name, 2000) for name, words in given.items()},
        "characteristics": typed.shown(given),
        "types": TYPES.items(),
        "services": VALUES["service"].items(),
        "resources": [
            (kind, each.title, kind in given.get("resources", [])) for kind, each in rows.specified().resources.items()
        ],
        "state_models": STATE_MODELS.items(),
        "counted": COUNTED.items(),
    }
    part = request.headers.get("HX-Target", "")
    return render(request, PARTS.get(part, "specifications/edit.html"), values)


def _findings(draft: queries.SpecificationView, given: Fields) -> list[Finding]:
    """What keeps what the fields say from being published."""
    document, findings = typed.document(draft.sort, draft.code, given)
    try:
        return [*findings, *queries.findings(queries.parsed(draft.sort, document))]
    except api.SpecificationRefused as refused:
        return [*findings, *refused.findings]
