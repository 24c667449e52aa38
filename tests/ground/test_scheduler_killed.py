"""`kill -9` at every step of a firing, and a keeper that is killed again and again: nothing is lost, nothing said twice."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from kapok.ground.commitments import scheduler, stuck
from kapok.ground.commitments.models import Commitment, SchedulerBeat
from kapok.ground.journal.models import Entry
from tests.ground.clocks import DUE, clock, desk
from tests.ground.test_scheduler_stuck import POISON
from tests.processes import Begin, python
from tests.races import PATIENCE_SECONDS, eventually


@pytest.fixture
def start(transactional_db: None, tmp_path: Path) -> Iterator[Begin]:
    with python(tmp_path) as begin:
        yield begin


@pytest.fixture
def pack(transactional_db: None) -> UUID:
    return desk()


def breaches() -> Counter[str]:
    return Counter(Entry.objects.filter(kind="commitments.breached").values_list("subject", flat=True))


def breached() -> int:
    return Entry.objects.filter(kind="commitments.breached").count()


@pytest.mark.slow
@pytest.mark.parametrize(("step", "done"), [("begun", 10), ("fired", 10), ("committed", 20)])
def test_killed_at_any_step_nothing_is_lost_and_nothing_doubled(pack: UUID, start: Begin, step: str, done: int) -> None:
    Commitment.objects.bulk_create(clock(pack, f"fault/F{number:02}") for number in range(35))
    killed = start("-m", "tests.ground.killed_scheduler", step, DUE.isoformat(), "10")
    assert killed.wait(timeout=PATIENCE_SECONDS) == -signal.SIGKILL
    assert breached() == Commitment.objects.filter(state="overdue").count() == done
    fired = 0
    ends = time.monotonic() + PATIENCE_SECONDS
    while fired < 35 - done and time.monotonic() < ends:  # the server lets go of the rows once it notices the death
        fired += scheduler.fire(at=DUE, limit=10).clocks
    assert fired == 35 - done
    assert breaches() == Counter(f"fault/F{number:02}" for number in range(35))


@pytest.mark.slow
@pytest.mark.parametrize("step", ["begun", "fired", "committed"])
def test_killed_while_one_clock_is_poisoned_the_others_are_told_once(pack: UUID, start: Begin, step: str) -> None:
    names = [f"fault/F{number:02}" if number != 15 else "fault/POISON" for number in range(35)]
    Commitment.objects.bulk_create(clock(pack, name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(POISON)
    try:
        killed = start("-m", "tests.ground.killed_scheduler", step, DUE.isoformat(), "10")
        assert killed.wait(timeout=PATIENCE_SECONDS) == -signal.SIGKILL
        assert eventually(lambda: bool(scheduler.fire(at=DUE, limit=10)) and breached() == 34)
        assert breaches() == Counter(name for name in names if name != "fault/POISON")
        assert [each.subject for each in stuck.clocks().clocks] == ["fault/POISON"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER poisoned ON journal_entry; DROP FUNCTION poisoned()")


@pytest.mark.slow
def test_a_keeper_killed_again_and_again_fires_everything_once(pack: UUID, start: Begin) -> None:
    subjects = [f"fault/F{number:05}" for number in range(6_000)]
    Commitment.objects.bulk_create((clock(pack, subject) for subject in subjects), batch_size=1000)
    at_death = []
    for _ in range(3):
        before = breached()
        keeper = start("-P", "-m", "django", "keep")
        assert eventually(lambda least=before: breached() > least)  # type: ignore[misc]  # cannot infer a lambda's default
        keeper.send_signal(signal.SIGKILL)
        keeper.wait()
        at_death.append(breached())
    assert 0 < at_death[0] < at_death[1] < at_death[2] < len(subjects)
    keeper = start("-P", "-m", "django", "keep")
    assert eventually(lambda: breached() == len(subjects))
    keeper.terminate()
    assert keeper.wait(timeout=PATIENCE_SECONDS) == 0
    assert breaches() == Counter(subjects)


@pytest.mark.slow
def test_after_two_days_of_silence_a_keeper_catches_up_in_order_and_says_so(pack: UUID, start: Begin) -> None:
    silent = datetime.now(UTC) - timedelta(days=2)
    SchedulerBeat.objects.create(name="scheduler@elsewhere", started_at=silent, seen_at=silent)
    first, last = silent + timedelta(minutes=1), silent + timedelta(minutes=1200)
    Commitment.objects.bulk_create(
        clock(pack, f"fault/F{number}", due_at=silent + timedelta(minutes=number)) for number in range(1200, 0, -1)
    )
    keeper = start("-P", "-m", "django", "keep")
    assert eventually(lambda: Entry.objects.filter(subject="system/scheduler").exists())
    keeper.terminate()
    assert keeper.wait(timeout=PATIENCE_SECONDS) == 0
    [said] = Entry.objects.filter(subject="system/scheduler")
    assert said.kind == "commitments.scheduler_caught_up"
    assert said.data == {
        "silent_since": silent.isoformat(),
        "first": first.isoformat(),
        "last": last.isoformat(),
        "warned": 0,
        "breached": 1200,
        "fulfilled": 0,
    }
    written = Entry.objects.filter(kind="commitments.breached").order_by("recorded_at", "at")
    moments = list(written.values_list("at", flat=True))
    assert moments == sorted(moments)
    assert len(moments) == 1200
