"""Reading notices: one's own only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from kapok.ground.commitments.rules import STATES, State
from kapok.ground.notices.models import Notice
from kapok.ground.notices.rules import ANSWERED, KINDS
from kapok.kernel.promises import Tier
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Heard:
    """One notice as its recipient reads it."""

    id: UUID
    kind: str
    title: Text
    subject: str
    commitment: UUID | None
    """None where somebody urged the matter, or an order is meant."""
    entry: UUID
    """The journal entry that it tells of."""
    unit: str
    """The code of the unit that answers for the commitment now."""
    due_at: datetime | None
    happened_at: datetime
    at: datetime
    seen: bool
    state: State | None
    """Where the commitment stands now; None where there is none."""

    @property
    def answers(self) -> bool:
        """Whether it tells of the answer to what its recipient asked."""
        return self.kind == ANSWERED

    @property
    def kind_name(self) -> Text:
        """What kind of notice this is."""
        return KINDS[self.kind]

    @property
    def look(self) -> str:
        """How it is drawn: the last word of its kind."""
        return self.kind.rpartition(".")[2]

    @property
    def state_name(self) -> Text | None:
        """What the commitment's state is called."""
        return STATES[self.state] if self.state else None


def notices(staff: UUID) -> QuerySet[Notice]:
    """All notices to this person, latest first."""
    return Notice.objects.filter(recipient=staff).order_by("-at", "-id")


def unseen(staff: UUID) -> QuerySet[Notice]:
    """The notices that this person has not seen, latest first."""
    return notices(staff).filter(seen_at=None)


def of_tier(rows: QuerySet[Notice], tier: Tier | None) -> QuerySet[Notice]:
    """Of these notices those about promises of one tier; all where none is named."""
    return rows.filter(commitment__tier=tier.value) if tier else rows


def heard(rows: QuerySet[Notice] | Iterable[Notice]) -> list[Heard]:
    """One page of `notices` or `unseen`, in one query."""
    page = rows.select_related("commitment") if isinstance(rows, QuerySet) else rows
    return [_heard(row) for row in page]


def notice(staff: UUID, id: UUID) -> Heard | None:  # noqa: A002  # the name of what identifies it
    """One notice to this person; None where there is none."""
    found = heard(notices(staff).filter(id=id))
    return found[0] if found else None


def count_unseen(staff: UUID, *, most: int = 100) -> int:
    """How many notices this person has not seen, counted up to `most`: one look into the index."""
    return Notice.objects.filter(recipient=staff, seen_at=None)[:most].count()


def _heard(row: Notice) -> Heard:
    return Heard(
        id=row.id,
        kind=row.kind,
        title=row.title,
        subject=row.subject,
        commitment=row.commitment_id,
        entry=row.entry,
        unit=row.commitment.unit if row.commitment else "",
        due_at=row.due_at,
        happened_at=row.happened_at,
        at=row.at,
        seen=row.seen_at is not None,
        state=State(row.commitment.state) if row.commitment else None,
    )
