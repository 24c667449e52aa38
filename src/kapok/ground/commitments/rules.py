"""Commitments, decided without a database: facts of a matter, which pack judges what, where a commitment stands. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from kapok.kernel.hours import Pause
from kapok.kernel.promises import (
    ALSO,
    AT_END,
    Clock,
    Direction,
    Entry,
    Facts,
    Judgement,
    Outcome,
    Pack,
    Promise,
    Role,
    judge,
)
from kapok.kernel.text import Text


class State(StrEnum):
    """Where a commitment stands."""

    OPEN = "open"
    PAUSED = "paused"
    OVERDUE = "overdue"
    KEPT = "kept"
    BROKEN = "broken"
    VOID = "void"


RUNNING = frozenset({State.OPEN, State.PAUSED, State.OVERDUE})
SETTLED = frozenset({State.KEPT, State.BROKEN})

STATES: Mapping[State, Text] = {
    State.OPEN: Text(zh="进行中", en="running"),
    State.PAUSED: Text(zh="暂停", en="paused"),
    State.OVERDUE: Text(zh="逾期未完成", en="overdue"),
    State.KEPT: Text(zh="履约", en="kept"),
    State.BROKEN: Text(zh="违约", en="broken"),
    State.VOID: Text(zh="不再适用", en="fell away"),
}

AT_REST = Text(zh="停走", en="stands still")
"""What is said in place of the due moment of a paused clock: it moves on until the clock goes on."""

RESUMES: Mapping[str, str] = {
    "clock.paused": "clock.resumed",
    "customer.deferred": "customer.returned",
    "customer.refused_access": "customer.returned",
    "visit.missed_by_customer": "customer.returned",
    "hindrance.began": "hindrance.ended",
}
"""The kinds by which a person pauses a clock, and by which each is resumed.

A missed visit, too: an appointment that nobody made would open promises, and not every clock that the visit stops hears of one.
"""

ENDS: Mapping[str, frozenset[str]] = {
    "clock.paused": frozenset({"clock.resumed"}),
    "customer.deferred": frozenset({"customer.returned", "visit.started"}),
    "customer.refused_access": frozenset({"customer.returned", "visit.started"}),
    "visit.missed_by_customer": frozenset({"customer.returned", "visit.appointed", "visit.started"}),
    "hindrance.began": frozenset({"hindrance.ended"}),
}
"""By what each pause is over: what resumes it, and what the customer does that starts the work again."""

PAUSE_FIELDS: Mapping[str, Text] = {
    "reason": Text(zh="原因", en="reason"),
    "requested_by": Text(zh="申请人", en="requested by"),
    "approved_by": Text(zh="批准人", en="approved by"),
    "evidence": Text(zh="凭据", en="evidence"),
    "word": Text(zh="答复", en="word"),
}
SAID_AT_MOST = 300
"""Characters of a reason, of evidence or of an approver's word."""


class RequestState(StrEnum):
    """Where the request for a pause or a waiver stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


REQUEST_STATES: Mapping[RequestState, Text] = {
    RequestState.WAITING: Text(zh="待批准", en="waiting for approval"),
    RequestState.APPROVED: Text(zh="已批准", en="approved"),
    RequestState.REFUSED: Text(zh="未批准", en="refused"),
    RequestState.LAPSED: Text(zh="逾期未批，已失效", en="lapsed unanswered"),
    RequestState.WITHDRAWN: Text(zh="申请人已撤回", en="withdrawn"),
}


class StuckState(StrEnum):
    """Where a clock stands that made firing fail."""

    WAITING = "waiting"
    DEAD = "dead"
    DONE = "done"


STUCK_STATES: Mapping[StuckState, Text] = {
    StuckState.WAITING: Text(zh="等待重试", en="waiting for another attempt"),
    StuckState.DEAD: Text(zh="已停止重试", en="given up"),
    StuckState.DONE: Text(zh="已处理", en="done"),
}


@dataclass(frozen=True)
class Version:
    """A pack in force: openings in [adopted_at, superseded_at) fall under it."""

    key: Any
    """The identifier of its row."""
    pack: Pack
    adopted_at: datetime
    superseded_at: datetime | None

    def rules(self, judgement: Judgement) -> bool:
        """Whether the commitment was made while this version was in force; a notice never given is dated by its event."""
        made = judgement.opened_at or judgement.closed_at
        if made is None or made < self.adopted_at:
            return False
        return self.superseded_at is None or made < self.superseded_at


def touched(pack: Pack, entries: Sequence[Entry], kinds: Collection[str] | None) -> Iterator[Promise]:
    """The promises of a pack that entries of `kinds` can move (None: any of the matter's), and that something may have opened."""
    told = {entry.kind for entry in entries}
    for promise in pack.promises:
        if kinds is not None and promise.roles.keys().isdisjoint(kinds):
            continue
        if not promise.begins.isdisjoint(told):
            yield promise


def judged(
    version: Version, promise: Promise, entries: Sequence[Entry], facts: Facts, until: datetime
) -> list[Judgement]:
    """The commitments that one promise of one version made of a matter."""
    made = judge(promise, version.pack, entries, facts, until)
    return [judgement for judgement in made if version.rules(judgement)]


def state_of(judgement: Judgement, breached_at: datetime | None) -> State:
    """Where a commitment stands. Only the scheduler makes it overdue: until it has fired, what is late is still open."""
    match judgement.state:
        case Outcome.KEPT:
            return State.KEPT
        case Outcome.BROKEN:
            return State.BROKEN
        case Outcome.VOID:
            return State.VOID
        case _ if breached_at is not None:
            return State.OVERDUE
        case _:
            return State.PAUSED if judgement.paused and judgement.state is Outcome.OPEN else State.OPEN


def breach_holds(judgement: Judgement, breached_at: datetime | None) -> bool:
    """Whether a breach that was recorded still stands after a new judgement: it ended broken, or fell due by that moment."""
    if breached_at is None or judgement.state in {Outcome.KEPT, Outcome.VOID}:
        return False
    return judgement.state is Outcome.BROKEN or (judgement.due_at is not None and judgement.due_at <= breached_at)


def breach_standing(judgement: Judgement, breached_at: datetime | None) -> datetime | None:
    """The moment of a breach that was recorded, as it stands after a new judgement; None where it does not stand any more.

    What had to be done in time was broken at its due moment, wherever an entry that came late has moved that.
    """
    if not breach_holds(judgement, breached_at):
        return None
    return (judgement.due_at if judgement.promise.direction is Direction.WITHIN else None) or breached_at


def breach_moment(judgement: Judgement) -> datetime | None:
    """When a broken commitment was broken: at its due moment, or by the event that came too early or must not happen."""
    if judgement.promise.direction is Direction.WITHIN:
        return judgement.due_at
    return judgement.closed_at or judgement.opened_at


def warnings(judgement: Judgement, pack: Pack) -> list[datetime]:
    """The warning points of a commitment that must be fulfilled in time, in order, those after the due moment left out.

    One that falls into a pause, when the clock stands still, comes when it goes on.
    """
    if judgement.promise.direction is not Direction.WITHIN or judgement.opened_at is None or judgement.due_at is None:
        return []
    points = Clock(judgement.promise, pack).warnings(judgement.opened_at, judgement.due_at, judgement.pauses)
    ordered = sorted({point for point in points if point < judgement.due_at})
    return [_after_pauses(point, judgement.pauses) for point in ordered]


def _after_pauses(point: datetime, pauses: Iterable[Pause]) -> datetime:
    """The point, or the end of the pause within which it falls."""
    return next((ends for begins, ends in pauses if ends is not None and begins < point < ends), point)


def next_fire(state: State, due_at: datetime | None, warn_at: Sequence[datetime], warned: int) -> datetime | None:
    """When the scheduler must look at a commitment next, of whose warnings so many are told; only while it is open.

    That is its next warning point, else its due moment.
    """
    if state is not State.OPEN or due_at is None:
        return None
    return min([*warn_at[warned:], due_at])


def stopped_by(promise: Promise, kind: str, stops: Sequence[str]) -> bool:
    """Whether an entry of `kind` that stops these tiers (none named: all) pauses the promise."""
    return Role.PAUSE in promise.roles.get(kind, frozenset()) and (not stops or promise.tier in stops)


@dataclass(frozen=True)
class Paused:
    """A pause, or what ends one: its kind, on what it was recorded, when, and what was said of it."""

    kind: str
    subject: str
    at: datetime
    facts: Facts

    @property
    def named(self) -> frozenset[str]:
        """All that it was said of."""
        return frozenset({self.subject, *str(self.facts.get(ALSO, "")).split()})

    @property
    def end(self) -> str:
        """At which end of what has two (`a`, `b`); empty where it is said of the whole."""
        return str(self.facts.get(AT_END, ""))

    def reaches(self, end: str) -> bool:
        """Whether it is said of what is at an end, too."""
        return self.end in {"", end}


def resumed_by(promise: Promise, kind: str) -> bool:
    """Whether the end of a pause of `kind` lets the promise run again."""
    return Role.RESUME in promise.roles.get(RESUMES[kind], frozenset())


def standing(told: Iterable[Paused]) -> list[Paused]:
    """The pauses, in order, that none of the entries after them has ended; entries of other kinds are passed over.

    What is said of one end ends what was said of that end alone.
    """
    stand: list[Paused] = []
    for each in told:
        stand = [pause for pause in stand if each.kind not in ENDS[pause.kind] or not each.reaches(pause.end)]
        if each.kind in ENDS:
            stand.append(each)
    return stand
