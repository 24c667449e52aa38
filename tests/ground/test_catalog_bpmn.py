"""Flows as BPMN 2.0 files: nothing is lost on the way out and back, foreign files become drafts, hostile ones cost nothing."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kapok.ground.catalog import api as catalog
from kapok.ground.catalog import bpmn, checking, queries
from kapok.ground.catalog.bpmn.names import DIAGRAM, MODEL
from kapok.ground.catalog.cast import FLOWS, REPAIR
from kapok.ground.catalog.refusals import Unsupported
from kapok.ground.catalog.template import parse
from kapok.ground.people import demo as people_demo
from kapok.ground.posts import api as posts
from kapok.kernel.text import Text
from tests.ground.catalog_flows import flows
from tests.ground.conftest import AT, WHO

SERVES = {"pack": "guangzhou-pledges", "code": "repair"}
BASIS = {"code": "foreign", "line": "assurance", "serves": SERVES}

# In the shape in which bpmn.io's modeler exports.
FOREIGN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="Definitions_0x" targetNamespace="http://bpmn.io/schema/bpmn" exporter="Camunda Modeler" exporterVersion="5.20.0" modeler:executionPlatform="Camunda Cloud">
  <bpmn:collaboration id="Collaboration_1">
    <bpmn:participant id="Participant_1" name="Repair" processRef="Process_1" />
  </bpmn:collaboration>
  <bpmn:process id="Process_1" name="Line repair" isExecutable="true">
    <bpmn:laneSet id="LaneSet_1">
      <bpmn:lane id="Lane_1" name="Hotline Team">
        <bpmn:flowNodeRef>StartEvent_1</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>Activity_take</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>Gateway_1</bpmn:flowNodeRef>
      </bpmn:lane>
      <bpmn:lane id="Lane_2" name="Moon Base">
        <bpmn:flowNodeRef>Activity_a</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>Activity_b</bpmn:flowNodeRef>
      </bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="StartEvent_1"><bpmn:outgoing>Flow_1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="Flow_1" sourceRef="StartEvent_1" targetRef="Activity_take" />
    <bpmn:userTask id="Activity_take" name="Take the call">
      <bpmn:extensionElements><zeebe:formDefinition formKey="x" /></bpmn:extensionElements>
      <bpmn:incoming>Flow_1</bpmn:incoming><bpmn:outgoing>Flow_2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="Flow_2" sourceRef="Activity_take" targetRef="Gateway_1" />
    <bpmn:exclusiveGateway id="Gateway_1" name="Total?" default="Flow_4"><bpmn:incoming>Flow_2</bpmn:incoming></bpmn:exclusiveGateway>
    <bpmn:sequenceFlow id="Flow_3" name="yes" sourceRef="Gateway_1" targetRef="Activity_a" />
    <bpmn:sequenceFlow id="Flow_4" sourceRef="Gateway_1" targetRef="Activity_b" />
    <bpmn:task id="Activity_a" name="Repair at once" />
    <bpmn:task id="Activity_b" name="Repair" />
    <bpmn:sequenceFlow id="Flow_5" sourceRef="Activity_a" targetRef="Event_end" />
    <bpmn:sequenceFlow id="Flow_6" sourceRef="Activity_b" targetRef="Event_end" />
    <bpmn:endEvent id="Event_end" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="BPMNDiagram_1"><bpmndi:BPMNPlane id="BPMNPlane_1" bpmnElement="Collaboration_1">
    <bpmndi:BPMNShape id="Activity_a_di" bpmnElement="Activity_a"><dc:Bounds x="1" y="2" width="100" height="80" /></bpmndi:BPMNShape>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>"""  # noqa: E501  # as the tool writes it


def read(content: str | bytes, **basis: Any) -> dict[str, Any]:
    return bpmn.read(
        content.encode() if isinstance(content, str) else content, basis=basis, units={"Hotline Team": "hotline"}
    )


@pytest.mark.parametrize("document", FLOWS, ids=lambda each: each["code"])
def test_a_flow_comes_back_as_it_went_out(document: dict[str, Any]) -> None:
    flow = parse(document)
    assert parse(read(bpmn.write(flow, {}))) == flow


@settings(max_examples=40)
@given(flows())
def test_any_flow_comes_back_as_it_went_out(document: dict[str, Any]) -> None:
    flow = parse(document)
    assert parse(read(bpmn.write(flow, {}))) == flow


def test_every_part_is_drawn_and_named_once() -> None:
    root = ElementTree.fromstring(bpmn.write(parse(REPAIR), {}))
    process = root.find(f"{{{MODEL}}}process")
    assert process is not None
    parts = {
        each.get("id")
        for each in process.iter()
        if each.get("id") and each.tag.split("}")[1] not in {"process", "laneSet"}
    }
    drawn = {each.get("bpmnElement") for each in root.iter(f"{{{DIAGRAM}}}BPMNShape")}
    drawn |= {each.get("bpmnElement") for each in root.iter(f"{{{DIAGRAM}}}BPMNEdge")}
    assert parts <= drawn
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    ways = {each.get("id") for each in process.iter(f"{{{MODEL}}}sequenceFlow")}
    named = {each.text for tag in ("incoming", "outgoing") for each in process.iter(f"{{{MODEL}}}{tag}")}
    assert ways == named


def test_a_foreign_file_becomes_a_draft_that_lacks_what_bpmn_has_no_words_for() -> None:
    document = read(FOREIGN, **BASIS)
    flow = parse(document)
    assert (flow.code, flow.title.zh, list(flow.stages)) == (
        "foreign",
        "Line repair",
        ["Activity_take", "Activity_a", "Activity_b"],
    )
    assert [stage.unit for stage in flow.stages.values()] == ["hotline", "", ""]
    assert [(edge.label and edge.label.en, edge.otherwise) for edge in flow.edges[2:4]] == [
        ("yes", False),
        (None, True),
    ]


def test_a_renamed_element_keeps_its_new_name() -> None:
    written = bpmn.write(parse(REPAIR), {}).decode().replace('name="派单 / Dispatch"', 'name="Send out"')
    assert parse(read(written)).stages["dispatch"].title.en == "Send out"
    assert parse(read(written)).stages["accept"].title.zh == "受理、测试、预处理"


FOREIGN_CONDITION = "<bpmn:conditionExpression>${x}</bpmn:conditionExpression>"
TIMER = '<bpmn:boundaryEvent id="Timer_1" attachedToRef="Activity_a"><bpmn:timerEventDefinition /></bpmn:boundaryEvent>'


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('<bpmn:task id="Activity_a"', TIMER + '<bpmn:task id="Activity_a"', "line 28: boundaryEvent 'Timer_1' in process"),
        ("<bpmn:task ", "<bpmn:serviceTask ", "serviceTask 'Activity_a'"),
        ('<bpmn:endEvent id="Event_end" />', '<bpmn:endEvent id="e"><bpmn:terminateEventDefinition id="T"/></bpmn:endEvent>',
         "terminateEventDefinition 'T' in endEvent"),
        ('targetRef="Activity_a" />', f'targetRef="Activity_a">{FOREIGN_CONDITION}</bpmn:sequenceFlow>',
         "line 26: the conditionExpression of 'Flow_3'"),
        ('targetRef="Activity_a"', 'targetRef="Nowhere"', "line 26: sequenceFlow 'Flow_3': its targetRef leads to no node"),
        ('id="Activity_b"', 'id="Activity_a"', "stands twice"),
        ("</bpmn:collaboration>", '<bpmn:participant id="P2"/></bpmn:collaboration>', "participant 'P2' is one pool too many"),
        ("</bpmn:process>", '</bpmn:process><bpmn:process id="P2"/>', "exactly one process"),
        ("http://www.omg.org/spec/BPMN/20100524/MODEL", "urn:other", "not a BPMN 2.0 file"),
        ("</bpmn:process>", "", "not well-formed XML"),
        ("<bpmn:laneSet", '<kapok:flow xmlns:kapok="urn:kapok:bpmn:1"/><bpmn:laneSet', "flow in process is not supported"),
    ],
)  # fmt: skip
def test_what_a_flow_cannot_hold_is_refused_by_name_and_line(old: str, new: str, words: str) -> None:
    changed = FOREIGN.replace(old, new, 1)
    if new.startswith("<bpmn:serviceTask"):
        changed = re.sub(r"(Activity_a[^>]*)/>", r"\1/>", changed)
    assert changed != FOREIGN
    with pytest.raises(Unsupported) as refused:
        read(changed, **BASIS)
    assert words in refused.value.text.en
    assert "请" in refused.value.text.zh


def test_all_that_a_flow_cannot_hold_is_named_at_once() -> None:
    strangers = "".join(f'<bpmn:manualTask id="m{number}"/>' for number in range(14))
    with pytest.raises(Unsupported) as refused:
        read(FOREIGN.replace("</bpmn:process>", f"{strangers}</bpmn:process>"), **BASIS)
    lines = refused.value.text.en.splitlines()
    assert [f"manualTask 'm{number}'" in line for number, line in enumerate(lines[:12])] == [True] * 12
    assert lines[12:] == ["and 2 more"]
    assert refused.value.text.zh.splitlines()[12:] == ["另有 2 处"]


def test_a_gateway_that_joins_and_splits_is_refused() -> None:
    crossing = FOREIGN.replace("exclusiveGateway", "parallelGateway").replace(
        '<bpmn:sequenceFlow id="Flow_5" sourceRef="Activity_a" targetRef="Event_end" />',
        '<bpmn:sequenceFlow id="Flow_5" sourceRef="Activity_a" targetRef="Gateway_1" />',
    )
    with pytest.raises(Unsupported, match="both joins and splits"):
        read(crossing, **BASIS)


@pytest.mark.parametrize("said", ["{", "[]", '"x"', "[" * 100_000])
def test_a_broken_extension_is_refused(said: str) -> None:
    written = bpmn.write(parse(REPAIR), {}).decode()
    broken = re.sub(r"<kapok:node>.*?</kapok:node>", f"<kapok:node>{said}</kapok:node>", written, count=1)
    with pytest.raises(Unsupported, match="extension 'node' cannot be read"):
        read(broken)


@pytest.mark.parametrize(
    "hostile",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        "<x>" * 100_000,
        f"<x>{'<y/>' * 60_000}</x>",
        "<x" + " " * 3_000_000 + "/>",
        "", "\0", "\ufeff", "PK\x03\x04", '<?xml version="1.0" encoding="utf-99"?><x/>', "<x>&a;</x>",
    ],
    ids=range(11),
)  # fmt: skip
def test_a_hostile_file_is_refused(hostile: str) -> None:
    with pytest.raises(Unsupported):
        read(hostile, **BASIS)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_file_or_refused(content: bytes) -> None:
    with pytest.raises(Unsupported):
        read(content, **BASIS)


def test_a_file_is_imported_as_a_draft_and_published_when_complete(db: None) -> None:
    people_demo.load(AT)
    posts.define_skill(code="fibre", title=Text(zh="光纤熔接", en="Fibre splicing"), **WHO)
    assert catalog.import_bpmn(content=FOREIGN.encode(), **BASIS, **WHO) == "foreign"
    found = {(each.where, each.code) for each in checking.findings(queries.flow("foreign", 1))}
    assert ("Gateway_1", "choice_open") in found
    with pytest.raises(catalog.FlowRefused):
        catalog.publish_flow(code="foreign", revision=1, **WHO)
    assert catalog.import_bpmn(content=bpmn.write(parse(REPAIR), {}), **WHO) == "repair"
    assert catalog.publish_flow(code="repair", revision=1, **WHO) == 1


def test_a_file_without_code_or_line_needs_them(db: None) -> None:
    people_demo.load(AT)
    with pytest.raises(catalog.FlowRefused, match="'line' is missing"):
        catalog.import_bpmn(content=FOREIGN.encode(), code="foreign", **WHO)
    with pytest.raises(catalog.UnknownFlow):
        queries.versions("foreign")
