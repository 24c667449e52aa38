"""Whose an interaction or a request is, as far as the reader may know: of other units' customers nothing is said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.http import Http404

from kapok.edges.console.customers.reach import reached
from kapok.edges.console.screen import ScreenRequest
from kapok.front.channels.queries import CaseView, InteractionView
from kapok.ground.customers.models import Customer
from kapok.ground.customers.queries import CustomerView
from kapok.ground.journal.queries import Line, timeline
from kapok.kernel.text import Text

CONCEALED = "••••"


@dataclass(frozen=True)
class Met:
    """An interaction as the reader may see it; `mine` says whether their own units answer for its customer."""

    talk: InteractionView
    mine: bool


def reach(request: ScreenRequest, number: str) -> CustomerView | None:
    """The customer, if the reader's own units answer for them."""
    try:
        return reached(request, number)
    except Http404:
        return None


def belongs(request: ScreenRequest, number: str) -> bool:
    """Whether the reader's own units answer for a customer."""
    return bool(number) and bool(_mine(request, [number]))


def met(request: ScreenRequest, talks: Iterable[InteractionView]) -> list[Met]:
    """Interactions, each with whether its customer is one's own units'. One query."""
    found = list(talks)
    mine = _mine(request, [talk.customer for talk in found if talk.customer])
    return [Met(talk, talk.customer in mine) for talk in found]


def _mine(request: ScreenRequest, numbers: Iterable[str]) -> frozenset[str]:
    rows = Customer.objects.filter(number__in=set(numbers), unit__in=request.units)
    return frozenset(rows.values_list("number", flat=True))


def told(request: ScreenRequest, subject: str, customer: str, *, limit: int = 20) -> list[Line]:
    """The time line of a subject; another unit's customer is not named in it."""
    lines = timeline(subject, limit=limit)
    if not customer or belongs(request, customer):
        return lines
    return [replace(line, sentence=without(line.sentence, customer)) for line in lines]


def shown(request: ScreenRequest, case: CaseView) -> CaseView:
    """A case; another unit's customer is not named in it, nor in its reasons."""
    if not case.customer or belongs(request, case.customer):
        return case
    reasons = tuple((rule, without(text, case.customer)) for rule, text in case.reasons)
    return replace(case, customer="", reasons=reasons)


def without(text: Text, customer: str) -> Text:
    """The text without the number of a customer."""
    return Text(zh=text.zh.replace(customer, CONCEALED), en=text.en.replace(customer, CONCEALED))
