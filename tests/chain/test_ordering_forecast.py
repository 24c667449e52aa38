"""Which legs will be late, before they are."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kapok.chain.ordering import api, forecast, pace, queries
from kapok.chain.ordering.models import Leg
from kapok.ground.catalog import packs, stages
from kapok.ground.catalog.cast import FLOWS, INSTALL
from kapok.ground.catalog.template import Flow, parse
from kapok.ground.commitments.models import Commitment
from kapok.kernel import promises
from kapok.kernel.promises.allowance import Allowance
from kapok.kernel.promises.pack import CalendarSpec
from tests.chain import shop
from tests.chain.shop import by, do, later, leg, line, placed, run, stands, told

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]
CHINA = ZoneInfo("Asia/Shanghai")
FLOW = parse(INSTALL)
PACK = packs.shipped("guangzhou-pledges")
DAY = timedelta(days=1)
OFFICE = {"week": {day: [["08:30", "12:00"], ["14:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}


def clocks(flow: Flow, calendar: dict[str, Any] | None = None) -> pace.Clocks:
    """The clocks of a flow's stages as they are published; in the hours of an office where they are given."""
    assert PACK is not None
    pack, promise = PACK, packs.promise_called(PACK, flow.serves.code)
    assert promise is not None
    if calendar:
        pack = pack.model_copy(update={"calendars": {"office": CalendarSpec.model_validate(calendar)}})
        promise = promise.model_copy(update={"calendar": "office"})
    return pace.clocks_in(promises.parse(stages.written(flow, 1, pack, promise), "a flow"))


def foretold(flow: Flow = FLOW, calendar: dict[str, Any] | None = None, **said: Any) -> forecast.Forecast:
    known: dict[str, Any] = {"takes": {}, "due_at": None, "at": later(0), "running": {}} | said
    return forecast.foretold(flow, {}, clocks=clocks(flow, calendar), **known)


def test_the_stages_left_take_their_budgets_on_the_longest_way() -> None:
    running = {"configure": later(0), "appoint": later(0)}
    told_ = foretold(done=("accept", "assign"), running=running, due_at=later(0) + 7 * DAY)
    assert told_.expected_at == later(0) + 8 * DAY
    assert [stage.code for stage in told_.stages] == ["appoint", "visit", "test"]
    assert told_.late


def test_what_takes_less_of_late_counts_less_and_what_runs_is_as_far_as_its_time() -> None:
    done, took = ("accept", "assign", "configure"), pace.Timed("install", "visit", working=False)
    takes = {took: timedelta(hours=4), took._replace(stage="test"): timedelta(hours=1)}
    told_ = foretold(done=done, running={"appoint": later(-60)}, takes=takes)
    assert told_.expected_at == later(0) + timedelta(hours=2 * 24 - 1 + 5)
    assert not told_.late


def test_four_working_hours_left_on_friday_at_four_end_on_monday_at_half_past_ten() -> None:
    document = copy.deepcopy(INSTALL)
    (test,) = (node for node in document["nodes"] if node["code"] == "test")
    test["budget"] = "4 working hours"
    flow, friday = parse(document), datetime(2026, 3, 6, 16, tzinfo=CHINA)
    monday = datetime(2026, 3, 9, 10, 30, tzinfo=CHINA)
    done = ("accept", "assign", "configure", "appoint", "visit")
    assert foretold(flow, OFFICE, done=done, at=friday).expected_at == monday
    begun = foretold(flow, OFFICE, done=done, running={"test": friday}, at=friday + timedelta(hours=1))
    assert begun.expected_at == monday
    takes = {pace.Timed("install", "test", working=True): timedelta(hours=2, minutes=30)}
    assert foretold(flow, OFFICE, done=done, takes=takes, at=friday).expected_at == monday.replace(hour=9, minute=0)
    closed = OFFICE | {"holidays": ["2026-03-09"]}
    assert foretold(flow, closed, done=done, at=friday).expected_at == monday + DAY


def test_working_days_are_those_of_the_calendar() -> None:
    flows = {document["code"]: parse(document) for document in FLOWS}
    circuit = flows["circuit-sl1"]
    friday = datetime(2026, 3, 6, 16, tzinfo=CHINA)
    assert circuit.stages["assign"].budget == Allowance.parse("1 working day")
    assert pace.ends(clocks(circuit)["assign"], friday, None) == datetime(2026, 3, 9, 18, tzinfo=CHINA)
    assert "fetch" not in forecast.reached(flows["cease"], {"visit_needed": "no"})
    assert "fetch" in forecast.reached(flows["cease"], {"visit_needed": "yes"})


def test_jeopardy_is_said_before_the_breach_and_once() -> None:
    number = placed()
    run(1)
    forecast.watch(at=later(5))
    row = leg(number)
    assert row.expected_at is not None
    assert row.jeopardy_at is None
    late = later(10 * 24 * 60)
    assert forecast.watch(at=late) == 1
    assert forecast.watch(at=late + timedelta(minutes=1)) == 0
    assert leg(number).jeopardy_at == late
    assert Commitment.objects.get(subject=row.subject, promise="install").state == "open"
    (said,) = told("ordering.in_jeopardy", row.subject)
    assert said["left"]["en"].endswith("Test and complete")
    (row_,) = queries.orders(queries.Filter(jeopardy=True)).rows
    assert (row_.number, row_.jeopardy_at) == (number, late)
    do(number, "appoint", 10 * 24 * 60 + 5)
    do(number, "visit", 10 * 24 * 60 + 6)
    run(10 * 24 * 60 + 7)
    forecast.watch(at=later(10 * 24 * 60 + 8))
    assert queries.orders(queries.Filter(jeopardy=True)).rows == []


def test_the_time_that_stages_took_of_late_is_measured() -> None:
    for _ in range(5):
        shop.installed()
    took = pace.of_late(later(60))
    assert took[pace.Timed("install", "confirm", working=False)] == timedelta(minutes=2)


def test_what_waits_for_plant_without_a_date_is_said_to_have_none() -> None:
    number = placed(line(address="n9"))
    assert stands(number) == ("held", "10W", "")
    forecast.watch(at=later(5))
    row = leg(number)
    assert (row.expected_at, row.jeopardy_at) == (None, None)
    assert queries.orders(queries.Filter()).rows[0].undated
    assert queries.order(number).legs[0].undated
    late = later(10 * 24 * 60)
    assert forecast.watch(at=late) == 1
    assert (leg(number).expected_at, leg(number).jeopardy_at) == (None, late)
    (said,) = told("ordering.in_jeopardy", row.subject)
    assert said["left"]["en"].startswith("plant of which nobody has said when it comes → ")


def test_what_waits_for_plant_with_a_date_goes_on_then() -> None:
    number = placed()
    run(1)
    comes = later(0) + 5 * DAY
    api.wait_for_plant(order=number, leg=1, reason="等分光器", expected_at=comes, **by("dispatcher", 2))
    forecast.watch(at=later(5))
    assert (
        leg(number).expected_at == comes + 6 * DAY
    )  # the visit and the test; the appointment has its two days by then
    assert not queries.order(number).legs[0].undated


def test_many_legs_are_looked_at_in_a_fixed_number_of_statements() -> None:
    def looks() -> int:
        with CaptureQueriesContext(connection) as asked:
            forecast.watch(at=later(10 * 24 * 60))
        return len(asked)

    placed()
    run(1)
    assert looks() == (few := looks()) + 2  # the first tells of one leg: its matter, and the entry
    for _ in range(3):
        placed()
    run(2)
    assert looks() == few + 2
    assert Leg.objects.filter(jeopardy_at=later(10 * 24 * 60)).count() == 4


def test_the_old_line_of_a_move_is_expected_after_the_new_one() -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    number = placed(line(action="move", address="n3", service=service), whose=whose, minutes=100)
    run(101)
    forecast.watch(at=later(102))
    new, old = (leg(number, which) for which in (1, 2))
    assert (old.after_id, old.state) == (new.id, "acknowledged")
    assert new.expected_at is not None
    assert old.expected_at is not None
    assert old.expected_at > new.expected_at
    (row,) = queries.orders(queries.Filter(text=number)).rows
    assert row.expected_at == old.expected_at
    Leg.objects.filter(id=new.id).update(state="held", exception="10W", until=None)
    Leg.objects.filter(id=old.id).update(expected_at=None)
    forecast.watch(at=later(103))
    assert leg(number, 2).expected_at is None


def test_who_has_a_leg_in_hand_is_not_waited_for_and_is_looked_at_the_next_time() -> None:
    number = placed()
    run(1)
    looked = list(Leg.objects.select_related("order__unit", "order__first_contact"))
    told_ = forecast.forecasts(looked, later(5), {})[looked[0].subject]
    Leg.objects.update(jeopardy_at=later(4))  # somebody was faster
    assert forecast._kept([(looked[0], told_)], later(5)) == 0
    assert leg(number).expected_at is None
