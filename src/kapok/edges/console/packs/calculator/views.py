"""The calculator's pages: choose a promise, describe a matter, read the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from kapok.edges.console.packs.calculator.forms import MOST_PAUSES, CaseForm, PauseRow, address
from kapok.edges.console.packs.calculator.reckoning import NotApplicable, Reckoning, reckon
from kapok.edges.console.packs.library import shelf
from kapok.edges.console.packs.presenting import Row
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.kernel.promises import Pack, Promise

CHOICES = 30


@screen(permission=Permission.PACKS_READ)
def calculator(request: ScreenRequest) -> HttpResponse:
    """One matter under one promise, or the choice of a promise."""
    if not request.GET.get("promise"):
        return _choose(request)
    pack, rows = _promise(request.GET.get("pack", ""), request.GET["promise"])
    form = CaseForm(request.GET, pack=pack, rows=rows, at=request.at)
    if changed := _changed_pauses(request, form):
        return redirect(changed)
    values = _answered(request, form)
    if request.headers.get("HX-Target") != "answer":
        return render(request, "packs/calculator.html", values | {"pack": pack, "row": Row(rows[-1], pack)})
    response = render(request, "packs/answer_part.html", values | {"pack": pack})
    response.headers["HX-Replace-Url"] = _here(address(request.GET, form.rows))
    return response


def _choose(request: ScreenRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:100]
    found = list(islice(shelf().promises(query), CHOICES + 1))
    values = {
        "query": query,
        "found": [Row(promise, pack) for pack, promise in found[:CHOICES]],
        "more": found[CHOICES:],
    }
    part = request.headers.get("HX-Target") == "choices"
    return render(request, "packs/choices.html" if part else "packs/choose.html", values)


def _promise(code: str, promise: str) -> tuple[Pack, Sequence[Promise]]:
    found = shelf().found(code, promise)
    if found is None:
        raise Http404
    return found[0], found[0].by_code[promise]


def _changed_pauses(request: ScreenRequest, form: CaseForm) -> str | None:
    """The address with a pause more or less, where a button asked for that."""
    rows, remove = list(form.rows), request.GET.get("remove", "")
    if "add" in request.GET and len(rows) < MOST_PAUSES:
        rows.append(PauseRow("", ""))
    elif remove.isascii() and remove.isdigit() and len(remove) < 3 and int(remove) < len(rows):
        del rows[int(remove)]
    elif "add" not in request.GET and not remove:
        return None
    return _here(address(request.GET, rows))


def _answered(request: ScreenRequest, form: CaseForm) -> dict[str, Any]:
    """The form with its answer, or with what is wrong."""
    values: dict[str, Any] = {"form": form}
    if not form.is_valid():
        return values
    try:
        answer = reckon(form)
    except KapokError as refused:
        form.add_error(None, refused.text.in_(request.language))
        return values
    if isinstance(answer, NotApplicable):
        return values | {"reasons": answer.reasons}
    return values | {"answer": answer, "link": _link(request, form, answer)}


def _link(request: ScreenRequest, form: CaseForm, answer: Reckoning) -> str:
    """The address that gives this very answer, also later: of an open matter it names the moment."""
    filled = [row for row in form.rows if row.begins]
    if form.cleaned_data.get("closed") or "seen" not in form.fields:
        return _here(address(request.GET, filled))
    return _here(address(request.GET, filled, seen=_wall(answer.until, form)))


def _wall(moment: datetime, form: CaseForm) -> str:
    return f"{moment.astimezone(form.zone):%Y-%m-%dT%H:%M:%S}"


def _here(query: str) -> str:
    return f"{reverse('console:calculator')}?{query}"
