"""The judgement in columns is the judgement of `kernel.promises.judge`, for every promise and every matter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kapok.batch.audit import events, judging
from kapok.batch.audit.awards import NOT_IN_MONEY, owed
from kapok.batch.audit.columns import Bucket, Log
from kapok.batch.audit.commitments import NEVER, OUTCOMES, Commitments
from kapok.batch.audit.entries import Occurrences
from kapok.batch.audit.map import AuditMap
from kapok.batch.audit.plan import Plan
from kapok.kernel.hours.instants import MICROSECOND, micros
from kapok.kernel.promises import Entry, Judgement, Pack, award, judge

START = datetime(2026, 9, 28, 1, 0, tzinfo=UTC)  # a Monday, three days before a holiday
UNTIL = START + timedelta(days=12)
KINDS = (
    "fault.reported",
    "fault.restored",
    "fault.cancelled",
    "customer.deferred",
    "customer.returned",
    "fault.reopened",
)
DATES = ("2026-09-30", "2026-10-05", "2026-10-02T12:00:00+08:00", "soon")

PACK: dict[str, Any] = {
    "code": "test",
    "version": "1",
    "title": {"zh": "测", "en": "Test"},
    "jurisdiction": "CN",
    "currency": "CNY",
    "zone": "Asia/Shanghai",
    "instruments": {"law": {"title": {"zh": "法", "en": "Law"}, "in_force": "2026-09-29"}},
    "calendars": {
        "office": {
            "week": {day: [["08:30", "12:00"], ["14:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
            "holidays": ["2026-10-01", "2026-10-02"],
        },
        "berlin": {"zone": "Europe/Berlin", "week": {day: [["22:00", "06:00"]] for day in ("mon", "wed", "sat")}},
    },
    "rates": {"daily": [{"from": "2026-01-01", "amount": 8, "evidence": {"level": "own"}}]},
}


def pack_of(**promise: Any) -> Pack:
    row = {
        "code": "p",
        "title": {"zh": "诺", "en": "Promise"},
        "tier": "pledge",
        "instrument": "law",
        "evidence": {"level": "own"},
        **promise,
    }
    return Pack.model_validate({**PACK, "promises": [row]})


def log_of(rows: Sequence[tuple[str, str, datetime]], facts: dict[str, dict[str, str]]) -> Log:
    """A log of (case, kind, moment), each event named after its kind, with facts by case."""
    names = sorted({name for known in facts.values() for name in known})
    words = pa.dictionary(pa.int32(), pa.string())
    columns: dict[str, Any] = {
        events.CASE: pa.array([case for case, _, _ in rows]).cast(words),
        events.AT: pa.array([micros(at) for _, _, at in rows], pa.int64()),
        events.ROW: pa.array(range(1, len(rows) + 1), pa.int64()),
        events.ACTIVITY: pa.array([kind for _, kind, _ in rows]).cast(words),
        events.SOURCE: pa.array([0] * len(rows), pa.int32()),
    }
    columns |= {name: pa.nulls(len(rows), words) for name in (events.LIFECYCLE, events.UNIT, events.PERSON)}
    for name in names:
        values = [facts.get(case, {}).get(name) for case, _, _ in rows]
        columns[events.FACT_PREFIX + name] = pa.array(values, pa.string()).cast(words)
    with ThreadPoolExecutor(1) as thread:
        return Log.of(pa.table(columns), thread)


def map_of(kinds: Iterable[str]) -> AuditMap:
    rules = [{"kind": kind, "activity": kind} for kind in kinds]
    return AuditMap.model_validate({"columns": {"case": "case", "time": "at"}, "events": rules})


def judged(log: Log, pack: Pack, until: datetime) -> tuple[Bucket, Commitments]:
    bucket = log.bucket((0, len(log.starts) - 1))
    occurrences = Occurrences.of(bucket, map_of(KINDS).events)
    return bucket, judging.commitments(pack.promises[0], pack, bucket, occurrences, micros(until))


def columns_as_rows(bucket: Bucket, made: Commitments) -> list[tuple[Any, ...]]:
    cases = bucket.cases.taken(made.case).texts().to_pylist()
    columns = (made.opened, made.due, made.closed, made.elapsed, made.late)
    values = zip(*(column.tolist() for column in columns), strict=True)
    outcomes = [OUTCOMES[code] for code in made.outcome]
    return sorted(zip(cases, outcomes, made.within_target.tolist(), values, strict=True))


def judgement_as_row(case: str, row: Judgement) -> tuple[Any, ...]:
    moments = (NEVER if at is None else micros(at) for at in (row.opened_at, row.due_at, row.closed_at))
    return case, row.state, row.within_target, (*moments, row.elapsed // MICROSECOND, row.late_by // MICROSECOND)


def scalar_rows(
    rows: Sequence[tuple[str, str, datetime]], facts: dict[str, dict[str, str]], pack: Pack, until: datetime
) -> dict[str, list[Judgement]]:
    """What the scalar judgement says of each case, without the judgements that only carry an anomaly."""
    promise, found = pack.promises[0], {}
    for case in {case for case, _, _ in rows}:
        entries = sorted({(kind, at) for name, kind, at in rows if name == case})
        matter = [Entry(kind, at) for kind, at in entries]
        answers = judge(promise, pack, matter, facts.get(case, {}), until)
        found[case] = answers
    return found


def is_commitment(row: Judgement) -> bool:
    return not (row.opened_at is None and row.state == "void")


allowances = st.sampled_from(
    [
        "3 hours",
        "1 hour",
        "30 hours",
        "2 hours",
        "5 working hours",
        "16 working hours",
        "2 days",
        "1 week",
        "2 working days",
        "1 month",
        "0 hours",
    ]
)
days = st.fixed_dictionaries(
    {},
    optional={
        "ends_at": st.sampled_from(["23:59", "24:00", "closing", "17:00"]),
        "cutoff": st.just("15:00"),
        "closed_start": st.sampled_from(["stays", "rolls"]),
        "report_day": st.sampled_from(["0", "1"]),
    },
)
promises = st.fixed_dictionaries(
    {
        "direction": st.sampled_from(["within", "within", "within", "wait", "keep", "notice"]),
        "opens": st.sampled_from([["fault.reported"], ["fault.reported", "fault.reopened"]]),
        "closes": st.sampled_from([["fault.restored"], ["fault.restored", "customer.returned"]]),
        "voids": st.sampled_from([[], ["fault.cancelled"]]),
        "pauses": st.sampled_from([[], ["customer.deferred"], ["customer.deferred"]]),
        "resumes": st.just(["customer.returned"]),
        "reopens": st.sampled_from([[], ["fault.reopened"]]),
        "reopening": st.sampled_from(["restart", "continue", "through", "ignore"]),
        "allowance": allowances,
        "calendar": st.sampled_from(["always", "office", "berlin"]),
        "days": days,
        "pause_measure": st.sampled_from(["working", "wall"]),
        "applies": st.sampled_from([{}, {}, {"service": ["fixed_voice"]}]),
        "unless": st.sampled_from([{}, {}, {"cause": ["customer"]}]),
    },
    optional={
        "target": st.sampled_from(["1 hour", "1 working day"]),
        "agreed": st.fixed_dictionaries(
            {"fact": st.just("promised_date"), "means": st.sampled_from(["shorter_wins", "is_the_promise", "replaces"])}
        ),
    },
)
near = st.integers(0, 16).map(lambda n: START + timedelta(days=1, hours=n))
hours = st.integers(0, 24 * 14).map(lambda n: START + timedelta(hours=n))
anywhen = st.datetimes(datetime(2026, 9, 27), datetime(2026, 10, 20), timezones=st.just(UTC))  # noqa: DTZ001  naive bounds
moments = st.one_of(near, near, hours, anywhen)
matters = st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(KINDS), moments), min_size=15, max_size=45)
known_facts = st.fixed_dictionaries(
    {},
    optional={
        "service": st.sampled_from(["fixed_voice", "mobile"]),
        "cause": st.sampled_from(["customer", "operator"]),
        "promised_date": st.sampled_from(DATES),
        "monthly_fee": st.sampled_from(["30", "59.90"]),
    },
)
facts_by_case = st.fixed_dictionaries(dict.fromkeys("ABC", known_facts))


@settings(max_examples=300, deadline=None)
@given(promise=promises, rows=matters, facts=facts_by_case)
def test_columns_say_what_the_scalar_judgement_says(promise: Any, rows: Any, facts: Any) -> None:
    if promise["direction"] == "notice":
        promise.pop("agreed", None)
    pack = pack_of(**promise)
    bucket, made = judged(log_of(rows, facts), pack, UNTIL)
    scalar = scalar_rows(rows, facts, pack, UNTIL)
    expected = sorted(
        judgement_as_row(case, row) for case, found in scalar.items() for row in found if is_commitment(row)
    )
    assert columns_as_rows(bucket, made) == expected
    names = bucket.cases.texts().to_pylist()
    odd = {anomaly: sorted(names[case] for case in cases) for anomaly, cases in made.anomalies.items()}
    for anomaly, cases in odd.items():
        assert cases == sorted(case for case, found in scalar.items() if any(anomaly in row.anomalies for row in found))


compensations = st.fixed_dictionaries(
    {
        "per": st.sampled_from(["occurrence", "day", "working_day", "1 hour", "month"]),
        "amount": st.sampled_from([10, {"percent": "1 %", "of": "monthly_fee"}, {"rate": "daily"}]),
        "when": st.sampled_from([{}, {"service": ["fixed_voice"]}]),
        "unless": st.sampled_from([{}, {"cause": ["customer"]}]),
        "once": st.booleans(),
        "paused_counts": st.booleans(),
        "since": st.sampled_from(["due", "opened"]),
    },
    optional={"cap": st.just({"amount": 30}), "pay_within": st.just("30 days")},
)


@settings(max_examples=150, deadline=None)
@given(promise=promises, compensation=compensations, rows=matters, facts=facts_by_case)
def test_every_breach_costs_what_the_scalar_award_says(promise: Any, compensation: Any, rows: Any, facts: Any) -> None:
    if promise["direction"] == "notice":
        promise.pop("agreed", None)
    pack = pack_of(**promise, compensation=compensation)
    log = log_of(rows, facts)
    bucket, made = judged(log, pack, UNTIL)
    breaches = np.flatnonzero(made.breached)
    plan = Plan(pack, map_of(KINDS), micros(UNTIL), micros(START), micros(UNTIL))
    costs = owed(pack.promises[0], bucket, made, breaches, plan)
    cases = bucket.cases.taken(made.case[breaches]).texts().to_pylist()
    words = [costs.words[which] for which in costs.reckoning]
    found = sorted(zip(cases, made.due[breaches].tolist(), costs.minor.tolist(), [w.en for w in words], strict=True))
    assert found == sorted(
        (case, micros(row.due_at), *_cost(row, facts[case], pack))
        for case, judgements in scalar_rows(rows, facts, pack, UNTIL).items()
        for row in judgements
        if row.breached and row.due_at is not None
    )


def _cost(row: Judgement, facts: dict[str, str], pack: Pack) -> tuple[int, str]:
    found = award(row, facts, pack, UNTIL)
    if found is None:
        return 0, "Nothing is owed."
    return (NOT_IN_MONEY if found.money is None else found.money.minor), found.text.en


def test_a_case_with_very_many_entries_is_judged_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "MOST_ENTRIES", 4)
    pack = pack_of(
        opens="fault.reported",
        closes="fault.restored",
        reopens="fault.reopened",
        reopening="restart",
        allowance="1 hour",
    )
    rows = [
        (case, ("fault.reported", "fault.restored")[n % 2], START + timedelta(days=1, hours=n))
        for case, count in {"many": 9, "few": 2}.items()
        for n in range(count)
    ]
    bucket, made = judged(log_of(rows, {}), pack, UNTIL)
    expected = [
        judgement_as_row(case, row) for case, found in scalar_rows(rows, {}, pack, UNTIL).items() for row in found
    ]
    assert columns_as_rows(bucket, made) == sorted(expected)
    assert [row[0] for row in columns_as_rows(bucket, made)] == ["few", *["many"] * 5]


@pytest.mark.parametrize(
    ("promise", "fact", "outcome"),
    [
        ({"direction": "never", "opens": "fault.cancelled"}, {}, ["broken"]),
        (
            {"direction": "limit", "opens": "fault.cancelled", "limit": {"fact": "jitter_excess", "at_most": 10}},
            "9.5",
            ["kept"],
        ),
        (
            {"direction": "limit", "opens": "fault.cancelled", "limit": {"fact": "jitter_excess", "at_most": 10}},
            "10.5",
            ["broken"],
        ),
        (
            {"direction": "limit", "opens": "fault.cancelled", "limit": {"fact": "jitter_excess", "at_most": 10}},
            "much",
            ["void"],
        ),
    ],
)
def test_promises_without_a_clock(promise: Any, fact: Any, outcome: list[str]) -> None:
    facts = {"A": {"jitter_excess": fact} if fact else {}}
    _, made = judged(log_of([("A", "fault.cancelled", START + timedelta(days=2))], facts), pack_of(**promise), UNTIL)
    assert [OUTCOMES[code] for code in made.outcome] == outcome


def test_a_closing_that_nothing_opened_is_listed_and_the_others_are_judged() -> None:
    pack = pack_of(opens="fault.reported", closes="fault.restored", allowance="1 hour")
    day = START + timedelta(days=1)
    rows = [
        ("A", "fault.restored", day),
        ("B", "fault.reported", day),
        ("B", "fault.restored", day + timedelta(minutes=59)),
    ]
    bucket, made = judged(log_of(rows, {}), pack, UNTIL)
    assert [(row[0], row[1]) for row in columns_as_rows(bucket, made)] == [("B", "kept")]
    assert bucket.rows[made.early].tolist() == [0]
