"""Commitments, decided without a database: facts, versions, states, firing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapok.ground.commitments.rules import (
    RUNNING,
    STATES,
    State,
    Version,
    breach_holds,
    breach_moment,
    judged,
    next_fire,
    state_of,
    stopped_by,
    touched,
    warnings,
)
from kapok.kernel.promises import Entry, Judgement, by_matter, known_facts, parse
from kapok.kernel.promises.terms import WarningPoint
from tests.ground.packs import DESK

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEFT = tuple(WarningPoint.model_validate(words) for words in ("12 hours before", "1 hour before"))
OTHERS = """
  - code: notice
    title: {zh: 提前通知, en: Told before}
    tier: pledge
    instrument: pledge
    evidence: {level: own}
    direction: notice
    opens: outage.announced
    closes: outage.started
    allowance: 72 hours
  - code: quiet
    title: {zh: 至少保持, en: Kept at least}
    tier: pledge
    instrument: pledge
    evidence: {level: own}
    direction: keep
    opens: number.changed
    closes: number.announcement_ended
    allowance: 10 hours
  - code: never
    title: {zh: 不得丢号, en: No number is lost}
    tier: law
    instrument: law
    evidence: {level: own}
    direction: never
    opens: number.lost
"""
PACK = parse(DESK + OTHERS, "desk")
VERSION = Version("v1", PACK, AT - 100 * HOUR, None)


def entry(kind: str, hours: float, **facts: Any) -> Entry:
    return Entry(kind, AT + hours * HOUR, facts)


def judge(code: str, *entries: Entry, until: float = 1000, version: Version = VERSION) -> list[Judgement]:
    facts = known_facts(entries)
    return judged(version, PACK.by_code[code][0], by_matter(entries, facts), facts, AT + until * HOUR)


def test_the_first_known_value_of_a_fact_counts_whatever_order_entries_arrive_in() -> None:
    told = [entry("fault.restored", 5, area="rural", cause=""), entry("fault.reported", 0, area="urban", fee=None)]
    assert known_facts(told) == known_facts(reversed(told)) == {"area": "urban"}


def test_what_is_said_of_one_pause_is_no_fact_of_the_matter_and_changes_are_left_to_the_kernel() -> None:
    told = [
        entry("customer.deferred", 1, stops="stage", reason="away", tier="SL1"),
        entry("matter.changed", 2, tier="SL2"),
    ]
    facts = known_facts(told)
    assert facts == {"tier": "SL1"}
    assert [dict(each.facts) for each in by_matter(told, facts)] == [
        {"stops": "stage", "reason": "away"},
        {"tier": "SL2"},
    ]


def test_an_entry_keeps_the_fact_that_is_its_own() -> None:
    told = [entry("month.measured", 0, availability="99.9"), entry("month.measured", 700, availability="99.1")]
    facts = known_facts(told)
    assert [dict(each.facts) for each in by_matter(told, facts)] == [{}, {"availability": "99.1"}]


@given(st.permutations([("fault.reported", 0, "a"), ("fault.diagnosed", 1, "b"), ("fault.restored", 2, "c")]))
def test_facts_do_not_depend_on_the_order_of_arrival(order: list[tuple[str, int, str]]) -> None:
    assert known_facts([entry(kind, hours, note=note) for kind, hours, note in order]) == {"note": "a"}


def test_a_version_rules_what_is_made_while_it_is_in_force() -> None:
    one = judge("law-repair", entry("fault.reported", 0))[0]
    assert Version("a", PACK, AT, None).rules(one)
    assert Version("a", PACK, AT, AT + HOUR).rules(one)
    assert not Version("a", PACK, AT - HOUR, AT).rules(one)
    assert not Version("a", PACK, AT + HOUR, None).rules(one)


def test_a_matter_that_nothing_opened_makes_no_commitment() -> None:
    assert judge("law-repair", entry("fault.restored", 3)) == []


def test_a_notice_never_given_is_dated_by_the_event() -> None:
    missed = judge("notice", entry("outage.started", 3))
    assert [(each.opened_at, each.closed_at) for each in missed] == [(None, AT + 3 * HOUR)]


@pytest.mark.parametrize(
    ("kind", "entries", "codes"),
    [
        ("fault.diagnosed", [("fault.reported", 0), ("fault.diagnosed", 1)], ["stage-diagnose", "stage-dispatch"]),
        ("customer.wrote", [("fault.reported", 0), ("customer.wrote", 1)], []),
        (None, [("fault.reported", 0)], ["law-repair", "pledge-repair", "stage-diagnose"]),
        ("outage.started", [("outage.started", 0)], ["notice"]),
        ("fault.restored", [("fault.restored", 0)], []),
    ],
)
def test_only_promises_that_hear_an_entry_are_judged_again(
    kind: str | None, entries: list[tuple[str, float]], codes: list[str]
) -> None:
    heard = None if kind is None else {kind}
    assert [each.code for each in touched(PACK, [entry(*each) for each in entries], heard)] == codes


LATE = AT + 30 * HOUR


@pytest.mark.parametrize(
    ("code", "entries", "until", "breached_at", "state"),
    [
        ("law-repair", [("fault.reported", 0), ("fault.restored", 5)], 9, None, State.KEPT),
        ("law-repair", [("fault.reported", 0), ("fault.restored", 50)], 60, None, State.BROKEN),
        ("law-repair", [("fault.reported", 0), ("fault.cancelled", 5)], 60, None, State.VOID),
        ("law-repair", [("fault.reported", 0)], 9, None, State.OPEN),
        ("law-repair", [("fault.reported", 0)], 90, None, State.OPEN),  # the scheduler has not said so yet
        ("law-repair", [("fault.reported", 0)], 90, AT + 48 * HOUR, State.OVERDUE),
    ],
)
def test_where_a_commitment_stands(
    code: str, entries: list[tuple[str, float]], until: float, breached_at: datetime | None, state: State
) -> None:
    judgement = judge(code, *[entry(*each) for each in entries], until=until)[0]
    assert state_of(judgement, breached_at) is state


def test_a_pause_shows_while_it_lasts_and_no_longer_once_it_is_late() -> None:
    paused = [entry("fault.reported", 0, service="fixed_voice"), entry("customer.deferred", 2)]
    assert state_of(judge("pledge-repair", *paused, until=90)[0], None) is State.PAUSED
    late = [entry("fault.reported", 0, service="fixed_voice"), entry("customer.deferred", 25)]
    assert state_of(judge("pledge-repair", *late, until=90)[0], None) is State.OPEN


def test_a_breach_stands_until_an_entry_moves_the_due_moment_behind_it() -> None:
    open_ = judge("law-repair", entry("fault.reported", 0), until=60)[0]
    assert not breach_holds(open_, None)
    assert breach_holds(open_, AT + 48 * HOUR)
    assert not breach_holds(open_, AT + 47 * HOUR)
    kept = judge("law-repair", entry("fault.reported", 0), entry("fault.restored", 1))[0]
    assert not breach_holds(kept, AT + 48 * HOUR)
    broken = judge("law-repair", entry("fault.reported", 0), entry("fault.restored", 49))[0]
    assert breach_holds(broken, AT + 1 * HOUR)


def test_when_a_promise_was_broken() -> None:
    late = judge("law-repair", entry("fault.reported", 0), entry("fault.restored", 49))[0]
    early = judge("quiet", entry("number.changed", 0), entry("number.announcement_ended", 3))[0]
    happened = judge("never", entry("number.lost", 7))[0]
    assert breach_moment(late) == AT + 48 * HOUR
    assert breach_moment(early) == AT + 3 * HOUR
    assert breach_moment(happened) == AT + 7 * HOUR


def test_warnings_are_only_for_what_must_be_done_in_time() -> None:
    pledge = judge("pledge-repair", entry("fault.reported", 0, service="fixed_voice"))[0]
    assert warnings(pledge, PACK) == [AT + 18 * HOUR]
    assert warnings(judge("quiet", entry("number.changed", 0))[0], PACK) == []


def test_a_warning_that_falls_into_a_pause_comes_when_the_clock_goes_on() -> None:
    pledge = judge("pledge-repair", entry("fault.reported", 0, service="fixed_voice"))[0]
    paused = replace(pledge, due_at=AT + 48 * HOUR, pauses=((AT + 18 * HOUR, AT + 42 * HOUR),))
    assert warnings(paused, PACK) == [AT + 18 * HOUR]  # three quarters had run when it stopped
    early = replace(pledge, due_at=AT + 48 * HOUR, pauses=((AT + 2 * HOUR, AT + 26 * HOUR),))
    assert warnings(early, PACK) == [AT + 42 * HOUR]
    by_end = replace(paused, promise=paused.promise.model_copy(update={"warn": LEFT}))
    assert warnings(by_end, PACK) == [AT + 42 * HOUR, AT + 47 * HOUR]


def test_what_fires_next() -> None:
    due, points = AT + 24 * HOUR, [AT + 12 * HOUR, AT + 18 * HOUR]
    assert next_fire(State.OPEN, due, points, 0) == points[0]
    assert next_fire(State.OPEN, due, points, 1) == points[1]
    assert next_fire(State.OPEN, due, points, 2) == due
    assert next_fire(State.OPEN, AT, points, 2) == AT  # the due moment came forward: it fires at once
    assert next_fire(State.OPEN, None, points, 0) is None
    assert [next_fire(state, due, points, 0) for state in State if state is not State.OPEN] == [None] * 5


def test_a_warning_that_was_told_is_not_told_again_wherever_a_pause_moves_it() -> None:
    due, points = AT + 48 * HOUR, [AT + 36 * HOUR, AT + 47 * HOUR]
    assert next_fire(State.OPEN, due, points, 1) == points[1]
    assert next_fire(State.OPEN, due, points[:1], 2) == due


@given(
    st.lists(st.integers(0, 100), max_size=4, unique=True).map(sorted),
    st.integers(0, 120),
    st.integers(0, 5),
)
def test_firing_goes_forward_and_ends(points: list[int], due: int, warned: int) -> None:
    """Whatever has been told, every further firing is later than the last, and the due moment comes last."""
    warn_at = [AT + point * HOUR for point in points if point < due]
    moment = next_fire(State.OPEN, AT + due * HOUR, warn_at, warned)
    fires = 0
    while moment != AT + due * HOUR:
        assert moment is not None
        following = next_fire(State.OPEN, AT + due * HOUR, warn_at, warned + fires + 1)
        assert following is not None
        assert following > moment
        moment, fires = following, fires + 1
    assert fires <= len(warn_at)


def test_the_pack_says_what_a_pause_stops() -> None:
    pledge, law = PACK.by_code["pledge-repair"][0], PACK.by_code["law-repair"][0]
    assert stopped_by(pledge, "customer.deferred", ())
    assert stopped_by(pledge, "customer.deferred", ("pledge",))
    assert not stopped_by(pledge, "customer.deferred", ("stage",))
    assert not stopped_by(law, "customer.deferred", ())


def test_every_state_has_a_name_and_the_running_ones_are_three() -> None:
    assert set(STATES) == set(State)
    assert set(State) - RUNNING == {State.KEPT, State.BROKEN, State.VOID}
