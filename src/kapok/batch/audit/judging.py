"""The judgement of a bucket by one promise: what `kernel.promises.judge` says of one matter, for all cases at once.

Two ways lead to the same columns. Promises with a running clock (`within`, `wait`, `keep`) are walked by `judging_moves` and judged
here. The rare others (`notice`, which looks back from the announced event; `never` and `limit`, which have no clock) are put to the
scalar `judge` case by case, as are single cases with very many entries and cases whose facts change on their way. A property test
holds the two together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kapok.batch.audit.columns import UNKNOWN, Bucket
from kapok.batch.audit.commitments import BROKEN, KEPT, NEVER, OPEN, OVERDUE, VOID, Commitments, Pauses, joined
from kapok.batch.audit.entries import Entries, Occurrences
from kapok.batch.audit.grouping import Groups, distinct_values
from kapok.batch.audit.judging_clock import ColumnClock
from kapok.batch.audit.judging_moves import Cycles, Walked, walked
from kapok.batch.audit.judging_one import judged_one_by_one
from kapok.batch.audit.judging_told import judged_by_entry
from kapok.kernel.promises.judgement import Anomaly
from kapok.kernel.promises.moves import State
from kapok.kernel.promises.pack import Pack, Promise
from kapok.kernel.promises.terms import Direction
from kapok.kernel.promises.turns import applies

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

CLOCKED = frozenset({Direction.WITHIN, Direction.WAIT, Direction.KEEP})
MOST_ENTRIES = 1_000  # a case with more is judged by itself, not in as many rounds for all


def commitments(promise: Promise, pack: Pack, bucket: Bucket, occurrences: Occurrences, until: int) -> Commitments:
    """The commitments that `promise` makes of the cases of a bucket, as known at `until` (microseconds since the epoch)."""
    made = _by_case(promise, pack, bucket, occurrences, until)
    if not occurrences.changing.any():
        return made
    return joined([made, judged_by_entry(promise, pack, bucket, occurrences, until)])


def _by_case(promise: Promise, pack: Pack, bucket: Bucket, occurrences: Occurrences, until: int) -> Commitments:
    """Those of the cases all of whose entries are judged by the facts of the case."""
    entries = occurrences.entries(promise)
    wanted = applicable(promise, pack, bucket) & ~occurrences.changing
    entries = entries.chosen(wanted[entries.case] & (entries.at <= until))
    if promise.direction not in CLOCKED:
        return judged_one_by_one(promise, pack, bucket, entries, until)
    many = np.bincount(entries.case, minlength=len(bucket.lengths))[entries.case] > MOST_ENTRIES
    if not many.any():
        return _clocked(promise, pack, bucket, entries, until)
    alone = judged_one_by_one(promise, pack, bucket, entries.chosen(many), until)
    return joined([_clocked(promise, pack, bucket, entries.chosen(~many), until), alone])


def applicable(promise: Promise, pack: Pack, bucket: Bucket) -> Flags:
    """The cases to whose facts the promise applies; asked once for each combination of facts that it looks at."""
    names = sorted({*promise.applies, *promise.unless} & set(bucket.facts))
    combination, facts = combinations(bucket, names)
    return np.array([applies(promise, pack, known) for known in facts], np.bool_)[combination]


def combinations(bucket: Bucket, names: list[str]) -> tuple[Integers, list[dict[str, Any]]]:
    """Which combination of the facts `names` each case has, and the combinations."""
    of_case = np.zeros(len(bucket.lengths), np.int64)
    found: list[dict[str, Any]] = [{}]
    for name in names:
        words = bucket.facts[name]
        groups = Groups.of(of_case, words.codes, len(words.words))
        found = [
            {**found[before], **({} if code == UNKNOWN else {name: words.words[code].as_py()})}
            for before, code in zip(groups.left.tolist(), groups.right.tolist(), strict=True)
        ]
        of_case = groups.of_row
    return of_case, found


def _clocked(promise: Promise, pack: Pack, bucket: Bucket, entries: Entries, until: int) -> Commitments:
    clock = ColumnClock(promise, pack, bucket.facts)
    found = walked(entries, clock)
    cycles, pauses = _still_paused(found.cycles, found.pauses, clock, until)
    outcome, late = _judged(promise.direction, cycles, until)
    target = clock.target(cycles.opened)
    stopped = cycles.stopped != NEVER
    closed = np.where(outcome == VOID, NEVER, cycles.stopped)
    ended = np.where(stopped, cycles.stopped, until)
    return Commitments(
        case=cycles.case,
        opened=cycles.opened,
        due=cycles.due,
        closed=closed,
        outcome=outcome,
        elapsed=np.maximum(clock.ran(cycles.opened, ended) - cycles.held, 0),
        late=late,
        within_target=np.zeros(len(cycles), np.bool_) if target is None else (closed != NEVER) & (closed <= target),
        pauses=pauses,
        anomalies=_anomalies(entries, found, clock, cycles),
        early=_first_of_case(entries, _counted(entries, found.early_close, clock, cycles)),
    )


def _still_paused(cycles: Cycles, pauses: Pauses, clock: ColumnClock, until: int) -> tuple[Cycles, Pauses]:
    """A clock that still stands in a pause: judged as if the pause ended now."""
    rows = np.flatnonzero(cycles.since != NEVER)
    begins = cycles.since[rows]
    held = clock.held(begins, np.full(len(rows), until))
    cycles.held[rows] += held
    cycles.due[rows] = clock.moved(cycles.due[rows], begins, held)
    lasting = Pauses(
        np.append(pauses.commitment, rows),
        np.append(pauses.begins, begins),
        np.append(pauses.ends, np.full(len(rows), NEVER)),
    )
    return cycles, lasting


def _judged(direction: Direction, cycles: Cycles, until: int) -> tuple[Integers, Integers]:
    """The outcome of each cycle, and by how much it was missed on the wall."""
    void, stopped = cycles.state == State.VOID, cycles.stopped != NEVER
    ended = np.where(stopped, cycles.stopped, until)
    unknown = cycles.due == NEVER
    if direction is Direction.WITHIN:
        waiting = (cycles.since != NEVER) & (cycles.since < cycles.due)
        late = np.where(unknown | waiting, 0, np.maximum(ended - np.where(unknown, ended, cycles.due), 0))
        running = np.where(late > 0, OVERDUE, OPEN)
        outcome = np.where(stopped, np.where(late > 0, BROKEN, KEPT), running)
        outcome[void & (late == 0)] = VOID
    else:
        late = np.where(stopped & ~void & ~unknown, np.maximum(cycles.due - ended, 0), 0)
        running = np.where(cycles.due <= until, KEPT, OPEN)
        outcome = np.where(stopped, np.where(late > 0, BROKEN, KEPT), running)
        outcome[void] = VOID
    outcome[unknown] = VOID
    return outcome, late


def _anomalies(entries: Entries, found: Walked, clock: ColumnClock, cycles: Cycles) -> dict[Anomaly, Integers]:
    early = {Anomaly.CLOSED_BEFORE_OPEN: found.early_close, Anomaly.REOPENED_BEFORE_OPEN: found.early_reopen}
    cases = {
        anomaly: distinct_values(entries.case[_counted(entries, which, clock, cycles)])
        for anomaly, which in early.items()
    }
    return cases | {Anomaly.FACT_NOT_KNOWN: distinct_values(cycles.case[cycles.due == NEVER])}


def _counted(entries: Entries, which: Integers, clock: ColumnClock, cycles: Cycles) -> Integers:
    """Those early entries whose case has a commitment, or whose first entry came when the promise was in force."""
    case = entries.case[which]
    first = entries.at[np.searchsorted(entries.case, case)]
    return which[np.isin(case, cycles.case) | clock.made(first)]


def _first_of_case(entries: Entries, which: Integers) -> Integers:
    """The rows of these entries, for each case only the first."""
    case = entries.case[which]
    rows: Integers = entries.row[which[np.append(True, case[1:] != case[:-1])[: len(case)]]]
    return rows
