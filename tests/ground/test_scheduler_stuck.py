"""A clock that makes firing fail is set aside; everything behind it fires in time, and it is tried again by itself."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from kapok.ground.commitments import scheduler, stuck
from kapok.ground.commitments.models import Commitment, StuckClock
from kapok.ground.commitments.refusals import NotStuck
from kapok.ground.journal.models import Entry
from tests.ground.clocks import DUE, WARN, clock, desk, started

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
POISON = """
CREATE FUNCTION poisoned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject LIKE 'fault/POISON%' THEN RAISE EXCEPTION 'poison 13800138000'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER poisoned BEFORE INSERT ON journal_entry FOR EACH ROW EXECUTE FUNCTION poisoned();
"""


@pytest.fixture
def pack(db: None) -> UUID:
    found = desk()
    with connection.cursor() as cursor:
        cursor.execute(POISON)
    return found


def mend() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER poisoned ON journal_entry")


def drain(limit: int = scheduler.BATCH) -> list[scheduler.Fired]:
    found = []
    while (fired := scheduler.fire(at=DUE, limit=limit)).clocks:
        found.append(fired)
    return found


def told() -> list[str]:
    return list(Entry.objects.filter(kind="commitments.breached").order_by("id").values_list("subject", flat=True))


def test_what_is_set_aside_is_paged_by_its_moment() -> None:
    pack = desk()
    moments = [DUE + (number // 2) * SECOND for number in range(5)]
    rows = [started(pack, f"fault/F{number}", due_at=moment) for number, moment in enumerate(moments)]
    for number, row in enumerate(rows):
        stuck.set_aside(row.id, moments[number], "error", at=DUE)
    StuckClock.objects.filter(commitment=rows[1].id).update(state="dead")
    StuckClock.objects.filter(commitment=rows[4].id).update(state="done", settled_at=DUE)
    inorder = [row.subject for row in sorted(rows[:4], key=lambda row: (row.due_at, row.id))]
    first = stuck.clocks(limit=3)
    assert [each.subject for each in first.clocks] == inorder[:3]
    last = stuck.clocks(after=first.after, limit=3)
    assert ([each.subject for each in last.clocks], last.after) == (inorder[3:], None)
    assert stuck.clocks(limit=4).after is None
    assert [each.subject for each in stuck.clocks(after=rows[0].pack_id, limit=1).clocks] == inorder[:1]


def test_one_poisoned_among_a_thousand_and_all_others_fire_once_in_order(pack: UUID) -> None:
    moments = [DUE - timedelta(milliseconds=1000 - number) for number in range(1000)]
    names = [f"fault/F{number:04}" if number != 321 else "fault/POISON" for number in range(1000)]
    Commitment.objects.bulk_create(
        clock(pack, name, due_at=moment) for name, moment in zip(names, moments, strict=True)
    )
    batches = drain()
    assert sum(each.stuck for each in batches) == 1
    assert len(batches) < 12  # halved a few times on the way to it, not a thousand steps
    assert told() == [name for name in names if name != "fault/POISON"]
    row = StuckClock.objects.get()
    assert (row.commitment.subject, row.state, row.attempts, row.fire_at) == (
        "fault/POISON",
        "waiting",
        1,
        moments[321],
    )
    assert "13800138000" not in row.error
    assert row.commitment.state == "open"
    assert scheduler.next_moment() == row.next_try_at == DUE + 5 * SECOND


def test_mended_it_fires_by_itself_at_its_own_moment_once(pack: UUID) -> None:
    started(pack, "fault/POISON", warn_at=WARN)
    drain()
    assert scheduler.retry_stuck(at=DUE + 4 * SECOND) == scheduler.Fired()
    scheduler.retry_stuck(at=DUE + 5 * SECOND)
    row = StuckClock.objects.get()
    assert (row.attempts, row.next_try_at) == (2, DUE + 15 * SECOND)  # twice as long
    mend()
    assert drain() == []  # it is not its turn yet
    fired = scheduler.retry_stuck(at=DUE + 15 * SECOND)
    assert fired.moments == (*WARN, DUE)
    assert told() == ["fault/POISON"]
    assert Entry.objects.get(kind="commitments.breached").at == DUE
    row.refresh_from_db()
    assert (row.state, row.settled_at) == ("done", DUE + 15 * SECOND)
    assert scheduler.retry_stuck(at=DUE + 60 * SECOND) == scheduler.Fired()


def test_after_so_many_attempts_it_is_given_up_and_a_person_has_it_tried_again(pack: UUID, settings: Settings) -> None:
    settings.FIRING_ATTEMPTS = 2
    row = started(pack, "fault/POISON")
    drain()
    scheduler.retry_stuck(at=DUE + 5 * SECOND)
    [found] = stuck.clocks().clocks
    assert (found.state, found.attempts, found.subject) == ("dead", 2, "fault/POISON")
    assert scheduler.retry_stuck(at=DUE + timedelta(days=9)) == scheduler.Fired()
    assert scheduler.next_moment() is None
    mend()
    stuck.retry_clock(commitment=row.id, actor="staff/lin", at=DUE + timedelta(days=9))
    assert scheduler.retry_stuck(at=DUE + timedelta(days=9)).moments == (DUE,)
    assert Entry.objects.get(kind="commitments.clock_retried").subject == "fault/POISON"
    assert stuck.clocks().clocks == []
    with pytest.raises(NotStuck):
        stuck.retry_clock(commitment=row.id, actor="staff/lin", at=DUE)


def test_judged_anew_for_another_moment_it_is_fired_as_if_nothing_had_been(pack: UUID) -> None:
    row = started(pack, "fault/POISON")
    drain()
    mend()
    Commitment.objects.filter(id=row.id).update(due_at=DUE + SECOND, next_fire_at=DUE + SECOND)
    assert scheduler.fire(at=DUE + SECOND).moments == (DUE + SECOND,)
    assert scheduler.retry_stuck(at=DUE + 5 * SECOND) == scheduler.Fired()
    assert StuckClock.objects.get().state == "done"
    assert told() == ["fault/POISON"]


def test_several_poisoned_ones_and_small_batches(pack: UUID) -> None:
    names = ["fault/POISON1", "fault/A", "fault/POISON2", "fault/POISON3", "fault/B"]
    for number, name in enumerate(names):
        started(pack, name, due_at=DUE - timedelta(minutes=9 - number))
    drain(limit=2)
    assert told() == ["fault/A", "fault/B"]
    assert [each.subject for each in stuck.clocks().clocks] == ["fault/POISON1", "fault/POISON2", "fault/POISON3"]


def test_what_all_have_in_common_is_no_attempt_of_any(pack: UUID, settings: Settings) -> None:
    settings.FIRING_ATTEMPTS = 2
    for number in range(30):
        started(pack, f"fault/POISON{number:02}", due_at=DUE - timedelta(minutes=60 - number))
    streak, at = scheduler.Streak(), DUE
    while scheduler.fire(at=at, streak=streak).clocks:
        pass
    assert [row.attempts for row in StuckClock.objects.order_by("fire_at")] == [1] * 20 + [0] * 10
    for _ in range(9):
        at += timedelta(days=1)
        scheduler.retry_stuck(at=at, limit=30, streak=streak)
    assert {each.state for each in stuck.clocks().clocks} == {"waiting"}
    assert streak.is_common
    mend()
    scheduler.retry_stuck(at=at + timedelta(days=1), limit=30, streak=streak)
    assert (len(told()), stuck.clocks().clocks, streak.failed) == (30, [], 0)


def test_one_that_fails_among_others_that_fire_is_given_up(pack: UUID, settings: Settings) -> None:
    settings.FIRING_ATTEMPTS = 2
    streak = scheduler.Streak(failed=19)
    started(pack, "fault/A", due_at=DUE - timedelta(minutes=3))
    assert scheduler.fire(at=DUE, streak=streak).moments == (DUE - timedelta(minutes=3),)
    started(pack, "fault/POISON")
    scheduler.fire(at=DUE, streak=streak)
    scheduler.retry_stuck(at=DUE + 5 * SECOND, streak=streak)
    assert [(each.state, each.attempts) for each in stuck.clocks().clocks] == [("dead", 2)]


def test_a_person_has_all_tried_again(pack: UUID, settings: Settings) -> None:
    settings.FIRING_ATTEMPTS = 1
    for number in range(3):
        started(pack, f"fault/POISON{number}")
    drain()
    assert [each.state for each in stuck.clocks().clocks] == ["dead"] * 3
    mend()
    assert stuck.retry_clocks(actor="staff/lin", at=DUE + SECOND) == 3
    assert len(scheduler.retry_stuck(at=DUE + SECOND).moments) == 3
    entry = Entry.objects.get(kind="commitments.clocks_retried")
    assert (entry.actor, entry.data["clocks"]) == ("staff/lin", 3)
    with pytest.raises(NotStuck):
        stuck.retry_clocks(actor="staff/lin", at=DUE + SECOND)
