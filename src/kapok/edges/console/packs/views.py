"""Reading packs: the list, one pack, one promise."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from kapok.edges.console.packs.drawings.stages import budget_drawing
from kapok.edges.console.packs.drawings.week import week, weeks
from kapok.edges.console.packs.filters import PromiseFilter
from kapok.edges.console.packs.jurisdictions import jurisdiction
from kapok.edges.console.packs.library import Volume, shelf
from kapok.edges.console.packs.presenting import Row, chapters, event_roles, pack_rows, rate_tables, rates_of
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people.roles import Permission
from kapok.kernel.promises.pack import ROUND_THE_CLOCK

LONGEST_QUERY = 100


@screen(permission=Permission.PACKS_READ)
def pack_list(request: ScreenRequest) -> HttpResponse:
    """Every pack, by what it is; searched by its words and those of its promises."""
    query, packs = request.GET.get("q", "").strip()[:LONGEST_QUERY], shelf()
    values = {"groups": pack_rows(packs, query), "query": query, "refused": packs.refused}
    part = request.headers.get("HX-Target") == "pack-rows"
    return render(request, "packs/rows.html" if part else "packs/list.html", values)


@screen(permission=Permission.PACKS_READ)
def pack(request: ScreenRequest, code: str) -> HttpResponse:
    """One pack as a lawyer reads it."""
    volume = _volume(code)
    form = PromiseFilter(request.GET or None, volume=volume)
    chosen = form.chosen()
    values = {
        "pack": volume.pack,
        "form": form,
        "chosen": len(chosen),
        "chapters": chapters(volume.pack, chosen, with_duties=not form.narrowed),
    }
    if request.headers.get("HX-Target") == "promise-rows":
        return render(request, "packs/promises.html", values)
    values |= {
        "jurisdiction": jurisdiction(volume.pack.jurisdiction),
        "rates": rate_tables(volume.pack),
        "weeks": weeks(volume.pack),
        "budgets": [
            (promise, drawn)
            for promise in volume.promises
            if (drawn := budget_drawing(promise, volume.pack)) is not None
        ],
    }
    return render(request, "packs/pack.html", values)


@screen(permission=Permission.PACKS_READ)
def promise(request: ScreenRequest, code: str, promise_code: str) -> HttpResponse:
    """One promise in full: its newest row, and the earlier ones below."""
    volume = _volume(code)
    rows = volume.pack.by_code.get(promise_code, ())
    if not rows:
        raise Http404
    newest = rows[-1]
    has_calendar = newest.calendar != ROUND_THE_CLOCK
    values = {
        "pack": volume.pack,
        "row": Row(newest, volume.pack),
        "instrument": volume.pack.instruments[newest.instrument],
        "earlier": [Row(row, volume.pack) for row in reversed(rows[:-1])],
        "roles": list(event_roles(newest)),
        "rates": rate_tables(volume.pack, rates_of(newest)),
        "week": week(newest.calendar, volume.pack.calendar(newest.calendar)) if has_calendar else None,
        "budget": budget_drawing(newest, volume.pack),
        "chain": [
            each for each in volume.promises if newest.chain and each.chain == newest.chain and each is not newest
        ],
    }
    return render(request, "packs/promise.html", values)


def _volume(code: str) -> Volume:
    """The pack of that name. Raises `Http404`; the name is looked up among the packs and never used as a path."""
    volume = shelf().volumes.get(code)
    if volume is None:
        raise Http404
    return volume
