"""Which events the delivery of a stage may tell of its matter. Pure.

A stage tells what has been achieved. What begins a matter, ends it unachieved or stops its clocks is noted by a person each time:
a flow that did it by itself would make promises pass unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kapok.ground.catalog.template import LINES, Finding, Flow, Line, Stage
from kapok.kernel.promises import EVENTS
from kapok.kernel.text import Text

MATTERS: Mapping[Line, frozenset[str]] = {
    Line.FULFILMENT: frozenset({"order", "request"}),
    Line.ASSURANCE: frozenset({"fault", "outage", "incident", "complaint"}),
    Line.SUPERVISION: frozenset({"complaint", "appeal"}),
}
"""The kinds of matters that each line takes."""
OF_MATTERS = frozenset[str]().union(*MATTERS.values())

BEGINS = frozenset(
    [
        "order.requested",
        "order.accepted",
        "order.paid",
        "request.received",
        "fault.reported",
        "fault.detected",
        "outage.announced",
        "outage.started",
        "incident.occurred",
        "incident.discovered",
        "complaint.received",
        "appeal.filed",
    ]
)
"""A matter begins with these."""
ENDS = frozenset({"cancelled", "withdrawn", "refused", "reopened"})
"""The last word of the events by which a matter ends unachieved, or begins again."""
STOPS = frozenset(
    [
        "customer.deferred",
        "customer.refused_access",
        "visit.declined",
        "visit.missed_by_customer",
        "visit.cancelled_by_customer",
    ]
)
"""What the customer causes: clocks stand still from then on."""
BY_OTHERS = frozenset({"handoff", "clock", "matter", "hindrance", "month", "call"})
"""Of these subjects others tell."""


def tellable(kind: str) -> bool:
    """Whether a stage may tell this event."""
    subject, _, what = kind.partition(".")
    ends = subject in OF_MATTERS and what in ENDS
    return kind in EVENTS and kind not in BEGINS | STOPS and subject not in BY_OTHERS and not ends


def told(stage: Stage, matter: str) -> tuple[str, ...]:
    """What the stage tells of a matter of that kind (`fault`, `order` …): nothing that only happens to another kind."""
    others = OF_MATTERS - {matter} if matter in OF_MATTERS else frozenset[str]()
    return tuple(kind for kind in stage.event if kind.partition(".")[0] not in others)


def findings(flow: Flow) -> Iterator[Finding]:
    """The events that the stages of this flow cannot tell."""
    for code, stage in flow.stages.items():
        for kind in stage.event:
            subject = kind.partition(".")[0]
            if not tellable(kind):
                yield Finding(code, "event_not_told", _not_told(code, kind))
            elif subject in OF_MATTERS - MATTERS[flow.line]:
                yield Finding(code, "event_of_another_line", _elsewhere(code, kind, flow.line))


def _not_told(where: str, kind: str) -> Text:
    name = EVENTS[kind]
    return Text(
        zh=f"{where}：工序交付时不能登记“{name.zh}”（{kind}）。事项的开始、撤销和客户原因须由人逐次登记：请改用表示完成的事件",
        en=f"{where}: the delivery of a stage cannot tell '{name.en}' ({kind}): what begins or cancels a matter or stops its clocks"
        " is noted by a person each time; use an event that says what was done",
    )


def _elsewhere(where: str, kind: str, line: Line) -> Text:
    name, on = EVENTS[kind], LINES[line]
    return Text(
        zh=f"{where}：“{name.zh}”（{kind}）不会发生在{on.zh}线的事项上：请改用本线的事件",
        en=f"{where}: '{name.en}' ({kind}) does not happen to matters of {on.en}: use an event of this line",
    )
