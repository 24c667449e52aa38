from django.db import migrations

NUMBERS = "CREATE SEQUENCE work_matter_number"

# At the end of every transaction: whoever moved an item has also said whose turn it is.
GUARD = """
CREATE FUNCTION work_item_has_its_turn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text;
    waits boolean;
    running boolean;
BEGIN
    SELECT state, confirm INTO standing, waits FROM work_item WHERE id = NEW.id;
    running := EXISTS (SELECT FROM work_turn WHERE item_id = NEW.id AND until IS NULL);
    IF running <> (standing IN ('offered', 'refused', 'disputed', 'held') OR (standing = 'delivered' AND waits)) THEN
        RAISE EXCEPTION 'work item % is % but % running turn', NEW.id, standing, CASE WHEN running THEN 'has a' ELSE 'has no' END
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER work_item_has_its_turn AFTER INSERT OR UPDATE ON work_item
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION work_item_has_its_turn();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0001_matters_and_the_baton'),
    ]

    operations = [
        migrations.RunSQL(NUMBERS, "DROP SEQUENCE work_matter_number"),
        migrations.RunSQL(GUARD, "DROP TRIGGER work_item_has_its_turn ON work_item; DROP FUNCTION work_item_has_its_turn()"),
    ]
