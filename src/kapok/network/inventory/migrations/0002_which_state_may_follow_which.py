from django.db import migrations

MOVES = """
CREATE FUNCTION inventory_resource_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND NOT (OLD.state || ' ' || NEW.state) = ANY (ARRAY[
        'free reserved', 'free faulty', 'free blocked', 'free project',
        'reserved assigned', 'reserved free',
        'assigned in_service', 'assigned pending_release', 'assigned free',
        'in_service pending_release',
        'pending_release free', 'pending_release in_service',
        'faulty free', 'faulty blocked', 'faulty project',
        'blocked free', 'blocked faulty', 'blocked project',
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
CREATE TRIGGER inventory_resource_moves BEFORE UPDATE OF state, holder, service_id ON inventory_resource
    FOR EACH ROW EXECUTE FUNCTION inventory_resource_moves();
"""
AS_IT_LIKES = "DROP TRIGGER inventory_resource_moves ON inventory_resource; DROP FUNCTION inventory_resource_moves()"


class Migration(migrations.Migration):

    dependencies = [("inventory", "0001_plant_resources_and_services")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE inventory_service_number", "DROP SEQUENCE inventory_service_number"),
        migrations.RunSQL(MOVES, AS_IT_LIKES),
    ]
