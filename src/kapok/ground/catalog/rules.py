"""Flow templates, decided without a database: states, which flow applies, what may start next, whether the budgets fit. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from kapok.ground.catalog import telling
from kapok.ground.catalog.graph import Graph, structure
from kapok.ground.catalog.refusals import FlowTie, NoFlow, NoWayBack
from kapok.ground.catalog.template import AFTERWARDS, AXES, STEPS, Edge, Finding, Flow, Stage, finding
from kapok.kernel.promises import FACTS, Fact, FactKind, Facts, Promise
from kapok.kernel.promises.allowance import WORKING, Allowance
from kapok.kernel.promises.budgets import comparable
from kapok.kernel.promises.selector import Bounds, Condition, Selector, matches
from kapok.kernel.text import Text


class State(StrEnum):
    """Where a version of a flow stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


STATES: Mapping[State, Text] = {
    State.DRAFT: Text(zh="草稿", en="draft"),
    State.PUBLISHED: Text(zh="在用", en="in force"),
    State.RETIRED: Text(zh="停用", en="retired"),
}

MOVES: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.PUBLISHED}),
    State.PUBLISHED: frozenset({State.RETIRED}),
    State.RETIRED: frozenset(),
}


def sources(to: State) -> frozenset[State]:
    """The states from which a version may move to `to`."""
    return frozenset(state for state, targets in MOVES.items() if to in targets)


# ---- which flow applies ----


@dataclass(frozen=True)
class Candidate:
    """A version in force that might apply."""

    code: str
    number: int
    applies: Selector


def choose(candidates: Iterable[Candidate], facts: Facts) -> Candidate:
    """The flow that applies most closely to a matter with these facts.

    The one that names more of segment, tier, service, action and area wins; of two that name equally many, the one that names
    the earlier of these. A fact that is not known meets no condition. Raises `NoFlow`, `FlowTie`.
    """
    fitting = [each for each in candidates if matches(each.applies, facts, FACTS)]
    if not fitting:
        raise NoFlow(facts=", ".join(f"{axis}={facts[axis]}" for axis in AXES if axis in facts) or "-")
    closest = max(closeness(each.applies) for each in fitting)
    best = [each for each in fitting if closeness(each.applies) == closest]
    if len(best) > 1:
        raise FlowTie(flows=", ".join(sorted(each.code for each in best)))
    return best[0]


def closeness(applies: Selector) -> tuple[int, tuple[bool, ...]]:
    """How closely a flow applies; the greater wins."""
    return len(applies), tuple(axis in applies for axis in AXES)


def rivals(one: Selector, other: Selector) -> bool:
    """True if some matter exists for which `choose` could not decide between the two."""
    return one.keys() == other.keys() and all(set(_values(one[axis])) & set(_values(other[axis])) for axis in one)


def _values(condition: Condition) -> tuple[str, ...]:
    return () if isinstance(condition, Bounds) else condition


# ---- what may start next ----

ONE_END = "only_end"
"""The fact that only one end of what has two is worked on, and which (`a`, `b`)."""


def is_elsewhere(stage: Stage, facts: Facts) -> bool:
    """Whether a stage is done at the end at which nothing is to be done for a matter with these facts."""
    return bool(stage.end) and facts.get(ONE_END, stage.end) != stage.end


def next_stages(flow: Flow, done: Set[str], facts: Facts) -> tuple[str, ...]:
    """The stages that are to be worked on after those in `done`, in the order of the flow; none when the flow is at its end.

    A split opens all its branches, a join waits for all of them, a choice takes the first way whose conditions hold for
    `facts`, else its `otherwise`; stages at an end that is let alone are passed over. Stages that have begun and are not done
    are among them: whoever runs the matter starts those that do not run yet. The flow must be sound (`problems` finds nothing);
    a published one is.
    """
    graph = Graph(flow)
    taken: set[tuple[str, str]] = set()
    now: list[str] = []
    for code in graph.order:
        kind, ways = graph.nodes[code].kind, graph.entering[code]
        arrived = [(edge.from_, edge.to) in taken for edge in ways]
        if not (kind == "start" or (all(arrived) if kind == "join" else any(arrived))):
            continue
        if kind == "stage" and code not in done and not is_elsewhere(flow.stages[code], facts):
            now.append(code)
        else:
            taken.update((edge.from_, edge.to) for edge in onward(flow, graph, code, facts))
    return tuple(now)


def finished(flow: Flow, done: Set[str], facts: Facts) -> bool:
    """True if nothing is left to do."""
    return not next_stages(flow, done, facts)


def ways_back(flow: Flow, stage: str) -> Mapping[str, Text]:
    """The earlier stages to which a stage may be sent back, each with the reason for which it is meant."""
    return {edge.to: edge.returns for edge in Graph(flow).back if edge.from_ == stage and edge.returns is not None}


def sent_back(flow: Flow, done: Set[str], *, stage: str, to: str) -> frozenset[str]:
    """What is still done after `stage` has sent the matter back to `to`: all that neither is `to` nor comes after it.

    Raises `NoWayBack`.
    """
    ways = ways_back(flow, stage)
    if to not in ways:
        raise NoWayBack(stage=stage, to=to, ways=", ".join(ways) or "-")
    return done_before(flow, done, to)


def done_before(flow: Flow, done: Set[str], to: str) -> frozenset[str]:
    """What is still done when `to` and all that comes after it are to be done again."""
    return frozenset(done) - Graph(flow).after(to) - {to}


def begins_again(flow: Flow, done: Set[str], *, confirming: Set[str]) -> tuple[str, ...]:
    """The stages from which a finished flow may begin again, the one that the flow means first, the others in their order.

    It means the one to which the last of its done stages that has a way back leads; without one, the last that was done before
    the customer's word was asked for, by a stage that tells one of the events `confirming`.
    """
    graph = Graph(flow)
    found = [code for code in graph.order if code in done]
    back = [edge.to for code in reversed(found) for edge in graph.back if edge.from_ == code and edge.to in done]
    work = [code for code in reversed(found) if confirming.isdisjoint(flow.stages[code].event)]
    return tuple(dict.fromkeys([*(back or work)[:1], *found]))


def onward(flow: Flow, graph: Graph, code: str, facts: Facts) -> list[Edge]:
    """The ways that lead on from a node for a matter with these facts."""
    ways = graph.leaving[code]
    if graph.nodes[code].kind != "choice" or len(ways) == 1:
        return ways
    chosen = [edge for edge in ways if edge.when and matches(edge.when, facts, flow.declared)]
    return chosen[:1] or [edge for edge in ways if edge.otherwise]


# ---- whether the budgets fit ----

DAY = 24 * 60
"""In minutes."""


@dataclass(frozen=True)
class Fit:
    """The longest path of budgets against what the promise leaves. Lengths are seconds, or days where working days are counted."""

    kind: str
    """What is added: `time`, `working time` or `working days`; empty where the promise has no length."""
    path: tuple[str, ...]
    """The stages on the longest path."""
    along: tuple[str, ...]
    """Every node on it."""
    total: Fraction
    promised: Fraction
    room: Fraction
    """The promise less its reserve."""
    strangers: tuple[str, ...]
    """Stages whose budget is of another kind of time, so that it cannot be added."""

    @property
    def holds(self) -> bool:
        """True if the budgets can be added and fit."""
        return bool(self.kind) and not self.strangers and self.total <= self.room


def fits(flow: Flow, promise: Promise) -> Fit:
    """The longest path against promise x (1 - reserve); a stage without a budget counts nothing, nor does what comes afterwards.

    Source: domain rule "sum of stage budgets on the longest path <= external promise x (1 - reserve)".
    """
    promised = comparable(promise.allowance) if promise.allowance else None
    kind = promised[0] if promised else ""
    within = {code: stage.budget if stage.runs not in AFTERWARDS else None for code, stage in flow.stages.items()}
    lengths = {code: _length(budget, kind) for code, budget in within.items()}
    total, along = critical(flow, {code: length or Fraction(0) for code, length in lengths.items()})
    whole = promised[1] if promised else Fraction(0)
    return Fit(
        kind=kind,
        path=tuple(code for code in along if code in flow.stages),
        along=along,
        total=total,
        promised=whole,
        room=whole * (1 - Fraction(flow.serves.reserve) / 100),
        strangers=tuple(code for code, length in lengths.items() if length is None),
    )


def longest(flow: Flow, lengths: Mapping[str, Fraction]) -> tuple[Fraction, tuple[str, ...]]:
    """The length of the longest path, branches included, and the stages on it."""
    total, path = critical(flow, lengths)
    return total, tuple(code for code in path if code in flow.stages)


def critical(flow: Flow, lengths: Mapping[str, Fraction]) -> tuple[Fraction, tuple[str, ...]]:
    """The length of the longest path, and every node on it."""
    graph = Graph(flow)
    best: dict[str, tuple[Fraction, tuple[str, ...]]] = {}
    for code in graph.order:
        before = [best[edge.from_] for edge in graph.entering[code]]
        total, path = max(before, key=lambda walked: walked[0], default=(Fraction(0), ()))
        best[code] = (total + lengths.get(code, Fraction(0)), (*path, code))
    return max(best.values(), key=lambda walked: (walked[0], len(walked[1])), default=(Fraction(0), ()))


def _length(budget: Allowance | None, kind: str) -> Fraction | None:
    """The length in the promise's kind of time; nothing for no budget, None for another kind."""
    if budget is None:
        return Fraction(0)
    found = comparable(budget)
    return found[1] if found and found[0] == kind else None


# ---- whether a flow may be published ----


def problems(flow: Flow, promise: Promise, units: Set[str], *, skills: Set[str]) -> tuple[Finding, ...]:
    """Everything that keeps a flow from being published; `units` and `skills` are the codes of those that exist."""
    shape = structure(flow)
    if shape:
        return shape
    return (
        *_staffed(flow, units, skills),
        *_sited(flow),
        *_answered(flow),
        *telling.findings(flow),
        *_asked(flow),
        *_budgeted(flow, promise),
    )


def _staffed(flow: Flow, units: Set[str], skills: Set[str]) -> Iterator[Finding]:
    for code, stage in flow.stages.items():
        if sum(map(bool, (stage.unit, stage.skill, stage.post))) != 1:
            yield finding(
                code,
                "no_holder",
                "须恰好写明一个承办者（单位、技能或岗位）：请补上或删去多余的",
                "it takes exactly one holder (unit, skill or post): name one, remove the others",
            )
        if stage.unit and stage.unit not in units:
            yield finding(
                code,
                "unknown_unit",
                f"没有单位“{stage.unit}”：请选现有单位",
                f"there is no unit '{stage.unit}': choose one",
            )
        if stage.skill and stage.skill not in skills:
            yield finding(
                code,
                "unknown_skill",
                f"没有技能“{stage.skill}”：请选已登记的技能",
                f"there is no skill '{stage.skill}': choose one that has been set up",
            )
        if stage.budget is None:
            yield finding(code, "no_budget", "没有时限：请填写", "it has no budget: give one")
        if stage.runs and stage.runs not in STEPS:
            yield finding(
                code,
                "unknown_step",
                f"系统不会“{stage.runs}”：请从 {'、'.join(STEPS)} 中选，或留空由人办理",
                f"the system knows no step '{stage.runs}': use one of {', '.join(STEPS)}, or leave it to people",
            )


def _sited(flow: Flow) -> Iterator[Finding]:
    """Where stages say at which end they are done, what a technician does says it, too: else nobody knows where to go."""
    sited = any(stage.end for stage in flow.stages.values())
    for code in (code for code, stage in flow.stages.items() if sited and stage.skill and not stage.end):
        yield finding(
            code,
            "no_end",
            "流程中别的工序写明在哪一端办理，这道上门工序没有：请在“更多”中选 A 端或 B 端，或为两端各设一道工序",
            "other stages say at which end they are done, this visit does not: choose an end (More), or make a stage for each",
        )


def _answered(flow: Flow) -> Iterator[Finding]:
    """Offers wait in running time: who is offered work at night may have to take it at night."""
    for code, stage in flow.stages.items():
        for length in (stage.accept_within, stage.urgent_accept_within):
            if length.fixed is None or length.unit in WORKING:
                yield finding(
                    code,
                    "accept_units",
                    f"接受时限“{length.text.zh}”不是按钟点计的：请写成分钟、小时或日",
                    f"an offer cannot wait for {length.text.en}: state it in minutes, hours or days that run round the clock",
                )


def _asked(flow: Flow) -> Iterator[Finding]:
    """Conditions that ask for what cannot be."""
    for axis, condition in flow.applies.selector.items():
        yield from _condition(axis, axis, condition, flow.declared)
    for edge in flow.edges:
        for name, condition in edge.when.items():
            yield from _condition(f"{edge.from_} → {edge.to}", name, condition, flow.declared)


def _condition(where: str, name: str, condition: Condition, declared: Mapping[str, Fact]) -> Iterator[Finding]:
    fact = declared.get(name)
    if fact is None:
        yield finding(
            where,
            "unknown_fact",
            f"没有事实“{name}”：请改名，或在 facts 中声明",
            f"there is no fact '{name}': correct it or declare it under facts",
        )
        return
    choice = fact.kind is FactKind.CHOICE
    wrong = isinstance(condition, Bounds) if choice else not isinstance(condition, Bounds) or condition.unreadable(fact)
    if wrong:
        yield finding(
            where,
            "condition_shape",
            f"“{name}”的条件写法不对：选项写值，数字与时长写范围",
            f"the condition on '{name}' has the wrong shape: values for a choice, bounds for numbers and lengths",
        )
    for value in sorted(set(_values(condition)) - fact.values) if choice else ():
        yield finding(
            where,
            "unknown_value",
            f"“{name}”没有值“{value}”：请从 {', '.join(sorted(fact.values))} 中选",
            f"'{name}' has no value '{value}': use one of {', '.join(sorted(fact.values))}",
        )


def _budgeted(flow: Flow, promise: Promise) -> Iterator[Finding]:
    fit = fits(flow, promise)
    if not fit.kind:
        yield finding(
            "serves",
            "promise_without_length",
            f"承诺“{promise.code}”没有可加的时限：请选按时间或工作日计的承诺",
            f"the promise '{promise.code}' has no length to add up to: choose one in time or working days",
        )
    elif fit.strangers:
        names = ", ".join(fit.strangers)
        yield finding(
            names,
            "budget_units",
            "时限与承诺的时间种类不同，无法相加：请统一为小时、工作小时或工作日",
            "the budget is of another kind of time than the promise: state all in hours, working hours or working days",
        )
    elif not fit.holds:
        path, reserve = " → ".join(fit.path), f"{flow.serves.reserve:g}"
        total, promised, room = (span(length, fit.kind) for length in (fit.total, fit.promised, fit.room))
        yield finding(
            path,
            "budget_exceeded",
            f"工序时限之和 {total.zh} 超过承诺 {promised.zh} 扣除 {reserve}% 预留后的 {room.zh}：请压缩工序或改配承诺",
            f"the stages take {total.en}, more than the {room.en} that the promise of {promised.en} leaves after a reserve of"
            f" {reserve} %: shorten a stage or serve another promise",
        )


def span(length: Fraction, kind: str) -> Text:
    """A length as hours and minutes, e.g. `18:00`, from three days on with its days; working days as their number."""
    if kind == "working days":
        return Text(zh=f"{float(length):g} 个工作日", en=f"{float(length):g} working days")
    minutes = round(length / 60)
    days, hours = (minutes // DAY, minutes % DAY // 60) if minutes >= 3 * DAY and kind == "time" else (0, minutes // 60)
    clock = "" if days and not minutes % DAY else f"{hours}:{minutes % 60:02}"
    if not days:
        return Text(zh=clock, en=clock)
    return Text(zh=f"{days} 天 {clock}".strip(), en=f"{days} days {clock}".strip())
