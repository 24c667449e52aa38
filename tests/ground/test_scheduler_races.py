"""Several schedulers, and people who act, at the same moment: each firing once, and none beside a judgement that forbids it."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, Event
from uuid import UUID

import pytest
from django.db import connection, transaction

from kapok.ground.commitments import api, scheduler, stuck
from kapok.ground.commitments.models import Commitment, StuckClock
from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Entry
from tests.ground.clocks import DUE, OPENED, clock, desk, started
from tests.ground.packs import DESK
from tests.races import PATIENCE_SECONDS

AFTER = DUE + timedelta(hours=1)


@pytest.fixture
def pack(transactional_db: None) -> UUID:
    return desk()


def test_four_schedulers_fire_each_clock_once_and_each_in_order(pack: UUID) -> None:
    rows = [
        clock(pack, f"fault/F{number:04}", due_at=DUE + timedelta(seconds=number), warn_at=(OPENED,))
        for number in range(2000)
    ]
    Commitment.objects.bulk_create(rows)
    start = Barrier(4)

    def schedule(_: int) -> list[datetime]:
        moments: list[datetime] = []
        start.wait(PATIENCE_SECONDS)
        try:
            while Commitment.objects.filter(next_fire_at__isnull=False).exists():
                moments.extend(scheduler.fire(at=AFTER, limit=50).moments)
        finally:
            connection.close()
        return moments

    with ThreadPoolExecutor(4) as pool:
        fired = list(pool.map(schedule, range(4)))
    assert sum(map(len, fired)) == 4000
    warned = Counter(Entry.objects.filter(kind="commitments.warned").values_list("data__commitment", flat=True))
    breached = Counter(Entry.objects.filter(kind="commitments.breached").values_list("data__commitment", flat=True))
    once = Counter(str(row.id) for row in rows)
    assert (warned, breached) == (once, once)
    assert Commitment.objects.filter(state="overdue", next_fire_at=None).count() == 2000


@pytest.mark.parametrize("limit", [1, 50])
def test_one_scheduler_among_others_that_hold_rows_keeps_the_order(pack: UUID, limit: int) -> None:
    Commitment.objects.bulk_create(
        clock(pack, f"fault/F{number}", due_at=DUE + timedelta(seconds=number % 7)) for number in range(40)
    )
    held, release = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            list(Commitment.objects.select_for_update().order_by("due_at")[:10])
            held.set()
            release.wait(PATIENCE_SECONDS)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        assert held.wait(PATIENCE_SECONDS)
        moments: list[datetime] = []
        while (fired := scheduler.fire(at=AFTER, limit=limit)).clocks:
            moments.extend(fired.moments)
        release.set()
        holding.result()
    assert len(moments) == 30
    assert moments == sorted(moments)
    assert scheduler.fire(at=AFTER).clocks == 10


def test_a_clock_set_aside_that_another_has_in_hand_stays_set_aside(pack: UUID) -> None:
    row = started(pack, "fault/F1")
    stuck.set_aside(row.id, DUE, "django.db.utils.InternalError", at=DUE)
    at, locked, release = DUE + timedelta(minutes=1), Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            list(Commitment.objects.select_for_update().filter(id=row.id))
            locked.set()
            release.wait(PATIENCE_SECONDS)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        assert locked.wait(PATIENCE_SECONDS)
        assert scheduler.retry_stuck(at=at) == scheduler.Fired()
        assert [(each.state, each.attempts) for each in stuck.clocks().clocks] == [("waiting", 1)]
        release.set()
        holding.result()
    assert scheduler.retry_stuck(at=at).moments == (DUE,)
    assert StuckClock.objects.get().state == "done"


def opened(subject: str) -> None:
    record("fault.reported", subject, OPENED, facts={"service": "fixed_voice"})


def record(kind: str, subject: str, at: datetime, **known: object) -> None:
    with transaction.atomic():
        journal.record(journal.happening(kind, subject=subject, actor="staff/agent", at=at, **known))


def test_a_breach_is_told_once_whoever_finds_it_first(transactional_db: None) -> None:
    """The restoration comes late, just as the scheduler fires: one of the two tells of the breach."""
    api.adopt_pack(document=DESK, actor="staff/tester", at=OPENED)
    subjects = [f"fault/F{number}" for number in range(30)]
    for subject in subjects:
        opened(subject)
    start = Barrier(2)

    def schedule() -> None:
        start.wait(PATIENCE_SECONDS)
        while Commitment.objects.filter(next_fire_at__lte=AFTER).exists():
            scheduler.fire(at=AFTER, limit=3)
        connection.close()

    def restore() -> None:
        start.wait(PATIENCE_SECONDS)
        for subject in subjects:
            record("fault.restored", subject, AFTER)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(schedule), pool.submit(restore)]:
            each.result()
    rows = Commitment.objects.filter(promise="pledge-repair")
    assert [row.state for row in rows] == ["broken"] * 30
    assert {row.breached_at for row in rows} == {DUE}
    told = Entry.objects.filter(kind="commitments.breached", data__promise="pledge-repair")
    assert sorted(told.values_list("subject", flat=True)) == sorted(subjects)


def test_what_is_restored_in_time_is_never_said_to_be_late(transactional_db: None) -> None:
    """The entry of a restoration in time is being recorded while its clock falls due: the scheduler waits for the judgement."""
    desk()
    opened("fault/F1")
    scheduler.fire(at=DUE - timedelta(hours=1))

    def schedule() -> int:
        try:
            return scheduler.fire(at=AFTER).clocks
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        journal.record(
            journal.happening("fault.restored", subject="fault/F1", actor="staff/agent", at=DUE - timedelta(hours=1))
        )
        assert pool.submit(schedule).result() == 0
    assert scheduler.fire(at=AFTER).clocks == 0
    assert Commitment.objects.get(promise="pledge-repair").state == "kept"
