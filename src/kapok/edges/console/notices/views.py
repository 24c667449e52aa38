"""One's own notices: the list, the bell, marking as seen. Everybody has them; nobody sees those of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kapok.edges.console.ledger.presenting import called, titles_of
from kapok.edges.console.onward import onward
from kapok.edges.console.screen import EVERYBODY, ScreenRequest, screen
from kapok.ground.commitments.queries import Scope, scope
from kapok.ground.journal import queries as journal
from kapok.ground.notices import api, queries
from kapok.ground.notices.models import Notice
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.kernel.promises import Tier
from kapok.kernel.promises.terms import TIERS
from kapok.kernel.text import Text

PAGE = 30


@dataclass(frozen=True)
class Shown:
    """One notice in the list."""

    notice: queries.Heard
    matter: Text
    day: date
    """The day on which it was told, by the clock of the house."""
    opens: bool
    """Whether the reader may see what it is about: the commitment, or their own request."""


@screen(permission=EVERYBODY)
def notices(request: ScreenRequest) -> HttpResponse:
    """What one has not seen, latest first, by day; with `?all=1` what one has seen too; `?tier=` asks for one tier."""
    everything = request.GET.get("all") == "1"
    tier = next((each for each in Tier if each.value == request.GET.get("tier")), None)
    rows = queries.notices(request.user.id) if everything else queries.unseen(request.user.id)
    rows = queries.of_tier(rows, tier)
    pages: Paginator[Notice] = Paginator(rows, PAGE)
    page = pages.get_page(request.GET.get("page"))
    reader = scope(people.units_where(request.user.id, Permission.LEDGER_READ))
    values = {
        "everything": everything,
        "tier": tier,
        "tiers": TIERS.items(),
        "page": page,
        "shown": _shown(queries.heard(page.object_list), reader),
        "today": timezone.localdate(request.at),
    }
    part = request.headers.get("HX-Target") == "notices"
    return render(request, "notices/days.html" if part else "notices/notices.html", values)


@screen(permission=EVERYBODY)
def bell(request: ScreenRequest) -> HttpResponse:
    """The bell of the header, which asks again and again how many there are."""
    return render(request, "notices/bell.html")


@require_POST
@screen(permission=EVERYBODY)
def open_notice(request: ScreenRequest, id: UUID) -> HttpResponse:  # noqa: A002  # the name in the address
    """Mark it as seen and go to what it is about."""
    found = queries.notice(request.user.id, id)
    if found is None or not _mark(request, id):
        return redirect("console:notices")
    told = journal.line_of(found.entry) if found.answers else None
    if told is not None:
        return redirect("console:pause-request", told.data["request"])
    if found.commitment is None:
        return redirect("console:matter", found.subject)
    return redirect("console:commitment", found.commitment)


@require_POST
@screen(permission=EVERYBODY)
def seen(request: ScreenRequest, id: UUID) -> HttpResponse:  # noqa: A002  # the name in the address
    """Mark one as seen."""
    _mark(request, id)
    return redirect(onward(request))


@require_POST
@screen(permission=EVERYBODY)
def all_seen(request: ScreenRequest) -> HttpResponse:
    """Mark as seen what had been told when the list was drawn; what came since stays."""
    through = _moment(request.POST.get("through", ""))
    marked = api.mark_all_seen(actor=request.user.subject, at=request.at, through=through)
    said = ngettext("%(n)s notice marked as seen.", "%(n)s notices marked as seen.", marked)
    messages.success(request, said % {"n": marked})
    return redirect("console:notices")


def _mark(request: ScreenRequest, notice: UUID) -> bool:
    try:
        api.mark_seen(notice=notice, actor=request.user.subject, at=request.at)
    except KapokError as refused:
        messages.error(request, refused.text.in_(request.language))
        return False
    return True


def _moment(words: str) -> datetime | None:
    """The moment that the list names; None without one. Raises `BadRequest`."""
    try:
        moment = datetime.fromisoformat(words) if words else None
    except ValueError:
        raise BadRequest("not a moment") from None
    if moment is not None and moment.tzinfo is None:
        raise BadRequest("a moment without zone")
    return moment


def _shown(heard: list[queries.Heard], reader: Scope) -> list[Shown]:
    titles = titles_of(each.subject for each in heard)
    return [
        Shown(
            each,
            titles.get(each.subject, called(each.subject)),
            timezone.localdate(each.at),
            each.answers or each.commitment is None or reader.holds(each.unit),
        )
        for each in heard
    ]
