"""Bugs that users of other systems reported about pauses, reopening, transfers and replies: here each is a test that holds."""

from __future__ import annotations

from datetime import datetime

import pytest

from kapok.kernel import promises
from kapok.kernel.promises import Clock, Entry, Judgement, Outcome, Pack
from tests.packs.small import DAY, FAR, HOUR, only, pack, utc

MONDAY = utc("2026-03-02 09:00")
FRIDAY = utc("2026-03-06 16:00")

RESOLVE = """
opens: request.received
closes: request.answered
pauses: [customer.deferred, clock.paused]
resumes: [customer.returned, clock.resumed]
reopens: complaint.reopened
allowance: 8 working hours
calendar: office
"""
RESPOND = """
opens: request.received
closes: [request.acknowledged, request.answered]
allowance: 2 working hours
calendar: office
"""
UPDATE = """
opens: customer.wrote
closes: [customer.informed, request.answered]
allowance: 2 hours
"""


def judged(rules: Pack, entries: list[Entry], until: datetime = FAR) -> list[Judgement]:
    return promises.judge(rules.promises[0], rules, entries, {}, until)


def test_zammad_3140_agent_reply_does_not_restart_the_update_clock() -> None:
    rules = pack(UPDATE)
    entries = [
        Entry("customer.wrote", MONDAY),
        Entry("customer.informed", MONDAY + HOUR),
        Entry("customer.informed", MONDAY + 9 * HOUR),
    ]
    (only_one,) = judged(rules, entries)
    assert (only_one.state, only_one.closed_at) == (Outcome.KEPT, MONDAY + HOUR)


def test_zammad_1322_a_note_of_the_customer_starts_the_update_clock_again() -> None:
    rules = pack(UPDATE)
    entries = [
        Entry("customer.wrote", MONDAY),
        Entry("customer.informed", MONDAY + HOUR),
        Entry("customer.wrote", MONDAY + 3 * HOUR),
    ]
    _, second = judged(rules, entries, until=MONDAY + 4 * HOUR)
    assert (second.state, second.due_at) == (Outcome.OPEN, MONDAY + 5 * HOUR)


def test_zammad_5177_an_update_time_shorter_than_the_first_response_does_not_overrule_it() -> None:
    rules = pack(RESPOND, UPDATE.replace("2 hours", "30 minutes"))
    entries = [Entry("request.received", MONDAY), Entry("customer.wrote", MONDAY)]
    first, update = promises.judge_all(rules, entries, {}, MONDAY)
    assert (first.due_at, update.due_at) == (MONDAY + 2 * HOUR, MONDAY + HOUR / 2)


def test_zammad_2082_the_first_reply_already_moves_the_next_clock() -> None:
    rules = pack(
        "opens: [fault.reported, customer.informed]\ncloses: customer.informed\nvoids: fault.restored\nallowance: 1 hour"
    )
    entries = [Entry("fault.reported", MONDAY), Entry("customer.informed", MONDAY + HOUR / 2)]
    first, second = judged(rules, entries, until=MONDAY + HOUR / 2)
    assert (first.state, second.due_at) == (Outcome.KEPT, MONDAY + 1.5 * HOUR)


def test_zammad_4353_a_matter_to_which_the_rule_no_longer_applies_is_not_overdue() -> None:
    rules = pack(RESOLVE + "applies: {tier: SL1}")
    entries = [Entry("request.received", MONDAY), Entry("matter.changed", MONDAY + HOUR, {"tier": "SL3"})]
    assert promises.judge_all(rules, entries, {"tier": "SL1"}, FAR) == []


def test_frappe_helpdesk_1542_first_response_does_not_fulfil_resolution() -> None:
    rules = pack(RESPOND, RESOLVE)
    entries = [Entry("request.received", MONDAY), Entry("request.acknowledged", MONDAY + HOUR)]
    response, resolution = promises.judge_all(rules, entries, {}, MONDAY + 2 * HOUR)
    assert (response.state, resolution.state) == (Outcome.KEPT, Outcome.OPEN)


def test_glpi_2765_the_clock_of_taking_over_is_not_the_clock_of_solving() -> None:
    rules = pack("opens: handoff.offered\ncloses: handoff.accepted\nallowance: 30 minutes", RESOLVE)
    entries = [Entry("handoff.offered", MONDAY), Entry("request.received", MONDAY)]
    own, solve = promises.judge_all(rules, entries, {}, MONDAY)
    assert (own.due_at, solve.due_at) == (MONDAY + HOUR / 2, MONDAY + 8 * HOUR)


@pytest.mark.parametrize("report", ["glpi#2184", "glpi#4170"])
def test_glpi_2184_4170_what_warns_of_taking_over_goes_by_its_own_due_moment(report: str) -> None:
    rules = pack(RESPOND + "warn: 1 hour before", RESOLVE + "warn: 1 hour before")
    warnings = [
        clock.warnings(MONDAY, clock.due(MONDAY, {}) or FAR)
        for clock in (Clock(promise, rules) for promise in rules.promises)
    ]
    assert warnings == [[MONDAY + HOUR], [MONDAY + 7 * HOUR]], report


def test_escalade_151_two_clocks_of_one_matter_both_start() -> None:
    rules = pack(RESPOND, RESOLVE)
    rows = promises.judge_all(rules, [Entry("request.received", MONDAY)], {}, MONDAY + HOUR)
    assert [(row.promise.code, row.opened_at) for row in rows] == [("p", MONDAY), ("p2", MONDAY)]


def test_zammad_2579_the_due_moment_is_known_from_the_opening() -> None:
    rules = pack(RESOLVE)
    (row,) = judged(rules, [Entry("request.received", MONDAY)], until=MONDAY)
    assert (row.state, row.due_at) == (Outcome.OPEN, MONDAY + 8 * HOUR)


def test_frappe_helpdesk_2020_each_customer_has_the_promise_of_their_contract() -> None:
    rules = pack(RESOLVE + "applies: {tier: SL2}", RESOLVE.replace("8 working", "4 working") + "applies: {tier: SL1}")
    entries = [Entry("request.received", MONDAY)]
    found = [promises.judge_all(rules, entries, {"tier": tier}, MONDAY) for tier in ("SL1", "SL2", "SL3")]
    assert [[row.due_at for row in rows] for rows in found] == [[MONDAY + 4 * HOUR], [MONDAY + 8 * HOUR], []]


def test_glpi_4113_whoever_accepts_stops_the_clock_of_taking_over() -> None:
    rules = pack("opens: handoff.offered\ncloses: handoff.accepted\nallowance: 30 minutes")
    stranger = Entry("handoff.accepted", MONDAY + HOUR / 4, {"person": "somebody without rights"})
    assert only(rules, Entry("handoff.offered", MONDAY), stranger).state is Outcome.KEPT


def test_frappe_helpdesk_2449_hold_time_is_added_to_the_due_moment_in_business_time() -> None:
    rules = pack(RESOLVE, zone="UTC")
    entries = [
        Entry("request.received", FRIDAY),
        Entry("customer.deferred", FRIDAY + HOUR / 2),
        Entry("customer.returned", utc("2026-03-09 10:00")),
    ]
    (row,) = judged(rules, entries, until=utc("2026-03-09 10:00"))
    # Half an hour of Friday and an hour of Monday were held: eight hours from Friday 16:00 end on Monday 16:00, and 1.5 later.
    assert row.due_at == utc("2026-03-10 09:30")


def test_glpi_10594_a_weekend_pause_is_not_over_credited_on_a_calendar() -> None:
    rules = pack(RESOLVE, zone="UTC")
    entries = [
        Entry("request.received", FRIDAY),
        Entry("clock.paused", utc("2026-03-06 17:00")),
        Entry("clock.resumed", utc("2026-03-09 09:00")),
    ]
    (row,) = judged(rules, entries, until=utc("2026-03-09 09:00"))
    assert row.due_at == utc("2026-03-09 16:00")


def test_glpi_9082_a_pause_never_pushes_the_due_moment_outside_opening_hours() -> None:
    rules = pack(RESOLVE, zone="UTC")
    entries = [
        Entry("request.received", MONDAY),
        Entry("clock.paused", MONDAY + 7 * HOUR),
        Entry("clock.resumed", MONDAY + 7.5 * HOUR),
    ]
    (row,) = judged(rules, entries, until=MONDAY + 8 * HOUR)
    assert row.due_at == utc("2026-03-03 09:30")


@pytest.mark.parametrize("report", ["frappe/helpdesk#1554", "glpi#24481"])
def test_frappe_helpdesk_1554_glpi_24481_nothing_is_breached_while_it_is_pending(report: str) -> None:
    rules = pack(RESOLVE)
    entries = [Entry("request.received", MONDAY), Entry("customer.deferred", MONDAY + HOUR)]
    for hours in (1, 10, 1000):
        (row,) = judged(rules, entries, until=MONDAY + hours * HOUR)
        assert (row.state, row.elapsed) == (Outcome.OPEN, HOUR), report


@pytest.mark.parametrize(("policy", "elapsed"), [("continue", 3), ("through", 6)])
def test_glpi_23359_time_spent_solved_is_not_counted_as_pending_after_reopening(policy: str, elapsed: int) -> None:
    rules = pack(RESOLVE + f"reopening: {policy}")
    entries = [
        Entry("request.received", MONDAY),
        Entry("request.answered", MONDAY + 2 * HOUR),
        Entry("complaint.reopened", MONDAY + 5 * HOUR),
        Entry("request.answered", MONDAY + 6 * HOUR),
    ]
    (row,) = judged(rules, entries)
    # `continue`: the three hours in which it was closed count for nobody. `through`: it was never closed, so they were worked.
    assert row.elapsed == elapsed * HOUR
    assert row.due_at == (utc("2026-03-03 12:00") if policy == "continue" else utc("2026-03-02 17:00"))


def test_glpi_9267_closing_a_paused_matter_ends_the_pause() -> None:
    rules = pack(RESOLVE + "reopening: continue")
    entries = [
        Entry("request.received", MONDAY),
        Entry("clock.paused", MONDAY + HOUR),
        Entry("request.answered", MONDAY + 2 * HOUR),
        Entry("complaint.reopened", MONDAY + 3 * HOUR),
    ]
    (row,) = judged(rules, entries, until=MONDAY + 4 * HOUR)
    assert (row.paused, row.elapsed) == (False, 2 * HOUR)
    assert row.pauses == ((MONDAY + HOUR, MONDAY + 2 * HOUR), (MONDAY + 2 * HOUR, MONDAY + 3 * HOUR))


@pytest.mark.parametrize("report", ["glpi#6902", "glpi#15605", "glpi#16383"])
def test_glpi_6902_a_pause_survives_a_change_of_the_promise(report: str) -> None:
    rules = pack(RESOLVE + "applies: {tier: SL2}", RESOLVE.replace("8 working", "4 working") + "applies: {tier: SL1}")
    entries = [
        Entry("request.received", MONDAY),
        Entry("clock.paused", MONDAY + HOUR),
        Entry("matter.changed", MONDAY + 2 * HOUR, {"tier": "SL1"}),
        Entry("clock.resumed", MONDAY + 3 * HOUR),
    ]
    (row,) = promises.judge_all(rules, entries, {"tier": "SL2"}, MONDAY + 3 * HOUR)
    assert (row.promise.code, row.due_at, row.elapsed) == ("p2", MONDAY + 6 * HOUR, HOUR), report


def test_alga_psa_3091_created_paused() -> None:
    rules = pack(RESOLVE)
    entries = [
        Entry("request.received", MONDAY),
        Entry("customer.deferred", MONDAY),
        Entry("customer.returned", MONDAY + 3 * HOUR),
    ]
    (row,) = judged(rules, entries, until=MONDAY + 3 * HOUR)
    assert (row.elapsed, row.due_at) == (0 * HOUR, utc("2026-03-03 12:00"))


def test_alga_psa_3091_created_closed() -> None:
    rules = pack(RESOLVE)
    (row,) = judged(rules, [Entry("request.answered", MONDAY), Entry("request.received", MONDAY)])
    assert (row.state, row.elapsed, row.anomalies) == (Outcome.KEPT, 0 * HOUR, ())


def test_frappe_helpdesk_3639_taking_the_promise_away_leaves_no_pause_behind() -> None:
    rules = pack(RESOLVE + "applies: {tier: SL1}\non_change: from_now")
    entries = [
        Entry("request.received", MONDAY),
        Entry("clock.paused", MONDAY + HOUR),
        Entry("matter.changed", MONDAY + 2 * HOUR, {"tier": "SL3"}),
    ]
    (row,) = promises.judge_all(rules, entries, {"tier": "SL1"}, FAR)
    assert (row.state, row.paused) == (Outcome.VOID, False)


@pytest.mark.parametrize("report", ["Znuny#369", "glpi#5213", "osTicket#5206", "LMS#1776"])
@pytest.mark.parametrize(
    ("policy", "states"),
    [("restart", ["kept", "open"]), ("continue", ["open"]), ("through", ["overdue"]), ("ignore", ["kept"])],
)
def test_znuny_369_glpi_5213_osticket_5206_reopening_is_a_policy_of_the_promise(
    report: str, policy: str, states: list[str]
) -> None:
    rules = pack(RESOLVE + f"reopening: {policy}")
    entries = [
        Entry("request.received", MONDAY),
        Entry("request.answered", MONDAY + HOUR),
        Entry("complaint.reopened", MONDAY + 4 * DAY),
    ]
    assert [row.state for row in judged(rules, entries, until=MONDAY + 4 * DAY + HOUR)] == states, report


def test_breeze_6691_a_priority_set_after_creation_is_judged_by_from_the_opening() -> None:
    rules = pack(RESOLVE + "applies: {tier: SL2}", RESOLVE.replace("8 working", "1 working") + "applies: {tier: SL1}")
    entries = [Entry("request.received", MONDAY), Entry("matter.changed", MONDAY + 2 * HOUR, {"tier": "SL1"})]
    (row,) = promises.judge_all(rules, entries, {"tier": "SL2"}, MONDAY + 2 * HOUR)
    assert (row.state, row.due_at) == (Outcome.OVERDUE, MONDAY + HOUR)


@pytest.mark.parametrize("report", ["glpi#1911", "frappe/helpdesk#1895"])
def test_frappe_helpdesk_1895_one_stage_does_not_eat_the_time_of_the_next(report: str) -> None:
    stage = "opens: {0}\ncloses: {1}\nallowance: 2 hours"
    rules = pack(stage.format("fault.reported", "fault.diagnosed"), stage.format("fault.diagnosed", "fault.repaired"))
    entries = [
        Entry("fault.reported", MONDAY),
        Entry("fault.diagnosed", MONDAY + 5 * HOUR),
        Entry("fault.repaired", MONDAY + 6 * HOUR),
    ]
    late, next_ = promises.judge_all(rules, entries, {}, FAR)
    assert (late.state, next_.state, next_.due_at) == (Outcome.BROKEN, Outcome.KEPT, MONDAY + 7 * HOUR), report


def test_skills_2796_an_offer_nobody_accepts_does_not_let_the_clock_die() -> None:
    rules = pack("opens: handoff.offered\ncloses: [handoff.accepted, handoff.refused]\nallowance: 30 minutes", RESOLVE)
    entries = [Entry("request.received", MONDAY), Entry("handoff.offered", MONDAY + HOUR)]
    handoff, whole = promises.judge_all(rules, entries, {}, MONDAY + 30 * DAY)
    assert (handoff.state, whole.state) == (Outcome.OVERDUE, Outcome.OVERDUE)


def test_glpi_17186_a_date_agreed_by_hand_is_not_moved_by_a_pause_nobody_asked_to_count() -> None:
    dated = "opens: order.accepted\ncloses: order.completed\nagreed: {fact: promised_date, means: is_the_promise}"
    rules = pack(dated, zone="UTC")
    entries = [
        Entry("order.accepted", MONDAY),
        Entry("customer.deferred", MONDAY + HOUR),
        Entry("customer.returned", MONDAY + DAY),
    ]
    (row,) = promises.judge_all(rules, entries, {"promised_date": "2026-03-09"}, FAR)
    assert (row.due_at, row.pauses) == (utc("2026-03-10 00:00"), ())


@pytest.mark.parametrize("first", ["alarm clears", "ticket closes"])
def test_opennms_8720_the_close_of_a_ticket_does_not_race_the_clear_of_its_alarm(first: str) -> None:
    rules = pack("opens: fault.detected\ncloses: [fault.restored, fault.confirmed]\nallowance: 4 hours")
    opened, clear, close = (
        Entry("fault.detected", MONDAY),
        Entry("fault.restored", MONDAY + HOUR),
        Entry("fault.confirmed", MONDAY + HOUR),
    )
    order = [opened, clear, close] if first == "alarm clears" else [close, opened, clear]
    (row,) = judged(rules, order)
    assert (row.state, row.closed_at) == (Outcome.KEPT, MONDAY + HOUR)


def test_glpi_22678_a_warning_one_hour_before_stays_within_the_hours_of_a_split_day() -> None:
    day = '[["08:30", "12:00"], ["14:00", "18:00"]]'
    terms = RESOLVE.replace("8 working", "5 working").replace("office", "split") + "warn: 1 working hour before"
    rules = pack(terms, zone="UTC", calendars=f"  split:\n    week: {{mon: {day}, tue: {day}}}\n")
    opened = utc("2026-03-02 10:00")
    row = only(rules, Entry("request.received", opened), until=opened)
    assert row.due_at == utc("2026-03-02 17:00")
    assert Clock(rules.promises[0], rules).warnings(opened, row.due_at) == [utc("2026-03-02 16:00")]


def test_zammad_4432_a_warning_falls_in_service_hours_and_not_at_night() -> None:
    rules = pack(RESOLVE + "warn: 50 %", zone="UTC")
    due_at = only(rules, Entry("request.received", FRIDAY), until=FRIDAY).due_at
    assert due_at == utc("2026-03-09 16:00")
    assert Clock(rules.promises[0], rules).warnings(FRIDAY, due_at) == [utc("2026-03-09 12:00")]
