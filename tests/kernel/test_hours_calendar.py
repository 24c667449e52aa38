"""Reading calendars: what is understood, what is refused and in which words, and what is written back."""

from __future__ import annotations

import pickle
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kapok.kernel.hours import (
    BadDate,
    BadTime,
    CalendarError,
    EmptyWindow,
    Hours,
    NoWorkingTime,
    OutsideHorizon,
    OverlappingWindows,
    UnknownField,
    UnknownZone,
    WrongShape,
    due,
)
from tests.kernel.hours_calendars import office, utc, weekly


def test_the_form_of_the_design_is_read_and_written_back_canonically() -> None:
    hours = Hours.parse(
        {
            "zone": "Asia/Shanghai",
            "week": {
                "tue": [["14:00", "18:00"], ["8:30", "12:00:00"]],
                "mon": [("22:00", "6:00:30")],
                "sun": [],
                "sat": None,
            },
            "holidays": ["2026-10-01", date(2026, 5, 1), "02-29"],
            "special": {"2026-10-10": [["18:00", "00:00"]], date(2026, 10, 11): [], "12-24": [["08:00", "24:00"]]},
        }
    )
    assert hours.zone == ZoneInfo("Asia/Shanghai")
    assert hours.spec == {
        "zone": "Asia/Shanghai",
        "week": {"mon": [["22:00", "06:00:30"]], "tue": [["08:30", "12:00"], ["14:00", "18:00"]]},
        "holidays": ["02-29", "2026-05-01", "2026-10-01", "2026-10-11"],
        "special": {"12-24": [["08:00", "24:00"]], "2026-10-10": [["18:00", "24:00"]]},
    }
    assert Hours.parse(hours.spec) == hours
    assert Hours.parse(hours.spec).spec == hours.spec


def test_always_is_the_whole_week() -> None:
    spelt_out = weekly(("00:00", "12:00"), ("12:00", "24:00"), days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    assert Hours.always().spec == Hours.parse({"always": True}).spec
    assert Hours.always("Asia/Tokyo").zone == ZoneInfo("Asia/Tokyo")
    start = utc("2026-01-05 09:00")
    assert due(start, timedelta(days=10**5), Hours.always()) == start + timedelta(days=10**5)
    assert due(start, timedelta(days=10**5), spelt_out) == start + timedelta(days=10**5)


def test_always_may_have_holidays() -> None:
    hours = Hours.parse({"always": True, "holidays": ["01-06"]})
    assert due(utc("2026-01-05 12:00"), timedelta(hours=24), hours) == utc("2026-01-07 12:00")


def test_the_version_changes_with_any_rule_and_only_then() -> None:
    hours = office("Europe/Berlin")
    assert len(hours.version) == 12
    assert hours.version == weekly(("9:00", "17:00"), zone="Europe/Berlin").version
    others = [office(), office("Europe/Berlin", holidays=["01-01"]), weekly(("09:00", "17:01"), zone="Europe/Berlin")]
    assert len({hours.version, *(other.version for other in others)}) == 4


def test_equal_hours_are_equal_and_survive_a_journey_to_another_process() -> None:
    hours = office("Europe/Berlin", holidays=["2026-01-06"])
    copy = pickle.loads(pickle.dumps(hours))
    assert copy == hours
    assert len({copy, hours}) == 1
    assert hours != office()
    assert hours != "office"
    assert repr(hours) == f"<Hours {hours.version} Europe/Berlin>"
    assert due(utc("2026-01-05 15:00"), timedelta(hours=2), copy) == utc("2026-01-07 09:00")


def test_the_more_exact_rule_of_a_day_wins() -> None:
    hours = office(
        holidays=["01-05", "2026-01-06", "2026-01-07", "01-08"],
        special={"01-06": [["10:00", "11:00"]], "2026-01-07": [["10:00", "11:00"]], "01-08": [["10:00", "11:00"]]},
    )
    assert [hours.is_working_day(date(2026, 1, day)) for day in range(5, 10)] == [False, False, True, True, True]


def test_a_holiday_closes_the_shift_that_starts_on_it_and_not_the_one_that_ends_on_it() -> None:
    nights = weekly(("22:00", "06:00"), holidays=["2026-01-06"])
    assert due(utc("2026-01-05 23:00"), timedelta(hours=7), nights) == utc("2026-01-06 06:00")
    assert due(utc("2026-01-06 23:00"), timedelta(hours=1), nights) == utc("2026-01-07 23:00")


def test_the_29th_of_february_comes_in_leap_years() -> None:
    hours = Hours.parse({"always": True, "holidays": ["02-29"]})
    assert [hours.is_working_day(date(year, 2, 29)) for year in (2024, 2028, 2000, 1904)] == [False] * 4
    assert hours.is_working_day(date(2100, 3, 1))


def test_a_date_that_the_zone_left_out_is_no_working_day() -> None:
    hours = Hours.always("Pacific/Apia")
    assert [hours.is_working_day(date(2011, 12, day)) for day in (29, 30, 31)] == [True, False, True]


def test_days_beyond_the_horizon_are_refused() -> None:
    with pytest.raises(OutsideHorizon, match="1700 to 2500"):
        office().is_working_day(date(2600, 1, 1))


def test_dates_that_stand_for_never_do_no_harm() -> None:
    never = {"9999-12-31": [["09:00", "17:00"]], "0001-01-01": [["09:00", "17:00"]]}
    assert due(utc("2026-01-05 09:00"), timedelta(hours=1), office(special=never)) == utc("2026-01-05 10:00")
    with pytest.raises(NoWorkingTime):
        due(utc("2026-01-05 09:00"), timedelta(hours=1), Hours.parse({"special": never}))


def test_a_shift_that_runs_into_the_next_days_hours_is_warned_of_and_counts_once() -> None:
    hours = Hours.parse(
        {"week": {"mon": [["22:00", "09:30"]], "tue": [["09:00", "17:00"]], "sun": [["20:00", "04:00"]]}}
    )
    assert [warning.en for warning in hours.warnings] == [
        "week.mon runs until 09:30 of the next day, into the window that opens there at 09:00; the overlap counts once."
    ]
    assert due(utc("2026-01-05 22:00"), timedelta(hours=19), hours) == utc("2026-01-06 17:00")


def test_special_days_that_end_a_minute_early_are_warned_of() -> None:
    hours = office(special={"2026-01-06": [["00:00", "23:59:59"]], "12-24": [["00:00", "23:59"]]})
    assert [warning.en.split(":")[0] for warning in hours.warnings] == [
        "special.2026-01-06 ends at 23",
        "special.12-24 ends at 23",
    ]
    assert hours.warnings[0].zh.startswith("special.2026-01-06 止于 23:59:59")


@pytest.mark.parametrize(
    ("spec", "refusal", "told"),
    [
        ({"zone": "Asia/Shanghi"}, UnknownZone, "'zone': there is no time zone 'Asia/Shanghi'. Write an IANA name, for"),
        ({"zone": ""}, UnknownZone, "for example Asia/Shanghai"),
        ({"zone": 8}, UnknownZone, "there is no time zone 8"),
        ({"zone": "../etc/passwd"}, UnknownZone, "'../etc/passwd'"),
        ({"zone": "Europe"}, UnknownZone, "'Europe'"),
        ({"hours": {}}, UnknownField, "no field 'calendar.hours'. It may have: zone, week, always, holidays, special."),
        ({"week": {"monday": []}}, UnknownField, "no field 'week.monday'. It may have: mon, tue, wed, thu, fri, sat, sun."),
        ({"week": []}, WrongShape, "field 'week' must be a mapping, not []"),
        ({"week": {"mon": "09:00-17:00"}}, WrongShape, "field 'week.mon' must be a list, not '09:00-17:00'"),
        ({"week": {"mon": ["09:00"]}}, WrongShape, "field 'week.mon[0]' must be a list"),
        ({"week": {"mon": [["09:00"]]}}, WrongShape, "field 'week.mon[0]' must be a pair of times such as"),
        ({"week": {"mon": [[540, 1020]]}}, BadTime, "field 'week.mon[0]': 540 is no time of day. Write \"HH:MM\" in quotes"),
        ({"week": {"mon": [["09:00", "24:01"]]}}, BadTime, "'24:01'"),
        ({"week": {"mon": [["09:00", "25:00"]]}}, BadTime, "'25:00'"),
        ({"week": {"mon": [["9", "17:00"]]}}, BadTime, "'9'"),
        ({"week": {"mon": [["09:60", "17:00"]]}}, BadTime, "'09:60'"),
        ({"week": {"mon": [["٠٩:00", "17:00"]]}}, BadTime, "'٠٩:00'"),
        ({"week": {"mon": [["24:00", "06:00"]]}}, BadTime, "'24:00'"),
        ({"week": {"mon": [["09:00", "09:00"]]}}, EmptyWindow, "field 'week.mon[0]': the window begins and ends at 09:00."),
        ({"week": {"mon": [["13:00", "17:00"], ["09:00", "13:01"]]}}, OverlappingWindows, "windows 09:00-13:01 and 13:00-17:00"),
        ({"week": {"mon": [["22:00", "06:00"], ["23:00", "24:00"]]}}, OverlappingWindows, "22:00-06:00 and 23:00-24:00"),
        ({"holidays": "2026-01-01"}, WrongShape, "field 'holidays' must be a list"),
        ({"holidays": ["2026-02-29"]}, BadDate, "field 'holidays[0]': '2026-02-29' is no date. Write \"YYYY-MM-DD\""),
        ({"holidays": ["02-30"]}, BadDate, "'02-30'"),
        ({"holidays": ["1/1"]}, BadDate, "'1/1'"),
        ({"holidays": [101]}, BadDate, "101"),
        ({"special": {"2026-13-01": []}}, BadDate, "field 'special.2026-13-01'"),
        ({"special": [["2026-01-01"]]}, WrongShape, "field 'special' must be a mapping"),
        ({"special": {"2026-01-01": [["17:00", "x"]]}}, BadTime, "field 'special.2026-01-01[0]': 'x'"),
        ({"always": "yes"}, WrongShape, "field 'always' must be true or false"),
        ({"always": True, "week": {"mon": [["09:00", "17:00"]]}}, WrongShape, "left out beside 'always'"),
        ([], WrongShape, "field 'calendar' must be a mapping"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_field_and_remedy(
    spec: Any, refusal: type[CalendarError], told: str
) -> None:
    with pytest.raises(refusal) as refused:
        Hours.parse(spec)
    assert told in refused.value.text.en
    assert refused.value.text.zh.startswith("日历")
