"""Reading what could not be delivered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

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


class Letters:
    """Letters, oldest first, to be paged: open ones, or those of a `subscriber` or a `state`, or what waits `behind` one."""

    def __init__(self, *, subscriber: str = "", state: str = "", behind: Letter | None = None) -> None:
        rows = Row.objects.filter(state=state) if state else Row.objects.filter(state__in=OPEN_LETTERS)
        if subscriber:
            rows = rows.filter(subscriber=subscriber)
        if behind:
            rows = rows.filter(_after(*behind.place), subscriber=behind.subscriber, subject=behind.subject)
        self._rows: QuerySet[Row] = rows.select_related("entry").order_by("written_at", "transaction", "position")

    def __len__(self) -> int:
        return self._rows.count()

    def __iter__(self) -> Iterator[Letter]:
        return (_letter(row) for row in self._rows)

    def __getitem__(self, part: slice) -> list[Letter]:
        return [_letter(row) for row in self._rows[part]]


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
