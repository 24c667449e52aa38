"""The rows that the verbs act on: looked up, and locked where two people could contradict each other.

A lock holds until the `transaction.atomic` of the verb ends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from kapok.ground.catalog.offering.document import Offer, parse
from kapok.ground.catalog.offering.models import OfferSpecification, OfferVersion
from kapok.ground.catalog.offering.refusals import (
    NoOfferDraft,
    OfferNotOnSale,
    OfferStillDraft,
    UnknownOffer,
    UnknownOfferVersion,
)
from kapok.ground.catalog.rules import State
from kapok.ground.catalog.specifying import rows as specifications
from kapok.ground.catalog.specifying.document import ServiceSpecification, Sort, Specified


def held(code: str) -> QuerySet[OfferVersion]:
    """All versions of an offer."""
    return OfferVersion.objects.filter(code=code)


def versions_called(code: str, *, lock: bool = False) -> list[OfferVersion]:
    """All versions of an offer, the newest first. Raises `UnknownOffer`."""
    rows = OfferVersion.objects.select_for_update() if lock else OfferVersion.objects.all()
    found = list(rows.filter(code=code).order_by("-number"))
    if not found:
        raise UnknownOffer(offer=code[:60])
    return found


def draft_of(code: str) -> OfferVersion:
    """The draft of an offer, nobody else's meanwhile. Raises `UnknownOffer`, `NoOfferDraft`."""
    draft = OfferVersion.objects.select_for_update().filter(code=code, state=State.DRAFT).first()
    if draft is None:
        versions_called(code)
        raise NoOfferDraft(offer=code)
    return draft


def version_called(code: str, number: int) -> OfferVersion:
    """One version of an offer. Raises `UnknownOffer`, `UnknownOfferVersion`."""
    version = OfferVersion.objects.filter(code=code, number=number).first()
    if version is None:
        versions_called(code)
        raise UnknownOfferVersion(offer=code, number=number)
    return version


def on_sale(code: str, *, lock: bool = False) -> OfferVersion:
    """The version of an offer that is on sale. Raises `UnknownOffer`, `OfferNotOnSale`."""
    rows = OfferVersion.objects.select_for_update() if lock else OfferVersion.objects.all()
    version = rows.filter(code=code, state=State.PUBLISHED).first()
    if version is None:
        raise not_on_sale(code)
    return version


def not_on_sale(code: str) -> OfferNotOnSale:
    """Why no version of an offer is on sale: it has been, or it is still a draft. Raises `UnknownOffer`."""
    published = any(row.published_at for row in versions_called(code))
    return (OfferNotOnSale if published else OfferStillDraft)(offer=code)


def all_on_sale(codes: Collection[str], *, lock: bool = False) -> list[OfferVersion]:
    """Of these offers the versions on sale; locked in one order."""
    rows = OfferVersion.objects.select_for_update(no_key=True) if lock else OfferVersion.objects.all()
    return list(rows.filter(code__in=codes, state=State.PUBLISHED).order_by("code")) if codes else []


def read_versions(named: Iterable[tuple[str, int]]) -> dict[tuple[str, int], tuple[OfferVersion, Offer]]:
    """Versions by code and number, whatever their state, their documents left out, each with what it says. One query."""
    wanted = set(named)
    rows = OfferVersion.objects.defer("document").filter(code__in={code for code, _ in wanted})
    return {(row.code, row.number): (row, stated(row.id)) for row in rows if (row.code, row.number) in wanted}


ON_SALE = """
WITH sold AS MATERIALIZED (
    SELECT id, kind, document FROM catalog_offerversion WHERE code = ANY(%(codes)s) AND state = %(on_sale)s
)
SELECT id FROM sold UNION SELECT part.id FROM sold
CROSS JOIN LATERAL jsonb_array_elements_text(CASE WHEN sold.kind = 'bundle' THEN sold.document -> 'parts' END) AS of_it(code)
JOIN catalog_offerversion part ON part.code = of_it.code AND part.state = %(on_sale)s
"""


def read_on_sale(codes: Iterable[str]) -> list[tuple[OfferVersion, Offer]]:
    """Of these offers, and the parts of bundles, the versions on sale, their documents left out, each with what it says."""
    with connection.cursor() as cursor:
        cursor.execute(ON_SALE, {"codes": sorted(codes), "on_sale": State.PUBLISHED.value})
        return [(_on_sale(version), stated(version)) for (version,) in cursor.fetchall()]


@lru_cache(maxsize=2_000)
def _on_sale(version: UUID) -> OfferVersion:
    """The row of a version that is on sale: until it is retired it never changes, so it is read once."""
    return OfferVersion.objects.defer("document").get(id=version)


@lru_cache(maxsize=2_000)
def stated(version: UUID) -> Offer:
    """What a version says that is, or was, on sale: it never changes, so it is read once."""
    return parse(OfferVersion.objects.values_list("document", flat=True).get(id=version))


@lru_cache(maxsize=2_000)
def specified(version: UUID) -> Specified:
    """What a version that is, or was, on sale was put on sale by: it never changes, so it is read once."""
    followed = OfferSpecification.objects.filter(version=version)
    return specifications.gathered(followed.values_list("specification", "specification__revision"))


def service_of(version: OfferVersion, offer: Offer) -> ServiceSpecification | None:
    """The specification of the service that a version on sale provides, as it was when it was put on sale."""
    return specified(version.id).services.get(offer.spec) if offer.spec else None


def follow(version: OfferVersion, offer: Offer) -> None:
    """Let a version that goes on sale follow the specifications in force."""
    in_force = specifications.in_force()
    named = [(Sort.SERVICE, offer.spec), *((Sort.RESOURCE, need.kind) for need in offer.resources)]
    named += [(Sort.USAGE, price.plan) for price in offer.prices]
    followed = [in_force[each] for each in dict.fromkeys(named) if each in in_force]
    OfferSpecification.objects.bulk_create(
        OfferSpecification(version=version, specification_id=each) for each in followed
    )


def said(offer: Offer) -> dict[str, object]:
    """The columns of a version that repeat what its document says."""
    return {
        "kind": offer.kind,
        "position": offer.position,
        "title_zh": offer.title.zh,
        "title_en": offer.title.en,
        "document": offer.document(),
    }
