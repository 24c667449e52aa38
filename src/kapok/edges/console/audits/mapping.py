"""Mapping a log by pointing, with a live look at what would come of it, and starting the audit."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID
from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kapok.edges.console.audits import editor
from kapok.edges.console.audits.editor import Editor
from kapok.edges.console.audits.views import seen
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.supervision.mining import api as mining
from kapok.supervision.mining import library, queries
from kapok.supervision.mining.models import Audit
from kapok.supervision.mining.rules import AT_WORK

FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M", "%d-%b-%Y %H:%M:%S", "%Y%m%d%H%M%S",
    "epoch s", "epoch ms",
)  # fmt: skip


@screen(permission=Permission.AUDIT_RUN)
def mapping(request: ScreenRequest, key: UUID) -> HttpResponse:
    """Show the map; keep what was pointed at; start."""
    row = seen(request, key)
    if row.state in AT_WORK:
        messages.info(request, mining.AtWork().text.in_(request.language))
        return redirect("console:audit", key)
    if request.method != "POST":
        return _page(request, row, editor.opened(queries.with_map(key), request.language))
    edited = editor.sent(queries.with_map(key), request.POST)
    if request.POST.get("do") == "start":
        return _start(request, row, edited)
    if edited.map is not None:
        mining.draft(audit=key, pack=edited.pack_name, map_text=edited.text)
    if request.headers.get("HX-Target") == "check":
        return _part(request, row, edited)
    return _page(request, row, edited)


def _start(request: ScreenRequest, row: Audit, edited: Editor) -> HttpResponse:
    if edited.findings:
        return _page(request, row, edited)
    try:
        mining.start(
            audit=row.id, pack=edited.pack_name, map_text=edited.text, actor=request.user.subject, at=request.at
        )
    except KapokError as refused:
        return _page(request, row, replace(edited, notice=refused.text))
    messages.success(request, _("The audit has started."))
    return redirect("console:audit", row.id)


def _part(request: ScreenRequest, row: Audit, edited: Editor) -> HttpResponse:
    """The live look alone; with `rebuild`, also the parts of the form that depend on what was just changed."""
    values = _values(row, edited) | {"rebuild": bool(request.POST.get("rebuild"))}
    return render(request, "audits/checked.html", values)


def _page(request: ScreenRequest, row: Audit, edited: Editor) -> HttpResponse:
    return render(request, "audits/mapping.html", _values(row, edited))


def _values(row: Audit, edited: Editor) -> dict[str, object]:
    return {
        "audit": row,
        "editor": edited,
        "packs": library.packs(),
        "formats": FORMATS,
        "zones": sorted(available_timezones()),
    }
