"""The rules of ordering, without a database: tables of moves, exceptions, the point of no return, back-off; random histories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapok.chain.ordering import rules
from kapok.chain.ordering.refusals import CancelRunning, NotAllowedNow, PastNoReturn, ReturnRunning
from kapok.chain.ordering.rules import Action, Clock, Deviation, State
from kapok.kernel.errors import KapokError
from kapok.kernel.promises import EVENTS, FACTS

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_actions_and_milestones_are_words_of_the_promises() -> None:
    assert {action.value for action in Action} <= FACTS["action"].values
    assert set(EVENTS) >= rules.COMMITS
    assert set(rules.ACTIONS) == set(Action)
    assert set(rules.FITTING) == set(Action) - {Action.INSTALL}


@pytest.mark.parametrize(
    ("line", "role", "kept"),
    [(3, "", "3"), (3, "end_a", "3.end_a"), (0, "", ""), (0, "end_a", "end_a"), (12, "a" * 40, "12." + "a" * 17)],
)
def test_a_role_says_for_which_line_something_was_taken(line: int, role: str, kept: str) -> None:
    assert rules.role_of(line, role) == kept
    assert rules.line_of(kept) == line


def test_the_states_are_those_of_the_open_interface() -> None:
    assert {state.value for state in State} == {
        "acknowledged", "rejected", "pending", "held", "inProgress", "cancelled", "completed", "failed", "partial",
        "assessingCancellation", "pendingCancellation",
    }  # fmt: skip
    assert set(rules.STATES) == set(State)
    assert set(rules.MOVES) == set(State) - {State.PARTIAL}
    assert all(not rules.MOVES[state] for state in rules.OVER)
    reached = {state for targets in rules.MOVES.values() for state in targets}
    assert reached == set(State) - {State.PARTIAL}


def test_sources_mirror_moves() -> None:
    for to in State:
        assert rules.sources(to) == {state for state, targets in rules.MOVES.items() if to in targets}


def test_a_move_that_is_none_is_refused() -> None:
    rules.must_move(State.PENDING, State.IN_PROGRESS)
    with pytest.raises(NotAllowedNow):
        rules.must_move(State.COMPLETED, State.IN_PROGRESS)
    with pytest.raises(NotAllowedNow):
        rules.must_move(State.PARTIAL, State.IN_PROGRESS)


@pytest.mark.parametrize(
    ("legs", "shown"),
    [
        ([State.COMPLETED, State.COMPLETED], State.COMPLETED),
        ([State.COMPLETED, State.IN_PROGRESS], State.IN_PROGRESS),
        ([State.IN_PROGRESS, State.HELD, State.COMPLETED], State.HELD),
        ([State.IN_PROGRESS, State.ACKNOWLEDGED], State.IN_PROGRESS),
        ([State.FAILED, State.HELD], State.FAILED),
        ([State.COMPLETED, State.CANCELLED], State.PARTIAL),
        ([State.CANCELLED, State.REJECTED], State.CANCELLED),
        ([State.REJECTED], State.REJECTED),
    ],
)
def test_the_customer_is_told_one_state(legs: list[State], shown: State) -> None:
    assert rules.overall(legs) is shown


def test_the_gravest_exception_is_shown() -> None:
    assert rules.gravest(["", "10P", "10W"]) == "10W"
    assert rules.gravest(["10R", "10C"]) == "10C"
    assert rules.gravest([""]) == ""


@pytest.mark.parametrize(
    ("deviation", "customer", "internal"),
    [
        (Deviation.RETURN, Clock.RUNS, Clock.PASSES),
        (Deviation.WAIT, Clock.RUNS, Clock.RUNS),
        (Deviation.DEFER, Clock.PAUSES, Clock.PAUSES),
        (Deviation.CANCEL, Clock.STOPS, Clock.STOPS),
        (Deviation.AMEND, Clock.RUNS, Clock.RUNS),
    ],
)
def test_each_exception_has_its_clock_rule(deviation: Deviation, customer: Clock, internal: Clock) -> None:
    course = rules.DEVIATIONS[deviation]
    assert (course.customer, course.internal) == (customer, internal)


def test_at_most_one_compensation() -> None:
    rules.may_compensate("", Deviation.RETURN)
    rules.may_compensate("10R", Deviation.CANCEL)
    with pytest.raises(ReturnRunning):
        rules.may_compensate("10R", Deviation.RETURN)
    for wanted in (Deviation.RETURN, Deviation.CANCEL):
        with pytest.raises(CancelRunning):
            rules.may_compensate("10C", wanted)


def test_the_point_of_no_return() -> None:
    rules.may_cancel(State.IN_PROGRESS, committed=False, action=Action.INSTALL)
    with pytest.raises(PastNoReturn, match="disconnection"):
        rules.may_cancel(State.IN_PROGRESS, committed=True, action=Action.INSTALL)
    with pytest.raises(PastNoReturn, match="place an order"):
        rules.may_cancel(State.IN_PROGRESS, committed=True, action=Action.RENUMBER)
    with pytest.raises(NotAllowedNow):
        rules.may_cancel(State.COMPLETED, committed=True, action=Action.INSTALL)


def test_what_could_not_even_begin_is_rejected() -> None:
    assert rules.cancelled_as("operator", begun=False) is State.REJECTED
    assert rules.cancelled_as("operator", begun=True) is State.CANCELLED
    assert rules.cancelled_as("customer", begun=False) is State.CANCELLED


@pytest.mark.parametrize(
    ("action", "kind", "same_area", "taken"),
    [
        (Action.INSTALL, "number", False, True),
        (Action.MOVE, "number", True, False),
        (Action.MOVE, "number", False, True),
        (Action.MOVE, "splitter_port", True, True),
        (Action.RENUMBER, "number", False, True),
        (Action.RENUMBER, "line_port", False, False),
        (Action.REPLACE, "sim", False, True),
        (Action.CHANGE, "number", False, False),
    ],
)
def test_what_an_action_takes(action: Action, kind: str, same_area: bool, taken: bool) -> None:
    assert rules.takes(action, kind, same_area=same_area) is taken


@pytest.mark.parametrize(
    "bad",
    [
        "no mapping", {str(n): 1 for n in range(41)}, {"a b": 1}, {3: 1}, {"n" * 41: 1}, {"x": 1.5}, {"x": "长" * 201},
        {"x": "a\nb"}, {"x": None},
    ],
)  # fmt: skip
def test_characteristics_that_cannot_be(bad: object) -> None:
    assert rules.value_complaint(bad) is not None


def test_characteristics_that_can_be() -> None:
    assert rules.value_complaint({"login": "chen", "down_mbps": 300, "wifi": True, "note": ""}) is None


def test_every_step_can_be_named_and_what_undoes_it_exists() -> None:
    for deed in rules.DEEDS.values():
        assert deed.title.zh
        assert not deed.undo or deed.undo in rules.DEEDS
        assert not deed.commits or deed.undo in {"", "restore"}


@given(attempts=st.integers(1, 200), key=st.text(max_size=40))
def test_back_off_doubles_up_to_a_longest_time_with_a_quarter_more_at_most(attempts: int, key: str) -> None:
    first, longest = timedelta(seconds=15), timedelta(minutes=30)
    again = rules.next_try(AT, attempts, key=key, first=first, longest=longest)
    wait = min(first * 2 ** min(attempts - 1, 30), longest)
    assert AT + wait <= again <= AT + wait * 1.25
    assert again == rules.next_try(AT, attempts, key=key, first=first, longest=longest)


def test_many_that_failed_together_do_not_come_back_together() -> None:
    first, longest = timedelta(seconds=15), timedelta(minutes=30)
    moments = {rules.next_try(AT, 1, key=str(n), first=first, longest=longest) for n in range(100)}
    assert len(moments) > 90


DEEDS_OF_A_LEG = st.lists(
    st.sampled_from(["pay", "hold", "lift", "return", "again", "commit", "cancel", "undone", "complete"]), max_size=40
)


@given(history=DEEDS_OF_A_LEG)
def test_random_histories_keep_a_leg_sound(history: list[str]) -> None:
    """Whatever is tried in whatever order: over stays over, one compensation at most, nothing is cancelled past its point."""
    state, compensation, committed, held_from = State.PENDING, "", False, State.PENDING
    for deed in history:
        before = state
        try:
            match deed:
                case "pay":
                    rules.must_move(state, State.IN_PROGRESS)
                    state = State.IN_PROGRESS
                case "hold":
                    rules.must_move(state, State.HELD)
                    state, held_from = State.HELD, state
                case "lift" if state is State.HELD:
                    rules.must_move(state, held_from)
                    state = held_from
                case "return" if state is State.IN_PROGRESS:
                    rules.may_compensate(compensation, Deviation.RETURN)
                    compensation = "10R"
                case "again" if compensation == "10R":
                    compensation = ""
                case "commit" if state is State.IN_PROGRESS:
                    committed = True
                case "cancel":
                    rules.may_compensate(compensation, Deviation.CANCEL)
                    rules.may_cancel(state, committed=committed, action=Action.INSTALL)
                    state, compensation = State.CANCELLING, "10C"
                case "undone" if state is State.CANCELLING:
                    state, compensation = rules.cancelled_as("customer", begun=True), ""
                case "complete":
                    rules.must_move(state, State.COMPLETED)
                    state, compensation, committed = State.COMPLETED, "", True
        except KapokError:
            assert state is before
        assert before not in rules.OVER or state is before
        assert compensation in {"", "10R", "10C"}
        assert not (state in {State.CANCELLING, State.CANCELLED} and committed)
        assert not (state in rules.OVER and compensation)
