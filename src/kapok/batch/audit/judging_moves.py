"""The table of moves, run over columns: one step for all cases at once instead of one case after the other.

`kernel.promises.moves.MOVES` says what each role does in each state; nothing here decides anything of its own. In round `k` every
case that has a k-th entry makes its move. Cases stand in the order of their number of entries, so that those which take part in a
round are always the first ones, and a round works on plain slices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kapok.batch.audit.commitments import NEVER, Pauses
from kapok.batch.audit.entries import Entries
from kapok.kernel.promises.moves import MOVES, Effect, Role, State

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_NEXT = np.zeros((len(State), len(Role)), np.int64)
_EFFECT = np.zeros((len(State), len(Role)), np.int64)
for (_state, _role), (_next, _effect) in MOVES.items():
    _NEXT[_state, _role], _EFFECT[_state, _role] = _next, _effect


class Clock(Protocol):
    """How the clocks of one promise run."""

    def made(self, opened: Integers) -> Flags:
        """Whether the promise is in force at these moments."""
        ...

    def due(self, opened: Integers, case: Integers) -> Integers:
        """When clocks opened at these moments, in these cases, fall due; `NEVER` where that is not known."""
        ...

    def held(self, begins: Integers, ends: Integers) -> Integers:
        """What pauses take off the clock."""
        ...

    def moved(self, due: Integers, begins: Integers, held: Integers) -> Integers:
        """Due moments after pauses that began then and took so much off the clock."""
        ...


@dataclass(frozen=True)
class Cycles:
    """One row for each time that the clock was started. `stopped` is `NEVER` while it runs, `since` unless it stands in a pause."""

    case: Integers
    opened: Integers
    due: Integers
    stopped: Integers
    since: Integers
    held: Integers
    state: Integers

    def __len__(self) -> int:
        return len(self.case)


@dataclass(frozen=True)
class Walked:
    """What became of the clocks of one promise; and the entries (their indices) that came before anything had opened one."""

    cycles: Cycles
    pauses: Pauses
    early_close: Integers
    early_reopen: Integers


def walked(entries: Entries, clock: Clock) -> Walked:
    """Run the table of moves over all entries."""
    first = np.flatnonzero(np.append(True, entries.case[1:] != entries.case[:-1])[: len(entries)])
    count = np.diff(np.append(first, len(entries)))
    order = np.argsort(-count, kind="stable")
    first, count = first[order], count[order]
    walk = _Walk(entries.case[first], clock)
    for turn in range(int(count.max(initial=0))):
        taking_part = int(np.searchsorted(-count, -turn, side="left"))
        walk.step(entries, first[:taking_part] + turn)
    return walk.ended()


class _Walk:
    """Where the clock of each case stands.

    A case whose clock was never started, or was started when the promise was not in force, is opened `NEVER`: what happens to it is
    of no account.
    """

    def __init__(self, case: Integers, clock: Clock) -> None:
        self._clock = clock
        self._case = case
        self._state = np.zeros(len(case), np.int64)
        self._opened, self._due, self._stopped, self._since = (np.full(len(case), NEVER) for _ in range(4))
        self._held = np.zeros(len(case), np.int64)
        self._cycle = np.arange(len(case))  # the number of the cycle that each case is in
        self._cycles = len(case)
        self._done: list[tuple[Integers, ...]] = []
        self._paused: list[tuple[Integers, Integers, Integers]] = []
        self._early: dict[Effect, list[Integers]] = {Effect.EARLY_CLOSE: [], Effect.EARLY_REOPEN: []}
        self._does = {
            Effect.START: self._start,
            Effect.START_PAUSED: self._start_paused,
            Effect.STOP: self._stop,
            Effect.STOP_PAUSED: self._stop,
            Effect.HOLD: self._hold,
            Effect.GO: self._go,
            Effect.CANCEL: self._stop,
            Effect.CONTINUE: self._continue,
            Effect.THROUGH: self._through,
        }

    def step(self, entries: Entries, which: Integers) -> None:
        """The next entry of the first cases: their indices among the entries."""
        role, at = entries.role[which], entries.at[which]
        state = self._state[: len(which)]
        effect = _EFFECT[state, role]
        following = _NEXT[state, role]
        for code in np.flatnonzero(np.bincount(effect)).tolist():
            rows = np.flatnonzero(effect == code)
            if code in self._early:
                self._early[Effect(code)].append(which[rows])
            elif code in self._does:
                self._does[Effect(code)](rows, at[rows])
        state[:] = following

    def ended(self) -> Walked:
        """All cycles, those that still run among them."""
        self._put_away(np.arange(len(self._case)))
        number, *columns = (np.concatenate(parts) for parts in zip(*self._done, strict=True))
        opened = columns[1] != NEVER
        place = np.full(self._cycles, -1)
        place[number[opened]] = np.arange(np.count_nonzero(opened))
        nothing = (np.empty(0, np.int64),) * 3
        owner, begins, ends = (np.concatenate(parts) for parts in zip(nothing, *self._paused, strict=True))
        counts = place[owner] >= 0
        return Walked(
            Cycles(*(column[opened] for column in columns)),
            Pauses(place[owner][counts], begins[counts], ends[counts]),
            *(np.sort(np.concatenate([nothing[0], *found])) for found in self._early.values()),
        )

    def _put_away(self, rows: Integers) -> None:
        columns = (
            self._cycle,
            self._case,
            self._opened,
            self._due,
            self._stopped,
            self._since,
            self._held,
            self._state,
        )
        self._done.append(tuple(column[rows] for column in columns))

    def _start(self, rows: Integers, at: Integers) -> None:
        self._put_away(rows[self._opened[rows] != NEVER])
        # A number of its own also where the one before was not in force: what paused that one does not pause this one.
        self._cycle[rows] = np.arange(self._cycles, self._cycles + len(rows))
        self._cycles += len(rows)
        self._opened[rows] = np.where(self._clock.made(at), at, NEVER)
        self._due[rows] = self._clock.due(at, self._case[rows])
        self._stopped[rows] = self._since[rows] = NEVER
        self._held[rows] = 0

    def _start_paused(self, rows: Integers, at: Integers) -> None:
        self._start(rows, at)
        self._hold(rows, at)

    def _stop(self, rows: Integers, at: Integers) -> None:
        paused = self._since[rows] != NEVER
        self._go(rows[paused], at[paused])
        self._stopped[rows] = at

    def _hold(self, rows: Integers, at: Integers) -> None:
        self._since[rows] = at

    def _go(self, rows: Integers, at: Integers) -> None:
        begins = self._since[rows]
        held = self._clock.held(begins, at)
        self._paused.append((self._cycle[rows], begins, at))
        self._held[rows] += held
        self._due[rows] = self._clock.moved(self._due[rows], begins, held)
        self._since[rows] = NEVER

    def _continue(self, rows: Integers, at: Integers) -> None:
        stopped = self._stopped[rows] != NEVER
        going = rows[stopped]
        self._since[going] = self._stopped[going]
        self._go(going, at[stopped])
        self._through(rows, at)

    def _through(self, rows: Integers, at: Integers) -> None:
        self._stopped[rows] = NEVER
