"""`posts_postabsence` follows from who holds a post and whose absence is granted: the database itself keeps it.

Whatever changes a holding or an absence, by whichever door, the rows of that person are made anew, and the exclusion constraint
refuses the change if the other of a post is away in that time. The person and then the posts are locked first, in one order:
two leaves asked for at the same moment wait for each other, instead of each overlooking the other or both ending in a deadlock.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION posts_follow_absences(who uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM people_staff WHERE id = who FOR NO KEY UPDATE;
    PERFORM 1 FROM posts_post WHERE id IN (SELECT post_id FROM posts_postholder WHERE staff_id = who) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM posts_postabsence WHERE staff_id = who;
    INSERT INTO posts_postabsence (post_id, staff_id, absence_id, period)
    SELECT held.post_id, who, away.id, held.period * away.period
    FROM posts_postholder held JOIN posts_absence away ON away.staff_id = held.staff_id AND away.period && held.period
    WHERE held.staff_id = who AND away.state = 'granted'
    ORDER BY held.post_id, away.period;
END $$;
CREATE FUNCTION posts_absences_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM posts_follow_absences(OLD.staff_id);
    END IF;
    IF TG_OP <> 'DELETE' AND (TG_OP = 'INSERT' OR NEW.staff_id <> OLD.staff_id) THEN
        PERFORM posts_follow_absences(NEW.staff_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posts_absence_is_followed AFTER INSERT OR UPDATE OR DELETE ON posts_absence
    FOR EACH ROW EXECUTE FUNCTION posts_absences_changed();
CREATE TRIGGER posts_holder_is_followed AFTER INSERT OR UPDATE OR DELETE ON posts_postholder
    FOR EACH ROW EXECUTE FUNCTION posts_absences_changed();
"""

BACKWARD = """
DROP TRIGGER posts_holder_is_followed ON posts_postholder;
DROP TRIGGER posts_absence_is_followed ON posts_absence;
DROP FUNCTION posts_absences_changed();
DROP FUNCTION posts_follow_absences(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("posts", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
