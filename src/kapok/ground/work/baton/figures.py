"""Who keeps whom waiting, and how each unit conducted itself: the hand-offs of a period, counted in one pass in SQL.

The database counts them by pair of units, sums that up by unit, and answers with the pairs of one page; the median of the waits is
looked up for the pairs that are shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from kapok.ground.people.models import OrgUnit
from kapok.ground.work import urging
from kapok.ground.work.rules import HandoffState, Way
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


COUNTED = f"""
SELECT from_unit_id AS consumer, to_unit_id AS provider, count(*) AS offered,
    count(*) FILTER (WHERE state = '{HandoffState.ACCEPTED.value}' AND answered_at <= accept_by_at) AS in_time,
    count(*) FILTER (WHERE answered_at > accept_by_at
        OR state = '{HandoffState.OFFERED.value}' AND accept_by_at < %(at)s) AS late,
    count(*) FILTER (WHERE reason <> '' AND state NOT IN ('{HandoffState.ACCEPTED.value}', '{HandoffState.OFFERED.value}')
        AND NOT (way = '{Way.RETURN.value}' AND state = '{HandoffState.WITHDRAWN.value}')) AS refused,
    count(disputed_at) AS disputed,
    count(*) FILTER (WHERE state = '{HandoffState.UPHELD.value}') AS upheld,
    count(*) FILTER (WHERE state = '{HandoffState.OVERRULED.value}') AS overruled,
    count(*) FILTER (WHERE way = '{Way.RETURN.value}') AS returned
FROM work_handoff WHERE offered_at >= %(since)s AND offered_at < %(until)s {{side}} GROUP BY from_unit_id, to_unit_id
"""  # noqa: S608  # constants only
SIDES = ("AND from_unit_id = ANY(%(units)s)", "AND to_unit_id = ANY(%(units)s) AND from_unit_id <> ALL(%(units)s)")
"""What is asked for some units, each pair in one of them: an index begins with the unit of each."""
FIGURES = """
WITH pair AS MATERIALIZED ({counted}), page AS (
    SELECT * FROM pair ORDER BY late + overruled DESC, offered DESC, consumer, provider LIMIT %(limit)s OFFSET %(first)s
)
SELECT consumer, provider, offered, in_time, late, refused, disputed, upheld, overruled, returned FROM page
UNION ALL
SELECT consumer, provider, CASE WHEN grouping(consumer, provider) = 3 THEN count(*) ELSE sum(offered)::bigint END,
    sum(in_time)::bigint, sum(late)::bigint, sum(refused)::bigint, sum(disputed)::bigint, sum(upheld)::bigint,
    sum(overruled)::bigint, sum(returned)::bigint
FROM pair GROUP BY GROUPING SETS ((consumer), (provider), ())
"""


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
    parts = ("",) if units is None else SIDES
    counted = " UNION ALL ".join(f"({COUNTED.format(side=side)})" for side in parts)
    values: dict[str, Any] = {"at": at, "since": since, "until": until, "first": first, "limit": limit}
    values["units"] = None if units is None else list(units)
    with connection.cursor() as cursor:
        cursor.execute(FIGURES.format(counted=counted), values)
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
WITH transfer AS (
    SELECT from_unit_id, matter_id FROM work_handoff
    WHERE way = '{Way.TRANSFER.value}' AND offered_at >= %(since)s AND offered_at < %(until)s
        AND (%(units)s::uuid[] IS NULL OR from_unit_id = ANY(%(units)s))
), passed_on AS (
    SELECT matter_id FROM work_handoff
    WHERE matter_id IN (SELECT matter_id FROM transfer) AND way = '{Way.TRANSFER.value}' AND offered_at < %(until)s
    GROUP BY matter_id HAVING count(*) > %(tolerated)s
)
SELECT from_unit_id, count(*) FROM transfer JOIN passed_on USING (matter_id) GROUP BY from_unit_id
"""  # noqa: S608  # a constant only


def _passed_on(of: Figures) -> dict[UUID, int]:
    """Transfers of the period in matters that had been transferred more often than is tolerated by its end, whenever that began."""
    tolerated = settings.WORK_TRANSFERS_TOLERATED
    units = None if of.units is None else list(of.units)
    with connection.cursor() as cursor:
        cursor.execute(TRANSFERRED, {"since": of.since, "until": of.until, "units": units, "tolerated": tolerated})
        return dict(cursor.fetchall())
