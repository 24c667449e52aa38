"""Which legs will be late: the stages left, each as long as it takes of late or as its budget says, against what was promised.

Working time is spread evenly over the week (40 hours in 168, five days in seven): a forecast, not a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Min

from kapok.chain.ordering import events, moves
from kapok.chain.ordering.models import Leg
from kapok.chain.ordering.moves import SYSTEM, Act
from kapok.chain.ordering.rules import Deviation, State
from kapok.ground.catalog.graph import Graph
from kapok.ground.catalog.rules import onward
from kapok.ground.catalog.template import Flow, Stage
from kapok.ground.commitments.models import Commitment
from kapok.ground.commitments.rules import RUNNING
from kapok.ground.work import following
from kapok.ground.work.models import Item, Matter
from kapok.ground.work.rules import LIVE, ItemState
from kapok.kernel.promises import Tier
from kapok.kernel.promises.budgets import comparable
from kapok.kernel.text import Text, joined

MEASURED: Final = """
SELECT template.code, item.stage, percentile_cont(0.5) WITHIN GROUP (ORDER BY item.ended_at - item.opened_at)
FROM work_item item JOIN work_matter matter ON matter.id = item.matter_id
    JOIN catalog_flowversion version ON version.id = matter.flow_id
    JOIN catalog_flowtemplate template ON template.id = version.template_id
WHERE item.state IN ('delivered', 'confirmed') AND item.stage <> '' AND item.ended_at BETWEEN %s AND %s
    AND template.line = 'fulfilment'
GROUP BY 1, 2 HAVING count(*) >= %s
"""
LOOKS_BACK = timedelta(days=30)
ENOUGH = 5
"""So many times a stage must have been done of late before its time counts more than its budget."""
WEEK_IN_WORKING_HOURS, WEEK_IN_WORKING_DAYS = 168 / 40, 7 / 5
CHUNK = 500
GOES_ON = (State.IN_PROGRESS, State.HELD, State.ASSESSING)

Lengths = Mapping[tuple[str, str], timedelta]
"""How long a stage of a flow takes."""


@dataclass(frozen=True)
class Forecast:
    """When a leg will be completed if all goes as it goes of late; what is left on the longest way."""

    expected_at: datetime
    due_at: datetime | None
    stages: tuple[Stage, ...]

    @property
    def late(self) -> bool:
        """Whether that is later than what was promised."""
        return self.due_at is not None and self.expected_at > self.due_at

    @property
    def left(self) -> Text:
        """The stages left."""
        return joined((stage.title for stage in self.stages), zh=" → ", en=" → ")


# ---- pure ----


def budget(stage: Stage) -> timedelta:
    """The budget of a stage as time by the wall."""
    found = comparable(stage.budget) if stage.budget else None
    if found is None:
        return timedelta()
    kind, length = found
    if kind == "working days":
        return timedelta(days=float(length) * WEEK_IN_WORKING_DAYS)
    seconds = float(length) * (WEEK_IN_WORKING_HOURS if kind == "working time" else 1)
    return timedelta(seconds=seconds)


def reached(flow: Flow, facts: Mapping[str, Any]) -> list[str]:
    """The stages that a matter with these facts passes, in order; ways that it will not take are left out."""
    graph, codes = Graph(flow), []
    taken: set[tuple[str, str]] = set()
    for code in graph.order:
        if graph.nodes[code].kind != "start" and not any((way.from_, code) in taken for way in graph.entering[code]):
            continue
        taken.update((way.from_, way.to) for way in onward(flow, graph, code, facts))
        if code in flow.stages:
            codes.append(code)
    return codes


def longest(flow: Flow, facts: Mapping[str, Any], left: Mapping[str, timedelta]) -> tuple[timedelta, tuple[str, ...]]:
    """The longest way through what is left, and the stages on it; what is not in `left` takes no time."""
    graph = Graph(flow)
    best: dict[str, tuple[timedelta, tuple[str, ...]]] = {}
    taken: set[tuple[str, str]] = set()
    for code in graph.order:
        before = [best[way.from_] for way in graph.entering[code] if (way.from_, code) in taken]
        if graph.nodes[code].kind != "start" and not before:
            continue
        total, path = max(before, key=lambda walked: walked[0], default=(timedelta(), ()))
        own = left.get(code)
        best[code] = (total, path) if own is None else (total + own, (*path, code))
        taken.update((way.from_, way.to) for way in onward(flow, graph, code, facts))
    return max(best.values(), key=lambda walked: walked[0], default=(timedelta(), ()))


def foretold(
    flow: Flow,
    facts: Mapping[str, Any],
    *,
    done: Iterable[str],
    running: Mapping[str, datetime],
    takes: Lengths,
    due_at: datetime | None,
    at: datetime,
) -> Forecast:
    """The forecast of a matter: what is running is as far as the time since it was offered."""
    over = _to_completion(flow, facts)
    left: dict[str, timedelta] = {}
    for code, stage in flow.stages.items():
        if code in set(done) or code not in over:
            continue
        length = takes.get((flow.code, code), budget(stage))
        left[code] = max(timedelta(), length - (at - running[code])) if code in running else length
    total, path = longest(flow, facts, left)
    return Forecast(at + total, due_at, tuple(flow.stages[code] for code in path))


def _to_completion(flow: Flow, facts: Mapping[str, Any]) -> list[str]:
    """The stages up to the one that completes the order; what comes after it delays no promise."""
    codes = reached(flow, facts)
    ends = [place for place, code in enumerate(codes) if "order.completed" in flow.stages[code].event]
    return codes[: ends[0] + 1] if ends else codes


# ---- of what stands in the database ----


def measured(at: datetime) -> dict[tuple[str, str], timedelta]:
    """How long the stages took of late: the median, where they were done often enough."""
    with connection.cursor() as cursor:
        cursor.execute(MEASURED, [at - LOOKS_BACK, at, ENOUGH])
        return {(flow, stage): length for flow, stage, length in cursor.fetchall()}


def forecasts(subjects: Sequence[str], at: datetime, takes: Lengths | None = None) -> dict[str, Forecast]:
    """The forecasts of legs by their subjects, in a fixed number of queries; none of what follows no flow."""
    matters = {row.id: row for row in Matter.objects.select_related("flow__template").filter(subject__in=subjects)}
    items: dict[UUID, list[Item]] = {}
    for item in Item.objects.filter(matter__in=matters, undone_at=None).exclude(state=ItemState.WITHDRAWN):
        items.setdefault(item.matter_id, []).append(item)
    dues = promised(subjects)
    told: dict[str, Forecast] = {}
    for matter in matters.values():
        flow = following.flow_of(matter)
        if flow is not None:
            mine = items.get(matter.id, [])
            running = {item.stage: item.opened_at for item in mine if item.state in LIVE}
            told[matter.subject] = foretold(
                flow, matter.facts, done={item.stage for item in mine} - running.keys(), running=running,
                takes=takes or {}, due_at=dues.get(matter.subject), at=at,
            )  # fmt: skip
    return told


def promised(subjects: Sequence[str]) -> dict[str, datetime]:
    """By when each leg has been promised to its customer: the earliest moment of what runs, stages left out."""
    running = Commitment.objects.filter(subject__in=subjects, state__in=RUNNING).exclude(tier=Tier.STAGE)
    rows = running.values("subject").annotate(due=Min("due_at"))
    return {row["subject"]: row["due"] for row in rows if row["due"]}


def watch(*, at: datetime) -> int:
    """Look at all legs that go on and say which have come into jeopardy, and which are out of it; how many changed."""
    takes, last, changed = measured(at), None, 0
    going = (
        Leg.objects.select_related("order__unit", "order__first_contact")
        .filter(state__in=GOES_ON)
        .exclude(exception=Deviation.DEFER.value)
        .order_by("id")
    )
    while page := list((going.filter(id__gt=last) if last else going)[:CHUNK]):
        last = page[-1].id
        told = forecasts([leg.subject for leg in page], at, takes)
        changed += sum(_kept(leg, told[leg.subject], at) for leg in page if leg.subject in told)
    return changed


@transaction.atomic
def _kept(leg: Leg, forecast: Forecast, at: datetime) -> bool:
    """Write down what the forecast says of a leg; whether it comes into jeopardy or out of it. Nobody is waited for."""
    expected = max(forecast.expected_at, leg.until or forecast.expected_at)
    late = forecast.due_at is not None and expected > forecast.due_at
    since = (leg.jeopardy_at or at) if late else None
    rows = Leg.objects.filter(id=leg.id, jeopardy_at=leg.jeopardy_at, state__in=GOES_ON)
    if not rows.update(expected_at=expected, jeopardy_at=since) or late == (leg.jeopardy_at is not None):
        return False
    act = Act(SYSTEM, at)
    if late and forecast.due_at is not None:
        said = {"expected": expected, "due": forecast.due_at, "left": forecast.left}
        moves.say(leg, events.InJeopardy, act, **said, **moves.first_contact(leg))
    else:
        moves.say(leg, events.OutOfJeopardy, act)
    return True
