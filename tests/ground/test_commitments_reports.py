"""The reports of other systems' users about pauses, reopening, transfers and replies, lived through in the ledger.

`tests/packs/test_reports.py` holds the kernel to exact values. Here the same matters are recorded entry by entry, the scheduler
firing in between, in order and out of it: what stands in the rows is what the kernel says, each breach told exactly once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from kapok.ground.commitments import api as commitments
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal import api as journal
from kapok.ground.journal import models as journal_models
from kapok.kernel import promises
from kapok.kernel.promises import Entry, Judgement, Outcome
from tests.packs.small import DAY, HOUR, pack, text, utc
from tests.packs.test_reports import MONDAY, RESOLVE, RESPOND, UPDATE

pytestmark = pytest.mark.django_db

STAGE = "opens: {0}\ncloses: {1}\nallowance: 2 hours"
OFFER = "opens: handoff.offered\ncloses: [handoff.accepted, handoff.refused]\nallowance: 30 minutes"


@dataclass(frozen=True)
class Report:
    """What was reported, the terms of the promises, what happened, and until when it is looked at."""

    name: str
    terms: Sequence[str]
    entries: Sequence[tuple[str, float] | tuple[str, float, dict[str, str]]]
    hours: float
    zone: str = "Europe/London"
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def until(self) -> datetime:
        return MONDAY + self.hours * HOUR

    @property
    def told(self) -> list[Entry]:
        return [Entry(kind, MONDAY + hours * HOUR, *facts) for kind, hours, *facts in self.entries]


def _reopened(policy: str) -> Sequence[str]:
    return [RESOLVE + f"reopening: {policy}"]


BY_TIER = [RESOLVE + "applies: {tier: SL2}", RESOLVE.replace("8 working", "4 working") + "applies: {tier: SL1}"]
REOPENED = [("request.received", 0), ("request.answered", 1), ("complaint.reopened", 96)]
REPORTS = [
    Report("frappe/helpdesk#2449", [RESOLVE], [("request.received", 7), ("customer.deferred", 8), ("customer.returned", 24)], 26),
    Report("glpi#10594", [RESOLVE], [("request.received", 97), ("customer.deferred", 98), ("customer.returned", 169)], 170),
    Report("frappe/helpdesk#1554", [RESOLVE], [("request.received", 0), ("customer.deferred", 1)], 1000),
    Report("glpi#24481", [RESOLVE], [("request.received", 0), ("clock.paused", 7.5)], 30),
    Report("glpi#23359 continue", _reopened("continue"), [
        ("request.received", 0), ("request.answered", 2), ("complaint.reopened", 5), ("request.answered", 6)], 9),
    Report("glpi#23359 through", _reopened("through"), [
        ("request.received", 0), ("request.answered", 2), ("complaint.reopened", 5), ("request.answered", 6)], 9),
    Report("glpi#9267", _reopened("continue"), [
        ("request.received", 0), ("clock.paused", 1), ("request.answered", 2), ("complaint.reopened", 3)], 4),
    Report("glpi#6902", BY_TIER, [
        ("request.received", 0), ("clock.paused", 1), ("matter.changed", 2, {"tier": "SL1"}), ("clock.resumed", 3)], 3,
        facts={"tier": "SL2"}),
    Report("Nine-Minds/alga-psa#3091 paused", [RESOLVE], [
        ("request.received", 0), ("customer.deferred", 0), ("customer.returned", 3)], 3),
    Report("Nine-Minds/alga-psa#3091 closed", [RESOLVE], [("request.received", 0), ("request.answered", 0)], 3),
    Report("frappe/helpdesk#3639", [RESOLVE + "applies: {tier: SL1}\non_change: from_now"], [
        ("request.received", 0), ("clock.paused", 1), ("matter.changed", 2, {"tier": "SL3"})], 900, facts={"tier": "SL1"}),
    *(Report(f"Znuny#369 {policy}", _reopened(policy), REOPENED, 97) for policy in ("restart", "continue", "through", "ignore")),
    Report("LanternOps/breeze#6691", BY_TIER, [
        ("request.received", 0), ("matter.changed", 5, {"tier": "SL1"})], 6, facts={"tier": "SL2"}),
    Report("frappe/helpdesk#1895", [
        STAGE.format("fault.reported", "fault.diagnosed"), STAGE.format("fault.diagnosed", "fault.repaired")],
        [("fault.reported", 0), ("fault.diagnosed", 5), ("fault.repaired", 6)], 7),
    Report("SecuritySkills#2796", [OFFER, RESOLVE], [("request.received", 0), ("handoff.offered", 1)], 700),
    Report("glpi#2765", [OFFER, RESOLVE], [("handoff.offered", 0), ("request.received", 0), ("handoff.accepted", 1)], 2),
    Report("zammad#3140", [UPDATE], [("customer.wrote", 0), ("customer.informed", 1), ("customer.informed", 9)], 40),
    Report("zammad#1322", [UPDATE], [("customer.wrote", 0), ("customer.informed", 1), ("customer.wrote", 3)], 4),
    Report("zammad#5177", [RESPOND, UPDATE.replace("2 hours", "30 minutes")], [
        ("request.received", 0), ("customer.wrote", 0)], 1),
    Report("frappe/helpdesk#1542", [RESPOND, RESOLVE], [("request.received", 0), ("request.acknowledged", 1)], 2),
    Report("zammad#2082", [
        "opens: [fault.reported, customer.informed]\ncloses: customer.informed\nvoids: fault.restored\nallowance: 1 hour"],
        [("fault.reported", 0), ("customer.informed", 0.5)], 0.75),
    Report("zammad#4353", [RESOLVE + "applies: {tier: SL1}"], [
        ("request.received", 0), ("matter.changed", 1, {"tier": "SL3"})], 900, facts={"tier": "SL1"}),
    Report("glpi#17186", ["opens: order.accepted\ncloses: order.completed\nagreed: {fact: promised_date, means: is_the_promise}"], [
        ("order.accepted", 0), ("customer.deferred", 1), ("customer.returned", 24)], 30, zone="UTC",
        facts={"promised_date": "2026-03-09"}),
    Report("OpenNMS/opennms#8720", ["opens: fault.detected\ncloses: [fault.restored, fault.confirmed]\nallowance: 4 hours"], [
        ("fault.detected", 0), ("fault.restored", 1), ("fault.confirmed", 1)], 9),
]  # fmt: skip


def fire_all(until: datetime) -> None:
    while scheduler.fire(at=until).clocks:
        pass


def live(report: Report, order: Sequence[Entry], subject: str, *, firing: bool) -> list[tuple[Any, ...]]:
    """What stands in the rows at the end; with `firing` the scheduler looks after every entry."""
    for number, entry in enumerate(order):
        if firing:
            fire_all(entry.at)
        facts = {
            **(report.facts if entry is report.told[0] or number == order.index(min(order, key=_at)) else {}),
            **entry.facts,
        }
        with transaction.atomic():
            journal.record(journal.happening(entry.kind, subject=subject, actor="staff/lin", at=entry.at, facts=facts))
    fire_all(report.until)
    rows = Commitment.objects.filter(subject=subject).order_by("promise", "opened_at")
    return [
        (row.promise, _plain(row.state), row.opened_at, row.due_at if row.state != "paused" else None, row.closed_at)
        for row in rows
        if row.state != "void"
    ]


def _at(entry: Entry) -> datetime:
    return entry.at


def _plain(state: str) -> str:
    return "open" if state == "paused" else state


def expected(report: Report) -> list[tuple[Any, ...]]:
    rules = pack(*report.terms, zone=report.zone)
    made = promises.judge_all(rules, report.told, report.facts, report.until)
    rows = [
        (row.promise.code, row.state.value, row.opened_at, None if _pending(row) else row.due_at, row.closed_at)
        for row in made
        if row.state is not Outcome.VOID
    ]
    return sorted(rows, key=lambda row: (row[0], row[2]))


def _pending(row: Judgement) -> bool:
    """While a clock stands still its due moment moves with every minute: there is nothing to compare."""
    return row.paused and row.state is Outcome.OPEN


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_the_ledger_says_what_the_kernel_says(report: Report) -> None:
    commitments.adopt_pack(document=text(*report.terms, zone=report.zone), actor="staff/lin", at=MONDAY - 30 * DAY)
    wanted = expected(report)
    assert live(report, report.told, "request/R1", firing=True) == wanted
    assert live(report, report.told, "request/R2", firing=False) == wanted
    assert live(report, report.told[::-1], "request/R3", firing=False) == wanted
    for subject in ("request/R1", "request/R2", "request/R3"):
        _each_breach_is_told_as_it_stands(subject)


def _each_breach_is_told_as_it_stands(subject: str) -> None:
    """A breach that stands was told at its moment, once since the last correction."""
    for row in Commitment.objects.filter(subject=subject, breached_at__isnull=False):
        told = journal_models.Entry.objects.filter(
            kind="commitments.breached", data__commitment=str(row.id), at=row.breached_at
        )
        assert told.count() == 1, (subject, row.promise)


def test_zammad_4432_nothing_is_fired_while_nobody_works() -> None:
    commitments.adopt_pack(document=text(RESOLVE + "warn: 50 %", zone="UTC"), actor="staff/lin", at=MONDAY - DAY)
    with transaction.atomic():
        journal.record(
            journal.happening("request.received", subject="request/R1", actor="staff/lin", at=utc("2026-03-06 16:00"))
        )
    assert scheduler.fire(at=utc("2026-03-08 23:59")).clocks == 0
    assert scheduler.fire(at=utc("2026-03-09 12:00")).clocks == 1
