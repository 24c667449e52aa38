"""Due times and elapsed time, forwards and backwards, at the edges: closing, nothing, never, far away, many threads."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from kapok.kernel.hours import (
    Hours,
    Measure,
    NaiveMoment,
    NegativeAllowance,
    NoWorkingTime,
    OutsideHorizon,
    ReversedPause,
    StillPaused,
    add_days,
    due,
    due_back,
    elapsed,
)
from tests.kernel.hours_calendars import at, office, utc, weekly

HOUR = timedelta(hours=1)
NOTHING = timedelta()
EVERY_DAY = [(utc("2000-01-01 00:00") + timedelta(days=n)).strftime("%m-%d") for n in range(366)]
NAIVE = datetime(2026, 1, 5, 9)  # noqa: DTZ001


def test_what_ends_at_closing_is_due_at_closing() -> None:
    assert due(utc("2026-01-09 16:00"), HOUR, office()) == utc("2026-01-09 17:00")
    assert due(utc("2026-01-09 16:00"), HOUR + timedelta(microseconds=1), office()) == utc("2026-01-12 09:00:00.000001")
    assert due_back(utc("2026-01-12 10:00"), HOUR, office()) == utc("2026-01-12 09:00")
    assert due_back(utc("2026-01-12 10:00"), HOUR + timedelta(microseconds=1), office()) == utc(
        "2026-01-09 16:59:59.999999"
    )


def test_no_allowance_moves_into_the_hours_and_stays_at_their_edges() -> None:
    assert due(utc("2026-01-09 17:00"), NOTHING, office()) == utc("2026-01-09 17:00")
    assert due(utc("2026-01-09 17:00:00.000001"), NOTHING, office()) == utc("2026-01-12 09:00")
    assert due_back(utc("2026-01-12 09:00"), NOTHING, office()) == utc("2026-01-12 09:00")
    assert due_back(utc("2026-01-12 08:59:59"), NOTHING, office()) == utc("2026-01-09 17:00")
    assert due_back(utc("2026-01-12 17:01"), NOTHING, office()) == utc("2026-01-12 17:00")


def test_moments_of_any_zone_go_in_and_utc_comes_out() -> None:
    start = datetime(2026, 1, 5, 10, tzinfo=timezone(timedelta(hours=8)))
    for answer in (
        due(start, HOUR, Hours.always()),
        due_back(start, HOUR, Hours.always()),
        add_days(start, 1, Hours.always()),
    ):
        assert answer.tzinfo is UTC
    assert due(start, HOUR, office()) == utc("2026-01-05 10:00")


def test_shanghai_knew_summer_time_once() -> None:
    hours = office("Asia/Shanghai")
    assert due(at("1991-04-12 16:00", "Asia/Shanghai"), 2 * HOUR, hours) == utc("1991-04-15 01:00")
    assert due(at("2026-04-10 16:00", "Asia/Shanghai"), 2 * HOUR, hours) == utc("2026-04-13 02:00")


def test_a_time_that_is_skipped_opens_when_the_clocks_have_gone_forward() -> None:
    hours = Hours.parse({"zone": "Europe/London", "week": {"sun": [["01:30", "03:00"]]}})
    assert due(at("2026-03-29 00:00", "Europe/London"), HOUR, hours) == at("2026-03-29 03:00", "Europe/London")


def test_a_time_that_comes_twice_is_open_twice() -> None:
    hours = Hours.parse({"zone": "Europe/London", "week": {"sun": [["00:00", "01:30"]]}})
    day = at("2026-10-25 00:00", "Europe/London"), at("2026-10-26 00:00", "Europe/London")
    assert elapsed(*day, hours) == 2 * HOUR
    assert due(day[0], 1.5 * HOUR, hours) == at("2026-10-25 01:30", "Europe/London")
    assert due(day[0], 1.75 * HOUR, hours) == at("2026-10-25 01:15", "Europe/London", fold=1)


@pytest.mark.parametrize("year", [1701, 1850, 1969, 2005, 2100, 2499])
def test_centuries_are_within_reach(year: int) -> None:
    start = utc(f"{year}-03-01 12:00")
    hours = office(holidays=["03-02"])
    due_at = due(start, 100 * HOUR, hours)
    assert elapsed(start, due_at, hours) == 100 * HOUR
    assert due_back(due_at, 100 * HOUR, hours) == due_back(due(start, NOTHING, hours), NOTHING, hours)


def test_long_allowances_are_worked_out_as_far_as_they_reach() -> None:
    assert due(utc("2026-01-05 09:00"), 8 * HOUR * 5 * 52 * 100, office()) == utc("2026-01-05 17:00") + timedelta(
        weeks=5200, days=-3
    )
    assert due_back(utc("2026-01-05 09:00"), 8 * HOUR * 5 * 52, office()) == utc("2025-01-06 09:00")
    assert due_back(utc("2026-01-05 09:00"), 8 * HOUR * 5 * 52 * 100, office()) == utc("2026-01-05 09:00") - timedelta(
        weeks=5200
    )


def test_beyond_the_horizon_is_refused() -> None:
    refused = [
        lambda: due(utc("2026-01-05 09:00"), timedelta(days=999_999), office()),
        lambda: due_back(utc("2026-01-05 09:00"), timedelta(days=999_999), office()),
        lambda: due(utc("2026-01-05 09:00"), timedelta(days=9_999_999), Hours.always()),
        lambda: due_back(utc("2026-01-05 09:00"), timedelta(days=9_999_999), Hours.always()),
        lambda: due(utc("2026-01-05 09:00"), timedelta.max, Hours.always()),
        lambda: due_back(utc("2026-01-05 09:00"), timedelta.max, office()),
        lambda: due(utc("1600-01-05 09:00"), HOUR, office()),
        lambda: elapsed(utc("2026-01-05 09:00"), utc("2600-01-01 00:00"), office()),
        lambda: due(utc("2026-01-05 09:00"), HOUR, Hours.parse({"always": True, "holidays": EVERY_DAY})),
        lambda: add_days(utc("2026-01-05 09:00"), 10**6, office()),
        lambda: add_days(utc("2026-01-05 09:00"), -(10**6), office()),
    ]
    for ask in refused:
        with pytest.raises(OutsideHorizon, match="1700 to 2500"):
            ask()


def test_hours_of_single_days_end_with_the_last() -> None:
    hours = Hours.parse({"special": {"2026-01-05": [["09:00", "12:00"]], "2026-01-07": [["09:00", "12:00"]]}})
    assert due(utc("2026-01-01 00:00"), 4 * HOUR, hours) == utc("2026-01-07 10:00")
    assert due_back(utc("2030-01-01 00:00"), 4 * HOUR, hours) == utc("2026-01-05 11:00")
    assert elapsed(utc("0001-01-02 00:00"), utc("9999-12-30 00:00"), hours) == 6 * HOUR
    refused = {
        "after 2026-01-07 12:00:00+00:00": [
            lambda: due(utc("2026-01-01 00:00"), 7 * HOUR, hours),
            lambda: due(utc("2026-02-01 00:00"), HOUR, hours),
            lambda: due(utc("2026-02-01 00:00"), NOTHING, hours),
        ],
        "before 2026-01-05 09:00:00+00:00": [
            lambda: due_back(utc("2030-01-01 00:00"), 7 * HOUR, hours),
            lambda: due_back(utc("2025-01-01 00:00"), NOTHING, hours),
        ],
    }
    for told, asks in refused.items():
        for ask in asks:
            with pytest.raises(NoWorkingTime) as refusal:
                ask()
            assert told in refusal.value.text.en


def test_no_hours_at_all() -> None:
    hours = Hours.parse({})
    assert elapsed(utc("2026-01-01 00:00"), utc("2027-01-01 00:00"), hours) == NOTHING
    for ask in (due, due_back):
        for allowance in (NOTHING, HOUR):
            with pytest.raises(NoWorkingTime, match="at all"):
                ask(utc("2026-01-01 00:00"), allowance, hours)


def test_moments_without_a_zone_are_refused_by_name() -> None:
    refused = [
        ("start", lambda: due(NAIVE, HOUR, office())),
        ("start", lambda: due(NAIVE, HOUR, office(), [(utc("2026-01-05 09:00"), None)])),
        ("end", lambda: due_back(NAIVE, HOUR, office())),
        ("end", lambda: elapsed(utc("2026-01-05 09:00"), NAIVE, office())),
        ("start", lambda: add_days(NAIVE, 1, office())),
        ("pauses", lambda: due(utc("2026-01-05 09:00"), HOUR, office(), [(NAIVE, None)])),
        (
            "pauses",
            lambda: elapsed(
                utc("2026-01-05 09:00"), utc("2026-01-06 09:00"), office(), [(utc("2026-01-05 09:00"), NAIVE)]
            ),
        ),
    ]
    for field, ask in refused:
        with pytest.raises(NaiveMoment, match=f"'{field}' has no time zone: 2026-01-05T09:00:00"):
            ask()


def test_negative_allowances_are_refused() -> None:
    for ask in (due, due_back):
        with pytest.raises(NegativeAllowance, match="'allowance' is negative"):
            ask(utc("2026-01-05 09:00"), -HOUR, office())


def test_elapsed_backwards_is_nothing() -> None:
    assert elapsed(utc("2026-01-06 09:00"), utc("2026-01-05 09:00"), office()) == NOTHING
    assert elapsed(utc("2026-01-05 10:00"), utc("2026-01-05 10:00"), office()) == NOTHING


PAUSES = [
    (utc("2026-01-05 14:00"), utc("2026-01-05 15:00")),
    (utc("2026-01-05 10:00"), utc("2026-01-05 11:00")),
    (utc("2026-01-05 10:30"), utc("2026-01-05 11:30")),
    (utc("2026-01-05 10:45"), utc("2026-01-05 11:00")),
    (utc("2026-01-05 12:00"), utc("2026-01-05 12:00")),
    (utc("2026-01-04 10:00"), utc("2026-01-05 09:15")),
    (utc("2026-01-02 10:00"), utc("2026-01-02 11:00")),
]


def test_pauses_come_in_any_order_overlap_and_reach_over_the_edges() -> None:
    start = utc("2026-01-05 09:00")
    assert elapsed(start, utc("2026-01-05 14:30"), office(), PAUSES) == 3.25 * HOUR
    assert due(start, 3 * HOUR, office(), PAUSES) == utc("2026-01-05 13:45")
    assert due(start, 3.25 * HOUR, office(), PAUSES) == utc("2026-01-05 14:00")
    assert due(start, 4 * HOUR, office(), PAUSES) == utc("2026-01-05 15:45")


def test_a_pause_without_end_holds_until_it_gets_one() -> None:
    start, pause = utc("2026-01-05 09:00"), (utc("2026-01-05 10:00"), None)
    assert elapsed(start, utc("2026-01-09 17:00"), office(), [pause]) == HOUR
    assert due(start, HOUR, office(), [pause]) == utc("2026-01-05 10:00")
    with pytest.raises(StillPaused, match="began at 2026-01-05 10:00:00"):
        due(start, 2 * HOUR, office(), [pause])
    with pytest.raises(StillPaused):
        due(pause[0], NOTHING, office(), [pause])


def test_pauses_by_the_wall() -> None:
    night = [(utc("2026-01-05 16:00"), utc("2026-01-06 10:00"))]
    start = utc("2026-01-05 15:00")
    assert due(start, 2 * HOUR, office(), night) == utc("2026-01-06 11:00")
    assert due(start, 2 * HOUR, office(), night, Measure.WALL) == utc("2026-01-08 11:00")
    assert elapsed(start, utc("2026-01-06 11:00"), office(), night, Measure.WALL) == NOTHING
    assert elapsed(start, utc("2026-01-08 11:00"), office(), night, Measure.WALL) == 2 * HOUR


def test_no_allowance_waits_for_the_pause_and_the_opening() -> None:
    pauses = [(utc("2026-01-05 16:00"), utc("2026-01-05 18:00")), (utc("2026-01-06 09:00"), utc("2026-01-06 09:30"))]
    assert due(utc("2026-01-05 16:30"), NOTHING, office(), pauses) == utc("2026-01-06 09:30")
    assert due(utc("2026-01-05 10:00"), NOTHING, office(), pauses) == utc("2026-01-05 10:00")


def test_a_pause_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ReversedPause, match="before it begins"):
        due(utc("2026-01-05 09:00"), HOUR, office(), [(utc("2026-01-05 11:00"), utc("2026-01-05 10:00"))])


def test_many_threads_may_ask_one_calendar() -> None:
    hours, alone = (weekly(("08:30", "12:00"), ("14:00", "18:00"), zone="Europe/Berlin") for _ in range(2))
    starts = [
        utc("2026-01-05 09:00") + timedelta(days=days) for days in random.Random(5).sample(range(-4_000, 2_000), 200)
    ]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda start: due(start, 60 * HOUR, hours), starts))
    assert together == [due(start, 60 * HOUR, alone) for start in starts]
