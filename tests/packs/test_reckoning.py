"""The switches of a compensation, one by one, and how the sum reads."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kapok.kernel import promises
from kapok.kernel.promises import Award, Entry, Judgement, Outcome, Pack
from tests.packs.small import DAY, FAR, HOUR, at, money, only, owed, pack

OPENED = at("2026-03-02 10:00")  # a Monday
DUE_WEDNESDAY = "opens: fault.reported\ncloses: fault.restored\nallowance: 2 days\ndays: {ends_at: '24:00'}\n"
FOUR_HOURS = "opens: fault.reported\ncloses: fault.restored\nallowance: 4 hours\n"
RATES = """
rates:
  daily:
    - {from: 2026-03-01, to: 2026-03-06, amount: 9.98, evidence: {level: own}}
    - {from: 2026-03-07, amount: 10.34, evidence: {level: own}}
"""


def late(terms: str, restored: str = "2026-03-08 15:00", **rules: str) -> tuple[Pack, Judgement]:
    made = pack(terms, **rules)
    return made, only(made, Entry("fault.reported", OPENED), Entry("fault.restored", at(restored)))


def award(terms: str, restored: str = "2026-03-08 15:00", facts: dict[str, str] | None = None, **rules: str) -> Award:
    made, judged = late(terms, restored, **rules)
    return owed(judged, made, facts)


@pytest.mark.parametrize(
    ("switches", "pays"),
    [
        ("", "GBP 4.00"),  # Thursday to Sunday
        ("first_day: true,", "GBP 5.00"),
        ("last_day: false,", "GBP 3.00"),
        ("pay_on_trigger: true,", "GBP 5.00"),
        ("pay_on_trigger: true, last_day: false,", "GBP 4.00"),
        ("cap: {units: 2},", "GBP 2.00"),
        ("cap: {amount: 2.5},", "GBP 2.50"),
        ("cap: {amount: 99},", "GBP 4.00"),
        ("since: opened,", "GBP 6.00"),
        ("set_off: price_reduction,", "GBP 4.00"),
    ],
)
def test_dates_from_the_day_after_the_due_day_to_the_day_of_fulfilment(switches: str, pays: str) -> None:
    assert money(award(DUE_WEDNESDAY + f"compensation: {{per: day, {switches} amount: 1}}")) == pays


def test_working_days_are_the_open_dates_of_the_named_calendar() -> None:
    terms = "compensation: {per: working_day, calendar: office, amount: 1}"
    assert money(award(DUE_WEDNESDAY + terms)) == "GBP 2.00"  # Thursday and Friday
    assert money(award(DUE_WEDNESDAY + "calendar: weekdays\n" + terms.replace("calendar: office, ", ""))) == "GBP 2.00"


def test_an_overdue_matter_is_reckoned_as_of_now() -> None:
    rules = pack(DUE_WEDNESDAY + "compensation: {per: day, amount: 1}")
    until = at("2026-03-06 12:00")
    judged = only(rules, Entry("fault.reported", OPENED), until=until)
    assert judged.state is Outcome.OVERDUE
    assert money(owed(judged, rules, until=until)) == "GBP 2.00"


def test_paused_dates_do_not_count_unless_the_rule_says_so() -> None:
    terms = (
        DUE_WEDNESDAY
        + "pauses: clock.paused\nresumes: clock.resumed\ncompensation: {per: day, paused_counts: %s, amount: 1}"
    )
    entries = [
        Entry("fault.reported", OPENED),
        Entry("clock.paused", at("2026-03-06 12:00")),
        Entry("clock.resumed", at("2026-03-08 09:00")),
        Entry("fault.restored", at("2026-03-10 15:00")),
    ]
    for counts, pays in (("false", "GBP 4.00"), ("true", "GBP 6.00")):
        rules = pack(terms % counts)
        assert money(owed(only(rules, *entries), rules)) == pays


def test_paused_hours_do_not_count_either() -> None:
    terms = (
        FOUR_HOURS
        + "pauses: clock.paused\nresumes: clock.resumed\ncompensation: {per: 1 hour, paused_counts: %s, amount: 1}"
    )
    entries = [
        Entry("fault.reported", OPENED),
        Entry("clock.paused", OPENED + 5 * HOUR),
        Entry("clock.resumed", OPENED + 9 * HOUR),
        Entry("fault.restored", OPENED + 10 * HOUR),
    ]
    for counts, pays in (("false", "GBP 2.00"), ("true", "GBP 6.00")):
        rules = pack(terms % counts)
        assert money(owed(only(rules, *entries), rules)) == pays


@pytest.mark.parametrize(
    ("per", "counting", "pays"),
    [
        ("1 hour", "started", "GBP 3.00"),
        ("1 hour", "full", "GBP 2.00"),
        ("1 hour", "exact", "GBP 2.50"),
        ("30 minutes", "started", "GBP 5.00"),
        ("1 day", "started", "GBP 1.00"),
        ("1 day", "full", None),
    ],
)
def test_lengths_of_time_started_full_or_exact(per: str, counting: str, pays: str | None) -> None:
    rules, judged = late(
        FOUR_HOURS + f"compensation: {{per: {per}, counting: {counting}, amount: 1}}", "2026-03-02 16:30"
    )
    found = promises.award(judged, {}, rules, FAR)
    assert (None if found is None else money(found)) == pays


def test_each_day_takes_the_rate_of_that_day() -> None:
    found = award(DUE_WEDNESDAY + "compensation: {per: day, amount: {rate: daily}}", extra=RATES)
    assert [line.en for line in found.lines] == [
        "2 days (2026-03-05 – 2026-03-06) at GBP 9.98 (rate from 2026-03-01) = GBP 19.96",
        "2 days (2026-03-07 – 2026-03-08) at GBP 10.34 (rate from 2026-03-07) = GBP 20.68",
        "in all GBP 40.64",
    ]
    assert money(found) == "GBP 40.64"


def test_each_started_day_takes_the_rate_of_the_day_on_which_it_starts() -> None:
    found = award(FOUR_HOURS + "compensation: {per: 1 day, amount: {rate: daily}}", "2026-03-08 14:30", extra=RATES)
    # From Monday 14:00: days start on the 2nd to the 6th at 9.98, on the 7th and (half an hour of it) the 8th at 10.34.
    assert money(found) == "GBP 70.58"


def test_a_rate_that_was_not_yet_set_is_named_and_no_sum_stated() -> None:
    rates = "rates: {daily: [{from: 2026-03-06, amount: 1, evidence: {level: own}}]}"
    found = award(DUE_WEDNESDAY + "compensation: {per: day, amount: {rate: daily}}", extra=rates)
    assert (found.money, found.missing) == (None, "daily")
    assert found.text.en.endswith(
        "the rate daily of 2026-03-05, which is not known; the daily is not known, so no sum can be stated."
    )
    assert "（未定）" in found.text.zh


def test_a_fact_that_is_not_known_is_named_and_no_sum_stated() -> None:
    terms = DUE_WEDNESDAY + "compensation: {per: day, amount: {percent: 1, of: fee}}"
    for facts in ({}, {"fee": "unknown"}, {"fee": "NaN"}):
        found = award(terms, facts=facts)
        assert (found.money, found.missing) == (None, "fee")
        assert found.text.en == (
            "4 days (2026-03-05 – 2026-03-08): 1 % of the fee collected, which is not known;"
            " the fee collected is not known, so no sum can be stated."
        )


def test_a_cap_that_hangs_on_an_unknown_fact_leaves_the_sum_unstated() -> None:
    found = award(DUE_WEDNESDAY + "compensation: {per: day, amount: 1, cap: {amount: {percent: 100, of: monthly_fee}}}")
    assert (found.money, found.missing) == (None, "monthly_fee")


def test_what_was_already_granted_is_deducted_and_never_below_nothing() -> None:
    terms = DUE_WEDNESDAY + "compensation: {per: day, set_off: price_reduction, amount: 1}"
    found = award(terms, facts={"price_reduction": "1.50"})
    assert money(found) == "GBP 2.50"
    assert found.lines[1].en == "less GBP 1.50 already granted"
    rules, judged = late(terms)
    assert promises.award(judged, {"price_reduction": "9"}, rules, FAR) is None


def test_once_for_the_same_matter_however_often_it_is_broken() -> None:
    rules = pack(FOUR_HOURS + "reopens: fault.reopened\nreopening: restart\ncompensation: {once: true, amount: 5}")
    entries = [
        Entry("fault.reported", OPENED),
        Entry("fault.restored", OPENED + 5 * HOUR),
        Entry("fault.reopened", OPENED + 6 * HOUR),
        Entry("fault.restored", OPENED + 20 * HOUR),
    ]
    first, second = promises.judge(rules.promises[0], rules, entries, {}, FAR)
    assert (first.breach_number, second.breach_number) == (1, 2)
    assert money(owed(first, rules)) == "GBP 5.00"
    assert promises.award(second, {}, rules, FAR) is None


def test_the_first_compensation_whose_facts_hold_is_paid() -> None:
    terms = (
        DUE_WEDNESDAY
        + """
compensation:
  - {when: {customer_class: business}, amount: 24.20}
  - {when: {customer_class: consumer}, unless: {cause: customer}, amount: 14.52}
"""
    )
    assert money(award(terms, facts={"customer_class": "business"})) == "GBP 24.20"
    assert money(award(terms, facts={"customer_class": "consumer"})) == "GBP 14.52"
    rules, judged = late(terms)
    for facts in ({}, {"customer_class": "consumer", "cause": "customer"}):
        assert promises.award(judged, facts, rules, FAR) is None


def test_a_kept_promise_owes_nothing() -> None:
    rules, judged = late(DUE_WEDNESDAY + "compensation: {amount: 5}", "2026-03-03 10:00")
    assert promises.award(judged, {}, rules, FAR) is None


def test_a_promise_without_compensation_owes_nothing() -> None:
    rules, judged = late(DUE_WEDNESDAY)
    assert promises.award(judged, {}, rules, FAR) is None


def test_an_event_that_must_never_happen_pays_each_time() -> None:
    rules = pack("direction: never\nopens: visit.missed_by_provider\ncompensation: {amount: 31.19}")
    judged = only(rules, Entry("visit.missed_by_provider", OPENED))
    found = owed(judged, rules)
    assert (money(found), found.text.en) == ("GBP 31.19", "2026-03-02: GBP 31.19.")


def test_a_notice_that_was_never_given_is_counted_from_when_it_was_due() -> None:
    rules = pack(
        "direction: notice\nopens: outage.announced\ncloses: outage.started\nallowance: 3 days\n"
        "compensation: {per: 1 day, since: opened, amount: 1}"
    )
    assert money(owed(only(rules, Entry("outage.started", OPENED)), rules)) == "GBP 3.00"


def test_as_many_units_as_a_fact_says() -> None:
    terms = 'direction: never\nopens: number.lost\ncompensation: {per: "fact:years_of_use", amount: 100, cap: {amount: 1500}}'
    rules = pack(terms)
    judged = only(rules, Entry("number.lost", OPENED))
    assert money(owed(judged, rules, {"years_of_use": "2.5"})) == "GBP 250.00"
    capped = owed(judged, rules, {"years_of_use": "20"})
    assert (money(capped), capped.lines[0].en) == ("GBP 1,500.00", "20 at GBP 100.00 = GBP 2,000.00")
    unknown = owed(judged, rules)
    assert (unknown.money, unknown.missing) == (None, "years_of_use")


def test_a_cap_in_units_cuts_a_unit_in_part() -> None:
    rules = pack(
        'direction: never\nopens: number.lost\ncompensation: {per: "fact:years_of_use", amount: 100, cap: {units: 2}}'
    )
    assert money(owed(only(rules, Entry("number.lost", OPENED)), rules, {"years_of_use": "2.5"})) == "GBP 200.00"


TIERS = """
compensation:
  per: day
  tiers:
    - {from: 1, below: 3, amount: 1}
    - {from: 3, below: 4, amount: 10%s}
    - {from: 4, up_to: 5, amount: 100}
"""


@pytest.mark.parametrize(
    ("restored", "plain", "retroactive"),
    [
        ("05", "1.00", "1.00"),
        ("06", "2.00", "2.00"),
        ("07", "12.00", "30.00"),
        ("08", "112.00", "130.00"),
        ("10", "212.00", "230.00"),
    ],
)
def test_tiers_by_ordinal_plain_and_retroactive(restored: str, plain: str, retroactive: str) -> None:
    # The last tier ends at the fifth unit: what is late beyond it earns nothing more.
    moment = f"2026-03-{restored} 10:00"
    assert money(award(DUE_WEDNESDAY + TIERS % "", moment)) == f"GBP {plain}"
    assert money(award(DUE_WEDNESDAY + TIERS % ", retroactive: true", moment)) == f"GBP {retroactive}"


@pytest.mark.parametrize(("restored", "pays"), [("17:00", "GBP 7.00"), ("17:30", "GBP 12.00")])
def test_tiers_of_hours_each_one_that_has_begun(restored: str, pays: str) -> None:
    terms = FOUR_HOURS + "compensation: {per: 1 hour, tiers: [{up_to: 2, amount: 1}, {over: 2, amount: 5}]}"
    assert money(award(terms, f"2026-03-02 {restored}")) == pays


LUMP = (
    FOUR_HOURS
    + """
compensation:
  ladder:
    measure: {measure}
    steps:
      - {{up_to: 2 hours, amount: 5}}
      - {{over: 2 hours, up_to: 9 hours, amount: 10}}
"""
)


@pytest.mark.parametrize(
    ("measure", "hours", "pays"), [("late", 6, "GBP 5.00"), ("late", 6.5, "GBP 10.00"), ("duration", 6, "GBP 10.00")]
)
def test_a_lump_by_how_late_or_how_long(measure: str, hours: float, pays: str) -> None:
    rules = pack(LUMP.format(measure=measure))
    judged = only(rules, Entry("fault.reported", OPENED), Entry("fault.restored", OPENED + hours * HOUR))
    found = owed(judged, rules)
    assert money(found) == pays
    assert found.text.en.startswith("late by" if measure == "late" else "lasted")


def test_beyond_the_last_step_of_a_ladder_nothing_is_owed() -> None:
    rules = pack(LUMP.format(measure="duration"))
    judged = only(rules, Entry("fault.reported", OPENED), Entry("fault.restored", OPENED + 10 * HOUR))
    assert promises.award(judged, {}, rules, FAR) is None


@pytest.mark.parametrize(("given", "missing"), [("99.5", None), ("unknown", "availability")])
def test_a_ladder_on_a_number_that_may_be_unknown(given: str, missing: str | None) -> None:
    terms = (
        FOUR_HOURS
        + "compensation: {ladder: {measure: availability, steps: [{below: 99, amount: 9}, {from: 99, amount: 3}]}}"
    )
    found = award(terms, facts={"availability": given})
    assert (found.missing, found.money is None) == (missing, missing is not None)


def test_amounts_within_amounts() -> None:
    both = "compensation: {amount: {sum_of: [1, {greater_of: [{percent: 10, of: fee}, 5]}]}}"
    found = award(DUE_WEDNESDAY + both, facts={"fee": "80"})
    assert money(found) == "GBP 9.00"
    assert found.text.en == (
        "2026-03-04: GBP 1.00 plus the greatest of 10 % of the fee collected (GBP 80.00) = GBP 8.00 and GBP 5.00."
    )
    assert "中较高者" in found.text.zh


@pytest.mark.parametrize(
    ("rounding", "pays"), [("ROUND_HALF_UP", 3), ("ROUND_HALF_EVEN", 2), ("ROUND_DOWN", 2), ("ROUND_CEILING", 3)]
)
def test_the_sum_is_rounded_once_and_by_name(rounding: str, pays: int) -> None:
    terms = FOUR_HOURS + f"compensation: {{per: 1 hour, counting: exact, rounding: {rounding}, amount: 0.01}}"
    found = award(terms, "2026-03-02 16:30")
    assert found.money is not None
    assert found.money.minor == pays


def test_a_third_of_a_unit_has_no_last_digit() -> None:
    terms = FOUR_HOURS + "compensation: {per: 3 hours, counting: exact, amount: 1}"
    assert money(award(terms, "2026-03-02 15:00")) == "GBP 0.33"
    assert award(terms, "2026-03-02 15:00").lines[0].en == "0.333333 × 3 hours at GBP 1.00 = GBP 0.33"


def test_a_currency_without_minor_units() -> None:
    found = award(FOUR_HOURS + "compensation: {per: 1 hour, amount: 100}", "2026-03-02 15:00", currency="JPY")
    assert money(found) == "JPY 100"


def test_rental_waived_for_the_time_of_the_fault_month_by_month() -> None:
    terms = FOUR_HOURS + "compensation: {per: month, since: opened, amount: {percent: 100, of: monthly_fee}}"
    rules = pack(terms, zone="Asia/Shanghai", currency="CNY")
    begins = at("2026-02-22 00:00", "Asia/Shanghai")
    judged = only(rules, Entry("fault.reported", begins), Entry("fault.restored", begins + 10 * DAY))
    found = owed(judged, rules, {"monthly_fee": "56"})
    # A week of February is a quarter of it; three days of March are 3/31.
    assert [line.en for line in found.lines] == [
        "0.250000 of 2026-02 at 100 % of the monthly fee (CNY 56.00) = CNY 56.00 = CNY 14.00",
        "0.096774 of 2026-03 at 100 % of the monthly fee (CNY 56.00) = CNY 56.00 = CNY 5.42",
        "in all CNY 19.42",
    ]


def test_prepaid_customers_get_days_and_not_money() -> None:
    terms = DUE_WEDNESDAY + "compensation: {per: day, extends_validity: {payment: prepaid}, amount: 1}"
    rules, judged = late(terms)
    prepaid = owed(judged, rules, {"payment": "prepaid"})
    assert (prepaid.money, prepaid.extension_days) == (None, 4)
    assert prepaid.text.zh == "4 天（2026-03-05 – 2026-03-08）；有效期延长 4 天。"
    assert money(owed(judged, rules, {"payment": "postpaid"})) == "GBP 4.00"


def test_an_extension_of_no_days_is_no_award() -> None:
    rules, judged = late(
        FOUR_HOURS + "compensation: {per: day, extends_validity: {payment: prepaid}}", "2026-03-02 15:00"
    )
    assert promises.award(judged, {"payment": "prepaid"}, rules, FAR) is None
    assert promises.award(judged, {}, rules, FAR) is None


def test_what_is_owed_must_be_paid_by_a_day() -> None:
    found = award(DUE_WEDNESDAY + "compensation: {amount: 5, pay_within: 30 days}")
    assert found.pay_by == date(2026, 4, 7)
    assert found.text.en.endswith("to be paid or credited by 2026-04-07.")


def test_a_right_with_and_without_an_end() -> None:
    right = "compensation: {right: {text: {zh: 可解约, en: may cancel}%s}}"
    free = award(DUE_WEDNESDAY + right % "")
    assert (free.right is not None, free.right_until, free.money) == (True, None, None)
    assert free.text.en == "may cancel."
    ended = award(DUE_WEDNESDAY + right % ", notice_within: 1 week")
    assert ended.right_until == date(2026, 3, 15)
    days = award(DUE_WEDNESDAY + "calendar: office\n" + right % ", notice_within: 2 working days")
    assert days.right_until == date(2026, 3, 10)
    month = award(DUE_WEDNESDAY + right % ", notice_within: 1 month")
    assert month.right_until == date(2026, 4, 8)
    both = award(DUE_WEDNESDAY + "compensation: {amount: 5, right: {text: {zh: 可解约, en: may cancel}}}")
    assert (money(both), both.text.zh) == ("GBP 5.00", "2026-03-04：GBP 5.00；可解约。")


def test_a_right_after_missed_months_needs_them_in_a_row() -> None:
    rules = pack("""
direction: limit
limit: {fact: availability, at_least: 99.9}
opens: month.measured
compensation:
  - {when: {area: remote}, amount: 1}
  - {right: {text: {zh: 可解约, en: may cancel}, after_missed: 2}}
""")

    def missed(*months: int) -> list[Award]:
        entries = [Entry("month.measured", at(f"2026-{month:02}-15 00:00"), {"availability": "1"}) for month in months]
        judged = promises.judge(rules.promises[0], rules, entries, {}, FAR)
        assert all(promises.award(row, {}, rules, FAR) is None for row in judged)
        return promises.chronic(rules.promises[0], rules, judged)

    assert [award.text.en for award in missed(1, 2, 3)] == ["may cancel."]
    assert missed(1, 3, 5) == []
    assert len(missed(1, 2, 4, 5)) == 2


def test_equal_keys_are_owed_the_same_and_days_need_no_instants() -> None:
    rules = pack(DUE_WEDNESDAY + "compensation: {per: day, amount: 1}")
    keys = {
        promises.award_key(
            only(
                rules,
                Entry("fault.reported", OPENED + minutes),
                Entry("fault.restored", at("2026-03-08 15:00") + minutes),
            ),
            {},
            rules,
            FAR,
        )
        for minutes in (timedelta(minutes=n) for n in range(50))
    }
    (key,) = keys
    assert key is not None
    assert (key.begins, key.length, key.first, key.last) == (None, None, date(2026, 3, 4), date(2026, 3, 8))
    found = promises.reckon(key, rules)
    assert found is not None
    assert money(found) == "GBP 4.00"
