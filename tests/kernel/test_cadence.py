"""When to look again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kapok.kernel.cadence import Cadence

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_the_next_look_is_due_so_long_after_the_last_one() -> None:
    looks = Cadence(timedelta(seconds=30))
    seconds = (0, 1, 29, 30, 31, 60)
    assert [looks.due(AT + timedelta(seconds=each)) for each in seconds] == [True, False, False, True, False, True]


def test_a_look_that_is_due_anyway_counts_as_one() -> None:
    looks = Cadence(timedelta(seconds=30))
    assert looks.due(AT)
    assert looks.due(AT + timedelta(seconds=20), anyway=True)
    assert not looks.due(AT + timedelta(seconds=40))


def test_a_clock_that_was_set_back_is_followed_at_once() -> None:
    looks = Cadence(timedelta(seconds=30))
    assert looks.due(AT)
    assert looks.due(AT - timedelta(hours=1))
    assert not looks.due(AT - timedelta(hours=1) + timedelta(seconds=1))
