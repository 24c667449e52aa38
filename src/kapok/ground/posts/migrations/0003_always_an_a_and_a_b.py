"""An open post has exactly one A and one B, who are active; a closed one has nobody: seen by the database when a transaction ends.

Within a transaction a place may be empty for a moment, so that one holder can follow another and two can change places. A holder
row locks its person (see 0002), as a deactivation does: whichever of the two comes second sees the first.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION posts_refuse_amiss(which uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    amiss text := (
        SELECT string_agg(code, ', ' ORDER BY code) FROM posts_post post
        WHERE post.id = ANY (which) AND CASE WHEN post.valid_to IS NULL THEN 2 ELSE 0 END <> (
            SELECT count(*) FILTER (WHERE staff.state = 'active' OR post.valid_to IS NOT NULL)
            FROM posts_postholder held JOIN people_staff staff ON staff.id = held.staff_id
            WHERE held.post_id = post.id AND upper_inf(held.period)
        )
    );
BEGIN
    IF amiss IS NOT NULL THEN
        RAISE EXCEPTION 'Open posts have an active A and B, closed ones nobody. Appoint to or close: %', amiss
            USING ERRCODE = 'check_violation', CONSTRAINT = 'posts_always_an_a_and_a_b';
    END IF;
END $$;
CREATE FUNCTION posts_post_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM posts_refuse_amiss(ARRAY[NEW.id]);
    RETURN NULL;
END $$;
CREATE FUNCTION posts_holder_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM posts_refuse_amiss(ARRAY[OLD.post_id]);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM posts_refuse_amiss(ARRAY[NEW.post_id]);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION posts_staff_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM posts_refuse_amiss(ARRAY(SELECT post_id FROM posts_postholder WHERE staff_id = NEW.id AND upper_inf(period)));
    RETURN NULL;
END $$;
DO $$ BEGIN PERFORM posts_refuse_amiss(ARRAY(SELECT id FROM posts_post)); END $$;
CREATE CONSTRAINT TRIGGER posts_post_is_filled AFTER INSERT OR UPDATE OF valid_to ON posts_post
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION posts_post_changed();
CREATE CONSTRAINT TRIGGER posts_holder_leaves_no_gap AFTER INSERT OR UPDATE OR DELETE ON posts_postholder
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION posts_holder_changed();
CREATE CONSTRAINT TRIGGER posts_who_holds_a_post_is_active AFTER UPDATE OF state ON people_staff
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state <> 'active') EXECUTE FUNCTION posts_staff_changed();
"""

BACKWARD = """
DROP TRIGGER posts_who_holds_a_post_is_active ON people_staff;
DROP TRIGGER posts_holder_leaves_no_gap ON posts_postholder;
DROP TRIGGER posts_post_is_filled ON posts_post;
DROP FUNCTION posts_staff_changed();
DROP FUNCTION posts_holder_changed();
DROP FUNCTION posts_post_changed();
DROP FUNCTION posts_refuse_amiss(uuid[]);
"""


class Migration(migrations.Migration):
    dependencies = [("posts", "0002_never_both_absent")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
