"""Make a large event log of fault handling, as an export of a ticket system would have it: in the order of time.

    python bench/material/event_log.py 10000000 out.parquet

A case takes 8 to 12 steps through 60 units and 2,000 people; one in four waits for the customer in between; about one in ten
takes far too long. The same number of events gives the same log, byte for byte.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ACTIVITIES = (
    "Reported", "Line tested", "Dispatched", "Accepted", "Visit agreed", "Waiting for customer", "Customer back",
    "On site", "Repaired", "Tested again", "Restored", "Confirmed", "Closed", "Referred",
)  # fmt: skip
ROUTES = (
    (0, 1, 2, 3, 7, 8, 10, 11, 12),
    (0, 1, 2, 3, 4, 7, 8, 9, 10, 12),
    (0, 2, 3, 4, 7, 8, 10, 12),
    (0, 1, 2, 3, 13, 3, 7, 8, 10, 11, 12),
    (0, 1, 2, 13, 2, 3, 4, 7, 8, 9, 10, 12),
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12),
    (0, 2, 3, 5, 6, 7, 8, 9, 10, 12),
)
ROUTE_SHARES = (0.30, 0.15, 0.15, 0.10, 0.05, 0.15, 0.10)
SERVICES, SERVICE_SHARES = ("fixed_broadband", "fixed_voice", "leased_line"), (0.7, 0.25, 0.05)
AREAS, AREA_SHARES = ("urban", "rural"), (0.8, 0.2)
UNITS, PEOPLE = 60, 2_000
FIRST_DAY_US = 1_735_689_600_000_000  # 2025-01-01T00:00Z
YEAR_US = 365 * 86_400_000_000
STEP_US, SLOW_STEP_US = 40 * 60_000_000, 8 * 3_600_000_000  # median gap between two steps
ROWS_PER_GROUP = 1_000_000


def event_log(events: int, seed: int = 20261123) -> pa.Table:
    """A log of about `events` events."""
    random = np.random.default_rng(seed)
    lengths = np.array([len(route) for route in ROUTES])
    cases = round(events / float(lengths @ np.array(ROUTE_SHARES)))
    route = random.choice(len(ROUTES), cases, p=ROUTE_SHARES).astype(np.int8)
    length = lengths[route]
    case = np.repeat(np.arange(cases, dtype=np.int32), length)
    starts = np.concatenate([[0], np.cumsum(length)[:-1]])
    step = np.arange(len(case)) - np.repeat(starts, length)
    activity = _strays(random, _padded()[route[case], step], step)
    at = _moments(random, case, starts, cases)
    unit, person = _hands(random, activity, cases, case)
    order = np.argsort(at, kind="stable")
    number = random.permutation(cases).astype(np.int32)
    facts = {
        "service": _words(SERVICES, random.choice(3, cases, p=SERVICE_SHARES)[case][order]),
        "area": _words(AREAS, random.choice(2, cases, p=AREA_SHARES)[case][order]),
    }
    return pa.table(
        {
            "ticket": pa.array(np.char.add("GZ-", np.char.zfill(np.arange(cases).astype("U8"), 8))).take(
                pa.array(number[case[order]])
            ),
            "activity": _words(ACTIVITIES, activity[order]),
            "at": pa.array(at[order], pa.timestamp("us", "UTC")),
            "unit": _words(tuple(f"Service centre {n + 1:02d}" for n in range(UNITS)), unit[order]),
            "person": _words(tuple(f"P{n:05d}" for n in range(PEOPLE)), person[order]),
            **facts,
        }
    )


def write(events: int, path: Path) -> Path:
    """The log of `event_log` in a Parquet file."""
    pq.write_table(event_log(events), path, row_group_size=ROWS_PER_GROUP, compression="zstd")
    return path


def _padded() -> np.ndarray:
    steps = np.zeros((len(ROUTES), max(map(len, ROUTES))), np.int8)
    for row, route in zip(steps, ROUTES, strict=True):
        row[: len(route)] = route
    return steps


def _strays(random: np.random.Generator, activity: np.ndarray, step: np.ndarray) -> np.ndarray:
    """One step in fifty is not the one of the route, as in every real log; the first always is."""
    stray = (random.random(len(activity)) < 0.02) & (step > 0)
    return np.where(stray, random.integers(1, len(ACTIVITIES), len(activity)), activity).astype(np.int8)


def _moments(random: np.random.Generator, case: np.ndarray, starts: np.ndarray, cases: int) -> np.ndarray:
    """Steps some forty minutes apart, some hours apart in a case that goes wrong; whole seconds."""
    median = np.where(random.random(cases) < 0.12, SLOW_STEP_US, STEP_US)
    gap = (median[case] * random.lognormal(0.0, 0.7, len(case))).astype(np.int64)
    gap[starts] = 0
    run = np.cumsum(gap)
    opened = np.sort(random.integers(0, YEAR_US, cases)) + FIRST_DAY_US
    return (run - run[starts][case] + opened[case]) // 1_000_000 * 1_000_000


def _hands(
    random: np.random.Generator, activity: np.ndarray, cases: int, case: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Reported, tested and closed at the desk; in between by a field team; referred to a third."""
    per_unit = PEOPLE // UNITS
    teams = random.integers(0, UNITS, (cases, 3), dtype=np.int16)
    members = random.integers(0, per_unit, (cases, 3), dtype=np.int16)
    role = np.array([0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 2], np.int8)[activity]
    unit = teams[case, role]
    person = unit * per_unit + members[case, role]
    relieved = (activity == 12) & (random.random(len(case)) < 0.3)  # another of the desk closes the case
    return unit, np.where(relieved, unit * per_unit + random.integers(0, per_unit, len(case)), person)


def _words(words: tuple[str, ...], codes: np.ndarray) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(words)).cast(pa.string())


if __name__ == "__main__":
    print(write(int(sys.argv[1]), Path(sys.argv[2])))
