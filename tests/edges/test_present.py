"""The present moment of a request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from kapok.edges import present as clock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, timedelta]]:
    """The two clocks of a machine, as far as they have moved."""
    moved = {"wall": timedelta(), "boot": timedelta()}
    monkeypatch.setattr(clock, "wall", lambda: NOON + moved["wall"])
    monkeypatch.setattr(clock, "boot", lambda: HOUR + moved["boot"])
    clock._clock.cache_clear()
    yield moved
    clock._clock.cache_clear()


def test_what_people_do_is_not_dated_by_a_jump_of_the_machines_clock(machine: dict[str, timedelta]) -> None:
    second = timedelta(seconds=1)
    assert clock.present() == NOON
    machine |= {"wall": 24 * HOUR + second, "boot": second}
    assert clock.present() == NOON + second
    machine |= {"wall": 2 * second, "boot": 2 * second}  # it is set right again
    assert clock.present() == NOON + 2 * second


def test_a_jump_that_lasts_is_followed(machine: dict[str, timedelta]) -> None:
    assert clock.present() == NOON
    machine |= {"wall": -HOUR}
    assert clock.present() == NOON
    machine |= {"wall": -HOUR + timedelta(minutes=5), "boot": timedelta(minutes=5)}
    assert clock.present() == NOON - HOUR + timedelta(minutes=5)
