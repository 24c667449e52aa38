"""Partitions by month, append-only through every door, and numbers that go on after a restore."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from kapok.ground.journal import api as journal
from kapok.ground.journal import seals, upkeep
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import timeline
from tests.ground.journal_lab import AT, TRACER, ring, traced, traces

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _traces(transactional_db: None, settings: Settings) -> Iterator[None]:
    settings.JOURNAL_WITNESSES = []
    with traces():
        yield


@pytest.fixture
def months() -> Iterator[None]:
    """Partitions of February to April 2026, gone after the test."""
    assert upkeep.make_partitions(first=date(2026, 2, 27), last=date(2026, 4, 1)) == 3
    yield
    for month in ("202602", "202603", "202604"):
        execute("TRUNCATE journal_entry CASCADE")
        execute(f"ALTER TABLE journal_entry DETACH PARTITION journal_entry_{month}")
        execute(f"DROP TABLE journal_entry_{month}")


def stored_in() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM journal_entry ORDER BY transaction, position")
        return [row[0] for row in cursor.fetchall()]


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_entry_lies_in_the_month_it_happened_in(months: None) -> None:
    for at in (
        datetime(2026, 2, 28, 23, 59, 59, 999999, UTC),
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 3, 31, 23, 59, 59, 999999, UTC),
        datetime(2026, 4, 1, tzinfo=UTC),
        datetime(2031, 1, 1, tzinfo=UTC),
    ):
        ring(1, at=at)
    months_found = [name.removeprefix("journal_entry_") for name in stored_in()]
    assert months_found == ["202602", "202603", "202603", "202604", "rest"]
    assert [line.at.month for line in timeline("bell/1")] == [1, 4, 3, 3, 2]


def test_making_partitions_again_does_nothing(months: None) -> None:
    assert upkeep.make_partitions(first=date(2026, 2, 1), last=date(2026, 4, 30)) == 0


def test_a_month_that_has_begun_in_the_common_partition_stays_there() -> None:
    ring(1)
    assert upkeep.make_partitions(first=date(2026, 3, 1), last=date(2026, 3, 1)) == 0
    assert stored_in() == ["journal_entry_rest"]


@pytest.mark.parametrize("table", ["journal_entry", "journal_entry_202603"])
@pytest.mark.parametrize(
    "change",
    ["UPDATE {} SET actor = 'nobody'", "DELETE FROM {}", "TRUNCATE {} CASCADE"],
    ids=["update", "delete", "truncate"],
)
def test_a_partition_refuses_changes_too(months: None, table: str, change: str) -> None:
    ring(1)
    with transaction.atomic():
        execute("ALTER TABLE journal_entry ENABLE TRIGGER journal_entry_is_never_emptied")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            execute(change.format(table))
        transaction.set_rollback(True)
    assert Entry.objects.get().actor == "staff/lin"


def test_the_database_numbers_what_is_written_past_our_code() -> None:
    ring(1)
    execute(
        "INSERT INTO journal_entry (id, kind, subject, at, actor, data)"
        " VALUES (gen_random_uuid(), 'bell.rang', 'bell/1', now(), 'psql', '{\"times\": 2}')"
    )
    first, second = Entry.objects.order_by("transaction", "position")
    assert first.transaction < second.transaction
    assert first.position < second.position


def test_nothing_is_done_to_the_numbers_of_a_cluster_that_runs() -> None:
    ring(1)
    assert upkeep.continue_numbering() is False


def test_after_a_restore_new_entries_stand_above_all_old_ones() -> None:
    """As in a fresh cluster: what is stored has far higher numbers than the transactions that run now."""
    execute("UPDATE journal_era SET added = 5000000000")
    ring(1)
    journal.deliver(TRACER, at=AT)
    try:
        execute("UPDATE journal_era SET added = 0")
        ring(2)
        assert journal.deliver(TRACER, at=AT) == 0  # without upkeep it would never be heard of
        assert upkeep.continue_numbering() is True
        ring(3)
        ring(4)
        assert journal.deliver(TRACER, at=AT) == 2
        assert [times for _, times in traced()] == [1, 3, 4]
        assert upkeep.continue_numbering() is False
        numbers = list(Entry.objects.order_by("position").values_list("transaction", flat=True))
        assert numbers[0] < numbers[2] < numbers[3]
    finally:
        execute("TRUNCATE journal_entry, journal_cursor CASCADE")
        execute("UPDATE journal_era SET added = 0")


def test_entries_beyond_the_months_made_are_read_in_order_sealed_and_found_and_upkeep_goes_on() -> None:
    """A year late and five months ahead: both lie in the common partition, and so will the rest of these months."""
    now = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert upkeep.make_partitions_ahead(at=now) > 0
    late, ahead = datetime(2025, 3, 2, 1, 0, tzinfo=UTC), datetime(2026, 8, 2, 1, 0, tzinfo=UTC)
    for number, at in enumerate((now, late, ahead, now), 1):
        ring(number, at=at)
    try:
        assert stored_in() == [
            "journal_entry_202603",
            "journal_entry_rest",
            "journal_entry_rest",
            "journal_entry_202603",
        ]
        assert journal.deliver(TRACER, at=now) == 4
        assert [times for _, times in traced()] == [1, 2, 3, 4]
        assert [line.data["times"] for line in timeline("bell/1")] == [3, 4, 1, 2]
        assert seals.seal(at=now) == 4
        for later in (5, 6, 7):  # the nights of the months that follow
            upkeep.make_partitions_ahead(at=datetime(2026, later, 2, tzinfo=UTC))
        ring(5, at=ahead)
        assert stored_in()[-1] == "journal_entry_rest"  # that month had begun there, and stays
        ring(6, at=datetime(2026, 9, 2, tzinfo=UTC))
        assert stored_in()[-1] == "journal_entry_202609"
        assert seals.seal(at=now) == 2
        assert seals.verify() == seals.Verified(2, 6, None)
    finally:
        execute("TRUNCATE journal_entry CASCADE")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT to_char(day, 'YYYYMM') FROM generate_series(date '2026-01-01', date '2026-12-01', '1 month') day"
            )
            for (month,) in cursor.fetchall():
                cursor.execute("SELECT to_regclass(%s)", [f"journal_entry_{month}"])
                if cursor.fetchone() != (None,):
                    cursor.execute(f"ALTER TABLE journal_entry DETACH PARTITION journal_entry_{month}")
                    cursor.execute(f"DROP TABLE journal_entry_{month}")


def test_an_entry_dated_absurdly_ahead_is_refused(settings: Settings) -> None:
    settings.JOURNAL_AHEAD = timedelta(days=30)
    with pytest.raises(journal.TooFarAhead, match="more than 30 days ahead"):
        ring(1, at=timezone.now() + timedelta(days=31))
    assert not Entry.objects.filter(kind="bell.rang").exists()
    ring(1, at=timezone.now() + timedelta(days=29))
    assert Entry.objects.filter(kind="bell.rang").count() == 1
