"""The steady clock: jumps, suspends, drift; by hand and at random."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapok.kernel.steady import Jump, SteadyClock

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
TOLERANCE, SETTLE = MINUTE, 5 * MINUTE


class Machine:
    """A machine whose clocks are moved by hand."""

    def __init__(self) -> None:
        self.wall, self.boot = START, HOUR

    def passes(self, time: timedelta, *, drift: timedelta = timedelta()) -> None:
        self.wall += time + drift
        self.boot += time

    def clock(self, floor: datetime | None = None) -> SteadyClock:
        return SteadyClock(lambda: self.wall, lambda: self.boot, tolerance=TOLERANCE, settle=SETTLE, floor=floor)


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_without_jumps_it_is_the_wall_clock(machine: Machine) -> None:
    clock = machine.clock()
    assert clock.now() == START
    machine.passes(3 * DAY)  # a suspended machine, too: both clocks count it
    assert (clock.now(), clock.jumps, clock.is_in_doubt) == (START + 3 * DAY, [], False)


@pytest.mark.parametrize("by", [DAY, HOUR, MINUTE + SECOND, -MINUTE - SECOND, -HOUR, -DAY])
def test_a_jump_is_not_followed_at_first_and_is_reported(machine: Machine, by: timedelta) -> None:
    clock = machine.clock()
    machine.wall += by
    assert clock.now() == START
    assert (clock.jumps, clock.is_in_doubt) == ([Jump(at=START, by=by)], True)
    machine.passes(SETTLE - SECOND)
    assert clock.now() == START + SETTLE - SECOND
    machine.passes(SECOND)
    assert clock.now() == machine.wall == START + SETTLE + by
    assert (len(clock.jumps), clock.is_in_doubt) == (1, False)


@pytest.mark.parametrize("by", [MINUTE, -MINUTE])
def test_a_small_correction_is_followed_at_once(machine: Machine, by: timedelta) -> None:
    clock = machine.clock()
    machine.wall += by
    assert (clock.now(), clock.jumps) == (START + by, [])


def test_a_day_forward_and_back_leaves_no_trace(machine: Machine) -> None:
    clock = machine.clock()
    machine.wall += DAY
    machine.passes(4 * MINUTE)
    assert clock.now() == START + 4 * MINUTE
    machine.wall -= DAY
    machine.passes(HOUR)
    assert clock.now() == machine.wall == START + 4 * MINUTE + HOUR
    assert [jump.by for jump in clock.jumps] == [DAY]


def test_a_jump_during_a_jump_begins_the_wait_anew(machine: Machine) -> None:
    clock = machine.clock()
    machine.wall += HOUR
    clock.now()
    machine.passes(4 * MINUTE)
    machine.wall += HOUR
    clock.now()
    machine.passes(4 * MINUTE)
    assert clock.now() == START + 8 * MINUTE
    machine.passes(MINUTE)
    assert clock.now() == machine.wall
    assert [jump.by for jump in clock.jumps] == [HOUR, HOUR]


def test_a_slow_drift_is_followed_however_far_it_leads(machine: Machine) -> None:
    clock = machine.clock()
    for _ in range(100):
        machine.passes(HOUR, drift=timedelta(seconds=50))
        assert clock.now() == machine.wall
    assert clock.jumps == []


def test_a_drift_during_a_doubt_does_not_prolong_it(machine: Machine) -> None:
    clock = machine.clock()
    machine.wall += DAY
    for _ in range(5):
        clock.now()
        machine.passes(MINUTE, drift=timedelta(seconds=50))
    assert (clock.now(), len(clock.jumps)) == (machine.wall, 1)


def test_it_does_not_start_before_what_is_known_to_have_passed(machine: Machine) -> None:
    clock = machine.clock(floor=START + HOUR)
    assert clock.now() == START + HOUR
    machine.passes(SETTLE)
    assert clock.now() == machine.wall
    assert [jump.by for jump in clock.jumps] == [-HOUR]


@pytest.mark.parametrize("floor", [START - DAY, START, START + 30 * SECOND])
def test_a_floor_below_or_near_changes_nothing(machine: Machine, floor: datetime) -> None:
    assert (machine.clock(floor=floor).now(), machine.clock(floor=floor).jumps) == (START, [])


steps = st.lists(
    st.tuples(
        st.integers(0, 120).map(lambda seconds: timedelta(seconds=seconds)),
        st.integers(-100_000, 100_000).map(lambda seconds: timedelta(seconds=seconds)) | st.just(timedelta()),
    ),
    max_size=60,
)


@given(steps)
def test_whatever_happens_it_is_the_wall_clock_or_goes_on_steadily(history: list[tuple[timedelta, timedelta]]) -> None:
    machine = Machine()
    clock = machine.clock()
    before = clock.now()
    for passed, jump in history:
        machine.passes(passed)
        machine.wall += jump
        now = clock.now()
        assert now == (before + passed if clock.is_in_doubt else machine.wall)
        before = now


@given(steps)
def test_a_wall_clock_that_stays_is_believed_in_the_end(history: list[tuple[timedelta, timedelta]]) -> None:
    machine = Machine()
    clock = machine.clock()
    for passed, jump in history:
        machine.passes(passed)
        machine.wall += jump
        clock.now()
    clock.now()
    machine.passes(SETTLE)
    assert clock.now() == machine.wall


@given(st.lists(st.integers(1, 200).map(lambda seconds: timedelta(seconds=seconds)), max_size=30))
def test_what_does_not_last_is_never_followed(spans: list[timedelta]) -> None:
    """Back to the truth before the wait is over, each time: the clock never leaves it."""
    machine, truth = Machine(), START
    clock = machine.clock()
    for span in spans:
        machine.wall += DAY
        assert clock.now() == truth
        machine.passes(span)
        truth += span
        assert clock.now() == truth
        machine.wall -= DAY
        assert clock.now() == truth
