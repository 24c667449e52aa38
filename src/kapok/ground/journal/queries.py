"""Reading the journal."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from kapok.ground.journal.apart import together
from kapok.ground.journal.models import Entry
from kapok.ground.journal.rules import sentence
from kapok.kernel.ids import first_at
from kapok.kernel.promises import EVENTS
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Line:
    """One entry as a reader sees it."""

    id: UUID
    kind: str
    subject: str
    at: datetime
    recorded_at: datetime
    actor: str
    correlation: UUID | None
    data: dict[str, Any]
    sentence: Text


def timeline(
    subject: str,
    *,
    correlation: UUID | None = None,
    parts: Collection[str] = (),
    before: Line | None = None,
    limit: int = 50,
) -> list[Line]:
    """What happened to `subject`, latest first; the next page is `before` the last line of this one.

    With a `correlation`, also what happened to all that belongs to the same work, e.g. the hand-overs of a matter; and what
    happened to its `parts`, e.g. its work items, of whose clocks the scheduler speaks without one.
    What happened at the same moment stands in the order in which it was recorded.
    """
    about = Q(subject__in=[subject, *parts]) if parts else Q(subject=subject)
    entries = Entry.objects.filter(about | Q(correlation=correlation) if correlation else about)
    if before is not None:
        entries = entries.filter(
            Q(at__lt=before.at)
            | Q(at=before.at, recorded_at__lt=before.recorded_at)
            | Q(at=before.at, recorded_at=before.recorded_at, id__lt=before.id)
        )
    return lines(entries.order_by("-at", "-recorded_at", "-id")[:limit])


def lines(entries: Iterable[Entry]) -> list[Line]:
    """Entries as a person reads them: with what was typed, as far as it is still kept."""
    rows = list(entries)
    data = together(rows)
    return [line(entry, data[entry.id]) for entry in rows]


def told_of(subjects: Collection[str]) -> list[Line]:
    """All that happened to these subjects, the latest first."""
    return lines(Entry.objects.filter(subject__in=subjects).order_by("-at", "-recorded_at", "-id"))


def known(subjects: Collection[str]) -> frozenset[str]:
    """Those of these subjects to which anything has happened."""
    return frozenset(Entry.objects.filter(subject__in=subjects).values_list("subject", flat=True).distinct())


def correlation_of(subject: str) -> UUID | None:
    """The work that this belongs to, by the latest entry that says so."""
    told = Entry.objects.filter(subject=subject, correlation__isnull=False).order_by("-at", "-recorded_at", "-id")
    return told.values_list("correlation", flat=True).first()


def line_of(id: UUID) -> Line | None:  # noqa: A002  # the name of what identifies it
    """One entry, e.g. to go on after it; None where there is none."""
    entry = Entry.objects.filter(id=id).first()
    return lines([entry])[0] if entry else None


def line(entry: Entry, data: dict[str, Any] | None = None) -> Line:
    """The entry as subscribers get it: of what was typed only the digest, unless `data` holds the words."""
    said = entry.data if data is None else data
    return Line(
        id=entry.id,
        kind=entry.kind,
        subject=entry.subject,
        at=entry.at,
        recorded_at=entry.recorded_at,
        actor=entry.actor,
        correlation=entry.correlation,
        data=said,
        sentence=sentence(entry.kind, said),
    )


def happenings(subject: str) -> list[Entry]:
    """What happened to a matter in the vocabulary of promises, in the order in which it happened."""
    rows = Entry.objects.filter(subject=subject).order_by("at", "recorded_at", "id")
    return [row for row in rows if row.kind in EVENTS]


def subjects_since(kinds: Collection[str], at: datetime) -> list[str]:
    """The matters to which something of these kinds has happened at `at` or later, in order of name."""
    # Identifiers begin with the moment: so only the partitions and pages from then on are read.
    rows = Entry.objects.filter(id__gte=first_at(at), at__gte=at, kind__in=list(kinds))
    return sorted(set(rows.values_list("subject", flat=True)))
