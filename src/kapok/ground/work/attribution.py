"""Who burned the time of a commitment: its running time, to the microsecond, parted among those whose turn it was. Pure.

The parts add up exactly to the whole. Where several branches run side by side, the time is parted equally among them; where
nobody's turn runs, it is the first contact's. What a clock leaves out beside pauses that are measured in running time (a pause
measured by the wall, the time between closing and reopening) is left out of all parts in proportion.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from kapok.ground.work.rules import Part
from kapok.kernel.hours import Hours, Pause, elapsed

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
    """The stretch of a commitment that is parted: its opening, its closing or now, its calendar and its pauses."""

    opened: datetime
    end: datetime
    running: Hours
    pauses: Sequence[Pause] = ()


def attribute(clock: Clock, spans: Iterable[Span], owner: Party, whole: timedelta | None = None) -> tuple[Share, ...]:
    """The shares of everybody, the largest first; they add up to `whole`, or to the running time of the stretch.

    `owner` is charged where no span covers the time. Parts of no length are left out.
    """
    turns = [span for span in spans if span.since < clock.end and (span.until is None or span.until > clock.opened)]
    weights: dict[Party, int] = {}
    for begins, ends in pairwise(_edges(clock, turns)):
        ran = elapsed(begins, ends, clock.running, clock.pauses) // MICROSECOND
        if ran:
            _part(weights, ran, sorted(span.party for span in turns if _covers(span, begins, ends)) or [owner])
    if whole is not None:
        weights = _scaled(weights, whole // MICROSECOND, owner)
    shares = [Share(party, time * MICROSECOND) for party, time in weights.items() if time]
    return tuple(sorted(shares, key=lambda share: (-share.time, share.party)))


def _edges(clock: Clock, turns: Iterable[Span]) -> list[datetime]:
    moments = {clock.opened, clock.end}
    for span in turns:
        moments |= {span.since, span.until or clock.end}
    return sorted(moment for moment in moments if clock.opened <= moment <= clock.end)


def _covers(span: Span, begins: datetime, ends: datetime) -> bool:
    return span.since <= begins and (span.until is None or span.until >= ends)


def _part(weights: dict[Party, int], ran: int, parties: Sequence[Party]) -> None:
    """Part so many microseconds equally; the odd ones go to the first."""
    each, odd = divmod(ran, len(parties))
    for place, party in enumerate(parties):
        weights[party] = weights.get(party, 0) + each + (place < odd)


def _scaled(weights: Mapping[Party, int], whole: int, owner: Party) -> dict[Party, int]:
    """The same proportions, adding up to `whole`: the largest remainders get the microseconds that are left."""
    total = sum(weights.values())
    if not total:
        return {owner: whole}
    scaled = {party: divmod(weight * whole, total) for party, weight in weights.items()}
    left = whole - sum(share for share, _ in scaled.values())
    by_remainder = sorted(scaled, key=lambda party: (-scaled[party][1], party))
    return {party: scaled[party][0] + (place < left) for place, party in enumerate(by_remainder)}
