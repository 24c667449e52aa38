"""What the journal's tables need from time to time: partitions for the coming months, and numbers that only grow."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction

MONTHS_AHEAD = 3


def make_partitions(*, first: date, last: date) -> int:
    """Make the partitions of the months from `first` to `last`; how many were missing.

    A month of which entries were written before it had a partition keeps them, and all that follow, in the common one.
    """
    months = [date(year, month, 1) for year, month in _months(first, last)]
    with transaction.atomic(), connection.cursor() as cursor:
        # A reader that goes on for long must not make all writers queue behind this; the next night will do.
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        cursor.execute("SELECT count(*) FROM unnest(%s::date[]) AS month WHERE journal_make_partition(month)", [months])
        return int(cursor.fetchone()[0])


def make_partitions_ahead(*, at: datetime) -> int:
    """Make the partitions of last month, this one and the coming three."""
    today = at.astimezone(UTC).date()
    return make_partitions(first=today - timedelta(days=31), last=today + timedelta(days=31 * MONTHS_AHEAD))


def continue_numbering() -> bool:
    """Let new entries be numbered above all old ones; whether anything had to be done.

    A database that was restored into a fresh cluster counts its transactions from a low number again. Without this, entries
    written from then on would stand before those that every subscriber has read, and no one would hear of them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE journal_era IN EXCLUSIVE MODE")
        cursor.execute(
            """
            UPDATE journal_era SET added = highest.number + 1
            FROM (SELECT greatest(
                (SELECT max(transaction) FROM journal_entry), (SELECT max(transaction) FROM journal_cursor)
            ) AS number) AS highest
            WHERE highest.number >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint + added
            """
        )
        return bool(cursor.rowcount)


def _months(first: date, last: date) -> list[tuple[int, int]]:
    start, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    return [(month // 12, month % 12 + 1) for month in range(start, end + 1)]
