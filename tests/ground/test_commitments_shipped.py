"""The shipped pledges in the live ledger: whose clocks they open, what holds them, which version of a calendar judges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.explaining import explain
from kapok.ground.commitments.models import Commitment, Revision
from kapok.ground.journal import api as journal
from kapok.kernel.promises import find

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SHIPPED = find("guangzhou-pledges").read_text(encoding="utf-8")
FAULT = {"service": "fixed_broadband", "fault_kind": "access_line", "area": "urban"}
ORDER = {"service": "fixed_broadband", "action": "install"}


@pytest.fixture(autouse=True)
def first(office: SimpleNamespace) -> UUID:
    """The version in force since before everything."""
    return commitments.adopt_pack(document=SHIPPED, actor="staff/lin", at=MONDAY - 30 * DAY)


def happen(subject: str, *told: tuple[str, datetime], **facts: Any) -> None:
    for kind, at in told:
        with transaction.atomic():
            journal.record(
                journal.happening(
                    kind, subject=subject, actor="staff/lin", at=at, facts=facts, unit="bureau", owner="staff/chen"
                )
            )


def stands(subject: str) -> dict[str, str]:
    rows = Commitment.objects.filter(subject=subject).order_by("promise", "number")
    return {f"{each.promise}-{each.number}" if each.number > 1 else each.promise: each.state for each in rows}


def due(subject: str, promise: str) -> datetime | None:
    return Commitment.objects.get(subject=subject, promise=promise).due_at


def test_the_visit_of_a_repair_is_no_installation() -> None:
    happen("fault/F1", ("fault.reported", MONDAY), **FAULT)
    happen("fault/F1", *((kind, MONDAY + step * HOUR / 10) for step, kind in enumerate(
        ("fault.diagnosed", "fault.dispatched", "visit.appointed", "visit.missed_by_customer", "visit.appointed"), 1
    )))  # fmt: skip
    assert stands("fault/F1") == {
        "repair": "open", "repair-accept": "kept", "repair-contact": "kept", "repair-dispatch": "kept", "repair-drop": "open",
    }  # fmt: skip


def test_the_visit_of_an_installation_is_one() -> None:
    happen("order/O1", ("order.paid", MONDAY), **ORDER)
    happen("order/O1", ("visit.appointed", MONDAY + HOUR))
    assert stands("order/O1") == {"install": "open", "install-accept": "open", "install-visit": "open"}


def test_what_a_key_account_is_told_of_a_request_promises_no_updates_of_a_fault() -> None:
    happen("request/R1", ("request.received", MONDAY), segment="key_account", tier="SL1")
    happen("request/R1", ("customer.informed", MONDAY + HOUR))
    assert not any("update" in promise for promise in stands("request/R1"))
    happen("fault/F2", ("fault.reported", MONDAY), **FAULT, tier="SL1")
    happen("fault/F2", ("customer.informed", MONDAY + HOUR / 2))
    updates = Commitment.objects.filter(subject="fault/F2", promise="SL1-update").order_by("number")
    assert [(each.state, each.due_at) for each in updates] == [
        ("kept", MONDAY + HOUR), ("open", MONDAY + 1.5 * HOUR),
    ]  # fmt: skip


STAGES = [
    ("order/O2", ORDER, ("order.paid",), "install-accept", DAY),
    ("order/O2", ORDER, ("order.paid", "order.surveyed"), "install-assign", 2 * DAY),
    ("order/O2", ORDER, ("order.paid", "order.assigned"), "install-appoint", 2 * DAY),
    ("order/O2", ORDER, ("order.paid", "order.assigned"), "install-configure", DAY),
    ("order/O2", ORDER, ("order.paid", "visit.appointed"), "install-visit", 5 * DAY),
    ("fault/F2", FAULT, ("fault.reported",), "repair-accept", HOUR / 2),
    ("fault/F2", FAULT, ("fault.reported", "fault.dispatched"), "repair-contact", HOUR),
    ("fault/F2", FAULT, ("fault.reported", "visit.appointed"), "repair-drop", 8 * HOUR),
]


@pytest.mark.parametrize(("held", "goes_on"), [
    ("customer.deferred", "customer.returned"), ("customer.refused_access", "customer.returned"),
    ("visit.missed_by_customer", "visit.appointed"), ("customer.deferred", "visit.started"),
])  # fmt: skip
@pytest.mark.parametrize(("subject", "facts", "begins", "stage", "allowed"), STAGES)
def test_a_stage_of_the_matter_stands_still_for_what_the_customer_causes_as_the_work_does(
    subject: str,
    facts: dict[str, str],
    begins: tuple[str, ...],
    stage: str,
    allowed: timedelta,
    held: str,
    goes_on: str,
) -> None:
    if (stage, goes_on) in {("install-appoint", "visit.appointed"), ("repair-contact", "visit.appointed")}:
        goes_on = "customer.returned"  # their appointment is made by the event: they are kept by it
    happen(subject, *((kind, MONDAY) for kind in begins), **facts)
    happen(subject, (held, MONDAY + HOUR / 4))
    assert stands(subject)[stage] == "paused"
    happen(subject, (goes_on, MONDAY + 3 * DAY + HOUR / 4))
    assert (stands(subject)[stage], due(subject, stage)) == ("open", MONDAY + allowed + 3 * DAY)


def test_a_stage_that_is_ours_alone_runs_on_while_the_customer_waits() -> None:
    happen("order/O3", ("order.paid", MONDAY), ("order.installed", MONDAY + HOUR), **ORDER)
    happen("order/O3", ("customer.deferred", MONDAY + 2 * HOUR))
    assert (stands("order/O3")["install-test"], due("order/O3", "install-test")) == ("open", MONDAY + HOUR + DAY)


def test_a_holiday_added_is_a_new_fact_what_is_open_keeps_the_calendar_it_was_opened_with(first: UUID) -> None:
    """A circuit within 15 working days: the new calendar closes Friday 6 March; what was opened before does not see it."""
    circuit = {"service": "leased_line", "action": "install"}
    week = "  office:\n    week:\n"
    assert SHIPPED.count(week) == 1
    later = SHIPPED.replace(week, '  office:\n    holidays: ["2026-03-06"]\n    week:\n')
    version = SHIPPED.split('version: "')[1].split('"')[0]
    happen("order/O4", ("order.paid", MONDAY), **circuit)
    before = due("order/O4", "circuit")
    new = commitments.adopt_pack(
        document=later.replace(f'version: "{version}"', 'version: "2027.1"'), actor="staff/lin", at=MONDAY + HOUR
    )
    happen("order/O5", ("order.paid", MONDAY + 2 * HOUR), **circuit)
    happen("order/O4", ("customer.informed", MONDAY + 3 * HOUR))
    old, fresh = (Commitment.objects.get(subject=subject, promise="circuit") for subject in ("order/O4", "order/O5"))
    assert (old.pack_id, old.due_at, Revision.objects.count()) == (first, before, 0)
    assert before == datetime(2026, 3, 23, 10, 0, tzinfo=UTC)
    assert (fresh.pack_id, fresh.due_at) == (new, datetime(2026, 3, 24, 10, 0, tzinfo=UTC))
    assert old.calendar_version != fresh.calendar_version
    for row, named in ((old, version), (fresh, "2027.1")):
        said = explain(row.id, at=MONDAY + 4 * HOUR).en
        assert f"version {named}, adopted" in said
        assert f"office {row.calendar_version}" in said
    happen("order/O4", ("order.completed", datetime(2026, 3, 23, 11, 0, tzinfo=UTC)))
    old.refresh_from_db()
    assert (old.state, old.pack_id, old.late_by) == ("broken", first, HOUR)
