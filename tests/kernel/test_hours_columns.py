"""The clock over columns at its edges; that it agrees with the scalar clock everywhere is in the properties."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from kapok.kernel.hours import (
    KEEP,
    Hours,
    NegativeAllowance,
    NotMicroseconds,
    NoWorkingTime,
    OutsideHorizon,
    add_days_many,
    due,
    due_many,
    elapsed_many,
    worked_many,
)
from kapok.kernel.hours.instants import micros, moment
from tests.kernel.hours_calendars import office, utc


def us(text: str) -> int:
    """Microseconds of a moment in UTC."""
    return micros(utc(text))


HOUR = 3_600_000_000
START = us("2026-01-05 09:00")


def test_one_value_stands_for_a_column() -> None:
    starts = np.arange(START, START + 48 * HOUR, 6 * HOUR)
    expected = [micros(due(moment(start), timedelta(hours=9), office())) for start in starts.tolist()]
    assert due_many(starts, 9 * HOUR, office()).tolist() == expected
    assert elapsed_many(START, starts, office()).tolist() == [n * HOUR for n in (0, 6, 8, 8, 8, 14, 16, 16)]
    assert worked_many(START, office()).shape == (1,)


def test_more_than_a_block_of_values() -> None:
    starts = np.arange(START, START + 100_000 * 60_000_000, 60_000_000)
    ends = due_many(starts, 100 * HOUR, office())
    assert (elapsed_many(starts, ends, office()) == 100 * HOUR).all()
    assert (np.diff(ends) >= 0).all()


def test_long_allowances_are_worked_out_as_far_as_they_reach() -> None:
    friday = utc("2026-01-05 17:00") + timedelta(weeks=5200, days=-3)
    assert due_many([START, START], [HOUR, 8 * HOUR * 5 * 52 * 100], office()).tolist() == [
        START + HOUR,
        micros(friday),
    ]


def test_empty_columns_give_empty_columns() -> None:
    nothing = np.array([], np.int64)
    for column in (
        due_many([], [], office()),
        elapsed_many(nothing, nothing, office()),
        worked_many([], office()),
        add_days_many([], 1, office()),
    ):
        assert column.dtype == np.int64
        assert column.size == 0


def test_worked_time_is_zero_at_its_origin_and_grows_by_what_is_worked() -> None:
    assert worked_many([us("2020-01-01 00:00")], office()).tolist() == [0]
    days = [us(f"2020-01-0{day} 00:00") for day in (2, 3, 4, 5)]
    assert worked_many(days, office()).tolist() == [n * 8 * HOUR for n in (1, 2, 3, 3)]
    assert worked_many([us("2019-12-31 00:00")], office()).tolist() == [-8 * HOUR]


def test_crowded_windows_are_found_as_well_as_evenly_spread_ones() -> None:
    crowd = [
        [f"{hour:02}:{minute:02}", f"{hour:02}:{minute + 1:02}"] for hour in range(24) for minute in range(0, 60, 2)
    ]
    hours = office(special={"2026-01-05": crowd})
    starts = np.arange(START - 30 * HOUR, START + 30 * HOUR, 1_234_567_890)
    assert due_many(starts, 30 * 60_000_000, hours).tolist() == [
        micros(due(moment(s), timedelta(minutes=30), hours)) for s in starts.tolist()
    ]


def test_no_allowance_waits_for_the_opening_even_after_all_that_is_known() -> None:
    starts = [us(text) for text in ("2026-01-09 17:00", "2026-01-10 00:00", "2021-02-06 00:00")]
    assert due_many(starts, 0, office()).tolist() == [
        us(text) for text in ("2026-01-09 17:00", "2026-01-12 09:00", "2021-02-08 09:00")
    ]


def test_hours_of_single_days_end_with_the_last() -> None:
    hours = Hours.parse({"special": {"2026-01-05": [["09:00", "17:00"]]}})
    assert due_many([0], HOUR, hours).tolist() == [START + HOUR]
    assert add_days_many([0], 1, hours, KEEP).tolist() == [us("2026-01-05 00:00")]
    assert add_days_many([0], 0, hours).tolist() == [START]
    assert add_days_many([START + 48 * HOUR], 0, hours, KEEP).tolist() == [START + 48 * HOUR]
    for ask in (
        lambda: due_many([0], 9 * HOUR, hours),
        lambda: due_many([START + 48 * HOUR], 0, hours),
        lambda: add_days_many([0], 2, hours),
        lambda: add_days_many([0, START], -1, hours),
        lambda: add_days_many([START + 48 * HOUR], 0, hours),
    ):
        with pytest.raises(NoWorkingTime):
            ask()


def test_counting_back_needs_a_closing_to_land_on() -> None:
    hours = Hours.parse({"special": {"2026-01-05": [["09:00", "17:00"]], "2026-01-09": [["09:00", "17:00"]]}})
    assert add_days_many([us("2026-01-09 20:00")], -1, hours).tolist() == [us("2026-01-05 17:00")]
    with pytest.raises(NoWorkingTime):
        add_days_many([us("2026-01-09 08:00")], -1, hours)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([1.5], "1 x float64"),
        (np.array([1], np.uint64), "1 x uint64"),
        (np.array(["2026-01-05"], "datetime64[us]"), r"1 x datetime64\[us\]"),
        ([[1, 2]], "2 x int64"),
    ],
)
def test_anything_but_microseconds_is_refused(values: Any, told: str) -> None:
    for ask in (
        lambda: due_many(values, 0, office()),
        lambda: elapsed_many([0], values, office()),
        lambda: worked_many(values, office()),
        lambda: add_days_many(values, 1, office()),
    ):
        with pytest.raises(NotMicroseconds, match=f"is of type {told}; it must be int64"):
            ask()


def test_negative_allowances_and_far_years_are_refused() -> None:
    with pytest.raises(NegativeAllowance, match="'allowances' is negative"):
        due_many([START, START], [HOUR, -1], office())
    with pytest.raises(OutsideHorizon):
        worked_many([us("2600-01-01 00:00")], office())
    with pytest.raises(OutsideHorizon):
        add_days_many([START], 10**6, office())
    with pytest.raises(OutsideHorizon):
        due_many([START], [2**60], Hours.always())
