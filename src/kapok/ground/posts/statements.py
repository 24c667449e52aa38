"""The SQL by which posts are read along the way up the units."""

from __future__ import annotations

WAY_UP = """
WITH RECURSIVE up AS (
    SELECT people_orgunit.*, code AS home, 0 AS height FROM people_orgunit WHERE code = ANY (%s)
    UNION ALL
    SELECT above.*, up.home, up.height + 1 FROM people_orgunit above JOIN up ON above.id = up.parent_id
)
SELECT * FROM up ORDER BY home, height
"""

NEAREST_WITH_SKILL = """
WITH RECURSIVE up AS (
    SELECT id, parent_id, kind, 0 AS height FROM people_orgunit WHERE code = %(near)s
    UNION ALL
    SELECT above.id, above.parent_id, above.kind, up.height + 1
    FROM people_orgunit above JOIN up ON above.id = up.parent_id
), ground AS (
    (SELECT id FROM up WHERE %(ground)s ORDER BY kind <> 'service_centre', height LIMIT 1)
    UNION ALL
    SELECT below.id FROM people_orgunit below JOIN ground ON below.parent_id = ground.id
    WHERE below.kind <> 'patch' OR below.code = %(near)s
), around AS (
    SELECT id, height AS distance FROM up
    UNION ALL
    SELECT below.id, around.distance + 1 FROM people_orgunit below JOIN around ON below.parent_id = around.id
    WHERE below.id NOT IN (SELECT id FROM up)
), able AS (
    SELECT staff.unit_id,
        EXISTS (SELECT FROM posts_absence away WHERE away.staff_id = staff.id AND away.state = %(granted)s
            AND away.period @> %(at)s) AS away,
        EXISTS (SELECT FROM posts_rosterentry shift WHERE shift.staff_id = staff.id AND shift.period @> %(at)s) AS on_duty
    FROM posts_staffskill held JOIN posts_skill skill ON skill.id = held.skill_id
        JOIN people_staff staff ON staff.id = held.staff_id
    WHERE skill.code = %(skill)s AND held.period @> %(at)s AND staff.state = %(active)s
)
SELECT unit.* FROM able JOIN around ON around.id = able.unit_id JOIN people_orgunit unit ON unit.id = able.unit_id
WHERE unit.valid_to IS NULL
ORDER BY unit.id NOT IN (SELECT id FROM ground), able.away, NOT (able.on_duty OR able.away), around.distance, unit.code LIMIT 1
"""
"""Of the operator's tree of units: up from the unit, and down again from each unit passed, counting the steps; the ground of a
unit is its service centre and all below it but the other patches, as `back.workforce.crews` sends people from there."""

DEALING = """
WITH RECURSIVE up AS (
    SELECT id, parent_id, code AS home, 0 AS height FROM people_orgunit WHERE code = ANY (%(units)s)
    UNION ALL
    SELECT above.id, above.parent_id, up.home, up.height + 1 FROM people_orgunit above JOIN up ON above.id = up.parent_id
)
SELECT up.home, up.height, post.id, post.code, post.function, post.title_zh, post.title_en, post.accept_ttl,
    unit.code, unit.id, unit.name_zh, unit.name_en, held.place, staff.id, staff.username, staff.name, staff.state,
    EXISTS (SELECT FROM posts_absence away WHERE away.staff_id = staff.id AND away.state = %(granted)s AND away.period @> %(at)s),
    EXISTS (SELECT FROM posts_takeover taken WHERE taken.post_id = post.id AND taken.period @> %(at)s)
FROM up JOIN posts_post post ON post.unit_id = up.id AND post.valid_to IS NULL AND (up.height = 0 OR post.function = %(lead)s)
JOIN people_orgunit unit ON unit.id = post.unit_id
LEFT JOIN posts_postholder held ON held.post_id = post.id AND held.period @> %(at)s
LEFT JOIN people_staff staff ON staff.id = held.staff_id
"""
"""The posts of units and those that lead the units above them, with whoever holds them: a row for each holder."""
