"""What would be promised: the packs in force asked about a matter that does not exist yet. Nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kapok.ground.commitments import registry, rules
from kapok.kernel import promises
from kapok.kernel.promises import Tier
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Foreseen:
    """A promise that would be made, and when it would fall due (UTC)."""

    pack: str
    promise: str
    title: Text
    tier: Tier
    due_at: datetime


def foreseen(kinds: Collection[str], facts: Mapping[str, Any], *, at: datetime) -> list[Foreseen]:
    """What would be promised of a matter with these facts if all of `kinds` happened to it at `at`, the earliest due first.

    The same judgement by the same packs as when it happens; stages are left out, which nobody promises to a customer.
    """
    told = [promises.Entry(kind, at, dict(facts)) for kind in kinds]
    known = promises.known_facts(told)
    entries = promises.by_matter(told, known)
    made = [
        Foreseen(
            adopted.version.pack.code, judged.promise.code, judged.promise.title, judged.promise.tier, judged.due_at
        )
        for adopted in registry.hearing(kinds, [known])
        if adopted.version.superseded_at is None and adopted.hears(kinds, known)
        for promise in rules.touched(adopted.version.pack, entries, kinds)
        for judged in rules.judged(adopted.version, promise, entries, known, at)
        if judged.due_at is not None and judged.closed_at is None and judged.promise.tier is not Tier.STAGE
    ]
    return sorted(made, key=lambda each: (each.due_at, each.pack, each.promise))
