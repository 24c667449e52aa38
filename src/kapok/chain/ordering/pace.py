"""How long the stages of a flow take: as of late where they were done often enough, else their budgets.

Either is counted in the business hours of the promise that the flow serves, as `kernel.hours` knows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection

from kapok.ground.catalog.models import FlowVersion
from kapok.kernel.hours import due, elapsed_many
from kapok.kernel.promises import Clock, Pack, parse

DONE: Final = """
SELECT version.id, template.code, item.stage,
    array_agg((extract(epoch FROM item.opened_at) * 1000000)::bigint ORDER BY item.id),
    array_agg((extract(epoch FROM item.ended_at) * 1000000)::bigint ORDER BY item.id)
FROM work_item item JOIN work_matter matter ON matter.id = item.matter_id
    JOIN catalog_flowversion version ON version.id = matter.flow_id
    JOIN catalog_flowtemplate template ON template.id = version.template_id
WHERE item.state IN ('delivered', 'confirmed') AND item.stage <> '' AND item.ended_at BETWEEN %s AND %s
    AND template.line = 'fulfilment'
GROUP BY 1, 2, 3
"""
LOOKS_BACK = timedelta(days=30)
ENOUGH = 5
"""So many times a stage must have been done of late before its time counts more than its budget."""

Clocks = Mapping[str, Clock]
"""The clock of each stage of a version of a flow."""


class Timed(NamedTuple):
    """A stage of a flow, and whether its time is counted in working hours."""

    flow: str
    stage: str
    working: bool


Takes = Mapping[Timed, timedelta]
"""How long stages took of late, in the time in which each is counted."""


@lru_cache(maxsize=200)
def clocks_of(version: UUID) -> Clocks:
    """The clocks of a published version of a flow; it never changes, so it is read once."""
    return clocks_in(parse(FlowVersion.objects.values_list("stage_pack", flat=True).get(id=version), str(version)))


def clocks_in(pack: Pack) -> Clocks:
    """The clocks of the stage promises of a flow."""
    return {promise.code: Clock(promise, pack) for promise in pack.promises}


def ends(clock: Clock, begins: datetime, takes: timedelta | None) -> datetime:
    """When a stage that begins then will be done: as long as it takes of late, else its budget."""
    if takes is not None:
        return due(begins, takes, clock.running)
    return clock.after(begins, clock.promise.allowance) if clock.promise.allowance else begins


def of_late(at: datetime) -> Takes:
    """How long the stages took in the last 30 days: the median, where they were done often enough."""
    with connection.cursor() as cursor:
        cursor.execute(DONE, [at - LOOKS_BACK, at])
        rows = cursor.fetchall()
    took: dict[Timed, list[Any]] = {}
    for version, flow, stage, opened, ended in rows:
        clock = clocks_of(version).get(stage)
        if clock is not None:
            took.setdefault(Timed(flow, stage, clock.promise.working), []).append(
                elapsed_many(opened, ended, clock.running)
            )
    return {stage: _median(lengths) for stage, lengths in took.items() if sum(map(len, lengths)) >= ENOUGH}


def _median(lengths: list[Any]) -> timedelta:
    return timedelta(microseconds=int(np.median(np.concatenate(lengths))))
