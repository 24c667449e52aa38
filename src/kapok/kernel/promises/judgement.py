"""What a judgement takes and what it says: the entries of a matter, and the commitments that a promise made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from kapok.kernel.hours import NaiveMoment
from kapok.kernel.promises.facts import Facts
from kapok.kernel.promises.moves import Effect
from kapok.kernel.promises.pack import Promise
from kapok.kernel.text import Text

ZERO = timedelta()
STOPPING = frozenset({Effect.STOP, Effect.STOP_PAUSED, Effect.CANCEL})


class Outcome(StrEnum):
    """What became of a commitment."""

    KEPT = "kept"
    BROKEN = "broken"
    OPEN = "open"
    OVERDUE = "overdue"
    VOID = "void"


class Anomaly(StrEnum):
    """What was odd about the entries of a matter. The matter is judged all the same."""

    CLOSED_BEFORE_OPEN = "closed_before_open"
    REOPENED_BEFORE_OPEN = "reopened_before_open"
    FACT_NOT_KNOWN = "fact_not_known"


ANOMALIES: Mapping[Anomaly, Text] = {
    Anomaly.CLOSED_BEFORE_OPEN: Text(zh="未见开始即已完成", en="closed before anything opened it"),
    Anomaly.REOPENED_BEFORE_OPEN: Text(zh="未见开始即已重开", en="reopened before anything opened it"),
    Anomaly.FACT_NOT_KNOWN: Text(
        zh="缺少所需的日期或测量值，无法评判", en="the date or measurement it hangs on is not known"
    ),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened in a matter: an event kind, an aware moment, and what was known of it."""

    kind: str
    at: datetime
    facts: Facts = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None:
            raise NaiveMoment(field="at", value=self.at.isoformat())


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One commitment: a promise made in one matter, and what became of it. Moments are UTC."""

    promise: Promise
    opened_at: datetime | None
    """None where nothing opened it: an event without the notice it needed."""
    due_at: datetime | None
    """None where it hangs on something that has not happened or is not known. While paused: as if the pause ended now."""
    target_at: datetime | None = None
    closed_at: datetime | None = None
    state: Outcome
    elapsed: timedelta = ZERO
    """Running time from opening to closing (or until now) in the promise's calendar, less pauses."""
    late_by: timedelta = ZERO
    """By how much it was missed on the wall: late, too early, or too short."""
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    reopened: int = 0
    urges: int = 0
    """How often it was opened again while it ran."""
    breach_number: int = 0
    """1 for the first breach of the matter, 2 for the next; 0 if it is not broken."""
    calendar_version: str
    zone: str
    anomalies: tuple[Anomaly, ...] = ()
    facts: Facts = field(default_factory=dict)
    """The facts by which it was judged."""
    used: tuple[tuple[Entry, Effect], ...] = ()
    """The entries that had an effect, in order."""

    @property
    def breached(self) -> bool:
        """True if it is broken, or overdue and still open."""
        return self.state in {Outcome.BROKEN, Outcome.OVERDUE}

    @property
    def paused(self) -> bool:
        """True if its clock stands still now."""
        return bool(self.pauses) and self.pauses[-1][1] is None

    @property
    def stopped_at(self) -> datetime | None:
        """When its clock stopped, also where it fell away then; None while it runs."""
        stopped: datetime | None = None
        for entry, effect in self.used:
            if effect in STOPPING:
                stopped = entry.at
            elif effect in {Effect.CONTINUE, Effect.THROUGH}:
                stopped = None
        return stopped

    @property
    def within_target(self) -> bool:
        """True if it was fulfilled by the internal target."""
        return self.closed_at is not None and self.target_at is not None and self.closed_at <= self.target_at
