"""Offers: drafted, published, retired; each version is kept, and a published one never changes.

Promises that an offer on sale can be carried out: its service, resources, promises, parts and skill exist, and for each action
that can be ordered a flow is in force. Refuses what lacks any of them, each finding with its remedy. Running orders keep the
version that they were placed with.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from kapok.ground.catalog import versions
from kapok.ground.catalog.offering import checking, events, queries, rows, rules, soundness
from kapok.ground.catalog.offering.models import OfferVersion
from kapok.ground.catalog.offering.refusals import (
    NoOfferDraft,
    OfferDraftExists,
    OfferMoved,
    OfferNotOnSale,
    OfferRefused,
    OfferStillDraft,
    OfferTaken,
    PartOfBundle,
    UnknownOffer,
    UnknownOfferVersion,
)
from kapok.ground.journal import api as journal
from kapok.kernel.text import Text

__all__ = [
    "NoOfferDraft",
    "OfferDraftExists",
    "OfferMoved",
    "OfferNotOnSale",
    "OfferRefused",
    "OfferStillDraft",
    "OfferTaken",
    "PartOfBundle",
    "UnknownOffer",
    "UnknownOfferVersion",
    "change_offer",
    "copy_offer",
    "discard_offer",
    "draft_offer",
    "publish_offer",
    "retire_offer",
]

WRITTEN = Text(zh="新编", en="written anew")


@transaction.atomic
def draft_offer(*, document: Mapping[str, Any], source: Text = WRITTEN, actor: str, at: datetime) -> int:
    """Begin the next version of the offer that the document names, or the first, and return its number.

    `source` says in the journal where it comes from. Raises `OfferRefused` for what cannot be read, `OfferDraftExists`.
    """
    offer = queries.parsed(document)
    row = versions.begun(rows.held(offer.code), at, code=offer.code, **rows.said(offer))
    if row is None:
        raise OfferDraftExists(offer=offer.code)
    journal.record(events.OfferDrafted(subject=row.subject, actor=actor, at=at, number=row.number, source=source))
    return row.number


@transaction.atomic
def change_offer(*, code: str, document: Mapping[str, Any], revision: int, actor: str, at: datetime) -> int:
    """Let the draft say something else, and return its new revision; `revision` is the one that the editor has read.

    Raises `OfferRefused` for what cannot be read, `UnknownOffer`, `NoOfferDraft`, `OfferMoved`, `OfferTaken` for another code.
    """
    offer = queries.parsed(document)
    if offer.code != code:
        raise OfferTaken(offer=offer.code)
    if not versions.changed(rows.held(code), revision, **rows.said(offer)):
        raise OfferMoved(revision=rows.draft_of(code).revision)
    draft = rows.draft_of(code)
    journal.record(
        events.OfferChanged(subject=draft.subject, actor=actor, at=at, number=draft.number, revision=revision + 1)
    )
    return revision + 1


@transaction.atomic
def discard_offer(*, code: str, actor: str, at: datetime) -> None:
    """Give the draft up; an offer that was never published vanishes with it. Raises `UnknownOffer`, `NoOfferDraft`."""
    draft = rows.draft_of(code)
    journal.record(events.OfferDiscarded(subject=draft.subject, actor=actor, at=at, number=draft.number))
    draft.delete()


@transaction.atomic
def copy_offer(*, code: str, number: int, to: str, title: Text, actor: str, at: datetime) -> int:
    """Draft another offer that says the same under its own code and title.

    Raises `UnknownOffer`, `UnknownOfferVersion`, `OfferTaken`, `OfferRefused` for a code that is none.
    """
    document = queries.offer(code, number).offer.document() | {"code": to, "title": {"zh": title.zh, "en": title.en}}
    if OfferVersion.objects.filter(code=to).exists():
        raise OfferTaken(offer=to)
    source = Text(zh=f"复制自 {code} 第 {number} 版", en=f"copied from {code}, version {number}")
    return draft_offer(document=document, source=source, actor=actor, at=at)


@transaction.atomic
def publish_offer(*, code: str, revision: int, actor: str, at: datetime) -> int:
    """Put the draft on sale in place of the version before it, and return its number; `revision` is what the publisher has seen.

    Raises `UnknownOffer`, `NoOfferDraft`, `OfferMoved`, `PartOfBundle` where a bundle on sale cannot hold what it has become,
    and `OfferRefused` for what lacks something; its findings say what.
    """
    versions.one_publisher()
    draft = rows.draft_of(code)
    if draft.revision != revision:
        raise OfferMoved(revision=draft.revision)
    replaces = _put_on_sale(draft, at)
    _refuse_broken_bundles(code)
    journal.record(
        events.OfferPublished(
            subject=draft.subject, actor=actor, at=at, offer=code, number=draft.number, replaces=replaces
        )
    )
    return draft.number


@transaction.atomic
def retire_offer(*, code: str, actor: str, at: datetime) -> None:
    """Take an offer off sale: nobody can order it any more, running orders keep it.

    Raises `UnknownOffer`, `OfferNotOnSale`, `PartOfBundle` while a bundle on sale contains it.
    """
    versions.one_publisher()
    held = rows.on_sale(code, lock=True)
    if bundles := queries.bundles_with(code):
        raise PartOfBundle(offer=code, bundles=", ".join(each.code for each in bundles))
    versions.retired(rows.held(code), at)
    journal.record(events.OfferRetired(subject=held.subject, actor=actor, at=at, offer=code, number=held.number))


def _put_on_sale(draft: OfferVersion, at: datetime) -> int | None:
    """Put a draft on sale by the specifications in force, and say the number of the version before it."""
    offer = queries.parsed(draft.document)
    around = checking.around(offer, lock=True)
    if found := soundness.problems(offer, around):
        raise OfferRefused(found)
    rows.follow(draft, offer)
    return versions.published(draft, rows.held(draft.code), at, **rows.said(rules.filled(offer, around.specified)))


def _refuse_broken_bundles(part: str) -> None:
    """A new version of a part has to leave the bundles on sale sound."""
    broken = [each.code for each in queries.bundles_with(part) if checking.findings(each.offer)]
    if broken:
        raise PartOfBundle(offer=part, bundles=", ".join(broken))
