"""Who burned the time of a commitment: its running time, to the microsecond, parted among those whose turn it was. Pure.

The parts of any stretch add up exactly to what the clock ran in it, and those of stretches that follow on each other to those of
the whole. Where several branches run side by side, the time is parted equally among them; where nobody's turn runs, it is
theirs who answered for the matter then. A pause that is measured by the wall takes off more than the running time within it: the
rest is left out of the running time that follows, and where too little follows, of what came before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from kapok.ground.work.rules import Part
from kapok.kernel.hours import Hours, Measure, Pause, elapsed
from kapok.kernel.hours.pauses import merged

MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, order=True)
class Party:
    """Who is charged with a part of the time: the unit, who answers for it, who acted, and on what the time was spent.

    Time in dispute has no unit and nobody who answers: it is charged to neither side.
    """

    unit: str
    answers: str
    acted_by: str
    part: Part


@dataclass(frozen=True)
class Span:
    """A turn: from when until when (None while it runs) whose it was."""

    since: datetime
    until: datetime | None
    party: Party


@dataclass(frozen=True)
class Share:
    """A part of the time and who is charged with it."""

    party: Party
    time: timedelta


@dataclass(frozen=True)
class Clock:
    """A commitment's clock: its opening, its closing or now, its calendar, its pauses and how they are measured."""

    opened: datetime
    end: datetime
    running: Hours
    pauses: Sequence[Pause] = ()
    measure: Measure = Measure.WORKING


def attribute(
    clock: Clock,
    spans: Iterable[Span],
    owners: Sequence[Span],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Share, ...]:
    """The shares of everybody from `since` to `until` (left out: from the opening, to the end), the largest first.

    Where no span covers the time, whichever of the `owners` does is charged: they follow each other without a gap.
    Parts of no length are left out.
    """
    first = max(since or clock.opened, clock.opened)
    last = max(min(until or clock.end, clock.end), first)
    turns = [span for span in spans if span.since < clock.end and (span.until is None or span.until > clock.opened)]
    run, weights = _Run(clock), dict[Party, int]()
    for begins, ends in pairwise(_edges(clock, [*turns, *owners])):
        ran, before = run.by(begins), run.by(_within(first, begins, ends))
        parties = _parties(turns, begins, ends) or _parties(owners, begins, ends)
        _part(weights, before - ran, run.by(_within(last, begins, ends)) - ran, parties)
    shares = [Share(party, time * MICROSECOND) for party, time in weights.items() if time]
    return tuple(sorted(shares, key=lambda share: (-share.time, share.party)))


class _Run:
    """What a clock has run, in microseconds, by each moment between its opening and its end."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.left_out = self._left_out() if clock.measure is Measure.WALL else []

    def by(self, moment: datetime) -> int:
        """What had run by that moment."""
        ran = self._outside_pauses(moment)
        return ran - sum(max(min(ran, ends) - begins, 0) for begins, ends in self.left_out)

    def _outside_pauses(self, moment: datetime) -> int:
        return elapsed(self.clock.opened, moment, self.clock.running, self.clock.pauses) // MICROSECOND

    def _left_out(self) -> list[tuple[int, int]]:
        """What the pauses take off beyond the running time within them, as stretches of the time that ran outside of them.

        Each follows its pause; what does not fit before the end is moved back.
        """
        whole, taken, reached = self._outside_pauses(self.clock.end), list[tuple[int, int]](), 0
        for begins, ends in merged(self.clock.pauses, self.clock.opened, self.clock.end):
            more = (ends - begins - elapsed(begins, ends, self.clock.running)) // MICROSECOND
            reached = max(reached, self._outside_pauses(begins)) + more
            taken.append((reached - more, reached))
        fitting = []
        for begun, ended in reversed(taken):
            last = min(ended, whole)
            whole = max(last - (ended - begun), 0)
            fitting.append((whole, last))
        return fitting


def _edges(clock: Clock, turns: Iterable[Span]) -> list[datetime]:
    moments = {clock.opened, clock.end}
    for span in turns:
        moments |= {span.since, span.until or clock.end}
    return sorted(moment for moment in moments if clock.opened <= moment <= clock.end)


def _parties(spans: Iterable[Span], begins: datetime, ends: datetime) -> list[Party]:
    """Whose spans cover the whole piece."""
    return sorted(span.party for span in spans if span.since <= begins and (span.until is None or span.until >= ends))


def _within(moment: datetime, begins: datetime, ends: datetime) -> datetime:
    return min(max(moment, begins), ends)


def _part(weights: dict[Party, int], begun: int, ended: int, parties: Sequence[Party]) -> None:
    """Part the microseconds from `begun` to `ended` of a piece among its parties, who get them in turn from its beginning on.

    So it makes no difference where the piece is cut.
    """
    count = len(parties)
    for place, party in enumerate(parties):
        turns_of_party = (ended + count - 1 - place) // count - (begun + count - 1 - place) // count
        weights[party] = weights.get(party, 0) + turns_of_party
