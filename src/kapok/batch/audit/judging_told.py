"""Cases whose facts differ from event to event, or change on their way, as a journal tells them: judged by the scalar `judge`.

They are few. The others, whose events only repeat what is known of their case, are judged in columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from kapok.batch.audit.columns import Bucket
from kapok.batch.audit.commitments import Commitments
from kapok.batch.audit.entries import Occurrences
from kapok.batch.audit.judging_one import Gathered, facts_of
from kapok.kernel.hours.instants import moment
from kapok.kernel.promises.judgement import Entry
from kapok.kernel.promises.judging import judge
from kapok.kernel.promises.known import by_matter, known_facts
from kapok.kernel.promises.moves import Role
from kapok.kernel.promises.pack import Pack, Promise
from kapok.kernel.promises.turns import STOPS

Told = list[tuple[int, Entry]]


def judged_by_entry(promise: Promise, pack: Pack, bucket: Bucket, occurrences: Occurrences, until: int) -> Commitments:
    """The commitments that `promise` makes of the cases with facts that change, each entry with those that are its own."""
    found, everywhere = Gathered(), {name for name in bucket.facts if name not in bucket.told}
    for case, told in _matters(bucket, occurrences):
        entries = [entry for _, entry in told]
        constant = {name: value for name, value in facts_of(bucket, case).items() if name in everywhere}
        facts = {**constant, **known_facts(entries)}
        judgements = judge(promise, pack, by_matter(entries, facts), facts, moment(until))
        closing = (row for row, entry in told if Role.CLOSE in promise.roles.get(entry.kind, ()))
        found.take(case, judgements, closing, with_facts=True)
    return found.commitments()


def _matters(bucket: Bucket, occurrences: Occurrences) -> Iterator[tuple[int, Told]]:
    """Each of these cases with its entries and the rows of the bucket that they stand in, in the order of the input."""
    wanted = occurrences.changing
    told: dict[int, Told] = {case: [] for case in np.flatnonzero(wanted).tolist()}
    for kind, rows in occurrences.rows.items():
        for row in rows[wanted[occurrences.case[rows]]].tolist():
            at = moment(int(occurrences.at[row]))
            told[int(occurrences.case[row])].append((row, Entry(kind, at, _facts(bucket, occurrences, row))))
    for case, entries in told.items():
        yield case, sorted(entries, key=lambda each: each[0])


def _facts(bucket: Bucket, occurrences: Occurrences, row: int) -> dict[str, Any]:
    """What one event says."""
    columns = bucket.told if occurrences.stops is None else {**bucket.told, STOPS: occurrences.stops}
    said = {name: words.word(int(words.codes[row])) for name, words in columns.items()}
    return {name: word for name, word in said.items() if word is not None}
