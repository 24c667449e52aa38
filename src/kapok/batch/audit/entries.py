"""From events to entries: which rows are which kinds of event by the map, and in which order they count for a promise.

The order is that of `kernel.promises.moves`: by instant, then by the rank of the roles, then by kind, then by row; and within
one entry by role. All of it is packed into one integer, so that millions of entries are sorted as plain numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kapok.batch.audit import events
from kapok.batch.audit.columns import UNKNOWN, Bucket, Words
from kapok.batch.audit.grouping import distinct_values
from kapok.batch.audit.map import EventRule
from kapok.kernel.promises.moves import Role, in_order, rank
from kapok.kernel.promises.pack import Promise
from kapok.kernel.promises.turns import STOPS, spares
from kapok.kernel.promises.vocabulary import MATTER_CHANGED

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Bits of the packed order, from the highest: instant, rank, kind, row within the instant, role.
_RANK_AT, _KIND_AT, _ROW_AT = 32, 24, max(Role).bit_length()
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
    stops: Words | None = None  # of each row of the bucket

    def __len__(self) -> int:
        return len(self.case)

    def said(self, entry: int) -> dict[str, str]:
        """What one entry says of itself alone: which tiers it stops."""
        word = None if self.stops is None else self.stops.word(int(self.stops.codes[self.row[entry]]))
        return {} if word is None else {STOPS: word}

    def chosen(self, which: Flags) -> Entries:
        """Only these entries."""
        if which.all():
            return self
        rows = np.flatnonzero(which)
        case, at, role, kind, row = (column[rows] for column in (self.case, self.at, self.role, self.kind, self.row))
        return Entries(case, at, role, kind, row, self.kinds, self.stops)


@dataclass(frozen=True)
class Occurrences:
    """The rows of a bucket on which each kind of event occurs, in ascending order."""

    rows: Mapping[str, Integers]
    instant: Integers  # of each row: a number that neighbouring rows of the same case and moment share
    instant_starts: Integers
    case: Integers
    at: Integers

    changing: Flags  # the cases whose facts differ from event to event, or change
    stops: Words | None = None  # of each row: the tiers that it stops, where the map says so

    @classmethod
    def of(cls, bucket: Bucket, rules: Iterable[EventRule], stops: str | None = None) -> Occurrences:
        """The occurrences of all kinds that the rules name; `stops` is the column with the tiers that a pause stops."""
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
        stopped = None if stops is None else bucket.columns[events.ATTRIBUTE_PREFIX + stops]
        changing = _changing(bucket, rows.get(MATTER_CHANGED))
        return cls(rows, np.cumsum(fresh) - 1, np.flatnonzero(fresh), case, bucket.at, changing, stopped)

    def entries(self, promise: Promise) -> Entries:
        """The entries of a promise."""
        kinds = tuple(sorted(kind for kind in promise.roles if kind in self.rows))
        packed = [
            self._packed(rows, number, role, rank(roles))
            for number, kind in enumerate(kinds)
            for rows, roles in self._played(kind, promise)
            for role in in_order(roles)
        ]
        keys = np.sort(np.concatenate(packed)) if packed else np.empty(0, np.int64)
        row = self.instant_starts[keys >> _INSTANT_AT] + ((keys >> _ROW_AT) & _ROW_MASK)
        kind = (keys >> _KIND_AT) & ((1 << (_RANK_AT - _KIND_AT)) - 1)
        return Entries(self.case[row], self.at[row], keys & _ROLE_MASK, kind, row, kinds, self.stops)

    def _played(self, kind: str, promise: Promise) -> Iterator[tuple[Integers, frozenset[Role]]]:
        """The rows of a kind with the roles that they play; a pause that names other tiers does not pause this promise."""
        rows, roles = self.rows[kind], promise.roles[kind]
        if self.stops is None or Role.PAUSE not in roles:
            yield rows, roles
            return
        spared = self._spared(self.stops, promise)[self.stops.codes[rows]]
        yield rows[~spared], roles
        yield rows[spared], roles - {Role.PAUSE}

    @staticmethod
    def _spared(stops: Words, promise: Promise) -> Flags:
        """For each word: whether it names tiers, and the promise's is not among them; the last is for no word at all."""
        return np.array([spares(promise, word) for word in stops.words.to_pylist()] + [False], np.bool_)

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


def _changing(bucket: Bucket, changes: Integers | None) -> Flags:
    """The cases in which an event has a fact that is not its case's, or a change says one; none where facts are the case's."""
    found = np.zeros(len(bucket.lengths), np.bool_)
    case = bucket.case_of_event
    for name, words in bucket.told.items():
        known = words.codes != UNKNOWN
        found[case[known & (words.codes != bucket.facts[name].codes[case])]] = True
        if changes is not None:
            found[case[changes[known[changes]]]] = True
    return found
