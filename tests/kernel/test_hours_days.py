"""Counting days: every policy that a regulation was found to need, and days, weeks and months on the wall."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kapok.kernel.hours import (
    CLOSING,
    KEEP,
    ROLL,
    BadPolicy,
    ClosedStart,
    DayPolicy,
    Hours,
    Landing,
    NoWorkingTime,
    OutsideHorizon,
    StillPaused,
    add_calendar_days,
    add_days,
    add_months,
    add_weeks,
)
from tests.kernel.hours_calendars import at, office, utc, weekly

LONDON = "Europe/London"
FRIDAY, SATURDAY, SUNDAY = "2026-01-09", "2026-01-10", "2026-01-11"
MONDAY, TUESDAY, WEDNESDAY = "2026-01-12", "2026-01-13", "2026-01-14"


@pytest.mark.parametrize(
    ("policy", "start", "n", "expected"),
    [
        # The day of the report is day zero; it may be closed.
        (DayPolicy(), f"{FRIDAY} 12:00", 1, f"{MONDAY} 12:00"),
        (DayPolicy(), f"{SATURDAY} 12:00", 1, f"{MONDAY} 12:00"),
        (ROLL, f"{SATURDAY} 12:00", 1, f"{TUESDAY} 12:00"),
        (ROLL, f"{SATURDAY} 12:00", 0, f"{MONDAY} 12:00"),
        (ROLL, f"{SATURDAY} 12:00", -1, "2026-01-08 12:00"),
        (KEEP, f"{SATURDAY} 12:00", -1, f"{FRIDAY} 12:00"),
        # The wall time of the start is kept, or moved into the hours.
        (KEEP, f"{FRIDAY} 20:00", 1, f"{MONDAY} 20:00"),
        (DayPolicy(), f"{FRIDAY} 20:00", 1, f"{TUESDAY} 09:00"),
        (DayPolicy(), f"{TUESDAY} 07:00", -1, f"{FRIDAY} 17:00"),
        (DayPolicy(), f"{SATURDAY} 07:00", 0, f"{MONDAY} 09:00"),
        # The day ends at a time of day, or when it closes.
        (DayPolicy(ends_at="23:59"), f"{FRIDAY} 12:00", 2, f"{TUESDAY} 23:59"),
        (DayPolicy(ends_at="24:00"), f"{FRIDAY} 12:00", 2, f"{WEDNESDAY} 00:00"),
        (DayPolicy(ends_at="17:00"), f"{FRIDAY} 12:00", 1, f"{MONDAY} 17:00"),
        (DayPolicy(ends_at="15:00"), f"{MONDAY} 12:00", -1, f"{FRIDAY} 15:00"),
        (DayPolicy(ends_at=CLOSING), f"{FRIDAY} 12:00", 1, f"{MONDAY} 17:00"),
        (DayPolicy(ends_at=CLOSING), f"{SATURDAY} 12:00", 0, f"{MONDAY} 17:00"),
        # What comes after the cut-off counts as the next working day; at the cut-off it is in time.
        (DayPolicy(cut_off="17:00", ends_at="24:00"), f"{FRIDAY} 17:00", 1, f"{TUESDAY} 00:00"),
        (DayPolicy(cut_off="17:00", ends_at="24:00"), f"{FRIDAY} 17:01", 1, f"{WEDNESDAY} 00:00"),
        (DayPolicy(cut_off="17:00"), f"{FRIDAY} 18:00", -1, "2026-01-08 17:00"),
        (
            DayPolicy(cut_off="17:00", treated_as="08:00", landing=Landing.KEEP),
            f"{FRIDAY} 18:00",
            1,
            f"{TUESDAY} 08:00",
        ),
        (DayPolicy(cut_off="17:00", treated_as="08:00", landing=Landing.KEEP), f"{FRIDAY} 16:00", 1, f"{MONDAY} 16:00"),
        (
            DayPolicy(closed_start=ClosedStart.ROLL, treated_as="08:00", landing=Landing.KEEP),
            f"{SUNDAY} 18:00",
            1,
            f"{TUESDAY} 08:00",
        ),
        # The report day may be day one instead.
        (DayPolicy(counts_start_day=True, ends_at="24:00"), f"{FRIDAY} 12:00", 2, f"{TUESDAY} 00:00"),
        (DayPolicy(counts_start_day=True, ends_at="24:00"), f"{SATURDAY} 12:00", 2, f"{WEDNESDAY} 00:00"),
        (DayPolicy(counts_start_day=True), f"{FRIDAY} 12:00", 1, f"{FRIDAY} 12:00"),
        (DayPolicy(counts_start_day=True), f"{FRIDAY} 12:00", -2, "2026-01-08 12:00"),
        (DayPolicy(counts_start_day=True), f"{FRIDAY} 12:00", 0, f"{FRIDAY} 12:00"),
    ],
)
def test_days_are_counted_by_the_policy(policy: DayPolicy, start: str, n: int, expected: str) -> None:
    assert add_days(at(start, LONDON), n, office(LONDON), policy) == at(expected, LONDON)


def test_uk_second_full_working_day_ends_at_23_59() -> None:
    """Reported on a Monday at any hour: Wednesday 23:59. Reported on a Saturday: Tuesday 23:59."""
    policy = DayPolicy(ends_at="23:59")
    for time in ("00:00", "12:00", "23:59"):
        assert add_days(at(f"{MONDAY} {time}", LONDON), 2, office(LONDON), policy) == at(f"{WEDNESDAY} 23:59", LONDON)
    assert add_days(at(f"{SATURDAY} 12:00", LONDON), 2, office(LONDON), policy) == at(f"{TUESDAY} 23:59", LONDON)


@pytest.mark.parametrize(("counts_start_day", "expected"), [(False, "2024-01-11 00:00"), (True, "2024-01-10 00:00")])
def test_bt_business_after_21_00_counts_as_eight_on_the_next_working_day(counts_start_day: bool, expected: str) -> None:
    policy = DayPolicy(
        closed_start=ClosedStart.ROLL,
        cut_off="21:00",
        treated_as="08:00",
        ends_at="24:00",
        counts_start_day=counts_start_day,
    )
    assert add_days(at("2024-01-05 21:30", LONDON), 2, office(LONDON), policy) == at(expected, LONDON)


def test_a_night_shift_closes_its_day_on_the_next() -> None:
    nights = weekly(("22:00", "06:00"), zone=LONDON)
    assert add_days(at(f"{MONDAY} 23:00", LONDON), 1, nights, DayPolicy(ends_at=CLOSING)) == at(
        f"{WEDNESDAY} 06:00", LONDON
    )


def test_the_wall_time_is_kept_over_a_change_of_clocks() -> None:
    always = Hours.always(LONDON)
    assert add_days(at("2026-03-28 12:00", LONDON), 1, always) == at("2026-03-29 12:00", LONDON)
    assert add_days(at("2026-03-28 01:30", LONDON), 1, always) == at("2026-03-29 02:30", LONDON)
    assert add_days(at("2026-10-24 01:30", LONDON), 1, always) == at("2026-10-25 01:30", LONDON)
    assert add_days(at("2026-10-25 01:30", LONDON, fold=1), 0, always) == at("2026-10-25 01:30", LONDON, fold=1)


def test_apia_had_no_30_december_2011() -> None:
    assert add_days(at("2011-12-29 12:00", "Pacific/Apia"), 1, Hours.always("Pacific/Apia")) == at(
        "2011-12-31 12:00", "Pacific/Apia"
    )


def test_pauses_come_after_the_days() -> None:
    start, pause = utc(f"{FRIDAY} 12:00"), (utc(f"{FRIDAY} 16:00"), utc(f"{MONDAY} 10:00"))
    assert add_days(start, 1, office(), pauses=[pause]) == utc(f"{MONDAY} 14:00")
    assert add_days(start, 1, office(), pauses=[(utc(f"{MONDAY} 12:00"), None)]) == utc(f"{MONDAY} 12:00")
    with pytest.raises(StillPaused):
        add_days(start, 1, office(), pauses=[(utc(f"{MONDAY} 11:59"), None)])


def test_a_pause_outside_of_hours_leaves_a_kept_wall_time_alone() -> None:
    pause = (utc(f"{MONDAY} 18:00"), utc(f"{MONDAY} 19:00"))
    assert add_days(utc(f"{FRIDAY} 20:00"), 1, office(), KEEP, pauses=[pause]) == utc(f"{MONDAY} 20:00")


def test_single_days_run_out() -> None:
    hours = Hours.parse({"special": {MONDAY: [["09:00", "17:00"]], TUESDAY: [["09:00", "17:00"]]}})
    assert add_days(utc(f"{FRIDAY} 12:00"), 2, hours) == utc(f"{TUESDAY} 12:00")
    for n in (3, -1):
        with pytest.raises(NoWorkingTime, match=f"for {abs(n)} working days"):
            add_days(utc(f"{FRIDAY} 12:00"), n, hours)


@pytest.mark.parametrize(
    ("field", "value"), [("ends_at", "closed"), ("cut_off", "wall"), ("treated_as", "8"), ("cut_off", "24:01")]
)
def test_a_policy_with_a_bad_time_is_refused(field: str, value: str) -> None:
    with pytest.raises(BadPolicy, match=f"Day policy field '{field}' cannot be '{value}'."):
        DayPolicy(**{field: value})


def test_calendar_days_and_weeks_keep_the_wall_time() -> None:
    zone = ZoneInfo(LONDON)
    assert add_calendar_days(at("2026-03-28 12:00", LONDON), 1, zone) == at("2026-03-29 12:00", LONDON)
    assert add_calendar_days(at("2026-03-28 01:30", LONDON), 1, zone) == at("2026-03-29 02:30", LONDON)
    assert add_calendar_days(at("2026-03-30 12:00", LONDON), -2, zone) == at("2026-03-28 12:00", LONDON)
    assert add_weeks(at("2026-10-22 12:00", LONDON), 1, zone) == at("2026-10-29 12:00", LONDON)
    assert add_weeks(at("2026-10-29 12:00", LONDON), -1, zone) == at("2026-10-22 12:00", LONDON)


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        ("2026-01-31 10:00", 1, "2026-02-28 10:00"),
        ("2024-01-31 10:00", 1, "2024-02-29 10:00"),
        ("2026-01-31 10:00", 2, "2026-03-31 10:00"),
        ("2026-03-31 10:00", -1, "2026-02-28 10:00"),
        ("2025-12-15 10:00", 1, "2026-01-15 10:00"),
        ("2026-01-15 10:00", -13, "2024-12-15 10:00"),
        ("2025-10-29 01:30", 5, "2026-03-29 02:30"),
    ],
)
def test_months_end_on_their_last_day_and_keep_the_wall_time(start: str, n: int, expected: str) -> None:
    assert add_months(at(start, LONDON), n, ZoneInfo(LONDON)) == at(expected, LONDON)


def test_a_repeated_hour_stays_the_second_where_there_is_one() -> None:
    second = at("2026-10-25 01:30", LONDON, fold=1)
    assert add_calendar_days(second, 0, ZoneInfo(LONDON)) == second
    assert add_months(second, -7, ZoneInfo(LONDON)) == at("2026-03-25 01:30", LONDON)
    assert add_months(second, 5, ZoneInfo(LONDON)) == at("2027-03-25 01:30", LONDON)


def test_the_wall_ends_somewhere() -> None:
    start: datetime = utc("2026-01-01 00:00")
    for ask in (
        lambda: add_months(start, 12 * 500, ZoneInfo(LONDON)),
        lambda: add_calendar_days(start, 10**7, ZoneInfo(LONDON)),
        lambda: add_calendar_days(start, -(10**12), ZoneInfo(LONDON)),
    ):
        with pytest.raises(OutsideHorizon):
            ask()
    assert add_calendar_days(start, 100, ZoneInfo("UTC")) - start == timedelta(days=100)
