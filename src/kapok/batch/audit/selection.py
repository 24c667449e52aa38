"""Why no promise applied: the facts by which the pack chooses and that the map does not give."""

from __future__ import annotations

from kapok.batch.audit.map import AuditMap
from kapok.batch.audit.plan import chosen
from kapok.kernel.promises.pack import Pack
from kapok.kernel.promises.selector import Bounds


def facts_lacking(pack: Pack, audit_map: AuditMap) -> dict[str, tuple[str, ...]]:
    """Each such fact with the values that are asked for, none for a range. Raises what `plan.chosen` does."""
    given = {*audit_map.facts, *audit_map.fact_columns}
    asked: dict[str, set[str]] = {}
    for promise in chosen(pack, audit_map):
        for fact, condition in promise.applies.items():
            asked.setdefault(fact, set()).update(() if isinstance(condition, Bounds) else condition)
    return {fact: tuple(sorted(values)) for fact, values in sorted(asked.items()) if fact not in given}
