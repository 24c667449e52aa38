"""The clock beside its peers, in one process: who is right on twelve cases, and how fast each is.

`make bench` runs it in an environment that has the peers, which are never installed beside Kapok itself; alone::

    PYTHONPATH=src .venv-peers/bin/python bench/clock.py

It prints Markdown. Figures are calls per second of processor time on one core, the best of several rounds, so that other
work on the machine disturbs them little; a peer is timed only on cases that it gets right.
"""

from __future__ import annotations

import platform
import random
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import businesstimedelta as btd
import numpy as np
import pandas as pd
import pytz
from business_duration import businessDuration

from kapok.kernel.hours import (
    Case,
    Hours,
    add_days,
    add_days_many,
    due,
    due_many,
    elapsed,
    elapsed_many,
    read_cases,
    worked_many,
)

TWELVE = Path(__file__).parents[1] / "tests" / "kernel" / "calendar_twelve.json"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROUNDS = 5
TOLERANCE = timedelta(milliseconds=1)  # a peer without 24:00 is given the last microsecond of the day
PATIENCE = 20  # seconds for one question
SECONDS_PER_ROUND = 0.2
ROWS = 2_000_000

Ask = Callable[[], object]


class NoAnswer(Exception):
    """The peer has not answered while anybody would wait."""


class CannotSay(Exception):
    """The peer has no way to express the case."""


@dataclass(frozen=True)
class Peer:
    """A library and how to put a case to it; the question answers True when the peer is right."""

    name: str
    ask: Callable[[Case], tuple[Ask, object]]


def kapok(case: Case) -> tuple[Ask, object]:
    return lambda: due(case.start, case.amount.time, case.hours), case.expect


def kapok_elapsed(case: Case) -> tuple[Ask, object]:
    assert isinstance(case.expect, datetime)
    end = case.expect
    return lambda: elapsed(case.start, end, case.hours), case.amount.time


def windows(case: Case) -> list[tuple[str, str]]:
    """The windows of the case, which are the same on each of its days."""
    ((_, pairs), *_) = case.hours.spec["week"].items()
    return [(opens, closes) for opens, closes in pairs]


def weekdays(case: Case) -> list[int]:
    return [DAYS.index(day) for day in case.hours.spec["week"]]


def holidays(case: Case) -> list[date]:
    return [date.fromisoformat(day) for day in case.hours.spec["holidays"]]


def by_businesstimedelta(case: Case) -> tuple[Ask, object]:
    zone = pytz.timezone(case.hours.zone.key)
    pairs = windows(case)
    rules: list[Any] = [btd.WorkDayRule(_time(pairs[0][0]), _time(pairs[-1][1]), weekdays(case), tz=zone)]
    rules += [btd.LunchTimeRule(_time(a[1]), _time(b[0]), weekdays(case), tz=zone) for a, b in pairwise(pairs)]
    if holidays(case):
        rules.append(btd.HolidayRule(holidays(case), tz=zone))
    span = btd.BusinessTimeDelta(btd.Rules(rules), seconds=int(case.amount.time.total_seconds()))
    return lambda: case.start + span, case.expect


def by_pandas(case: Case) -> tuple[Ask, object]:
    hours, rest = divmod(case.amount.time, timedelta(hours=1))
    if rest:
        raise CannotSay("only whole hours")
    opens, closes = zip(*windows(case), strict=True)
    if "24:00" in closes:
        raise CannotSay("no 24:00")
    mask = " ".join(DAYS[n].capitalize() for n in weekdays(case))
    offset = pd.offsets.CustomBusinessHour(
        hours, start=list(opens), end=list(closes), weekmask=mask, holidays=holidays(case)
    )
    start = pd.Timestamp(case.start).tz_convert(case.hours.zone.key)
    return lambda: start + offset, case.expect


def by_business_duration(case: Case) -> tuple[Ask, object]:
    if len(windows(case)) > 1:
        raise CannotSay("one window a day")
    opens, closes = (None if windows(case)[0][1] == "24:00" else _time(text) for text in windows(case)[0])
    weekend = [n for n in range(7) if n not in weekdays(case)]
    assert isinstance(case.expect, datetime)
    start, end = (at.astimezone(case.hours.zone).replace(tzinfo=None) for at in (case.start, case.expect))
    wanted = int(case.amount.time.total_seconds()) / 60
    return lambda: businessDuration(start, end, opens, closes, weekend, holidays(case), "min"), wanted


def _time(text: str) -> clock_time:
    return clock_time.max if text == "24:00" else clock_time.fromisoformat(text)


def verdict(question: tuple[Ask, object]) -> str:
    ask, expected = question
    got: Any = ask()
    if got == expected:
        return "right"
    if isinstance(got, datetime) and isinstance(expected, datetime):
        off = got.astimezone(UTC) - expected
        if abs(off) < TOLERANCE:
            return "right"
        return f"{abs(off) / timedelta(hours=1):g} h {'late' if off > timedelta() else 'early'}"
    return f"{got:g} for {expected:g} min"


def put(peer: Peer, case: Case) -> tuple[str, Ask | None]:
    """What comes of the case, and the question itself when the answer is right."""
    signal.alarm(PATIENCE)
    try:
        question = peer.ask(case)
        said = verdict(question)
    except CannotSay as reason:
        return f"cannot say ({reason})", None
    except Exception as error:
        return f"fails ({type(error).__name__})", None
    finally:
        signal.alarm(0)
    return said, question[0] if said == "right" else None


def rate(ask: Ask) -> float:
    """Calls per second of processor time, the best of the rounds."""
    calls = 1
    while (spent := _spent(ask, calls)) < SECONDS_PER_ROUND:
        calls = max(calls * 2, int(calls * SECONDS_PER_ROUND / spent)) if spent else calls * 10
    return calls / min(spent, *(_spent(ask, calls) for _ in range(ROUNDS - 1)))


def _spent(ask: Ask, calls: int) -> float:
    started = time.process_time()
    for _ in range(calls):
        ask()
    return time.process_time() - started


def of_case(case: Case) -> Iterable[str]:
    """One row of the table: the verdict on each peer, and how many times faster Kapok is where that peer is right."""
    ours, ours_elapsed = rate(kapok(case)[0]), rate(kapok_elapsed(case)[0])
    yield f"{verdict(kapok(case))} · {ours / 1e3:,.0f} k/s"
    for peer in PEERS:
        said, ask = put(peer, case)
        against = ours_elapsed if peer.ask is by_business_duration else ours
        if ask is not None:
            theirs = rate(ask)
            RATIOS.append(against / theirs)
            said = f"right · {theirs / 1e3:,.1f} k/s · {against / theirs:,.0f}×"
        yield said


def print_cases() -> None:
    heads = ["case", "Kapok", *(peer.name for peer in PEERS)]
    print("| " + " | ".join(heads) + " |\n|" + " --- |" * len(heads))
    for case in read_cases(TWELVE.read_text(encoding="utf-8")):
        print(f"| {case.id} | " + " | ".join(of_case(case)) + " |", flush=True)
    print(f"\nWhere a peer is right, Kapok is {min(RATIOS):,.0f} to {max(RATIOS):,.0f} times as fast.\n")


def print_scalar(hours: Hours) -> None:
    draw = random.Random(1)
    starts = [
        datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=draw.randrange(2 * 365 * 86_400)) for _ in range(10_000)
    ]
    allowance = timedelta(hours=8)
    ends = [due(start, 20 * allowance, hours) for start in starts]
    rows: dict[str, Ask] = {
        "due": lambda: [due(start, allowance, hours) for start in starts],
        "elapsed": lambda: [elapsed(start, end, hours) for start, end in zip(starts, ends, strict=True)],
        "add_days": lambda: [add_days(start, 10, hours) for start in starts],
    }
    for name, ask in rows.items():
        print(f"| `{name}` | {rate(ask) * len(starts) / 1e3:,.0f} thousand |", flush=True)


def print_columns(hours: Hours) -> None:
    draw = np.random.default_rng(1)
    starts = draw.integers(1_700_000_000_000_000, 1_760_000_000_000_000, ROWS)
    allowances = draw.integers(0, 40 * 3_600_000_000, ROWS)
    ends = starts + draw.integers(0, 30 * 86_400_000_000, ROWS)
    rows: dict[str, Ask] = {
        "due_many": lambda: due_many(starts, allowances, hours),
        "elapsed_many": lambda: elapsed_many(starts, ends, hours),
        "worked_many": lambda: worked_many(starts, hours),
        "add_days_many": lambda: add_days_many(starts, 10, hours),
    }
    for name, ask in rows.items():
        print(f"| `{name}` | {rate(ask) * ROWS / 1e6:,.0f} million |", flush=True)


PEERS = (
    Peer("businesstimedelta", by_businesstimedelta),
    Peer("pandas CustomBusinessHour", by_pandas),
    Peer("business-duration (elapsed)", by_business_duration),
)
RATIOS: list[float] = []


def _lose_patience(*_: object) -> None:
    raise NoAnswer


def main() -> None:
    signal.signal(signal.SIGALRM, _lose_patience)
    versions = [f"{name} {version(name)}" for name in ("numpy", "businesstimedelta", "pandas", "business-duration")]
    print(f"Python {platform.python_version()}, {', '.join(versions)}, {platform.machine()} {sys.platform}\n")
    print_cases()
    split = [["08:30", "12:00"], ["14:00", "18:00"]]
    hours = Hours.parse(
        {"zone": "Europe/Berlin", "week": dict.fromkeys(DAYS[:5], split), "holidays": ["01-01", "05-01", "12-25"]}
    )
    print(
        "Random starts within two years, Monday to Friday 08:30-12:00 and 14:00-18:00, Europe/Berlin, three holidays a year:\n"
    )
    print("| verb | a second |\n| --- | --- |")
    print_scalar(hours)
    print_columns(hours)


if __name__ == "__main__":
    main()
