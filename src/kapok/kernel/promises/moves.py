"""The life of a commitment, as a table.

Every entry of a matter plays one or several *roles* for a promise. (state, role) -> (state, effect) says what happens; the
judgement of one matter walks it entry by entry, the audit runs it over whole columns. Nothing else decides.

Order. Entries count by their instant; at the same instant by `rank` of their roles, then by kind. So an opening comes before a
pause and a pause before a closing: something opened, put on hold and closed in the same second was open, on hold, closed. Within
one entry the roles count in the order of `Role`: an entry that closes and opens (an update that starts the wait for the next one)
first closes, then opens.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kapok.kernel.promises.pack import Promise


class State(IntEnum):
    """Where the clock of a promise stands."""

    IDLE = 0
    """Nothing has opened it yet."""
    HELD = 1
    """Nothing has opened it yet, and a pause is already waiting."""
    RUNNING = 2
    PAUSED = 3
    CLOSED = 4
    VOID = 5


class Role(IntEnum):
    """What an entry does, in the order in which the roles of one entry count."""

    CLOSE = 0
    VOID = 1
    OPEN = 2
    RESTART = 3
    CONTINUE = 4
    THROUGH = 5
    AGAIN = 6
    RESUME = 7
    PAUSE = 8


class Effect(IntEnum):
    """What a move does to the judgement."""

    NOTHING = 0
    START = 1
    """A clock starts at this instant."""
    START_PAUSED = 2
    """A clock starts at this instant and is paused at once."""
    STOP = 3
    """Fulfilled at this instant."""
    STOP_PAUSED = 4
    """The pause ends here, and it is fulfilled at this instant."""
    HOLD = 5
    """A pause begins."""
    GO = 6
    """The pause ends; the due moment moves if the pause began before it."""
    CANCEL = 7
    """The promise falls away."""
    CONTINUE = 8
    """The clock runs again; the time since it stopped counts as a pause."""
    THROUGH = 9
    """The clock runs again as if it had never stopped."""
    URGE = 10
    """Opened again while it runs: noted, and without effect on the clock."""
    EARLY_CLOSE = 11
    """Anomaly: closed before anything opened it."""
    EARLY_REOPEN = 12
    """Anomaly: reopened before anything opened it."""


# Same instant: openings first, closings and voidings last.
RANK: Mapping[Role, int] = MappingProxyType(
    {
        Role.OPEN: 0,
        Role.RESTART: 1,
        Role.CONTINUE: 1,
        Role.THROUGH: 1,
        Role.AGAIN: 1,
        Role.RESUME: 2,
        Role.PAUSE: 3,
        Role.CLOSE: 4,
        Role.VOID: 5,
    }
)

_S, _R, _E = State, Role, Effect
MOVES: Mapping[tuple[State, Role], tuple[State, Effect]] = MappingProxyType(
    {
        (_S.IDLE, _R.CLOSE): (_S.IDLE, _E.EARLY_CLOSE),
        (_S.IDLE, _R.VOID): (_S.IDLE, _E.NOTHING),
        (_S.IDLE, _R.OPEN): (_S.RUNNING, _E.START),
        (_S.IDLE, _R.RESTART): (_S.IDLE, _E.EARLY_REOPEN),
        (_S.IDLE, _R.CONTINUE): (_S.IDLE, _E.EARLY_REOPEN),
        (_S.IDLE, _R.THROUGH): (_S.IDLE, _E.EARLY_REOPEN),
        (_S.IDLE, _R.AGAIN): (_S.IDLE, _E.EARLY_REOPEN),
        (_S.IDLE, _R.RESUME): (_S.IDLE, _E.NOTHING),
        (_S.IDLE, _R.PAUSE): (_S.HELD, _E.NOTHING),
        (_S.HELD, _R.CLOSE): (_S.HELD, _E.EARLY_CLOSE),
        (_S.HELD, _R.VOID): (_S.IDLE, _E.NOTHING),
        (_S.HELD, _R.OPEN): (_S.PAUSED, _E.START_PAUSED),
        (_S.HELD, _R.RESTART): (_S.HELD, _E.EARLY_REOPEN),
        (_S.HELD, _R.CONTINUE): (_S.HELD, _E.EARLY_REOPEN),
        (_S.HELD, _R.THROUGH): (_S.HELD, _E.EARLY_REOPEN),
        (_S.HELD, _R.AGAIN): (_S.HELD, _E.EARLY_REOPEN),
        (_S.HELD, _R.RESUME): (_S.IDLE, _E.NOTHING),
        (_S.HELD, _R.PAUSE): (_S.HELD, _E.NOTHING),
        (_S.RUNNING, _R.CLOSE): (_S.CLOSED, _E.STOP),
        (_S.RUNNING, _R.VOID): (_S.VOID, _E.CANCEL),
        (_S.RUNNING, _R.OPEN): (_S.RUNNING, _E.URGE),
        (_S.RUNNING, _R.RESTART): (_S.RUNNING, _E.URGE),
        (_S.RUNNING, _R.CONTINUE): (_S.RUNNING, _E.URGE),
        (_S.RUNNING, _R.THROUGH): (_S.RUNNING, _E.URGE),
        (_S.RUNNING, _R.AGAIN): (_S.RUNNING, _E.URGE),
        (_S.RUNNING, _R.RESUME): (_S.RUNNING, _E.NOTHING),
        (_S.RUNNING, _R.PAUSE): (_S.PAUSED, _E.HOLD),
        (_S.PAUSED, _R.CLOSE): (_S.CLOSED, _E.STOP_PAUSED),
        (_S.PAUSED, _R.VOID): (_S.VOID, _E.CANCEL),
        (_S.PAUSED, _R.OPEN): (_S.PAUSED, _E.URGE),
        (_S.PAUSED, _R.RESTART): (_S.PAUSED, _E.URGE),
        (_S.PAUSED, _R.CONTINUE): (_S.PAUSED, _E.URGE),
        (_S.PAUSED, _R.THROUGH): (_S.PAUSED, _E.URGE),
        (_S.PAUSED, _R.AGAIN): (_S.PAUSED, _E.URGE),
        (_S.PAUSED, _R.RESUME): (_S.RUNNING, _E.GO),
        (_S.PAUSED, _R.PAUSE): (_S.PAUSED, _E.NOTHING),
        (_S.CLOSED, _R.CLOSE): (_S.CLOSED, _E.NOTHING),
        (_S.CLOSED, _R.VOID): (_S.CLOSED, _E.NOTHING),
        (_S.CLOSED, _R.OPEN): (_S.RUNNING, _E.START),
        (_S.CLOSED, _R.RESTART): (_S.RUNNING, _E.START),
        (_S.CLOSED, _R.CONTINUE): (_S.RUNNING, _E.CONTINUE),
        (_S.CLOSED, _R.THROUGH): (_S.RUNNING, _E.THROUGH),
        (_S.CLOSED, _R.AGAIN): (_S.RUNNING, _E.START),
        (_S.CLOSED, _R.RESUME): (_S.CLOSED, _E.NOTHING),
        (_S.CLOSED, _R.PAUSE): (_S.CLOSED, _E.NOTHING),
        (_S.VOID, _R.CLOSE): (_S.VOID, _E.NOTHING),
        (_S.VOID, _R.VOID): (_S.VOID, _E.NOTHING),
        (_S.VOID, _R.OPEN): (_S.RUNNING, _E.START),
        (_S.VOID, _R.RESTART): (_S.RUNNING, _E.START),
        (_S.VOID, _R.CONTINUE): (_S.RUNNING, _E.CONTINUE),
        (_S.VOID, _R.THROUGH): (_S.RUNNING, _E.THROUGH),
        (_S.VOID, _R.AGAIN): (_S.VOID, _E.NOTHING),
        (_S.VOID, _R.RESUME): (_S.VOID, _E.NOTHING),
        (_S.VOID, _R.PAUSE): (_S.VOID, _E.NOTHING),
    }
)


REOPENS: Mapping[str, Role] = MappingProxyType(
    {"restart": Role.RESTART, "continue": Role.CONTINUE, "through": Role.THROUGH, "again": Role.AGAIN}
)
"""What an entry of `reopens` does, by the reopening policy; of `ignore` nothing."""


def roles(promise: Promise) -> Mapping[str, frozenset[Role]]:
    """What each event kind does to the clock of `promise`, by its lists and its reopening policy."""
    reopening = REOPENS.get(promise.reopening)
    lists = [
        (Role.CLOSE, promise.closes),
        (Role.VOID, promise.voids),
        (Role.OPEN, promise.opens),
        (Role.RESUME, promise.resumes),
        (Role.PAUSE, promise.pauses),
        *([(reopening, promise.reopens)] if reopening is not None else []),
    ]
    found: dict[str, set[Role]] = {}
    for role, kinds in lists:
        for kind in kinds:
            found.setdefault(kind, set()).add(role)
    return {kind: frozenset(played) for kind, played in sorted(found.items())}


def rank(played: frozenset[Role]) -> int:
    """The place of an entry with these roles among the entries of the same instant: that of its last role."""
    return max(RANK[role] for role in played)


def in_order(played: frozenset[Role]) -> tuple[Role, ...]:
    """The roles of one entry in the order in which they count."""
    return tuple(sorted(played))
