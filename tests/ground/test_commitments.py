"""Commitments at their door: opened, paused, closed, corrected by entries of the journal, in its own transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from kapok.ground.commitments import api as commitments
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.explaining import explain, judgement_of
from kapok.ground.commitments.models import Commitment, PackVersion, Revision
from kapok.ground.commitments.rules import State
from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Entry
from kapok.kernel.promises import PackRefused
from tests.ground.packs import DESK, DESK_LATER, NEVER

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
SUBJECT = "fault/F1"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _adopted(office: SimpleNamespace) -> None:
    commitments.adopt_pack(document=DESK, actor="staff/lin", at=MONDAY - 24 * HOUR)


def happen(kind: str, at: datetime, subject: str = SUBJECT, *, unit: str = "", owner: str = "", **facts: Any) -> None:
    with transaction.atomic():
        journal.record(
            journal.happening(kind, subject=subject, actor="staff/lin", at=at, facts=facts, unit=unit, owner=owner)
        )


def report(at: datetime = MONDAY, **facts: Any) -> None:
    happen("fault.reported", at, unit="hotline", owner="staff/chen", **{"service": "fixed_voice", "fee": "100"} | facts)


def row(promise: str, number: int = 1, subject: str = SUBJECT) -> Commitment:
    return Commitment.objects.get(subject=subject, promise=promise, number=number)


def kinds(subject: str = SUBJECT) -> list[str]:
    return list(
        Entry.objects.filter(subject=subject, kind__startswith="commitments.")
        .order_by("id")
        .values_list("kind", flat=True)
    )


def test_an_entry_opens_the_promises_of_three_tiers_at_once() -> None:
    report()
    rows = {each.promise: each for each in Commitment.objects.filter(subject=SUBJECT)}
    assert {name: (each.tier, each.due_at) for name, each in rows.items()} == {
        "law-repair": ("law", MONDAY + 48 * HOUR),
        "pledge-repair": ("pledge", MONDAY + 24 * HOUR),
        "stage-diagnose": ("stage", MONDAY + timedelta(minutes=30)),
    }
    pledge = rows["pledge-repair"]
    assert (pledge.state, pledge.owner, pledge.unit) == ("open", "staff/chen", "hotline")
    assert pledge.target_at == MONDAY + 6 * HOUR
    assert pledge.warn_at == [MONDAY + 18 * HOUR]
    assert pledge.next_fire_at == MONDAY + 18 * HOUR
    assert rows["stage-diagnose"].next_fire_at == MONDAY + timedelta(minutes=30)
    assert kinds() == []  # nothing has been said of them yet: the entry itself opened them


def test_a_selector_decides_whether_there_is_a_promise() -> None:
    report(service="mobile")
    assert set(Commitment.objects.values_list("promise", flat=True)) == {"law-repair", "stage-diagnose"}


def test_no_entry_no_commitment_where_the_verb_is_undone() -> None:
    with transaction.atomic():
        report()
        assert Commitment.objects.count() == 3
        transaction.set_rollback(True)
    assert not Commitment.objects.exists()
    assert not Entry.objects.filter(subject=SUBJECT).exists()


def test_it_is_kept_by_the_closing_entry() -> None:
    report()
    happen("fault.restored", MONDAY + 5 * HOUR)
    pledge = row("pledge-repair")
    assert (pledge.state, pledge.closed_at, pledge.elapsed, pledge.next_fire_at) == (
        "kept", MONDAY + 5 * HOUR, 5 * HOUR, None,
    )  # fmt: skip
    assert pledge.owed is None


def test_who_acts_answers_where_nobody_is_named() -> None:
    happen("fault.reported", MONDAY, service="mobile")
    assert row("law-repair").owner == "staff/lin"


def test_a_later_promise_of_the_matter_has_the_same_accountable_person() -> None:
    report()
    happen("fault.diagnosed", MONDAY + timedelta(minutes=10))
    assert (row("stage-diagnose").state, row("stage-dispatch").owner) == ("kept", "staff/chen")


def test_accountability_passes_by_a_verb_and_is_said() -> None:
    report()
    assert commitments.answer_for(
        subject=SUBJECT, unit="bureau", owner="staff/wu", actor="staff/chen", at=MONDAY + HOUR
    ) == 3  # fmt: skip
    assert set(Commitment.objects.values_list("unit", "owner")) == {("bureau", "staff/wu")}
    assert kinds() == ["commitments.accountability_passed"]
    with pytest.raises(commitments.OwnerMissing):
        commitments.answer_for(subject=SUBJECT, unit="bureau", owner="", actor="staff/chen", at=MONDAY)


def test_a_pause_stops_the_internal_clock_and_the_pledge_but_not_the_law() -> None:
    report()
    stopped = commitments.pause(
        subject=SUBJECT, kind="customer.deferred", stops=("pledge", "stage"), reason="customer away", requested_by="customer",
        evidence="call 88", actor="staff/lin", at=MONDAY + 2 * HOUR,
    )  # fmt: skip
    assert [Commitment.objects.get(id=each).promise for each in stopped] == ["pledge-repair"]
    assert (row("law-repair").state, row("pledge-repair").state) == ("open", "paused")
    assert row("pledge-repair").next_fire_at is None
    commitments.resume(
        subject=SUBJECT, kind="customer.deferred", reason="back", actor="staff/lin", at=MONDAY + 5 * HOUR
    )
    assert (row("law-repair").due_at, row("pledge-repair").due_at) == (MONDAY + 48 * HOUR, MONDAY + 27 * HOUR)
    assert row("pledge-repair").first_due_at == MONDAY + 24 * HOUR
    said = explain(row("pledge-repair").id, at=MONDAY + 6 * HOUR)
    assert "customer away" in said.en
    assert said.en.startswith("Repaired within 24 hours (pledge-repair, pledge)\n")
    assert "approved by 林静 (lin);" in said.en
    assert "answers for it: 陈卫东 (chen), hotline" in said.en
    assert "批准 林静（lin）；" in said.zh
    assert "call 88" in said.en
    assert "申请 客户" in said.zh
    assert "最初承诺到期" in said.zh


def test_no_warning_is_told_twice_nor_dated_while_the_clock_stood_still() -> None:
    def told() -> list[tuple[datetime, int]]:
        found = Entry.objects.filter(subject=SUBJECT, kind="commitments.warned", data__promise="pledge-repair")
        return [(each.at, each.data["number"]) for each in found.order_by("id")]

    report()
    scheduler.fire(at=MONDAY + 20 * HOUR)
    assert told() == [(MONDAY + 18 * HOUR, 1)]
    happen("customer.deferred", MONDAY + 20 * HOUR)
    happen("customer.returned", MONDAY + 44 * HOUR)
    pledge = row("pledge-repair")
    assert (pledge.due_at, pledge.next_fire_at, pledge.warned) == (MONDAY + 48 * HOUR, MONDAY + 48 * HOUR, 1)
    scheduler.fire(at=MONDAY + 47 * HOUR)
    assert told() == [(MONDAY + 18 * HOUR, 1)]


def test_a_warning_that_the_pause_came_before_is_told_when_its_share_has_run() -> None:
    report()
    happen("customer.deferred", MONDAY + 2 * HOUR)
    happen("customer.returned", MONDAY + 26 * HOUR)
    assert row("pledge-repair").warn_at == [MONDAY + 42 * HOUR]


def test_the_pack_decides_what_a_pause_may_stop() -> None:
    report()
    said: dict[str, Any] = {
        "reason": "busy",
        "requested_by": "authority",
        "evidence": "call 1",
        "actor": "staff/lin",
    }
    with pytest.raises(commitments.NothingStops):
        commitments.pause(subject=SUBJECT, kind="customer.deferred", stops=("law",), at=MONDAY + HOUR, **said)
    with pytest.raises(commitments.NothingStops):
        commitments.pause(subject="fault/none", kind="customer.deferred", at=MONDAY + HOUR, **said)
    with pytest.raises(commitments.UnknownPause):
        commitments.pause(subject=SUBJECT, kind="fault.restored", at=MONDAY + HOUR, **said)
    with pytest.raises(commitments.UnknownTier):
        commitments.pause(subject=SUBJECT, stops=("king",), at=MONDAY + HOUR, **said)
    for field in ("reason", "requested_by", "evidence"):
        with pytest.raises(commitments.ReasonMissing, match=field.replace("_", " ")):
            commitments.pause(subject=SUBJECT, kind="customer.deferred", at=MONDAY + HOUR, **said | {field: " "})
    with pytest.raises(commitments.SaidTooLong, match="evidence"):
        commitments.pause(subject=SUBJECT, kind="customer.deferred", at=MONDAY + HOUR, **said | {"evidence": "x" * 301})
    with pytest.raises(commitments.ReasonMissing, match="reason"):
        commitments.pause(subject=SUBJECT, kind="customer.deferred", at=MONDAY + HOUR, **said | {"reason": " "})
    assert Entry.objects.filter(subject=SUBJECT).count() == 1
    with pytest.raises(commitments.NothingPaused):
        commitments.resume(subject=SUBJECT, kind="customer.deferred", reason="x", actor="staff/lin", at=MONDAY)


def test_a_clock_that_is_late_is_not_overdue_before_the_scheduler_says_so() -> None:
    report()
    happen("customer.informed", MONDAY + 30 * HOUR)
    assert (row("pledge-repair").state, row("pledge-repair").next_fire_at) == ("open", MONDAY + 18 * HOUR)


def test_closed_late_it_is_broken_once_and_what_is_owed_is_journalled() -> None:
    report()
    happen("fault.restored", MONDAY + 30 * HOUR)
    pledge = row("pledge-repair")
    assert (pledge.state, pledge.late_by, pledge.breached_at) == ("broken", 6 * HOUR, MONDAY + 24 * HOUR)
    assert pledge.owed is not None
    assert (pledge.owed["amount_minor"], pledge.owed["currency"]) == (1000, "CNY")
    told = Entry.objects.get(subject=SUBJECT, kind="commitments.breached", data__promise="pledge-repair")
    assert (told.at, told.data["owner"]) == (MONDAY + 24 * HOUR, "staff/chen")
    owed = Entry.objects.get(subject=SUBJECT, kind="commitments.owed")
    assert (owed.data["amount_minor"], owed.data["commitment"]) == (1000, str(pledge.id))
    assert Entry.objects.filter(kind="commitments.breached", data__promise="pledge-repair").count() == 1


def test_a_late_entry_turns_a_kept_promise_into_a_broken_one_and_the_correction_is_visible() -> None:
    report()
    happen("fault.restored", MONDAY + 20 * HOUR)
    assert row("pledge-repair").state == "kept"
    happen("fault.reported", MONDAY - 6 * HOUR)  # the customer had called before; the note came late
    pledge = row("pledge-repair")
    assert (pledge.state, pledge.opened_at, pledge.due_at) == ("broken", MONDAY - 6 * HOUR, MONDAY + 18 * HOUR)
    correction = Entry.objects.get(kind="commitments.corrected", data__promise="pledge-repair")
    assert (correction.data["before"], correction.data["after"]) == ("kept", "broken")
    revision = Revision.objects.filter(commitment=pledge).latest("recorded_at", "id")
    assert (revision.before["state"], revision.after["state"]) == ("kept", "broken")
    assert "state from kept to broken" in explain(pledge.id, at=MONDAY + 21 * HOUR).en
    assert pledge.first_due_at == MONDAY + 24 * HOUR


def test_a_correction_takes_back_what_was_owed() -> None:
    report()
    happen("fault.restored", MONDAY + 30 * HOUR)
    assert row("pledge-repair").state == "broken"
    happen("fault.restored", MONDAY + 23 * HOUR)
    pledge = row("pledge-repair")
    assert (pledge.state, pledge.breached_at, pledge.owed) == ("kept", None, None)
    amounts = Entry.objects.filter(kind="commitments.owed").values_list("data__amount_minor", flat=True)
    assert sorted(amounts) == [0, 1000]


EVENTS = [
    ("fault.reported", MONDAY, {"service": "fixed_voice", "fee": "100"}),
    ("customer.deferred", MONDAY + 2 * HOUR, {"stops": "pledge"}),
    ("customer.returned", MONDAY + 7 * HOUR, {}),
    ("fault.restored", MONDAY + 28 * HOUR, {}),
    ("fault.reopened", MONDAY + 30 * HOUR, {}),
    ("fault.restored", MONDAY + 33 * HOUR, {}),
]


def _columns(subject: str) -> list[tuple[Any, ...]]:
    rows = Commitment.objects.filter(subject=subject).exclude(state="void").order_by("promise", "opened_at")
    return [
        (r.promise, r.state, r.opened_at, r.due_at, r.closed_at, r.elapsed, r.late_by, r.pauses, r.reopened, r.owed)
        for r in rows
    ]


def test_entries_out_of_order_give_the_same_as_in_order() -> None:
    orders = list(permutations(EVENTS))[::37]
    for number, order in enumerate([tuple(EVENTS), *orders]):
        for kind, at, facts in order:
            happen(kind, at, f"fault/P{number}", **facts)
    expected = _columns("fault/P0")
    assert len(expected) == 3
    assert expected[1][1:5] == (
        "broken",
        MONDAY,
        MONDAY + 31 * HOUR,
        MONDAY + 33 * HOUR,
    )  # 24 h + pause 5 h + 2 h closed
    for number in range(1, len(orders) + 1):
        assert _columns(f"fault/P{number}") == expected, orders[number - 1]


def test_reopening_follows_the_packs_policy() -> None:
    report()
    happen("fault.restored", MONDAY + 10 * HOUR)
    happen("fault.reopened", MONDAY + 14 * HOUR)
    law, pledge = row("law-repair"), row("pledge-repair")
    assert (pledge.state, pledge.due_at, pledge.reopened) == ("open", MONDAY + 28 * HOUR, 1)  # continue
    assert (law.state, law.due_at) == ("open", MONDAY + 48 * HOUR)  # through
    assert Entry.objects.filter(kind="commitments.corrected").count() == 2


def test_a_new_pack_version_judges_what_opens_after_it() -> None:
    report()
    commitments.adopt_pack(document=DESK_LATER, actor="staff/lin", at=MONDAY + HOUR)
    report_at = MONDAY + 2 * HOUR
    happen("fault.reported", report_at, "fault/F2", service="fixed_voice")
    assert row("pledge-repair").due_at == MONDAY + 24 * HOUR
    assert row("pledge-repair", subject="fault/F2").due_at == report_at + 12 * HOUR
    happen("fault.restored", MONDAY + 23 * HOUR)
    assert row("pledge-repair").state == "kept"  # the version it was made with judges it to its end
    assert PackVersion.objects.filter(superseded_at=None).get().version == "2"


def test_a_changed_fact_is_a_new_fact_and_the_old_due_time_stays_readable() -> None:
    report()
    happen("matter.changed", MONDAY + HOUR, service="mobile")
    pledge = row("pledge-repair")
    assert pledge.state == State.VOID
    assert pledge.first_due_at == MONDAY + 24 * HOUR
    happen("matter.changed", MONDAY + 2 * HOUR, service="fixed_voice")
    assert (row("pledge-repair").state, row("pledge-repair").due_at) == ("open", MONDAY + 24 * HOUR)
    assert Commitment.objects.filter(subject=SUBJECT, promise="pledge-repair").count() == 1


def test_a_commitment_that_is_not_there_is_not_explained() -> None:
    with pytest.raises(commitments.UnknownCommitment):
        explain(UUID(int=1), at=MONDAY)


def test_a_waived_promise_falls_away_and_what_was_late_stays_broken() -> None:
    report()
    asked = commitments.ask_waiver(
        subject=SUBJECT, reason="customer withdrew", requested_by="customer", evidence="letter 5", actor="staff/chen",
        at=MONDAY + 2 * HOUR,
    )  # fmt: skip
    commitments.approve_request(request=asked, actor="staff/lin", at=MONDAY + 2 * HOUR)
    assert (row("pledge-repair").state, row("law-repair").state, row("stage-diagnose").state) == (
        "void",
        "open",
        "broken",
    )


def test_a_pack_that_makes_no_sense_is_not_adopted() -> None:
    with pytest.raises(PackRefused):
        commitments.adopt_pack(document="code: x", actor="staff/lin", at=MONDAY)
    with pytest.raises(commitments.AlreadyAdopted):
        commitments.adopt_pack(document=DESK, actor="staff/lin", at=MONDAY)
    with pytest.raises(commitments.SameVersion):
        commitments.adopt_pack(document=DESK.replace("48 hours", "47 hours"), actor="staff/lin", at=MONDAY)
    with pytest.raises(commitments.AdoptedLater):
        commitments.adopt_pack(document=DESK_LATER, actor="staff/lin", at=MONDAY - 72 * HOUR)
    assert PackVersion.objects.count() == 1


def test_a_retired_pack_opens_nothing_and_judges_what_runs() -> None:
    report()
    commitments.retire_pack(code="desk", actor="staff/lin", at=MONDAY + HOUR)
    report_of = "fault/F2"
    happen("fault.reported", MONDAY + 2 * HOUR, report_of, service="fixed_voice", fee="100")
    assert not Commitment.objects.filter(subject=report_of).exists()
    assert row("pledge-repair").state == "open"
    happen("fault.restored", MONDAY + 3 * HOUR)
    assert (row("pledge-repair").state, row("law-repair").closed_at) == ("kept", MONDAY + 3 * HOUR)
    told = Entry.objects.get(kind="commitments.pack_retired")
    assert (told.subject, told.data["version"]) == ("pack/desk", PackVersion.objects.get().version)
    with pytest.raises(commitments.PackNotInForce, match="desk"):
        commitments.retire_pack(code="desk", actor="staff/lin", at=MONDAY + HOUR)
    commitments.adopt_pack(document=DESK, actor="staff/lin", at=MONDAY + 4 * HOUR)
    happen("fault.reported", MONDAY + 5 * HOUR, "fault/F3", service="fixed_voice", fee="100")
    assert Commitment.objects.filter(subject="fault/F3").count() == 3


def test_a_pack_is_not_retired_before_it_was_adopted_nor_without_its_flow() -> None:
    with pytest.raises(commitments.AdoptedLater):
        commitments.retire_pack(code="desk", actor="staff/lin", at=MONDAY - 72 * HOUR)
    scoped = DESK.replace("code: desk", "code: flow-x-v1").replace("- code: ", "- code: x-")
    commitments.adopt_pack(document=scoped, scope={"flow": "x"}, actor="staff/lin", at=MONDAY - HOUR)
    with pytest.raises(commitments.PackOfFlow):
        commitments.retire_pack(code="flow-x-v1", actor="staff/lin", at=MONDAY)
    assert PackVersion.objects.filter(superseded_at=None).count() == 2


def test_a_pack_with_a_scope_is_asked_only_of_its_matters() -> None:
    scoped = DESK.replace("code: desk", "code: flow-x-v1").replace("- code: ", "- code: x-")
    commitments.adopt_pack(document=scoped, scope={"flow": "x"}, actor="staff/lin", at=MONDAY - HOUR)
    report()
    assert not Commitment.objects.filter(promise__startswith="x-").exists()
    happen("fault.reported", MONDAY, "fault/F9", flow="x", service="mobile")
    assert set(Commitment.objects.filter(subject="fault/F9").values_list("promise", flat=True)) == {
        "law-repair", "stage-diagnose", "x-law-repair", "x-stage-diagnose",
    }  # fmt: skip


def test_who_stops_a_clock_has_authority_over_it_and_nobody_is_merely_named() -> None:
    report()
    said: dict[str, Any] = {
        "subject": SUBJECT,
        "kind": "customer.deferred",
        "reason": "away",
        "evidence": "call 2",
        "at": MONDAY + HOUR,
    }
    with pytest.raises(commitments.UnknownApprover):
        commitments.pause(requested_by="customer", actor="system/x", **said)
    with pytest.raises(commitments.UnknownRequester):
        commitments.pause(requested_by="Mr Wang", actor="staff/lin", **said)
    with pytest.raises(commitments.OwnApproval):
        commitments.pause(requested_by="lin", actor="staff/lin", **said)
    with pytest.raises(commitments.MayNotApprove):
        commitments.pause(requested_by="customer", actor="staff/chen", **said)
    with pytest.raises(TypeError):  # there is no way to name another approver
        commitments.pause(requested_by="customer", approved_by="lin", actor="staff/chen", **said)
    assert row("pledge-repair").state == "open"
    assert Entry.objects.filter(subject=SUBJECT).count() == 1
    commitments.pause(requested_by="chen", actor="staff/lin", **said)
    entry = Entry.objects.get(kind="customer.deferred")
    assert (entry.data["facts"]["requested_by"], entry.data["facts"]["approved_by"]) == ("staff/chen", "staff/lin")
    assert entry.actor == "staff/lin"


def test_a_pause_reaches_the_work_in_hand_named_with_it() -> None:
    report()
    happen("fault.reported", MONDAY, "work/1", service="fixed_voice")
    stopped = commitments.pause(
        subject=SUBJECT, also=["work/1", "work/2"], kind="customer.deferred", reason="away", requested_by="customer",
        evidence="call 3", actor="staff/lin", at=MONDAY + HOUR,
    )  # fmt: skip
    assert len(stopped) == 2
    assert row("pledge-repair", subject="work/1").state == "paused"
    assert not Entry.objects.filter(subject="work/2").exists()
    commitments.resume(
        subject=SUBJECT,
        also=["work/1"],
        kind="customer.deferred",
        reason="back",
        actor="staff/chen",
        at=MONDAY + 2 * HOUR,
    )
    assert {row("pledge-repair", subject=each).state for each in (SUBJECT, "work/1")} == {"open"}


def test_a_breach_that_was_told_is_taken_back_when_it_never_was() -> None:
    report()
    while scheduler.fire(at=MONDAY + 25 * HOUR).clocks:
        pass
    assert row("pledge-repair").state == "overdue"
    happen("fault.restored", MONDAY + 20 * HOUR)  # noted late
    pledge = row("pledge-repair")
    assert (pledge.state, pledge.breached_at) == ("kept", None)
    taken_back = Entry.objects.get(kind="commitments.corrected", data__promise="pledge-repair")
    assert (taken_back.data["before"], taken_back.data["after"]) == ("overdue", "kept")


def test_a_breach_is_where_the_due_moment_is_however_late_that_was_moved() -> None:
    """Overdue, then broken, and only then is it told that the customer had asked to wait for five hours."""
    report()
    while scheduler.fire(at=MONDAY + 25 * HOUR).clocks:
        pass
    happen("fault.restored", MONDAY + 40 * HOUR)
    assert row("pledge-repair").breached_at == MONDAY + 24 * HOUR
    happen("customer.deferred", MONDAY + 2 * HOUR, stops="pledge")
    happen("customer.returned", MONDAY + 7 * HOUR)
    pledge = row("pledge-repair")
    assert (pledge.state, pledge.due_at, pledge.breached_at) == ("broken", MONDAY + 29 * HOUR, MONDAY + 29 * HOUR)
    told = Entry.objects.filter(kind="commitments.corrected", data__promise="pledge-repair").order_by("position")
    assert (told[0].data["before"], told[0].data["after"]) == ("broken", "kept")


def test_two_breaches_of_one_minute_are_two() -> None:
    commitments.adopt_pack(document=NEVER, actor="staff/lin", at=MONDAY - HOUR)
    happen("visit.missed_by_provider", MONDAY, "order/O1")
    happen("visit.missed_by_provider", MONDAY, "order/O1")
    rows = Commitment.objects.filter(subject="order/O1").order_by("number")
    assert [(each.number, each.state, each.breach_number) for each in rows] == [(1, "broken", 1), (2, "broken", 2)]
    assert Entry.objects.filter(kind="commitments.breached").count() == 2
    found = [judgement_of(each, at=MONDAY + HOUR) for each in rows]
    assert [each.breach_number for each in found if each] == [1, 2]
    happen("visit.missed_by_provider", MONDAY + HOUR, "order/O1")
    assert [each.breach_number for each in rows.all()] == [1, 2, 3]


def test_what_was_opened_while_a_pack_came_into_force_is_judged_by_it() -> None:
    report(at=MONDAY + 2 * HOUR)
    commitments.adopt_pack(document=DESK_LATER, actor="staff/lin", at=MONDAY + HOUR)
    rows = Commitment.objects.filter(subject=SUBJECT, promise="pledge-repair")
    assert {(each.pack.version, each.state) for each in rows} == {("1", "void"), ("2", "open")}
    assert rows.get(state="open").due_at == MONDAY + 14 * HOUR
    assert Entry.objects.filter(kind="commitments.breached").count() == 0


TOLD = (
    "fault.diagnosed", "fault.dispatched", "fault.restored", "fault.reopened", "customer.deferred", "customer.returned",
    "clock.paused", "clock.resumed", "matter.changed", "customer.wrote", "fault.reported",
)  # fmt: skip
JUDGED = (
    "promise", "number", "state", "opened_at", "due_at", "first_due_at", "target_at", "closed_at", "elapsed", "late_by",
    "pauses", "reopened", "urges", "breach_number", "breached_at", "owed", "unit", "owner", "facts", "warn_at",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_what_a_verb_records_together_comes_to_what_it_comes_to_one_by_one(seed: int) -> None:
    draw = Random(seed)
    for number in range(4):
        at, single, together = MONDAY, f"fault/{number}-single", f"fault/{number}-together"
        steps: list[tuple[str, ...]] = [
            ("fault.reported",),
            *(tuple(draw.sample(TOLD, draw.choice([1, 2, 3]))) for _ in range(5)),
        ]
        for step in steps:
            facts = {"service": draw.choice(["fixed_voice", "fixed_broadband"]), "fee": "100"}
            said = {"actor": "staff/lin", "at": at, "facts": facts}
            with transaction.atomic():
                for kind in step:
                    journal.record(journal.happening(kind, subject=single, **said))
                journal.record_together(journal.happening(kind, subject=together, **said) for kind in step)
            at += draw.choice([1, 5, 20]) * HOUR
            while scheduler.fire(at=at).clocks:
                pass
        one, other = (
            list(Commitment.objects.filter(subject=subject).order_by("promise", "number").values(*JUDGED))
            for subject in (single, together)
        )
        assert one == other, steps
