"""What a page shows of a flow: the picture, the sums against the promise, the stages, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from django.utils.safestring import SafeString

from kapok.edges.console.flows.drawing import draw
from kapok.ground.catalog import checking, rules
from kapok.ground.catalog.conditions import read_out
from kapok.ground.catalog.graph import Graph
from kapok.ground.catalog.informing import words_for
from kapok.ground.catalog.template import ADDRESSEES, STEPS, Finding, Flow, Stage
from kapok.ground.people import queries as people
from kapok.ground.posts import queries as posts
from kapok.kernel.promises import EVENTS
from kapok.kernel.text import Language, Text

FULL = 1000
"""The width of the bar that stands for the promise."""


@dataclass(frozen=True)
class Sums:
    """The longest path against what the promise leaves, in words and as widths of a bar."""

    path: str
    total: str
    room: str
    promised: str
    reserve: str
    holds: bool
    used: int
    limit: int


@dataclass(frozen=True)
class Row:
    """One stage of the table."""

    stage: Stage
    holder: Text
    addressee: Text | None
    budget: Text | None
    critical: bool
    tells: tuple[Text, ...]
    returns: tuple[tuple[Text, Text], ...]
    runs: Text | None
    told: Text


@dataclass(frozen=True)
class Shown:
    """A flow for a page."""

    flow: Flow
    picture: SafeString
    sums: Sums | None
    rows: list[Row]
    findings: tuple[Finding, ...]


def unit_names() -> dict[str, Text]:
    """What the living units are called."""
    return {unit.code: unit.name for unit in people.unit_tree()}


def holder_names() -> dict[str, Text]:
    """What holders of stages are called: units by their code, skills as `skill:…`."""
    return unit_names() | {f"skill:{code}": title for code, title in posts.skill_titles().items()}


def shown(flow: Flow, language: Language, *, checked: bool) -> Shown:
    """The flow for a page; `checked` also asks what keeps it from being published."""
    fit, names = checking.fit(flow), holder_names()
    along = fit.along if fit else ()
    return Shown(
        flow=flow,
        picture=draw(flow, along=along, names=names, language=language),
        sums=_sums(flow, fit, language) if fit and fit.kind else None,
        rows=[_row(flow, code, along, names) for code in in_order(flow)],
        findings=checking.findings(flow) if checked else (),
    )


def in_order(flow: Flow) -> list[str]:
    """The stages in the order of the flow; what goes round in a circle comes last."""
    ordered = [code for code in Graph(flow).order if code in flow.stages]
    return [*ordered, *(code for code in flow.stages if code not in ordered)]


def _row(flow: Flow, code: str, along: tuple[str, ...], names: dict[str, Text]) -> Row:
    stage = flow.stages[code]
    return Row(
        stage=stage,
        holder=names.get(stage.holder, Text(zh=stage.holder or "—", en=stage.holder or "—")),
        addressee=ADDRESSEES.get(stage.addressee),
        budget=stage.budget.text if stage.budget else None,
        critical=code in along,
        tells=tuple(EVENTS[kind] for kind in stage.event),
        returns=tuple((_title(flow, to), why) for to, why in rules.ways_back(flow, code).items()),
        runs=STEPS.get(stage.runs),
        told=words_for(stage),
    )


def _title(flow: Flow, code: str) -> Text:
    return flow.stages[code].title if code in flow.stages else Text(zh=code, en=code)


def _sums(flow: Flow, fit: rules.Fit, language: Language) -> Sums:
    whole = max(fit.promised, fit.total, Fraction(1))
    return Sums(
        path=" → ".join(flow.stages[code].title.in_(language) for code in fit.path),
        total=rules.span(fit.total, fit.kind).in_(language),
        room=rules.span(fit.room, fit.kind).in_(language),
        promised=rules.span(fit.promised, fit.kind).in_(language),
        reserve=f"{flow.serves.reserve:g} %",
        holds=fit.holds,
        used=int(FULL * fit.total / whole),
        limit=int(FULL * fit.room / whole),
    )


def applies(flow: Flow) -> Text:
    """To which matters a flow applies, in words; empty for all."""
    return read_out(flow.applies.selector, flow.declared)
