from django.db import migrations

# A turn that has ended, and what was answered to an offer, are what people were charged with: nobody alters them afterwards, and
# nothing of the baton is removed. While a turn runs only its end is missing; while an offer waits its note may still be written.
GUARD = """
CREATE FUNCTION work_turn_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.until IS NOT NULL OR to_jsonb(NEW) - 'until' <> to_jsonb(OLD) - 'until' THEN
        RAISE EXCEPTION 'turn % of work item % stands: it can only be ended, once', OLD.number, OLD.item_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER work_turn_stands BEFORE UPDATE ON work_turn FOR EACH ROW EXECUTE FUNCTION work_turn_stands();

CREATE FUNCTION work_handoff_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    open text[] := CASE OLD.state
        WHEN 'offered' THEN ARRAY['state', 'note', 'reason', 'defect', 'answered_at', 'answered_by_id']
        WHEN 'refused' THEN
            ARRAY['state', 'disputed_at', 'disputed_by_id', 'judged_at', 'judged_by_id', 'found_for', 'judgement']
        WHEN 'disputed' THEN ARRAY['state', 'judged_at', 'judged_by_id', 'found_for', 'judgement']
        ELSE ARRAY[]::text[]
    END;
BEGIN
    IF to_jsonb(NEW) - open <> to_jsonb(OLD) - open THEN
        RAISE EXCEPTION 'hand-off % of work item % is %: what was said stands', OLD.number, OLD.item_id, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER work_handoff_stands BEFORE UPDATE ON work_handoff FOR EACH ROW EXECUTE FUNCTION work_handoff_stands();

CREATE FUNCTION work_is_never_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps everything: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER work_turn_is_never_removed BEFORE DELETE ON work_turn
    FOR EACH ROW EXECUTE FUNCTION work_is_never_removed();
CREATE TRIGGER work_handoff_is_never_removed BEFORE DELETE ON work_handoff
    FOR EACH ROW EXECUTE FUNCTION work_is_never_removed();
"""
BACK = """
DROP TRIGGER work_turn_is_never_removed ON work_turn;
DROP TRIGGER work_handoff_is_never_removed ON work_handoff;
DROP TRIGGER work_turn_stands ON work_turn;
DROP TRIGGER work_handoff_stands ON work_handoff;
DROP FUNCTION work_is_never_removed(), work_turn_stands(), work_handoff_stands();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0007_hand_offs_by_unit_and_moment'),
    ]

    operations = [migrations.RunSQL(GUARD, BACK)]
