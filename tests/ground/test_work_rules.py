"""The rules of work, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kapok.ground.catalog.template import Line
from kapok.ground.work import rules, telling
from kapok.ground.work.refusals import (
    EvidenceMissing,
    InvalidFact,
    InvalidRating,
    NotAMatter,
    NoteMissing,
    PausesClocks,
    TitleMissing,
    UnknownKind,
)
from kapok.ground.work.rules import HandoffState, ItemState, Side
from kapok.kernel.promises import EVENTS
from kapok.kernel.text import Text

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def test_every_state_has_its_name_and_its_moves() -> None:
    assert set(rules.ITEM_MOVES) == set(rules.ITEM_STATES) == set(ItemState)
    assert set(rules.HANDOFF_MOVES) == set(rules.HANDOFF_STATES) == set(HandoffState)
    assert set(rules.WAYS) == set(rules.Way)
    assert set(rules.REASONS) == set(rules.Reason)
    assert set(rules.PARTS) == set(rules.Part)
    assert set(rules.SIDES) == set(Side)
    assert set(rules.MATTER_STATES) == set(rules.MatterState)


def test_work_can_always_come_to_an_end() -> None:
    for state in rules.LIVE:
        reached, more = {state}, {state}
        while more:
            more = {to for each in more for to in rules.ITEM_MOVES[each]} - reached
            reached |= more
        assert {ItemState.CONFIRMED, ItemState.WITHDRAWN} <= reached


def test_where_a_move_may_come_from() -> None:
    assert rules.item_sources(ItemState.CONFIRMED) == {ItemState.DELIVERED}
    assert rules.item_sources(ItemState.DELIVERED) == {ItemState.HELD}
    assert rules.handoff_sources(HandoffState.ACCEPTED) == {HandoffState.OFFERED}
    assert rules.handoff_sources(HandoffState.OVERRULED) == rules.UNSETTLED
    assert rules.alike(HandoffState.DISPUTED) == rules.UNSETTLED
    assert rules.alike(HandoffState.OFFERED) == {HandoffState.OFFERED}


def test_the_kind_of_a_matter_and_its_line() -> None:
    assert rules.kind_of("order.paid") == "order"
    with pytest.raises(NotAMatter, match="fault"):
        rules.kind_of("handoff.offered")
    assert rules.line_of("fault", {}) is Line.ASSURANCE
    assert rules.line_of("order", {}) is Line.FULFILMENT
    assert rules.line_of("complaint", {}) is Line.SUPERVISION
    assert rules.line_of("complaint", {"complaint_kind": "network"}) is Line.ASSURANCE
    for kind in ("billing", "attitude", "other", "urgent", "service"):
        assert rules.line_of("complaint", {"complaint_kind": kind}) is Line.SUPERVISION
    assert rules.subject_of("request", 2026, 41) == "request/R2026-000041"
    assert len({kind.letter for kind in rules.MATTERS.values()}) == len(rules.MATTERS)


def test_what_is_recorded_of_a_matter() -> None:
    rules.matter_event("fault.restored")
    for kind in ("fault.imagined", "handoff.accepted", "clock.paused"):
        with pytest.raises(UnknownKind):
            rules.matter_event(kind)
    assert set(EVENTS) >= rules.CANCELS | rules.CONFIRMS | rules.REOPENS | rules.PASSED_DOWN


def test_the_word_of_the_customer() -> None:
    def word(*kinds: str) -> Text | None:
        return rules.word([(kind, NOON) for kind in kinds], ZONE)

    assert word() is None
    assert word("fault.confirmed") == rules.CUSTOMER_CONFIRMED
    assert word("fault.confirmed", "fault.reopened") is None
    assert word("fault.confirmed", "fault.reopened", "fault.cancelled") == rules.CUSTOMER_CANCELLED
    assert word(*["work.customer_not_reached"] * 5) is None


@pytest.mark.parametrize(
    ("hours", "enough"),
    [
        ((0, 1, 25), False),  # the same hour of two days counts once
        ((0, 1, 26), True),
        ((0, 1, 2, 3), False),  # one day
        ((0, 24), False),
        ((0, 13, 14), True),  # the second day begins by the clock on the wall
    ],
)
def test_three_attempts_on_two_days_at_different_hours(hours: tuple[int, ...], enough: bool) -> None:
    attempts = [NOON + timedelta(hours=each) for each in hours]
    assert rules.tried_enough(attempts, ZONE) is enough
    found = rules.word([("work.customer_not_reached", each) for each in attempts], ZONE)
    assert found == (rules.CUSTOMER_OUT_OF_REACH if enough else None)


def test_who_loses() -> None:
    assert rules.loser(HandoffState.ACCEPTED) is Side.RECEIVER
    assert rules.loser(HandoffState.UPHELD) is Side.OFFERER
    assert rules.loser(HandoffState.OVERRULED) is Side.RECEIVER
    assert rules.loser(HandoffState.REFUSED) is None
    assert rules.verdict(Side.RECEIVER) is HandoffState.UPHELD
    assert rules.verdict(Side.OFFERER) is HandoffState.OVERRULED


def test_what_is_typed_in_is_tidied_or_refused() -> None:
    assert rules.tidy_title("  没有  拨号音 ") == "没有 拨号音"
    assert rules.tidy_note("  好的 ") == "好的"
    assert rules.tidy_note("", needed=False) == ""
    for title in ("", "x", "x" * 201):
        with pytest.raises(TitleMissing, match="200"):
            rules.tidy_title(title)
    for note, needed in (("", True), ("x", True), ("x" * 1001, False)):
        with pytest.raises(NoteMissing, match="1000"):
            rules.tidy_note(note, needed=needed)
    assert rules.rated(None) is None
    assert rules.rated(5) == 5
    for rating in (0, 6):
        with pytest.raises(InvalidRating):
            rules.rated(rating)


def test_evidence_is_asked_for_by_name() -> None:
    wanted = [Text(zh="照片", en="photo"), Text(zh="测试记录", en="test record")]
    assert rules.enough(["一张", " ", "记录 7"], wanted) == ["一张", "记录 7"]
    with pytest.raises(EvidenceMissing, match="photo, test record"):
        rules.enough(["一张"], wanted)
    assert rules.enough([], []) == []


def test_facts_are_known_ones_or_plain_names() -> None:
    assert rules.checked({"service": "mobile", "own_fact": 3, "lines": 4}) == {
        "service": "mobile",
        "own_fact": 3,
        "lines": 4,
    }
    with pytest.raises(InvalidFact, match="mobile"):
        rules.checked({"service": "telegraph"})
    with pytest.raises(InvalidFact):
        rules.checked({"no name": 1})
    assert rules.merged({"a": 1}, {"a": 2, "b": 3}, corrects=False) == {"a": 1, "b": 3}
    assert rules.merged({"a": 1}, {"a": 2, "b": 3}, corrects=True) == {"a": 2, "b": 3}


def test_what_may_be_said_of_a_matter_by_whom() -> None:
    assert set(EVENTS) >= telling.BY_HANDS
    assert not any(telling.pauses(kind) for kind in telling.BY_HANDS)
    assert not telling.BY_HANDS & (rules.CANCELS | rules.CONFIRMS | rules.REOPENS)
    telling.must_not_pause("fault.restored")
    with pytest.raises(PausesClocks):
        telling.must_not_pause("customer.deferred")
    said = [telling.may_tell("fault.confirmed", owner=owner) for owner in (True, False)]
    assert said == [True, False]
    assert telling.may_tell("fault.restored", owner=False)
    assert not telling.may_tell("customer.deferred", owner=True)
