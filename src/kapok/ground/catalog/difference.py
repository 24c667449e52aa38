"""What one version of a flow says otherwise than another. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kapok.ground.catalog.conditions import read_out
from kapok.ground.catalog.offering.document import ENDS, End
from kapok.ground.catalog.template import ADDRESSEES, LINES, STEPS, Edge, Flow, Gate, Stage
from kapok.kernel.promises import EVENTS
from kapok.kernel.text import Text, joined, same

NOTHING = Text(zh="—", en="—")
FIELDS = {
    "title": Text(zh="名称", en="title"),
    "told": Text(zh="告知客户", en="the customer is told"),
    "holder": Text(zh="承办", en="held by"),
    "addressee": Text(zh="指名派给", en="offered by name to"),
    "budget": Text(zh="时限", en="budget"),
    "evidence": Text(zh="交付凭据", en="evidence"),
    "event": Text(zh="交付登记的事件", en="tells of the matter"),
    "accept_within": Text(zh="接受时限", en="accepted within"),
    "urgent_accept_within": Text(zh="加急接受时限", en="accepted within if urgent"),
    "holds": Text(zh="客户原因可暂停", en="the customer may pause it"),
    "end": Text(zh="在哪一端", en="at which end"),
    "runs": Text(zh="系统代办", en="done by the system"),
}
YES, NO = Text(zh="是", en="yes"), Text(zh="否", en="no")


@dataclass(frozen=True)
class Difference:
    """One thing that changed: where, what of it, and how it was and is."""

    where: Text
    what: Text
    before: Text
    after: Text


def differences(old: Flow, new: Flow) -> list[Difference]:
    """Everything that changed from one version to the other."""
    return [*_heads(old, new), *_nodes(old, new), *_ways(old, new)]


def _heads(old: Flow, new: Flow) -> Iterator[Difference]:
    where = Text(zh="流程", en="flow")
    rows = (
        (FIELDS["title"], lambda flow: flow.title),
        (Text(zh="线", en="line"), lambda flow: LINES[flow.line]),
        (Text(zh="所配承诺", en="promise served"), lambda flow: same(f"{flow.serves.pack} / {flow.serves.code}")),
        (Text(zh="预留", en="reserve"), lambda flow: same(f"{flow.serves.reserve} %")),
        (Text(zh="适用范围", en="applies to"), lambda flow: read_out(flow.applies.selector, flow.declared)),
    )
    for what, read in rows:
        if read(old) != read(new):
            yield Difference(where, what, read(old), read(new))


def _nodes(old: Flow, new: Flow) -> Iterator[Difference]:
    before, after = ({node.code: node for node in flow.nodes} for flow in (old, new))
    for code in dict.fromkeys([*before, *after]):
        one, other = before.get(code), after.get(code)
        if one is None or other is None or one.kind != other.kind:
            known = other or one
            where = known.title if known and known.title else same(code)
            yield Difference(where, Text(zh="节点", en="node"), _present(one), _present(other))
        elif isinstance(one, Stage) and isinstance(other, Stage):
            yield from _stage(one, other)


def _present(node: Stage | Gate | None) -> Text:
    return NOTHING if node is None else node.title or same(node.code)


def _stage(one: Stage, other: Stage) -> Iterator[Difference]:
    for name, what in FIELDS.items():
        before, after = (_said(_named(name, getattr(stage, name))) for stage in (one, other))
        if before != after:
            yield Difference(other.title, what, before, after)


def _named(field: str, value: Any) -> Any:
    """Events, steps and addressees by their names."""
    match field:
        case "event":
            return tuple(EVENTS[kind] for kind in value)
        case "end":
            return ENDS[End(value)] if value else value
        case "runs":
            return STEPS.get(value, value)
        case "addressee":
            return ADDRESSEES.get(value, value)
        case _:
            return value


def _said(value: Any) -> Text:
    match value:
        case Text():
            return value
        case bool():
            return YES if value else NO
        case tuple():
            return joined(value) if value else NOTHING
        case None | "":
            return NOTHING
        case str():
            return same(value)
        case _:
            words: Text = value.text
            return words


def _ways(old: Flow, new: Flow) -> Iterator[Difference]:
    before, after = ({(edge.from_, edge.to): edge for edge in flow.edges} for flow in (old, new))
    for pair in dict.fromkeys([*before, *after]):
        one, other = before.get(pair), after.get(pair)
        if one != other:
            yield Difference(same(" → ".join(pair)), Text(zh="连线", en="way"), _way(one, old), _way(other, new))


def _way(edge: Edge | None, flow: Flow) -> Text:
    if edge is None:
        return NOTHING
    if edge.returns is not None:
        return Text(zh=f"退回：{edge.returns.zh}", en=f"return: {edge.returns.en}")
    if edge.otherwise:
        return Text(zh="否则", en="otherwise")
    return read_out(edge.when, flow.declared) if edge.when else Text(zh="有", en="there")
