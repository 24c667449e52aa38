"""The judgement of one matter: directions, days, agreed dates, pauses, reopening, dates of force, changed facts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from kapok.kernel import promises
from kapok.kernel.hours import NaiveMoment
from kapok.kernel.promises import Anomaly, Clock, Entry, Outcome
from tests.packs.small import DAY, FAR, HOUR, at, only, pack, utc

START = utc("2026-03-02 08:00")  # a Monday
WITHIN = """
opens: fault.reported
closes: fault.restored
voids: fault.cancelled
pauses: [customer.deferred, clock.paused]
resumes: [customer.returned, clock.resumed]
reopens: fault.reopened
allowance: 4 hours
target: 2 hours
"""


def reported(at_: datetime = START) -> Entry:
    return Entry("fault.reported", at_)


def restored(hours: float) -> Entry:
    return Entry("fault.restored", START + hours * HOUR)


# ---- within ----


@pytest.mark.parametrize(
    ("closing", "until", "state", "late"),
    [
        (4, 99, Outcome.KEPT, 0),
        (4.5, 99, Outcome.BROKEN, 0.5),
        (None, 4, Outcome.OPEN, 0),
        (None, 6, Outcome.OVERDUE, 2),
        (9, 6, Outcome.OVERDUE, 2),  # not known yet
    ],
)
def test_within(closing: float | None, until: float, state: Outcome, late: float) -> None:
    rules = pack(WITHIN)
    entries = [reported()] if closing is None else [reported(), restored(closing)]
    judged = only(rules, *entries, until=START + until * HOUR)
    assert (judged.state, judged.late_by) == (state, late * HOUR)
    assert judged.breached is (state in {Outcome.BROKEN, Outcome.OVERDUE})
    assert judged.target_at == START + 2 * HOUR


def test_when_the_clock_stopped() -> None:
    rules = pack(WITHIN)
    assert only(rules, reported(), until=START + HOUR).stopped_at is None
    assert only(rules, reported(), restored(3)).stopped_at == START + 3 * HOUR
    assert only(rules, reported(), Entry("fault.cancelled", START + HOUR)).stopped_at == START + HOUR
    again = Entry("fault.reopened", START + 4 * HOUR)
    assert only(rules, reported(), restored(3), again, until=START + 5 * HOUR).stopped_at is None
    assert only(rules, reported(), restored(3), again, restored(6)).stopped_at == START + 6 * HOUR


def test_within_target() -> None:
    rules = pack(WITHIN)
    assert only(rules, reported(), restored(2)).within_target
    assert not only(rules, reported(), restored(2.5)).within_target
    assert not only(rules, reported(), until=START).within_target


def test_fallen_away_before_it_was_due_is_void_and_after_it_stays_broken() -> None:
    rules = pack(WITHIN)
    early = only(rules, reported(), Entry("fault.cancelled", START + 3 * HOUR))
    assert (early.state, early.closed_at, early.breached) == (Outcome.VOID, None, False)
    late = only(rules, reported(), Entry("fault.cancelled", START + 5 * HOUR))
    assert (late.state, late.closed_at, late.late_by) == (Outcome.BROKEN, START + 5 * HOUR, HOUR)


def test_an_entry_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveMoment):
        Entry("fault.reported", datetime(2026, 3, 2))  # noqa: DTZ001  that is the point


# ---- pauses ----


def paused(begins: float, ends: float | None = None, **facts: str) -> list[Entry]:
    entries = [Entry("customer.deferred", START + begins * HOUR, facts)]
    return entries if ends is None else [*entries, Entry("customer.returned", START + ends * HOUR)]


def test_a_pause_moves_the_due_moment_by_its_length() -> None:
    judged = only(pack(WITHIN), reported(), *paused(1, 3), restored(6))
    assert (judged.state, judged.due_at, judged.elapsed) == (Outcome.KEPT, START + 6 * HOUR, 4 * HOUR)
    assert judged.pauses == ((START + HOUR, START + 3 * HOUR),)


@pytest.mark.parametrize("begins", [4, 5])
def test_a_pause_that_begins_at_or_after_the_due_moment_moves_nothing(begins: float) -> None:
    judged = only(pack(WITHIN), reported(), *paused(begins, 8), restored(9))
    assert (judged.state, judged.due_at, judged.late_by) == (Outcome.BROKEN, START + 4 * HOUR, 5 * HOUR)


def test_while_paused_nothing_falls_due() -> None:
    judged = only(pack(WITHIN), reported(), *paused(1), until=START + 50 * HOUR)
    assert (judged.state, judged.paused, judged.late_by) == (Outcome.OPEN, True, 0 * HOUR)
    assert (judged.due_at, judged.elapsed) == (START + 53 * HOUR, HOUR)
    assert judged.pauses == ((START + HOUR, None),)


def test_what_was_due_before_the_pause_stays_overdue() -> None:
    judged = only(pack(WITHIN), reported(), *paused(5), until=START + 50 * HOUR)
    assert (judged.state, judged.due_at) == (Outcome.OVERDUE, START + 4 * HOUR)


def test_closed_while_paused_the_pause_ends_with_it() -> None:
    judged = only(pack(WITHIN), reported(), *paused(1), restored(9))
    assert (judged.state, judged.elapsed, judged.due_at) == (Outcome.KEPT, HOUR, START + 12 * HOUR)


def test_cancelled_while_paused_is_void() -> None:
    assert only(pack(WITHIN), reported(), *paused(1), Entry("fault.cancelled", START + 9 * HOUR)).state is Outcome.VOID


def test_a_second_pause_within_a_pause_is_the_same_pause() -> None:
    judged = only(pack(WITHIN), reported(), *paused(1), *paused(2, 3), restored(6))
    assert judged.pauses == ((START + HOUR, START + 3 * HOUR),)


@pytest.mark.parametrize(("stops", "due"), [("pledge", 6), ("stage, pledge", 6), ("stage", 4), ("law contract", 4)])
def test_a_pause_that_names_tiers_stops_only_those(stops: str, due: int) -> None:
    judged = only(pack(WITHIN), reported(), *paused(1, 3, stops=stops), until=START + 3 * HOUR)
    assert judged.due_at == START + due * HOUR


WORKING = """
opens: request.received
closes: request.answered
pauses: clock.paused
resumes: clock.resumed
allowance: 3 working hours
calendar: office
pause_measure: {measure}
"""


@pytest.mark.parametrize(("measure", "due"), [("working", "2026-03-06 12:00"), ("wall", "2026-03-09 11:00")])
def test_a_pause_outside_the_hours_counts_nothing_in_working_time_and_all_in_wall_time(measure: str, due: str) -> None:
    rules = pack(WORKING.format(measure=measure), zone="UTC")
    judged = only(
        rules,
        Entry("request.received", utc("2026-03-06 09:00")),
        Entry("clock.paused", utc("2026-03-06 02:00")),
        Entry("clock.resumed", utc("2026-03-06 09:00")),
        until=utc("2026-03-06 09:30"),
    )
    assert judged.due_at == utc("2026-03-06 12:00")  # before the opening it holds nothing
    again = only(
        rules,
        Entry("request.received", utc("2026-03-05 16:00")),
        Entry("clock.paused", utc("2026-03-05 18:00")),
        Entry("clock.resumed", utc("2026-03-06 00:00")),
        until=utc("2026-03-06 09:00"),
    )
    expected = {"working": utc("2026-03-06 11:00"), "wall": utc("2026-03-06 17:00")}
    assert again.due_at == expected[measure]


def test_the_time_worked_leaves_out_nights_and_pauses() -> None:
    rules = pack(WORKING.format(measure="working"), zone="UTC")
    judged = only(
        rules,
        Entry("request.received", utc("2026-03-05 16:00")),
        Entry("clock.paused", utc("2026-03-06 09:30")),
        Entry("clock.resumed", utc("2026-03-06 10:00")),
        Entry("request.answered", utc("2026-03-06 10:30")),
    )
    assert (judged.elapsed, judged.state) == (2 * HOUR, Outcome.KEPT)


# ---- reopening ----


@pytest.mark.parametrize(
    ("policy", "states", "due", "reopened"),
    [
        ("restart", [Outcome.KEPT, Outcome.KEPT], 34, 0),
        ("continue", [Outcome.KEPT], 31, 1),
        ("through", [Outcome.BROKEN], 4, 1),
        ("ignore", [Outcome.KEPT], 4, 0),
    ],
)
def test_reopening_is_a_policy(policy: str, states: list[Outcome], due: int, reopened: int) -> None:
    rules = pack(WITHIN + f"reopening: {policy}")
    entries = [reported(), restored(3), Entry("fault.reopened", START + 30 * HOUR), restored(31)]
    judged = promises.judge(rules.promises[0], rules, entries, {}, FAR)
    assert [row.state for row in judged] == states
    assert judged[-1].due_at == START + due * HOUR
    assert judged[-1].reopened == reopened


def test_reopened_after_falling_away_goes_on() -> None:
    rules = pack(WITHIN + "reopening: continue")
    judged = only(
        rules,
        reported(),
        Entry("fault.cancelled", START + HOUR),
        Entry("fault.reopened", START + 9 * HOUR),
        until=START + 10 * HOUR,
    )
    assert (judged.state, judged.due_at, judged.elapsed) == (Outcome.OPEN, START + 12 * HOUR, 2 * HOUR)


# ---- other directions ----

NOTICE = """
direction: notice
opens: outage.announced
closes: outage.started
voids: outage.cancelled
allowance: {allowance}
"""


@pytest.mark.parametrize(
    ("given", "state", "late"), [(72, Outcome.KEPT, 0), (80, Outcome.KEPT, 0), (70, Outcome.BROKEN, 2)]
)
def test_notice_must_be_given_that_long_before(given: int, state: Outcome, late: int) -> None:
    rules = pack(NOTICE.format(allowance="72 hours"))
    event = START + 100 * HOUR
    judged = only(rules, Entry("outage.announced", event - given * HOUR), Entry("outage.started", event))
    assert (judged.state, judged.late_by, judged.due_at) == (state, late * HOUR, event - 72 * HOUR)


def test_an_event_without_any_notice_is_broken() -> None:
    rules = pack(NOTICE.format(allowance="72 hours"))
    judged = only(rules, Entry("outage.started", START))
    assert (judged.state, judged.opened_at, judged.late_by) == (Outcome.BROKEN, None, 72 * HOUR)
    assert (judged.breach_number, judged.anomalies) == (1, ())
    assert "without the notice it needed" in promises.explain(judged).en


def test_a_notice_whose_event_has_not_come_is_open_and_a_cancelled_one_void() -> None:
    rules = pack(NOTICE.format(allowance="72 hours"))
    assert only(rules, Entry("outage.announced", START)).state is Outcome.OPEN
    assert only(rules, Entry("outage.announced", START), Entry("outage.cancelled", START + HOUR)).state is Outcome.VOID


@pytest.mark.parametrize(
    ("allowance", "days", "due"),
    [
        ("45 days", "{}", "2026-03-06 10:00"),
        ("1 day", '{ends_at: "15:00"}', "2026-04-19 15:00"),
        ("2 weeks", "{}", "2026-04-06 10:00"),
        ("1 month", "{}", "2026-03-20 10:00"),
        ("1 year", "{}", "2025-04-20 10:00"),
        ("2 working days", "{}", "2026-04-16 10:00"),
        ("3 working hours", "{}", "2026-04-17 15:00"),
    ],
)
def test_every_unit_counts_backwards(allowance: str, days: str, due: str) -> None:
    rules = pack(NOTICE.format(allowance=allowance) + f"calendar: office\ndays: {days}\n")
    event = at("2026-04-20 10:00")  # a Monday
    judged = only(rules, Entry("outage.announced", at("2025-01-01 09:00")), Entry("outage.started", event))
    assert judged.due_at == at(due)


@pytest.mark.parametrize("direction", ["wait", "keep"])
@pytest.mark.parametrize(
    ("closing", "until", "state", "early"),
    [
        (30, 99, Outcome.KEPT, 0),
        (29, 99, Outcome.BROKEN, 1),
        (None, 10, Outcome.OPEN, 0),
        (None, 30, Outcome.KEPT, 0),
    ],
)
def test_wait_and_keep_are_broken_by_acting_too_soon(
    direction: str, closing: int | None, until: int, state: Outcome, early: int
) -> None:
    rules = pack(
        f"direction: {direction}\nopens: account.overdue\ncloses: service.suspended\nvoids: account.settled\nallowance: 30 days"
    )
    start = at("2026-01-05 00:00")
    entries = [Entry("account.overdue", start)]
    entries += [] if closing is None else [Entry("service.suspended", start + closing * DAY)]
    judged = only(rules, *entries, until=start + until * DAY)
    assert (judged.state, judged.late_by) == (state, early * DAY)


def test_waiting_ends_when_the_cause_falls_away() -> None:
    rules = pack(
        "direction: wait\nopens: account.overdue\ncloses: service.suspended\nvoids: account.settled\nallowance: 30 days"
    )
    judged = only(rules, Entry("account.overdue", START), Entry("account.settled", START + DAY))
    assert judged.state is Outcome.VOID


def test_what_must_never_happen_is_a_breach_each_time() -> None:
    rules = pack("direction: never\nopens: visit.missed_by_provider\nunless: {cause: force_majeure}")
    entries = [
        Entry("visit.missed_by_provider", START),
        Entry("visit.missed_by_provider", START + DAY, {"cause": "force_majeure"}),
        Entry("visit.missed_by_provider", START + 2 * DAY),
    ]
    judged = promises.judge(rules.promises[0], rules, entries, {}, FAR)
    assert [(row.state, row.due_at, row.breach_number) for row in judged] == [
        (Outcome.BROKEN, START, 1),
        (Outcome.BROKEN, START + 2 * DAY, 2),
    ]


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("99.95", Outcome.KEPT),
        ("99.9", Outcome.KEPT),
        ("99.89", Outcome.BROKEN),
        ("n/a", Outcome.VOID),
        (None, Outcome.VOID),
    ],
)
def test_a_limit_is_kept_by_the_measured_fact(value: str | None, state: Outcome) -> None:
    rules = pack("direction: limit\nlimit: {fact: availability, at_least: 99.9}\nopens: month.measured")
    judged = only(rules, Entry("month.measured", START, {} if value is None else {"availability": value}))
    assert judged.state is state
    assert judged.anomalies == ((Anomaly.FACT_NOT_KNOWN,) if state is Outcome.VOID else ())


# ---- days ----


@pytest.mark.parametrize(
    ("allowance", "days", "opened", "due"),
    [
        ("90 seconds", "{}", "2026-03-02 10:00", "2026-03-02 10:01:30"),
        ("15 minutes", "{}", "2026-03-02 10:00", "2026-03-02 10:15"),
        ("15 days", "{}", "2026-03-20 10:00", "2026-04-04 10:00"),  # over the change to summer time
        ("15 days", '{ends_at: "24:00"}', "2026-03-02 10:00", "2026-03-18 00:00"),
        ("8 weeks", "{}", "2026-03-02 10:00", "2026-04-27 10:00"),
        ("5 months", "{}", "2026-01-31 10:00", "2026-06-30 10:00"),
        ("5 months", '{ends_at: "24:00"}', "2026-01-31 10:00", "2026-07-01 00:00"),
        ("2 years", "{}", "2026-01-31 10:00", "2028-01-31 10:00"),
        ("2 working days", "{}", "2026-12-23 10:00", "2026-12-28 10:00"),  # over Christmas and the weekend
        ("2 working days", "{ends_at: closing}", "2026-03-06 10:00", "2026-03-11 00:00"),
        ("1 working day", '{ends_at: "23:59"}', "2026-03-07 10:00", "2026-03-09 23:59"),
        ("1 working day", '{ends_at: "23:59", closed_start: rolls}', "2026-03-07 10:00", "2026-03-10 23:59"),
        ("1 working day", '{ends_at: "23:59", cutoff: "17:00"}', "2026-03-02 17:00", "2026-03-03 23:59"),
        ("1 working day", '{ends_at: "23:59", cutoff: "17:00"}', "2026-03-02 17:01", "2026-03-04 23:59"),
        ("1 day", '{cutoff: "17:00", treated_as: "08:00"}', "2026-03-06 18:00", "2026-03-10 08:00"),
        ("1 month", '{closed_start: rolls, treated_as: "08:00"}', "2026-03-07 10:00", "2026-04-09 08:00"),
    ],
)
def test_days_are_counted_as_the_rule_says(allowance: str, days: str, opened: str, due: str) -> None:
    rules = pack(
        f"opens: fault.reported\ncloses: fault.restored\nallowance: {allowance}\ncalendar: weekdays\ndays: {days}"
    )
    assert only(rules, Entry("fault.reported", at(opened))).due_at == at(due)


@pytest.mark.parametrize(("outside", "due"), [("keeps", "2026-03-03 22:00"), ("snaps", "2026-03-04 09:00")])
def test_a_due_moment_outside_the_hours_stays_or_moves_to_the_opening(outside: str, due: str) -> None:
    rules = pack(
        "opens: fault.reported\ncloses: fault.restored\nallowance: 1 working day\ncalendar: office\n"
        f"days: {{outside_hours: {outside}}}"
    )
    assert only(rules, Entry("fault.reported", at("2026-03-02 22:00"))).due_at == at(due)


# ---- agreed dates ----

AGREED = """
opens: order.accepted
closes: order.completed
{allowance}
days: {{ends_at: "23:59"}}
agreed: {{fact: promised_date, means: {means}}}
"""


@pytest.mark.parametrize(
    ("means", "allowance", "promised", "due"),
    [
        ("shorter_wins", "allowance: 5 days", "2026-03-05", "2026-03-05 23:59"),
        ("shorter_wins", "allowance: 5 days", "2026-03-09", "2026-03-07 23:59"),
        ("shorter_wins", "allowance: 5 days", "2026-03-04T12:00:00+00:00", "2026-03-04 12:00"),
        ("shorter_wins", "allowance: 5 days", None, "2026-03-07 23:59"),
        ("shorter_wins", "allowance: 5 days", "soon", "2026-03-07 23:59"),
        ("replaces", "allowance: 5 days", "2026-03-09", "2026-03-09 23:59"),
        ("replaces", "allowance: 5 days", "2026-03-05", "2026-03-05 23:59"),
        ("replaces", "allowance: 5 days", None, "2026-03-07 23:59"),
        ("is_the_promise", "", "2026-03-09", "2026-03-09 23:59"),
        ("is_the_promise", "allowance: 1 day", "2026-03-09", "2026-03-10 23:59"),
    ],
)
def test_an_agreed_date_is_the_promise_or_replaces_the_allowance_or_wins_if_it_is_shorter(
    means: str, allowance: str, promised: str | None, due: str
) -> None:
    rules = pack(AGREED.format(means=means, allowance=allowance))
    facts = {} if promised is None else {"promised_date": promised}
    assert only(rules, Entry("order.accepted", at("2026-03-02 10:00"), facts)).due_at == at(due)


def test_without_the_agreed_date_that_is_the_promise_nothing_can_be_judged() -> None:
    rules = pack(AGREED.format(means="is_the_promise", allowance=""))
    judged = only(rules, Entry("order.accepted", START), Entry("order.completed", START + DAY))
    assert (judged.state, judged.due_at, judged.anomalies) == (Outcome.VOID, None, (Anomaly.FACT_NOT_KNOWN,))
    assert promises.award(judged, {}, rules, FAR) is None


@pytest.mark.parametrize(("fact", "ends_at"), [("closing", "2026-03-06 00:00"), ("", "2026-03-06 00:00")])
def test_an_agreed_date_ends_with_its_day(fact: str, ends_at: str) -> None:
    days = f"days: {{ends_at: {fact}}}" if fact else ""
    rules = pack(
        f"opens: order.accepted\ncloses: order.completed\nagreed: {{fact: promised_date, means: is_the_promise}}\n{days}"
    )
    assert only(rules, Entry("order.accepted", START), facts={"promised_date": "2026-03-05"}).due_at == at(ends_at)


# ---- dates of force, selectors, changed facts ----


def test_the_row_in_force_at_the_opening_judges_the_matter_to_its_end() -> None:
    def row(weeks: int, effective: str) -> str:
        return (
            f"opens: complaint.received\ncloses: complaint.resolved\nallowance: {weeks} weeks\neffective: {effective}"
        )

    rules = pack(row(8, "{to: 2026-04-07}"), row(6, "{from: 2026-04-08}"))
    entries = [Entry("complaint.received", at("2026-04-07 23:59")), Entry("complaint.resolved", at("2026-05-20 12:00"))]
    (old,) = promises.judge_all(rules, entries, {}, FAR)
    assert (old.promise, old.due_at) == (rules.promises[0], at("2026-06-02 23:59"))
    entries = [Entry("complaint.received", at("2026-04-08 00:00")), Entry("complaint.resolved", at("2026-05-20 12:00"))]
    (new,) = promises.judge_all(rules, entries, {}, FAR)
    assert (old.state, new.state) == (Outcome.KEPT, Outcome.BROKEN)
    assert new.promise == rules.promises[1]


def test_a_promise_is_made_only_to_those_it_applies_to() -> None:
    rules = pack(WITHIN + "applies: {area: urban, population: {at_least: 10000}}\nunless: {cause: customer}")
    fine = {"area": "urban", "population": "10000"}
    assert len(promises.judge_all(rules, [reported()], fine, FAR)) == 1
    for facts in ({}, {**fine, "population": "9999"}, {**fine, "cause": "customer"}, {**fine, "population": "many"}):
        assert promises.judge_all(rules, [reported()], facts, FAR) == []
    assert promises.judge_all(rules, [restored(1)], {}, FAR) == []


def test_changed_facts_judge_from_the_original_opening() -> None:
    slow, fast = WITHIN + "applies: {tier: SL2}", WITHIN.replace("4 hours", "3 hours") + "applies: {tier: SL1}"
    rules = pack(slow, fast)
    entries = [reported(), Entry("matter.changed", START + HOUR, {"tier": "SL1"})]
    (judged,) = promises.judge_all(rules, entries, {"tier": "SL2"}, START + 2 * HOUR)
    assert (judged.promise.code, judged.opened_at, judged.due_at) == ("p2", START, START + 3 * HOUR)


def test_changed_facts_judge_from_the_change_where_the_promise_says_so() -> None:
    slow, fast = (
        WITHIN + "applies: {tier: SL2}\non_change: from_now",
        WITHIN + "applies: {tier: SL1}\non_change: from_now",
    )
    rules = pack(slow, fast)
    change = Entry("matter.changed", START + HOUR, {"tier": "SL1"})
    old, new = promises.judge_all(rules, [reported(), change], {"tier": "SL2"}, START + 2 * HOUR)
    assert (old.state, new.state, new.opened_at, new.due_at) == (
        Outcome.VOID,
        Outcome.OPEN,
        START + HOUR,
        START + 5 * HOUR,
    )
    paused_ = Entry("clock.paused", START + HOUR / 2)
    _, new = promises.judge_all(rules, [reported(), paused_, change], {"tier": "SL2"}, START + 2 * HOUR)
    assert (new.opened_at, new.paused) == (START + HOUR, True)
    (late,) = promises.judge_all(
        rules, [Entry("matter.changed", START - HOUR, {"tier": "SL1"}), reported()], {"tier": "SL2"}, START
    )
    assert (late.promise.code, late.opened_at) == ("p2", START)
    unchanged = Entry("matter.changed", START + HOUR, {"area": "urban"})
    (same,) = promises.judge_all(rules, [reported(), unchanged], {"tier": "SL2"}, START + 2 * HOUR)
    assert same.promise.code == "p"


# ---- warnings and words ----


def test_warning_points_lie_in_running_time() -> None:
    rules = pack(
        "opens: request.received\ncloses: request.answered\nallowance: 4 working hours\ncalendar: office\n"
        "warn: [75 %, 1 working hour before]",
        zone="UTC",
    )
    opened = utc("2026-03-05 15:00")
    due = only(rules, Entry("request.received", opened), until=opened).due_at
    assert due == utc("2026-03-06 11:00")
    assert Clock(rules.promises[0], rules).warnings(opened, due) == [utc("2026-03-06 10:00"), utc("2026-03-06 10:00")]


def test_a_warning_never_comes_before_the_opening() -> None:
    rules = pack("opens: request.received\ncloses: request.answered\nallowance: 1 hour\nwarn: 2 hours before")
    assert Clock(rules.promises[0], rules).warnings(START, START + HOUR) == [START]


def test_a_commitment_explains_itself_in_both_languages() -> None:
    rules = pack(WITHIN, zone="UTC")
    judged = only(rules, reported(), *paused(1, 2), restored(6))
    version = rules.calendar("always").version
    assert promises.explain(judged).en.splitlines() == [
        "The promise (p, rule)",
        f"finish within 4 hours; calendar always {version}, UTC",
        "2026-03-02 08:00:00 fault reported by the customer: the clock starts",
        "2026-03-02 09:00:00 put off at the customer's wish: paused",
        "2026-03-02 10:00:00 customer ready again: runs again",
        "2026-03-02 14:00:00 service restored: fulfilled",
        "due 2026-03-02 13:00:00",
        "broken, took 5:00:00, missed by 1:00:00",
    ]
    assert promises.explain(judged).zh.splitlines()[-1] == "违约，用时 5:00:00，相差 1:00:00"
    assert (judged.calendar_version, judged.zone) == (version, "UTC")


def test_a_promise_reads_in_both_languages() -> None:
    rules = pack(
        "clause: Art 5\nopens: request.received\ncloses: request.answered\nallowance: 3 working hours\ncalendar: office",
        "opens: month.measured\ndirection: limit\nlimit: {fact: availability, at_least: 99.9}",
        "opens: month.measured\ndirection: limit\nlimit: {fact: unavailability, at_most: 10 minutes}",
        "opens: visit.missed_by_provider\ndirection: never",
        AGREED.format(means="is_the_promise", allowance=""),
    )
    assert [promises.term(promise).en for promise in rules.promises] == [
        "finish within 3 working hours [office]",
        "stay within a limit: availability (%) ≥ 99.9",
        "stay within a limit: cumulative unavailability ≤ 10 minutes",
        "must not happen",
        "finish within the agreed date",
    ]
    assert promises.term(rules.promises[1]).zh == "不得超限：可用率（%） ≥ 99.9"
    assert promises.term(rules.promises[2]).zh == "不得超限：累计不可用时长 ≤ 10 分钟"
    assert promises.term(rules.promises[0]).zh == "限时完成 3 个工作小时 [office]"
    assert promises.summary(rules.promises[0], rules).en == (
        "p  The promise\n  public pledge · The rule Art 5 · the operator's own\n"
        "  finish within 3 working hours [office]: request received > substantive reply, acknowledged by the customer"
    )
    assert str(rules.promises[0].allowance) == "3 working hours"


def test_durations_are_never_negative() -> None:
    rules = pack(WORKING.format(measure="wall"), zone="UTC")
    judged = only(
        rules,
        Entry("request.received", utc("2026-03-05 16:00")),
        Entry("clock.paused", utc("2026-03-05 16:30")),
        Entry("clock.resumed", utc("2026-03-06 10:00")),
        Entry("request.answered", utc("2026-03-06 10:30")),
    )
    assert judged.elapsed == timedelta()


def test_a_pause_of_a_matter_without_a_date_moves_nothing() -> None:
    rules = pack(AGREED.format(means="is_the_promise", allowance="") + "pauses: clock.paused\nresumes: clock.resumed\n")
    entries = [
        Entry("order.accepted", START),
        Entry("clock.paused", START + HOUR),
        Entry("clock.resumed", START + 2 * HOUR),
    ]
    judged = only(rules, *entries)
    assert (judged.state, judged.due_at) == (Outcome.VOID, None)


def test_a_notice_rule_that_does_not_apply_asks_for_no_notice() -> None:
    rules = pack(NOTICE.format(allowance="72 hours") + "applies: {planned_duration: {above: 30 minutes}}")
    started = Entry("outage.started", START)
    for length in ("00:30:00", "1 month", "long"):
        assert promises.judge_all(rules, [started], {"planned_duration": length}, FAR) == []
    for length in ("00:30:01", "1 hour", timedelta(minutes=31)):
        assert len(promises.judge_all(rules, [started], {"planned_duration": length}, FAR)) == 1


@pytest.mark.parametrize(
    ("given", "due"),
    [
        (date(2026, 3, 9), "2026-03-09 23:59"),
        (at("2026-03-09 12:00"), "2026-03-09 12:00"),
        (datetime(2026, 3, 9, 12), None),  # noqa: DTZ001  a moment without a zone is no moment
        ("2026-03-09 12:00", None),
    ],
)
def test_facts_may_be_dates_and_moments_too(given: date | datetime | str, due: str | None) -> None:
    rules = pack(AGREED.format(means="is_the_promise", allowance=""))
    judged = only(rules, Entry("order.accepted", START, {"promised_date": given}))
    assert judged.due_at == (None if due is None else at(due))


def test_warning_points_read_in_both_languages() -> None:
    rules = pack(WITHIN + "warn: [75 %, 1 hour before]")
    assert [(point.text.zh, point.text.en) for point in rules.promises[0].warn] == [
        ("用去 75%", "75 % used"),
        ("到期前 1 小时", "1 hour before"),
    ]
