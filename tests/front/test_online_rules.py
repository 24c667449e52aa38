"""The web as a channel, purely: through which channel one comes, who is asked first, what a customer may order alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kapok.front.channels.online.rules import (
    TOPICS,
    Shown,
    Topic,
    asked_first,
    channel_of,
    manager_first,
    may_alone,
    shown_as,
    to_answer,
)
from kapok.front.channels.rules import USED, Caller, Channel, Kind, Medium, Rule
from tests.front.test_channels_rules import BANK, HOME, SHOP, agent


@pytest.mark.parametrize(
    ("segment", "channel"),
    [
        ("public", Channel.PUBLIC),
        ("business", Channel.BUSINESS),
        ("key_account", Channel.KEY_ACCOUNT),
        ("", Channel.PUBLIC),
    ],
)
def test_one_comes_through_the_channel_of_ones_segment_and_it_has_the_web(segment: str, channel: Channel) -> None:
    assert channel_of(segment) is channel
    assert Medium.WEB in USED[channel]


def test_r2_and_r5_only_a_firms_account_manager_is_to_answer_for_it() -> None:
    for caller, manager, rule in ((BANK, "keyaccount", Rule.R2), (replace(SHOP, manager="ye"), "ye", Rule.R5)):
        found = manager_first(caller)
        assert found is not None
        assert (found[0], found[1].rule, to_answer(caller)) == (manager, rule, manager)
    for caller in (replace(HOME, manager="ye"), replace(SHOP, manager=""), Caller()):
        assert (manager_first(caller), to_answer(caller)) == (None, "")


def test_r8_the_longest_idle_with_the_skill_then_anybody_then_who_is_busy_by_name() -> None:
    def first(*agents: object, skill: str = "fault") -> str:
        found = asked_first(agents, skill)  # type: ignore[arg-type]
        return found[0] if found else ""

    assert first(agent("lin", 5, "fault"), agent("wu", 9)) == "lin"
    assert first(agent("lin", 5), agent("wu", 9)) == "wu"
    assert first(agent("wu", None), agent("lin", None)) == "lin"
    assert first() == ""


@pytest.mark.parametrize(
    ("action", "state", "reason", "may"),
    [
        ("change", "active", "", True), ("suspend", "active", "", True), ("resume", "active", "", False),
        ("resume", "suspended", "customer_wish", True), ("resume", "suspended", "arrears", False),
        ("resume", "suspended", "", False),
        ("suspend", "suspended", "", False),
        ("cease", "active", "", False), ("move", "active", "", False), ("change", "terminated", "", False),
        ("change", "designed", "", False), ("", "active", "", False),
    ],
)  # fmt: skip
def test_a_customer_changes_suspends_and_resumes_alone_what_they_suspended(
    action: str, state: str, reason: str, may: bool
) -> None:
    assert may_alone(action, state, reason) is may


def test_who_answers_is_called_as_the_operator_rules() -> None:
    assert [shown_as(how, "欧阳慧", "keyaccount") for how in Shown] == ["欧阳慧", "keyaccount", ""]


def test_every_topic_is_one_kind_and_says_nothing_personal() -> None:
    assert {topic: TOPICS[topic].kind for topic in Topic} == {
        Topic.QUESTION: Kind.REQUEST, Topic.WISH: Kind.REQUEST, Topic.FAULT: Kind.FAULT, Topic.BILL: Kind.COMPLAINT,
        Topic.NETWORK: Kind.COMPLAINT, Topic.COMPLAINT: Kind.COMPLAINT,
    }  # fmt: skip
    kinds = {topic: TOPICS[topic].complaint_kind for topic in Topic if TOPICS[topic].complaint_kind}
    assert kinds == {Topic.NETWORK: "network", Topic.BILL: "billing", Topic.COMPLAINT: "attitude"}
