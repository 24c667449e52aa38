"""What was scrapped by the record and is found by an audit is used again, as it was found."""

from django.db import migrations

MOVES = """
CREATE OR REPLACE FUNCTION inventory_resource_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND NOT (OLD.state || ' ' || NEW.state) = ANY (ARRAY[
        'free reserved', 'free faulty', 'free blocked', 'free project',
        'reserved assigned', 'reserved free',
        'assigned in_service', 'assigned pending_release', 'assigned free',
        'in_service pending_release',
        'pending_release free', 'pending_release blocked', 'pending_release in_service',
        'faulty free', 'faulty blocked', 'faulty project', 'faulty retired',
        'blocked free', 'blocked faulty', 'blocked project', 'blocked retired',
        'project free', 'project faulty', 'project blocked',
        'retired free', 'retired faulty', 'retired blocked'
    ]) THEN
        RAISE EXCEPTION 'A resource does not go from % to %.', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_resource_moves';
    END IF;
    IF OLD.holder <> '' AND NEW.holder <> '' AND OLD.holder <> NEW.holder THEN
        RAISE EXCEPTION 'A resource has one holder at a time: it goes from % to % only by being free.', OLD.holder, NEW.holder
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_resource_has_one_holder';
    END IF;
    IF OLD.service_id IS NOT NULL AND NEW.service_id IS NOT NULL AND OLD.service_id <> NEW.service_id THEN
        RAISE EXCEPTION 'A resource carries one service at a time.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_resource_carries_one_service';
    END IF;
    RETURN NEW;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0007_findings_in_pools")]

    operations = [migrations.RunSQL(MOVES, migrations.RunSQL.noop)]
