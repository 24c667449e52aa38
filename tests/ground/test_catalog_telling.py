"""What a stage may tell of its matter when it is delivered: checked, compared, exchanged. Pure."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kapok.ground.catalog import bpmn, telling
from kapok.ground.catalog.cast import FLOWS, REPAIR, REPLY
from kapok.ground.catalog.difference import differences
from kapok.ground.catalog.template import Line, Unreadable, parse
from kapok.ground.work import rules as work
from kapok.kernel.promises import EVENTS, find, load

PACK = load(find("guangzhou-pledges"))


def telling_of(kinds: Any, document: dict[str, Any] = REPAIR) -> dict[str, Any]:
    """The flow whose first stage tells these."""
    document = copy.deepcopy(document)
    document["nodes"][1]["event"] = kinds
    return document


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("fault.restored", None),
        (["fault.repaired", "customer.informed"], None),
        ("visit.started", None),
        ("service.resumed", None),
        ("fault.reported", "event_not_told"),
        ("fault.cancelled", "event_not_told"),
        ("fault.reopened", "event_not_told"),
        ("complaint.withdrawn", "event_not_told"),
        ("customer.deferred", "event_not_told"),
        ("visit.missed_by_customer", "event_not_told"),
        ("handoff.delivered", "event_not_told"),
        ("clock.paused", "event_not_told"),
        ("matter.changed", "event_not_told"),
        ("hindrance.began", "event_not_told"),
        ("order.completed", "event_of_another_line"),
        ("appeal.answered", "event_of_another_line"),
    ],
)
def test_a_stage_tells_what_was_done_and_nothing_else(kind: Any, found: str | None) -> None:
    findings = list(telling.findings(parse(telling_of(kind))))
    assert [each.code for each in findings] == ([found] if found else [])
    for each in findings:
        name = EVENTS[kind]
        assert name.zh in each.text.zh
        assert name.en in each.text.en
        assert each.where == "accept"


def test_an_event_that_is_none_is_refused_when_the_flow_is_drafted() -> None:
    with pytest.raises(Unreadable) as refused:
        parse(telling_of("fault.repared"))
    (finding,) = refused.value.findings
    assert finding.where == "accept"
    assert "fault.repaired" in finding.text.en
    assert "fault.repaired" in finding.text.zh


def test_what_begins_or_cancels_a_matter_at_work_is_never_told() -> None:
    assert not any(telling.tellable(kind) for kind in work.CANCELS | work.REOPENS)
    assert all(telling.tellable(kind) for kind in work.CONFIRMS)
    assert set(EVENTS) >= telling.BEGINS | telling.STOPS
    assert {each.line for each in work.MATTERS.values()} == set(Line)
    for kind in work.MATTERS:
        assert kind in telling.MATTERS[work.line_of(kind, {})]
    assert "complaint" in telling.MATTERS[work.line_of("complaint", {"complaint_kind": "network"})]


def test_nothing_is_told_that_only_another_kind_of_matter_meets_with() -> None:
    stage = parse(telling_of(["fault.repaired", "customer.informed"])).stages["accept"]
    assert telling.told(stage, "fault") == ("fault.repaired", "customer.informed")
    assert telling.told(stage, "complaint") == ("customer.informed",)
    assert telling.told(stage, "case") == ("fault.repaired", "customer.informed")


def test_the_flows_of_the_demonstration_close_what_they_serve() -> None:
    for document in FLOWS:
        flow = parse(document)
        told = {kind for stage in flow.stages.values() for kind in stage.event}
        promise = PACK.by_code[flow.serves.code][0]
        assert told & set(promise.closes), flow.code
        assert told & work.CONFIRMS, flow.code
        assert not list(telling.findings(flow))


def test_it_goes_to_bpmn_and_back() -> None:
    for kinds in ("fault.repaired", ["fault.repaired", "customer.informed"]):
        flow = parse(telling_of(kinds))
        back = bpmn.read(bpmn.write(flow, {}), basis={}, units={})
        assert parse(back) == flow


def test_a_comparison_names_the_event() -> None:
    before = parse(telling_of("request.acknowledged", REPLY))
    (changed,) = differences(before, parse(telling_of(["request.answered", "customer.informed"], REPLY)))
    assert (changed.what.en, changed.before.en) == ("tells of the matter", EVENTS["request.acknowledged"].en)
    assert EVENTS["request.answered"].zh in changed.after.zh
    assert EVENTS["customer.informed"].zh in changed.after.zh
