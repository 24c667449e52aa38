"""What the counts of settled hand-offs need from time to time."""

from __future__ import annotations

from django.db import connection

from kapok.ground.work.baton.models import COUNTS

MERGE = f"""
WITH fresh AS (DELETE FROM work_settledhandoffs WHERE NOT merged RETURNING *)
INSERT INTO work_settledhandoffs AS kept (week, from_unit_id, to_unit_id, merged, {", ".join(COUNTS)})
SELECT week, from_unit_id, to_unit_id, true, {", ".join(f"sum({each})" for each in COUNTS)} FROM fresh
GROUP BY week, from_unit_id, to_unit_id ORDER BY week, from_unit_id, to_unit_id
ON CONFLICT (week, from_unit_id, to_unit_id) WHERE merged
DO UPDATE SET {", ".join(f"{each} = kept.{each} + excluded.{each}" for each in COUNTS)}
"""  # noqa: S608  # names of columns only


def merge_settled() -> int:
    """Add what was settled since the last time to the row of its week and pair of units; how many rows that makes or changes.

    What the figures say is the same before, meanwhile and after.
    """
    with connection.cursor() as cursor:
        cursor.execute(MERGE)
        return int(cursor.rowcount)
