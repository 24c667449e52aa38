"""The start page: what can I do here?"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from kapok.edges.console.screen import EVERYBODY, ScreenRequest, screen
from kapok.ground.journal.queries import timeline
from kapok.ground.people import queries


@screen(permission=EVERYBODY)
def home(request: ScreenRequest) -> HttpResponse:
    """The screens of this person's roles, the roles themselves, and what they did last."""
    person = queries.person(request.user.username)
    return render(request, "home/home.html", {"me": person, "lines": timeline(request.user.subject, limit=8)})
