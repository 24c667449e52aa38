"""What the trackers of other systems report as wrong about pauses, reopening and transfer, each as a test named after the report.

A report says what people expect of a clock; the calendars and figures here are our own.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from kapok.kernel.hours import (
    Measure,
    StillPaused,
    due,
    elapsed,
    elapsed_many,
)
from kapok.kernel.hours.instants import micros
from tests.kernel.hours_calendars import DAYS, office, utc, weekly

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
# 5 January 2026 is a Monday.


SPLIT = weekly(("09:00", "12:00"), ("14:00", "18:00"))


def test_erpnext_47029_51111_hold_time_is_added_as_working_time_not_to_the_start() -> None:
    held = [(utc("2026-01-05 16:00"), utc("2026-01-06 11:00"))]
    assert due(utc("2026-01-05 15:00"), 4 * HOUR, office(), held) == utc("2026-01-06 14:00")


def test_frappe_helpdesk_1554_a_paused_clock_stands_still() -> None:
    open_pause = [(utc("2026-01-05 10:00"), None)]
    for later in ("2026-01-05 11:00", "2026-01-07 11:00", "2026-03-01 00:00"):
        assert elapsed(utc("2026-01-05 09:00"), utc(later), office(), open_pause) == HOUR


def test_frappe_helpdesk_1675_nothing_falls_due_while_the_clock_is_paused() -> None:
    with pytest.raises(StillPaused) as refusal:
        due(utc("2026-01-05 09:00"), 2 * HOUR, office(), [(utc("2026-01-05 10:00"), None)])
    assert refusal.value.data["since"] == utc("2026-01-05 10:00")


def test_glpi_24481_what_was_due_before_the_pause_stays_due_then() -> None:
    pending = [(utc("2026-01-05 11:00"), None)]
    assert due(utc("2026-01-05 09:00"), 2 * HOUR, office(), pending) == utc("2026-01-05 11:00")


def test_glpi_2232_3367_time_pending_can_be_told_from_time_run() -> None:
    start, end = utc("2026-01-05 09:00"), utc("2026-01-05 15:00")
    pending = [(utc("2026-01-05 10:00"), utc("2026-01-05 12:00"))]
    assert elapsed(start, end, office()) - elapsed(start, end, office(), pending) == 2 * HOUR


SOLVED, REOPENED = utc("2026-01-05 12:00"), utc("2026-01-06 12:00")


def test_glpi_23359_time_solved_is_a_pause_only_if_the_policy_says_so() -> None:
    start, end = utc("2026-01-05 09:00"), utc("2026-01-06 15:00")
    assert elapsed(start, end, office()) == 14 * HOUR
    assert elapsed(start, end, office(), [(SOLVED, REOPENED)]) == 6 * HOUR


def test_glpi_9267_time_pending_and_closed_at_once_is_taken_off_once() -> None:
    pending = (utc("2026-01-05 11:00"), utc("2026-01-05 14:00"))
    assert (
        elapsed(utc("2026-01-05 09:00"), utc("2026-01-06 15:00"), office(), [pending, (SOLVED, REOPENED)]) == 5 * HOUR
    )


def test_glpi_6902_a_promise_changed_while_paused_keeps_the_pause() -> None:
    start, pause = utc("2026-01-05 09:00"), (utc("2026-01-05 10:00"), utc("2026-01-05 12:00"))
    assert due(start, 4 * HOUR, office(), [pause]) == utc("2026-01-05 15:00")
    assert due(start, 8 * HOUR, office(), [pause]) == utc("2026-01-06 11:00")


def test_glpi_15605_a_calendar_changed_while_paused_keeps_the_pause() -> None:
    start, pause = utc("2026-01-05 09:00"), (utc("2026-01-05 10:00"), utc("2026-01-05 12:00"))
    assert due(start, 4 * HOUR, SPLIT, [pause]) == utc("2026-01-05 17:00")


def test_alga_psa_3091_a_matter_born_paused_starts_when_the_pause_ends() -> None:
    born = utc("2026-01-05 09:00")
    assert due(born, 2 * HOUR, office(), [(born, utc("2026-01-05 13:00"))]) == utc("2026-01-05 15:00")
    assert due(born, timedelta(), office(), [(born, utc("2026-01-05 13:00"))]) == utc("2026-01-05 13:00")
    assert elapsed(born, utc("2026-01-05 15:00"), office(), [(born, None)]) == timedelta()


def test_znuny_369_reopening_may_continue_the_clock() -> None:
    assert due(utc("2026-01-05 09:00"), 8 * HOUR, office(), [(SOLVED, REOPENED)]) == utc("2026-01-06 17:00")


def test_glpi_5213_reopening_may_start_the_clock_again() -> None:
    assert due(REOPENED, 8 * HOUR, office()) == utc("2026-01-07 12:00")


def test_osticket_5206_reopening_may_find_the_clock_run_out() -> None:
    assert due(utc("2026-01-05 09:00"), 8 * HOUR, office()) < REOPENED


def test_breeze_6691_a_priority_set_later_is_reckoned_from_the_first_start() -> None:
    start = utc("2026-01-05 09:00")
    assert due(start, 2 * HOUR, office()) == utc("2026-01-05 11:00")
    assert due(start, 16 * HOUR, office()) == utc("2026-01-06 17:00")


def test_glpi_1911_the_time_of_each_group_is_its_own_and_all_add_up() -> None:
    handed = [micros(utc(f"2026-01-{text}")) for text in ("05 09:00", "05 16:59", "09 20:00", "12 10:30")]
    shares = elapsed_many(handed[:-1], handed[1:], SPLIT).tolist()
    assert shares == [minutes * 60_000_000 for minutes in (5 * 60 + 59, 4 * 7 * 60 + 61, 90)]
    assert sum(shares) * MINUTE / 60_000_000 == elapsed(utc("2026-01-05 09:00"), utc("2026-01-12 10:30"), SPLIT)


def test_frappe_helpdesk_1895_a_group_gets_its_full_time_from_the_moment_it_is_handed_the_matter() -> None:
    assert due(utc("2026-01-05 16:00"), 4 * HOUR, office()) == utc("2026-01-06 12:00")


def test_erpnext_wall_time_pause_counts_outside_of_hours_too() -> None:
    hours = weekly(("10:00", "18:00"), days=DAYS)
    paused = [(utc("2020-03-04 04:15"), utc("2020-03-04 05:00"))]
    assert due(utc("2020-03-04 04:00"), 6 * HOUR, hours, paused, Measure.WALL) == utc("2020-03-04 16:45")
    assert due(utc("2020-03-04 04:00"), 6 * HOUR, hours, paused) == utc("2020-03-04 16:00")
