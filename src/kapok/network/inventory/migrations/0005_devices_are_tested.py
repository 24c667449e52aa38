"""Devices that come back are tested before somebody else has them, or are scrapped."""

from django.db import migrations, models
from django.db.models import Q

STATE = "inventory_resource_state_is_known"
BEFORE = ["free", "reserved", "assigned", "in_service", "pending_release", "faulty", "blocked", "project"]
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
        'project free', 'project faulty', 'project blocked'
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
DEVICES = "UPDATE inventory_pool SET tested = true WHERE kind IN ('sim', 'onu')"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0004_a_lack_that_a_person_said")]

    operations = [
        migrations.AddField(
            model_name="pool", name="tested", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.RunSQL(DEVICES, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="resource", name=STATE),
        migrations.AddConstraint(
            model_name="resource",
            constraint=models.CheckConstraint(condition=Q(state__in=[*BEFORE, "retired"]), name=STATE),
        ),
        migrations.RunSQL(MOVES, migrations.RunSQL.noop),
    ]
