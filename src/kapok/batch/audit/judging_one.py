"""Judgement case by case: the scalar `kernel.promises.judge` over the entries of a bucket, and its answers as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from kapok.batch.audit.columns import Bucket
from kapok.batch.audit.commitments import NEVER, OUTCOMES, Commitments, Pauses
from kapok.batch.audit.entries import Entries
from kapok.kernel.hours.instants import MICROSECOND, micros, moment
from kapok.kernel.promises.facts import Facts
from kapok.kernel.promises.judgement import Anomaly, Entry, Judgement, Outcome
from kapok.kernel.promises.judging import judge
from kapok.kernel.promises.moves import Role
from kapok.kernel.promises.pack import Pack, Promise


def judged_one_by_one(promise: Promise, pack: Pack, bucket: Bucket, entries: Entries, until: int) -> Commitments:
    """The commitments that the scalar judgement makes of these entries, which stand case by case."""
    found = Gathered()
    for number, which in _cases(entries):
        matter = [Entry(entries.kinds[entries.kind[n]], moment(int(entries.at[n])), entries.said(n)) for n in which]
        closing = (n for n, entry in zip(which, matter, strict=True) if Role.CLOSE in promise.roles[entry.kind])
        judgements = judge(promise, pack, matter, facts_of(bucket, number), moment(until))
        found.take(number, judgements, (int(entries.row[n]) for n in closing))
    return found.commitments()


@dataclass
class Gathered:
    """The scalar judgements of case after case, on their way to columns."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    pauses: list[tuple[int, int, int]] = field(default_factory=list)
    odd: dict[Anomaly, list[int]] = field(default_factory=lambda: {anomaly: [] for anomaly in Anomaly})
    early: list[int] = field(default_factory=list)
    facts: dict[int, Facts] = field(default_factory=dict)

    def take(
        self, case: int, judgements: Sequence[Judgement], closing: Iterator[int], *, with_facts: bool = False
    ) -> None:
        """Take in the judgements of a case; `closing` are the rows of the bucket that close it, in order."""
        for anomaly in {anomaly for judgement in judgements for anomaly in judgement.anomalies}:
            self.odd[anomaly].append(case)
            if anomaly is Anomaly.CLOSED_BEFORE_OPEN:
                self.early.append(next(closing))
        for judgement in filter(_commits, judgements):
            place = len(self.rows)
            self.pauses += [(place, micros(begins), _micros(ends)) for begins, ends in judgement.pauses]
            self.rows.append((case, *_row(judgement)))
            if with_facts:
                self.facts[place] = judgement.facts

    def commitments(self) -> Commitments:
        """All of them as columns."""
        case, opened, due, closed, outcome, elapsed, late, within = np.array(self.rows, np.int64).reshape(-1, 8).T
        return Commitments(
            case=case,
            opened=opened,
            due=due,
            closed=closed,
            outcome=outcome,
            elapsed=elapsed,
            late=late,
            within_target=within.astype(np.bool_),
            pauses=Pauses(*np.array(self.pauses, np.int64).reshape(-1, 3).T),
            anomalies={anomaly: np.array(cases, np.int64) for anomaly, cases in self.odd.items()},
            early=np.array(self.early, np.int64),
            facts=self.facts,
        )


def facts_of(bucket: Bucket, case: int) -> dict[str, str]:
    """What is known of one case."""
    known = {name: words.word(int(words.codes[case])) for name, words in bucket.facts.items()}
    return {name: word for name, word in known.items() if word is not None}


def _cases(entries: Entries) -> Iterator[tuple[int, list[int]]]:
    """Each case with its entries; an entry that plays several roles is one."""
    once = np.ones(len(entries), np.bool_)
    once[1:] = (entries.row[1:] != entries.row[:-1]) | (entries.kind[1:] != entries.kind[:-1])
    which = np.flatnonzero(once)
    case = entries.case[which]
    for part in np.split(which, np.flatnonzero(case[1:] != case[:-1]) + 1):
        if len(part):
            yield int(entries.case[part[0]]), part.tolist()


def _commits(judgement: Judgement) -> bool:
    """False for a judgement that only carries anomalies."""
    return judgement.opened_at is not None or judgement.state is not Outcome.VOID


def _row(judgement: Judgement) -> tuple[int, ...]:
    return (
        _micros(judgement.opened_at),
        _micros(judgement.due_at),
        _micros(judgement.closed_at),
        OUTCOMES.index(judgement.state),
        judgement.elapsed // MICROSECOND,
        judgement.late_by // MICROSECOND,
        int(judgement.within_target),
    )


def _micros(at: datetime | None) -> int:
    return NEVER if at is None else micros(at)
