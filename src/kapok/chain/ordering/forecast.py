"""Which legs will be late: the stages left, each as long as it takes of late or as its budget says, against what was promised.

What waits for plant goes on when that is expected; where nobody has said when, there is no forecast, only the earliest day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Min

from kapok.chain.ordering import events, moves, pace, rules
from kapok.chain.ordering.models import Leg
from kapok.chain.ordering.moves import SYSTEM
from kapok.chain.ordering.pace import Clocks, Takes, Timed, clocks_of, of_late
from kapok.chain.ordering.rules import Deviation, State
from kapok.ground.catalog.graph import Graph
from kapok.ground.catalog.rules import is_elsewhere, onward
from kapok.ground.catalog.template import Flow, Stage
from kapok.ground.commitments.models import Commitment
from kapok.ground.commitments.rules import RUNNING
from kapok.ground.journal import api as journal
from kapok.ground.work import following
from kapok.ground.work.models import Item, Matter
from kapok.ground.work.rules import LIVE, ItemState
from kapok.kernel.promises import Clock, Tier
from kapok.kernel.text import Text, joined

CHUNK = 500
GOES_ON = (State.IN_PROGRESS, State.HELD, State.ASSESSING, State.ACKNOWLEDGED)
"""What goes on, or does when another leg is completed."""
UNDATED = Text(zh="等装机资源（到货日期未知）", en="plant of which nobody has said when it comes")
KEPT: Final = """
WITH free AS (SELECT id FROM ordering_leg WHERE id = ANY(%(legs)s) FOR NO KEY UPDATE SKIP LOCKED)
UPDATE ordering_leg leg SET expected_at = told.expected, jeopardy_at = told.since
FROM free JOIN unnest(%(legs)s::uuid[], %(expected)s::timestamptz[], %(since)s::timestamptz[], %(was)s::timestamptz[])
    AS told(id, expected, since, was) ON told.id = free.id
WHERE leg.id = told.id AND leg.state = ANY(%(states)s) AND leg.jeopardy_at IS NOT DISTINCT FROM told.was
    AND (leg.expected_at, leg.jeopardy_at) IS DISTINCT FROM (told.expected, told.since)
RETURNING leg.id
"""
"""What is said of many legs at once; who has one in hand is not waited for, and it is looked at the next time."""

Ends = Callable[[datetime], datetime]
"""When a stage ends that may begin at a moment."""


@dataclass(frozen=True)
class Forecast:
    """When a leg will be completed if all goes as it goes of late; what is left on the longest way."""

    expected_at: datetime
    """The earliest moment, where it waits for plant without a date."""
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


def reached(flow: Flow, facts: Mapping[str, Any]) -> list[str]:
    """The stages that a matter with these facts passes, in order; ways that it will not take are left out."""
    graph, codes = Graph(flow), []
    taken: set[tuple[str, str]] = set()
    for code in graph.order:
        if graph.nodes[code].kind != "start" and not any((way.from_, code) in taken for way in graph.entering[code]):
            continue
        taken.update((way.from_, way.to) for way in onward(flow, graph, code, facts))
        if code in flow.stages and not is_elsewhere(flow.stages[code], facts):
            codes.append(code)
    return codes


def longest(
    flow: Flow, facts: Mapping[str, Any], at: datetime, left: Mapping[str, Ends]
) -> tuple[datetime, tuple[str, ...]]:
    """When the longest way through what is left ends, and the stages on it; what is not in `left` takes no time."""
    graph = Graph(flow)
    best: dict[str, tuple[datetime, tuple[str, ...]]] = {}
    taken: set[tuple[str, str]] = set()
    for code in graph.order:
        before = [best[way.from_] for way in graph.entering[code] if (way.from_, code) in taken]
        if graph.nodes[code].kind != "start" and not before:
            continue
        begins, path = max(before, key=lambda walked: walked[0], default=(at, ()))
        own = left.get(code)
        best[code] = (begins, path) if own is None else (own(begins), (*path, code))
        taken.update((way.from_, way.to) for way in onward(flow, graph, code, facts))
    return max(best.values(), key=lambda walked: walked[0], default=(at, ()))


def foretold(
    flow: Flow,
    facts: Mapping[str, Any],
    *,
    clocks: Clocks,
    done: Collection[str],
    running: Mapping[str, datetime],
    takes: Takes,
    due_at: datetime | None,
    at: datetime,
) -> Forecast:
    """The forecast of a matter that goes on at `at`: what is running is as far as the time since it was offered."""
    left: dict[str, Ends] = {}
    for code in _to_completion(flow, facts):
        if code not in done and code in clocks:
            length = takes.get(Timed(flow.code, code, clocks[code].promise.working))
            left[code] = partial(_ends, clocks[code], length, running.get(code))
    expected_at, path = longest(flow, facts, at, left)
    return Forecast(expected_at, due_at, tuple(flow.stages[code] for code in path))


def _ends(clock: Clock, takes: timedelta | None, began: datetime | None, begins: datetime) -> datetime:
    return max(begins, pace.ends(clock, began or begins, takes))


def _to_completion(flow: Flow, facts: Mapping[str, Any]) -> list[str]:
    """The stages up to the one that completes the order; what comes after it delays no promise."""
    codes = reached(flow, facts)
    ends = [place for place, code in enumerate(codes) if "order.completed" in flow.stages[code].event]
    return codes[: ends[0] + 1] if ends else codes


# ---- of what stands in the database ----


def forecasts(legs: Sequence[Leg], at: datetime, takes: Takes) -> dict[str, Forecast]:
    """The forecasts of legs by their subjects, in a fixed number of queries; none of what follows no flow, or what has no date."""
    subjects = [leg.subject for leg in legs]
    matters = {row.subject: row for row in Matter.objects.select_related("flow__template").filter(subject__in=subjects)}
    items: dict[UUID, list[Item]] = {}
    of = [matter.id for matter in matters.values()]
    for item in Item.objects.filter(matter__in=of, undone_at=None).exclude(state=ItemState.WITHDRAWN):
        items.setdefault(item.matter_id, []).append(item)
    dues = promised(subjects)
    told: dict[str, Forecast] = {}
    for leg in sorted(legs, key=lambda each: each.after_id is not None):
        matter, goes_on = matters.get(leg.subject), _goes_on(leg, told, at)
        flow = following.flow_of(matter) if matter else None
        if goes_on and flow is not None and matter is not None and matter.flow_id is not None:
            mine = items.get(matter.id, [])
            running = {item.stage: item.opened_at for item in mine if item.state in LIVE}
            told[matter.subject] = foretold(
                flow, matter.facts, clocks=clocks_of(matter.flow_id), running=running,
                done={item.stage for item in mine} - running.keys(), takes=takes,
                due_at=dues.get(matter.subject), at=goes_on,
            )  # fmt: skip
    return told


def _goes_on(leg: Leg, told: Mapping[str, Forecast], at: datetime) -> datetime | None:
    """When a leg goes on or begins, as far as that is known."""
    before = leg.after if leg.state == State.ACKNOWLEDGED else None
    if before is None:
        return max(at, leg.until or at)
    if rules.undated(before.state, before.exception, before.until):
        return None
    expected = told[before.subject].expected_at if before.subject in told else before.expected_at
    return max(at, expected) if expected else None


def promised(subjects: Sequence[str]) -> dict[str, datetime]:
    """By when each leg has been promised to its customer: the earliest moment of what runs, stages left out."""
    running = Commitment.objects.filter(subject__in=subjects, state__in=RUNNING).exclude(tier=Tier.STAGE)
    rows = running.values("subject").annotate(due=Min("due_at"))
    return {row["subject"]: row["due"] for row in rows if row["due"]}


def watch(*, at: datetime) -> int:
    """Look at all legs that go on and say which have come into jeopardy, and which are out of it; how many changed."""
    takes, last, changed = of_late(at), None, 0
    going = (
        Leg.objects.select_related("order__unit", "order__first_contact", "after")
        .filter(state__in=GOES_ON)
        .exclude(exception=Deviation.DEFER.value)
        .order_by("id")
    )
    while page := list((going.filter(id__gt=last) if last else going)[:CHUNK]):
        last = page[-1].id
        told = forecasts(page, at, takes)
        changed += _kept([(leg, told[leg.subject]) for leg in page if leg.subject in told], at)
    return changed


@transaction.atomic
def _kept(looked: Sequence[tuple[Leg, Forecast]], at: datetime) -> int:
    """Write down what the forecast says of legs; how many come into jeopardy or out of it. Nobody is waited for."""
    said: dict[str, Any] = {
        "legs": [leg.id for leg, _ in looked],
        "expected": [
            None if rules.undated(leg.state, leg.exception, leg.until) else forecast.expected_at
            for leg, forecast in looked
        ],
        "since": [(leg.jeopardy_at or at) if forecast.late else None for leg, forecast in looked],
        "was": [leg.jeopardy_at for leg, _ in looked],
        "states": list(GOES_ON),
    }
    with connection.cursor() as cursor:
        cursor.execute(KEPT, said)
        kept = {leg for (leg,) in cursor.fetchall()}
    news = [
        (leg, forecast) for leg, forecast in looked if leg.id in kept and forecast.late != (leg.jeopardy_at is not None)
    ]
    matters = dict(Matter.objects.filter(subject__in=[leg.subject for leg, _ in news]).values_list("subject", "id"))
    journal.record_many(_news(leg, forecast, matters[leg.subject], at) for leg, forecast in news)
    return len(news)


def _news(leg: Leg, forecast: Forecast, matter: UUID, at: datetime) -> journal.Event:
    known: dict[str, Any] = {"subject": leg.subject, "actor": SYSTEM, "at": at, "correlation": matter}
    if not forecast.late or forecast.due_at is None:
        return events.OutOfJeopardy(**known)
    left = (
        joined([UNDATED, forecast.left], zh=" → ", en=" → ")
        if rules.undated(leg.state, leg.exception, leg.until)
        else forecast.left
    )
    known |= {"expected": forecast.expected_at, "due": forecast.due_at, "left": left} | moves.first_contact(leg)
    return events.InJeopardy(**known)
