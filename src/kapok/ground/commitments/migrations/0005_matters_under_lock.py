"""Matters are locked and read in one statement.

The function is volatile: what it reads it sees in a snapshot taken after the locks are held, so the entries of whoever held them
before are among it. The packs are shared first, then the matters locked in the order in which they are named.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION commitments_lock(subjects text[]) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    matter text;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('packs', 8));
    FOREACH matter IN ARRAY subjects LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended(matter, 7));
    END LOOP;
END $$;

CREATE FUNCTION commitments_entries(subjects text[]) RETURNS SETOF journal_entry LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM commitments_lock(subjects);
    RETURN QUERY SELECT * FROM journal_entry WHERE subject = ANY(subjects) ORDER BY at, recorded_at, id;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("commitments", "0004_scheduler_beat"),
        ("journal", "0005_horizon_of_this_database"),
    ]

    operations = [
        migrations.RunSQL(FORWARD, "DROP FUNCTION commitments_entries(text[]); DROP FUNCTION commitments_lock(text[])"),
    ]
