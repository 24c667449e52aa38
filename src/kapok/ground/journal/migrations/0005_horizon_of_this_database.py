"""Readers wait for this database's transactions only, and no entry can be written below the first.

A snapshot names the open transactions of the whole server. One that is seen to belong to another database can have recorded
nothing here; what cannot be told (a prepared transaction, a session of somebody whose activity is hidden) is waited for.
"""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION journal_horizon() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    snapshot pg_snapshot := pg_current_snapshot();
    oldest bigint;
BEGIN
    SELECT min(open::text::bigint) INTO oldest FROM pg_snapshot_xip(snapshot) AS open
    WHERE NOT EXISTS (
        SELECT FROM pg_stat_activity AS other
        WHERE other.backend_xid = open::xid AND other.datname <> current_database()
    );
    RETURN least(coalesce(oldest, pg_snapshot_xmax(snapshot)::text::bigint),
                 pg_current_xact_id_if_assigned()::text::bigint) + (SELECT added FROM journal_era);
END $$;
ALTER TABLE journal_entry ADD CONSTRAINT journal_entry_stands_in_order CHECK (transaction >= 0 AND position > 0);
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0004_delivery")]

    operations = [migrations.RunSQL(FORWARD)]
