"""System health for administrators, and the probe for machines."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from kapok.edges.console.health.measure import database_answers, measure
from kapok.edges.console.screen import ScreenRequest, public, screen
from kapok.ground.people.roles import Permission


@public(because="load balancers and supervisors have no account")
@never_cache
def probe(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django passes it
    """200 while the database answers, else 503."""
    well = database_answers()
    return JsonResponse({"database": "ok" if well else "unreachable"}, status=200 if well else 503)


@screen(permission=Permission.SYSTEM_READ)
def health(request: ScreenRequest) -> HttpResponse:
    """Everything at a glance; the part below the heading refreshes itself."""
    part = request.headers.get("HX-Target") == "health"
    return render(request, "health/panel.html" if part else "health/health.html", {"health": measure(request.at)})
