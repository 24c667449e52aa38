"""What fires, when, and what is written of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from kapok.ground.commitments import beats, catching_up, scheduler
from kapok.ground.commitments.firing import Deed
from kapok.ground.commitments.models import Commitment, PackVersion, SchedulerBeat
from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import timeline
from tests.ground.clocks import DUE, OPENED, WARN, clock, desk, started
from tests.ground.firing_oracle import Running, fire_all

SECOND = timedelta(seconds=1)
BY_CLOCK = tuple(Deed)


@pytest.fixture
def pack(db: None) -> UUID:
    return desk()


def told() -> list[tuple[str, str, datetime]]:
    """What the clocks have said, in the order in which it was written."""
    entries = Entry.objects.filter(kind__in=BY_CLOCK).order_by("id")
    return [(entry.kind.removeprefix("commitments."), entry.subject, entry.at) for entry in entries]


def test_nothing_fires_before_its_moment(pack: UUID) -> None:
    row = started(pack, warn_at=WARN)
    assert scheduler.fire(at=WARN[0] - timedelta(microseconds=1)) == scheduler.Fired()
    assert told() == []
    row.refresh_from_db()
    assert (row.next_fire_at, row.fired_through) == (WARN[0], None)


def test_a_warning_fires_and_the_next_one_is_waited_for(pack: UUID) -> None:
    row = started(pack, warn_at=WARN)
    fired = scheduler.fire(at=WARN[0])
    assert (fired.clocks, fired.deeds, fired.moments) == (1, {Deed.WARNED: 1}, (WARN[0],))
    row.refresh_from_db()
    assert (row.state, row.next_fire_at, row.fired_through, row.breached_at) == ("open", WARN[1], WARN[0], None)
    scheduler.fire(at=WARN[1] + SECOND)
    row.refresh_from_db()
    assert (row.state, row.next_fire_at, row.fired_through) == ("open", DUE, WARN[1])
    assert told() == [("warned", "fault/F1", WARN[0]), ("warned", "fault/F1", WARN[1])]


def test_a_clock_that_runs_out_is_a_breach_at_its_due_moment(pack: UUID) -> None:
    row = started(pack)
    fired = scheduler.fire(at=DUE + SECOND)
    assert fired.deeds == {Deed.BREACHED: 1}
    row.refresh_from_db()
    assert (row.state, row.next_fire_at, row.fired_through, row.breached_at) == ("overdue", None, DUE, DUE)
    [entry] = Entry.objects.filter(kind="commitments.breached")
    assert (entry.subject, entry.at, entry.actor) == ("fault/F1", DUE, "system/scheduler")
    assert entry.data == {
        "commitment": str(row.id),
        "pack": "desk",
        "promise": "pledge-repair",
        "tier": "pledge",
        "title": {"zh": "24 小时修复", "en": "Repaired within 24 hours"},
        "due_at": DUE.isoformat(),
        "unit": "hotline",
        "owner": "staff/agent",
    }
    assert scheduler.fire(at=DUE + SECOND) == scheduler.Fired()


def test_a_warning_says_which_it_is_and_reads_as_a_sentence(pack: UUID) -> None:
    started(pack, warn_at=WARN)
    scheduler.fire(at=WARN[1])
    assert [entry.data["number"] for entry in Entry.objects.filter(kind="commitments.warned").order_by("id")] == [1, 2]
    assert timeline("fault/F1")[0].sentence.en == "Warning: Repaired within 24 hours"


@pytest.mark.parametrize("direction", ["wait", "keep"])
def test_what_had_to_be_waited_or_kept_is_kept_when_its_time_has_passed(pack: UUID, direction: str) -> None:
    row = started(pack, direction=direction)
    assert scheduler.fire(at=DUE).deeds == {Deed.FULFILLED: 1}
    row.refresh_from_db()
    assert (row.state, row.next_fire_at, row.fired_through, row.breached_at) == ("kept", None, DUE, None)
    assert told() == [("fulfilled", "fault/F1", DUE)]


def test_what_was_missed_is_said_in_the_order_of_time(pack: UUID) -> None:
    minutes = [DUE + timedelta(minutes=number) for number in range(6)]
    started(pack, "fault/A", warn_at=(minutes[0], minutes[2]), due_at=minutes[4])
    started(pack, "fault/B", due_at=minutes[1])
    started(pack, "fault/C", warn_at=(minutes[3],), due_at=minutes[5])
    in_order = [
        ("warned", "fault/A", minutes[0]),
        ("breached", "fault/B", minutes[1]),
        ("warned", "fault/A", minutes[2]),
        ("warned", "fault/C", minutes[3]),
        ("breached", "fault/A", minutes[4]),
        ("breached", "fault/C", minutes[5]),
    ]
    with transaction.atomic():
        assert scheduler.fire(at=minutes[5]).moments == tuple(minutes)
        assert [(kind, subject) for kind, subject, _ in told()] == [(kind, subject) for kind, subject, _ in in_order]
        transaction.set_rollback(True)
    assert told() == []
    moments: list[datetime] = []
    while (fired := scheduler.fire(at=minutes[5], limit=1)).clocks:  # however small the batches
        moments.extend(fired.moments)
    assert moments == minutes
    assert told() == in_order


def test_a_batch_takes_the_earliest_and_no_more(pack: UUID) -> None:
    for number in range(5):
        started(pack, f"fault/F{number}", due_at=DUE - timedelta(minutes=number))
    assert scheduler.fire(at=DUE, limit=2).moments == (DUE - timedelta(minutes=4), DUE - timedelta(minutes=3))
    assert Commitment.objects.filter(state="open").count() == 3


def test_a_batch_costs_one_query_however_large(pack: UUID, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    started(pack, "fault/F0", due_at=OPENED)
    scheduler.fire(at=OPENED)  # the pack is read once
    Commitment.objects.bulk_create(clock(pack, f"fault/G{number}") for number in range(300))
    with django_assert_num_queries(3):  # between savepoint and release
        assert scheduler.fire(at=DUE).clocks == 300


def test_a_clock_that_stands_still_is_left_alone(pack: UUID) -> None:
    started(pack, "fault/P", state="paused", next_fire_at=None)
    started(pack, "fault/O", state="overdue", next_fire_at=None)
    assert scheduler.fire(at=DUE + timedelta(days=9)) == scheduler.Fired()
    assert scheduler.next_moment() is None


def test_a_row_without_a_due_moment_is_put_aside_without_a_word(pack: UUID) -> None:
    row = started(pack, next_fire_at=OPENED)
    Commitment.objects.filter(id=row.id).update(due_at=None)
    assert scheduler.fire(at=DUE).moments == ()
    assert scheduler.next_moment() is None
    assert told() == []


def test_a_row_that_looks_too_early_is_set_right(pack: UUID) -> None:
    row = started(pack, next_fire_at=OPENED)
    assert scheduler.fire(at=OPENED).moments == ()
    row.refresh_from_db()
    assert (row.state, row.next_fire_at) == ("open", DUE)


def test_a_pack_that_can_no_longer_be_read_does_not_stop_the_clocks(pack: UUID) -> None:
    PackVersion.objects.filter(id=pack).update(document="{", digest="other")
    started(pack)
    scheduler.fire(at=DUE)
    [entry] = Entry.objects.filter(kind="commitments.breached")
    assert entry.data["title"] == {"zh": "pledge-repair", "en": "pledge-repair"}


def test_the_next_moment(pack: UUID) -> None:
    assert scheduler.next_moment() is None
    started(pack, "fault/F1")
    started(pack, "fault/F2", warn_at=WARN)
    assert scheduler.next_moment() == WARN[0]


def test_catching_up_is_said(pack: UUID) -> None:
    started(pack, "fault/F1", warn_at=WARN)
    started(pack, "fault/F2", direction="keep", due_at=DUE + SECOND)
    at = DUE + timedelta(days=2)
    scheduler.fire(at=at, limit=1)
    scheduler.fire(at=at)  # another process: what was made good is told as one
    assert catching_up.latest() is None
    assert catching_up.tell(silent_since=OPENED, at=at)
    [line] = timeline("system/scheduler")
    assert line.data == {
        "silent_since": OPENED.isoformat(),
        "first": WARN[0].isoformat(),
        "last": (DUE + SECOND).isoformat(),
        "warned": 2,
        "breached": 1,
        "fulfilled": 1,
    }
    assert catching_up.latest() == catching_up.CaughtUp(at, WARN[0], DUE + SECOND, 4, "system/scheduler")


def test_what_was_fired_on_time_before_the_silence_is_not_made_good(pack: UUID) -> None:
    now = datetime.now(UTC)
    started(pack, "fault/F1", due_at=now)
    scheduler.fire(at=now)
    fired_at = Entry.objects.get(kind="commitments.breached").recorded_at
    assert not catching_up.tell(silent_since=fired_at - 2 * SECOND, at=now + timedelta(days=2))
    assert timeline("system/scheduler") == []
    assert catching_up.tell(silent_since=fired_at - timedelta(minutes=1), at=now + timedelta(days=2))


def test_catching_up_is_said_by_one_and_not_where_nothing_was_due(pack: UUID) -> None:
    assert not catching_up.tell(silent_since=OPENED, at=DUE)
    started(pack, "fault/F1")
    scheduler.fire(at=DUE)
    beats.beat(name="scheduler@one#1", started_at=DUE, at=DUE, fired=1, late_p99=None, jumps=0)
    assert not catching_up.tell(silent_since=OPENED, at=DUE), "whoever gave that sign of life has told it"
    assert timeline("system/scheduler") == []


@pytest.mark.django_db
def test_each_process_has_a_sign_of_life_of_its_own_and_those_that_ended_are_forgotten() -> None:
    def beat(name: str, at: datetime) -> None:
        beats.beat(name=name, started_at=OPENED, at=at, fired=0, late_p99=None, jumps=0)

    beat("scheduler@one#1", DUE)
    beat("scheduler@one#2", DUE + SECOND)
    beat("scheduler@onerous#3", DUE + 2 * SECOND)
    assert beats.beating(DUE + 2 * SECOND).alive == 3
    assert beats.last_seen("scheduler@one") == DUE + SECOND
    assert beats.last_seen() == DUE + 2 * SECOND
    later = DUE + beats.FORGOTTEN_AFTER + 2 * SECOND
    beat("scheduler@one#4", later)
    assert set(SchedulerBeat.objects.values_list("name", flat=True)) == {"scheduler@one#4", "scheduler@onerous#3"}
    assert (beats.beating(later).alive, beats.last_seen("scheduler@one")) == (1, later)


def test_after_a_breach_the_matter_is_judged_as_it_was_fired(pack: UUID) -> None:
    """The whole way: an entry opens the clocks, they run out, and what closes them later is late."""
    record("fault.reported", OPENED, facts={"service": "fixed_voice"})
    scheduler.fire(at=DUE)
    record("fault.restored", DUE + timedelta(hours=1))
    row = Commitment.objects.get(promise="pledge-repair")
    assert (row.state, row.breached_at, row.late_by) == ("broken", DUE, timedelta(hours=1))
    assert Entry.objects.filter(kind="commitments.breached", data__promise="pledge-repair").count() == 1


def record(kind: str, at: datetime, **known: object) -> None:
    with transaction.atomic():
        journal.record(journal.happening(kind, subject="fault/F1", actor="staff/agent", at=at, **known))


@pytest.mark.parametrize(
    ("away", "notified"), [(timedelta(seconds=-5), 1), (1.9 * SECOND, 1), (2 * SECOND, 0), (None, 0)]
)
def test_only_a_clock_that_fires_soon_wakes_the_schedulers(
    transactional_db: None, away: timedelta | None, notified: int
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {scheduler.CHANNEL}")
    scheduler.wake_if_soon(None if away is None else OPENED + away, OPENED)
    assert len(list(connection.connection.notifies(timeout=30 if notified else 0.2, stop_after=1))) == notified
    with connection.cursor() as cursor:
        cursor.execute("UNLISTEN *")


minutes = st.integers(0, 12).map(lambda number: OPENED + timedelta(minutes=number))
drawn = st.lists(
    st.tuples(
        st.sampled_from(["within", "wait", "keep"]),
        minutes,
        st.lists(minutes, max_size=3, unique=True),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=8,
)


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(drawn=drawn, at=minutes, limit=st.integers(1, 9))
def test_the_statement_does_what_the_oracle_says(
    drawn: list[tuple[str, datetime, list[datetime], int]], at: datetime, limit: int
) -> None:
    with transaction.atomic():
        pack = desk()
        rows = [
            started(
                pack,
                f"fault/F{number}",
                direction=direction,
                due_at=due,
                warn_at=sorted(warn),
                warned=warned,
                next_fire_at=min([*sorted(warn)[warned:], due]),
            )
            for number, (direction, due, warn, warned) in enumerate(drawn)
        ]
        clocks = [
            Running(row.id, row.subject, row.direction, row.due_at, row.warn_at, row.warned, row.next_fire_at)
            for row in rows
        ]
        told_by_oracle, left = fire_all(clocks, at, limit)
        fired = scheduler.fire(at=at, limit=limit)
        entries = Entry.objects.filter(kind__in=BY_CLOCK).order_by("id")
        assert [(each.kind, each.subject, each.at, each.data.get("number", 0)) for each in entries] == [
            (each.deed, each.clock.subject, each.moment, each.number) for each in told_by_oracle
        ]
        assert fired.moments == tuple(each.moment for each in told_by_oracle)
        after = {row.id: row for row in Commitment.objects.all()}
        for each in left:
            row = after[each.id]
            assert (row.state, row.next_fire_at, row.breached_at) == (each.state, each.next_fire_at, each.breached_at)
            numbers = [firing.number for firing in told_by_oracle if firing.clock.id == row.id]
            assert row.warned == max([*numbers, next(clock.warned for clock in clocks if clock.id == row.id)])
        untouched = {row.id for row in rows} - {each.id for each in left}
        assert {after[key].fired_through for key in untouched} <= {None}
        transaction.set_rollback(True)
