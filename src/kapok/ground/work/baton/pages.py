"""Pages of hand-offs in SQL: a short walk along an index for each unit, side and state, merged by moment, as the ledger's lanes.

A page costs the same among a thousand hand-offs and among millions; one between two of the reader's units is found once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kapok.ground.work import queries, rules
from kapok.ground.work.models import Handoff
from kapok.ground.work.views import Offer


@dataclass(frozen=True)
class Page:
    """One page of hand-offs; `after`, its last, leads to the next; None where this is the last page."""

    offers: Sequence[Offer]
    after: UUID | None


STATES = tuple(state.value for state in rules.HandoffState)
UNSETTLED = str(tuple(sorted(state.value for state in rules.UNSETTLED)))
"""Written out as the condition of the indexes of disputes has it, for the planner to recognise it."""


def handoffs(
    *,
    units: Collection[UUID] | None = None,
    state: str = "",
    since: datetime | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Page:
    """Hand-offs, the latest first; with one of these units on either side, in this state, offered since then; after a place."""
    conditions: list[tuple[str, Any]] = [("state = states.state", None)]
    if since is not None:
        conditions.append(("offered_at >= %s", since))
    if place := _place(after, "offered_at"):
        conditions.append(("(offered_at, id) < (%s, %s)", place))
    states = [state] if state else list(STATES)
    lane, values = _lane(units, conditions, "offered_at DESC, id DESC", "offered_at", limit + 1)
    sql = f"unnest(%s::text[]) AS states(state) CROSS JOIN LATERAL ({lane}) lane"
    return _page(sql, [states, *values], "at DESC, id DESC", limit)


def disputes(*, units: Collection[UUID] | None = None, after: UUID | None = None, limit: int = 50) -> Page:
    """Refusals that nobody has judged yet, the oldest first; with one of these units on either side; after a place."""
    conditions: list[tuple[str, Any]] = [(f"state IN {UNSETTLED}", None)]
    if place := _place(after, "answered_at"):
        conditions.append(("(answered_at, id) > (%s, %s)", place))
    lane, values = _lane(units, conditions, "answered_at, id", "answered_at", limit + 1)
    return _page(f"({lane}) lane", values, "at, id", limit)


def _place(after: UUID | None, moment: str) -> tuple[Any, ...] | None:
    """Where a hand-off stands in the order of the page; None where there is no such."""
    return Handoff.objects.filter(id=after).values_list(moment, "id").first() if after else None


def _lane(
    units: Collection[UUID] | None, conditions: Sequence[tuple[str, Any]], order: str, moment: str, limit: int
) -> tuple[str, list[Any]]:
    """What is read at most: of every unit and side no more than the page holds."""
    condition = " AND ".join(sql for sql, _ in conditions)
    values = [each for _, given in conditions if given is not None for each in _flat(given)]
    rows = f"SELECT id, {moment} AS at FROM work_handoff WHERE {condition}"  # noqa: S608  # columns and signs only
    end = f"ORDER BY {order} LIMIT %s"
    if units is None:
        return f"{rows} {end}", [*values, limit]
    sides = " UNION ALL ".join(f"({rows} AND {side} = units.unit {end})" for side in ("from_unit_id", "to_unit_id"))
    lane = f"SELECT one.* FROM unnest(%s::uuid[]) AS units(unit) CROSS JOIN LATERAL ({sides}) one"  # noqa: S608  # as above
    return lane, [list(units), *values, limit, *values, limit]


def _flat(given: Any) -> Sequence[Any]:
    return given if isinstance(given, tuple) else (given,)


def _page(source: str, values: list[Any], order: str, limit: int) -> Page:
    sql = f"SELECT DISTINCT id, at FROM {source} ORDER BY {order} LIMIT %s"  # noqa: S608  # built of the constants above
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, limit + 1])
        found = cursor.fetchall()
    shown = {each.id: each for each in queries.offers(Handoff.objects.filter(id__in=[id_ for id_, _ in found[:limit]]))}
    offers = [shown[id_] for id_, _ in found[:limit] if id_ in shown]
    return Page(offers, found[limit - 1][0] if len(found) > limit else None)
