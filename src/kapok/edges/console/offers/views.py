"""Offers: the catalogue, one version with what it costs and needs, and what can be done with it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.edges.console.flows.forms import CopyForm
from kapok.edges.console.offers import showing
from kapok.edges.console.offers.forms import OfferForm
from kapok.edges.console.screen import ScreenRequest, attempt, screen
from kapok.ground.catalog.offering import api, queries, telling
from kapok.ground.catalog.offering.document import KINDS
from kapok.ground.catalog.rules import STATES, State
from kapok.ground.journal.queries import timeline
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

PAGE = 25
STATE_NAMES = {**STATES, State.PUBLISHED: queries.ON_SALE}


@screen(permission=Permission.OFFERS_READ)
def offer_list(request: ScreenRequest) -> HttpResponse:
    """What is on sale, drafted and retired, searched and paged in the database."""
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("state", "kind", "text")}
    page = Paginator(queries.newest_rows(**asked), PAGE).get_page(request.GET.get("page"))
    versions = queries.shown(page.object_list)
    values = {
        "page": page,
        "lines": [
            (each, KINDS[each.offer.kind], showing.sums(each.offer), telling.sold_to(each.offer)) for each in versions
        ],
        "asked": asked,
        "states": STATE_NAMES.items(),
        "kinds": KINDS.items(),
        "may_manage": _may_manage(request),
    }
    part = request.headers.get("HX-Target") == "offer-rows"
    return render(request, "offers/rows.html" if part else "offers/list.html", values)


@screen(permission=Permission.OFFERS_READ)
def offer(request: ScreenRequest, code: str, number: int | None = None) -> HttpResponse:
    """One version of an offer; without a number the newest."""
    versions = _versions(code)
    version = next((each for each in versions if number in {None, each.number}), None)
    if version is None:
        raise Http404
    shown = showing.page(version.offer, version.specified)
    values = {
        "edition": version,
        "versions": versions,
        "shown": shown,
        "drawn": showing.picture(shown.ways, request.GET.get("flow", ""), request.language),
        "draft": next((each for each in versions if each.state == State.DRAFT), None),
        "lines": timeline(version.subject),
        "may_manage": _may_manage(request),
    }
    return render(request, "offers/offer.html", values)


@screen(permission=Permission.OFFERS_MANAGE, everywhere=True)
def new(request: ScreenRequest) -> HttpResponse:
    """Begin an offer, and go on in the editor."""
    form = OfferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            if _exists(code):
                raise api.OfferTaken(offer=code)
            api.draft_offer(document=form.document, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            form.add_error("code", refused.text.in_(request.language))
        else:
            return redirect("console:edit-offer", code)
    return render(request, "offers/form.html", {"form": form, "title": _("New offer")})


@screen(permission=Permission.OFFERS_MANAGE, everywhere=True)
def copy(request: ScreenRequest, code: str, number: int) -> HttpResponse:
    """Draft another offer that says the same."""
    said = _said(code, number).offer
    form = CopyForm(request.POST or None, initial={"title_zh": said.title.zh, "title_en": said.title.en})
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["code"]
        try:
            api.copy_offer(code=code, number=number, to=to, title=form.title, actor=request.user.subject, at=request.at)
        except KapokError as refused:
            form.add_error("code", refused.text.in_(request.language))
        else:
            return redirect("console:edit-offer", to)
    return render(request, "offers/form.html", {"form": form, "title": _("Copy the offer"), "offer_code": code})


@require_POST
@screen(permission=Permission.OFFERS_MANAGE, everywhere=True)
def redraft(request: ScreenRequest, code: str, number: int) -> HttpResponse:
    """Begin the next version with what this one says."""
    said = _said(code, number).offer
    source = Text(zh=f"依据第 {number} 版", en=f"from version {number}")
    attempt(
        request,
        lambda: api.draft_offer(document=said.document(), source=source, actor=request.user.subject, at=request.at),
        _("The draft has been made."),
    )
    return redirect("console:edit-offer" if queries.draft(code) else "console:offer", code)


@require_POST
@screen(permission=Permission.OFFERS_MANAGE, everywhere=True)
def publish(request: ScreenRequest, code: str) -> HttpResponse:
    """Put the draft on sale."""
    seen = request.POST.get("revision", "")
    if not _exists(code) or not seen.isdecimal() or len(seen) > 7:
        raise Http404
    attempt(
        request,
        lambda: api.publish_offer(code=code, revision=int(seen), actor=request.user.subject, at=request.at),
        _("The offer is on sale. Orders that run keep the version they were placed with."),
    )
    return redirect("console:offer", code)


@require_POST
@screen(permission=Permission.OFFERS_MANAGE, everywhere=True)
def retire(request: ScreenRequest, code: str) -> HttpResponse:
    """Take the offer off sale."""
    attempt(
        request,
        lambda: api.retire_offer(code=code, actor=request.user.subject, at=request.at),
        _("The offer takes no new orders."),
    )
    return redirect("console:offer", code)


@require_POST
@screen(permission=Permission.OFFERS_MANAGE, everywhere=True)
def discard(request: ScreenRequest, code: str) -> HttpResponse:
    """Give the draft up."""
    attempt(
        request,
        lambda: api.discard_offer(code=code, actor=request.user.subject, at=request.at),
        _("The draft has been discarded."),
    )
    return redirect("console:offer", code) if _exists(code) else redirect("console:offers")


@screen(permission=Permission.OFFERS_READ)
def compare(request: ScreenRequest, code: str) -> HttpResponse:
    """Two versions of an offer: what changed."""
    versions = {each.number: each for each in _versions(code)}
    newer = _number(request.GET.get("to"), default=max(versions))
    older = _number(request.GET.get("from"), default=max((n for n in versions if n < newer), default=newer))
    if not {newer, older} <= versions.keys():
        raise Http404
    before, after = versions[older], versions[newer]
    values = {
        "versions": versions.values(),
        "edition": after,
        "older": older,
        "newer": newer,
        "differences": telling.differences(before.offer, after.offer, before.specified, after.specified),
    }
    return render(request, "offers/compare.html", values)


def _may_manage(request: ScreenRequest) -> bool:
    return people.everywhere(people.units_where(request.user.id, Permission.OFFERS_MANAGE))


def _number(words: str | None, *, default: int) -> int:
    return int(words) if words and words.isdecimal() and len(words) < 6 else default


def _exists(code: str) -> bool:
    return queries.newest_rows().filter(code=code).exists()


def _versions(code: str) -> list[queries.OfferVersionView]:
    try:
        return queries.versions(code)
    except api.UnknownOffer:
        raise Http404 from None


def _said(code: str, number: int) -> queries.OfferVersionView:
    try:
        return queries.offer(code, number)
    except (api.UnknownOffer, api.UnknownOfferVersion):
        raise Http404 from None
