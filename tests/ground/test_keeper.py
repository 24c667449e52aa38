"""The keeper's loop, in this process: it stops at once, outlives the database, and is not led astray by the machine's clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier, Event, Thread

import pytest
from django.db import connection

from kapok.config import keeper, scheduling
from kapok.ground.commitments import beats, scheduler
from kapok.ground.commitments.models import Commitment, SchedulerBeat
from kapok.ground.journal.models import Entry
from tests.ground.clocks import desk, started
from tests.races import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.usefixtures("transactional_db")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@contextmanager
def running(loop: Callable[[Event], None] = scheduling.scheduler_loop) -> Iterator[Event]:
    """The loop in a thread, stopped afterwards."""
    stop = Event()
    thread = Thread(target=loop, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def overdue() -> int:
    return Commitment.objects.filter(state="overdue").count()


def test_it_fires_what_falls_due_and_stops_when_it_is_told() -> None:
    pack = desk()
    with running():
        assert eventually(SchedulerBeat.objects.exists)
        started(pack, due_at=datetime.now(UTC) + timedelta(seconds=0.3))
        assert eventually(lambda: overdue() == 1)
    [entry] = Entry.objects.filter(kind="commitments.breached")
    assert entry.recorded_at > entry.at
    assert beats.beating(datetime.now(UTC)).alive == 1


def test_it_wakes_for_a_clock_that_fires_before_it_would_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """It sleeps longer than anybody waits for it here, and stops at once all the same."""
    monkeypatch.setattr(scheduler, "NAP", 2 * timedelta(seconds=PATIENCE_SECONDS))
    pack = desk()
    with running():
        assert eventually(SchedulerBeat.objects.exists)
        for number in range(3):
            started(pack, f"fault/F{number}", due_at=datetime.now(UTC))
            scheduler.wake_if_soon(datetime.now(UTC), datetime.now(UTC))
            assert eventually(lambda: not Commitment.objects.filter(state="open").exists())


def test_it_wakes_for_each_clock_and_does_not_look_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told of the first of several, it sets its own alarm for the next: a look in between would come too late for us."""
    monkeypatch.setattr(scheduler, "NAP", 2 * timedelta(seconds=PATIENCE_SECONDS))
    pack = desk()
    with running():
        assert eventually(SchedulerBeat.objects.exists)
        due = [datetime.now(UTC) + timedelta(seconds=1 + number / 4) for number in range(4)]
        for number, moment in enumerate(due):
            started(pack, f"fault/F{number}", due_at=moment)
        scheduler.wake_if_soon(due[0], datetime.now(UTC))
        assert eventually(lambda: overdue() == len(due))
    entries = Entry.objects.filter(kind="commitments.breached").order_by("recorded_at")
    assert [entry.at for entry in entries] == due
    assert all(entry.recorded_at > entry.at for entry in entries)


def test_it_outlives_the_loss_of_its_connections() -> None:
    pack = desk()
    with running():
        assert eventually(SchedulerBeat.objects.exists)
        for number in range(3):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
                )
            started(pack, f"fault/F{number}", due_at=datetime.now(UTC))
            assert eventually(lambda done=number + 1: overdue() == done)  # type: ignore[misc]  # cannot infer a lambda's default
    connection.close()
    connection.close_pool()  # in which the lost ones would wait for another test


class Machine:
    """A machine whose clock is set by hand."""

    def __init__(self) -> None:
        self.wall, self.boot, self.looks = START, DAY, 0

    def look(self) -> datetime:
        self.looks += 1
        return self.wall

    def passes(self, span: timedelta) -> None:
        self.wall += span
        self.boot += span


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(scheduling, "wall", made.look)
    monkeypatch.setattr(scheduling, "boot", lambda: made.boot)
    return made


def idle(machine: Machine, looks: int = 3) -> None:
    """Let the loop look at the clock a few times, each time once more after what it saw."""
    for _ in range(looks):
        machine.passes(timedelta(seconds=6))
        wanted = machine.looks + 2
        assert eventually(partial(_looks, machine, wanted))


def _looks(machine: Machine, wanted: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {scheduler.CHANNEL}")
    return machine.looks >= wanted


def test_a_day_forward_and_back_fires_nothing_too_early(machine: Machine) -> None:
    started(desk(), due_at=START + HOUR)
    with running():
        idle(machine)
        machine.wall += DAY
        idle(machine)
        assert overdue() == 0
        machine.wall -= DAY
        idle(machine)
        assert overdue() == 0
        machine.passes(HOUR)
        assert eventually(lambda: overdue() == 1)
        assert eventually(lambda: SchedulerBeat.objects.get().jumps == 1)


def test_an_hour_backwards_fires_nothing_twice(machine: Machine) -> None:
    pack = desk()
    started(pack, "fault/F1", due_at=START + timedelta(seconds=3))
    started(pack, "fault/F2", due_at=START + timedelta(minutes=20))
    with running():
        machine.passes(timedelta(seconds=4))
        assert eventually(lambda: overdue() == 1)
        machine.wall -= HOUR
        idle(machine)
        machine.passes(timedelta(minutes=6))  # believed by now
        idle(machine)
        assert overdue() == 1
        machine.passes(2 * HOUR)
        assert eventually(lambda: overdue() == 2)
    assert Entry.objects.filter(kind="commitments.breached").count() == 2


def test_it_does_not_start_before_its_last_sign_of_life(machine: Machine) -> None:
    name = scheduling.name()
    SchedulerBeat.objects.create(name=name, started_at=START, seen_at=START + HOUR)
    started(desk(), due_at=START + HOUR)
    with running():
        assert eventually(lambda: overdue() == 1)


def test_a_loop_that_fails_ends_the_keeper_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper.signal, "signal", lambda *_: None)
    ended = Event()

    def fails(_stop: Event) -> None:
        raise ValueError("no")

    def waits(stop: Event) -> None:
        stop.wait(PATIENCE_SECONDS)
        ended.set()

    with pytest.raises(ValueError, match="no"):
        keeper.keep((fails, waits))
    assert ended.is_set()


def test_each_loop_has_a_connection_of_its_own_whatever_the_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper.signal, "signal", lambda *_: None)
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "pool", {"min_size": 1, "max_size": 1, "timeout": 1})
    everybody = Barrier(4)

    def loop(stop: Event) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            everybody.wait(timeout=PATIENCE_SECONDS)
        finally:
            connection.close()
            stop.set()

    keeper.keep([loop] * 4)
    assert not everybody.broken
