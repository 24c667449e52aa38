"""What was put on sale stays as it was: the database itself refuses to change or remove it; it may only be retired."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION catalog_refuse_offer_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (
        TG_OP = 'DELETE'
        OR OLD.state = 'retired'
        OR NEW.state NOT IN ('published', 'retired')
        OR (to_jsonb(NEW) - 'state' - 'retired_at') IS DISTINCT FROM (to_jsonb(OLD) - 'state' - 'retired_at')
    ) THEN
        RAISE EXCEPTION 'a published offer version never changes: % is refused; publish another version', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER catalog_offer_is_kept BEFORE UPDATE OR DELETE ON catalog_offerversion
    FOR EACH ROW EXECUTE FUNCTION catalog_refuse_offer_change();
"""

BACKWARD = """
DROP TRIGGER catalog_offer_is_kept ON catalog_offerversion;
DROP FUNCTION catalog_refuse_offer_change();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_offers_and_their_versions")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
