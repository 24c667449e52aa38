"""A new version of a specification puts the offers that follow it on sale anew; running orders keep the version they have."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from kapok.ground.catalog import versions
from kapok.ground.catalog.offering import events, rows, rules, soundness
from kapok.ground.catalog.offering.document import parse
from kapok.ground.catalog.offering.models import OfferSpecification, OfferVersion
from kapok.ground.catalog.rules import State
from kapok.ground.catalog.specifying import rows as specifications
from kapok.ground.catalog.specifying.document import Sort, Specified
from kapok.ground.catalog.specifying.refusals import BreaksOffers
from kapok.ground.journal import api as journal
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text, joined

NAMED = 5
"""More offers that do not fit are not named."""


def following(sort: Sort, code: str) -> list[OfferVersion]:
    """The offers on sale that were put on sale by a version of a specification, in order."""
    follow = OfferSpecification.objects.filter(specification__sort=sort, specification__code=code)
    found = OfferVersion.objects.filter(state=State.PUBLISHED, id__in=follow.values("version"))
    return list(found.order_by("code"))


def renew(sort: Sort, code: str, *, by: Text, actor: str, at: datetime) -> int:
    """Put every offer on sale that follows a specification on sale by the version now in force; how many. Raises `BreaksOffers`."""
    offers, specified = following(sort, code), specifications.specified()
    found = [(row, soundness.misfits(parse(row.document), specified)) for row in offers]
    broken = [
        Text(zh=f"{row.title.zh}（{each[0].text.zh}）", en=f"{row.title.en} ({each[0].text.en})")
        for row, each in found
        if each
    ]
    if broken:
        raise BreaksOffers(offers=joined(broken[:NAMED], zh="；", en="; "))
    for row in offers:
        _anew(row, specified, by=by, actor=actor, at=at)
    return len(offers)


def _anew(row: OfferVersion, specified: Specified, *, by: Text, actor: str, at: datetime) -> None:
    """A draft of the offer comes after the version that goes on sale now."""
    held, offer = rows.held(row.code), rules.filled(parse(row.document), specified)
    held.filter(state=State.DRAFT).update(number=F("number") + 1)
    versions.retired(held, at)
    fresh = held.create(
        id=uuid7(at), code=row.code, number=row.number + 1, state=State.PUBLISHED, drafted_at=at, published_at=at,
        **rows.said(offer),
    )  # fmt: skip
    rows.follow(fresh, offer)
    journal.record(
        events.OfferRenewed(subject=row.subject, actor=actor, at=at, offer=row.code, number=fresh.number, title=by)
    )
