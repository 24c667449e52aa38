"""The ledger and the audit agree: a month of matters lived through the journal, and judged in bulk from its export.

The matters are drawn at random: openings, pauses of some tiers, resumptions, changed facts, reopenings, entries that come late and
in any order. Twice in the month other versions of the packs come into force. Live the matters pass through the journal one by one;
then the journal is exported and judged by the same packs in columns. Every commitment is compared with what it costs, and what
the ledger alone still holds must be what a late entry took back, shown to be so and costing nothing.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.db import transaction

from kapok.batch.audit import intake, judging
from kapok.batch.audit import map as maps
from kapok.batch.audit.awards import NO_RULE, NOTHING_OWED, owed
from kapok.batch.audit.columns import Log
from kapok.batch.audit.commitments import BROKEN, NEVER, OUTCOMES, Commitments
from kapok.batch.audit.entries import Occurrences
from kapok.batch.audit.plan import Plan
from kapok.batch.audit.refused import RefusedRows
from kapok.ground.commitments import api as commitments
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.judging import as_known
from kapok.ground.commitments.models import Commitment, PackVersion, Revision
from kapok.ground.commitments.rules import State
from kapok.ground.journal import api as journal
from kapok.ground.journal.export import export
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import happenings
from kapok.kernel.hours.instants import MICROSECOND, micros
from kapok.kernel.promises import EVENTS, Outcome, Pack, available, judge, parse
from kapok.kernel.promises.vocabulary import MATTER_CHANGED
from kapok.kernel.text import Text
from tests.ground.packs import DESK

pytestmark = pytest.mark.django_db

FIRST = datetime(2026, 9, 20, 1, 0, tzinfo=UTC)
SEEDS = 6
LAST = FIRST + timedelta(days=31)
CHANGES = (FIRST + timedelta(days=6), FIRST + timedelta(days=13))
"""When the second and the third version of every pack come into force."""
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
    compensation: {amount: {percent: 10, of: monthly_fee}}
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
    compensation: {amount: {flat: "7"}, per: day}
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


def live(draw: random.Random, heard: list[str], matters: int, change: Callable[[int], None]) -> None:
    """The month, recorded matter by matter in turns, with schedulers that look now and then, up to its last moment.

    `change` is called with 1 and with 2 when a third and two thirds are recorded: some of what follows is of an earlier moment.
    """
    subjects = [f"{draw.choice(FAMILIES)}/{number}" for number in range(matters)]
    queues = {subject: matter(draw, subject, heard) for subject in subjects}
    whole = sum(map(len, queues.values()))
    turns = {whole // 3: 1, 2 * whole // 3: 2}
    for turn in range(whole):
        event = queues[draw.choice([subject for subject in subjects if queues[subject]])].pop(0)
        with transaction.atomic():
            journal.record(event)
        if draw.random() < 0.1:
            fire(event.at)
        if turn in turns:
            change(turns[turn])
    for subject in subjects:  # says nothing, but lets every clock be looked at as of the last moment
        with transaction.atomic():
            journal.record(journal.happening(MATTER_CHANGED, subject=subject, actor="system/month", at=LAST))
    fire(LAST)


def fire(at: datetime) -> None:
    while scheduler.fire(at=at).clocks:
        pass


@dataclass(frozen=True)
class Made:
    """One commitment as both sides say it; moments and lengths in microseconds, what it costs in minor units and in words."""

    subject: str
    promise: str
    opened: int
    due: int
    closed: int
    state: str
    elapsed: int
    late: int
    pauses: tuple[tuple[int, int], ...]
    breach: int
    owed: int
    reckoning: tuple[str, str] | None


def of_the_ledger(version: PackVersion) -> list[tuple[Made, Commitment]]:
    """The commitments of the ledger; how long a clock has run is said when it ends."""
    return [(said_by(row), row) for row in Commitment.objects.filter(pack=version)]


def said_by(row: Commitment) -> Made:
    return Made(
        row.subject,
        row.promise,
        *(_micros(row.opened_at), _micros(row.due_at), _micros(row.closed_at)),
        State.OPEN.value if row.state == State.PAUSED else row.state,
        *(row.elapsed // MICROSECOND, row.late_by // MICROSECOND),
        tuple((_micros(_parsed(begins)), _micros(_parsed(ends))) for begins, ends in row.pauses),
        row.breach_number if row.state == State.BROKEN else 0,
        row.owed["amount_minor"] if row.owed else 0,
        (row.owed["reckoning"]["zh"], row.owed["reckoning"]["en"]) if row.owed else None,
    )


def of_the_audit(log: Log, audit_map: maps.AuditMap, version: PackVersion, pack: Pack) -> Iterator[Made]:
    """What the audit finds by this version, of what was made while it was in force."""
    plan = Plan(pack, audit_map, micros(LAST), micros(FIRST), micros(LAST))
    bucket = log.bucket((0, len(log.starts) - 1), frozenset({0}), facts_by_entry=True)
    occurrences = Occurrences.of(bucket, audit_map.events, audit_map.columns.stops)
    subjects = bucket.cases.texts().to_pylist()
    since, until = micros(version.adopted_at), version.superseded_at
    for promise in pack.promises:
        made = judging.commitments(promise, pack, bucket, occurrences, micros(LAST))
        broken = np.flatnonzero(made.outcome == BROKEN)
        costs = owed(promise, bucket, made, broken, plan)
        cost_of = {
            row: (max(int(costs.minor[n]), 0), costs.words[costs.reckoning[n]]) for n, row in enumerate(broken.tolist())
        }
        for row in range(len(made)):
            moment = int(made.opened[row]) if made.opened[row] != NEVER else int(made.closed[row])
            if since <= moment and (until is None or moment < micros(until)):
                yield judged(subjects[made.case[row]], promise.code, made, row, cost_of.get(row))


def judged(subject: str, promise: str, made: Commitments, row: int, cost: tuple[int, Text] | None) -> Made:
    outcome = OUTCOMES[made.outcome[row]].value
    running = outcome in {"open", "overdue"}
    words = None if cost is None or cost[1] in NOTHING else (cost[1].zh, cost[1].en)
    return Made(
        subject,
        promise,
        *(int(made.opened[row]), int(made.due[row]), int(made.closed[row])),
        outcome,
        *((0, 0) if running else (int(made.elapsed[row]), int(made.late[row]))),
        tuple(made.pauses.of(row)),
        int(made.breach_numbers()[row]) if outcome == "broken" else 0,
        cost[0] if cost else 0,
        words,
    )


def assert_taken_back(row: Commitment, pack: Pack) -> None:
    """What is known by now does not make this commitment, what was known once did; nothing of it holds, and it is told so."""
    assert (row.state, row.owed, row.breached_at, row.next_fire_at) == ("void", None, None, None)
    once = outcomes_once(row, pack)
    assert once, "nothing ever made it"
    told = Entry.objects.filter(subject=row.subject, data__commitment=str(row.id)).order_by("position")
    costs = [entry.data["amount_minor"] for entry in told if entry.kind == "commitments.owed"]
    assert costs[-1:] in ([], [0])
    last = Revision.objects.filter(commitment=row).order_by("recorded_at", "id").last()
    if last is None or last.after != {"state": "void"}:
        assert Outcome.VOID in once  # it had fallen away already
    elif last.before["state"] in {"kept", "broken"}:
        corrections = [entry.data for entry in told if entry.kind == "commitments.corrected"]
        assert (corrections[-1]["before"], corrections[-1]["after"]) == (last.before["state"], "void")


def outcomes_once(row: Commitment, pack: Pack) -> set[Outcome]:
    """How the commitment of that opening stood by what was known after each entry, where it was made at all."""
    entries = happenings(row.subject)
    found = set()
    for latest in entries:
        known, facts = as_known([entry for entry in entries if entry.position <= latest.position])
        for promise in pack.by_code[row.promise]:
            for made in judge(promise, pack, known, facts, LAST):
                if (made.opened_at or made.closed_at) == (row.opened_at or row.closed_at):
                    found.add(made.state)
    return found


def _parsed(moment: str | None) -> datetime | None:
    return None if moment is None else datetime.fromisoformat(moment)


def _micros(at: datetime | None) -> int:
    return NEVER if at is None else micros(at)


def read(path: Path, audit_map: maps.AuditMap, refused: Path) -> Log:
    source = intake.open_logs([path], audit_map, RefusedRows(refused))
    batches = list(source.batches())
    with ThreadPoolExecutor(1) as threads:
        return Log.of(pa.Table.from_batches(batches), threads)


SHIPPED = (
    "guangzhou-pledges",
    "cn-telecom-regulations",
    "cn-service-specification-2005",
    "au-csg-2023",
    "ie-appointments",
    "uk-automatic-compensation",
    "de-tkg",
)
NOTHING = (NO_RULE, NOTHING_OWED)


def documents(names: list[str]) -> list[str]:
    shipped = {path.stem: path.read_text(encoding="utf-8") for path in available()}
    return [DESK + OTHERS, *(shipped[name] for name in names)]


def later(document: str, number: int) -> str:
    """The same pack as it is changed for the so-manyeth time: of the desk less time, more money, and at last another promise."""
    changed = re.sub(r"^version: .*$", f'version: "later-{number}"', document, count=1, flags=re.MULTILINE)
    if not document.startswith(DESK):  # its stages would no longer fit into half the time
        return changed
    changed = changed.replace("allowance: 24 hours", f"allowance: {12 // number} hours")
    changed = changed.replace('flat: "10"', f'flat: "{10 + number}"')
    return changed if number == 1 else changed.replace("code: from-now\n", "code: from-then\n")


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, SEEDS))])
def test_the_ledger_and_the_audit_agree(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    texts = documents(draw.sample(SHIPPED, 2))
    for document in texts:
        commitments.adopt_pack(document=document, actor="staff/lin", at=LONG_AGO)

    def change(number: int) -> None:
        for document in texts:
            commitments.adopt_pack(document=later(document, number), actor="staff/lin", at=CHANGES[number - 1])

    heard = sorted(
        {kind for document in texts for each in parse(document, "x").promises for kind in each.roles} & set(EVENTS)
    )
    live(draw, heard, 25, change)
    written = export(tmp_path / ("log.csv" if seed % 2 else "log.parquet"))
    audit_map = maps.load(written.map)
    log = read(written.log, audit_map, tmp_path / "refused")
    compared: Counter[str] = Counter()
    for version in PackVersion.objects.all():
        pack = parse(version.document, version.code)
        found = Counter(of_the_audit(log, audit_map, version, pack))
        unmatched, taken_back = found.copy(), []
        for made, row in of_the_ledger(version):
            if unmatched[made]:
                unmatched[made] -= 1
            else:
                taken_back.append(row)
        assert +unmatched == Counter(), (version.code, version.version)
        for row in taken_back:
            assert_taken_back(row, pack)
        compared.update(made.state for made in found.elements())
        compared.update(
            {
                f"version {version.version}": len(found),
                "paused": sum(bool(made.pauses) for made in found),
                "costs": sum(made.owed > 0 for made in found),
                "taken back": len(taken_back),
            }
        )
    assert compared.total() > 60
    kinds = ("kept", "broken", "paused", "costs", "taken back", "version 1", "version later-1", "version later-2")
    assert min(compared[each] for each in kinds) > 0
