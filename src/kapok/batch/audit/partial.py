"""What one part of a log comes to, and how parts add up.

Every number is an integer and every part adds up with `+`, in any order and any grouping, to the same whole. That is why one
thread, sixteen threads and a cluster give the same figures to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from operator import add
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kapok.batch.audit.grouping import distinct_values

Key = tuple[str | None, ...]


class Sums(dict[Key, tuple[int, ...]]):
    """A row of integers under every key."""

    def __add__(self, other: Sums) -> Sums:
        whole = Sums(self)
        for key, row in other.items():
            mine = whole.get(key)
            whole[key] = row if mine is None else tuple(map(add, mine, row))
        return whole


class Peaks(dict[Key, int]):
    """The greatest integer under every key."""

    def __add__(self, other: Peaks) -> Peaks:
        whole = Peaks(self)
        for key, value in other.items():
            whole[key] = max(value, whole.get(key, value))
        return whole


@dataclass(frozen=True)
class Distinct:
    """Distinct 64-bit values."""

    values: npt.NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))

    def __add__(self, other: Distinct) -> Distinct:
        return Distinct(distinct_values(np.concatenate([self.values, other.values])))


@dataclass(frozen=True)
class Adding:
    """A record whose every field adds up with its like."""

    def __add__(self, other: Self) -> Self:
        return type(self)(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


@dataclass(frozen=True)
class BatonPart(Adding):
    """Who held the work. Rows of a holder: cases, time held, hand-overs in, hand-overs out."""

    units: Sums = field(default_factory=Sums)  # (unit,)
    people: Sums = field(default_factory=Sums)  # (unit, person)
    total_us: int = 0
    transfers: int = 0
    ping_pong: int = 0
    returns: int = 0
    first_contact_lost: int = 0
    cases_with_person: int = 0


@dataclass(frozen=True)
class ChainPart(Adding):
    """What followed what."""

    stages: Sums = field(default_factory=Sums)  # (activity,): events, cases that begin here, cases that end here
    arcs: Sums = field(default_factory=Sums)  # (source, target): count, time
    longest: Peaks = field(default_factory=Peaks)  # (source, target): longest time
    variants: Distinct = field(default_factory=Distinct)
    weeks: Sums = field(default_factory=Sums)  # (week,): cases that began, their time


@dataclass(frozen=True)
class PromisePart(Adding):
    """The commitments of one promise. The arrays hold one value for each closed commitment, in no order but all in the same."""

    states: Sums = field(default_factory=Sums)  # (outcome,): commitments
    weeks: Sums = field(default_factory=Sums)  # (week of opening,): opened, breached, closed, time of the closed
    decided: Sums = field(default_factory=Sums)  # (month,): kept; kept, broken or overdue; by agreed date; had one
    anomalies: Sums = field(default_factory=Sums)  # (anomaly,): cases
    within_target: int = 0
    owed_minor: int = 0
    unpriced: int = 0
    elapsed_us: tuple[npt.NDArray[np.int64], ...] = ()
    working_days: tuple[npt.NDArray[np.int32], ...] = ()  # only where a rule on the population counts them
    months: tuple[npt.NDArray[np.int32], ...] = ()  # of closing, since 1970-01


class Promises(dict[str, PromisePart]):
    """The part of every promise under its code."""

    def __add__(self, other: Promises) -> Promises:
        nothing = PromisePart()
        return Promises({code: self.get(code, nothing) + other.get(code, nothing) for code in {**self, **other}})


@dataclass(frozen=True)
class Places:
    """Places in the input, each with a word that says what is there."""

    source: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Partial(Adding):
    """All that is known of some whole cases."""

    cases: int = 0
    events: int = 0
    promises: Promises = field(default_factory=Promises)
    months: Sums = field(default_factory=Sums)  # (month of opening,): opened, breached, owed
    units: Sums = field(default_factory=Sums)  # (unit that held the baton when it fell due or closed,): the same
    services: Sums = field(default_factory=Sums)  # (service,): the same
    breached_in_hand: Sums = field(
        default_factory=Sums
    )  # (unit, person) that held the baton at the due moment: breaches
    baton: BatonPart = field(default_factory=BatonPart)
    chain: ChainPart = field(default_factory=ChainPart)
    breaches: tuple[pa.Table, ...] = ()
    twice: tuple[Places, ...] = ()  # events left out because the very same event was there already
    early: tuple[Places, ...] = ()  # events that close a promise before anything opened it
