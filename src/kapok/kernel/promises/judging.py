"""Judge a matter: its entries in, its commitments out. Pure, and the same in whatever order the entries arrive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from kapok.kernel.promises.cycles import Matter
from kapok.kernel.promises.facts import Facts
from kapok.kernel.promises.judgement import Entry, Judgement
from kapok.kernel.promises.pack import Pack, Promise
from kapok.kernel.promises.terms import Direction
from kapok.kernel.promises.turns import may_apply, turns


def judge(promise: Promise, pack: Pack, entries: Sequence[Entry], facts: Facts, until: datetime) -> list[Judgement]:
    """The commitments that `promise` makes of one matter, as known at `until`, in order of opening.

    `facts` are what is known of the whole matter; an entry's own facts go before them, and those of a `matter.changed` entry
    hold by the promise's `on_change`. Entries after `until` are not known yet. Raises what the clock raises.
    """
    known = [entry for entry in entries if entry.at <= until]
    if not may_apply(promise, pack, known, facts):
        return []
    matter, ordered = Matter(promise, pack, until), turns(promise, pack, known, facts)
    clockless = promise.direction in {Direction.NEVER, Direction.LIMIT}
    return list(_numbered(matter.occurrences(ordered) if clockless else matter.run(ordered)))


def judge_all(pack: Pack, entries: Sequence[Entry], facts: Facts, until: datetime) -> list[Judgement]:
    """Every commitment that a pack makes of one matter, promise by promise."""
    return [judged for promise in pack.promises for judged in judge(promise, pack, entries, facts, until)]


def _numbered(judged: Sequence[Judgement]) -> Iterator[Judgement]:
    number = 0
    for judgement in judged:
        number += judgement.breached
        yield replace(judgement, breach_number=number) if judgement.breached else judgement
