"""The table of moves: total, every state reachable, and the order in which roles count."""

from __future__ import annotations

import itertools

import pytest

from kapok.kernel import promises
from kapok.kernel.promises import MOVES, Effect, Entry, Outcome, Role, State
from tests.packs.small import HOUR, only, pack, utc

START = utc("2026-03-02 08:00")


def test_every_state_answers_every_role() -> None:
    assert set(MOVES) == set(itertools.product(State, Role))


def test_every_state_is_reachable_and_every_path_can_end() -> None:
    reached = {State.IDLE}
    for _ in State:
        reached |= {MOVES[state, role][0] for state, role in itertools.product(reached, Role)}
    assert reached == set(State)
    for state in (State.RUNNING, State.PAUSED):
        assert MOVES[state, Role.CLOSE][0] is State.CLOSED
        assert MOVES[state, Role.VOID][0] is State.VOID


def test_every_effect_is_used() -> None:
    assert {effect for _, effect in MOVES.values()} == set(Effect)


@pytest.mark.parametrize("role", Role)
def test_the_same_role_twice_does_no_more_than_once(role: Role) -> None:
    """The same entry recorded twice: the second is noted at most, and never starts, stops or moves anything."""
    harmless = {Effect.NOTHING, Effect.URGE, Effect.EARLY_CLOSE, Effect.EARLY_REOPEN}
    for state in State:
        first, _ = MOVES[state, role]
        second, effect = MOVES[first, role]
        assert (second, effect in harmless) == (first, True)


def test_roles_come_from_the_lists_and_the_reopening_policy() -> None:
    base = "opens: fault.reported\ncloses: fault.restored\nallowance: 1 hour\nreopens: fault.reopened\nreopening: "
    policies = {"restart": {Role.RESTART}, "continue": {Role.CONTINUE}, "through": {Role.THROUGH}}
    for policy, expected in policies.items():
        assert pack(base + policy).promises[0].roles["fault.reopened"] == expected
    assert "fault.reopened" not in pack(base + "ignore").promises[0].roles


def test_an_entry_that_closes_and_opens_first_closes() -> None:
    assert promises.in_order(frozenset({Role.OPEN, Role.CLOSE, Role.PAUSE})) == (Role.CLOSE, Role.OPEN, Role.PAUSE)
    assert promises.rank(frozenset({Role.OPEN, Role.CLOSE})) == promises.rank(frozenset({Role.CLOSE}))


CLOCK = """
opens: [fault.reported, fault.detected]
closes: fault.restored
voids: fault.cancelled
pauses: customer.deferred
resumes: customer.returned
reopens: fault.reopened
allowance: 4 hours
"""


def test_a_second_opening_while_it_runs_is_an_urge_and_moves_nothing() -> None:
    rules = pack(CLOCK)
    judged = only(rules, Entry("fault.detected", START), Entry("fault.reported", START + HOUR), until=START + HOUR)
    assert (judged.opened_at, judged.due_at, judged.urges) == (START, START + 4 * HOUR, 1)


def test_at_the_same_instant_openings_come_first_and_closings_last() -> None:
    rules = pack(CLOCK)
    judged = only(rules, Entry("fault.restored", START), Entry("fault.reported", START))
    assert (judged.state, judged.elapsed, judged.anomalies) == (Outcome.KEPT, 0 * HOUR, ())


def test_opened_and_paused_at_the_same_instant_is_paused_from_the_start() -> None:
    rules = pack(CLOCK)
    judged = only(
        rules,
        Entry("customer.deferred", START),
        Entry("fault.reported", START),
        Entry("customer.returned", START + 9 * HOUR),
    )
    assert judged.due_at == START + 13 * HOUR
    assert judged.pauses == ((START, START + 9 * HOUR),)


def test_a_pause_that_began_before_the_opening_holds_from_the_opening() -> None:
    rules = pack(CLOCK)
    judged = only(
        rules,
        Entry("customer.deferred", START - HOUR),
        Entry("fault.reported", START),
        Entry("customer.returned", START + HOUR),
    )
    assert judged.pauses == ((START, START + HOUR),)
    assert judged.due_at == START + 5 * HOUR


@pytest.mark.parametrize("between", ["customer.returned", "fault.cancelled"])
def test_a_waiting_pause_can_end_before_the_opening(between: str) -> None:
    rules = pack(CLOCK)
    waiting = Entry("customer.deferred", START - 2 * HOUR)
    judged = only(rules, waiting, Entry(between, START - HOUR), Entry("fault.reported", START), until=START + HOUR)
    assert (judged.paused, judged.due_at) == (False, START + 4 * HOUR)


def test_a_closing_before_any_opening_is_an_anomaly_and_the_matter_is_judged() -> None:
    rules = pack(CLOCK)
    judged = only(rules, Entry("fault.restored", START - HOUR), Entry("fault.reported", START), until=START + HOUR)
    assert (judged.state, judged.anomalies) == (Outcome.OPEN, (promises.Anomaly.CLOSED_BEFORE_OPEN,))


def test_a_matter_of_which_only_the_closing_is_seen_is_void() -> None:
    rules = pack(CLOCK)
    judged = only(rules, Entry("fault.reopened", START - HOUR), Entry("fault.restored", START))
    assert (judged.state, judged.opened_at, judged.due_at) == (Outcome.VOID, None, None)
    assert judged.anomalies == (promises.Anomaly.REOPENED_BEFORE_OPEN, promises.Anomaly.CLOSED_BEFORE_OPEN)
    assert "closed before anything opened it" in promises.explain(judged).en


def test_opened_again_after_closing_is_a_new_commitment() -> None:
    rules = pack(CLOCK)
    entries = [
        Entry("fault.reported", START),
        Entry("fault.restored", START + HOUR),
        Entry("fault.reported", START + 10 * HOUR),
        Entry("fault.restored", START + 15 * HOUR),
    ]
    first, second = promises.judge(rules.promises[0], rules, entries, {}, START + 99 * HOUR)
    assert (first.state, first.breach_number) == (Outcome.KEPT, 0)
    assert (second.state, second.late_by, second.breach_number) == (Outcome.BROKEN, HOUR, 1)
