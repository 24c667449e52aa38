"""Finding an address, what it is and who answers for it, and what our data lack."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render

from kapok.edges.console.places.drawing import drawn
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.journal.queries import timeline
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.ground.places import queries

PAGE = 25


@screen(permission=Permission.PLACES_READ)
def finder(request: ScreenRequest) -> HttpResponse:
    """One field to type into; the hits come as one types. Without a word, the topmost addresses to go down from."""
    query = request.GET.get("q", "").strip()[:100]
    found = queries.search(query) if query else queries.as_found(queries.children(None)[:PAGE])
    values = {"query": query, "found": found, "may_manage": _may_manage(request)}
    part = request.headers.get("HX-Target") == "place-hits"
    return render(request, "places/hits.html" if part else "places/finder.html", values)


@screen(permission=Permission.PLACES_READ)
def address(request: ScreenRequest, code: str) -> HttpResponse:
    """One address: its levels, its exchange area, the unit that answers in each segment, a map, and what lies below."""
    shown = queries.address(code, at=request.at)
    if shown is None:
        raise Http404
    page = Paginator(queries.children(code), PAGE).get_page(request.GET.get("page"))
    values: dict[str, Any] = {
        "address": shown,
        "page": page,
        "below": queries.as_found(page.object_list),
        "map": drawn(queries.boundaries_near(shown, at=request.at), shown, request.language),
        "lines": timeline(shown.subject),
        "may_manage": _may_manage(request) and not shown.retired_at,
    }
    return render(request, "places/address.html", values)


def _may_manage(request: ScreenRequest) -> bool:
    return people.everywhere(people.units_where(request.user.id, Permission.PLACES_MANAGE))


@screen(permission=Permission.PLACES_READ)
def defects(request: ScreenRequest) -> HttpResponse:
    """The addresses that somebody needed a patch for and that have none."""
    page = Paginator(queries.defects(), PAGE).get_page(request.GET.get("page"))
    return render(request, "places/defects.html", {"page": page, "defects": queries.as_defects(page.object_list)})


@screen(permission=Permission.PLACES_READ)
def boundaries(request: ScreenRequest) -> HttpResponse:
    """All boundaries as GeoJSON."""
    features = [boundary.feature for boundary in queries.boundaries(at=request.at)]
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")
