"""A page of the ledger in SQL: one short walk along an index for each state and unit, merged by due moment.

A *lane* is one state of one unit (or one state, for whoever sees every unit). Each lane is read in the order of its index
and no further than the page is long, so a page costs the same in a ledger of a thousand commitments and of millions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kapok.ground.commitments.rules import RUNNING, State


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which commitments a reader wants to see; what is empty narrows nothing."""

    units: tuple[str, ...] | None = None
    """The codes of the units that answer for them; None: every unit, and what has none."""
    states: tuple[State, ...] = tuple(RUNNING)
    promise: str = ""
    tier: str = ""
    owners: tuple[str, ...] = ()
    """Who answers for them: one of these people."""
    subject: str = ""
    """How the matter's name begins."""
    due_from: datetime | None = None
    due_before: datetime | None = None
    undated: bool = False
    """Only those whose due moment is not known."""
    latest_first: bool = False


@dataclass(frozen=True)
class Place:
    """Where a page ended: the due moment of its last row (None among those without one) and its identifier."""

    due_at: datetime | None
    id: UUID


Condition = tuple[str, list[Any]]


def identifiers(wanted: Filter, *, after: Place | None, limit: int) -> list[UUID]:
    """The page after a place, in order of due moment; those without one come last."""
    found: list[UUID] = []
    if not wanted.undated and (after is None or after.due_at is not None):
        found = _walk(wanted, _dated(wanted, after), limit)
    narrowed = wanted.due_from is not None or wanted.due_before is not None
    if len(found) < limit and not narrowed:
        found += _walk(wanted, _undated(wanted, after), limit - len(found))
    return found


def count(wanted: Filter, *, at_most: int) -> dict[State, int]:
    """How many there are in each state of the filter, counted no further than one more than `at_most`."""
    lane, held = _lane(wanted, [*_named(wanted), *_due(wanted), *_only_undated(wanted)], "LIMIT %s")
    sql = f"SELECT state, (SELECT count(*) FROM ({lane}) lane) FROM {STATES}"  # noqa: S608  # columns and signs only
    with connection.cursor() as cursor:
        cursor.execute(sql, [*held, at_most + 1, at_most + 1, _states(wanted)])
        return {State(state): number for state, number in cursor.fetchall()}


STATES = "unnest(%s::text[]) AS states(state)"
UNITS = "unnest(%s::text[]) AS units(unit)"


def _walk(wanted: Filter, conditions: Sequence[Condition], limit: int) -> list[UUID]:
    order = "ORDER BY due_at DESC, id DESC" if wanted.latest_first else "ORDER BY due_at, id"
    lane, held = _lane(wanted, [*_named(wanted), *conditions], f"{order} LIMIT %s")
    sql = f"SELECT id FROM {STATES} CROSS JOIN LATERAL ({lane}) lane {order} LIMIT %s"  # noqa: S608  # columns only
    with connection.cursor() as cursor:
        cursor.execute(sql, [_states(wanted), *held, limit, limit, limit])
        return [row[0] for row in cursor.fetchall()]


def _lane(wanted: Filter, conditions: Sequence[Condition], end: str) -> Condition:
    """What is read of one state: of each unit no more than what `end` allows, and no more of all of them."""
    condition, values = _all(conditions)
    rows = f"SELECT id, due_at FROM commitments_commitment WHERE state = states.state{condition}"  # noqa: S608  # columns
    if wanted.units is None:
        return f"SELECT * FROM ({rows} {end}) one {end}", values  # noqa: S608  # built of the constants above
    units = list(wanted.units)
    if _is_dense(wanted):
        return f"SELECT * FROM ({rows} AND unit = ANY(%s) {end}) one {end}", [*values, units]  # noqa: S608  # as above
    lane = f"({rows} AND unit = units.unit {end}) one"
    return f"SELECT one.* FROM {UNITS} CROSS JOIN LATERAL {lane} {end}", [units, *values]  # noqa: S608  # as above


DENSE = 20_000


def _is_dense(wanted: Filter) -> bool:
    """Whether to walk along a narrower condition than the units: there is one, and the units hold too much to look through."""
    if wanted.owners or not (wanted.promise or wanted.tier):
        return bool(wanted.owners)  # one person never answers for much
    held = count(Filter(units=wanted.units, states=wanted.states), at_most=DENSE)
    return sum(held.values()) > DENSE


def _states(wanted: Filter) -> list[str]:
    return [state.value for state in wanted.states]


def _dated(wanted: Filter, after: Place | None) -> list[Condition]:
    conditions = [("due_at IS NOT NULL", list[Any]()), *_due(wanted)]
    if after is not None:
        sign = "<" if wanted.latest_first else ">"
        conditions.append((f"(due_at, id) {sign} (%s, %s)", [after.due_at, after.id]))
    return conditions


def _undated(wanted: Filter, after: Place | None) -> list[Condition]:
    conditions: list[Condition] = [("due_at IS NULL", [])]
    if after is not None and after.due_at is None:
        conditions.append((f"id {'<' if wanted.latest_first else '>'} %s", [after.id]))
    return conditions


def _only_undated(wanted: Filter) -> list[Condition]:
    return [("due_at IS NULL", [])] if wanted.undated else []


def _named(wanted: Filter) -> list[Condition]:
    conditions: list[Condition] = [
        (f"{column} = %s", [value]) for column, value in (("promise", wanted.promise), ("tier", wanted.tier)) if value
    ]
    if wanted.owners:
        one = len(wanted.owners) == 1
        conditions.append(("owner = %s", [wanted.owners[0]]) if one else ("owner = ANY(%s)", [list(wanted.owners)]))
    if wanted.subject:
        conditions.append(("subject LIKE %s", [_begins(wanted.subject)]))
    return conditions


def _due(wanted: Filter) -> list[Condition]:
    bounds = ((">=", wanted.due_from), ("<", wanted.due_before))
    return [(f"due_at {sign} %s", [moment]) for sign, moment in bounds if moment is not None]


def _begins(words: str) -> str:
    for sign in ("\\", "%", "_"):
        words = words.replace(sign, f"\\{sign}")
    return f"{words}%"


def _all(conditions: Sequence[Condition]) -> tuple[str, list[Any]]:
    return "".join(f" AND {sql}" for sql, _ in conditions), [value for _, values in conditions for value in values]
