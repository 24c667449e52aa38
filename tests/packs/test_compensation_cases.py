"""The eighteen worked examples of money and deadlines, through the packs that are shipped, with the sum in words in both languages.

Numbers that a source prints are marked "published"; the others were worked out by hand from the published rule. Where a rule can be
read in two ways, its pack has a switch, and both readings are held.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kapok.kernel.promises import Outcome, award, chronic
from tests.packs.matters import at, judged, owed, pays, shipped, switched

BRITISH_HOME = {"service": "fixed_broadband", "customer_class": "consumer", "outage": "total"}
BRITISH_OFFICE = {"segment": "business", "care_level": "standard", "weekly_rental": "7.00"}


@pytest.mark.parametrize(
    ("case", "promised", "active", "amount"),
    [
        ("CM01", "2025-06-04", "2025-06-06T11:00", "12.48"),  # published: Wednesday to Friday at 6.24
        ("CM02", "2019-06-05", "2019-06-06T11:00", "5.00"),  # published: Wednesday to Thursday at 5.00
        ("CM03", "2024-06-05", "2024-06-07T11:00", "12.20"),  # published: Wednesday to Friday at 6.10
    ],
)
def test_cm01_to_cm03_late_start_pays_the_promised_day_but_not_the_day_of_activation(
    case: str, promised: str, active: str, amount: str
) -> None:
    pack = shipped("uk-automatic-compensation")
    facts = BRITISH_HOME | {"promised_date": promised}
    found = owed(
        pack,
        "GB-AC-DELAYED-START",
        facts,
        ("order.date_agreed", f"{promised[:8]}01T09:00"),
        ("service.activated", active),
    )
    pays(found, amount, "GBP")


@pytest.mark.parametrize("hour", ["00:00", "08:30", "17:01", "23:59"])
def test_cm04_reported_on_monday_at_any_hour_is_due_on_wednesday_at_2359(hour: str) -> None:
    pack = shipped("uk-automatic-compensation")
    (running,) = judged(pack, "GB-AC-DELAYED-REPAIR", BRITISH_HOME, ("fault.reported", f"2024-01-08T{hour}"))
    assert running.due_at == at(pack, "2024-01-10T23:59")
    assert running.state is Outcome.OPEN


@pytest.mark.parametrize(("reading", "amount"), [("true", "25.20"), ("false", "16.80")])
def test_cm05_whether_an_amount_is_owed_at_the_trigger_is_a_switch(reading: str, amount: str) -> None:
    pack = switched("uk-automatic-compensation", "pay_on_trigger: true", f"pay_on_trigger: {reading}")
    found = owed(
        pack,
        "GB-AC-DELAYED-REPAIR",
        BRITISH_HOME,
        ("fault.reported", "2023-02-01T10:00"),
        ("fault.restored", "2023-02-06T12:00"),
    )
    pays(found, amount, "GBP")
    assert "2023-02-05" in found.text.en
    assert "GBP 8.40" in found.text.zh
    assert found.pay_by == date(2023, 3, 8)


@pytest.mark.parametrize(
    ("reading", "due", "amount"), [("0", "2024-01-11T00:00", "14.00"), ("1", "2024-01-10T00:00", "21.00")]
)
def test_cm06_late_report_counts_from_monday_eight_and_the_second_day_is_a_switch(
    reading: str, due: str, amount: str
) -> None:
    pack = switched("uk-bt-business", "report_day: 0", f"report_day: {reading}")
    events = ("fault.reported", "2024-01-05T21:30"), ("fault.restored", "2024-01-12T09:00")
    (breach,) = judged(pack, "GB-BTB-STANDARD", BRITISH_OFFICE, *events)
    assert breach.due_at == at(pack, due)
    # A week's rental of 7.00 for each day or part of a day late.
    pays(owed(pack, "GB-BTB-STANDARD", BRITISH_OFFICE, *events), amount, "GBP")


def test_cm06_a_report_at_nine_in_the_evening_still_counts_for_that_day() -> None:
    pack = shipped("uk-bt-business")
    (running,) = judged(pack, "GB-BTB-STANDARD", BRITISH_OFFICE, ("fault.reported", "2024-01-05T21:00"))
    assert running.due_at == at(pack, "2024-01-10T00:00")


def test_cm06_the_scheme_pays_for_twelve_days_at_most() -> None:
    pack = shipped("uk-bt-business")
    events = ("fault.reported", "2024-01-05T10:00"), ("fault.restored", "2024-02-20T10:00")
    pays(owed(pack, "GB-BTB-STANDARD", BRITISH_OFFICE, *events), "84.00", "GBP")


@pytest.mark.parametrize(
    ("case", "available", "amount"),
    [
        ("CM07", "2014-03-24T08:00", "6.00"),  # published: day 15
        ("CM08", "2014-03-28T08:00", "28.00"),  # published: day 19, the higher tier back to day 13
    ],
)
def test_cm07_and_cm08_the_higher_tier_reaches_back(case: str, available: str, amount: str) -> None:
    pack = shipped("uk-openreach")
    facts = {"service": "wholesale_access", "visit_needed": "yes", "action": "install"}
    # Ordered on Monday 3 March 2014: working day 12 is Wednesday the 19th, day 15 the 24th, day 19 the 28th.
    events = ("order.requested", "2014-03-03T10:00"), ("visit.available", available)
    (breach,) = judged(pack, "GB-OR-SLG-FAD-2013", facts, *events)
    assert breach.due_at == at(pack, "2014-03-20T00:00")
    pays(owed(pack, "GB-OR-SLG-FAD-2013", facts, *events), amount, "GBP")


@pytest.mark.parametrize(("case", "hours", "amount"), [("CM09", 1, "0.22"), ("CM10", 10, "2.23")])
def test_cm09_and_cm10_a_spanish_bundle_is_paid_by_the_hour_of_a_28_day_month(
    case: str, hours: int, amount: str
) -> None:
    pack = shipped("es-rd-899")
    facts = {"service": "bundle", "monthly_fee": "50", "average_bill": "50"}
    found = owed(
        pack,
        "ES-899-BUNDLE",
        facts,
        ("outage.started", "2023-02-14T08:00"),
        ("outage.ended", f"2023-02-14T{8 + hours:02}:00"),
    )
    pays(found, amount, "EUR")
    assert "2023-02" in found.text.zh


@pytest.mark.parametrize(("reading", "amount"), [("false", "20.00"), ("true", "30.00")])
def test_cm11_whether_the_day_of_repair_counts_is_a_switch(reading: str, amount: str) -> None:
    pack = switched("de-tkg", "last_day: false", f"last_day: {reading}")
    facts = {"customer_class": "consumer", "outage": "total", "monthly_fee": "39.90"}
    events = ("fault.reported", "2024-03-04T09:00"), ("fault.restored", "2024-03-10T15:00")
    found = owed(pack, "DE-58-OUTAGE", facts, *events)
    pays(found, amount, "EUR")
    # The greater of 5 and 3.99, then the greater of 10 and 7.98.
    assert "EUR 3.99" in found.text.en
    assert "EUR 7.98" in found.text.zh


def test_cm11_a_price_reduction_is_set_off() -> None:
    pack = shipped("de-tkg")
    facts = {"customer_class": "consumer", "outage": "total", "monthly_fee": "39.90", "price_reduction": "6.50"}
    events = ("fault.reported", "2024-03-04T09:00"), ("fault.restored", "2024-03-10T15:00")
    pays(owed(pack, "DE-58-OUTAGE", facts, *events), "13.50", "EUR")


def test_cm12_late_installation_in_china_pays_one_percent_of_the_fee_a_day() -> None:
    pack = shipped("cn-telecom-regulations")
    facts = {"service": "fixed_voice", "action": "install", "fee": "200.00", "promised_date": "2024-03-15"}
    events = ("order.paid", "2024-03-01T10:00"), ("order.completed", "2024-03-22T16:00")
    found = owed(pack, "CN-TR-INSTALL", facts, *events)
    pays(found, "14.00", "CNY")
    assert "7 天" in found.text.zh
    assert "7 days" in found.text.en


def test_cm12_nothing_is_owed_when_the_customer_is_the_cause() -> None:
    pack = shipped("cn-telecom-regulations")
    facts = {
        "service": "fixed_voice",
        "action": "install",
        "fee": "200.00",
        "promised_date": "2024-03-15",
        "cause": "customer",
    }
    (late,) = judged(
        pack, "CN-TR-INSTALL", facts, ("order.paid", "2024-03-01T10:00"), ("order.completed", "2024-03-22T16:00")
    )
    assert late.state is Outcome.BROKEN
    assert award(late, facts, pack, at(pack, "2024-03-23T00:00")) is None


def test_cm13_a_deposit_kept_75_days_earns_interest_for_30() -> None:
    pack = shipped("in-trai-2024")
    events = ("service.terminated", "2025-01-01T12:00"), ("account.deposit_refunded", "2025-03-17T12:00")
    assert date(2025, 3, 17) - date(2025, 1, 1) == timedelta(days=75)
    found = owed(pack, "IN-24-REFUND", {"deposit": "1000"}, *events)
    pays(found, "8.22", "INR")
    assert "30 天" in found.text.zh


# Out for 10 h of day 1, all of day 2 and 13 h of day 3 without a break; then for 11 h of day 4.
OUTAGE = (
    ("outage.started", "2025-01-06T14:00"),
    ("outage.ended", "2025-01-08T13:00"),
    ("outage.started", "2025-01-09T00:00"),
    ("outage.ended", "2025-01-09T11:00"),
)


def test_cm14_only_days_with_more_than_twelve_hours_of_outage_count() -> None:
    pack, facts = shipped("in-trai-2024"), {"daily_fee": "20.00", "payment": "postpaid"}
    long, short = judged(pack, "IN-24-SIG-OUTAGE", facts, *OUTAGE)
    assert (long.state, short.state) == (Outcome.BROKEN, Outcome.KEPT)
    found = award(long, facts, pack, at(pack, "2025-01-10T00:00"))
    assert found is not None
    pays(found, "40.00", "INR")
    assert "2 天" in found.text.zh
    assert "2 days" in found.text.en
    assert found.pay_by == date(2025, 1, 15)


def test_cm14_a_prepaid_customer_gets_the_same_days_of_validity() -> None:
    pack, facts = shipped("in-trai-2024"), {"payment": "prepaid"}
    long, _ = judged(pack, "IN-24-SIG-OUTAGE", facts, *OUTAGE)
    found = award(long, facts, pack, at(pack, "2025-01-10T00:00"))
    assert found is not None
    assert (found.money, found.extension_days) == (None, 2)
    assert "validity extended by 2 days" in found.text.en
    assert "有效期延长 2 天" in found.text.zh


def test_cm15_an_unanswered_complaint_in_italy_is_capped() -> None:
    pack = shipped("it-agcom")
    events = ("complaint.received", "2024-01-01T10:00"), ("complaint.answered", "2024-06-29T10:00")
    assert date(2024, 6, 29) - date(2024, 1, 31) == timedelta(days=150)
    found = owed(pack, "IT-347-12", {"promised_date": "2024-01-31"}, *events)
    pays(found, "300.00", "EUR")
    assert "EUR 375.00" in found.text.en


@pytest.mark.parametrize(
    ("case", "unavailability", "amount"), [("CM16", "00:45:00", "50.00"), ("CM17", "00:45:01", "100.00")]
)
def test_cm16_and_cm17_a_second_more_is_a_step_more(case: str, unavailability: str, amount: str) -> None:
    pack = shipped("contract-level3-crossroads")
    facts = {"unavailability": unavailability, "monthly_fee": "1000"}
    found = owed(pack, "L3-CROSSROADS", facts, ("month.measured", "2024-02-01T00:00"))
    pays(found, amount, "USD")


def test_cm16_up_to_ten_minutes_nothing_is_credited() -> None:
    pack = shipped("contract-level3-crossroads")
    facts = {"unavailability": "00:10:00", "monthly_fee": "1000"}
    (month,) = judged(pack, "L3-CROSSROADS", facts, ("month.measured", "2024-02-01T00:00"))
    assert month.state is Outcome.KEPT


def test_cm18_three_missed_months_in_a_row_give_the_right_to_leave() -> None:
    pack = shipped("contract-verizon-wave")
    (promise,) = pack.promises
    months = [("month.measured", f"2024-{month:02}-01T00:00") for month in (2, 3, 4)]
    missed = judged(pack, promise.code, {"month_target": "missed"}, *months)
    (right,) = chronic(promise, pack, missed)
    assert right.right_until == date(2024, 4, 30)
    assert "terminate the circuit" in right.text.en
    assert "2024-04-30" in right.text.en
    assert "终止该电路" in right.text.zh
    assert "2024-04-30" in right.text.zh
    assert right.money is None


def test_cm18_two_missed_months_or_a_gap_give_no_right() -> None:
    pack = shipped("contract-verizon-wave")
    (promise,) = pack.promises
    months = [("month.measured", f"2024-{month:02}-01T00:00") for month in (2, 3, 5, 6)]
    missed = judged(pack, promise.code, {"month_target": "missed"}, *months)
    assert chronic(promise, pack, missed) == []
