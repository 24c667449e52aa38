"""Moving resources from state to state: each a single statement over all rows it concerns, and an entry for each row.

A claim never waits for another's row (`SKIP LOCKED`), so two reservations cannot block each other; a move locks its rows by
identifier.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kapok.ground.journal import api as journal
from kapok.network.inventory.events import DeviceCameBack, ResourceMoved
from kapok.network.inventory.models import Resource
from kapok.network.inventory.rules import CAME_BACK, STATES, TO_BE_TESTED, Claim, Need, State, sources
from kapok.network.inventory.views import ResourceView, in_walk_order, subject_of, told_as

CLAIM = """
WITH units AS (
    SELECT kind, home, role, row_number() OVER (PARTITION BY kind, home) AS place
    FROM json_to_recordset(%(units)s::json) AS u(kind text, home uuid, role text)
), wanted AS (
    SELECT kind, home, count(*) AS count FROM units GROUP BY kind, home
), picked AS MATERIALIZED (
    SELECT r.id, w.kind, w.home, row_number() OVER (PARTITION BY w.kind, w.home ORDER BY r.code) AS place
    FROM wanted w CROSS JOIN LATERAL (
        SELECT id, code FROM inventory_resource
        WHERE home = w.home AND kind = w.kind AND state = 'free' AND free_from <= %(at)s
        ORDER BY free_from, code LIMIT w.count FOR UPDATE SKIP LOCKED
    ) r
)
UPDATE inventory_resource r
SET state = 'reserved', holder = %(holder)s, role = units.role, reserved_until = %(until)s, changed_at = %(at)s, note = ''
FROM picked JOIN units USING (kind, home, place)
    LEFT JOIN inventory_element e ON e.id = picked.home LEFT JOIN inventory_pool p ON p.id = picked.home
WHERE r.id = picked.id
RETURNING r.kind, r.code, r.value, coalesce(e.code, p.code), r.state, r.role, r.holder, e.id IS NULL
"""

MOVE = """
WITH old AS MATERIALIZED (
    SELECT r.id, r.state, r.holder, r.service_id, r.pool_id, r.element_id FROM inventory_resource r
    WHERE {where} AND r.state = ANY(%(sources)s::text[]) ORDER BY r.id FOR UPDATE OF r {skip}
)
UPDATE inventory_resource r SET state = %(to)s, changed_at = %(at)s, {change}
FROM old LEFT JOIN inventory_pool p ON p.id = old.pool_id LEFT JOIN inventory_element e ON e.id = old.element_id
    LEFT JOIN inventory_service s ON s.id = old.service_id
WHERE r.id = old.id
RETURNING r.kind, r.code, r.value, coalesce(e.code, p.code), r.state, r.role, old.holder, old.state, coalesce(s.number, '')
"""

LET_GO = """holder = '', role = '', reserved_until = NULL, service_id = NULL,
    free_from = CASE WHEN old.state IN ('in_service', 'pending_release')
        THEN greatest(%(at)s + make_interval(days => coalesce(p.quarantine_days, 0)), %(rests_until)s::timestamptz)
        ELSE r.free_from END"""
"""What a resource loses when it is free again; one that was used rests for as long as its pool says, or whoever lets it go."""


TO_TEST = f"{LET_GO}, note = %(to_be_tested)s"
OF_TESTED = "r.pool_id IN (SELECT id FROM inventory_pool WHERE tested)"


@dataclass(frozen=True)
class Moved:
    """A resource that moved, and from where."""

    resource: ResourceView
    before: str
    holder: str
    service: str


def claim(claims: Sequence[Claim], *, holder: str, until: datetime, at: datetime) -> list[ResourceView]:
    """Keep what is claimed for the holder; fewer than claimed come back where somebody else was quicker."""
    units = [
        {"kind": each.kind, "home": str(each.home), "role": each.role} for each in claims for _ in range(each.count)
    ]
    values: dict[str, Any] = {"units": json.dumps(units), "holder": holder, "until": until, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        taken = cursor.fetchall()
    return in_walk_order(
        ResourceView(kind, code, value, home, state, role, held, reserved_until=until, pooled=pooled)
        for kind, code, value, home, state, role, held, pooled in taken
    )


def claim_one(
    wish: str, *, homes: Sequence[UUID], need: Need, holder: str, until: datetime, at: datetime
) -> ResourceView | None:
    """Keep the one that is wished for, if it is free in one of these homes; None where somebody has it, or takes it now."""
    values: dict[str, Any] = {
        "wish": wish, "kind": need.kind, "homes": list(homes), "role": need.role, "holder": holder, "until": until,
    }  # fmt: skip
    where = "r.id = %(wish)s::uuid AND r.kind = %(kind)s AND r.home = ANY(%(homes)s::uuid[]) AND r.free_from <= %(at)s"
    change = "holder = %(holder)s, role = %(role)s, reserved_until = %(until)s, note = ''"
    moved = move(where, values, to=State.RESERVED, change=change, at=at, only=(State.FREE,), skip=True)
    return replace(moved[0].resource, holder=holder, reserved_until=until, pooled=True) if moved else None


def move(
    where: str,
    values: dict[str, Any],
    *,
    to: State,
    change: str,
    at: datetime,
    only: Iterable[str] = (),
    skip: bool = False,
) -> list[Moved]:
    """Move all rows of `where` that may go to `to` (of the states `only`, if given); `change` is what else becomes of them."""
    allowed = [state for state in sources(to) if state in set(only) or not only]
    given = {"rests_until": None, **values, "to": to.value, "at": at, "sources": allowed}
    with connection.cursor() as cursor:
        cursor.execute(MOVE.format(where=where, change=change, skip="SKIP LOCKED" if skip else ""), given)
        return [
            Moved(ResourceView(kind, code, value, home or "", state, role), before, holder, service)
            for kind, code, value, home, state, role, holder, before, service in cursor.fetchall()
        ]


def take_back(where: str, values: dict[str, Any], *, at: datetime) -> list[Moved]:
    """Block the devices of `where` that a customer had, until somebody says that they came back in order."""
    given = {**values, "to_be_tested": TO_BE_TESTED.both}
    return move(
        f"{where} AND {OF_TESTED}", given, to=State.BLOCKED, change=TO_TEST, at=at, only=(State.PENDING_RELEASE,)
    )


def take_in(codes: Collection[str], *, evidence: str, actor: str, at: datetime) -> int:
    """Note of those devices that were waited for that they are back; how many. Within a verb's `transaction.atomic`."""
    waited = Resource.objects.filter(code__in=list(codes), state=State.BLOCKED, note=TO_BE_TESTED.both)
    back = list(waited.select_for_update(of=("self",)).order_by("id"))
    Resource.objects.filter(id__in=[row.id for row in back]).update(note=CAME_BACK.both, changed_at=at)
    journal.record_many(
        DeviceCameBack(
            subject=subject_of(row.kind, row.code),
            actor=actor,
            at=at,
            resource=told_as(row.kind, row.code),
            evidence=evidence,
        )
        for row in back
    )
    return len(back)


def told(moved: Sequence[Moved], *, actor: str, at: datetime, note: str = "", service: str = "") -> None:
    """Record what moved: who did it, for whom, from what to what."""
    journal.record_many(events_of(moved, actor=actor, at=at, note=note, service=service))


def events_of(
    moved: Sequence[Moved], *, actor: str, at: datetime, note: str = "", service: str = ""
) -> list[ResourceMoved]:
    """What there is to tell of what moved."""
    return [
        ResourceMoved(
            subject=each.resource.subject, actor=actor, at=at, resource=each.resource.told, note=note,
            before=each.before, before_name=STATES[State(each.before)],
            after=each.resource.state, after_name=STATES[State(each.resource.state)],
            holder=each.holder, service=service or each.service,
        )
        for each in moved
    ]  # fmt: skip
