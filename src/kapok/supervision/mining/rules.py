"""The life of an audit, decided without a database. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from kapok.kernel.text import Text


class State(StrEnum):
    """Where an audit stands."""

    UPLOADED = "uploaded"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


STATES: Mapping[State, Text] = {
    State.UPLOADED: Text(zh="待设映射", en="to be mapped"),
    State.WAITING: Text(zh="排队中", en="waiting"),
    State.RUNNING: Text(zh="审计中", en="running"),
    State.DONE: Text(zh="完成", en="done"),
    State.FAILED: Text(zh="未成", en="failed"),
}

# A running audit may be claimed again: its worker died. A finished one may be judged anew by another map or pack.
MOVES: Mapping[State, frozenset[State]] = {
    State.UPLOADED: frozenset({State.WAITING}),
    State.WAITING: frozenset({State.RUNNING, State.FAILED}),
    State.RUNNING: frozenset({State.RUNNING, State.DONE, State.FAILED}),
    State.DONE: frozenset({State.WAITING}),
    State.FAILED: frozenset({State.WAITING}),
}

AT_WORK = frozenset({State.WAITING, State.RUNNING})


def sources(to: State) -> frozenset[State]:
    """The states from which an audit may move to `to`."""
    return frozenset(state for state, targets in MOVES.items() if to in targets)
