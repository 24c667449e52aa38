"""From events to entries: which rows are which kinds of event by the map, and in which order they count for a promise.

The order is that of `kernel.promises.moves`: by instant, then by the rank of the roles, then by kind, then by row; and within
one entry by role. All of it is packed into one integer, so that millions of entries are sorted as plain numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kapok.batch.audit import events
from kapok.batch.audit.columns import Bucket, Words
from kapok.batch.audit.grouping import distinct_values
from kapok.batch.audit.map import EventRule
from kapok.kernel.promises.moves import Role, in_order, rank

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Bits of the packed order, from the highest: instant, rank, kind, row within the instant, role.
_RANK_AT, _KIND_AT, _ROW_AT = 32, 24, 3
_ROW_MASK, _ROLE_MASK = (1 << (_KIND_AT - _ROW_AT)) - 1, (1 << _ROW_AT) - 1
_INSTANT_AT = 35


@dataclass(frozen=True)
class Entries:
    """What happens to the clock of one promise, case by case, in the order in which it counts."""

    case: Integers
    at: Integers
    role: Integers
    kind: Integers  # index into `kinds`
    row: Integers  # of the bucket
    kinds: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.case)

    def chosen(self, which: Flags) -> Entries:
        """Only these entries."""
        if which.all():
            return self
        rows = np.flatnonzero(which)
        case, at, role, kind, row = (column[rows] for column in (self.case, self.at, self.role, self.kind, self.row))
        return Entries(case, at, role, kind, row, self.kinds)


@dataclass(frozen=True)
class Occurrences:
    """The rows of a bucket on which each kind of event occurs, in ascending order."""

    rows: Mapping[str, Integers]
    instant: Integers  # of each row: a number that neighbouring rows of the same case and moment share
    instant_starts: Integers
    case: Integers
    at: Integers

    @classmethod
    def of(cls, bucket: Bucket, rules: Iterable[EventRule]) -> Occurrences:
        """The occurrences of all kinds that the rules name."""
        case = bucket.case_of_event
        found: dict[str, list[Integers]] = {}
        for rule in rules:
            found.setdefault(rule.kind, []).append(_rows(rule, bucket, case))
        rows = {
            kind: parts[0] if len(parts) == 1 else distinct_values(np.concatenate(parts))
            for kind, parts in found.items()
        }
        fresh = np.ones(bucket.events, np.bool_)
        fresh[1:] = (bucket.at[1:] != bucket.at[:-1]) | (case[1:] != case[:-1])
        return cls(rows, np.cumsum(fresh) - 1, np.flatnonzero(fresh), case, bucket.at)

    def entries(self, roles: Mapping[str, frozenset[Role]]) -> Entries:
        """The entries of a promise whose roles these are."""
        kinds = tuple(sorted(kind for kind in roles if kind in self.rows))
        packed = [
            self._packed(self.rows[kind], number, role, rank(roles[kind]))
            for number, kind in enumerate(kinds)
            for role in in_order(roles[kind])
        ]
        keys = np.sort(np.concatenate(packed)) if packed else np.empty(0, np.int64)
        row = self.instant_starts[keys >> _INSTANT_AT] + ((keys >> _ROW_AT) & _ROW_MASK)
        kind = (keys >> _KIND_AT) & ((1 << (_RANK_AT - _KIND_AT)) - 1)
        return Entries(self.case[row], self.at[row], keys & _ROLE_MASK, kind, row, kinds)

    def _packed(self, rows: Integers, kind: int, role: Role, rank_: int) -> Integers:
        instant = self.instant[rows]
        within = np.minimum(rows - self.instant_starts[instant], _ROW_MASK)
        fixed = (rank_ << _RANK_AT) | (kind << _KIND_AT) | int(role)
        packed: Integers = (instant << _INSTANT_AT) | (within << _ROW_AT) | fixed
        return packed


def _rows(rule: EventRule, bucket: Bucket, case: Integers) -> Integers:
    """The rows that one rule names."""
    rows = np.flatnonzero(_meets(rule, bucket))
    if (rule.first or rule.last) and len(rows):
        of = case[rows]
        turns = of[1:] != of[:-1]
        chosen = np.append(True, turns) if rule.first else np.append(turns, True)
        if rule.first and rule.last:
            chosen &= np.append(turns, True)
        rows = rows[chosen]
    return rows


def _meets(rule: EventRule, bucket: Bucket) -> Flags:
    wanted = {events.ACTIVITY: rule.activity, events.LIFECYCLE: rule.lifecycle, events.UNIT: rule.unit}
    wanted |= {events.ATTRIBUTE_PREFIX + name: values for name, values in rule.attributes.items()}
    meets = np.ones(bucket.events, np.bool_)
    for name, values in wanted.items():
        if values:
            meets &= _among(bucket.columns[name], values)
    return meets


def _among(words: Words, values: tuple[str, ...]) -> Flags:
    """True where the word is one of these."""
    chosen = np.zeros(len(words.words) + 1, np.bool_)  # the code of an unknown word, -1, takes the last
    chosen[words.coded(values)] = True
    return chosen[words.codes]
