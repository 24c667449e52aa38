"""The journal in monthly partitions, and its entries numbered so that readers miss none.

Identifiers begin with the milliseconds of `at`, so a month is a range of identifiers. `transaction` is the number of the
transaction that recorded an entry, `position` its place among all; what is added to a transaction's number stands in
`journal_era`, because a cluster that was restored counts its transactions from a lower number again.
"""

from django.db import migrations, models

FORWARD = """
CREATE TABLE journal_era (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    added bigint NOT NULL CHECK (added >= 0)
);
INSERT INTO journal_era (added) VALUES (0);
CREATE SEQUENCE journal_position AS bigint;

CREATE FUNCTION journal_transaction() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN pg_current_xact_id()::text::bigint + (SELECT added FROM journal_era);
END $$;
CREATE FUNCTION journal_horizon() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT added FROM journal_era);
END $$;
CREATE FUNCTION journal_first_id(month date) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT rpad(lpad(to_hex((extract(epoch FROM month::timestamp) * 1000)::bigint), 12, '0'), 32, '0')::uuid
$$;

ALTER TABLE journal_entry RENAME TO journal_entry_before;
ALTER TABLE journal_entry_before RENAME CONSTRAINT journal_entry_pkey TO journal_entry_before_pkey;
DROP INDEX journal_entry_timeline, journal_entry_correlation;

CREATE TABLE journal_entry (
    id uuid NOT NULL PRIMARY KEY,
    kind varchar(100) NOT NULL,
    subject varchar(200) NOT NULL,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    actor varchar(200) NOT NULL,
    correlation uuid,
    data jsonb NOT NULL,
    transaction bigint NOT NULL DEFAULT journal_transaction(),
    position bigint NOT NULL DEFAULT nextval('journal_position')
) PARTITION BY RANGE (id);
CREATE TABLE journal_entry_rest PARTITION OF journal_entry DEFAULT;
CREATE INDEX journal_entry_timeline ON journal_entry (subject, at DESC, recorded_at DESC, id DESC);
CREATE INDEX journal_entry_correlation ON journal_entry (correlation) WHERE correlation IS NOT NULL;
CREATE INDEX journal_entry_order ON journal_entry (transaction, position);

-- The next entries in the order of readers. Without sorting, the planner merges the partitions' indexes; it would otherwise
-- expect next to nothing after a place, read everything that follows, and sort it for each hundred.
CREATE FUNCTION journal_read(after_transaction bigint, after_position bigint, most bigint) RETURNS SETOF journal_entry
LANGUAGE plpgsql STABLE SET enable_sort = off AS $$
BEGIN
    RETURN QUERY SELECT * FROM journal_entry
        WHERE (transaction, position) > (after_transaction, after_position) AND transaction < (SELECT journal_horizon())
        ORDER BY transaction, position LIMIT most;
END $$;

CREATE OR REPLACE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Emptying is refused for all tables of the journal as long as it is for the first of them.
    IF TG_OP = 'TRUNCATE' AND EXISTS (
        SELECT FROM pg_trigger
        WHERE tgrelid = 'journal_entry'::regclass AND tgname = 'journal_entry_is_never_emptied' AND tgenabled = 'D'
    ) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused; record a correction instead', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER journal_entry_is_never_emptied BEFORE TRUNCATE ON journal_entry
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER journal_entry_rest_is_never_emptied BEFORE TRUNCATE ON journal_entry_rest
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();

CREATE FUNCTION journal_make_partition(month date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    name text := 'journal_entry_' || to_char(month, 'YYYYMM');
    first uuid := journal_first_id(month);
    beyond uuid := journal_first_id((month + interval '1 month')::date);
BEGIN
    IF to_regclass(name) IS NOT NULL
        OR EXISTS (SELECT FROM journal_entry_rest WHERE id >= first AND id < beyond)  -- written once: they stay there
    THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF journal_entry FOR VALUES FROM (%L) TO (%L)', name, first, beyond);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()',
                   name || '_is_never_emptied', name);
    RETURN true;
END $$;

SELECT journal_make_partition(month)
FROM (SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC')::date AS month FROM journal_entry_before) AS months
ORDER BY month LIMIT 240;

INSERT INTO journal_entry (id, kind, subject, at, recorded_at, actor, correlation, data, transaction, position)
SELECT id, kind, subject, at, recorded_at, actor, correlation, data, 0, nextval('journal_position')
FROM (SELECT * FROM journal_entry_before ORDER BY recorded_at, id) AS before;
DROP TABLE journal_entry_before;

CREATE TRIGGER journal_entry_is_append_only BEFORE UPDATE OR DELETE ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_append_only")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FORWARD)],
            state_operations=[
                migrations.AddField(
                    "entry",
                    "transaction",
                    models.BigIntegerField(db_default=models.Func(function="journal_transaction")),
                ),
                migrations.AddField(
                    "entry",
                    "position",
                    models.BigIntegerField(
                        db_default=models.Func(models.Value("journal_position"), function="nextval")
                    ),
                ),
                migrations.AddIndex(
                    "entry", models.Index(fields=["transaction", "position"], name="journal_entry_order")
                ),
            ],
        )
    ]
