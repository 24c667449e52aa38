"""A leg as a living chain: which stage is done, runs, comes next; who holds it, what it promised, what the system does of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from kapok.chain.ordering import cancelling, forecast, lacking, rules
from kapok.chain.ordering.models import OVER, Leg, Line, Step
from kapok.chain.ordering.rules import DEEDS, Action, State, StepState
from kapok.chain.ordering.views import NOTHING, LegView, LineView, Pressed, StageView, StepView, Way
from kapok.ground.catalog.graph import Graph
from kapok.ground.catalog.informing import words_for
from kapok.ground.catalog.offering.document import End
from kapok.ground.catalog.rules import ways_back
from kapok.ground.catalog.template import Flow, Stage
from kapok.ground.commitments import queries as commitments
from kapok.ground.commitments.queries import Row
from kapok.ground.people.models import OrgUnit
from kapok.ground.posts import queries as posts
from kapok.ground.work import following, urging
from kapok.ground.work.models import Item, Matter
from kapok.ground.work.rules import LIVE, ItemState
from kapok.ground.work.urging import Pressing
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

OF_ITEM = ("unit", "accountable", "holder")


@dataclass
class _Known:
    """What is known of the legs of an order, each table asked once."""

    matters: dict[str, Matter]
    items: dict[UUID, list[Item]] = field(default_factory=dict)
    steps: dict[UUID, list[Step]] = field(default_factory=dict)
    lines: dict[UUID, list[Line]] = field(default_factory=dict)
    clocks: dict[str, list[Row]] = field(default_factory=dict)
    names: dict[str, Text] = field(default_factory=dict)
    urged: Mapping[str, Pressing] = field(default_factory=dict)


def leg_views(legs: Sequence[Leg]) -> Iterator[LegView]:
    """The legs of an order as views."""
    known = _known(legs)
    for leg in legs:
        yield _leg(leg, known)


def _known(legs: Sequence[Leg]) -> _Known:
    subjects = [leg.subject for leg in legs]
    matters = Matter.objects.select_related("flow__template").filter(subject__in=subjects)
    known = _Known({row.subject: row for row in matters})
    items = Item.objects.select_related(*OF_ITEM).filter(matter__subject__in=subjects).order_by("opened_at", "id")
    for item in items:
        known.items.setdefault(item.matter_id, []).append(item)
    for step in Step.objects.select_related("item", "undoes").filter(leg__in=legs).order_by("opened_at", "id"):
        known.steps.setdefault(step.leg_id, []).append(step)
    for line in Line.objects.select_related("offer", "service").filter(leg__in=legs).order_by("number"):
        known.lines.setdefault(line.leg_id, []).append(line)
    for row in commitments.of_subjects([*subjects, *(item.subject for all_ in known.items.values() for item in all_)]):
        known.clocks.setdefault(row.subject, []).append(row)
    known.names = {unit.code: unit.name for unit in OrgUnit.objects.filter(code__in=_named(known))}
    known.urged = urging.pressing(subjects)
    known.names |= {f"skill:{code}": title for code, title in posts.skill_titles().items()}
    return known


def _named(known: _Known) -> set[str]:
    flows = [following.flow_of(matter) for matter in known.matters.values()]
    return {stage.unit for flow in flows if flow for stage in flow.stages.values() if stage.unit}


def _leg(leg: Leg, known: _Known) -> LegView:
    matter = known.matters.get(leg.subject)
    flow = following.flow_of(matter) if matter else None
    items = known.items.get(matter.id, []) if matter else []
    steps = [_step(step) for step in known.steps.get(leg.id, [])]
    by_item = {
        step.item_id: view for step, view in zip(known.steps.get(leg.id, []), steps, strict=True) if step.item_id
    }
    return LegView(
        id=leg.id, number=leg.number, subject=leg.subject, action=Action(leg.action),
        far_address=leg.far_address.code if leg.far_address else "",
        far_address_full=leg.far_address.full if leg.far_address else NOTHING, end=End(leg.end),
        address=leg.address.code if leg.address else "", address_full=leg.address.full if leg.address else Text(zh="—", en="—"),
        state=State(leg.state), exception=leg.exception, compensation=leg.compensation, cause=leg.cause, reason=leg.reason,
        until=leg.until, version=leg.version, after=leg.after.number if leg.after else None,
        promised_date=leg.promised_date, begun_at=leg.begun_at, committed_at=leg.committed_at,
        completed_at=leg.completed_at, confirmed_at=leg.confirmed_at, rating=leg.rating, expected_at=leg.expected_at,
        jeopardy_at=leg.jeopardy_at, pressed=pressed(leg, known.urged),
        lines=tuple(_line(line) for line in known.lines.get(leg.id, [])),
        stages=tuple(_stages(flow, matter, items, by_item, known)) if flow and matter else (), steps=tuple(steps),
        promises=tuple(sorted(known.clocks.get(leg.subject, []), key=_by_due)),
        ways_back=tuple(_ways(flow, items)) if flow and leg.state in {State.IN_PROGRESS, State.HELD} else (),
        undoes=tuple(_undoes(known.steps.get(leg.id, []))), lacks=lacking.of(leg), cancel_refused=_why_not(leg),
    )  # fmt: skip


def pressed(leg: Leg, urged: Mapping[str, Pressing]) -> Pressed | None:
    """How a leg, its order at hand, is pressed for, as its matter was `urged`; None where it was not, or is over."""
    found = urged.get(leg.subject)
    if leg.state in OVER or found is None:
        return None
    last = (found.by, found.at, found.why)
    if leg.supervised_at is not None:
        last = (leg.supervised_by, leg.supervised_at, leg.supervised_why)
    return Pressed(leg.order.number, leg.number, found.number, leg.supervised_at is not None, *last)


def _by_due(row: Row) -> tuple[bool, bool, float]:
    """What runs first, by its due moment."""
    return not row.running, row.due_at is None, row.due_at.timestamp() if row.due_at else 0.0


def _step(step: Step) -> StepView:
    return StepView(
        id=step.id, name=step.name, stage=step.item.stage if step.item else "", state=StepState(step.state),
        attempts=step.attempts, next_try_at=step.next_try_at, code=step.code,
        error=Text(zh=step.error_zh, en=step.error_en), measured=step.measured, by=step.by,
        takes_back=step.undoes.name if step.undoes else "", opened_at=step.opened_at, done_at=step.done_at,
    )  # fmt: skip


def _line(line: Line) -> LineView:
    return LineView(
        number=line.number, offer=line.offer.code, version=line.offer.number, title=line.offer.title,
        quantity=line.quantity, characteristics=line.characteristics, service=line.service.number if line.service else "",
        billed_from=line.billed_from,
    )  # fmt: skip


def _undoes(steps: Sequence[Step]) -> Iterator[Text]:
    """What a cancellation would take back."""
    acted = [step for step in reversed(steps) if step.undoes_id is None and step.state != StepState.UNDONE]
    undoes = [DEEDS[step.name].undo for step in acted if step.attempts or step.state == StepState.DONE]
    yield from (DEEDS[name].title for name in dict.fromkeys(undoes) if name)


def _why_not(leg: Leg) -> Text | None:
    try:
        cancelling.may(leg)
    except KapokError as refused:
        return refused.text
    return None


def _ways(flow: Flow, items: Iterable[Item]) -> Iterator[Way]:
    for item in items:
        if item.state in {ItemState.OFFERED, ItemState.HELD} and item.stage:
            for to, reason in ways_back(flow, item.stage).items():
                yield Way(to, flow.stages[to].title, reason)


# ---- the chain ----


def _stages(
    flow: Flow, matter: Matter, items: Sequence[Item], steps: Mapping[UUID, StepView], known: _Known
) -> Iterator[StageView]:
    """The stages that the matter passes, in order; of a stage that was done again the last time."""
    counted = {item.stage: item for item in items if item.undone_at is None and item.state != ItemState.WITHDRAWN}
    after, columns = _after(flow), _columns(flow)
    over = matter.cancelled_at is not None
    for code in forecast.reached(flow, matter.facts):
        item = counted.get(code)
        status = _status(code, counted, after, over=over)
        yield _stage(flow.stages[code], (status, columns[code]), item, steps.get(item.id) if item else None, known)


def _status(code: str, counted: Mapping[str, Item], after: Mapping[str, set[str]], *, over: bool) -> str:
    item = counted.get(code)
    if item is not None:
        return "running" if item.state in LIVE else "done"
    running = {stage for stage, row in counted.items() if row.state in LIVE}
    return "next" if not over and running & after[code] else "later"


def _after(flow: Flow) -> dict[str, set[str]]:
    """Of each node the stages right before it, gates looked through."""
    graph = Graph(flow)
    before: dict[str, set[str]] = {}
    for code in graph.order:
        before[code] = set()
        for way in graph.entering[code]:
            before[code] |= {way.from_} if way.from_ in flow.stages else before.get(way.from_, set())
    return before


def _columns(flow: Flow) -> dict[str, int]:
    """Of each stage how many come before it on the longest way."""
    graph = Graph(flow)
    place: dict[str, int] = {}
    for code in graph.order:
        before = [place[way.from_] + (way.from_ in flow.stages) for way in graph.entering[code] if way.from_ in place]
        place[code] = max(before, default=0)
    return place


def _stage(stage: Stage, place: tuple[str, int], item: Item | None, step: StepView | None, known: _Known) -> StageView:
    status, column = place
    clocks = sorted(known.clocks.get(item.subject, []), key=_by_due) if item else []
    own = [row for row in clocks if row.promise == stage.code] or clocks
    holder = known.names.get(stage.holder, Text(zh=stage.holder, en=stage.holder))
    return StageView(
        code=stage.code, title=stage.title, told=words_for(stage), status=status, column=column,
        unit_name=item.unit.name if item else holder,
        accountable_name=item.accountable.name if item else "",
        holder_name=item.holder.name if item and item.holder else "", item=item.id if item else None,
        opened_at=item.opened_at if item else None, ended_at=item.ended_at if item else None,
        budget=stage.budget.text if stage.budget else None, clock=own[0] if own else None,
        runs=rules.DEEDS[stage.runs].title if stage.runs in DEEDS else None, step=step,
    )  # fmt: skip
