"""Judgements in, rows out: what the kernel says of one promise in one matter, written to its commitments, the old facts kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kapok.ground.commitments import events, rules
from kapok.ground.commitments.models import Commitment, Revision
from kapok.ground.commitments.owing import owing
from kapok.ground.commitments.rules import State, Version
from kapok.ground.commitments.scheduler import wake_if_soon
from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Entry
from kapok.ground.journal.writing import fresh, write
from kapok.kernel.ids import uuid7
from kapok.kernel.promises import Judgement, Promise
from kapok.kernel.promises.wording import moment
from kapok.kernel.text import Text

ACTOR = "system/commitments"
ZERO = timedelta()
FALLEN = {"state": State.VOID.value, "next_fire_at": None, "breached_at": None, "owed": None}
"""What becomes of a commitment that nothing makes any more."""
SINCE = Text(zh="{state}（{since} 起）", en="{state} since {since}")
REVISED = ("state", "opened_at", "due_at", "target_at", "closed_at", "facts")
"""What is kept of a commitment when it is changed."""


@dataclass(frozen=True)
class Change:
    """One entry, as it bears on one promise of one matter."""

    subject: str
    version: Version
    promise: Promise
    entry: Entry

    def about(self, row: Commitment) -> dict[str, Any]:
        """What every event says of a commitment."""
        return {
            "subject": self.subject,
            "correlation": self.entry.correlation,
            "actor": ACTOR,
            "commitment": row.id,
            "pack": self.version.pack.code,
            "promise": row.promise,
            "tier": row.tier,
            "title": self.promise.title,
            "due_at": row.due_at,
            "unit": row.unit,
            "owner": row.owner,
        }


BATCH = 1_000
"""Rows of one statement: the server takes 65,535 values, and a commitment has thirty."""
Answering = Callable[[Judgement], tuple[str, str]]


@dataclass
class Outcome:
    """What judging comes to: rows made or changed, what they were before, and what has to be said; written down all at once."""

    made: list[Commitment] = field(default_factory=list)
    changed: list[Commitment] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    """The columns in which one of the changed rows has changed."""
    revisions: list[Revision] = field(default_factory=list)
    told: list[journal.Event] = field(default_factory=list)
    fires: list[tuple[datetime | None, datetime]] = field(default_factory=list)
    """When a row has to fire next, and the moment of the entry by which."""

    def keep(self) -> None:
        """Write it down."""
        write(self.made)
        if self.changed:
            _update(self.changed, sorted(self.columns))
        Revision.objects.bulk_create(self.revisions, batch_size=BATCH)
        journal.record_together(self.told)
        for fires_at, at in self.fires:
            wake_if_soon(fires_at, at)


def _update(rows: Sequence[Commitment], columns: Sequence[str]) -> None:
    """Write these columns of the rows, which are locked; one statement for a thousand of them."""
    if len(rows) == 1:
        rows[0].save(update_fields=columns)
    else:
        Commitment.objects.bulk_create(
            rows, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=columns
        )


def reconcile(
    change: Change, rows: Sequence[Commitment], made: Sequence[Judgement], answering: Answering, outcome: Outcome
) -> None:
    """Bring the rows of one promise to what was judged. A row that nothing makes falls away."""
    number = len(rows)
    for row, judgement in _paired(rows, made):
        if row is None and judgement is not None:
            number += 1
            _promise(change, judgement, answering, outcome, number=number)
        elif row is not None and judgement is not None:
            _revise(change, row, _columns(change, judgement, row.breached_at, row.warned), outcome)
        elif row is not None:
            _revise(change, row, FALLEN, outcome)


def _paired(
    rows: Sequence[Commitment], made: Sequence[Judgement]
) -> Iterator[tuple[Commitment | None, Judgement | None]]:
    """Each row with the judgement of the same opening; what is left over in the order in which it was opened."""
    openings = _openings(made)
    by_opening = dict(zip(_openings(rows), rows, strict=True))
    left = [row for opening, row in by_opening.items() if opening not in set(openings)]
    for opening, judgement in zip(openings, made, strict=True):
        yield by_opening.get(opening) or (left.pop(0) if left else None), judgement
    yield from ((row, None) for row in left)


def _openings(each: Sequence[Commitment] | Sequence[Judgement]) -> list[tuple[datetime | None, int]]:
    """By what they are known: when each was made, and the how manyeth it is of that moment."""
    seen: Counter[datetime | None] = Counter()
    openings = []
    for one in each:
        made = _made_at(one)
        openings.append((made, seen[made]))
        seen[made] += 1
    return openings


def _made_at(each: Commitment | Judgement) -> datetime | None:
    return each.opened_at or each.closed_at


def _promise(change: Change, judgement: Judgement, answering: Answering, outcome: Outcome, *, number: int) -> None:
    unit, owner = answering(judgement)
    row = fresh(
        Commitment,
        id=uuid7(_made_at(judgement) or change.entry.at),
        subject=change.subject,
        number=number,
        pack_id=change.version.key,
        promise=change.promise.code,
        tier=change.promise.tier,
        direction=change.promise.direction,
        unit=unit,
        owner=owner,
        first_due_at=judgement.due_at,
        **_columns(change, judgement),
    )
    outcome.made.append(row)
    outcome.fires.append((row.next_fire_at, change.entry.at))
    outcome.told += _breach(change, row, breached_before=None, owed_before=None)


def _columns(
    change: Change, judgement: Judgement, breached_at: datetime | None = None, warned: int = 0
) -> dict[str, Any]:
    """The columns of a commitment as judged; who answers for it and what has been fired stay as they are."""
    breached_at = rules.breach_standing(judgement, breached_at)
    state = rules.state_of(judgement, breached_at)
    if state is State.BROKEN and breached_at is None:
        breached_at = rules.breach_moment(judgement)
    warn_at = rules.warnings(judgement, change.version.pack)
    return {
        "state": state.value,
        "opened_at": judgement.opened_at,
        "due_at": judgement.due_at,
        "target_at": judgement.target_at,
        "closed_at": judgement.closed_at,
        "elapsed": ZERO if state in rules.RUNNING else judgement.elapsed,
        "late_by": ZERO if state in rules.RUNNING else judgement.late_by,
        "pauses": [[begins.isoformat(), ends and ends.isoformat()] for begins, ends in judgement.pauses],
        "reopened": judgement.reopened,
        "urges": judgement.urges,
        "breach_number": judgement.breach_number,
        "calendar_version": judgement.calendar_version,
        "zone": judgement.zone,
        "facts": dict(judgement.facts),
        "anomalies": [anomaly.value for anomaly in judgement.anomalies],
        "warn_at": warn_at,
        "next_fire_at": rules.next_fire(state, judgement.due_at, warn_at, warned),
        "breached_at": breached_at,
        "owed": owing(judgement, change.version.pack) if state is State.BROKEN else None,
    }


def _revise(change: Change, row: Commitment, columns: dict[str, Any], outcome: Outcome) -> None:
    """Change a row where it differs; keep what it was, and tell of it."""
    changed = {name: value for name, value in columns.items() if getattr(row, name) != value}
    if not changed:
        return
    before = {name: getattr(row, name) for name in ("breached_at", "owed", "state")}
    if columns is FALLEN or _rewrites(row, changed):
        outcome.revisions.append(_revision(change, row, columns))
    for name, value in changed.items():
        setattr(row, name, value)
    outcome.changed.append(row)
    outcome.columns |= changed.keys()
    outcome.fires.append((row.next_fire_at, change.entry.at))
    moved = before["breached_at"] not in {None, row.breached_at}
    if moved or (State(before["state"]) in rules.SETTLED and before["state"] != row.state):
        outcome.told.append(_correction(change, row, State(before["state"]), before["breached_at"]))
    outcome.told += _breach(change, row, breached_before=before["breached_at"], owed_before=before["owed"])


def _rewrites(row: Commitment, changed: dict[str, Any]) -> bool:
    """Whether something is changed that had been said before; that a running clock ends is no revision."""
    return State(row.state) not in rules.RUNNING or bool(changed.keys() & {"due_at", "opened_at", "facts"})


def _revision(change: Change, row: Commitment, columns: dict[str, Any]) -> Revision:
    names = [name for name in REVISED if name in columns and getattr(row, name) != columns[name]]
    return Revision(
        id=uuid7(change.entry.at),
        commitment=row,
        at=change.entry.at,
        entry=change.entry.id,
        before={name: _plain(getattr(row, name)) for name in names},
        after={name: _plain(columns[name]) for name in names},
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _correction(change: Change, row: Commitment, before: State, breached_before: datetime | None) -> journal.Event:
    after = State(row.state)
    return events.Corrected(
        at=change.entry.at,
        before=before.value,
        before_name=_stood(row, before, breached_before if before is after else None),
        after=after.value,
        after_name=_stood(row, after, row.breached_at if before is after else None),
        entry=change.entry.id,
        **change.about(row),
    )


def _stood(row: Commitment, state: State, since: datetime | None) -> Text:
    """What it was or is; with the moment where that alone has changed."""
    if since is None:
        return rules.STATES[state]
    return SINCE.format(state=rules.STATES[state], since=moment(since, ZoneInfo(row.zone)))


def _breach(
    change: Change, row: Commitment, *, breached_before: datetime | None, owed_before: Any
) -> Iterator[journal.Event]:
    """A breach that came to light by this entry, and what is owed where that has changed."""
    if row.breached_at is not None and breached_before is None:
        yield events.Breached(at=row.breached_at, **change.about(row))
    if row.owed != owed_before:
        owed = row.owed or {**owed_before, "amount_minor": 0, "extension_days": 0, "missing": None}
        yield events.Owed(at=change.entry.at, **change.about(row), **events.owed_fields(owed))
