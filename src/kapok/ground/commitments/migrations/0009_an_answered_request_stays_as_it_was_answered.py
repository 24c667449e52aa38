"""What was answered stays as it was answered: the database itself refuses to change or remove it; only words are forgotten."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION commitments_answer_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    forgotten CONSTANT text := '（已删除 · erased）';
    words CONSTANT text[] := ARRAY['reason', 'evidence', 'word'];
BEGIN
    IF OLD.state <> 'waiting' AND (
        TG_OP = 'DELETE'
        OR (to_jsonb(NEW) - words) IS DISTINCT FROM (to_jsonb(OLD) - words)
        OR NEW.reason NOT IN (OLD.reason, forgotten)
        OR NEW.evidence NOT IN (OLD.evidence, forgotten)
        OR NEW.word NOT IN (OLD.word, forgotten)
    ) THEN
        RAISE EXCEPTION 'an answered request never changes: % is refused; ask again', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER commitments_answer_is_kept BEFORE UPDATE OR DELETE ON commitments_pauserequest
    FOR EACH ROW EXECUTE FUNCTION commitments_answer_is_kept();
"""

BACKWARD = """
DROP TRIGGER commitments_answer_is_kept ON commitments_pauserequest;
DROP FUNCTION commitments_answer_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("commitments", "0008_stuck_clocks_listed")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
