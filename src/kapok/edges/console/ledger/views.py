"""The ledger: every commitment one may see, filtered, counted, exported; the views one keeps of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.edges.console import sheets
from kapok.edges.console.ledger.export import HEADER, cells
from kapok.edges.console.ledger.filters import EVERY_STATE, LedgerFilter, place, written
from kapok.edges.console.ledger.presenting import all_shown, names_of
from kapok.edges.console.screen import ScreenRequest, attempt, screen
from kapok.ground.commitments import queries, saved_views
from kapok.ground.commitments.lanes import Filter
from kapok.ground.commitments.rules import STATES, State
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.kernel.text import Text

PAGE = 50
IN_ORDER = (State.OVERDUE, State.OPEN, State.PAUSED, State.BROKEN, State.KEPT, State.VOID)


@screen(permission=Permission.LEDGER_READ)
def ledger(request: ScreenRequest) -> HttpResponse:
    """The commitments of a filter in order of due moment; the rows refresh themselves."""
    form = _form(request)
    wanted = form.wanted(request.at)
    names = {unit.code: unit.name for unit in form.tree}
    page = queries.ledger(wanted, after=place(request.GET.get("after", "")), limit=PAGE)
    values = {
        "form": form,
        "rows": all_shown(page.rows, request.at, names),
        "people": names_of(row.owner for row in page.rows),
        "at": request.at,
        "after": written(page.after) if page.after else "",
        "states": _states(wanted, request.GET.get("state", "")),
        "views": queries.saved_views(request.user.subject),
    }
    part = request.headers.get("HX-Target") == "ledger"
    return render(request, "ledger/rows.html" if part else "ledger/ledger.html", values)


@screen(permission=Permission.LEDGER_READ)
def export(request: ScreenRequest) -> HttpResponse:
    """Every row of the filter as CSV."""
    wanted = _form(request).wanted(request.at)
    zone: Any = get_current_timezone()
    name = f"kapok-ledger-{request.at.astimezone(zone):%Y%m%d-%H%M}.csv"
    return sheets.answer(name, HEADER, cells(wanted, request.language, zone), request.language)


@require_POST
@screen(permission=Permission.LEDGER_READ)
def keep_view(request: ScreenRequest) -> HttpResponse:
    """Keep the present filter under a name."""
    query = QueryDict(request.POST.get("query", "").lstrip("?")).urlencode()
    # Nobody types a control sign, and the database takes no NUL; a name of nothing else is refused as empty.
    name = "".join(sign if sign.isprintable() else " " for sign in request.POST.get("name", ""))
    said = {"name": name, "query": query, "actor": request.user.subject}
    attempt(request, lambda: saved_views.keep_view(**said, at=request.at), _("The view has been kept."))
    return redirect(f"{reverse('console:ledger')}?{query}")


@require_POST
@screen(permission=Permission.LEDGER_READ)
def remove_view(request: ScreenRequest, view: UUID) -> HttpResponse:
    """Keep a view of one's own no longer."""
    saved_views.remove_view(view=view, actor=request.user.subject, at=request.at)
    return redirect("console:ledger")


def _form(request: ScreenRequest) -> LedgerFilter:
    return LedgerFilter(
        request.GET, units=people.unit_tree(request.units, ended=True), scope=queries.scope(request.units)
    )


def _states(wanted: Filter, chosen: str) -> list[tuple[State, Text, str, bool]]:
    """Each state with its name, how many there are, and whether it is shown."""
    found = queries.counts(replace(wanted, states=tuple(State)))
    return [
        (state, STATES[state], _number(found.get(state, 0)), chosen in {state.value, EVERY_STATE}) for state in IN_ORDER
    ]


def _number(count: int) -> str:
    return f"{count:,}" if count <= queries.COUNTED else f"{queries.COUNTED:,}+"
