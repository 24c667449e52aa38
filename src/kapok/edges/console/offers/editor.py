"""The editor of a draft: fields for everything that an offer says, checked while they are filled in; only saving writes."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kapok.edges.console.offers import showing, typed
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.catalog.offering import api, queries
from kapok.ground.catalog.offering.document import ENDS, KINDS, PRICE_KINDS, Kind, Offer
from kapok.ground.catalog.offering.terms import CHANNELS, PERIODS
from kapok.ground.catalog.packs import pack_called
from kapok.ground.catalog.specifying import rows as specifications
from kapok.ground.catalog.specifying.document import Specified, ValueType
from kapok.ground.catalog.template import Finding
from kapok.ground.commitments import queries as commitments
from kapok.ground.people.roles import Permission
from kapok.ground.posts import queries as posts
from kapok.kernel.errors import KapokError
from kapok.kernel.promises import FACTS
from kapok.kernel.promises.terms import Tier
from kapok.kernel.promises.values import VALUES, value_title
from kapok.kernel.text import Text

PARTS = {"editor": "offers/editor.html", "check": "offers/check.html"}
"""The parts of the page that can be asked for alone."""


@screen(permission=Permission.OFFERS_MANAGE, everywhere=True)
def edit(request: ScreenRequest, code: str) -> HttpResponse:
    """Look at a draft, change it with its findings in sight, and save it."""
    draft = queries.draft(code)
    if draft is None:
        raise Http404
    if request.method != "POST":
        return _page(request, draft, typed.fields(draft.offer), draft.revision, [])
    given = dict(request.POST.lists())
    seen = typed.first(given, "revision")
    revision = int(seen) if seen.isdecimal() and len(seen) < 8 else 0
    document, findings = typed.document(code, given, specifications.specified())
    if request.POST.get("do") == "save" and not findings:
        try:
            api.change_offer(code=code, document=document, revision=revision, actor=request.user.subject, at=request.at)
        except api.OfferRefused as refused:
            findings = list(refused.findings)
        except KapokError as refused:
            findings = [Finding("", type(refused).__name__, refused.text)]
        else:
            messages.success(request, _("The draft has been saved."))
            return redirect("console:offer", code)
    return _page(request, draft, given, revision, findings)


def _page(
    request: ScreenRequest, draft: queries.OfferVersionView, given: typed.Fields, revision: int, findings: list[Finding]
) -> HttpResponse:
    specified = specifications.specified()
    offer, unread = _offer(draft, given, specified)
    shown = showing.page(offer, specified) if offer else None
    told = dict.fromkeys([*findings, *unread, *(shown.findings if shown else ())])
    promised = typed.rows(given, "promise", typed.PROMISE)
    values = {
        "edition": draft,
        "revision": revision,
        "shown": shown,
        "findings": list(told),
        "typed": {name: typed.first({name: words}, name, 2000) for name, words in given.items()},
        "prices": typed.rows(given, "price", typed.PRICE),
        "needs": typed.rows(given, "need", typed.NEED),
        "promises": promised,
        "promise_titles": {row["named"]: _called(row["named"]) for row in promised},
        "characteristics": _characteristics(given, specified),
    }
    part = request.headers.get("HX-Target", "")
    return render(request, PARTS.get(part, "offers/edit.html"), values | _choices(draft.code, given, specified))


def _offer(
    draft: queries.OfferVersionView, given: typed.Fields, specified: Specified
) -> tuple[Offer | None, list[Finding]]:
    """What the fields say, where they can be read, and what cannot."""
    document, findings = typed.document(draft.code, given, specified)
    try:
        return queries.parsed(document), findings
    except api.OfferRefused as refused:
        return None, [*findings, *refused.findings]


def _choices(code: str, given: typed.Fields, specified: Specified) -> dict[str, object]:
    """What can be chosen in the fields."""
    axes = (("segments", "segment"), ("tiers", "tier"), ("areas", "area"), ("actions", "action"))
    return {
        "kinds": KINDS.items(),
        "price_kinds": PRICE_KINDS.items(),
        "periods": [(period, name) for period, (_months, name) in PERIODS.items()],
        "boxes": [
            *((name, FACTS[axis].title, _ticked(given, name, VALUES[axis])) for name, axis in axes),
            ("channels", Text(zh="渠道", en="channels"), _ticked(given, "channels", CHANNELS)),
        ],
        "specs": [
            (spec, each.title, value_title("service", each.service)) for spec, each in specified.services.items()
        ],
        "ends": ENDS.items(),
        "resources": [(kind, each.title) for kind, each in specified.resources.items()],
        "plans": [(code, each.title) for code, each in specified.plans.items()],
        "skills": posts.skill_titles().items(),
        "sold": [(each, title, each in given.get("parts", [])) for each, title in queries.codes() if each != code],
        "known_promises": _promises(),
        "bundle": typed.first(given, "kind") == Kind.BUNDLE,
        "on_trial": typed.first(given, "kind") == Kind.TRIAL,
    }


def _ticked(given: typed.Fields, name: str, values: object) -> list[tuple[str, Text, bool]]:
    named = {str(value): title for value, title in dict(values).items()}  # type: ignore[call-overload]
    return [(value, title, value in given.get(name, [])) for value, title in named.items()]


def _characteristics(given: typed.Fields, specified: Specified) -> list[dict[str, object]]:
    """The fields of the chosen specification."""
    spec = specified.services.get(typed.first(given, "spec"))
    return [
        {"name": f"char_{name}", "known": each, "value": typed.first(given, f"char_{name}"), "choices": each.values.items(),
         "number": each.type is ValueType.NUMBER, "flag": each.type is ValueType.FLAG,
         "default": "" if each.default is None else each.default}
        for name, each in (spec.by_name if spec else {}).items()
    ]  # fmt: skip


def _promises() -> list[tuple[str, Text]]:
    """The promises to customers that hold: those of the packs in force, but for the stages of flows."""
    packs = [pack_called(each.code) for each in commitments.adopted() if not each.code.startswith("flow-")]
    return [
        (f"{pack.code}/{row.code}", row.title)
        for pack in packs
        if pack is not None
        for row in pack.promises
        if row.tier is not Tier.STAGE
    ]


def _called(named: str) -> Text | None:
    """What a promise, named by pack and code, is called in its newest wording; None where no pack in force holds it."""
    pack, _, code = named.partition("/")
    found = pack_called(pack) if code else None
    return next((row.title for row in reversed(found.promises) if row.code == code), None) if found else None
