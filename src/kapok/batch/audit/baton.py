"""Who held the work, for how long, and how often it changed hands.

The baton lies with whoever stands on an event until the next event of the case. An event that names no unit leaves it with the
unit that had it; an event that names no person leaves it with the person, as long as the unit stays the same. Time before the
first known holder belongs to nobody (`None`), so that the holders always add up to the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from kapok.batch.audit.columns import UNKNOWN, Bucket, Words, first_known, last_known
from kapok.batch.audit.grouping import Groups, distinct_values
from kapok.batch.audit.partial import BatonPart, Sums

Codes = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Holders:
    """Who holds the baton after each event."""

    unit: Words
    person: Words


@dataclass(frozen=True)
class Spells:
    """Unbroken stretches in which one holder had the baton: the first event of each, its case, unit and person."""

    first: Integers
    case: Integers
    unit: Codes
    person: Codes

    @cached_property
    def groups(self) -> Groups:
        """The spells of each holder."""
        return Groups.of(self.unit, self.person, int(self.person.max(initial=UNKNOWN)) + 1)

    @cached_property
    def cases(self) -> Integers:
        """In how many cases each holder had a part."""
        parts = distinct_values(self.case * len(self.groups) + self.groups.of_row)
        return np.bincount(parts % max(len(self.groups), 1), minlength=len(self.groups))

    @cached_property
    def handed(self) -> Flags:
        """True where the spell before belongs to the same case and to a known holder: a hand-over."""
        known = (self.unit[:-1] != UNKNOWN) | (self.person[:-1] != UNKNOWN)
        return np.append(False, (self.case[1:] == self.case[:-1]) & known)


def holders(bucket: Bucket) -> Holders:
    """Unit and person who hold the baton after each event."""
    opens = np.zeros(bucket.events, np.bool_)
    opens[bucket.starts[:-1]] = True
    unit = _carried(bucket.unit.codes, opens)
    changed = opens.copy()
    changed[1:] |= unit[1:] != unit[:-1]
    person = _carried(bucket.person.codes, changed)
    return Holders(Words(unit, bucket.unit.words), Words(person, bucket.person.words))


def baton(bucket: Bucket, held: Holders, worked: Integers) -> BatonPart:
    """The baton over these cases. `worked` is the working time at each event, from any common origin."""
    opens = np.zeros(bucket.events, np.bool_)
    opens[bucket.starts[:-1]] = True
    case = bucket.case_of_event
    nobody = np.full(bucket.events, UNKNOWN, np.int32)
    by_unit = _spells(opens, case, held.unit.codes, nobody)
    by_person = _spells(opens, case, held.unit.codes, held.person.codes)
    moves = by_unit if len(held.unit.words) else by_person
    after = worked[bucket.starts[1:] - 1]
    return BatonPart(
        units=Sums({key[:1]: row for key, row in _rows(by_unit, held, worked, after).items()}),
        people=_rows(by_person, held, worked, after),
        total_us=int((after - worked[bucket.starts[:-1]]).sum()),
        **_movements(moves),
        **_first_contact(bucket),
    )


def _carried(codes: Codes, opens: Flags) -> Codes:
    """Each unknown code replaced by the last known one since `opens`."""
    unknown = codes == UNKNOWN
    if not unknown.any():
        return codes
    last = np.where(unknown & ~opens, 0, np.arange(len(codes)))
    return codes[np.maximum.accumulate(last)]


def _spells(opens: Flags, case: Integers, unit: Codes, person: Codes) -> Spells:
    changed = opens.copy()
    changed[1:] |= (unit[1:] != unit[:-1]) | (person[1:] != person[:-1])
    first = np.flatnonzero(changed)
    return Spells(first, case[first], unit[first], person[first])


def _rows(spells: Spells, held: Holders, worked: Integers, after: Integers) -> Sums:
    """Cases, time, hand-overs in and out of every holder."""
    groups, handed = spells.groups, spells.handed
    begun = worked[spells.first]
    ended = np.append(begun[1:], 0)
    last = np.append(spells.case[1:] != spells.case[:-1], True)
    ended[last] = after[spells.case[last]]
    rows = np.stack(
        [
            spells.cases,
            groups.sums(ended - begun),
            groups.counts(handed),
            groups.counts(np.append(handed[1:], False)),
        ],
        axis=1,
    )
    keys = zip(held.unit.of(groups.left), held.person.of(groups.right), strict=True)
    return Sums(zip(keys, map(tuple, rows.tolist()), strict=True))


def _movements(spells: Spells) -> dict[str, int]:
    """Transfers, returns to the holder before (A, B, A), and returns to any earlier holder."""
    handed = spells.handed
    groups = spells.groups
    back = handed[2:] & handed[1:-1] & (groups.of_row[2:] == groups.of_row[:-2])
    known = (groups.left != UNKNOWN) | (groups.right != UNKNOWN)
    again = (groups.counts() - spells.cases)[known]
    return {"transfers": int(handed.sum()), "ping_pong": int(back.sum()), "returns": int(again.sum())}


def _first_contact(bucket: Bucket) -> dict[str, int]:
    """Cases that name a person, and those among them whose first person is not the last."""
    first, last = first_known(bucket.person, bucket.starts).codes, last_known(bucket.person, bucket.starts).codes
    return {"first_contact_lost": int((first != last).sum()), "cases_with_person": int((first != UNKNOWN).sum())}


def event_at(bucket: Bucket, case: Integers, instants: Integers) -> Integers:
    """The event after which the baton lay where it lay at these instants: the last one before or at them, else the first."""
    low, high = bucket.starts[case], bucket.starts[case + 1]
    while (high - low > 1).any():
        middle = (low + high) // 2
        passed = bucket.at[middle] <= instants
        low, high = np.where(passed, middle, low), np.where(passed, high, np.maximum(middle, low + 1))
    return low
