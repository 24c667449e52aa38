"""The founding pledges, as people would try them."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from kapok.kernel import promises
from kapok.kernel.promises import Entry, Judgement, Outcome, Tier
from kapok.kernel.promises.budgets import comparable, longest
from tests.packs.small import FAR, HOUR, at

ZONE = "Asia/Shanghai"
RULES = promises.load(promises.find("guangzhou-pledges"))
MORNING = at("2026-03-02 08:00", ZONE)


def judged(code: str, *entries: Entry, **facts: str) -> Judgement:
    (row,) = promises.judge(RULES.by_code[code][0], RULES, entries, facts, FAR)
    return row


@pytest.mark.parametrize(
    ("code", "opening", "closing", "service", "allowed"),
    [
        ("install", "order.paid", "order.completed", "fixed_broadband", timedelta(days=15)),
        ("install-wireless", "order.paid", "service.activated", "wireless", timedelta(hours=1)),
        ("resume", "account.settled", "service.resumed", "fixed_voice", timedelta(hours=24)),
        ("repair", "fault.reported", "fault.restored", "fixed_voice", timedelta(hours=24)),
    ],
)
def test_the_pledged_time_to_the_second(
    code: str, opening: str, closing: str, service: str, allowed: timedelta
) -> None:
    kept = judged(code, Entry(opening, MORNING), Entry(closing, MORNING + allowed), service=service)
    late = judged(
        code, Entry(opening, MORNING), Entry(closing, MORNING + allowed + timedelta(seconds=1)), service=service
    )
    assert (kept.state, late.state, late.late_by) == (Outcome.KEPT, Outcome.BROKEN, timedelta(seconds=1))


def test_three_hours_of_service_time_run_over_the_night() -> None:
    evening = at("2026-03-06 21:00", ZONE)
    row = judged("reply", Entry("request.received", evening), segment="business")
    assert row.due_at == at("2026-03-07 10:00", ZONE)


@pytest.mark.parametrize("facts", [{}, {"segment": "public"}])
def test_whoever_comes_by_the_business_line_has_three_hours_too(facts: dict[str, str]) -> None:
    asked = Entry("request.received", MORNING)
    row = judged("reply-line", asked, Entry("request.answered", MORNING + 3 * HOUR), came_by="business_line", **facts)
    assert (row.state, row.due_at) == (Outcome.KEPT, MORNING + 3 * HOUR)
    for others in (facts, {"came_by": "business_line", "segment": "business"}):
        assert list(promises.judge(RULES.by_code["reply-line"][0], RULES, [asked], others, FAR)) == []


def test_faults_of_businesses_are_answered_within_three_hours_of_the_night_too() -> None:
    evening = at("2026-03-06 23:00", ZONE)
    fault = Entry("fault.reported", evening)
    for segment in ("business", "key_account"):
        row = judged("reply-fault", fault, Entry("request.answered", evening + 3 * HOUR), segment=segment)
        assert (row.state, row.due_at) == (Outcome.KEPT, at("2026-03-07 02:00", ZONE))
    acknowledged = Entry("request.acknowledged", evening + HOUR)
    assert judged("reply-fault", fault, acknowledged, segment="business").state is Outcome.OVERDUE
    confirmed = Entry("fault.confirmed", evening + 2 * HOUR)
    assert judged("reply-fault", fault, confirmed, segment="business").state is Outcome.KEPT
    assert list(promises.judge(RULES.by_code["reply-fault"][0], RULES, [fault], {"segment": "public"}, FAR)) == []


def test_we_received_it_does_not_stop_the_three_hours() -> None:
    row = judged(
        "reply", Entry("request.received", MORNING), Entry("request.acknowledged", MORNING + HOUR), segment="business"
    )
    assert row.state is Outcome.OVERDUE
    answered = Entry("request.answered", MORNING + 3 * HOUR)
    assert judged("reply", Entry("request.received", MORNING), answered, segment="business").state is Outcome.KEPT


def test_a_shorter_promise_to_the_customer_wins_over_fifteen_days() -> None:
    row = judged("install", Entry("order.paid", MORNING), service="fixed_broadband", promised_date="2026-03-05")
    assert row.due_at == at("2026-03-06 00:00", ZONE)


@pytest.mark.parametrize(
    ("late", "pays"),
    [
        ("0:01", "CNY 100.00"),
        ("3:00", "CNY 100.00"),
        ("3:01", "CNY 200.00"),
        ("99:00", "CNY 1,000.00"),
    ],
)
def test_a_key_account_gets_a_tenth_for_each_started_step_and_at_most_the_month(late: str, pays: str) -> None:
    hours, minutes = map(int, late.split(":"))
    restored = MORNING + timedelta(hours=3 + hours, minutes=minutes)
    row = judged(
        "SL1-repair",
        Entry("fault.reported", MORNING),
        Entry("fault.restored", restored),
        tier="SL1",
        fault_kind="equipment",
    )
    award = promises.award(row, {"monthly_fee": "1000"}, RULES, FAR)
    assert award is not None
    assert str(award.money) == pays


def test_an_update_is_owed_every_hour_while_the_fault_lasts() -> None:
    entries = [
        Entry("fault.reported", MORNING),
        Entry("customer.informed", MORNING + HOUR / 2),
        Entry("customer.informed", MORNING + 2 * HOUR),
        Entry("fault.restored", MORNING + 2.5 * HOUR),
    ]
    rows = promises.judge(RULES.by_code["SL1-update"][0], RULES, entries, {"tier": "SL1"}, FAR)
    assert [row.state for row in rows] == [Outcome.KEPT, Outcome.BROKEN, Outcome.VOID]


@pytest.mark.parametrize("code", ["install", "repair"])
def test_the_stages_leave_a_quarter_of_the_promise_in_reserve(code: str) -> None:
    promise = RULES.by_code[code][0]
    assert promise.budget is not None
    assert promise.allowance is not None
    stages = {row.code: row.allowance for row in RULES.promises if row.tier is Tier.STAGE}
    lengths = {name: measured[1] for name, each in stages.items() if each and (measured := comparable(each))}
    total, path = longest(promise.budget, lengths)
    whole = comparable(promise.allowance)
    assert whole is not None
    assert total <= whole[1] * Fraction(3, 4)
    if code == "repair":
        assert (total, path) == (
            18 * 3600,
            ("repair-accept", "repair-dispatch", "repair-cable", "repair-test", "repair-confirm"),
        )


def test_nothing_in_it_is_unverified() -> None:
    assert (RULES.label, RULES.unverified) == (None, ())


def test_updates_end_with_the_matter() -> None:
    entries = [
        Entry("fault.reported", MORNING),
        Entry("fault.restored", MORNING + HOUR / 2),
        Entry("customer.informed", MORNING + HOUR),
        Entry("matter.closed", MORNING + 1.5 * HOUR),
    ]
    rows = promises.judge(RULES.by_code["SL1-update"][0], RULES, entries, {"tier": "SL1"}, FAR)
    assert [row.state for row in rows] == [Outcome.VOID]


def test_updates_begin_again_after_each_and_with_a_reopening_but_not_after_the_restoration() -> None:
    entries = [
        Entry("fault.reported", MORNING),
        Entry("customer.informed", MORNING + HOUR / 2),
        Entry("fault.restored", MORNING + HOUR),
        Entry("customer.informed", MORNING + 1.25 * HOUR),
        Entry("fault.reopened", MORNING + 2 * HOUR),
        Entry("customer.informed", MORNING + 2.5 * HOUR),
    ]
    rows = promises.judge(RULES.by_code["SL1-update"][0], RULES, entries, {"tier": "SL1"}, MORNING + 2.75 * HOUR)
    assert [(row.state, row.opened_at) for row in rows] == [
        (Outcome.KEPT, MORNING), (Outcome.VOID, MORNING + HOUR / 2), (Outcome.KEPT, MORNING + 2 * HOUR),
        (Outcome.OPEN, MORNING + 2.5 * HOUR),
    ]  # fmt: skip
