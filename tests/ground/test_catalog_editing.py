"""Changing a flow step by step, reading conditions, comparing versions, laying out: pure."""

from __future__ import annotations

import copy
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kapok.ground.catalog import editing
from kapok.ground.catalog.cast import FLOWS, INSTALL, REPAIR
from kapok.ground.catalog.conditions import BadCondition, read_out, understood, written
from kapok.ground.catalog.difference import differences
from kapok.ground.catalog.graph import structure
from kapok.ground.catalog.layout import lay_out
from kapok.ground.catalog.rules import next_stages
from kapok.ground.catalog.template import parse
from kapok.kernel.promises import FACTS
from tests.ground.catalog_flows import flows

Document = dict[str, Any]


def found(document: Document) -> list[tuple[str, str]]:
    return [(each.where, each.code) for each in structure(parse(document))]


def complete(document: Document) -> Document:
    """With a condition wherever a new branch still lacks one."""
    document = copy.deepcopy(document)
    for edge in document["edges"]:
        if edge.get("when") == {}:
            edge["when"] = {"outage": ["total"]}
    return document


def test_a_stage_is_put_after_another() -> None:
    document = editing.insert_after(INSTALL, "accept")
    assert found(document) == []
    assert next_stages(parse(document), {"accept"}, {}) == ("stage-1",)
    assert next_stages(parse(document), {"accept", "stage-1"}, {}) == ("assign",)
    assert "stage-1" not in {node["code"] for node in INSTALL["nodes"]}


def test_a_stage_is_put_beside_another_at_the_same_time() -> None:
    document = editing.beside(INSTALL, "assign", "split")
    assert found(document) == [("visit → assign", "return_astray")]
    document = editing.beside(
        editing.disconnect(editing.disconnect(INSTALL, "visit", "assign"), "test", "visit"), "visit", "split"
    )
    assert found(document) == []
    done = {"accept", "assign", "configure", "appoint"}
    assert next_stages(parse(document), done, {}) == ("visit", "stage-1")
    assert next_stages(parse(document), done | {"visit"}, {}) == ("stage-1",)


def test_a_third_branch_joins_the_split_that_is_there() -> None:
    document = editing.beside(INSTALL, "configure", "split")
    assert found(document) == []
    assert next_stages(parse(document), {"accept", "assign"}, {}) == ("configure", "appoint", "stage-1")
    assert len(document["nodes"]) == len(INSTALL["nodes"]) + 1


def test_a_stage_instead_of_another_needs_its_condition() -> None:
    document = editing.beside(INSTALL, "visit", "choice")
    assert found(document) == [("choice-1", "choice_open")]
    done = {"accept", "assign", "configure", "appoint"}
    assert next_stages(parse(complete(document)), done, {"outage": "total"}) == ("stage-1",)
    assert next_stages(parse(complete(document)), done, {}) == ("visit",)


def test_removing_a_branch_dissolves_the_gates_that_part_nothing_any_more() -> None:
    document = editing.remove(INSTALL, "configure")
    assert found(document) == []
    assert {node["kind"] for node in document["nodes"]} == {"start", "stage", "end"}
    assert next_stages(parse(document), {"accept", "assign"}, {}) == ("appoint",)


def test_removing_an_alternative_leaves_the_way_past_it() -> None:
    document = editing.remove(editing.remove(REPAIR, "contact"), "drop")
    assert found(document) == []
    assert next_stages(parse(document), {"accept", "dispatch"}, {}) == ("test",)


@settings(max_examples=60)
@given(flows(), st.data())
def test_any_step_keeps_a_sound_flow_sound(document: Document, data: st.DataObject) -> None:
    stages = [node["code"] for node in document["nodes"] if node["kind"] == "stage"]
    code, other = data.draw(st.sampled_from(stages)), data.draw(st.sampled_from(stages))
    steps = {
        "after": lambda: editing.insert_after(document, code),
        "split": lambda: editing.beside(document, code, "split"),
        "choice": lambda: editing.beside(document, code, "choice"),
        "swap": lambda: editing.swap(document, code, other),
    }
    if len(stages) > 1:
        steps["remove"] = lambda: editing.remove(document, code)
    before = copy.deepcopy(document)
    assert found(complete(steps[data.draw(st.sampled_from(sorted(steps)))]())) == []
    assert document == before


def test_ways_and_nodes_are_added_and_taken_away() -> None:
    document = editing.connect(REPAIR, "drop", "contact", {"zh": "退", "en": "again"})
    assert found(document) == []
    assert editing.disconnect(document, "drop", "contact") == REPAIR
    grown = editing.add_node(editing.add_node(REPAIR, "split"), "stage")
    assert found(grown) == [
        ("split-1", "ways_in"),
        ("split-1", "ways_out"),
        ("stage-1", "ways_in"),
        ("stage-1", "ways_out"),
    ]
    assert editing.drop_node(editing.drop_node(grown, "split-1"), "stage-1") == REPAIR
    assert found(editing.drop_node(REPAIR, "test"))[0][1] == "ways_out"


# ---- conditions ----


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("fault_kind: cable, exchange", {"fault_kind": ["cable", "exchange"]}),
        ("fault_kind：cable、exchange；lines：＞10", {"fault_kind": ["cable", "exchange"], "lines": {"above": "10"}}),
        ("lines: >= 10, < 20", {"lines": {"at_least": "10", "below": "20"}}),
        ("unavailability: > 24 hours", {"unavailability": {"above": "24 hours"}}),
        (" ; ", {}),
    ],
)
def test_a_condition_is_read_as_it_is_typed(typed: str, means: Document) -> None:
    assert understood(typed) == means


@pytest.mark.parametrize("typed", ["cable", "fault_kind:", ": cable", "lines: > 1, 2", "lines: > 1, > 2"])
def test_what_is_no_condition_is_refused(typed: str) -> None:
    with pytest.raises(BadCondition, match="is no condition"):
        understood(typed)


@pytest.mark.parametrize("document", FLOWS, ids=lambda each: each["code"])
def test_conditions_survive_being_shown_and_typed_again(document: Document) -> None:
    for edge in parse(document).edges:
        assert understood(written(edge.when)) == {name: list(values) for name, values in edge.when.items()}


def test_bounds_survive_too_and_are_read_out() -> None:
    document = copy.deepcopy(REPAIR)
    document["edges"][3]["when"] = {"lines": {"above": "10", "at_most": "20"}, "outage": ["total"]}
    when = parse(document).edges[3].when
    assert written(when) == "lines: > 10, <= 20; outage: total"
    assert understood(written(when)) == {"lines": {"above": "10", "at_most": "20"}, "outage": ["total"]}
    assert read_out(when, FACTS).zh == "线路数 > 10, <= 20；中断程度：全断"
    assert read_out(when, FACTS, named=False).en == "lines > 10, <= 20; total"
    assert read_out({"colour": ("red_one",)}, FACTS).en == "colour: red one"


# ---- differences ----


def test_a_flow_does_not_differ_from_itself() -> None:
    assert all(differences(parse(each), parse(each)) == [] for each in FLOWS)


def test_every_change_is_named_with_before_and_after() -> None:
    new = editing.insert_after(REPAIR, "accept") | {
        "serves": {"pack": "guangzhou-pledges", "code": "repair", "reserve": "20"}
    }
    new["nodes"][1] |= {
        "budget": "20 minutes",
        "holds": False,
        "unit": "dispatch",
        "evidence": [{"zh": "甲", "en": "A"}],
    }
    said = [
        (each.where.en, each.what.en, each.before.en, each.after.en) for each in differences(parse(REPAIR), parse(new))
    ]
    assert said == [
        ("flow", "reserve", "25 %", "20 %"),
        ("Accept, line test, pre-handle", "held by", "hotline", "dispatch"),
        ("Accept, line test, pre-handle", "budget", "30 minutes", "20 minutes"),
        ("Accept, line test, pre-handle", "evidence", "—", "A"),
        ("Accept, line test, pre-handle", "the customer may pause it", "yes", "no"),
        ("New stage", "node", "—", "New stage"),
        ("accept → dispatch", "way", "there", "—"),
        ("stage-1 → dispatch", "way", "—", "there"),
        ("accept → stage-1", "way", "—", "there"),
    ]
    back = [
        (each.before.en, each.after.en)
        for each in differences(parse(REPAIR), parse(REPAIR | {"edges": REPAIR["edges"][:-1]}))
    ]
    assert back == [("return: the customer did not confirm", "—")]


# ---- layout ----


def assert_well_laid_out(document: Document) -> None:
    layout = lay_out(parse(document))
    boxes = list(layout.boxes.values())
    for one, other in combinations(boxes, 2):
        apart = (
            one.right < other.x or other.right < one.x or one.y + one.height < other.y or other.y + other.height < one.y
        )
        assert apart, (one, other)
    for box in boxes:
        assert box.x >= 0
        assert box.right <= layout.width
        assert box.y + box.height <= layout.height
        lane = next(lane for lane in layout.lanes if lane.y <= box.middle < lane.y + lane.height)
        assert getattr(box.node, "holder", lane.holder) == lane.holder
    for route in layout.routes:
        for (x, y), (to_x, to_y) in zip(route.points, route.points[1:], strict=False):
            assert x == to_x or y == to_y, route


@pytest.mark.parametrize("document", FLOWS, ids=lambda each: each["code"])
def test_nothing_overlaps_in_the_picture(document: Document) -> None:
    assert_well_laid_out(document)


@settings(max_examples=40)
@given(flows())
def test_nothing_overlaps_in_the_picture_of_any_flow(document: Document) -> None:
    assert_well_laid_out(document)
    for route in lay_out(parse(document)).routes:
        middle = [(x, y) for x, y in route.points[1:-1]]
        boxes = lay_out(parse(document)).boxes.values()
        assert not [box for box in boxes for x, y in middle if box.x < x < box.right and box.y < y < box.y + box.height]


def test_a_draft_that_goes_round_in_a_circle_is_laid_out_too() -> None:
    assert_well_laid_out(
        editing.connect(REPAIR, "test", "dispatch")
        | {"edges": [*REPAIR["edges"][:-2], {"from": "test", "to": "dispatch"}]}
    )
