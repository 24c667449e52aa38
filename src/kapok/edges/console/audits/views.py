"""The list of audits, and one audit from waiting to done."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.edges.console.audits import reading
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people.queries import units_where
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from kapok.supervision.mining import api as mining
from kapok.supervision.mining import queries
from kapok.supervision.mining.models import Audit
from kapok.supervision.mining.rules import AT_WORK, STATES, State

PAGE = 20


@screen(permission=Permission.AUDIT_READ)
def audit_list(request: ScreenRequest) -> HttpResponse:
    """The audits of one's units, searched and paged in the database."""
    search = request.GET.get("q", "").strip()[:100]
    state = request.GET.get("state", "") if request.GET.get("state") in set(State) else ""
    page = Paginator(queries.audits(request.units, search, state), PAGE).get_page(request.GET.get("page"))
    counts = queries.counts(request.units, search)
    values = {
        "page": page,
        "audits": page.object_list,
        "search": search,
        "state": state,
        "states": [(each, STATES[each], count) for each, count in counts.items()],
        "total": sum(counts.values()),
        "may_run": bool(units_where(request.user.id, Permission.AUDIT_RUN)),
    }
    part = request.headers.get("HX-Target") == "audit-rows"
    return render(request, "audits/rows.html" if part else "audits/list.html", values)


@screen(permission=Permission.AUDIT_READ)
def audit(request: ScreenRequest, key: UUID) -> HttpResponse:
    """One audit: to be mapped, at work, failed, or its report."""
    row = seen(request, key)
    may_run = row.unit_id in units_where(request.user.id, Permission.AUDIT_RUN)
    if row.state == State.UPLOADED and may_run:
        return redirect("console:map-audit", key)
    if row.state == State.DONE:
        return reading.report(request, row, may_run=may_run)
    return render(request, "audits/audit.html", _values(request, row) | {"may_run": may_run})


@screen(permission=Permission.AUDIT_READ)
def progress(request: ScreenRequest, key: UUID) -> HttpResponse:
    """The part of the page that asks how far it is; the whole page comes anew once the run has ended."""
    row = seen(request, key)
    if row.state not in AT_WORK:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "audits/progress.html", _values(request, row))


@require_POST
@screen(permission=Permission.AUDIT_RUN)
def copy(request: ScreenRequest, key: UUID) -> HttpResponse:
    """A second audit of the same logs, to be judged by another map or pack; it goes on to its map."""
    row = seen(request, key)
    name = _("%(name)s (copy)") % {"name": row.name}
    try:
        copied = mining.copy_audit(audit=key, name=name, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        messages.error(request, refused.text.in_(request.language))
        return redirect("console:audit", key)
    messages.success(request, _("Copied with its map; the log is shared. Choose another pack or map, and start."))
    return redirect("console:map-audit", copied)


@require_POST
@screen(permission=Permission.AUDIT_RUN)
def delete(request: ScreenRequest, key: UUID) -> HttpResponse:
    """Delete an audit with its logs and its report."""
    row = seen(request, key)
    try:
        mining.discard(audit=key, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        messages.error(request, refused.text.in_(request.language))
        return redirect("console:audit", key)
    messages.success(request, _("“%(name)s” was deleted with its logs.") % {"name": row.name})
    return redirect("console:audits")


def seen(request: ScreenRequest, key: UUID) -> Audit:
    """The audit, if it is of one's own units. Raises `Http404`, which does not tell whether it exists elsewhere."""
    try:
        return queries.audit(key, request.units)
    except mining.UnknownAudit:
        raise Http404 from None


def _values(request: ScreenRequest, row: Audit) -> dict[str, object]:
    begun = row.started_at if row.state == State.RUNNING else None
    return {
        "audit": row,
        "state": STATES[State(row.state)],
        "stage": Text(**row.stage) if row.stage else None,
        "elapsed": max(0, int((request.at - begun).total_seconds())) if begun else None,
        "failure": Text(**row.failure) if row.failure else None,
        "logs": queries.logs(row.id),
    }
