"""Specifications of services and resources, and usage plans: drafted, published, retired; a published version never changes.

Promises that an offer on sale follows the versions it was put on sale with, and that running orders and services keep theirs: a new
version puts the offers on sale that follow it on sale anew, and is refused where one of them would not fit it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from kapok.ground.catalog import versions
from kapok.ground.catalog.offering import renewing
from kapok.ground.catalog.specifying import events, queries, rows
from kapok.ground.catalog.specifying.document import Sort
from kapok.ground.catalog.specifying.models import subject
from kapok.ground.catalog.specifying.refusals import (
    BreaksOffers,
    NoSpecificationDraft,
    SpecificationDraftExists,
    SpecificationMoved,
    SpecificationNotInForce,
    SpecificationRefused,
    SpecificationTaken,
    UnknownSpecification,
    UnknownSpecificationVersion,
)
from kapok.ground.journal import api as journal
from kapok.kernel.text import Text

__all__ = [
    "BreaksOffers",
    "NoSpecificationDraft",
    "SpecificationDraftExists",
    "SpecificationMoved",
    "SpecificationNotInForce",
    "SpecificationRefused",
    "SpecificationTaken",
    "UnknownSpecification",
    "UnknownSpecificationVersion",
    "change_specification",
    "copy_specification",
    "discard_specification",
    "draft_specification",
    "publish_specification",
    "retire_specification",
]

WRITTEN = Text(zh="新编", en="written anew")


@transaction.atomic
def draft_specification(
    *, sort: Sort, document: Mapping[str, Any], source: Text = WRITTEN, actor: str, at: datetime
) -> int:
    """Begin the next version of the specification that the document names, or the first, and return its number.

    `source` says in the journal where it comes from. Raises `SpecificationRefused` for what cannot be read,
    `SpecificationDraftExists`.
    """
    entry = queries.parsed(sort, document)
    row = versions.begun(rows.held(sort, entry.code), at, sort=sort, code=entry.code, **rows.said(entry))
    if row is None:
        raise SpecificationDraftExists(code=entry.code)
    journal.record(
        events.SpecificationDrafted(subject=row.subject, actor=actor, at=at, number=row.number, source=source)
    )
    return row.number


@transaction.atomic
def change_specification(
    *, sort: Sort, code: str, document: Mapping[str, Any], revision: int, actor: str, at: datetime
) -> int:
    """Let the draft say something else, and return its new revision; `revision` is the one that the editor has read.

    Raises `SpecificationRefused` for what cannot be read, `UnknownSpecification`, `NoSpecificationDraft`, `SpecificationMoved`,
    `SpecificationTaken` for another code.
    """
    entry = queries.parsed(sort, document)
    if entry.code != code:
        raise SpecificationTaken(code=entry.code)
    if not versions.changed(rows.held(sort, code), revision, **rows.said(entry)):
        raise SpecificationMoved(revision=rows.draft_of(sort, code).revision)
    draft = rows.draft_of(sort, code)
    journal.record(
        events.SpecificationChanged(
            subject=draft.subject, actor=actor, at=at, number=draft.number, revision=draft.revision
        )
    )
    return draft.revision


@transaction.atomic
def discard_specification(*, sort: Sort, code: str, actor: str, at: datetime) -> None:
    """Give the draft up. Raises `UnknownSpecification`, `NoSpecificationDraft`."""
    draft = rows.draft_of(sort, code)
    journal.record(events.SpecificationDiscarded(subject=draft.subject, actor=actor, at=at, number=draft.number))
    draft.delete()


@transaction.atomic
def copy_specification(*, sort: Sort, code: str, number: int, to: str, title: Text, actor: str, at: datetime) -> int:
    """Draft another specification that says the same under its own code and title.

    Raises `UnknownSpecification`, `UnknownSpecificationVersion`, `SpecificationTaken`, `SpecificationRefused` for a
    code that is none.
    """
    said = queries.specification(sort, code, number).entry.document()
    if queries.exists(sort, to):
        raise SpecificationTaken(code=to)
    source = Text(zh=f"复制自 {code} 第 {number} 版", en=f"copied from {code}, version {number}")
    document = said | {"code": to, "title": {"zh": title.zh, "en": title.en}}
    return draft_specification(sort=sort, document=document, source=source, actor=actor, at=at)


@transaction.atomic
def publish_specification(*, sort: Sort, code: str, revision: int, actor: str, at: datetime) -> int:
    """Put the draft in force in place of the version before it, with the offers on sale that follow it, and return its number.

    `revision` is what the publisher has seen. Raises `UnknownSpecification`, `NoSpecificationDraft`, `SpecificationMoved`,
    `SpecificationRefused` for what does not hang together, `BreaksOffers` where an offer on sale would not fit.
    """
    versions.one_publisher()
    draft = rows.draft_of(sort, code)
    if draft.revision != revision:
        raise SpecificationMoved(revision=draft.revision)
    if found := queries.findings(queries.parsed(sort, draft.document)):
        raise SpecificationRefused(found)
    replaces = versions.published(draft, rows.held(sort, code), at)
    renewed = renewing.renew(sort, code, by=draft.title, actor=actor, at=at)
    journal.record(
        events.SpecificationPublished(
            subject=draft.subject, actor=actor, at=at, number=draft.number, replaces=replaces, offers=renewed
        )
    )
    return draft.number


@transaction.atomic
def retire_specification(*, sort: Sort, code: str, actor: str, at: datetime) -> None:
    """Let no offer be put on sale by it any more; offers on sale, running orders and services keep it.

    Raises `UnknownSpecification`, `SpecificationNotInForce`.
    """
    versions.one_publisher()
    rows.versions_called(sort, code)
    number = versions.retired(rows.held(sort, code), at)
    if number is None:
        raise SpecificationNotInForce(code=code)
    journal.record(events.SpecificationRetired(subject=subject(sort, code), actor=actor, at=at, number=number))
