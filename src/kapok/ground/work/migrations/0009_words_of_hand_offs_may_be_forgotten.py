from django.db import migrations

# What was answered stands, but for the words a person typed: they may be forgotten, all else as it was. An answer moves on only as
# the rules let it (`HANDOFF_MOVES`). And the tables of the baton are never emptied.
GUARD = """
CREATE OR REPLACE FUNCTION work_handoff_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    forgotten CONSTANT text := '（已删除 · erased）';
    words CONSTANT text[] := ARRAY['note', 'defect', 'judgement'];
    open text[] := CASE OLD.state
        WHEN 'offered' THEN ARRAY['state', 'note', 'reason', 'defect', 'answered_at', 'answered_by_id']
        WHEN 'refused' THEN
            ARRAY['state', 'disputed_at', 'disputed_by_id', 'judged_at', 'judged_by_id', 'found_for', 'judgement']
        WHEN 'disputed' THEN ARRAY['state', 'judged_at', 'judged_by_id', 'found_for', 'judgement']
        ELSE ARRAY[]::text[]
    END;
    next text[] := CASE OLD.state
        WHEN 'offered' THEN ARRAY['offered', 'accepted', 'refused', 'withdrawn']
        WHEN 'refused' THEN ARRAY['refused', 'disputed', 'upheld', 'overruled', 'withdrawn']
        WHEN 'disputed' THEN ARRAY['disputed', 'upheld', 'overruled', 'withdrawn']
        ELSE ARRAY[OLD.state]
    END;
BEGIN
    IF to_jsonb(NEW) - words = to_jsonb(OLD) - words AND NEW.note IN (OLD.note, forgotten)
        AND NEW.defect IN (OLD.defect, forgotten) AND NEW.judgement IN (OLD.judgement, forgotten) THEN
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - open <> to_jsonb(OLD) - open OR NEW.state <> ALL (next) THEN
        RAISE EXCEPTION 'hand-off % of work item % is %: what was said stands', OLD.number, OLD.item_id, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER work_turn_is_never_emptied BEFORE TRUNCATE ON work_turn
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER work_handoff_is_never_emptied BEFORE TRUNCATE ON work_handoff
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
"""
BACK = """
DROP TRIGGER work_turn_is_never_emptied ON work_turn;
DROP TRIGGER work_handoff_is_never_emptied ON work_handoff;
CREATE OR REPLACE FUNCTION work_handoff_stands() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0003_order_and_partitions'),
        ('work', '0008_turns_and_answers_stand'),
    ]

    operations = [migrations.RunSQL(GUARD, BACK)]
