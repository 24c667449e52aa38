"""What a clock says as time passes, in plain Python: the oracle of the statement that fires."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from kapok.ground.commitments.firing import Deed
from kapok.ground.commitments.rules import State
from kapok.kernel.promises import Direction


class Running(NamedTuple):
    """A clock that has to fire, as it stands in its row."""

    id: UUID
    subject: str
    direction: str
    due_at: datetime
    warn_at: Sequence[datetime]
    warned: int
    next_fire_at: datetime


class Firing(NamedTuple):
    """One thing that a clock says at the moment that was promised; `number` is 1 for its first warning, 0 when it is due."""

    moment: datetime
    clock: Running
    deed: Deed
    number: int


class Left(NamedTuple):
    """How a clock is left after it has fired: when it fires next, and what became of it."""

    id: UUID
    state: State
    next_fire_at: datetime | None
    fired_through: datetime
    breached_at: datetime | None


Horizon = tuple[datetime, UUID]
"""The clocks before it, in order of their moment and then their identifier, have been claimed without a gap."""


def fire(clock: Running, horizon: Horizon) -> tuple[list[Firing], Left]:
    """All that the clock says up to `horizon`, and how that leaves it."""
    points = list(_points(clock))
    told = [point for point in points if (point.moment, clock.id) <= horizon]
    after = points[len(told) : len(told) + 1]
    left = Left(
        clock.id,
        State.OPEN,
        after[0].moment if after else None,
        told[-1].moment if told else clock.next_fire_at,
        None,
    )
    match told[-1].deed if told else None:
        case Deed.BREACHED:
            left = left._replace(state=State.OVERDUE, breached_at=clock.due_at)
        case Deed.FULFILLED:
            left = left._replace(state=State.KEPT)
    return told, left


def _points(clock: Running) -> Iterator[Firing]:
    """What the clock has yet to say, in order."""
    for number, moment in enumerate(clock.warn_at, start=1):
        if number > clock.warned and moment < clock.due_at:
            yield Firing(moment, clock, Deed.WARNED, number)
    late = clock.direction == Direction.WITHIN
    yield Firing(clock.due_at, clock, Deed.BREACHED if late else Deed.FULFILLED, 0)


def fire_all(clocks: Sequence[Running], at: datetime, limit: int) -> tuple[list[Firing], list[Left]]:
    """What a batch says, in order, and how it leaves the clocks that it takes up."""
    due = sorted(
        (clock for clock in clocks if clock.next_fire_at <= at), key=lambda clock: (clock.next_fire_at, clock.id)
    )
    taken = due[:limit]
    horizon = (taken[-1].next_fire_at, taken[-1].id) if len(taken) == limit else (at, UUID(int=2**128 - 1))
    outcomes = [fire(clock, horizon) for clock in taken]
    told = [firing for firings, _ in outcomes for firing in firings]
    return sorted(told, key=lambda firing: (firing.moment, firing.clock.id)), [left for _, left in outcomes]
