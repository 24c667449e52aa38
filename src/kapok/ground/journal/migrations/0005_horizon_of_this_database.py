"""Readers wait for this database's transactions only, and no entry can be written below the first.

A snapshot names the open transactions of the whole server. One that is seen to belong to another database can have recorded
nothing here; what cannot be told (a prepared transaction, a session of somebody whose activity is hidden) is waited for. One that
ended between snapshot and look is looked for again in a new snapshot. Entries are read in a snapshot later than the horizon's, so
that all below it are there.
"""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION journal_horizon() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    snapshot pg_snapshot;
    oldest bigint;
BEGIN
    FOR attempt IN 1..5 LOOP
        snapshot := pg_current_snapshot();
        PERFORM pg_stat_clear_snapshot();
        SELECT min(open::text::bigint) INTO oldest FROM pg_snapshot_xip(snapshot) AS open
        WHERE NOT EXISTS (
            SELECT FROM pg_stat_activity AS other
            WHERE other.backend_xid = open::xid AND other.datname <> current_database()
        );
        EXIT WHEN oldest IS NULL OR pg_xact_status(oldest::text::xid8) = 'in progress';
    END LOOP;
    RETURN least(coalesce(oldest, pg_snapshot_xmax(snapshot)::text::bigint),
                 pg_current_xact_id_if_assigned()::text::bigint) + (SELECT added FROM journal_era);
END $$;

CREATE OR REPLACE FUNCTION journal_read(after_transaction bigint, after_position bigint, most bigint)
RETURNS SETOF journal_entry LANGUAGE plpgsql VOLATILE SET enable_sort = off AS $$
DECLARE
    horizon bigint := journal_horizon();
BEGIN
    RETURN QUERY SELECT * FROM journal_entry
        WHERE (transaction, position) > (after_transaction, after_position) AND transaction < horizon
        ORDER BY transaction, position LIMIT most;
END $$;

ALTER TABLE journal_entry ADD CONSTRAINT journal_entry_stands_in_order CHECK (transaction >= 0 AND position > 0);
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0004_delivery")]

    operations = [migrations.RunSQL(FORWARD)]
