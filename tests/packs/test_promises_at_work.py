"""The shipped packs at work: dates, notices, waits, chains of reports, versions, pauses and selectors, to the exact moment."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kapok.kernel.money import Money
from kapok.kernel.promises import Entry, Judgement, Outcome, award, gathered, judge_all, population
from tests.packs.matters import at, judged, owed, pays, shipped

HOME = {"service": "fixed_broadband", "customer_class": "consumer", "outage": "total"}


def one(name: str, code: str, facts: dict[str, str], *events: tuple[str, str]) -> Judgement:
    (only,) = judged(shipped(name), code, facts, *events)
    return only


def due(name: str, code: str, facts: dict[str, str], opened: tuple[str, str]) -> datetime | None:
    return one(name, code, facts, opened).due_at


# ---- versions by date ----
@pytest.mark.parametrize(
    ("received", "referred_by"),
    [("2026-04-07T18:00", "2026-06-03T00:00"), ("2026-04-08T09:00", "2026-05-21T00:00")],
)
def test_a_british_complaint_has_eight_weeks_until_7_april_2026_and_six_from_the_8th(
    received: str, referred_by: str
) -> None:
    expected = at(shipped("uk-dispute-resolution"), referred_by)
    assert due("uk-dispute-resolution", "GB-ADR", {}, ("complaint.received", received)) == expected


def test_the_indian_step_table_ends_with_september_2024() -> None:
    facts = {"service": "fixed_voice", "daily_fee": "5.00", "monthly_fee": "150.00"}
    pack = shipped("in-trai-2024")
    # 6 days and 1 hour: 7 days' rent; 15 days to the minute: 15 days' rent; a minute more: a month's.
    for restored, amount in (("07T11:00", "35.00"), ("16T10:00", "75.00"), ("16T10:01", "150.00")):
        found = owed(
            pack,
            "IN-09-REPAIR",
            facts,
            ("fault.reported", "2024-09-01T10:00"),
            ("fault.restored", f"2024-09-{restored}"),
        )
        pays(found, amount, "INR")
    assert judged(pack, "IN-09-REPAIR", facts, ("fault.reported", "2024-10-01T10:00")) == []


def test_the_rate_of_each_day_is_that_in_force_on_it() -> None:
    events = ("fault.reported", "2023-03-27T10:00"), ("fault.restored", "2023-04-03T12:00")
    # 29 March (trigger), 30 and 31 March at 8.40; 1 and 2 April at 9.33.
    found = owed(shipped("uk-automatic-compensation"), "GB-AC-DELAYED-REPAIR", HOME, *events)
    pays(found, "43.86", "GBP")
    assert "GBP 9.33 (rate from 2023-04-01)" in found.text.en


# ---- notices, waits, retention ----
@pytest.mark.parametrize(("announced", "state"), [("01T08:00", Outcome.KEPT), ("01T08:01", Outcome.BROKEN)])
def test_a_planned_outage_is_announced_72_hours_before(announced: str, state: Outcome) -> None:
    events = ("outage.announced", f"2026-06-{announced}"), ("outage.started", "2026-06-04T08:00")
    assert one("cn-service-specification-2005", "CN-36-PLANNED-OUTAGE", {}, *events).state is state


def test_an_outage_without_notice_breaks_the_promise() -> None:
    judgement = one("cn-service-specification-2005", "CN-36-PLANNED-OUTAGE", {}, ("outage.started", "2026-06-04T08:00"))
    assert judgement.state is Outcome.BROKEN


@pytest.mark.parametrize(("suspended", "state"), [("03-31T10:00", Outcome.BROKEN), ("04-01T10:00", Outcome.KEPT)])
def test_nobody_is_cut_off_before_30_days_of_arrears(suspended: str, state: Outcome) -> None:
    events = ("account.overdue", "2026-03-02T10:00"), ("service.suspended", f"2026-{suspended}")
    assert one("cn-telecom-regulations", "CN-TR-DUNNING-SUSPEND", {}, *events).state is state


def test_paying_takes_the_threat_away() -> None:
    events = ("account.overdue", "2026-03-02T10:00"), ("account.settled", "2026-03-20T10:00")
    assert one("cn-telecom-regulations", "CN-TR-DUNNING-SUSPEND", {}, *events).state is Outcome.VOID


@pytest.mark.parametrize(
    ("deleted", "state"), [("2026-06-14T23:00", Outcome.BROKEN), ("2026-06-15T10:00", Outcome.KEPT)]
)
def test_charging_records_are_kept_for_five_months(deleted: str, state: Outcome) -> None:
    events = ("usage.recorded", "2026-01-15T10:00"), ("usage.deleted", deleted)
    assert one("cn-service-specification-2005", "CN-36-CDR-RETENTION", {}, *events).state is state


# ---- chains ----
@pytest.mark.parametrize(
    ("grade", "expected"),
    [
        ("special_major", {"CN-OPS-SPECIAL-ORAL": "01T10:00", "CN-OPS-SPECIAL-WRITTEN": "01T14:00"}),
        ("major", {"CN-OPS-MAJOR-ORAL": "01T14:00", "CN-OPS-MAJOR-WRITTEN": "02T10:00"}),
        ("general", {}),
    ],
)
def test_one_incident_starts_a_chain_of_reports(grade: str, expected: dict[str, str]) -> None:
    pack = shipped("cn-incident-reports")
    discovered = at(pack, "2026-03-01T10:00")
    running = judge_all(pack, [Entry("incident.discovered", discovered)], {"incident_grade": grade}, discovered)
    assert {row.promise.code: row.due_at for row in running} == {
        code: at(pack, f"2026-03-{when}") for code, when in expected.items()
    }
    assert {row.promise.chain for row in running} <= {"incident-reports"}


# ---- working days ----
def test_spring_festival_and_its_make_up_saturday_count_as_the_state_council_says() -> None:
    # Filed on Thursday; Friday 13 and Saturday 14 February are worked, 15 to 23 are not, then 24, 25 and 26.
    expected = at(shipped("cn-appeals"), "2026-02-27T00:00")
    assert due("cn-appeals", "CN-APP-DECIDE", {}, ("appeal.filed", "2026-02-12T15:00")) == expected


def test_easter_does_not_count_in_england() -> None:
    expected = at(shipped("uk-automatic-compensation"), "2024-04-03T23:59")
    opened = ("fault.reported", "2024-03-28T10:00")
    assert due("uk-automatic-compensation", "GB-AC-DELAYED-REPAIR", HOME, opened) == expected


@pytest.mark.parametrize(
    ("reported", "expected"),
    [("05T10:00", "07T00:00"), ("06T10:00", "09T00:00"), ("06T21:01", "10T00:00"), ("07T10:00", "10T00:00")],
)
def test_prompt_care_works_on_saturdays(reported: str, expected: str) -> None:
    facts = {"segment": "business", "care_level": "prompt"}
    opened = ("fault.reported", f"2024-01-{reported}")
    assert due("uk-bt-business", "GB-BTB-PROMPT", facts, opened) == at(shipped("uk-bt-business"), f"2024-01-{expected}")


@pytest.mark.parametrize(
    ("reported", "expected"), [("05T17:00", "08T17:00"), ("05T17:01", "09T17:00"), ("06T10:00", "09T17:00")]
)
def test_the_australian_day_ends_at_five(reported: str, expected: str) -> None:
    facts = {"service": "fixed_voice", "area": "urban"}
    opened = ("fault.reported", f"2024-01-{reported}")
    assert due("au-csg-2023", "AU-CSG-REPAIR-URBAN", facts, opened) == at(shipped("au-csg-2023"), f"2024-01-{expected}")


# ---- selectors ----
@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"area": "urban"}, "AU-CSG-CONNECT-URBAN"),
        ({"area": "remote"}, "AU-CSG-CONNECT-REMOTE"),
        ({"area": "urban", "site": "in_place"}, "AU-CSG-CONNECT-INPLACE"),
        ({"area": "major_rural", "site": "no_infrastructure"}, "AU-CSG-CONNECT-NOINFRA"),
        ({"area": "major_rural", "site": "new"}, "AU-CSG-CONNECT-MAJOR-RURAL"),
    ],
)
def test_exactly_one_australian_limit_applies_to_a_connection(facts: dict[str, str], code: str) -> None:
    pack = shipped("au-csg-2023")
    when = at(pack, "2024-02-05T10:00")
    matter = {"service": "fixed_voice", "action": "install"} | facts
    assert [row.promise.code for row in judge_all(pack, [Entry("order.requested", when)], matter, when)] == [code]


def test_a_customer_with_more_than_five_lines_is_outside_the_guarantee() -> None:
    pack = shipped("au-csg-2023")
    when = at(pack, "2024-02-05T10:00")
    matter = {"service": "fixed_voice", "action": "install", "area": "urban", "lines": "6"}
    assert judge_all(pack, [Entry("order.requested", when)], matter, when) == []


def test_a_shorter_promise_replaces_the_standard_and_a_longer_one_does_not() -> None:
    facts = {"service": "fixed_voice", "action": "install", "area": "urban"}
    opened, pack = ("order.requested", "2024-02-05T10:00"), shipped("au-csg-2023")
    for promised, expected in (("2024-02-07", "2024-02-08T00:00"), ("2024-02-20", "2024-02-13T00:00")):
        matter = facts | {"promised_date": promised}
        assert due("au-csg-2023", "AU-CSG-CONNECT-URBAN", matter, opened) == at(pack, expected)


# ---- pauses ----
def test_a_visit_missed_by_the_customer_stops_the_british_clock_until_the_next_visit() -> None:
    judgement = one(
        "uk-automatic-compensation",
        "GB-AC-DELAYED-REPAIR",
        HOME,
        ("fault.reported", "2024-01-08T10:00"),
        ("visit.missed_by_customer", "2024-01-09T12:00"),
        ("visit.started", "2024-01-11T12:00"),
        ("fault.restored", "2024-01-12T20:00"),
    )
    assert judgement.due_at == at(shipped("uk-automatic-compensation"), "2024-01-12T23:59")
    assert judgement.state is Outcome.KEPT


def test_a_mass_disruption_stops_the_australian_clock() -> None:
    events = (
        ("fault.reported", "2024-02-05T10:00"),
        ("hindrance.began", "2024-02-06T09:00"),
        ("hindrance.ended", "2024-02-08T09:00"),
        ("fault.restored", "2024-02-08T16:00"),
    )
    judgement = one("au-csg-2023", "AU-CSG-REPAIR-URBAN", {"service": "fixed_voice", "area": "urban"}, *events)
    assert judgement.due_at == at(shipped("au-csg-2023"), "2024-02-08T17:00")
    assert judgement.state is Outcome.KEPT


# ---- visits, numbers, ladders ----
def test_a_visit_cancelled_with_a_days_notice_is_not_missed() -> None:
    pack = shipped("uk-automatic-compensation")
    cancelled = ("visit.cancelled_by_provider", "2025-06-02T09:00")
    in_time = HOME | {"notice_given": "24 hours"}
    too_late = HOME | {"notice_given": "23 hours"}
    assert judged(pack, "GB-AC-MISSED-APPOINTMENT", in_time, cancelled) == []
    pays(owed(pack, "GB-AC-MISSED-APPOINTMENT", too_late, cancelled), "31.19", "GBP")


@pytest.mark.parametrize(("years", "amount"), [("3", "300.00"), ("15", "1500.00"), ("20", "1500.00")])
def test_a_lost_italian_number_is_paid_by_the_year_of_use(years: str, amount: str) -> None:
    pays(
        owed(shipped("it-agcom"), "IT-347-10", {"years_of_use": years}, ("number.lost", "2024-05-06T10:00")),
        amount,
        "EUR",
    )


@pytest.mark.parametrize(("window", "state"), [("5 hours", Outcome.KEPT), ("05:00:01", Outcome.BROKEN)])
def test_an_irish_appointment_window_is_five_hours_at_most(window: str, state: Outcome) -> None:
    assert (
        one("ie-appointments", "IE-APPT-WINDOW", {"window": window}, ("visit.appointed", "2024-05-06T10:00")).state
        is state
    )


@pytest.mark.parametrize(
    ("availability", "amount"), [("99.69", "100"), ("97.9", "100"), ("97.5", "200"), ("95.895", "300"), ("93.8", "400")]
)
def test_the_mended_ladder_has_a_step_for_every_availability(availability: str, amount: str) -> None:
    facts = {"protection": "unprotected", "availability": availability, "monthly_fee": "1000"}
    found = owed(
        shipped("contract-telus-wave"), "TELUS-WAVE-UNPROTECTED", facts, ("month.measured", "2024-02-01T00:00")
    )
    pays(found, amount, "CAD")


def test_rental_is_waived_for_the_share_of_each_month() -> None:
    pack, facts = shipped("cn-telecom-regulations"), {"area": "urban", "monthly_fee": "30.00"}
    events = ("fault.reported", "2024-02-27T10:00"), ("fault.restored", "2024-03-02T10:00")
    # 62 of 696 hours of February and 34 of 744 of March.
    found = owed(pack, "CN-TR-FAULT-URBAN", facts, *events)
    pays(found, "4.04", "CNY")
    assert "2024-02" in found.text.zh
    assert "2024-03" in found.text.zh


def test_in_force_majeure_spain_refunds_only_the_fee() -> None:
    pack = shipped("es-rd-899")
    facts = {"service": "fixed_voice", "monthly_fee": "20", "average_bill": "40"}
    events = ("outage.started", "2023-02-14T00:00"), ("outage.ended", "2023-02-28T00:00")
    pays(owed(pack, "ES-899-15", facts, *events), "50.00", "EUR")
    pays(owed(pack, "ES-899-15", facts | {"cause": "force_majeure"}, *events), "10.00", "EUR")


def test_a_sum_whose_fact_is_not_known_is_not_guessed() -> None:
    pack = shipped("cn-telecom-regulations")
    facts = {"service": "fixed_voice", "action": "install", "promised_date": "2024-03-15"}
    events = ("order.paid", "2024-03-01T10:00"), ("order.completed", "2024-03-22T16:00")
    (late,) = judged(pack, "CN-TR-INSTALL", facts, *events)
    found = award(late, facts, pack, at(pack, "2024-03-23T00:00"))
    assert found is not None
    assert (found.money, found.missing) == (None, "fee")


# ---- one row, two computations ----
def test_each_repair_can_be_in_time_and_their_mean_still_too_long() -> None:
    pack = shipped("cn-3g-2009")
    (repair,) = pack.by_code["CN-3G-REPAIR"]
    cases = [
        one(
            "cn-3g-2009",
            repair.code,
            {"service": "mobile"},
            ("fault.reported", "2026-03-02T00:00"),
            ("fault.restored", when),
        )
        for when in ("2026-03-02T20:00", "2026-03-03T06:00")
    ]
    assert [case.state for case in cases] == [Outcome.KEPT, Outcome.KEPT]
    (mean,) = population(repair.population, gathered(cases, pack))
    assert mean.measured == timedelta(hours=25) // timedelta(microseconds=1)
    assert mean.held is False


def test_the_british_scheme_pays_for_sixty_days_at_most() -> None:
    events = ("fault.reported", "2025-05-05T10:00"), ("fault.restored", "2025-09-30T10:00")
    found = owed(shipped("uk-automatic-compensation"), "GB-AC-DELAYED-REPAIR", HOME, *events)
    assert found.money == Money.of("598.80", "GBP")
