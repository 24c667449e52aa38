"""Who keeps whom waiting, and how each unit conducted itself: the hand-offs of a period, counted in one pass in SQL.

The database counts them by pair of units, sums that up by unit, and answers with the pairs of one page; the median of the waits is
looked up for the pairs that are shown. What was answered stands: of whole weeks the settled hand-offs are counted already
(`SettledHandoffs`), and the sums are those of counting each.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from kapok.ground.people.models import OrgUnit
from kapok.ground.work import urging
from kapok.ground.work.baton.models import COUNTS
from kapok.ground.work.rules import RUNNING, HandoffState, Way
from kapok.kernel.ids import first_at
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Counts:
    """How many hand-offs went from one unit (whom the other serves) to another, and what became of them."""

    consumer: UUID
    provider: UUID
    offered: int
    accepted_in_time: int
    late: int
    """Answered after its time, whatever the answer, or still unanswered after it."""
    refused: int
    disputed: int
    upheld: int
    overruled: int
    returned: int

    @property
    def bad(self) -> int:
        """How often the provider kept the consumer waiting, or refused without right."""
        return self.late + self.overruled


@dataclass(frozen=True)
class Pairing:
    """How hand-offs went from one unit (whom the other serves) to another."""

    consumer: str
    consumer_name: Text
    provider: str
    provider_name: Text
    counts: Counts
    median_wait: timedelta | None
    """From the offer to the answer; None where nothing was answered."""


@dataclass(frozen=True)
class Conduct:
    """The measurable events of a unit (rule FC6), and the points that judgements took from it."""

    unit: str
    unit_name: Text
    unanswered: int
    """Offers that it accepted late, or has not answered in time."""
    lost_as_receiver: int
    lost_as_offerer: int
    returns: int
    passed_on: int
    """Its transfers in matters that were transferred more often than is tolerated."""
    urged: int
    """How often its work was urged."""

    @property
    def points(self) -> int:
        """One for each of these events; returns and urges are counted and cost nothing by themselves."""
        return self.unanswered + self.lost_as_receiver + self.lost_as_offerer + self.passed_on


@dataclass(frozen=True)
class Figures:
    """What was offered in [since, until) to and from some units (None: all), counted by pair of units and by unit."""

    since: datetime
    until: datetime
    units: Collection[UUID] | None
    pairs: int
    """How many pairs of units there are, on all pages."""
    counts: Sequence[Counts]
    """The pairs of this page."""
    offerers: Mapping[UUID, Counts]
    """By unit, what it offered to all others; the provider is nobody."""
    receivers: Mapping[UUID, Counts]
    """By unit, what all others offered to it; the consumer is nobody."""

    def pairings(self, counts: Sequence[Counts] | None = None) -> list[Pairing]:
        """These pairs, or all of the page, with their names and how long an answer took; in two queries."""
        shown = self.counts if counts is None else counts
        names = OrgUnit.objects.in_bulk({unit for each in shown for unit in (each.consumer, each.provider)})
        waits = _waits(shown, self.since, self.until)
        return [
            Pairing(
                names[each.consumer].code, names[each.consumer].name, names[each.provider].code,
                names[each.provider].name, each, waits.get((each.consumer, each.provider)),
            )
            for each in shown
        ]  # fmt: skip

    def conduct(self) -> list[Conduct]:
        """How the units conducted themselves, those with the most points first; in a few queries."""
        columns: Sequence[Mapping[UUID, int]] = (
            {unit: each.late for unit, each in self.receivers.items()},
            {unit: each.overruled for unit, each in self.receivers.items()},
            {unit: each.upheld for unit, each in self.offerers.items()},
            {unit: each.returned for unit, each in self.offerers.items()},
            _passed_on(self),
            urging.by_unit(self.since, self.until),
        )
        concerned = {unit for column in columns for unit, number in column.items() if number}
        wanted = concerned if self.units is None else concerned & set(self.units)
        found = [
            Conduct(unit.code, unit.name, *(column.get(unit.id, 0) for column in columns))
            for unit in OrgUnit.objects.filter(id__in=wanted).order_by("code")
        ]
        return sorted(found, key=lambda each: -each.points)


WEEK = timedelta(days=7)
MONDAY = datetime(2000, 1, 3, tzinfo=UTC)
"""Where one of the weeks begins by which settled hand-offs are counted."""
COUNTED = f"""
SELECT from_unit_id AS consumer, to_unit_id AS provider, count(*)::int AS offered,
    (count(*) FILTER (WHERE state = '{HandoffState.ACCEPTED.value}' AND answered_at <= accept_by_at))::int AS in_time,
    (count(*) FILTER (WHERE answered_at > accept_by_at
        OR state = '{HandoffState.OFFERED.value}' AND accept_by_at < %(at)s))::int AS late,
    (count(*) FILTER (WHERE reason <> '' AND state NOT IN ('{HandoffState.ACCEPTED.value}', '{HandoffState.OFFERED.value}')
        AND NOT (way = '{Way.RETURN.value}' AND state = '{HandoffState.WITHDRAWN.value}')))::int AS refused,
    count(disputed_at)::int AS disputed,
    (count(*) FILTER (WHERE state = '{HandoffState.UPHELD.value}'))::int AS upheld,
    (count(*) FILTER (WHERE state = '{HandoffState.OVERRULED.value}'))::int AS overruled,
    (count(*) FILTER (WHERE way = '{Way.RETURN.value}'))::int AS returned
FROM work_handoff WHERE {{span}} {{side}} GROUP BY from_unit_id, to_unit_id
"""  # noqa: S608  # constants only
SPANS = (
    "offered_at >= %(since)s AND offered_at < %(first)s",
    "offered_at >= %(last)s AND offered_at < %(until)s",
    f"offered_at >= %(first)s AND offered_at < %(last)s AND state IN {tuple(sorted(each.value for each in RUNNING))}",
)
"""What is counted hand-off by hand-off: what was offered before and after the whole weeks, and what is not settled of theirs."""
SIDES = ("AND from_unit_id = ANY(%(units)s)", "AND to_unit_id = ANY(%(units)s) AND from_unit_id <> ALL(%(units)s)")
"""What is asked for some units, each pair in one of them: an index begins with the unit of each."""
SETTLED = f"""
SELECT from_unit_id, to_unit_id, {", ".join(COUNTS)} FROM work_settledhandoffs
WHERE week >= %(first)s AND week < %(last)s AND {{merged}} {{side}}
"""  # noqa: S608  # names of columns only
EITHER = "AND (from_unit_id = ANY(%(units)s) OR to_unit_id = ANY(%(units)s))"
FIGURES = f"""
WITH pair AS MATERIALIZED (
    SELECT consumer, provider, {", ".join(f"sum({each})::int AS {each}" for each in COUNTS)} FROM ({{counted}}) part
    GROUP BY consumer, provider
), page AS (
    SELECT * FROM pair ORDER BY late + overruled DESC, offered DESC, consumer, provider LIMIT %(limit)s OFFSET %(start)s
)
SELECT consumer, provider, {", ".join(COUNTS)} FROM page
UNION ALL
SELECT consumer, provider, CASE WHEN grouping(consumer, provider) = 3 THEN count(*) ELSE sum(offered) END,
    {", ".join(f"sum({each})" for each in COUNTS[1:])}
FROM pair GROUP BY GROUPING SETS ((consumer), (provider), ())
"""  # noqa: S608  # names of columns only


def _asked(sides: Sequence[str], either: str) -> str:
    """The question for hand-offs on these sides, with what is counted already of whole weeks."""
    counted = [COUNTED.format(span=span, side=side) for span in SPANS for side in sides]
    settled = [SETTLED.format(merged=merged, side=either) for merged in ("merged", "NOT merged")]
    return FIGURES.format(counted=" UNION ALL ".join(f"({each})" for each in [*counted, *settled]))


OF_ALL, OF_UNITS = _asked([""], ""), _asked(SIDES, EITHER)


def _whole_weeks(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """Where the first whole week of [since, until) begins and the last ends; `until` twice where there is none."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    begun, ended = since + (MONDAY - since) % WEEK, until - (until - MONDAY) % WEEK
    return (begun, ended) if begun < ended else (until, until)


def figures(
    at: datetime,
    *,
    since: datetime,
    until: datetime,
    units: Collection[UUID] | None = None,
    first: int = 0,
    limit: int | None = None,
) -> Figures:
    """The figures of what was offered in [since, until) to and from `units`; `at` decides what is late by now.

    The pairs come the worst first: those with the most that was late or refused without right, then those with the most hand-offs;
    `limit` of them from the place `first` on, or all.
    """
    begun, ended = _whole_weeks(since, until)
    values: dict[str, Any] = {
        "at": at, "since": since, "first": begun, "last": ended, "until": until, "start": first, "limit": limit,
        "units": None if units is None else list(units),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(OF_ALL if units is None else OF_UNITS, values)
        rows = cursor.fetchall()
    ((_, _, pairs, *_),) = (row for row in rows if row[0] is None and row[1] is None)
    counts = [Counts(*row) for row in rows if row[0] is not None and row[1] is not None]
    offerers = {row[0]: Counts(*row) for row in rows if row[0] is not None and row[1] is None}
    receivers = {row[1]: Counts(*row) for row in rows if row[0] is None and row[1] is not None}
    return Figures(since, until, units, pairs, counts, offerers, receivers)


MEDIANS = """
SELECT pair.consumer, pair.provider, (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY answered_at - offered_at) FROM work_handoff
    WHERE from_unit_id = pair.consumer AND to_unit_id = pair.provider AND offered_at >= %s AND offered_at < %s
)
FROM unnest(%s::uuid[], %s::uuid[]) AS pair(consumer, provider)
"""


def _waits(counts: Sequence[Counts], since: datetime, until: datetime) -> dict[tuple[UUID, UUID], timedelta]:
    """The median of the time to an answer, for those of these pairs that gave any."""
    with connection.cursor() as cursor:
        cursor.execute(MEDIANS, [since, until, [each.consumer for each in counts], [each.provider for each in counts]])
        return {(consumer, provider): wait for consumer, provider, wait in cursor.fetchall() if wait is not None}


TRANSFERRED = f"""
WITH transfer AS MATERIALIZED (
    SELECT from_unit_id, matter_id FROM work_handoff
    WHERE way = '{Way.TRANSFER.value}' AND offered_at >= %(since)s AND offered_at < %(until)s
), passed_on AS (
    SELECT matter_id FROM transfer GROUP BY matter_id HAVING %(tolerated)s < count(*) + CASE WHEN matter_id < %(opened)s THEN (
        SELECT count(*) FROM work_handoff earlier
        WHERE earlier.matter_id = transfer.matter_id AND way = '{Way.TRANSFER.value}' AND offered_at < %(since)s
    ) ELSE 0 END
)
SELECT from_unit_id, count(*) FROM transfer JOIN passed_on USING (matter_id)
WHERE %(units)s::uuid[] IS NULL OR from_unit_id = ANY(%(units)s) GROUP BY from_unit_id
"""  # noqa: S608  # a constant only


def _passed_on(of: Figures) -> dict[UUID, int]:
    """Transfers of the period in matters that had been transferred more often than is tolerated by its end, whenever that began."""
    values = {
        "since": of.since, "until": of.until, "units": None if of.units is None else list(of.units),
        "tolerated": settings.WORK_TRANSFERS_TOLERATED,
        # identifiers begin with the moment: a matter opened later has no transfer before the period
        "opened": first_at(of.since + timedelta(milliseconds=1)),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(TRANSFERRED, values)
        return dict(cursor.fetchall())
