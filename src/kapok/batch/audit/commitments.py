"""The commitments that one promise made of the cases of a bucket, as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from kapok.batch.audit.grouping import distinct_values
from kapok.kernel.promises.facts import Facts
from kapok.kernel.promises.judgement import Anomaly, Outcome

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NEVER = np.iinfo(np.int64).min  # in place of a moment that has not come, or is not known
OUTCOMES = tuple(Outcome)
KEPT, BROKEN, OPEN, OVERDUE, VOID = (OUTCOMES.index(outcome) for outcome in Outcome)


@dataclass(frozen=True)
class Pauses:
    """Every pause: the commitment it belongs to (its index), and from when until when (`NEVER`: it lasts)."""

    commitment: Integers
    begins: Integers
    ends: Integers

    @cached_property
    def _order(self) -> Integers:
        return np.argsort(self.commitment, kind="stable")

    def of(self, commitment: int) -> Iterator[tuple[int, int]]:
        """The pauses of one commitment."""
        first, after = np.searchsorted(self.commitment, [commitment, commitment + 1], sorter=self._order)
        for row in self._order[first:after].tolist():
            yield int(self.begins[row]), int(self.ends[row])


@dataclass(frozen=True)
class Commitments:
    """One row for each commitment; those of one case stand in the order in which they were made."""

    case: Integers
    opened: Integers
    due: Integers
    closed: Integers
    outcome: Integers
    elapsed: Integers
    late: Integers
    within_target: Flags
    pauses: Pauses
    anomalies: Mapping[Anomaly, Integers]  # the cases in which something was odd
    early: Integers  # rows of the bucket that close a promise before anything opened it
    facts: Mapping[int, Facts] = field(default_factory=dict)
    """Of those judged by facts that are not simply their case's: by which."""

    def __len__(self) -> int:
        return len(self.case)

    @property
    def breached(self) -> Flags:
        """True if broken, or overdue and still open."""
        breached: Flags = (self.outcome == BROKEN) | (self.outcome == OVERDUE)
        return breached

    def breach_numbers(self) -> Integers:
        """1 for the first breach of a case, 2 for the next; 0 where there is none."""
        breached = np.flatnonzero(self.breached)
        order = np.argsort(self.case[breached], kind="stable")
        case = self.case[breached][order]
        first = np.searchsorted(case, case)
        numbers = np.zeros(len(self), np.int64)
        numbers[breached[order]] = np.arange(len(case)) - first + 1
        return numbers


def joined(parts: Sequence[Commitments]) -> Commitments:
    """Several parts as one."""
    if len(parts) == 1:
        return parts[0]
    names = ("case", "opened", "due", "closed", "outcome", "elapsed", "late", "within_target")
    before = np.cumsum([0, *map(len, parts)])
    owners = [part.pauses.commitment + start for part, start in zip(parts, before, strict=False)]
    anomalies = {
        anomaly: distinct_values(np.concatenate([part.anomalies.get(anomaly, part.case[:0]) for part in parts]))
        for anomaly in Anomaly
    }
    return Commitments(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names},
        pauses=Pauses(
            np.concatenate(owners),
            np.concatenate([part.pauses.begins for part in parts]),
            np.concatenate([part.pauses.ends for part in parts]),
        ),
        anomalies=anomalies,
        early=np.concatenate([part.early for part in parts]),
        facts={
            row + start: facts
            for part, start in zip(parts, before.tolist(), strict=False)
            for row, facts in part.facts.items()
        },
    )
