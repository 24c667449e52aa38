"""The start page: what can I do here?"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from kapok.edges.console.ledger.presenting import all_shown
from kapok.edges.console.screen import EVERYBODY, ScreenRequest, screen
from kapok.ground.commitments.queries import due_soon
from kapok.ground.journal.queries import timeline
from kapok.ground.people import queries

CLOCKS = 5


@screen(permission=EVERYBODY)
def home(request: ScreenRequest) -> HttpResponse:
    """The clocks this person answers for, the screens of their roles, the roles themselves, and what they did last."""
    values = {
        "me": queries.person(request.user.username),
        "at": request.at,
        "clocks": all_shown(due_soon(request.user.subject, limit=CLOCKS), request.at),
        "lines": timeline(request.user.subject, limit=8),
    }
    return render(request, "home/home.html", values)
