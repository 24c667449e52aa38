"""What else hangs on a PON: the lines that share the light of one, each with the splitter at which it ends."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

SHARING = """
WITH RECURSIVE up AS (
    SELECT id, code, kind, parent_id, 0 AS depth FROM inventory_element WHERE code = %(splitter)s
    UNION ALL
    SELECT e.id, e.code, e.kind, e.parent_id, up.depth + 1
    FROM up JOIN inventory_element e ON e.id = up.parent_id WHERE up.kind <> 'pon' AND up.depth < 12
), down AS (
    SELECT id, code FROM up WHERE kind = 'pon'
    UNION
    SELECT e.id, e.code FROM down JOIN inventory_element e ON e.parent_id = down.id
), stages AS (
    SELECT count(*) FILTER (WHERE kind = 'splitter') AS number, max(code) FILTER (WHERE kind = 'pon') AS pon FROM up
)
SELECT stages.pon, stages.number, s.number, down.code
FROM stages LEFT JOIN (
    down JOIN inventory_resource r ON r.element_id = down.id AND r.kind = 'splitter_port' AND r.state = 'in_service'
    JOIN inventory_service s ON s.id = r.service_id
) ON true
ORDER BY s.number
"""


@dataclass(frozen=True)
class Pon:
    """A PON port by its code (empty where the splitter hangs on none), its stages of splitters, and the lines in service on it.

    Of each service the code of its last splitter.
    """

    code: str
    stages: int
    splitters: dict[str, str]


def pon_of(splitter: str) -> Pon:
    """The PON on which a splitter hangs. One query."""
    with connection.cursor() as cursor:
        cursor.execute(SHARING, {"splitter": splitter})
        rows = cursor.fetchall()
    code, stages = rows[0][:2]
    return Pon(code or "", min(max(stages, 1), 2), {service: place for _, _, service, place in rows if service})
