"""Reading what could not be delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from kapok.ground.journal.models import Letter as Row
from kapok.ground.journal.queries import Line, line
from kapok.ground.journal.rules import LETTER_STATES, OPEN_LETTERS, LetterState
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Letter:
    """One letter as a person sees it."""

    id: UUID
    subscriber: str
    subject: str
    state: LetterState
    attempts: int
    next_try_at: datetime
    error: str
    reason: str
    entry: Line
    place: tuple[int, int]

    @property
    def state_name(self) -> Text:
        """Its state in words."""
        return LETTER_STATES[self.state]

    @property
    def open(self) -> bool:
        """Whether it holds up later entries of its subject."""
        return self.state in OPEN_LETTERS

    @property
    def retryable(self) -> bool:
        """Whether a person can have it delivered again."""
        return self.state in {LetterState.WAITING, LetterState.DEAD}


@dataclass(frozen=True)
class LetterCount:
    """How many letters of one subscriber are in one state."""

    subscriber: str
    state: LetterState
    entries: int

    @property
    def state_name(self) -> Text:
        """The state in words."""
        return LETTER_STATES[self.state]


@dataclass(frozen=True)
class Page:
    """One page of letters; `after`, its last, leads to the next; None where this is the last page."""

    letters: Sequence[Letter]
    after: UUID | None


ORDER = ("written_at", "transaction", "position")


def letters(*, subscriber: str = "", state: str = "", after: UUID | None = None, limit: int = 50) -> Page:
    """Letters, the oldest first, one page after one of them: open ones, or those of a `subscriber` or a `state`.

    Each state is read along its index and no further than the page is long, so a page costs the same however many wait.
    """
    rows = Row.objects.filter(subscriber=subscriber) if subscriber else Row.objects.all()
    place = Row.objects.filter(pk=after).values_list(*ORDER).first() if after else None
    if place:
        later = Q(written_at__gt=place[0]) | Q(_after(*place[1:]), written_at=place[0])
        rows = rows.filter(later, written_at__gte=place[0])
    lanes = (rows.filter(state=each) for each in ([state] if state else sorted(OPEN_LETTERS)))
    found = [row for lane in lanes for row in lane.select_related("entry").order_by(*ORDER)[: limit + 1]]
    found.sort(key=lambda row: (row.written_at, row.transaction, row.position))
    page = [_letter(row) for row in found[:limit]]
    return Page(page, page[-1].id if len(found) > limit else None)


def behind(found: Letter, *, limit: int) -> tuple[list[Letter], int]:
    """What waits behind a letter, the oldest first and at most so many of them; and how many there are."""
    waiting = Row.objects.filter(
        _after(*found.place), subscriber=found.subscriber, subject=found.subject, state__in=OPEN_LETTERS
    )
    page = waiting.select_related("entry").order_by(*ORDER)[:limit]
    return [_letter(row) for row in page], waiting.count()


def letter(key: UUID) -> Letter | None:
    """The letter of that number, if there is one."""
    row = Row.objects.select_related("entry").filter(pk=key).first()
    return _letter(row) if row else None


def counts() -> list[LetterCount]:
    """How many letters each subscriber has in each state, settled ones too."""
    rows = Row.objects.values_list("subscriber", "state").annotate(entries=Count("pk")).order_by("subscriber", "state")
    return [LetterCount(subscriber, LetterState(state), entries) for subscriber, state, entries in rows]


def _after(transaction: int, position: int) -> Q:
    return Q(transaction__gt=transaction) | Q(transaction=transaction, position__gt=position)


def _letter(row: Row) -> Letter:
    return Letter(
        id=row.id,
        subscriber=row.subscriber,
        subject=row.subject,
        state=LetterState(row.state),
        attempts=row.attempts,
        next_try_at=row.next_try_at,
        error=row.error,
        reason=row.reason,
        entry=line(row.entry),
        place=(row.transaction, row.position),
    )
