"""The ledger and the audit agree: a month of matters lived through the journal, and judged in bulk from its export.

The matters are drawn at random: openings, pauses of some tiers, resumptions, changed facts, reopenings, entries that come late and
in any order. Live they pass through the journal one by one; then the journal is exported and judged by the same packs in columns.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.db import transaction

from kapok.batch.audit import intake, judging
from kapok.batch.audit import map as maps
from kapok.batch.audit.columns import Log
from kapok.batch.audit.commitments import NEVER, OUTCOMES
from kapok.batch.audit.entries import Occurrences
from kapok.batch.audit.refused import RefusedRows
from kapok.ground.commitments import api as commitments
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.models import Commitment, PackVersion
from kapok.ground.commitments.rules import State
from kapok.ground.journal import api as journal
from kapok.ground.journal.export import export
from kapok.kernel.hours.instants import MICROSECOND, micros
from kapok.kernel.promises import EVENTS, Pack, available, parse
from kapok.kernel.promises.vocabulary import MATTER_CHANGED
from tests.ground.packs import DESK

pytestmark = pytest.mark.django_db

FIRST = datetime(2026, 9, 20, 1, 0, tzinfo=UTC)
SEEDS = 6
LAST = FIRST + timedelta(days=31)
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
COMMON = (
    "clock.paused", "clock.resumed", "customer.deferred", "customer.returned", "visit.missed_by_customer", "visit.started",
    MATTER_CHANGED,
)  # fmt: skip
OTHERS = """
  - code: agreed-day
    title: {zh: 约定日期, en: By the agreed day}
    tier: contract
    instrument: pledge
    evidence: {level: own}
    applies: {segment: [business, key_account]}
    opens: fault.reported
    closes: fault.restored
    pauses: [clock.paused, customer.deferred]
    resumes: [clock.resumed, customer.returned]
    agreed: {fact: promised_date, means: is_the_promise}
  - code: from-now
    title: {zh: 即时变更, en: Changed from now}
    tier: pledge
    instrument: pledge
    evidence: {level: own}
    applies: {service: [fixed_voice]}
    unless: {cause: [customer]}
    on_change: from_now
    opens: fault.reported
    closes: [fault.restored, clock.paused]
    pauses: [clock.paused, customer.deferred]
    resumes: [clock.resumed, customer.returned]
    reopens: fault.reopened
    reopening: restart
    allowance: 30 hours
  - code: kept-shut
    title: {zh: 至少保持, en: Kept at least}
    tier: stage
    instrument: stages
    evidence: {level: own}
    direction: keep
    opens: fault.restored
    closes: fault.reopened
    allowance: 48 hours
  - code: measured
    title: {zh: 可用率, en: Availability}
    tier: contract
    instrument: pledge
    evidence: {level: own}
    direction: limit
    opens: fault.restored
    limit: {fact: availability, at_least: 99}
"""
CHOICES: dict[str, tuple[Any, ...]] = {
    "service": ("fixed_voice", "fixed_broadband", "mobile", "leased_line"),
    "segment": ("public", "business", "key_account"),
    "customer_class": ("consumer", "small_business", "business"),
    "area": ("urban", "rural", "remote"),
    "cause": ("operator", "customer", "third_party"),
    "tier": ("SL1", "SL2"),
    "care_level": ("standard", "prompt"),
    "site": ("in_place", "new"),
    "visit_needed": ("yes", "no"),
    "action": ("install", "move"),
    "promised_date": ("2026-09-28", "2026-10-08", "2026-10-02T12:00:00+08:00", "soon", "", None),
    "availability": (99.5, "98", 97, "?"),
    "monthly_fee": (59.9, "30", 128, None),
}
FAMILIES = ("fault", "fault", "fault", "order", "complaint", "request")
DECIDING = ("service", "segment", "cause", "promised_date")
STOPPED = ("", "", "stage", "stage pledge", "pledge,contract", "law")


def drawn_facts(draw: random.Random, most: int) -> dict[str, Any]:
    names = draw.sample(sorted(CHOICES), draw.randint(0, most))
    return {name: draw.choice(CHOICES[name]) for name in names}


def matter(draw: random.Random, subject: str, heard: list[str]) -> list[journal.Event]:
    """What happens to one matter, in the order in which it is recorded: some of it late."""
    family = subject.partition("/")[0]
    own = [kind for kind in heard if kind.startswith(f"{family}.")] or heard
    opening = [kind for kind in own if kind.endswith((".reported", ".placed", ".received", ".accepted"))] or own
    at = FIRST + timedelta(hours=draw.randint(0, 400))
    deciding = {name: draw.choice(CHOICES[name]) for name in DECIDING}
    told = [(draw.choice(opening), at, deciding | drawn_facts(draw, 4))]
    for _ in range(draw.randint(2, 12)):
        at += timedelta(
            minutes=draw.choice([0, 0, 1, 30, 90, 600, 1500, 4000]) + draw.choice([0, 0, draw.randint(0, 59)])
        )
        kind = draw.choice([*own, *COMMON, *COMMON])
        facts = drawn_facts(draw, 2) if kind == MATTER_CHANGED or draw.random() < 0.2 else {}
        if kind == MATTER_CHANGED:
            facts |= {name: draw.choice(CHOICES[name]) for name in draw.sample(DECIDING, 2)}
        if kind == "clock.paused":
            facts |= {"reason": "x", "requested_by": "staff/a", "approved_by": "staff/b", "evidence": ""}
            facts |= {"stops": stops} if (stops := draw.choice(STOPPED)) else {}
        told.append((kind, at, facts))
    if draw.random() < 0.5:
        draw.shuffle(told)
    return [
        journal.happening(kind, subject=subject, actor="staff/lin", at=at, facts=facts, unit="hotline")
        for kind, at, facts in told
    ]


def live(draw: random.Random, heard: list[str], matters: int) -> None:
    """The month, recorded matter by matter in turns, with schedulers that look now and then, up to its last moment."""
    subjects = [f"{draw.choice(FAMILIES)}/{number}" for number in range(matters)]
    queues = {subject: matter(draw, subject, heard) for subject in subjects}
    while waiting := [subject for subject in subjects if queues[subject]]:
        event = queues[draw.choice(waiting)].pop(0)
        with transaction.atomic():
            journal.record(event)
        if draw.random() < 0.1:
            fire(event.at)
    for subject in subjects:  # says nothing, but lets every clock be looked at as of the last moment
        with transaction.atomic():
            journal.record(journal.happening(MATTER_CHANGED, subject=subject, actor="system/month", at=LAST))
    fire(LAST)


def fire(at: datetime) -> None:
    while scheduler.fire(at=at).clocks:
        pass


Made = tuple[str, str, int, int, int, str, int, int, tuple[tuple[int, int], ...]]


def of_the_ledger(version: PackVersion) -> set[Made]:
    """The commitments of the ledger; how long a clock has run is said when it ends."""
    found = set()
    for row in Commitment.objects.filter(pack=version):
        state = State.OPEN.value if row.state == State.PAUSED else row.state
        pauses = tuple((_micros(_parsed(begins)), _micros(_parsed(ends))) for begins, ends in row.pauses)
        lengths = row.elapsed // MICROSECOND, row.late_by // MICROSECOND
        moments = _micros(row.opened_at), _micros(row.due_at), _micros(row.closed_at)
        found.add((row.subject, row.promise, *moments, state, *lengths, pauses))
    return found


def of_the_audit(log: Log, audit_map: maps.AuditMap, pack: Pack) -> Iterator[Made]:
    bucket = log.bucket((0, len(log.starts) - 1), frozenset({0}), facts_by_entry=True)
    occurrences = Occurrences.of(bucket, audit_map.events, audit_map.columns.stops)
    subjects = bucket.cases.texts().to_pylist()
    for promise in pack.promises:
        made = judging.commitments(promise, pack, bucket, occurrences, micros(LAST))
        for row in range(len(made)):
            outcome = OUTCOMES[made.outcome[row]].value
            running = outcome in {"open", "overdue"}
            lengths = (0, 0) if running else (int(made.elapsed[row]), int(made.late[row]))
            moments = int(made.opened[row]), int(made.due[row]), int(made.closed[row])
            yield (subjects[made.case[row]], promise.code, *moments, outcome, *lengths, tuple(made.pauses.of(row)))


def _parsed(moment: str | None) -> datetime | None:
    return None if moment is None else datetime.fromisoformat(moment)


def _micros(at: datetime | None) -> int:
    return NEVER if at is None else micros(at)


def read(path: Path, audit_map: maps.AuditMap, refused: Path) -> Log:
    source = intake.open_logs([path], audit_map, RefusedRows(refused))
    batches = list(source.batches())
    with ThreadPoolExecutor(1) as threads:
        return Log.of(pa.Table.from_batches(batches), threads)


def documents(names: tuple[str, ...]) -> list[str]:
    shipped = {path.stem: path.read_text(encoding="utf-8") for path in available()}
    return [DESK + OTHERS, *(shipped[name] for name in names)]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_ledger_and_the_audit_agree(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    shipped = draw.sample(
        [
            "guangzhou-pledges",
            "cn-telecom-regulations",
            "cn-service-specification-2005",
            "au-csg-2023",
            "ie-appointments",
        ],
        2,
    )
    texts = documents(tuple(shipped))
    for document in texts:
        commitments.adopt_pack(document=document, actor="staff/lin", at=LONG_AGO)
    heard = sorted(
        {kind for document in texts for each in parse(document, "x").promises for kind in each.roles} & set(EVENTS)
    )
    live(draw, heard, matters=25)
    written = export(tmp_path / ("log.csv" if seed % 2 else "log.parquet"))
    audit_map = maps.load(written.map)
    log = read(written.log, audit_map, tmp_path / "refused")
    compared: Counter[str] = Counter()
    for version in PackVersion.objects.all():
        ledger = of_the_ledger(version)
        judged = set(of_the_audit(log, audit_map, parse(version.document, version.code)))
        assert judged - ledger == set()
        assert {made[5] for made in ledger - judged} <= {"void"}, version.code  # what an entry that came late took back
        compared.update(made[5] for made in judged)
        compared["paused"] += sum(bool(made[8]) for made in judged)
    assert compared.total() > 60
    assert min(compared[each] for each in ("kept", "broken", "paused")) > 0
