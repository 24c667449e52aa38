"""What the trackers of other systems report as wrong about calendars and time, each as a test named after the report.

A report says what people expect of a clock; the calendars and figures here are our own.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kapok.kernel.hours import (
    KEEP,
    Hours,
    Measure,
    NoWorkingTime,
    add_days,
    due,
    due_back,
    elapsed,
)
from tests.kernel.hours_calendars import DAYS, at, office, utc, weekly

BERLIN = "Europe/Berlin"
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
# 5 January 2026 is a Monday.


def test_zammad_3180_round_the_clock_typed_to_23_59_loses_a_minute_each_midnight_and_says_so() -> None:
    typed = weekly(("00:00", "23:59"), days=DAYS)
    meant = weekly(("00:00", "24:00"), days=DAYS)
    start = utc("2026-01-05 12:00")
    assert due(start, 72 * HOUR, meant) == utc("2026-01-08 12:00")
    assert due(start, 72 * HOUR, typed) == utc("2026-01-08 12:03")
    assert meant.warnings == ()
    assert len(typed.warnings) == 7
    assert typed.warnings[0].en.startswith(
        "week.mon ends at 23:59: what is left until midnight is not working time. Write 24:00"
    )


def test_otrs_787_solution_time_is_right_over_the_end_of_summer_time() -> None:
    nights = weekly(("00:00", "06:00"), zone=BERLIN, days=DAYS)
    assert due(at("2026-10-25 00:00", BERLIN), 7 * HOUR, nights) == at("2026-10-25 06:00", BERLIN)
    assert elapsed(at("2026-10-24 12:00", BERLIN), at("2026-10-25 12:00", BERLIN), nights) == 7 * HOUR


def test_otrs_698_the_repeated_hour_does_not_bring_the_clock_down() -> None:
    always = Hours.always(BERLIN)
    for minute in range(0, 60, 7):
        first = at(f"2026-10-25 02:{minute:02}", BERLIN)
        second = at(f"2026-10-25 02:{minute:02}", BERLIN, fold=1)
        assert elapsed(first, second, always) == HOUR
        assert due(first, HOUR, always) == second


def test_grafana_oncall_3261_a_shift_stays_at_its_wall_time_when_the_clocks_change() -> None:
    hours = office(BERLIN)
    assert (
        due(at("2026-03-27 17:00", BERLIN), 8 * HOUR, hours)
        == at("2026-03-30 17:00", BERLIN)
        == utc("2026-03-30 15:00")
    )
    assert (
        due(at("2026-10-23 17:00", BERLIN), 8 * HOUR, hours)
        == at("2026-10-26 17:00", BERLIN)
        == utc("2026-10-26 16:00")
    )


def test_dbt_zendesk_25_working_time_is_reckoned_in_the_zone_of_the_calendar_not_in_utc() -> None:
    start, end = utc("2026-01-05 00:00"), utc("2026-01-06 00:00")
    assert elapsed(start, utc("2026-01-05 14:00"), office("America/New_York")) == timedelta()
    assert elapsed(start, end, office("America/New_York")) == 8 * HOUR
    assert elapsed(start, utc("2026-01-05 09:00"), office("Asia/Shanghai")) == 8 * HOUR


NIGHTS = weekly(("22:00", "06:00"), zone=BERLIN)
LATE = weekly(("18:00", "02:00"), zone=BERLIN, days=["fri", "sat"])


def test_biz_133_hours_over_midnight_are_one_window() -> None:
    assert due(at("2026-01-06 02:00", BERLIN), 2 * HOUR, NIGHTS) == at("2026-01-06 04:00", BERLIN)
    assert due(at("2026-01-05 23:00", BERLIN), 4 * HOUR, NIGHTS) == at("2026-01-06 03:00", BERLIN)


def test_biz_33_a_schedule_over_midnight_has_no_gap_at_midnight() -> None:
    assert elapsed(at("2026-01-05 23:59", BERLIN), at("2026-01-06 00:01", BERLIN), NIGHTS) == 2 * MINUTE


def test_chatwoot_5254_hours_past_midnight_are_open_on_both_sides_of_it() -> None:
    assert elapsed(at("2026-01-09 23:00", BERLIN), at("2026-01-10 12:00", BERLIN), LATE) == 3 * HOUR


def test_chatwoot_6733_the_small_hours_belong_to_the_evening_before() -> None:
    assert due(at("2026-01-11 01:59", BERLIN), timedelta(), LATE) == at("2026-01-11 01:59", BERLIN)
    assert due(at("2026-01-11 02:01", BERLIN), timedelta(), LATE) == at("2026-01-16 18:00", BERLIN)


def test_businesstimedelta_6_the_running_night_shift_counts() -> None:
    assert due(at("2026-01-06 01:00", BERLIN), 6 * HOUR, NIGHTS) == at("2026-01-06 23:00", BERLIN)


def test_kie_issues_1651_a_timer_over_midnight_fires_on_its_night_not_two_days_later() -> None:
    assert due(at("2026-01-05 21:00", BERLIN), 3 * HOUR, NIGHTS) == at("2026-01-06 01:00", BERLIN)


SPLIT = weekly(("09:00", "12:00"), ("14:00", "18:00"))


def test_frappe_helpdesk_2212_a_lunch_break_is_not_working_time() -> None:
    assert due(utc("2026-01-05 11:30"), HOUR, SPLIT) == utc("2026-01-05 14:30")
    assert elapsed(utc("2026-01-05 09:00"), utc("2026-01-05 18:00"), SPLIT) == 7 * HOUR


def test_glpi_6835_a_day_may_close_at_noon() -> None:
    hours = office(special={"2026-12-24": [["09:00", "12:00"]], "12-31": [["09:00", "12:00"]]})
    assert due(utc("2026-12-24 11:00"), 2 * HOUR, hours) == utc("2026-12-25 10:00")
    assert due(utc("2026-12-31 11:00"), 2 * HOUR, hours) == utc("2027-01-01 10:00")


def test_biz_64_each_day_has_breaks_of_its_own() -> None:
    monday, tuesday = [["09:00", "12:00"], ["13:00", "17:00"]], [["09:00", "10:00"], ["10:15", "17:00"]]
    hours = Hours.parse({"week": {"mon": monday, "tue": tuesday}})
    assert elapsed(utc("2026-01-05 00:00"), utc("2026-01-06 00:00"), hours) == 7 * HOUR
    assert elapsed(utc("2026-01-06 00:00"), utc("2026-01-07 00:00"), hours) == 7 * HOUR + 45 * MINUTE


def test_zammad_390_a_day_that_is_no_holiday_here_can_be_opened_again() -> None:
    feed = ["2026-01-01", "2026-01-06", "2026-02-14"]
    hours = office(BERLIN, holidays=feed, special={"2026-01-06": [["09:00", "17:00"]]})
    assert hours.is_working_day(date(2026, 1, 6))
    assert not hours.is_working_day(date(2026, 1, 1))
    assert due(at("2026-01-05 17:00", BERLIN), HOUR, hours) == at("2026-01-06 10:00", BERLIN)


def test_glpi_10594_a_pause_over_the_weekend_gives_only_its_working_time_to_a_target_in_days() -> None:
    weekend = [(utc("2026-01-09 16:00"), utc("2026-01-12 10:00"))]
    target = add_days(utc("2026-01-08 12:00"), 3, office(), KEEP, pauses=weekend)
    assert target == utc("2026-01-13 14:00")


def test_glpi_9082_a_pause_never_moves_the_due_time_out_of_opening_hours() -> None:
    for measure in Measure:
        for length in range(1, 40):
            pause = (utc("2026-01-05 15:00"), utc("2026-01-05 15:00") + length * HOUR)
            due_at = due(utc("2026-01-05 14:00"), 2 * HOUR, office(), [pause], measure)
            assert due(due_at, timedelta(), office()) == due_at


def test_glpi_22678_an_hour_before_crosses_the_break_of_a_day_in_segments() -> None:
    assert due_back(utc("2026-01-05 14:30"), HOUR, SPLIT) == utc("2026-01-05 11:30")


def test_glpi_15357_an_hour_before_an_early_due_time_is_the_evening_before_not_midnight() -> None:
    assert due_back(utc("2026-01-06 09:30"), HOUR, SPLIT) == utc("2026-01-05 17:30")


def test_glpi_15429_an_hour_before_the_opening_of_a_week_is_at_the_end_of_the_last() -> None:
    assert due_back(utc("2026-01-12 09:00"), HOUR, SPLIT) == utc("2026-01-09 17:00")


def test_oca_project_73_a_calendar_without_hours_is_refused_not_walked_for_ever() -> None:
    with pytest.raises(NoWorkingTime) as refusal:
        due(utc("2026-01-05 09:00"), HOUR, Hours.parse({"zone": BERLIN}))
    assert refusal.value.text.en.startswith("The calendar has no working time at all. Give it a window")


def test_oca_helpdesk_885_a_deadline_in_days_without_a_working_day_is_refused() -> None:
    with pytest.raises(NoWorkingTime):
        add_days(utc("2026-01-05 09:00"), 1, Hours.parse({"week": {"mon": []}, "holidays": ["01-01"]}))


def test_zammad_4432_what_would_be_sent_at_midnight_waits_for_the_opening() -> None:
    hours = office(BERLIN)
    assert due(at("2026-01-06 00:00", BERLIN), timedelta(), hours) == at("2026-01-06 09:00", BERLIN)
    assert due(at("2026-01-10 12:00", BERLIN), timedelta(), hours) == at("2026-01-12 09:00", BERLIN)


def test_frappe_helpdesk_2449_a_holiday_added_later_moves_what_is_reckoned_anew_and_shows_in_the_version() -> None:
    before, after = office(), office(holidays=["2026-01-06"])
    start = utc("2026-01-05 16:00")
    assert due(start, 2 * HOUR, before) == utc("2026-01-06 10:00")
    assert due(start, 2 * HOUR, after) == utc("2026-01-07 10:00")
    assert before.version != after.version
