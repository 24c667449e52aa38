"""What must hold for every calendar: against a walk minute by minute, between scalar and column, and between verbs."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kapok.kernel.hours import (
    CLOSING,
    WALL,
    ClosedStart,
    DayPolicy,
    Hours,
    Landing,
    Measure,
    add_days,
    add_days_many,
    due,
    due_back,
    due_many,
    elapsed,
    elapsed_many,
    worked_many,
)
from kapok.kernel.hours.instants import micros, moment
from tests.kernel.hours_oracle import DAYS, MINUTE, Walk, utc_days

# Days on or beside which the clocks of a zone are changed, in both directions; Apia also left out a whole day.
CHANGES = {
    "Europe/London": ("2026-03-29", "2026-10-25"),
    "America/St_Johns": ("2026-03-08", "2026-11-01"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "Pacific/Apia": ("2011-09-24", "2011-12-30", "2012-04-01"),
    "America/Sao_Paulo": ("2018-02-18", "2018-11-04"),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "Africa/Casablanca": ("2026-02-15", "2026-03-22"),
    "Antarctica/Troll": ("2026-03-29", "2026-10-25"),
    "Asia/Kathmandu": ("2026-01-01", "1986-01-01"),
    "Asia/Shanghai": ("1991-04-14", "1991-09-15"),
    "America/New_York": ("1967-04-30", "1967-10-29"),
}


@st.composite
def windows(draw: st.DrawFn) -> list[list[str]]:
    """The windows of one day, on a grid of half hours or odd minutes; the last may run over midnight."""
    times = sorted(draw(st.sets(st.sampled_from([*range(0, 1441, 30), 61, 119, 1439]), max_size=6)))
    pairs = [[_time(opens), _time(closes)] for opens, closes in zip(times[::2], times[1::2], strict=False)]
    if len(times) % 2 and times[-1] < 1440 and draw(st.booleans()):
        pairs.append([_time(times[-1]), _time(draw(st.integers(0, times[-1] - 1)) if times[-1] else 1440)])
    return pairs


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def specs(draw: st.DrawFn) -> tuple[dict[str, Any], date]:
    """A calendar in its typed form, and a day near which its clocks are changed."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    day = date.fromisoformat(draw(st.sampled_from(CHANGES[zone])))
    near = [(day + timedelta(days=n)) for n in range(-4, 12)]
    names = st.sampled_from([f(d) for d in near for f in (date.isoformat, lambda d: d.strftime("%m-%d"))])
    spec = {
        "zone": zone,
        "week": {name: draw(windows()) for name in draw(st.sets(st.sampled_from(DAYS)))},
        "holidays": draw(st.lists(names, max_size=2)),
        "special": draw(st.dictionaries(names, windows(), max_size=2)),
    }
    return spec, day


minutes = st.integers(0, 3 * 1440).map(lambda n: n * MINUTE)
instants = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(), timedelta(days=4))
zones = st.sampled_from(sorted(CHANGES))


@st.composite
def working_hours(draw: st.DrawFn) -> Hours:
    """Hours that come again every week, whatever else they do."""
    spec, _ = draw(specs())
    spec["week"]["wed"] = draw(windows().filter(lambda pairs: any(b[:2] > a[:2] for a, b in pairs)))
    return Hours.parse(spec)


@settings(max_examples=60, deadline=None)
@given(specs(), minutes, minutes)
def test_a_walk_minute_by_minute_agrees(
    spec_and_day: tuple[dict[str, Any], date], after: timedelta, span: timedelta
) -> None:
    spec, day = spec_and_day
    walk = Walk(spec, utc_days(day, -4), utc_days(day, 8))
    hours = Hours.parse(spec)
    start = utc_days(day, -2) + after
    end = start + span
    passed = walk.elapsed(start, end)
    assert elapsed(start, end, hours) == passed
    last = walk.first + len(walk.days) * MINUTE
    if left := walk.elapsed(start, last):
        allowance = min(span, left)
        assert due(start, allowance, hours) == walk.due(start, allowance)
        assert due_many([micros(start)], [_micros(allowance)], hours).tolist() == [micros(walk.due(start, allowance))]
    if left := walk.elapsed(walk.first + MINUTE, end):
        assert due_back(end, min(span, left), hours) == walk.due_back(end, min(span, left))


@settings(max_examples=60, deadline=None)
@given(specs(), minutes, st.integers(-2, 3), st.booleans())
def test_a_walk_day_by_day_agrees(
    spec_and_day: tuple[dict[str, Any], date], after: timedelta, n: int, rolls: bool
) -> None:
    spec, day = spec_and_day
    working = Walk(spec, utc_days(day, -6), utc_days(day, 8)).working_days()
    hours = Hours.parse(spec)
    start = utc_days(day, -2) + after
    zone = ZoneInfo(spec["zone"])
    first = start.astimezone(zone).date()
    assert hours.is_working_day(first) == (first in working)
    if rolls and first not in working:
        following = [d for d in working if d > first] if n >= 0 else [d for d in reversed(working) if d < first]
        assume(following)
        first = following[0]
    counted = [d for d in working if d > first] if n > 0 else [d for d in reversed(working) if d < first]
    assume(len(counted) >= abs(n))
    landed = counted[abs(n) - 1] if n else first
    policy = DayPolicy(closed_start=ClosedStart.ROLL if rolls else ClosedStart.DAY_ZERO, ends_at="12:00")
    expected = datetime(landed.year, landed.month, landed.day, 12, tzinfo=zone).astimezone(UTC)
    assert add_days(start, n, hours, policy) == expected
    assert add_days_many([micros(start)], n, hours, policy).tolist() == [micros(expected)]


@settings(max_examples=50, deadline=None)
@given(working_hours(), instants, spans, spans)
def test_due_adds_up(hours: Hours, start: datetime, a: timedelta, b: timedelta) -> None:
    assert due(due(start, a, hours), b, hours) == due(start, a + b, hours)


@settings(max_examples=50, deadline=None)
@given(working_hours(), instants, spans)
def test_elapsed_undoes_due(hours: Hours, start: datetime, allowance: timedelta) -> None:
    due_at = due(start, allowance, hours)
    assert due_at >= start
    assert elapsed(start, due_at, hours) == allowance
    assert elapsed(due_back(start, allowance, hours), start, hours) == allowance


@st.composite
def pauses(draw: st.DrawFn, start: datetime) -> list[tuple[datetime, datetime]]:
    offsets = st.timedeltas(timedelta(days=-2), timedelta(days=20))
    begins = [start + offset for offset in draw(st.lists(offsets, max_size=5))]
    return [(begin, begin + draw(st.timedeltas(timedelta(), timedelta(days=5)))) for begin in begins]


@settings(max_examples=50, deadline=None)
@given(working_hours(), instants, spans, st.sampled_from(Measure), st.data())
def test_elapsed_undoes_due_around_pauses(
    hours: Hours, start: datetime, allowance: timedelta, measure: Measure, data: st.DataObject
) -> None:
    held = data.draw(pauses(start))
    assume(allowance)
    assert elapsed(start, due(start, allowance, hours, held, measure), hours, held, measure) == allowance


@settings(max_examples=50, deadline=None)
@given(working_hours(), instants, spans.filter(bool), spans.filter(bool), st.data())
def test_due_adds_up_around_pauses(
    hours: Hours, start: datetime, a: timedelta, b: timedelta, data: st.DataObject
) -> None:
    held = data.draw(pauses(start))
    assert due(due(start, a, hours, held), b, hours, held) == due(start, a + b, hours, held)


@settings(max_examples=50, deadline=None)
@given(working_hours(), st.lists(instants, min_size=2, max_size=2).map(sorted), st.lists(spans, min_size=2).map(sorted))
def test_later_or_longer_is_never_due_earlier(
    hours: Hours, starts: list[datetime], allowances: list[timedelta]
) -> None:
    assert due(starts[0], allowances[0], hours) <= due(starts[1], allowances[0], hours)
    assert due(starts[0], allowances[0], hours) <= due(starts[0], allowances[1], hours)
    assert due_back(starts[0], allowances[0], hours) <= due_back(starts[1], allowances[0], hours)
    assert elapsed(*starts, hours) <= starts[1] - starts[0]


@settings(max_examples=50, deadline=None)
@given(working_hours(), st.lists(st.tuples(instants, spans, instants), min_size=1, max_size=20))
def test_columns_agree_with_scalars(hours: Hours, rows: list[tuple[datetime, timedelta, datetime]]) -> None:
    starts = np.array([micros(start) for start, _, _ in rows])
    ends = np.array([micros(end) for _, _, end in rows])
    allowances = np.array([_micros(allowance) for _, allowance, _ in rows])
    assert [moment(t) for t in due_many(starts, allowances, hours).tolist()] == [due(s, a, hours) for s, a, _ in rows]
    assert elapsed_many(starts, ends, hours).tolist() == [_micros(elapsed(s, e, hours)) for s, _, e in rows]
    worked = worked_many(np.concatenate([starts, ends]), hours)
    assert (worked[len(rows) :] - worked[: len(rows)]).clip(min=0).tolist() == elapsed_many(
        starts, ends, hours
    ).tolist()


times = st.sampled_from(["00:00", "02:30", "08:00", "17:00", "23:59", "24:00"])
policies = st.builds(
    DayPolicy,
    closed_start=st.sampled_from(ClosedStart),
    landing=st.sampled_from(Landing),
    ends_at=st.sampled_from([WALL, CLOSING]) | times,
    cut_off=st.none() | times,
    treated_as=st.none() | times,
    counts_start_day=st.booleans(),
)


@settings(max_examples=50, deadline=None)
@given(working_hours(), st.lists(instants, min_size=1, max_size=20), st.integers(-30, 30), policies)
def test_columns_count_days_as_scalars_do(hours: Hours, starts: list[datetime], n: int, policy: DayPolicy) -> None:
    column = np.array([micros(start) for start in starts])
    got = [moment(t) for t in add_days_many(column, n, hours, policy).tolist()]
    assert got == [add_days(start, n, hours, policy) for start in starts]


@settings(max_examples=50, deadline=None)
@given(
    specs().flatmap(lambda found: st.tuples(st.just(found), st.lists(minutes, min_size=1, max_size=9))),
    st.integers(-3, 3),
    policies,
)
def test_columns_count_days_as_scalars_do_where_clocks_change(
    drawn: tuple[tuple[dict[str, Any], date], list[timedelta]], n: int, policy: DayPolicy
) -> None:
    (spec, day), offsets = drawn
    spec["week"]["wed"] = [["00:30", "02:30"]]
    hours = Hours.parse(spec)
    starts = [utc_days(day, -1) + offset for offset in offsets]
    got = add_days_many([micros(start) for start in starts], n, hours, policy).tolist()
    assert [moment(t) for t in got] == [add_days(start, n, hours, policy) for start in starts]


@settings(max_examples=50, deadline=None)
@given(st.lists(instants, min_size=2, max_size=30).map(sorted), working_hours())
def test_parts_add_up_to_the_whole_exactly(moments: list[datetime], hours: Hours) -> None:
    column = np.array([micros(at) for at in moments])
    assert elapsed_many(column[:-1], column[1:], hours).sum() == _micros(elapsed(moments[0], moments[-1], hours))


@pytest.fixture(params=["Pacific/Apia", "America/St_Johns", "Asia/Shanghai"])
def process_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_the_zone_of_the_process_does_not_matter(process_zone: str) -> None:
    hours = Hours.parse({"zone": "Europe/Berlin", "week": {"sun": [["00:00", "06:00"]], "mon": [["09:00", "17:00"]]}})
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert time.strftime("%z") != "+0100"
    assert due(start, timedelta(hours=6), hours) == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert elapsed(start, start + timedelta(days=2), hours) == timedelta(hours=5 + 5)
    assert add_days(start, 1, hours) == datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert (
        worked_many([micros(start)], Hours.parse(hours.spec)).tolist() == worked_many([micros(start)], hours).tolist()
    )


def _micros(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
