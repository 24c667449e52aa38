"""Reading: the report within the console, its files, and two audits side by side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import cache_control

from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.supervision.mining import api as mining
from kapok.supervision.mining import queries, store
from kapok.supervision.mining.models import Audit
from kapok.supervision.mining.rules import State

PICKED = 200
"""How many finished audits the selects of the comparison offer, the newest first."""


@dataclass(frozen=True)
class Document:
    """A file of the report."""

    name: str
    size: int


def report(request: ScreenRequest, row: Audit, *, may_run: bool) -> HttpResponse:
    """The report of a finished audit in the person's language."""
    from kapok.batch.audit import report as page  # noqa: PLC0415 - columns are loaded only where they are looked at
    from kapok.batch.audit.figures import Figures  # noqa: PLC0415

    figures = Figures.from_json(queries.figures(row.id, request.units))
    files = reverse("console:audit-file", args=[row.id, "x"]).removesuffix("x")
    values = {
        "audit": row,
        "may_run": may_run,
        "report": _safe(page.body(figures, request.language, files)),
        "documents": documents(row.id),
    }
    return render(request, "audits/report.html", values)


@screen(permission=Permission.AUDIT_READ)
def download(request: ScreenRequest, key: UUID, name: str) -> HttpResponse:
    """A file of the report, always to be saved and never to be shown: it is made of somebody's log."""
    try:
        queries.audit(key, request.units)
    except mining.UnknownAudit:
        raise Http404 from None
    if name not in {document.name for document in documents(key)}:
        raise Http404
    file = FileResponse((store.report(key) / name).open("rb"), as_attachment=True, filename=name)
    return cast(HttpResponse, file)  # streamed; the gate asks for no more than both kinds of response have


@screen(permission=Permission.AUDIT_READ)
def compare(request: ScreenRequest) -> HttpResponse:
    """Two finished audits side by side; which two stands in the address."""
    done = list(queries.audits(request.units, state=State.DONE)[:PICKED])
    picked = [*request.GET.getlist("audit"), "", ""][:2]
    values: dict[str, object] = {"done": done, "left": picked[0], "right": picked[1]}
    if all(picked):
        try:
            values["comparison"] = _compared(request, *picked)
        except KapokError as refused:
            values["refused"] = refused.text
        except ValueError:
            raise Http404 from None
    return render(request, "audits/compare.html", values)


@screen(permission=Permission.AUDIT_READ)
@cache_control(max_age=86_400, private=True)
def style(request: ScreenRequest) -> HttpResponse:  # noqa: ARG001  # the gate passes it
    """The style sheet of report and comparison."""
    from kapok.batch.audit import report as page  # noqa: PLC0415 - columns are loaded only where they are looked at

    return HttpResponse(page.css(), content_type="text/css; charset=utf-8")


def documents(key: UUID) -> list[Document]:
    """The files of a report, the page itself first; nothing else in the folder counts."""
    folder: Path = store.report(key)
    files = [file for file in folder.iterdir() if file.is_file() and not file.is_symlink()] if folder.is_dir() else []
    files.sort(key=lambda file: (file.suffix != ".html", file.name))
    return [Document(file.name, file.stat().st_size) for file in files if not file.name.startswith(".")]


def _compared(request: ScreenRequest, left: str, right: str) -> SafeString:
    from kapok.batch.audit import report as page  # noqa: PLC0415 - columns are loaded only where they are looked at

    try:
        sides = [queries.figures(UUID(key), request.units) for key in (left, right)]
    except mining.UnknownAudit:
        raise Http404 from None
    return _safe(page.compare(sides[0], sides[1], request.language))


def _safe(html: str) -> SafeString:
    """The report escapes whatever comes from the log; this is the one place where it is taken at its word."""
    return mark_safe(html)  # noqa: S308 - see above
