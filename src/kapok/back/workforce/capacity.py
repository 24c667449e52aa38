"""How much field work fits: the grid of windows, and what technicians have left in each. Pure.

A visit takes some minutes anywhere within its window. A technician can keep a set of them exactly if, between any two moments,
the visits that must be done there take no more than the working time there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MOST = 50
"""So many further visits of a technician are counted in one window."""
OPEN_DAYS = 14
"""Of so many days, today included, windows are offered."""


@dataclass(frozen=True)
class Span:
    """From one moment to another."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Visit:
    """Work of so long, anywhere between two moments."""

    since: datetime
    until: datetime
    length: timedelta


@dataclass(frozen=True)
class Grid:
    """Where windows begin and end: so many hours each, from when a day opens to when it closes, by the clock of a zone."""

    opens: time
    closes: time
    hours: int
    zone: tzinfo


def minus(spans: Iterable[Span], away: Iterable[Span]) -> list[Span]:
    """What is left of the spans without those in which somebody is away."""
    left = list(spans)
    for gap in away:
        left = [part for span in left for part in _without(span, gap)]
    return left


def _without(span: Span, gap: Span) -> Iterator[Span]:
    if gap.until <= span.since or gap.since >= span.until:
        yield span
        return
    if gap.since > span.since:
        yield Span(span.since, gap.since)
    if gap.until < span.until:
        yield Span(gap.until, span.until)


def worked(spans: Iterable[Span], since: datetime, until: datetime) -> timedelta:
    """The working time between two moments."""
    parts = (min(span.until, until) - max(span.since, since) for span in spans)
    return sum((part for part in parts if part > timedelta(0)), timedelta(0))


def fits(spans: Sequence[Span], visits: Sequence[Visit]) -> bool:
    """Whether somebody who works in these spans can keep all of these visits."""
    starts, ends = {visit.since for visit in visits}, {visit.until for visit in visits}
    return all(
        _asked(visits, since, until) <= worked(spans, since, until)
        for since in starts
        for until in ends
        if since < until
    )


def _asked(visits: Sequence[Visit], since: datetime, until: datetime) -> timedelta:
    within = (visit.length for visit in visits if since <= visit.since and visit.until <= until)
    return sum(within, timedelta(0))


def free(spans: Sequence[Span], visits: Sequence[Visit], wanted: Visit) -> int:
    """How many more visits like `wanted` somebody can keep beside those there are."""
    near = possible(spans, (visit for visit in visits if _near(visit, wanted)))
    count = 0
    while count < MOST and fits(spans, [*near, *[wanted] * (count + 1)]):
        count += 1
    return count


def possible(spans: Sequence[Span], visits: Iterable[Visit]) -> list[Visit]:
    """The visits that somebody who works in these spans can keep at all: what no shift holds any more takes nothing of them."""
    return [visit for visit in visits if fits(spans, [visit])]


def _near(visit: Visit, wanted: Visit) -> bool:
    """Whether a visit can stand in the way: it lies on the same day or near it; what is far away only costs time."""
    return visit.until > wanted.since - timedelta(days=1) and visit.since < wanted.until + timedelta(days=1)


def windows(grid: Grid, day: date, days: int, minutes: int) -> Iterator[Span]:
    """The windows of so many days, each long enough for a visit of so many minutes."""
    wide = -(-minutes // (grid.hours * 60)) or 1
    for number in range(days):
        opens = datetime.combine(day + timedelta(days=number), grid.opens, grid.zone)
        closes = datetime.combine(day + timedelta(days=number), grid.closes, grid.zone)
        while opens + timedelta(hours=grid.hours * wide) <= closes:
            yield Span(opens.astimezone(UTC), (opens + timedelta(hours=grid.hours * wide)).astimezone(UTC))
            opens += timedelta(hours=grid.hours)
