"""What single events say, which tiers they stop and which facts they bring, is judged in columns as by `kernel.promises.judge`."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from kapok.batch.audit import events, judging
from kapok.batch.audit.awards import owed
from kapok.batch.audit.columns import Bucket, Log
from kapok.batch.audit.commitments import Commitments
from kapok.batch.audit.entries import Occurrences
from kapok.batch.audit.map import AuditMap
from kapok.batch.audit.plan import Plan
from kapok.kernel.hours.instants import micros
from kapok.kernel.promises import STOPS, Entry, Judgement, Pack, award, by_matter, judge, known_facts
from tests.batch.test_judging import (
    DATES,
    KINDS,
    START,
    UNTIL,
    columns_as_rows,
    is_commitment,
    judgement_as_row,
    moments,
    pack_of,
    promises,
)

ALL = (*KINDS, "matter.changed")
NAMES = ("service", "cause", "promised_date", "monthly_fee")
BY_ENTRY = AuditMap.model_validate(
    {
        "columns": {"case": "case", "time": "at", "stops": "stops"},
        "events": [{"kind": kind, "activity": kind} for kind in ALL],
        "fact_columns": {name: name for name in NAMES},
        "facts_by": "entry",
        "duplicates": "keep",
    }
)


@dataclass(frozen=True)
class Row:
    """An event of a case, with what it says."""

    case: str
    kind: str
    at: datetime
    stops: str | None = None
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def entry(self) -> Entry:
        """It as the kernel takes it."""
        return Entry(self.kind, self.at, self.facts | ({STOPS: self.stops} if self.stops is not None else {}))


def log_of(rows: Sequence[Row]) -> Log:
    words = pa.dictionary(pa.int32(), pa.string())
    said: dict[str, list[str | None]] = {
        events.CASE: [row.case for row in rows],
        events.ACTIVITY: [row.kind for row in rows],
        **{name: [None] * len(rows) for name in (events.LIFECYCLE, events.UNIT, events.PERSON)},
        **{events.FACT_PREFIX + name: [row.facts.get(name) for row in rows] for name in NAMES},
        events.ATTRIBUTE_PREFIX + "stops": [row.stops for row in rows],
    }
    columns: dict[str, Any] = {name: pa.array(values, pa.string()).cast(words) for name, values in said.items()}
    columns[events.AT] = pa.array([micros(row.at) for row in rows], pa.int64())
    columns[events.ROW] = pa.array(range(1, len(rows) + 1), pa.int64())
    columns[events.SOURCE] = pa.array([0] * len(rows), pa.int32())
    with ThreadPoolExecutor(1) as thread:
        return Log.of(pa.table(columns), thread)


def judged(rows: Sequence[Row], pack: Pack) -> tuple[Bucket, Commitments]:
    log = log_of(rows)
    bucket = log.bucket((0, len(log.starts) - 1), frozenset({0}), facts_by_entry=True)
    occurrences = Occurrences.of(bucket, BY_ENTRY.events, "stops")
    return bucket, judging.commitments(pack.promises[0], pack, bucket, occurrences, micros(UNTIL))


def scalar(rows: Sequence[Row], pack: Pack) -> dict[str, list[Judgement]]:
    found = {}
    for case in {row.case for row in rows}:
        told = [row.entry for row in rows if row.case == case]
        facts = known_facts(told)
        found[case] = judge(pack.promises[0], pack, by_matter(told, facts), facts, UNTIL)
    return found


stopped = st.sampled_from([None, None, "pledge", "stage", "stage pledge", "law,stage"])
said = st.fixed_dictionaries(
    {},
    optional={
        "service": st.sampled_from(["fixed_voice", "fixed_voice", "mobile"]),
        "cause": st.sampled_from(["customer", "operator"]),
        "promised_date": st.sampled_from(DATES),
        "monthly_fee": st.sampled_from(["30", "59.90"]),
    },
)
quiet = st.builds(Row, st.sampled_from("ABC"), st.sampled_from(KINDS), moments, stopped)
telling = st.builds(Row, st.sampled_from("CD"), st.sampled_from(ALL), moments, stopped, said)
rows_of = st.lists(st.one_of(quiet, telling), min_size=10, max_size=40)
told_promises = st.tuples(promises, st.sampled_from(["whole", "whole", "from_now"])).map(
    lambda pair: {
        **pair[0],
        "pauses": ["customer.deferred"],
        **({"on_change": "from_now"} if pair[1] != "whole" else {}),
    }
)


@settings(max_examples=300, deadline=None)
@given(promise=told_promises, rows=rows_of)
def test_columns_say_what_the_scalar_judgement_says_of_what_entries_tell(promise: Any, rows: list[Row]) -> None:
    if promise["direction"] == "notice":
        promise.pop("agreed", None)
    pack = pack_of(**promise)
    bucket, made = judged(rows, pack)
    expected = scalar(rows, pack)
    assert columns_as_rows(bucket, made) == sorted(
        judgement_as_row(case, row) for case, found in expected.items() for row in found if is_commitment(row)
    )
    names = bucket.cases.texts().to_pylist()
    for anomaly, cases in made.anomalies.items():
        odd = sorted(case for case, found in expected.items() if any(anomaly in row.anomalies for row in found))
        assert sorted(names[case] for case in cases) == odd
    paused = sorted((names[made.case[row]], pause) for row in range(len(made)) for pause in made.pauses.of(row))
    assert paused == sorted(
        (case, (micros(begins), micros(ends) if ends else np.iinfo(np.int64).min))
        for case, found in expected.items()
        for judgement in filter(is_commitment, found)
        for begins, ends in judgement.pauses
    )


def test_a_breach_is_owed_by_the_facts_it_was_judged_by() -> None:
    cost = {"per": "occurrence", "amount": {"percent": "100 %", "of": "monthly_fee"}}
    pack = pack_of(opens="fault.reported", closes="fault.restored", allowance="1 hour", compensation=cost)
    day = START + timedelta(days=1)
    rows = [
        Row("A", "fault.reported", day, facts={"monthly_fee": "30"}),
        Row("A", "matter.changed", day + timedelta(hours=1), facts={"monthly_fee": "40"}),
        Row("A", "fault.restored", day + timedelta(hours=3)),
        Row("B", "fault.reported", day, facts={"monthly_fee": "50"}),
        Row("B", "fault.restored", day + timedelta(hours=3)),
    ]
    bucket, made = judged(rows, pack)
    breaches = np.flatnonzero(made.breached)
    plan = Plan(pack, BY_ENTRY, micros(UNTIL), micros(START), micros(UNTIL))
    costs = owed(pack.promises[0], bucket, made, breaches, plan)
    cases = bucket.cases.taken(made.case[breaches]).texts().to_pylist()
    found = dict(zip(cases, costs.minor.tolist(), strict=True))
    paid = {case: award(rows[0], rows[0].facts, pack, UNTIL) for case, rows in scalar(rows, pack).items()}
    assert found == {case: each.money.minor for case, each in paid.items() if each and each.money}
    assert found == {"A": 40_00, "B": 50_00}
