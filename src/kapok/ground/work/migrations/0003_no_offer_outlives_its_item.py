from django.db import migrations

# At the end of every transaction: an offer is open, or its refusal unsettled, exactly while its item is in such a state.
GUARD = """
CREATE FUNCTION work_item_fits_its_offer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text;
    open boolean;
BEGIN
    SELECT state INTO standing FROM work_item WHERE id = NEW.id;
    open := EXISTS (SELECT FROM work_handoff WHERE item_id = NEW.id AND state IN ('offered', 'refused', 'disputed'));
    IF open <> (standing IN ('offered', 'refused', 'disputed')) THEN
        RAISE EXCEPTION 'work item % is % but % open hand-off', NEW.id, standing, CASE WHEN open THEN 'has an' ELSE 'has no' END
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER work_item_fits_its_offer AFTER INSERT OR UPDATE ON work_item
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION work_item_fits_its_offer();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0002_a_live_item_has_a_running_turn'),
    ]

    operations = [
        migrations.RunSQL(GUARD, "DROP TRIGGER work_item_fits_its_offer ON work_item; DROP FUNCTION work_item_fits_its_offer()"),
    ]
