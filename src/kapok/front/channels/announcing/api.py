"""Group faults as customers are told of them: announced, changed, ended, and whoever reported one told that it is over.

Promises that of a matter at most one announcement is open, that it covers only plant and areas that there are, that every
change is in the journal with what was said before, and that it ends with its matter (`reactions`). Whoever calls has checked
that the actor may; the unit that answers for it is the unit of the matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from kapok.front.channels import events, rows
from kapok.front.channels.announcing import covering, rules
from kapok.front.channels.announcing.refusals import (
    AlreadyAnnounced,
    AlreadyTold,
    AnnouncementOver,
    BadExpectation,
    BadSince,
    NotAGroupFault,
    NothingCovered,
    NotOver,
    UnknownAnnouncement,
    UnknownReport,
)
from kapok.front.channels.models import Announcement, Covered, Report
from kapok.front.channels.refusals import WordsMissing
from kapok.ground.journal import api as journal
from kapok.ground.places.models import ExchangeArea
from kapok.ground.places.refusals import UnknownExchangeArea
from kapok.ground.work.refusals import MatterClosed, NotAPerson, UnknownMatter
from kapok.ground.work.rows import open_matter, person
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text
from kapok.network.inventory import reaching
from kapok.network.inventory.models import Element
from kapok.network.inventory.refusals import UnknownElement

__all__ = [
    "AlreadyAnnounced", "AlreadyTold", "AnnouncementOver", "BadExpectation", "BadSince", "MatterClosed", "NotAGroupFault",
    "NotAPerson", "NotOver", "NothingCovered", "UnknownAnnouncement", "UnknownElement", "UnknownExchangeArea", "UnknownMatter",
    "UnknownReport", "WordsMissing", "announce", "end", "note_told", "revise",
]  # fmt: skip


@transaction.atomic
def announce(
    *,
    matter: str,
    words: Text,
    areas: Sequence[str] = (),
    elements: Sequence[str] = (),
    since: datetime,
    expected_at: datetime | None = None,
    actor: str,
    at: datetime,
) -> UUID:
    """Tell customers that an open fault or incident concerns all under these exchange areas and elements (codes).

    From now on their reports are attached to it (R4). Raises `NotAGroupFault`, `WordsMissing`, `NothingCovered`, `BadSince`,
    `BadExpectation`, `UnknownExchangeArea`, `UnknownElement`, `UnknownMatter`, `MatterClosed`, `AlreadyAnnounced`.
    """
    rules.check_matter(matter)
    told, homes, parts = _told(words), rules.once(areas), rules.once(elements)
    rules.check_covered(homes, parts)
    rules.check_since(since, at, rows.spoken(at))
    rules.check_expected(expected_at, at, rows.spoken(at))
    where, what = covering.areas_called(homes), covering.elements_called(parts)
    about = open_matter(matter)
    row = Announcement(
        id=uuid7(at), matter=about.subject, unit=about.unit, words_zh=told.zh, words_en=told.en, since=since,
        expected_at=expected_at, services=reaching.count_under([each.id for each in what], [each.id for each in where]),
        announced_at=at,
    )  # fmt: skip
    _write(row, where, what)
    journal.record(
        events.FaultAnnounced(
            subject=row.matter, actor=actor, at=at, covers=[*homes, *parts], services=row.services, since=since,
            **_said(told, expected_at),
        )
    )  # fmt: skip
    return row.id


def _write(row: Announcement, areas: Sequence[ExchangeArea], elements: Sequence[Element]) -> None:
    """Write the announcement with what it covers. Raises `AlreadyAnnounced`."""
    at = row.announced_at
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise AlreadyAnnounced(matter=row.matter) from None
    Covered.objects.bulk_create(
        [Covered(id=uuid7(at), announcement=row, exchange_area=each) for each in areas]
        + [Covered(id=uuid7(at), announcement=row, element=each) for each in elements]
    )


@transaction.atomic
def revise(*, announcement: UUID, words: Text, expected_at: datetime | None, actor: str, at: datetime) -> bool:
    """Say something else, or expect it at another time (None: not known any more); whether anything has changed.

    What was said before stays in the journal. Raises `UnknownAnnouncement`, `AnnouncementOver`, `WordsMissing`, `BadExpectation`.
    """
    row, told = _open(announcement), _told(words)
    if (told.zh, told.en, expected_at) == (row.words_zh, row.words_en, row.expected_at):
        return False
    if expected_at != row.expected_at:
        rules.check_expected(expected_at, at, rows.spoken(at))
    row.words_zh, row.words_en, row.expected_at = told.zh, told.en, expected_at
    row.save(update_fields=["words_zh", "words_en", "expected_at"])
    journal.record(events.AnnouncementRevised(subject=row.matter, actor=actor, at=at, **_said(told, expected_at)))
    return True


@transaction.atomic
def end(*, announcement: UUID, actor: str, at: datetime) -> int:
    """It is over: reports go their usual way again; how many customers who reported it are to be told.

    Raises `UnknownAnnouncement`, `AnnouncementOver`.
    """
    row = _open(announcement)
    row.ended_at = max(at, row.announced_at)
    row.save(update_fields=["ended_at"])
    count = Report.objects.filter(announcement=row).count()
    journal.record(events.AnnouncementEnded(subject=row.matter, actor=actor, at=at, reports=count))
    return count


@transaction.atomic
def note_told(*, report: UUID, actor: str, at: datetime) -> None:
    """The customer who reported it was told that it is over.

    Raises `NotAPerson`, `UnknownReport`, `NotOver`, `AlreadyTold`.
    """
    me = person(actor)
    row = (
        Report.objects.select_for_update(no_key=True, of=("self",))
        .select_related("announcement")
        .filter(id=report)
        .first()
    )
    if row is None:
        raise UnknownReport
    if row.announcement.ended_at is None:
        raise NotOver
    if row.told_at is not None:
        by = row.told_by.username if row.told_by else ""
        raise AlreadyTold(username=by, told=rows.spoken(row.told_at))
    row.told_at, row.told_by = at, me
    row.save(update_fields=["told_at", "told_by"])
    customer = row.customer.number if row.customer else ""
    journal.record(events.ReporterTold(subject=row.announcement.matter, actor=actor, at=at, customer=customer))


def _told(words: Text) -> Text:
    """What customers are told, as it is kept. Raises `WordsMissing`."""
    zh = rows.words(words.zh, rules.WORDS_ZH, rules.LONGEST)
    return Text(zh=zh, en=rows.words(words.en, rules.WORDS_EN, rules.LONGEST))


def _said(words: Text, expected_at: datetime | None) -> dict[str, Any]:
    """What the entries of an announcement say of it."""
    spoken = rows.spoken(expected_at) if expected_at else ""
    name = Text(zh=spoken, en=spoken) if spoken else rules.UNKNOWN
    return {"words_zh": words.zh, "words_en": words.en, "expected": expected_at, "expected_name": name}


def _open(announcement: UUID) -> Announcement:
    """The announcement, held until the verb ends. Raises `UnknownAnnouncement`, `AnnouncementOver`."""
    row = Announcement.objects.select_for_update(no_key=True).filter(id=announcement).first()
    if row is None:
        raise UnknownAnnouncement
    if row.ended_at is not None:
        raise AnnouncementOver(ended=rows.spoken(row.ended_at))
    return row
