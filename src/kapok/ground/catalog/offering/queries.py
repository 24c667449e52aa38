"""What others read of the offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from kapok.ground.catalog import rules as states
from kapok.ground.catalog.offering import checking, rows, rules
from kapok.ground.catalog.offering.document import Kind, Offer, parse
from kapok.ground.catalog.offering.models import OfferVersion
from kapok.ground.catalog.offering.refusals import OfferRefused
from kapok.ground.catalog.rules import State
from kapok.ground.catalog.specifying import rows as specifications
from kapok.ground.catalog.specifying.document import Specified
from kapok.ground.catalog.template import Unreadable
from kapok.kernel.promises import Facts
from kapok.kernel.text import Text


@dataclass(frozen=True)
class OfferVersionView:
    """One version of an offer, and what it says."""

    id: UUID
    code: str
    number: int
    offer: Offer
    state: State
    revision: int
    drafted_at: datetime
    published_at: datetime | None
    retired_at: datetime | None

    @property
    def title(self) -> Text:
        """Its title."""
        return self.offer.title

    @property
    def specified(self) -> Specified:
        """What it was put on sale by; of a draft what is in force."""
        return specifications.specified() if self.state is State.DRAFT else rows.specified(self.id)

    @property
    def state_name(self) -> Text:
        """The name of its state."""
        return states.STATES[self.state] if self.state is not State.PUBLISHED else ON_SALE

    @property
    def subject(self) -> str:
        """How the journal calls the offer."""
        return f"offer/{self.code}"


ON_SALE = Text(zh="在售", en="on sale")


def offer(code: str, number: int | None = None) -> OfferVersionView:
    """The version of an offer that is on sale, or the one of that number, whatever its state.

    Raises `UnknownOffer`, `OfferNotOnSale`, `UnknownOfferVersion`.
    """
    return _view(rows.on_sale(code) if number is None else rows.version_called(code, number))


def on_sale(facts: Facts, channel: str, at: datetime) -> list[OfferVersionView]:
    """What somebody with these facts could order through the channel at a moment, in the order of the catalogue.

    A fact that is not known meets no condition. An empty channel asks nothing.
    """
    return [view for view in sold(at) if rules.refusal(view.offer, facts, channel) is None]


def sold(at: datetime) -> list[OfferVersionView]:
    """What was on sale at a moment, to whomever, in the order of the catalogue."""
    return list(map(_published, _sold(at).order_by("position", "code")))


def why_not(code: str, facts: Facts, channel: str, at: datetime) -> Text | None:
    """Why an offer cannot be ordered, with the remedy; nothing when it can. Raises `UnknownOffer`."""
    row = _sold(at).filter(code=code).first()
    if row is None:
        return rows.not_on_sale(code).text
    return rules.refusal(rows.stated(row.id), facts, channel)


def parts(bundle: Offer) -> list[OfferVersionView]:
    """The versions on sale of the parts of a bundle, in its order; nothing for another offer."""
    return parts_of([bundle])[0]


def parts_of(bundles: Sequence[Offer]) -> list[list[OfferVersionView]]:
    """The same of each of several offers; one query, none where no bundle is among them."""
    wanted = {code for bundle in bundles for code in bundle.parts}
    if not wanted:
        return [[] for _ in bundles]
    found = OfferVersion.objects.defer("document").filter(code__in=wanted, state=State.PUBLISHED)
    held = {row.code: _published(row) for row in found}
    return [[held[code] for code in bundle.parts if code in held] for bundle in bundles]


def bundles_with(code: str) -> list[OfferVersionView]:
    """The bundles on sale that contain an offer."""
    held = OfferVersion.objects.filter(kind=Kind.BUNDLE, state=State.PUBLISHED, document__parts__contains=[code])
    return [_view(row) for row in held.order_by("code")]


def promising(pack: str) -> list[Text]:
    """The titles of the offers on sale that show the customer a promise of a pack."""
    held = OfferVersion.objects.filter(state=State.PUBLISHED, document__promises__contains=[{"pack": pack}])
    return [row.title for row in held.defer("document").order_by("position", "code")]


def versions(code: str) -> list[OfferVersionView]:
    """All versions of an offer, the newest first. Raises `UnknownOffer`."""
    return shown(rows.versions_called(code))


def draft(code: str) -> OfferVersionView | None:
    """The draft of an offer, if it has one."""
    row = OfferVersion.objects.filter(code=code, state=State.DRAFT).first()
    return _view(row) if row else None


def newest_rows(*, state: str = "", kind: str = "", text: str = "") -> QuerySet[OfferVersion]:
    """Of every offer the versions that count: its draft and what is on sale, else the last; narrowed down where asked."""
    newest = OfferVersion.objects.filter(code=OuterRef("code")).order_by("-number").values("number")[:1]
    found = OfferVersion.objects.filter(Q(state__in=[State.DRAFT, State.PUBLISHED]) | Q(number=Subquery(newest)))
    if text:
        found = found.filter(Q(title_zh__icontains=text) | Q(title_en__icontains=text) | Q(code__icontains=text))
    narrowed = {"state": state, "kind": kind}
    return found.filter(**{name: value for name, value in narrowed.items() if value}).order_by(
        "position", "code", "-number"
    )


def shown(found: Iterable[OfferVersion]) -> list[OfferVersionView]:
    """What rows of versions say."""
    return [_view(row) for row in found]


def codes() -> list[tuple[str, Text]]:
    """The offers on sale by code and title, in the order of the catalogue."""
    held = OfferVersion.objects.filter(state=State.PUBLISHED).defer("document").order_by("position", "code")
    return [(row.code, row.title) for row in held]


def parsed(document: object) -> Offer:
    """The offer in a document. Raises `OfferRefused`."""
    try:
        return parse(document)
    except Unreadable as refused:
        raise OfferRefused(refused.findings) from None


def flows_taken(offer: Offer) -> dict[str, dict[str, list[dict[str, str]]]]:
    """Of each action that can be ordered: the flows it may take, each with the customers and places for whom it is taken."""
    candidates = checking.candidates()
    return {action: rules.taken(offer, action, candidates) for action in offer.actions} if offer.service else {}


def _sold(at: datetime) -> QuerySet[OfferVersion]:
    """The versions that were on sale at a moment."""
    held = OfferVersion.objects.defer("document")
    return held.filter(Q(retired_at=None) | Q(retired_at__gt=at), published_at__lte=at)


def _view(row: OfferVersion) -> OfferVersionView:
    return _saying(row, parse(row.document))


def _published(row: OfferVersion) -> OfferVersionView:
    """A version that is or was on sale: what it says is read once."""
    return _saying(row, rows.stated(row.id))


def _saying(row: OfferVersion, offer: Offer) -> OfferVersionView:
    return OfferVersionView(
        id=row.id,
        code=row.code,
        number=row.number,
        offer=offer,
        state=State(row.state),
        revision=row.revision,
        drafted_at=row.drafted_at,
        published_at=row.published_at,
        retired_at=row.retired_at,
    )
