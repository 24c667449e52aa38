"""What customers are told of a stage: the flow's own words, else plain ones by what the stage does."""

from __future__ import annotations

from typing import Any

import pytest

from kapok.ground.catalog.cast import FLOWS
from kapok.ground.catalog.informing import BY_EVENT, BY_STEP, OTHERWISE, words_for
from kapok.ground.catalog.telling import tellable
from kapok.ground.catalog.template import STEPS, Line, Stage, parse
from kapok.kernel.text import Text

OWN = Text(zh="我们给您打电话。", en="We call you.")


def stage(**more: Any) -> Stage:
    return Stage.model_validate({"code": "one", "title": {"zh": "工序", "en": "Stage"}} | more)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"told": {"zh": OWN.zh, "en": OWN.en}, "event": "visit.appointed", "runs": "test"}, OWN),
        ({"event": ["order.dispatched", "visit.appointed"], "runs": "test"}, BY_EVENT["visit.appointed"]),
        ({"event": ["order.tested", "order.completed"], "runs": "test"}, BY_STEP["test"]),
        ({"event": "order.configured"}, OTHERWISE),
        ({"runs": "pray"}, OTHERWISE),
        ({}, OTHERWISE),
    ],
)
def test_the_flows_own_words_go_before_plain_ones(said: dict[str, Any], words: Text) -> None:
    assert words_for(stage(**said)) == words


def test_there_are_plain_words_for_every_step_and_only_for_what_a_stage_may_tell() -> None:
    assert set(BY_STEP) == set(STEPS)
    assert [kind for kind in BY_EVENT if not tellable(kind)] == []


def test_the_shipped_flows_say_it_of_every_stage_that_a_customer_follows() -> None:
    flows = [flow for flow in map(parse, FLOWS) if flow.line is Line.FULFILMENT]
    assert len(flows) == 17
    silent = [(flow.code, code) for flow in flows for code, each in flow.stages.items() if each.told is None]
    assert silent == []


def test_words_in_one_language_are_refused() -> None:
    with pytest.raises(ValueError, match="needs both languages"):
        stage(told={"zh": "我们给您打电话。", "en": " "})
