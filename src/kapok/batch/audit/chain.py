"""The log as a directly-follows map: what followed what within a case, how often, and after how much working time."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from kapok.batch.audit.columns import Bucket, Words
from kapok.batch.audit.grouping import Groups, distinct_values, summed
from kapok.batch.audit.partial import ChainPart, Distinct, Peaks, Sums
from kapok.batch.audit.periods import Periods

Integers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

NAMELESS = "—"  # an event without an activity


def chain(bucket: Bucket, worked: Integers, periods: Periods) -> ChainPart:
    """The map of these cases. `worked` is the working time at each event, from any common origin."""
    arcs, longest = _arcs(bucket, worked)
    return ChainPart(
        stages=_stages(bucket),
        arcs=arcs,
        longest=longest,
        variants=Distinct(distinct_values(_variants(bucket))),
        weeks=_weeks(bucket, worked, periods),
    )


def _names(activity: Words, codes: Integers) -> list[str]:
    return [word or NAMELESS for word in activity.of(codes)]


def _stages(bucket: Bucket) -> Sums:
    codes, size = bucket.activity.codes + 1, len(bucket.activity.words) + 1
    counts = [
        np.bincount(part, minlength=size) for part in (codes, codes[bucket.starts[:-1]], codes[bucket.starts[1:] - 1])
    ]
    rows = map(tuple, np.stack(counts, axis=1).tolist())
    names = _names(bucket.activity, np.arange(-1, size - 1))
    return Sums({(name,): row for name, row in zip(names, rows, strict=True) if row[0]})


def _arcs(bucket: Bucket, worked: Integers) -> tuple[Sums, Peaks]:
    follows = np.ones(max(bucket.events - 1, 0), np.bool_)
    follows[bucket.starts[1:-1] - 1] = False
    before = np.flatnonzero(follows)
    codes, size = bucket.activity.codes, len(bucket.activity.words)
    groups = Groups.of(codes[before], codes[before + 1], size)
    waited = np.diff(worked)[before]
    keys = list(zip(_names(bucket.activity, groups.left), _names(bucket.activity, groups.right), strict=True))
    rows = zip(groups.counts().tolist(), groups.sums(waited).tolist(), strict=True)
    return Sums(zip(keys, rows, strict=True)), Peaks(zip(keys, groups.peaks(waited).tolist(), strict=True))


def _weeks(bucket: Bucket, worked: Integers, periods: Periods) -> Sums:
    week = periods.weeks(bucket.at[bucket.starts[:-1]])
    time = worked[bucket.starts[1:] - 1] - worked[bucket.starts[:-1]]
    first = int(week.min(initial=0))
    counts = np.bincount(week - first).tolist()
    times = summed(week - first, time, len(counts)).tolist()
    return Sums({(periods.week_name(first + n),): (counts[n], times[n]) for n in range(len(counts)) if counts[n]})


def _variants(bucket: Bucket) -> Hashes:
    """A 64-bit number for the sequence of activities of every case: the sum of one number for each activity at its place.

    It is made from the words and not from the codes, so that parts of a log that number their words differently agree.
    """
    words = [word if word is not None else NAMELESS for word in bucket.activity.words.to_pylist()]
    seeds = np.array([_seed(word) for word in [*words, NAMELESS]], np.uint64)  # the code -1 takes the last
    place = np.arange(bucket.events) - np.repeat(bucket.starts[:-1], bucket.lengths)
    places = _mixed(np.arange(bucket.lengths.max(initial=0), dtype=np.uint64))
    numbers = _mixed(seeds[bucket.activity.codes] + places[place])
    return np.add.reduceat(numbers, bucket.starts[:-1]) if bucket.events else numbers


def _seed(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def _mixed(values: Hashes) -> Hashes:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of the input sways every bit of the output."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
