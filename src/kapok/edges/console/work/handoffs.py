"""Hand-offs and their disputes: the list, one with both sides, and who keeps whom waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kapok.edges.console.keyset import identifier
from kapok.edges.console.ledger.presenting import clock
from kapok.edges.console.people.forms import in_reading_language
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.edges.console.work.actions import ON_ITEMS
from kapok.edges.console.work.forms import JudgeForm
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.ground.posts.queries import skill_titles
from kapok.ground.work import queries, rules
from kapok.ground.work.baton import pages
from kapok.ground.work.baton.figures import Figures, Pairing, figures
from kapok.kernel.text import Text

PAGE = 50
WIDE = 12
"""So many units on a side make a matrix; of more their pairs are listed."""
WORST = 20
"""So many units stand beside the pairs; all have pages of their own."""
UNITS = "units"
MANY = 1_000_000
UNSETTLED = "unsettled"
PERIODS = {
    "day": (timedelta(days=1), Text(zh="近 24 小时", en="last 24 hours")),
    "week": (timedelta(days=7), Text(zh="近 7 天", en="last 7 days")),
    "month": (timedelta(days=31), Text(zh="近 31 天", en="last 31 days")),
}


class HandoffFilter(forms.Form):
    """Which hand-offs to show."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [("", _("all")), (UNSETTLED, _("waiting for judgement"))]
        states += [(state.value, in_reading_language(name)) for state, name in rules.HANDOFF_STATES.items()]
        periods = [("", _("any time")), *((code, in_reading_language(name)) for code, (_span, name) in PERIODS.items())]
        self.fields["state"] = forms.ChoiceField(label=_("State"), choices=states, required=False)
        self.fields["period"] = forms.ChoiceField(label=_("Offered"), choices=periods, required=False)


@screen(permission=Permission.LEDGER_READ)
def handoffs(request: ScreenRequest) -> HttpResponse:
    """The hand-offs to and from one's units, the latest first; those that wait for judgement the oldest first."""
    form = HandoffFilter(request.GET, auto_id="filter-%s")
    form.is_valid()
    page = _page(request, form.cleaned_data.get("state", ""), form.cleaned_data.get("period", ""))
    values = {"form": form, "offers": page.offers, "after": page.after, "at": request.at}
    part = request.headers.get("HX-Target") == "handoffs"
    return render(request, "work/handoff_rows.html" if part else "work/handoffs.html", values)


def _page(request: ScreenRequest, state: str, period: str) -> pages.Page:
    units = None if people.everywhere(request.units) else request.units
    after = identifier(request.GET.get("after", ""))
    if state == UNSETTLED:
        return pages.disputes(units=units, after=after, limit=PAGE)
    since = request.at - PERIODS[period][0] if period else None
    return pages.handoffs(units=units, state=state, since=since, after=after, limit=PAGE)


@screen(permission=Permission.LEDGER_READ)
def handoff(request: ScreenRequest, id: UUID) -> HttpResponse:  # noqa: A002  # the name in the address
    """One hand-off with both sides, which refresh themselves, and its judgement or the form for it."""
    found = queries.handoff(id)
    if found is None or not _concerns(request, found):
        raise Http404
    judges = queries.may_judge(request.user.username, found.item, request.at)
    values = {
        "offer": found,
        "needs": skill_titles().get(found.skill) if found.skill else None,
        "judge": JudgeForm() if judges else None,
        "action": ON_ITEMS["judge"],
        "waited": clock((found.answered_at or request.at) - found.offered_at),
    }
    part = request.headers.get("HX-Target") == "sides"
    return render(request, "work/sides.html" if part else "work/handoff.html", values)


def _concerns(request: ScreenRequest, offer: queries.Offer) -> bool:
    item = queries.item(offer.item)
    mine = queries.handoff_rows(units=request.units).filter(id=offer.id).exists()
    judges = queries.may_judge(request.user.username, offer.item, request.at)
    return mine or judges or (item is not None and request.user.username in {item.holder, item.first_contact})


@dataclass(frozen=True)
class Cell:
    """One pair of units; `shade` from 0 (all in time) to 4."""

    pairing: Pairing
    shade: int
    wait: Text | None


@dataclass(frozen=True)
class MatrixRow:
    """What one unit offered, to each unit in the order of the columns."""

    name: Text
    cells: Sequence[Cell | None]


@screen(permission=Permission.LEDGER_READ)
def handoff_matrix(request: ScreenRequest) -> HttpResponse:
    """Who serves whom, and who keeps whom waiting; beside it how each unit conducted itself, or that alone (`of=units`)."""
    period = request.GET.get("period", "")
    period = period if period in PERIODS else "week"
    all_units = request.GET.get("of") == UNITS
    number = request.GET.get("page", "")
    found = _figures(request, PERIODS[period][0], 1 if all_units or not number.isdecimal() else int(number))
    conduct = found.conduct()
    values = {
        "periods": [(code, name, code == period) for code, (_span, name) in PERIODS.items()],
        "period": period,
        "all_units": all_units,
    }
    if all_units:
        page = Paginator(conduct, PAGE).get_page(number)
        return render(request, "work/matrix.html", values | {"conduct": page, "page": page})
    values |= {"conduct": conduct[:WORST], "more": max(0, len(conduct) - WORST)}
    return render(request, "work/matrix.html", values | _pairs(found, number))


def _figures(request: ScreenRequest, span: timedelta, page: int) -> Figures:
    """The figures with this page of the pairs; with the first where there is no such page."""
    units = None if people.everywhere(request.units) else request.units
    asked: dict[str, Any] = {"since": request.at - span, "until": request.at, "units": units, "limit": WIDE * WIDE}
    found = figures(request.at, first=PAGE * min(max(page - 1, 0), MANY), **asked)
    return found if found.counts or not found.pairs else figures(request.at, **asked)


def _pairs(found: Figures, number: str) -> dict[str, Any]:
    """A matrix where all pairs of so few units came, else one page of their list, the worst first."""
    if len(found.counts) == found.pairs and max(len(found.offerers), len(found.receivers)) <= WIDE:
        pairs = found.pairings()
        columns = sorted({(each.provider, each.provider_name) for each in pairs}, key=lambda each: each[0])
        return {"columns": [name for _code, name in columns], "rows": _rows(pairs, [code for code, _name in columns])}
    page = Paginator(range(found.pairs), PAGE).get_page(number)
    return {"page": page, "listed": [_cell(pair) for pair in found.pairings(found.counts[:PAGE])]}


def _rows(pairs: Sequence[Pairing], columns: Sequence[str]) -> list[MatrixRow]:
    found = {(each.consumer, each.provider): _cell(each) for each in pairs}
    names = {each.consumer: each.consumer_name for each in pairs}
    return [MatrixRow(names[code], [found.get((code, column)) for column in columns]) for code in sorted(names)]


def _cell(pair: Pairing) -> Cell:
    wait = clock(pair.median_wait) if pair.median_wait is not None else None
    return Cell(pair, -(-4 * pair.counts.bad // pair.counts.offered), wait)
